"""What the page looks like: theme, texts, HTML, widgets, sample people."""
