"""Calcium-based plasticity: a bistable efficacy moves up or down while the calcium is above two
thresholds."""

from __future__ import annotations

import math
from dataclasses import dataclass

from .._util import checks
from .._util.typing import Traces
from ..engine.plugin import ADD, Rule, normal, on_tick_kernel
from ..engine.scalars import scalars


@dataclass(frozen=True, eq=False)
class GraupnerBrunel(Rule):
    r"""Calcium-based synaptic plasticity with two stable efficacies.

    .. math::

        \tau \frac{d\rho}{dt} &= -\rho (1 - \rho)(\rho_\star - \rho)
        + \gamma_p (1 - \rho)\, \Theta(c - \theta_p) - \gamma_d\, \rho\, \Theta(c - \theta_d)
        + \sigma \sqrt{\tau} \sqrt{\Theta(c - \theta_d) + \Theta(c - \theta_p)}\; \eta(t) \\
        c &= C_\text{pre}\, x + C_\text{post}\, y, \qquad
        w = w_\text{down} + \rho\, (w_\text{up} - w_\text{down})

    x and y are traces to which each spike adds one and which decay with ``tau_calcium``; a presynaptic spike
    counts from its arrival, so that the delay D of the presynaptic calcium is the `delay` of the synapses.
    Θ is the step function and η white noise, drawn independently for each synapse. The equation advances
    every ``interval``, in Euler steps with the calcium at their end. The weight is the efficacy: without
    spikes it stays near ``w_down`` or ``w_up``, which the noise can leave; it is clipped to [w_min, w_max].
    The default parameters are those of the curve "DP" (depression, then potentiation) of figure 2.

    Parameters
    ----------
    tau : float, default 150000.0
        ms: time constant of the efficacy.
    rho_star : float, default 0.5
        Boundary between the basins of the two stable efficacies, between 0 and 1.
    gamma_p : float, default 321.808
        Rate of potentiation.
    gamma_d : float, default 200.0
        Rate of depression.
    theta_p : float, default 1.3
        Calcium above which there is potentiation.
    theta_d : float, default 1.0
        Calcium above which there is depression.
    sigma : float, default 2.8284
        Amplitude of the noise; zero: none.
    tau_calcium : float, default 20.0
        ms: decay time constant of the calcium.
    c_pre : float, default 1.0
        Calcium that a presynaptic spike lets in.
    c_post : float, default 2.0
        Calcium that a postsynaptic spike lets in.
    interval : float, default 1.0
        ms: time between two updates.
    w_down : float, default 0.0
        Weight of the lower efficacy, ρ = 0.
    w_up : float, default 1.0
        Weight of the upper efficacy, ρ = 1.
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
    Graupner & Brunel, PNAS 109:3991 (2012), eqs. 1 and 2, with the noise of the correction, PNAS 109:21551
    (2012).

    Examples
    --------
    Sixty pairs in which the postsynaptic spike follows after 10 ms, without noise:

    >>> import numpy as np
    >>> from spikingnn import GraupnerBrunel, Network, SpikeSource, SynapseGroup
    >>> times = 1000.0 * np.arange(60) + 100.0
    >>> pre, post = SpikeSource([times]), SpikeSource([times + 23.7])
    >>> rule = GraupnerBrunel(sigma=0.0)
    >>> synapses = SynapseGroup(pre, post, 0.0, delay=13.7, rule=rule)
    >>> Network(pre, post, synapses).run(60_000.0)
    >>> synapses.weight.round(1)
    array([[0.5]])
    """

    tau: float = 150_000.0
    """ms: time constant of the efficacy."""
    rho_star: float = 0.5
    """Boundary between the basins of the two stable efficacies, between 0 and 1."""
    gamma_p: float = 321.808
    """Rate of potentiation."""
    gamma_d: float = 200.0
    """Rate of depression."""
    theta_p: float = 1.3
    """Calcium above which there is potentiation."""
    theta_d: float = 1.0
    """Calcium above which there is depression."""
    sigma: float = 2.8284
    """Amplitude of the noise; zero: none."""
    tau_calcium: float = 20.0
    """ms: decay time constant of the calcium."""
    c_pre: float = 1.0
    """Calcium that a presynaptic spike lets in."""
    c_post: float = 2.0
    """Calcium that a postsynaptic spike lets in."""
    interval: float = 1.0
    """ms: time between two updates."""
    w_down: float = 0.0
    """Weight of the lower efficacy, ρ = 0."""
    w_up: float = 1.0
    """Weight of the upper efficacy, ρ = 1."""
    w_min: float = -math.inf
    """Lower bound of the weight."""
    w_max: float = math.inf
    """Upper bound of the weight."""

    def __post_init__(self) -> None:
        checks.validate_fields(self, checks.positive, "tau", "tau_calcium", "interval", "theta_p", "theta_d")
        checks.validate_fields(self, checks.unit_interval, "rho_star")
        checks.validate_fields(self, checks.non_negative, "gamma_p", "gamma_d", "sigma", "c_pre", "c_post")
        checks.validate_fields(self, checks.number, "w_down", "w_up")
        checks.ordered(self, "w_down", self.w_down, "w_up", self.w_up)
        checks.weight_bounds(self)
        checks.warn_if_seconds(self, "tau", "tau_calcium")

    def pre_traces(self) -> Traces:
        """Declare x."""
        return ((self.tau_calcium, ADD),)

    def post_traces(self) -> Traces:
        """Declare y."""
        return ((self.tau_calcium, ADD),)

    def step_coefficients(self, dt: float) -> tuple[float, ...]:
        """Return interval/tau, the noise of an interval, and the fields from rho_star on as `on_tick` names
        them."""
        share = max(1, round(self.interval / dt)) * dt / self.tau
        return (share, self.sigma * math.sqrt(share), self.rho_star, self.gamma_p, self.gamma_d, self.theta_p,
                self.theta_d, self.c_pre, self.c_post, self.w_down, self.w_up - self.w_down, self.w_min,
                self.w_max)

    @on_tick_kernel
    def on_tick(weight, state, pre, post, params, t, key):
        (share, noise, rho_star, gamma_p, gamma_d, theta_p, theta_d, c_pre, c_post, w_down, span, w_min,
         w_max) = scalars(params, 13)
        x, y = pre[0], post[0]
        for i in range(weight.size):
            rho, c = (weight[i] - w_down) / span, c_pre * x[i] + c_post * y
            change, above = -rho * (1.0 - rho) * (rho_star - rho), 0.0
            if c > theta_p:
                change, above = change + gamma_p * (1.0 - rho), 1.0
            if c > theta_d:
                change, above = change - gamma_d * rho, above + 1.0
            rho += share * change
            if above > 0.0 and noise > 0.0:
                rho += noise * math.sqrt(above) * normal(key, i)
            weight[i] = min(max(w_down + rho * span, w_min), w_max)
