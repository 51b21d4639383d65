"""Hashes of try-ons, to compare two states of the code: the same pictures to the byte?

    python tests/same_pictures.py OUT.json        # before, and again after with another file
    python tests/same_pictures.py A.json B.json   # prints what differs; exit 1 if anything does

18 sample people x 10 gallery garments sent as analysed garments, and x 8 prompts; region, notes and
confidence are hashed along with the pixels.
"""

import hashlib
import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
GARMENTS = 10
PROMPTS = (
    "navy striped long-sleeve top",
    "red floral dress",
    "black leather jacket",
    "light blue jeans",
    "white v-neck t-shirt",
    "藏青色条纹长袖上衣",
    "绿色连帽卫衣",
    "beige pleated skirt",
)


def digest(result) -> str:
    """SHA-256 of what a visitor gets."""
    whole = hashlib.sha256(result.photo.pixels.tobytes())
    whole.update(result.region.tobytes())
    whole.update(repr((round(result.confidence, 6), tuple(result.notes))).encode())
    return whole.hexdigest()


def write(out: Path) -> None:
    """Make all the try-ons of the code in use, on one thread, and write their digests."""
    import cv2
    import torch

    from tryon import TryOn, TryOnError

    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    tryon = TryOn.load("cpu")
    items = tryon.gallery.items
    chosen = items[:: max(1, len(items) // GARMENTS)][:GARMENTS]
    done: dict[str, str] = {}
    for path in sorted((ROOT / "assets" / "people").glob("*.jpg")):
        person = tryon.analyse(path)
        tries = [(item.identifier, tryon.gallery.garment(item), "") for item in chosen]
        tries += [(prompt, None, prompt) for prompt in PROMPTS]
        for name, garment, prompt in tries:
            try:
                value = digest(tryon(person, garment, prompt))
            except TryOnError as error:
                value = error.code
            done[f"{path.stem} + {name}"] = value
        print(path.stem, len(done), flush=True)
    out.write_text(json.dumps(done, indent=1, ensure_ascii=False))


def compare(first: Path, second: Path) -> int:
    """Print what differs; 0 if nothing does."""
    a, b = json.loads(first.read_text()), json.loads(second.read_text())
    different = sorted(name for name in a.keys() | b.keys() if a.get(name) != b.get(name))
    for name in different:
        print(name)
    print(f"{len(a.keys() | b.keys())} try-ons, {len(different)} differ")
    return bool(different)


if __name__ == "__main__":
    paths = [Path(name) for name in sys.argv[1:]]
    if len(paths) == 2:
        raise SystemExit(compare(*paths))
    write(*paths)
