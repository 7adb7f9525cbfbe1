"""The network: its clock, its monitors, what it refuses to hold, and what it remembers from run to run."""

import time
from dataclasses import dataclass, replace

import numpy as np
import pytest

from spikingnn import (ALIF, STDP, AllToAll, DeltaSynapse, FirstOrderLIF, FirstOrderSynapse, FixedProbability,
                       InputGroup, LIFGroup, Network, NeuronGroup, PoissonEncoder, RateMonitor, SpikeMonitor,
                       SpikeSource, StateMonitor, SynapseGroup, WeightMonitor, simulate)
from spikingnn.engine.plugin import Rule, on_post_kernel


CLOCK = FirstOrderLIF(tau_m=np.inf, resistance=1.0, v_rest=0.0, v_reset=0.0, v_threshold=1e9)   # v counts I·t
EACH_STEP = FirstOrderLIF(t_refractory=0.0)


# --- time ---------------------------------------------------------------------------------------------------

def test_spikes_are_stamped_with_the_start_of_their_step_and_states_with_its_end():
    group = LIFGroup(2, EACH_STEP)
    spikes, v = SpikeMonitor(group), StateMonitor(group, "v")
    net = Network(group, spikes, v, dt=0.5)
    net.run(1.5, inputs={group: [1e4, 0.0]})
    np.testing.assert_array_equal(spikes.t, [0.0, 0.5, 1.0])
    np.testing.assert_array_equal(spikes.i, [0, 0, 0])
    np.testing.assert_array_equal(v.t, [0.5, 1.0, 1.5])
    assert net.t == 1.5


def test_events_are_in_order_of_time_then_unit():
    group = LIFGroup(100, EACH_STEP)
    spikes = SpikeMonitor(group)
    Network(group, spikes).run(20.0, inputs={group: np.linspace(0.0, 500.0, 100)})
    assert spikes.t.size > 1000
    np.testing.assert_array_equal(np.lexsort((spikes.i, spikes.t)), np.arange(spikes.t.size))
    trains = spikes.trains()
    np.testing.assert_array_equal([train.size for train in trains], spikes.count())
    for i in (0, 50, 99):
        np.testing.assert_array_equal(trains[i], spikes.t[spikes.i == i])


def test_rows_of_a_stimulus_are_held_for_equal_parts():
    group = NeuronGroup(2, CLOCK)
    v = StateMonitor(group, "v")
    # nine steps, three rows
    Network(group, v, dt=0.5).run(4.5, inputs={group: [[1.0, 0.0], [2.0, 1.0], [4.0, 0.0]]})
    np.testing.assert_array_equal(np.diff(v.values, axis=0, prepend=0.0)[:, 0] * 2,
                                  [1, 1, 1, 2, 2, 2, 4, 4, 4])
    assert group["v"][1] == 1.5
    assert v.values.shape == (9, 2)


def test_a_stimulus_lasts_for_its_run_only():
    group = NeuronGroup(1, CLOCK)
    net = Network(group)
    net.run(1.0, inputs={group: 3.0})
    net.run(1.0)
    assert group["v"][0] == pytest.approx(3.0, rel=1e-12)


def test_duration_off_the_grid_rounds_and_warns():
    net = Network(LIFGroup(1))
    with pytest.warns(UserWarning, match="Network.duration = 1.26 ms is off the grid of dt = 0.1 ms"):
        net.run(1.26)
    assert net.t == pytest.approx(1.3)
    net.run(0.0)
    assert net.t == pytest.approx(1.3)


def test_simulate_is_one_neuron_in_one_line():
    result = simulate(ALIF(), [0.0, 3.0], 100.0, dt=0.1)
    group = NeuronGroup(1, ALIF())
    v, spikes = [], []
    for k in range(1000):
        spikes += [k * 0.1] * int(group.step(3.0 if k >= 500 else 0.0, 0.1)[0])
        v.append(group["v"][0])
    np.testing.assert_array_equal(result.v, v)
    np.testing.assert_array_equal(result.spikes, spikes)
    np.testing.assert_allclose(result.t, np.arange(1, 1001) * 0.1, rtol=1e-12)
    assert result.spikes.size == 2


# --- monitors -----------------------------------------------------------------------------------------------

def test_state_monitor_takes_some_units_at_some_times():
    group = NeuronGroup(10, CLOCK)
    whole, part = StateMonitor(group, "v"), StateMonitor(group, "v", index=[7, 2], every=0.3, dtype="float32")
    sliced, one = StateMonitor(group, "v", index=slice(0, 10, 4)), StateMonitor(group, "refractory", index=3)
    net = Network(group, whole, part, sliced, one)
    for duration in (0.2, 0.5, 1.0):   # samples go on in their rhythm over the borders of runs
        net.run(duration, inputs={group: np.arange(10.0)})
    assert part.values.dtype == np.float32 and part.values.shape == (5, 2)
    np.testing.assert_array_equal(part.values, whole.values[2::3][:, [7, 2]].astype(np.float32))
    np.testing.assert_allclose(part.t, [0.3, 0.6, 0.9, 1.2, 1.5], rtol=1e-12)
    np.testing.assert_array_equal(sliced.values, whole.values[:, [0, 4, 8]])
    assert one.values.shape == (17, 1) and not one.values.any()


def test_samples_off_the_grid_are_stamped_where_they_were_taken():
    group = NeuronGroup(1, CLOCK)
    monitor = StateMonitor(group, "v", every=0.28)
    with pytest.warns(UserWarning, match=r"StateMonitor.every = 0.28 ms is off the grid"):
        Network(group, monitor).run(1.0, inputs={group: 1.0})
    np.testing.assert_allclose(monitor.t, [0.3, 0.6, 0.9], rtol=1e-12)
    np.testing.assert_allclose(monitor.values[:, 0], monitor.t, rtol=1e-12)


def test_weight_monitor_samples_in_its_rhythm():
    source, cells = SpikeSource([[1.0, 3.0], []]), LIFGroup(2, EACH_STEP)
    link = SynapseGroup(source, cells, np.array([[0.5, 0.6], [0.7, 0.8]]), FirstOrderSynapse(5.0),
                        rule=STDP(a_plus=0.01))
    whole, part = WeightMonitor(link, every=2.0), WeightMonitor(link, every=1.0, index=[3, 0])
    net = Network(source, cells, link, whole, part, dt=0.5)
    net.run(3.0, inputs={cells: [1e4, 0.0]})
    net.run(3.0, inputs={cells: [1e4, 0.0]})
    np.testing.assert_array_equal(whole.t, [2.0, 4.0, 6.0])
    np.testing.assert_array_equal(part.t, np.arange(1.0, 7.0))
    np.testing.assert_array_equal(part.values[1::2], whole.values[:, [3, 0]])
    np.testing.assert_array_equal(whole.values[-1], link.weight.ravel())
    assert whole.values[0, 0] != 0.5 and np.all(whole.values[:, 1:] == [0.6, 0.7, 0.8])


def test_rate_monitor_counts_spikes_a_unit_and_second():
    source = SpikeSource([np.arange(0.0, 100.0, 10.0), np.arange(0.0, 50.0, 5.0)])
    rates = RateMonitor(source)
    Network(source, rates).run(100.0)
    np.testing.assert_array_equal(rates.bins(25.0), [0.0, 25.0, 50.0, 75.0])
    # (3 + 5, 2 + 5, 3, 2) / 2 units / 25 ms
    np.testing.assert_allclose(rates.rate(25.0), [160.0, 140.0, 60.0, 40.0])


def test_clear_forgets_and_goes_on():
    group = LIFGroup(1, EACH_STEP)
    spikes, v = SpikeMonitor(group), StateMonitor(group, "v")
    net = Network(group, spikes, v, dt=1.0)
    net.run(3.0, inputs={group: 1e4})
    spikes.clear(), v.clear()
    assert spikes.t.size == v.t.size == 0 and v.values.shape == (0, 1)
    net.run(2.0, inputs={group: 1e4})
    np.testing.assert_array_equal(spikes.t, [3.0, 4.0])
    np.testing.assert_array_equal(v.t, [4.0, 5.0])


def test_a_silent_group_has_empty_records():
    group = LIFGroup(3)
    spikes = SpikeMonitor(group)
    Network(group, spikes).run(5.0)
    assert spikes.t.size == spikes.i.size == 0
    np.testing.assert_array_equal(spikes.count(), [0, 0, 0])
    assert [train.size for train in spikes.trains()] == [0, 0, 0]


# --- the memory budget --------------------------------------------------------------------------------------

@pytest.mark.parametrize("weight, estimate", [(0.1, "23.84 GiB"), (AllToAll(0.1), "23.84 GiB"),  # and a copy
                                              (FixedProbability(1.0, 0.1), "11.92 GiB"),  # at the peak
                                              (AllToAll(lambda rng, n: rng.random(n)), "23.84 GiB"),
                                              (AllToAll(0.1, autapses=False), "11.92 GiB")])
def test_a_huge_connection_is_refused_at_once(weight, estimate):
    group = LIFGroup(40_000)
    began = time.perf_counter()
    with pytest.raises(MemoryError,
                       match=f"would need {estimate}, over the memory budget of 4.00 GiB; use a sparse "
                             "builder such as FixedProbability, Factored weights, or a larger memory_budget"):
        Network(group, SynapseGroup(group, group, weight))
    assert time.perf_counter() - began < 1.0


def test_a_huge_recording_is_refused_before_the_run_and_the_network_goes_on():
    group = LIFGroup(1000)
    v, spikes = StateMonitor(group, "v"), SpikeMonitor(group)
    net = Network(group, v, spikes, dt=0.1)
    began = time.perf_counter()
    with pytest.raises(MemoryError,
                       match=r"the recordings of this run would need 74.51 GiB, .* use every=, index= or "
                             r"dtype='float32'"):
        net.run(1_000_000.0)
    assert time.perf_counter() - began < 1.0
    assert net.t == 0.0 and v.t.size == 0
    net.run(10.0)
    assert v.values.shape == (100, 1000)


def test_recorded_weights_count_too():
    source, target = LIFGroup(1000), LIFGroup(1000)
    link = SynapseGroup(source, target, 0.5, rule=STDP())
    net = Network(source, target, link, WeightMonitor(link, every=0.1))
    with pytest.raises(MemoryError, match=r"the recordings of this run would need 74.51 GiB"):
        net.run(1_000.0)
    net.run(1.0)
    assert net.t == 1.0


def test_too_many_spikes_stop_the_run_and_the_network_goes_on(monkeypatch):
    """The budget of spikes is held against what was recorded; nothing is lost or done twice."""
    group, twin = LIFGroup(100, EACH_STEP), LIFGroup(100, EACH_STEP)
    spikes, all_spikes = SpikeMonitor(group), SpikeMonitor(twin)
    net, free = Network(group, spikes, memory_budget=100_000), Network(twin, all_spikes)
    monkeypatch.setattr("spikingnn.engine.history.BLOCK_SPIKES", 1000)
    with pytest.raises(MemoryError, match="the recorded spikes would need .* run in parts and clear"):
        net.run(1000.0, inputs={group: 100.0})
    stopped = net.t
    assert 0.0 < stopped < 1000.0
    free.run(stopped, inputs={twin: 100.0})
    np.testing.assert_array_equal(spikes.t, all_spikes.t)
    np.testing.assert_array_equal(group.state, twin.state)
    spikes.clear(), all_spikes.clear()
    net.run(10.0, inputs={group: 100.0}), free.run(10.0, inputs={twin: 100.0})
    np.testing.assert_array_equal(spikes.t, all_spikes.t)
    np.testing.assert_array_equal(group.state, twin.state)


# --- reset and changes between runs -------------------------------------------------------------------------

def learning_network():
    inputs, cells = InputGroup(30, PoissonEncoder(60.0)), LIFGroup(10, FirstOrderLIF(noise=1.0))
    link = SynapseGroup(inputs, cells, AllToAll(lambda rng, n: rng.uniform(0.3, 0.7, n)), delay=5.0,
                        rule=STDP(a_plus=0.05))
    spikes, v = SpikeMonitor(cells), StateMonitor(cells, "v")
    return Network(inputs, cells, link, spikes, v, seed=9), inputs, link, spikes, v


def test_reset_gives_the_same_run_again():
    net, inputs, link, spikes, v = learning_network()
    first = link.weight
    net.run(100.0, inputs={inputs: 1.0})
    seen = spikes.t, spikes.i, v.values, link.weight
    assert spikes.t.size > 20 and np.abs(link.weight - first).max() > 0.05
    net.reset()
    assert net.t == 0.0 and spikes.t.size == 0 and v.t.size == 0
    np.testing.assert_array_equal(link.weight, first)
    net.run(100.0, inputs={inputs: 1.0})
    for before, after in zip(seen, (spikes.t, spikes.i, v.values, link.weight)):
        np.testing.assert_array_equal(before, after)


def test_reset_can_keep_the_weights():
    net, inputs, link, spikes, v = learning_network()
    net.run(100.0, inputs={inputs: 1.0})
    learned = link.weight
    net.reset(keep_weights=True)
    np.testing.assert_array_equal(link.weight, learned)
    assert net.t == 0.0 and not net._layout.trace.any() and np.all(v.target["v"] == -65.0)
    net.run(100.0)
    assert spikes.t.size == 0                               # no input, and no spike in flight from before


def test_a_model_changed_between_runs_takes_effect():
    group = NeuronGroup(1, FirstOrderLIF(v_rest=0.0, v_reset=0.0, v_threshold=1e3))
    net = Network(group)
    group["v"] = 100.0
    net.run(10.0)
    group.model = replace(group.model, tau_m=5.0)
    net.run(10.0)
    assert group["v"][0] == pytest.approx(100.0 * np.exp(-0.5 - 2.0), rel=1e-12)
    with pytest.raises(ValueError,
                       match=r"NeuronGroup.model must be a model with the states \('v', 'refractory'\), got "
                             r"ALIF"):
        group.model = ALIF()


def test_states_set_before_and_after_building_are_kept():
    group = LIFGroup(3)
    group["v"] = [-60.0, -61.0, -62.0]
    net = Network(group)
    np.testing.assert_array_equal(group["v"], [-60.0, -61.0, -62.0])
    group["v"] = -55.0
    net.run(0.1)
    np.testing.assert_allclose(group["v"], -65.0 + 10.0 * np.exp(-0.005), rtol=1e-12)
    net.reset()
    np.testing.assert_array_equal(group["v"], [-60.0, -61.0, -62.0])


@dataclass(frozen=True, eq=False)
class Growing(Rule):
    amount: float = 0.01

    @on_post_kernel
    def on_post(weight, state, pre, post, params, t, key):
        for i in range(weight.size):
            weight[i] += params[0]


def test_a_rule_that_makes_a_weight_nan_is_named_and_its_block_taken_back():
    def build(amount):
        inputs, cells = InputGroup(9, PoissonEncoder(50.0)), LIFGroup(4)
        link, spikes = SynapseGroup(inputs, cells, 0.1, delay=4.0, rule=Growing(amount)), SpikeMonitor(cells)
        return Network(inputs, cells, link, spikes, seed=3), {inputs: 1.0, cells: 2.0}, link, spikes

    (net, inputs, link, spikes), (twin, its_inputs, its_link, its_spikes) = build(np.nan), build(0.01)
    with pytest.raises(FloatingPointError,
                       match="SynapseGroup1: its rule Growing made a weight NaN; the network stays at t = 0 "
                             "ms"):
        net.run(60.0, inputs)
    assert net.t == 0.0 and spikes.t.size == 0
    link.rule = Growing(0.01)
    net.run(60.0, inputs), twin.run(60.0, its_inputs)
    np.testing.assert_array_equal(spikes.t, its_spikes.t)
    np.testing.assert_array_equal(link.weight, its_link.weight)
    assert spikes.t.size > 5 and link.weight.min() > 0.1


def test_a_state_that_was_only_looked_at_is_drawn_by_the_network():
    def first_waits(look, seed=1):
        groups = [InputGroup(5, PoissonEncoder()) for _ in range(2)]
        assert not look or all(group["wait"].size == 5 for group in groups)
        Network(groups, seed=seed)
        return np.array([group["wait"] for group in groups])

    np.testing.assert_array_equal(first_waits(True), first_waits(False))
    assert not np.array_equal(first_waits(True), first_waits(True, seed=2))
    assert not np.array_equal(*first_waits(True))


# --- names and seeds ----------------------------------------------------------------------------------------

def test_parts_are_named_by_class_and_ordinal_among_the_unnamed():
    groups = [LIFGroup(1), LIFGroup(1, name="mine"), LIFGroup(1), NeuronGroup(1, ALIF())]
    link = SynapseGroup(groups[0], groups[1], 1.0)
    net = Network(groups, link)
    assert [part.name for part in [*groups, link]] == ["LIFGroup1", "mine", "LIFGroup2", "NeuronGroup1",
                                                       "SynapseGroup1"]
    assert repr(net) == "Network(LIFGroup1, mine, LIFGroup2, NeuronGroup1, SynapseGroup1, dt=0.1, t=0)"
    with pytest.raises(ValueError, match="two parts of the network are called 'a'"):
        Network(LIFGroup(1, name="a"), LIFGroup(1, name="a"))


def test_a_network_that_could_not_be_built_leaves_its_parts_as_they_were():
    group, other = LIFGroup(2, dimensions=1), LIFGroup(2)
    wrong = SynapseGroup(group, group, 5.0, rule=STDP())
    with pytest.raises(ValueError, match="within the rule's bounds"):
        Network(group, wrong)
    assert group.name is None and group.network is None
    Network(other, group)
    assert (other.name, group.name) == ("LIFGroup1", "LIFGroup2")


def test_a_fresh_seed_is_kept():
    nets = [Network(LIFGroup(1)) for _ in range(2)]
    assert nets[0].seed != nets[1].seed
    first, again = (noisy(seed) for seed in (None, None))
    assert not np.array_equal(first[1], again[1])
    np.testing.assert_array_equal(noisy(first[0])[1], first[1])


def noisy(seed):
    group = LIFGroup(5, FirstOrderLIF(noise=1.0))
    net = Network(group, seed=seed)
    net.run(5.0)
    return net.seed, group["v"].copy()


def test_delta_reaches_several_groups():
    source, targets = SpikeSource([[0.0]]), [NeuronGroup(2, CLOCK), NeuronGroup(1, CLOCK)]
    net = Network(source, targets,
                  [SynapseGroup(source, target, w, DeltaSynapse()) for target, w in zip(targets, (1.0, 2.0))])
    net.run(1.0)
    assert targets[0]["v"].tolist() == [1.0, 1.0] and targets[1]["v"].tolist() == [2.0]
