"""Makes docs/hero.jpg, the picture at the top of the README: originals and results, side by side.

python docs/make_hero.py
"""

import sys
from pathlib import Path

import cv2
import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tryon import TryOn  # noqa: E402
from tryon.core.image import write_photo  # noqa: E402
from tryon.core.types import Photo  # noqa: E402

HEIGHT = 460  # pixels of each picture
GAP = 6
# person, gallery garment or None, words
ROWS = (
    (
        ("p009-patio", "top-breton", ""),
        ("p005-garden", "shirt-oxford-blue", ""),
        ("p004-park", "dress-floral", ""),
        ("p007-park", None, "dark green hoodie"),
    ),
    (
        ("p010-field", "skirt-pleated-plum", ""),
        ("p008-park", "tee-sunset", ""),
        ("p003-path", "jacket-denim", ""),
        ("p006-garden", None, "藏青色条纹长袖上衣"),
    ),
)


def main() -> None:
    tryon = TryOn.load()
    garments = {item.identifier: item for item in tryon.gallery.items}
    rows = []
    for row in ROWS:
        tiles = []
        for person, identifier, words in row:
            garment = tryon.gallery.garment(garments[identifier]) if identifier else None
            result = tryon(ROOT / "assets" / "people" / f"{person}.jpg", garment, words)
            x0, y0, x1, y1 = result.person.box.astype(int)
            margin = (y1 - y0) // 25
            box = np.s_[max(y0 - margin, 0) : y1 + margin, max(x0 - margin, 0) : x1 + margin]
            both = [result.person.photo.pixels[box], result.photo.pixels[box]]
            tiles.append(np.hstack([_scaled(picture) for picture in both]))
            tiles.append(np.full((HEIGHT, GAP, 3), 255, np.uint8))
        rows.append(np.hstack(tiles[:-1]))
    width = min(row.shape[1] for row in rows)
    rows = [cv2.resize(row, (width, round(row.shape[0] * width / row.shape[1]))) for row in rows]
    gap = np.full((GAP, width, 3), 255, np.uint8)
    write_photo(Photo(np.vstack([rows[0], gap, rows[1]])), ROOT / "docs" / "hero.jpg")


def _scaled(picture: np.ndarray) -> np.ndarray:
    width = round(picture.shape[1] * HEIGHT / picture.shape[0])
    return cv2.resize(picture, (width, HEIGHT), interpolation=cv2.INTER_AREA)


if __name__ == "__main__":
    main()
