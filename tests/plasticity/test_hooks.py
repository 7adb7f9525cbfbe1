"""What hooks see: time, potential, signals, states by name; several rules, delays of each synapse, dendritic
delays."""

import math
from dataclasses import dataclass, replace

import numpy as np
import pytest
from scipy.sparse import csr_array

from spikingnn import (POTENTIAL, SIGNAL, STDP, Clopath, DeltaSynapse, FirstOrderLIF, FirstOrderSynapse,
                       FixedProbability, InputGroup, LIFGroup, NearestSTDP, Network, NeuronGroup,
                       PoissonEncoder, RewardSTDP, Rule, SpikeSource, StateMonitor, SynapseGroup,
                       SynapticResources, TsodyksMarkram, on_post_kernel, on_pre_kernel, on_tick_kernel,
                       uniform)


# fires in the step in which a jump of 20 mV arrives, and in no other
RELAY = FirstOrderLIF(t_refractory=0.0)
FORMS = pytest.mark.parametrize("form", [np.asarray, csr_array], ids=["dense", "sparse"])


@dataclass(frozen=True)
class Witness(Rule):
    """Writes down what each of its hooks was given."""

    interval: float = 2.0

    synapse_state = ("t_pre", "t_post", "t_tick", "v_pre", "v_post", "v_slow", "signal")

    def post_traces(self):
        return (0.0, POTENTIAL), (5.0, POTENTIAL), (0.0, SIGNAL)

    @on_pre_kernel
    def on_pre(weight, state, pre, post, params, t, key):
        for s in range(weight.size):
            state[0, s], state[3, s] = t, post[0, s]

    @on_post_kernel
    def on_post(weight, state, pre, post, params, t, key):
        for s in range(weight.size):
            state[1, s], state[4, s] = t, post[0]

    @on_tick_kernel
    def on_tick(weight, state, pre, post, params, t, key):
        for s in range(weight.size):
            state[2, s], state[5, s], state[6, s] = t, post[1], post[2]


def witnessed(form, inputs=None, duration=20.0):
    source, driver = SpikeSource([[3.0]]), SpikeSource([[9.9]])
    target = NeuronGroup(2, replace(RELAY, tau_m=10.0))
    target["v"] = [-65.0, -60.0]
    link = SynapseGroup(source, target, form([[0.5, 0.5]]), delay=2.0, rule=Witness())
    v = StateMonitor(target, "v")
    net = Network(source, driver, target, link, SynapseGroup(driver, target, [[20.0, 0.0]], DeltaSynapse()),
                  v)
    net.run(duration, inputs=inputs(link, target) if inputs else None)

    def seen(name):
        return link[name][0] if form is np.asarray else link[name].toarray()[0]
    return seen, v.values


# --- time, potential, signal --------------------------------------------------------------------------------

@FORMS
def test_hooks_see_time_and_potential(form):
    seen, v = witnessed(form)
    assert seen("t_pre").tolist() == [5.0, 5.0] and seen("t_post").tolist() == [10.0, 0.0]
    assert seen("t_tick").tolist() == [19.900000000000002] * 2          # the step that ends at 20 ms
    # the potential at 5 ms, when the spike arrives
    np.testing.assert_array_equal(seen("v_pre"), v[49])
    assert seen("v_post")[0] == v[99, 0] + 20.0                         # after the jump, before the reset
    assert v[100, 0] == -65.0


@FORMS
def test_a_trace_of_the_potential_is_its_low_pass(form):
    seen, v = witnessed(form)
    # the potential at the start of each step
    met = np.vstack([[-65.0, -60.0], v[:-1]])
    met[100, 0] += 20.0                                                 # and with the jump that arrives in it
    slow = met[0]
    for now in met:
        slow = now + (slow - now) * math.exp(-0.1 / 5.0)
    np.testing.assert_allclose(seen("v_slow"), slow, rtol=1e-12)


@pytest.mark.parametrize("given, expected", [
    (lambda link, target: {link: 0.25}, [0.25, 0.25]),
    (lambda link, target: {link: [1.0, 2.0, 3.0, 4.0]}, [4.0, 4.0]),
    (lambda link, target: {link: [[1.0, 2.0], [3.0, 4.0]]}, [3.0, 4.0]),
    (lambda link, target: {link: [[5.0], [6.0]]}, [6.0, 6.0]),
    (None, [0.0, 0.0])], ids=["number", "rows", "vectors", "column", "none"])
@FORMS
def test_a_signal_is_one_number_or_one_per_neuron_in_time(form, given, expected):
    assert witnessed(form, given)[0]("signal").tolist() == expected


@FORMS
def test_a_signal_can_be_a_state_that_is_read_while_the_network_runs(form):
    seen, v = witnessed(form, lambda link, target: {link: (target, "v")})
    # the potential at the start of the last step
    np.testing.assert_array_equal(seen("signal"), v[-2])


@dataclass(frozen=True)
class Scaled(Rule):
    """Homeostasis by a global average: weights grow where the signal is below a target, and shrink above
    it."""

    rate: float = 1e-3
    target: float = 0.05
    interval: float = 1.0

    def post_traces(self):
        return ((0.0, SIGNAL),)

    @on_tick_kernel
    def on_tick(weight, state, pre, post, params, t, key):
        for s in range(weight.size):
            weight[s] *= 1.0 + params[0] * (params[1] - post[0])


def test_homeostasis_by_a_global_average():
    """A leaky counter averages the spikes of the whole group; its state steers all weights to the target
    rate."""
    inputs, cells = InputGroup(50, PoissonEncoder(40.0)), LIFGroup(20)
    average = NeuronGroup(1, FirstOrderLIF(tau_m=200.0, v_rest=0.0, v_reset=0.0, v_threshold=1e9))
    link = SynapseGroup(inputs, cells, 0.3, rule=Scaled(rate=5e-5, target=20.0))
    count = SynapseGroup(cells, average, 1.0 / 20 * 1000.0 / 200.0, DeltaSynapse())     # Hz per neuron
    rate = StateMonitor(average, "v", every=10.0)
    net = Network(inputs, cells, average, link, count, rate, seed=1)
    net.run(3000.0, inputs={inputs: 1.0, link: (average, "v")})
    assert rate.values[-100:].mean() == pytest.approx(20.0, abs=1.5)


@pytest.mark.parametrize("given, message", [
    (lambda link, target: (target, "u"), "SynapseGroup1.signal must be one of"),
    (lambda link, target: (LIFGroup(1), "v"), "the group of the signal, .*, is not in the network"),
    (lambda link, target: (link.source, "clock"),
     "SynapseGroup1.signal must be a group of one, or of 3 as its target"),
    (lambda link, target: np.ones((2, 4)),
     r"SynapseGroup1.signal must be a number, \(rows,\), \(rows, n_post\), \(group, state\) or a function"),
    (lambda link, target: [1.0, math.nan], "SynapseGroup1.signal must be"),
    (lambda link, target: np.ones(7), "SynapseGroup1.signal")])
def test_signals_that_do_not_fit(given, message):
    source, target = SpikeSource([[1.0], [2.0]]), LIFGroup(3)
    link = SynapseGroup(source, target, 0.5, rule=RewardSTDP())
    net = Network(source, target, link)
    with pytest.raises(ValueError, match=message):
        net.run(10.0, inputs={link: given(link, target)})
    assert net.t == 0.0


# --- states by name -----------------------------------------------------------------------------------------

def remembering(weight, **options):
    inputs, cells = InputGroup(4, PoissonEncoder(100.0)), LIFGroup(3)
    link = SynapseGroup(inputs, cells, weight, rule=[RewardSTDP(), SynapticResources()], **options)
    return link, inputs, cells


@pytest.mark.parametrize("delays", [False, True])
@FORMS
def test_states_are_set_and_returned_in_the_form_of_the_weights(form, delays):
    delay = np.arange(1.0, 13.0).reshape(4, 3) % 5 + 1 if delays else None
    link, *groups = remembering(form(np.full((4, 3), 0.5)), delay=delay)
    values = np.arange(1.0, 13.0).reshape(4, 3)
    link["u_rest"] = form(values / 20)
    net = Network(*groups, link, seed=0)
    link["c"], link["tau_recovery"] = values, values.ravel() + 50.0
    link["tau_active"] = 7.0

    def dense(name):
        return link[name] if form is np.asarray else link[name].toarray()
    for name, expected in (("u_rest", values / 20), ("c", values), ("tau_recovery", values + 50.0),
                           ("tau_active", 7.0), ("recovered", 1.0)):
        np.testing.assert_array_equal(dense(name), np.broadcast_to(expected, (4, 3)))
    net.run(50.0, inputs={groups[0]: 1.0})
    assert dense("recovered").min() < 1.0 and dense("c").std() > 0.0
    net.reset()
    np.testing.assert_array_equal(dense("u_rest"), values / 20)
    np.testing.assert_array_equal(dense("recovered"), 1.0)
    assert not dense("c").any()


def test_drawn_parameters_are_those_of_the_seed():
    def built(seed):
        link, *groups = remembering(FixedProbability(0.7, 0.5))
        link["u_rest"] = lambda rng, size: rng.uniform(0.2, 0.8, size)
        Network(*groups, link, seed=seed)
        return link["u_rest"].data

    np.testing.assert_array_equal(built(1), built(1))
    assert built(1).std() > 0.05 and not np.array_equal(built(1)[:3], built(2)[:3])


@pytest.mark.parametrize("act, message", [
    (lambda link: link["d"], r"state must be one of .* got 'd'"),
    (lambda link: link["c"], "is known once the network is built"),
    (lambda link: link.__setitem__("c", "much"), r"SynapseGroup\.c must be a number"),
    (lambda link: (link.__setitem__("c", np.ones(5)), Network(link.source, link.target, link)),
     r"c must be a number or one value per"),
    (lambda link: (link.__setitem__("c", math.inf)), r"SynapseGroup\.c must be")])
def test_states_that_do_not_fit(act, message):
    link, *_ = remembering(0.5)
    with pytest.raises((ValueError, TypeError), match=message) as refused:
        act(link)
    assert "\n" not in str(refused.value)


def test_two_rules_of_one_connection_do_not_share_a_name():
    with pytest.raises(ValueError, match="rules of which only one has a state 'c' per synapse"):
        SynapseGroup(SpikeSource([[1.0]]), LIFGroup(1), 0.5, rule=[RewardSTDP(), RewardSTDP(reward=1.0)])


# --- several rules ------------------------------------------------------------------------------------------

def driven(rule, form=np.asarray):
    """The weights, and the charge that reached integrators without threshold, which learn from given
    spikes."""
    inputs, cells = InputGroup(12, PoissonEncoder(80.0)), NeuronGroup(5, replace(RELAY, tau_m=20.0))
    drivers = InputGroup(5, PoissonEncoder(40.0))
    weight = np.random.default_rng(0).uniform(0.2, 0.6, (12, 5))
    link = SynapseGroup(inputs, cells, form(weight), DeltaSynapse(), rule=rule, name="link")
    v = StateMonitor(cells, "v")
    net = Network(inputs, drivers, cells, link,
                  SynapseGroup(drivers, cells, 30.0 * np.eye(5), DeltaSynapse()), v, seed=4)
    net.run(300.0, inputs={inputs: 1.0, drivers: 1.0})
    return link, v.values


@FORMS
def test_several_rules_act_side_by_side(form):
    """Where spikes are forced, STDP learns the same beside a rule that changes what is delivered, and that
    rule the same as alone."""
    stdp, frozen, short = STDP(a_plus=0.05, a_minus=0.06), STDP(a_plus=0.0,
                                                                a_minus=0.0), TsodyksMarkram(0.4, 100.0)
    both, v_both = driven([stdp, short], form)
    assert both.rule == (stdp, short) and len(both.rules) == 2
    _, v_short = driven(short, form)
    _, v_frozen = driven([frozen, short], form)
    np.testing.assert_array_equal(v_short, v_frozen)
    assert abs(v_both - v_short).max() > 0.01
    for a, b in (([frozen, stdp], stdp), ([stdp], stdp)):
        link, v = driven(a, form)
        alone, v_alone = driven(b, form)
        np.testing.assert_array_equal(v, v_alone)
        np.testing.assert_array_equal(*(w if form is np.asarray else w.data
                                        for w in (link.weight, alone.weight)))


def test_factors_of_several_rules_multiply():
    def delivered(rule):
        source, target = SpikeSource([[1.0, 6.0, 11.0]]), NeuronGroup(1, FirstOrderLIF(tau_m=math.inf))
        v = StateMonitor(target, "v", every=5.0)
        Network(source, target, SynapseGroup(source, target, [[2.0]], DeltaSynapse(), rule=rule), v).run(15.0)
        return np.diff(v.values[:, 0], prepend=-65.0) / 2.0

    one, other = TsodyksMarkram(0.4, 100.0), SynapticResources(0.3, 50.0, tau_active=0.0)
    np.testing.assert_allclose(delivered([one, other]), delivered(one) * delivered(other), rtol=1e-9)


def test_rules_are_replaced_together():
    link, _ = driven([STDP(), TsodyksMarkram()])
    link.rule = [replace(link.rule[0], a_plus=0.5), link.rule[1]]
    assert link.rules[0].a_plus == 0.5
    with pytest.raises(ValueError, match="once the network is built"):
        link.rule = STDP()


# --- delays of each synapse, dendritic delays, targets that only spike --------------------------------------

@pytest.mark.parametrize("rule", [STDP(a_plus=0.05, a_minus=0.06), NearestSTDP(a_plus=0.05, a_minus=0.06),
                                  (RewardSTDP(reward=0.02), SynapticResources(0.4, 80.0)),
                                  Clopath(1e-3, 2e-3)], ids=repr)
@FORMS
def test_a_delay_per_synapse_equals_a_connection_per_delay(rule, form):
    """Also with states of several rows, and traces that a spike changes when it arrives."""
    draw = np.random.default_rng(3)
    weight, delay = draw.uniform(0.1, 0.5, (10, 6)), draw.choice([0.5, 1.0, 4.5], (10, 6))

    def run(parts):
        inputs, cells = InputGroup(10, PoissonEncoder(60.0), name="in"), LIFGroup(6, name="cells")
        drivers = InputGroup(6, PoissonEncoder(30.0), name="drivers")
        links = [SynapseGroup(inputs, cells, w, FirstOrderSynapse(5.0), delay=d, rule=rule) for w, d in parts]
        net = Network(inputs, drivers, cells, links,
                      SynapseGroup(drivers, cells, 30.0 * np.eye(6), DeltaSynapse()), seed=1)
        net.run(200.0, inputs={inputs: 1.0, drivers: 1.0})
        return [link.weight if isinstance(link.weight, np.ndarray) else link.weight.toarray()
                for link in links], cells["v"]

    each = [(csr_array(np.where(delay == d, weight, 0.0)), d) for d in np.unique(delay)]
    (several, v_several), ((one,), v_one) = run(each), run([(form(weight), delay if form is np.asarray
                                                             else csr_array(delay))])
    np.testing.assert_allclose(one, sum(several), rtol=1e-12)
    np.testing.assert_allclose(v_one, v_several, rtol=1e-12)
    assert np.abs(one - weight).max() > 0.01 or isinstance(rule, Clopath)


def test_weights_with_delays_of_their_own_can_be_set():
    inputs, cells = SpikeSource([[1.0], [1.0]]), NeuronGroup(2, FirstOrderLIF(tau_m=math.inf))
    link = SynapseGroup(inputs, cells, np.ones((2, 2)), DeltaSynapse(), delay=[[2.0, 1.0], [4.0, 3.0]],
                        rule=STDP(w_max=9.0))
    v = StateMonitor(cells, "v", every=1.0)
    net = Network(inputs, cells, link, v)
    link.weight = np.array([[1.0, 2.0], [4.0, 8.0]])
    np.testing.assert_array_equal(link.weight, [[1.0, 2.0], [4.0, 8.0]])
    net.run(6.0)
    np.testing.assert_allclose(v.values + 65.0, [[0, 0], [0, 0], [0, 2], [1, 2], [1, 10], [5, 10]], atol=1e-9)


def paired(rule, pre, post, **options):
    """The weight that a pairing protocol leaves: given spikes on both sides."""
    source, target = SpikeSource([pre]), SpikeSource([post])
    link = SynapseGroup(source, target, [[0.5]], rule=rule, **options)
    Network(source, target, link).run(120.0)
    return link.weight[0, 0]


@pytest.mark.parametrize("difference", [-30.0, -4.0, 0.0, 4.0, 30.0])
@pytest.mark.parametrize("delay, delay_post", [(0.1, 0.0), (3.0, 0.0), (1.0, 5.0), (0.5, 0.5)])
def test_the_window_of_a_pairing_protocol_with_both_delays(difference, delay, delay_post):
    """Δt is the arrival of the postsynaptic spike at the synapse minus that of the presynaptic one."""
    weight = paired(STDP(17.0, 34.0, 0.02, 0.03), [50.0], [50.0 + difference], delay=delay,
                    delay_post=delay_post)
    lag = difference + delay_post - delay
    exact = 0.02 * math.exp(-lag / 17.0) if lag >= -1e-9 else -0.03 * math.exp(lag / 34.0)
    assert weight - 0.5 == pytest.approx(exact, rel=1e-9)


def test_a_dendritic_delay_is_kept_over_parts_of_a_run(tmp_path):
    """A postsynaptic spike that has not reached the synapse survives the end of a run and a file."""
    def build():
        source, target = SpikeSource([[20.0]]), SpikeSource([[25.0]])
        link = SynapseGroup(source, target, [[0.5]], rule=STDP(), delay_post=30.0)
        return Network(source, target, link, seed=0), link

    (whole, link), (parts, _), (other, its) = build(), build(), build()
    whole.run(80.0)
    parts.run(40.0)
    parts.save(tmp_path / "net.npz")
    other.load(tmp_path / "net.npz")
    other.run(40.0)
    assert its.weight[0, 0] == link.weight[0, 0] == pytest.approx(0.5 + 0.01
                                                                  * math.exp(-(55.0 - 20.1) / 20.0), rel=1e-9)


@pytest.mark.parametrize("rule, message", [
    (None, "target must be a group of neurons, as without a rule"),
    (Clopath(), "rule must be one that does not follow a membrane potential")])
def test_targets_that_only_spike(rule, message):
    with pytest.raises(ValueError, match=message):
        SynapseGroup(SpikeSource([[1.0]]), SpikeSource([[2.0]]), 0.5, rule=rule)


# --- random numbers -----------------------------------------------------------------------------------------

@dataclass(frozen=True)
class Noted(Rule):
    """Writes down the random number of each synapse in each of its hooks."""

    interval: float = 1.0

    synapse_state = ("pre", "post", "tick")

    @on_pre_kernel
    def on_pre(weight, state, pre, post, params, t, key):
        for s in range(weight.size):
            state[0, s] = uniform(key, s)

    @on_post_kernel
    def on_post(weight, state, pre, post, params, t, key):
        for s in range(weight.size):
            state[1, s] = uniform(key, s)

    @on_tick_kernel
    def on_tick(weight, state, pre, post, params, t, key):
        for s in range(weight.size):
            state[2, s] = uniform(key, s)


def test_keys_differ_between_hooks_neurons_steps_and_rules():
    times = np.arange(1.0, 11.0)
    source, target = SpikeSource([times] * 30), SpikeSource([times] * 20)
    other = type("Other", (Noted,), {"synapse_state": ("a", "b", "c")})
    link = SynapseGroup(source, target, 0.5, rule=[Noted(), dataclass(frozen=True)(other)()])
    net = Network(source, target, link, seed=3)
    drawn = []
    for _ in range(8):
        net.run(1.0)
        drawn += [link[name].ravel().copy() for name in ("pre", "post", "tick", "a", "b", "c")]
    # from the third step on all have been called
    together = np.array(drawn[18:]).ravel()
    assert np.unique(together).size == together.size
    assert together.mean() == pytest.approx(0.5, abs=0.01) and together.var() == pytest.approx(1 / 12,
                                                                                               abs=0.003)
