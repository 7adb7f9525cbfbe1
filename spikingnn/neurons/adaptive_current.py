"""The leaky integrate-and-fire neuron with an adaptation current."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from .._util import checks
from .._util.typing import Scalar
from ..engine.plugin import rows, step_kernel
from ._integration import add_noise, exponential_euler, lif_step_conductance
from ._units import warn_if_wrong_adaptation_units
from .lif import FirstOrderLIF


@dataclass(frozen=True, eq=False)
class AdaptiveCurrentLIF(FirstOrderLIF):
    r"""Leaky integrate-and-fire neuron with a spike-triggered and subthreshold adaptation current w.

    .. math::

        \tau_m \frac{dv}{dt} &= -(v - v_\mathrm{rest}) + R (I - w) + R \sum g (E - v) \\
        \tau_w \frac{dw}{dt} &= -w + a (v - v_\mathrm{rest})

    Each spike increases w by b. Without conductances the two linear equations are integrated exactly by
    their propagator; with conductances by half a step of w, a step of v and half a step of w (Strang
    splitting, second order). The membrane resonates for a > 0 and accelerates for a < 0; a must be above
    -1/R, where the effective leak vanishes. ``noise`` is the standard deviation of the potential for a =
    0. ``period``, ``rate`` and ``current_for`` are those of the neuron without adaptation.

    Parameters
    ----------
    tau_m : Scalar, default 20.0
        ms: membrane time constant; infinite for an integrator without leak.
    resistance : Scalar, default 10.0
        MΩ: input resistance.
    v_rest : Scalar, default -65.0
        mV: resting potential.
    v_threshold : Scalar, default -50.0
        mV: firing threshold.
    v_reset : Scalar, default -65.0
        mV: potential after a spike, below the threshold.
    t_refractory : Scalar, default 2.0
        ms: absolute refractory period.
    v_floor : Scalar, default -inf
        mV: lower bound of the potential.
    reset : str, default 'value'
        What a spike does to the potential: ``"value"`` sets it to ``v_reset``, ``"subtract"`` lowers
        it by ``v_threshold - v_reset``.
    noise : Scalar, default 0.0
        mV: stationary standard deviation of the potential without threshold, independent of dt.
    tau_w : Scalar, default 100.0
        ms: time constant of the adaptation current.
    a : Scalar, default 0.0
        µS: subthreshold adaptation, the coupling of w to the potential.
    b : Scalar, default 0.1
        nA: increase of the adaptation current at a spike.

    Raises
    ------
    ValueError
        If a field is out of range; the message names the field.

    References
    ----------
    Gerstner et al., *Neuronal Dynamics* (2014), section 6.1; exact integration: Rotter & Diesmann, Biol.
    Cybern. 81:381 (1999).

    Examples
    --------
    >>> import numpy as np
    >>> from spikingnn import AdaptiveCurrentLIF, simulate
    >>> np.diff(simulate(AdaptiveCurrentLIF(b=0.2), 3.0, 200.0).spikes).round(1)
    array([17.2, 18.5, 19.8, 20.9, 21.8, 22.6, 23.2, 23.6])
    """

    tau_w: Scalar = 100.0
    """ms: time constant of the adaptation current."""
    a: Scalar = 0.0
    """µS: subthreshold adaptation, the coupling of w to the potential."""
    b: Scalar = 0.1
    """nA: increase of the adaptation current at a spike."""

    states: ClassVar[tuple[str, ...]] = ("v", "refractory", "w")

    def __post_init__(self) -> None:
        super().__post_init__()
        checks.validate_fields(self, checks.positive, "tau_w")
        checks.validate_fields(self, checks.number, "a", "b")
        if np.any(np.isinf(np.asarray(self.tau_m))):
            checks.fail(self, "tau_m", self.tau_m, "finite")
        if np.any(1.0 + np.asarray(self.a) * np.asarray(self.resistance) <= 0.0):
            checks.fail(self, "a", self.a, f"above -1/resistance ({-1.0 / np.asarray(self.resistance)!r})")
        warn_if_wrong_adaptation_units(self)

    def step_coefficients(self, dt: float) -> tuple[Scalar, ...]:
        """Return the coefficients of `FirstOrderLIF`, the propagator of (v, w) over `dt`, then those of w
        alone.
        """
        resistance, a = np.asarray(self.resistance), np.asarray(self.a)
        across, back = -resistance / np.asarray(self.tau_m), a / np.asarray(self.tau_w)
        mean = -0.5 * (1.0 / np.asarray(self.tau_m) + 1.0 / np.asarray(self.tau_w))
        half = -0.5 * (1.0 / np.asarray(self.tau_m) - 1.0 / np.asarray(self.tau_w))
        # e^(At) = e^(mean·t) (cosh(root·t) + sinh(root·t)/root (A - mean)), written so that nothing overflows
        root = np.sqrt(half * half + across * back + 0j)
        slow = np.exp((mean + root) * dt)
        with np.errstate(invalid="ignore", divide="ignore"):
            sinh = np.where(root == 0, dt * slow, slow * -np.expm1(-2.0 * root * dt) / (2.0 * root)).real
        cosh = (0.5 * (slow + np.exp((mean - root) * dt))).real
        decay_w = np.exp(-dt / np.asarray(self.tau_w))
        propagator = cosh + half * sinh, across * sinh, back * sinh, cosh - half * sinh
        return (*super().step_coefficients(dt), *propagator, decay_w,
                np.sqrt(decay_w), self.a, self.b, resistance / (1.0 + a * resistance))

    @property
    def has_closed_form_rate(self) -> bool:
        """Whether the neuron does not adapt."""
        return not (np.any(self.a) or np.any(self.b))

    def initial(self, n: int, key: np.uint64) -> tuple[Scalar, ...]:
        """Start at rest, not refractory and not adapted."""
        return self.v_rest, 0.0, 0.0

    @step_kernel(draws_per_unit=2)
    def step(state, coefficients, current, conductance, spikes, dt, key):
        v, refractory, w = rows(state, 3)
        g, driving = rows(conductance, 2)
        (_, _, leak, charge, v_rest, v_threshold, v_reset, reset_fraction, refractory_steps, v_floor,
         noise_std, v_to_v, w_to_v, v_to_w, w_to_w, decay_w, half_decay_w, a, b,
         stationary) = rows(coefficients, 20)
        add_noise(v, noise_std, key)
        for i in range(v.size):
            if g.size > 0:
                w_middle = exponential_euler(w[i], a[i] * (v[i] - v_rest[i]), half_decay_w[i])
                drive = current[i] - w_middle
                u = lif_step_conductance(v[i], drive, g[i], driving[i], leak[i], charge[i], v_rest[i])
                x = exponential_euler(w_middle, a[i] * (u - v_rest[i]), half_decay_w[i])
            else:
                rise = stationary[i] * current[i]
                far, more = v[i] - v_rest[i] - rise, w[i] - a[i] * rise
                u = v_rest[i] + rise + v_to_v[i] * far + w_to_v[i] * more
                x = a[i] * rise + v_to_w[i] * far + w_to_w[i] * more
            is_refractory = refractory[i] > 0.0
            held = v_reset[i] + reset_fraction[i] * (v[i] - v_reset[i])
            u = held if is_refractory else max(u, v_floor[i])
            x = exponential_euler(w[i], a[i] * (held - v_rest[i]), decay_w[i]) if is_refractory else x
            has_spiked = u >= v_threshold[i] and not is_refractory
            v[i] = v_reset[i] + reset_fraction[i] * (u - v_threshold[i]) if has_spiked else u
            w[i] = x + b[i] if has_spiked else x
            refractory[i] = refractory_steps[i] if has_spiked else max(refractory[i] - 1.0, 0.0)
            spikes[i] = has_spiked
