"""The order of the rooms: data flows one way, and so do the imports."""

import ast

import pytest
import rooms
from rooms import ENTRIES, MODULES, PACKAGE, imports_of, ours, reached, room_of

# A file may import only from rooms of rows above its own, and from its own room.
FLOW = (
    ("core",),
    ("steps",),
    ("nets",),
    ("person", "words"),
    ("garment",),
    ("design",),
    ("fusion",),
    ("compose",),
    ("engines",),
    ("outfit",),
    ("pipeline",),
    ("fallback", "report"),
    ("evaluation",),
    ("training",),
    ("page",),
    ("cli",),
    ("app", "__main__"),
)
ROW = {room: row for row, rooms in enumerate(FLOW) for room in rooms}
PUBLIC = "tryon"  # the public names; it stands beside the flow

# Files that torch is not even reached from. Everything else outside HAS_TENSORS may reach it
# through an analyser, but has no tensor of its own.
LIGHT = (
    *("core.errors", "core.types", "core.frame", "core.vocabulary", "core.image", "core.masks"),
    *("core.warp", "core.fill", "core.places", "words.lexicon", "words.grammar", "words.prompt"),
    *("words.ask", "report.stages"),
)
HAS_TENSORS = (
    *("core.weights", "nets", "person.parser", "garment.reader", "garment.analyser"),
    *(
        "fusion.network",
        "fusion.dressing",
        "engines.card",
        "engines.fashn",
        "engines.klein",
        "words.wording",
        "evaluation.strangers",
        "training",
        "pipeline",
    ),
)
README_LINES = 200
FILES_A_ROOM = 11  # more is a room to be divided


def named(module: str, places: tuple[str, ...]) -> bool:
    """Whether a file is one of the places or lies inside one."""
    name = module.removeprefix("tryon.")
    return any(name == place or name.startswith(place + ".") for place in places)


def test_every_file_has_its_place_in_the_flow():
    assert {room_of(module) for module in MODULES} - {PUBLIC} == set(ROW)


@pytest.mark.parametrize("module", sorted(MODULES))
def test_imports_point_up_the_flow(module):
    if module == PUBLIC:
        return
    own = room_of(module)
    wrong = {
        name
        for name in ours(module) - {PUBLIC}
        if room_of(name) != own and ROW[room_of(name)] >= ROW[own]
    }
    assert not wrong, f"{module} imports {sorted(wrong)}, which come after it"


@pytest.mark.parametrize("module", sorted(MODULES))
def test_no_file_reaches_itself(module):
    assert module not in reached(module)


def test_only_the_entries_use_the_public_names():
    """`from tryon import …` inside the package would make a circle."""
    users = {module for module in MODULES if PUBLIC in ours(module)}
    allowed = {m for m in MODULES if room_of(m) in ("cli", "evaluation", "page", "training")}
    assert users <= {*ENTRIES, *allowed}


def test_no_file_is_called_utils():
    assert not [name for name in MODULES if name.split(".")[-1] in ("utils", "util", "helpers")]


def test_rooms_stay_small():
    for folder in {path.parent for path in MODULES.values()} - {PACKAGE.parent}:
        files = [p.name for p in folder.glob("*.py") if not p.name.startswith("__")]
        assert len(files) <= FILES_A_ROOM, f"{folder.name}: {sorted(files)}"


@pytest.mark.parametrize("module", sorted(MODULES))
def test_only_the_page_knows_of_the_page(module):
    if room_of(module) not in ("app", "page", "cli", "__main__"):
        wrong = {"gradio", "app"} & {name.split(".")[0] for name in imports_of(module)}
        assert not wrong


@pytest.mark.parametrize("module", sorted(MODULES))
def test_tensors_stay_where_they_belong(module):
    if named(module, LIGHT):
        assert not {m for m in reached(module) | {module} if "torch" in imports_of(m)}
    elif not named(module, HAS_TENSORS):
        assert "torch" not in {imported.split(".")[0] for imported in imports_of(module)}


@pytest.mark.parametrize("module", sorted(MODULES))
def test_every_file_says_what_it_is(module):
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    assert ast.get_docstring(tree), f"{module} has no docstring"


def test_the_readme_shows_the_rooms_there_are():
    """`python tests/rooms.py --write` draws both anew."""
    readme = rooms.README.read_text(encoding="utf-8")
    assert rooms.with_tree(readme) == readme
    assert rooms.STRUCTURE.read_text(encoding="utf-8") == rooms.structure()
    assert len(readme.splitlines()) < README_LINES


def test_every_folder_is_drawn():
    folders = {m.removeprefix("tryon.") for m in MODULES if rooms.is_folder(m)} - {"tryon"}
    assert folders <= set(rooms.FLOW)
