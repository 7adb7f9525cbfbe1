"""Arrays from a Python pickle, of which nothing is executed.

A pickle is a program. Here it runs on stand-ins: what NumPy writes into a pickle for an array becomes an
array; lists, dictionaries, numbers and texts become themselves; every other name that it asks for is refused
before anything is called.
"""

from __future__ import annotations

import io
import math
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._util.files import read_bytes
from .._util.text import printable
from .._util.typing import PathLikeText


__all__ = ["is_pickle", "read_pickle", "text_of"]

LARGEST = 256_000_000       # bytes; CIFAR-100's training file has 155 million
KINDS = frozenset("b1 u1 i1 u2 i2 u4 i4 u8 i8 f2 f4 f8".split())


def is_pickle(begin: bytes) -> bool:
    """Tell whether a file that begins with these bytes is a pickle of protocol 2 or later."""
    return begin[:1] == b"\x80"


def read_pickle(file: PathLikeText) -> dict[str, Any]:
    """Return the dictionary in the pickle `file`.

    Its keys are texts, its values NumPy arrays of numbers, lists, numbers or texts (bytes, if Python 2 wrote
    them). ValueError if the file is damaged, contains something else, or asks for anything else, which the
    message names.
    """
    content = read_bytes(file, LARGEST)
    try:
        found = _Reader(io.BytesIO(content), encoding="bytes").load()
        if not isinstance(found, dict):
            raise RefusedPickle(f"the pickle holds a {type(found).__name__}; a dictionary is needed")
        return {text_of(key): value.value if isinstance(value, _Array) else value
                for key, value in found.items()}
    except RefusedPickle as problem:
        raise ValueError(f"{file}: {problem}") from None
    except Exception as problem:        # a damaged pickle raises anything: IndexError, RecursionError, …
        message = f"{file} is a damaged pickle: {type(problem).__name__} {printable(problem)}"
        raise ValueError(message[:200]) from None


class RefusedPickle(ValueError):
    """The pickle is understood and not accepted; the message is the whole reason."""


class _Type:
    """Stands in for a NumPy dtype: its code, and its byte order from `__setstate__`."""

    def __init__(self, code: Any = "", *_: object) -> None:
        self.code, self.order = text_of(code), "|"

    def __setstate__(self, state: Any) -> None:
        self.order = text_of(state[1])

    def numpy(self) -> np.dtype[Any]:
        if self.code not in KINDS or self.order not in tuple("<>|="):
            raise RefusedPickle(f"its array has the type {printable(self.order + self.code)}; "
                                "numbers are read")
        return np.dtype(self.order + self.code)


class _Array:
    """Stands in for a NumPy array: `__setstate__` receives its shape, type and bytes."""

    value: NDArray[Any] | None = None

    def __setstate__(self, state: Any) -> None:
        _, shape, kind, fortran, content = state
        content = content.encode("latin-1") if isinstance(content, str) else content
        self.value = _shaped(content, kind, shape, "F" if fortran else "C")


class _Marker:
    """Stands in for the class ndarray, which an array's reconstruction names and nothing calls."""

    def __init__(self, *_: object) -> None:
        raise RefusedPickle("it makes an array in another way than NumPy does")


def _shaped(content: Any, kind: Any, shape: Any, order: Any = "C") -> NDArray[Any]:
    kind, shape = kind.numpy(), tuple(shape)
    if math.prod(shape) * kind.itemsize != len(content):
        raise RefusedPickle(f"an array of shape {shape} does not fit its {len(content):,} bytes")
    return np.frombuffer(content, kind).reshape(shape, order=order)


def _from_buffer(content: Any, kind: Any, shape: Any, order: Any) -> _Array:
    array = _Array()
    array.value = _shaped(content, kind, shape, order)
    return array


def _encoded(text: Any, encoding: Any) -> Any:
    """Decode bytes as Python 3 writes them into a pickle of protocol 2."""
    if encoding not in ("latin1", b"latin1"):
        raise RefusedPickle(f"its bytes are encoded as {encoding!r}")
    return text.encode("latin-1")


_ADMITTED: dict[tuple[str, str], Callable[..., Any]] = {
    ("numpy", "dtype"): _Type, ("numpy", "ndarray"): _Marker, ("_codecs", "encode"): _encoded}
for _core in ("numpy.core", "numpy._core"):
    _ADMITTED[_core + ".multiarray", "_reconstruct"] = lambda *_: _Array()
    _ADMITTED[_core + ".numeric", "_frombuffer"] = _from_buffer


# Python's own unpickler: the compiled one allocates memory for as many memos as a pickle claims to have
class _Reader(pickle._Unpickler):
    dispatch = dict(pickle._Unpickler.dispatch)
    stack: list[Any]

    def find_class(self, module: str, name: str) -> Callable[..., Any]:
        if (module, name) not in _ADMITTED:
            raise RefusedPickle(f"the pickle asks for {printable(module)}.{printable(name)}; "
                                "only NumPy arrays are admitted, and nothing was executed")
        return _ADMITTED[module, name]

    def _build(self) -> None:
        state, value = self.stack.pop(), self.stack[-1]
        if not isinstance(value, (_Array, _Type)):
            raise RefusedPickle("the pickle changes what is no array; only NumPy arrays are admitted, "
                                "and nothing was executed")
        value.__setstate__(state)

    dispatch[pickle.BUILD[0]] = _build          # type: ignore[assignment]  # a method of the subclass


def text_of(value: object) -> str:
    """Return a text that Python 2 wrote as bytes, or any other value, as a text."""
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
