"""The one door to Numba: everything that is compiled passes `jitted`, which caches it where it can.

Where Numba keeps machine code (NUMBA_CACHE_DIR, else beside the source, else in the user's cache folder) is
no reason to fail: without one a line says so, and what is damaged is compiled anew and written over.
"""

from __future__ import annotations

import hashlib
import inspect
import linecache
import os
import pickle
import re
import sys
import tempfile
import time
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import IO, Any, TypeVar, cast

import numba
from numba.core import errors
from numba.core.caching import FunctionCache, IndexDataCacheFile
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler
from numba.misc.appdirs import AppDirs


__all__ = ["ADVICE", "PART", "RETURNS_VIEWS", "cache_folder", "is_kept", "jitted"]

F = TypeVar("F", bound=Callable[..., Any])
numba_config: Any = numba.config                # its attributes are made when it is imported
numba_cache: Any = FunctionCache._impl_class

announces = True            # whether stderr says what is compiled
LONGEST_WAIT = 120.0        # s: for another process that compiles the same

ADVICE = "so that every start compiles anew; set NUMBA_CACHE_DIR to a folder that you may write to"


def jitted(signature: Any = None, cached: bool = True, announce: str = "",
           **options: Any) -> Callable[[F], F]:
    """Return a decorator that compiles a function: at its first call, or at once for a `signature`.

    Parameters
    ----------
    signature : Numba signature, optional
        Types of the arguments; None: those of the first call.
    cached : bool
        Whether the machine code is kept for later processes; what is inlined into a cached function needs
        no cache.
    announce : str
        What stderr says that is compiled, with how long that took: for what takes seconds.
    **options
        Options of Numba. Fast-math is off and errors are NumPy's: the bits are those of plain Python.
        The interpreter's lock is released, so that several threads may compute at once.

    Raises
    ------
    TypeError, NameError
        In one line, if the function cannot be compiled for `signature`.
    """
    def compiled(python: F) -> F:
        if numba_config.DISABLE_JIT:
            return python
        function: Any = numba.njit(error_model="numpy", nogil=True, **options)(python)
        if cached:
            function._cache = _Cache(python, announce)
        if signature is not None:
            try:
                function.compile(signature)
            except (errors.NumbaError, errors.UnsupportedBytecodeError, AttributeError) as problem:
                raise _explained(python, problem) from None
            function.disable_compile()
        return cast(F, function)
    return compiled


class _Part(JITCodeLibrary):
    """The code of a part: linked into that of its callers, which becomes machine code as one.

    Numba would optimise each part and make machine code of it beforehand, with all that it calls.
    """

    def finalize(self) -> None:
        for library in dict.fromkeys(self._linking_libraries):
            self._final_module.link_in(library._get_module_for_linking(), preserve=True)
        self._finalized = True

    def get_pointer_to_function(self, name: str) -> int:
        self._ensure_finalized()
        return 0

    @property
    def codegen(self) -> Any:
        return self

    def set_env(self, name: str, environment: Any) -> None:
        """Nothing: there is no machine code yet that could hold the environment."""


class _PartCompiler(Compiler):
    def __init__(self, typing: Any, target: Any, library: Any, *rest: Any) -> None:
        super().__init__(typing, target, library or _Part(target.codegen(), "part"), *rest)


# Options of what is called by compiled code alone. Views are borrowed and nothing is allocated, so references
# need no counting (`_nrt`), which would cost as much as the work.
PART: dict[str, Any] = {"cached": False, "_nrt": False, "no_cpython_wrapper": True, "no_cfunc_wrapper": True,
                        "pipeline_class": _PartCompiler}
RETURNS_VIEWS = {**PART, "inline": "always"}    # uncounted references cannot be returned otherwise


class _Cache:
    """What Numba asks of the cache of one function: nothing that is wrong with files stops a compilation."""

    def __init__(self, python: Callable[..., Any], announce: str) -> None:
        self.files, self.announce, self.began = _files_of(python), announce, 0.0
        self._lock: IO[bytes] | None = None         # held by the process that compiles

    @property
    def cache_path(self) -> Any:
        """The folder of the function's files, or None."""
        return self.files and self.files.cache_path

    def load_overload(self, signature: Any, target: Any) -> Any:
        """What was kept for this signature; None, so that it is compiled, where there is nothing sound."""
        found = self._find(signature, target)
        if found is None and self.announce and self.files:
            self._lock = locked(Path(self.files.cache_path, f"{self.announce}.lock"))
            found = self._find(signature, target)               # another process may have compiled it
            if found is not None:
                self._unlock()
        if found is None:
            self.began = time.perf_counter()
            if self._speaks():
                text = f"spikingnn: compiling {self.announce}, once for this machine …"
                print(text, end=" ", file=sys.stderr, flush=True)
        return found

    def _find(self, signature: Any, target: Any) -> Any:
        try:
            return self.files and self.files.load_overload(signature, target)
        except Exception:                           # whatever the bytes of a damaged file lead to
            return None

    def _unlock(self) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def save_overload(self, signature: Any, result: Any) -> None:
        """Keep what was compiled."""
        if self._speaks():
            print(f"{time.perf_counter() - self.began:.0f} s", file=sys.stderr, flush=True)
        if self.files:
            self._keep(signature, result)
        self._unlock()

    def _keep(self, signature: Any, result: Any) -> None:
        files: Any = self.files
        for action in (lambda: None, files.flush):              # a damaged index is replaced by an empty one
            try:
                action()
                files.save_overload(signature, result)
                return
            except Exception as problem:
                reason = getattr(problem, "strerror", None) or str(problem)
        _say(f"compiled code cannot be kept in {self.cache_path} ({reason}), {ADVICE}")

    def _speaks(self) -> bool:
        return announces and bool(self.announce) and self.files is not None and not _is_helper()


def locked(path: Path) -> IO[bytes] | None:
    """Wait until no other process holds the file at `path`, and hold it; None where files cannot be locked.

    It is released when it is closed, or when this process ends.
    """
    try:
        import fcntl
        file = path.open("ab")
    except (ImportError, OSError):
        return None
    for _ in range(int(LONGEST_WAIT / 0.05)):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return file
        except BlockingIOError:
            time.sleep(0.05)
        except OSError:
            break
    file.close()
    return None


class _Implementation(numba_cache):
    """Numba's search for a folder; a user without home has none (`~` would be made in the current folder)."""

    _homeless = not os.path.isabs(AppDirs("numba", False).user_cache_dir)
    if _homeless:
        _locator_classes = [kind for kind in numba_cache._locator_classes
                            if "UserWide" not in kind.__name__]


class _CheckedFile(IndexDataCacheFile):
    """Numba's files, with a key and a checksum for each piece of machine code: a damaged one is not run."""

    def save(self, key: Any, data: Any) -> None:
        super().save(key, (key, data))

    def load(self, key: Any) -> Any:
        found = super().load(key)
        return found[1] if found is not None and found[0] == key else None

    def _save_data(self, name: str, data: Any) -> None:
        content = self._dump(data)
        with self._open_for_write(self._data_path(name)) as file:
            file.write(hashlib.sha256(content).digest() + content)

    def _load_data(self, name: str) -> Any:
        kept = Path(self._data_path(name)).read_bytes()
        if hashlib.sha256(kept[32:]).digest() != kept[:32]:
            raise ValueError(f"{name} is damaged")
        return pickle.loads(kept[32:])


class _Files(FunctionCache):
    """The cache files of a function, stale as soon as its file or that of a function it calls has changed."""

    _impl_class = _Implementation

    def __init__(self, python: Callable[..., Any]) -> None:
        super().__init__(python)
        stamp = self._impl.locator.get_source_stamp(), *map(_digest, _called_files(python))
        self._cache_file = _CheckedFile(self._cache_path, self._impl.filename_base, stamp)


def _called_files(python: Any) -> list[str]:
    """The files of the functions that `python` calls by name, and of those that these call."""
    waiting, seen = [python], {python}
    while waiting:
        function = waiting.pop()
        for name in function.__code__.co_names:
            called = function.__globals__.get(name)
            called = getattr(called, "py_func", called)
            if inspect.isfunction(called) and called not in seen:
                seen.add(called)
                waiting.append(called)
    return sorted({function.__code__.co_filename for function in seen} - {python.__code__.co_filename})


@lru_cache(maxsize=None)
def _digest(file: str) -> bytes:
    return hashlib.sha256(Path(file).read_bytes()).digest() if os.path.isfile(file) else b""


def _files_of(python: Any) -> _Files | None:
    """The cache of `python`, or None where no folder can be written to, which is said once."""
    source, asked = python.__code__.co_filename, numba_config.CACHE_DIR
    try:
        files = _Files(python)
    except Exception as problem:            # RuntimeError for want of a folder, OSError from the source
        if os.path.exists(source):
            _say(f"compiled code cannot be kept ({_why(problem)}), {ADVICE}")
        return None
    if asked and Path(os.path.abspath(asked)) not in Path(os.path.abspath(files.cache_path)).parents:
        _say(f"NUMBA_CACHE_DIR={asked} cannot be written to; compiled code is kept in {files.cache_path}")
    return files


def cache_folder(function: Any) -> Path:
    """The folder where the machine code of `function` is kept as things stand; OSError: why there is none."""
    try:
        folder = _Files(getattr(function, "py_func", function)).cache_path
    except Exception as problem:
        raise OSError(_why(problem)) from None
    with tempfile.TemporaryFile(dir=folder) as file:
        file.write(bytes(2**20))                    # an empty file can be made on a full disk, too
    return Path(folder)


def is_kept(function: Any) -> bool:
    """Return whether machine code of `function`, as its source stands, is kept for later processes."""
    try:
        return bool(_Files(getattr(function, "py_func", function))._cache_file._load_index())
    except Exception:                       # no folder, or a damaged index
        return False


def _why(problem: Exception) -> str:
    return "no folder for it can be written to" if "no locator" in str(problem) else str(problem)


def _is_helper() -> bool:
    """Return whether this is one of several processes that another one has started, which speaks for them."""
    module = sys.modules.get("multiprocessing.process")
    return module is not None and module.parent_process() is not None


_said: set[str] = set()


def _say(what: str) -> None:
    if not _said and not _is_helper():
        print("spikingnn: " + what, file=sys.stderr, flush=True)
    _said.add(what)


# --- what cannot be compiled ----------------------------------------------------------------------------

def _explained(python: Callable[..., Any], problem: Exception) -> Exception:
    """Numba's page on `problem` as an error of one line: which kernel, which line, what is wrong there."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", str(problem))
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("Failed in ")]
    what = lines[0] if lines else type(problem).__name__
    if what.startswith("No implementation of function"):
        what = "Numba knows no " + next((line[4:] for line in lines if line.startswith(">>> ")), what)
    untyped = re.match(r"Untyped global name '(\w+)':.*<class '(.*)'>", what)
    if untyped and untyped[2] == "function":
        what = f"{untyped[1]} is a plain Python function: decorate it with numba.extending.register_jitable"
    elif untyped:
        what = f"{untyped[1]} is a {untyped[2]}: a kernel can use numbers, arrays and compiled functions"
    elif "spikingnn.SharedCoefficient" in what:
        what += ": a coefficient is read unit by unit, such as tau[i]"
    elif what.endswith("defined at None") and " to none " in what:
        what = "this kernel returns nothing"
    what = re.sub(r"\.*\s*Raised from.*", "", what)
    error = NameError if what.startswith("NameError") else TypeError
    return error(f"{place(python, _line_of(python, problem, text))}: {what.removeprefix('NameError: ')}")


def _line_of(python: Callable[..., Any], problem: Exception, text: str) -> int | None:
    """The line of the source that `problem` is about, or None."""
    if isinstance(problem, AttributeError):
        import dis
        wrong = (each for each in dis.get_instructions(python) if each.argval == problem.name)
        return next((each.positions.lineno for each in wrong if each.positions), None)
    found = re.findall(re.escape(python.__code__.co_filename) + r"\D{1,3}(\d+)\)", text)
    return int(found[-1]) if found else getattr(getattr(problem, "loc", None), "line", None)


def place(python: Callable[..., Any], line: int | None = None) -> str:
    """Where in a kernel: "Leaky.step, line 12 of model.py, `v[i] = u`"."""
    code = python.__code__
    line = code.co_firstlineno if line is None else line
    shown = linecache.getline(code.co_filename, line).strip()
    name = python.__qualname__.rpartition("<locals>.")[2]
    return f"{name}, line {line} of {Path(code.co_filename).name}" + (f", `{shown}`" if shown else "")
