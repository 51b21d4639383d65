"""Draws the gallery: every garment of `wardrobe.py` as a cut-out picture, its passes, the index.

    python3.11 -m venv v && v/bin/pip install -r assets/atelier/requirements.txt
    v/bin/python assets/atelier/draw.py                    # all: a minute each on two cores
    v/bin/python assets/atelier/draw.py tee-white coat-camel
    v/bin/python assets/atelier/draw.py --drape            # only sew and hang, for later
    v/bin/python assets/atelier/draw.py --draft /tmp/look tee-white   # small and quick, not kept
    v/bin/python assets/atelier/draw.py --flat --out /tmp/flat tee-white   # lying on a floor

Notable here: nothing is downloaded and no picture is read; the same code and seed draw the same
garment. Garments not drawn this time keep their picture and their place in the index.
"""

import argparse
import json
import logging
import time
from pathlib import Path

import cv2
import numpy as np
import sewing
from light import develop
from PIL import Image
from studio import Layers, Picture
from wardrobe import GARMENTS, Entry

ASSETS = Path(__file__).resolve().parent.parent
WEBP_QUALITY = 90
THUMBNAIL_PX = 360  # longer side
DRAFT_PX, DRAFT_SAMPLES = 520, 8
OFFSET, LEVELS = 512.0, 32.0  # of the passes, as in tryon/garment/passes.py
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
    parser.add_argument("--flat", action="store_true", help="lying on a floor, not on a form")
    parser.add_argument("--drape", action="store_true", help="hang them, draw nothing")
    parser.add_argument("--missing", action="store_true", help="only what has no picture yet")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    known = {entry.id: entry for entry in GARMENTS}
    unknown = set(arguments.ids) - set(known)
    if unknown:
        parser.error(f"no garment {sorted(unknown)}")
    chosen = [known[id_] for id_ in arguments.ids] or list(GARMENTS)

    for entry in chosen:
        if arguments.missing and (arguments.out / f"garments/{entry.id}.webp").exists():
            continue
        begin = time.perf_counter()
        sewing.Tailor.flat = entry.flat or arguments.flat
        if arguments.draft:
            draw_draft(entry, arguments.draft)
        elif arguments.drape:
            entry.sew()
        else:
            draw(entry, arguments.out)
        print(f"{entry.id}: {time.perf_counter() - begin:.0f} s", flush=True)


def draw(entry: Entry, folder: Path) -> None:
    """Draw one garment, its thumbnail, its passes and its line of the index in a folder."""
    tailor = entry.sew()
    picture = tailor.photograph(entry.exposure)
    file, thumbnail = f"garments/{entry.id}.webp", f"thumbnails/{entry.id}.webp"
    passes = f"passes/{entry.id}.png"
    for path in (file, thumbnail, passes):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
    image = Image.fromarray(picture.pixels)
    image.save(folder / file, quality=WEBP_QUALITY, alpha_quality=100, method=6, exact=True)
    small = image.copy()
    small.thumbnail((THUMBNAIL_PX, THUMBNAIL_PX), Image.Resampling.LANCZOS)
    small.save(folder / thumbnail, quality=86, method=6)
    packed = pack(picture.layers)
    cv2.imwrite(str(folder / passes), packed, [cv2.IMWRITE_PNG_COMPRESSION, 9])
    line = _index_line(entry, file, thumbnail, picture, tailor) | {"passes": passes}
    if entry.attributes["pattern"] == "plain":
        line["cloth"] = cloth_colour(tailor)
    _update_index(line, folder)


def draw_draft(entry: Entry, folder: Path) -> None:
    """A small picture on white to look at."""
    saved, sewing.HEIGHT_PX = sewing.HEIGHT_PX, DRAFT_PX
    try:
        picture = entry.sew().photograph(entry.exposure, DRAFT_SAMPLES)
    finally:
        sewing.HEIGHT_PX = saved
    folder.mkdir(parents=True, exist_ok=True)
    cutout = Image.fromarray(picture.pixels)
    page = Image.new("RGB", cutout.size, "white")
    page.paste(cutout, mask=cutout.getchannel("A"))
    page.save(folder / f"{entry.id}.png")


def pack(layers: Layers) -> np.ndarray:
    """(h, w, 3) uint16 B, G, R = panel, t, s, half the size; every second pixel, so that no value
    is a mean of two panels."""
    there = (layers.piece > 0)[::2, ::2]
    s, t = (
        np.clip(np.round((layer[::2, ::2] + OFFSET) * LEVELS), 1, 65535)
        for layer in (layers.s, layers.t)
    )
    piece = layers.piece[::2, ::2]
    return np.dstack([np.where(there, layer, 0) for layer in (piece, t, s)]).astype(np.uint16)


def cloth_colour(tailor) -> list[int]:
    """sRGB 0..255 of the dye, as light falls straight on it."""
    dye = np.median(tailor.surface.dye.reshape(-1, 3), axis=0)
    return [round(float(value) * 255) for value in develop(dye)]


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
        "source": "made by assets/atelier",
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
    main()
