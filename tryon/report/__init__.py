"""Results -> how it was made, contact sheets, the prompt lab, batches."""
