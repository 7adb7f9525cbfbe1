"""Layers with a membrane: the base that they share, the leaky readout and the graded unit.

Spikes are in `spiking`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import DTypeLike

from .._util import checks
from .layer import Array, Layer, Shape, Spec
from .plain import ReLU


__all__ = ["Graded", "Readout", "TemporalLayer"]


@dataclass(eq=False)
class TemporalLayer(Layer, abstract=True):
    """Base of the layers with a membrane that decays by the factor β = `decay` per step.

    There is one number for each entry of the last axis, which is a neuron or a channel. A learned β is kept
    as its logit log(β / (1 − β)), so that it stays between 0 and 1.

    Parameters
    ----------
    decay : float | list[float], default 0.9
        Dimensionless: decay of the membrane per step, 0 to 1; one number or one per neuron (channel).
    learn_decay : bool, default False
        Whether the decay is trained, one number per neuron (channel).
    """

    decay: float | list[float] = 0.9
    """Dimensionless: decay of the membrane per step, 0 to 1; one number or one per neuron (channel)."""
    learn_decay: bool = False
    """Whether the decay is trained, one number per neuron (channel)."""

    def __post_init__(self) -> None:
        checks.unit_interval(self, "decay", self.decay)

    def build(self, shape: Shape, dtype: DTypeLike, rng: np.random.Generator) -> Shape:
        """Make the decays; the shape stays as it is."""
        self._shape, self._dtype = tuple(shape), np.dtype(dtype)
        self._fixed: dict[str, Array] = {}
        self._add_fraction("decay", self.decay, self.learn_decay)
        return self._shape

    def spec(self) -> Spec:
        """Return `kind` and the fields, arrays as lists."""
        return {
            name: value.tolist() if isinstance(value, np.ndarray) else value
            for name, value in super().spec().items()
        }

    def step_values(self) -> dict[str, Array]:
        """Return the present numbers of one step, name -> (neurons,) or (channels,), learned or not.

        Examples
        --------
        >>> layer = Readout(decay=0.5)
        >>> _ = layer.build((3,), "float64", None)
        >>> layer.step_values()
        {'decay': array([0.5, 0.5, 0.5])}
        """
        learned = [name.removesuffix("_logit") for name in self.parameters if name != "recurrent"]
        return {name: self._value(name) for name in [*self._fixed, *learned]}

    def _add_fraction(self, name: str, value: float | list[float], learned: bool) -> None:
        """A quantity between 0 and 1, kept as its logit where it is learned."""
        if learned:
            inside = np.clip(value, 1e-6, 1 - 1e-6)
            self._add_quantity(name + "_logit", np.log(inside / (1 - inside)), learned)
        else:
            self._add_quantity(name, value, learned)

    def _add_quantity(self, name: str, value: float | list[float] | Array, learned: bool) -> None:
        """One number for each entry of the last axis: a parameter where it is learned."""
        values = np.broadcast_to(np.asarray(value, self._dtype), self._shape[-1]).copy()
        if learned:
            self.add_parameter(name, values, self._dtype)
        else:
            self._fixed[name] = values

    def _value(self, name: str) -> Array:
        """The present value of the quantity `name`, (neurons,)."""
        if name + "_logit" in self.parameters:
            sigmoid: Array = 1 / (1 + np.exp(-self.parameters[name + "_logit"]))
            return sigmoid
        return self.parameters[name] if name in self.parameters else self._fixed[name]

    def _set_gradients(self, **sums: Array) -> None:
        """Write the gradients with respect to quantities, summed over time, where these are learned."""
        for name, gradient in sums.items():
            if name + "_logit" in self.parameters:
                value = self._value(name)
                self.gradients[name + "_logit"][:] = gradient * value * (1 - value)
            elif name in self.parameters:
                self.gradients[name][:] = gradient

    def _as_rows(self, x: Array) -> Array:
        """(T, B, …) as (T, rows, columns): rows are samples (and positions), columns the last axis."""
        return np.ascontiguousarray(x, dtype=self._dtype).reshape(len(x), -1, self._shape[-1])

    def _zeros(self, *names: str) -> dict[str, Array]:
        return {name: np.zeros(self._shape[-1], self._dtype) for name in names}


@dataclass(eq=False)
class Graded(TemporalLayer, kind="Graded"):
    """Leaky units with graded output and a penalty instead of a refractory period.

    The output comes one step late::

        inner_t = I_t + decay · rest_{t−1}
        outer_t = max(inner_t − threshold, 0),      output_t = outer_{t−1}
        rest_t  = inner_t − outer_t − penalty       where outer_t > 0, otherwise inner_t

    Both are piecewise linear, so that their gradient needs no surrogate. As the output is no spike,
    `to_network` refuses the layer.

    Parameters
    ----------
    decay : float | list[float], default 0.9
        Dimensionless: decay of the membrane per step, 0 to 1; one number or one per neuron (channel).
    learn_decay : bool, default False
        Whether the decay is trained, one number per neuron (channel).
    threshold : float, default 1.0
        Dimensionless: inner state above which the unit emits.
    penalty : float, default 0.5
        Dimensionless: subtracted from the inner state when the unit emits.

    Raises
    ------
    ValueError
        If a field is out of range.

    Examples
    --------
    >>> import numpy as np
    >>> from spikingnn.training import Graded, Model
    >>> Model([Graded(threshold=1.0)], shape=1, steps=3).forward(np.full((1, 1, 1), 1.5)).ravel().tolist()
    [0.0, 0.5, 0.9500000476837158]
    """

    threshold: float = 1.0
    """Dimensionless: inner state above which the unit emits."""
    penalty: float = 0.5
    """Dimensionless: subtracted from the inner state when the unit emits."""

    has_units = True

    def __post_init__(self) -> None:
        super().__post_init__()
        checks.number(self, "threshold", self.threshold)
        checks.non_negative(self, "penalty", self.penalty)

    def forward(self, x: Array, steps: int, training: bool, rng: np.random.Generator | None) -> Array:
        """(T, B, …) or (1, B, …) -> (T, B, …)."""
        x = self._as_rows(x)
        self._constant, decay = len(x) == 1, self._value("decay")
        y, inner = np.zeros((steps, *x.shape[1:]), self._dtype), np.empty((steps, *x.shape[1:]), self._dtype)
        rest = np.zeros(x.shape[1:], self._dtype)
        for t in range(steps):
            inner[t] = x[0 if self._constant else t] + decay * rest
            outer = np.maximum(inner[t] - self.threshold, 0)
            rest = inner[t] - outer - self.penalty * (outer > 0)
            if t + 1 < steps:
                y[t + 1] = outer
        self._inner, self._batch = inner, (-1, *self._shape)
        return y.reshape(steps, *self._batch)

    def backward(self, gradient: Array) -> Array:
        """Where a unit emitted, the inner state became `threshold` − penalty: only the output carries a
        gradient.
        """
        dy, inner, decay = self._as_rows(gradient), self._inner, self._value("decay")
        steps, d_inner, d_decay = len(inner), np.empty_like(inner), self._zeros("decay")["decay"]
        d_next = np.zeros(inner.shape[1:], self._dtype)
        for t in range(steps - 1, -1, -1):
            emits = inner[t] > self.threshold
            rest = np.where(emits, self.threshold - self.penalty, inner[t])
            d_decay += np.sum(d_next * rest, axis=0)
            emitted = dy[t + 1 if len(dy) > 1 else 0] if t + 1 < steps else 0
            d_inner[t] = np.where(emits, emitted, decay * d_next)
            d_next = d_inner[t]
        self._set_gradients(decay=d_decay)
        d_inner = d_inner.reshape(steps, *self._batch)
        return d_inner.sum(axis=0, keepdims=True) if self._constant else d_inner

    def feed_forward(self) -> ReLU:
        """The unit of a network without time."""
        return ReLU()


@dataclass(eq=False)
class Readout(TemporalLayer, kind="Readout"):
    """Leaky membranes without spikes, from which a loss can be read.

    ::

        v_t = β v_{t−1} + I_t

    Parameters
    ----------
    decay : float | list[float], default 0.9
        Dimensionless: decay of the membrane per step, 0 to 1; one number or one per neuron (channel).
    learn_decay : bool, default False
        Whether the decay is trained, one number per neuron (channel).

    Raises
    ------
    ValueError
        If the decay is not from 0 to 1.

    Examples
    --------
    >>> import numpy as np
    >>> from spikingnn.training import Model, Readout
    >>> Model([Readout(decay=0.5)], shape=1, steps=3).forward(np.ones((1, 1, 1))).ravel().tolist()
    [1.0, 1.5, 1.75]
    """

    def forward(self, x: Array, steps: int, training: bool, rng: np.random.Generator | None) -> Array:
        """(T, B, …) or (1, B, …) currents -> (T, B, …) membranes."""
        x, decay = self._as_rows(x), self._value("decay")
        self._constant = len(x) == 1
        v = np.empty((steps, *x.shape[1:]), self._dtype)
        v[0] = x[0]
        for t in range(1, steps):
            v[t] = decay * v[t - 1] + x[0 if self._constant else t]
        self._v = v
        return v.reshape(steps, -1, *self._shape)

    def backward(self, gradient: Array) -> Array:
        """dL/dI_t = dL/dv_t + β dL/dI_{t+1}."""
        dv, decay, steps = self._as_rows(gradient), self._value("decay"), len(self._v)
        du, d_decay = np.empty_like(self._v), self._zeros("decay")["decay"]
        du_next = np.zeros(self._v.shape[1:], self._dtype)
        for t in range(steps - 1, -1, -1):
            d_decay += np.sum(du_next * self._v[t], axis=0)
            du[t] = dv[t if len(dv) > 1 else 0] + decay * du_next
            du_next = du[t]
        self._set_gradients(decay=d_decay)
        du = du.reshape(steps, -1, *self._shape)
        return du.sum(axis=0, keepdims=True) if self._constant else du

    def feed_forward(self) -> None:
        """A network without time has no membranes."""
        return None
