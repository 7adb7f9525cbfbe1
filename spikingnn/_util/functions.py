"""Functions that users give, checked before they are called."""

from __future__ import annotations

import importlib
import inspect
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import checks
from .files import read_bytes
from .text import one_line


__all__ = ["check_function", "named_function"]


def check_function(owner: object, field: str, function: Any, argument: str) -> Any:
    """Return `function`, which must be callable with one argument."""
    accepted = f"a function of {argument}"
    if not callable(function):
        checks.fail(owner, field, function, accepted, TypeError)
    try:
        inspect.signature(function).bind(None)
    except TypeError:
        checks.fail(owner, field, function, f"{accepted} alone", TypeError)
    except ValueError:
        pass                                                # built-in functions do not tell their arguments
    return function


def named_function(name: str) -> Callable[..., Any]:
    """Return the function "file.py:function" or "package.module:function".

    A file is executed, as Python would execute it, but not as `__main__`. Its functions travel to other
    processes by value, so that these need not have the file.

    Raises
    ------
    ValueError
        In one line, if there is no such file, module or function, or if it cannot be executed.
    """
    where, _, attribute = name.rpartition(":")
    if not where or not attribute.isidentifier():
        raise ValueError(f"a function is named as FILE.py:NAME or as package.module:NAME, got {name!r}")
    source = read_bytes(where) if where.endswith(".py") else None
    try:
        module = importlib.import_module(where) if source is None else _executed(Path(where), source)
    except (Exception, SystemExit) as problem:
        raise ValueError(f"{where} cannot be imported: "
                         f"{type(problem).__name__}: {one_line(str(problem), 200)}") from None
    function: Any = getattr(module, attribute, None)
    if not callable(function):
        known = ", ".join(name for name, value in vars(module).items()
                          if inspect.isfunction(value) and value.__module__ == module.__name__)
        raise ValueError(f"{where} has no function {attribute}" + (f"; it has {known}" if known else ""))
    return function


def _executed(file: Path, source: bytes) -> types.ModuleType:
    """Return the module of a file, which finds others in its folder."""
    module = types.ModuleType(f"_spikingnn_{file.stem}")
    module.__file__ = str(file.absolute())
    sys.path.insert(0, str(file.absolute().parent))
    sys.modules[module.__name__] = module               # dataclasses look for their module
    try:
        exec(compile(source, module.__file__, "exec"), vars(module))
    finally:
        del sys.modules[module.__name__]                # what is not importable by name travels by value
    return module
