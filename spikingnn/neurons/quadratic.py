"""The quadratic integrate-and-fire neuron."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numba.extending import register_jitable

from .._util import checks
from .._util.typing import Scalar
from ..engine.plugin import NeuronModel, rows, step_kernel
from ._integration import quadratic_step, short_quadratic_step
from ._units import warn_if_volts


@register_jitable
def quadratic_slope(v, drive, g, membrane):
    """Return dv/dt and its derivative with respect to v, under a current and a conductance."""
    rate, resistance, v_rest, v_threshold, curvature = membrane
    slope = curvature * (v - v_rest) * (v - v_threshold) + rate * resistance * (drive - g * v)
    return slope, curvature * (2.0 * v - v_rest - v_threshold) - rate * resistance * g


@register_jitable
def spiking_step(v, refractory, drive, g, dt, membrane, spike):
    """Return (v, refractory, has_spiked) after a step in which a spike or the end of the refractory period
    may occur.

    `spike` is (v_peak, v_reset, refractory_steps); `refractory` counts steps and need not be an integer.
    The reset happens at the time at which v reaches v_peak, and the rest of the step is integrated from
    there. There is at most one spike per step: if v reaches v_peak a second time, it stays there until the
    next step.
    """
    v_peak, v_reset, refractory_steps = spike
    has_spiked, left = False, dt
    while True:
        if refractory > 0.0:
            v, held = v_reset, min(refractory * dt, left)
            refractory = max(refractory - left / dt, 0.0)
            left -= held
        if left <= 0.0:
            return v, refractory, has_spiked
        u, elapsed = v_peak, 0.0
        if v < v_peak:
            slope, jacobian = quadratic_slope(v, drive, g, membrane)
            u, elapsed = quadratic_step(v, slope, jacobian, membrane[4], left, v_peak)
        if u < v_peak or has_spiked:
            return u, refractory, has_spiked
        v, refractory, has_spiked = v_reset, refractory_steps, True
        left -= elapsed


@dataclass(frozen=True, eq=False)
class QuadraticIF(NeuronModel):
    r"""Quadratic integrate-and-fire neuron, the normal form of neurons that start to fire at a rate of zero.

    .. math::

        \tau_m \frac{dv}{dt} = \frac{(v - v_\mathrm{rest}) (v - v_\mathrm{threshold})}
        {v_\mathrm{threshold} - v_\mathrm{rest}} + R I + R \sum g (E - v)

    Near rest it is the leaky membrane of `FirstOrderLIF` with the same ``tau_m`` and ``resistance``. Above
    ``v_threshold`` the potential runs away without input; the neuron spikes where v reaches ``v_peak``, and
    is then held at ``v_reset`` for ``t_refractory``. It fires under currents above
    (v_threshold - v_rest)/(4 R). (With the coefficient a of the textbook's a (v - v_rest) (v - v_threshold),
    ``tau_m`` and ``resistance`` are τ/q and R/q, q = a·(v_threshold - v_rest).)

    A step is the exact solution for inputs that are constant over it. The reset happens at the time at
    which v reaches ``v_peak`` inside a step, and the rest of the step is integrated from there; so does the
    end of the refractory period. The spike is stamped with its step, and errors of spike times do not
    accumulate. There is at most one spike per step.

    Every field is one number or one value per neuron.

    Parameters
    ----------
    tau_m : Scalar, default 20.0
        ms: membrane time constant at rest.
    resistance : Scalar, default 10.0
        MΩ: input resistance at rest.
    v_rest : Scalar, default -65.0
        mV: resting potential.
    v_threshold : Scalar, default -50.0
        mV: potential above which v runs away without input, above ``v_rest``.
    v_peak : Scalar, default 0.0
        mV: potential at which the spike is registered and v is reset.
    v_reset : Scalar, default -65.0
        mV: potential after a spike, below ``v_peak``.
    t_refractory : Scalar, default 2.0
        ms: absolute refractory period.

    Raises
    ------
    ValueError
        If a field is out of range; the message names the field.

    References
    ----------
    Latham, Richmond, Nelson & Nirenberg, J. Neurophysiol. 83:808 (2000); Gerstner et al., *Neuronal
    Dynamics* (2014), section 5.3.

    Examples
    --------
    >>> from spikingnn import QuadraticIF, simulate
    >>> simulate(QuadraticIF(), 1.0, 200.0).spikes.round(1)
    array([ 63.9, 129.8, 195.7])
    """

    tau_m: Scalar = 20.0
    """ms: membrane time constant at rest."""
    resistance: Scalar = 10.0
    """MΩ: input resistance at rest."""
    v_rest: Scalar = -65.0
    """mV: resting potential."""
    v_threshold: Scalar = -50.0
    """mV: potential above which v runs away without input, above ``v_rest``."""
    v_peak: Scalar = 0.0
    """mV: potential at which the spike is registered and v is reset."""
    v_reset: Scalar = -65.0
    """mV: potential after a spike, below ``v_peak``."""
    t_refractory: Scalar = 2.0
    """ms: absolute refractory period."""

    states: ClassVar[tuple[str, ...]] = ("v", "refractory")
    conductances: ClassVar[bool] = True

    def __post_init__(self) -> None:
        checks.validate_fields(self, checks.positive, "tau_m", "resistance")
        checks.validate_fields(self, checks.number, "v_rest", "v_threshold", "v_peak", "v_reset")
        checks.validate_fields(self, checks.non_negative, "t_refractory")
        checks.ordered(self, "v_rest", self.v_rest, "v_threshold", self.v_threshold)
        checks.ordered(self, "v_threshold", self.v_threshold, "v_peak", self.v_peak)
        checks.ordered(self, "v_reset", self.v_reset, "v_peak", self.v_peak)
        checks.warn_if_seconds(self, "tau_m")
        warn_if_volts(self, "v_rest", "v_threshold", "v_reset")

    def step_coefficients(self, dt: float) -> tuple[Scalar, ...]:
        """Return what `step` unpacks for a step of `dt` ms."""
        rate, span = 1.0 / np.asarray(self.tau_m), np.asarray(self.v_threshold) - np.asarray(self.v_rest)
        return (rate, self.resistance, self.v_rest, self.v_threshold, rate / span, self.v_peak, self.v_reset,
                np.asarray(self.t_refractory) / dt)

    def initial(self, n: int, key: np.uint64) -> tuple[Scalar, ...]:
        """Start at rest and not refractory."""
        return self.v_rest, 0.0

    @step_kernel(draws_per_unit=0)
    def step(state, coefficients, current, conductance, spikes, dt, key):
        v, refractory = rows(state, 2)
        g, driving = rows(conductance, 2)
        (rate, resistance, v_rest, v_threshold, curvature, v_peak, v_reset,
         refractory_steps) = rows(coefficients, 8)
        for i in range(v.size):     # without branches, so that the loop is vectorised
            shunt, drive = (g[i], current[i] + driving[i]) if g.size > 0 else (0.0, current[i])
            membrane = (rate[i], resistance[i], v_rest[i], v_threshold[i], curvature[i])
            slope, jacobian = quadratic_slope(v[i], drive, shunt, membrane)
            u, q = short_quadratic_step(v[i], slope, jacobian, curvature[i], dt)
            is_refractory = refractory[i] >= 1.0
            is_below = abs(q) <= 1.0 and max(u, v[i]) < v_peak[i]
            is_uneventful = is_refractory or (is_below and refractory[i] <= 0.0)
            v[i] = v_reset[i] if is_refractory else u if is_uneventful else v[i]
            refractory[i] -= 1.0 if is_refractory else 0.0
            spikes[i] = not is_uneventful
        for i in range(v.size):
            if spikes[i]:                       # a spike or the end of the refractory period may occur
                shunt, drive = (g[i], current[i] + driving[i]) if g.size > 0 else (0.0, current[i])
                membrane = (rate[i], resistance[i], v_rest[i], v_threshold[i], curvature[i])
                spike = (v_peak[i], v_reset[i], refractory_steps[i])
                v[i], refractory[i], spikes[i] = spiking_step(v[i], refractory[i], drive, shunt, dt, membrane,
                                                              spike)
