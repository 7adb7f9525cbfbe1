"""Arrays with a JSON header in one .npz, written whole or not at all; nothing in a file is executed when it is read."""

from __future__ import annotations

import contextlib
import json
import math
import os
import struct
import zipfile
import zlib

import numpy as np

from .files import LARGEST, open_regular, replacing


__all__ = ["read", "write"]

DAMAGE = (ValueError, KeyError, OSError, EOFError, zipfile.BadZipFile, zlib.error, struct.error, TypeError,
          AttributeError, RuntimeError, MemoryError, OverflowError, SyntaxError)
LARGEST_HEADER = 1 << 23        # bytes
CHUNK = 1 << 24                 # bytes that are read at a time


def write(path, header, arrays):
    """Write `arrays`, name -> array, and `header`, a text of JSON, to `path` through a temporary file beside it."""
    content = np.frombuffer(header.encode(), dtype=np.uint8)
    if content.size > LARGEST_HEADER:
        raise ValueError(f"{path}: its header would take {content.size:,} bytes, more than the {LARGEST_HEADER:,} that are read again")
    with replacing(path) as temporary, temporary.open("wb") as file:
        np.savez(file, **arrays, header=content)


def read(path, foreign, accept=None, largest=LARGEST):
    """(header, arrays) of a file that `write` made, the header as a dictionary.

    A file of more than `largest` bytes is not read. `accept(header, kinds)`, kinds being name -> (dtype, shape), may raise
    before any array but the header is read or given room. ValueError says "path `foreign`, or is damaged: …" of a file
    that `write` did not make; FileNotFoundError where there is none.
    """
    with contextlib.ExitStack() as stack:
        with _in_one_line(path, foreign):
            file = stack.enter_context(open_regular(path, largest))
            content = stack.enter_context(zipfile.ZipFile(file))
            members = _members(content, os.fstat(file.fileno()).st_size)
            kinds = {name: _array(content, member, kind_only=True) for name, member in members.items()}
            if kinds["header"][0] != np.uint8 or members["header"].file_size > LARGEST_HEADER:
                raise ValueError("its header is no text of JSON, or too long")
            header = json.loads(_array(content, members.pop("header")).tobytes())
            if not isinstance(header, dict):
                raise TypeError("its header is no dictionary")
            del kinds["header"]
        if accept is not None:
            accept(header, kinds)
        with _in_one_line(path, foreign):
            return header, {name: _array(content, member) for name, member in members.items()}


@contextlib.contextmanager
def _in_one_line(path, foreign):
    try:
        yield
    except FileNotFoundError:
        raise
    except DAMAGE as problem:
        first = (str(problem).splitlines() or [type(problem).__name__])[0]
        raise ValueError(f"{path} {foreign}, or is damaged: {first}") from None


def _members(content, size):
    """name -> member of a zip whose members are stored as they are, so that together they are no larger than the file."""
    members = {}
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


def _array(content, member, kind_only=False):
    """The array in a member of the zip, or (dtype, shape), as its own header says; that must be what the member has room for."""
    with content.open(member) as file:
        dtype, shape, fortran = _described(file, member.filename)
        size = math.prod(shape) * dtype.itemsize
        if min(shape, default=0) < 0 or size != member.file_size - file.tell():
            raise ValueError(f"the array {member.filename!r} has not the size that it claims")
        if kind_only:
            return dtype, shape
        array = np.empty(math.prod(shape), dtype)
        raw, at = array.view(np.uint8), 0
        while at < size:
            at += file.readinto(raw[at:at + CHUNK]) or size         # a member that is cut short fails at its checksum
    return array.reshape(shape, order="F" if fortran else "C")


def _described(file, name):
    """(dtype, shape, fortran order) from the header of an .npy; whatever NumPy advises about other files stays here."""
    try:
        reader = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
        shape, fortran, dtype = reader[np.lib.format.read_magic(file)](file)
    except DAMAGE:
        raise ValueError(f"the array {name!r} has no sound header") from None
    if dtype.kind not in "biuf" or not dtype.isnative:
        raise ValueError(f"the array {name!r} holds other things than numbers")
    return dtype, shape, fortran
