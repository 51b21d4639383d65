"""Garment picture -> Garment: cut-out, outline landmarks, limbs, attributes; and the gallery."""
