"""Garment picture -> Garment: cut-out, outline, attributes; and the gallery."""
