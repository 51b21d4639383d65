"""tryon page: serves the web page on which visitors try things on."""

import typer


def page() -> None:
    """Serve the web page, as `python app.py` does."""
    from tryon.page.serve import main

    raise typer.Exit(main())
