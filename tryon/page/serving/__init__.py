"""The page as a server: limits, privacy, health, errors, files."""
