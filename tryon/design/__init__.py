"""Garment + Prompt -> another Garment: dyed, patterned, shortened, lengthened."""
