"""Pictures and requests made to do harm, as tables: what is sent, and what must come back.

    python tests/hostile.py     # how many of each class

Used by test_hostile.py. Nothing here is larger than it must be: a bomb is small by nature.
"""

import io
import json
import struct
import sys
import zlib
from collections.abc import Iterator

import numpy as np
from PIL import Image

API = "/gradio_api"
LETTER = "multipart/form-data; boundary=line"
JSON = {"Content-Type": "application/json"}

# --- pictures --------------------------------------------------------------------------------------


def chunk(kind: bytes, data: bytes) -> bytes:
    """A PNG chunk."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, data: bytes = b"", extra: bytes = b"", bits=8, kind=2) -> bytes:
    """A PNG that says a size; data: of the pixels, compressed or not at all."""
    header = struct.pack(">IIBBBBB", width, height, bits, kind, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (chunk(b"IHDR", header), extra, chunk(b"IDAT", data), chunk(b"IEND", b""))
    )


def saved(format_: str, size=(160, 200), mode="RGB", **options) -> bytes:
    """A good picture with somebody in it, for `FakeTryOn`."""
    pixels = np.random.default_rng(1).integers(40, 256, (size[1], size[0], 3), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).convert(mode).save(buffer, format_, **options)
    return buffer.getvalue()


def with_exif(exif: bytes) -> bytes:
    """A JPEG with these bytes for EXIF."""
    whole = saved("JPEG")
    segment = b"Exif\0\0" + exif
    return whole[:2] + b"\xff\xe1" + struct.pack(">H", len(segment) + 2) + segment + whole[2:]


def animation(format_: str, frames: int) -> bytes:
    first = Image.new("RGB", (130, 130), (200, 60, 60))
    rest = [Image.new("RGB", (130, 130), (60, i % 256, 60)) for i in range(1, frames)]
    buffer = io.BytesIO()
    first.save(buffer, format_, save_all=True, append_images=rest, duration=20)
    return buffer.getvalue()


def bmp(width: int, height: int, bits: int = 24) -> bytes:
    info = struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, 0, 0, 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 14 + 40 + 64, 0, 0, 54) + info + bytes(64)


def gif(width: int, height: int, body: bytes = b"\x2c" + bytes(20)) -> bytes:
    return b"GIF89a" + struct.pack("<HH", width, height) + b"\x80\0\0" + bytes(6) + body + b";"


def jpeg_of_size(width: int, height: int) -> bytes:
    """A small JPEG whose header says another size."""
    whole = bytearray(saved("JPEG"))
    at = whole.index(b"\xff\xc0")
    whole[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(whole)


def broken(data: bytes, at: float, value: int = 0xFF, count: int = 16) -> bytes:
    """Some bytes in the middle overwritten."""
    start = int(len(data) * at)
    return data[:start] + bytes([value]) * count + data[start + count :]


def box(kind: bytes, data: bytes) -> bytes:
    """A box of an HEIF or AVIF file."""
    return struct.pack(">I", len(data) + 8) + kind + data


SVG = b"""<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<svg xmlns="http://www.w3.org/2000/svg" width="300" height="300"><script>alert(1)</script>
<image href="http://127.0.0.1/" width="9" height="9"/><text>&x;</text></svg>"""
LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(9))
    + b"]><svg>&j;</svg>"
)
LOOP = b"II*\0\x08\0\0\0\x01\0\x69\x87\x04\0\x01\0\0\0\x08\0\0\0\x08\0\0\0"


def pictures() -> Iterator[tuple[str, str, bytes, str]]:
    """(name, file name, bytes, what must come back: "answered" or a code)."""
    no = "unreadable_image"
    big = "image_too_large"
    good = {f: saved(f) for f in ("JPEG", "PNG", "WEBP", "GIF", "BMP", "AVIF")}
    yield "svg", "a.svg", SVG, no
    yield "svg called png", "a.png", SVG, no
    yield "billion laughs", "a.svg", LAUGHS, no
    yield "html", "a.html", b"<html><script>alert(1)</script></html>", no
    yield "html called jpg", "a.jpg", b"<html><script>alert(1)</script></html>", no
    yield "javascript behind a GIF's first bytes", "a.gif", b"GIF89a=1;alert(document.cookie)", no
    yield "pdf", "a.pdf", b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF", no
    yield "postscript", "a.eps", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\nshowpage", no
    yield "postscript called jpg", "a.jpg", b"%!PS\n(%pipe%id) (w) file", no
    yield "imagemagick script", "a.mvg", b"push graphic-context\nfill 'url(http://127.0.0.1)'", no
    yield "zip", "a.zip", b"PK\x03\x04" + bytes(60), no
    yield "zip called webp", "a.webp", b"PK\x03\x04" + bytes(60), no
    yield "program", "a.exe", b"MZ" + bytes(80), no
    yield "program called png", "a.png", b"\x7fELF\x02\x01\x01" + bytes(80), no
    yield "pickle", "a.pkl", b"\x80\x04\x95\x0f\0\0\0\0\0\0\0\x8c\x05posix", no
    yield "python", "a.py", b"import os; os.system('id')", no
    yield "tiff", "a.tiff", saved("TIFF"), no
    yield "icon", "a.ico", b"\0\0\x01\0\x01\0\0\0" + bytes(40), no
    yield "photoshop", "a.psd", b"8BPS\0\x01" + bytes(60), no
    yield "netpbm", "a.ppm", saved("PPM"), no
    yield "video", "a.mp4", box(b"ftyp", b"isommp42") + bytes(64), no
    yield "empty file", "a.jpg", b"", no
    yield "one byte", "a.jpg", b"\xff", no
    yield "zeros", "a.jpg", bytes(5000), no
    yield "noise", "a.png", np.random.default_rng(2).bytes(5000), no
    yield "text", "a.txt", b"a photo of me", no
    # Bombs: little to send, much to unpack.
    yield "png of 3,600 megapixels", "a.png", png(60000, 60000), big
    yield "png of 2^62 pixels", "a.png", png(2**31 - 1, 2**31 - 1), big
    yield "png of 2^32 columns", "a.png", png(2**32 - 1, 128), None
    yield "png one row too large", "a.png", png(5000, 5001), big
    yield "png, 500 MB of zeros", "a.png", png(12000, 12000, zlib.compress(bytes(9**7), 9)), big
    yield "png, 16 bits", "a.png", png(30000, 30000, bits=16), big
    yield "png, thin", "a.png", png(1_000_000, 2), "image_too_small"
    yield "png without pixels", "a.png", png(200, 200), no
    yield "png with few pixels", "a.png", png(200, 200, zlib.compress(bytes(100))), no
    yield "png of no width", "a.png", png(0, 200), no
    bomb = zlib.compress(bytes(60_000_000), 9)
    yield (
        "png with a bomb for a profile",
        "a.png",
        png(200, 200, zlib.compress(bytes(601 * 200)), chunk(b"iCCP", b"x\0\0" + bomb)),
        None,
    )
    yield (
        "png with a bomb for a text",
        "a.png",
        png(200, 200, zlib.compress(bytes(601 * 200)), chunk(b"zTXt", b"x\0\0" + bomb)),
        None,
    )
    yield (
        "png with a thousand texts",
        "a.png",
        png(200, 200, zlib.compress(bytes(601 * 200)), chunk(b"tEXt", b"a\0b") * 1000),
        None,
    )
    yield (
        "png that says it is an endless animation",
        "a.png",
        png(
            200,
            200,
            zlib.compress(bytes(601 * 200)),
            chunk(b"acTL", struct.pack(">II", 2**31 - 1, 0)),
        ),
        None,
    )
    yield "jpeg of 4,300 megapixels", "a.jpg", jpeg_of_size(65500, 65500), big
    yield "jpeg of no height", "a.jpg", jpeg_of_size(200, 0), None
    yield "jpeg larger than it is", "a.jpg", jpeg_of_size(4000, 4000), None
    yield "gif of 4,300 megapixels", "a.gif", gif(65535, 65535), big
    yield (
        "gif, frame outside",
        "a.gif",
        gif(200, 200, b"\x2c" + struct.pack("<HHHH", 60000, 60000, 60000, 60000) + b"\0\x02\0"),
        None,
    )
    yield "gif of 3,000 frames", "a.gif", animation("GIF", 3000), "answered"
    yield "webp of 300 frames", "a.webp", animation("WEBP", 300), "answered"
    yield "png of 200 frames", "a.png", animation("PNG", 200), "answered"
    yield "bmp of 10^18 pixels", "a.bmp", bmp(10**9, 10**9), big
    yield "bmp, negative", "a.bmp", bmp(-500, -500), None
    yield "bmp without pixels", "a.bmp", bmp(300, 300), no
    yield "bmp of 17 bits", "a.bmp", bmp(300, 300, 17), no
    huge = b"VP8X" + struct.pack("<I", 10) + b"\0\0\0\0" + b"\xff" * 6
    yield "webp of 2^48 pixels", "a.webp", b"RIFF" + struct.pack("<I", 22) + b"WEBP" + huge, no
    yield "avif, hollow", "a.avif", box(b"ftyp", b"avif\0\0\0\0avifmif1") + box(b"meta", b""), no
    yield "heic, hollow", "a.heic", box(b"ftyp", b"heic\0\0\0\0mif1heic") + box(b"mdat", b"x"), no
    yield (
        "heic, box of 4 GB",
        "a.heic",
        box(b"ftyp", b"heic\0\0\0\0heic") + b"\xff" * 4 + b"meta",
        no,
    )
    # Broken, by format.
    for format_, data in good.items():
        name = f"a.{format_.lower()}"
        yield f"{format_}, first half", name, data[: len(data) // 2], None
        yield f"{format_}, first 40 bytes", name, data[:40], no
        yield f"{format_}, hole in the middle", name, broken(data, 0.5), None
        yield f"{format_}, hole at the start", name, broken(data, 0.0, 0, 8), no
        yield f"{format_}, too small", name, saved(format_, (60, 60)), "image_too_small"
    # EXIF.
    yield "exif, empty", "a.jpg", with_exif(b""), "answered"
    yield "exif, noise", "a.jpg", with_exif(np.random.default_rng(3).bytes(500)), "answered"
    yield "exif, a loop", "a.jpg", with_exif(LOOP), "answered"
    yield (
        "exif, 65,000 entries",
        "a.jpg",
        with_exif(b"II*\0\x08\0\0\0\xff\xff" + bytes(90)),
        "answered",
    )
    yield "exif, far away", "a.jpg", with_exif(b"II*\0\xf0\xff\xff\x7f"), "answered"
    yield (
        "exif, orientation 99",
        "a.jpg",
        with_exif(b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x63\0\0\0\0\0\0\0"),
        "answered",
    )
    yield (
        "exif, orientation as text",
        "a.jpg",
        with_exif(b"II*\0\x08\0\0\0\x01\0\x12\x01\x02\0\x04\0\0\0six\0\0\0\0\0"),
        "answered",
    )
    yield (
        "exif, 2^32 orientations",
        "a.jpg",
        with_exif(b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\xff\xff\xff\xff\x08\0\0\0\0\0\0\0"),
        "answered",
    )
    # Two things at once: a picture is a picture, whatever else it is.
    yield (
        "jpeg with a page behind it",
        "a.jpg",
        good["JPEG"] + b"<script>alert(1)</script>",
        "answered",
    )
    yield "jpeg called html", "a.html", good["JPEG"], "answered"
    yield "png with a zip behind it", "a.png", good["PNG"] + b"PK\x03\x04" + bytes(200), "answered"
    yield "png called svg", "a.svg", good["PNG"], "answered"
    yield (
        "jpeg with a script for a comment",
        "a.jpg",
        saved("JPEG", comment=b"*/alert(1)/*<svg onload=alert(1)>"),
        "answered",
    )
    yield "profile that is none", "a.jpg", saved("JPEG", icc_profile=b"no profile" * 30), "answered"
    yield "profile of zeros", "a.png", saved("PNG", icc_profile=bytes(400)), "answered"


# --- requests --------------------------------------------------------------------------------------

Request = tuple[str, str, str, dict[str, str], bytes]  # name, method, path, headers, body


def addresses() -> Iterator[Request]:
    """Addresses that must not exist, or not like this."""
    files = (
        "/etc/passwd", "/proc/self/environ", "/proc/self/cmdline", "/root/.ssh/id_rsa", "app.py",
        "../app.py", "../../../../etc/passwd", "..%2f..%2f..%2fetc%2fpasswd", "%2e%2e/%2e%2e/etc",
        "....//....//etc/passwd", "..\\..\\windows\\win.ini", "C:\\windows\\win.ini",
        "\\\\evil\\share", "file:///etc/passwd", "http://127.0.0.1:22/", "https://example.com/a.png",
        "http://169.254.169.254/latest/meta-data/", "http://[::1]/", "ftp://example.com/", "//evil/a",
        "gopher://127.0.0.1:6379/_FLUSHALL", "data:text/html,hi", "javascript:alert(1)", "%00",
        "/etc/passwd%00.png", "/tmp", "/tmp/", "/dev/zero", "/dev/stdin", "~/.bashrc", "$HOME", "*",
        "a" * 3000, "/tmp/" + "a/" * 900, "%f0%28%8c%28", "%u002e%u002e/", "/work/../etc/passwd", "",
    )  # fmt: skip
    for path in files:
        yield f"file={path[:60]}", "GET", f"{API}/file={path}", {}, b""
    for path in (
        "/gradio_api/proxy=http://127.0.0.1/", "/gradio_api/proxy=https://hf.space/",
        "/gradio_api/dev/reload", "/gradio_api/custom_component/x/client/component/index.js",
        "/gradio_api/stream/a/b/1/playlist.m3u8", "/gradio_api/stream/a/b/1/playlist-file",
        "/gradio_api/runs", "/gradio_api/run-history/buckets", "/gradio_api/deep_link?session_hash=a",
        "/gradio_api/vibe-code", "/gradio_api/profiling/traces", "/monitoring", "/monitoring/summary",
        "/monitoring/key", "/logout", "/?deep_link=../../etc", "/config?deep_link=aaaaaaaa",
        "/docs", "/redoc", "/openapi.json", "/.env", "/.git/config", "/app.py", "/admin",
        "/stock/garments/..%2f..%2fapp.py", "/stock/people/%00", "/static/../../../etc/passwd",
        "/static/%2e%2e/%2e%2e/%2e%2e/etc/passwd", "/assets/..%2f..%2f..%2fetc%2fpasswd",
        "/svelte/../../app.py", "/theme.css/../app.py", "//etc/passwd", "/%2e%2e/app.py",
        "/gradio_api/heartbeat/" + "a" * 200, "/gradio_api/heartbeat/..%2f", "/gradio_api/file",
        "/gradio_api/call/try_on", "/gradio_api/call/try_on/" + "a" * 300 + "/b", "/wp-login.php",
        "/?" + "a=b&" * 2000, "/pwa_icon/99999999", "/pwa_icon/x", "/gradio_api/upload_progress",
        "/gradio_api/queue/data",
    ):  # fmt: skip
        yield f"GET {path[:60]}", "GET", path, {}, b""
    for method, path in (
        ("PUT", "/"), ("DELETE", "/gradio_api/upload"), ("PATCH", "/config"), ("TRACE", "/"),
        ("CONNECT", "/"), ("POST", "/"), ("POST", "/config"), ("GET", "/gradio_api/upload"),
        ("GET", "/gradio_api/queue/join"), ("BREW", "/"), ("POST", "/login"),
        ("POST", "/gradio_api/process_recording"), ("POST", "/gradio_api/component_server"),
        ("POST", "/gradio_api/vibe-edit"), ("POST", "/gradio_api/stream/x"), ("POST", "/health"),
        ("POST", "/gradio_api/run-history/connect"), ("DELETE", "/gradio_api/file=/etc/passwd"),
    ):  # fmt: skip
        yield f"{method} {path}", method, path, {"Content-Length": "0"}, b""


BODIES = (
    ("nothing", b""), ("no JSON", b"{"), ("a list", b"[]"), ("a number", b"1"), ("null", b"null"),
    ("a string", b'"x"'), ("not a number", b'{"data": [NaN]}'), ("infinity", b'{"data": [Infinity]}'),
    ("minus infinity", b'{"data": [-Infinity]}'), ("1e999", b'{"data": [1e999]}'),
    ("a very long number", b'{"data": [' + b"9" * 5000 + b"]}"),
    ("a long number", b'{"data": [' + b"9" * 40 + b"]}"),
    ("deep lists", b'{"data": ' + b"[" * 5000 + b"]" * 5000 + b"}"),
    ("deep objects", b'{"data": ' + b'{"a":' * 3000 + b"1" + b"}" * 3000 + b"}"),
    ("deep enough", b'{"data": ' + b"[" * 30 + b"]" * 30 + b"}"),
    ("half a letter", b'{"data": ["\\ud800"]}'), ("no UTF-8", b'{"data": ["\xff\xfe"]}'),
    ("UTF-16", '{"data": []}'.encode("utf-16")), ("a mark in front", b'\xef\xbb\xbf{"data": []}'),
    ("no data", b"{}"), ("data is text", b'{"data": "x"}'), ("data is an object", b'{"data": {}}'),
    ("data is null", b'{"data": null}'), ("data is empty", b'{"data": []}'),
    ("much data", b'{"data": [' + b"0," * 9000 + b"0]}"), ("a megabyte", b'{"data": ["' + b"a" * 10**6 + b'"]}'),
    ("XML", b"<?xml version='1.0'?><data/>"), ("a form", b"data=1&fn_index=2"), ("zeros", bytes(400)),
)  # fmt: skip


def bodies() -> Iterator[Request]:
    """Bodies that are no request, to each address that takes JSON."""
    for path in ("/call/try_on", "/call/v2/try_on", "/queue/join", "/run/predict"):
        for name, body in BODIES:
            yield f"{path}: {name}", "POST", API + path, JSON, body


def shapes() -> Iterator[Request]:
    """JSON of the wrong shape."""

    def post(name: str, path: str, body: object) -> Request:
        return name, "POST", API + path, JSON, json.dumps(body).encode()

    four = [None, None, "red", "auto"]
    for name in ("nobody", "on_try", "__init__", "..%2ftry_on", "try_on%00", "predict", "lambda"):
        yield post(f"endpoint {name}", f"/call/{name}", {"data": four})
        yield post(f"endpoint v2 {name}", f"/call/v2/{name}", {"prompt": "red"})
    for index in (-1, 9999, 2**40, "0", 1.5, True, [], {}, None):
        yield post(
            f"fn_index {index}",
            "/queue/join",
            {"fn_index": index, "data": four, "session_hash": "a"},
        )
    for visit in ("../..", "a" * 500, "a b", "<script>", 5, [], {"a": 1}, "", None, "\u202e"):
        yield post(
            f"visit {str(visit)[:20]}",
            "/queue/join",
            {"fn_index": 0, "data": [], "session_hash": visit},
        )
    for field, value in (
        ("batched", True), ("batched", "yes"), ("event_id", "../x"), ("event_id", 7), ("trigger_id", "x"),
        ("trigger_id", [1]), ("simple_format", "x"), ("session_hash", "../../x"),
    ):  # fmt: skip
        yield post(f"{field}={value}", "/call/try_on", {"data": four, field: value})
    for number, data in enumerate((
        [None], [None] * 3, [None] * 9, [1, None, "red", "auto"], ["x", None, "red", "auto"],
        [[], None, "red", "auto"], [True, None, "red", "auto"], [None, 3, "red", "auto"],
        [None, None, 5, "auto"], [None, None, ["red"], "auto"], [None, None, {"a": 1}, "auto"],
        [None, None, "red", 5], [None, None, "red", ["auto"]], [None, None, "a" * 30000, "auto"],
        [None, None, {"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}}, "auto"],
        [None, None, True, "auto"], [{}, None, "red", "auto"], [{"url": "http://a/"}, None, "", ""],
    )):  # fmt: skip
        yield post(f"values {number}: {str(data)[:50]}", "/call/try_on", {"data": data})
    for number, body in enumerate((
        {"nobody": 1}, {"person": None, "extra": 1}, {"person": 5, "prompt": "red"},
        {"person": {"path": "/etc/passwd"}}, {"data": four}, {"person": "http://127.0.0.1/"},
    )):  # fmt: skip
        yield post(f"names {number}", "/call/v2/try_on", body)
    for name, path, body in (
        ("cancel a list", "/cancel", []), ("cancel a path", "/cancel", {"session_hash": "../", "event_id": "a", "fn_index": 0}),
        ("cancel text", "/cancel", {"session_hash": "a", "event_id": "a", "fn_index": "x"}),
        ("reset a number", "/reset", {"event_id": 5}), ("reset nothing", "/reset", {}),
        ("understand a list", "/call/understand", {"data": [["red"]]}),
        ("understand a number", "/call/understand", {"data": [5]}),
        ("describe text", "/call/describe", {"data": ["http://127.0.0.1/", "auto"]}),
        ("lab of numbers", "/call/prompt_lab", {"data": [None, 5, None, "auto"]}),
        ("past the queue", "/run/try_on", {"data": four}), ("past the queue 2", "/api/try_on", {"data": four}),
    ):  # fmt: skip
        yield post(name, path, body)


def file_arguments(folder: str, theirs: str) -> Iterator[Request]:
    """Files that were not sent by anybody, or not in this way.

    folder: where visitors' files lie. theirs: a file that exists outside of it.
    """
    paths = (
        "/etc/passwd", "/etc/hostname", "/proc/self/environ", "/dev/zero", "/dev/random", "/", "",
        ".", "..", "app.py", "../app.py", "~/.bashrc", theirs, folder, folder + "/", folder + "/.in-use",
        f"{folder}/../x.png", f"{folder}/{'0' * 64}/../../x", f"{folder}/{'z' * 64}/a.png",
        f"{folder}/{'0' * 64}/a/b.png", f"{folder}/deep_links/a/state.json", "file:///etc/passwd",
        "http://127.0.0.1/a.png", "https://example.com/a.png", "HTTP://127.0.0.1/", "ftp://a/b",
        "http://169.254.169.254/", "//127.0.0.1/a", "data:image/png;base64,AAAA", "blob:http://a/b",
        "\\\\host\\share\\a.png", "C:\\a.png", "/etc/passwd\0.png", "a" * 4000, "/" * 900, "\u202e",
        "|id", "$(id)", "`id`", ";id", "%2fetc%2fpasswd", "-", "con", "nul",
    )  # fmt: skip
    for path in paths:
        for extra in ({}, {"is_stream": True}) if path in paths[:8] else ({},):
            value = {"path": path, "meta": {"_type": "gradio.FileData"}, **extra}
            data = json.dumps({"data": [value, None, "red", "auto"]}).encode()
            name = f"picture {path[:40]!r} {extra}"
            yield name, "POST", f"{API}/call/try_on", JSON, data
    for number, value in enumerate((
        {"path": 5}, {"path": None}, {"path": ["/etc/passwd"]}, {"path": {"path": "/etc/passwd"}},
        {"url": "http://127.0.0.1/"}, {"meta": {"_type": "gradio.FileData"}}, {"path": theirs},
        {"path": theirs, "url": theirs, "orig_name": "../../x"}, {"b64": "data:image/png;base64,AA"},
        {"path": theirs, "meta": {"_type": "other"}}, {"name": theirs, "is_file": True},
    )):  # fmt: skip
        data = json.dumps({"data": [value, None, "red", "auto"]}).encode()
        yield f"picture object {number}", "POST", f"{API}/call/try_on", JSON, data
        data = json.dumps({"data": [value, "auto"]}).encode()
        yield f"garment object {number}", "POST", f"{API}/call/describe", JSON, data


def uploads() -> Iterator[Request]:
    """Forms that are none, or too much."""

    def form(*parts: bytes, end: bytes = b"--line--\r\n") -> bytes:
        return b"".join(b"--line\r\n" + part + b"\r\n" for part in parts) + end

    def part(name: bytes = b'name="files"; filename="a.png"', data: bytes = b"x") -> bytes:
        return b"Content-Disposition: form-data; " + name + b"\r\n\r\n" + data

    path = f"{API}/upload"
    for name, kind, body in (
        ("no kind", "", b"x"), ("JSON", "application/json", b"{}"), ("no boundary", "multipart/form-data", form(part())),
        ("another boundary", "multipart/form-data; boundary=other", form(part())),
        ("a field, no file", LETTER, form(part(b'name="files"'))),
        ("no name", LETTER, form(part(b'filename="a.png"'))), ("no disposition", LETTER, form(b"X: y\r\n\r\nz")),
        ("a header without an end", LETTER, b"--line\r\n" + b"A" * 20000),
        ("many headers", LETTER, form(b"X: y\r\n" * 3000 + part())),
        ("noise", LETTER, bytes(range(256)) * 20), ("2,000 files", LETTER, form(*[part()] * 2000)),
        ("2,000 fields", LETTER, form(*[part(b'name="a"')] * 2000)),
        ("eleven megabytes", LETTER, form(part(data=bytes(11 * 2**20)))),
        ("five times nine megabytes", LETTER, form(*[part(data=bytes(9 * 2**20))] * 5)),
        ("an endless boundary", "multipart/form-data; boundary=" + "a" * 3000, form(part())),
    ):  # fmt: skip
        yield f"upload: {name}", "POST", path, {"Content-Type": kind} if kind else {}, body
    yield (
        "upload: length is text",
        "POST",
        path,
        {"Content-Type": LETTER, "Content-Length": "x"},
        b"",
    )
    yield (
        "upload: length is negative",
        "POST",
        path,
        {"Content-Type": LETTER, "Content-Length": "-5"},
        b"",
    )


WORDS = (
    "red " * 2000, "红" * 5000, "{name} {0} %s %n ${jndi:ldap://127.0.0.1/a}", "'; DROP TABLE users; --",
    "<script>alert(1)</script>", "\u202e\u2066red", "\u0000red", "\x1b[2J\x07", "a" * 499, "🤷" * 200,
    "Z̸̢̛͖͎̲̩̓̎a̷̧̛l̶̛g̸o" * 20, "$(reboot)", "__import__('os').system('id')", "../../etc/passwd", "\n" * 400,
    " " * 400, "\t\r\n", "NaN", "None", "null", "-1", "1e309", "ﷺ" * 300, "\u200b" * 400, "0" * 450,
)  # fmt: skip
KINDS = (
    "hat",
    "UPPER",
    "upper ",
    "",
    "null",
    "../upper",
    "<b>",
    "0",
    "上装",
    "a" * 4000,
    "\0",
    "dress\n",
)


def classes() -> dict[str, int]:
    """Class -> how many of it."""
    return {
        "addresses that must not exist": len(list(addresses())),
        "bodies that are no request": len(list(bodies())),
        "JSON of the wrong shape": len(list(shapes())),
        "files that nobody sent, other visitors' files, web addresses": len(
            list(file_arguments("/FOLDER", "/THEIRS"))
        ),
        "uploads that are none, or too much": len(list(uploads())),
        "pictures: no picture, bombs, broken, polyglots, EXIF, frames": len(list(pictures())),
        "words": len(WORDS),
        "kinds": len(KINDS),
    }


if __name__ == "__main__":
    for name, count in classes().items():
        sys.stdout.write(f"{count:5}  {name}\n")
    sys.stdout.write(f"{sum(classes().values()):5}  in all\n")
