"""The rules of the architecture, as docs/design.md draws it: who may import whom, and what nobody may do."""

import ast
import json
import subprocess
import sys
from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "nncompare"

FLOORS: list[set[str]] = [
    {"catalog", "number_text", "disturbances"},
    {"settings"},
    {"config", "environment", "errors", "events", "analysis", "silence", "whole_file"},
    {"places"},
    {"machine", "limits", "architectures", "settings_file", "data"},
    {"memory", "lessons"},
    {"messages", "words"},
    {"history", "templates", "inspection", "pictures"},
    {"training", "engine", "store", "figures"},
    {"comparison"},
    {"report"},
    {"ui"},
    {"server"},
    {"cli"},
    {"__main__"},
]
LEVELS = {room: level for level, rooms in enumerate(FLOORS) for room in rooms}
# The rooms that know a screen or a terminal.
ROOF = {"ui", "server", "cli", "__main__"}

# The lazy door: it names what lies above it, and imports it when it is asked for.
TRAINING_DOORS = {PACKAGE / "engine" / "tasks.py"}
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def module_of(path: Path) -> str:
    return name_of(path).removesuffix(".py").removesuffix("/__init__").replace("/", ".")


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def imports(path: Path) -> list[str]:
    """List every module that is imported anywhere in a file: inside functions and for type checkers, too."""
    return [*_imports(path)]


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(path)} has a relative import"
            assert node.module is not None
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def rooms_used(path: Path) -> set[str]:
    rooms = {name.split(".")[1] for name in imports(path) if name.startswith("nncompare.")}
    return rooms & set(LEVELS)


def below_the_roof() -> list[Path]:
    return [path for path in MODULES if room_of(path) not in ROOF]


def test_every_room_has_a_floor() -> None:
    assert {room_of(path) for path in MODULES} <= set(LEVELS)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_floor_imports_only_floors_below_it(path: Path) -> None:
    own = room_of(path)
    for room in rooms_used(path) - {own}:
        is_door = room == "training" and path in TRAINING_DOORS
        assert LEVELS[room] < LEVELS[own] or is_door, f"{name_of(path)} imports nncompare.{room}"


def modules_used(path: Path, modules: Collection[str]) -> set[str]:
    """List what a file imports; a module that is taken from its package stands for itself, not for the package."""
    used: set[str] = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            used |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            used |= {
                inner if (inner := f"{node.module}.{alias.name}") in modules else str(node.module)
                for alias in node.names
            }
    return used & set(modules)


def test_no_files_import_each_other_in_a_circle() -> None:
    """Imports inside functions and for type checkers count, too."""
    modules = {module_of(path): path for path in MODULES}
    found = {name: modules_used(path, modules) - {name} for name, path in modules.items()}
    while leaves := [name for name, others in found.items() if not others]:
        found = {name: others - set(leaves) for name, others in found.items() if name not in leaves}
    assert found == {}


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_training_is_imported_only_by_its_doors(path: Path) -> None:
    """Whatever a kernel imports must not know torch; a worker enters by `engine.tasks`."""
    assert room_of(path) == "training" or "training" not in rooms_used(path) or path in TRAINING_DOORS


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_the_environment_is_read_in_one_module(path: Path) -> None:
    names = {ast.unparse(node) for node in ast.walk(tree_of(path)) if isinstance(node, ast.Attribute)}
    imported = set(imports(path))
    assert path == PACKAGE / "environment.py" or not (names | imported) & {"os.environ", "os.getenv", "os.putenv"}


def test_nobody_takes_the_lazy_door_from_inside() -> None:
    for path in MODULES:
        for node in ast.walk(tree_of(path)):
            names = {alias.name for alias in node.names} if isinstance(node, ast.ImportFrom) else set()
            is_the_door = isinstance(node, ast.ImportFrom) and node.module == "nncompare"
            assert not is_the_door or names <= {"__version__", *LEVELS}, name_of(path)


def test_ui_and_cli_are_imported_by_nobody() -> None:
    assert [name_of(path) for path in below_the_roof() if rooms_used(path) & ROOF] == []


IMPORTS_STEP_BY_STEP = """
import sys
import nncompare.data
print(sorted({"torch", "requests", "pooch", "matplotlib", "PIL"} & set(sys.modules)))
from nncompare.figures import CurveChart
CurveChart("loss").svg()
print(sorted({"torch", "matplotlib.pyplot"} & set(sys.modules)))
import nncompare, nncompare.ui.dashboard, nncompare.cli, nncompare.cli.compare_command
import nncompare.comparison.runner, nncompare.engine.tasks, nncompare.engine.client
from nncompare import Comparison, Dashboard, RunConfig, closest_valid_batch_size, compare
from nncompare.messages import Controls, Cursor
assert nncompare.engine.tasks.exchange("not begun", Cursor(), Controls()) is None
Comparison(a=RunConfig(channels=8)).model_dump_json()
import nncompare.server.serve
nncompare.server.serve._skip_the_grammar_of_addresses()
import nncompare.server.closed_voila
print(sorted({name.partition(".")[0] for name in sys.modules} & {"torch", "torchvision", "lark"}))
"""


def test_the_data_are_light_a_chart_has_no_pyplot_and_the_kernel_never_imports_torch() -> None:
    command = [sys.executable, "-c", IMPORTS_STEP_BY_STEP]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert (done.stdout.splitlines(), done.returncode) == (["[]"] * 3, 0), done.stderr


def test_only_training_knows_torch_and_what_builds_a_network() -> None:
    users = {
        room_of(path)
        for path in MODULES
        if {name.partition(".")[0] for name in imports(path)} & {"torch", "torchvision"}
    }
    assert users == {"training", "architectures"}


@pytest.mark.parametrize("path", [path for path in MODULES if room_of(path) == "architectures"], ids=name_of)
def test_an_architecture_imports_torch_only_where_it_is_built(path: Path) -> None:
    """Inside `build`, which only workers call, and for type checkers."""
    tree = tree_of(path)
    lazy = {
        inner
        for node in ast.walk(tree)
        if (isinstance(node, ast.FunctionDef) and node.name == "build")
        or (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING")
        for inner in ast.walk(node)
    }
    eager = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom) and node not in lazy]
    assert not [ast.unparse(node) for node in eager if "torch" in ast.unparse(node)]


@pytest.mark.parametrize("path", below_the_roof(), ids=name_of)
def test_nothing_below_the_roof_prints_or_knows_a_screen(path: Path) -> None:
    packages = {name.partition(".")[0] for name in imports(path)}
    assert not packages & {"IPython", "ipywidgets", "anywidget", "tqdm", "voila"}
    printed = [ast.unparse(call) for call in calls(path) if ast.unparse(call.func) in ("print", "display", "input")]
    allowed = ["print('ready', flush=True)"] if path == PACKAGE / "engine" / "__main__.py" else []
    assert printed == allowed


def test_nothing_uses_pyplot() -> None:
    assert [
        name_of(path) for path in MODULES if any("pyplot" in name or name == "pylab" for name in imports(path))
    ] == []


def calls(path: Path) -> list[ast.Call]:
    return [node for node in ast.walk(tree_of(path)) if isinstance(node, ast.Call)]


def test_the_notebook_opens_the_door_and_contains_nothing() -> None:
    (notebook,) = sorted((ROOT / "notebooks").glob("*.ipynb"))
    title, code = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    assert title["cell_type"] == "markdown"
    assert "".join(title["source"]).startswith("# ")
    assert code["cell_type"] == "code"
    assert len("".join(code["source"]).strip().splitlines()) <= 5
    assert code["outputs"] == []
    assert code["execution_count"] is None
    ast.parse("".join(code["source"]))
