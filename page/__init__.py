"""What the page is made of: texts, theme, HTML fragments and files. `app.py` puts it together."""
