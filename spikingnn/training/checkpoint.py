"""Checkpoints: all arrays in an .npz with a JSON header and a checksum, written whole or not at all; nothing in one is executed."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np

from ..core import archive
from .model import Model

__all__ = ["load_model", "read", "write"]

FORMAT, VERSION = "spikingnn.training", 1


def write(path, header, arrays):
    """Write `arrays`, name -> array, with `header`, a dictionary that JSON can hold; TypeError before anything is written."""
    header = {"format": FORMAT, "version": VERSION} | header
    header["checksum"] = _checksum(header, arrays)
    archive.write(path, text(header), {f"array.{name}": array for name, array in arrays.items()})


def read(path):
    """(header, arrays) of a checkpoint; ValueError says in one line what is wrong with another file."""
    header, content = archive.read(path, "is no checkpoint of spikingnn")
    kind, version = header.get("format"), header.get("version")
    if kind != FORMAT:
        raise ValueError(f"{path} is no checkpoint of a training, its format is {kind!r}")
    if version != VERSION:
        raise ValueError(f"{path} has version {version!r}, this program reads {VERSION}; a newer spikingnn wrote it")
    arrays = {name.removeprefix("array."): array for name, array in content.items()}
    if header.get("checksum") != _checksum(header, arrays):
        raise ValueError(f"{path} is damaged: its content does not fit its checksum")
    return header, arrays


def load_model(path):
    """(model, header) of a checkpoint, or of a folder: its best.npz, else its last.npz."""
    path = Path(path)
    if path.is_dir():
        path = next((path / name for name in ("best.npz", "last.npz") if (path / name).is_file()), path / "best.npz")
    if not path.is_file():
        raise FileNotFoundError(f"{path}: no such checkpoint; a folder that `spikingnn train` wrote is needed")
    header, arrays = read(path)
    model = Model.of_spec(header["model"])
    take(model.parameters, arrays, "parameter", path)
    return model, header


def take(targets, arrays, prefix, path):
    """Copy the arrays called "<prefix>.<name>" into `targets`, name -> array."""
    for name, target in targets.items():
        source = arrays.get(f"{prefix}.{name}")
        if source is None or source.shape != target.shape or source.dtype != target.dtype:
            raise ValueError(f"{path} holds another model: {name} is {'missing' if source is None else f'{source.dtype} {source.shape}'}, "
                             f"here it is {target.dtype} {target.shape}")
        target[:] = source


def _checksum(header, arrays):
    digest = hashlib.blake2b(text({key: value for key, value in header.items() if key != "checksum"}).encode(), digest_size=16)
    for name in sorted(arrays):
        digest.update(f"{name} {arrays[name].dtype} {arrays[name].shape}".encode())
        digest.update(np.ascontiguousarray(arrays[name]).tobytes())
    return digest.hexdigest()


def text(header):
    """`header` as JSON; TypeError names what JSON cannot hold."""
    return json.dumps(header, default=_nameless)


def _nameless(value):
    raise TypeError(f"a checkpoint cannot hold {value!r}; a surrogate of one's own needs a name in SURROGATES")
