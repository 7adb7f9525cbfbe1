"""The generalized integrate-and-fire neuron: escape noise, an adaptation current and a moving threshold."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numba.extending import register_jitable

from .._util import checks
from .._util.typing import Scalar
from ..engine.plugin import NeuronModel, rows, step_kernel
from ..engine.random import exponential, uniform
from ._integration import escape_fraction, expected_spikes, phi
from ._units import warn_if_volts


@register_jitable
def adapting_step(v, w, current, g, time, membrane, rate_w):
    """Return v after `time` under a constant current and conductance and a decaying w: the exact solution."""
    rate, resistance, v_rest = membrane
    leak = 1.0 + resistance * g
    a, b = rate * leak * time, rate_w * time
    target = (v_rest + resistance * current) / leak
    adaptation = resistance * rate * time * w * math.exp(-min(a, b)) * phi(-abs(a - b))
    return target + (v - target) * math.exp(-a) - adaptation


@register_jitable
def escaping_step(v, w, theta, refractory, needed, current, g, dt, membrane, spike, escape, adaptation):
    """Return (v, w, theta, refractory, has_spiked) after a step in which a spike or the end of the refractory
    period may occur.

    The neuron spikes at the time at which the integral of the escape rate over the step reaches `needed`; it
    is reset there and integrated over the rest of the step, in which it does not spike again.
    """
    v_reset, refractory_steps = spike
    v_threshold, width, escape_rate = escape
    rate_w, b, rate_theta, threshold_step = adaptation
    has_spiked, left = False, dt
    while True:
        if refractory > 0.0:
            v, held = v_reset, min(refractory * dt, left)
            w, theta = w * math.exp(-held * rate_w), theta * math.exp(-held * rate_theta)
            refractory = max(refractory - left / dt, 0.0)
            left -= held
        if left <= 0.0:
            return v, w, theta, refractory, has_spiked
        u = adapting_step(v, w, current, g, left, membrane, rate_w)
        later = theta * math.exp(-left * rate_theta)
        before, after = (v - v_threshold - theta) / width, (u - v_threshold - later) / width
        scale = escape_rate * left
        if has_spiked or needed >= expected_spikes(before, after, scale):
            return u, w * math.exp(-left * rate_w), later, refractory, has_spiked
        elapsed = left * escape_fraction(needed, before, after, scale)
        w = w * math.exp(-elapsed * rate_w) + b
        theta = theta * math.exp(-elapsed * rate_theta) + threshold_step
        v, refractory, has_spiked = v_reset, refractory_steps, True
        left -= elapsed


@dataclass(frozen=True, eq=False)
class GIF(NeuronModel):
    r"""Generalized integrate-and-fire neuron: a leaky membrane with escape noise, an adaptation current w and
    a moving threshold.

    .. math::

        \tau_m \frac{dv}{dt} &= -(v - v_\mathrm{rest}) + R (I - w) + R \sum g (E - v) \\
        \tau_w \frac{dw}{dt} &= -w, \qquad \tau_\theta \frac{d\theta}{dt} = -\theta \\
        \rho(t) &= \rho_0 \exp\frac{v - v_\mathrm{threshold} - \theta}{\Delta}

    The neuron spikes at random at the rate ρ (escape noise): with probability 1 - exp(-∫ρ dt) in a step. A
    spike increases w by b and θ by ``threshold_step``, and holds v at ``v_reset`` for ``t_refractory``. With
    b = 0 and ``threshold_step=0`` it is the leaky integrate-and-fire neuron with escape noise; Δ towards zero
    makes the threshold sharp.

    v, w and θ are integrated exactly for inputs that are constant over a step, and ∫ρ dt is of second order.
    The time of the spike is found inside the step: v is reset there, and the rest of the step is integrated
    from there; so does the end of the refractory period. The spike is stamped with its step, and there is at
    most one per step, so that a step must be short compared with 1/ρ after the refractory period.

    Every field is one number or one value per neuron.

    Parameters
    ----------
    tau_m : Scalar, default 20.0
        ms: membrane time constant.
    resistance : Scalar, default 10.0
        MΩ: input resistance.
    v_rest : Scalar, default -65.0
        mV: resting potential.
    v_threshold : Scalar, default -50.0
        mV: potential at which the escape rate of an unadapted neuron is ``escape_rate``.
    v_reset : Scalar, default -65.0
        mV: potential after a spike.
    t_refractory : Scalar, default 2.0
        ms: absolute refractory period.
    escape_rate : Scalar, default 100.0
        Hz: rate of spikes at threshold, ρ₀.
    escape_width : Scalar, default 2.0
        mV: range of potentials over which the rate grows e-fold, Δ.
    tau_w : Scalar, default 100.0
        ms: time constant of the adaptation current.
    b : Scalar, default 0.1
        nA: increase of the adaptation current at a spike.
    tau_threshold : Scalar, default 50.0
        ms: decay time constant of the threshold increase.
    threshold_step : Scalar, default 2.0
        mV: increase of the threshold at a spike.

    Raises
    ------
    ValueError
        If a field is out of range; the message names the field.

    References
    ----------
    Mensi, Naud, Pozzorini, Avermann, Petersen & Gerstner, J. Neurophysiol. 107:1756 (2012); Gerstner et al.,
    *Neuronal Dynamics* (2014), sections 6.4 and 9.1.

    Examples
    --------
    Spikes of 100 neurons in the first and in the fifth 100 ms:

    >>> from spikingnn import GIF, Network, NeuronGroup, SpikeMonitor
    >>> neurons = NeuronGroup(100, GIF(b=0.3))
    >>> spikes = SpikeMonitor(neurons)
    >>> Network(neurons, spikes, seed=1).run(500.0, inputs={neurons: 3.0})
    >>> int((spikes.t < 100.0).sum()), int((spikes.t >= 400.0).sum())
    (373, 292)
    """

    tau_m: Scalar = 20.0
    """ms: membrane time constant."""
    resistance: Scalar = 10.0
    """MΩ: input resistance."""
    v_rest: Scalar = -65.0
    """mV: resting potential."""
    v_threshold: Scalar = -50.0
    """mV: potential at which the escape rate of an unadapted neuron is ``escape_rate``."""
    v_reset: Scalar = -65.0
    """mV: potential after a spike."""
    t_refractory: Scalar = 2.0
    """ms: absolute refractory period."""
    escape_rate: Scalar = 100.0
    """Hz: rate of spikes at threshold, ρ₀."""
    escape_width: Scalar = 2.0
    """mV: range of potentials over which the rate grows e-fold, Δ."""
    tau_w: Scalar = 100.0
    """ms: time constant of the adaptation current."""
    b: Scalar = 0.1
    """nA: increase of the adaptation current at a spike."""
    tau_threshold: Scalar = 50.0
    """ms: decay time constant of the threshold increase."""
    threshold_step: Scalar = 2.0
    """mV: increase of the threshold at a spike."""

    states: ClassVar[tuple[str, ...]] = ("v", "refractory", "w", "theta")
    conductances: ClassVar[bool] = True

    def __post_init__(self) -> None:
        checks.validate_fields(self, checks.positive, "tau_m", "resistance", "escape_rate", "escape_width",
                               "tau_w", "tau_threshold")
        checks.validate_fields(self, checks.number, "v_rest", "v_threshold", "v_reset", "b", "threshold_step")
        checks.validate_fields(self, checks.non_negative, "t_refractory")
        checks.warn_if_seconds(self, "tau_m", "tau_w", "tau_threshold")
        warn_if_volts(self, "v_rest", "v_threshold", "v_reset")

    def step_coefficients(self, dt: float) -> tuple[Scalar, ...]:
        """Return what `step` unpacks for a step of `dt` ms."""
        tau_m, tau_w, tau_theta = (np.asarray(tau) for tau in (self.tau_m, self.tau_w, self.tau_threshold))
        resistance, decay, decay_w = np.asarray(self.resistance), np.exp(-dt / tau_m), np.exp(-dt / tau_w)
        with np.errstate(invalid="ignore", divide="ignore"):
            apart = (decay - decay_w) * tau_w / (tau_m - tau_w)
        w_to_v = resistance * np.where(np.abs(tau_m - tau_w) > 1e-6 * tau_m, apart, dt / tau_m * decay)
        return (1.0 / tau_m, resistance, self.v_rest, self.v_reset, np.asarray(self.t_refractory) / dt,
                self.v_threshold, self.escape_width, np.asarray(self.escape_rate) / 1000.0, 1.0 / tau_w,
                self.b, 1.0 / tau_theta, self.threshold_step, decay, resistance * -np.expm1(-dt / tau_m),
                w_to_v, decay_w, np.exp(-dt / tau_theta))

    def initial(self, n: int, key: np.uint64) -> tuple[Scalar, ...]:
        """Start at rest, not refractory and not adapted."""
        return self.v_rest, 0.0, 0.0, 0.0

    @step_kernel(draws_per_unit=1)
    def step(state, coefficients, current, conductance, spikes, dt, key):
        v, refractory, w, theta = rows(state, 4)
        g, driving = rows(conductance, 2)
        (rate, resistance, v_rest, v_reset, refractory_steps, v_threshold, width, escape_rate, rate_w, b,
         rate_theta, threshold_step, decay, gain, w_to_v, decay_w, decay_theta) = rows(coefficients, 17)
        for i in range(v.size):
            u = v_rest[i] + (v[i] - v_rest[i]) * decay[i] + gain[i] * current[i] - w_to_v[i] * w[i]
            if g.size > 0:
                membrane = (rate[i], resistance[i], v_rest[i])
                u = adapting_step(v[i], w[i], current[i] + driving[i], g[i], dt, membrane, rate_w[i])
            later = theta[i] * decay_theta[i]
            before = (v[i] - v_threshold[i] - theta[i]) / width[i]
            after = (u - v_threshold[i] - later) / width[i]
            expected = expected_spikes(before, after, escape_rate[i] * dt)
            is_refractory = refractory[i] >= 1.0
            is_uneventful = is_refractory or (refractory[i] <= 0.0 and uniform(key, i) >= expected)
            v[i] = v_reset[i] if is_refractory else u if is_uneventful else v[i]
            w[i] *= decay_w[i] if is_uneventful else 1.0
            theta[i] *= decay_theta[i] if is_uneventful else 1.0
            refractory[i] -= 1.0 if is_refractory else 0.0
            spikes[i] = not is_uneventful
        for i in range(v.size):
            if spikes[i]:                       # a spike or the end of the refractory period may occur
                shunt, drive = (g[i], current[i] + driving[i]) if g.size > 0 else (0.0, current[i])
                v[i], w[i], theta[i], refractory[i], spikes[i] = escaping_step(
                    v[i], w[i], theta[i], refractory[i], exponential(key, i), drive, shunt, dt,
                    (rate[i], resistance[i], v_rest[i]), (v_reset[i], refractory_steps[i]),
                    (v_threshold[i], width[i], escape_rate[i]),
                    (rate_w[i], b[i], rate_theta[i], threshold_step[i]))
