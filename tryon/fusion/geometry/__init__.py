"""The draft by geometry alone: the garment laid on the body by its outline landmarks."""
