"""Person + Garment + Prompt -> Draft: where the garment goes on the wearer."""
