"""The order of the files: data flows one way, and so do the imports."""

import ast
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "tryon"

# A file may import, directly or through others, only files of rows above its own. Files that are
# not named here are parts of one step, split off; they are held by the same rule through whoever
# imports them.
ORDER = [
    {"tryon.errors"},
    {"tryon.types"},
    {"tryon.vocabulary", "tryon.image"},
    {"tryon.nets"},
    {"tryon.weights"},
    {"tryon.person"},
    {"tryon.garment"},
    {"tryon.prompt"},
    {"tryon.design"},
    {"tryon.fusion", "tryon.compose"},
    {"tryon.pipeline"},
    {f"tryon.{name}" for name in ("stages", "evaluate", "bench", "sheet", "batch", "training")},
    {"app", "tryon.__main__"},
]
LEVEL = {name: level for level, row in enumerate(ORDER) for name in row}

# These stay light: torch is not even reached. Everything else outside HAS_TENSORS may reach it
# through an analyser, but has no tensor of its own.
LIGHT = ("errors", "types", "vocabulary", "image", "prompt", "stages")
HAS_TENSORS = (
    *("nets", "weights", "person", "parser", "garment", "cutout", "reader", "fusion"),
    *("learned", "wording", "training"),
)
ASKS_FOR_DEVICES = ("pipeline",)


def sources() -> dict[str, Path]:
    """Module name -> file, of the package and of app.py where it is there."""
    modules = {}
    for path in PACKAGE.rglob("*.py"):
        parts = path.relative_to(ROOT).with_suffix("").parts
        modules[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    if (ROOT / "app.py").exists():
        modules["app"] = ROOT / "app.py"
    return modules


MODULES = sources()


@cache
def imports_of(module: str) -> frozenset[str]:
    """All names a file imports: modules, and "module.name" where that is a module of ours too.

    Imports inside functions count; those under TYPE_CHECKING do not.
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
        for child in ast.iter_child_nodes(node):
            walk(child)

    walk(ast.parse(MODULES[module].read_text()))
    return frozenset(names)


OURS = {module: {n for n in imports_of(module) if n in MODULES} for module in MODULES}


def row_of(module: str) -> int | None:
    """The row of a file: its own, or its folder's (tryon.nets.parser is in tryon.nets)."""
    while module:
        if module in LEVEL:
            return LEVEL[module]
        module = module.rpartition(".")[0]
    return None


@cache
def reached(module: str) -> frozenset[str]:
    """All of our files a file imports, directly or through others."""
    seen: set[str] = set()
    waiting = list(OURS[module])
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting.extend(OURS[name])
    return frozenset(seen)


@pytest.mark.parametrize("module", sorted(MODULES))
def test_imports_point_up_the_flow(module):
    if module == "tryon":
        return  # the public names; it stands beside the flow
    own = row_of(module)
    wrong = set()
    for name in reached(module) - {"tryon"}:
        row = row_of(name)
        same_folder = module.rpartition(".")[0] == name.rpartition(".")[0] != "tryon"
        same_step = name.startswith(module + ".") or module.startswith(name + ".") or same_folder
        if own is not None and row is not None and row >= own and not same_step:
            wrong.add(name)
    assert not wrong, f"{module} (row {own}) reaches {sorted(wrong)}"


@pytest.mark.parametrize("module", sorted(MODULES))
def test_no_file_reaches_itself(module):
    assert module not in reached(module)


def test_only_the_last_row_uses_the_public_names():
    """`from tryon import …` inside the package would make a circle."""
    users = {module for module, names in OURS.items() if "tryon" in names}
    assert users <= ORDER[-1] | ORDER[-2] | {
        f"tryon.training.{p.stem}" for p in PACKAGE.glob("training/*")
    }


def test_no_file_is_called_utils():
    assert not [name for name in MODULES if name.split(".")[-1] in ("utils", "util", "helpers")]


@pytest.mark.parametrize("module", sorted(MODULES))
def test_the_package_knows_nothing_of_the_page(module):
    if module != "app":
        assert not {name.split(".")[0] for name in imports_of(module)} & {"gradio", "app"}


@pytest.mark.parametrize("module", sorted(MODULES))
def test_tensors_stay_where_they_belong(module):
    name = module.removeprefix("tryon.").split(".")[0]
    if name in LIGHT:
        assert not {m for m in reached(module) | {module} if "torch" in imports_of(m)}
    elif name not in HAS_TENSORS + ASKS_FOR_DEVICES:
        assert "torch" not in {imported.split(".")[0] for imported in imports_of(module)}


@pytest.mark.parametrize("module", sorted(MODULES))
def test_every_file_says_what_it_is(module):
    tree = ast.parse(MODULES[module].read_text())
    assert not tree.body or ast.get_docstring(tree), f"{module} has no docstring"
