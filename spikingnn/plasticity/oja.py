"""Oja's rule: Hebbian growth that normalises itself and finds the first principal component."""

from __future__ import annotations

import math
from dataclasses import dataclass

from .._util import checks
from .._util.typing import Traces
from ..engine.plugin import ADD, Rule, on_tick_kernel
from ..engine.scalars import scalars


@dataclass(frozen=True, eq=False)
class Oja(Rule):
    r"""Oja's rule on spike traces x (presynaptic) and y (postsynaptic).

    .. math::

        \frac{dw}{dt} = \eta \, y \, (x - y w)

    The weights are clipped to [w_min, w_max]. A spike adds one to its trace, which decays with τ: a rate
    r (in 1/ms) keeps it at r·τ on average. Every ``interval`` the equation is solved exactly for constant
    traces, so that no learning rate is unstable. For a neuron whose rate is Σ w·r the incoming weights
    converge to the first eigenvector of the correlation matrix ⟨x xᵀ⟩, of unit length (of length 1/√gain
    for a rate of gain·Σ w·r).

    Parameters
    ----------
    eta : float, default 1e-05
        1/ms: learning rate.
    tau : float, default 50.0
        ms: decay time constant of both traces.
    interval : float, default 10.0
        ms: time between two updates.
    w_min : float, default -inf
        Lower bound of the weight.
    w_max : float, default inf
        Upper bound of the weight.

    Raises
    ------
    ValueError
        If a field is out of range; the message names the field.

    References
    ----------
    Oja, J. Math. Biol. 15:267 (1982); Gerstner et al., *Neuronal Dynamics* (2014), section 19.2.1.

    Examples
    --------
    >>> from spikingnn import InputGroup, LIFGroup, Network, Oja, PoissonEncoder, SynapseGroup
    >>> pre, post = InputGroup(20, PoissonEncoder(50.0)), LIFGroup(1)
    >>> synapses = SynapseGroup(pre, post, 0.5, rule=Oja(eta=1e-3))
    >>> Network(pre, post, synapses, seed=1).run(1000.0, inputs={pre: 1.0})
    >>> bool(synapses.weight.std() > 0.0)
    True
    """

    eta: float = 1e-5
    """1/ms: learning rate."""
    tau: float = 50.0
    """ms: decay time constant of both traces."""
    interval: float = 10.0
    """ms: time between two updates."""
    w_min: float = -math.inf
    """Lower bound of the weight."""
    w_max: float = math.inf
    """Upper bound of the weight."""

    def __post_init__(self) -> None:
        checks.validate_fields(self, checks.non_negative, "eta")
        checks.validate_fields(self, checks.positive, "tau", "interval")
        checks.weight_bounds(self)
        checks.warn_if_seconds(self, "tau")

    def pre_traces(self) -> Traces:
        """Declare x."""
        return ((self.tau, ADD),)

    def post_traces(self) -> Traces:
        """Declare y."""
        return ((self.tau, ADD),)

    def step_coefficients(self, dt: float) -> tuple[float, ...]:
        """Return eta·interval, w_min, w_max."""
        return self.eta * max(1, round(self.interval / dt)) * dt, self.w_min, self.w_max

    @on_tick_kernel
    def on_tick(weight, state, pre, post, params, t, key):
        eta, w_min, w_max = scalars(params, 3)
        x, y = pre[0], post[0]
        if y > 0.0:
            decay, gain = math.exp(-eta * y * y), -math.expm1(-eta * y * y) / y
            for i in range(weight.size):
                weight[i] = min(max(decay * weight[i] + gain * x[i], w_min), w_max)
