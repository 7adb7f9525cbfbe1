"""Layers of spiking units, unrolled in time: leaky integrate-and-fire, adaptive, graded; and the leaky readout."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable

import numpy as np

from .._util import checks
from . import neuron_steps as units
from .layer import Layer
from .surrogate import SURROGATES, TWINS


__all__ = ["ALIF", "LIF", "Graded", "Readout"]


@dataclass(eq=False)
class Temporal(Layer, base=True):
    """Base of layers with a membrane that decays by β = `decay` a step, one number for each of the last axis (neuron, or channel).

    A learned β is kept as its logit, so that it stays between 0 and 1.
    """

    decay: float = 0.9
    learn_decay: bool = False

    def __post_init__(self):
        checks.unit_interval(self, "decay", self.decay)

    def build(self, shape, dtype, rng):
        self._shape, self._dtype = tuple(shape), np.dtype(dtype)
        self._fraction("decay", self.decay, self.learn_decay)
        return self._shape

    def _fraction(self, name, value, learned):
        """A quantity between 0 and 1, kept as its logit where it is learned."""
        if learned:
            value = np.clip(value, 1e-6, 1 - 1e-6)
            value, name = np.log(value / (1 - value)), name + "_logit"
        self._quantity(name, value, learned)

    def _quantity(self, name, value, learned):
        """One number for each of the last axis: a parameter where it is learned."""
        values = np.broadcast_to(np.asarray(value, self._dtype), self._shape[-1]).copy()
        if learned:
            self.parameter(name, values, self._dtype)
        else:
            self.__dict__.setdefault("_fixed", {})[name] = values

    def _value(self, name):
        """What the quantity `name` is now, (columns,)."""
        if name + "_logit" in self.parameters:
            return 1 / (1 + np.exp(-self.parameters[name + "_logit"]))
        return self.parameters[name] if name in self.parameters else self._fixed[name]

    def _collect(self, **sums):
        """Hand the sums over time, dL by quantity, to the parameters that are learned."""
        for name, gradient in sums.items():
            if name + "_logit" in self.parameters:
                value = self._value(name)
                self.gradients[name + "_logit"][:] = gradient * value * (1 - value)
            elif name in self.parameters:
                self.gradients[name][:] = gradient

    def _sheets(self, x):
        """(T, B, …) as (T, rows, columns): rows are samples (and places), columns the last axis."""
        return np.ascontiguousarray(x, dtype=self._dtype).reshape(len(x), -1, self._shape[-1])

    def _zeros(self, *names):
        return {name: np.zeros(self._shape[-1], self._dtype) for name in names}


@dataclass(eq=False)
class LIF(Temporal):
    """Leaky integrate-and-fire units, the equations of `spikingnn.training.neuron_steps`; their output is spikes, 0 and 1.

    `reset`: "subtract", "zero" or "late" (snnTorch's); `detach`: leave the reset out of the gradient. `surrogate`: a name in
    `SURROGATES` or a function slope(x, width). `learn_decay`, `learn_threshold`: one number a neuron (or channel) is trained.
    `recurrent`: spikes come back a step later through weights V of the layer's own, I_t += s_{t−1} V.
    After `forward`: `spikes` and `v` (T, B, …), the membrane before the test for a spike.
    """

    threshold: float = 1.0
    reset: str = "subtract"
    detach: bool = True
    surrogate: str | Callable = "triangular"
    width: float = 1.0
    learn_threshold: bool = False
    recurrent: bool = False
    spiking = True

    def __post_init__(self):
        super().__post_init__()
        checks.positive(self, "threshold", self.threshold)
        checks.one_of(self, "reset", self.reset, units.RESETS)
        checks.positive(self, "width", self.width)
        if not callable(self.surrogate):
            checks.one_of(self, "surrogate", self.surrogate, SURROGATES)
        self.penalty = None         # a `RatePenalty`, set by the model's `backward`
        self.twin = False           # emit the smooth twin of the spikes instead: for the test of gradients

    def build(self, shape, dtype, rng):
        super().build(shape, dtype, rng)
        self._quantity("threshold", self.threshold, self.learn_threshold)
        if self.recurrent:
            if len(shape) != 1:
                raise ValueError(f"{type(self).__name__} with recurrent=True takes vectors, got samples of shape {shape}")
            self.parameter("recurrent", rng.standard_normal((shape[0], shape[0])) / np.sqrt(shape[0]), dtype)
        return self._shape

    def forward(self, x, steps, training, rng):
        """(T, B, …) or (1, B, …) currents -> (T, B, …) spikes, T = `steps`."""
        x = self._sheets(x)
        self._constant = len(x) == 1
        self._batch = (x.shape[1] * x.shape[2] // int(np.prod(self._shape)), *self._shape)
        room = (steps, *x.shape[1:])
        u, s = (self.room(name, room, self._dtype) for name in ("u", "s"))
        self._begin(room)
        rest = np.zeros(room[1:], self._dtype)
        for t in range(steps):
            current = x[0 if self._constant else t]
            if self.recurrent and t:
                current = current + s[t - 1] @ self.parameters["recurrent"]
            self._fire(t, current, *((u[t - 1], s[t - 1]) if t else (rest, rest)), u[t], s[t])
        self._u, self._s = u, s
        return self.spikes

    def backward(self, gradient):
        """From dL/ds (T, B, …), or (1, B, …) where it is the same at every step, to dL/dI, by the adjoint of `forward`."""
        if self.penalty is not None:
            gradient = gradient + self.penalty.gradient(self.spikes)
        ds, u, s = self._sheets(gradient), self._u, self._s
        du, after = self.room("du", u.shape, self._dtype), np.zeros(u.shape[1:], self._dtype)
        sums = self._begin_back(u.shape)
        for t in range(len(u) - 1, -1, -1):
            above = ds[t if len(ds) > 1 else 0]
            if self.recurrent and t + 1 < len(u):
                above = above + after @ self.parameters["recurrent"].T
            self._back(t, above, after, u[t], s[t], du[t], sums)
            after = du[t]
        if self.recurrent:
            n = self._shape[0]
            np.dot(s[:-1].reshape(-1, n).T, du[1:].reshape(-1, n), out=self.gradients["recurrent"])
        self._collect(**sums)
        du = du.reshape(len(du), *self._batch)
        return du.sum(axis=0, keepdims=True) if self._constant else du

    @property
    def spikes(self):
        """(T, B, …) of 0 and 1, of the last `forward`."""
        return self._s.reshape(len(self._s), *self._batch)

    @property
    def v(self):
        """The membranes (T, B, …) of the last `forward`, before the test for a spike."""
        return self._u.reshape(len(self._u), *self._batch)

    def _begin(self, room):
        self._decay, self._threshold = self._value("decay"), self._value("threshold")

    def _fire(self, t, current, last, fired, u, s):
        units.lif_forward(current, last, fired, self._decay, self._threshold, units.RESETS[self.reset], u, s)
        if self.twin:
            s[:] = TWINS[self.surrogate](u - self._threshold, self.width)

    def _begin_back(self, room):
        if self.learn_decay or self.learn_threshold:
            return self._zeros("decay", "threshold")
        return dict.fromkeys(("decay", "threshold"), np.empty(0, self._dtype))

    def _back(self, t, above, after, u, s, du, sums):
        slope = self._slope(u - self._threshold)
        units.lif_backward(above, slope, after, u, s, self._decay, self._threshold, units.RESETS[self.reset], self.detach, du,
                           sums["decay"], sums["threshold"])

    def _slope(self, distance):
        surrogate = self.surrogate if callable(self.surrogate) else SURROGATES[self.surrogate]
        return np.ascontiguousarray(surrogate(distance, self.width), dtype=self._dtype)


@dataclass(eq=False)
class ALIF(LIF):
    """`LIF` whose threshold rises by `threshold_step` at a spike and decays back by `threshold_decay` a step.

        θ_t = θ + threshold_decay · r_{t−1},        r_t = threshold_decay · r_{t−1} + threshold_step · s_t

    It is the simulator's `ALIF` (Bellec et al., NeurIPS 2018). `learn_adaptation` trains both numbers.
    """

    threshold_decay: float = 0.95
    threshold_step: float = 0.2
    learn_adaptation: bool = False

    def __post_init__(self):
        super().__post_init__()
        checks.unit_interval(self, "threshold_decay", self.threshold_decay)
        checks.number(self, "threshold_step", self.threshold_step)

    def build(self, shape, dtype, rng):
        super().build(shape, dtype, rng)
        self._fraction("threshold_decay", self.threshold_decay, self.learn_adaptation)
        self._quantity("threshold_step", self.threshold_step, self.learn_adaptation)
        return self._shape

    def _begin(self, room):
        super()._begin(room)
        self._fade, self._step = self._value("threshold_decay"), self._value("threshold_step")
        self._rise = self.room("rise", (room[0] + 2, *room[1:]), self._dtype)           # r_{t} is at t + 2
        self._rise[:2] = 0

    def _fire(self, t, current, last, fired, u, s):
        before, raised, rise = self._rise[t:t + 3]
        units.alif_forward(current, last, fired, before, raised, self._decay, self._threshold, units.RESETS[self.reset],
                           self._fade, self._step, u, s, rise)
        if self.twin:
            s[:] = TWINS[self.surrogate](u - self._threshold - self._fade * raised, self.width)
            rise[:] = self._fade * raised + self._step * s

    def _begin_back(self, room):
        self._d_rise = np.zeros(room[1:], self._dtype)
        return self._zeros("decay", "threshold", "threshold_decay", "threshold_step")

    def _back(self, t, above, after, u, s, du, sums):
        raised = self._rise[t + 1]
        slope = self._slope(u - self._threshold - self._fade * raised)
        units.alif_backward(above, slope, after, u, s, raised, self._decay, self._threshold, units.RESETS[self.reset], self.detach,
                            self._fade, self._step, du, self._d_rise, *sums.values())


@dataclass(eq=False)
class Graded(Temporal):
    """The leaky unit with graded output and a penalty as refractoriness; its output is what it emitted a step before.

        inner_t = I_t + decay · rest_{t−1},  outer_t = max(inner_t − threshold, 0),  output_t = outer_{t−1}
        rest_t = inner_t − outer_t − penalty where it emits, else inner_t

    Both are piecewise linear, so that their gradient needs no surrogate. As the output is no spike, `to_network` refuses it.
    """

    threshold: float = 1.0
    penalty: float = 0.5

    def __post_init__(self):
        super().__post_init__()
        checks.number(self, "threshold", self.threshold)
        checks.non_negative(self, "penalty", self.penalty)

    def forward(self, x, steps, training, rng):
        """(T, B, …) or (1, B, …) -> (T, B, …)."""
        x = self._sheets(x)
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

    def backward(self, gradient):
        """Where a unit emitted its inner state was cut to `threshold` − penalty, so that only the output carries a gradient."""
        dy, inner, decay = self._sheets(gradient), self._inner, self._value("decay")
        steps, d_inner, d_decay = len(inner), np.empty_like(inner), self._zeros("decay")["decay"]
        after = np.zeros(inner.shape[1:], self._dtype)
        for t in range(steps - 1, -1, -1):
            emits = inner[t] > self.threshold
            rest = np.where(emits, self.threshold - self.penalty, inner[t])
            d_decay += np.sum(after * rest, axis=0)
            emitted = dy[t + 1 if len(dy) > 1 else 0] if t + 1 < steps else 0
            d_inner[t] = np.where(emits, emitted, decay * after)
            after = d_inner[t]
        self._collect(decay=d_decay)
        d_inner = d_inner.reshape(steps, *self._batch)
        return d_inner.sum(axis=0, keepdims=True) if self._constant else d_inner


@dataclass(eq=False)
class Readout(Temporal):
    """Leaky membranes without spikes, v_t = β v_{t−1} + I_t: what a loss is made of. (T, B, K)."""

    def forward(self, x, steps, training, rng):
        """(T, B, …) or (1, B, …) currents -> (T, B, …) membranes."""
        x, decay = self._sheets(x), self._value("decay")
        self._constant = len(x) == 1
        v = np.empty((steps, *x.shape[1:]), self._dtype)
        v[0] = x[0]
        for t in range(1, steps):
            v[t] = decay * v[t - 1] + x[0 if self._constant else t]
        self._v = v
        return v.reshape(steps, -1, *self._shape)

    def backward(self, gradient):
        """dL/dI_t = dL/dv_t + β dL/dI_{t+1}."""
        dv, decay, steps = self._sheets(gradient), self._value("decay"), len(self._v)
        du, d_decay = np.empty_like(self._v), self._zeros("decay")["decay"]
        after = np.zeros(self._v.shape[1:], self._dtype)
        for t in range(steps - 1, -1, -1):
            d_decay += np.sum(after * self._v[t], axis=0)
            du[t] = dv[t if len(dv) > 1 else 0] + decay * after
            after = du[t]
        self._collect(decay=d_decay)
        du = du.reshape(steps, -1, *self._shape)
        return du.sum(axis=0, keepdims=True) if self._constant else du
