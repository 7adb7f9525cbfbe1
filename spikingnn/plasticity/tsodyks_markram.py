"""Short-term plasticity: what a spike delivers depends on the spikes before it."""

from __future__ import annotations

from dataclasses import dataclass

from .._util import checks
from ..engine.plugin import HOOK, Rule, efficacy_kernel


@dataclass(frozen=True, eq=False)
class TsodyksMarkram(Rule):
    """Depression and facilitation; the weights themselves stay. A spike delivers w · u · R, where at each spike, in this order,

        u ← u + u_rest · (1 - u),      delivered = u · R,      R ← R - u · R

    and between spikes u decays to zero with tau_facilitation, and R recovers to one with tau_recovery (both exactly).
    The first spike delivers w · u_rest. At a steady rate with interval T, e_f = exp(-T/tau_facilitation) and e_r =
    exp(-T/tau_recovery), it is u = u_rest / (1 - (1 - u_rest)·e_f) and R = (1 - e_r) / (1 - (1 - u)·e_r).
    tau_facilitation = 0 is pure depression (u = u_rest always). The state is one a presynaptic neuron, at the arrival.
    Source: Tsodyks, Pawelzik & Markram, Neural Comput. 10:821 (1998), eqs. 2.1–2.4; Markram, Wang & Tsodyks, PNAS 95:5323 (1998).
    """

    u_rest: float = 0.5
    """Share of the resources that a spike after long silence uses, U."""
    tau_recovery: float = 800.0
    """ms: recovery of the resources (depression)."""
    tau_facilitation: float = 0.0
    """ms: decay of the facilitation; zero: none."""

    def __post_init__(self):
        checks.validate_fields(self, checks.unit_interval, "u_rest")
        checks.validate_fields(self, checks.positive, "tau_recovery")
        checks.validate_fields(self, checks.non_negative, "tau_facilitation")
        checks.warn_if_seconds(self, "tau_recovery", "tau_facilitation")

    def pre_traces(self):
        """u, and 1 - R: both decay to zero."""
        return (self.tau_facilitation or 1e-6, HOOK), (self.tau_recovery, HOOK)

    def step_coefficients(self, dt):
        """u_rest."""
        return (self.u_rest,)

    @efficacy_kernel
    def efficacy(pre, params):
        u_rest = params[0]
        u = pre[0] + u_rest * (1.0 - pre[0])
        delivered = u * (1.0 - pre[1])
        pre[0] = u
        pre[1] += delivered
        return delivered
