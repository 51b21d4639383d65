"""Everything that prints a figure: quality, reading of words, speed."""
