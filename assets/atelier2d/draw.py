"""Draws the gallery: every garment of `wardrobe.py` as a cut-out picture, and its index.

    pip install -r assets/atelier2d/requirements.txt
    python assets/atelier2d/draw.py                    # all, about a minute each
    python assets/atelier2d/draw.py tee-white coat-camel
    python assets/atelier2d/draw.py --draft /tmp/look tee-white   # small and quick, not kept

Notable here: nothing is downloaded and no picture is read; the same code draws the same pixels.
Garments not drawn this time keep their picture and their place in the index.
"""

import argparse
import json
import sys
import time
from pathlib import Path

import recipes
import sewing
from PIL import Image
from studio import Picture
from wardrobe import GARMENTS, Entry

ASSETS = Path(__file__).resolve().parent.parent
WEBP_QUALITY = 90
THUMBNAIL_PX = 360  # longer side
DRAFT = 0.5
CATEGORY = {
    "dress": "dresses",
    "skirt": "bottoms",
    "trousers": "bottoms",
    "jeans": "bottoms",
    "leggings": "bottoms",
    "shorts": "bottoms",
    "jacket": "outerwear",
    "blazer": "outerwear",
    "coat": "outerwear",
    "cardigan": "outerwear",
}
KIND = {"dresses": "dress", "bottoms": "lower"}


def main() -> None:
    """Draw the garments asked for and write the index."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("ids", nargs="*", help="garments to draw; none = all")
    parser.add_argument(
        "--out", type=Path, default=ASSETS, help="folder of the index, else assets/"
    )
    parser.add_argument("--draft", type=Path, help="write small pictures to this folder instead")
    arguments = parser.parse_args()
    unknown = set(arguments.ids) - {entry.id for entry in GARMENTS}
    if unknown:
        parser.error(f"no garment {sorted(unknown)}")
    chosen = [entry for entry in GARMENTS if not arguments.ids or entry.id in arguments.ids]

    for entry in chosen:
        begin = time.perf_counter()
        if arguments.draft:
            draw_draft(entry, arguments.draft)
        else:
            draw(entry, arguments.out)
        print(f"{entry.id}: {time.perf_counter() - begin:.0f} s", flush=True)


def draw(entry: Entry, folder: Path) -> None:
    """Draw one garment, its thumbnail and its line of the index in a folder."""
    tailor = entry.sew()
    picture = tailor.photograph(entry.exposure)
    file, thumbnail = f"garments/{entry.id}.webp", f"thumbnails/{entry.id}.webp"
    for path in (file, thumbnail):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
    image = Image.fromarray(picture.pixels)
    image.save(folder / file, quality=WEBP_QUALITY, alpha_quality=100, method=6, exact=True)
    small = image.copy()
    small.thumbnail((THUMBNAIL_PX, THUMBNAIL_PX), Image.Resampling.LANCZOS)
    small.save(folder / thumbnail, quality=86, method=6)
    _update_index(_index_line(entry, file, thumbnail, picture, tailor), folder)


def draw_draft(entry: Entry, folder: Path) -> None:
    """A small picture on white, with landmarks, to look at."""
    scales = ("TOP_SCALE", "LONG_SCALE", "SHORT_SCALE")
    saved = {name: getattr(recipes, name) for name in scales}
    least, sewing.LEAST_HEIGHT_PX = sewing.LEAST_HEIGHT_PX, 0
    try:
        for name in scales:
            setattr(recipes, name, saved[name] * DRAFT)
        picture = entry.sew().photograph(entry.exposure)
    finally:
        for name in scales:
            setattr(recipes, name, saved[name])
        sewing.LEAST_HEIGHT_PX = least
    folder.mkdir(parents=True, exist_ok=True)
    cutout = Image.fromarray(picture.pixels)
    page = Image.new("RGB", cutout.size, "white")
    page.paste(cutout, mask=cutout.getchannel("A"))
    page.save(folder / f"{entry.id}.png")


def _index_line(entry: Entry, file: str, thumbnail: str, picture: Picture, tailor) -> dict:
    category = CATEGORY.get(entry.attributes["type"], "tops")
    height, width = picture.pixels.shape[:2]
    return {
        "id": entry.id,
        "file": file,
        "thumbnail": thumbnail,
        "size": [width, height],
        "kind": KIND.get(category, "upper"),
        "category": category,
        "audience": entry.audience,
        "name": {"en": entry.name[0], "zh": entry.name[1]},
        "attributes": entry.attributes,
        "template": entry.template,
        "landmarks": tailor.landmarks(picture),
        "inside": tailor.openings(picture),
        "source": "drawn by assets/atelier2d",
        "licence": "CC0-1.0",
    }


def _update_index(line: dict, folder: Path) -> None:
    """Put a line into gallery.json, in the wardrobe's order; lines of no garment are dropped."""
    path = folder / "gallery.json"
    lines = {old["id"]: old for old in json.loads(path.read_text("utf-8"))} if path.exists() else {}
    lines[line["id"]] = line
    order = [entry.id for entry in GARMENTS if entry.id in lines]
    rows = ",\n".join(json.dumps(lines[id_], ensure_ascii=False) for id_ in order)
    path.write_text(f"[\n{rows}\n]\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
