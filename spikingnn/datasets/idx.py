"""The IDX format of MNIST and its kin, plain or gzipped."""

from __future__ import annotations

import gzip
import math
import os
import zlib

import numpy as np

from .._util.files import assert_bounded, open_regular


__all__ = ["read_idx"]

TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
MOST_DIMENSIONS = 8


def read_idx(file, dimensions=None):
    """The array in an IDX `file` (.gz or not), in native byte order; with `dimensions` that many are expected.

    The file is two zero bytes, a type byte, the number of dimensions, each extent as a big-endian uint32, then the values.
    ValueError names the file where magic, type, dimensions or length are not as they must be.
    """
    with open_regular(file) as raw:
        try:
            zipped = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            return _array(gzip.GzipFile(fileobj=raw) if zipped else raw, zipped, file, dimensions, os.fstat(raw.fileno()).st_size)
        except (EOFError, zlib.error, gzip.BadGzipFile) as problem:
            raise ValueError(f"{file} is damaged: {problem}") from None


def _array(content, zipped, file, dimensions, stored):
    """What the header of `content` announces, and not one byte more."""
    begin = content.read(4)
    if len(begin) < 4 or begin[:2] != b"\0\0" or begin[2] not in TYPES:
        raise ValueError(f"{file} is not an IDX file: it begins with {begin.hex(' ') or 'nothing'}")
    kind, n = np.dtype(TYPES[begin[2]]), begin[3]
    if n != (n if dimensions is None else dimensions) or not 1 <= n <= MOST_DIMENSIONS:
        raise ValueError(f"{file} has {n} dimensions, expected {dimensions or f'1 to {MOST_DIMENSIONS}'}")
    header = content.read(4 * n)
    if len(header) < 4 * n:
        raise ValueError(f"{file} is truncated: its header is not whole")
    shape = np.frombuffer(header, dtype=">u4").astype(np.int64)
    expected = math.prod(shape.tolist()) * kind.itemsize
    if zipped:
        assert_bounded(file, expected, stored)
    values = content.read(expected if zipped else min(expected, stored))
    if len(values) != expected or content.read(1):
        more = "more" if len(values) == expected else f"{len(values):,}"
        raise ValueError(f"{file} is truncated or too long: its header promises {expected:,} bytes of values, there are {more}")
    return np.frombuffer(values, dtype=kind).reshape(shape).astype(kind.newbyteorder("="))
