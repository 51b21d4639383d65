"""Garment mask -> outline landmarks, limbs and kind."""
