"""The exponential integrate-and-fire neuron."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from .._util import checks
from .._util.typing import Scalar
from ..engine.plugin import NeuronModel, rows, step_kernel
from ._integration import exponential_step, spiking_step
from ._units import warn_if_volts


ESCAPE = 0.5            # dt·(derivative of the upstroke) from which a step is taken in e^(-v/Δ)


@dataclass(frozen=True, eq=False)
class ExponentialIF(NeuronModel):
    r"""Exponential integrate-and-fire neuron, whose upstroke starts by itself near ``v_threshold``.

    .. math::

        \tau_m \frac{dv}{dt} = -(v - v_\mathrm{rest}) + \Delta \exp\frac{v - v_\mathrm{threshold}}{\Delta}
        + R I + R \sum g (E - v)

    Δ is ``sharpness``. Where v reaches ``v_peak`` inside a step, the neuron spikes: v is ``v_reset`` for
    ``t_refractory``, which need not be a multiple of dt, and the rest of the step is integrated from
    there. The spike is stamped with its step, and errors of spike times do not accumulate. There is at
    most one spike per step: if v reaches ``v_peak`` a second time, it stays there until the next step.

    ``v_threshold`` is where a constant current must bring v for a spike to follow: the smallest such
    current (rheobase) is (v_threshold - v_rest - sharpness)/R. The integration is the exponential
    Rosenbrock–Euler step, of second order and exact where the exponential is negligible; on the upstroke
    it is carried out in the variable exp(-v/Δ), in which the equation is nearly linear.

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
        mV: potential at which the upstroke starts.
    sharpness : Scalar, default 2.0
        mV: range of potentials over which the upstroke starts, Δ.
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
    Fourcaud-Trocmé, Hansel, van Vreeswijk & Brunel, J. Neurosci. 23:11628 (2003); integration: Hochbruck &
    Ostermann, Acta Numerica 19:209 (2010).

    Examples
    --------
    >>> from spikingnn import ExponentialIF, simulate
    >>> simulate(ExponentialIF(), 2.0, 100.0).spikes.round(1)
    array([37.8, 77.7])
    """

    tau_m: Scalar = 20.0
    """ms: membrane time constant."""
    resistance: Scalar = 10.0
    """MΩ: input resistance."""
    v_rest: Scalar = -65.0
    """mV: resting potential."""
    v_threshold: Scalar = -50.0
    """mV: potential at which the upstroke starts."""
    sharpness: Scalar = 2.0
    """mV: range of potentials over which the upstroke starts, Δ."""
    v_peak: Scalar = 0.0
    """mV: potential at which the spike is registered and v is reset."""
    v_reset: Scalar = -65.0
    """mV: potential after a spike, below ``v_peak``."""
    t_refractory: Scalar = 2.0
    """ms: absolute refractory period."""

    states: ClassVar[tuple[str, ...]] = ("v", "refractory")
    conductances: ClassVar[bool] = True

    def __post_init__(self) -> None:
        checks.validate_fields(self, checks.positive, "tau_m", "resistance", "sharpness")
        checks.validate_fields(self, checks.number, "v_rest", "v_threshold", "v_peak", "v_reset")
        checks.validate_fields(self, checks.non_negative, "t_refractory")
        checks.ordered(self, "v_reset", self.v_reset, "v_peak", self.v_peak)
        checks.ordered(self, "v_threshold", self.v_threshold, "v_peak", self.v_peak)
        checks.warn_if_seconds(self, "tau_m")
        warn_if_volts(self, "v_rest", "v_threshold", "v_reset")

    def step_coefficients(self, dt: float) -> tuple[Scalar, ...]:
        """Return what `step` unpacks for a step of `dt` ms."""
        tau_m, sharpness = np.asarray(self.tau_m), np.asarray(self.sharpness)
        v_escape = np.asarray(self.v_threshold) + sharpness * np.log(np.maximum(ESCAPE * tau_m / dt, 1.0))
        return (1.0 / tau_m, self.resistance, self.v_rest, self.v_threshold, sharpness,
                np.minimum(v_escape, np.asarray(self.v_peak)), self.v_peak, self.v_reset,
                np.asarray(self.t_refractory) / dt)

    def initial(self, n: int, key: np.uint64) -> tuple[Scalar, ...]:
        """Start at rest and not refractory."""
        return self.v_rest, 0.0

    @step_kernel(draws_per_unit=0)
    def step(state, coefficients, current, conductance, spikes, dt, key):
        v, refractory = rows(state, 2)
        g, driving = rows(conductance, 2)
        (rate, resistance, v_rest, v_threshold, sharpness,
         v_escape, v_peak, v_reset, refractory_steps) = rows(coefficients, 9)
        for i in range(v.size):
            if refractory[i] >= 1.0:
                v[i] = v_reset[i]
                refractory[i] -= 1.0
                continue
            shunt, drive = (g[i], current[i] + driving[i]) if g.size > 0 else (0.0, current[i])
            membrane = (rate[i], resistance[i], v_rest[i], v_threshold[i], sharpness[i])
            u = exponential_step(v[i], drive, shunt, dt, membrane)
            spikes[i] = max(u, v[i]) >= v_escape[i] or refractory[i] > 0.0
            v[i] = v[i] if spikes[i] else u
        for i in range(v.size):
            if spikes[i]:                       # a spike or the end of the refractory period may occur
                shunt, drive = (g[i], current[i] + driving[i]) if g.size > 0 else (0.0, current[i])
                membrane = (rate[i], resistance[i], v_rest[i], v_threshold[i], sharpness[i])
                spike = (v_escape[i], v_peak[i], v_reset[i], refractory_steps[i])
                v[i], _, refractory[i], spikes[i] = spiking_step(
                    v[i], 0.0, refractory[i], drive, shunt, dt, membrane, spike, (0.0, 0.0, 0.0))
