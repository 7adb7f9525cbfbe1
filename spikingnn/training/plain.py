"""Layers without weights and without spikes of their own: reshaping, pooling, averaging, dropout, residual
blocks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from .._util import checks
from .layer import (Array, Layer, NetworkBuilder, Shape, Signal, Spec, layer_from_spec, operations_of,
                    sum_over_time)
from .operation_counts import Operations


__all__ = ["Dropout", "Flatten", "Mean", "Pool", "ReLU", "Residual"]


@dataclass(eq=False)
class Flatten(Layer, kind="Flatten"):
    """Pictures (height, width, channels) as vectors.

    Examples
    --------
    >>> from spikingnn.training import Flatten, Model
    >>> Model([Flatten()], shape=(4, 4, 2), steps=1).shapes
    ((4, 4, 2), (32,))
    """

    wants_pictures = True
    passes_spikes = True

    def build(self, shape: Shape, dtype: DTypeLike, rng: np.random.Generator) -> Shape:
        """Return the number of values of a sample."""
        return (int(np.prod(shape)),)

    def forward(self, x: Array, steps: int, training: bool, rng: np.random.Generator | None) -> Array:
        """(T, B, …) -> (T, B, n)."""
        self._shape = x.shape[2:]
        return x.reshape(*x.shape[:2], -1)

    def backward(self, gradient: Array) -> Array:
        """(T, B, n) -> (T, B, …): the gradient in the shape of the input."""
        return gradient.reshape(*gradient.shape[:2], *self._shape)

    def build_network(self, builder: NetworkBuilder[Signal], name: str, signal: Signal) -> Signal:
        """Becomes part of the synapses."""
        return builder.linear(self, name, signal)


@dataclass(eq=False)
class ReLU(Layer, kind="ReLU"):
    """Rectified linear units of a network without spikes, max(x, 0).

    Examples
    --------
    >>> import numpy as np
    >>> ReLU().forward(np.array([[[-1.0, 2.0]]]), 1, False, None)
    array([[[-0.,  2.]]])
    """

    def forward(self, x: Array, steps: int, training: bool, rng: np.random.Generator | None) -> Array:
        """Any shape."""
        self._on = x > 0
        return x * self._on

    def backward(self, gradient: Array) -> Array:
        """The gradient where x > 0, zero elsewhere."""
        return gradient * self._on


@dataclass(eq=False)
class Mean(Layer, kind="Mean"):
    """Average over time, (T, B, …) -> (1, B, …): the firing rates, where the input is spikes.

    What follows works once instead of T times.

    Examples
    --------
    >>> import numpy as np
    >>> Mean().forward(np.array([[[0.0]], [[1.0]]]), 2, False, None)
    array([[[0.5]]])
    """

    passes_spikes = True

    def forward(self, x: Array, steps: int, training: bool, rng: np.random.Generator | None) -> Array:
        """(T, B, …) -> (1, B, …)."""
        self._steps = len(x)
        return x.mean(axis=0, keepdims=True)

    def backward(self, gradient: Array) -> Array:
        """An equal share of the gradient for each step."""
        return gradient / self._steps

    def feed_forward(self) -> None:
        """A network without time has nothing to average."""
        return None


@dataclass(eq=False)
class Dropout(Layer, kind="Dropout"):
    """In training each value is set to zero with probability `p`, and the others are divided by 1 − p.

    The mask of a sample holds for all time steps, unless `fresh`.

    Parameters
    ----------
    p : float, default 0.5
        Probability that a value is set to zero, from 0 to below 1.
    fresh : bool, default False
        Whether each time step has a mask of its own.

    Raises
    ------
    ValueError
        If `p` is not from 0 to below 1.

    References
    ----------
    Srivastava et al., J. Mach. Learn. Res. 15:1929 (2014).

    Examples
    --------
    >>> import numpy as np
    >>> from spikingnn.training import Dropout, Model
    >>> model = Model([Dropout(0.5)], shape=4, steps=1)
    >>> np.unique(model.forward(np.ones((1, 100, 4)), training=True)).tolist()
    [0.0, 2.0]
    """

    p: float = 0.5
    """Probability that a value is set to zero, from 0 to below 1."""
    fresh: bool = False
    """Whether each time step has a mask of its own."""

    passes_spikes = True

    def __post_init__(self) -> None:
        if not 0 <= checks.number(self, "p", self.p) < 1:
            checks.fail(self, "p", self.p, "from 0 to below 1")

    def build(self, shape: Shape, dtype: DTypeLike, rng: np.random.Generator) -> Shape:
        """Keep the type of the values."""
        self._dtype: np.dtype[Any] = np.dtype(dtype)
        return shape

    def forward(self, x: Array, steps: int, training: bool, rng: np.random.Generator | None) -> Array:
        """Any shape; (1, B, …) becomes (T, B, …) where masks are fresh."""
        self._mask: Array | None = None
        self._constant = len(x) == 1
        if rng is None or not training or self.p == 0:
            return x
        kept = rng.random((steps if self.fresh else 1, *x.shape[1:]), dtype=np.float32) >= self.p
        self._mask = kept / self._dtype.type(1 - self.p)
        return x * self._mask

    def backward(self, gradient: Array) -> Array:
        """The gradient through the same mask."""
        if self._mask is None:
            return gradient
        gradient = gradient * self._mask
        return sum_over_time(gradient, 1) if self._constant else gradient

    def build_network(self, builder: NetworkBuilder[Signal], name: str, signal: Signal) -> Signal:
        """Does nothing outside training."""
        return builder.linear(self, name, signal)


@dataclass(eq=False)
class Pool(Layer, kind="Pool"):
    """The mean or maximum of each square of pixels; rows and columns that do not fill a square are dropped.

    Parameters
    ----------
    size : int, default 2
        Pixels per side of a square.
    mode : str, default 'mean'
        ``"mean"`` or ``"max"``.

    Raises
    ------
    ValueError
        If a field is out of range, or samples are no pictures of at least `size` pixels per side.

    Examples
    --------
    >>> from spikingnn.training import Model, Pool
    >>> Model([Pool(2)], shape=(9, 8, 3), steps=1).shapes
    ((9, 8, 3), (4, 4, 3))
    """

    size: int = 2
    """Pixels per side of a square."""
    mode: str = "mean"
    """``"mean"`` or ``"max"``."""

    wants_pictures = True

    def __post_init__(self) -> None:
        checks.integer(self, "size", self.size)
        checks.one_of(self, "mode", self.mode, ("mean", "max"))

    def build(self, shape: Shape, dtype: DTypeLike, rng: np.random.Generator) -> Shape:
        """Return the number of squares and the channels."""
        if len(shape) != 3 or min(shape[:2]) < self.size:
            raise ValueError(
                f"Pool takes pictures (height, width, channels) of at least {self.size} pixels per side, "
                f"got {shape}")
        self._shape = shape
        return (shape[0] // self.size, shape[1] // self.size, shape[2])

    def forward(self, x: Array, steps: int, training: bool, rng: np.random.Generator | None) -> Array:
        """(T, B, h, w, c) -> (T, B, h // size, w // size, c)."""
        squares = self._squares(x)
        if self.mode == "mean":
            return squares.mean(axis=-2)
        self._best = squares.argmax(axis=-2)[..., None, :]
        return np.take_along_axis(squares, self._best, axis=-2)[..., 0, :]

    def backward(self, gradient: Array) -> Array:
        """An equal share for each pixel of the square, or all of it for the largest (the first of equal
        ones).
        """
        size, (height, width, channels) = self.size, self._shape
        if self.mode == "mean":
            squares = np.repeat(gradient[..., None, :] / (size * size), size * size, axis=-2)
        else:
            if len(gradient) < len(self._best):
                gradient = np.broadcast_to(gradient, (len(self._best), *gradient.shape[1:]))
            squares = np.zeros((*gradient.shape[:-1], size * size, channels), gradient.dtype)
            np.put_along_axis(squares, self._best, gradient[..., None, :], axis=-2)
        dx = np.zeros((*gradient.shape[:2], height, width, channels), gradient.dtype)
        rows, columns = height // size, width // size
        inner = squares.reshape(*gradient.shape[:2], rows, columns, size, size, channels).swapaxes(3, 4)
        dx[:, :, :rows * size, :columns * size] = inner.reshape(*gradient.shape[:2], rows * size,
                                                                columns * size, channels)
        return dx

    def build_network(self, builder: NetworkBuilder[Signal], name: str, signal: Signal) -> Signal:
        """A mean becomes part of the synapses; a maximum has no equivalent."""
        if self.mode == "mean":
            return builder.linear(self, name, signal)
        return super().build_network(builder, name, signal)

    def _squares(self, x: Array) -> Array:
        """(T, B, rows, columns, size·size, c)."""
        size, (height, width, channels) = self.size, self._shape
        rows, columns = height // size, width // size
        cut = x[:, :, :rows * size, :columns * size].reshape(*x.shape[:2], rows, size, columns, size,
                                                             channels)
        return cut.swapaxes(3, 4).reshape(*x.shape[:2], rows, columns, size * size, channels)


class Residual(Layer, kind="Residual"):
    """A block whose input is added to its output: ``y = x + f(x)``, where f is the given layers in turn.

    Parameters
    ----------
    *layers : Layer
        Layers of the block, from input to output; what they make of a sample has the sample's shape.

    Raises
    ------
    ValueError
        If the shapes of input and output differ.

    References
    ----------
    He et al., CVPR (2016); with spikes Fang et al., NeurIPS (2021).

    Examples
    --------
    >>> from spikingnn.training import Dense, LIFLayer, Model, Residual
    >>> model = Model([Residual(Dense(6), LIFLayer())], shape=6, steps=4)
    >>> list(model.spiking), list(model.parameters)
    (['0_Residual.1_LIF'], ['0_Residual.0.weight', '0_Residual.0.bias'])
    """

    wants_pictures = True

    def __init__(self, *layers: Layer) -> None:
        super().__init__()
        self.layers = layers

    def __repr__(self) -> str:
        return f"Residual({', '.join(map(repr, self.layers))})"

    @property
    def children(self) -> tuple[Layer, ...]:
        """The layers of the block."""
        return self.layers

    def spec(self) -> Spec:
        """Return `kind` and the specifications of the layers."""
        return {"kind": self.kind, "layers": [layer.spec() for layer in self.layers]}

    @classmethod
    def from_spec(cls, options: Mapping[str, Any]) -> Layer:
        """Return a block of the layers that ``options["layers"]`` describes."""
        return cls(*map(layer_from_spec, options["layers"]))

    def build(self, shape: Shape, dtype: DTypeLike, rng: np.random.Generator) -> Shape:
        """Build the layers, and name their parameters ``<number>.<parameter>``."""
        out = tuple(shape)
        for k, layer in enumerate(self.layers):
            out = layer.build(out, dtype, rng)
            for name in layer.parameters:
                self.parameters[f"{k}.{name}"] = layer.parameters[name]
                self.gradients[f"{k}.{name}"] = layer.gradients[name]
        if tuple(out) != tuple(shape):
            raise ValueError(
                f"Residual: its layers make {out} of {shape}, the shapes must be the same to be added")
        return shape

    def forward(self, x: Array, steps: int, training: bool, rng: np.random.Generator | None) -> Array:
        """(T, B, …) -> (T, B, …)."""
        y = x
        for layer in self.layers:
            y = layer.forward(y, steps, training, rng)
        self._lengths = len(x), len(y)
        return x + y

    def backward(self, gradient: Array) -> Array:
        """The sum of the gradients along both paths; a path that does not change in time gets the total."""
        steps = max(self._lengths)
        around, inner = (sum_over_time(gradient, steps) if length < steps else gradient
                         for length in self._lengths)
        for layer in reversed(self.layers):
            passed = layer.backward(inner)
            assert passed is not None           # layers of a block always need the gradient of their input
            inner = passed
        return around + inner

    def count_operations(self, x: Array, spikes: Array | None, y: Array, steps: int) -> Operations:
        """Those of the layers of the block."""
        return operations_of(self.layers, x, spikes, steps)

    def feed_forward(self) -> Layer:
        """A block of the layers' counterparts."""
        return Residual(*(layer for layer in (each.feed_forward() for each in self.layers)
                          if layer is not None))

    def build_network(self, builder: NetworkBuilder[Signal], name: str, signal: Signal) -> Signal:
        """Both paths arrive at whatever follows."""
        return signal + builder.chain(self.layers, f"{name}.", signal)
