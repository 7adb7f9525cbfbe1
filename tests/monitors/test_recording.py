"""Everything can be recorded and set by name: samples equal the values read step by step."""

import math
from dataclasses import dataclass

import numpy as np
import pytest
from scipy.sparse import issparse
from mixed import Eligible, build
from numpy.testing import assert_allclose, assert_array_equal

from spikingnn import (ADD, BCM, STDP, AdEx, ConductanceSynapse, DeltaSynapse, FirstOrderSynapse,
                       FixedProbability, GradedSynapse, HodgkinHuxley, InputGroup, LIFGroup, Network,
                       NeuronGroup, Normalization, OrnsteinUhlenbeck, PlasticityRule, PoissonEncoder,
                       RateMonitor, Rule, SpikeMonitor, SpikeSource, StateMonitor, SynapseGroup,
                       TripletSTDP, TsodyksMarkram, WeightMonitor, on_pre_kernel, simulate)
from spikingnn.engine import sharing


def flat(values):
    """Numbers per synapse by source, then target; numbers per neuron as they are."""
    return values.tocsr().data if issparse(values) else np.ravel(values)


def quantities(network):
    """(target, name, function that reads it) of all that can be recorded, currents aside."""
    for group in network.groups:
        for name in group.model.states:
            yield group, name, lambda group=group, name=name: group[name].copy()
    for each in network.synapses:
        for name in each.states:
            yield each, name, lambda each=each, name=name: flat(each[name])
        yield each, "weight", lambda each=each: weights_of(each)


def weights_of(synapses):
    kept = synapses.network.layout.view_of(synapses)
    return kept.weight[kept.order()] if kept.weight.size > 1 else kept.weight.copy()


def test_every_quantity_is_sampled_as_it_is_read_step_by_step():
    parts = []

    def watch(groups, synapses):
        for each in (*groups, *synapses):
            names = each.model.states if each in groups else (*each.states, "weight")
            parts.extend(StateMonitor(each, name) for name in names)
        return parts

    network, inputs = build(before=watch)
    readers = {(target, name): read for target, name, read in quantities(network)}
    read = {monitor: [] for monitor in parts}

    @network.every(0.1)
    def compare(net):
        for monitor, values in read.items():
            values.append(readers[monitor.target, monitor.state]())

    network.run(30.0, inputs)
    assert len(parts) > 25
    for monitor, values in read.items():
        assert_array_equal(monitor.values, values, err_msg=repr(monitor))


def test_samples_do_not_depend_on_who_asks_when():
    """Every third step, some of them, single precision, two parts of a run: a part of all values."""
    every = {}

    def watch(groups, synapses):
        for each in synapses:
            for name in (*each.states, *(["weight"] if each.rule else [])):
                some = StateMonitor(each, name, slice(0, 1), every=0.3, dtype="float32")
                every[each, name] = [StateMonitor(each, name), some]
        return [monitor for both in every.values() for monitor in both]

    network, inputs = build(before=watch)
    network.run(10.0, inputs)
    network.run(10.0, inputs)
    for whole, part in every.values():
        assert part.values.dtype == np.float32 and part.values.shape == (66, 1)
        assert_array_equal(part.values[:, 0], whole.values[2::3, 0].astype(np.float32))
        assert_array_equal(part.t, whole.t[2::3])


def test_the_recorded_current_is_what_drives_the_neuron():
    """With filtered, graded and held currents, and a bias, or the stimulus alone: `step` gives the same v."""
    inputs = InputGroup(20, PoissonEncoder(max_rate=100.0))
    noise = NeuronGroup(1, OrnsteinUhlenbeck(sigma=0.3))
    cells, bare = LIFGroup(4, dimensions=1, seed=0), LIFGroup(2)
    links = [SynapseGroup(inputs, cells, 0.2, FirstOrderSynapse(3.0)),
             SynapseGroup(inputs, cells, -0.1, FirstOrderSynapse(8.0)),
             SynapseGroup(noise, cells, 1.0, GradedSynapse())]
    watched = [StateMonitor(group, name) for group in (cells, bare) for name in ("current", "v")]
    network = Network(inputs, noise, cells, bare, links, watched, seed=1)
    rows = np.random.default_rng(0).uniform(0.0, 3.0, (20, 4))
    network.run(20.0, {inputs: 0.7, cells: rows, bare: rows[:, :2]})
    for group, current, v in ((cells, *watched[:2]), (bare, *watched[2:])):
        twin = NeuronGroup(group.n, group.model)
        for sample, expected in zip(current.values, v.values, strict=True):
            twin.step(sample, dt=0.1)
            assert_array_equal(twin["v"], expected)
    assert_array_equal(watched[2].values, np.repeat(rows[:, :2], 10, axis=0))
    assert np.ptp(watched[0].values - np.repeat(rows, 10, axis=0) - cells.bias) > 0.1


def test_the_stimulus_of_an_encoder_is_its_current():
    inputs = InputGroup(2, PoissonEncoder(max_rate=100.0))
    stimulus = StateMonitor(inputs, "current")
    Network(inputs, stimulus, seed=0).run(1.0, {inputs: lambda t: [t, 0.25]}, every=0.5)
    assert_array_equal(stimulus.values, np.repeat([[0.0, 0.25], [0.5, 0.25]], 5, axis=0))


@pytest.mark.parametrize("synapse, unit", [(FirstOrderSynapse(4.0), 0.3),
                                           (ConductanceSynapse(4.0, 0.0), 0.003)])
def test_s_is_the_current_or_conductance_of_the_synapse(synapse, unit):
    pre, post = SpikeSource([[1.0], [3.0]]), LIFGroup(2)
    synapses = SynapseGroup(pre, post, unit * np.array([[1.0, 2.0], [3.0, 0.0]]), synapse, delay=2.0)
    s = StateMonitor(synapses, "s")
    Network(pre, post, synapses, s, seed=0).run(8.0)
    begun = np.maximum(s.t[:, None] - [3.0, 5.0], 0.0)              # ms since the arrival of each spike
    expected = np.where(begun > 1e-9, np.exp(-begun / 4.0), 0.0) @ (unit * np.array([[1.0, 2.0], [3.0, 0.0]]))
    assert_allclose(s.values, expected, rtol=1e-12)


def test_equal_synapse_models_share_their_state():
    first, second, post = SpikeSource([[1.0]]), SpikeSource([[1.0]]), LIFGroup(1)
    one, two = SynapseGroup(first, post, 0.5), SynapseGroup(second, post, -0.2)
    network = Network(first, second, post, one, two, seed=0)
    network.run(1.2)
    assert_allclose([one["s"], two["s"]], 0.3 * math.exp(-0.1 / 5.0))


def test_a_weight_is_recorded_without_python(monkeypatch):
    """One call of the engine for 10,000 samples."""
    pre, post = SpikeSource([np.arange(0.0, 1000.0, 20.0)]), LIFGroup(1)
    synapses = SynapseGroup(pre, post, 0.5, rule=STDP())
    weights = WeightMonitor(synapses, every=0.1)
    network, calls = Network(pre, post, synapses, weights, seed=0), []
    monkeypatch.setattr(sharing, "advance", lambda *a, go=sharing.advance: calls.append(a) or go(*a))
    network.run(1000.0, {post: 2.0}, progress=False)
    assert weights.values.shape == (10_000, 1) and len(calls) < 100


def test_parts_of_groups():
    """States of synapses between two parts are those of the parts."""
    pre, post = SpikeSource([[1.0], [2.0], [3.0]]), LIFGroup(5)
    synapses = SynapseGroup(pre[1:], post[2:4], [[1.0, 2.0], [3.0, 4.0]], rule=Eligible())
    synapses["s"], synapses["x"], synapses["c"] = [0.1, 0.2], 2.0, [1.0, 2.0, 3.0, 4.0]
    watched = [StateMonitor(synapses, name) for name in ("s", "x", "y", "c")]
    spikes = SpikeMonitor(post[1:4], states=["current"])
    network = Network(pre, post, synapses, watched, spikes, seed=0)
    assert_array_equal(synapses["c"], [[1.0, 2.0], [3.0, 4.0]])
    read = {monitor: [] for monitor in watched}

    @network.every(0.1)
    def look(net):
        for each in watched:
            read[each].append(np.ravel(synapses[each.state]))

    network.run(4.0)
    for monitor, values in read.items():
        assert_array_equal(monitor.values, values, err_msg=repr(monitor))
    assert [monitor.values.shape[1] for monitor in watched] == [2, 2, 2, 4]
    assert_array_equal(watched[0].values[0], np.exp(-0.1 / 5.0) * np.array([0.1, 0.2]))
    network.run(20.0, {post: [9.0, 1.0, 2.0, 3.0, 9.0]})
    assert set(spikes.i) == {1, 2} and ((spikes["current"] > 2.0) & (spikes["current"] < 9.0)).all()


# --- states at spikes ---------------------------------------------------------------------------------------

def test_states_at_spikes():
    neurons = NeuronGroup(3, AdEx())
    names = ["w", "v", "current"]
    spikes, rate = SpikeMonitor(neurons, states=names), RateMonitor(neurons)
    states = [StateMonitor(neurons, name) for name in names]
    network = Network(neurons, spikes, rate, states, seed=0)
    for duration in (30.0, 70.0):
        network.run(duration, {neurons: lambda t: [1.0, 1.2, 1.0 + 0.01 * t]})
    assert len(spikes.t) > 20
    step = np.rint(spikes.t / 0.1).astype(int)
    for name, monitor in zip(names, states):
        assert_array_equal(spikes[name], monitor.values[step, spikes.i], err_msg=name)
    spikes.clear()
    assert spikes["w"].shape == (0,)
    with pytest.raises(ValueError, match="SpikeMonitor.state must be one of 'current', 'v', 'w', got 'u'"):
        spikes["u"]


def test_states_at_spikes_of_several_monitors_and_small_blocks(monkeypatch):
    monkeypatch.setattr("spikingnn.engine.history.BLOCK_SPIKES", 0)
    first, second = LIFGroup(5), LIFGroup(4)
    watched = [SpikeMonitor(second, states=["v"]), SpikeMonitor(first),
               SpikeMonitor(first, states=["refractory", "current"])]
    network = Network(first, second, watched, seed=0)
    network.run(100.0, {first: [2.0, 2.5, 3.0, 3.5, 4.0], second: 3.0})
    assert (watched[0]["v"] == -65.0).all() and watched[0]["v"].size == watched[0].count().sum() > 10
    assert_array_equal(watched[2]["current"], 2.0 + 0.5 * watched[2].i)
    assert_array_equal(watched[2].t, watched[1].t)
    assert watched[0].n_bytes() >= 20 * watched[0].t.size


@pytest.mark.parametrize("states, error, message", [
    (["u"], ValueError, "LIFGroup.state must be one of 'current', 'refractory', 'v', got 'u'"),
    ("v", TypeError, r"SpikeMonitor.states must be a list of names such as \['v'\], got 'v'")])
def test_unknown_states_at_spikes_are_refused(states, error, message):
    with pytest.raises(error, match=message):
        SpikeMonitor(LIFGroup(1), states=states)


# --- names and initial values -------------------------------------------------------------------------------

@dataclass(frozen=True)
class Named(Rule):
    """A rule whose trace has the name of the synapse's state."""

    pre_names = ("s",)

    def pre_traces(self):
        return ((20.0, ADD),)

    @on_pre_kernel
    def on_pre(weight, state, pre, post, params, t, key):
        pass


@pytest.mark.parametrize("rule, synapse, names", [
    (None, DeltaSynapse(), ()),
    (None, FirstOrderSynapse(5.0), ("s",)),
    (STDP(), DeltaSynapse(), ("x", "y")),
    (TripletSTDP(), DeltaSynapse(), ("r1", "r2", "o1", "o2")),
    (BCM(), FirstOrderSynapse(5.0), ("s", "x", "y", "theta")),
    (TsodyksMarkram(), DeltaSynapse(), ("u", "d")),
    (Normalization(rule=TripletSTDP()), DeltaSynapse(), ("r1", "r2", "o1", "o2")),
    (Named(), FirstOrderSynapse(5.0), ("s", "s_1")),
    (PlasticityRule("da/dt = -a/9 : 1", on_pre="a += 1", on_post="w += a"), DeltaSynapse(), ("a",)),
], ids=lambda value: type(value).__name__)
def test_names(rule, synapse, names):
    assert SynapseGroup(LIFGroup(2), LIFGroup(3), 0.1, synapse, rule=rule).states == names


def test_short_term_plasticity_is_set_and_recorded():
    """d is what is used up: a spike that finds d = 0.75 delivers a quarter of the first one."""
    pre, post = SpikeSource([[1.0]]), LIFGroup(1)
    synapses = SynapseGroup(pre, post, 1.0, rule=TsodyksMarkram(u_rest=0.5, tau_recovery=1e9))
    synapses["d"] = 0.75
    d, s = StateMonitor(synapses, "d"), StateMonitor(synapses, "s")
    Network(pre, post, synapses, d, s, seed=0).run(2.0)
    assert s.values.max() == pytest.approx(0.5 * 0.25 * math.exp(-0.1 / 5.0))
    assert d.values[[0, -1], 0] == pytest.approx([0.75, 0.875])


def plastic(rule, weight=0.5):
    pre, post = InputGroup(5, PoissonEncoder(max_rate=200.0)), LIFGroup(3)
    return pre, post, SynapseGroup(pre, post, weight, rule=rule)


@pytest.mark.parametrize("weight", [0.5, FixedProbability(0.5, 0.5, seed=1)], ids=["dense", "sparse"])
def test_initial_values_are_those_to_which_reset_returns(weight, tmp_path):
    pre, post, synapses = plastic(Eligible(), weight)
    given = {"s": [0.1, 0.2, 0.3], "x": [1.0, 2.0, 3.0, 4.0, 5.0], "y": 0.5, "c": 0.25}
    for name, value in given.items():
        synapses[name] = value
    assert_array_equal(synapses["s"], given["s"])
    assert_array_equal(synapses["y"], [0.5, 0.5, 0.5])
    network = Network(pre, post, synapses, seed=1)
    expected = {name: np.broadcast_to(value, flat(synapses[name]).shape) for name, value in given.items()}
    assert synapses["c"].shape == (5, 3)

    def check():
        for name, value in expected.items():
            assert_array_equal(flat(synapses[name]), value, err_msg=name)

    check()
    network.run(20.0, {pre: 1.0})
    assert not np.array_equal(synapses["x"], given["x"])
    network.save(tmp_path / "saved.npz")
    kept = {name: synapses[name].copy() for name in given}
    network.reset()
    check()
    network.reset(seed=2)
    check()
    network.reset(seed=1)
    network.load(tmp_path / "saved.npz")
    for name, value in kept.items():
        assert_array_equal(flat(synapses[name]), flat(value), err_msg=name)
    network.reset()
    check()


def test_states_of_synapses_are_set_between_runs():
    pre, post, synapses = plastic(STDP())
    network = Network(pre, post, synapses, seed=0)
    synapses["s"] = 0.4
    network.run(0.1)
    assert_allclose(synapses["s"], 0.4 * math.exp(-0.1 / 5.0))
    synapses["y"] = [1.0, 2.0, 3.0]
    network.run(0.1)
    assert_allclose(synapses["y"], np.array([1.0, 2.0, 3.0]) * math.exp(-0.1 / 20.0))
    network.reset()
    assert_array_equal(synapses["s"], 0.0)


def test_what_is_read_is_a_copy_that_says_so():
    pre, post, synapses = plastic(STDP())
    Network(pre, post, synapses, seed=0)
    with pytest.raises(ValueError, match=r"this array is read-only: write synapses\['s'\] = …"):
        synapses["s"][0] = 1.0


@pytest.mark.parametrize("wrong, message", [
    (lambda s: s["u"], "SynapseGroup.state must be one of 's', 'x', 'y', got 'u'"),
    (lambda s: s["weight"], "weights are read and set by synapses.weight"),
    (lambda s: s.__setitem__("s", [1.0, 2.0]), r"SynapseGroup.s must be a scalar or have shape \(3,\), got"),
    (lambda s: s.__setitem__("x", np.nan), "SynapseGroup.x must be a number or an array of numbers and fin"),
    (lambda s: StateMonitor(s, "v"), "SynapseGroup.state must be one of 's', 'weight', 'x', 'y', got 'v'"),
    (lambda s: StateMonitor(s, "x", index=5), "StateMonitor.index must be whole numbers from 0 to 4, got"),
], ids=range(6))
def test_wrong_names_and_values_are_refused(wrong, message):
    with pytest.raises(ValueError, match=message):
        wrong(plastic(STDP())[2])


def test_more_that_is_refused():
    pre, post = SpikeSource([[1.0]]), LIFGroup(2)
    conducting = SynapseGroup(pre, post, 0.01, ConductanceSynapse(5.0, 0.0))
    with pytest.raises(ValueError, match="SynapseGroup.s must be zero or positive"):
        conducting["s"] = -0.1
    with pytest.raises(ValueError, match="has no states: its synapse model acts at once, and it has"):
        SynapseGroup(pre, post, 1.0, DeltaSynapse())["s"]
    with pytest.raises(TypeError, match="StateMonitor.target must be a group of neurons, inputs or synap"):
        StateMonitor(5, "v")
    synapses = SynapseGroup(pre, post, 0.1, rule=Eligible())
    with pytest.raises(ValueError, match="is known once the network is built: give the synapses to Network"):
        synapses["c"]
    synapses["c"] = [1.0, 2.0, 3.0]
    with pytest.raises(ValueError, match="SynapseGroup.c must be a number or one value per synapse"):
        Network(pre, post, synapses)


@dataclass(frozen=True)
class Begun(Named):
    """A rule whose state per synapse does not begin at zero."""

    first: float = 1.0
    synapse_state = ("c",)

    def initial(self):
        return (self.first,)


def test_states_of_several_rules_have_names_of_their_own():
    pre, post = SpikeSource([[1.0]]), LIFGroup(2)
    synapses = SynapseGroup(pre, post, 0.1, FirstOrderSynapse(5.0), rule=[Named(), Begun(first=3.0)])
    assert synapses.states == ("s", "s_1", "s_2", "c")
    synapses["s_1"], synapses["s_2"] = 1.0, 2.0
    watched = [StateMonitor(synapses, name) for name in ("s_1", "s_2", "c")]
    Network(pre, post, synapses, watched, seed=0).run(0.1)
    decay = math.exp(-0.1 / 20.0)
    assert [monitor.values[0, 0] for monitor in watched] == [decay, 2.0 * decay, 3.0]


def test_delays_per_synapse_do_not_change_the_order():
    """Numbers per synapse are recorded by source, then target, and traces of sources once per delay."""
    pre, post = SpikeSource([[1.0, 9.0], [2.0, 11.0], [3.0]]), LIFGroup(2)
    delays = [[3.0, 1.0], [1.0, 2.0], [2.0, 3.0]]
    synapses = SynapseGroup(pre, post, np.arange(6.0).reshape(3, 2) / 10.0, delay=delays, rule=Eligible())
    synapses["c"] = np.arange(6.0).reshape(3, 2)
    c, w, x = StateMonitor(synapses, "c"), WeightMonitor(synapses, every=0.1), StateMonitor(synapses, "x")
    network = Network(pre, post, synapses, c, w, x, seed=0)
    assert_array_equal(synapses["c"], np.arange(6.0).reshape(3, 2))
    network.run(0.1)
    assert_array_equal(c.values, [np.arange(6.0)])
    assert_array_equal(w.values, [np.arange(6.0) / 10.0])
    network.run(15.0, {post: 2.5})
    assert_array_equal(c.values[-1], np.ravel(synapses["c"]))
    assert_array_equal(w.values[-1], np.ravel(synapses.weight))
    assert x.values.shape == (151, 9) and (x.values.max(axis=0) > 0.9).all()


# --- one neuron in one line ---------------------------------------------------------------------------------

def test_simulate_returns_every_state():
    run = simulate(HodgkinHuxley(), 10.0, 20.0, dt=0.01, record="all")
    assert {"v", "m", "h", "n"} <= set(run.states) == set(HodgkinHuxley.states)
    assert_array_equal(run["v"], run.v)
    assert all(values.shape == run.t.shape for values in run.states.values())
    assert ((0.0 <= run["m"]) & (run["m"] <= 1.0)).all() and np.ptp(run["n"]) > 0.1
    with pytest.raises(ValueError, match="Simulation.states must be one of"):
        run["w"]
    assert repr(run).endswith("['n'] ['above']")


def test_simulate_returns_what_is_named_and_takes_a_function():
    run = simulate(AdEx(), lambda t: 0.5 if t < 5.0 else 1.0, 10.0, record=["w", "current"])
    assert list(run.states) == ["w", "current"]
    assert_array_equal(run["current"], np.repeat([0.5, 1.0], 50))
    assert_array_equal(simulate(AdEx(), [0.5, 1.0], 10.0, record="w")["w"], run["w"])
    assert simulate(AdEx(), 1.0, 1.0).states == {}
    with pytest.raises(ValueError, match="NeuronGroup.state must be one of 'current', 'refractory', "):
        simulate(AdEx(), 1.0, 1.0, record="u")
