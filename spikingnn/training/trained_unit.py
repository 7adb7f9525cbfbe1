"""The unit of a trained layer as a neuron model of the simulator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from .._util.typing import FloatArray
from ..engine.plugin import NeuronModel, rows, step_kernel
from .neuron_steps import LATE, decay_and_reset


__all__ = ["TrainedUnit"]


@dataclass(frozen=True, eq=False)
class TrainedUnit(NeuronModel):
    """A unit of `LIFLayer` or `ALIFLayer` in the simulator, which starts to work in a given step.

    The equations are those of `spikingnn.training.neuron_steps`, in double precision. The first state, v,
    holds what decay and reset leave of the last step, so that delta synapses add up to the new membrane, u,
    in the same step. A unit does nothing in its first `wait` steps: until then nothing can have reached it.

    Parameters
    ----------
    decay : float | FloatArray, default 0.9
        Dimensionless: factor of the membrane per step.
    threshold : float | FloatArray, default 1.0
        Dimensionless: firing threshold.
    bias : float | FloatArray, default 0.0
        Dimensionless: constant current.
    reset : float, default 0.0
        A value of `neuron_steps.RESETS`.
    threshold_decay : float | FloatArray, default 0.0
        Dimensionless: factor of the threshold's rise per step.
    threshold_step : float | FloatArray, default 0.0
        Dimensionless: rise of the threshold at a spike.
    wait : float, default 0.0
        Steps before the unit starts.

    Examples
    --------
    >>> from spikingnn import NeuronGroup
    >>> group = NeuronGroup(1, TrainedUnit(decay=0.5, threshold=1.0))
    >>> [bool(group.step(0.75, 1.0)[0]) for _ in range(5)]
    [False, True, False, True, False]
    """

    decay: float | FloatArray = 0.9
    """Dimensionless: factor of the membrane per step."""
    threshold: float | FloatArray = 1.0
    """Dimensionless: firing threshold."""
    bias: float | FloatArray = 0.0
    """Dimensionless: constant current."""
    reset: float = 0.0
    """A value of `neuron_steps.RESETS`."""
    threshold_decay: float | FloatArray = 0.0
    """Dimensionless: factor of the threshold's rise per step."""
    threshold_step: float | FloatArray = 0.0
    """Dimensionless: rise of the threshold at a spike."""
    wait: float = 0.0
    """Steps before the unit starts."""

    states: ClassVar = ("v", "u", "rise", "wait")

    def step_coefficients(self, dt: float) -> tuple[float | FloatArray, ...]:
        """Return the fields: they are numbers of one step."""
        return self.decay, self.threshold, self.bias, self.reset, self.threshold_decay, self.threshold_step

    def initial(self, n: int, key: np.uint64) -> tuple[float, ...]:
        """No membrane, no adaptation."""
        return 0.0, 0.0, 0.0, self.wait

    @step_kernel
    def step(state, coefficients, current, conductance, spikes, dt, key):
        v, u, rise, wait = rows(state, 4)
        decay, threshold, bias, reset, threshold_decay, threshold_step = rows(coefficients, 6)
        for i in range(v.size):
            if wait[i] > 0.0:
                wait[i] -= 1.0
                v[i] = 0.0
                continue
            u[i] = v[i] + (current[i] + bias[i])
            level = threshold[i] + threshold_decay[i] * rise[i]
            late = reset[i] == LATE
            has_spiked = u[i] > level if late else u[i] >= level
            spikes[i] = has_spiked
            v[i] = decay_and_reset(u[i], 1.0 if has_spiked else 0.0, decay[i], level, int(reset[i]))
            rise[i] = threshold_decay[i] * rise[i] + (threshold_step[i] if has_spiked else 0.0)
