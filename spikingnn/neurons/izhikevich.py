"""Izhikevich's simple model, with the firing patterns that it is known for."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numba.extending import register_jitable

from .._util import checks
from ..engine.plugin import NeuronModel, rows, step_kernel
from ._integration import exponential_euler, tangent_quotient
from .exponential import millivolts


PATTERNS = {                    # a, b, c, d: Izhikevich (2003), figure 2
    "regular spiking":        (0.02, 0.2, -65.0, 8.0),
    "intrinsically bursting": (0.02, 0.2, -55.0, 4.0),
    "chattering":             (0.02, 0.2, -50.0, 2.0),
    "fast spiking":           (0.1, 0.2, -65.0, 2.0),
    "low-threshold spiking":  (0.02, 0.25, -65.0, 2.0),
    "thalamo-cortical":       (0.02, 0.25, -65.0, 0.05),
    "resonator":              (0.1, 0.26, -65.0, 2.0),
}


CURVATURE = 0.04                # 1/(mV ms) of the parabola


@register_jitable
def quadratic_slope(v, u, drive, g):
    """(dv/dt, its derivative by v) of the membrane."""
    return (CURVATURE * v + 5.0 - g) * v + 140.0 - u + drive, 2.0 * CURVATURE * v + 5.0 - g


@register_jitable
def climb(v, u, drive, g, time, v_peak):
    """(v, elapsed) after `time`, or at v_peak if v arrives there before: the exact solution for constant u.

    With f = dv/dt at v, f' its derivative by v, and S = tan(κ·t)/κ where
    κ² = 0.04·f - f'²/4, v moves by f·S/(1 - f'·S/2).
    """
    if v >= v_peak:
        return v_peak, 0.0
    slope, jacobian = quadratic_slope(v, u, drive, g)
    square = CURVATURE * slope - 0.25 * jacobian * jacobian
    pace = max(math.sqrt(abs(square)), 1e-9)
    rise = v_peak - v
    across = slope + 0.5 * jacobian * rise                  # S is rise / across at v_peak
    arrival = math.inf
    if square > 0.0:
        arrival = math.atan2(pace * rise, across) / pace
    elif across > pace * rise:
        arrival = math.atanh(pace * rise / across) / pace
    if arrival <= time:
        return v_peak, arrival
    quotient = (math.tan(pace * time) if square > 0.0 else math.tanh(pace * time)) / pace
    return min(v + slope * quotient / (1.0 - 0.5 * jacobian * quotient), v_peak), time


@register_jitable
def recovery(u, before, v, drive, g, time, b, half):
    """The second half of a step of u, in which the membrane went from `before` to v.

    u sees the mean of v, to fourth order: the trapezoidal rule corrected by the slopes at both ends,
    as far as the mean of a membrane that moves one way can differ from it.
    """
    bend = time / 6.0 * (quadratic_slope(v, u, drive, g)[0] - quadratic_slope(before, u, drive, g)[0])
    span = abs(v - before)
    return exponential_euler(u, b * (v - min(max(bend, -span), span)), half)


@register_jitable
def spiking_step(v, u, drive, g, dt, a, b, c, d, v_peak):
    """(v, u, fires) after a step of `dt` in which the neuron may spike.

    The reset happens where v arrives at v_peak, and the rest of the step goes on from there. One spike per
    step: if v arrives a second time, it waits at v_peak for the next step.
    """
    has_spiked, left = False, dt
    while True:
        half = math.exp(-0.5 * a * left)
        middle = exponential_euler(u, b * v, half)
        x, elapsed = climb(v, middle, drive, g, left, v_peak)
        if x < v_peak or has_spiked:
            return x, recovery(middle, v, x, drive, g, left, b, half), has_spiked
        half = math.exp(-0.5 * a * elapsed)
        v = min(v, v_peak)
        u = recovery(exponential_euler(u, b * v, half), v, v_peak, drive, g, elapsed, b, half) + d
        v, has_spiked = c, True
        left -= elapsed


@dataclass(frozen=True, eq=False)
class Izhikevich(NeuronModel):
    """Izhikevich's neuron, a quadratic upstroke and one slow recovery variable u:

        dv/dt = 0.04 v² + 5 v + 140 - u + (I + Σ g (E - v)) / C,    du/dt = a·(b·v - u)
        where v reaches v_peak, a spike: v = c and u jumps by d

    With C = 1 nF a current in nA has the paper's number. `Izhikevich.pattern("chattering")` gives the paper's sets.
    Half a step of u, the exact solution of v, half a step of u (Strang splitting): of second order between
    spikes. The reset happens where v reaches v_peak inside a step, and the rest of the step goes on from
    there. The spike is stamped with its step, and delays do not add up. One spike per step: if v reaches
    v_peak a second time, it waits there for the next step. (The paper's own program takes two Euler half
    steps of v in 1 ms; it is of first order, and another neuron where v is steep.) It starts at its resting
    point, or at v = c if it has none.
    Each field is a scalar or an (n,) array. ValueError names the field that is out of range.
    Source: Izhikevich, IEEE Trans. Neural Networks 14:1569 (2003).
    """

    a: float = 0.02
    """1/ms: rate of recovery."""
    b: float = 0.2
    """1/ms: how much v drives the recovery."""
    c: float = -65.0
    """mV: potential after a spike."""
    d: float = 8.0
    """mV/ms jump of the recovery at a spike."""
    v_peak: float = 30.0
    """mV: where the spike is cut."""
    capacitance: float = 1.0
    """nF: of the membrane."""

    states: ClassVar = ("v", "u")
    conductances: ClassVar = True
    patterns: ClassVar = tuple(PATTERNS)

    def __post_init__(self):
        checks.validate_fields(self, checks.positive, "a", "capacitance")
        checks.validate_fields(self, checks.number, "b", "c", "d", "v_peak")
        checks.ordered(self, "c", self.c, "v_peak", self.v_peak)
        millivolts(self, "c")

    @classmethod
    def pattern(cls, name, **changes):
        """The paper's neuron called `name`, one of `Izhikevich.patterns`."""
        values = PATTERNS[checks.one_of(cls.__name__, "pattern", name, PATTERNS)]
        return cls(**{**dict(zip("abcd", values)), **changes})

    def step_coefficients(self, dt):
        """Half a step of the recovery, then the fields that `step` unpacks."""
        return (np.exp(-0.5 * dt * np.asarray(self.a)), self.a, self.b, self.c, self.d,
                self.v_peak, 1.0 / np.asarray(self.capacitance))

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
        half, a, b, c, d, v_peak, elastance = rows(coefficients, 7)
        for i in range(v.size):     # without branches, so that it is vectorised
            shunt, drive = (elastance[i] * g[i], current[i] + driving[i]) if g.size > 0 else (0.0, current[i])
            middle = exponential_euler(u[i], b[i] * v[i], half[i])
            slope, jacobian = quadratic_slope(v[i], middle, elastance[i] * drive, shunt)
            q = (CURVATURE * slope - 0.25 * jacobian * jacobian) * dt * dt
            above, below = tangent_quotient(q)
            x = v[i] + dt * slope * above / max(below - 0.5 * dt * jacobian * above, 1e-6)
            plain = abs(q) <= 1.0 and max(x, v[i]) < v_peak[i]
            recovered = recovery(middle, v[i], x, elastance[i] * drive, shunt, dt, b[i], half[i])
            u[i] = recovered if plain else u[i]
            v[i] = x if plain else v[i]
            spikes[i] = not plain
        for i in range(v.size):
            if spikes[i]:
                shunt, drive = 0.0, current[i]
                if g.size > 0:
                    shunt, drive = elastance[i] * g[i], current[i] + driving[i]
                v[i], u[i], spikes[i] = spiking_step(
                    v[i], u[i], elastance[i] * drive, shunt, dt, a[i], b[i], c[i], d[i], v_peak[i])
