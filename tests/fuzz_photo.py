"""Broken pictures by the hundred thousand: `read_photo` gives a Photo or one sentence, always.

    python tests/fuzz_photo.py --cases 100000 --seed 1

Small good files of every format are cut, overwritten, doubled and spliced; each case follows from
its number alone, so one that fails can be run again. The cases run in processes of their own: a
decoder that crashes is seen, and named by its number.
"""

import argparse
import io
import json
import subprocess
import sys
import time
from collections import Counter
from functools import cache
from pathlib import Path

import numpy as np
import pillow_heif
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tryon.core.errors import TryOnError  # noqa: E402
from tryon.core.image import MAX_PIXELS, read_photo  # noqa: E402
from tryon.core.types import Photo  # noqa: E402

BATCH = 2000  # cases a process
SLOW_SECONDS = 5.0  # of the processor, so a busy machine does not count
REFUSALS = {"unreadable_image", "image_too_large", "image_too_small"}
NUMBERS = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)


@cache
def seeds() -> tuple[bytes, ...]:
    """Good files: every format that is read, in its modes."""
    pillow_heif.register_heif_opener()
    rng = np.random.default_rng(0)
    smooth = np.kron(rng.integers(0, 256, (9, 9, 4), np.uint8), np.ones((16, 16, 1), np.uint8))
    image = Image.fromarray(smooth, "RGBA")
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "camera"
    made = [
        ("JPEG", "RGB", {"exif": exif, "quality": 80}),
        ("JPEG", "RGB", {"progressive": True}),
        ("JPEG", "CMYK", {}),
        ("JPEG", "L", {"comment": b"hello"}),
        ("PNG", "RGBA", {}),
        ("PNG", "P", {"transparency": 3}),
        ("PNG", "1", {}),
        ("PNG", "I;16", {}),
        ("PNG", "LA", {"exif": exif}),
        ("WEBP", "RGB", {"quality": 50}),
        ("WEBP", "RGBA", {"lossless": True}),
        ("GIF", "P", {}),
        ("BMP", "RGB", {}),
        ("BMP", "P", {}),
        ("AVIF", "RGB", {"quality": 40}),
        ("HEIF", "RGB", {"quality": 40}),
        ("HEIF", "RGBA", {"quality": 40}),
    ]
    files = []
    for format_, mode, options in made:
        picture = image.convert("L").convert(mode) if mode == "I;16" else image.convert(mode)
        buffer = io.BytesIO()
        picture.save(buffer, format_, **options)
        files.append(buffer.getvalue())
    for format_ in ("GIF", "WEBP", "PNG"):
        buffer = io.BytesIO()
        frames = [Image.new("RGB", (130, 140), (40 * i, 90, 20)) for i in range(4)]
        frames[0].save(buffer, format_, save_all=True, append_images=frames[1:])
        files.append(buffer.getvalue())
    return tuple(files)


def case(number: int) -> bytes:
    """The broken file of this number."""
    rng = np.random.default_rng((20261123, number))
    data = bytearray(seeds()[int(rng.integers(len(seeds())))])
    for _ in range(int(rng.integers(1, 6))):
        # The start of a file, where sizes and tables are, is hit as often as all the rest.
        end = len(data) if rng.random() < 0.5 else min(len(data), 200)
        at = int(rng.integers(max(end, 1)))
        length = int(rng.integers(1, 64))
        match int(rng.integers(8)):
            case 0:
                data[at : at + 1] = bytes([int(rng.integers(256))])
            case 1 if data:
                data[min(at, len(data) - 1)] ^= 1 << int(rng.integers(8))
            case 2:
                size = int(rng.choice((1, 2, 4)))
                value = int(rng.choice(NUMBERS)) & (256**size - 1)
                order = "big" if rng.random() < 0.5 else "little"
                data[at : at + size] = value.to_bytes(size, order)
            case 3:
                del data[at : at + length]
            case 4:
                data[at:at] = data[at : at + length]
            case 5:
                data[at:at] = rng.bytes(length)
            case 6:
                del data[at:]
            case _:
                other = seeds()[int(rng.integers(len(seeds())))]
                begin = int(rng.integers(len(other)))
                data[at : at + length] = other[begin : begin + length]
    return bytes(data)


def outcome(data: bytes) -> str:
    """ "read", or the code of the refusal. Raises AssertionError for anything else."""
    try:
        photo = read_photo(data)
    except TryOnError as error:
        refusal = error
    else:
        assert isinstance(photo, Photo)
        assert photo.width * photo.height <= MAX_PIXELS
        return "read"
    assert refusal.code in REFUSALS, refusal.code
    assert "/" not in str(refusal)
    return refusal.code


def run(first: int, count: int) -> Counter:
    """Outcomes of these cases."""
    outcomes: Counter[str] = Counter()
    for number in range(first, first + count):
        say(f"case {number}")
        started = time.process_time()
        outcomes[outcome(case(number))] += 1
        if time.process_time() - started > SLOW_SECONDS:
            outcomes["slow"] += 1
    return outcomes


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0, help="number of the first case, in millions")
    parser.add_argument("--batch", nargs=2, type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.batch:
        say(json.dumps(run(*arguments.batch)))
        return 0
    total: Counter[str] = Counter()
    failed = 0
    first = arguments.seed * 1_000_000
    for begin in range(first, first + arguments.cases, BATCH):
        count = min(BATCH, first + arguments.cases - begin)
        command = [sys.executable, __file__, "--batch", str(begin), str(count)]
        done = subprocess.run(command, capture_output=True, text=True)
        last = done.stdout.strip().splitlines()[-1]
        if done.returncode:
            failed += 1
            sys.stderr.write(f"{last}: exit {done.returncode}\n{done.stderr[-2000:]}\n")
            continue
        total.update(json.loads(last))
        sys.stderr.write(f"\r{sum(total.values())} cases, {failed} batches failed")
    say(f"\n{sum(total.values()) - total['slow']} cases: {dict(total)}; {failed} batches failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
