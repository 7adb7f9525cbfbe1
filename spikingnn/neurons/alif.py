"""The leaky integrate-and-fire neuron with an adaptive threshold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from .._util import checks
from ..engine.plugin import rows, step_kernel
from .lif import FirstOrderLIF, add_noise, lif_step, lif_step_conductance


@dataclass(frozen=True, eq=False)
class ALIF(FirstOrderLIF):
    """`FirstOrderLIF` whose threshold jumps by threshold_step at each spike and decays back:

        tau_m dv/dt = -(v - v_rest) + R·I + R·Σ g (E - v),    tau_threshold dθ/dt = -θ,    spike where v >= v_threshold + θ

    Both equations are integrated exactly. tau_threshold = inf never forgets. `period`, `rate` and `current_for` are those
    of the unadapted neuron, its first interval from reset.
    Source: Bellec et al., NeurIPS 2018 (LSNN); Gerstner et al., Neuronal Dynamics (2014), section 6.1.
    """

    tau_threshold: float = 200.0
    """ms: decay of the threshold's rise."""
    threshold_step: float = 2.0
    """mV: rise of the threshold at a spike."""

    states: ClassVar = ("v", "refractory", "theta")

    def __post_init__(self):
        super().__post_init__()
        checks.validate_fields(self, checks.positive, "tau_threshold", infinite=True)
        checks.validate_fields(self, checks.number, "threshold_step")
        checks.warn_if_seconds(self, "tau_threshold")

    def step_coefficients(self, dt):
        """Those of `FirstOrderLIF`, then the threshold's decay and step."""
        return (*super().step_coefficients(dt), np.exp(-dt / np.asarray(self.tau_threshold)), self.threshold_step)

    def initial(self, n, key):
        """At rest, not refractory, not adapted."""
        return self.v_rest, 0.0, 0.0

    @step_kernel
    def step(state, coefficients, current, conductance, spikes, dt, key):
        v, refractory, theta = rows(state, 3)
        g, driving = rows(conductance, 2)
        (decay, gain, leak, charge, v_rest, v_threshold, v_reset, reset_fraction, refractory_steps, v_floor, noise_std,
         keep_theta, threshold_step) = rows(coefficients, 13)
        add_noise(v, noise_std, key)
        for i in range(v.size):
            if g.size > 0:
                u = lif_step_conductance(v[i], current[i], g[i], driving[i], leak[i], charge[i], v_rest[i])
            else:
                u = lif_step(v[i], current[i], decay[i], gain[i], v_rest[i])
            theta_now = theta[i] * keep_theta[i]
            threshold = v_threshold[i] + theta_now
            is_refractory = refractory[i] > 0.0
            held, u = v_reset[i] + reset_fraction[i] * (v[i] - v_reset[i]), max(u, v_floor[i])
            u = held if is_refractory else u            # selected, not branched to, or the loop would not vectorise
            has_spiked = u >= threshold and not is_refractory
            v[i] = v_reset[i] + reset_fraction[i] * (u - threshold) if has_spiked else u
            refractory[i] = refractory_steps[i] if has_spiked else max(refractory[i] - 1.0, 0.0)
            theta[i] = theta_now + threshold_step[i] if has_spiked else theta_now
            spikes[i] = has_spiked
