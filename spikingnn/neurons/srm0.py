"""The spike response model SRM0 with escape noise."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from .._util import checks
from .._util.typing import Scalar
from ..engine.plugin import NeuronModel, rows, step_kernel
from ..engine.random import exponential, uniform
from ._integration import escape_fraction, expected_spikes, lif_step
from ._units import warn_if_volts


@dataclass(frozen=True, eq=False)
class SRM0(NeuronModel):
    r"""Spike response model SRM0: a filtered input, an after-potential η of the last spike, and escape noise.

    .. math::

        v(t) &= h(t) + \eta(t - \hat t), \qquad
        \tau_m \frac{dh}{dt} = -(h - v_\mathrm{rest}) + R I \\
        \eta(s) &= \eta_0 \, e^{-s/\tau_\eta}, \qquad
        \rho(t) = \rho_0 \exp\frac{v - v_\mathrm{threshold}}{\Delta}

    The input potential h is not reset. The after-potential depends on the last spike, at :math:`\hat t`,
    alone, so that the intervals under a constant input are independent (a renewal process). The neuron
    spikes at random at the rate ρ (escape noise), with probability 1 - exp(-∫ρ dt) in a step, and not at all
    for ``t_refractory`` after a spike.

    h and η are integrated exactly for currents that are constant over a step, and ∫ρ dt is of second order.
    The spike occurs at its time inside the step, is stamped with the step, and there is at most one per step.

    Every field is one number or one value per neuron.

    Parameters
    ----------
    tau_m : Scalar, default 20.0
        ms: time constant of the input potential h.
    resistance : Scalar, default 10.0
        MΩ: input resistance.
    v_rest : Scalar, default -65.0
        mV: resting potential.
    v_threshold : Scalar, default -50.0
        mV: potential at which spikes occur at ``escape_rate``.
    t_refractory : Scalar, default 2.0
        ms: absolute refractory period.
    after_potential : Scalar, default -15.0
        mV: after-potential at the time of a spike, η₀.
    tau_after : Scalar, default 20.0
        ms: decay time constant of the after-potential, τ_η.
    escape_rate : Scalar, default 100.0
        Hz: rate of spikes at threshold, ρ₀.
    escape_width : Scalar, default 2.0
        mV: range of potentials over which the rate grows e-fold, Δ.

    Raises
    ------
    ValueError
        If a field is out of range; the message names the field.

    References
    ----------
    Gerstner et al., *Neuronal Dynamics* (2014), sections 6.4 and 9.1; Gerstner & van Hemmen, Network 3:139
    (1992).

    Examples
    --------
    >>> import numpy as np
    >>> from spikingnn import SRM0, Network, NeuronGroup, SpikeMonitor
    >>> from spikingnn.analysis import cv, rates
    >>> neurons = NeuronGroup(100, SRM0())
    >>> spikes = SpikeMonitor(neurons)
    >>> Network(neurons, spikes, seed=1).run(1000.0, inputs={neurons: 1.5})
    >>> round(float(rates(spikes).mean())), round(float(cv(spikes).mean()), 1)
    (20, 0.3)
    """

    tau_m: Scalar = 20.0
    """ms: time constant of the input potential h."""
    resistance: Scalar = 10.0
    """MΩ: input resistance."""
    v_rest: Scalar = -65.0
    """mV: resting potential."""
    v_threshold: Scalar = -50.0
    """mV: potential at which spikes occur at ``escape_rate``."""
    t_refractory: Scalar = 2.0
    """ms: absolute refractory period."""
    after_potential: Scalar = -15.0
    """mV: after-potential at the time of a spike, η₀."""
    tau_after: Scalar = 20.0
    """ms: decay time constant of the after-potential, τ_η."""
    escape_rate: Scalar = 100.0
    """Hz: rate of spikes at threshold, ρ₀."""
    escape_width: Scalar = 2.0
    """mV: range of potentials over which the rate grows e-fold, Δ."""

    states: ClassVar[tuple[str, ...]] = ("v", "refractory", "eta")

    def __post_init__(self) -> None:
        checks.validate_fields(self, checks.positive, "tau_m", "resistance", "tau_after", "escape_rate",
                               "escape_width")
        checks.validate_fields(self, checks.number, "v_rest", "v_threshold", "after_potential")
        checks.validate_fields(self, checks.non_negative, "t_refractory")
        checks.warn_if_seconds(self, "tau_m", "tau_after")
        warn_if_volts(self, "v_rest", "v_threshold")

    def step_coefficients(self, dt: float) -> tuple[Scalar, ...]:
        """Return what `step` unpacks for a step of `dt` ms."""
        tau_m, tau_after = np.asarray(self.tau_m), np.asarray(self.tau_after)
        return (np.exp(-dt / tau_m), np.asarray(self.resistance) * -np.expm1(-dt / tau_m), self.v_rest,
                self.v_threshold, self.escape_width, np.asarray(self.escape_rate) / 1000.0 * dt,
                np.exp(-dt / tau_after), dt / tau_after, self.after_potential,
                np.asarray(self.t_refractory) / dt)

    def initial(self, n: int, key: np.uint64) -> tuple[Scalar, ...]:
        """Start at rest, without an after-potential and not refractory."""
        return self.v_rest, 0.0, 0.0

    @step_kernel(draws_per_unit=1)
    def step(state, coefficients, current, conductance, spikes, dt, key):
        v, refractory, eta = rows(state, 3)
        (decay, gain, v_rest, v_threshold, width, scale, decay_after, rate_after, after_potential,
         refractory_steps) = rows(coefficients, 10)
        for i in range(v.size):
            h = lif_step(v[i] - eta[i], current[i], decay[i], gain[i], v_rest[i])
            eta[i] *= decay_after[i]
            before, after = (v[i] - v_threshold[i]) / width[i], (h + eta[i] - v_threshold[i]) / width[i]
            held = min(refractory[i], 1.0)                          # the refractory part of the step
            free = 1.0 - held
            before += held * (after - before)
            expected = expected_spikes(before, after, free * scale[i])
            refractory[i] -= held
            spikes[i] = False
            if uniform(key, i) < expected:                          # 1 - exp(-expected) is smaller
                needed = exponential(key, i)
                if needed < expected:
                    left = free * (1.0 - escape_fraction(needed, before, after, free * scale[i]))
                    eta[i] = after_potential[i] * math.exp(-left * rate_after[i])
                    refractory[i] = max(refractory_steps[i] - left, 0.0)
                    spikes[i] = True
            v[i] = h + eta[i]
