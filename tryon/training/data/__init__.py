"""The data sets -> training samples: people, garments, pairs, sentences."""
