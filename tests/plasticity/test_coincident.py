"""STDP with NEST's treatment of coincident spikes: every pair counts but those at Δt = 0."""

import numpy as np
import pytest
from scipy.sparse import csr_array

from spikingnn import (
    STDP,
    DeltaSynapse,
    FirstOrderLIF,
    FirstOrderSynapse,
    Network,
    NeuronGroup,
    SpikeSource,
    SynapseGroup,
)

RELAY = FirstOrderLIF(tau_m=1.0, v_rest=0.0, v_reset=0.0, v_threshold=1000.0, t_refractory=0.0)
WIDE = dict(w_min=-100.0, w_max=100.0, tau_plus=15.0, tau_minus=25.0, a_plus=0.1, a_minus=0.07)
DT = 1.0


def change(rule, pre, post, form=np.asarray):
    """The change of a weight under arrivals at `pre` and postsynaptic spikes at `post`, whole ms."""
    source, driver = SpikeSource([np.asarray(pre) - DT]), SpikeSource([np.asarray(post) - DT])
    target = NeuronGroup(1, RELAY)
    learning = SynapseGroup(source, target, form([[0.5]]), FirstOrderSynapse(1.0), rule=rule)
    relay = SynapseGroup(driver, target, 5000.0, DeltaSynapse())
    Network(source, driver, target, learning, relay, dt=DT).run(max([*pre, *post]) + 10.0)
    return learning.weight[0, 0] - 0.5


def pairs(rule, pre, post):
    """The sum over all pairs, or over each spike and the last earlier one of the other side."""
    total = 0.0
    for t in post:
        earlier = [s for s in pre if s < t or s == t and rule.coincident == "potentiate"]
        counted = earlier if rule.pairing == "all" else earlier[-1:]
        total += sum(rule.a_plus * np.exp((s - t) / rule.tau_plus) for s in counted)
    for s in pre:
        earlier = [t for t in post if t < s]
        counted = earlier if rule.pairing == "all" else earlier[-1:]
        total -= sum(rule.a_minus * np.exp((t - s) / rule.tau_minus) for t in counted)
    return total


@pytest.mark.parametrize("form", [np.asarray, csr_array])
@pytest.mark.parametrize("pairing", ["all", "nearest"])
@pytest.mark.parametrize("coincident", ["potentiate", "ignore"])
def test_the_weight_is_the_sum_over_pairs(coincident, pairing, form):
    rule, draw = STDP(coincident=coincident, pairing=pairing, **WIDE), np.random.default_rng(4)
    pre, post = (np.sort(draw.choice(np.arange(5, 120), 50, replace=False)) for _ in range(2))
    assert np.intersect1d(pre, post).size > 10
    assert change(rule, pre, post, form) == pytest.approx(pairs(rule, pre, post), rel=1e-9)


def test_a_coincident_pair_alone_changes_nothing():
    assert change(STDP(coincident="ignore", **WIDE), [20.0], [20.0]) == 0.0
    assert change(STDP(**WIDE), [20.0], [20.0]) == pytest.approx(0.1, rel=1e-12)


@pytest.mark.parametrize("mu", [0.5, 1.0])
def test_weight_dependence_sees_the_same_pairs(mu):
    soft = STDP(coincident="ignore", mu_plus=mu, a_plus=0.1, a_minus=0.0, tau_plus=15.0)
    first = 0.1 * 0.5**mu * np.exp(-10.0 / 15.0)
    assert change(soft, [10.0, 20.0], [20.0]) == pytest.approx(first, rel=1e-12)


def test_other_names_are_refused():
    with pytest.raises(ValueError, match="STDP.coincident must be one of 'ignore', 'potentiate', got 'nest'"):
        STDP(coincident="nest")
