"""NumPy's own files, .npy and .npz; every array is checked against the size of its file before memory is
allocated for it.

Nothing is executed: arrays of Python objects, which are pickles, are refused.
"""

from __future__ import annotations

import contextlib
import math
import os
import zipfile
from collections.abc import Collection, Iterator
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from .files import LARGEST, assert_bounded, open_regular
from .text import first_line
from .typing import PathLikeText


__all__ = ["read_npy", "read_npz", "read_values"]

KINDS = "biufcSU"           # NumPy's codes of numbers and texts
BLOCK = 1 << 20             # bytes
SUFFIX = ".npy"


def read_npy(path: PathLikeText) -> NDArray[Any]:
    """Return the array of an .npy file; ValueError if it is damaged or too large."""
    with open_regular(path) as file, _one_error(path):
        size = os.fstat(file.fileno()).st_size
        return _array(file, size, size, path)


def read_npz(path: PathLikeText,
             names: Collection[str] | None = None) -> tuple[dict[str, NDArray[Any]], list[str]]:
    """Return ({name: array}, all names) of an .npz file; with `names`, only the arrays of these names are
    read.

    ValueError if the file is damaged, or an array contains objects or is too large.
    """
    with open_regular(path) as file, _one_error(path), zipfile.ZipFile(file) as archive:
        members = {info.filename.removesuffix(SUFFIX): info for info in archive.infolist()
                   if info.filename.endswith(SUFFIX)}
        chosen = {name: info for name, info in members.items() if names is None or name in names}
        assert_bounded("what is in it", sum(info.file_size for info in chosen.values()),
                       sum(info.compress_size for info in chosen.values()))
        arrays = {}
        for name, info in chosen.items():
            with archive.open(info) as member:
                arrays[name] = _array(member, info.file_size, info.compress_size, name)
        return arrays, list(members)


def read_values(file: IO[bytes], name: object, kind: np.dtype[Any], shape: tuple[int, ...],
                fortran: bool) -> NDArray[Any]:
    """Return the array whose values follow in `file`, behind its header; ValueError if the file ends too
    early."""
    array: NDArray[Any] = np.empty(math.prod(shape), kind)
    content, filled = array.view(np.uint8).data, 0
    while filled < len(content) and (block := file.read(min(BLOCK, len(content) - filled))):
        content[filled:filled + len(block)] = block
        filled += len(block)
    if filled != len(content):
        raise _wrong_length(name, len(content))
    return array.reshape(shape, order="F" if fortran else "C")


def _array(file: IO[bytes], size: int, stored: int, name: object) -> NDArray[Any]:
    """Return the array of `size` bytes, header included, that takes `stored` bytes on the disk."""
    assert_bounded(f"the array {name}", size, stored)
    version = np.lib.format.read_magic(file)
    # the other versions are for tables with named columns, and headers of any length
    if version != (1, 0):
        raise ValueError(f"the array {name} has the format {version[0]}.{version[1]}, 1.0 is read")
    shape, fortran, kind = np.lib.format.read_array_header_1_0(file)
    if kind.hasobject:
        raise ValueError(f"{name}: Object arrays cannot be loaded, arrays of numbers and of texts can")
    if kind.kind not in KINDS or not kind.itemsize or min(shape, default=0) < 0:
        raise ValueError(f"the array {name} has the type {kind} and the shape {shape}; "
                         "numbers or texts are read")
    expected = math.prod(shape) * kind.itemsize
    if expected > min(size, LARGEST):
        raise _wrong_length(name, expected)
    array = read_values(file, name, kind, shape, fortran)
    if file.read(1):
        raise _wrong_length(name, expected)
    return array


def _wrong_length(name: object, expected: int) -> ValueError:
    return ValueError(f"the array {name} is truncated or too long: its header promises {expected:,} bytes")


@contextlib.contextmanager
def _one_error(path: PathLikeText) -> Iterator[None]:
    """Raise one kind of error, which names the file, whatever NumPy and zipfile raise for a damaged one."""
    try:
        yield
    except Exception as problem:        # ValueError, zlib.error, tokenize.TokenError, NotImplementedError, …
        raise ValueError(f"{path} is damaged or not an array: {first_line(problem)}") from None
