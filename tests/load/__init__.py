"""The page under load."""
