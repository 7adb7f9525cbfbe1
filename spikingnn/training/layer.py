"""What all layers have in common.

A layer turns an input (T, B, …) into an output (T, B, …): T time steps first, then the samples of the batch. **A time axis of
length 1 stands for what does not change in time**, such as a constant current: what is linear then works once and not T times.
The gradient of what does not change is the total over time, and has a time axis of length 1, too; the gradient of what has T
steps may have one of length 1 where it is the same at every step.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields

import numpy as np

from .._util import checks
from .._util.guarded import with_own_arrays


__all__ = ["LAYERS", "Layer", "over_time"]

LAYERS = {}             # name -> class, so that a saved model can name its layers


@dataclass(eq=False)
class Layer:
    """Base of the layers. The fields are what is saved; all else is made by `build`.

    A subclass gives `build(shape, dtype, rng)`, which returns the shape of one sample's output; `forward(x, steps, training, rng)`,
    which keeps what `backward` needs; and `backward(gradient)`, which writes `gradients` and returns the gradient of the
    input, or None where `needs_input_gradient` is off, as in the first layer of a model.
    """

    parameters: dict = field(default_factory=dict, init=False, repr=False)
    """Name -> array, changed in place by an optimiser."""
    gradients: dict = field(default_factory=dict, init=False, repr=False)
    """Of the same names and shapes."""
    needs_input_gradient: bool = field(default=True, init=False, repr=False)
    spiking = False

    def __init_subclass__(cls, base=False, **options):
        super().__init_subclass__(**options)
        if not base:
            LAYERS[cls.__name__] = cls

    def __setattr__(self, name, value):
        if "_built" in self.__dict__ and name in (each.name for each in fields(self) if each.init):
            raise AttributeError(f"{type(self).__name__}.{name} cannot be assigned once a model is made of "
                                 "the layer: build a new Model")
        super().__setattr__(name, value)

    def __setstate__(self, state):
        self.__dict__.update({name: with_own_arrays(value) for name, value in state.items()})

    def build(self, shape, dtype, rng):
        """Make the parameters for samples of `shape`; returns the shape of the output of one sample."""
        return shape

    def spec(self):
        """The layer as a dictionary that JSON can hold: `kind` and the fields."""
        return {"kind": type(self).__name__} | {each.name: getattr(self, each.name) for each in fields(self) if each.init}

    def parameter(self, name, values, dtype):
        """Add a parameter and room for its gradient."""
        self.parameters[name] = np.ascontiguousarray(values, dtype=dtype)
        self.gradients[name] = np.zeros_like(self.parameters[name])

    def room(self, name, shape, dtype):
        """An array that is used again in the next call, so that no memory is asked for: its content is not set."""
        kept = self.__dict__.setdefault("_rooms", {})
        if name not in kept or kept[name].shape != shape or kept[name].dtype != dtype:
            kept[name] = np.empty(shape, dtype)
        return kept[name]


def layer_of(spec):
    """The layer that `spec` describes."""
    options = dict(spec)
    kind = checks.one_of("Model", "layers", options.pop("kind", None), LAYERS)
    try:
        return LAYERS[kind](**options) if kind != "Residual" else LAYERS[kind](*map(layer_of, options["layers"]))
    except TypeError as problem:
        raise ValueError(f"Model.layers: {kind} {problem}") from None


def over_time(gradient, steps):
    """The sum over `steps` of a gradient (T, …) as (1, …): of an input that did not change in time."""
    return gradient * steps if len(gradient) == 1 else gradient.sum(axis=0, keepdims=True)
