"""An engine's name -> the files of its weights: which they must be, and where they lie.

Notable here:
- revisions are pinned, so that nobody's later upload changes a picture; sizes and SHA-256 of
  FASHN's three files are pinned too. Of FLUX.2 klein the list of files is asked for at its pinned
  revision and kept beside them.
- what `tryon weights fetch` put into our own folder counts first, then the cache of
  `huggingface_hub`, which a Space fills when it is built (`preload_from_hub`).
- FASHN's human parser is left out on purpose: its weights may not be used commercially.
"""

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

FOLDER = "TRYON_WEIGHTS"  # environment variable: where weights of engines are kept
LISTED = "files.json"  # beside the files: the list they were fetched by


@dataclass(frozen=True)
class File:
    """One file. repo, revision, path: where it is on the hub. place: in the engine's folder.

    size: bytes. sha256: "" where the hub keeps none (small text files).
    """

    repo: str
    revision: str
    path: str
    place: str
    size: int
    sha256: str = ""


_VTON = ("fashn-ai/fashn-vton-1.5", "7720683168567eb5a2a4c67f15116c6e29c83ded")
_POSE = ("fashn-ai/DWPose", "548b5df25b84d9f4aac0611dfa1c2a7a12f15571")
KLEIN = ("black-forest-labs/FLUX.2-klein-4B", "e7b7dc27f91deacad38e78976d1f2b499d76a294")
# Of its repository: what `from_pretrained` reads, not the same weights once more in one file.
KLEIN_PARTS = (
    "model_index.json",
    "scheduler/",
    "text_encoder/",
    "tokenizer/",
    "transformer/",
    "vae/",
)

PINNED: dict[str, tuple[File, ...]] = {
    "fashn": (
        File(
            *_VTON,
            path="model.safetensors",
            place="model.safetensors",
            size=1_943_668_048,
            sha256="d6cd38286885bc29fa487ea9383f80ffeb95862e7747c630d42c5d3c05bdd35a",
        ),
        File(
            *_POSE,
            path="yolox_l.onnx",
            place="dwpose/yolox_l.onnx",
            size=216_746_733,
            sha256="7860ae79de6c89a3c1eb72ae9a2756c0ccfbe04b7791bb5880afabd97855a411",
        ),
        File(
            *_POSE,
            path="dw-ll_ucoco_384.onnx",
            place="dwpose/dw-ll_ucoco_384.onnx",
            size=134_399_116,
            sha256="724f4ff2439ed61afb86fb8a1951ec39c6220682803b4a8bd4f598cd913b1843",
        ),
    ),
}
NAMES = ("fashn", "klein")


def home(name: str) -> Path:
    """Our own folder of an engine's weights; it need not exist."""
    chosen = os.environ.get(FOLDER)
    if chosen:
        return Path(chosen).expanduser() / name
    if sys.platform == "win32":
        cache = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    else:
        cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "tryon" / name


def listed(name: str) -> tuple[File, ...] | None:
    """The files an engine needs; None if the list was not fetched yet."""
    if name in PINNED:
        return PINNED[name]
    try:
        entries = json.loads((home(name) / LISTED).read_text(encoding="utf-8"))
        return tuple(File(**entry) for entry in entries)
    except (OSError, ValueError, TypeError):
        return None


def keep_list(name: str, files: tuple[File, ...]) -> None:
    """Write down which files an engine needs."""
    folder = home(name)
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps([asdict(file) for file in files], indent=1)
    (folder / LISTED).write_text(text, encoding="utf-8")


def found(name: str) -> dict[str, Path] | None:
    """place -> path of each file an engine needs, None if one is missing or has another size."""
    files = listed(name)
    if files is None:
        return _klein_in_cache() if name == "klein" else None
    paths: dict[str, Path] = {}
    for file in files:
        path = home(name) / file.place
        if not _whole(path, file):
            cached = _in_cache(file)
            if cached is None or not _whole(cached, file):
                return None
            path = cached
        paths[file.place] = path
    return paths


@contextmanager
def as_folder(paths: dict[str, Path]) -> Iterator[Path]:
    """A folder in which each file lies at its place, while it is read; nothing is copied if the
    system has links."""
    with tempfile.TemporaryDirectory(prefix="tryon-weights-") as folder:
        for place, path in paths.items():
            link = Path(folder) / place
            link.parent.mkdir(parents=True, exist_ok=True)
            _link(path.resolve(), link)
        yield Path(folder)


def _link(path: Path, link: Path) -> None:
    for make in (os.symlink, os.link, shutil.copyfile):
        try:
            make(path, link)
        except OSError:
            continue
        return
    raise OSError(f"{path.name} can be neither linked nor copied")


def _whole(path: Path, file: File) -> bool:
    return path.is_file() and path.stat().st_size == file.size


def _in_cache(file: File) -> Path | None:
    """Where `huggingface_hub` has that file of that revision."""
    try:
        from huggingface_hub import try_to_load_from_cache
    except ImportError:
        return None
    cached = try_to_load_from_cache(file.repo, file.path, revision=file.revision)
    return Path(cached) if isinstance(cached, str) else None


def _klein_in_cache() -> dict[str, Path] | None:
    """All files of the pinned snapshot in the hub's cache, if it looks complete."""
    index = _in_cache(File(*KLEIN, path="model_index.json", place="", size=0))
    if index is None:
        return None
    folder = index.parent
    paths = {
        path.relative_to(folder).as_posix(): path
        for path in folder.rglob("*")
        if path.is_file() and wanted_of_klein(path.relative_to(folder).as_posix())
    }
    parts = {part for part in KLEIN_PARTS if any(place.startswith(part) for place in paths)}
    return paths if parts == set(KLEIN_PARTS) else None


def wanted_of_klein(path: str) -> bool:
    """Whether a file of the repository is needed."""
    return path.startswith(KLEIN_PARTS)
