"""Dataclasses in files: neuron models and rules as numbers, text and arrays, nothing of which is executed."""

from __future__ import annotations

import hashlib
from dataclasses import fields, is_dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._util import checks


__all__ = ["field_names", "kind_of", "put_together", "take_apart", "text_of"]

PLAIN = (int, float, str, bool, type(None))


def field_names(value: Any) -> list[str]:
    """Return the names of the fields of a model, a rule or another dataclass."""
    return [field.name for field in fields(value)]


def kind_of(value: Any) -> str:
    """Return the class of a dataclass, with those of the dataclasses in its fields."""
    members = [getattr(value, field.name) for field in fields(value)] if value else []
    inner = [kind_of(member) for member in members if is_dataclass(member)]
    kind = getattr(value, "fingerprint", type(value).__name__)      # of what was made from text
    return kind + (f"({', '.join(inner)})" if inner else "")


def text_of(value: Any) -> str:
    """Return all of a dataclass in words; of arrays, whose text may be abridged, a digest."""
    arrays = [each.tobytes() for each in vars(value).values() if isinstance(each, np.ndarray)]
    digest = " " + hashlib.sha256(b"".join(arrays)).hexdigest()[:16] if arrays else ""
    return f"{value!r}{digest}"


def take_apart(value: Any, name: str, arrays: dict[str, NDArray[Any]]) -> dict[str, Any]:
    """Return the fields of a dataclass as JSON can hold them; arrays go to `arrays` as "<name>.<field>"."""
    kept: dict[str, Any] = {}
    for field in fields(value):
        each, whole = getattr(value, field.name), f"{name}.{field.name}"
        if isinstance(each, np.ndarray):
            arrays[whole] = each
        elif _is_trains(each):
            arrays[whole] = np.concatenate([np.empty(0), *each])
            arrays[f"{whole}.sizes"] = np.array([part.size for part in each], dtype=np.int64)
        elif is_dataclass(each):
            kept[field.name] = take_apart(each, whole, arrays)
        elif isinstance(each, np.generic):
            kept[field.name] = each.item()
        elif isinstance(each, PLAIN):
            kept[field.name] = each
        elif isinstance(each, tuple) and all(isinstance(part, PLAIN) for part in each):
            kept[field.name] = each
    return kept


def _is_trains(value: object) -> bool:
    """Whether `value` is a tuple of arrays, such as spike trains."""
    return (isinstance(value, tuple) and len(value) > 0
            and all(isinstance(part, np.ndarray) and part.ndim == 1 for part in value))


def put_together(value: Any, name: str, kept: Any, arrays: dict[str, NDArray[Any]]) -> Any:
    """Return the dataclass `value` with the fields that were kept of it under `name`; it checks them itself.

    Parameters
    ----------
    value : dataclass
        One of the same class.
    name : str
        Its name in the file.
    kept : dict
        Fields from the header.
    arrays : dict
        Arrays of the file; those of this dataclass are taken out.

    Raises
    ------
    ValueError
        If there are other fields, or values of another kind.
    """
    if not isinstance(kept, dict) or not set(kept) <= {field.name for field in fields(value)}:
        raise ValueError(f"its header has other fields of {name} than {type(value).__name__}")
    changes: dict[str, Any] = {}
    for field in fields(value):
        mine, whole = getattr(value, field.name), f"{name}.{field.name}"
        if whole in arrays:
            trains = f"{whole}.sizes" in arrays
            changes[field.name] = _unpacked(whole, arrays) if trains else arrays.pop(whole)
        elif field.name in kept and is_dataclass(mine):
            changes[field.name] = put_together(mine, whole, kept[field.name], arrays)
        elif field.name in kept:
            saved = kept[field.name]
            changes[field.name] = tuple(saved) if isinstance(saved, list) else saved
            _check_plain(type(value).__name__, field.name, changes[field.name], mine)
    names = [field.name for field in fields(value) if field.init and field.name in changes]
    return replace(value, **{each: changes[each] for each in names})


def _check_plain(owner: str, name: str, saved: Any, mine: Any) -> None:
    """Refuse what is of another kind than the field holds here: a model expects no text for a number."""
    kinds: list[Any] = [bool, str, tuple, (int, float, np.generic, np.ndarray)]
    of_saved = next((kind for kind in kinds if isinstance(saved, kind)), None)
    of_mine = next((kind for kind in kinds if isinstance(mine, kind)), None)
    if mine is None:
        fits = True
    elif of_mine:
        fits = of_saved is of_mine or saved is None
    else:
        fits = False
    if not fits or isinstance(saved, dict) or saved != saved:
        checks.fail(owner, name, saved, f"a value such as {mine!r}")


def _unpacked(name: str, arrays: dict[str, NDArray[Any]]) -> tuple[NDArray[Any], ...]:
    """A tuple of arrays that was kept as one array with their sizes."""
    flat, sizes = arrays.pop(name), arrays.pop(f"{name}.sizes")
    whole = flat.ndim == 1 and sizes.ndim == 1 and sizes.dtype.kind in "iu" and sizes.min(initial=0) >= 0
    if not whole or sum(sizes.tolist()) != flat.size:
        raise ValueError(f"the sizes of {name!r} are not those of its parts")
    return tuple(np.split(flat, np.cumsum(sizes)[:-1]))
