"""Threads share a network: the same bits for any number of them."""

import copy
import inspect
import pickle
import warnings
from dataclasses import dataclass

import mixed
import numpy as np
import pytest

import spikingnn
from spikingnn import (ALIF, STDP, ConductanceSynapse, DeltaSynapse, DoubleExponentialSynapse, Factored,
                       FirstOrderLIF, FirstOrderSynapse, FixedInDegree, FixedProbability, InputGroup, Network,
                       NeuronGroup, OneToOne, PoissonEncoder, PoissonInput, RewardSTDP, SpikeMonitor,
                       StateMonitor, SynapseGroup, WeightMonitor, WinnerTakeAllLIF)
from spikingnn.encoding.encoder import Encoder
from spikingnn.engine import history
from spikingnn.engine.bundles import cut_rows
from spikingnn.engine.matrices import BuiltConnectivity
from spikingnn.engine.plugin import NeuronModel, rows, step_kernel


def scattered(rng, size):
    return rng.integers(3, 40, size) * 0.1


def positive(rng, size):
    return rng.uniform(0.0, 0.5, size)


def noisy(n=300, **options):
    return NeuronGroup(n, FirstOrderLIF(noise=4.0, **options))


def sparse(group, other):
    return [SynapseGroup(group, group, FixedProbability(0.1, 0.5), DeltaSynapse(), delay=1.5),
            SynapseGroup(group, other, FixedInDegree(20, 0.3), DeltaSynapse(), delay=0.7)]


def one_step(group, other):
    return [SynapseGroup(group, group, FixedProbability(0.1, 0.5), DeltaSynapse()),
            SynapseGroup(other, group, FixedProbability(0.1, -0.5), DeltaSynapse())]


def delays_of_each_synapse(group, other):
    return [SynapseGroup(group, group, FixedProbability(0.1, positive), FirstOrderSynapse(5.0),
                         delay=scattered),
            SynapseGroup(group, other, FixedProbability(0.2, positive), DeltaSynapse(), delay=scattered,
                         dtype="float32")]


def dense(group, other):
    weight = np.random.default_rng(1).normal(0.0, 0.02, (300, 300))
    return [SynapseGroup(group, group, weight, FirstOrderSynapse(8.0), delay=2.0),
            SynapseGroup(group, group, weight, FirstOrderSynapse(3.0), delay=1.0),
            SynapseGroup(other, group, np.full((200, 300), -0.1), DeltaSynapse(), delay=0.5)]


def conductances(group, other):
    return [SynapseGroup(group, group, FixedProbability(0.1, positive), ConductanceSynapse(5.0, 0.0),
                         delay=1.2),
            SynapseGroup(group, group, FixedProbability(0.1, 0.02), ConductanceSynapse(9.0, -80.0),
                         delay=scattered),
            SynapseGroup(other, group, FixedProbability(0.1, 0.02), ConductanceSynapse(5.0, 0.0))]


def called_filters(group, other):
    return [SynapseGroup(group, other, FixedProbability(0.2, 0.2), DoubleExponentialSynapse(1.0, 5.0),
                         delay=0.4),
            SynapseGroup(other, group, FixedProbability(0.2, 0.2), FirstOrderSynapse(5.0), delay=0.6)]


def plastic(group, other):
    return [SynapseGroup(group, other, FixedProbability(0.3, positive), delay=1.0, rule=STDP(w_max=0.5)),
            SynapseGroup(group, group, FixedProbability(0.1, 0.5), DeltaSynapse(), delay=0.3)]


WIRINGS = (sparse, one_step, delays_of_each_synapse, dense, conductances, called_filters, plastic)


def build(wiring, threads, heterogeneous=False):
    """(network, inputs) of two groups, the first of which is large enough to be cut into three."""
    tau = np.linspace(10.0, 20.0, 300) if heterogeneous else 15.0
    group, other = noisy(tau_m=tau), NeuronGroup(200, ALIF(noise=3.0))
    synapses = wiring(group, other)
    index = [299, 4, 5, 6, 130, 131, 2]
    monitors = [SpikeMonitor(group), SpikeMonitor(other), StateMonitor(group, "v", index=index, every=0.5),
                StateMonitor(group, "current", every=2.0), StateMonitor(other[50:170], "theta", every=1.0),
                *(StateMonitor(each, name, every=0.7) for each in synapses for name in each.states
                  if name in ("s", "i", "x", "y", "g"))]
    monitors += [WeightMonitor(each, every=1.0) for each in synapses if each.rules]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)                # fewer threads than asked for
        network = Network(group, other, synapses, monitors, seed=3, threads=threads)
    return network, {group: 1.4, other: np.linspace(1.2, 1.8, 200)}


def bits(network):
    """All that a network is and has recorded, but the order in which the engine keeps weights."""
    layout = network.layout
    found = [layout.state, layout.filter_state, layout.past_level, layout.trace, layout.synapse_state]
    for each in network.synapses:
        if not isinstance(each.weight, Factored):
            found.append(each.weight if isinstance(each.weight, np.ndarray) else each.weight.toarray())
    for monitor in network.monitors:
        found += [monitor.t] + ([monitor.i] if isinstance(monitor, SpikeMonitor) else [monitor.values])
    return [np.asarray(each).tobytes() for each in found]


def spikes(network):
    return sum(len(each.t) for each in network.monitors if isinstance(each, SpikeMonitor))


@pytest.mark.parametrize("heterogeneous", [False, True])
@pytest.mark.parametrize("wiring", WIRINGS)
def test_the_bits_are_the_same_for_one_two_and_three_threads(wiring, heterogeneous):
    found = []
    for threads in (1, 2, 3):
        network, inputs = build(wiring, threads, heterogeneous)
        group, other = network.groups
        network.run(60.0, inputs | {other: np.linspace([1.0], [2.0], 3) * np.linspace(0.9, 1.1, 200)})
        found.append(bits(network))
        assert spikes(network) > 100
        assert threads == 1 or network.layout.partition.threads > 1
    assert found[0] == found[1] == found[2]


@pytest.mark.parametrize(("wiring", "is_cut"), [
    (sparse, [True, True]), (one_step, [True, True]), (delays_of_each_synapse, [True, True]),
    (dense, [True, True]), (conductances, [True, True]), (called_filters, [True, False]),
    (plastic, [True, False])])
def test_groups_are_cut_unless_rules_or_filters_of_their_own_see_them(wiring, is_cut):
    for threads in (2, 3):
        partition = build(wiring, threads)[0].layout.partition
        assert [partition.is_cut(g) for g in (0, 1)] == is_cut
        np.testing.assert_array_equal(partition.n_own.sum(0), [300, 200])
        assert not np.any(partition.first % 64)


def test_one_of_everything_is_shared_out_by_whole_groups():
    found = []
    for threads in (1, 2, 3):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            network, inputs = mixed.build(threads=threads)
        network.run(60.0, inputs)
        found.append(bits(network))
        assert threads == 1 or network.layout.partition.threads == threads
    assert found[0] == found[1] == found[2]


@pytest.mark.parametrize("size", [1, 7, 100])
def test_the_bits_are_the_same_for_any_block(size, monkeypatch):
    whole, inputs = build(delays_of_each_synapse, 1)
    whole.run(30.0, inputs)
    monkeypatch.setattr(history, "BLOCK_SPIKES", 0)                 # the block is full all the time
    parts, inputs = build(delays_of_each_synapse, 2)
    parts._blocks.size = size
    for duration in (0.1, 9.9, 20.0):
        parts.run(duration, inputs)
    assert bits(whole)[0] == bits(parts)[0]
    assert whole.monitors[0].t.tobytes() == parts.monitors[0].t.tobytes()


def test_callbacks_see_and_change_a_shared_network():
    found = []
    for threads in (1, 2):
        network, inputs = build(delays_of_each_synapse, threads)
        group, seen = network.groups[0], []

        @network.every(3.0)
        def change(net):
            seen.append(group["v"].copy())
            group["v"][::7] += 1.0
            if net.t == 9.0:
                network.synapses[0].weight *= 0.5
                group.model = FirstOrderLIF(noise=2.0)
            if net.t == 27.0:
                net.stop()

        network.run(60.0, inputs)
        assert network.t == 27.0
        found.append((bits(network), np.array(seen).tobytes()))
    assert found[0] == found[1]


def test_functions_as_inputs():
    found = []
    for threads in (1, 2):
        network, _ = build(sparse, threads)
        group, other = network.groups
        inputs = {group: lambda t: 1.5 + 0.01 * t, other: lambda t: np.linspace(1.0, 2.0, 200)}
        network.run(30.0, inputs, every=1.0)
        found.append(bits(network))
    assert found[0] == found[1]


@pytest.mark.parametrize("after", [1, 2, 3])
@pytest.mark.parametrize("before", [1, 3])
def test_saved_on_one_number_of_threads_and_loaded_on_another(before, after, tmp_path):
    whole, inputs = build(plastic, 1)
    whole.run(20.0, inputs)
    saved, inputs_saved = build(plastic, before)
    saved.run(10.0, inputs_saved)
    saved.save(tmp_path / "network.npz")
    loaded, inputs = build(plastic, after)
    loaded.load(tmp_path / "network.npz")
    loaded.run(10.0, inputs)
    assert loaded.layout.partition.threads == after
    assert bits(loaded)[:8] == bits(whole)[:8] or bits(loaded)[0] == bits(whole)[0]
    for mine, theirs in zip(loaded.synapses, whole.synapses):
        np.testing.assert_array_equal(mine.weight.toarray(), theirs.weight.toarray())


def test_copies_and_resets():
    network, inputs = build(conductances, 2)
    network.run(20.0, inputs)
    first = bits(network)
    for copied in (copy.deepcopy(network), pickle.loads(pickle.dumps(network))):
        assert copied.threads == copied.layout.partition.threads == 2
        copied.reset()
        copied.run(20.0, dict(zip(copied.groups, inputs.values())))
        assert bits(copied) == first
    network.reset(seed=5)
    alone, inputs_alone = build(conductances, 1)
    alone.reset(seed=5)
    network.run(20.0, inputs)
    alone.run(20.0, inputs_alone)
    assert bits(network) == bits(alone) != first


def separable_models():
    """A model of each class whose units can be shared between threads."""
    found = [cls for _, cls in inspect.getmembers(spikingnn, inspect.isclass)
             if issubclass(cls, NeuronModel) and isinstance(getattr(cls.step, "draws_per_unit", None), int)]
    return [FirstOrderLIF(noise=3.0) if cls is FirstOrderLIF else cls() for cls in dict.fromkeys(found)]


@pytest.mark.parametrize("model", separable_models(), ids=lambda model: type(model).__name__)
def test_each_model_that_says_so_advances_every_unit_on_its_own(model):
    found = []
    for threads in (1, 2):
        group = InputGroup(200, model) if isinstance(model, Encoder) else NeuronGroup(200, model)
        spiking = SpikeMonitor(group)
        network = Network(group, spiking, seed=2, threads=threads)
        strongest = 1.0 if isinstance(model, Encoder) else 20.0
        network.run(40.0, {group: np.linspace(0.0, strongest, 200)})
        assert network.layout.partition.is_cut(0) == (threads == 2)
        found.append((group.state.tobytes(), spiking.t.tobytes(), spiking.i.tobytes()))
    assert found[0] == found[1]


def test_units_that_act_on_each_other_are_never_cut():
    group = NeuronGroup(400, WinnerTakeAllLIF())
    with pytest.warns(UserWarning, match="of threads=2, 1 can be used"):
        network = Network(group, threads=2)
    assert network.threads == 2 and network.layout.partition.threads == 1
    network.run(5.0, {group: 20.0})


def test_units_with_counts_of_their_own_stay_with_their_targets():
    groups = [NeuronGroup(100, FirstOrderLIF()) for _ in range(3)]
    sources = [PoissonInput(100, 8000.0) for _ in range(3)]
    synapses = [SynapseGroup(source, group, OneToOne(0.5), DeltaSynapse())
                for source, group in zip(sources, groups)]
    partition = Network(*groups, *sources, synapses, threads=3).layout.partition
    assert [partition.owner(g) for g in range(3)] == [partition.owner(g) for g in range(3, 6)]
    assert len({partition.owner(g) for g in range(3)}) == 3 and partition.chunk > 1


def test_the_shortest_delay_between_threads_is_the_time_between_exchanges():
    for delay, expected in ((1.5, 15), (0.1, 1), (None, 1), (40.0, 128)):
        group = NeuronGroup(256, FirstOrderLIF())
        synapses = SynapseGroup(group, group, FixedProbability(0.1, 0.1), DeltaSynapse(), delay=delay)
        assert Network(group, synapses, threads=2).layout.partition.chunk == expected


def test_what_a_thread_cannot_know_makes_a_run_use_one(monkeypatch):
    """States recorded at spikes, signals that are states of a group, a model that sees its whole group."""
    @dataclass(frozen=True, eq=False)
    class Mean(FirstOrderLIF):
        @step_kernel
        def step(state, coefficients, current, conductance, spikes, dt, key):
            v, refractory = rows(state, 2)
            total = 0.0
            for i in range(v.size):
                total += v[i] + current[i]
            for i in range(v.size):
                v[i] = total / v.size

    found = []
    for threads in (1, 2):
        group, critic, learner = noisy(), NeuronGroup(1, FirstOrderLIF()), NeuronGroup(1, FirstOrderLIF())
        synapses = SynapseGroup(group, learner, 0.02, delay=1.0, rule=RewardSTDP(0.01))
        spiking = SpikeMonitor(group, states=("v",))
        network = Network(group, critic, learner, synapses, spiking, seed=1, threads=threads)
        assert network.layout.partition.threads == threads
        network.run(20.0, {group: 1.6, critic: 1.0, synapses: (critic, "v")})
        group.model = Mean()
        network.run(5.0, {group: 1.0})
        found.append([each.tobytes() for each in (group.state, synapses.weight, spiking["v"], spiking.t)])
    assert found[0] == found[1] and len(spiking.t) > 30


def test_an_error_in_one_thread_reaches_the_caller_and_the_block_is_undone():
    @dataclass(frozen=True, eq=False)
    class Fragile(NeuronModel):
        @step_kernel(draws_per_unit=0)
        def step(state, coefficients, current, conductance, spikes, dt, key):
            (v,) = rows(state, 1)
            for i in range(v.size):
                v[i] += current[i]
                if v[i] > 5.0:
                    raise ValueError("too large")

    group = NeuronGroup(256, Fragile())
    network = Network(group, dt=1.0, threads=2)
    current = np.zeros(256)
    for unit in (3, 200):
        current[:] = 0.0
        current[unit] = 1.0
        network.run(2.0, {group: current})
        with pytest.raises(ValueError, match="too large"):
            network.run(10.0, {group: current})
        assert network.t == 2.0 and group["v"].sum() == 2.0
        network.reset()


def test_a_kernel_that_takes_more_than_rows_is_not_cut():
    def model(kernel):
        return dataclass(frozen=True, eq=False)(type("Model", (NeuronModel,), {"step": kernel}))()

    @step_kernel(draws_per_unit=0)
    def by_index(state, coefficients, current, conductance, spikes, dt, key):
        for i in range(current.size):
            state[0, i] += current[i]

    @step_kernel(draws_per_unit=0)
    def by_rows(state, coefficients, current, conductance, spikes, dt, key):
        (v,) = rows(state, 1)
        for i in range(v.size):
            v[i] += current[i]

    assert by_rows.is_separable and not by_index.is_separable
    with pytest.raises((ValueError, TypeError), match="draws_per_unit must be"):
        step_kernel(draws_per_unit=-1)
    with pytest.warns(UserWarning, match="1 can be used"):
        Network(NeuronGroup(256, model(by_index)), threads=2)


def test_rows_are_cut_where_the_targets_of_a_thread_end():
    rng = np.random.default_rng(0)
    counts = rng.integers(0, 6, (3, 8))
    pointers = np.concatenate([[0], np.cumsum(counts)])
    table = np.stack([pointers[d * 8:d * 8 + 9] for d in range(3)])
    indices = np.concatenate([np.sort(rng.integers(0, 10, m)) for m in counts.ravel()]).astype(np.uint32)
    built = BuiltConnectivity(table, indices, np.ones(1), np.arange(3), np.empty((8, 0)), np.empty((0, 10)))
    cuts = cut_rows(built, [4, 7])
    np.testing.assert_array_equal(cuts[0], table[:, :-1])
    np.testing.assert_array_equal(cuts[-1], table[:, 1:])
    for part, (low, high) in enumerate([(0, 4), (4, 7), (7, 10)]):
        for begin, end in zip(cuts[part].ravel(), cuts[part + 1].ravel()):
            assert np.all((indices[begin:end] >= low) & (indices[begin:end] < high))


def test_the_number_of_threads_is_checked_and_may_come_from_the_environment(monkeypatch):
    group = NeuronGroup(256, FirstOrderLIF())
    for wrong in (0, 1.5, "2"):
        with pytest.raises((ValueError, TypeError), match="Network.threads must be"):
            Network(group, threads=wrong)
    monkeypatch.setenv("SPIKINGNN_THREADS", "2")
    assert Network(NeuronGroup(256, FirstOrderLIF())).layout.partition.threads == 2
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert Network(NeuronGroup(3, FirstOrderLIF())).layout.partition.threads == 1
    assert Network(NeuronGroup(256, FirstOrderLIF()), threads=1).layout.partition.threads == 1
    monkeypatch.setenv("SPIKINGNN_THREADS", "two")
    with pytest.raises((ValueError, TypeError), match="SPIKINGNN_THREADS must be"):
        Network(NeuronGroup(256, FirstOrderLIF()))
    monkeypatch.setenv("SPIKINGNN_THREADS", "")
    network = Network(NeuronGroup(256, FirstOrderLIF()))
    assert network.threads == 1
    with pytest.raises(AttributeError, match="build a new network"):
        network.threads = 2


def test_poisson_trains_drive_a_shared_network():
    found = []
    for threads in (1, 2):
        stimulus, group = InputGroup(200, PoissonEncoder(max_rate=200.0)), noisy()
        synapses = SynapseGroup(stimulus, group, FixedProbability(0.1, 0.2), delay=0.4)
        monitors = [SpikeMonitor(stimulus), SpikeMonitor(group)]
        network = Network(stimulus, group, synapses, monitors, seed=1, threads=threads)
        network.run(50.0, {stimulus: 1.0, group: 1.0})
        found.append(bits(network))
    assert found[0] == found[1] and spikes(network) > 500
