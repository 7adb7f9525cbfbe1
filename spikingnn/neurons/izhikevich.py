"""Izhikevich's simple model, with the firing patterns that it is known for."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from numba.extending import register_jitable

from .._util import checks
from .._util.typing import Scalar
from ..engine.plugin import NeuronModel, rows, step_kernel
from ._integration import exponential_euler, quadratic_step, short_quadratic_step
from ._units import warn_if_volts


PATTERNS = {                    # a, b, c, d: Izhikevich (2003), figure 2
    "regular spiking":        (0.02, 0.2, -65.0, 8.0),
    "intrinsically bursting": (0.02, 0.2, -55.0, 4.0),
    "chattering":             (0.02, 0.2, -50.0, 2.0),
    "fast spiking":           (0.1, 0.2, -65.0, 2.0),
    "low-threshold spiking":  (0.02, 0.25, -65.0, 2.0),
    "thalamo-cortical":       (0.02, 0.25, -65.0, 0.05),
    "resonator":              (0.1, 0.26, -65.0, 2.0),
}

CURVATURE = 0.04        # 1/(mV·ms): coefficient of v²


@register_jitable
def quadratic_slope(v, u, drive, g):
    """Return dv/dt and its derivative with respect to v."""
    return (CURVATURE * v + 5.0 - g) * v + 140.0 - u + drive, 2.0 * CURVATURE * v + 5.0 - g


@register_jitable
def advance_to_peak(v, u, drive, g, time, v_peak):
    """Return (v, elapsed time) after `time`, or on arrival at v_peak if that is earlier: exact for constant
    u.
    """
    if v >= v_peak:
        return v_peak, 0.0
    slope, jacobian = quadratic_slope(v, u, drive, g)
    return quadratic_step(v, slope, jacobian, CURVATURE, time, v_peak)


@register_jitable
def recovery(u, before, v, drive, g, time, b, half_decay):
    """Return u after the second half of a step in which the potential changed from `before` to v.

    u follows the mean of v, to fourth order: the trapezoidal rule corrected by the slopes at both ends,
    limited to what is possible for a potential that changes monotonically.
    """
    correction = time / 6.0 * (quadratic_slope(v, u, drive, g)[0] - quadratic_slope(before, u, drive, g)[0])
    span = abs(v - before)
    return exponential_euler(u, b * (v - min(max(correction, -span), span)), half_decay)


@register_jitable
def spiking_step(v, u, drive, g, dt, a, b, c, d, v_peak):
    """Return (v, u, has_spiked) after a step of `dt` in which a spike may occur.

    The reset happens at the time at which v reaches v_peak, and the rest of the step is integrated from
    there. There is at most one spike per step: if v reaches v_peak a second time, it stays there until
    the next step.
    """
    has_spiked, left = False, dt
    while True:
        half_decay = math.exp(-0.5 * a * left)
        u_middle = exponential_euler(u, b * v, half_decay)
        x, elapsed = advance_to_peak(v, u_middle, drive, g, left, v_peak)
        if x < v_peak or has_spiked:
            return x, recovery(u_middle, v, x, drive, g, left, b, half_decay), has_spiked
        half_decay = math.exp(-0.5 * a * elapsed)
        v = min(v, v_peak)
        u = recovery(exponential_euler(u, b * v, half_decay), v, v_peak, drive, g, elapsed, b, half_decay) + d
        v, has_spiked = c, True
        left -= elapsed


@dataclass(frozen=True, eq=False)
class Izhikevich(NeuronModel):
    r"""Izhikevich's neuron with a quadratic upstroke and one slow recovery variable u.

    .. math::

        \frac{dv}{dt} &= 0.04 v^2 + 5 v + 140 - u + \left(I + \sum g (E - v)\right) / C \\
        \frac{du}{dt} &= a (b v - u)

    Where v reaches ``v_peak`` the neuron spikes: v is set to c and u increases by d. With C = 1 nF a
    current in nA has the value of the paper's current. ``Izhikevich.pattern("chattering")`` gives the
    parameter sets of the paper.

    A step is half a step of u, the exact solution of v and half a step of u (Strang splitting), of second
    order between spikes. The reset happens at the time at which v reaches ``v_peak`` inside a step, and
    the rest of the step is integrated from there. The spike is stamped with its step, and errors of spike
    times do not accumulate. There is at most one spike per step: if v reaches ``v_peak`` a second time,
    it stays there until the next step. (The program in the paper takes two Euler half-steps of v per 1
    ms; it is of first order and behaves like another neuron where v is steep.) The neuron starts at its
    resting point, or at v = c if it has none.

    Every field is one number or one value per neuron.

    Parameters
    ----------
    a : Scalar, default 0.02
        1/ms: rate of recovery.
    b : Scalar, default 0.2
        1/ms: sensitivity of the recovery variable to the potential.
    c : Scalar, default -65.0
        mV: potential after a spike, below ``v_peak``.
    d : Scalar, default 8.0
        mV/ms: increase of the recovery variable at a spike.
    v_peak : Scalar, default 30.0
        mV: potential at which the spike is registered and v is reset.
    capacitance : Scalar, default 1.0
        nF: membrane capacitance C, by which input currents are divided.

    Raises
    ------
    ValueError
        If a field is out of range; the message names the field.

    References
    ----------
    Izhikevich, IEEE Trans. Neural Networks 14:1569 (2003).

    Examples
    --------
    >>> from spikingnn import Izhikevich, simulate
    >>> simulate(Izhikevich.pattern("chattering"), 10.0, 60.0).spikes.round(1)
    array([ 3.4,  4.7,  6.2,  7.8,  9.6, 11.8, 14.4, 19.4])
    """

    a: Scalar = 0.02
    """1/ms: rate of recovery."""
    b: Scalar = 0.2
    """1/ms: sensitivity of the recovery variable to the potential."""
    c: Scalar = -65.0
    """mV: potential after a spike, below ``v_peak``."""
    d: Scalar = 8.0
    """mV/ms: increase of the recovery variable at a spike."""
    v_peak: Scalar = 30.0
    """mV: potential at which the spike is registered and v is reset."""
    capacitance: Scalar = 1.0
    """nF: membrane capacitance C, by which input currents are divided."""

    states: ClassVar[tuple[str, ...]] = ("v", "u")
    conductances: ClassVar[bool] = True
    patterns: ClassVar[tuple[str, ...]] = tuple(PATTERNS)

    def __post_init__(self) -> None:
        checks.validate_fields(self, checks.positive, "a", "capacitance")
        checks.validate_fields(self, checks.number, "b", "c", "d", "v_peak")
        checks.ordered(self, "c", self.c, "v_peak", self.v_peak)
        warn_if_volts(self, "c")

    @classmethod
    def pattern(cls, name: str, **changes: Scalar) -> Self:
        """Return the neuron that shows a firing pattern of Izhikevich (2003), figure 2.

        Parameters
        ----------
        name : str
            Firing pattern, one of ``Izhikevich.patterns``.
        **changes : Scalar
            Fields that differ from the published set.

        Raises
        ------
        ValueError
            If there is no pattern of that name.

        Examples
        --------
        >>> from spikingnn import Izhikevich
        >>> Izhikevich.pattern("fast spiking").a
        0.1
        """
        values = PATTERNS[checks.one_of(cls.__name__, "pattern", name, PATTERNS)]
        fields: dict[str, Scalar] = dict(zip("abcd", values))
        return cls(**{**fields, **changes})

    def step_coefficients(self, dt: float) -> tuple[Scalar, ...]:
        """Return half a step's decay of u, then the fields that `step` unpacks."""
        return (np.exp(-0.5 * dt * np.asarray(self.a)), self.a, self.b, self.c, self.d,
                self.v_peak, 1.0 / np.asarray(self.capacitance))

    def initial(self, n: int, key: np.uint64) -> tuple[Scalar, ...]:
        """Start at the lower root of 0.04 v² + (5 - b) v + 140 = 0, the resting point."""
        linear = 5.0 - np.asarray(self.b)
        inside = linear * linear - 4.0 * 0.04 * 140.0
        v = np.where(inside >= 0.0, -(linear + np.sqrt(np.maximum(inside, 0.0))) / 0.08, self.c)
        return v, np.asarray(self.b) * v

    @step_kernel(draws_per_unit=0)
    def step(state, coefficients, current, conductance, spikes, dt, key):
        v, u = rows(state, 2)
        g, driving = rows(conductance, 2)
        half_decay, a, b, c, d, v_peak, elastance = rows(coefficients, 7)
        for i in range(v.size):     # without branches, so that the loop is vectorised
            shunt, drive = (elastance[i] * g[i], current[i] + driving[i]) if g.size > 0 else (0.0, current[i])
            u_middle = exponential_euler(u[i], b[i] * v[i], half_decay[i])
            slope, jacobian = quadratic_slope(v[i], u_middle, elastance[i] * drive, shunt)
            x, q = short_quadratic_step(v[i], slope, jacobian, CURVATURE, dt)
            is_uneventful = abs(q) <= 1.0 and max(x, v[i]) < v_peak[i]
            recovered = recovery(u_middle, v[i], x, elastance[i] * drive, shunt, dt, b[i], half_decay[i])
            u[i] = recovered if is_uneventful else u[i]
            v[i] = x if is_uneventful else v[i]
            spikes[i] = not is_uneventful
        for i in range(v.size):
            if spikes[i]:
                shunt, drive = 0.0, current[i]
                if g.size > 0:
                    shunt, drive = elastance[i] * g[i], current[i] + driving[i]
                v[i], u[i], spikes[i] = spiking_step(
                    v[i], u[i], elastance[i] * drive, shunt, dt, a[i], b[i], c[i], d[i], v_peak[i])
