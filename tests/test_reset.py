"""`reset` means as built, a seed means anew, and state goes with what it belongs to."""

from dataclasses import replace

import numpy as np
import pytest
from mixed import build, digest

from spikingnn import (STDP, ConductanceSynapse, FirstOrderLIF, FixedProbability, InputGroup, LIFGroup,
                       Network, NeuronGroup, Normalization, PoissonEncoder, Rule, SpikeMonitor, SpikeSource,
                       SynapseGroup, simulate)
from spikingnn.encoding import GivenSpikes


def assert_equal(ours, theirs):
    for mine, its in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(mine, its)


@pytest.mark.parametrize("rule", [None, STDP()])
@pytest.mark.parametrize("how", ["number", "dense", "sparse"])
def test_reset_brings_back_the_weights_as_built(rule, how):
    from scipy.sparse import csr_array
    given = {"number": 0.3, "dense": np.full((3, 2), 0.3), "sparse": csr_array(np.full((3, 2), 0.3))}[how]
    inputs, cells = InputGroup(3, PoissonEncoder(200.0)), LIFGroup(2)
    link = SynapseGroup(inputs, cells, given, rule=rule)
    network = Network(inputs, cells, link, SynapseGroup(cells, cells, 0.1), seed=1)
    first = link.weight
    link.weight = 0.9 * first
    assert network.reset() is None and abs(link.weight - first).max() == 0
    link.weight = 0.5 * first
    network.run(20.0, {inputs: 1.0})
    changed = link.weight
    network.reset(keep_weights=True)
    assert abs(link.weight - changed).max() == 0
    network.reset()
    assert abs(link.weight - first).max() == 0


def test_three_trials_by_reset_alone_are_the_same_and_a_seed_draws_anew():
    network, inputs = build(seed=7)

    def trial(**options):
        network.reset(**options)
        network.run(30.0, inputs)
        return digest(network)

    first = trial()
    assert trial() == first == trial()
    another = trial(seed=8)
    assert another != first and trial() == another and network.seed == 8
    fresh, its_inputs = build(seed=8)
    fresh.run(30.0, its_inputs)
    assert digest(fresh) == another
    assert trial(seed=7) == first
    weights = [link.weight for link in network.synapses[:4]]
    trial(seed=9, keep_weights=True)
    network.reset(keep_weights=True)
    assert not np.array_equal(network.groups[0]["v"], fresh.groups[0]["v"])
    assert (network.synapses[2].weight != weights[2]).nnz == 0


def test_a_network_that_cannot_be_drawn_anew_stays_as_it_was():
    values = iter([0.2, 5.0])
    inputs, cells = InputGroup(3, PoissonEncoder(200.0)), LIFGroup(2, dimensions=1)

    def weights(rng, size):
        return np.full(size, next(values))

    link = SynapseGroup(inputs, cells, FixedProbability(0.9, weights), rule=STDP(w_max=1.0))
    network = Network(inputs, cells, link, seed=1)
    before = cells.bias.copy()
    with pytest.raises(ValueError, match="bounds"):
        network.reset(seed=2)
    assert network.seed == 1 and np.array_equal(cells.bias, before)


def test_simulate_draws_noise_anew_with_a_seed():
    def noisy(**options):
        return simulate(FirstOrderLIF(noise=2.0), 1.0, 50.0, **options).v

    assert np.array_equal(noisy(), noisy()) and np.array_equal(noisy(seed=3), noisy(seed=3))
    assert not np.array_equal(noisy(), noisy(seed=3))


# --- what belongs to what was replaced -----------------------------------------------------------------

@pytest.mark.parametrize("begin", [0.0, 3.0, 50.0])
def test_new_trains_are_played_from_the_present_on(begin):
    source = SpikeSource([[1.0, 2.0, 30.0, 60.0], [5.0]])
    spikes = SpikeMonitor(source)
    network = Network(source, spikes)
    network.run(begin)
    played = spikes.t.tolist()
    source.model = GivenSpikes(([0.5, 3.0, 4.0, 51.0, 52.0], [50.0, 70.0]))
    network.run(100.0 - begin)
    expected = played + [t for t in (0.5, 3.0, 4.0, 50.0, 51.0, 52.0, 70.0) if t >= begin]
    np.testing.assert_allclose(spikes.t, expected)
    network.reset()
    network.run(100.0)
    assert spikes.t.size == 7


def test_more_trains_than_units_are_refused():
    source = SpikeSource([[1.0], [2.0]])
    with pytest.raises(ValueError, match="GivenSpikes.trains must be at most 2"):
        source.model = GivenSpikes(([1.0], [2.0], [3.0]))
    with pytest.raises(ValueError, match="at most 1"):
        NeuronGroup(1, GivenSpikes(([1.0], [2.0])))
    source.model = GivenSpikes(([1.0],))


def test_a_tuned_group_solves_its_curves_anew_for_another_model():
    cells = LIFGroup(20, dimensions=2, seed=1)
    before, encoders = cells.bias.copy(), cells.encoders.copy()
    cells.model = replace(cells.model, tau_m=40.0)
    twin = LIFGroup(20, FirstOrderLIF(tau_m=40.0), dimensions=2, seed=1)
    assert not np.allclose(cells.bias, before)
    assert_equal([cells.bias, cells.gain, cells.encoders], [twin.bias, twin.gain, encoders])
    with pytest.raises(ValueError, match="max_rates"):
        cells.model = replace(cells.model, t_refractory=8.0)
    assert_equal([cells.bias], [twin.bias])
    cells.model = replace(cells.model, tau_m=20.0)
    assert_equal([cells.bias], [before])


def test_an_unbounded_rule_that_makes_a_conductance_negative_is_stopped():
    inputs, cells = InputGroup(3, PoissonEncoder(500.0)), LIFGroup(2)
    rule = Normalization(rule=STDP(w_min=-np.inf, a_minus=0.5))
    link = SynapseGroup(inputs, cells, 0.01, ConductanceSynapse(5.0, 0.0), rule=rule)
    network = Network(inputs, cells, link, seed=1)
    with pytest.raises(FloatingPointError, match="a weight -.* no sign; the network stays at t = 0 ms"):
        network.run(1000.0, {inputs: 1.0, cells: 3.0})
    assert (link.weight == 0.01).all() and isinstance(link.rule, Rule)
