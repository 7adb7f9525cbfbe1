"""Layers of spiking units, unrolled in time: leaky integrate-and-fire neurons, with or without adaptation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import DTypeLike

from .._util import checks
from ..neurons import ALIF, FirstOrderLIF
from . import neuron_steps as equations
from .layer import Array, NetworkBuilder, Shape, Signal
from .neuron_conversion import adaptation_of, lif_of, resistance_of, scalar_or_array, time_constant_of
from .operation_counts import Operations
from .plain import ReLU
from .surrogate import SURROGATES, Surrogate
from .temporal import TemporalLayer


__all__ = ["ALIFLayer", "LIFLayer"]


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
        x = self._as_rows(x)
        self._constant = len(x) == 1
        self._batch = (x.shape[1] * x.shape[2] // int(np.prod(self._shape)), *self._shape)
        shape = (steps, *x.shape[1:])
        u, s = (self.buffer(name, shape, self._dtype) for name in ("u", "s"))
        self._begin_forward(shape)
        silence = np.zeros(shape[1:], self._dtype)
        for t in range(steps):
            current = x[0 if self._constant else t]
            if self.recurrent and t:
                current = current + s[t - 1] @ self.parameters["recurrent"]
            last_u, last_s = (u[t - 1], s[t - 1]) if t else (silence, silence)
            self._forward_step(t, current, last_u, last_s, u[t], s[t])
        self._u, self._s = u, s
        return self.spikes

    def backward(self, gradient: Array) -> Array:
        """From dL/ds (T, B, …), or (1, B, …) where it is constant, to dL/dI: the adjoint of `forward`."""
        if self.rate_penalty is not None:
            gradient = gradient + self.rate_penalty.gradient(self.spikes)
        ds, u, s = self._as_rows(gradient), self._u, self._s
        du, du_next = self.buffer("du", u.shape, self._dtype), np.zeros(u.shape[1:], self._dtype)
        sums = self._begin_backward(u.shape)
        for t in range(len(u) - 1, -1, -1):
            above = ds[t if len(ds) > 1 else 0]
            if self.recurrent and t + 1 < len(u):
                above = above + du_next @ self.parameters["recurrent"].T
            self._backward_step(t, above, du_next, u[t], s[t], du[t], sums)
            du_next = du[t]
        if self.recurrent:
            n = self._shape[0]
            np.dot(s[:-1].reshape(-1, n).T, du[1:].reshape(-1, n), out=self.gradients["recurrent"])
        self._set_gradients(**sums)
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

    def _begin_forward(self, shape: Shape) -> None:
        self._decay, self._threshold = self._value("decay"), self._value("threshold")

    def _forward_step(self, t: int, current: Array, last_u: Array, last_s: Array, u: Array, s: Array) -> None:
        equations.lif_forward(current, last_u, last_s, self._decay, self._threshold,
                              equations.RESETS[self.reset], u, s)

    def _begin_backward(self, shape: Shape) -> dict[str, Array]:
        if self.learn_decay or self.learn_threshold:
            return self._zeros("decay", "threshold")
        return dict.fromkeys(("decay", "threshold"), np.empty(0, self._dtype))

    def _backward_step(self, t: int, above: Array, du_next: Array, u: Array, s: Array, du: Array,
                       sums: dict[str, Array]) -> None:
        slope = self._slope(u - self._threshold)
        equations.lif_backward(above, slope, du_next, u, s, self._decay, self._threshold,
                               equations.RESETS[self.reset], self.detach, du, sums["decay"],
                               sums["threshold"])

    def _slope(self, distance: Array) -> Array:
        surrogate = SURROGATES[self.surrogate] if isinstance(self.surrogate, str) else self.surrogate
        return np.ascontiguousarray(surrogate(distance, self.width), dtype=self._dtype)


@dataclass(eq=False)
class ALIFLayer(LIFLayer, kind="ALIF"):
    """Leaky integrate-and-fire neurons whose threshold rises at each spike and decays back.

    ::

        ϑ_t = ϑ + threshold_decay · r_{t−1},        r_t = threshold_decay · r_{t−1} + threshold_step · s_t

    The same neuron in the simulator is `spikingnn.ALIF`. The parameters of the adaptation are, where learned,
    ``threshold_decay_logit`` and ``threshold_step``.

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
    threshold_decay : float | list[float], default 0.95
        Dimensionless: factor of the threshold's rise per step, from 0 to 1.
    threshold_step : float | list[float], default 0.2
        Dimensionless: rise of the threshold at a spike.
    learn_adaptation : bool, default False
        Whether `threshold_decay` and `threshold_step` are trained.

    Raises
    ------
    ValueError
        If a field is out of range.

    References
    ----------
    Bellec et al., NeurIPS (2018).

    Examples
    --------
    >>> import numpy as np
    >>> from spikingnn.training import ALIFLayer, Model
    >>> model = Model([ALIFLayer(decay=0.5, threshold_step=0.5)], shape=1, steps=5)
    >>> model.forward(np.full((1, 1, 1), 0.75)).ravel().tolist()
    [0.0, 1.0, 0.0, 0.0, 0.0]
    """

    threshold_decay: float | list[float] = 0.95
    """Dimensionless: factor of the threshold's rise per step, from 0 to 1."""
    threshold_step: float | list[float] = 0.2
    """Dimensionless: rise of the threshold at a spike."""
    learn_adaptation: bool = False
    """Whether `threshold_decay` and `threshold_step` are trained."""

    def __post_init__(self) -> None:
        super().__post_init__()
        checks.unit_interval(self, "threshold_decay", self.threshold_decay)
        checks.number(self, "threshold_step", self.threshold_step)

    @classmethod
    def from_neuron(cls, neuron: FirstOrderLIF, dt: float = 1.0, **options: Any) -> Self:
        """Return a layer of neurons that spike as `neuron`, an `spikingnn.ALIF`, does.

        See `LIFLayer.from_neuron`.

        Examples
        --------
        >>> from spikingnn import ALIF
        >>> layer = ALIFLayer.from_neuron(ALIF(tau_threshold=100.0, t_refractory=0.0))
        >>> round(layer.threshold_decay, 4)
        0.99
        """
        fields = lif_of(cls.__name__, neuron, ALIF, dt)
        assert isinstance(neuron, ALIF)         # or `lif_of` has refused it
        return cls(**fields, **adaptation_of(neuron, dt), **options)

    def neuron_model(self, dt: float = 1.0) -> ALIF:
        """Return the `spikingnn.ALIF` that spikes as this layer does; see `LIFLayer.neuron_model`.

        Examples
        --------
        >>> model = ALIFLayer(threshold_decay=0.95).neuron_model(dt=1.0)
        >>> round(model.tau_threshold, 3), model.threshold_step
        (19.496, 0.2)
        """
        threshold_decay = self._per_neuron("threshold_decay")
        return ALIF(**self._lif_fields(dt), threshold_step=self._per_neuron("threshold_step"),
                    tau_threshold=time_constant_of(self, "threshold_decay", threshold_decay, dt))

    def build(self, shape: Shape, dtype: DTypeLike, rng: np.random.Generator) -> Shape:
        """Make the quantities of `LIFLayer` and of the adaptation; the shape stays as it is."""
        super().build(shape, dtype, rng)
        self._add_fraction("threshold_decay", self.threshold_decay, self.learn_adaptation)
        self._add_quantity("threshold_step", self.threshold_step, self.learn_adaptation)
        return self._shape

    def _begin_forward(self, shape: Shape) -> None:
        super()._begin_forward(shape)
        self._threshold_decay = self._value("threshold_decay")
        self._threshold_step = self._value("threshold_step")
        self._adaptation = self.buffer("adaptation", (shape[0] + 2, *shape[1:]), self._dtype)
        self._adaptation[:2] = 0                # r_t is at t + 2

    def _forward_step(self, t: int, current: Array, last_u: Array, last_s: Array, u: Array, s: Array) -> None:
        earlier, last, adaptation = self._adaptation[t:t + 3]
        equations.alif_forward(current, last_u, last_s, earlier, last, self._decay, self._threshold,
                               equations.RESETS[self.reset], self._threshold_decay, self._threshold_step,
                               u, s, adaptation)

    def _begin_backward(self, shape: Shape) -> dict[str, Array]:
        self._d_adaptation = np.zeros(shape[1:], self._dtype)
        return self._zeros("decay", "threshold", "threshold_decay", "threshold_step")

    def _backward_step(self, t: int, above: Array, du_next: Array, u: Array, s: Array, du: Array,
                       sums: dict[str, Array]) -> None:
        last = self._adaptation[t + 1]
        slope = self._slope(u - self._threshold - self._threshold_decay * last)
        equations.alif_backward(above, slope, du_next, u, s, last, self._decay, self._threshold,
                                equations.RESETS[self.reset], self.detach, self._threshold_decay,
                                self._threshold_step, du, self._d_adaptation, *sums.values())
