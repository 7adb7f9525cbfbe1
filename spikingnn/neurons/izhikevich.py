"""Izhikevich's simple model, with the firing patterns that it is known for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..core import checks
from ..core.plugin import NeuronModel, rows, step_kernel
from .adex import approached
from .exponential import millivolts, rosenbrock

PATTERNS = {                    # a, b, c, d: Izhikevich (2003), figure 2
    "regular spiking":        (0.02, 0.2, -65.0, 8.0),
    "intrinsically bursting": (0.02, 0.2, -55.0, 4.0),
    "chattering":             (0.02, 0.2, -50.0, 2.0),
    "fast spiking":           (0.1, 0.2, -65.0, 2.0),
    "low-threshold spiking":  (0.02, 0.25, -65.0, 2.0),
    "thalamo-cortical":       (0.02, 0.25, -65.0, 0.05),
    "resonator":              (0.1, 0.26, -65.0, 2.0),
}


@dataclass(frozen=True, eq=False)
class Izhikevich(NeuronModel):
    """Izhikevich's neuron, a quadratic upstroke and one slow recovery variable u:

        dv/dt = 0.04 v² + 5 v + 140 - u + (I + Σ g (E - v)) / C,    du/dt = a·(b·v - u)
        where v has reached v_peak at the end of a step, a spike: v = c and u jumps by d

    With C = 1 nF a current in nA has the paper's number. `Izhikevich.pattern("chattering")` gives the paper's sets.
    Half a step of u, an exponential Rosenbrock–Euler step of v, half a step of u (Strang splitting): of second order
    between spikes; the spikes lie on the grid. (The paper's own program takes two Euler half steps of v in 1 ms; it is
    of first order, and another neuron where v is steep.) It starts at its resting point, or at v = c if it has none.
    Each field is a scalar or an (n,) array. ValueError names the field that is out of range.
    Source: Izhikevich, IEEE Trans. Neural Networks 14:1569 (2003).
    """

    a: float = 0.02                 # 1/ms  rate of recovery
    b: float = 0.2                  # 1/ms  how much v drives the recovery
    c: float = -65.0                # mV    potential after a spike
    d: float = 8.0                  # mV/ms jump of the recovery at a spike
    v_peak: float = 30.0            # mV    where the spike is cut
    capacitance: float = 1.0        # nF    of the membrane

    states: ClassVar = ("v", "u")
    conductances: ClassVar = True
    patterns: ClassVar = tuple(PATTERNS)

    def __post_init__(self):
        checks.take(self, checks.positive, "a", "capacitance")
        checks.take(self, checks.number, "b", "c", "d", "v_peak")
        checks.ordered(self, "c", self.c, "v_peak", self.v_peak)
        millivolts(self, "c")

    @classmethod
    def pattern(cls, name, **changes):
        """The paper's neuron called `name`, one of `Izhikevich.patterns`."""
        values = PATTERNS[checks.one_of(cls.__name__, "pattern", name, PATTERNS)]
        return cls(**{**dict(zip("abcd", values)), **changes})

    def calibrate(self, dt):
        """Half a step of the recovery, then the fields that `step` unpacks."""
        return np.exp(-0.5 * dt * np.asarray(self.a)), self.b, self.c, self.d, self.v_peak, 1.0 / np.asarray(self.capacitance)

    def initial(self, n, key):
        """The lower root of 0.04 v² + (5 - b) v + 140 = 0, where v and u stand still."""
        linear = 5.0 - np.asarray(self.b)
        inside = linear * linear - 4.0 * 0.04 * 140.0
        v = np.where(inside >= 0.0, -(linear + np.sqrt(np.maximum(inside, 0.0))) / 0.08, self.c)
        return v, self.b * v

    @step_kernel
    def step(state, coefficients, current, conductance, spikes, dt, key):
        v, u = rows(state, 2)
        g, driving = rows(conductance, 2)
        half, b, c, d, v_peak, elastance = rows(coefficients, 6)
        for i in range(v.size):
            shunt, drive = (elastance[i] * g[i], current[i] + driving[i]) if g.size > 0 else (0.0, current[i])
            middle = approached(u[i], b[i] * v[i], half[i])
            slope = (0.04 * v[i] + 5.0 - shunt) * v[i] + 140.0 - middle + elastance[i] * drive
            x = rosenbrock(v[i], slope, 0.08 * v[i] + 5.0 - shunt, dt)
            fires = x >= v_peak[i]
            x = c[i] if fires else x                        # the cut spike's height must not enter u
            u[i] = approached(middle, b[i] * x, half[i]) + (d[i] if fires else 0.0)
            v[i] = x
            spikes[i] = fires
