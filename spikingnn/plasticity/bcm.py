"""The rule of Bienenstock, Cooper and Munro: a threshold that slides with the activity makes neurons selective."""

from __future__ import annotations

import math
from dataclasses import dataclass

from .._util import checks
from ..engine.plugin import ADD, HOOK, Rule, on_tick_kernel


@dataclass(frozen=True, eq=False)
class BCM(Rule):
    """BCM on spike traces x (presynaptic) and y (postsynaptic), clipped to [w_min, w_max]:

        dw/dt = eta · x · y · (y - theta),      tau_theta · dtheta/dt = y²/y_0 - theta,      y_0 = rate · tau

    Traces add one at a spike and decay with tau: a rate r (1/ms) holds them at r·tau. Activity above theta strengthens
    the active inputs, below it weakens them; theta starts at zero and slides to ⟨y²⟩/y_0, so that a neuron of steady
    activity settles at `rate`, and one that prefers a stimulus shown a share p of the time at rate/p during it. tau_theta must be
    longer than a round of stimuli and shorter than learning takes. Updated every `interval` ms.
    Source: Bienenstock, Cooper & Munro, J. Neurosci. 2:32 (1982); Intrator & Cooper, Neural Networks 5:3 (1992).
    """

    eta: float = 1e-6
    """1/ms: learning rate."""
    rate: float = 10.0
    """Hz: mean rate at which the postsynaptic neuron settles."""
    tau: float = 50.0
    """ms: decay of both traces."""
    tau_theta: float = 5000.0
    """ms: memory of the threshold."""
    interval: float = 10.0
    """ms: between two updates."""
    w_min: float = 0.0
    """Bounds of the weight."""
    w_max: float = math.inf

    def __post_init__(self):
        checks.validate_fields(self, checks.non_negative, "eta")
        checks.validate_fields(self, checks.positive, "rate", "tau", "tau_theta", "interval")
        checks.weight_bounds(self)
        checks.warn_if_seconds(self, "tau", "tau_theta")

    def pre_traces(self):
        """x."""
        return ((self.tau, ADD),)

    def post_traces(self):
        """y, theta; the engine lets theta decay, the hook adds what is new."""
        return (self.tau, ADD), (self.tau_theta, HOOK)

    def step_coefficients(self, dt):
        """eta·interval, the share of y² that enters theta in an interval, w_min, w_max."""
        interval = max(1, round(self.interval / dt)) * dt
        share = -math.expm1(-interval / self.tau_theta) / (self.rate / 1000.0 * self.tau)
        return self.eta * interval, share, self.w_min, self.w_max

    @on_tick_kernel
    def on_tick(weight, memory, pre, post, params):
        eta, share, w_min, w_max = params[0], params[1], params[2], params[3]
        x, y = pre[0], post[0]
        post[1] += share * y * y
        change = eta * y * (y - post[1])
        if y > 0.0:
            for i in range(weight.size):
                weight[i] = min(max(weight[i] + change * x[i], w_min), w_max)
