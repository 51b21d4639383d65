"""Person + Garment + Draft -> the finished picture, full resolution."""
