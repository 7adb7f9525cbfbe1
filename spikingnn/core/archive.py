"""Arrays with a JSON header in one .npz, written whole or not at all; nothing in a file is executed when it is read."""

from __future__ import annotations

import json
import os
import zipfile
import zlib

import numpy as np

from .files import replacing

__all__ = ["read", "write"]

DAMAGE = (ValueError, KeyError, OSError, EOFError, zipfile.BadZipFile, zlib.error, TypeError, AttributeError, RuntimeError, MemoryError)


def write(path, header, arrays):
    """Write `arrays`, name -> array, and `header`, a text of JSON, to `path` through a temporary file beside it."""
    content = np.frombuffer(header.encode(), dtype=np.uint8)
    with replacing(path) as temporary, temporary.open("wb") as file:
        np.savez(file, **arrays, header=content)
        file.flush()
        os.fsync(file.fileno())                     # on the disk before it takes the other's place


def read(path, foreign):
    """(header, arrays) of a file that `write` made, the header as a dictionary.

    ValueError says "path `foreign`, or is damaged: …" of any other file; FileNotFoundError where there is none.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        header = json.loads(arrays.pop("header").tobytes())
        if not isinstance(header, dict):
            raise TypeError("its header is no dictionary")
    except FileNotFoundError:
        raise
    except DAMAGE as problem:
        first = (str(problem).splitlines() or [type(problem).__name__])[0]
        raise ValueError(f"{path} {foreign}, or is damaged: {first}") from None
    return header, arrays
