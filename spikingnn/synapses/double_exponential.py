"""Currents and conductances with a time constant of the rise and one of the decay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from .._util import checks
from .._util.typing import Scalar
from ..engine.plugin import Synapse
from ._decay import double_exponential_cascade
from .alpha import AlphaConductance, AlphaSynapse


@dataclass(frozen=True, eq=False)
class DoubleExponentialSynapse(Synapse):
    r"""Current with two time constants: it rises to the weight in nA, and decays.

    .. math::

        \tau_\text{rise} \frac{dx}{dt} = -x, \qquad
        \tau_\text{decay} \frac{ds}{dt} = -s + \kappa \tau_\text{decay} x, \qquad
        s(t) = w \frac{e^{-t/\tau_\text{decay}} - e^{-t/\tau_\text{rise}}}{
        e^{-t_p/\tau_\text{decay}} - e^{-t_p/\tau_\text{rise}}}

    with κ such that the weight is the peak of s, at the time t_p = tau_rise · tau_decay / (tau_decay -
    tau_rise) · ln(tau_decay/tau_rise). The charge is exact. NEST normalises its beta functions
    (`iaf_cond_beta`) in the same way; in a model that is not normalised, such as the plain difference of
    two exponentials, the weight is w divided by the difference at t_p.

    Parameters
    ----------
    tau_rise : Scalar, default 0.5
        ms: time constant of the rise.
    tau_decay : Scalar, default 5.0
        ms: time constant of the decay, above tau_rise.

    Raises
    ------
    ValueError
        If a time constant is not positive, or `tau_rise` is not below `tau_decay` (where they are equal:
        `AlphaSynapse`).

    References
    ----------
    Gerstner et al., *Neuronal Dynamics* (2014), section 3.1; Roth & van Rossum, in *Computational Modeling
    Methods for Neuroscientists*, ed. De Schutter (2009), chapter 6.

    Examples
    --------
    >>> from spikingnn import DoubleExponentialSynapse
    >>> gaba = DoubleExponentialSynapse(tau_rise=0.5, tau_decay=8.0)
    >>> gaba.states
    ('x', 's')
    """

    tau_rise: Scalar = 0.5
    """ms: time constant of the rise."""
    tau_decay: Scalar = 5.0
    """ms: time constant of the decay, above tau_rise."""

    states: ClassVar[tuple[str, ...]] = ("x", "s")

    def __post_init__(self) -> None:
        checks.validate_fields(self, checks.positive, "tau_rise", "tau_decay")
        checks.ordered(self, "tau_rise", self.tau_rise, "tau_decay", self.tau_decay)
        checks.warn_if_seconds(self, "tau_decay")

    def step_coefficients(self, dt: float) -> tuple[Any, ...]:
        """Return decays of x and s, what x adds to s, and the parts of s and x in the mean over a step."""
        return double_exponential_cascade(self.tau_rise, self.tau_decay, dt)

    filter = AlphaSynapse.filter


@dataclass(frozen=True, eq=False)
class DoubleExponentialConductance(DoubleExponentialSynapse):
    r"""Conductance with two time constants: it rises to the weight in µS, and decays; I = g · (E - v).

    .. math::

        g(t) = w \frac{e^{-t/\tau_\text{decay}} - e^{-t/\tau_\text{rise}}}{
        e^{-t_p/\tau_\text{decay}} - e^{-t_p/\tau_\text{rise}}}

    The weight is the peak, as in `DoubleExponentialSynapse`. In NEST, `iaf_cond_beta` with weight 1000·w in
    nS.

    Parameters
    ----------
    tau_rise : Scalar, default 0.5
        ms: time constant of the rise.
    tau_decay : Scalar, default 5.0
        ms: time constant of the decay, above tau_rise.
    reversal : Scalar, default 0.0
        mV: reversal potential.

    Raises
    ------
    ValueError
        If a time constant is not positive, `tau_rise` is not below `tau_decay` (where they are equal:
        `AlphaConductance`), or `reversal` is not finite.

    References
    ----------
    Roth & van Rossum, in *Computational Modeling Methods for Neuroscientists*, ed. De Schutter (2009),
    chapter 6.

    Examples
    --------
    >>> from spikingnn import DoubleExponentialConductance
    >>> ampa = DoubleExponentialConductance(tau_rise=0.2, tau_decay=2.0, reversal=0.0)
    >>> ampa.sends_conductance
    True
    """

    tau_rise: Scalar = 0.5
    """ms: time constant of the rise."""
    tau_decay: Scalar = 5.0
    """ms: time constant of the decay, above tau_rise."""
    reversal: Scalar = 0.0
    """mV: reversal potential."""

    unit: ClassVar[str] = "µS"
    sends_conductance: ClassVar[bool] = True

    def __post_init__(self) -> None:
        super().__post_init__()
        checks.validate_fields(self, checks.number, "reversal")

    def step_coefficients(self, dt: float) -> tuple[Any, ...]:
        """Return what `DoubleExponentialSynapse` has, and the reversal potential."""
        return (*super().step_coefficients(dt), self.reversal)

    filter = AlphaConductance.filter
