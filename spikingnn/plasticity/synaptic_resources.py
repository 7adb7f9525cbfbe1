"""Short-term plasticity with a state and parameters of its own for each synapse, in the three-state form."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from .._util import checks
from ..engine.plugin import Rule, release_kernel


@dataclass(frozen=True, eq=False)
class SynapticResources(Rule):
    r"""Short-term plasticity whose resources are recovered (x), active (y) or inactive (z), per synapse.

    .. math::

        \frac{dx}{dt} = \frac{z}{\tau_\text{recovery}}, \qquad \frac{dy}{dt} = -\frac{y}{\tau_\text{active}},
        \qquad z = 1 - x - y, \qquad \frac{du}{dt} = -\frac{u}{\tau_\text{facilitation}}

    and at each spike, in this order,

    .. math::

        u \leftarrow u + u_\text{rest} (1 - u), \qquad \text{delivered} = w\, u\, x, \qquad
        y \leftarrow y + u x, \qquad x \leftarrow x - u x

    Between spikes all is solved exactly. With ``tau_active`` the time constant of the synapse, its current is
    w·y. ``tau_active=0`` is the two-state form, in which used resources are inactive at once:
    `TsodyksMarkram`, which keeps one state per presynaptic neuron, then gives the same at less cost.
    Resources and parameters can differ between synapses and be drawn:
    ``synapses["u_rest"] = lambda rng, size: rng.uniform(0.3, 0.7, size)``; the states are
    ``synapses["recovered"]``, ``["active"]`` and ``["u"]`` as the last spike, at ``["t_spike"]``, left them.
    The weights do not change.

    Parameters
    ----------
    u_rest : float, default 0.5
        Fraction of the recovered resources that a spike after a long silence uses, U.
    tau_recovery : float, default 800.0
        ms: time constant of the recovery of inactive resources.
    tau_facilitation : float, default 0.0
        ms: decay time constant of the facilitation; zero: no facilitation.
    tau_active : float, default 3.0
        ms: decay time constant of the active resources; zero: the two-state form.

    Raises
    ------
    ValueError
        If a field is out of range; the message names the field.

    References
    ----------
    Tsodyks & Markram, PNAS 94:719 (1997); Tsodyks, Uziel & Markram, J. Neurosci. 20:RC50 (2000), eqs. 3–4.

    Examples
    --------
    Two synapses of one axon, one of which facilitates:

    >>> from spikingnn import (DeltaSynapse, FirstOrderLIF, Network, NeuronGroup, SpikeSource, StateMonitor,
    ...                        SynapseGroup, SynapticResources)
    >>> pre, post = SpikeSource([[1.0, 11.0]]), NeuronGroup(2, FirstOrderLIF(tau_m=float("inf")))
    >>> synapses = SynapseGroup(pre, post, 10.0, DeltaSynapse(), rule=SynapticResources(tau_recovery=100.0))
    >>> synapses["u_rest"] = [[0.5, 0.1]]
    >>> synapses["tau_facilitation"] = [[0.0, 1000.0]]
    >>> v = StateMonitor(post, "v", every=10.0)
    >>> Network(pre, post, synapses, v).run(20.0)
    >>> v.values.round(2)
    array([[-60.  , -64.  ],
           [-57.33, -62.29]])
    """

    u_rest: float = 0.5
    """Fraction of the recovered resources that a spike after a long silence uses, U."""
    tau_recovery: float = 800.0
    """ms: time constant of the recovery of inactive resources."""
    tau_facilitation: float = 0.0
    """ms: decay time constant of the facilitation; zero: no facilitation."""
    tau_active: float = 3.0
    """ms: decay time constant of the active resources; zero: the two-state form."""

    synapse_state: ClassVar[tuple[str, ...]] = (
        "recovered", "active", "u", "t_spike", "u_rest", "tau_recovery", "tau_facilitation", "tau_active")

    def __post_init__(self) -> None:
        checks.validate_fields(self, checks.unit_interval, "u_rest")
        checks.validate_fields(self, checks.positive, "tau_recovery")
        checks.validate_fields(self, checks.non_negative, "tau_facilitation", "tau_active")
        checks.warn_if_seconds(self, "tau_recovery", "tau_facilitation", "tau_active")

    def initial(self) -> tuple[float, ...]:
        """Return recovered resources, and the fields for every synapse."""
        return 1.0, 0.0, 0.0, 0.0, self.u_rest, self.tau_recovery, self.tau_facilitation, self.tau_active

    def step_coefficients(self, dt: float) -> tuple[float, ...]:
        """Return nothing: each synapse has its own parameters."""
        return ()

    @release_kernel
    def release(factor, state, pre, post, params, t, key):
        x, y, u, t_spike = state[0], state[1], state[2], state[3]
        u_rest, tau_recovery, tau_facilitation, tau_active = state[4], state[5], state[6], state[7]
        for s in range(factor.size):
            since = t - t_spike[s]
            recovering, active = math.exp(-since / tau_recovery[s]), 0.0
            if tau_active[s] > 0.0:
                active = math.exp(-since / tau_active[s])
            if tau_active[s] == tau_recovery[s]:
                through = since / tau_recovery[s] * recovering
            else:
                through = tau_recovery[s] * (recovering - active) / (tau_recovery[s] - tau_active[s])
            inactive = (1.0 - x[s] - y[s]) * recovering + y[s] * through
            y[s] *= active
            x[s] = 1.0 - y[s] - inactive
            u[s] *= math.exp(-since / tau_facilitation[s]) if tau_facilitation[s] > 0.0 else 0.0
            u[s] += u_rest[s] * (1.0 - u[s])
            used = u[s] * x[s]
            x[s] -= used
            y[s] += used
            t_spike[s] = t
            factor[s] *= used
