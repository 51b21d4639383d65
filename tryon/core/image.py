"""Pictures in and out: bytes <-> Photo.

Notable here:
- a file is judged before it is decoded: its length, its first bytes against a short list of
  formats, the size written in its header. Only then are pixels made. Whatever a decoder throws
  becomes one `TryOnError`, and no message names more of a path than the file's own name.
- a `Photo` is upright sRGB: EXIF orientation is applied, colour profiles are converted, and all
  metadata (location, camera, dates) is left behind.
"""

import io
import logging
import os
import secrets
import zlib
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pillow_heif
from PIL import Image, ImageCms

from tryon.core.arrays import Alpha, Pixels
from tryon.core.errors import TryOnError
from tryon.core.types import Photo

logger = logging.getLogger(__name__)

PhotoSource: TypeAlias = (
    Photo | str | os.PathLike[str] | bytes | bytearray | memoryview | Image.Image | np.ndarray
)
"""What `read_photo` reads: see there."""

MAX_PIXELS = 25_000_000
MAX_BYTES = 10 * 1024 * 1024
MIN_SIDE = 128  # pixels

# What may be opened, by Pillow's names. Nothing that runs a program (EPS, PDF), reaches out (SVG)
# or is rarely a photo.
FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "HEIF", "GIF", "BMP")

pillow_heif.register_heif_opener(thumbnails=False, depth_images=False)

# How each format is written. For PNG this takes a fifth of the default's time and 3 % more bytes;
# JPEG without subsampling keeps the edges of coloured prints.
_WRITE_OPTIONS: dict[str, dict[str, Any]] = {
    "PNG": {"compress_level": 1, "compress_type": zlib.Z_RLE},
    "JPEG": {"quality": 95, "subsampling": 0},
    "WEBP": {"quality": 95, "method": 2},
}
_WRITE_SUFFIXES = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP"}
_ORIENTATION_TAG = 0x0112
_UPRIGHT = {  # EXIF orientation -> what undoes it
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_MAX_PROFILE_BYTES = 4 * 1024 * 1024


def read_photo(source: PhotoSource, *, alpha: bool = True) -> Photo:
    """An upright sRGB `Photo` from a path, bytes, a PIL image, a uint8 array or a `Photo`.

    source: arrays are (H, W) grey, (H, W, 3) RGB or (H, W, 4) RGBA. Of an animation the first
        frame is taken.
    alpha: keep transparency in `Photo.alpha`; False forgets it. In both cases `Photo.pixels` shows
        the picture on white. A picture that is opaque everywhere has no alpha.

    Raises TryOnError: image_not_found, unreadable_image, image_too_large (over 25 megapixels or
    10 MB), image_too_small (short side under 128 pixels), bad_argument (not a kind of picture).
    """
    if isinstance(source, Photo):
        _check_size(source.width, source.height)
        photo = source
    elif isinstance(source, np.ndarray):
        photo = _photo_of_array(source)
    elif isinstance(source, Image.Image):
        photo = _photo_of_pil(source)
    elif isinstance(source, bytes | bytearray | memoryview):
        photo = _photo_of_bytes(bytes(source))
    elif isinstance(source, str | os.PathLike):
        photo = _photo_of_bytes(_file_bytes(source))
    else:
        raise TryOnError(
            "bad_argument",
            what="A picture is a path, bytes, a PIL image, a uint8 array or a Photo, "
            f"not {type(source).__name__}.",
        )
    return photo if alpha or photo.alpha is None else Photo(photo.pixels)


def encode_photo(photo: Photo, format: str = "PNG") -> bytes:
    """The picture as a file's bytes, "PNG", "JPEG" or "WEBP", with no metadata at all.

    Transparency is kept by PNG and WebP; JPEG shows the picture on white.
    Raises TryOnError("bad_argument") for another format.
    """
    if format not in _WRITE_OPTIONS:
        raise TryOnError(
            "bad_argument", what=f"Pictures are written as PNG, JPEG or WEBP, not {format!r}."
        )
    pixels = photo.pixels
    if photo.alpha is not None and format != "JPEG":
        pixels = np.dstack([_off_white(photo.pixels, photo.alpha), photo.alpha])
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, format, **_WRITE_OPTIONS[format])
    return buffer.getvalue()


def writable_format(path: str | os.PathLike[str]) -> str:
    """The format `write_photo` will use for this file name.

    Raises TryOnError("bad_argument") if the suffix is not .png, .jpg, .jpeg or .webp, or the folder
    does not exist: worth asking before the work that makes the picture.
    """
    path = Path(path)
    if path.suffix.lower() not in _WRITE_SUFFIXES:
        raise TryOnError(
            "bad_argument",
            what=f"Pictures are written to .png, .jpg or .webp files, not {_shown(path)}.",
        )
    if not path.parent.is_dir():
        raise TryOnError("bad_argument", what=f"There is no folder {_shown(path.parent)}.")
    if path.is_dir():
        raise TryOnError("bad_argument", what=f"{_shown(path)} is a folder, not a file.")
    return _WRITE_SUFFIXES[path.suffix.lower()]


def write_photo(photo: Photo, path: str | os.PathLike[str]) -> None:
    """Write the picture, whole or not at all, in the format its suffix names; no metadata.

    Raises TryOnError("bad_argument") for an unknown suffix, or a folder that is not there or not
    writable.
    """
    write_bytes(encode_photo(photo, writable_format(path)), path)


def write_bytes(data: bytes, path: str | os.PathLike[str]) -> None:
    """Write a file whole or not at all: under another name first, then renamed.

    Raises TryOnError("bad_argument") if the folder cannot be written.
    """
    path = Path(path)
    temporary = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        try:
            with temporary.open("xb") as file:
                file.write(data)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise TryOnError(
            "bad_argument", what=f"{_shown(path)} cannot be written: {error.strerror}."
        ) from error


# --- reading, step by step ---------------------------------------------------------------------


def _shown(path: Path) -> str:
    """A file's name as a message may show it: no folders, no control characters, not endless."""
    name = "".join(letter for letter in path.name if letter.isprintable())
    return name if len(name) <= 60 else name[:57] + "..."


def _file_bytes(source: str | os.PathLike[str]) -> bytes:
    path = Path(source)
    try:
        folder, file = path.is_dir(), path.is_file()  # neither: a pipe or device may never end
    except (OSError, ValueError):  # a name too long, or with a zero byte
        folder = file = False
    if folder:
        raise TryOnError("unreadable_image")
    if not file:
        raise TryOnError("image_not_found", name=_shown(path))
    try:
        with path.open("rb") as opened:
            return opened.read(MAX_BYTES + 1)  # one more than allowed is enough to know
    except OSError:
        raise TryOnError("unreadable_image") from None


def _check_size(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise TryOnError(
            "image_too_large", size=f"{width} x {height} ({width * height / 1e6:.1f} MP)"
        )
    if min(width, height) < MIN_SIDE:
        raise TryOnError("image_too_small", size=f"{width} x {height}")


def _photo_of_bytes(data: bytes) -> Photo:
    if len(data) > MAX_BYTES:
        raise TryOnError("image_too_large", size=f"> {MAX_BYTES / 2**20:.0f} MB")
    try:
        image = Image.open(io.BytesIO(data), formats=FORMATS)
    except Image.DecompressionBombError:  # Pillow's own limit: seven times ours
        raise TryOnError("image_too_large", size=f"> {MAX_PIXELS / 1e6:.0f} MP") from None
    except Exception as error:  # decoders throw anything at hostile bytes
        logger.debug("not opened: %s", type(error).__name__)
        raise TryOnError("unreadable_image") from None
    with image:
        return _photo_of_pil(image)


def _photo_of_pil(image: Image.Image) -> Photo:
    _check_size(*image.size)  # as the header says; no pixel has been decoded yet
    try:
        image.load()
        _check_size(*image.size)  # a header may say one size and the pixels be another
        upright = _upright(image)
        opacity = _opacity(upright)
        colours = _srgb(upright, image.info.get("icc_profile"))
        if opacity is not None:
            on_white = Image.new("RGB", colours.size, (255, 255, 255))
            on_white.paste(colours, mask=opacity)
            colours = on_white
    except TryOnError:
        raise
    except Exception as error:
        logger.debug("not decoded: %s", type(error).__name__)
        raise TryOnError("unreadable_image") from None
    return Photo(np.array(colours), None if opacity is None else np.array(opacity))


def _upright(image: Image.Image) -> Image.Image:
    try:
        orientation = image.getexif().get(_ORIENTATION_TAG)
    except Exception:  # damaged EXIF is no reason to refuse a good picture
        orientation = None
    # Anything but 2..8 leaves the picture as it is, a list or a string as well.
    turn = _UPRIGHT.get(orientation) if isinstance(orientation, int) else None
    return image if turn is None else image.transpose(turn)


def _opacity(image: Image.Image) -> Image.Image | None:
    """The alpha channel as an "L" image, or None if there is none or it is opaque everywhere."""
    if not image.has_transparency_data:
        return None
    alpha = image.convert("RGBA").getchannel("A")
    return None if alpha.getextrema()[0] == 255 else alpha


def _srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """The picture's colours as an "RGB" image in sRGB, whatever its mode; alpha is ignored."""
    if image.mode.startswith("I"):
        image = _eight_bit(image)
    if image.mode not in ("RGB", "L", "CMYK"):
        if image.mode in ("1", "LA"):
            image = image.convert("L")
        elif image.has_transparency_data:
            image = image.convert("RGBA")  # keeps the colours of half transparent palette entries
        # Dropping a channel, not compositing: what is under transparency is put on white later.
        image = image if image.mode == "L" else image.convert("RGB")
    if profile and len(profile) <= _MAX_PROFILE_BYTES:
        try:
            transform = _transform_to_srgb(bytes(profile), image.mode)
            if transform is not None:
                converted = ImageCms.applyTransform(image, transform)
                assert converted is not None  # it is None only where the image itself is changed
                return converted
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            logger.debug("colour profile ignored: damaged, or made for another mode")
    return image.convert("RGB")


def _eight_bit(image: Image.Image) -> Image.Image:
    values = np.asarray(image).astype(np.int64)
    if image.mode.startswith("I;16") or values.max(initial=0) > 255:
        values = (values + 128) // 257  # 65535 -> 255, rounded
    return Image.fromarray(values.clip(0, 255).astype(np.uint8))


@lru_cache(maxsize=8)
def _transform_to_srgb(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """From the profile to sRGB, None if that is what it is already.

    Relative colorimetric with black point compensation: in-gamut colours stay exact.
    """
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    if mode == "RGB" and "srgb" in ImageCms.getProfileDescription(source).lower():
        return None
    return ImageCms.buildTransform(
        source,
        ImageCms.createProfile("sRGB"),
        mode,
        "RGB",
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )


def _photo_of_array(array: np.ndarray) -> Photo:
    channels = array.shape[2] if array.ndim == 3 else 1
    if array.dtype != np.uint8 or array.ndim not in (2, 3) or channels not in (1, 3, 4):
        raise TryOnError(
            "bad_argument",
            what="A picture given as an array is uint8 of shape (H, W, 3), "
            f"not {array.dtype} of shape {array.shape}.",
        )
    _check_size(array.shape[1], array.shape[0])
    if channels == 4:
        return _photo_of_pil(Image.fromarray(np.ascontiguousarray(array)))
    if channels == 1:
        return Photo(np.repeat(array.reshape(*array.shape[:2], 1), 3, axis=2))
    return Photo(np.array(array, order="C"))  # a copy: the caller may go on to change theirs


def _off_white(pixels: Pixels, alpha: Alpha) -> Pixels:
    """Undo the white under half transparent pixels; white where fully clear."""
    opacity = np.maximum(alpha, 1).astype(np.float32)[..., None] / 255
    colours = (pixels - 255 * (1 - opacity)) / opacity
    colours = np.where(alpha[..., None] == 0, 255, colours)
    return np.clip(np.rint(colours), 0, 255).astype(np.uint8)
