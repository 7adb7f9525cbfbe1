"""Parts of groups: a network of slices is the network of separate groups, and all else goes on working."""

import copy
import pickle

import numpy as np
import pytest
from scipy.sparse import csr_array

from spikingnn import (
    STDP,
    AllToAll,
    DeltaSynapse,
    DistanceDelay,
    DistanceDependent,
    Factored,
    FirstOrderLIF,
    FixedInDegree,
    FixedProbability,
    InputGroup,
    LIFGroup,
    Network,
    OneToOne,
    PoissonEncoder,
    RateMonitor,
    SpikeMonitor,
    SpikeSource,
    StateMonitor,
    SynapseGroup,
    WeightMonitor,
    grid,
)
from spikingnn.connectivity import Box, Gaussian

QUIET = FirstOrderLIF(tau_m=np.inf, v_rest=0.0, v_reset=0.0, v_threshold=1e9)
MATRIX = np.random.default_rng(0).uniform(0.5, 1.0, (3, 4)) * (np.random.default_rng(1).random((3, 4)) < 0.7)
INPUT = [[1.0, 4.0], [2.0], [3.0], [1.0], [5.0], [2.5]]


def arrived(weight, delay=None, rule=None):
    """(SynapseGroup from sources 2:5 to neurons 4:8 of ten, all that the ten have received)."""
    source, target = SpikeSource(INPUT), LIFGroup(10, QUIET)
    synapses = SynapseGroup(source[2:5], target[4:8], weight, DeltaSynapse(), delay=delay, rule=rule)
    Network(source, target, synapses, dt=0.5, seed=0).run(20.0)
    return synapses, target["v"].copy()


FORMS = [MATRIX, csr_array(MATRIX), 0.5, Factored(np.ones((3, 1)), np.arange(4.0)[None]),
         Factored(np.ones((3, 2)), np.ones((2, 4)), csr_array(MATRIX)), FixedProbability(0.6, 0.5, seed=1),
         FixedInDegree(2, 0.5, seed=1), AllToAll(0.25)]


@pytest.mark.parametrize("weight", FORMS, ids=lambda form: type(form).__name__)
def test_only_the_parts_are_connected(weight):
    synapses, v = arrived(weight)
    given = synapses.weight.dense() if isinstance(weight, Factored) else synapses.weight
    given = given if isinstance(given, np.ndarray) else given.toarray()
    assert given.shape == (3, 4) and not v[:4].any() and not v[8:].any()
    counts = np.array([len(train) for train in INPUT[2:5]])
    np.testing.assert_allclose(v[4:8], counts @ given, rtol=1e-12)
    if isinstance(weight, np.ndarray):
        assert isinstance(synapses.weight, np.ndarray)
        np.testing.assert_array_equal(synapses.weight, MATRIX)


def test_delays_belong_to_the_part():
    _, at_once = arrived(MATRIX)
    delays = np.random.default_rng(2).integers(1, 8, (3, 4)) * 0.5
    for form in (np.asarray, csr_array):
        _, late = arrived(
            form(MATRIX), delay=delays if form is np.asarray else csr_array(delays * (MATRIX > 0))
        )
        np.testing.assert_allclose(late, at_once, rtol=1e-12)


@pytest.mark.parametrize("form", [np.asarray, csr_array])
def test_a_network_of_parts_is_the_network_of_its_groups(form):
    """Excitatory and inhibitory neurons with STDP: one group in two parts, or two groups; the same spikes."""
    model, rng = FirstOrderLIF(), np.random.default_rng(3)
    weight = {
        key: form(rng.uniform(0.0, 0.6, key) * (rng.random(key) < 0.5))
        for key in ((20, 12), (12, 8), (8, 12))
    }
    current = rng.uniform(1.3, 1.8, 20)

    def run(parts):
        inputs = InputGroup(20, PoissonEncoder(80.0), name="inputs")
        whole = LIFGroup(20, model) if parts else None
        excitatory, inhibitory = (
            (whole[:12], whole[12:]) if parts else (LIFGroup(12, model), LIFGroup(8, model))
        )
        groups = [whole] if parts else [excitatory, inhibitory]
        links = [
            SynapseGroup(
                inputs, excitatory, weight[20, 12], delay=1.0, rule=STDP(w_max=2.0, a_plus=0.1, a_minus=0.1)
            ),
            SynapseGroup(excitatory, inhibitory, weight[12, 8], delay=1.5, rule=STDP(w_max=2.0, a_plus=0.1)),
            SynapseGroup(inhibitory, excitatory, -weight[8, 12], delay=0.5),
        ]
        seen = [SpikeMonitor(excitatory), SpikeMonitor(inhibitory)]
        network = Network(inputs, *groups, links, seen, dt=0.1, seed=5)
        drive = {whole: current} if parts else {excitatory: current[:12], inhibitory: current[12:]}
        for _ in range(2):
            network.run(150.0, {inputs: 1.0} | drive)
        return [[train.tolist() for train in each.trains()] for each in seen], [np.asarray(
            link.weight if isinstance(link.weight, np.ndarray) else link.weight.toarray()) for link in links]

    (spikes, learned), (as_parts, learned_as_parts) = run(False), run(True)
    assert spikes == as_parts and sum(map(len, spikes[0])) > 50 and sum(map(len, spikes[1])) > 5
    for a, b in zip(learned, learned_as_parts):
        np.testing.assert_allclose(a, b, rtol=1e-12)
    assert not np.array_equal(
        learned[1], np.asarray(weight[12, 8] if form is np.asarray else weight[12, 8].toarray())
    )


def test_monitors_record_the_part_and_number_its_units_from_zero():
    source = SpikeSource([[1.0], [2.0, 5.0], [3.0], [4.0]])
    whole, part, rate = SpikeMonitor(source), SpikeMonitor(source[1:3]), RateMonitor(source[1:3])
    neurons = LIFGroup(6)
    states = StateMonitor(neurons[2:5], "v"), StateMonitor(neurons[2:5], "v", index=[0, 2])
    net = Network(source, neurons, whole, part, rate, *states, dt=0.5)
    net.run(10.0, {neurons: np.arange(6.0) / 5})
    assert part.n == 2 and part.t.tolist() == [2.0, 3.0, 5.0] and part.i.tolist() == [0, 1, 0]
    assert part.count().tolist() == [2, 1] and [train.tolist() for train in part.trains()] == [
        [2.0, 5.0],
        [3.0],
    ]
    assert whole.count().tolist() == [1, 2, 1, 1] and rate.rate(10.0).tolist() == [150.0]
    assert states[0].values.shape == (20, 3) and states[1].index.tolist() == [2, 4]
    np.testing.assert_array_equal(states[0].values[:, [0, 2]], states[1].values)
    np.testing.assert_array_equal(states[0].values[-1], neurons["v"][2:5])
    assert repr(part) == "SpikeMonitor(SpikeSource1[1:3]): 3 spikes"


def test_states_and_positions_of_a_part():
    group = LIFGroup(6, positions=grid((3, 2)))
    part = group[-2:]
    part["v"] = [-60.0, -55.0]
    assert group["v"].tolist() == [-65.0] * 4 + [-60.0, -55.0] and part["v"].tolist() == [-60.0, -55.0]
    np.testing.assert_array_equal(part.positions, group.positions[4:])
    assert len(part) == part.n == 2 and group[:].is_whole and not part.is_whole


def test_positions_of_parts_are_used():
    group = LIFGroup(9, positions=np.arange(9.0))
    synapses = SynapseGroup(group[:4], group[3:], DistanceDependent(Box(2.0)))
    Network(group, synapses)
    expected = np.abs(np.arange(4.0)[:, None] - np.arange(3.0, 9.0)) <= 1.0
    np.testing.assert_array_equal(synapses.weight.toarray() > 0, expected)


@pytest.mark.parametrize("builder", [FixedProbability(1.0, autapses=False), AllToAll(autapses=False)])
def test_autapses_are_those_of_the_whole_group(builder):
    group = LIFGroup(6)
    some, same, apart = (SynapseGroup(*ends, builder) for ends in
                         ((group[:4], group), (group[2:5], group[2:5]), (group[:2], group[4:])))
    Network(group, some, same, apart)

    def dense(synapses):
        weight = synapses.weight
        return weight if isinstance(weight, np.ndarray) else weight.toarray()
    np.testing.assert_array_equal(dense(some), 1.0 - np.eye(6)[:4])
    np.testing.assert_array_equal(dense(same), 1.0 - np.eye(3))
    np.testing.assert_array_equal(dense(apart), np.ones((2, 2)))


def test_weights_of_overlapping_parts_can_be_set():
    group = LIFGroup(6)
    synapses = SynapseGroup(group[:4], group, AllToAll(0.5, autapses=False), rule=STDP())
    Network(group, synapses)
    synapses.weight = 0.25
    np.testing.assert_array_equal(synapses.weight.toarray(), 0.25 * (1.0 - np.eye(6)[:4]))


def test_fixed_degrees_say_that_they_cannot_leave_out_some():
    group = LIFGroup(6)
    synapses = SynapseGroup(group[:4], group, FixedInDegree(2, autapses=False))
    with pytest.raises(
        ValueError,
        match=r"FixedInDegree\(autapses=False\) cannot connect LIFGroup1\[0:4\] with LIFGroup1, which",
    ):
        Network(group, synapses)


def test_weights_can_be_set_and_recorded():
    source, target = SpikeSource([[1.0]] * 5), LIFGroup(6)
    synapses = SynapseGroup(source[1:3], target[2:5], np.ones((2, 3)), rule=STDP(w_max=9.0))
    weights = WeightMonitor(synapses, every=1.0)
    network = Network(source, target, synapses, weights, dt=0.5)
    changed = np.arange(6.0).reshape(2, 3)
    synapses.weight = changed
    np.testing.assert_array_equal(synapses.weight, changed)
    network.run(2.0)
    assert weights.values.shape == (2, 6)
    np.testing.assert_array_equal(weights.values[0], changed.ravel())
    with pytest.raises(
        ValueError, match=r"weight must be of shape \(n_pre, n_post\) = \(2, 3\), got \(5, 6\)"
    ):
        synapses.weight = np.ones((5, 6))
    network.reset()
    np.testing.assert_array_equal(synapses.weight, np.ones((2, 3)))


def network_of(part):
    source, target = SpikeSource([np.arange(1.0, 90.0, 7.0)] * 6, name="source"), LIFGroup(8, name="target")
    synapses = SynapseGroup(
        source, target[part], FixedProbability(0.7, 0.9), name="synapses", delay=1.0, rule=STDP(w_max=2.0)
    )
    return Network(source, target, synapses, seed=3), synapses, target


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda network: pickle.loads(pickle.dumps(network))],
                         ids=["deepcopy", "pickle"])
def test_a_copy_has_parts_of_its_own(copied):
    """Groups, slices and monitors of the copy belong together, and the original does not notice."""
    group = LIFGroup(9, positions=np.arange(9.0), name="group")
    near = SynapseGroup(group[:6], group[3:], DistanceDependent(Box(3.0), 0.4), delay=DistanceDelay(1.0))
    seen = SpikeMonitor(group[2:5])
    network = Network(group, near, seen, seed=1)
    network.run(30.0, {group: 2.0})
    other = copied(network)
    before = seen.t.size
    (twin,) = other.groups
    other.run(100.0, {twin: 2.0})
    assert seen.t.size == before
    network.run(100.0, {group: 2.0})
    assert seen.t.size > before
    np.testing.assert_array_equal(other.monitors[0].t, seen.t)
    np.testing.assert_array_equal(other.monitors[0].i, seen.i)
    np.testing.assert_array_equal(twin.state, group.state)


def test_drawing_anew_keeps_the_parts_and_the_positions():
    def weights(seed, again=None):
        group = LIFGroup(30, positions=np.arange(30.0), name="group")
        near = SynapseGroup(group[:20], group[5:], DistanceDependent(Gaussian(4.0), 0.4), name="near")
        network = Network(group, near, seed=seed)
        if again is not None:
            network.reset(seed=again)
        return near.weight.toarray()

    np.testing.assert_array_equal(weights(1, again=2), weights(2))
    assert weights(1).shape == (20, 25) and not np.array_equal(weights(1), weights(2))


def test_saved_and_loaded_with_the_same_bits(tmp_path):
    one, synapses, target = network_of(slice(2, 6))
    one.run(40.0, {target: 1.6})
    one.save(tmp_path / "net.npz")
    one.run(40.0, {target: 1.6})
    two, others, neurons = network_of(slice(2, 6))
    two.load(tmp_path / "net.npz")
    two.run(40.0, {neurons: 1.6})
    np.testing.assert_array_equal(synapses.weight.toarray(), others.weight.toarray())
    np.testing.assert_array_equal(target["v"], neurons["v"])
    with pytest.raises(ValueError, match=r"holds another network: its synapses are .*target\[2:6\]"):
        network_of(slice(1, 5))[0].load(tmp_path / "net.npz")


@pytest.mark.parametrize(
    "make, error, message",
    [
        (
            lambda group: group[3:3],
            ValueError,
            r"LIFGroup.slice must be of one unit at least, got slice\(3, 3, None\)",
        ),
        (lambda group: group[5:2], ValueError, "LIFGroup.slice must be of one unit at least"),
        (
            lambda group: group[4:11],
            ValueError,
            "LIFGroup.slice must be within the 10 units of the group, got slice",
        ),
        (
            lambda group: group[-11:],
            ValueError,
            "LIFGroup.slice must be a whole number of at least -10, got -11",
        ),
        (lambda group: group[::2], ValueError, "LIFGroup.slice must be of consecutive units"),
        (lambda group: group[0.5:2], TypeError, "LIFGroup.slice must be a whole number"),
        (
            lambda group: group[2:6][1:2],
            ValueError,
            r"\[2:6\] is a slice already: take the slice of the group itself",
        ),
        (lambda group: group[3], ValueError, "LIFGroup.state must be one of"),
        (
            lambda group: Network(group[2:4]),
            TypeError,
            "Network.parts must be groups, synapse groups and monitors, got",
        ),
        (
            lambda group: Network(group).run(1.0, {group[:3]: 1.0, group[2:4]: 1.0}),
            ValueError,
            r"inputs= names units of LIFGroup1 twice, the second time as LIFGroup1\[2:4\]",
        ),
        (
            lambda group: Network(group).run(1.0, {LIFGroup(5)[2:4]: 1.0}),
            ValueError,
            r"inputs= names LIFGroup.*\[2:4\], which is not in the network",
        ),
        (
            lambda group: Network(group).run(1.0, {group[2:4]: [1.0, 2.0, 3.0]}),
            ValueError,
            r"LIFGroup1\[2:4\].input must be a number, \(2,\) or \(rows, 2\), got \(3,\)",
        ),
        (
            lambda group: WeightMonitor(group[2:4], every=1.0),
            TypeError,
            "WeightMonitor.target must be a group of synapses",
        ),
        (
            lambda group: StateMonitor(group[2:4], "v", index=[2]),
            ValueError,
            r"StateMonitor.index must be whole numbers from 0 to 1",
        ),
        (
            lambda group: SynapseGroup(group[2:4], group, np.ones((10, 10))),
            ValueError,
            r"weight must be of shape \(n_pre, n_post\) = \(2, 10\)",
        ),
        (
            lambda group: Network(group, SynapseGroup(group[2:4], group, OneToOne(1.0))),
            ValueError,
            "OneToOne needs groups of one size, got 2 sources and 10",
        ),
        (
            lambda group: SynapseGroup(group, SpikeSource([[1.0]] * 3)[:2], 1.0),
            ValueError,
            "SynapseGroup.target must be a group of neurons",
        ),
    ],
)
def test_mistakes_are_one_clear_line(make, error, message):
    with pytest.raises(error, match=message) as caught:
        make(LIFGroup(10))
    assert "\n" not in str(caught.value)


def test_inputs_of_parts_are_those_of_the_group():
    """A function, a number and rows of different lengths for three parts of one group."""
    def potentials(inputs):
        group = LIFGroup(6)
        v = StateMonitor(group, "v")
        Network(group, v, seed=0).run(12.0, inputs(group))
        return v.values

    rows = np.zeros((6, 6))
    rows[:, 0], rows[:, 2:4] = 1.5, np.repeat([[1.0, 2.0], [3.0, 4.0]], 3, axis=0)
    rows[:, 5] = np.repeat([0.5, 1.0, 3.0], 2)
    apart = potentials(lambda group: {group[:1]: 1.5, group[2:4]: [[1.0, 2.0], [3.0, 4.0]],
                                      group[5:]: [[0.5], [1.0], [3.0]]})
    np.testing.assert_array_equal(apart, potentials(lambda group: {group: rows}))
    asked = potentials(lambda group: {group[:2]: lambda t: [t, 2.0], group[4:]: [[1.0, 1.0], [2.0, 2.0]]})
    whole = potentials(lambda group: {group: lambda t: [t, 2.0, 0.0, 0.0, *[1.0 + (t >= 6.0)]*2]})
    np.testing.assert_array_equal(asked, whole)
