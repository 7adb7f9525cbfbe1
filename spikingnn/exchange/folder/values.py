"""Models, synapses and rules in a folder: dataclasses as JSON and arrays, with the names of their classes."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ... import encoding, neurons, plasticity, synapses
from ..._util import checks
from ...dataclass_storage import take_apart
from ...encoding import GammaRenewal, GivenSpikes, PoissonCounts
from ...equations import Equations, PlasticityRule


__all__ = ["KNOWN", "Arrays", "described_value", "made_value"]

Arrays = dict[str, NDArray[Any]]
TEXTS = {"Equations": ("text", "threshold", "reset", "method", "initial"),
         "PlasticityRule": ("text", "on_pre", "on_post")}
KNOWN = {cls.__name__: cls for cls in (GammaRenewal, GivenSpikes, PoissonCounts)} | {
    name: value for room in (neurons, encoding, synapses, plasticity) for name in room.__all__
    if is_dataclass(value := getattr(room, name))}


def described_value(value: Any, name: str, arrays: Arrays) -> dict[str, Any]:
    """Return a dataclass as JSON can hold it; ``{"array": name}`` stands for what goes to `arrays`."""
    described = {"class": type(value).__name__, **take_apart(value, name, arrays)}
    for field in fields(value):
        member, whole = getattr(value, field.name), f"{name}.{field.name}"
        if is_dataclass(member):
            described[field.name] = described_value(member, whole, arrays)
        elif whole in arrays:
            described[field.name] = {"array": whole}
        elif field.init and field.name not in described:
            checks.fail(value, field.name, member, "a number, a text or an array, which a file can hold")
    if hasattr(value, "recipe"):
        described["recipe"] = value.recipe
    return described


def made_value(described: dict[str, Any], arrays: Arrays, known: dict[str, Any]) -> Any:
    """Return the dataclass that `described_value` described; it checks its fields itself."""
    kind = described["class"]
    given = {name: _field(value, arrays, known) for name, value in described.items()
             if name not in ("class", "recipe")}
    if "recipe" in described:
        return _from_text(kind, described["recipe"], given)
    if kind not in known:
        raise ValueError(f"it needs the class {kind}: load_folder(folder, classes=[{kind}])")
    names = {field.name for field in fields(known[kind]) if field.init}
    return known[kind](**{name: value for name, value in given.items() if name in names})


def _field(value: Any, arrays: Arrays, known: dict[str, Any]) -> Any:
    if isinstance(value, list):
        return tuple(value)
    if not isinstance(value, dict):
        return value
    if "array" not in value:
        return made_value(value, arrays, known)
    whole = value["array"]
    if f"{whole}.sizes" not in arrays:
        return arrays[whole]
    sizes = np.asarray(arrays[f"{whole}.sizes"], dtype=np.int64)            # several arrays: spike trains
    return tuple(np.split(arrays[whole], np.cumsum(sizes)[:-1]))


def _from_text(kind: str, recipe: list[Any], given: dict[str, Any]) -> Any:
    """Return what was made from text, through the same checks as when a user gives it."""
    options = dict(zip(TEXTS[kind], recipe))
    if kind == "PlasticityRule":
        return PlasticityRule(**options, **given)
    if isinstance(options["initial"], list):
        options["initial"] = dict(options["initial"])
    starts, order = dict(recipe[5]), recipe[6]
    parameters = {each: given.pop(each) if each in given else starts[each] for each in order}
    return Equations(**options, **given, **parameters)
