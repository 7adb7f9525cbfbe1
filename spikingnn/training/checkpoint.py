"""Checkpoints: all arrays in an .npz with a JSON header and a checksum, written whole or not at all; nothing in one is executed."""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
from pathlib import Path

import numpy as np

from .._util import archive
from .model import Model


__all__ = ["load_model", "read", "write"]

FORMAT, VERSION = "spikingnn.training", 1
MOMENTS = 8                     # numbers that an optimiser may keep for each parameter
LARGEST_SAMPLE = 1 << 24        # numbers of a sample
FAULTS = (ValueError, TypeError, KeyError, IndexError, AttributeError, ArithmeticError, RecursionError)


def write(path, header, arrays):
    """Write `arrays`, name -> array, with `header`, a dictionary that JSON can hold; TypeError before anything is written."""
    header = {"format": FORMAT, "version": VERSION} | header
    header["checksum"] = _checksum(header, arrays)
    archive.write_archive(path, text(header), {f"array.{name}": array for name, array in arrays.items()})


def read(path):
    """(header, arrays) of a checkpoint; ValueError says in one line what is wrong with another file."""
    def accept(header, kinds):
        kind, version = header.get("format"), header.get("version")
        if kind != FORMAT:
            raise ValueError(f"{path} is no checkpoint of a training, its format is {kind!r}")
        if version != VERSION:
            raise ValueError(f"{path} has version {version!r}, this program reads {VERSION}; a newer spikingnn wrote it")
        parameters = sum(math.prod(shape) for name, (_, shape) in kinds.items() if name.startswith("array.parameter."))
        others = sum(math.prod(shape) for name, (_, shape) in kinds.items() if not name.startswith("array.parameter."))
        if others > MOMENTS * (parameters + 1):
            raise ValueError(f"{path} is damaged: {others:,} numbers beside {parameters:,} parameters")

    header, content = archive.read_archive(path, "is no checkpoint of spikingnn", accept)
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
    with sound(path):
        _check_size(header, arrays)
        model = Model.of_spec(header["model"])
    take(model.parameters, arrays, "parameter", path)
    return model, header


@contextlib.contextmanager
def sound(path):
    """A context in which whatever goes wrong with the content of `path` is said in one line."""
    try:
        yield
    except FAULTS as problem:
        name = f"{problem} is missing" if isinstance(problem, KeyError) else str(problem)
        raise ValueError(f"{path} is damaged: {' '.join(name.split())}") from None


def _check_size(header, arrays):
    """Refuse a description of a model that is larger than the parameters which the file holds, before it is built."""
    if header["model"] != header["made_of"]["model"]:
        raise ValueError("it describes two models")
    if math.prod(header["model"]["shape"]) > LARGEST_SAMPLE:
        raise ValueError(f"its model takes samples of shape {header['model']['shape']}")
    held = sum(array.size for name, array in arrays.items() if name.startswith("parameter."))
    for k, layer in enumerate(header["model"]["layers"]):
        weight = arrays.get(f"parameter.{k}_{layer['kind']}.weight")
        for name in {"Dense": ["n"], "Conv2d": ["channels"]}.get(layer["kind"], ()):
            if (weight is None or layer[name] != weight.shape[-1] or weight.size > held):
                raise ValueError(f"layer {k} of its model has {name} = {layer[name]}, but not the weights of so many")


def take(targets, arrays, prefix, path):
    """Copy the arrays called "<prefix>.<name>" into `targets`, name -> array."""
    for name, target in targets.items():
        source = arrays.get(f"{prefix}.{name}")
        if source is None or source.shape != target.shape or source.dtype != target.dtype:
            raise ValueError(f"{path} holds another model: {name} is {'missing' if source is None else f'{source.dtype} {source.shape}'}, "
                             f"here it is {target.dtype} {target.shape}")
        if not np.isfinite(source).all():
            raise ValueError(f"{path} is damaged: {name} holds numbers that are not finite")
    for name, target in targets.items():
        target[:] = arrays[f"{prefix}.{name}"]


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
