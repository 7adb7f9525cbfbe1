"""The Hodgkin–Huxley neuron of the squid's giant axon."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numba.extending import register_jitable

from .._util import checks
from ..engine.plugin import NeuronModel, rows, step_kernel
from ._integration import exponential_euler
from .exponential import millivolts


FARTHEST = 500.0                # mV    from rest: beyond it the rates are those at it, so that no exponential overflows


@register_jitable
def linoid(x):
    """x / (1 - e⁻ˣ), also at its removable singularity x = 0."""
    return x / -math.expm1(-x) if abs(x) > 1e-7 else 1.0 + 0.5 * x


@register_jitable
def gate(value, opening, closing, time):
    """A gate after `time` at rates that stand still: the exact solution."""
    both = opening + closing
    return exponential_euler(value, opening / both, math.exp(-both * time))


@register_jitable
def gated(m, h, n, displacement, time):
    """The three gates after `time` at a membrane held at `displacement` from rest, in mV."""
    x = min(max(displacement, -FARTHEST), FARTHEST)
    m = gate(m, linoid(0.1 * x - 2.5), 4.0 * math.exp(-x / 18.0), time)
    h = gate(h, 0.07 * math.exp(-x / 20.0), 1.0 / (math.exp(3.0 - 0.1 * x) + 1.0), time)
    n = gate(n, 0.1 * linoid(0.1 * x - 1.0), 0.125 * math.exp(-x / 80.0), time)
    return m, h, n


@dataclass(frozen=True, eq=False)
class HodgkinHuxley(NeuronModel):
    """Hodgkin and Huxley's neuron with a sodium, a potassium and a leak current; rates in 1/ms, x = v - v_rest in mV:

        C dv/dt = g_na m³h (e_na - v) + g_k n⁴ (e_k - v) + g_leak (e_leak - v) + I + Σ g (E - v)
        dy/dt = q·(α_y (1 - y) - β_y y)  for y = m, h, n,        q = 3^((temperature - 6.3) / 10)
        α_m = 0.1 (x - 25) / (1 - e^(2.5 - x/10)),    α_h = 0.07 e^(-x/20),              α_n = 0.01 (x - 10) / (1 - e^(1 - x/10))
        β_m = 4 e^(-x/18),                            β_h = 1 / (e^(3 - x/10) + 1),      β_n = 0.125 e^(-x/80)

    A spike is an upward crossing of v_threshold, seen at the end of a step; there is no reset. The defaults are 0.001 cm²
    of membrane: 1 nF, and a current in nA has the number of the paper's µA/cm². Half a step of the gates, a step of v,
    half a step of the gates, each exact (Strang splitting): of second order, and v never crosses a reversal potential.
    Inside, a step of the network is divided into equal steps of at most longest_step. The neuron starts at v_rest with
    its gates settled.
    Each field but longest_step is a scalar or an (n,) array. ValueError names the field that is out of range.
    Source: Hodgkin & Huxley, J. Physiol. 117:500 (1952), in the sign and rest of Dayan & Abbott, Theoretical
    Neuroscience (2001), section 5.6.
    """

    capacitance: float = 1.0
    """nF: of the membrane."""
    g_na: float = 120.0
    """µS: largest sodium conductance."""
    g_k: float = 36.0
    """µS: largest potassium conductance."""
    g_leak: float = 0.3
    """µS: leak conductance."""
    e_na: float = 50.0
    """mV: reversal of sodium."""
    e_k: float = -77.0
    """mV: reversal of potassium."""
    e_leak: float = -54.387
    """mV: reversal of the leak."""
    v_rest: float = -65.0
    """mV: potential that the rates refer to."""
    v_threshold: float = 0.0
    """mV: whose upward crossing is called a spike."""
    temperature: float = 6.3
    """°C: gates are three times as fast 10 °C above."""
    longest_step: float = 0.025
    """ms: of the integration inside one step."""

    states: ClassVar = ("v", "m", "h", "n", "above")
    conductances: ClassVar = True

    def __post_init__(self):
        checks.validate_fields(self, checks.positive, "capacitance", "longest_step")
        checks.validate_fields(self, checks.non_negative, "g_na", "g_k", "g_leak")
        checks.validate_fields(self, checks.number, "e_na", "e_k", "e_leak", "v_rest", "v_threshold", "temperature")
        if not isinstance(self.longest_step, float):
            checks.fail(self, "longest_step", self.longest_step, "one number")
        checks.ordered(self, "v_rest", self.v_rest, "v_threshold", self.v_threshold)
        if np.any((np.asarray(self.temperature) < -50.0) | (np.asarray(self.temperature) > 100.0)):
            checks.warn_unit(self, "temperature", self.temperature, "kelvin (temperatures are in °C)", "273.15 less")
        millivolts(self, "e_k", "e_leak", "v_rest")

    def step_coefficients(self, dt):
        """How many steps inside one of `dt`, their length for v and for the gates, then the fields that `step` unpacks."""
        steps = np.ceil(dt / self.longest_step - 1e-9)
        inner = dt / steps
        pace = 3.0 ** ((np.asarray(self.temperature) - 6.3) / 10.0)
        return (steps, inner / np.asarray(self.capacitance), 0.5 * inner * pace, self.g_na, self.g_k, self.g_leak,
                self.e_na, self.e_k, self.e_leak, self.v_rest, self.v_threshold)

    def initial(self, n, key):
        """At v_rest, the gates where they settle there."""
        return (self.v_rest, *gated(0.0, 0.0, 0.0, 0.0, 1e9), 0.0)

    @step_kernel
    def step(state, coefficients, current, conductance, spikes, dt, key):
        v, m, h, n, above = rows(state, 5)
        g, driving = rows(conductance, 2)
        steps, charge, half, g_na, g_k, g_leak, e_na, e_k, e_leak, v_rest, v_threshold = rows(coefficients, 11)
        for i in range(v.size):
            shunt, drive = (g[i], current[i] + driving[i]) if g.size > 0 else (0.0, current[i])
            shunt, drive = shunt + g_leak[i], drive + g_leak[i] * e_leak[i]
            u = v[i]
            x, y, z = gated(m[i], h[i], n[i], u - v_rest[i], half[i])
            left = steps[i]
            while left > 0.0:
                sodium, potassium = g_na[i] * x * x * x * y, g_k[i] * z * z * z * z
                total = sodium + potassium + shunt
                inward = sodium * e_na[i] + potassium * e_k[i] + drive
                decay = charge[i] * total
                u = exponential_euler(u, inward / total, math.exp(-decay)) if decay > 1e-12 else u + charge[i] * inward
                left -= 1.0
                x, y, z = gated(x, y, z, u - v_rest[i], half[i] if left == 0.0 else 2.0 * half[i])
            high = 1.0 if u >= v_threshold[i] else 0.0
            spikes[i] = high > above[i]
            v[i], m[i], h[i], n[i], above[i] = u, x, y, z, high
