"""The IDX format of MNIST and its kin, plain or gzipped."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

import numpy as np

__all__ = ["read_idx"]

TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}


def read_idx(file, dimensions=None):
    """The array in an IDX `file` (.gz or not), in native byte order; with `dimensions` that many are expected.

    The file is two zero bytes, a type byte, the number of dimensions, each extent as a big-endian uint32, then the values.
    ValueError names the file where magic, type, dimensions or length are not as they must be.
    """
    file = Path(file)
    try:
        with file.open("rb") as raw:
            content = raw.read()
        if content[:2] == b"\x1f\x8b":
            content = gzip.decompress(content)
    except (EOFError, zlib.error, gzip.BadGzipFile) as problem:
        raise ValueError(f"{file} is damaged: {problem}") from None
    if len(content) < 4 or content[:2] != b"\0\0" or content[2] not in TYPES:
        raise ValueError(f"{file} is not an IDX file: it begins with {content[:4].hex(' ') or 'nothing'}")
    kind, n = np.dtype(TYPES[content[2]]), content[3]
    if dimensions is not None and n != dimensions:
        raise ValueError(f"{file} has {n} dimensions, expected {dimensions}")
    shape = np.frombuffer(content[4:4 + 4 * n], dtype=">u4")
    expected = 4 + 4 * n + int(np.prod(shape, dtype=object)) * kind.itemsize
    if shape.size != n or len(content) != expected:
        raise ValueError(f"{file} is truncated or too long: {len(content):,} bytes, its header promises {expected:,}")
    return np.frombuffer(content, dtype=kind, offset=4 + 4 * n).reshape(shape.astype(np.int64)).astype(kind.newbyteorder("="))
