"""What the classical steps see in the training data, computed once and kept beside it."""
