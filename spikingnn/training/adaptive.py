"""Layers of spiking units that adapt: neurons whose threshold rises with their spikes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import DTypeLike

from .._util import checks
from ..neurons import ALIF, FirstOrderLIF
from . import neuron_steps as equations
from .layer import Array, Shape
from .neuron_conversion import adaptation_of, lif_of, time_constant_of
from .spiking import LIFLayer, Slope


__all__ = ["ALIFLayer"]


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
        self._threshold_decay = self._in_columns("threshold_decay")
        self._threshold_step = self._in_columns("threshold_step")
        self._adaptation = self.buffer("adaptation", (shape[0] + 2, *shape[1:]), self._dtype)
        self._adaptation[:2] = 0                # r_t is at t + 2

    def _forward_steps(self, first: int, last: int, currents: Array) -> None:
        equations.alif_forward(currents, self._silence, self._decay, self._threshold,
                               equations.RESETS[self.reset], self._threshold_decay, self._threshold_step,
                               first, last, self._u, self._s, self._adaptation)

    def _begin_backward(self, shape: Shape) -> dict[str, Array]:
        self._d_adaptation = np.zeros(shape[1:], self._dtype)
        names = ("decay", "threshold", "threshold_decay", "threshold_step")
        return {name: np.zeros(self._columns, self._dtype) for name in names}

    def _backward_steps(self, first: int, last: int, above: Array, slope: Slope, du: Array,
                        over_time: Array, sums: dict[str, Array]) -> None:
        equations.alif_backward(above, *slope, self._u, self._s, self._adaptation, self._decay,
                                self._threshold, equations.RESETS[self.reset], self.detach,
                                self._threshold_decay, self._threshold_step, first, last, du, over_time,
                                self._d_adaptation, *sums.values())

    def _level(self, first: int, last: int) -> Array:
        return self._threshold + self._threshold_decay * self._adaptation[first + 1:last + 1]
