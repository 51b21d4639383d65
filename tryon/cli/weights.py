"""tryon weights fetch, list: the models of the engines that paint on a graphics card."""

from typing import Annotated

import typer

from tryon.cli.arguments import AsJson
from tryon.cli.output import amount, print_json, print_table

weights = typer.Typer(help="Models of the engines, which are not shipped.", no_args_is_help=True)


@weights.command()
def fetch(
    name: Annotated[str, typer.Argument(metavar="ENGINE", help="fashn or klein.")],
    check: Annotated[
        bool, typer.Option("--check", help="Also read the files that are there already.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Fetch an engine's models; run again to go on after a cut."""
    from tryon.engines.fetch import fetch as fetch_weights

    with amount(as_json) as report:
        folder = fetch_weights(name, report, check=check)
    if as_json:
        print_json({"engine": name, "folder": str(folder)})
    else:
        print(f"{name}: all there, in {folder}")


@weights.command("list")
def list_engines(as_json: AsJson = False) -> None:
    """Show the engines, what they need, and whether they could be used now."""
    from tryon.engines import registry
    from tryon.pipeline import resolve_device

    device = resolve_device(None)
    rows = []
    for about in registry.engines():
        engine = registry.load(about.name, device)
        reason = None if engine is None else engine.ready()
        rows.append(
            {
                "name": about.name,
                "title": about.title,
                "licence": about.licence,
                "memory": about.memory,
                "download": about.download,
                "ready": reason is None,
                "why": "" if reason is None else reason.text(),
            }
        )
    if as_json:
        print_json({"device": device, "engines": rows})
        return
    plain = "\n".join(f"{row['name']}: {row['why'] or 'ready'}" for row in rows)
    head = ("engine", "card, GB", "download, GB", "now")
    cells = [
        (str(r["name"]), f"{r['memory']:g}", f"{r['download']:g}", str(r["why"] or "ready"))
        for r in rows
    ]
    print_table(head, cells, plain)
