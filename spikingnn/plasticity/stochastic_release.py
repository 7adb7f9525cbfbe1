"""Unreliable synapses: a spike releases transmitter with some probability, at each synapse for itself."""

from __future__ import annotations

from dataclasses import dataclass

from .._util import checks
from ..engine.plugin import Rule, release_kernel, uniform
from ..engine.scalars import scalars


@dataclass(frozen=True, eq=False)
class StochasticRelease(Rule):
    r"""A spike arrives at each synapse with some probability, independently of the others.

    .. math:: \text{delivered} = w \, k / n, \qquad k \sim \text{binomial}(n, p)

    n = ``sites`` release sites of a synapse release their quantum w/n with ``probability`` p: mean p·w,
    variance p·(1 − p)·w²/n. The weights do not change. With other rules on the same synapses the factors
    multiply: ``rule=[TsodyksMarkram(), StochasticRelease(0.3)]``.

    Parameters
    ----------
    probability : float, default 0.5
        Probability of release per site and spike, from 0 to 1.
    sites : int, default 1
        Number of independent release sites per synapse.

    Raises
    ------
    ValueError
        If a field is out of range; the message names the field.

    References
    ----------
    del Castillo & Katz, J. Physiol. 124:560 (1954); Katz, *The Release of Neural Transmitter Substances*
    (1969).

    Examples
    --------
    Of 1,000 synapses about three tenths transmit a spike:

    >>> import numpy as np
    >>> from spikingnn import DeltaSynapse, LIFGroup, Network, SpikeSource, StochasticRelease, SynapseGroup
    >>> pre, post = SpikeSource([[1.0]]), LIFGroup(1000)
    >>> synapses = SynapseGroup(pre, post, 5.0, DeltaSynapse(), rule=StochasticRelease(0.3))
    >>> Network(pre, post, synapses, seed=1).run(2.0)
    >>> bool(250 < np.sum(post["v"] > -65.0) < 350)
    True
    """

    probability: float = 0.5
    """Probability of release per site and spike, from 0 to 1."""
    sites: int = 1
    """Number of independent release sites per synapse."""

    def __post_init__(self) -> None:
        checks.validate_fields(self, checks.unit_interval, "probability")
        checks.integer(self, "sites", self.sites, minimum=1)

    @release_kernel
    def release(factor, state, pre, post, params, t, key):
        probability, sites = scalars(params, 2)
        for s in range(factor.size):
            released = 0.0
            for k in range(int(sites)):
                if uniform(key, s * int(sites) + k) < probability:
                    released += 1.0
            factor[s] *= released / sites
