"""The Hodgkin–Huxley neuron of the squid's giant axon."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numba.extending import register_jitable

from .._util import checks
from .._util.typing import Scalar
from ..engine.plugin import NeuronModel, rows, step_kernel
from ._integration import exponential_euler
from ._units import warn_if_volts


MAX_DISPLACEMENT = 500.0        # mV from rest: beyond it rates are constant, so that no exponential overflows


@register_jitable
def linoid(x):
    """Return x / (1 - e⁻ˣ), with its limit 1 at x = 0."""
    return x / -math.expm1(-x) if abs(x) > 1e-7 else 1.0 + 0.5 * x


@register_jitable
def gate(value, opening, closing, time):
    """Return a gating variable after `time` at constant opening and closing rates: the exact solution."""
    both = opening + closing
    return exponential_euler(value, opening / both, math.exp(-both * time))


@register_jitable
def advance_gates(m, h, n, displacement, time):
    """Return the three gating variables after `time` at a membrane held at `displacement` mV from rest."""
    x = min(max(displacement, -MAX_DISPLACEMENT), MAX_DISPLACEMENT)
    m = gate(m, linoid(0.1 * x - 2.5), 4.0 * math.exp(-x / 18.0), time)
    h = gate(h, 0.07 * math.exp(-x / 20.0), 1.0 / (math.exp(3.0 - 0.1 * x) + 1.0), time)
    n = gate(n, 0.1 * linoid(0.1 * x - 1.0), 0.125 * math.exp(-x / 80.0), time)
    return m, h, n


@dataclass(frozen=True, eq=False)
class HodgkinHuxley(NeuronModel):
    r"""Hodgkin–Huxley neuron with a sodium, a potassium and a leak current.

    .. math::

        C \frac{dv}{dt} &= g_\mathrm{Na} m^3 h (e_\mathrm{Na} - v) + g_\mathrm{K} n^4 (e_\mathrm{K} - v)
        + g_\mathrm{leak} (e_\mathrm{leak} - v) + I + \sum g (E - v) \\
        \frac{dy}{dt} &= q \, (\alpha_y (1 - y) - \beta_y y) \quad \text{for } y = m, h, n,
        \qquad q = 3^{(T - 6.3)/10}

    T is the temperature in °C. The rates in 1/ms, with x = v - v_rest in mV, are::

        α_m = 0.1 (x - 25) / (1 - e^(2.5 - x/10))       β_m = 4 e^(-x/18)
        α_h = 0.07 e^(-x/20)                            β_h = 1 / (e^(3 - x/10) + 1)
        α_n = 0.01 (x - 10) / (1 - e^(1 - x/10))        β_n = 0.125 e^(-x/80)

    A spike is an upward crossing of ``v_threshold``, detected at the end of a step; there is no reset.
    The defaults describe 0.001 cm² of membrane: 1 nF, and a current in nA has the value of the paper's
    µA/cm². A step is half a step of the gates, a step of v and half a step of the gates, each exact
    (Strang splitting): of second order, and v never crosses a reversal potential. Every time step of the
    network is divided into equal substeps of at most ``longest_step``. The neuron starts at ``v_rest``
    with its gates in their steady state.

    Every field but ``longest_step`` is one number or one value per neuron.

    Parameters
    ----------
    capacitance : Scalar, default 1.0
        nF: membrane capacitance.
    g_na : Scalar, default 120.0
        µS: maximal sodium conductance.
    g_k : Scalar, default 36.0
        µS: maximal potassium conductance.
    g_leak : Scalar, default 0.3
        µS: leak conductance.
    e_na : Scalar, default 50.0
        mV: reversal potential of sodium.
    e_k : Scalar, default -77.0
        mV: reversal potential of potassium.
    e_leak : Scalar, default -54.387
        mV: reversal potential of the leak.
    v_rest : Scalar, default -65.0
        mV: potential that the rates refer to.
    v_threshold : Scalar, default 0.0
        mV: potential whose upward crossing counts as a spike.
    temperature : Scalar, default 6.3
        °C: temperature; rates triple every 10 °C.
    longest_step : float, default 0.025
        ms: longest substep of the integration inside one time step.

    Raises
    ------
    ValueError
        If a field is out of range; the message names the field.

    References
    ----------
    Hodgkin & Huxley, J. Physiol. 117:500 (1952), in the sign convention and with the resting potential of
    Dayan & Abbott, *Theoretical Neuroscience* (2001), section 5.6.

    Examples
    --------
    >>> from spikingnn import HodgkinHuxley, simulate
    >>> simulate(HodgkinHuxley(), 10.0, 50.0).spikes.round(1)
    array([ 1.9, 16.8, 31.4, 46.1])
    """

    capacitance: Scalar = 1.0
    """nF: membrane capacitance."""
    g_na: Scalar = 120.0
    """µS: maximal sodium conductance."""
    g_k: Scalar = 36.0
    """µS: maximal potassium conductance."""
    g_leak: Scalar = 0.3
    """µS: leak conductance."""
    e_na: Scalar = 50.0
    """mV: reversal potential of sodium."""
    e_k: Scalar = -77.0
    """mV: reversal potential of potassium."""
    e_leak: Scalar = -54.387
    """mV: reversal potential of the leak."""
    v_rest: Scalar = -65.0
    """mV: potential that the rates refer to."""
    v_threshold: Scalar = 0.0
    """mV: potential whose upward crossing counts as a spike."""
    temperature: Scalar = 6.3
    """°C: temperature; rates triple every 10 °C."""
    longest_step: float = 0.025
    """ms: longest substep of the integration inside one time step."""

    states: ClassVar[tuple[str, ...]] = ("v", "m", "h", "n", "above")
    conductances: ClassVar[bool] = True

    def __post_init__(self) -> None:
        checks.validate_fields(self, checks.positive, "capacitance", "longest_step")
        checks.validate_fields(self, checks.non_negative, "g_na", "g_k", "g_leak")
        checks.validate_fields(self, checks.number, "e_na", "e_k", "e_leak", "v_rest", "v_threshold",
                               "temperature")
        if not isinstance(self.longest_step, float):
            checks.fail(self, "longest_step", self.longest_step, "one number")
        checks.ordered(self, "v_rest", self.v_rest, "v_threshold", self.v_threshold)
        if np.any((np.asarray(self.temperature) < -50.0) | (np.asarray(self.temperature) > 100.0)):
            wrong = "kelvin (temperatures are in °C)"
            checks.warn_unit(self, "temperature", self.temperature, wrong, "273.15 less")
        warn_if_volts(self, "e_k", "e_leak", "v_rest")

    def step_coefficients(self, dt: float) -> tuple[Scalar, ...]:
        """Return the number of substeps of `dt`, their size for v and for the gates, then the fields that
        `step` unpacks.
        """
        substeps = np.ceil(dt / self.longest_step - 1e-9)
        substep = dt / substeps
        q10_factor = 3.0 ** ((np.asarray(self.temperature) - 6.3) / 10.0)
        return (substeps, substep / np.asarray(self.capacitance), 0.5 * substep * q10_factor,
                self.g_na, self.g_k, self.g_leak,
                self.e_na, self.e_k, self.e_leak, self.v_rest, self.v_threshold)

    def initial(self, n: int, key: np.uint64) -> tuple[Scalar, ...]:
        """Start at v_rest with the gates in their steady state."""
        return (self.v_rest, *advance_gates(0.0, 0.0, 0.0, 0.0, 1e9), 0.0)

    @step_kernel(draws_per_unit=0)
    def step(state, coefficients, current, conductance, spikes, dt, key):
        v, m, h, n, above = rows(state, 5)
        g, driving = rows(conductance, 2)
        (substeps, charge, half_step, g_na, g_k, g_leak, e_na, e_k, e_leak, v_rest,
         v_threshold) = rows(coefficients, 11)
        for i in range(v.size):
            shunt, drive = (g[i], current[i] + driving[i]) if g.size > 0 else (0.0, current[i])
            shunt, drive = shunt + g_leak[i], drive + g_leak[i] * e_leak[i]
            u = v[i]
            x, y, z = advance_gates(m[i], h[i], n[i], u - v_rest[i], half_step[i])
            remaining = substeps[i]
            while remaining > 0.0:
                sodium, potassium = g_na[i] * x * x * x * y, g_k[i] * z * z * z * z
                total = sodium + potassium + shunt
                inward = sodium * e_na[i] + potassium * e_k[i] + drive
                decay = charge[i] * total
                if decay > 1e-12:
                    u = exponential_euler(u, inward / total, math.exp(-decay))
                else:
                    u += charge[i] * inward
                remaining -= 1.0
                gate_step = half_step[i] if remaining == 0.0 else 2.0 * half_step[i]
                x, y, z = advance_gates(x, y, z, u - v_rest[i], gate_step)
            is_above = 1.0 if u >= v_threshold[i] else 0.0
            spikes[i] = is_above > above[i]
            v[i], m[i], h[i], n[i], above[i] = u, x, y, z, is_above
