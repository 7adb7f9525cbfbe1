"""The prescribed error sensitivity rule: decoders learn from an error that another population represents."""

from __future__ import annotations

from dataclasses import dataclass

from .._util import checks
from .._util.typing import Traces
from ..engine.plugin import ADD, SIGNAL, Rule, on_tick_kernel
from ..engine.scalars import scalars


@dataclass(frozen=True, eq=False)
class PES(Rule):
    r"""Prescribed error sensitivity: the weights learn what brings an error to zero.

    .. math::

        \frac{dw_{ij}}{dt} = -\frac{\kappa}{n}\, a_i\, \varepsilon_j \frac{1000}{\tau_\text{synapse}},
        \qquad \varepsilon_j = \text{gain}_j\, e_j \cdot E

    κ is ``rate``, per second, n the number of sources, a the rate of source i in Hz, its spikes filtered with
    ``tau``, and ε the error current of target j in nA: the rule's signal. With gain and encoder e of a tuned
    population, this is a change of the decoders by :math:`-\kappa\, a_i\, E / n`, the form of Nengo, whose
    rates are therefore the same numbers. ``learned = connect(source, target, learning=PES())`` and
    ``connect(error, learned)`` lay out both; the error is the actual value minus the desired one.

    Parameters
    ----------
    rate : float, default 0.0001
        1/s: learning rate κ.
    tau : float, default 5.0
        ms: time constant with which the spikes of the sources are filtered.
    tau_synapse : float, default 5.0
        ms: time constant of the synapses that learn; `connect` sets it.
    interval : float, default 1.0
        ms: time between two updates.

    Raises
    ------
    ValueError
        If a field is out of range; the message names the field.

    References
    ----------
    MacNeil & Eliasmith, PLoS ONE 6:e22885 (2011); Bekolay, Kolbeck & Eliasmith, Proc. CogSci 35:169 (2013).

    Examples
    --------
    A population learns to pass on a value, from an error that a third one represents:

    >>> from spikingnn import PES, LIFGroup, Network, SpikeMonitor, connect
    >>> from spikingnn.nef import decoded
    >>> a, b, error = (LIFGroup(80, dimensions=1, seed=seed) for seed in range(3))
    >>> learned = connect(a, b, lambda x: 0.0 * x, learning=PES(rate=1e-3))
    >>> teaching = connect(error, learned)
    >>> parts = connect(b, error), connect(a, error, transform=-1.0), SpikeMonitor(b)
    >>> Network(a, b, error, learned, teaching, parts, seed=0).run(800.0, inputs={a: a.current([0.6])})
    >>> t, x = decoded(parts[-1], b.decoders(), tau=20.0)
    >>> print(round(float(x[-1000:].mean()), 1))
    0.6
    """

    rate: float = 1e-4
    """1/s: learning rate κ."""
    tau: float = 5.0
    """ms: time constant with which the spikes of the sources are filtered."""
    tau_synapse: float = 5.0
    """ms: time constant of the synapses that learn; `connect` sets it."""
    interval: float = 1.0
    """ms: time between two updates."""

    def __post_init__(self) -> None:
        checks.validate_fields(self, checks.non_negative, "rate")
        checks.validate_fields(self, checks.positive, "tau", "tau_synapse", "interval")
        checks.warn_if_seconds(self, "tau", "tau_synapse")

    def pre_traces(self) -> Traces:
        """Declare the filtered spikes of the sources."""
        return ((self.tau, ADD),)

    def post_traces(self) -> Traces:
        """Declare the error current."""
        return ((0.0, SIGNAL),)

    def step_coefficients(self, dt: float) -> tuple[float, ...]:
        """Return what one update with trace, error and n equal to one subtracts from a weight."""
        interval = max(1, round(self.interval / dt)) * dt
        return (self.rate * interval * 1000.0 / (self.tau * self.tau_synapse),)

    @on_tick_kernel
    def on_tick(weight, state, pre, post, params, t, key):
        (rate,) = scalars(params, 1)
        x, change = pre[0], -rate * post[0] / weight.size
        if change != 0.0:
            for i in range(weight.size):
                weight[i] += change * x[i]
