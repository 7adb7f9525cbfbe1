"""The leaky integrate-and-fire neuron with an adaptive threshold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from .._util import checks
from .._util.typing import Scalar
from ..engine.plugin import rows, step_kernel
from ._integration import add_noise, lif_step, lif_step_conductance
from .lif import FirstOrderLIF


@dataclass(frozen=True, eq=False)
class ALIF(FirstOrderLIF):
    r"""Leaky integrate-and-fire neuron with an adaptive threshold (LSNN neuron).

    .. math::

        \tau_m \frac{dv}{dt} = -(v - v_\mathrm{rest}) + R I + R \sum g (E - v), \qquad
        \tau_\theta \frac{d\theta}{dt} = -\theta

    The neuron spikes where v reaches ``v_threshold`` + θ, and each spike increases θ by
    ``threshold_step``. Both equations are integrated exactly. With ``tau_threshold=inf`` the threshold
    never decays. ``period``, ``rate`` and ``current_for`` are those of the neuron without adaptation.

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
    tau_threshold : Scalar, default 200.0
        ms: decay time constant of the threshold increase.
    threshold_step : Scalar, default 2.0
        mV: increase of the threshold at a spike.

    Raises
    ------
    ValueError
        If a field is out of range; the message names the field.

    References
    ----------
    Bellec et al., NeurIPS 2018 (LSNN); Gerstner et al., *Neuronal Dynamics* (2014), section 6.1.

    Examples
    --------
    The interspike intervals grow as the threshold rises:

    >>> import numpy as np
    >>> from spikingnn import ALIF, simulate
    >>> np.diff(simulate(ALIF(threshold_step=5.0), 3.0, 200.0).spikes).round(1)
    array([23. , 31.4, 40.8, 49.7])
    """

    tau_threshold: Scalar = 200.0
    """ms: decay time constant of the threshold increase."""
    threshold_step: Scalar = 2.0
    """mV: increase of the threshold at a spike."""

    states: ClassVar[tuple[str, ...]] = ("v", "refractory", "theta")

    def __post_init__(self) -> None:
        super().__post_init__()
        checks.validate_fields(self, checks.positive, "tau_threshold", infinite=True)
        checks.validate_fields(self, checks.number, "threshold_step")
        checks.warn_if_seconds(self, "tau_threshold")

    def step_coefficients(self, dt: float) -> tuple[Scalar, ...]:
        """Return the coefficients of `FirstOrderLIF`, then decay and increase of the threshold."""
        decay_theta = np.exp(-dt / np.asarray(self.tau_threshold))
        return (*super().step_coefficients(dt), decay_theta, self.threshold_step)

    @property
    def has_closed_form_rate(self) -> bool:
        """Whether the neuron does not adapt."""
        return not np.any(self.threshold_step)

    def initial(self, n: int, key: np.uint64) -> tuple[Scalar, ...]:
        """Start at rest, not refractory and not adapted."""
        return self.v_rest, 0.0, 0.0

    @step_kernel(draws_per_unit=2)
    def step(state, coefficients, current, conductance, spikes, dt, key):
        v, refractory, theta = rows(state, 3)
        g, driving = rows(conductance, 2)
        (decay, gain, leak, charge, v_rest, v_threshold, v_reset, reset_fraction, refractory_steps, v_floor,
         noise_std, decay_theta, threshold_step) = rows(coefficients, 13)
        add_noise(v, noise_std, key)
        for i in range(v.size):
            if g.size > 0:
                u = lif_step_conductance(v[i], current[i], g[i], driving[i], leak[i], charge[i], v_rest[i])
            else:
                u = lif_step(v[i], current[i], decay[i], gain[i], v_rest[i])
            theta_now = theta[i] * decay_theta[i]
            threshold = v_threshold[i] + theta_now
            is_refractory = refractory[i] > 0.0
            held, u = v_reset[i] + reset_fraction[i] * (v[i] - v_reset[i]), max(u, v_floor[i])
            u = held if is_refractory else u    # selected, not branched to, or the loop is not vectorised
            has_spiked = u >= threshold and not is_refractory
            v[i] = v_reset[i] + reset_fraction[i] * (u - threshold) if has_spiked else u
            refractory[i] = refractory_steps[i] if has_spiked else max(refractory[i] - 1.0, 0.0)
            theta[i] = theta_now + threshold_step[i] if has_spiked else theta_now
            spikes[i] = has_spiked
