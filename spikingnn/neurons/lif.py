"""The leaky integrate-and-fire neuron, integrated exactly for a current that is constant over each step."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numba.extending import register_jitable

from .._util import checks
from ..engine.plugin import NeuronModel, normal, rows, step_kernel


@register_jitable
def lif_step(v, current, decay, gain, v_rest):
    """The membrane after one step under a constant current: the exact solution of its equation."""
    return v_rest + (v - v_rest) * decay + gain * current


@register_jitable
def lif_step_conductance(v, current, g, driving, leak, charge, v_rest):
    """The same with constant conductances: they set both the rate of decay and the potential that it leads to."""
    total = leak + charge * g
    if total > 0.0:
        target = (leak * v_rest + charge * (current + driving)) / total
        return target + (v - target) * math.exp(-total)
    return v + charge * current


@register_jitable
def add_noise(v, noise_std, key):
    """Add the noise of one step to the membranes; nothing is drawn where there is none."""
    noisy = False
    for i in range(v.size):
        noisy |= noise_std[i] > 0.0
    if noisy:
        for i in range(v.size):
            v[i] += noise_std[i] * normal(key, i)


@dataclass(frozen=True, eq=False)
class FirstOrderLIF(NeuronModel):
    """Leaky integrate-and-fire neuron with one state equation, the membrane:

        tau_m dv/dt = -(v - v_rest) + R·I + R·Σ g (E - v)

    A neuron whose v has reached v_threshold at the end of a step spikes; then v = v_reset (reset="value") or v is lowered
    by v_threshold - v_reset (reset="subtract"), and stays there for t_refractory, kept exactly in steps. Under "subtract"
    charge is conserved: a delta jump that arrives in the refractory period is kept, under "value" it is lost.
    noise is the standard deviation of the free membrane in mV, whatever dt. v_floor is a lower bound of v.
    tau_m = inf integrates without leak: dv/dt = R·I, with R read as 1/C in 1/nF.

    Each field is a scalar or an (n,) array. ValueError names the field that is out of range.
    Source: Gerstner, Kistler, Naud & Paninski, Neuronal Dynamics (2014), section 1.3; exact integration: Rotter &
    Diesmann, Biol. Cybern. 81:381 (1999).
    """

    tau_m: float = 20.0
    """ms: membrane time constant."""
    resistance: float = 10.0
    """MΩ: input resistance."""
    v_rest: float = -65.0
    """mV: resting potential."""
    v_threshold: float = -50.0
    """mV: firing threshold."""
    v_reset: float = -65.0
    """mV: potential after a spike."""
    t_refractory: float = 2.0
    """ms: absolute refractory period."""
    v_floor: float = -math.inf
    """mV: lower bound of the potential."""
    reset: str = "value"
    """"value" | "subtract"."""
    noise: float = 0.0
    """mV: standard deviation of the free membrane."""

    states: ClassVar = ("v", "refractory")
    conductances: ClassVar = True

    def __post_init__(self):
        checks.validate_fields(self, checks.positive, "tau_m", infinite=True)
        checks.validate_fields(self, checks.positive, "resistance")
        checks.validate_fields(self, checks.number, "v_rest", "v_threshold", "v_reset")
        checks.validate_fields(self, checks.number, "v_floor", infinite=True)
        checks.validate_fields(self, checks.non_negative, "t_refractory", "noise")
        checks.one_of(self, "reset", self.reset, ("value", "subtract"))
        checks.ordered(self, "v_reset", self.v_reset, "v_threshold", self.v_threshold)
        checks.ordered(self, "v_floor", self.v_floor, "v_threshold", self.v_threshold)
        if np.any(np.isinf(self.tau_m) & (np.asarray(self.noise) > 0)):
            checks.fail(self, "noise", self.noise, "zero where tau_m is infinite (a membrane without leak has no stationary noise)")
        checks.warn_if_seconds(self, "tau_m")
        if np.any((-0.2 < np.asarray(self.v_rest)) & (np.asarray(self.v_rest) < 0)):
            checks.warn_unit(self, "v_rest", self.v_rest, "volts (potentials are in mV)", "-65")

    def step_coefficients(self, dt):
        """The step coefficients that `step` unpacks: decay and gain of one step of `dt` ms, steps of refractoriness."""
        leak = dt / np.asarray(self.tau_m)
        charge = np.where(leak > 0, leak, dt) * self.resistance
        decay = np.exp(-leak)
        gain = np.where(leak > 0, -np.expm1(-leak) * self.resistance, charge)
        noise_std = self.noise * np.sqrt(-np.expm1(-2 * leak)) / decay
        reset_fraction = 1.0 if self.reset == "subtract" else 0.0
        refractory_steps = checks.grid_steps(self, "t_refractory", self.t_refractory, dt)
        return (decay, gain, leak, charge, self.v_rest, self.v_threshold, self.v_reset, reset_fraction, refractory_steps, self.v_floor, noise_std)

    def initial(self, n, key):
        """At rest, not refractory."""
        return self.v_rest, 0.0

    @step_kernel
    def step(state, coefficients, current, conductance, spikes, dt, key):
        v, refractory = rows(state, 2)
        g, driving = rows(conductance, 2)
        decay, gain, leak, charge, v_rest, v_threshold, v_reset, reset_fraction, refractory_steps, v_floor, noise_std = rows(coefficients, 11)
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

    def period(self, current, dt=None):
        """The time in ms between two spikes under a constant `current` in nA (inf where it never reaches threshold):

            T = t_refractory + tau_m ln((R·I + v_rest - v_reset) / (R·I + v_rest - v_threshold)),

        and with `dt` what the grid makes of it: ceil((T - t_refractory)/dt)·dt + t_refractory.
        """
        drive = self.resistance * np.asarray(checks.number(self, "current", current))
        above = drive + self.v_rest - self.v_threshold
        with np.errstate(divide="ignore", invalid="ignore"):
            leaky = np.asarray(self.tau_m) * np.log1p((self.v_threshold - self.v_reset) / above)
            climb = np.where(np.isinf(self.tau_m), (self.v_threshold - self.v_reset) / drive, leaky)
        climb = np.where(np.where(np.isinf(self.tau_m), drive, above) > 0, climb, np.inf)
        if dt is None:
            return climb + self.t_refractory
        return (np.ceil(climb / dt) + checks.grid_steps(self, "t_refractory", self.t_refractory, dt)) * dt

    def rate(self, current, dt=None):
        """The firing rate in Hz under a constant `current` in nA: 1000 over `period`."""
        with np.errstate(divide="ignore"):
            return 1000.0 / self.period(current, dt)

    def current_for(self, rate):
        """The constant current in nA at which the neuron fires at `rate` Hz (0: the largest at which it is silent)."""
        rate = np.asarray(checks.number(self, "rate", rate))
        if not np.all((rate >= 0) & (rate * self.t_refractory < 1000.0)):
            checks.fail(self, "rate", rate, "from 0 to below 1/t_refractory in Hz")
        span = np.asarray(self.v_threshold) - self.v_reset
        with np.errstate(divide="ignore", over="ignore"):
            climb = 1000.0 / rate - self.t_refractory
            leaky = self.v_threshold - np.asarray(self.v_rest) + span / np.expm1(climb / self.tau_m)
            return np.where(np.isinf(self.tau_m), span / climb, leaky) / self.resistance
