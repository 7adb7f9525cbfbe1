"""Short-term plasticity: what a spike delivers depends on the spikes before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from .._util import checks
from .._util.typing import Traces
from ..engine.plugin import HOOK, Rule, efficacy_kernel
from ..engine.scalars import scalars


@dataclass(frozen=True, eq=False)
class TsodyksMarkram(Rule):
    r"""Short-term depression and facilitation; the weights themselves do not change.

    A spike delivers w · u · R, where at each spike, in this order,

    .. math::

        u \leftarrow u + u_\text{rest} (1 - u), \qquad \text{delivered} = u R, \qquad R \leftarrow R - u R

    Between spikes u decays to zero with ``tau_facilitation``, and R recovers to one with ``tau_recovery``
    (both exactly). The first spike delivers w · u_rest. In the steady state at interspike interval T,
    with e_f = exp(-T/tau_facilitation) and e_r = exp(-T/tau_recovery), it is u = u_rest / (1 - (1 -
    u_rest)·e_f) and R = (1 - e_r) / (1 - (1 - u)·e_r). ``tau_facilitation=0`` is pure depression (u =
    u_rest always). There is one state per presynaptic neuron, at the arrival of its spikes: ``synapses["u"]``
    and ``synapses["d"]``, d = 1 - R.

    Parameters
    ----------
    u_rest : float, default 0.5
        Fraction of the available resources that a spike after a long silence uses, U.
    tau_recovery : float, default 800.0
        ms: time constant of the recovery of the resources (depression).
    tau_facilitation : float, default 0.0
        ms: decay time constant of the facilitation; zero: no facilitation.

    Raises
    ------
    ValueError
        If a field is out of range; the message names the field.

    References
    ----------
    Tsodyks, Pawelzik & Markram, Neural Comput. 10:821 (1998), eqs. 2.1–2.4; Markram, Wang & Tsodyks, PNAS
    95:5323 (1998).

    Examples
    --------
    The second of two spikes delivers less than the first:

    >>> from spikingnn import (DeltaSynapse, LIFGroup, Network, SpikeSource, StateMonitor, SynapseGroup,
    ...                        TsodyksMarkram)
    >>> pre, post = SpikeSource([[1.0, 3.0]]), LIFGroup(1)
    >>> v = StateMonitor(post, "v", every=1.0)
    >>> Network(pre, post, SynapseGroup(pre, post, 10.0, DeltaSynapse(), rule=TsodyksMarkram()), v).run(5.0)
    >>> v.values.ravel().round(1)
    array([-65. , -60.2, -60.5, -58.3, -58.6])
    """

    u_rest: float = 0.5
    """Fraction of the available resources that a spike after a long silence uses, U."""
    tau_recovery: float = 800.0
    """ms: time constant of the recovery of the resources (depression)."""
    tau_facilitation: float = 0.0
    """ms: decay time constant of the facilitation; zero: no facilitation."""

    pre_names: ClassVar[tuple[str, ...]] = ("u", "d")

    def __post_init__(self) -> None:
        checks.validate_fields(self, checks.unit_interval, "u_rest")
        checks.validate_fields(self, checks.positive, "tau_recovery")
        checks.validate_fields(self, checks.non_negative, "tau_facilitation")
        checks.warn_if_seconds(self, "tau_recovery", "tau_facilitation")

    def pre_traces(self) -> Traces:
        """Declare u and 1 - R, which both decay to zero."""
        return (self.tau_facilitation or 1e-6, HOOK), (self.tau_recovery, HOOK)

    def step_coefficients(self, dt: float) -> tuple[float, ...]:
        """Return u_rest."""
        return (self.u_rest,)

    @efficacy_kernel
    def efficacy(pre, params, t, key):
        (u_rest,) = scalars(params, 1)
        u = pre[0] + u_rest * (1.0 - pre[0])
        delivered = u * (1.0 - pre[1])
        pre[0] = u
        pre[1] += delivered
        return delivered
