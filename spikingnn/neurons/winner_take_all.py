"""A population with immediate lateral inhibition: one neuron fires, the others are pushed down."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from .._util import checks
from ..engine.plugin import rows, step_kernel
from ..engine.random import exponential
from .alif import ALIF
from .lif import lif_step


@dataclass(frozen=True, eq=False)
class WinnerTakeAllLIF(ALIF):
    """`ALIF` neurons of which at most one fires in a step: the one whose v exceeds its threshold v_threshold + θ by most.

    It is the one that would have been first within the step. All others are inhibited at once:

        v ← max(min(v, v_rest) - inhibition, v_floor)

    With a `temperature` the choice is a draw: of those that reach threshold, one fires with probability ∝ exp(excess/temperature), a
    softmax (drawn as the largest excess + temperature · Gumbel noise).

    Inhibition should be of the order of the threshold: far above it, losers never recover within a presentation. The kernel
    sees the whole group and couples its units. Synapses are currents or delta jumps; no conductances, no noise.
    Source: Diehl & Cook, Front. Comput. Neurosci. 9:99 (2015), their inhibitory layer contracted into one step.
    """

    tau_m: float = 100.0
    """ms: membrane time constant."""
    resistance: float = 1.0
    """MΩ: input resistance."""
    v_rest: float = 0.0
    """mV: resting potential."""
    v_threshold: float = 13.0
    """mV: firing threshold before adaptation."""
    v_reset: float = 0.0
    """mV: potential after a spike."""
    t_refractory: float = 5.0
    """ms: absolute refractory period."""
    v_floor: float = -17.0
    """mV: lower bound of the potential."""
    tau_threshold: float = 1e7
    """ms: decay of the threshold's rise."""
    threshold_step: float = 0.2
    """mV: rise of the threshold at a spike."""
    inhibition: float = 17.0
    """mV: how far the others are pushed down."""
    temperature: float = 0.0
    """mV: of the draw among those that reach threshold; 0: the largest excess wins."""

    conductances: ClassVar = False

    def __post_init__(self):
        super().__post_init__()
        checks.validate_fields(self, checks.non_negative, "inhibition", "temperature")
        if self.reset != "value" or self.noise != 0.0:
            checks.fail(self, "reset, noise", (self.reset, self.noise), "'value' and 0")

    def step_coefficients(self, dt):
        """Those of `ALIF` that the kernel reads, then inhibition and temperature."""
        decay, gain, _, _, v_rest, v_threshold, v_reset, _, refractory_steps, v_floor, _, keep_theta, threshold_step = super().step_coefficients(dt)
        return decay, gain, v_rest, v_threshold, v_reset, refractory_steps, v_floor, keep_theta, threshold_step, self.inhibition, self.temperature

    @step_kernel
    def step(state, coefficients, current, conductance, spikes, dt, key):
        v, refractory, theta = rows(state, 3)
        (decay, gain, v_rest, v_threshold, v_reset, refractory_steps, v_floor, keep_theta, threshold_step, inhibition,
         temperature) = rows(coefficients, 11)
        reached = False
        for i in range(v.size):
            is_refractory = refractory[i] > 0.0
            u = max(lif_step(v[i], current[i], decay[i], gain[i], v_rest[i]), v_floor[i])
            v[i] = v_reset[i] if is_refractory else u
            refractory[i] = max(refractory[i] - 1.0, 0.0)
            rise = theta[i] * keep_theta[i]
            theta[i] = rise
            reached |= (u >= v_threshold[i] + rise) & (not is_refractory)       # `and` would be a branch, and the loop would not vectorise
        if not reached:
            return
        winner, most = -1, -math.inf
        for i in range(v.size):         # a refractory neuron is at reset, below its threshold
            over = v[i] - v_threshold[i] - theta[i]
            if over >= 0.0:
                if temperature[i] > 0.0:
                    over -= temperature[i] * math.log(exponential(key, i))
                if over > most:
                    winner, most = i, over
        for i in range(v.size):
            v[i] = max(min(v[i], v_rest[i]) - inhibition[i], v_floor[i])
        v[winner] = v_reset[winner]
        refractory[winner] = refractory_steps[winner]
        theta[winner] += threshold_step[winner]
        spikes[winner] = True
