"""Currents and conductances that rise and fall as an alpha function."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from .._util import checks
from .._util.typing import Scalar
from ..engine.plugin import Synapse, filter_kernel, rows
from ._decay import alpha_cascade


@dataclass(frozen=True, eq=False)
class AlphaSynapse(Synapse):
    r"""Alpha-function current: it rises to the weight in nA within tau, and decays.

    .. math::

        \tau \frac{dx}{dt} = -x, \qquad \tau \frac{ds}{dt} = -s + e x, \qquad
        s(t) = w \frac{t}{\tau} e^{1 - t/\tau}

    The weight is the peak, at t = tau; the charge e · w · tau is exact. In NEST, `iaf_psc_alpha` with weight
    1000·w in pA.

    Parameters
    ----------
    tau : Scalar, default 2.0
        ms: time to the peak of the current, and time constant of its decay.

    Raises
    ------
    ValueError
        If `tau` is not positive.

    References
    ----------
    Rall, *J. Neurophysiol.* 30:1138 (1967); Rotter & Diesmann, *Biol. Cybern.* 81:381 (1999).

    Examples
    --------
    >>> from spikingnn import AlphaSynapse, LIFGroup, Network, SpikeSource, SynapseGroup
    >>> source, target = SpikeSource([[0.0]]), LIFGroup(1)
    >>> Network(source, target, SynapseGroup(source, target, 0.5, AlphaSynapse(tau=2.0)), seed=0).run(10.0)
    >>> target["v"].round(2)
    array([-64.04])
    """

    tau: Scalar = 2.0
    """ms: time to the peak of the current, and time constant of its decay."""

    states: ClassVar[tuple[str, ...]] = ("x", "s")

    def __post_init__(self) -> None:
        checks.validate_fields(self, checks.positive, "tau")
        checks.warn_if_seconds(self, "tau")

    def step_coefficients(self, dt: float) -> tuple[Any, ...]:
        """Return decays of x and s, what x adds to s, and the parts of s and x in the mean over a step."""
        return alpha_cascade(self.tau, dt)

    @filter_kernel
    def filter(state, coefficients, v, current, conductance, dt, key):
        x, s = rows(state, 2)
        decay_x, decay_s, feed, mean_s, mean_x = rows(coefficients, 5)
        for i in range(s.size):
            current[i] += s[i] * mean_s[i] + x[i] * mean_x[i]
            next_s = s[i] * decay_s[i] + x[i] * feed[i]
            next_x = x[i] * decay_x[i]
            s[i] = 0.0 if abs(next_s) < 1e-30 else next_s
            x[i] = 0.0 if abs(next_x) < 1e-30 else next_x


@dataclass(frozen=True, eq=False)
class AlphaConductance(AlphaSynapse):
    r"""Alpha-function conductance: it rises to the weight in µS within tau, and decays.

    .. math:: \tau \frac{dx}{dt} = -x, \qquad \tau \frac{dg}{dt} = -g + e x, \qquad I = g \cdot (E - v)

    The weight is the peak, at t = tau. In NEST, `iaf_cond_alpha` with weight 1000·w in nS.

    Parameters
    ----------
    tau : Scalar, default 2.0
        ms: time to the peak of the conductance, and time constant of its decay.
    reversal : Scalar, default 0.0
        mV: reversal potential.

    Raises
    ------
    ValueError
        If `tau` is not positive or `reversal` is not finite.

    References
    ----------
    Rall, *J. Neurophysiol.* 30:1138 (1967).

    Examples
    --------
    >>> from spikingnn import AlphaConductance
    >>> AlphaConductance(tau=2.0, reversal=-80.0).unit
    'µS'
    """

    tau: Scalar = 2.0
    """ms: time to the peak of the conductance, and time constant of its decay."""
    reversal: Scalar = 0.0
    """mV: reversal potential."""

    unit: ClassVar[str] = "µS"
    sends_conductance: ClassVar[bool] = True

    def __post_init__(self) -> None:
        super().__post_init__()
        checks.validate_fields(self, checks.number, "reversal")

    def step_coefficients(self, dt: float) -> tuple[Any, ...]:
        """Return what `AlphaSynapse` has, and the reversal potential."""
        return (*alpha_cascade(self.tau, dt), self.reversal)

    @filter_kernel
    def filter(state, coefficients, v, current, conductance, dt, key):
        x, s = rows(state, 2)
        total, driven = rows(conductance, 2)
        decay_x, decay_s, feed, mean_s, mean_x, reversal = rows(coefficients, 6)
        for i in range(s.size):
            g = s[i] * mean_s[i] + x[i] * mean_x[i]
            total[i] += g
            driven[i] += g * reversal[i]
            next_s = s[i] * decay_s[i] + x[i] * feed[i]
            next_x = x[i] * decay_x[i]
            s[i] = 0.0 if abs(next_s) < 1e-30 else next_s
            x[i] = 0.0 if abs(next_x) < 1e-30 else next_x
