"""The rule of Bienenstock, Cooper and Munro, whose threshold slides with the activity and makes neurons
selective.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from .._util import checks
from .._util.typing import Traces
from ..engine.plugin import ADD, HOOK, Rule, on_tick_kernel
from ..engine.scalars import scalars


@dataclass(frozen=True, eq=False)
class BCM(Rule):
    r"""BCM rule on spike traces x (presynaptic) and y (postsynaptic), with a sliding threshold θ.

    .. math::

        \frac{dw}{dt} = \eta \, x \, y \, (y - \theta), \qquad
        \tau_\theta \frac{d\theta}{dt} = \frac{y^2}{y_0} - \theta, \qquad y_0 = \text{rate} \cdot \tau

    The weights are clipped to [w_min, w_max]. A spike adds one to its trace, which decays with τ: a rate
    r (in 1/ms) keeps it at r·τ on average. Postsynaptic activity above θ potentiates active inputs,
    activity below θ depresses them. θ starts at zero and follows the mean of y²/y₀, so that a neuron of
    steady activity settles at ``rate``, and one that responds to a stimulus shown during a fraction p of
    the time settles at rate/p during the stimulus. ``tau_theta`` must be longer than a cycle of stimuli
    and shorter than learning takes. Weights are updated every ``interval``.

    Parameters
    ----------
    eta : float, default 1e-06
        1/ms: learning rate.
    rate : float, default 10.0
        Hz: mean rate at which the postsynaptic neuron settles.
    tau : float, default 50.0
        ms: decay time constant of both traces.
    tau_theta : float, default 5000.0
        ms: time constant of the sliding threshold.
    interval : float, default 10.0
        ms: time between two updates.
    w_min : float, default 0.0
        Lower bound of the weight.
    w_max : float, default inf
        Upper bound of the weight.

    Raises
    ------
    ValueError
        If a field is out of range; the message names the field.

    References
    ----------
    Bienenstock, Cooper & Munro, J. Neurosci. 2:32 (1982); Intrator & Cooper, Neural Networks 5:3 (1992).

    Examples
    --------
    >>> from spikingnn import BCM, InputGroup, LIFGroup, Network, PoissonEncoder, SynapseGroup
    >>> pre, post = InputGroup(20, PoissonEncoder(50.0)), LIFGroup(1)
    >>> synapses = SynapseGroup(pre, post, 0.3, rule=BCM(eta=1e-5))
    >>> Network(pre, post, synapses, seed=1).run(500.0, inputs={pre: 1.0})
    >>> bool(synapses.weight.mean() > 0.3)
    True
    """

    eta: float = 1e-6
    """1/ms: learning rate."""
    rate: float = 10.0
    """Hz: mean rate at which the postsynaptic neuron settles."""
    tau: float = 50.0
    """ms: decay time constant of both traces."""
    tau_theta: float = 5000.0
    """ms: time constant of the sliding threshold."""
    interval: float = 10.0
    """ms: time between two updates."""
    w_min: float = 0.0
    """Lower bound of the weight."""
    w_max: float = math.inf
    """Upper bound of the weight."""

    post_names: ClassVar[tuple[str, ...]] = ("y", "theta")

    def __post_init__(self) -> None:
        checks.validate_fields(self, checks.non_negative, "eta")
        checks.validate_fields(self, checks.positive, "rate", "tau", "tau_theta", "interval")
        checks.weight_bounds(self)
        checks.warn_if_seconds(self, "tau", "tau_theta")

    def pre_traces(self) -> Traces:
        """Declare x."""
        return ((self.tau, ADD),)

    def post_traces(self) -> Traces:
        """Declare y and θ; the engine lets θ decay, the hook adds its increase."""
        return (self.tau, ADD), (self.tau_theta, HOOK)

    def step_coefficients(self, dt: float) -> tuple[float, ...]:
        """Return eta·interval, the contribution of y² to θ in an interval, w_min, w_max."""
        interval = max(1, round(self.interval / dt)) * dt
        share = -math.expm1(-interval / self.tau_theta) / (self.rate / 1000.0 * self.tau)
        return self.eta * interval, share, self.w_min, self.w_max

    @on_tick_kernel
    def on_tick(weight, state, pre, post, params, t, key):
        eta, share, w_min, w_max = scalars(params, 4)
        x, y = pre[0], post[0]
        post[1] += share * y * y
        change = eta * y * (y - post[1])
        if y > 0.0:
            for i in range(weight.size):
                weight[i] = min(max(weight[i] + change * x[i], w_min), w_max)
