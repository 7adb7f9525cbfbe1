"""NMDA receptors: a slow conductance that depends on the potential of the target."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from .._util import checks
from .._util.typing import Scalar
from ..engine.plugin import Rule, Synapse, filter_kernel, rows
from ..plasticity import Saturation
from ._decay import decay_and_mean


@dataclass(frozen=True, eq=False)
class NMDASynapse(Synapse):
    r"""Slow conductance behind a magnesium block, which the depolarised target lifts.

    .. math::

        \tau_\text{decay} \frac{ds}{dt} = -s, \qquad
        I = \frac{s \cdot (E - v)}{1 + [\text{Mg}^{2+}]\, e^{-0.062 v} / 3.57}

    with v in mV, taken at the start of the step (so the PSP is of first order in dt). The rise of about 2
    ms is neglected.

    With ``saturating=False`` the weight is the jump of s. With ``saturating=True`` it is the conductance of
    the fully open gate: a spike opens the share 1 - 1/e of what is still closed of the presynaptic
    neuron's gate, as the rule `Saturation` says, which then belongs to the synapses. This is the gate of
    Wang (2002) with a rate of 0.5 per ms, in the limit of its fast rise: steady values differ by less than
    0.02.

    Parameters
    ----------
    tau_decay : Scalar, default 100.0
        ms: time constant of the decay.
    reversal : Scalar, default 0.0
        mV: reversal potential.
    magnesium : Scalar, default 1.0
        mM: concentration of magnesium; zero: no block.
    saturating : bool, default True
        Whether the gate of each presynaptic neuron saturates.

    Raises
    ------
    ValueError, TypeError
        If a field is out of range, or `tau_decay` is an array and the gate saturates.

    References
    ----------
    Jahr & Stevens, *J. Neurosci.* 10:3178 (1990); Wang, *Neuron* 36:955 (2002).

    Examples
    --------
    >>> from spikingnn import LIFGroup, NMDASynapse, SpikeSource, SynapseGroup
    >>> source, target = SpikeSource([[1.0, 5.0]]), LIFGroup(1)
    >>> SynapseGroup(source, target, weight=0.01, synapse=NMDASynapse()).rule
    Saturation(tau=100.0, share=0.6321205588285577)
    """

    tau_decay: Scalar = 100.0
    """ms: time constant of the decay."""
    reversal: Scalar = 0.0
    """mV: reversal potential."""
    magnesium: Scalar = 1.0
    """mM: concentration of magnesium; zero: no block."""
    saturating: bool = True
    """Whether the gate of each presynaptic neuron saturates."""

    unit: ClassVar[str] = "µS"
    sends_conductance: ClassVar[bool] = True

    def __post_init__(self) -> None:
        checks.validate_fields(self, checks.positive, "tau_decay")
        checks.validate_fields(self, checks.number, "reversal")
        checks.validate_fields(self, checks.non_negative, "magnesium")
        if not isinstance(self.saturating, (bool, np.bool_)):
            checks.fail(self, "saturating", self.saturating, "True or False", TypeError)
        if self.saturating and np.ndim(self.tau_decay):
            accepted = "one number where the gates saturate, which belong to presynaptic neurons"
            checks.fail(self, "tau_decay", self.tau_decay, accepted)
        checks.warn_if_seconds(self, "tau_decay")

    def own_rule(self) -> Rule | None:
        """Return the saturation of the gates, or None."""
        return Saturation(float(np.asarray(self.tau_decay))) if self.saturating else None

    def step_coefficients(self, dt: float) -> tuple[Any, ...]:
        """Return the factor per step, the mean over a step of what is one at its start, E, and [Mg]/3.57."""
        return (*decay_and_mean(self.tau_decay, dt), self.reversal, np.asarray(self.magnesium) / 3.57)

    @filter_kernel
    def filter(state, coefficients, v, current, conductance, dt, key):
        (s,) = rows(state, 1)
        total, driven = rows(conductance, 2)
        decay, mean, reversal, block = rows(coefficients, 4)
        for i in range(s.size):
            g = s[i] * mean[i] / (1.0 + block[i] * math.exp(-0.062 * v[i]))
            total[i] += g
            driven[i] += g * reversal[i]
            x = s[i] * decay[i]
            s[i] = 0.0 if abs(x) < 1e-30 else x
