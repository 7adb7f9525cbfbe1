"""Saving and loading a network: arrays in an .npz with a JSON header, written whole or not at all; nothing is executed."""

from __future__ import annotations

import json
from dataclasses import fields, replace

import numpy as np

from .core import archive

FORMAT, VERSION = "spikingnn.network", 1


def _parts(network):
    """What must be the same for a file to fit: names, kinds and sizes."""
    groups = [[group.name, type(group.model).__name__, group.n] for group in network.groups]
    synapses = [[link.name, link.source.name, link.target.name, repr(link.synapse), type(link.rule).__name__]
                for link in network.synapses]
    return {"groups": groups, "synapses": synapses, "dt": network.dt}


def _values(network):
    """The dataclasses whose fields are kept: neuron models and rules, by the name of their part."""
    kept = {group.name: (group, "model") for group in network.groups}
    kept |= {link.name: (link, "rule") for link in network.synapses if link.rule is not None}
    return kept


def _tuned(network):
    """The tuning curves, by the name of their group."""
    groups = {group.name: getattr(group, "tuning", None) for group in network.groups}
    return {name: tuning for name, tuning in groups.items() if tuning is not None}


def _arrays(network):
    layout = network._layout
    arrays = {"state": layout.state, "psc": layout.psc, "trace": layout.trace, "memory": layout.memory, "weight": layout.weight,
              "scratch": layout.scratch, "events": network._events, "event_start": network._event_start,
              "first_state": network._first_state}
    if network._first_weight is not None:
        arrays["first_weight"] = network._first_weight
    for name, tuning in _tuned(network).items():
        arrays |= {f"tuning.{name}.{k}": array for k, array in enumerate(tuning._drawn)}
    tables = {"links": layout.link_table, "wiring": layout.wiring}
    return arrays | {f"{name}.{field}": getattr(table, field) for name, table in tables.items() for field in table._fields}


def save(path, network, extra=None):
    """Write `network` to `path` through a temporary file beside it; `extra` is anything that JSON can hold."""
    arrays, values = dict(_arrays(network)), {}
    for name, (part, attribute) in _values(network).items():
        model = getattr(part, attribute)
        for field in fields(model):
            value = getattr(model, field.name)
            if isinstance(value, np.ndarray):
                arrays[f"value.{name}.{field.name}"] = value
            elif isinstance(value, (int, float, str, bool, type(None))):
                values.setdefault(name, {})[field.name] = value
    header = {"format": FORMAT, "version": VERSION, "step": network._step, "seed": network.seed, "depth": network._layout.depth,
              "parts": _parts(network), "values": values, "extra": extra}
    archive.write(path, json.dumps(header), arrays)


def read(path):
    """(header, arrays) of a saved network; ValueError where `path` is no such file."""
    foreign = "is not a network saved by spikingnn"
    header, arrays = archive.read(path, foreign)
    try:
        assert_format(header)
    except ValueError as problem:
        raise ValueError(f"{path} {foreign}, or is damaged: {problem}") from None
    return header, arrays


def load(path, network):
    """Take `path` into `network`; ValueError where it holds another network, and this one then stays as it was."""
    header, arrays = read(path)
    mine = _parts(network)
    for key, saved in header["parts"].items():
        if saved != mine.get(key):
            raise ValueError(f"{path} holds another network: its {key} are {saved}, here they are {mine.get(key)}")
    expected = _arrays(network)
    for name, array in expected.items():
        if name == "first_weight":
            continue
        if name not in arrays or arrays[name].dtype != array.dtype or arrays[name].ndim != array.ndim:
            raise ValueError(f"{path} is damaged or of another version: the array {name!r} is missing or of another kind")
    _take(network, header, arrays)


def assert_format(header):
    """ValueError where the header is not one of ours."""
    if header.get("format") != FORMAT:
        raise ValueError(f"its format is {header.get('format')!r}")
    if header.get("version") != VERSION:
        raise ValueError(f"its version is {header.get('version')!r}, this program reads {VERSION}")


def _take(network, header, arrays):
    layout, values = network._layout, []
    for name, (part, attribute) in _values(network).items():
        prefix = f"value.{name}."
        saved = {key.removeprefix(prefix): value for key, value in arrays.items() if key.startswith(prefix)}
        values.append((part, attribute, replace(getattr(part, attribute), **saved, **header["values"].get(name, {}))))
    for part, attribute, value in values:
        setattr(part, attribute, value)
    for name in ("state", "psc", "trace", "memory", "weight", "scratch"):
        setattr(layout, name, arrays[name])
    for name, table in (("link_table", "links"), ("wiring", "wiring")):
        old = getattr(layout, name)
        setattr(layout, name, old._replace(**{field: arrays[f"{table}.{field}"] for field in old._fields}))
    for name, tuning in _tuned(network).items():
        tuning._drawn = tuple(arrays[f"tuning.{name}.{k}"] for k in range(len(tuning._drawn)))
    layout.depth = header["depth"]
    layout.bind()
    network._step = header["step"]
    network._set(seed=header["seed"])
    network._events, network._event_start = arrays["events"], arrays["event_start"]
    network._first_state, network._first_weight = arrays["first_state"], arrays.get("first_weight")
