"""The IDX format of MNIST and similar data sets, plain or compressed by gzip."""

from __future__ import annotations

import gzip
import math
import os
import zlib
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from .._util.files import assert_bounded, open_regular
from .._util.typing import PathLikeText


__all__ = ["read_idx"]

TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
MOST_DIMENSIONS = 8


def read_idx(file: PathLikeText, dimensions: int | None = None) -> NDArray[Any]:
    """Read the array of an IDX file, .gz or not, in native byte order.

    The file consists of two zero bytes, a byte for the type, the number of dimensions, each extent as a
    big-endian uint32, and the values.

    Parameters
    ----------
    file : str or path
        The file.
    dimensions : int, optional
        Expected number of dimensions; None accepts 1 to 8.

    Returns
    -------
    ndarray
        The array, of the shape that the file states.

    Raises
    ------
    ValueError
        If the magic number, the type, the number of dimensions or the length is wrong; the message names the
        file.
    FileNotFoundError
        If there is no such file.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "labels-idx1-ubyte")
    ...     _ = file.write_bytes(bytes([0, 0, 8, 1, 0, 0, 0, 3, 7, 2, 1]))
    ...     read_idx(file).tolist()
    [7, 2, 1]
    """
    with open_regular(file) as raw:
        try:
            zipped = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            content: IO[bytes] = gzip.GzipFile(fileobj=raw) if zipped else raw      # type: ignore[assignment]
            return _array(content, zipped, file, dimensions, os.fstat(raw.fileno()).st_size)
        except (EOFError, zlib.error, gzip.BadGzipFile) as problem:
            raise ValueError(f"{file} is damaged: {problem}") from None


def _array(content: IO[bytes], zipped: bool, file: PathLikeText, dimensions: int | None,
           stored: int) -> NDArray[Any]:
    """Read what the header of `content` announces, and not one byte more."""
    begin = content.read(4)
    if len(begin) < 4 or begin[:2] != b"\0\0" or begin[2] not in TYPES:
        raise ValueError(f"{file} is not an IDX file: it begins with {begin.hex(' ') or 'nothing'}")
    kind, n = np.dtype(TYPES[begin[2]]), begin[3]
    if n != (n if dimensions is None else dimensions) or not 1 <= n <= MOST_DIMENSIONS:
        raise ValueError(f"{file} has {n} dimensions, expected {dimensions or f'1 to {MOST_DIMENSIONS}'}")
    header = content.read(4 * n)
    if len(header) < 4 * n:
        raise ValueError(f"{file} is truncated: its header is not complete")
    shape = np.frombuffer(header, dtype=">u4").astype(np.int64)
    expected = math.prod(shape.tolist()) * kind.itemsize
    if zipped:
        assert_bounded(file, expected, stored)
    values = content.read(expected if zipped else min(expected, stored))
    if len(values) != expected or content.read(1):
        more = "more" if len(values) == expected else f"{len(values):,}"
        raise ValueError(f"{file} is truncated or too long: its header promises {expected:,} bytes of "
                         f"values, there are {more}")
    return np.frombuffer(values, dtype=kind).reshape(shape).astype(kind.newbyteorder("="))
