"""The leaky integrate-and-fire neuron with an adaptive threshold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..core import checks
from ..core.plugin import rows, step_kernel
from .lif import FirstOrderLIF, jitter, relaxed, shunted


@dataclass(frozen=True, eq=False)
class ALIF(FirstOrderLIF):
    """`FirstOrderLIF` whose threshold jumps by threshold_step at each spike and decays back:

        tau_m dv/dt = -(v - v_rest) + R·I + R·Σ g (E - v),    tau_threshold dθ/dt = -θ,    spike where v >= v_threshold + θ

    Both equations are integrated exactly. tau_threshold = inf never forgets. `period`, `rate` and `current_for` are those
    of the unadapted neuron, its first interval from reset.
    Source: Bellec et al., NeurIPS 2018 (LSNN); Gerstner et al., Neuronal Dynamics (2014), section 6.1.
    """

    tau_threshold: float = 200.0    # ms    decay of the threshold's rise
    threshold_step: float = 2.0     # mV    rise of the threshold at a spike

    states: ClassVar = ("v", "refractory", "theta")

    def __post_init__(self):
        super().__post_init__()
        checks.take(self, checks.positive, "tau_threshold", infinite=True)
        checks.take(self, checks.number, "threshold_step")
        checks.milliseconds(self, "tau_threshold")

    def calibrate(self, dt):
        """Those of `FirstOrderLIF`, then the threshold's decay and step."""
        return (*super().calibrate(dt), np.exp(-dt / np.asarray(self.tau_threshold)), self.threshold_step)

    def initial(self, n, key):
        """At rest, not refractory, not adapted."""
        return self.v_rest, 0.0, 0.0

    @step_kernel
    def step(state, coefficients, current, conductance, spikes, dt, key):
        v, refractory, theta = rows(state, 3)
        g, driving = rows(conductance, 2)
        (keep, gain, leak, charge, v_rest, v_threshold, v_reset, carry, hold, v_floor, kick,
         keep_theta, threshold_step) = rows(coefficients, 13)
        jitter(v, kick, key)
        for i in range(v.size):
            if g.size > 0:
                u = shunted(v[i], current[i], g[i], driving[i], leak[i], charge[i], v_rest[i])
            else:
                u = relaxed(v[i], current[i], keep[i], gain[i], v_rest[i])
            theta_now = theta[i] * keep_theta[i]
            threshold = v_threshold[i] + theta_now
            waits = refractory[i] > 0.0
            held, u = v_reset[i] + carry[i] * (v[i] - v_reset[i]), max(u, v_floor[i])
            u = held if waits else u            # selected, not branched to, or the loop would not vectorise
            fires = u >= threshold and not waits
            v[i] = v_reset[i] + carry[i] * (u - threshold) if fires else u
            refractory[i] = hold[i] if fires else max(refractory[i] - 1.0, 0.0)
            theta[i] = theta_now + threshold_step[i] if fires else theta_now
            spikes[i] = fires
