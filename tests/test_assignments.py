"""What is assigned takes effect or is refused: every public attribute of what outlives its construction."""

import copy
import gc
import warnings
from dataclasses import fields, is_dataclass, replace

import numpy as np
import pytest
from scipy.sparse import csr_array

from spikingnn import (ALIF, STDP, ConductanceSynapse, DeltaSynapse, Factored, FirstOrderLIF,
                       FixedProbability, HopfieldAssembly, InputGroup, LIFGroup, Network, NeuronGroup, Oja,
                       PoissonEncoder, RateMonitor, SpikeMonitor, SpikeSource, StateMonitor, STDPClassifier,
                       SynapseGroup, WeightMonitor)
from spikingnn.training import Dense, LIFLayer, Model, Readout


def parts():
    inputs, source = InputGroup(4, PoissonEncoder(max_rate=200.0)), SpikeSource([[1.0, 2.0], [3.0]])
    cells, tuned = LIFGroup(3, FirstOrderLIF(noise=0.5)), LIFGroup(3, dimensions=2)
    link = SynapseGroup(inputs, cells, 0.3, delay=1.0, rule=STDP())
    static = SynapseGroup(source, cells, FixedProbability(0.9, 0.2))
    watched = {"spikes": SpikeMonitor(cells), "rate": RateMonitor(cells),
               "v": StateMonitor(cells, "v", index=[0, 2], every=0.5),
               "weights": WeightMonitor(link, every=1.0, index=[0, 1])}
    made = {"inputs": inputs, "cells": cells, "tuned": tuned, "source": source, "link": link}
    return made | {"static": static} | watched


def objects():
    """Name -> one of each kind, built and in use."""
    made = parts()
    network = Network(*made.values(), seed=1)
    network.run(5.0, {made["inputs"]: 1.0})
    patterns = np.where(np.random.default_rng(0).random((2, 30)) < 0.5, -1.0, 1.0)
    memory = HopfieldAssembly(30, seed=0).store(patterns)
    x, y = np.random.default_rng(0).random((6, 5)), np.arange(6) % 2
    learned = STDPClassifier(neurons=4, seed=1).fit(x, y, progress=False)
    model = Model([Dense(3), LIFLayer(), Dense(2), Readout()], shape=4, steps=3)
    return made | {"network": network, "memory": memory, "recall": memory.recall(patterns[0]),
                   "classifier": learned, "model": model, "curves": made["tuned"].tuning}


@pytest.fixture(scope="module")
def built():
    return objects()


TAKES = {"name", "model", "rule", "weight", "memory_budget", "readout"}     # assigned in tests of their own
NAMES = sorted(objects())


def public(thing):
    of_class = [name for kind in type(thing).__mro__ for name, value in vars(kind).items()
                if isinstance(value, property)]
    return sorted(name for name in {*thing.__dict__, *of_class} if not name.startswith("_"))


@pytest.mark.parametrize("name", NAMES)
def test_every_public_attribute_is_refused_or_takes_effect(built, name):
    thing = built[name]
    assert len(public(thing)) >= 4
    for each in public(thing):
        before = thing.__dict__.get(each)
        for value in (None, 0, 17.5, "x", [1, 2], np.zeros(2), before):
            if each in TAKES - {"name"}:
                continue
            with pytest.raises((AttributeError, TypeError)) as error:
                setattr(thing, each, value)
            assert each in str(error.value) and "\n" not in str(error.value)
        assert thing.__dict__.get(each) is before


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("slip", ["something_else", "tau", "Dt", "evry"])
def test_unknown_attributes_are_refused(built, name, slip):
    with pytest.raises(AttributeError):
        setattr(built[name], slip, 1.0)
    assert not hasattr(built[name], slip)


@pytest.mark.parametrize("name, attribute, advice", [
    ("cells", "v", r'write group\["v"\] = …'), ("cells", "refractory", r'group\["refractory"\] = …'),
    ("cells", "state", r'group\["v"\]'), ("cells", "tau_m", r"group.model = replace\(group.model, tau_m=…\)"),
    ("inputs", "max_rate", r"replace\(group.model, max_rate=…\)"), ("source", "trains", "replace"),
    ("cells", "tau_n", r"replace\(group.model, tau_m=…\)"), ("cells", "V", r'mean .v.\?.*group\["v"\] = …'),
    ("cells", "n", "build a new group"), ("cells", "network", "Network"), ("cells", "name", "before"),
    ("tuned", "gain", "build a new group"), ("tuned", "bias", "build a new group"),
    ("tuned", "encoders", "build a new group"), ("link", "delay", "build a new SynapseGroup"),
    ("link", "source", "build a new SynapseGroup"), ("link", "tau", "build a new SynapseGroup"),
    ("link", "synapse", "build a new SynapseGroup"), ("link", "wieght", "did you mean 'weight'"),
    ("link", "a_plus", r"synapses.rule = replace\(synapses.rule, a_plus=…\)"),
    ("v", "index", "build a new monitor"), ("v", "row", "build a new monitor"), ("v", "evry", "mean 'every'"),
    ("network", "dt", "build a new network"), ("network", "Dt", "did you mean 'dt'"),
    ("network", "seed", r"net.reset\(seed=…\)"), ("network", "t", r"net.reset\(\)"),
    ("network", "groups", "build a new network"), ("memory", "patterns", "memory.store"),
    ("memory", "n", "build a new HopfieldAssembly"), ("classifier", "neurons", "build a new"),
])
def test_the_error_says_what_to_write_instead(built, name, attribute, advice):
    with pytest.raises(AttributeError, match=advice):
        setattr(built[name], attribute, 1.0)
    if hasattr(built[name], attribute):
        with pytest.raises(AttributeError):
            delattr(built[name], attribute)


def test_parts_are_guarded_before_they_are_in_a_network():
    for part in parts().values():
        for each in set(public(part)) - TAKES:
            if each not in ("encoders", "gain", "bias", "tuning", "width"):
                with pytest.raises(AttributeError):
                    setattr(part, each, None)
        part.name = "another"
        assert part.name == "another"


@pytest.mark.parametrize("take", [
    lambda made: made["network"].groups, lambda made: made["network"].synapses,
    lambda made: made["network"].monitors,
    lambda made: made["model"].layers, lambda made: made["model"].names, lambda made: made["model"].shapes])
def test_lists_of_parts_cannot_be_changed(built, take):
    with pytest.raises((AttributeError, TypeError)):
        take(built).reverse()
    with pytest.raises(TypeError):
        take(built)[0] = None


@pytest.mark.parametrize("take", [
    lambda made: made["link"].weight, lambda made: made["static"].weight,
    lambda made: made["static"].weight.data,
    lambda made: made["link"].weight[1], lambda made: made["link"].weight.T,
    lambda made: made["tuned"].gain, lambda made: made["tuned"].bias, lambda made: made["tuned"].encoders,
    lambda made: made["v"].index, lambda made: made["weights"].index, lambda made: made["memory"].patterns,
    lambda made: made["memory"].couplings.left, lambda made: made["network"].weights_of(made["link"])])
@pytest.mark.parametrize("way", [lambda made: made, copy.deepcopy], ids=["itself", "copy"])
def test_arrays_that_are_copies_cannot_be_written_into(built, take, way):
    array = take(way(built))
    for index in (0, Ellipsis, slice(None)) if not hasattr(array, "nnz") else ((0, 0), (slice(None), 0)):
        with pytest.raises(ValueError, match="read-only"):
            array[index] = 0
    mine = array.copy()
    mine[(0, 0) if hasattr(array, "nnz") else Ellipsis] = 1
    assert abs(take(way(built)) - array).max() == 0


def test_the_advice_on_weights_works(built):
    link = objects()["link"]
    with pytest.raises(ValueError, match="synapses.weight is a copy; write w = synapses.weight.copy"):
        link.weight[0, 0] = 0.5
    with pytest.raises(ValueError, match="synapses.weight is a copy"):
        link.weight[0, 0] += 0.5
    with pytest.raises(ValueError, match="synapses.weight is a copy"):
        np.add(link.weight, 0.5, out=link.weight)
    weight = link.weight.copy()
    weight[0, 0] = 0.625
    link.weight = weight
    assert link.weight[0, 0] == 0.625
    link.weight *= 0.5
    assert link.weight[0, 0] == 0.3125 and type(link.weight * 2.0) is np.ndarray


@pytest.mark.parametrize("given", [np.full((3, 3), 0.3), csr_array(np.full((3, 3), 0.3))])
def test_weights_are_ours(given):
    """What the caller does afterwards to the array that was given changes nothing; `*=` does."""
    cells = LIFGroup(3)
    link = SynapseGroup(cells, cells, given)
    given[0, 0] = 9.0
    assert link.weight[0, 0] == 0.3
    for _ in range(2):
        with pytest.raises(ValueError, match="read-only"):
            link.weight[0, 0] = 0.0
        link.weight *= 0.5
        assert link.weight[2, 1] in (0.15, 0.075)
        cells.network or Network(cells, link)


def test_parameters_of_a_model_are_written_in_place():
    model = Model([Dense(3), LIFLayer(), Dense(2), Readout()], shape=4, steps=3)
    x = np.ones((1, 2, 4), np.float32)
    model.parameters["2_Dense.weight"] = 0.0 * model.parameters["2_Dense.weight"]
    assert not model.forward(x).any()
    with pytest.raises(ValueError, match="2_Dense.weight"):
        model.parameters["2_Dense.weight"] = np.zeros((5, 5))
    with pytest.raises(KeyError):
        model.parameters["2_Dense.wieght"] = 0.0
    with pytest.raises(AttributeError, match="build a new Model"):
        model.layers[0].n = 7


# --- signs ----------------------------------------------------------------------------------------------

def negative(cells):
    synapse, inputs = ConductanceSynapse(5.0, -80.0), InputGroup(4, PoissonEncoder())
    matrix = np.full((4, 3), 0.1)
    matrix[1, 2] = -1e-9

    def link(weight=0.1, rule=None):
        return SynapseGroup(inputs, cells, weight, synapse, rule=rule)

    def drawn(rng, size):
        return rng.normal(size=size)

    return {
        "number": lambda: link(-0.1), "array": lambda: link(matrix),
        "sparse": lambda: link(csr_array(matrix)),
        "factored": lambda: link(Factored(np.ones((4, 1)), np.array([[1.0, 1.0, -1.0]]))),
        "builder": lambda: link(FixedProbability(0.5, -0.1)),
        "drawn": lambda: Network(inputs, cells, link(FixedProbability(0.9, drawn)), seed=1),
        "rule": lambda: link(rule=STDP(w_min=-1.0)), "unbounded": lambda: link(rule=Oja()),
        "rule assigned": lambda: setattr(link(rule=STDP()), "rule", STDP(w_min=-0.5)),
        "assigned": lambda: setattr(link(), "weight", matrix),
        "assigned when built": lambda: setattr(Network(inputs, cells, link()).synapses[0], "weight", matrix),
    }


@pytest.mark.parametrize("where", negative(LIFGroup(3)))
def test_negative_conductances_are_refused(where):
    with pytest.raises(ValueError, match="zero or positive"):
        negative(LIFGroup(3))[where]()


def test_a_model_that_takes_no_conductances_is_refused_where_they_arrive():
    from spikingnn.engine.plugin import NeuronModel

    class Deaf(type(ALIF())):
        conductances = False

    cells = NeuronGroup(3, ALIF())
    link = SynapseGroup(cells, cells, 0.1, ConductanceSynapse(5.0, 0.0))
    cells.model = Deaf()
    with pytest.raises(ValueError, match="takes none"):
        Network(cells, link)
    cells.model = ALIF()
    Network(cells, link)
    with pytest.raises(ValueError, match="takes conductances"):
        cells.model = Deaf()
    assert isinstance(cells.model, NeuronModel) and type(cells.model) is ALIF


# --- forgotten parts ------------------------------------------------------------------------------------

@pytest.mark.parametrize("make, word", [
    (lambda a, b: SynapseGroup(a, b, 0.1, name="mine"), "mine"), (lambda a, b: SpikeMonitor(b), "SpikeM"),
    (lambda a, b: StateMonitor(b, "v"), "StateM"),
    (lambda a, b: SynapseGroup(b, LIFGroup(3), 0.1), "Synapse")])
def test_parts_that_were_forgotten_are_named(make, word):
    gc.collect()
    a, b = LIFGroup(2), LIFGroup(2)
    part = make(a, b)
    with pytest.warns(UserWarning, match=f"{word}.* was not given to Network"):
        Network(a, b)
    assert part.network is None


def test_a_monitor_of_forgotten_synapses_is_named_too():
    a = LIFGroup(2)
    link = SynapseGroup(a, a, 0.1)
    monitor = WeightMonitor(link, every=1.0)
    with pytest.warns(UserWarning) as told:
        Network(a)
    assert sorted(str(each.message)[:8] for each in told) == ["a Synaps", "a Weight"]
    assert monitor.network is None


def test_no_false_alarm_for_what_is_gone_or_belongs_elsewhere():
    a, b = LIFGroup(2), LIFGroup(2)
    other = SynapseGroup(b, b, 0.1), SpikeMonitor(b)
    SynapseGroup(a, a, 0.1), SpikeMonitor(a)            # gone at once
    gc.collect()
    with pytest.raises(ValueError):
        StateMonitor(a, "no such state")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Network(a)
        Network(b, *other)
        Network(LIFGroup(2))


# --- numbers that are none ------------------------------------------------------------------------------

@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_state_that_is_not_finite_is_named_before_it_runs(value, when):
    cells = LIFGroup(3)
    view = cells["v"]
    if when == "before":
        view[1] = value
    network = Network(cells)
    view[1] = value
    with pytest.raises(ValueError, match=r"LIFGroup1\['v'\] is (nan|inf) in unit 1"):
        network.run(1.0)
    view[1] = -60.0
    network.run(1.0)
    assert network.t == 1.0


@pytest.mark.parametrize("synapse, what", [(None, "what SynapseGroup1 sends to LIFGroup1 is not finite"),
                                           (DeltaSynapse(), r"LIFGroup1\['v'\] is -inf in unit 0"),
                                           (ConductanceSynapse(5.0, 0.0), "what SynapseGroup1 sends")])
def test_weights_without_measure_are_found_at_the_end_of_a_block(synapse, what):
    def build(weight):
        source, cells = SpikeSource([np.arange(1.0, 50.0, 0.1)] * 20), LIFGroup(3)
        weight = -abs(weight) if isinstance(synapse, DeltaSynapse) else weight
        options = {} if synapse is None else {"synapse": synapse}
        link = SynapseGroup(source, cells, weight, **options)
        return Network(source, cells, link, SpikeMonitor(cells), seed=1)

    network, twin = build(1e308), build(1e308)
    with pytest.raises(FloatingPointError, match=what + r".*; the network stays at t = 0 ms"):
        network.run(100.0)
    assert network.t == 0.0
    for each in (network, twin):
        each.synapses[0].weight = -0.1 if isinstance(synapse, DeltaSynapse) else 0.1
        each.run(20.0)
    np.testing.assert_array_equal(network.groups[1].state, twin.groups[1].state)


def test_values_are_frozen(built):
    """Models, rules and synapses are values: a field is not assigned but replaced."""
    for value in (built["cells"].model, built["link"].rule, built["link"].synapse, built["recall"]):
        assert is_dataclass(value)
        for each in fields(value):
            with pytest.raises(AttributeError):
                setattr(value, each.name, 1.0)
    assert replace(built["cells"].model, tau_m=5.0).tau_m == 5.0
