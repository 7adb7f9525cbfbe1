"""Layers of spiking units, unrolled in time: leaky integrate-and-fire neurons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self, TypeAlias

import numpy as np
from numpy.typing import DTypeLike

from .._util import checks
from ..neurons import FirstOrderLIF
from . import neuron_steps as equations
from .layer import Array, NetworkBuilder, Shape, Signal
from .neuron_conversion import lif_of, resistance_of, scalar_or_array, time_constant_of
from .operation_counts import Operations
from .plain import ReLU
from .surrogate import SURROGATES, Surrogate
from .temporal import TemporalLayer


__all__ = ["LIFLayer", "Slope"]

COLUMNS = 256       # neurons in a row of the compiled loops, at least: a loop is worth its start

Slope: TypeAlias = tuple[int, Any, Array, Array]
"""What the backward passes of `neuron_steps` take for a surrogate: kind, width, slopes, scratch."""


@dataclass(eq=False)
class LIFLayer(TemporalLayer, kind="LIF"):
    """Leaky integrate-and-fire neurons, one per input, whose output is spikes, 0 and 1.

    ::

        u_t = β (u_{t−1} − ϑ s_{t−1}) + I_t,        s_t = [u_t ≥ ϑ]

    with the decay per step β = `decay`, the threshold ϑ and, here, the reset by subtraction; the other resets
    and the gradients are those of `spikingnn.training.neuron_steps`. The same neuron in the simulator is
    `spikingnn.FirstOrderLIF`: `neuron_model` returns it, and `from_neuron` makes a layer of it.

    The parameters are, where learned, ``decay_logit``, ``threshold`` and ``recurrent``. After `forward` the
    layer holds the `spikes` and the membranes `v` (T, B, …) before the test for a spike.

    Parameters
    ----------
    decay : float | list[float], default 0.9
        Dimensionless: decay of the membrane per step, 0 to 1; one number or one per neuron (channel).
    learn_decay : bool, default False
        Whether the decay is trained, one number per neuron (channel).
    threshold : float | list[float], default 1.0
        Dimensionless: firing threshold; one number or one per neuron (channel).
    reset : str, default 'subtract'
        ``"subtract"`` the threshold, to ``"zero"``, or ``"late"``, snnTorch's subtraction one step
        later.
    detach : bool, default True
        Whether the reset is left out of the gradient.
    surrogate : str | Surrogate, default 'triangular'
        Name in `SURROGATES`, or a function slope(x, width).
    width : float, default 1.0
        Dimensionless: width of the surrogate, in the units of the threshold.
    learn_threshold : bool, default False
        Whether the threshold is trained, one number per neuron (channel).
    recurrent : bool, default False
        Whether spikes return one step later through weights V of the layer's own, I_t += s_{t−1} V.

    Raises
    ------
    ValueError
        If a field is out of range, or `recurrent` is set for samples that are no vectors.

    Examples
    --------
    >>> import numpy as np
    >>> from spikingnn.training import LIFLayer, Model
    >>> model = Model([LIFLayer(decay=0.5, threshold=1.0)], shape=1, steps=5)
    >>> model.forward(np.full((1, 1, 1), 0.75)).ravel().tolist()
    [0.0, 1.0, 0.0, 1.0, 0.0]
    >>> model.layers[0].v.ravel().tolist()
    [0.75, 1.125, 0.8125, 1.15625, 0.828125]
    """

    threshold: float | list[float] = 1.0
    """Dimensionless: firing threshold; one number or one per neuron (channel)."""
    reset: str = "subtract"
    """``"subtract"`` the threshold, to ``"zero"``, or ``"late"``, snnTorch's subtraction one step later."""
    detach: bool = True
    """Whether the reset is left out of the gradient."""
    surrogate: str | Surrogate = "triangular"
    """Name in `SURROGATES`, or a function slope(x, width)."""
    width: float = 1.0
    """Dimensionless: width of the surrogate, in the units of the threshold."""
    learn_threshold: bool = False
    """Whether the threshold is trained, one number per neuron (channel)."""
    recurrent: bool = False
    """Whether spikes return one step later through weights V of the layer's own, I_t += s_{t−1} V."""

    spiking = True
    has_units = True

    def __post_init__(self) -> None:
        super().__post_init__()
        checks.positive(self, "threshold", self.threshold)
        checks.one_of(self, "reset", self.reset, equations.RESETS)
        checks.positive(self, "width", self.width)
        if not callable(self.surrogate):
            checks.one_of(self, "surrogate", self.surrogate, SURROGATES)

    # --- the same neuron in the simulator -------------------------------------------------------------------

    @classmethod
    def from_neuron(cls, neuron: FirstOrderLIF, dt: float = 1.0, **options: Any) -> Self:
        """Return a layer of neurons that spike as `neuron` does under the same currents in nA.

        The layer is dimensionless: its membrane is u = (v − v_rest) / g, g = resistance · (1 −
        exp(−dt/tau_m)).

        Parameters
        ----------
        neuron : FirstOrderLIF
            Neuron model without refractory period, noise and lower bound, which resets to its resting
            potential.
        dt : float
            ms: one step of the layer.
        **options
            Other fields of the layer, such as `surrogate`.

        Raises
        ------
        TypeError
            If `neuron` is another model.
        ValueError
            If a layer cannot follow one of its fields.

        Examples
        --------
        >>> from spikingnn import FirstOrderLIF
        >>> layer = LIFLayer.from_neuron(FirstOrderLIF(tau_m=10.0, t_refractory=0.0), learn_decay=True)
        >>> round(layer.decay, 4), round(layer.threshold, 4), layer.reset
        (0.9048, 15.7625, 'zero')
        """
        return cls(**lif_of(cls.__name__, neuron, FirstOrderLIF, dt), **options)

    def neuron_model(self, dt: float = 1.0) -> FirstOrderLIF:
        """Return the neuron model that spikes as this layer does, for the same currents, at steps of `dt` ms.

        A learned quantity has one value per neuron, in the order of the flattened samples.

        Raises
        ------
        ValueError
            If the reset is ``"late"``, or a decay is zero: no neuron model has these.

        Examples
        --------
        >>> model = LIFLayer(decay=0.9).neuron_model(dt=1.0)
        >>> round(model.tau_m, 3), round(model.resistance, 3), model.v_threshold, model.reset
        (9.491, 10.0, 1.0, 'subtract')
        """
        return FirstOrderLIF(**self._lif_fields(dt))

    def _lif_fields(self, dt: float) -> dict[str, Any]:
        if self.reset == "late":
            checks.fail(self, "reset", self.reset, "'subtract' or 'zero' to be that of a neuron model")
        decay = self._per_neuron("decay")
        return {"tau_m": time_constant_of(self, "decay", decay, dt), "resistance": resistance_of(decay, dt),
                "v_rest": 0.0, "v_threshold": self._per_neuron("threshold"), "v_reset": 0.0,
                "t_refractory": 0.0, "reset": "subtract" if self.reset == "subtract" else "value"}

    def _per_neuron(self, name: str) -> float | Array:
        """The present value of a quantity: one number, or one for each value of a sample."""
        if not hasattr(self, "_shape"):
            return scalar_or_array(np.asarray(getattr(self, name), np.float64))
        return scalar_or_array(np.broadcast_to(self._value(name), self._shape).reshape(-1).astype(np.float64))

    # --- forward and back -----------------------------------------------------------------------------------

    def build(self, shape: Shape, dtype: DTypeLike, rng: np.random.Generator) -> Shape:
        """Make decays, thresholds and recurrent weights; the shape stays as it is."""
        super().build(shape, dtype, rng)
        self._add_quantity("threshold", self.threshold, self.learn_threshold)
        if self.recurrent:
            if len(shape) != 1:
                raise ValueError(f"{type(self).__name__} with recurrent=True takes vectors, "
                                 f"got samples of shape {shape}")
            weight = rng.standard_normal((shape[0], shape[0])) / np.sqrt(shape[0])
            self.add_parameter("recurrent", weight, dtype)
        return self._shape

    def forward(self, x: Array, steps: int, training: bool, rng: np.random.Generator | None) -> Array:
        """(T, B, …) or (1, B, …) currents -> (T, B, …) spikes, T = `steps`."""
        self._constant, self._batch = len(x) == 1, x.shape[1:]
        self._columns = self._shape[-1] if self.recurrent else _columns(x[0].size, self._shape[-1])
        x = self._as_rows(x)
        shape = (steps, *x.shape[1:])
        self._u, self._s = (self.buffer(name, shape, self._dtype) for name in ("u", "s"))
        self._begin_forward(shape)
        for first, last in self._spans(self.recurrent):
            if self.recurrent and first:
                fed_back = self._s[first - 1] @ self.parameters["recurrent"]
                self._forward_steps(first, last, x[None, 0 if self._constant else first] + fed_back)
            else:
                self._forward_steps(first, last, x)
        return self.spikes

    def backward(self, gradient: Array) -> Array:
        """From dL/ds (T, B, …), or (1, B, …) where it is constant, to dL/dI: the adjoint of `forward`."""
        if self.rate_penalty is not None:
            gradient = gradient + self.rate_penalty.gradient(self.spikes)
        ds, u, s = self._as_rows(gradient), self._u, self._s
        slope = SURROGATES[self.surrogate] if isinstance(self.surrogate, str) else self.surrogate
        kind, width = equations.kind_of(slope), np.asarray(self.width, self._dtype)[()]
        spans = self._spans(self.recurrent or kind == equations.GIVEN)
        # where only the sum over time is wanted, the gradients of one row are kept at a time
        at_once = self._constant and len(spans) == 1
        du = self.buffer("du", (len(u), 1 if at_once else u.shape[1], self._columns), self._dtype)
        over_time = self.buffer("over_time", (u.shape[1] if at_once else 0, self._columns), self._dtype)
        sums, scratch = self._begin_backward(u.shape), np.zeros((2, self._columns), self._dtype)
        for first, last in reversed(spans):
            above = ds
            if self.recurrent and last < len(u):
                above = ds[None, first if len(ds) > 1 else 0] + du[last] @ self.parameters["recurrent"].T
            given = np.empty((0, 0, 0), self._dtype)
            if kind == equations.GIVEN:
                values = slope(u[first:last] - self._level(first, last), self.width)
                given = np.ascontiguousarray(values, dtype=self._dtype)
            self._backward_steps(first, last, above, (kind, width, given, scratch), du, over_time, sums)
        if self.recurrent:
            n = self._shape[0]
            np.dot(s[:-1].reshape(-1, n).T, du[1:].reshape(-1, n), out=self.gradients["recurrent"])
        self._set_gradients(**{name: total.reshape(-1, self._shape[-1]).sum(axis=0)
                               for name, total in sums.items()})
        if at_once:
            return over_time.reshape(1, *self._batch)
        du = du.reshape(len(du), *self._batch)
        return du.sum(axis=0, keepdims=True) if self._constant else du

    @property
    def spikes(self) -> Array:
        """Spikes (T, B, …) of 0 and 1 of the last `forward`."""
        return self._s.reshape(len(self._s), *self._batch)

    @property
    def v(self) -> Array:
        """Membranes (T, B, …) of the last `forward`, before the test for a spike."""
        return self._u.reshape(len(self._u), *self._batch)

    def count_operations(self, x: Array, spikes: Array | None, y: Array, steps: int) -> Operations:
        """One addition per recurrent weight that a spike meets."""
        if not self.recurrent:
            return Operations()
        return Operations(additions=float(np.sum(y[:-1], dtype=np.float64)) * y.shape[-1])

    def feed_forward(self) -> ReLU:
        """The unit of a network without spikes and time."""
        return ReLU()

    def build_network(self, builder: NetworkBuilder[Signal], name: str, signal: Signal) -> Signal:
        """Becomes a group of neurons."""
        return builder.neurons(self, name, signal)

    def _as_rows(self, x: Array) -> Array:
        """(T, B, …) as (T, rows, columns); see `_columns`."""
        return np.ascontiguousarray(x, dtype=self._dtype).reshape(len(x), -1, self._columns)

    def _spans(self, single: bool) -> list[tuple[int, int]]:
        """All steps at once, or one by one: (first, the one behind the last)."""
        steps = len(self._u)
        return [(t, t + 1) for t in range(steps)] if single else [(0, steps)]

    def _in_columns(self, name: str) -> Array:
        """The present value of the quantity `name` for each column of a row."""
        return np.tile(self._value(name), self._columns // self._shape[-1])

    def _begin_forward(self, shape: Shape) -> None:
        self._silence = np.zeros(self._columns, self._dtype)
        self._decay, self._threshold = self._in_columns("decay"), self._in_columns("threshold")

    def _forward_steps(self, first: int, last: int, currents: Array) -> None:
        equations.lif_forward(currents, self._silence, self._decay, self._threshold,
                              equations.RESETS[self.reset], first, last, self._u, self._s)

    def _begin_backward(self, shape: Shape) -> dict[str, Array]:
        learned = {"decay": self.learn_decay, "threshold": self.learn_threshold}
        return {name: np.zeros(self._columns if each else 0, self._dtype) for name, each in learned.items()}

    def _backward_steps(self, first: int, last: int, above: Array, slope: Slope, du: Array,
                        over_time: Array, sums: dict[str, Array]) -> None:
        equations.lif_backward(above, *slope, self._u, self._s, self._decay, self._threshold,
                               equations.RESETS[self.reset], self.detach, first, last, du, over_time,
                               sums["decay"], sums["threshold"])

    def _level(self, first: int, last: int) -> Array:
        """The threshold at these steps."""
        return self._threshold


def _columns(size: int, channels: int) -> int:
    """The length of a row: at least COLUMNS of `size` neurons, a multiple of `channels` that divides it."""
    repeats = -(-COLUMNS // channels)
    while repeats * channels < size and size % (repeats * channels):
        repeats += 1
    return min(repeats * channels, size) or channels
