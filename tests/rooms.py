"""The rooms of the package and the arrows between them: which file imports which of ours.

`python tests/rooms.py` prints the arrows between rooms; `python tests/rooms.py --write` draws the
tree of README.md and docs/structure.md anew.
"""

import ast
import sys
from collections import Counter
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "tryon"
ENTRIES = ("app", "tryon.__main__")  # beside the rooms, at the end of the flow


def sources() -> dict[str, Path]:
    """Module name -> file, of the package and of app.py."""
    modules = {"app": ROOT / "app.py"}
    for path in PACKAGE.rglob("*.py"):
        parts = path.relative_to(ROOT).with_suffix("").parts
        modules[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return modules


MODULES = sources()


@cache
def imports_of(module: str) -> frozenset[str]:
    """All names a file imports: modules, and "module.name" where that is a module of ours too.

    Imports inside functions count; those under TYPE_CHECKING do not. A module named in a call of
    `import_module` counts as well if it is ours.
    """
    names = set()

    def walk(node: ast.AST) -> None:
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            return
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: relative import; write tryon.… out"
            within = {f"{node.module}.{alias.name}" for alias in node.names}
            names.update(name for name in within if name in MODULES)
            if not within <= MODULES.keys():
                names.add(node.module)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            named = {a.value for a in node.args if isinstance(a, ast.Constant)}
            names.update(named & MODULES.keys())
        for child in ast.iter_child_nodes(node):
            walk(child)

    walk(ast.parse(MODULES[module].read_text(encoding="utf-8")))
    return frozenset(names)


def room_of(module: str) -> str:
    """The room a file lies in: "person" of "tryon.person.pose", "pipeline" of "tryon.pipeline"."""
    parts = module.removeprefix("tryon.").split(".")
    return parts[0]


@cache
def ours(module: str) -> frozenset[str]:
    """The files of ours that a file imports itself."""
    return frozenset(name for name in imports_of(module) if name in MODULES)


@cache
def reached(module: str) -> frozenset[str]:
    """All of our files that a file imports, directly or through others."""
    seen: set[str] = set()
    waiting = list(ours(module))
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting.extend(ours(name))
    return frozenset(seen)


def arrows() -> Counter[tuple[str, str]]:
    """(room, room it imports from) -> number of imports of one file by another."""
    return Counter(
        (room_of(module), room_of(name))
        for module in MODULES
        for name in ours(module)
        if room_of(module) != room_of(name)
    )


# --- the tree in README.md and docs/structure.md -------------------------------------------------

README, STRUCTURE = ROOT / "README.md", ROOT / "docs" / "structure.md"
BEGIN, END = "<!-- tree: begin -->", "<!-- tree: end -->"
FLOW = (
    *("core", "steps", "nets", "person", "words", "garment", "garment.cutout"),
    *("garment.outline", "design", "fusion", "fusion.geometry", "compose", "engines", "outfit"),
    *("pipeline", "fallback", "report"),
    *("evaluation", "training", "training.data", "training.prepare", "training.studio"),
    *("page", "page.look", "page.painting", "page.serving", "cli"),
)
WIDTH, INDENT = 100, 21
BESIDE = """assets/              sample people, the gallery, and how its garments are made
weights/             the models (weights/README.md)
tests/ docs/"""


def first_line(module: str) -> str:
    """What a file says of itself: its docstring's first sentence or line, without a full stop."""
    text = ast.get_docstring(ast.parse(MODULES[module].read_text(encoding="utf-8"))) or ""
    return " ".join(text.split("\n\n")[0].split()).rstrip(".")


def files_of(room: str) -> list[str]:
    """The modules that lie in a room itself, by name."""
    home = f"tryon.{room}"
    inside = (module for module in MODULES if module.rpartition(".")[0] == home)
    return sorted(module for module in inside if not is_folder(module))


def is_folder(module: str) -> bool:
    return MODULES[module].name == "__init__.py"


def tree() -> str:
    """The rooms in the order of the flow, each with its purpose."""
    lines = [f"{'app.py':{INDENT}}{first_line('app')}", "tryon/"]
    for room in FLOW:
        module = f"tryon.{room}"
        name = "  " + room.replace(".", "/") + ("/" if is_folder(module) else ".py")
        lines.append(f"{name:{INDENT}}{first_line(module)}")
    too_long = [line for line in lines if len(line) > WIDTH]
    if too_long:
        raise ValueError(f"a first line is too long for the tree: {too_long[0]}")
    return "\n".join([*lines, BESIDE])


def with_tree(readme: str) -> str:
    """README.md with the tree between its two markers drawn anew."""
    before, _, rest = readme.partition(BEGIN)
    after = rest.partition(END)[2]
    if not after:
        raise ValueError(f"README.md lacks {BEGIN} or {END}")
    return f"{before}{BEGIN}\n```\n{tree()}\n```\n{END}{after}"


def structure() -> str:
    """docs/structure.md: every file and what it says of itself."""
    lines = ["# Every file, room by room", "", "Written by `python tests/rooms.py --write`.", ""]
    for room in FLOW:
        module = f"tryon.{room}"
        if not is_folder(module):
            continue
        lines += [f"## tryon/{room.replace('.', '/')}", "", f"{first_line(module)}.", ""]
        lines += [f"- `{MODULES[one].name}`: {first_line(one)}" for one in files_of(room)] + [""]
    return "\n".join(lines)


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        README.write_text(with_tree(README.read_text(encoding="utf-8")), encoding="utf-8")
        STRUCTURE.write_text(structure(), encoding="utf-8")
        raise SystemExit
    found = arrows()
    for (user, used), count in sorted(found.items()):
        print(f"{user:12} imports from {used:12} {count:4} times")
    print(f"{len(found)} arrows between rooms, {sum(found.values())} between their files")
