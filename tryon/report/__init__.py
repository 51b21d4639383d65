"""Results -> what people look at: how it was made, contact sheets, the prompt lab, batches."""
