"""Machine code is kept where a folder can be written to; that there is none is no reason to fail."""

import compileall
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import spikingnn
from spikingnn.engine import jit as compiler
from spikingnn.engine.jit import jitted


PACKAGE = Path(spikingnn.__file__).parent
AS_NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
READS_ALL = [
    "--inh-caps=-all,+dac_read_search",
    "--ambient-caps=+dac_read_search",
]  # so that it finds its way to this Python

SCRIPT = """
from dataclasses import dataclass
from spikingnn import NeuronGroup, NeuronModel, rows, step_kernel

@dataclass(frozen=True, eq=False)
class Counter(NeuronModel):
    @step_kernel
    def step(state, coefficients, current, conductance, spikes, dt, key):
        v, = rows(state, 1)
        for i in range(v.size):
            v[i] += current[i]

group = NeuronGroup(2, Counter())
group.step(1.5, 0.1)
group.step(1.5, 0.1)
print(group["v"])
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A copy of the package and a script, in a folder that the one who runs it cannot write to."""
    folder = tmp_path_factory.mktemp("package")
    shutil.copytree(PACKAGE, folder / "spikingnn", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "script.py").write_text(SCRIPT)
    compileall.compile_dir(folder / "spikingnn", quiet=1)       # not anew in each process
    if os.name != "posix":
        pytest.skip("permissions are tried on POSIX systems")
    if os.getuid() == 0 and not shutil.which("setpriv"):
        pytest.skip("root may write everywhere, and there is no setpriv to become another user")
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    yield folder
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755)


def homeless(home, *arguments, cwd=None, **environment):
    """Run Python as a user who owns nothing, without a home: the finished process."""
    prefix = AS_NOBODY + READS_ALL if os.getuid() == 0 else []
    environment = {
        "HOME": "/nonexistent",
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(home),
        "MPLBACKEND": "Agg",
    } | environment
    command = [*prefix, sys.executable, *map(str, arguments)]
    return subprocess.run(
        command, env=environment, cwd=cwd or home, capture_output=True, text=True, timeout=120
    )


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"NUMBA_CACHE_DIR": "{home}/script.py"},
        {"NUMBA_CACHE_DIR": "/proc/cache"},
        {"XDG_CACHE_HOME": "/nonexistent"},
        {"HOME": ""},
    ],
    ids=str,
)
def test_without_a_folder_everything_runs_after_one_line(home, environment):
    done = homeless(
        home, "script.py", **{name: value.format(home=home) for name, value in environment.items()}
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "[3. 3.]\n"
    assert done.stderr.startswith("spikingnn: compiled code cannot be kept") and done.stderr.count("\n") == 1
    assert "set NUMBA_CACHE_DIR" in done.stderr


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--version"], ["doctor"], ["recall", "--help"]], ids=" ".join
)
def test_commands_without_a_folder(home, arguments):
    done = homeless(home, "-m", "spikingnn", *arguments)
    assert done.returncode == 0, done.stderr
    assert "spikingnn" in done.stdout or "cache        none (writable: no)\n" in done.stdout
    assert done.stderr.count("\n") == 1 and "set NUMBA_CACHE_DIR" in done.stderr


def test_a_folder_of_ones_own_is_enough(home, tmp_path):
    tmp_path.chmod(0o777)
    for parent in tmp_path.parents[:2]:
        parent.chmod(parent.stat().st_mode | 0o011)
    done = homeless(home, "script.py", NUMBA_CACHE_DIR=str(tmp_path))
    assert (done.stdout, done.stderr) == ("[3. 3.]\n", "")
    assert list(tmp_path.rglob("*Counter.step*.nbc"))


def test_a_cache_dir_that_does_not_work_is_said_where_there_is_another(tmp_path):
    """The user's own folder, or that beside the source, serves; nothing is made of a file."""
    taken = tmp_path / "taken"
    taken.write_text("")
    (tmp_path / "script.py").write_text(SCRIPT)
    done = subprocess.run(
        [sys.executable, "script.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env=os.environ
        | {"NUMBA_CACHE_DIR": str(taken), "HOME": str(tmp_path), "PYTHONPATH": str(PACKAGE.parent)},
    )
    assert done.stdout == "[3. 3.]\n" and done.stderr.count("\n") == 1
    assert done.stderr.startswith(f"spikingnn: NUMBA_CACHE_DIR={taken} cannot be written to")


def test_no_folder_of_that_name_for_users_without_home_and_name(home, tmp_path):
    """`~` of somebody who is in no table of users stays "~": it must not be made in the current folder."""
    tmp_path.chmod(0o777)
    for parent in tmp_path.parents[:2]:
        parent.chmod(parent.stat().st_mode | 0o011)
    if os.getuid():
        pytest.skip("only root can become a user who is in no table")
    command = [
        "setpriv",
        "--reuid=54321",
        "--regid=54321",
        "--clear-groups",
        *READS_ALL,
        sys.executable,
        "-c",
        "import spikingnn",
    ]
    done = subprocess.run(
        command,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(home)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert not list(tmp_path.iterdir())


def test_a_full_disk(tmp_path):
    resource = pytest.importorskip("resource")
    (tmp_path / "script.py").write_text(SCRIPT)
    done = subprocess.run(
        [sys.executable, "-B", "script.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env=os.environ | {"NUMBA_CACHE_DIR": str(tmp_path / "cache")},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)),
    )
    assert done.returncode == 0 and done.stdout == "[3. 3.]\n", done.stderr
    assert (
        done.stderr.startswith("spikingnn: compiled code cannot be kept in") and done.stderr.count("\n") == 1
    )
    assert not [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]


# --- files in the cache ----------------------------------------------------------------------------------


@pytest.fixture
def module(tmp_path, monkeypatch):
    """A function that loads a file with `double` anew, as another process would, with its own cache."""
    monkeypatch.setattr("numba.config.CACHE_DIR", str(tmp_path / "cache"))
    if compiler.numba.config.DISABLE_JIT:
        pytest.skip("nothing is compiled")

    def load(name="twice", source="def double(x):\n    return 2.0 * x\n"):
        file = tmp_path / f"{name}.py"
        if not file.exists() or file.read_text() != source:     # its time of change matters to numba 0.61
            file.write_text(source)
        spec = importlib.util.spec_from_file_location(name, file)
        made = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, name, made)
        spec.loader.exec_module(made)
        return made

    return load


def found(function):
    return sum(function.stats.cache_hits.values())


def flipped(content):
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1:]


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: content[:len(content) // 2],
        lambda content: content[:-1],
        lambda content: os.urandom(len(content)),
        flipped,
        lambda content: b"\x80\x05." + content,
    ],
    ids=["empty", "half", "cut short", "random", "one bit", "longer"],
)
@pytest.mark.parametrize("which", ["*.nbi", "*.nbc"])
def test_a_damaged_file_is_written_anew(module, tmp_path, capfd, which, damage):
    assert jitted()(module().double)(2.0) == 4.0
    (file,) = (tmp_path / "cache").rglob(which)
    file.write_bytes(damage(file.read_bytes()))
    again, third = jitted()(module().double), jitted()(module().double)
    assert again(2.0) == 4.0
    assert third(2.0) == 4.0 and found(third) == 1
    assert capfd.readouterr().err == ""


def test_a_file_of_another_function_is_not_run(module, tmp_path):
    """An index that leads to what was compiled for other types."""
    function = jitted()(module().double)
    assert (function(2.0), function(2)) == (4.0, 4.0)
    first, second = sorted((tmp_path / "cache").rglob("*.nbc"))
    first.write_bytes(second.read_bytes())
    again = jitted()(module().double)
    assert (again(2.0), again(2)) == (4.0, 4.0) and found(again) == 1


def test_an_edited_helper_in_another_file_is_noticed(module):
    caller = "from helper import scale\n\n\ndef use(x):\n    return scale(x)\n"
    helper = (
        "from numba.extending import register_jitable\n\n\n@register_jitable\ndef scale(x):\n    return {} * "
        "x\n"
    )
    answers = []
    for factor in (2.0, 3.0, 3.0):
        module("helper", helper.format(factor))
        compiler._digest.cache_clear()  # a new process has none
        function = jitted()(module("caller", caller).use)
        answers.append((function(1.0), found(function)))
    assert answers == [(2.0, 0), (3.0, 0), (3.0, 1)]


def test_compiling_is_said_with_the_time_it_took(module, monkeypatch, capfd):
    function = jitted(announce="a test")(module().double)
    monkeypatch.setattr(compiler.time, "perf_counter", iter([10.0, 51.6]).__next__)
    assert function(2.0) == 4.0
    assert capfd.readouterr().err == "spikingnn: compiling a test, once for this machine … 42 s\n"
    assert jitted(announce="a test")(module().double)(2.0) == 4.0
    assert capfd.readouterr().err == ""


def test_who_compiles_the_same_waits_and_finds_it(module, tmp_path, monkeypatch):
    """A class that starts at once on one server compiles once."""
    fcntl = pytest.importorskip("fcntl")
    function, other = (jitted(announce="a test")(module().double) for _ in range(2))
    lock = (Path(function._cache.cache_path) / "a test.lock")
    lock.parent.mkdir(parents=True, exist_ok=True)
    held = lock.open("ab")
    fcntl.flock(held, fcntl.LOCK_EX)

    def sleep(seconds):
        """The other process is ready while this one waits."""
        monkeypatch.setattr(compiler, "locked", lambda path: None)
        assert other(2.0) == 4.0
        held.close()

    monkeypatch.setattr(compiler.time, "sleep", sleep)
    assert function(2.0) == 4.0 and found(function) == 1 and found(other) == 0
    fcntl.flock(lock.open("ab"), fcntl.LOCK_EX | fcntl.LOCK_NB)         # it is free again


def test_nothing_is_compiled_but_through_the_helper():
    wrong = [
        file
        for file in PACKAGE.rglob("*.py")
        if file.name != "jit.py"
        and any(word in file.read_text(encoding="utf-8") for word in ("njit(", "numba.jit", "vectorize("))
    ]
    assert not wrong
