"""Exponential currents and conductances."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from .._util import checks
from .._util.typing import Scalar
from ..engine.plugin import Synapse, filter_kernel, rows
from ._decay import decay_and_mean


@dataclass(frozen=True, eq=False)
class FirstOrderSynapse(Synapse):
    r"""Exponential current: a spike adds the weight in nA to a current that decays.

    .. math:: \tau \frac{ds}{dt} = -s, \qquad I = \sum s

    The weight is the jump of the current. The target receives the mean of s over each step, s · tau/dt · (1
    - exp(-dt/tau)), so that the charge w · tau of a spike is exact. In NEST, `iaf_psc_exp` with weight
    1000·w in pA.

    Parameters
    ----------
    tau : Scalar, default 5.0
        ms: decay of the synaptic current.

    Raises
    ------
    ValueError
        If `tau` is not positive.

    References
    ----------
    Gerstner et al., *Neuronal Dynamics* (2014), section 3.1; Rotter & Diesmann, *Biol. Cybern.* 81:381
    (1999).

    Examples
    --------
    >>> from spikingnn import FirstOrderSynapse
    >>> decay, mean = FirstOrderSynapse(tau=5.0).step_coefficients(dt=1.0)
    >>> round(float(decay), 4), round(float(mean), 4)
    (0.8187, 0.9063)
    """

    tau: Scalar = 5.0
    """ms: decay of the synaptic current."""

    def __post_init__(self) -> None:
        checks.validate_fields(self, checks.positive, "tau")
        checks.warn_if_seconds(self, "tau")

    def step_coefficients(self, dt: float) -> tuple[Any, ...]:
        """Return the factor per step of `dt` ms, and the mean over a step of what is one at its start."""
        return decay_and_mean(self.tau, dt)

    @filter_kernel
    def filter(state, coefficients, v, current, conductance, dt, key):
        (s,) = rows(state, 1)
        decay, mean = rows(coefficients, 2)
        for i in range(s.size):
            current[i] += s[i] * mean[i]
            x = s[i] * decay[i]
            s[i] = 0.0 if abs(x) < 1e-30 else x

    fused = filter


@dataclass(frozen=True, eq=False)
class ConductanceSynapse(FirstOrderSynapse):
    r"""Exponential conductance: a spike adds the weight in µS to a conductance that decays.

    .. math:: \tau \frac{dg}{dt} = -g, \qquad I = g \cdot (E - v)

    with E the reversal potential. The weight is the jump of the conductance. Within a step the mean of g
    shifts the leak and the reversal potential of the neuron, so that v never crosses E. In NEST,
    `iaf_cond_exp` with weight 1000·w in nS.

    Parameters
    ----------
    tau : Scalar, default 5.0
        ms: decay of the conductance.
    reversal : Scalar, default 0.0
        mV: reversal potential.

    Raises
    ------
    ValueError
        If `tau` is not positive or `reversal` is not finite.

    References
    ----------
    Gerstner et al., *Neuronal Dynamics* (2014), section 3.1.

    Examples
    --------
    >>> from spikingnn import ConductanceSynapse
    >>> inhibition = ConductanceSynapse(tau=10.0, reversal=-80.0)
    >>> inhibition.unit, inhibition.sends_conductance
    ('µS', True)
    """

    tau: Scalar = 5.0
    """ms: decay of the conductance."""
    reversal: Scalar = 0.0
    """mV: reversal potential."""

    unit: ClassVar[str] = "µS"
    sends_conductance: ClassVar[bool] = True

    def __post_init__(self) -> None:
        super().__post_init__()
        checks.validate_fields(self, checks.number, "reversal")

    def step_coefficients(self, dt: float) -> tuple[Any, ...]:
        """Return the factor per step of `dt` ms, the mean over a step of what is one at its start, and E."""
        return (*decay_and_mean(self.tau, dt), self.reversal)

    @filter_kernel
    def filter(state, coefficients, v, current, conductance, dt, key):
        (s,) = rows(state, 1)
        total, driven = rows(conductance, 2)
        decay, mean, reversal = rows(coefficients, 3)
        for i in range(s.size):
            g = s[i] * mean[i]
            total[i] += g
            driven[i] += g * reversal[i]
            x = s[i] * decay[i]
            s[i] = 0.0 if abs(x) < 1e-30 else x

    fused = filter
