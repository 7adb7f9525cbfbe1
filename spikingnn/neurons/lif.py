"""The leaky integrate-and-fire neuron, integrated exactly for a current that is constant over each step."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from .._util import checks
from .._util.typing import FloatArray, Scalar
from ..engine.plugin import NeuronModel, rows, step_kernel
from ._integration import add_noise, lif_step, lif_step_conductance
from ._units import warn_if_volts


@dataclass(frozen=True, eq=False)
class FirstOrderLIF(NeuronModel):
    r"""Leaky integrate-and-fire neuron with one state equation, the membrane.

    .. math::

        \tau_m \frac{dv}{dt} = -(v - v_\mathrm{rest}) + R I + R \sum g (E - v)

    A neuron whose v has reached ``v_threshold`` at the end of a step spikes. Then v is set to ``v_reset``
    (``reset="value"``) or lowered by ``v_threshold - v_reset`` (``reset="subtract"``), and it stays there
    for ``t_refractory``, rounded to whole steps. Under ``"subtract"`` charge is conserved: a delta jump
    that arrives in the refractory period is kept, under ``"value"`` it is lost. The equation is
    integrated exactly for inputs that are constant over a step. With ``tau_m=inf`` the neuron integrates
    without leak, dv/dt = R·I, where R is read as 1/C in 1/nF.

    Every field but ``reset`` is one number or one value per neuron.

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

    Raises
    ------
    ValueError
        If a field is out of range; the message names the field.

    References
    ----------
    Gerstner, Kistler, Naud & Paninski, *Neuronal Dynamics* (2014), section 1.3; exact integration: Rotter &
    Diesmann, Biol. Cybern. 81:381 (1999).

    Examples
    --------
    Three neurons with different membrane time constants under the same current:

    >>> from spikingnn import FirstOrderLIF, LIFGroup, Network, SpikeMonitor
    >>> neurons = LIFGroup(3, FirstOrderLIF(tau_m=[10.0, 20.0, 40.0]))
    >>> spikes = SpikeMonitor(neurons)
    >>> Network(neurons, spikes, dt=0.1).run(100.0, inputs={neurons: 2.0})
    >>> spikes.count()
    array([6, 3, 1])
    """

    tau_m: Scalar = 20.0
    """ms: membrane time constant; infinite for an integrator without leak."""
    resistance: Scalar = 10.0
    """MΩ: input resistance."""
    v_rest: Scalar = -65.0
    """mV: resting potential."""
    v_threshold: Scalar = -50.0
    """mV: firing threshold."""
    v_reset: Scalar = -65.0
    """mV: potential after a spike, below the threshold."""
    t_refractory: Scalar = 2.0
    """ms: absolute refractory period."""
    v_floor: Scalar = -math.inf
    """mV: lower bound of the potential."""
    reset: str = "value"
    """What a spike does to the potential: ``"value"`` sets it to ``v_reset``, ``"subtract"`` lowers it by
    ``v_threshold - v_reset``.
    """
    noise: Scalar = 0.0
    """mV: stationary standard deviation of the potential without threshold, independent of dt."""

    states: ClassVar[tuple[str, ...]] = ("v", "refractory")
    conductances: ClassVar[bool] = True

    def __post_init__(self) -> None:
        checks.validate_fields(self, checks.positive, "tau_m", infinite=True)
        checks.validate_fields(self, checks.positive, "resistance")
        checks.validate_fields(self, checks.number, "v_rest", "v_threshold", "v_reset")
        checks.validate_fields(self, checks.number, "v_floor", infinite=True)
        checks.validate_fields(self, checks.non_negative, "t_refractory", "noise")
        checks.one_of(self, "reset", self.reset, ("value", "subtract"))
        checks.ordered(self, "v_reset", self.v_reset, "v_threshold", self.v_threshold)
        checks.ordered(self, "v_floor", self.v_floor, "v_threshold", self.v_threshold)
        if np.any(np.isinf(np.asarray(self.tau_m)) & (np.asarray(self.noise) > 0)):
            accepted = "zero where tau_m is infinite (a membrane without leak has no stationary noise)"
            checks.fail(self, "noise", self.noise, accepted)
        checks.warn_if_seconds(self, "tau_m")
        warn_if_volts(self, "v_rest")

    def step_coefficients(self, dt: float) -> tuple[Scalar, ...]:
        """Return what `step` unpacks for a step of `dt` ms: decay, gain, … and the number of refractory
        steps.
        """
        leak, resistance = dt / np.asarray(self.tau_m), np.asarray(self.resistance)
        charge = np.where(leak > 0, leak, dt) * resistance
        decay = np.exp(-leak)
        gain = np.where(leak > 0, -np.expm1(-leak) * resistance, charge)
        noise_std = np.asarray(self.noise) * np.sqrt(-np.expm1(-2 * leak)) / decay
        reset_fraction = 1.0 if self.reset == "subtract" else 0.0
        refractory_steps = checks.grid_steps(self, "t_refractory", self.t_refractory, dt)
        return (decay, gain, leak, charge, self.v_rest, self.v_threshold, self.v_reset, reset_fraction,
                refractory_steps, self.v_floor, noise_std)

    def initial(self, n: int, key: np.uint64) -> tuple[Scalar, ...]:
        """Start at rest and not refractory."""
        return self.v_rest, 0.0

    @step_kernel(draws_per_unit=2)
    def step(state, coefficients, current, conductance, spikes, dt, key):
        v, refractory = rows(state, 2)
        g, driving = rows(conductance, 2)
        (decay, gain, leak, charge, v_rest, v_threshold, v_reset, reset_fraction, refractory_steps, v_floor,
         noise_std) = rows(coefficients, 11)
        add_noise(v, noise_std, key)
        for i in range(v.size):
            if g.size > 0:
                u = lif_step_conductance(v[i], current[i], g[i], driving[i], leak[i], charge[i], v_rest[i])
            else:
                u = lif_step(v[i], current[i], decay[i], gain[i], v_rest[i])
            is_refractory = refractory[i] > 0.0
            u = v_reset[i] + reset_fraction[i] * (v[i] - v_reset[i]) if is_refractory else max(u, v_floor[i])
            has_spiked = u >= v_threshold[i] and not is_refractory
            v[i] = v_reset[i] + reset_fraction[i] * (u - v_threshold[i]) if has_spiked else u
            refractory[i] = refractory_steps[i] if has_spiked else max(refractory[i] - 1.0, 0.0)
            spikes[i] = has_spiked

    @property
    def has_closed_form_rate(self) -> bool:
        """Whether `rate` and `current_for` hold for the model itself, not for one without adaptation."""
        return True

    def period(self, current: Scalar, dt: float | None = None) -> FloatArray:
        r"""Return the interspike interval under a constant current.

        .. math::

            T = t_\mathrm{ref} + \tau_m \ln\frac{R I + v_\mathrm{rest} - v_\mathrm{reset}}
            {R I + v_\mathrm{rest} - v_\mathrm{threshold}}

        With `dt` it is the interval on the grid, ``ceil((T - t_refractory)/dt)·dt + t_refractory``.

        Parameters
        ----------
        current : Scalar
            nA: constant current, one number or an array.
        dt : float, optional
            ms: time step of a simulation; None: continuous time.

        Returns
        -------
        ndarray
            ms: interval, of the shape of `current` and the fields; infinite where the neuron stays below
            threshold.

        Raises
        ------
        ValueError
            If `current` is not finite.

        Examples
        --------
        >>> from spikingnn import FirstOrderLIF
        >>> FirstOrderLIF().period([1.0, 2.0, 3.0]).round(2)
        array([  inf, 29.73, 15.86])
        """
        drive = np.asarray(self.resistance) * np.asarray(checks.number(self, "current", current))
        v_threshold, tau_m = np.asarray(self.v_threshold), np.asarray(self.tau_m)
        above, span = drive + self.v_rest - v_threshold, v_threshold - self.v_reset
        with np.errstate(divide="ignore", invalid="ignore"):
            leaky = tau_m * np.log1p(span / above)
            rise_time = np.where(np.isinf(tau_m), span / drive, leaky)
        rise_time = np.where(np.where(np.isinf(tau_m), drive, above) > 0, rise_time, np.inf)
        if dt is None:
            return rise_time + np.asarray(self.t_refractory)
        return (np.ceil(rise_time / dt) + checks.grid_steps(self, "t_refractory", self.t_refractory, dt)) * dt

    def rate(self, current: Scalar, dt: float | None = None) -> FloatArray:
        """Return the firing rate under a constant current: the inverse of `period`.

        Parameters
        ----------
        current : Scalar
            nA: constant current, one number or an array.
        dt : float, optional
            ms: time step of a simulation; None: continuous time.

        Returns
        -------
        ndarray
            Hz: firing rate, of the shape of `current` and the fields.

        Examples
        --------
        >>> from spikingnn import FirstOrderLIF
        >>> FirstOrderLIF().rate([1.0, 2.0, 3.0]).round(1)
        array([ 0. , 33.6, 63. ])
        """
        with np.errstate(divide="ignore"):
            return 1000.0 / self.period(current, dt)

    def current_for(self, rate: Scalar) -> FloatArray:
        """Return the constant current at which the neuron fires at a given rate: the inverse of `rate`.

        Parameters
        ----------
        rate : Scalar
            Hz: firing rate, from 0 to below 1/t_refractory; 0 gives the largest current at which the
            neuron is silent.

        Returns
        -------
        ndarray
            nA: current, of the shape of `rate` and the fields.

        Raises
        ------
        ValueError
            If a rate is negative or cannot be reached because of the refractory period.

        Examples
        --------
        >>> from spikingnn import FirstOrderLIF
        >>> FirstOrderLIF().current_for([0.0, 50.0]).round(3)
        array([1.5  , 2.528])
        """
        rate, t_refractory = np.asarray(checks.number(self, "rate", rate)), np.asarray(self.t_refractory)
        if not np.all((rate >= 0) & (rate * t_refractory < 1000.0)):
            checks.fail(self, "rate", rate, "from 0 to below 1/t_refractory in Hz")
        span, tau_m = np.asarray(self.v_threshold) - self.v_reset, np.asarray(self.tau_m)
        with np.errstate(divide="ignore", over="ignore"):
            rise_time = 1000.0 / rate - t_refractory
            leaky = self.v_threshold - np.asarray(self.v_rest) + span / np.expm1(rise_time / tau_m)
            return np.where(np.isinf(tau_m), span / rise_time, leaky) / np.asarray(self.resistance)
