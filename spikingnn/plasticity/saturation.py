"""Saturation of receptors: a spike opens a share of those that are still closed."""

from __future__ import annotations

import math
from dataclasses import dataclass

from .._util import checks
from .._util.typing import Traces
from ..engine.plugin import HOOK, Rule, efficacy_kernel
from ..engine.scalars import scalars


@dataclass(frozen=True, eq=False)
class Saturation(Rule):
    r"""The gate s of a synapse saturates at one: a spike delivers a share of what is left to open.

    .. math::

        \text{spike:} \quad \text{delivered} = w\, \alpha\, (1 - s), \qquad s \leftarrow s + \alpha\, (1 - s);
        \qquad \frac{ds}{dt} = -\frac{s}{\tau}

    With ``tau`` the time constant of the synapse, its current or conductance is Σ w·s: the saturating NMDA
    receptor. α = 1 − 1/e stands for the rise of the two-variable gate of Wang (1999), whose mean it matches
    between 2 and 100 Hz within 2 %. There is one gate per presynaptic neuron; the weights do not change.

    Parameters
    ----------
    tau : float, default 100.0
        ms: decay time constant of the gate, that of the synapse.
    alpha : float, default -math.expm1(-1.0)
        Share of the closed receptors that a spike opens, from 0 to 1.

    Raises
    ------
    ValueError
        If a field is out of range; the message names the field.

    References
    ----------
    Wang, J. Neurosci. 19:9587 (1999); Brunel & Wang, J. Comput. Neurosci. 11:63 (2001), eqs. 9 and 10.

    Examples
    --------
    The second of two spikes opens less:

    >>> from spikingnn import DeltaSynapse, LIFGroup, Network, Saturation, SpikeSource, StateMonitor, SynapseGroup
    >>> pre, post = SpikeSource([[1.0, 3.0]]), LIFGroup(1)
    >>> v = StateMonitor(post, "v", every=1.0)
    >>> Network(pre, post, SynapseGroup(pre, post, 10.0, DeltaSynapse(), rule=Saturation()), v).run(5.0)
    >>> v.values.ravel().round(1)
    array([-65. , -59. , -59.3, -57.2, -57.6])
    """

    tau: float = 100.0
    """ms: decay time constant of the gate, that of the synapse."""
    alpha: float = -math.expm1(-1.0)
    """Share of the closed receptors that a spike opens, from 0 to 1."""

    def __post_init__(self) -> None:
        checks.validate_fields(self, checks.positive, "tau")
        checks.validate_fields(self, checks.unit_interval, "alpha")
        checks.warn_if_seconds(self, "tau")

    def pre_traces(self) -> Traces:
        """Declare s."""
        return ((self.tau, HOOK),)

    def step_coefficients(self, dt: float) -> tuple[float, ...]:
        """Return alpha."""
        return (self.alpha,)

    @efficacy_kernel
    def efficacy(pre, params, t, key):
        (alpha,) = scalars(params, 1)
        opened = alpha * (1.0 - pre[0])
        pre[0] += opened
        return opened
