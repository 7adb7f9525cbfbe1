"""Properties that hold for any network: hypothesis draws the networks, and what must not matter is varied."""

import copy
import pickle
from dataclasses import dataclass

import numpy as np
import pytest
import scipy.sparse

import spikingnn as snn

hypothesis = pytest.importorskip("hypothesis",
                                 reason="the random networks need hypothesis: pip install 'spikingnn[test]'")
from hypothesis import HealthCheck, given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

DT = 0.5            # ms
EXAMPLES = settings(max_examples=15, deadline=None, derandomize=True, database=None,
                    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])

MODELS = {
    "lif": (snn.FirstOrderLIF(noise=3.0), 2.0),
    "subtract": (snn.FirstOrderLIF(reset="subtract", t_refractory=1.0), 3.0),
    "alif": (snn.ALIF(), 3.0), "adaptive": (snn.AdaptiveCurrentLIF(), 2.5), "adex": (snn.AdEx(), 1.2),
    "izhikevich": (snn.Izhikevich(), 12.0), "quadratic": (snn.QuadraticIF(), 2.0), "gif": (snn.GIF(), 2.0),
}
SYNAPSES = {
    "delta": (snn.DeltaSynapse(), 4.0), "current": (snn.FirstOrderSynapse(3.0), 1.0),
    "slow": (snn.FirstOrderSynapse(20.0), 0.3),
    "conductance": (snn.ConductanceSynapse(4.0, 0.0), 0.02), "alpha": (snn.AlphaSynapse(3.0), 1.0),
    "double": (snn.DoubleExponentialConductance(0.7, 6.0, -70.0), 0.02),
    "nmda": (snn.NMDASynapse(40.0, saturating=False), 0.01),
}
RULES = {
    None: None, "stdp": snn.STDP(w_max=50.0), "nest": snn.STDP(w_max=50.0, coincident="ignore"),
    "triplet": snn.TripletSTDP(w_max=50.0), "hebbian": snn.Hebbian(w_min=0.0),
    "oja": snn.Oja(interval=2.0, w_min=0.0), "short-term": snn.TsodyksMarkram(),
    "reward": snn.RewardSTDP(w_max=50.0), "voltage": snn.Clopath(w_max=50.0),
    "resources": snn.SynapticResources(), "saturation": snn.Saturation(),
    "several": (snn.RewardSTDP(0.01, w_max=50.0), snn.SynapticResources(), snn.NearestSTDP(w_max=50.0)),
}


@dataclass(frozen=True)
class Link:
    """One connection: source and target by number, and how they are connected."""

    source: int
    target: int
    synapse: str
    rule: str | None
    delay: float
    density: float


@dataclass(frozen=True)
class Description:
    """A network as a value: group k has sizes[k] units of models[k]; group 0 is an input."""

    sizes: tuple
    models: tuple
    links: tuple
    drive: float
    seed: int


@st.composite
def descriptions(draw):
    """Up to three populations behind one input, with up to four connections of any kind."""
    n = draw(st.integers(1, 3))
    sizes = (draw(st.integers(1, 8)), *(draw(st.integers(1, 8)) for _ in range(n)))
    models = tuple(draw(st.sampled_from(sorted(MODELS))) for _ in range(n))
    links = []
    for _ in range(draw(st.integers(1, 4))):
        rule = draw(st.sampled_from(sorted(RULES, key=str)))
        target = draw(st.integers(1, n))
        takes_conductances = MODELS[models[target - 1]][0].conductances
        names = [name for name in sorted(SYNAPSES) if takes_conductances
                 or not SYNAPSES[name][0].sends_conductance]
        links.append(Link(draw(st.integers(0, n)), target, draw(st.sampled_from(names)), rule,
                          DT * draw(st.integers(1, 6)), draw(st.sampled_from([0.3, 0.7, 1.0]))))
    return Description(sizes, models, tuple(links), draw(st.floats(0.5, 1.5)), draw(st.integers(0, 1000)))


class Built:
    """The network of a description, with what is needed to run and compare it."""

    def __init__(self, description, sparse=True, reverse=False, monitors=True):
        rng = np.random.default_rng(description.seed)
        self.groups = [snn.InputGroup(description.sizes[0], snn.PoissonEncoder(max_rate=200.0), name="input")]
        self.groups += [snn.NeuronGroup(n, MODELS[model][0], name=f"group{k}")
                        for k, (n, model) in enumerate(zip(description.sizes[1:], description.models))]
        self.inputs = {self.groups[0]: 0.8} | {group: description.drive * MODELS[model][1]
                                               for group, model in zip(self.groups[1:], description.models)}
        self.synapses = []
        for k, link in enumerate(description.links):
            source, target = self.groups[link.source], self.groups[link.target]
            synapse, scale = SYNAPSES[link.synapse]
            weight = scale * rng.random((source.n, target.n)) * (
                rng.random((source.n, target.n)) < link.density)
            self.synapses.append(snn.SynapseGroup(source, target, scipy.sparse.csr_array(weight) if sparse
                                                  else weight, synapse,
                                                  delay=link.delay, rule=RULES[link.rule], name=f"link{k}"))
        self.spikes = [snn.SpikeMonitor(group, name=f"spikes{k}") for k, group in enumerate(self.groups)]
        watched = [snn.StateMonitor(self.groups[1], "v", every=1.0, name="v")] if monitors else []
        parts = [*self.groups, *self.synapses, *watched, *self.spikes]
        self.network = snn.Network(*(parts[::-1] if reverse else parts), dt=DT, seed=description.seed)

    def run(self, duration):
        """Go on for `duration` ms."""
        self.network.run(duration, inputs=self.inputs, progress=False)
        return self

    def result(self):
        """All that the run leaves behind, by name."""
        dense = {f"weight {s.name}": s.weight.toarray() if scipy.sparse.issparse(s.weight) else s.weight
                 for s in self.synapses}
        return ({f"t {m.target.name}": m.t for m in self.spikes}
                | {f"i {m.target.name}": m.i for m in self.spikes}
                | {f"state {g.name}": g.state.copy() for g in self.groups} | dense)


def assert_equal(a, b):
    assert a.keys() == b.keys()
    for name in a:
        np.testing.assert_array_equal(a[name], b[name], err_msg=name)


def after(network):
    """The states and weights of a network whose parts are not at hand, by name."""
    weights = {s.name: s.weight.toarray() if scipy.sparse.issparse(s.weight) else s.weight
               for s in network.synapses}
    return {group.name: np.array(group.state) for group in network.groups} | weights


@EXAMPLES
@given(descriptions(), st.integers(1, 59))
def test_a_split_run_is_the_whole_run(description, steps):
    whole = Built(description).run(60 * DT)
    parts = Built(description).run(steps * DT).run((60 - steps) * DT)
    assert_equal(parts.result(), whole.result())


@EXAMPLES
@given(descriptions())
def test_monitors_change_nothing(description):
    assert_equal(Built(description, monitors=False).run(30).result(), Built(description).run(30).result())


@EXAMPLES
@given(descriptions())
def test_the_order_of_the_parts_changes_no_spike_train_beyond_rounding(description):
    """Sums of currents are made in the order of the parts, so that membranes may differ in their last
    bits."""
    one, other = Built(description).run(10).result(), Built(description, reverse=True).run(10).result()
    for name in one:
        if name.startswith("state"):
            assert one[name].shape == other[name].shape
    assert sum(len(one[name]) for name in one if name.startswith("t ")) == pytest.approx(
        sum(len(other[name]) for name in other if name.startswith("t ")), abs=2)
    np.testing.assert_array_equal(one["t input"], other["t input"])
    np.testing.assert_array_equal(one["i input"], other["i input"])


@EXAMPLES
@given(descriptions())
def test_dense_weights_are_sparse_weights(description):
    """Where all entries are there; a rule also changes the entries of a dense matrix that are zero."""
    full = Description(description.sizes, description.models, tuple(
        Link(link.source, link.target, link.synapse, link.rule, link.delay, 1.0)
        for link in description.links), description.drive, description.seed)
    assert_equal(Built(full, sparse=False).run(30).result(), Built(full, sparse=True).run(30).result())


@EXAMPLES
@given(descriptions(), st.integers(1, 40))
def test_a_loaded_network_goes_on_with_the_same_bits(tmp_path_factory, description, steps):
    path = tmp_path_factory.mktemp("saved") / "network.npz"
    original = Built(description).run(steps * DT)
    original.network.save(path)
    other = Built(description)
    other.network.load(path)
    original.run(20)
    other.run(20)
    assert_equal(after(other.network), after(original.network))


@EXAMPLES
@given(descriptions())
def test_reset_is_as_built(description):
    built = Built(description).run(25)
    first = built.result()
    built.network.reset()
    assert built.network.t == 0
    assert_equal(built.run(25).result(), first)


@EXAMPLES
@given(descriptions(), st.sampled_from(["deepcopy", "pickle"]))
def test_a_copy_goes_on_like_its_original_and_is_its_own(description, how):
    built = Built(description).run(10)
    network = copy.deepcopy(built.network) if how == "deepcopy" else pickle.loads(pickle.dumps(built.network))
    names = {group.name: group for group in network.groups}
    inputs = {names[group.name]: value for group, value in built.inputs.items()}
    before = after(built.network)
    network.run(15, inputs=inputs, progress=False)
    assert_equal(after(built.network), before)
    built.run(15)
    assert_equal(after(network), after(built.network))
    names["group0"]["v"] = -55.0
    network.run(5, inputs=inputs, progress=False)
    built.run(5)
    assert not np.array_equal(after(network)["group0"], after(built.network)["group0"])
