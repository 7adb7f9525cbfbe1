"""The plan of the house: imports only ever point down, kernels do arithmetic only, and nothing lies about."""

import ast
import configparser
import functools
import importlib
import importlib.metadata
import importlib.resources
import subprocess
import sys
from pathlib import Path

import pytest

import spikingnn
from spikingnn._util.versions import BOUNDS, PYTHON


ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "spikingnn"

# Ground floor first, and on each floor from left to right: a room may import from lower floors and from
# rooms to its left.
FLOORS = (
    ("_util", "engine"),
    ("spikes", "neurons", "encoding", "plasticity", "equations", "synapses", "connectivity", "weights",
     "delays", "firing_rates", "tuning_curves", "dataclass_storage", "datasets"),
    ("parts", "slices", "tuned", "groups", "populations", "input_groups", "random_inputs", "plastic_part",
     "synaptic_states", "synapse_group", "monitors"),
    ("inputs", "construction", "recording", "soundness", "agenda", "blocks", "snapshot", "network",
     "simulation", "nef", "analysis"),
    ("config", "memory", "training", "unsupervised"),
    ("plotting", "sweep", "estimators", "exchange", "lessons"),
    ("lab", "commands", "cli", "__main__"),
)
FLOOR = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
PLACE = {room: (floor, place) for floor, rooms in enumerate(FLOORS) for place, room in enumerate(rooms)}
ROOF = "__init__"                       # the public names: only the top floor may import through it
ONE_ROOM = {"__main__": "cli"}                      # `python -m spikingnn` is the command line

TOP = {"setup.cfg", "pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", ".gitignore",
       "Dockerfile", ".dockerignore", "environment.yml",
       ".ci", "spikingnn", "data", "visualizations", "tests", "benchmarks", "docs"}

SOURCES = sorted(PACKAGE.rglob("*.py"))


@functools.cache
def parse(path):
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def room_of(path):
    """The room of a file of the package: `engine/loop.py` -> `engine`, `groups.py` -> `groups`."""
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def only_for_types(tree):
    """The imports below `if TYPE_CHECKING:`, which never run."""
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            yield from (below for statement in node.body for below in ast.walk(statement))


def imported(path, types=True):
    """(line, dotted name) of everything that a file imports, relative imports made absolute.

    With `types=False`, without what it imports for annotations alone.
    """
    package = ("spikingnn", *path.relative_to(PACKAGE).parts[:-1])
    tree = parse(path)
    left_out = set() if types else set(only_for_types(tree))
    for node in ast.walk(tree):
        if node in left_out:
            continue
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[:len(package) - node.level + 1] if node.level else ()
            module = ".".join((*base, *([node.module] if node.module else [])))
            yield from ((node.lineno, f"{module}.{alias.name}") for alias in node.names)


def visited(name):
    """The room that an import of `name` enters, or None where it leaves the package."""
    parts = name.split(".")
    if parts[0] != "spikingnn":
        return None
    return parts[1] if len(parts) > 1 and parts[1] in FLOOR else ROOF


def decorators(function):
    return [ast.unparse(decorator) for decorator in function.decorator_list]


def compiled_functions():
    """(file, function) of every function that is compiled: the kernels, the engine and their helpers."""
    for path in SOURCES:
        for node in ast.walk(parse(path)):
            marks = decorators(node) if isinstance(node, ast.FunctionDef) else ()
            if any("_kernel" in name or "jit" in name for name in marks):
                yield path, node


def test_every_room_has_its_floor():
    rooms = {room_of(path) for path in SOURCES}
    assert rooms ^ set(FLOOR) == {ROOF}


def test_tests_mirror_the_rooms():
    folders = {path.parent.relative_to(ROOT / "tests") for path in (ROOT / "tests").rglob("test_*.py")}
    rooms = {path.parent.relative_to(PACKAGE) for path in SOURCES} | {Path("examples")}
    assert folders <= rooms, sorted(map(str, folders - rooms))


def test_imports_only_point_down():
    wrong = []
    for path in SOURCES:
        here = ONE_ROOM.get(room_of(path), room_of(path))
        if here == ROOF:
            continue
        for line, name in imported(path):
            there = visited(name)
            if there is None or there == here or there == ROOF and FLOOR[here] == len(FLOORS) - 1:
                continue
            if there == ROOF or PLACE[there] > PLACE[here]:
                wrong.append(f"{path.relative_to(ROOT)}:{line}: {here} (floor {FLOOR[here]}) imports {name}")
    assert not wrong, "\n".join(wrong)


def module_of(path):
    parts = ("spikingnn", *path.relative_to(PACKAGE).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def test_no_circle():
    """No modules import each other in a circle, imports inside functions included, those for types alone
    not."""
    modules = {module_of(path): path for path in SOURCES}
    waiting = {}
    for module, path in modules.items():
        names = {name for _, name in imported(path, types=False)}
        found = {name if name in modules else name.rpartition(".")[0] for name in names}
        waiting[module] = {name for name in found if name in modules and name not in ("spikingnn", module)}
    while True:
        free = {module for module, needed in waiting.items() if not needed & set(waiting)}
        if not free:
            break
        waiting = {module: needed for module, needed in waiting.items() if module not in free}
    lines = [f"{module} imports {sorted(needed & set(waiting))}" for module, needed in waiting.items()]
    assert not lines, "\n".join(lines)


def is_private(name):
    return name.startswith("_") and not name.startswith("__") and name not in NAMED_TUPLE


NAMED_TUPLE = {"_asdict", "_fields", "_make", "_replace"}          # public in spite of their names
SELF = {"self", "cls", "super()"}


def names_from_outside(path):
    """The names that a file binds to modules of others, whose private names are their business."""
    for node in ast.walk(parse(path)):
        outside = isinstance(node, ast.Import) or isinstance(node, ast.ImportFrom) and not node.level
        for alias in node.names if outside else ():
            if not alias.name.startswith("spikingnn"):
                yield (alias.asname or alias.name).split(".")[0]


def names_defined(path):
    """Every private name that a file defines: functions, classes, variables and attributes of `self`."""
    for node in ast.walk(parse(path)):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr


def test_no_private_name_of_another_room():
    """`thing._x` and `from .room import _x` are fine only where the own room defines `_x`."""
    defined = {}
    for path in SOURCES:
        defined.setdefault(room_of(path), set()).update(filter(is_private, names_defined(path)))
    everywhere, wrong = set().union(*defined.values()), []
    for path in SOURCES:
        foreign, outside = everywhere - defined[room_of(path)], set(names_from_outside(path))
        for node in ast.walk(parse(path)):
            names = []
            if isinstance(node, ast.Attribute):
                owner = ast.unparse(node.value)
                names = [] if owner in SELF or owner.split(".")[0] in outside else [node.attr]
            elif isinstance(node, ast.ImportFrom):
                names = [alias.name for alias in node.names if alias.name != "_util"]
            wrong += [f"{path.relative_to(ROOT)}:{node.lineno}: {name}" for name in names if name in foreign]
    assert not wrong, "\n".join(wrong)


# --- what a reader can take in ------------------------------------------------------------------------------

WRITTEN = sorted(path for folder in ("spikingnn", "visualizations", "docs", "benchmarks", "tests")
                 for path in (ROOT / folder).rglob("*.py") if "_build" not in path.parts)


def test_no_file_is_long():
    sizes = {path.relative_to(ROOT): len(path.read_text(encoding="utf-8").splitlines()) for path in WRITTEN}
    assert not {str(path): size for path, size in sizes.items() if size > 400}


def test_no_function_is_long():
    wrong = []
    for path in WRITTEN:
        for node in ast.walk(parse(path)):
            size = node.end_lineno - node.lineno + 1 if isinstance(node, ast.FunctionDef) else 0
            if size > 60:
                wrong.append(f"{path.relative_to(ROOT)}:{node.lineno}: {node.name} has {size} lines")
    assert not wrong, "\n".join(wrong)


def test_no_line_is_wide():
    wrong = []
    for path in WRITTEN:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if len(line) > 110:
                wrong.append(f"{path.relative_to(ROOT)}:{number}: {len(line)}")
    assert not wrong, "\n".join(wrong)


def test_no_deep_learning_framework():
    banned = {"torch", "tensorflow", "jax", "keras", "theano"}
    wrong = [f"{path.relative_to(ROOT)}:{line}: {name}" for path in SOURCES for line, name in imported(path)
             if name.split(".")[0] in banned]
    assert not wrong, "\n".join(wrong)


def test_compiled_functions_are_found():
    assert len({path for path, _ in compiled_functions()}) > 3


def test_compiled_functions_keep_their_bits():
    """What Numba and plain Python compute with different bits stays out of everything that is compiled."""
    functions = {"exp", "expm1", "exp2", "log", "log1p", "log2", "log10", "tanh", "sinh", "cosh",
                 "sin", "cos",
                 "tan", "power"}
    reductions = {"sum", "dot", "mean", "std", "var", "prod", "cumsum", "matmul", "einsum", "inner", "outer"}
    wrong = []
    for path, function in compiled_functions():
        for node in ast.walk(function):
            bad = None
            if isinstance(node, (ast.BinOp, ast.AugAssign)) and isinstance(node.op, (ast.Pow, ast.MatMult)):
                bad = ast.unparse(node)
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                owner, name = ast.unparse(node.func.value), node.func.attr
                numpy_function = owner in ("np", "numpy") and name in functions
                bad = ast.unparse(node) if name in reductions or numpy_function else None
            if bad:
                wrong.append(f"{path.relative_to(ROOT)}:{node.lineno}: {function.name}: {bad}")
    assert not wrong, "\n".join(wrong)


def test_no_fastmath():
    wrong = [f"{path.relative_to(ROOT)}:{node.lineno}" for path in SOURCES if room_of(path) != "training"
             for node in ast.walk(parse(path)) if isinstance(node, ast.keyword) and node.arg == "fastmath"]
    assert not wrong, "\n".join(wrong)


def options():
    parser = configparser.RawConfigParser()
    parser.read(ROOT / "setup.cfg", encoding="utf-8")
    return parser["options"]


def test_versions_are_bounded_alike():
    """What `import spikingnn` checks is what pip installs."""
    required = dict(line.split(maxsplit=1) for line in options()["install_requires"].strip().splitlines())
    assert {name: f">={low}, <{high}" for name, (low, high) in BOUNDS.items()}.items() <= required.items()
    assert options()["python_requires"] == ">={}.{}".format(*PYTHON)


def test_packages_are_all_declared():
    declared = set(options()["packages"].split())
    folders = [path.parent.relative_to(PACKAGE).parts for path in PACKAGE.rglob("__init__.py")]
    found = {".".join(("spikingnn", *parts)) for parts in folders}
    scripts = {"visualizations", "visualizations.lessons", "visualizations.solutions"}
    assert declared == found | {"spikingnn.data"} | {f"spikingnn.{name}" for name in scripts}


def test_install_carries_data_and_visualizations():
    try:
        importlib.metadata.distribution("spikingnn")
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("spikingnn is not installed: these tests run on the checkout itself")
    assert importlib.resources.files("spikingnn.data").joinpath("photos64.npz").is_file()
    assert importlib.resources.files("spikingnn").joinpath("py.typed").is_file()
    assert importlib.import_module("spikingnn.visualizations").__doc__


def test_nothing_lies_about_at_the_top():
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    command = ["git", "ls-files", "-co", "--exclude-standard"]
    listing = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    top = {line.split("/")[0] for line in listing.stdout.splitlines()}
    assert top <= TOP, f"not in the plan: {sorted(top - TOP)}"


def test_import_is_light(tmp_path):
    heavy = ("matplotlib", "PIL", "scipy.stats", "sklearn")
    code = f"import sys, spikingnn; print(*(name for name in {heavy} if name in sys.modules))"
    command = [sys.executable, "-c", code]
    loaded = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert loaded.stdout.split() == []


def test_what_is_imported_later_is_there(tmp_path):
    code = ("import sys, spikingnn; assert 'spikingnn.memory' not in sys.modules; "
            "assert {'corrupt', 'memory', *spikingnn.__all__} <= set(dir(spikingnn)); "
            "assert spikingnn.equations.Equations is spikingnn.Equations; "
            "from spikingnn import *; print(corrupt.__module__, *(set(spikingnn.__all__) - set(globals())))")
    command = [sys.executable, "-c", code]
    printed = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert printed.split() == ["spikingnn.memory.corruption"]
    with pytest.raises(AttributeError, match="module 'spikingnn' has no attribute 'Netwrok'"):
        spikingnn.Netwrok
