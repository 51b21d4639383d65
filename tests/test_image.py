"""Pictures in and out, and Fit. Hostile files are made here, byte by byte; none is stored."""

import contextlib
import io
import struct
import tracemalloc
import zlib

import numpy as np
import pillow_heif
import pytest
from PIL import Image, ImageCms

from tryon.core.errors import TryOnError
from tryon.core.frame import Fit
from tryon.core.image import (
    MAX_BYTES,
    encode_photo,
    read_photo,
    writable_format,
    write_bytes,
    write_photo,
)
from tryon.core.types import Photo

HEIGHT, WIDTH = 150, 200


def scene(mode: str = "RGB") -> Image.Image:
    """A smooth picture whose corners differ: red runs right, green runs down, blue is a blob."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    blob = 255 * np.exp(-((x - 50) ** 2 + (y - 40) ** 2) / 800)
    pixels = np.dstack([x * 255 / WIDTH, y * 255 / HEIGHT, blob]).astype(np.uint8)
    return Image.fromarray(pixels).convert(mode)


def file_of(image: Image.Image, format: str, **options) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format, **options)
    return buffer.getvalue()


def assert_shows_scene(photo: Photo, tolerance: float = 4.0) -> None:
    assert photo.size == (HEIGHT, WIDTH)
    difference = np.abs(photo.pixels.astype(int) - np.asarray(scene()))
    assert difference.mean() < tolerance


# --- formats -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("format", "options"),
    [
        ("PNG", {}),
        ("JPEG", {"quality": 95}),
        ("JPEG", {"quality": 95, "progressive": True}),
        ("WEBP", {"lossless": True}),
        ("WEBP", {"quality": 90}),
        ("HEIF", {"quality": 90}),
        ("AVIF", {"quality": 90}),
        ("BMP", {}),
    ],
)
def test_reads_the_formats_of_cameras_and_the_web(format, options):
    assert_shows_scene(read_photo(file_of(scene(), format, **options)))


def test_the_same_picture_from_every_kind_of_source(tmp_path):
    data = file_of(scene(), "PNG")
    path = tmp_path / "scene.png"
    path.write_bytes(data)
    array = np.asarray(scene())
    sources = [path, str(path), data, bytearray(data), memoryview(data), scene(), array]
    for source in [*sources, Photo(array)]:
        photo = read_photo(source)
        np.testing.assert_array_equal(photo.pixels, array)
        assert photo.alpha is None


def test_an_array_is_copied_so_later_changes_do_not_reach_the_photo():
    array = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    photo = read_photo(array)
    array[:] = 255
    assert photo.pixels.max() == 0
    assert array.flags.writeable


def test_grey_becomes_three_equal_channels():
    grey = scene("L")
    expected = np.asarray(grey)
    for source in (file_of(grey, "PNG"), expected, expected[..., None]):
        pixels = read_photo(source).pixels
        for channel in range(3):
            np.testing.assert_array_equal(pixels[..., channel], expected)


def test_black_and_white_bitmap():
    assert set(np.unique(read_photo(file_of(scene("1"), "PNG")).pixels)) == {0, 255}


def test_sixteen_bit_grey_is_scaled_not_clipped():
    values = np.linspace(0, 65535, HEIGHT * WIDTH).reshape(HEIGHT, WIDTH).astype(np.uint16)
    data = file_of(Image.fromarray(values), "PNG")
    assert data[24] == 16  # bits per sample in the header
    pixels = read_photo(data).pixels[..., 0]
    np.testing.assert_allclose(pixels, values / 257, atol=0.51)


def test_sixteen_bit_colour():
    colours = (np.asarray(scene()).astype(np.uint16) * 257).astype(">u2")
    pixels = read_photo(png(WIDTH, HEIGHT, colours.tobytes(), bits=16)).pixels
    np.testing.assert_array_equal(pixels, np.asarray(scene()))


def test_heif_of_more_than_eight_bits():
    colours = np.asarray(scene()).astype("<u2") * 257
    buffer = io.BytesIO()
    pillow_heif.encode("RGB;16", (WIDTH, HEIGHT), colours.tobytes(), buffer, quality=90)
    check = pillow_heif.open_heif(buffer.getvalue(), convert_hdr_to_8bit=False)
    assert check.info["bit_depth"] > 8
    assert_shows_scene(read_photo(buffer.getvalue()))


def test_cmyk_jpeg():
    assert_shows_scene(read_photo(file_of(scene("CMYK"), "JPEG", quality=95)), tolerance=6)


def test_palette():
    palette = scene().quantize(256)
    assert_shows_scene(read_photo(file_of(palette, "PNG")), tolerance=12)


@pytest.mark.parametrize("format", ["GIF", "WEBP", "PNG"])
def test_of_an_animation_the_first_frame_is_taken(format):
    frames = [scene(), Image.new("RGB", (WIDTH, HEIGHT), (0, 255, 0))]
    data = file_of(frames[0], format, save_all=True, append_images=frames[1:], duration=100)
    with Image.open(io.BytesIO(data)) as check:
        assert check.n_frames == 2
    assert_shows_scene(read_photo(data), tolerance=12)


# --- transparency ------------------------------------------------------------------------------


def half_clear() -> Image.Image:
    """Red; left half fully clear, right half 60 % opaque."""
    pixels = np.zeros((HEIGHT, WIDTH, 4), np.uint8)
    pixels[..., 0] = 200
    pixels[:, WIDTH // 2 :, 3] = 153
    return Image.fromarray(pixels)


@pytest.mark.parametrize("source", ["file", "array", "pil"])
def test_transparency_is_shown_on_white_and_kept_as_alpha(source):
    image = half_clear()
    made = {"file": file_of(image, "PNG"), "array": np.asarray(image), "pil": image}[source]
    photo = read_photo(made)
    assert photo.pixels[5, 5].tolist() == [255, 255, 255]
    assert photo.pixels[5, -5].tolist() == [222, 102, 102]  # 0.6 * (200, 0, 0) + 0.4 * 255
    assert photo.alpha[5, 5] == 0
    assert photo.alpha[5, -5] == 153


def test_alpha_can_be_refused():
    photo = read_photo(half_clear(), alpha=False)
    assert photo.alpha is None
    assert photo.pixels[5, 5].tolist() == [255, 255, 255]
    assert read_photo(read_photo(half_clear()), alpha=False).alpha is None


def test_opaque_everywhere_is_no_transparency():
    assert read_photo(file_of(scene("RGBA"), "PNG")).alpha is None


def test_palette_with_transparency():
    palette = Image.new("P", (WIDTH, HEIGHT), 0)
    palette.putpalette([10, 20, 30, 200, 100, 50])
    palette.paste(1, (0, 0, 60, HEIGHT))
    photo = read_photo(file_of(palette, "PNG", transparency=0))
    assert photo.pixels[5, 5].tolist() == [200, 100, 50]
    assert photo.pixels[5, -5].tolist() == [255, 255, 255]
    assert photo.alpha[5, 5] == 255
    assert photo.alpha[5, -5] == 0


def test_grey_with_alpha():
    image = Image.merge("LA", [scene("L"), Image.new("L", (WIDTH, HEIGHT), 0)])
    photo = read_photo(file_of(image, "PNG"))
    assert photo.pixels.min() == 255
    assert photo.alpha.max() == 0


# --- orientation, metadata, colour -------------------------------------------------------------


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "HEIF", "AVIF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_is_applied(format, orientation):
    # What a camera would store so that a viewer shows the scene upright.
    stored = {
        1: lambda a: a,
        2: lambda a: a[:, ::-1],
        3: lambda a: a[::-1, ::-1],
        4: lambda a: a[::-1],
        5: lambda a: a.transpose(1, 0, 2),
        6: lambda a: np.rot90(a, 1),
        7: lambda a: np.rot90(a, 2).transpose(1, 0, 2),
        8: lambda a: np.rot90(a, -1),
    }[orientation](np.asarray(scene()))
    exif = Image.Exif()
    exif[0x0112] = orientation
    image = Image.fromarray(np.ascontiguousarray(stored))
    data = file_of(image, format, quality=92, exif=exif.tobytes())
    assert_shows_scene(read_photo(data))


@pytest.mark.parametrize("orientation", [0, 9, 77])
def test_a_senseless_orientation_is_ignored(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    assert_shows_scene(read_photo(file_of(scene(), "JPEG", quality=92, exif=exif)))


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
def test_damaged_exif_is_no_reason_to_refuse():
    data = file_of(scene(), "JPEG", quality=92)
    payload = b"Exif\0\0II*\0\xff\xff\xff\x7fgarbage"
    segment = b"\xff\xe1" + struct.pack(">H", len(payload) + 2) + payload
    assert_shows_scene(read_photo(data[:2] + segment + data[2:]))


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP"])
def test_location_and_other_metadata_are_left_behind(format):
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 12.0)  # GPS latitude
    exif.get_ifd(0x8825)[1] = "N"
    data = file_of(scene(), "JPEG", exif=exif, comment=b"secret comment")
    assert b"SecretCamera" in data
    written = encode_photo(read_photo(data), format)
    assert b"SecretCamera" not in written
    assert b"secret" not in written
    with Image.open(io.BytesIO(written)) as image:
        assert not dict(image.getexif())
        harmless = {"jfif", "jfif_version", "jfif_unit", "jfif_density", "loop", "background"}
        assert image.info.keys() <= harmless


def test_a_colour_profile_is_converted_to_srgb():
    """The profile here has red and green exchanged: converted, a red picture is green."""
    swapped = swapped_profile()
    image = Image.new("RGB", (WIDTH, HEIGHT), (230, 20, 20))
    data = file_of(image, "PNG", icc_profile=swapped)
    red, green, _ = read_photo(data).pixels[5, 5]
    assert green > 200
    assert red < 60
    with_alpha = file_of(image.convert("RGBA"), "PNG", icc_profile=swapped)
    np.testing.assert_array_equal(read_photo(with_alpha).pixels, read_photo(data).pixels)


def test_an_srgb_profile_changes_nothing():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = file_of(scene(), "PNG", icc_profile=profile)
    np.testing.assert_array_equal(read_photo(data).pixels, np.asarray(scene()))


@pytest.mark.parametrize("profile", [b"garbage", b"\0" * 200])
def test_a_damaged_profile_is_ignored(profile):
    data = file_of(scene(), "PNG", icc_profile=profile)
    np.testing.assert_array_equal(read_photo(data).pixels, np.asarray(scene()))


def test_a_profile_for_another_mode_is_ignored():
    data = file_of(scene("L"), "PNG", icc_profile=swapped_profile())
    np.testing.assert_array_equal(read_photo(data).pixels[..., 0], np.asarray(scene("L")))


# --- hostile and useless files -----------------------------------------------------------------


def png(width: int, height: int, raw: bytes | None = None, bits: int = 8) -> bytes:
    """A PNG built by hand: any size in the header, whatever pixels follow (none: an empty IDAT)."""

    def chunk(name: bytes, body: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(name + body))
        return struct.pack(">I", len(body)) + name + body + check

    header = struct.pack(">IIBBBBB", width, height, bits, 2, 0, 0, 0)
    body = b""
    if raw is not None:
        row = len(raw) // height
        lines = [b"\0" + raw[row * line : row * (line + 1)] for line in range(height)]
        body = zlib.compress(b"".join(lines), 1)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    )


def webp_header(width: int, height: int) -> bytes:
    """A WebP that claims a size and has one tiny frame."""
    flags = struct.pack("<I", 0x02)
    sides = struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]
    body = b"WEBPVP8X" + struct.pack("<I", 10) + flags + sides
    return b"RIFF" + struct.pack("<I", len(body)) + body


def swapped_profile() -> bytes:
    """An sRGB profile with the red and green primaries exchanged."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    count = struct.unpack_from(">I", profile, 128)[0]
    entries = {bytes(profile[132 + 12 * i : 136 + 12 * i]): 132 + 12 * i for i in range(count)}
    red, green = entries[b"rXYZ"], entries[b"gXYZ"]
    profile[red : red + 4], profile[green : green + 4] = b"gXYZ", b"rXYZ"
    text = profile.find("sRGB".encode("utf-16-be"))
    profile[text : text + 8] = "swap".encode("utf-16-be")  # else it would be taken for sRGB
    return bytes(profile)


TRUNCATED = [
    (format, fraction)
    for format in ("PNG", "JPEG", "WEBP", "HEIF", "AVIF", "GIF", "BMP")
    for fraction in (0.02, 0.3, 0.9)
]


@pytest.mark.parametrize(("format", "fraction"), TRUNCATED)
def test_a_truncated_file_is_unreadable(format, fraction):
    noise = np.random.default_rng(0).integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)
    data = file_of(Image.fromarray(noise), format)
    with pytest.raises(TryOnError) as caught:
        read_photo(data[: int(len(data) * fraction)])
    assert caught.value.code == "unreadable_image"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0" * 5000,
        b"hello, this is a text file\n" * 50,
        b"<!DOCTYPE html><html><body><img src='x.png'></body></html>",
        b'<svg xmlns="http://www.w3.org/2000/svg" width="800" height="800"><rect/></svg>',
        b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 800 800\n%%EndComments\n",
        b"PK\x03\x04" + b"\0" * 200,
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff\xe0",
        b"GIF89a",
        b"RIFF\x10\0\0\0WEBP",
        b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
        b"\0\0\0\x18ftypavif\0\0\0\0mif1avif",
        b"BM" + b"\xff" * 60,
    ],
    ids=lambda data: repr(data[:12]),
)
def test_what_is_not_a_picture_is_unreadable(data):
    with pytest.raises(TryOnError) as caught:
        read_photo(data)
    assert caught.value.code == "unreadable_image"


@pytest.mark.parametrize("format", ["TIFF", "PPM", "TGA", "PCX", "ICO", "EPS", "JPEG2000"])
def test_formats_off_the_list_are_unreadable(format):
    data = file_of(scene(), format)
    with pytest.raises(TryOnError) as caught:
        read_photo(data)
    assert caught.value.code == "unreadable_image"


def test_random_damage_never_escapes_as_another_error():
    rng = np.random.default_rng(1)
    for format in ("PNG", "JPEG", "WEBP", "GIF", "HEIF", "AVIF"):
        data = np.frombuffer(file_of(scene(), format), np.uint8)
        for _ in range(12):
            broken = data.copy()
            places = rng.integers(0, len(broken), 20)
            broken[places] = rng.integers(0, 256, 20)
            # Either it is read all the same or it is refused; no other exception gets out.
            with contextlib.suppress(TryOnError):
                assert read_photo(broken.tobytes()).pixels.dtype == np.uint8


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize(
    "data",
    [
        png(50_000, 50_000),
        png(10_000, 10_000),
        png(5001, 5000),
        png(2**31 - 1, 1),
        webp_header(16_000, 16_000),
    ],
    ids=["50k", "10k", "just over", "one row", "webp"],
)
def test_a_decompression_bomb_is_refused_by_its_header(data):
    tracemalloc.start()
    with pytest.raises(TryOnError) as caught:
        read_photo(data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert caught.value.code in ("image_too_large", "unreadable_image")
    assert peak < 2e6  # bytes: nothing was decoded


def test_the_bomb_message_names_the_size():
    with pytest.raises(TryOnError, match=r"5001 x 5000 \(25.0 MP\)"):
        read_photo(png(5001, 5000))


def test_an_exact_25_megapixel_header_is_not_too_large():
    with pytest.raises(TryOnError) as caught:  # it goes on to the pixels, which are not there
        read_photo(png(5000, 5000))
    assert caught.value.code == "unreadable_image"


def test_a_file_over_ten_megabytes_is_refused(tmp_path):
    data = file_of(scene(), "BMP") + b"\0" * MAX_BYTES
    path = tmp_path / "heavy.bmp"
    path.write_bytes(data)
    for source in (data, path):
        with pytest.raises(TryOnError) as caught:
            read_photo(source)
        assert caught.value.code == "image_too_large"


@pytest.mark.parametrize("size", [(1, 1), (127, 400), (400, 127)])
def test_too_small(size):
    image = Image.new("RGB", size)
    for source in (image, file_of(image, "PNG"), np.asarray(image), Photo(np.asarray(image))):
        with pytest.raises(TryOnError) as caught:
            read_photo(source)
        assert caught.value.code == "image_too_small"
        assert f"{size[0]} x {size[1]}" in str(caught.value)


def test_128_pixels_are_enough():
    assert read_photo(Image.new("RGB", (128, 128))).size == (128, 128)


def test_too_large_an_array():
    wide = np.broadcast_to(np.zeros((1, 1, 3), np.uint8), (5000, 5001, 3))
    with pytest.raises(TryOnError) as caught:
        read_photo(wide)
    assert caught.value.code == "image_too_large"


@pytest.mark.parametrize(
    "source",
    [
        None,
        7,
        object(),
        [[1, 2], [3, 4]],
        np.zeros((200, 200, 3)),
        np.zeros((200, 200, 3), np.float32),
        np.zeros((200, 200), bool),
        np.zeros((200, 200, 2), np.uint8),
        np.zeros((3, 200, 200), np.uint8),
        np.zeros((1, 200, 200, 3), np.uint8),
        np.zeros(200, np.uint8),
    ],
    ids=lambda source: str(getattr(source, "shape", type(source).__name__)),
)
def test_what_is_no_kind_of_picture_is_a_bad_argument(source):
    with pytest.raises(TryOnError) as caught:
        read_photo(source)
    assert caught.value.code == "bad_argument"


def test_paths_that_cannot_be_read(tmp_path):
    cases = {
        tmp_path / "private" / "nobody.jpg": "image_not_found",
        tmp_path: "unreadable_image",
        "x" * 5000: "image_not_found",
        "zero\0byte.png": "image_not_found",
        "/dev/zero": "image_not_found",
        "": "unreadable_image",
    }
    for path, code in cases.items():
        with pytest.raises(TryOnError) as caught:
            read_photo(path)
        assert caught.value.code == code, path
        assert "private" not in str(caught.value)
        assert len(str(caught.value)) < 200


def test_a_message_names_the_file_only(tmp_path):
    with pytest.raises(TryOnError, match=r"There is no file nobody\.jpg"):
        read_photo(tmp_path / "private" / "nobody.jpg")


# --- writing -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "magic", "tolerance"),
    [
        ("a.png", b"\x89PNG", 0),
        ("a.JPG", b"\xff\xd8", 3),
        ("a.jpeg", b"\xff\xd8", 3),
        ("a.webp", b"RIFF", 3),
    ],
)
def test_written_and_read_again(tmp_path, name, magic, tolerance):
    photo = read_photo(scene())
    path = tmp_path / name
    write_photo(photo, path)
    assert path.read_bytes().startswith(magic)
    again = read_photo(path)
    assert np.abs(again.pixels.astype(int) - photo.pixels).mean() <= tolerance
    assert [file.name for file in tmp_path.iterdir()] == [name]


def test_transparency_survives_png():
    photo = read_photo(half_clear())
    again = read_photo(encode_photo(photo, "PNG"))
    np.testing.assert_array_equal(again.alpha, photo.alpha)
    np.testing.assert_allclose(again.pixels.astype(int), photo.pixels.astype(int), atol=1)


@pytest.mark.parametrize("name", ["a.gif", "a", "a.svg", "missing/a.png"])
def test_what_cannot_be_written_is_said_and_nothing_is_left(tmp_path, name):
    for attempt in (
        lambda: write_photo(read_photo(scene()), tmp_path / name),
        lambda: writable_format(tmp_path / name),
    ):
        with pytest.raises(TryOnError) as caught:
            attempt()
        assert caught.value.code == "bad_argument"
        assert str(tmp_path) not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_a_failed_write_leaves_the_old_file_and_no_rest(tmp_path):
    target = tmp_path / "folder.png"
    target.mkdir()  # a folder cannot be replaced by a file
    with pytest.raises(TryOnError):
        write_bytes(b"data", target)
    assert [path.name for path in tmp_path.iterdir()] == ["folder.png"]
    with pytest.raises(TryOnError):
        encode_photo(read_photo(scene()), "TIFF")


# --- Fit ---------------------------------------------------------------------------------------


def test_points_half_pixel_exact():
    """Twice as large: the centre of photo pixel 0 lies between canvas pixels 0 and 1."""
    fit = Fit.inside((2, 3), (4, 6))
    assert (fit.scale, fit.x, fit.y) == (2, 0, 0)
    np.testing.assert_array_equal(
        fit.points(np.array([[0, 0], [2, 1], [-0.5, -0.5]])), [[0.5, 0.5], [4.5, 2.5], [-0.5, -0.5]]
    )


def test_box_maps_edges():
    fit = Fit.inside((2, 3), (4, 6))
    np.testing.assert_array_equal(fit.box((0, 0, 3, 2)), [0, 0, 6, 4])
    np.testing.assert_array_equal(
        fit.unbox(np.array([[0, 0, 6, 4], [2, 2, 4, 4]]))[1], [1, 1, 2, 2]
    )


def test_inside_is_a_centred_letterbox():
    fit = Fit.inside((100, 50), (200, 200))
    assert (fit.scale, fit.x, fit.y) == (2, 50, 0)
    np.testing.assert_array_equal(fit.box((0, 0, 50, 100)), [50, 0, 150, 200])


def test_crop_keeps_the_aspect_and_centres_the_box():
    fit = Fit.crop((100, 100), (20, 40, 40, 60), (50, 100))
    assert fit.scale == 2.5
    np.testing.assert_array_equal(fit.box((20, 40, 40, 60)), [25, 0, 75, 50])


def test_crop_may_exceed_the_photo():
    fit = Fit.crop((10, 10), (-5, -5, 5, 5), (10, 10))
    canvas = fit.image(np.full((10, 10), 9, np.uint8), border=1)
    assert (canvas[:5] == 1).all()
    assert (canvas[:, :5] == 1).all()
    assert (canvas[5:, 5:] == 9).all()


def test_further_columns_of_points_pass_through():
    points = np.array([[3, 4, 0.25], [5, 6, 1]], np.float32)
    moved = Fit(0.5, 1, 2, (10, 10), (8, 8)).points(points)
    np.testing.assert_array_equal(moved[:, 2], [0.25, 1])
    assert moved.dtype == np.float32


def test_shrinking_averages_areas():
    image = np.array([[0, 4, 10, 10], [8, 4, 30, 10]], np.float32)
    assert Fit.inside((2, 4), (1, 2)).image(image).tolist() == [[4, 15]]
    assert Fit.inside((2, 4), (1, 2)).image(image.astype(np.uint8)).tolist() == [[4, 15]]


def test_shrinking_by_an_odd_factor_is_the_true_area_average():
    """Against brute force: every canvas pixel is the mean over 60 x 60 points inside it."""
    image = np.random.default_rng(0).random((53, 41)).astype(np.float32)
    fit = Fit.crop((53, 41), (4.3, 5, 37.2, 48.7), (26, 19))
    fine = 60
    y = (np.arange(26 * fine) + 0.5) / fine
    x = (np.arange(19 * fine) + 0.5) / fine
    rows = np.floor((y - fit.y) / fit.scale).astype(int)
    columns = np.floor((x - fit.x) / fit.scale).astype(int)
    expected = image[rows][:, columns].reshape(26, fine, 19, fine).mean((1, 3))
    np.testing.assert_allclose(fit.image(image), expected, atol=0.012)


def test_enlarging_interpolates_between_centres():
    image = np.array([[0, 8]], np.float32)
    canvas = Fit(4, 0, 0, (1, 2), (4, 8)).image(image)
    assert canvas[0].tolist() == [0, 0, 1, 3, 5, 7, 8, 8]


def test_whole_shifts_move_pixels_untouched():
    image = np.arange(12, dtype=np.uint8).reshape(3, 4)
    canvas = Fit(1, 1, -1, (3, 4), (3, 4)).image(image, border=99)
    assert canvas.tolist() == [[99, 4, 5, 6], [99, 8, 9, 10], [99, 99, 99, 99]]
    repeated = Fit(1, 1, -1, (3, 4), (3, 4)).image(image, border=None)
    assert repeated.tolist() == [[4, 4, 5, 6], [8, 8, 9, 10], [8, 8, 9, 10]]


def test_border_may_be_a_colour():
    canvas = Fit.inside((2, 2), (2, 4)).image(np.zeros((2, 2, 3), np.uint8), border=(1, 2, 3))
    assert canvas[0].tolist() == [[1, 2, 3], [0, 0, 0], [0, 0, 0], [1, 2, 3]]


@pytest.mark.parametrize("channels", [None, 1, 2, 3, 4, 5])
@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_every_number_of_channels(channels, dtype):
    shape = (20, 30) if channels is None else (20, 30, channels)
    image = (np.random.default_rng(0).random(shape) * 255).astype(dtype)
    for fit in (Fit.inside((20, 30), (10, 15)), Fit(2.3, 0.4, -3.7, (20, 30), (40, 50))):
        canvas = fit.image(image)
        assert canvas.shape == fit.canvas_size + shape[2:]
        assert canvas.dtype == dtype
        assert canvas.flags.writeable
        if channels == 2:  # as the planes alone
            np.testing.assert_array_equal(canvas[..., 1], fit.image(image[..., 1].copy()))


def test_labels_take_the_nearest():
    labels = np.array([[1, 2], [3, 4]], np.uint8)
    assert Fit.inside((2, 2), (4, 4)).labels(labels).tolist() == [
        [1, 1, 2, 2],
        [1, 1, 2, 2],
        [3, 3, 4, 4],
        [3, 3, 4, 4],
    ]
    assert Fit(1, 1, 0, (2, 2), (2, 3)).labels(labels, border=9).tolist() == [[9, 1, 2], [9, 3, 4]]


def test_mask_is_true_where_at_least_half_is():
    mask = np.array([[1, 1, 1, 0, 0, 0]] * 2, bool)
    assert Fit.inside((2, 6), (1, 3)).mask(mask).tolist() == [[True, True, False]]
    assert Fit(2, 1, 0, (2, 6), (1, 5)).mask(mask).tolist() == [[False, True, True, True, True]]


def test_flow_keeps_its_values_and_moves_its_layout():
    flow = np.array([[[10, 70], [20, 70]]], np.float32)
    enlarged = Fit(2, 0, 0, (1, 2), (2, 4)).flow(flow)
    assert enlarged[0].tolist() == [[10, 70], [12.5, 70], [17.5, 70], [20, 70]]


FITS = [
    Fit.inside((90, 60), (256, 192)),
    Fit.inside((300, 210), (256, 192)),
    Fit.inside((601, 403), (128, 96)),
    Fit.crop((120, 90), (10.3, -20.5, 70.1, 88), (256, 192)),
    Fit.crop((400, 300), (100.7, 120, 220, 301), (64, 48)),
    Fit(0.37, 3.3, -2.6, (200, 150), (80, 60)),
    Fit(3.7, -31.4, 12.9, (50, 40), (180, 130)),
]


@pytest.mark.parametrize("fit", FITS)
def test_there_and_back_is_the_identity(fit):
    points = np.random.default_rng(0).uniform(-50, 400, (40, 3))
    np.testing.assert_allclose(fit.unpoints(fit.points(points)), points, atol=1e-3)
    boxes = points.reshape(30, 4)
    np.testing.assert_allclose(fit.unbox(fit.box(boxes)), boxes, atol=1e-3)
    assert fit.inverse.inverse.scale == pytest.approx(fit.scale)
    np.testing.assert_allclose(fit.inverse.inverse.matrix, fit.matrix, atol=1e-9)


@pytest.mark.parametrize("fit", FITS)
def test_points_and_matrix_agree(fit):
    points = np.random.default_rng(0).uniform(-50, 400, (40, 2))
    by_matrix = points @ fit.matrix[:, :2].T + fit.matrix[:, 2]
    np.testing.assert_allclose(fit.points(points), by_matrix, atol=1e-3)


@pytest.mark.parametrize("fit", FITS)
def test_pixels_go_where_points_go(fit):
    """A map of coordinates laid out on the canvas, brought to the photo, tells where each photo
    pixel's centre lies on the canvas: exactly what `points` says (inside the canvas)."""
    height, width = fit.canvas_size
    coordinates = np.dstack(np.meshgrid(np.arange(width), np.arange(height))).astype(np.float32)
    y, x = np.mgrid[: fit.photo_size[0], : fit.photo_size[1]]
    expected = fit.points(np.dstack([x, y]))
    reach = 1 + max(1, fit.scale)  # canvas pixels at the border that the edge's repetition bends
    inside = ((expected > reach) & (expected < [width - 1 - reach, height - 1 - reach])).all(2)
    assert inside.any()
    got = fit.unflow(coordinates)
    np.testing.assert_allclose(got[inside], expected[inside], atol=0.05 if fit.scale > 1 else 1e-3)


@pytest.mark.parametrize("fit", FITS)
def test_a_blob_stays_in_place(fit):
    """Centre of gravity of a soft spot, forward and back, in every kind of array."""
    centre = (fit.unbox((0, 0, *fit.canvas_size[::-1])).reshape(2, 2).mean(0)).clip(
        0, np.array(fit.photo_size[::-1])
    )
    centre = centre * 0.6 + 0.4 * np.array(fit.photo_size[::-1]) / 2
    y, x = np.mgrid[: fit.photo_size[0], : fit.photo_size[1]]
    radius = 5 / min(fit.scale, 1)
    distance = ((x - centre[0]) ** 2 + (y - centre[1]) ** 2) / radius**2
    expected = fit.points(centre[None].astype(np.float32))[0]

    def gravity(weights):
        rows, columns = np.mgrid[: weights.shape[0], : weights.shape[1]]
        return np.array([(columns * weights).sum(), (rows * weights).sum()]) / weights.sum()

    spot = np.exp(-distance / 2).astype(np.float32)
    arrays = {
        fit.image: (spot, fit.unimage),
        fit.mask: (distance < 4, fit.inverse.mask),
        fit.labels: ((distance < 4).astype(np.uint8), fit.inverse.labels),
    }
    for forward, (array, back) in arrays.items():
        canvas = forward(array)
        np.testing.assert_allclose(gravity(canvas), expected, atol=0.3 * max(1, fit.scale))
        again = back(canvas)
        np.testing.assert_allclose(gravity(again), centre, atol=0.3 * max(1, 1 / fit.scale))


@pytest.mark.parametrize("fit", FITS)
def test_a_window_is_a_slice_of_the_whole(fit):
    height, width = fit.photo_size
    box = (width // 5, height // 7, width // 2 + 3, height // 2 + 5)
    rows, columns = slice(box[1], box[3]), slice(box[0], box[2])
    y, x = np.mgrid[: fit.canvas_size[0], : fit.canvas_size[1]] / 9.0
    smooth = np.dstack([np.sin(x), np.cos(y), np.sin(x + y)])
    image = (smooth * 120 + 128).astype(np.uint8)
    mask = smooth[..., 0] > 0.3
    flow = smooth[..., :2].astype(np.float32)
    cases = [
        (fit.unimage, image, 4),  # of 255
        (fit.inverse.labels, image[..., 0], 0),
        (fit.unflow, flow, 0.03),  # of 1
    ]
    for function, array, tolerance in cases:
        whole, part = function(array)[rows, columns], function(array, box=box)
        assert part.shape == whole.shape
        assert np.abs(part.astype(float) - whole).max() <= tolerance, function
    assert (fit.inverse.mask(mask)[rows, columns] == fit.inverse.mask(mask, box=box)).mean() > 0.99


def test_a_mask_survives_enlarging_and_back():
    mask = np.random.default_rng(0).random((60, 40)) > 0.5
    fit = Fit.inside((60, 40), (180, 120))
    np.testing.assert_array_equal(fit.inverse.mask(fit.mask(mask)), mask)


def test_a_sharp_edge_keeps_its_place_in_an_image():
    image = np.zeros((60, 40, 3), np.uint8)
    image[:, 20:] = 200
    fit = Fit.inside((60, 40), (180, 120))
    again = fit.unimage(fit.image(image))
    np.testing.assert_allclose(again.astype(int), image.astype(int), atol=25)
    assert (again[:, 20] > 150).all()
    assert (again[:, 19] < 50).all()


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: Fit(0, 0, 0, (4, 4), (4, 4)), ValueError),
        (lambda: Fit(-1, 0, 0, (4, 4), (4, 4)), ValueError),
        (lambda: Fit(float("nan"), 0, 0, (4, 4), (4, 4)), ValueError),
        (lambda: Fit(1, 0, 0, (0, 4), (4, 4)), ValueError),
        (lambda: Fit.crop((4, 4), (2, 2, 2, 3), (4, 4)), ValueError),
        (lambda: Fit.inside((4, 4), (8, 8)).image(np.zeros((5, 4), np.uint8)), ValueError),
        (lambda: Fit.inside((4, 4), (8, 8)).image(np.zeros((4, 4), bool)), TypeError),
        (lambda: Fit.inside((4, 4), (8, 8)).mask(np.zeros((4, 4), np.uint8)), TypeError),
        (lambda: Fit.inside((4, 4), (8, 8)).inverse.mask(np.zeros((4, 4), bool)), ValueError),
        (
            lambda: Fit.inside((4, 4), (8, 8)).image(np.zeros((4, 4), np.uint8), box=(0, 0, 9, 8)),
            ValueError,
        ),
    ],
)
def test_senseless_fits_and_arrays_are_refused(call, error):
    with pytest.raises(error):
        call()
