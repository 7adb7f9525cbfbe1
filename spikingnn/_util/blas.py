"""The number of threads that NumPy's matrix products use; OpenBLAS, which NumPy's wheels contain, can report
and change it."""

from __future__ import annotations

import contextlib
import ctypes
import os
import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np


__all__ = ["limited_threads", "thread_count"]

SPELLINGS = ("scipy_openblas_{}_num_threads64_", "scipy_openblas_{}_num_threads",
             "openblas_{}_num_threads64_", "openblas_{}_num_threads")


def thread_count() -> int:
    """Return the number of threads; with a library other than OpenBLAS that of the environment, else the
    number of cores."""
    get = _openblas_function("get")
    if get:
        return int(get())
    for variable in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"):
        if os.environ.get(variable, "").isdecimal():
            return int(os.environ[variable])
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


_lock = threading.Lock()
_initial = [0]                      # the number of threads before the first open context
_requested: list[list[int]] = []    # one number for each open context of `limited_threads`


@contextlib.contextmanager
def limited_threads(n: int) -> Iterator[None]:
    """Compute matrix products on `n` threads within the context, if NumPy uses OpenBLAS.

    If several Python threads are in such a context, the last one to leave restores the initial number.
    """
    set_threads, mine = _openblas_function("set"), [n]
    with _lock:
        if not _requested:
            _initial[:] = [thread_count()]
        _requested.append(mine)
        if set_threads:
            set_threads(ctypes.c_int(n))
    try:
        yield
    finally:
        with _lock:
            _requested[:] = [each for each in _requested if each is not mine]
            if set_threads:
                set_threads(ctypes.c_int(_requested[-1][0] if _requested else _initial[0]))


def _openblas_function(verb: str) -> Callable[..., Any] | None:
    """Return OpenBLAS's function that gets or sets the number of threads, from the library that NumPy has
    loaded, or None."""
    try:
        module = getattr(getattr(np, "_core"), "_multiarray_umath")          # private, and may change
        library = ctypes.CDLL(module.__file__)
    except (AttributeError, OSError):
        return None
    names = (name.format(verb) for name in SPELLINGS)
    return next((getattr(library, name) for name in names if hasattr(library, name)), None)
