"""The adaptive exponential integrate-and-fire neuron, with the firing patterns that it is known for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from .._util import checks
from .._util.typing import Scalar
from ..engine.plugin import rows, step_kernel
from ._integration import exponential_euler, exponential_step, spiking_step
from ._units import warn_if_wrong_adaptation_units
from .exponential import ExponentialIF


# Naud et al. (2008), table 1; v_threshold = -50 mV and sharpness = 2 mV for all patterns
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
    r"""Adaptive exponential integrate-and-fire neuron: an `ExponentialIF` with an adaptation current w.

    .. math::

        \tau_m \frac{dv}{dt} &= -(v - v_\mathrm{rest}) + \Delta \exp\frac{v - v_\mathrm{threshold}}{\Delta}
        + R (I - w) + R \sum g (E - v) \\
        \tau_w \frac{dw}{dt} &= -w + a (v - v_\mathrm{rest})

    Δ is ``sharpness``; each spike increases w by b. In the notation of the papers C = tau_m/R and g_L =
    1/R. A step is half a step of w, a step of v and half a step of w (Strang splitting; each exact in the
    linear part), of second order between spikes. Spikes inside a step are treated as in `ExponentialIF`.

    The defaults are those of the first paper. ``AdEx.pattern("regular bursting")`` gives the parameter
    sets of the second paper, and `AdEx.pattern_current` the step current under which they show their
    pattern. (At exactly 160 pA the orbit of "irregular" closes after ten intervals, in a window between
    currents at which it is chaotic.)

    Parameters
    ----------
    tau_m : Scalar, default 281.0 / 30.0
        ms: membrane time constant, C/g_L.
    resistance : Scalar, default 1000.0 / 30.0
        MΩ: input resistance, 1/g_L.
    v_rest : Scalar, default -70.6
        mV: resting potential.
    v_threshold : Scalar, default -50.4
        mV: potential at which the upstroke starts.
    sharpness : Scalar, default 2.0
        mV: range of potentials over which the upstroke starts, Δ.
    v_peak : Scalar, default 0.0
        mV: potential at which the spike is registered and v is reset.
    v_reset : Scalar, default -70.6
        mV: potential after a spike, below ``v_peak``.
    t_refractory : Scalar, default 0.0
        ms: absolute refractory period.
    tau_w : Scalar, default 144.0
        ms: time constant of the adaptation current.
    a : Scalar, default 0.004
        µS: subthreshold adaptation, the coupling of w to the potential.
    b : Scalar, default 0.0805
        nA: increase of the adaptation current at a spike.

    Raises
    ------
    ValueError
        If a field is out of range; the message names the field.

    References
    ----------
    Brette & Gerstner, J. Neurophysiol. 94:3637 (2005); patterns: Naud, Marcille, Clopath & Gerstner,
    Biol. Cybern. 99:335 (2008).

    Examples
    --------
    >>> import numpy as np
    >>> from spikingnn import AdEx, simulate
    >>> adapting = simulate(AdEx.pattern("adapting"), AdEx.pattern_current("adapting"), 300.0)
    >>> np.diff(adapting.spikes).round(1)
    array([11.2, 14.4, 19.6, 29.4, 47.8, 67.7, 74.8])
    """

    tau_m: Scalar = 281.0 / 30.0
    """ms: membrane time constant, C/g_L."""
    resistance: Scalar = 1000.0 / 30.0
    """MΩ: input resistance, 1/g_L."""
    v_rest: Scalar = -70.6
    """mV: resting potential."""
    v_threshold: Scalar = -50.4
    """mV: potential at which the upstroke starts."""
    v_reset: Scalar = -70.6
    """mV: potential after a spike, below ``v_peak``."""
    t_refractory: Scalar = 0.0
    """ms: absolute refractory period."""
    tau_w: Scalar = 144.0
    """ms: time constant of the adaptation current."""
    a: Scalar = 0.004
    """µS: subthreshold adaptation, the coupling of w to the potential."""
    b: Scalar = 0.0805
    """nA: increase of the adaptation current at a spike."""

    states: ClassVar[tuple[str, ...]] = ("v", "refractory", "w")
    patterns: ClassVar[tuple[str, ...]] = tuple(PATTERNS)

    def __post_init__(self) -> None:
        super().__post_init__()
        checks.validate_fields(self, checks.positive, "tau_w")
        checks.validate_fields(self, checks.number, "a", "b")
        warn_if_wrong_adaptation_units(self)

    @classmethod
    def pattern(cls, name: str, **changes: Scalar) -> Self:
        """Return the neuron that shows a firing pattern of Naud et al. (2008).

        Parameters
        ----------
        name : str
            Firing pattern, one of ``AdEx.patterns``; its current is ``AdEx.pattern_current(name)``.
        **changes : Scalar
            Fields that differ from the published set.

        Raises
        ------
        ValueError
            If there is no pattern of that name.

        Examples
        --------
        >>> from spikingnn import AdEx
        >>> AdEx.pattern("adapting").tau_w
        300.0
        """
        capacitance, leak, v_rest, a, tau_w, b, v_reset, _ = _published(cls, name)
        fields: dict[str, Scalar] = dict(
            tau_m=capacitance / leak, resistance=1000.0 / leak, v_rest=v_rest, v_threshold=-50.0,
            sharpness=2.0, v_reset=v_reset, tau_w=tau_w, a=a / 1000.0, b=b / 1000.0)
        return cls(**(fields | changes))

    @classmethod
    def pattern_current(cls, name: str) -> float:
        """Return the current in nA under which ``AdEx.pattern(name)`` shows its firing pattern.

        Parameters
        ----------
        name : str
            Firing pattern, one of ``AdEx.patterns``.

        Raises
        ------
        ValueError
            If there is no pattern of that name.

        Examples
        --------
        >>> from spikingnn import AdEx
        >>> AdEx.pattern_current("adapting")
        0.5
        """
        return _published(cls, name)[-1] / 1000.0

    def step_coefficients(self, dt: float) -> tuple[Scalar, ...]:
        """Return the coefficients of `ExponentialIF`, then those of the adaptation current."""
        tau_w = np.asarray(self.tau_w)
        return (*super().step_coefficients(dt), np.exp(-0.5 * dt / tau_w), 1.0 / tau_w, self.a, self.b)

    def initial(self, n: int, key: np.uint64) -> tuple[Scalar, ...]:
        """Start at rest, not refractory and not adapted."""
        return self.v_rest, 0.0, 0.0

    @step_kernel(draws_per_unit=0)
    def step(state, coefficients, current, conductance, spikes, dt, key):
        v, refractory, w = rows(state, 3)
        g, driving = rows(conductance, 2)
        (rate, resistance, v_rest, v_threshold, sharpness, v_escape, v_peak, v_reset, refractory_steps,
         half_decay, rate_w, a, b) = rows(coefficients, 13)
        for i in range(v.size):
            shunt, drive = (g[i], current[i] + driving[i]) if g.size > 0 else (0.0, current[i])
            is_refractory = refractory[i] >= 1.0
            before = v_reset[i] if is_refractory else v[i]
            w_middle = exponential_euler(w[i], a[i] * (before - v_rest[i]), half_decay[i])
            membrane = (rate[i], resistance[i], v_rest[i], v_threshold[i], sharpness[i])
            u = exponential_step(before, drive - w_middle, shunt, dt, membrane)
            u = v_reset[i] if is_refractory else u
            is_uneventful = is_refractory or (max(u, before) < v_escape[i] and refractory[i] <= 0.0)
            w_end = exponential_euler(w_middle, a[i] * (u - v_rest[i]), half_decay[i])
            w[i] = w_end if is_uneventful else w[i]
            v[i] = u if is_uneventful else v[i]
            refractory[i] -= 1.0 if is_refractory else 0.0
            spikes[i] = not is_uneventful
        for i in range(v.size):
            if spikes[i]:                       # a spike or the end of the refractory period may occur
                shunt, drive = (g[i], current[i] + driving[i]) if g.size > 0 else (0.0, current[i])
                membrane = (rate[i], resistance[i], v_rest[i], v_threshold[i], sharpness[i])
                spike = (v_escape[i], v_peak[i], v_reset[i], refractory_steps[i])
                v[i], w[i], refractory[i], spikes[i] = spiking_step(
                    v[i], w[i], refractory[i], drive, shunt, dt, membrane, spike, (rate_w[i], a[i], b[i]))


def _published(cls: type[AdEx], name: str) -> tuple[float, ...]:
    """Return the parameters of a pattern; an error lists the patterns."""
    return PATTERNS[checks.one_of(cls.__name__, "pattern", name, PATTERNS)]
