"""Plasticity rules: windows and weights by hand, bounds, and rules that a user writes."""

import math
from dataclasses import dataclass

import numpy as np
import pytest
from mixed import Depressing, Eligible
from scipy.sparse import csr_array

from spikingnn import (STDP, DeltaSynapse, FirstOrderLIF, FirstOrderSynapse, FixedInDegree, Hebbian,
                       InputGroup, LIFGroup, Network, NeuronGroup, PoissonEncoder, SpikeSource, StateMonitor,
                       SynapseGroup, WeightMonitor)
from spikingnn.engine.plugin import ADD, Rule, on_post_kernel, on_tick_kernel


# fires in the step in which a jump of 20 mV arrives, and in no other
RELAY = FirstOrderLIF(t_refractory=0.0)


def change(rule, pre, post, start=0.5, delay=0.1, dt=0.1, form=np.asarray):
    """The weight after presynaptic spikes at `pre` and postsynaptic ones at `post` (ms), which a strong
    second synapse forces."""
    source, driver, target = SpikeSource([pre]), SpikeSource([np.asarray(post) - dt]), NeuronGroup(1, RELAY)
    learning = SynapseGroup(source, target, form([[start]]), FirstOrderSynapse(1.0), delay=delay, rule=rule)
    relay = SynapseGroup(driver, target, 20.0, DeltaSynapse(), delay=dt)
    Network(source, driver, target, learning, relay, dt=dt).run(max([*pre, *post]) + delay + 5.0)
    return learning.weight[0, 0]


# --- the STDP window ----------------------------------------------------------------------------------------

@pytest.mark.parametrize("dt", [0.1, 1.0])
@pytest.mark.parametrize("pairing", ["all", "nearest"])
@pytest.mark.parametrize("difference", [-60.0, -20.0, -5.0, -1.0, 0.0, 1.0, 5.0, 20.0, 60.0])
def test_window_is_the_closed_form(difference, pairing, dt):
    """Δt is the postsynaptic step minus that of arrival; equal times potentiate by a_plus."""
    rule = STDP(tau_plus=17.0, tau_minus=34.0, a_plus=0.02, a_minus=0.03, pairing=pairing)
    arrival = 70.0
    weight = change(rule, [arrival - dt], [arrival + difference], delay=dt, dt=dt)
    exact = 0.02 * math.exp(-difference / 17.0) if difference >= 0 else -0.03 * math.exp(difference / 34.0)
    assert weight - 0.5 == pytest.approx(exact, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("delay", [0.1, 2.0, 15.0])
def test_delay_shifts_the_window(delay):
    """Pre at 20, post at 25: causal where the spike arrives by 25, else anti-causal."""
    weight = change(STDP(a_plus=0.1, a_minus=0.2), [20.0], [25.0], delay=delay)
    lag = 5.0 - delay
    exact = 0.1 * math.exp(-lag / 20.0) if lag >= 0 else -0.2 * math.exp(lag / 20.0)
    assert weight - 0.5 == pytest.approx(exact, rel=1e-12)


@pytest.mark.parametrize("pairing, pairs", [("all", [(10, 30), (20, 30)]), ("nearest", [(20, 30)])])
def test_pairing_counts_all_pairs_or_the_nearest(pairing, pairs):
    """Arrivals at 10 and 20, one postsynaptic spike at 30."""
    weight = change(STDP(a_plus=0.1, pairing=pairing), [9.9, 19.9], [30.0])
    assert weight - 0.5 == pytest.approx(sum(0.1 * math.exp(-(post - pre) / 20.0) for pre, post in pairs),
                                         rel=1e-12)


@pytest.mark.parametrize("pairing, pairs", [("all", [(40, 10), (40, 25)]), ("nearest", [(40, 25)])])
def test_pairing_of_depression(pairing, pairs):
    """Postsynaptic spikes at 10 and 25, one arrival at 40."""
    weight = change(STDP(a_minus=0.1, pairing=pairing), [39.9], [10.0, 25.0])
    assert weight - 0.5 == pytest.approx(-sum(0.1 * math.exp(-(pre - post) / 20.0) for pre, post in pairs),
                                         rel=1e-12)


def test_order_within_a_triplet():
    """Arrival 10, post 15, arrival 18, post 30: four pairs, each with its sign."""
    weight = change(STDP(a_plus=0.1, a_minus=0.2), [9.9, 17.9], [15.0, 30.0])
    plus = sum(0.1 * math.exp(-lag / 20.0) for lag in (5, 20, 12))
    assert weight - 0.5 == pytest.approx(plus - 0.2 * math.exp(-3 / 20.0), rel=1e-12)


def test_delivery_uses_the_old_weight():
    """The spike that depresses its synapse still arrives with the weight from before."""
    source = SpikeSource([[20.0]])
    driver = SpikeSource([[10.0]])
    target = NeuronGroup(1, FirstOrderLIF(tau_m=math.inf, v_floor=-65.0))
    link = SynapseGroup(source, target, [[0.5]], DeltaSynapse(), rule=STDP(a_minus=0.25))
    Network(source, driver, target, link, SynapseGroup(driver, target, 20.0, DeltaSynapse())).run(30.0)
    assert target["v"][0] == -64.5
    assert link.weight[0, 0] == pytest.approx(0.5 - 0.25 * math.exp(-0.5), rel=1e-12)


@pytest.mark.parametrize("rule", [STDP(a_plus=0.3, a_minus=0.2, w_min=0.1, w_max=0.9),
                                  STDP(a_plus=0.2, a_minus=0.4, w_min=0.1, w_max=0.9),
                                  Hebbian(learning_rate=0.1, offset=0.5, w_min=0.1, w_max=0.9)])
def test_bounds_are_reached_and_never_left(rule):
    inputs, cells = InputGroup(20, PoissonEncoder(100.0)), LIFGroup(10)
    link = SynapseGroup(inputs, cells, np.linspace(0.1, 0.9, 200).reshape(20, 10), rule=rule)
    weights = WeightMonitor(link, every=1.0)
    Network(inputs, cells, link, weights, seed=5).run(400.0, inputs={inputs: 1.0, cells: 1.0})
    assert weights.values.min() == 0.1 and weights.values.max() == 0.9
    assert len(weights.t) == 400


@pytest.mark.parametrize("form", [np.asarray, csr_array])
def test_a_group_that_learns_from_itself(form):
    """Spikes at 10 and 30 reach their own neuron at 15 and 35: pairs (15, 30) potentiate, (10, 15), (10, 35),
    (30, 35) depress."""
    driver, cell = SpikeSource([[9.9, 29.9]]), NeuronGroup(1, RELAY)
    link = SynapseGroup(cell, cell, form([[0.5]]), delay=5.0, rule=STDP(a_plus=0.1, a_minus=0.2))
    Network(driver, cell, link, SynapseGroup(driver, cell, 20.0, DeltaSynapse())).run(40.0)
    minus = sum(math.exp(-lag / 20.0) for lag in (5, 25, 5))
    assert link.weight[0, 0] == pytest.approx(0.5 + 0.1 * math.exp(-15 / 20.0) - 0.2 * minus, rel=1e-12)


# --- Hebb ---------------------------------------------------------------------------------------------------

def test_hebbian_by_hand():
    """η = 0.01, offset = 0.25: arrival 10 (y = 0), post 20 (x = e^-1/2), arrival 30 (y = e^-1/2), post 30 (x
    = e^-1 + 1)."""
    rule = Hebbian(learning_rate=0.01, tau=20.0, offset=0.25)
    weight = change(rule, [9.9, 29.9], [20.0, 30.0])
    half, one = math.exp(-0.5), math.exp(-1.0)
    assert weight - 0.5 == pytest.approx(
        0.01 * ((0 - 0.25) + (half - 0.25) + (half - 0.25) + (one + 1 - 0.25)), rel=1e-12)


def test_plain_hebb_only_strengthens_and_zero_rate_learns_nothing():
    pre, post = [9.9, 13.9, 29.9], [11.0, 15.0, 30.0]
    assert change(Hebbian(learning_rate=0.01), pre, post) > 0.5
    assert change(Hebbian(learning_rate=0.0, offset=1.0), pre, post) == 0.5


# --- rules that a user writes -------------------------------------------------------------------------------

@dataclass(frozen=True, eq=False)
class Normalised(Rule):
    """Hebbian growth, and every `interval` ms each neuron's incoming weights are scaled to a sum of one."""

    gain: float = 0.1
    interval: float = 5.0

    def pre_traces(self):
        return ((20.0, ADD),)

    @on_post_kernel
    def on_post(weight, state, pre, post, params, t, key):
        for i in range(weight.size):
            weight[i] += params[0] * pre[0, i]

    @on_tick_kernel
    def on_tick(weight, state, pre, post, params, t, key):
        total = 0.0
        for i in range(weight.size):
            total += weight[i]
        for i in range(weight.size):
            weight[i] /= total


def grown(weight, rule):
    inputs, cells = InputGroup(12, PoissonEncoder(100.0)), LIFGroup(7)
    link = SynapseGroup(inputs, cells, weight, FirstOrderSynapse(5.0), delay=0.7, rule=rule)
    Network(inputs, cells, link, seed=2).run(300.0, inputs={inputs: 0.8, cells: 1.6})
    return link.weight if isinstance(link.weight, np.ndarray) else link.weight.toarray()


@pytest.mark.parametrize("rule", [Normalised(), Eligible(), Depressing(), STDP(), STDP(pairing="nearest"),
                                  Hebbian(0.01, offset=0.3)], ids=lambda rule: type(rule).__name__)
def test_every_rule_is_the_same_dense_and_sparse(rule):
    start = np.random.default_rng(0).uniform(0.1, 0.3, (12, 7))
    dense, sparse = grown(start, rule), grown(csr_array(start), rule)
    np.testing.assert_array_equal(dense, sparse)
    assert isinstance(rule, Depressing) or np.abs(dense - start).max() > 0.01


def test_a_tick_normalises_every_column():
    start = np.random.default_rng(0).uniform(0.1, 0.3, (12, 7))
    # 300 ms end with a tick
    np.testing.assert_allclose(grown(start, Normalised()).sum(axis=0), 1.0, rtol=1e-12)


def test_ticks_come_at_multiples_of_the_interval():
    source, cells = SpikeSource([[]]), LIFGroup(1)
    link = SynapseGroup(source, cells, [[4.0]], rule=Normalised(interval=5.0))
    net = Network(source, cells, link, dt=0.5)
    net.run(4.5)
    assert link.weight[0, 0] == 4.0
    net.run(0.5)
    assert link.weight[0, 0] == 1.0


def test_eligibility_by_hand():
    """Arrival 5.1, post 9.1, so memory = e^(-4/20); ticks (every 4 ms) at 12, 16, 20 turn 10 % of it into
    weight and halve it."""
    rule = Eligible(learning_rate=0.1, keep=0.5, interval=4.0)
    memory = math.exp(-4.0 / 20.0)
    for form in (np.asarray, csr_array):
        weight = change(rule, [5.0], [9.1], form=form)          # runs until 14.2
        assert weight - 0.5 == pytest.approx(0.1 * memory, rel=1e-12)
        # until 21.1: the arrival at 16.1 takes y = e^(-7/10)
        longer = change(rule, [5.0, 16.0], [9.1], form=form)
        later = memory * 0.25 - math.exp(-0.7)   # what is left of the first pair, and the second
        assert longer - 0.5 == pytest.approx(0.1 * (memory + memory / 2 + later), rel=1e-11)


@pytest.mark.parametrize("form", [np.asarray, csr_array])
def test_short_term_depression_by_hand(form):
    """U = 0.5, tau = 100: spikes 20 ms apart deliver 0.5, 0.5·(1 - 0.5 e^-0.2), … of the weight."""
    source, target = SpikeSource([[1.0, 21.0, 41.0]]), NeuronGroup(1, FirstOrderLIF(tau_m=math.inf))
    v = StateMonitor(target, "v", every=20.0)
    link = SynapseGroup(source, target, form([[2.0]]), DeltaSynapse(), rule=Depressing(U=0.5, tau=100.0))
    Network(source, target, link, v).run(60.0)
    used, delivered = 0.0, []
    for _ in range(3):
        used *= math.exp(-0.2)
        delivered.append(0.5 * (1.0 - used))
        used += delivered[-1]
    np.testing.assert_allclose(np.diff(v.values[:, 0], prepend=-65.0), 2.0 * np.array(delivered), rtol=1e-11)


def test_repeated_synapses_learn_each_for_itself():
    """200 synapses a neuron from 20 sources: a column is longer than either group, and each copy ends as the
    dense weight does."""
    def learned(weight):
        inputs, cells = InputGroup(20, PoissonEncoder(80.0)), LIFGroup(3)
        link = SynapseGroup(inputs, cells, weight, FirstOrderSynapse(5.0), rule=Eligible(learning_rate=1e-3))
        # the drive alone decides when they fire
        Network(inputs, cells, link, seed=6).run(100.0, inputs={inputs: 1.0, cells: 1e6})
        return link.weight

    dense, sparse = learned(np.full((20, 3), 0.5)), learned(FixedInDegree(200, 0.5))
    assert sparse.nnz == 600 and np.abs(dense - 0.5).max() > 0.01
    rows = np.repeat(np.arange(20), np.diff(sparse.indptr))
    np.testing.assert_array_equal(sparse.data, dense[rows, sparse.indices])
