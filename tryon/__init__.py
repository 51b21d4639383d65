"""Tryon: a virtual fitting room. See yourself in a garment, in about a second, on your own CPU."""
