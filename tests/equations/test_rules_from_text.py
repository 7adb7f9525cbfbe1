"""Plasticity rules given as text: equal to the built-in ones, like any other, refused in one line."""

import copy
import pickle
from dataclasses import replace

import cloudpickle
import numpy as np
import pytest

from spikingnn import (STDP, DeltaSynapse, FixedProbability, InputGroup, LIFGroup, Network, PlasticityRule,
                       PoissonEncoder, Rule, SpikeSource, SynapseGroup, TripletSTDP)


PAIR = """w : 1
          dapre/dt = -apre/tau_pre : 1 (event-driven)
          dapost/dt = -apost/tau_post : 1 (event-driven)"""
TRIPLET = """dr1/dt = -r1/tau_plus
             dr2/dt = -r2/tau_x
             do1/dt = -o1/tau_minus
             do2/dt = -o2/tau_y"""


def pair(**changes):
    values = dict(tau_pre=20.0, tau_post=20.0, a_plus=0.01, a_minus=0.012, w_min=0.0, w_max=1.0)
    return PlasticityRule(PAIR, on_pre="apre += a_plus\nw = clip(w - apost, w_min, w_max)",
                          on_post="apost += a_minus\nw = clip(w + apre, w_min, w_max)",
                          **{**values, **changes})


def triplet():
    return PlasticityRule(TRIPLET, on_pre="w = clip(w - o1*(a2m + a3m*r2), w_min, w_max); r1 += 1; r2 += 1",
                          on_post="w = clip(w + r1*(a2p + a3p*o2), w_min, w_max); o1 += 1; o2 += 1",
                          tau_plus=16.8, tau_x=101.0, tau_minus=33.7, tau_y=125.0, a2p=5e-10, a3p=6.2e-3,
                          a2m=7e-3,
                          a3m=2.3e-4, w_min=0.0, w_max=1.0)


def learned(rule, weight=0.5, delay=None, duration=1000.0):
    inputs, cells = InputGroup(40, PoissonEncoder(20.0)), LIFGroup(10)
    synapses = SynapseGroup(inputs, cells, weight, rule=rule, delay=delay)
    network = Network(inputs, cells, synapses, seed=3)
    network.run(duration, {inputs: 1.0})
    weight = synapses.weight
    return np.asarray(weight.toarray() if hasattr(weight, "toarray") else weight), network


@pytest.mark.parametrize("weight", [0.5, FixedProbability(0.3, 0.5)], ids=["dense", "sparse"])
@pytest.mark.parametrize("delay", [None, 2.0])
@pytest.mark.parametrize("text, built_in", [(pair, STDP), (triplet, TripletSTDP)])
def test_rules_are_the_built_in_ones(text, built_in, weight, delay):
    ours, theirs = learned(text(), weight, delay)[0], learned(built_in(), weight, delay)[0]
    assert np.ptp(ours) > 0.01
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-12)


def test_statements_run_in_order():
    """A weight that is changed before and after its trace, and a memory of each synapse."""
    rule = PlasticityRule("dx/dt = 0*x : 1\nc : 1",
                          on_pre="w += x; x += 1; x *= 2; w = w + 10*x; c += 1; w += 100*c")
    source, target = SpikeSource([[1.0, 2.0]]), LIFGroup(1)
    synapses = SynapseGroup(source, target, 0.0, DeltaSynapse(), rule=rule)
    Network(source, target, synapses, dt=0.5).run(5.0)
    assert rule.synapse_state == ("c",)
    np.testing.assert_allclose(synapses.weight, [[0 + 20 + 100 + 2 + 60 + 200]])


def test_states_time_and_chance_of_each_synapse():
    """The time of the last spike and the number of successes of each synapse, and a random weight."""
    rule = PlasticityRule("last : ms\nreleased : 1", p=0.3,
                          on_pre="released += int(rand() < p); last = t; w = randn()")
    source, target = SpikeSource([np.arange(1.0, 101.0)]), LIFGroup(200)
    synapses = SynapseGroup(source, target, 0.0, DeltaSynapse(), rule=rule)
    Network(source, target, synapses, dt=0.5, seed=4).run(110.0)
    assert rule.synapse_state == ("last", "released")
    np.testing.assert_allclose(synapses["last"], 100.5)
    released = synapses["released"]
    assert abs(released.mean() - 30.0) < 4 * np.sqrt(21 / 200) and 3.5 < released.std() < 5.8
    assert abs(np.std(synapses.weight) - 1.0) < 0.25


def test_definitions_and_conditions():
    rule = PlasticityRule("""dx/dt = -x/tau : 1
                             gain = a*exp(-x) if x < 1 else 0 : 1""", on_pre="x += 1",
                          on_post="w = max(w - gain, 0)", tau=10.0, a=0.1)
    source, target = SpikeSource([[1.0], []]), LIFGroup(1)
    synapses = SynapseGroup(source, target, 0.5, DeltaSynapse(), rule=rule)
    target["v"] = -40.0
    Network(source, target, synapses, dt=0.5).run(0.5)
    np.testing.assert_allclose(synapses.weight, 0.4)


def test_it_is_a_rule_like_any_other(tmp_path):
    rule = pair()
    assert isinstance(rule, Rule) and isinstance(rule, PlasticityRule) and rule.w_max == 1.0
    assert replace(rule, a_plus=0.5).a_plus == 0.5 and type(pair(a_plus=1.0)) is type(rule)
    for way in (copy.deepcopy, lambda each: pickle.loads(pickle.dumps(each)),
                lambda each: cloudpickle.loads(cloudpickle.dumps(each))):
        weight, network = learned(rule, duration=200.0)
        other = way(network)
        for each in (network, other):
            each.run(200.0, {each.groups[0]: 1.0})
        assert np.array_equal(other.synapses[0].weight, network.synapses[0].weight)
        assert type(other.synapses[0].rule) is type(rule)
    network.save(tmp_path / "network.npz")
    network.run(200.0, {network.groups[0]: 1.0})
    _, again = learned(pair(a_plus=0.5), duration=0.0)
    again.load(tmp_path / "network.npz")
    again.run(200.0, {again.groups[0]: 1.0})
    assert np.array_equal(again.synapses[0].weight, network.synapses[0].weight)
    assert again.synapses[0].rule.a_plus == 0.01


def test_the_bounds_of_the_weights_are_those_of_the_rule():
    with pytest.raises(ValueError, match="within the rule's bounds"):
        learned(pair(w_max=0.3))
    network = learned(pair(), duration=0.0)[1]
    network.synapses[0].rule = pair(a_plus=0.0, a_minus=0.0)
    before = network.synapses[0].weight.copy()
    network.run(50.0, {network.groups[0]: 1.0})
    np.testing.assert_array_equal(network.synapses[0].weight, before)


def test_hooks_compiled_are_plain_python():
    for rule in (pair(), triplet()):
        params = np.array(rule.step_coefficients(0.1))
        chance = np.random.default_rng(1)
        own, others, weight = chance.random(2)[:len(rule.pre_traces())], chance.random((2,
                                                                                        7)), chance.random(7)
        ends = []
        for kernel in (rule.on_pre.python, rule.on_pre.compiled("on_pre")):
            arrays = weight.copy(), np.empty((0, 7)), own.copy(), others[:len(rule.post_traces())].copy()
            kernel(*arrays, params, 3.0, np.uint64(1))
            ends.append(b"".join(each.tobytes() for each in arrays))
        assert ends[0] == ends[1]
        assert rule.source.startswith("# Hooks of a plasticity rule")


@pytest.mark.parametrize("text, on_pre, on_post, values, message", [
    ("dx/dt = -x/tau", "x += 1", "x += 1", dict(tau=1.0),
     "'x' is written by on_pre and on_post: a trace belongs to one"),
    ("dx/dt = -x/tau", "w += x", None, dict(tau=1.0),
     "'x' is changed by no spike: on_pre or on_post must write it"),
    ("dx/dt = -x**2", "x += 1", None, {}, "a trace must decay linearly, such as -x/tau"),
    ("dx/dt = -x*w", "x += 1", None, {}, "a trace decays on its own, and this one depends on 'w'"),
    ("dx/dt = -x + 1", "x += 1", None, {}, "a trace must decay to zero"),
    ("dx/dt = x/tau", "x += 1", None, dict(tau=5.0), "a trace must decay to zero"),
    ("dx/dt = -x/tau", "x += w", None, dict(tau=5.0), "a trace belongs to a neuron and cannot depend on 'w'"),
    ("dx/dt = -x\ndy/dt = -y", "x += y", "y += 1", {},
     "a trace belongs to a neuron and cannot depend on 'y'"),
    ("", "v_post += w", None, {},
     "the synapse model delivers the weight, such as DeltaSynapse(); leave this statement out"),
    ("", "q += 1", None, {}, "'q' is neither a trace nor the weight (w)"),
    ("", None, None, {}, "on_pre or on_post must say what a spike does"),
    ("", "w += k", None, {}, "on_pre \"w += k\": unknown name 'k'; give it a value: k=…"),
    ("", "w += I", None, {}, "unknown name 'I'"),
    ("dx/dt = -x", "x += rand()", None, {}, "a trace belongs to a neuron and cannot depend on 'rand()'"),
    ("", "w += 1", None, dict(k=1.0), "'k' stands in no equation and no statement"),
    ("", "w += 1/k", None, dict(k=0.0), "1.0 / k is inf at these parameters"),
    ("", "w += k", None, dict(k=[1.0, 2.0]), "PlasticityRule.k must be one number"),
])
def test_messages(text, on_pre, on_post, values, message):
    with pytest.raises(ValueError) as caught:
        PlasticityRule(text, on_pre, on_post, **values)
    assert message in str(caught.value) and "\n" not in str(caught.value)
