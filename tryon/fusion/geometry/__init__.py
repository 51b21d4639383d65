"""The draft by geometry alone, from the garment's outline landmarks."""
