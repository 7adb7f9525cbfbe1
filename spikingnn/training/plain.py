"""Layers without weights and without spikes of their own: what stands between the others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .._util import checks
from .layer import Layer, over_time


__all__ = ["Dropout", "Flatten", "Mean", "Pool", "ReLU", "Residual"]


@dataclass(eq=False)
class Flatten(Layer):
    """Pictures (h, w, c) as vectors."""

    def build(self, shape, dtype, rng):
        return (int(np.prod(shape)),)

    def forward(self, x, steps, training, rng):
        """(T, B, …) -> (T, B, n)."""
        self._shape = x.shape[2:]
        return x.reshape(*x.shape[:2], -1)

    def backward(self, gradient):
        """The same, back."""
        return gradient.reshape(*gradient.shape[:2], *self._shape)


@dataclass(eq=False)
class ReLU(Layer):
    """max(x, 0): the unit of a network without spikes."""

    def forward(self, x, steps, training, rng):
        """Any shape."""
        self._on = x > 0
        return x * self._on

    def backward(self, gradient):
        """Where x > 0."""
        return gradient * self._on


@dataclass(eq=False)
class Mean(Layer):
    """The average over time, (T, B, …) -> (1, B, …): of spikes, the rate. What follows works once and not T times."""

    def forward(self, x, steps, training, rng):
        """(T, B, …) -> (1, B, …)."""
        self._steps = len(x)
        return x.mean(axis=0, keepdims=True)

    def backward(self, gradient):
        """The same share for every step."""
        return gradient / self._steps


@dataclass(eq=False)
class Dropout(Layer):
    """In training each value is left out with probability `p`, and the others are divided by 1 − p (Srivastava et al. 2014).

    The mask of a sample holds for all time steps; with `fresh` each step has one of its own.
    """

    p: float = 0.5
    fresh: bool = False

    def __post_init__(self):
        if not 0 <= checks.number(self, "p", self.p) < 1:
            checks.fail(self, "p", self.p, "from 0 to below 1")

    def build(self, shape, dtype, rng):
        self._dtype = np.dtype(dtype)
        return shape

    def forward(self, x, steps, training, rng):
        """Any shape; (1, B, …) becomes (T, B, …) where masks are fresh."""
        self._mask, self._constant = None, len(x) == 1
        if not training or self.p == 0:
            return x
        kept = rng.random((steps if self.fresh else 1, *x.shape[1:]), dtype=np.float32) >= self.p
        self._mask = kept / self._dtype.type(1 - self.p)
        return x * self._mask

    def backward(self, gradient):
        """Through the same mask."""
        if self._mask is None:
            return gradient
        gradient = gradient * self._mask
        return over_time(gradient, 1) if self._constant else gradient


@dataclass(eq=False)
class Pool(Layer):
    """One number for each square of `size` × `size` pixels, its "mean" or "max"; rows and columns that are left over are dropped."""

    size: int = 2
    mode: str = "mean"

    def __post_init__(self):
        checks.integer(self, "size", self.size)
        checks.one_of(self, "mode", self.mode, ("mean", "max"))

    def build(self, shape, dtype, rng):
        if len(shape) != 3 or min(shape[:2]) < self.size:
            raise ValueError(f"Pool takes pictures (height, width, channels) of at least {self.size} pixels a side, got {shape}")
        self._shape = shape
        return (shape[0] // self.size, shape[1] // self.size, shape[2])

    def forward(self, x, steps, training, rng):
        """(T, B, h, w, c) -> (T, B, h // size, w // size, c)."""
        squares = self._squares(x)
        if self.mode == "mean":
            return squares.mean(axis=-2)
        self._best = squares.argmax(axis=-2)[..., None, :]
        return np.take_along_axis(squares, self._best, axis=-2)[..., 0, :]

    def backward(self, gradient):
        """A share for each pixel of the square, or all of it for the largest (of equals the first)."""
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
        dx[:, :, :rows * size, :columns * size] = inner.reshape(*gradient.shape[:2], rows * size, columns * size, channels)
        return dx

    def _squares(self, x):
        """(T, B, rows, columns, size·size, c)."""
        size, (height, width, channels) = self.size, self._shape
        rows, columns = height // size, width // size
        cut = x[:, :, :rows * size, :columns * size].reshape(*x.shape[:2], rows, size, columns, size, channels)
        return cut.swapaxes(3, 4).reshape(*x.shape[:2], rows, columns, size * size, channels)


class Residual(Layer):
    """y = x + f(x), f the `layers` one after the other (He et al., CVPR 2016; with spikes Fang et al., NeurIPS 2021)."""

    def __init__(self, *layers):
        super().__init__()
        self.layers = layers

    def __repr__(self):
        return f"Residual({', '.join(map(repr, self.layers))})"

    def spec(self):
        """`kind`, and the specifications of the layers."""
        return {"kind": "Residual", "layers": [layer.spec() for layer in self.layers]}

    def build(self, shape, dtype, rng):
        out = tuple(shape)
        for k, layer in enumerate(self.layers):
            out = layer.build(out, dtype, rng)
            for name in layer.parameters:
                self.parameters[f"{k}.{name}"], self.gradients[f"{k}.{name}"] = layer.parameters[name], layer.gradients[name]
        if tuple(out) != tuple(shape):
            raise ValueError(f"Residual: its layers make {out} of {shape}, the shapes must be the same to be added")
        return shape

    def forward(self, x, steps, training, rng):
        """(T, B, …) -> (T, B, …)."""
        y = x
        for layer in self.layers:
            y = layer.forward(y, steps, training, rng)
        self._lengths = len(x), len(y)
        return x + y

    def backward(self, gradient):
        """Both ways, added; a way that does not change in time gets the total."""
        steps = max(self._lengths)
        past, inner = (over_time(gradient, steps) if length < steps else gradient for length in self._lengths)
        for layer in reversed(self.layers):
            inner = layer.backward(inner)
        return past + inner
