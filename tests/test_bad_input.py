"""Wrong input: one clear error with the object, the field, the value and what is accepted, before anything
has run."""

import re
from dataclasses import dataclass

import numpy as np
import pytest
from scipy.sparse import csr_array

import spikingnn
from spikingnn import (ALIF, STDP, AllToAll, ConductanceSynapse, DeltaSynapse, Factored, FirstOrderLIF,
                       FirstOrderSynapse, FixedInDegree, FixedOutDegree, FixedProbability, Hebbian,
                       InputGroup, LIFGroup, Network, NeuronGroup, PoissonEncoder, RateMonitor, SpikeMonitor,
                       SpikeSource, StateMonitor, SynapseGroup, WeightMonitor, simulate)
from spikingnn._util import checks


def group(n=3):
    return LIFGroup(n)


def joined(weight=0.5, n_pre=2, n_post=3, **options):
    return SynapseGroup(LIFGroup(n_pre), LIFGroup(n_post), weight, **options)


def running(inputs, kind=LIFGroup, *arguments, duration=1.0):
    part = kind(3, *arguments)
    Network(part).run(duration, inputs=inputs(part))


LOW_RANK = Factored(np.ones((2, 1)), np.ones((1, 3)))
NAN, INF, TWO = float("nan"), float("inf"), np.array([1.0, 2.0])

REFUSED = [
    # neurons
    (lambda: FirstOrderLIF(tau_m=-3.0), ValueError, "FirstOrderLIF.tau_m must be positive, got -3.0"),
    (lambda: FirstOrderLIF(tau_m=0.0), ValueError, "FirstOrderLIF.tau_m must be positive, got 0.0"),
    (lambda: FirstOrderLIF(tau_m=[20.0, 0.0]), ValueError,
     "FirstOrderLIF.tau_m must be positive, got [20.0, 0.0]"),
    (lambda: FirstOrderLIF(tau_m=NAN), ValueError,
     "FirstOrderLIF.tau_m must be a number or an array of numbers and not NaN, got nan"),
    (lambda: FirstOrderLIF(resistance=INF), ValueError,
     "FirstOrderLIF.resistance must be a number or an array of numbers and finite"),
    (lambda: FirstOrderLIF(resistance=0.0), ValueError, "FirstOrderLIF.resistance must be positive, got 0.0"),
    (lambda: FirstOrderLIF(v_rest="low"), TypeError,
     "FirstOrderLIF.v_rest must be a number or an array of numbers, got 'low'"),
    (lambda: FirstOrderLIF(v_rest=None), TypeError,
     "FirstOrderLIF.v_rest must be a number or an array of numbers, got None"),
    (lambda: FirstOrderLIF(t_refractory=-1.0), ValueError,
     "FirstOrderLIF.t_refractory must be zero or positive, got -1.0"),
    (lambda: FirstOrderLIF(noise=-1.0), ValueError, "FirstOrderLIF.noise must be zero or positive, got -1.0"),
    (lambda: FirstOrderLIF(v_reset=-40.0), ValueError,
     "FirstOrderLIF.v_reset must be below v_threshold (-50.0), got -40.0"),
    (lambda: FirstOrderLIF(v_floor=-50.0), ValueError,
     "FirstOrderLIF.v_floor must be below v_threshold (-50.0), got -50.0"),
    (lambda: FirstOrderLIF(reset="subtrct"), ValueError,
     "must be one of 'subtract', 'value'; did you mean 'subtract'?, got 'subtrct'"),
    (lambda: FirstOrderLIF(tau_m=INF, noise=1.0), ValueError,
     "FirstOrderLIF.noise must be zero where tau_m is infinite"),
    (lambda: FirstOrderLIF(tau=20.0), TypeError, "tau"),
    (lambda: ALIF(tau_threshold=0.0), ValueError, "ALIF.tau_threshold must be positive, got 0.0"),
    (lambda: ALIF(threshold_step=NAN), ValueError,
     "ALIF.threshold_step must be a number or an array of numbers and finite, got nan"),
    (lambda: FirstOrderLIF().current_for(600.0), ValueError,
     "FirstOrderLIF.rate must be from 0 to below 1/t_refractory in Hz"),
    (lambda: PoissonEncoder(max_rate=-1.0), ValueError,
     "PoissonEncoder.max_rate must be zero or positive, got -1.0"),
    # groups
    (lambda: LIFGroup(0), ValueError, "LIFGroup.n must be a whole number of at least 1, got 0"),
    (lambda: LIFGroup(2.5), TypeError, "LIFGroup.n must be a whole number of at least 1, got 2.5"),
    (lambda: LIFGroup(True), TypeError, "LIFGroup.n must be a whole number of at least 1, got True"),
    (lambda: NeuronGroup(3, "lif"), TypeError,
     "NeuronGroup.model must be a neuron model such as FirstOrderLIF(), got 'lif'"),
    (lambda: LIFGroup(3, PoissonEncoder()), TypeError, "LIFGroup.model must be FirstOrderLIF or ALIF"),
    (lambda: LIFGroup(3, FirstOrderLIF(tau_m=TWO)), ValueError,
     "FirstOrderLIF.tau_m must be a scalar or have shape (3,), got shape (2,)"),
    (lambda: group()["w"], ValueError, "LIFGroup.state must be one of 'refractory', 'v', got 'w'"),
    (lambda: group().__setitem__("v", TWO), ValueError,
     "LIFGroup.v must be a scalar or have shape (3,), got shape (2,)"),
    (lambda: group().__setitem__("v", NAN), ValueError,
     "LIFGroup.v must be a number or an array of numbers and finite, got nan"),
    (lambda: group().step(TWO, 0.1), ValueError,
     "LIFGroup.current must be a scalar or have shape (3,), got shape (2,)"),
    (lambda: group().step(1.0, 0.0), ValueError, "LIFGroup.dt must be positive, got 0.0"),
    (lambda: SpikeSource([[1.0, -2.0]]), ValueError, "trains[0] must be zero or positive, got [1.0, -2.0]"),
    (lambda: SpikeSource([[1.0], [NAN]]), ValueError,
     "trains[1] must be a number or an array of numbers and finite, got [nan]"),
    (lambda: SpikeSource("abc"), TypeError,
     "SpikeSource.trains must be a list of n arrays of times in ms, got 'abc'"),
    (lambda: SpikeSource([]), ValueError, "SpikeSource.n must be a whole number of at least 1, got 0"),
    # synapses
    (lambda: DeltaSynapse(5.0), TypeError, "DeltaSynapse"),
    (lambda: FirstOrderSynapse(0.0), ValueError, "FirstOrderSynapse.tau must be positive, got 0.0"),
    (lambda: FirstOrderSynapse([5.0, -1.0]), ValueError, "FirstOrderSynapse.tau must be positive"),
    (lambda: ConductanceSynapse(5.0, NAN), ValueError, "ConductanceSynapse.reversal must be a number"),
    (lambda: joined(np.ones((3, 2))), ValueError,
     "SynapseGroup.weight must be of shape (n_pre, n_post) = (2, 3), got (3, 2)"),
    (lambda: joined(np.ones(3)), ValueError,
     "SynapseGroup.weight must be of shape (n_pre, n_post) = (2, 3), got (3,)"),
    (lambda: joined(csr_array(np.ones((3, 2)))), ValueError,
     "SynapseGroup.weight must be of shape (n_pre, n_post) = (2, 3), got (3, 2)"),
    (lambda: joined(LOW_RANK, n_pre=3), ValueError,
     "SynapseGroup.weight must be of shape (n_pre, n_post) = (3, 3), got (2, 3)"),
    (lambda: joined(NAN), ValueError, "SynapseGroup.weight must be"),
    (lambda: joined(csr_array([[NAN, 0, 0], [0, 0, 0]])), ValueError, "SynapseGroup.weight must be"),
    (lambda: joined("strong"), TypeError, "SynapseGroup.weight must be a number, an (n_pre, n_post) array"),
    (lambda: joined(synapse="delta"), TypeError,
     "SynapseGroup.synapse must be DeltaSynapse(), FirstOrderSynapse(tau), ConductanceSynapse"),
    (lambda: joined(delay=-1.0), ValueError, "SynapseGroup.delay must be positive, got -1.0"),
    (lambda: joined(delay=0.0), ValueError, "SynapseGroup.delay must be positive, got 0.0"),
    (lambda: joined(delay=NAN), ValueError, "SynapseGroup.delay must be a number"),
    (lambda: joined(rule="stdp"), TypeError,
     "SynapseGroup.rule must be a plasticity rule such as STDP(), a list of them, or None, got 'stdp'"),
    (lambda: joined(LOW_RANK, rule=STDP()), ValueError,
     "SynapseGroup.rule must be None for factored weights"),
    (lambda: joined(rule=STDP(), delay_post=-1.0), ValueError,
     "SynapseGroup.delay_post must be zero or positive, got -1.0"),
    (lambda: joined(delay_post=2.0), ValueError,
     "SynapseGroup.delay_post must be 0 where no rule learns from postsynaptic spikes"),
    (lambda: joined(rule=[STDP(), 3]), TypeError,
     "SynapseGroup.rule must be a plasticity rule such as STDP(), a list of them, or None"),
    (lambda: SynapseGroup(3, group(), 1.0), TypeError, "SynapseGroup.source must be a group, got 3"),
    (lambda: SynapseGroup(group(), InputGroup(3, PoissonEncoder()), 1.0), ValueError,
     "SynapseGroup.target must be a group of neurons"),
    (lambda: Factored(np.ones((2, 3)), np.ones((2, 3))), ValueError,
     "Factored.left, right must be matrices (n_pre, r) and (r, n_post)"),
    (lambda: Factored(np.ones((2, 1)), np.ones((1, 3)), np.eye(4)), ValueError,
     "Factored.minus must be a diagonal (2,) or scipy.sparse"),
    # builders
    (lambda: FixedProbability(1.5), ValueError, "FixedProbability.p must be from 0 to 1, got 1.5"),
    (lambda: FixedProbability(0.5, NAN), ValueError, "FixedProbability.weight must be a number"),
    (lambda: FixedInDegree(-1), ValueError, "FixedInDegree.k must be a whole number of at least 0, got -1"),
    (lambda: FixedOutDegree(1.5), TypeError,
     "FixedOutDegree.k must be a whole number of at least 0, got 1.5"),
    (lambda: AllToAll(np.ones((2, 3))), ValueError,
     "AllToAll.weight must be a number or a function (rng, size)"),
    # rules
    (lambda: STDP(tau_plus=0.0), ValueError, "STDP.tau_plus must be positive, got 0.0"),
    (lambda: joined(rule=STDP(tau_plus=TWO)), ValueError, "STDP.tau_plus must be one number"),
    (lambda: STDP(a_plus=INF), ValueError, "STDP.a_plus must be a number"),
    (lambda: STDP(w_min=1.0, w_max=0.0), ValueError, "STDP.w_min must be below w_max (0.0), got 1.0"),
    (lambda: STDP(pairing="nearst"), ValueError,
     "STDP.pairing must be one of 'all', 'nearest'; did you mean 'nearest'?, got 'nearst'"),
    (lambda: Hebbian(tau=-1.0), ValueError, "Hebbian.tau must be positive, got -1.0"),
    # monitors
    (lambda: SpikeMonitor(joined()), TypeError, "SpikeMonitor.target must be a group of neurons or inputs"),
    (lambda: WeightMonitor(group(), every=1.0), TypeError,
     "WeightMonitor.target must be a group of synapses"),
    (lambda: StateMonitor(group(), "u"), ValueError,
     "LIFGroup.state must be one of 'current', 'refractory', 'v', got 'u'"),
    (lambda: StateMonitor(group(), "v", index=3), ValueError,
     "StateMonitor.index must be whole numbers from 0 to 2, got [3]"),
    (lambda: StateMonitor(group(), "v", index=[0, -1]), ValueError,
     "StateMonitor.index must be whole numbers from 0 to 2, got [-1]"),
    (lambda: StateMonitor(group(), "v", index=[0.5]), ValueError,
     "StateMonitor.index must be whole numbers from 0 to 2, got [0.5]"),
    (lambda: StateMonitor(group(), "v", every=0.0), ValueError,
     "StateMonitor.every must be positive, got 0.0"),
    (lambda: StateMonitor(group(), "v", dtype="float16"), ValueError,
     "StateMonitor.dtype must be one of 'float32', 'float64'"),
    (lambda: StateMonitor(group(), "v", dtype=int), ValueError,
     "StateMonitor.dtype must be one of 'float32', 'float64', got 'int64'"),
    (lambda: SpikeMonitor(group()).t, ValueError, "SpikeMonitor is in no network"),
    (lambda: RateMonitor(group()).rate(1.0), ValueError, "RateMonitor is in no network"),
    # networks
    (lambda: Network(), ValueError, "Network.parts must be at least one group, got []"),
    (lambda: Network(group(), "monitor"), TypeError,
     "Network.parts must be groups, synapse groups and monitors, got 'monitor'"),
    (lambda: Network(group(), dt=0.0), ValueError, "Network.dt must be positive, got 0.0"),
    (lambda: Network(group(), dt=TWO), ValueError, "Network.dt must be one number"),
    (lambda: Network(group(), dt=INF), ValueError, "Network.dt must be a number"),
    (lambda: Network(group(), seed=-1), ValueError,
     "Network.seed must be a whole number of at least 0, got -1"),
    (lambda: Network(group(), seed=1.5), TypeError,
     "Network.seed must be a whole number of at least 0, got 1.5"),
    (lambda: Network(group(), memory_budget=-1), ValueError,
     "Network.memory_budget must be positive, got -1"),
    (lambda: Network(InputGroup(2, PoissonEncoder(2e4))).run(1.0), ValueError,
     "PoissonEncoder.max_rate must be at most one spike per"),
    (lambda: Network(group()).run(-1.0), ValueError, "Network.duration must be zero or positive, got -1.0"),
    (lambda: Network(group()).run(NAN), ValueError, "Network.duration must be a number"),
    (lambda: Network(group()).run(INF), ValueError, "Network.duration must be a number"),
    (lambda: Network(group()).run(TWO), ValueError, "Network.duration must be one number"),
    (lambda: running(lambda g: 1.0), TypeError,
     "Network.run(inputs=) must be a dict {group: stimulus}, got 1.0"),
    (lambda: running(lambda g: {group(): 1.0}), ValueError,
     "which is not in the network: its groups are LIFGroup1"),
    (lambda: running(lambda g: {"LIFGroup1": 1.0}), ValueError,
     "inputs= names 'LIFGroup1', which is not in the network"),
    (lambda: running(lambda g: {g: TWO}), ValueError,
     "LIFGroup1.input must be a number, (3,) or (rows, 3), got (2,)"),
    (lambda: running(lambda g: {g: np.ones((2, 2))}), ValueError,
     "LIFGroup1.input must be a number, (3,) or (rows, 3), got (2, 2)"),
    (lambda: running(lambda g: {g: np.ones((1, 1, 3))}), ValueError,
     "LIFGroup1.input must be a number, (3,) or (rows, 3)"),
    (lambda: running(lambda g: {g: np.ones((11, 3))}), ValueError,
     "LIFGroup1.input must be of 1 to 10 rows, the steps of this run"),
    (lambda: running(lambda g: {g: np.ones((0, 3))}), ValueError, "LIFGroup1.input must be of 1 to 10 rows"),
    (lambda: running(lambda g: {g: NAN}), ValueError,
     "LIFGroup1.input must be a number or an array of numbers and finite, got nan"),
    (lambda: running(lambda g: {g: "much"}), TypeError,
     "LIFGroup1.input must be a number or an array of numbers, got 'much'"),
    (lambda: running(lambda g: {g: 1.5}, InputGroup, PoissonEncoder()), ValueError,
     "InputGroup1.input must be from 0 to 1, got 1.5"),
    (lambda: running(lambda g: {g: -0.1}, InputGroup, PoissonEncoder()), ValueError,
     "InputGroup1.input must be from 0 to 1, got -0.1"),
    (lambda: simulate(FirstOrderLIF(), NAN, 10.0), ValueError, "simulate.current must be a number"),
    (lambda: simulate(FirstOrderLIF(tau_m=TWO), 1.0, 10.0), ValueError,
     "FirstOrderLIF.tau_m must be a scalar or have shape (1,)"),
]


@pytest.mark.parametrize("wrong, error, message", REFUSED, ids=[message[:60] for _, _, message in REFUSED])
@pytest.mark.filterwarnings("ignore")
def test_wrong_input_is_refused_by_name(wrong, error, message):
    with pytest.raises(error, match=re.escape(message)):
        wrong()


# --- parts that do not fit together -------------------------------------------------------------------------

def test_groups_must_be_in_the_network():
    inside, outside = group(), group()
    with pytest.raises(ValueError,
                       match=r"the target of SynapseGroup\(.*\) is not in the network: give Network"):
        Network(inside, SynapseGroup(inside, outside, 1.0))
    with pytest.raises(ValueError, match=r"SpikeMonitor watches LIFGroup\(3, .* which is not in the network"):
        Network(inside, SpikeMonitor(outside))
    Network(inside, outside, SynapseGroup(inside, outside, 1.0))         # nothing is left of the attempts


def test_a_part_is_in_one_network():
    part = group()
    Network(part)
    with pytest.raises(ValueError,
                       match="LIFGroup1 is in another network already: build a new one of each part"):
        Network(part)


def test_conductances_need_a_model_that_takes_them():
    @dataclass(frozen=True)
    class Plain(spikingnn.engine.plugin.NeuronModel):
        step = FirstOrderLIF.step

    target = NeuronGroup(2, Plain())
    with pytest.raises(ValueError,
                       match="SynapseGroup.synapse must be DeltaSynapse or FirstOrderSynapse: Plain takes no "
                             "conductances"):
        SynapseGroup(group(), target, 1.0, ConductanceSynapse(5.0))


@pytest.mark.parametrize("weight, value",
                         [(2.0, 2.0), (np.array([[0.5, -0.25]]), -0.25), (FixedInDegree(1, 1.5), 1.5)])
def test_weights_outside_the_bounds_of_the_rule_are_refused(weight, value):
    source, target = group(1), group(2)
    link = SynapseGroup(source, target, weight, rule=STDP(w_min=0.0, w_max=1.0))
    said = re.escape(f"SynapseGroup1.weight must be within the rule's bounds [0, 1], got {value}")
    with pytest.raises(ValueError, match=said):
        Network(source, target, link)


def test_weights_set_later_are_held_to_the_bounds_too():
    source, target = group(1), group(2)
    link = SynapseGroup(source, target, 0.5, rule=STDP())
    Network(source, target, link)
    with pytest.raises(ValueError,
                       match=r"SynapseGroup1.weight must be within the rule's bounds \[0, 1\], got 3.0"):
        link.weight = 3.0
    np.testing.assert_array_equal(link.weight, [[0.5, 0.5]])


@pytest.mark.parametrize("index", [6, [0, 9], [-1]])
def test_index_of_a_weight_monitor_is_checked_when_the_network_is_built(index):
    source, target = group(2), group(3)
    link = SynapseGroup(source, target, 0.5, rule=STDP())
    with pytest.raises(ValueError, match="WeightMonitor.index must be whole numbers from 0 to 5, got"):
        Network(source, target, link, WeightMonitor(link, every=1.0, index=index))


def test_given_spikes_take_no_input():
    source = SpikeSource([[1.0]])
    with pytest.raises(ValueError, match="SpikeSource1 emits given spikes and takes no input"):
        Network(source).run(1.0, {source: 1.0})


def test_a_refused_run_changes_nothing():
    part = group()
    spikes, v = SpikeMonitor(part), StateMonitor(part, "v")
    net = Network(part, spikes, v)
    net.run(1.0, {part: 1.0})
    before = part.state.copy()
    with pytest.raises(ValueError):
        net.run(5.0, {part: [1.0, 2.0]})
    assert net.t == pytest.approx(1.0) and v.t.size == 10
    np.testing.assert_array_equal(part.state, before)


# --- units --------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("make, message", [
    (lambda: FirstOrderLIF(tau_m=0.02),
     "FirstOrderLIF.tau_m = 0.02 looks like seconds (times are in ms); did you mean 20?"),
    (lambda: FirstOrderLIF(tau_m=[20.0, 0.01]),
     "FirstOrderLIF.tau_m = 0.01 looks like seconds (times are in ms); did you mean 10?"),
    (lambda: FirstOrderLIF(v_rest=-0.065),
     "FirstOrderLIF.v_rest = -0.065 looks like volts (potentials are in mV); did you mean -65?"),
    (lambda: ALIF(tau_threshold=0.04),
     "ALIF.tau_threshold = 0.04 looks like seconds (times are in ms); did you mean 40?"),
    (lambda: FirstOrderSynapse(0.005),
     "FirstOrderSynapse.tau = 0.005 looks like seconds (times are in ms); did you mean 5?"),
    (lambda: STDP(tau_plus=0.02),
     "STDP.tau_plus = 0.02 looks like seconds (times are in ms); did you mean 20?"),
])
def test_what_smells_of_another_unit_warns(make, message):
    with pytest.warns(UserWarning, match=re.escape(message)):
        make()


def test_what_is_right_does_not_warn(recwarn):
    FirstOrderLIF(), FirstOrderLIF(v_rest=0.0, v_reset=0.0, v_threshold=1.0,
                                   resistance=1.0), ALIF(), STDP(), FirstOrderSynapse(0.5)
    assert not recwarn.list


def test_long_arrays_are_shown_by_their_shape():
    with pytest.raises(ValueError, match=r"a.b must be c, got an array of shape \(7,\)"):
        checks.fail("a", "b", np.zeros(7), "c")
