"""Checkpoints: all arrays in an .npz with a JSON header and a checksum, written whole or not at all.

Nothing is executed.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from .._util import archive
from .._util.typing import PathLikeText
from .layer import LAYERS, Array, walk_specs
from .model import FORMER_NAMES, Model


__all__ = [
    "checkpoint_file", "copy_arrays", "header_text", "load_model", "one_line_errors", "read_checkpoint",
    "write_checkpoint"
]

FORMAT, VERSION = "spikingnn.training", 1
MOMENTS = 8                     # numbers that an optimiser may keep for each parameter
LARGEST_SAMPLE = 1 << 24        # numbers in a sample
FAULTS = (ValueError, TypeError, KeyError, IndexError, AttributeError, ArithmeticError, RecursionError)


def write_checkpoint(path: PathLikeText, header: Mapping[str, Any], arrays: Mapping[str, Array]) -> None:
    """Write `arrays`, name -> array, with `header`, a dictionary that JSON can hold.

    Raises
    ------
    TypeError
        If JSON cannot hold the header; nothing is written then.
    """
    header = {"format": FORMAT, "version": VERSION} | dict(header)
    header["checksum"] = _checksum(header, arrays)
    archive.write_archive(path, header_text(header),
                          {f"array.{name}": array for name, array in arrays.items()})


def read_checkpoint(path: PathLikeText) -> tuple[dict[str, Any], dict[str, Array]]:
    """Return header and arrays of a checkpoint.

    Raises
    ------
    ValueError
        If the file is no checkpoint, is damaged, or was written by a newer version; in one line.
    """
    def accept(header: Mapping[str, Any], kinds: Mapping[str, tuple[Any, tuple[int, ...]]]) -> None:
        kind, version = header.get("format"), header.get("version")
        if kind != FORMAT:
            raise ValueError(f"{path} is no checkpoint of a training, its format is {kind!r}")
        if version != VERSION:
            raise ValueError(
                f"{path} has version {version!r}, this program reads {VERSION}; a newer spikingnn wrote it")
        sizes = {name: math.prod(shape) for name, (_, shape) in kinds.items()}
        parameters = sum(size for name, size in sizes.items() if name.startswith("array.parameter."))
        others = sum(sizes.values()) - parameters
        if others > MOMENTS * (parameters + 1):
            raise ValueError(
                f"{path} is damaged: {others:,} numbers in addition to {parameters:,} parameters")

    header, content = archive.read_archive(path, "is no checkpoint of spikingnn", accept)
    arrays = {name.removeprefix("array."): array for name, array in content.items()}
    if header.get("checksum") != _checksum(header, arrays):
        raise ValueError(f"{path} is damaged: its content does not match its checksum")
    return _with_present_names(header), arrays


def checkpoint_file(path: PathLikeText) -> Path:
    """Return `path`, or of a folder its best.npz, otherwise its last.npz.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    """
    path = Path(path)
    if path.is_dir():
        path = next((path / name for name in ("best.npz", "last.npz") if (path / name).is_file()),
                    path / "best.npz")
    if not path.is_file():
        raise FileNotFoundError(
            f"{path}: no such checkpoint; a folder that `spikingnn train` wrote is needed")
    return path


def load_model(path: PathLikeText) -> tuple[Model, dict[str, Any]]:
    """Return the model of a checkpoint or of the folder of a run, with its trained weights.

    Parameters
    ----------
    path : path
        Checkpoint (.npz), or the folder of a run, of which best.npz is read, otherwise last.npz.

    Returns
    -------
    model : Model
        Model with the weights of the checkpoint.
    header : dict
        What the checkpoint says of itself: ``"model"``, ``"trainer"`` and, of a `TrainingRun`,
        ``"settings"``.

    Raises
    ------
    FileNotFoundError
        If there is no such checkpoint.
    ValueError
        If the file is no checkpoint or is damaged.

    Examples
    --------
    >>> import tempfile
    >>> from spikingnn.training import Dense, Model, Trainer, load_model
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     Trainer(Model([Dense(3)], shape=5)).save(f"{folder}/last.npz")
    ...     model, header = load_model(folder)
    >>> model.names, header["trainer"]["epoch"]
    (('0_Dense',), 0)
    """
    path = checkpoint_file(path)
    header, arrays = read_checkpoint(path)
    with one_line_errors(path):
        _check_size(header, arrays)
        model = Model.from_spec(header["model"])
    copy_arrays(model.parameters, arrays, "parameter", path)
    return model, header


@contextlib.contextmanager
def one_line_errors(path: PathLikeText) -> Iterator[None]:
    """Turn whatever goes wrong with the content of `path` into a ValueError of one line."""
    try:
        yield
    except FAULTS as problem:
        name = f"{problem} is missing" if isinstance(problem, KeyError) else str(problem)
        raise ValueError(f"{path} is damaged: {' '.join(name.split())}") from None


def copy_arrays(targets: Mapping[str, Array], arrays: Mapping[str, Array], prefix: str,
                path: PathLikeText) -> None:
    """Copy the arrays called ``<prefix>.<name>`` into `targets`, name -> array.

    Raises
    ------
    ValueError
        If one is missing, has another shape or type, or is not finite; nothing is copied then.
    """
    for name, target in targets.items():
        source = arrays.get(f"{prefix}.{name}")
        if source is None or source.shape != target.shape or source.dtype != target.dtype:
            found = "missing" if source is None else f"{source.dtype} {source.shape}"
            raise ValueError(
                f"{path} holds another model: {name} is {found}, here it is {target.dtype} {target.shape}")
        if not np.isfinite(source).all():
            raise ValueError(f"{path} is damaged: {name} holds numbers that are not finite")
    for name, target in targets.items():
        target[:] = arrays[f"{prefix}.{name}"]


def header_text(header: Mapping[str, Any]) -> str:
    """Return `header` as JSON; TypeError names what JSON cannot hold."""
    return json.dumps(header, default=_refuse)


def _refuse(value: object) -> NoReturn:
    raise TypeError(f"a checkpoint cannot hold {value!r}; a surrogate of your own needs a name in SURROGATES")


def _check_size(header: Mapping[str, Any], arrays: Mapping[str, Array]) -> None:
    """Refuse a description of a model that is larger than the parameters in the file, before it is built."""
    if header["model"] != header["made_of"]["model"]:
        raise ValueError("it describes two models")
    if math.prod(header["model"]["shape"]) > LARGEST_SAMPLE:
        raise ValueError(f"its model takes samples of shape {header['model']['shape']}")
    held = sum(array.size for name, array in arrays.items() if name.startswith("parameter."))
    for name, layer in walk_specs(header["model"]["layers"]):
        field = LAYERS[layer["kind"]].output_field if layer["kind"] in LAYERS else None
        if field is None:
            continue
        weight = arrays.get(f"parameter.{name}.weight")
        if weight is None or layer[field] != weight.shape[-1] or weight.size > held:
            raise ValueError(f"layer {name} of its model has {field} = {layer[field]}, "
                             "but not the weights of so many outputs")


def _with_present_names(header: dict[str, Any]) -> dict[str, Any]:
    """The header of an older file with the names that its entries have now."""
    made_of, settings = header.get("made_of"), header.get("settings")
    parts = [header.get("model")]
    parts += [made_of.get(name) for name in ("model", "loss")] if isinstance(made_of, dict) else []
    parts += [settings.get("model")] if isinstance(settings, dict) else []
    for part in parts:
        for old, new in FORMER_NAMES.items():
            if isinstance(part, dict) and old in part and new not in part:
                part[new] = part.pop(old)
    return header


def _checksum(header: Mapping[str, Any], arrays: Mapping[str, Array]) -> str:
    content = header_text({key: value for key, value in header.items() if key != "checksum"})
    digest = hashlib.blake2b(content.encode(), digest_size=16)
    for name in sorted(arrays):
        digest.update(f"{name} {arrays[name].dtype} {arrays[name].shape}".encode())
        digest.update(np.ascontiguousarray(arrays[name]).tobytes())
    return digest.hexdigest()
