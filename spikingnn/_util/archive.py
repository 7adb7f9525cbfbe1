"""Arrays with a JSON header in one .npz file, written completely or not at all; nothing is executed when it
is read."""

from __future__ import annotations

import contextlib
import json
import math
import os
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import IO, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from .files import LARGEST, open_regular, replacing
from .numpy_files import read_values
from .text import first_line
from .typing import PathLikeText


__all__ = ["read_archive", "write_archive"]

DAMAGE = (ValueError, KeyError, OSError, EOFError, zipfile.BadZipFile, zlib.error, struct.error, TypeError,
          AttributeError, RuntimeError, MemoryError, OverflowError, SyntaxError)
LARGEST_HEADER = 1 << 23        # bytes

Kind: TypeAlias = "tuple[np.dtype[Any], tuple[int, ...]]"
"""The type and the shape of an array."""
Accept: TypeAlias = "Callable[[dict[str, Any], dict[str, Kind]], object]"


def write_archive(path: PathLikeText, header: str, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write named `arrays` and `header`, a JSON text, to `path` through a temporary file beside it."""
    content = np.frombuffer(header.encode(), dtype=np.uint8)
    if content.size > LARGEST_HEADER:
        raise ValueError(f"{path}: its header would take {content.size:,} bytes, "
                         f"more than the {LARGEST_HEADER:,} that are read again")
    members: dict[str, Any] = {**arrays, "header": content}
    with replacing(path) as temporary, temporary.open("wb") as file:
        np.savez(file, **members)


def read_archive(path: PathLikeText, foreign: str, accept: Accept | None = None,
                 largest: int = LARGEST) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Return (header, {name: array}) of a file that `write_archive` made.

    Parameters
    ----------
    path : str or path
        The file.
    foreign : str
        What an error says of a file that `write_archive` did not make: "path `foreign`, or is damaged: …".
    accept : callable, optional
        Called as ``accept(header, {name: (dtype, shape)})`` before any array is read or allocated; it may
        raise.
    largest : int
        Size in bytes above which a file is not read.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is damaged or was made by something else.
    """
    with contextlib.ExitStack() as stack:
        with _one_error(path, foreign):
            file = stack.enter_context(open_regular(path, largest))
            content = stack.enter_context(zipfile.ZipFile(file))
            members = _members(content, os.fstat(file.fileno()).st_size)
            kinds = {name: _kind(content, member) for name, member in members.items()}
            if kinds["header"][0] != np.uint8 or members["header"].file_size > LARGEST_HEADER:
                raise ValueError("its header is no text of JSON, or too long")
            header = json.loads(_array(content, members.pop("header")).tobytes())
            if not isinstance(header, dict):
                raise TypeError("its header is no dictionary")
            del kinds["header"]
        if accept is not None:
            accept(header, kinds)
        with _one_error(path, foreign):
            return header, {name: _array(content, member) for name, member in members.items()}


@contextlib.contextmanager
def _one_error(path: PathLikeText, foreign: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise
    except DAMAGE as problem:
        raise ValueError(f"{path} {foreign}, or is damaged: {first_line(problem)}") from None


def _members(content: zipfile.ZipFile, size: int) -> dict[str, zipfile.ZipInfo]:
    """Return {name: member} of a zip file without compression, whose members together are no larger than the
    file."""
    members: dict[str, zipfile.ZipInfo] = {}
    for member in content.infolist():
        name = member.filename.removesuffix(".npy")
        if name == member.filename or name in members:
            raise ValueError(f"its member {member.filename!r} is no array, or there twice")
        if member.compress_type != zipfile.ZIP_STORED:
            raise ValueError(f"its member {member.filename!r} is compressed, which spikingnn never does")
        members[name] = member
    if sum(member.file_size for member in members.values()) > size:
        raise ValueError("its members overlap")
    if "header" not in members:
        raise KeyError("it has no header")
    return members


def _kind(content: zipfile.ZipFile, member: zipfile.ZipInfo) -> Kind:
    with content.open(member) as file:
        return _described(file, member)[:2]


def _array(content: zipfile.ZipFile, member: zipfile.ZipInfo) -> NDArray[Any]:
    with content.open(member) as file:
        return read_values(file, member.filename, *_described(file, member))


def _described(file: IO[bytes], member: zipfile.ZipInfo) -> tuple[np.dtype[Any], tuple[int, ...], bool]:
    """Return (dtype, shape, Fortran order) from the header of an .npy, whose values must fill its member
    exactly."""
    name = member.filename
    try:
        reader = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
        shape, fortran, dtype = reader[np.lib.format.read_magic(file)](file)
    except DAMAGE:                          # NumPy's advice about files of other kinds is not passed on
        raise ValueError(f"the array {name!r} has no sound header") from None
    if dtype.kind not in "biuf" or not dtype.isnative:
        raise ValueError(f"the array {name!r} holds other things than numbers")
    if min(shape, default=0) < 0 or math.prod(shape) * dtype.itemsize != member.file_size - file.tell():
        raise ValueError(f"the array {name!r} has not the size that it claims")
    return dtype, shape, fortran
