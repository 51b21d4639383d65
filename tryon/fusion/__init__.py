"""Person + Garment + Prompt -> Draft: where every piece of the garment goes on the wearer."""
