"""Person + Garment + Draft -> the finished picture at the photo's own resolution."""
