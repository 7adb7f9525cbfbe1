"""A population with immediate lateral inhibition: one neuron fires and inhibits the others."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from .._util import checks
from .._util.typing import Scalar
from ..engine.plugin import rows, step_kernel
from ..engine.random import exponential
from ._integration import lif_step
from .alif import ALIF


@dataclass(frozen=True, eq=False)
class WinnerTakeAllLIF(ALIF):
    r"""`ALIF` neurons of which at most one fires per step: the one with the largest excess over its
    threshold.

    The excess is v - ``v_threshold`` - θ, so that the winner is the neuron that would have fired first
    within the step. All others are inhibited at once:

    .. math::

        v \leftarrow \max(\min(v, v_\mathrm{rest}) - \text{inhibition}, v_\mathrm{floor})

    With a ``temperature`` the winner is drawn: of the neurons that reach their threshold, one fires with
    probability proportional to exp(excess/temperature), a softmax (drawn as the largest excess +
    temperature · Gumbel noise).

    The inhibition should be of the order of the threshold: far above it, the others never recover within
    a presentation. The kernel sees the whole group and couples its units. Synapses are currents or delta
    jumps; conductances and noise are not available.

    Parameters
    ----------
    tau_m : Scalar, default 100.0
        ms: membrane time constant.
    resistance : Scalar, default 1.0
        MΩ: input resistance.
    v_rest : Scalar, default 0.0
        mV: resting potential.
    v_threshold : Scalar, default 13.0
        mV: firing threshold before adaptation.
    v_reset : Scalar, default 0.0
        mV: potential after a spike.
    t_refractory : Scalar, default 5.0
        ms: absolute refractory period.
    v_floor : Scalar, default -17.0
        mV: lower bound of the potential.
    reset : str, default 'value'
        What a spike does to the potential: ``"value"`` sets it to ``v_reset``, ``"subtract"`` lowers
        it by ``v_threshold - v_reset``.
    noise : Scalar, default 0.0
        mV: stationary standard deviation of the potential without threshold, independent of dt.
    tau_threshold : Scalar, default 10000000.0
        ms: decay time constant of the threshold increase.
    threshold_step : Scalar, default 0.2
        mV: increase of the threshold at a spike.
    inhibition : Scalar, default 17.0
        mV: decrease of the potential of the other neurons when one fires.
    temperature : Scalar, default 0.0
        mV: randomness of the winner among the neurons that reach threshold; 0: the largest excess
        wins.

    Raises
    ------
    ValueError
        If a field is out of range, ``reset`` is not ``"value"``, or ``noise`` is not 0.

    References
    ----------
    Diehl & Cook, Front. Comput. Neurosci. 9:99 (2015), whose inhibitory layer is contracted into one step.

    Examples
    --------
    >>> from spikingnn import Network, NeuronGroup, SpikeMonitor, WinnerTakeAllLIF
    >>> neurons = NeuronGroup(3, WinnerTakeAllLIF(threshold_step=0.0))
    >>> spikes = SpikeMonitor(neurons)
    >>> Network(neurons, spikes).run(500.0, inputs={neurons: [20.0, 25.0, 30.0]})
    >>> spikes.count()
    array([0, 0, 8])
    """

    tau_m: Scalar = 100.0
    """ms: membrane time constant."""
    resistance: Scalar = 1.0
    """MΩ: input resistance."""
    v_rest: Scalar = 0.0
    """mV: resting potential."""
    v_threshold: Scalar = 13.0
    """mV: firing threshold before adaptation."""
    v_reset: Scalar = 0.0
    """mV: potential after a spike."""
    t_refractory: Scalar = 5.0
    """ms: absolute refractory period."""
    v_floor: Scalar = -17.0
    """mV: lower bound of the potential."""
    tau_threshold: Scalar = 1e7
    """ms: decay time constant of the threshold increase."""
    threshold_step: Scalar = 0.2
    """mV: increase of the threshold at a spike."""
    inhibition: Scalar = 17.0
    """mV: decrease of the potential of the other neurons when one fires."""
    temperature: Scalar = 0.0
    """mV: randomness of the winner among the neurons that reach threshold; 0: the largest excess wins."""

    conductances: ClassVar[bool] = False

    def __post_init__(self) -> None:
        super().__post_init__()
        checks.validate_fields(self, checks.non_negative, "inhibition", "temperature")
        if self.reset != "value" or self.noise != 0.0:
            checks.fail(self, "reset, noise", (self.reset, self.noise), "'value' and 0")

    def step_coefficients(self, dt: float) -> tuple[Scalar, ...]:
        """Return the coefficients of `ALIF` that the kernel reads, then inhibition and temperature."""
        (decay, gain, _, _, v_rest, v_threshold, v_reset, _, refractory_steps, v_floor, _, decay_theta,
         threshold_step) = super().step_coefficients(dt)
        return (decay, gain, v_rest, v_threshold, v_reset, refractory_steps, v_floor, decay_theta,
                threshold_step, self.inhibition, self.temperature)

    @step_kernel
    def step(state, coefficients, current, conductance, spikes, dt, key):
        v, refractory, theta = rows(state, 3)
        (decay, gain, v_rest, v_threshold, v_reset, refractory_steps, v_floor, decay_theta,
         threshold_step, inhibition, temperature) = rows(coefficients, 11)
        any_reached = False
        for i in range(v.size):
            is_refractory = refractory[i] > 0.0
            u = max(lif_step(v[i], current[i], decay[i], gain[i], v_rest[i]), v_floor[i])
            v[i] = v_reset[i] if is_refractory else u
            refractory[i] = max(refractory[i] - 1.0, 0.0)
            theta_now = theta[i] * decay_theta[i]
            theta[i] = theta_now
            # `and` would be a branch, and the loop would not be vectorised
            any_reached |= (u >= v_threshold[i] + theta_now) & (not is_refractory)
        if not any_reached:
            return
        winner, largest_excess = -1, -math.inf
        for i in range(v.size):         # a refractory neuron is at reset, below its threshold
            excess = v[i] - v_threshold[i] - theta[i]
            if excess >= 0.0:
                if temperature[i] > 0.0:
                    excess -= temperature[i] * math.log(exponential(key, i))
                if excess > largest_excess:
                    winner, largest_excess = i, excess
        for i in range(v.size):
            v[i] = max(min(v[i], v_rest[i]) - inhibition[i], v_floor[i])
        v[winner] = v_reset[winner]
        refractory[winner] = refractory_steps[winner]
        theta[winner] += threshold_step[winner]
        spikes[winner] = True
