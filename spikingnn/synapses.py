"""Synapse models: what a spike of weight w does to its target."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from ._util import checks
from .engine.loop import CONDUCTANCE, CURRENT, DELTA, GRADED


__all__ = ["ConductanceSynapse", "DeltaSynapse", "FirstOrderSynapse", "GradedSynapse"]


@dataclass(frozen=True)
class DeltaSynapse:
    """A spike moves the target's membrane potential by the weight in mV at once: v ← v + w.

    The jump is in the potential before the step's decay and threshold test.
    """

    kind: ClassVar = DELTA
    unit: ClassVar = "mV"


@dataclass(frozen=True)
class FirstOrderSynapse:
    """Exponential current: a spike adds the weight in nA to a current that decays, tau ds/dt = -s,   I = Σ s.

    The target receives the mean of s over each step, s·tau/dt·(1 - exp(-dt/tau)): the charge w·tau of a spike is exact.
    Source: Gerstner et al., Neuronal Dynamics (2014), section 3.1; Rotter & Diesmann, Biol. Cybern. 81:381 (1999).
    """

    tau: float = 5.0
    """ms: decay of the synaptic current."""

    kind: ClassVar = CURRENT
    unit: ClassVar = "nA"

    def __post_init__(self):
        _check_tau(self)

    def step_coefficients(self, dt):
        """(keep, mean): the decay of one step, and the mean over the step of what starts as one."""
        keep = math.exp(-dt / self.tau)
        return keep, -math.expm1(-dt / self.tau) * self.tau / dt


@dataclass(frozen=True)
class ConductanceSynapse(FirstOrderSynapse):
    """Exponential conductance: a spike adds the weight in µS, tau dg/dt = -g,   I = g·(reversal - v).

    Within a step the mean of g shifts the neuron's leak and reversal, so that v never crosses the reversal potential.
    Source: Gerstner et al., Neuronal Dynamics (2014), section 3.1.
    """

    tau: float = 5.0
    """ms: decay of the conductance."""
    reversal: float = 0.0
    """mV: reversal potential."""

    kind: ClassVar = CONDUCTANCE
    unit: ClassVar = "µS"

    def __post_init__(self):
        _check_tau(self)
        checks.validate_fields(self, checks.number, "reversal")


@dataclass(frozen=True)
class GradedSynapse:
    """Without spikes: at every step the target's current gets weight · x, x the first state row of the source as the last step left it.

    The weight is in nA a unit of x; a noise current is a source such as OrnsteinUhlenbeck (x in nA) with weight 1.
    """

    kind: ClassVar = GRADED
    unit: ClassVar = "nA per unit of the source's first state"


def _check_tau(synapse):
    checks.validate_fields(synapse, checks.positive, "tau")
    if not isinstance(synapse.tau, float):
        checks.fail(synapse, "tau", synapse.tau, "one number (give each time constant a SynapseGroup of its own)")
    checks.warn_if_seconds(synapse, "tau")
