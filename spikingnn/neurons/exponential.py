"""The exponential integrate-and-fire neuron."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from .._util import checks
from ..engine.plugin import NeuronModel, rows, step_kernel
from ._integration import exponential_step, spiking_step


ESCAPE = 0.5                    # dt·(derivative of the upstroke) from which a step is taken in e^(-v/Δ)


def millivolts(model, *names):
    """Warn where a negative potential is so small that it was probably meant in volts."""
    for name in names:
        value = np.asarray(getattr(model, name))
        if np.any((-0.2 < value) & (value < 0)):
            checks.warn_unit(model, name, getattr(model, name), "volts (potentials are in mV)", f"{1000 * float(value.min()):g}")


@dataclass(frozen=True, eq=False)
class ExponentialIF(NeuronModel):
    """Exponential integrate-and-fire neuron, whose upstroke starts by itself near v_threshold:

        tau_m dv/dt = -(v - v_rest) + Δ exp((v - v_threshold) / Δ) + R·I + R·Σ g (E - v),    Δ = sharpness

    Where v reaches v_peak inside a step, the neuron spikes: v = v_reset for t_refractory, which need not be
    whole steps, and the rest of the step goes on from there. The spike is stamped with its step, and delays
    do not add up. One spike per step: if v reaches v_peak a second time, it waits there for the next step.
    v_threshold is where a constant current must bring v for a spike to follow: the least such current is
    (v_threshold - v_rest - sharpness)/R. Integrated by the exponential Rosenbrock–Euler step, of second order
    and exact where the exponential is negligible; on the upstroke in the variable e^(-v/Δ), in which it is
    nearly linear.

    Each field is a scalar or an (n,) array. ValueError names the field that is out of range.
    Source: Fourcaud-Trocmé, Hansel, van Vreeswijk & Brunel, J. Neurosci. 23:11628 (2003); integration: Hochbruck &
    Ostermann, Acta Numerica 19:209 (2010).
    """

    tau_m: float = 20.0
    """ms: membrane time constant."""
    resistance: float = 10.0
    """MΩ: input resistance."""
    v_rest: float = -65.0
    """mV: resting potential."""
    v_threshold: float = -50.0
    """mV: where the upstroke starts."""
    sharpness: float = 2.0
    """mV: width of the start of the upstroke."""
    v_peak: float = 0.0
    """mV: where the spike is cut."""
    v_reset: float = -65.0
    """mV: potential after a spike."""
    t_refractory: float = 2.0
    """ms: absolute refractory period."""

    states: ClassVar = ("v", "refractory")
    conductances: ClassVar = True

    def __post_init__(self):
        checks.validate_fields(self, checks.positive, "tau_m", "resistance", "sharpness")
        checks.validate_fields(self, checks.number, "v_rest", "v_threshold", "v_peak", "v_reset")
        checks.validate_fields(self, checks.non_negative, "t_refractory")
        checks.ordered(self, "v_reset", self.v_reset, "v_peak", self.v_peak)
        checks.ordered(self, "v_threshold", self.v_threshold, "v_peak", self.v_peak)
        checks.warn_if_seconds(self, "tau_m")
        millivolts(self, "v_rest", "v_threshold", "v_reset")

    def step_coefficients(self, dt):
        """The step coefficients that `step` unpacks."""
        tau_m, sharpness = np.asarray(self.tau_m), np.asarray(self.sharpness)
        v_escape = self.v_threshold + sharpness * np.log(np.maximum(ESCAPE * tau_m / dt, 1.0))
        return (1.0 / tau_m, self.resistance, self.v_rest, self.v_threshold, sharpness,
                np.minimum(v_escape, self.v_peak), self.v_peak, self.v_reset,
                np.asarray(self.t_refractory) / dt)

    def initial(self, n, key):
        """At rest, not refractory."""
        return self.v_rest, 0.0

    @step_kernel
    def step(state, coefficients, current, conductance, spikes, dt, key):
        v, refractory = rows(state, 2)
        g, driving = rows(conductance, 2)
        (rate, resistance, v_rest, v_threshold, sharpness,
         v_escape, v_peak, v_reset, refractory_steps) = rows(coefficients, 9)
        for i in range(v.size):
            shunt, drive = (g[i], current[i] + driving[i]) if g.size > 0 else (0.0, current[i])
            membrane = (rate[i], resistance[i], v_rest[i], v_threshold[i], sharpness[i])
            u = exponential_step(v[i], drive, shunt, dt, membrane)
            waits = refractory[i] >= 1.0
            plain = waits or (max(u, v[i]) < v_escape[i] and refractory[i] <= 0.0)
            v[i] = v_reset[i] if waits else u if plain else v[i]
            refractory[i] -= 1.0 if waits else 0.0
            spikes[i] = not plain
        for i in range(v.size):
            if spikes[i]:                       # or may do so
                shunt, drive = (g[i], current[i] + driving[i]) if g.size > 0 else (0.0, current[i])
                membrane = (rate[i], resistance[i], v_rest[i], v_threshold[i], sharpness[i])
                spike = (v_escape[i], v_peak[i], v_reset[i], refractory_steps[i])
                v[i], _, refractory[i], spikes[i] = spiking_step(
                    v[i], 0.0, refractory[i], drive, shunt, dt, membrane, spike, (0.0, 0.0, 0.0))
