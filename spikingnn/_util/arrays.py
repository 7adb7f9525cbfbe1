"""NumPy's own files, .npy and .npz: each array is checked against the size of its file before there is memory for it.

Nothing is executed: arrays of Python objects, which are pickles, are refused.
"""

from __future__ import annotations

import contextlib
import math
import os
import zipfile

import numpy as np

from .files import LARGEST, assert_bounded, open_regular


__all__ = ["read_npy", "read_npz"]

KINDS = "biufcSU"           # of numbers and texts
BLOCK = 1 << 20             # bytes
SUFFIX = ".npy"


def read_npy(path):
    """The array in an .npy file; ValueError where it is damaged, or too large."""
    with open_regular(path) as file, _sound(path):
        size = os.fstat(file.fileno()).st_size
        return _array(file, size, size, path)


def read_npz(path, names=None):
    """(name -> array, all names) of an .npz file, its arrays one by one; of those called `names` only, where they are given.

    ValueError where the file is damaged, an array has objects in it, or is too large.
    """
    with open_regular(path) as file, _sound(path), zipfile.ZipFile(file) as archive:
        members = {info.filename.removesuffix(SUFFIX): info for info in archive.infolist()
                   if info.filename.endswith(SUFFIX)}
        wanted = {name: info for name, info in members.items() if names is None or name in names}
        assert_bounded("what is in it", sum(info.file_size for info in wanted.values()),
                       sum(info.compress_size for info in wanted.values()))
        arrays = {}
        for name, info in wanted.items():
            with archive.open(info) as member:
                arrays[name] = _array(member, info.file_size, info.compress_size, name)
        return arrays, list(members)


def _array(file, size, stored, name):
    """The array of `size` bytes with its header, which are `stored` bytes on the disk."""
    assert_bounded(f"the array {name}", size, stored)
    version = np.lib.format.read_magic(file)
    if version != (1, 0):                               # others hold tables with named columns, and headers of any length
        raise ValueError(f"the array {name} has the format {version[0]}.{version[1]}, 1.0 is read")
    shape, fortran, kind = np.lib.format.read_array_header_1_0(file)
    if kind.hasobject:
        raise ValueError(f"{name}: Object arrays cannot be loaded, arrays of numbers and of texts can")
    if kind.kind not in KINDS or not kind.itemsize or min(shape, default=0) < 0:
        raise ValueError(f"the array {name} has the type {kind} and the shape {shape}; numbers or texts are read")
    expected = math.prod(shape) * kind.itemsize
    content = np.empty(expected if expected <= min(size, LARGEST) else 0, np.uint8)
    filled, view = 0, memoryview(content)
    while filled < len(content) and (block := file.read(min(BLOCK, len(content) - filled))):
        view[filled:filled + len(block)] = block
        filled += len(block)
    if filled != expected or file.read(1):
        raise ValueError(f"the array {name} is truncated or too long: its header promises {expected:,} bytes")
    return content.view(kind).reshape(shape, order="F" if fortran else "C") if expected else np.empty(shape, kind)


@contextlib.contextmanager
def _sound(path):
    """One error that names the file, whatever NumPy and zipfile meet in a broken one."""
    try:
        yield
    except Exception as problem:            # ValueError, zlib.error, tokenize.TokenError, NotImplementedError of a compression, …
        first = (str(problem).splitlines() or [type(problem).__name__])[0]
        raise ValueError(f"{path} is damaged or not an array: {first}") from None
