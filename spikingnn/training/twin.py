"""The feed-forward twin of a spiking model: the same sizes, ReLU for spikes, no time."""

from __future__ import annotations

from copy import copy

from .model import Model
from .plain import Mean, ReLU, Residual
from .spiking import Graded, Readout


__all__ = ["twin"]


def twin(model):
    """A fresh `Model` with a `ReLU` for each layer of units, without `Mean` and `Readout`, of one step, from the same seed."""
    spec = model.spec() | {"steps": 1, "of": "membrane"}
    return Model(_plain(model.layers), spec["shape"], steps=1, seed=spec["seed"], dtype=spec["dtype"])


def _plain(layers):
    found = []
    for layer in layers:
        if isinstance(layer, Residual):
            found.append(Residual(*_plain(layer.layers)))
        elif layer.spiking or isinstance(layer, Graded):
            found.append(ReLU())
        elif not isinstance(layer, (Mean, Readout)):
            fresh = copy(layer)
            fresh.__dict__ = {name: value for name, value in layer.__dict__.items() if name in layer.spec()}
            fresh.parameters, fresh.gradients, fresh.needs_input_gradient = {}, {}, True
            found.append(fresh)
    return found
