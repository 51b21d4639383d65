"""The networks: torch modules and their config dataclasses; no files, no data."""
