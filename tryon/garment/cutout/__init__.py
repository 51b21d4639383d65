"""Garment picture -> alpha mask and clean colours of the garment."""
