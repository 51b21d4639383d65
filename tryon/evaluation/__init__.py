"""Everything that prints a figure: quality, reading of words, speed, visits to the page."""
