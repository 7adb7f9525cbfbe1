"""A layer that delays what passes it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import DTypeLike

from .._util import checks
from .layer import Array, Layer, Shape


__all__ = ["Delay"]


@dataclass(eq=False)
class Delay(Layer, kind="Delay"):
    """Each value comes out `delay` steps later, and zero before: ``y_t = x_{t − delay}``.

    Parameters
    ----------
    delay : int, default 1
        Number of steps.

    Raises
    ------
    ValueError
        If the delay is negative or no whole number.

    Examples
    --------
    >>> import numpy as np
    >>> from spikingnn.training import Delay, Model
    >>> Model([Delay(2)], shape=1, steps=4).forward(np.arange(1.0, 5.0).reshape(4, 1, 1)).ravel().tolist()
    [0.0, 0.0, 1.0, 2.0]
    """

    delay: int = 1
    """Number of steps."""

    passes_spikes = True

    def __post_init__(self) -> None:
        checks.integer(self, "delay", self.delay, minimum=0)

    def build(self, shape: Shape, dtype: DTypeLike, rng: np.random.Generator) -> Shape:
        """Return the shape as it is."""
        return shape

    def forward(self, x: Array, steps: int, training: bool, rng: np.random.Generator | None) -> Array:
        """(T, B, …) or (1, B, …) -> (T, B, …)."""
        self._constant = len(x) == 1
        x = np.broadcast_to(x, (steps, *x.shape[1:]))
        y = np.zeros_like(x)
        y[self.delay:] = x[:max(steps - self.delay, 0)]
        self._steps = steps
        return y

    def backward(self, gradient: Array) -> Array:
        """dL/dx_t = dL/dy_{t + delay}."""
        gradient = np.broadcast_to(gradient, (self._steps, *gradient.shape[1:]))
        dx = np.zeros_like(gradient)
        dx[:max(self._steps - self.delay, 0)] = gradient[self.delay:]
        return dx.sum(axis=0, keepdims=True) if self._constant else dx
