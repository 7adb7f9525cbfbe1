"""How many threads NumPy's matrix products use: OpenBLAS, which its wheels bring, can be asked and told."""

from __future__ import annotations

import contextlib
import ctypes
import os
import threading

import numpy as np


__all__ = ["threads", "using"]

SPELLINGS = ("scipy_openblas_{}_num_threads64_", "scipy_openblas_{}_num_threads", "openblas_{}_num_threads64_", "openblas_{}_num_threads")


def threads():
    """The number of threads; with another library what the environment says, else the number of cores."""
    ask = _function("get")
    if ask:
        return int(ask())
    for variable in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"):
        if os.environ.get(variable, "").isdecimal():
            return int(os.environ[variable])
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


_lock, _found = threading.Lock(), []
_asked = []             # by each who is in `using` now; `_found` is what the first of them found


@contextlib.contextmanager
def using(n):
    """Matrix products on `n` threads within the context, where OpenBLAS is what NumPy uses.

    Of several threads that are in it the last one puts back what the first one found.
    """
    tell, mine = _function("set"), [n]
    with _lock:
        if not _asked:
            _found[:] = [threads()]
        _asked.append(mine)
        if tell:
            tell(ctypes.c_int(n))
    try:
        yield
    finally:
        with _lock:
            _asked[:] = [each for each in _asked if each is not mine]
            if tell:
                tell(ctypes.c_int(_asked[-1][0] if _asked else _found[0]))


def _function(verb):
    """OpenBLAS's own function, found in what NumPy has loaded, or None."""
    try:
        library = ctypes.CDLL(np._core._multiarray_umath.__file__)
    except (AttributeError, OSError):
        return None
    return next((getattr(library, name.format(verb)) for name in SPELLINGS if hasattr(library, name.format(verb))), None)
