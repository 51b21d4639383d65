"""Who paints the picture behind the same promises: ours, FASHN, klein."""
