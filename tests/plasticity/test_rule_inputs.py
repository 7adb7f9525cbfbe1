"""Short-term plasticity and reward by hand, and mistakes in rules that are named before anything runs."""

import math
from dataclasses import dataclass, replace

import numpy as np
import pytest
from scipy.sparse import csr_array

from spikingnn import (BCM, STDP, Clopath, DeltaSynapse, DiehlCook, FirstOrderLIF, FirstOrderSynapse,
                       InputGroup, LIFGroup, NearestSTDP, Network, NeuronGroup, Normalization,
                       PlasticityRule, PoissonEncoder, PowerLawSTDP, RewardSTDP, SpikeSource, StateMonitor,
                       SynapseGroup, TripletSTDP, TsodyksMarkram)
from spikingnn.engine.plugin import (ADD, Rule, efficacy_kernel, on_post_kernel, on_pre_kernel,
                                     on_tick_kernel,
                                     release_kernel, step_kernel)
from spikingnn.plasticity.rule_validation import validate_rule


# fires in the step in which a jump of 20 mV arrives, and in no other
RELAY = FirstOrderLIF(t_refractory=0.0)
COUNTER = FirstOrderLIF(tau_m=math.inf, resistance=1.0, v_rest=0.0, v_threshold=1.0, v_reset=0.0,
                        t_refractory=0.0, reset="subtract")


# --- short-term plasticity ----------------------------------------------------------------------------------

def delivered(rule, train, form=np.asarray):
    """What each spike of `train` delivers for a weight of 2 mV, from the jumps of a perfect integrator."""
    source, target = SpikeSource([train]), NeuronGroup(1, replace(COUNTER, v_threshold=1e9))
    v = StateMonitor(target, "v")
    link = SynapseGroup(source, target, form([[2.0]]), DeltaSynapse(), rule=rule)
    Network(source, target, link, v).run(train[-1] + 1.0)
    assert link.weight[0, 0] == 2.0
    steps = np.rint(np.asarray(train) / 0.1).astype(int) + 1
    return v.values[steps, 0] - v.values[steps - 1, 0]


@pytest.mark.parametrize("form", [np.asarray, csr_array])
def test_short_term_sequence_by_hand(form):
    """Spikes at 0, 20, 70 and 71 ms, U = 0.2: u and R between them by their own decay."""
    e = math.exp
    u, r, expected, last = 0.0, 1.0, [], 0.0
    train = [1.0, 21.0, 71.0, 72.0]
    for t in train:
        u, r, last = u * e(-(t - last) / 300.0), 1 - (1 - r) * e(-(t - last) / 120.0), t
        u += 0.2 * (1 - u)
        expected.append(2.0 * u * r)
        r -= u * r
    assert expected[0] == pytest.approx(2.0 * 0.2)
    np.testing.assert_allclose(delivered(TsodyksMarkram(0.2, 120.0, 300.0), train, form), expected, rtol=1e-9)


@pytest.mark.parametrize("u_rest, recovery, facilitation",
                         [(0.5, 800.0, 0.0), (0.45, 750.0, 50.0), (0.15, 50.0, 750.0)])
@pytest.mark.parametrize("rate", [10.0, 50.0])
def test_short_term_steady_state(u_rest, recovery, facilitation, rate):
    period = 1000.0 / rate
    last = delivered(TsodyksMarkram(u_rest, recovery, facilitation),
                     1.0 + period * np.arange(int(12_000.0 / period)))[-1]
    e_f, e_r = math.exp(-period / facilitation) if facilitation else 0.0, math.exp(-period / recovery)
    u = u_rest / (1 - (1 - u_rest) * e_f)
    r = (1 - e_r) / (1 - (1 - u) * e_r)
    assert last == pytest.approx(2.0 * u * r, rel=1e-6)


# --- reward -------------------------------------------------------------------------------------------------

def rewarded(reward, form=np.asarray, duration=60.0,
             rule=RewardSTDP(a_plus=0.1, a_minus=0.2, tau_eligibility=25.0), inputs=None):
    """Arrival at 10.0, post at 14.0, arrival at 30.0: the gained weight."""
    source, driver, target = SpikeSource([[9.9, 29.9]]), SpikeSource([[13.9]]), NeuronGroup(1, RELAY)
    learning = SynapseGroup(source, target, form([[0.5]]), FirstOrderSynapse(1.0),
                            rule=replace(rule, reward=reward))
    net = Network(source, driver, target, learning, SynapseGroup(driver, target, 20.0, DeltaSynapse()))
    net.run(duration, inputs={learning: inputs} if inputs is not None else None)
    return learning.weight[0, 0] - 0.5, net, learning


@pytest.mark.parametrize("form", [np.asarray, csr_array])
def test_reward_by_hand(form):
    """c gains 0.1·e^(-4/20) at 14 and loses 0.2·e^(-16/20) at 30; ticks every ms, from the end of the step,
    until 60."""
    plus, minus, keep = 0.1 * math.exp(-0.2), 0.2 * math.exp(-0.8), math.exp(-1 / 25.0)
    # ticks 15 … 60, 31 … 60
    units = sum(plus * keep**k for k in range(46)) - sum(minus * keep**k for k in range(30))
    assert rewarded(0.01, form)[0] == pytest.approx(0.01 * units, rel=1e-9)
    assert rewarded(-0.02, form)[0] == pytest.approx(-0.02 * units, rel=1e-9)
    assert rewarded(0.0, form)[0] == 0.0


def test_reward_with_ticks_at_every_step_is_the_integral():
    """c·tau_eligibility·reward: all of one pair's eligibility, once it has decayed."""
    rule = RewardSTDP(a_plus=0.1, a_minus=0.0, tau_eligibility=25.0, interval=0.1)
    assert rewarded(0.01, rule=rule, duration=600.0)[0] == pytest.approx(0.01 * 25.0 * 0.1 * math.exp(-0.2),
                                                                         rel=0.003)


def test_reward_step_by_step_and_between_runs_is_the_same():
    rows = np.array([0.0, 0.01, 0.03])
    stepwise = rewarded(0.0, inputs=rows)[0]
    _, net, learning = rewarded(0.0, duration=20.0)
    for reward in (0.01, 0.03):
        learning.rule = replace(learning.rule, reward=reward)
        net.run(20.0)
    assert stepwise == learning.weight[0, 0] - 0.5 != 0.0
    assert rewarded(0.5, inputs=0.01)[0] == rewarded(0.01)[0]   # what comes in overrides the rule's field


# --- bad input ----------------------------------------------------------------------------------------------

@pytest.mark.parametrize("make, message", [
    (lambda: STDP(w_min=1.0, w_max=0.5), r"STDP\.w_min must be below w_max \(0\.5\), got 1\.0"),
    (lambda: TripletSTDP(w_max=-1.0), "w_min must be below w_max"),
    (lambda: DiehlCook(w_max=-1.0), "w_min must be below w_max"),
    (lambda: Normalization(rule=STDP), "a plasticity rule such as STDP"),
    (lambda: STDP(mu_plus=0.5, w_max=math.inf),
     r"STDP\.w_max must be finite where mu_plus or mu_minus is not zero"),
    (lambda: STDP(mu_minus=-1.0), r"STDP\.mu_minus must be zero or positive"),
    (lambda: STDP(pairing="neerest"), "did you mean 'nearest'"),
    (lambda: NearestSTDP(pairing="all"), "one of 'centred', 'restricted'"),
    (lambda: TripletSTDP.fitted("visual"), "one of 'hippocampus', 'visual cortex'"),
    (lambda: PowerLawSTDP(w_min=-1.0), r"PowerLawSTDP\.w_min must be zero or positive"),
    (lambda: DiehlCook(total=0.0), r"DiehlCook\.total must be positive"),
    (lambda: DiehlCook(total=1.0, w_min=-1.0),
     r"DiehlCook\.w_min must be zero or positive where total is given"),
    (lambda: Normalization(total=0.0), r"Normalization\.total must be positive"),
    (lambda: Normalization(rule=RewardSTDP()), "a rule without an on_tick of its own"),
    (lambda: TsodyksMarkram(u_rest=1.5), r"TsodyksMarkram\.u_rest must be from 0 to 1"),
    (lambda: RewardSTDP(reward=math.nan), r"RewardSTDP\.reward must be a number"),
    (lambda: BCM(tau_theta=0.0), r"BCM\.tau_theta must be positive"),
    (lambda: validate_rule(STDP(a_plus=np.array([0.1, 0.2])), 0.1), r"STDP\.a_plus must be one number"),
])
def test_bad_values_are_named(make, message):
    with pytest.raises((ValueError, TypeError), match=message):
        make()


def test_seconds_are_suspicious():
    with pytest.warns(UserWarning, match="looks like seconds"):
        TripletSTDP(tau_plus=0.0168)


def test_reward_on_a_rule_without_one():
    inputs, cells = InputGroup(2, PoissonEncoder(80.0)), LIFGroup(1)
    link = SynapseGroup(inputs, cells, 0.5, rule=STDP())
    net = Network(inputs, cells, link)
    with pytest.raises(ValueError, match=r"SynapseGroup1 takes no signal: its rule is STDP"):
        net.run(1.0, inputs={link: 1.0})
    with pytest.raises(TypeError, match="reward"):
        replace(STDP(), reward=1.0)


@pytest.mark.parametrize("decorate, function, message", [
    (on_pre_kernel, lambda weight, pre, post: None,
     r"must take \(weight, state, pre, post, params, t, key\), got \(weight, pre, post\)"),
    (on_tick_kernel, lambda weight, memory, pre, post, params: None,
     r"must take \(weight, state, pre, .*\) instead of those of version 0.1 \(memory is state\[0\]\), got "
     r"\(weight, memory, "),
    (efficacy_kernel, lambda pre, params: None,
     r"must take \(pre, params, t, key\) instead of those of version 0.1, got \(pre, params\)"),
    (release_kernel, lambda weight, state, pre, post, params, t, key: None,
     r"must take \(factor, state, .* got \(weight, "),
    (on_post_kernel, lambda weight, state, post, pre, params, t, key: None,
     r"got \(weight, state, post, pre, params, t, key\)"),
    (efficacy_kernel, lambda pre: None, r"must take \(pre, params, t, key\), got \(pre\)"),
    (step_kernel, lambda state, current, spikes, dt: None,
     r"must take \(state, coefficients, current, conductance, spikes, dt, key\)")])
def test_a_hook_of_the_wrong_signature(decorate, function, message):
    with pytest.raises(TypeError, match=message):
        decorate(function)


def broken(pre=((20.0, ADD),), post=(), on_pre=None, on_post=None, efficacy=None, interval=None,
           on_tick=None):
    """A rule with the given traces and hooks."""
    body = {"pre_traces": lambda self: pre, "post_traces": lambda self: post, "on_pre": on_pre,
            "on_post": on_post,
            "efficacy": efficacy, "on_tick": on_tick, "interval": interval}
    return dataclass(frozen=True, eq=False)(type("Broken", (Rule,), body))()


@on_post_kernel
def reads_two_traces(weight, state, pre, post, params, t, key):
    for i in range(weight.size):
        weight[i] += pre[1, i]


@on_pre_kernel
def unpacks_two_traces(weight, state, pre, post, params, t, key):
    y1, y2 = post
    for j in range(weight.size):
        weight[j] += y1[j] * y2[j]


@on_pre_kernel
def reads_a_state(weight, state, pre, post, params, t, key):
    for j in range(weight.size):
        weight[j] += state[0, j]


@efficacy_kernel
def reads_params(pre, params, t, key):
    return params[0]


@pytest.mark.parametrize("rule, message", [
    (broken(on_post=reads_two_traces),
     r"Broken\.on_post takes other traces or params than the rule declares: .*1 presynaptic and 0"),
    (broken(on_pre=unpacks_two_traces, post=((20.0, ADD),)),
     r"Broken\.on_pre takes other traces .*not enough values to unpack"),
    (broken(on_pre=unpacks_two_traces, post=((20.0, ADD),) * 3),
     r"Broken\.on_pre takes other traces .*too many values to unpack"),
    (broken(on_pre=reads_a_state), r"Broken\.on_pre takes other traces"),
    (broken(efficacy=reads_params), r"Broken\.efficacy takes other traces or params .* 0 params"),
    (broken(pre=((20.0, 7),), efficacy=reads_params),
     r"Broken\.pre_traces must be a tuple of \(tau in ms, HOOK \| ADD \| SET\)"),
    (broken(pre=((-20.0, ADD),), efficacy=reads_params), r"Broken\.pre_traces must be positive"),
    (broken(on_tick=reads_two_traces), r"Broken\.interval must be")])
def test_a_rule_whose_hooks_do_not_fit_its_traces(rule, message):
    with pytest.raises((ValueError, TypeError), match=message):
        validate_rule(rule, 0.1)


# --- signals that are functions, first values, bounds ---

def weight_after(inputs, parts=(60.0,)):
    source, target = SpikeSource([[1.0, 21.0, 41.0]] * 2), LIFGroup(3)
    link = SynapseGroup(source, target, 20.0, DeltaSynapse(), rule=RewardSTDP(w_max=100.0, interval=0.1))
    net = Network(source, target, link, seed=0)
    for duration in parts:
        net.run(duration, inputs={link: inputs})
    return link.weight


def test_a_signal_can_be_a_function_of_time():
    """It equals the signal in rows, also in parts of the run."""
    def reward(t):
        return np.array([1.0, 2.0, 0.0]) * 0.1 * (t > 10.0)

    rows = np.array([reward(0.1 * k) for k in range(600)])
    weight = weight_after(rows)
    assert np.ptp(weight) > 0.1
    np.testing.assert_array_equal(weight_after(reward), weight)
    np.testing.assert_array_equal(weight_after(reward, (23.0, 37.0)), weight)
    np.testing.assert_array_equal(weight_after(lambda t: 0.1), weight_after(0.1))


@pytest.mark.parametrize("reward, message", [
    (lambda t: [1.0, 2.0], r"SynapseGroup1.signal must be a number or \(3,\), got \[1.0, 2.0\] from its"),
    (lambda t: math.nan, "must be a number or an array of numbers and finite, got nan from its function at"),
    (lambda: 1.0, "SynapseGroup1.signal must be a function of t in ms alone")])
def test_functions_that_are_no_signal(reward, message):
    with pytest.raises((ValueError, TypeError), match=message):
        weight_after(reward)


def test_a_trace_of_the_potential_starts_where_it_is_set():
    """Else it starts from the potential of its first step; `reset` returns to either."""
    source, target = SpikeSource([[]]), NeuronGroup(2, FirstOrderLIF(tau_m=math.inf, v_threshold=0.0))
    link = SynapseGroup(source, target, 0.5, rule=Clopath())
    link["y1"] = [-50.0, 0.0]
    net = Network(source, target, link)
    for _ in range(2):
        net.run(40.0)
        np.testing.assert_allclose(link["y1"], [-65.0 + 15.0 * math.exp(-1.0), -65.0])
        np.testing.assert_allclose(link["y2"], -65.0)
        net.reset()


def test_weights_that_one_of_two_rules_has_moved_can_be_loaded(tmp_path):
    def build():
        source, target = SpikeSource([np.arange(1.0, 50.0, 10.0)]), LIFGroup(2)
        pushed = PlasticityRule("u : 1", on_pre="w += u", u=0.2)
        link = SynapseGroup(source, target, 0.9, rule=[STDP(), pushed])
        return Network(source, target, link, seed=0), link

    net, link = build()
    net.run(50.0)
    assert link.weight.max() > STDP().w_max
    net.save(tmp_path / "net.npz")
    other, loaded = build()
    other.load(tmp_path / "net.npz")
    np.testing.assert_array_equal(loaded.weight, link.weight)
    with pytest.raises(ValueError, match="within the rule's bounds"):
        loaded.weight = link.weight
