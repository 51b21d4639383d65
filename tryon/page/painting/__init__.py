"""Our own picture first, then an engine's: progress, stop, another try, history."""
