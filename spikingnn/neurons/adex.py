"""The adaptive exponential integrate-and-fire neuron, with the firing patterns that it is known for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from .._util import checks
from ..engine.plugin import rows, step_kernel
from ._integration import exponential_euler, exponential_step, spiking_step
from .exponential import ExponentialIF


# Naud et al. (2008), table 1; v_threshold = -50 mV and sharpness = 2 mV in all of them
#                           C     g_L    E_L   a     tau_w    b   v_reset   I
#                           pF    nS     mV    nS    ms      pA     mV     pA
PATTERNS = {
    "tonic":                    (200.0, 10.0, -70.0, 2.0, 30.0, 0.0, -58.0, 500.0),
    "adapting":                 (200.0, 12.0, -70.0, 2.0, 300.0, 60.0, -58.0, 500.0),
    "initial burst":            (130.0, 18.0, -58.0, 4.0, 150.0, 120.0, -50.0, 400.0),
    "regular bursting":         (200.0, 10.0, -58.0, 2.0, 120.0, 100.0, -46.0, 210.0),
    "delayed accelerating":     (200.0, 12.0, -70.0, -10.0, 300.0, 0.0, -58.0, 300.0),
    "delayed regular bursting": (100.0, 10.0, -65.0, -10.0, 90.0, 30.0, -47.0, 110.0),
    "transient":                (100.0, 10.0, -65.0, 10.0, 90.0, 100.0, -47.0, 180.0),
    "irregular":                (100.0, 12.0, -60.0, -11.0, 130.0, 30.0, -48.0, 160.0),
}


@dataclass(frozen=True, eq=False)
class AdEx(ExponentialIF):
    """Adaptive exponential integrate-and-fire neuron: an `ExponentialIF` that a current w holds back:

        tau_m dv/dt = -(v - v_rest) + Δ exp((v - v_threshold) / Δ) + R·(I - w) + R·Σ g (E - v),    Δ = sharpness
        tau_w dw/dt = -w + a·(v - v_rest),    and w jumps by b at a spike

    In the notation of the papers C = tau_m/R and g_L = 1/R. Half a step of w, a step of v, half a step of w
    (Strang splitting; each exact in the linear part): of second order between spikes. Spikes inside a step:
    as in `ExponentialIF`.
    The defaults are those of the first paper; `AdEx.pattern("regular bursting")` gives the sets of the
    second, and `AdEx.pattern_current` the step of current under which they show their pattern. ("irregular":
    at exactly 160 pA the orbit closes after ten intervals, in a window between currents at which it is
    chaotic.)

    Source: Brette & Gerstner, J. Neurophysiol. 94:3637 (2005); patterns: Naud, Marcille, Clopath & Gerstner,
    Biol. Cybern. 99:335 (2008).
    """

    tau_m: float = 281.0 / 30.0
    """ms: membrane time constant."""
    resistance: float = 1000.0 / 30.0
    """MΩ: input resistance."""
    v_rest: float = -70.6
    """mV: resting potential."""
    v_threshold: float = -50.4
    """mV: where the upstroke starts."""
    v_reset: float = -70.6
    """mV: potential after a spike."""
    t_refractory: float = 0.0
    """ms: absolute refractory period."""
    tau_w: float = 144.0
    """ms: time constant of the adaptation."""
    a: float = 0.004
    """µS: adaptation below threshold."""
    b: float = 0.0805
    """nA: jump of the adaptation at a spike."""

    states: ClassVar = ("v", "refractory", "w")
    patterns: ClassVar = tuple(PATTERNS)

    def __post_init__(self):
        super().__post_init__()
        checks.validate_fields(self, checks.positive, "tau_w")
        checks.validate_fields(self, checks.number, "a", "b")
        adaptation_units(self)

    @classmethod
    def pattern(cls, name, **changes):
        """The neuron of the paper that fires as `name` (one of `AdEx.patterns`) under `pattern_current(name)`."""
        capacitance, leak, v_rest, a, tau_w, b, v_reset, _ = PATTERNS[checks.one_of(cls.__name__, "pattern", name, PATTERNS)]
        fields = dict(tau_m=capacitance / leak, resistance=1000.0 / leak, v_rest=v_rest, v_threshold=-50.0, sharpness=2.0,
                      v_reset=v_reset, tau_w=tau_w, a=a / 1000.0, b=b / 1000.0)
        return cls(**{**fields, **changes})

    @classmethod
    def pattern_current(cls, name):
        """The current in nA that the paper gives for `pattern(name)`."""
        return PATTERNS[checks.one_of(cls.__name__, "pattern", name, PATTERNS)][-1] / 1000.0

    def step_coefficients(self, dt):
        """Those of `ExponentialIF`, then half a step of the adaptation."""
        tau_w = np.asarray(self.tau_w)
        return (*super().step_coefficients(dt), np.exp(-0.5 * dt / tau_w), 1.0 / tau_w, self.a, self.b)

    def initial(self, n, key):
        """At rest, not refractory, not adapted."""
        return self.v_rest, 0.0, 0.0

    @step_kernel
    def step(state, coefficients, current, conductance, spikes, dt, key):
        v, refractory, w = rows(state, 3)
        g, driving = rows(conductance, 2)
        (rate, resistance, v_rest, v_threshold, sharpness, v_escape, v_peak, v_reset, refractory_steps,
         half, rate_w, a, b) = rows(coefficients, 13)
        for i in range(v.size):
            shunt, drive = (g[i], current[i] + driving[i]) if g.size > 0 else (0.0, current[i])
            is_refractory = refractory[i] >= 1.0
            before = v_reset[i] if is_refractory else v[i]
            middle = exponential_euler(w[i], a[i] * (before - v_rest[i]), half[i])
            membrane = (rate[i], resistance[i], v_rest[i], v_threshold[i], sharpness[i])
            u = exponential_step(before, drive - middle, shunt, dt, membrane)
            u = v_reset[i] if is_refractory else u
            plain = is_refractory or (max(u, before) < v_escape[i] and refractory[i] <= 0.0)
            w[i] = exponential_euler(middle, a[i] * (u - v_rest[i]), half[i]) if plain else w[i]
            v[i] = u if plain else v[i]
            refractory[i] -= 1.0 if is_refractory else 0.0
            spikes[i] = not plain
        for i in range(v.size):
            if spikes[i]:                       # or may do so
                shunt, drive = (g[i], current[i] + driving[i]) if g.size > 0 else (0.0, current[i])
                membrane = (rate[i], resistance[i], v_rest[i], v_threshold[i], sharpness[i])
                spike = (v_escape[i], v_peak[i], v_reset[i], refractory_steps[i])
                v[i], w[i], refractory[i], spikes[i] = spiking_step(
                    v[i], w[i], refractory[i], drive, shunt, dt, membrane, spike, (rate_w[i], a[i], b[i]))


def adaptation_units(model):
    """Warn where the fields of an adaptation current look as if given in seconds, nS or pA."""
    checks.warn_if_seconds(model, "tau_w")
    if np.any(np.abs(np.asarray(model.a)) * model.resistance > 50.0):
        checks.warn_unit(model, "a", model.a, "nS (conductances are in µS)", "a thousandth of it")
    if np.any(np.abs(np.asarray(model.b)) * model.resistance > 1000.0):
        checks.warn_unit(model, "b", model.b, "pA (currents are in nA)", "a thousandth of it")
