"""The leaky integrate-and-fire neuron with an adaptation current."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from .._util import checks
from ..engine.plugin import rows, step_kernel
from ._integration import exponential_euler
from .adex import adaptation_units
from .lif import FirstOrderLIF, add_noise, lif_step_conductance


@dataclass(frozen=True, eq=False)
class AdaptiveCurrentLIF(FirstOrderLIF):
    """`FirstOrderLIF` that a current w holds back, which each spike raises by b and the membrane drives by a:

        tau_m dv/dt = -(v - v_rest) + R·(I - w) + R·Σ g (E - v),    tau_w dw/dt = -w + a·(v - v_rest)

    Without conductances the two linear equations are integrated exactly, by their propagator; with conductances by half
    a step of w, a step of v and half a step of w (Strang splitting, second order). a > 0 makes the membrane resonate,
    a < 0 accelerates it; a must lie above -1/R, where the leak would be gone. noise is the standard deviation of the free
    membrane for a = 0. `period`, `rate` and `current_for` are those of the neuron without adaptation.
    Source: Gerstner et al., Neuronal Dynamics (2014), section 6.1; exact integration: Rotter & Diesmann, Biol. Cybern.
    81:381 (1999).
    """

    tau_w: float = 100.0
    """ms: time constant of the adaptation."""
    a: float = 0.0
    """µS: adaptation below threshold."""
    b: float = 0.1
    """nA: jump of the adaptation at a spike."""

    states: ClassVar = ("v", "refractory", "w")

    def __post_init__(self):
        super().__post_init__()
        checks.validate_fields(self, checks.positive, "tau_w")
        checks.validate_fields(self, checks.number, "a", "b")
        if np.any(np.isinf(self.tau_m)):
            checks.fail(self, "tau_m", self.tau_m, "finite")
        if np.any(1.0 + np.asarray(self.a) * self.resistance <= 0.0):
            checks.fail(self, "a", self.a, f"above -1/resistance ({-1.0 / np.asarray(self.resistance)!r})")
        adaptation_units(self)

    def step_coefficients(self, dt):
        """Those of `FirstOrderLIF`; the propagator of (v, w) over `dt`; what w does on its own; a, b and the stationary gain."""
        across, back = -self.resistance / np.asarray(self.tau_m), self.a / np.asarray(self.tau_w)
        mean = -0.5 * (1.0 / np.asarray(self.tau_m) + 1.0 / np.asarray(self.tau_w))
        half = -0.5 * (1.0 / np.asarray(self.tau_m) - 1.0 / np.asarray(self.tau_w))
        # e^(At) = e^(mean·t) (cosh(root·t) + sinh(root·t)/root (A - mean)), written so that nothing overflows
        root = np.sqrt(half * half + across * back + 0j)
        slow = np.exp((mean + root) * dt)
        with np.errstate(invalid="ignore", divide="ignore"):
            sinh = np.where(root == 0, dt * slow, slow * -np.expm1(-2.0 * root * dt) / (2.0 * root)).real
        cosh = (0.5 * (slow + np.exp((mean - root) * dt))).real
        keep_w = np.exp(-dt / np.asarray(self.tau_w))
        return (*super().step_coefficients(dt), cosh + half * sinh, across * sinh, back * sinh, cosh - half * sinh,
                keep_w, np.sqrt(keep_w), self.a, self.b, self.resistance / (1.0 + self.a * np.asarray(self.resistance)))

    def initial(self, n, key):
        """At rest, not refractory, not adapted."""
        return self.v_rest, 0.0, 0.0

    @step_kernel
    def step(state, coefficients, current, conductance, spikes, dt, key):
        v, refractory, w = rows(state, 3)
        g, driving = rows(conductance, 2)
        (_, _, leak, charge, v_rest, v_threshold, v_reset, reset_fraction, refractory_steps, v_floor, noise_std,
         v_to_v, w_to_v, v_to_w, w_to_w, keep_w, half_w, a, b, stationary) = rows(coefficients, 20)
        add_noise(v, noise_std, key)
        for i in range(v.size):
            if g.size > 0:
                middle = exponential_euler(w[i], a[i] * (v[i] - v_rest[i]), half_w[i])
                u = lif_step_conductance(v[i], current[i] - middle, g[i], driving[i], leak[i], charge[i], v_rest[i])
                x = exponential_euler(middle, a[i] * (u - v_rest[i]), half_w[i])
            else:
                rise = stationary[i] * current[i]
                far, more = v[i] - v_rest[i] - rise, w[i] - a[i] * rise
                u = v_rest[i] + rise + v_to_v[i] * far + w_to_v[i] * more
                x = a[i] * rise + v_to_w[i] * far + w_to_w[i] * more
            is_refractory = refractory[i] > 0.0
            held = v_reset[i] + reset_fraction[i] * (v[i] - v_reset[i])
            u = held if is_refractory else max(u, v_floor[i])
            x = exponential_euler(w[i], a[i] * (held - v_rest[i]), keep_w[i]) if is_refractory else x
            has_spiked = u >= v_threshold[i] and not is_refractory
            v[i] = v_reset[i] + reset_fraction[i] * (u - v_threshold[i]) if has_spiked else u
            w[i] = x + b[i] if has_spiked else x
            refractory[i] = refractory_steps[i] if has_spiked else max(refractory[i] - 1.0, 0.0)
            spikes[i] = has_spiked
