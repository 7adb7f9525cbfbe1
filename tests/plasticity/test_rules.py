"""Every plasticity rule: the same bits in every form, bounds that hold, and what it is known to learn."""

import math
import subprocess
import sys
from dataclasses import dataclass, replace

import numpy as np
import pytest
from scipy.sparse import csr_array, diags_array

from spikingnn import (BCM, STDP, Clopath, ConductanceSynapse, DeltaSynapse, DiehlCook, FirstOrderLIF,
                       FirstOrderSynapse, GraupnerBrunel, Hebbian, InhibitorySTDP, InputGroup, LIFGroup,
                       NearestSTDP, Network, NeuronGroup, Normalization, Oja, PoissonEncoder, PowerLawSTDP,
                       RewardSTDP, Saturation, SpikeMonitor, SpikeSource, StochasticRelease, SynapseGroup,
                       SynapticResources, TripletSTDP, TsodyksMarkram, WeightMonitor)
from spikingnn.engine.plugin import ADD, Rule, on_pre_kernel


# fires in the step in which a jump of 20 mV arrives, and in no other
RELAY = FirstOrderLIF(t_refractory=0.0)
COUNTER = FirstOrderLIF(tau_m=math.inf, resistance=1.0, v_rest=0.0, v_threshold=1.0, v_reset=0.0,
                        t_refractory=0.0, reset="subtract")
# its rate is the weighted sum of its inputs' rates, where delta synapses drive it


@dataclass(frozen=True, eq=False)
class Homoeostatic(Rule):
    """A rule as a user writes it: each postsynaptic spike takes a little, each presynaptic one gives."""

    give: float = 0.02
    take: float = 0.05

    def post_traces(self):
        return ((15.0, ADD),)

    @on_pre_kernel
    def on_pre(weight, state, pre, post, params, t, key):
        for j in range(weight.size):
            weight[j] += params[0] - params[1] * post[0, j]


RULES = {
    "additive": STDP(a_plus=0.05, a_minus=0.06),
    "nearest": STDP(a_plus=0.05, a_minus=0.06, pairing="nearest"),
    "multiplicative": STDP(a_plus=0.05, a_minus=0.06, mu_plus=1.0, mu_minus=1.0),
    "Gütig": STDP(a_plus=0.05, a_minus=0.06, mu_plus=0.3, mu_minus=0.3),
    "van Rossum": STDP(a_plus=0.05, a_minus=0.06, mu_minus=1.0),
    "power law": PowerLawSTDP(a_plus=0.02, a_minus=0.03, w_max=2.0),
    "centred": NearestSTDP(a_plus=0.05, a_minus=0.06),
    "restricted": NearestSTDP(a_plus=0.05, a_minus=0.06, pairing="restricted"),
    "triplet": TripletSTDP.fitted("visual cortex"),
    "triplet, nearest": TripletSTDP.fitted("hippocampus", "nearest"),
    "Diehl & Cook": DiehlCook(eta=0.1, x_target=0.3),
    "Diehl & Cook, scaled": DiehlCook(eta=0.1, x_target=0.3, mu=0.4, total=2.5),
    "inhibitory": InhibitorySTDP(eta=0.02, rate=20.0, w_max=0.6),
    "Hebb": Hebbian(learning_rate=0.01, offset=0.4, w_min=0.0, w_max=1.0),
    "Oja": Oja(eta=1e-4, tau=20.0),
    "BCM": BCM(eta=1e-3, tau=20.0, tau_theta=100.0, w_max=1.0),
    "normalisation": Normalization(total=2.5, interval=5.0),
    "STDP, normalised": Normalization(total=2.5, interval=5.0, rule=STDP(a_plus=0.05, a_minus=0.06)),
    "reward": RewardSTDP(reward=0.002, tau_eligibility=50.0),
    "voltage": Clopath(a_ltd=1e-3, a_ltp=2e-3, u_ref=5.0, tau_homeostasis=50.0),
    "voltage, continuous": Clopath(a_ltd=1e-3, a_ltp=1e-4, theta_plus=-60.0),
    "calcium": GraupnerBrunel(tau=10_000.0, interval=0.5),
    "saturation": Saturation(50.0),
    "release": StochasticRelease(0.4, sites=3),
    "resources": SynapticResources(0.3, 100.0, 50.0),
    "depression": TsodyksMarkram(0.5, 100.0),
    "facilitation": TsodyksMarkram(0.1, 50.0, 200.0),
    "a user's": Homoeostatic(),
}
STATIC = TsodyksMarkram, StochasticRelease, Saturation, SynapticResources
every_rule = pytest.mark.parametrize("rule", RULES.values(), ids=RULES.keys())


# --- any rule -----------------------------------------------------------------------------------------------

def grown(rule, form, parts=(120.0,), file=None):
    """Weights and what was delivered after a run, in parts that are saved and loaded by a new network
    each."""
    for k, part in enumerate(parts):
        inputs, cells = InputGroup(12, PoissonEncoder(100.0)), LIFGroup(7)
        start = np.random.default_rng(0).uniform(0.15, 0.55, (12, 7))
        link = SynapseGroup(inputs, cells, form(start), FirstOrderSynapse(5.0), delay=0.7, rule=rule)
        net = Network(inputs, cells, link, seed=2)
        if k:
            net.load(file)
        net.run(part, inputs={inputs: 0.8, cells: 1.6})
        if file:
            net.save(file)
    return np.asarray(link.weight if form is np.asarray else link.weight.toarray()), cells["v"].copy()


@every_rule
def test_dense_sparse_and_in_parts_are_the_same_bits(rule, tmp_path):
    weight, v = grown(rule, np.asarray)
    for again in (grown(rule, csr_array), grown(rule, csr_array, (37.3, 60.0, 22.7), tmp_path / "part.npz")):
        np.testing.assert_array_equal(weight, again[0])
        np.testing.assert_array_equal(v, again[1])
    start = np.random.default_rng(0).uniform(0.15, 0.55, (12, 7))
    assert isinstance(rule, STATIC) == (weight == start).all()


@every_rule
def test_compiled_hooks_are_plain_python_bit_for_bit(rule):
    rng = np.random.default_rng(1)
    params = np.array(rule.step_coefficients(0.1), dtype=float)
    n_pre, n_post, m = len(rule.pre_traces()), len(rule.post_traces()), 40
    for name in ("on_pre", "on_post", "on_tick", "efficacy", "release"):
        kernel = getattr(rule, name)
        for _ in range(20 if kernel else 0):
            pre, post = rng.exponential(0.7, (n_pre, m)), rng.exponential(0.7, (n_post, m))
            weight = rng.uniform(0, 1, m)
            state = np.reshape(rule.initial(), (-1, 1)) + 0.1 * rng.normal(size=(len(rule.synapse_state), m))
            call = params, 7.5, np.uint64(3)
            if name == "efficacy":
                arguments = pre[:, 0].copy() / 10, *call
            elif name in ("on_pre", "release"):
                arguments = weight, state, pre[:, 0].copy(), post, *call
            else:
                arguments = weight, state, pre, post[:, 0].copy(), *call
            copies = [np.copy(argument)[()] for argument in arguments]
            variant = "on_post" if name == "on_tick" else name
            with np.errstate(over="ignore"):
                assert kernel.compiled(variant)(*arguments) == kernel.python(*copies)
            for ours, pythons in zip(arguments, copies):
                np.testing.assert_array_equal(ours, pythons)


WILD = {
    "additive": STDP(a_plus=0.3, a_minus=0.4, w_min=0.1, w_max=0.9),
    "multiplicative": STDP(20, 20, 3.0, 4.0, 0.1, 0.9, "all", 1.0, 1.0),
    "Gütig": STDP(20, 20, 3.0, 4.0, 0.1, 0.9, "all", 0.3, 0.6),
    "power law": PowerLawSTDP(a_plus=0.9, a_minus=0.9, w_min=0.1, w_max=0.9),
    "centred": NearestSTDP(20, 20, 0.5, 0.5, 0.1, 0.9),
    "restricted": NearestSTDP(20, 20, 0.5, 0.5, 0.1, 0.9, "restricted"),
    "voltage": Clopath(1.0, 1.0, w_min=0.1, w_max=0.9),
    "voltage, continuous": Clopath(1.0, 1.0, theta_plus=-64.0, w_min=0.1, w_max=0.9),
    "calcium": GraupnerBrunel(1000.0, w_min=0.1, w_max=0.9),
    "triplet": TripletSTDP(0.1, 0.1, 0.1, 0.1, w_min=0.1, w_max=0.9),
    "Diehl & Cook": DiehlCook(5.0, 0.3, w_min=0.1, w_max=0.9),
    "scaled": DiehlCook(5.0, 0.3, w_min=0.1, w_max=0.9, mu=0.2, total=30.0),
    "inhibitory": InhibitorySTDP(0.5, 20.0, w_min=0.1, w_max=0.9), "Oja": Oja(1.0, w_min=0.1, w_max=0.9),
    "BCM": BCM(1.0, tau_theta=50.0, w_min=0.1, w_max=0.9),
    "normalisation": Normalization(30.0, 2.0, STDP(w_min=0.1, w_max=0.9)),
    "reward": RewardSTDP(5.0, w_min=0.1, w_max=0.9), "punishment": RewardSTDP(-5.0, w_min=0.1, w_max=0.9),
}


@pytest.mark.parametrize("rule", WILD.values(), ids=WILD.keys())
def test_weights_never_leave_their_bounds(rule):
    inputs, cells = InputGroup(20, PoissonEncoder(100.0)), LIFGroup(10)
    link = SynapseGroup(inputs, cells, np.linspace(0.1, 0.9, 200).reshape(20, 10), rule=rule)
    weights = WeightMonitor(link, every=4.0)
    Network(inputs, cells, link, weights, seed=5).run(300.0, inputs={inputs: 1.0, cells: 1.0})
    assert weights.values.min() >= 0.1 and weights.values.max() <= 0.9
    assert weights.values.min() == 0.1 or weights.values.max() == 0.9


# --- what the rules are known to learn ----------------------------------------------------------------------

def test_multiplicative_weights_settle_where_drift_is_zero():
    """Unrelated Poisson trains: a_plus·tau·(1 - w) = a_minus·tau·w in the mean, so w = a_plus/(a_plus +
    a_minus)."""
    pre = InputGroup(60, PoissonEncoder(50.0))
    post = NeuronGroup(20, RELAY)
    driver = InputGroup(20, PoissonEncoder(50.0))
    link = SynapseGroup(pre, post, 0.9, FirstOrderSynapse(0.1),
                        rule=STDP(20, 20, 0.004, 0.006, mu_plus=1, mu_minus=1, w_max=1.0))
    quiet = SynapseGroup(driver, post, diags_array(np.full(20, 40.0)), DeltaSynapse())
    target = replace(RELAY, resistance=1e-3)
    post.model = target
    Network(pre, driver, post, link, quiet, dt=0.5, seed=3).run(20_000.0, inputs={pre: 1.0, driver: 1.0})
    assert link.weight.mean() == pytest.approx(0.4, abs=0.01)


def traces(monitor, n, tau, times):
    """Traces that add one at a spike, at the given times: (times, n)."""
    trace = np.zeros((n, times.size))
    for unit, train in enumerate(monitor.trains()):
        since = times[:, None] - train[None, :]
        trace[unit] = np.where(since > 0, np.exp(-np.maximum(since, 0) / tau), 0.0).sum(axis=1)
    return trace.T


def test_oja_finds_the_first_principal_direction():
    """A neuron whose rate is Σ w·r: its weights turn to the first eigenvector of ⟨x xᵀ⟩ of the traces, of
    unit length."""
    rng = np.random.default_rng(2)
    inputs, cells = InputGroup(5, PoissonEncoder(400.0)), NeuronGroup(2, COUNTER)
    patterns = rng.uniform(0.0, 1.0, (2000, 1)) * [1.0, 0.8, 0.5, 0.2, 0.1] + rng.uniform(0.0, 0.15,
                                                                                          (2000, 5))
    link = SynapseGroup(inputs, cells, rng.uniform(0.1, 1.0, (5, 2)), DeltaSynapse(),
                        rule=Oja(eta=2e-6, tau=50.0, interval=5.0))
    spikes = SpikeMonitor(inputs)
    net = Network(inputs, cells, link, spikes, dt=0.5, seed=1)
    net.run(100_000.0, inputs={inputs: np.minimum(patterns, 1.0)})
    x = traces(spikes, 5, 50.0, np.arange(1000.0, 100_000.0, 100.0))
    first = np.linalg.eigh(x.T @ x)[1][:, -1]
    for w in link.weight.T:
        assert np.linalg.norm(w) == pytest.approx(1.0, abs=0.02)
        assert abs(first @ w) / np.linalg.norm(w) > 0.997         # of seeds 1 to 6: 0.9979 to 0.9998


def test_oja_step_is_exact():
    """dw/dt = eta·y·(x - y·w) with x and y held, against many small Euler steps."""
    rule = Oja(eta=0.003, interval=10.0)
    weight, x, y = np.array([0.7]), 1.3, 2.1
    rule.on_tick.python(weight, np.empty((0, 1)), np.array([[x]]), np.array([y]),
                        np.array(rule.step_coefficients(0.1)), 0.0, np.uint64(1))
    w, n = 0.7, 200_000
    for _ in range(n):
        w += 0.003 * 10.0 / n * y * (x - y * w)
    assert weight[0] == pytest.approx(w, rel=1e-6)


def test_bcm_becomes_selective():
    """Two stimuli take turns; the neuron comes to answer one of them, at rate/p = twice its mean rate, and
    not the other."""
    inputs, cells = InputGroup(20, PoissonEncoder(100.0)), NeuronGroup(4, COUNTER)
    one = np.repeat([1.0, 0.1], 10)
    turns = np.tile([one, one[::-1]], (1000, 1))                             # 250 ms each
    start = np.random.default_rng(0).uniform(0.02, 0.04, (20, 4))
    rule = BCM(eta=2e-7, rate=40.0, tau=50.0, tau_theta=1500.0, interval=5.0, w_max=1.0)
    link, spikes = SynapseGroup(inputs, cells, start, DeltaSynapse(), rule=rule), SpikeMonitor(cells)
    net = Network(inputs, cells, link, spikes, dt=0.5, seed=1)
    net.run(500_000.0, inputs={inputs: turns})
    late = spikes.t > 450_000.0
    shown = (spikes.t[late] // 250 % 2).astype(int)
    # Hz
    answers = np.array([[np.sum(shown[spikes.i[late] == cell] == s) / 25.0 for s in (0, 1)]
                        for cell in range(4)])
    np.testing.assert_allclose(answers.max(axis=1), 80.0, rtol=0.15)
    assert (answers.min(axis=1) < 0.15 * answers.max(axis=1)).all()


def test_bcm_threshold_is_the_mean_square():
    """A steady y: theta = y²/y_0 · (1 - exp(-t/tau_theta)) at every tick, exactly."""
    rule, dt = BCM(eta=0.0, rate=10.0, tau=50.0, tau_theta=200.0, interval=10.0), 0.1
    post, params = np.array([3.0, 0.0]), np.array(rule.step_coefficients(dt))
    for tick in range(1, 50):
        # what the engine does between two ticks
        post[1] *= math.exp(-10.0 / 200.0)
        rule.on_tick.python(np.ones(1), np.empty((0, 1)), np.ones((1, 1)), post, params, 0.0, np.uint64(1))
        assert post[1] == pytest.approx(9.0 / 0.5 * -math.expm1(-tick * 10.0 / 200.0), rel=1e-12)


@pytest.mark.parametrize("synapse, rule", [
    (ConductanceSynapse(5.0, reversal=-80.0), InhibitorySTDP(eta=1e-4, rate=10.0, w_max=0.1)),
    (FirstOrderSynapse(5.0), InhibitorySTDP(eta=-1e-3, rate=10.0, w_min=-2.0, w_max=0.0))],
                         ids=["conductance", "current"])
def test_inhibitory_plasticity_brings_a_neuron_to_its_rate(synapse, rule):
    """Neurons driven to about 50 to 130 Hz, each to its own rate, come down to 10 Hz."""
    exciting, inhibiting = InputGroup(100, PoissonEncoder(20.0)), InputGroup(200, PoissonEncoder(20.0))
    cells = NeuronGroup(5, FirstOrderLIF())
    strengths = np.full((100, 5), 1.0) * np.linspace(0.3, 0.5, 5)
    link = SynapseGroup(inhibiting, cells, np.zeros((200, 5)), synapse, rule=rule)
    spikes = SpikeMonitor(cells)
    driving = SynapseGroup(exciting, cells, strengths, FirstOrderSynapse(5.0))
    net = Network(exciting, inhibiting, cells, driving, link, spikes, dt=0.5, seed=1)
    both = {exciting: 1.0, inhibiting: 1.0}
    net.run(500.0, inputs=both)
    assert spikes.count().min() / 0.5 > 30.0
    net.run(30_000.0, inputs=both)
    spikes.clear()
    net.run(30_000.0, inputs=both)
    np.testing.assert_allclose(spikes.count() / 30.0, 10.0, rtol=0.1)


@pytest.mark.parametrize("form", [np.asarray, csr_array])
def test_normalisation_is_exact_and_leaves_zero_columns(form):
    start = np.random.default_rng(0).uniform(0.0, 0.3, (40, 6))
    start[:, 2], start[:, 4] = 0.0, -start[:, 4]
    source, cells = SpikeSource([[]] * 40), LIFGroup(6)
    link = SynapseGroup(source, cells, form(start), rule=Normalization(total=78.4, interval=10.0))
    net = Network(source, cells, link)
    net.run(9.9)
    np.testing.assert_array_equal(net.weight_of(link) if form is np.asarray else link.weight.toarray(), start)
    net.run(0.1)
    weight = np.asarray(link.weight if form is np.asarray else link.weight.toarray())
    np.testing.assert_allclose(weight.sum(axis=0), [78.4, 78.4, 0.0, 78.4, -78.4, 78.4], rtol=1e-12)
    np.testing.assert_allclose(weight[:, 0] / weight[0, 0], start[:, 0] / start[0, 0], rtol=1e-12)


def test_trace_rule_with_scaled_columns():
    """The columns of neurons that spiked sum to 78.4; frozen weights keep their bits."""
    rule = DiehlCook(eta=0.05, x_target=0.2, w_max=1.0, total=78.4)
    inputs, cells = InputGroup(784, PoissonEncoder(60.0)), LIFGroup(10)
    link = SynapseGroup(inputs, cells, np.random.default_rng(0).uniform(0.0, 0.3, (784, 10)), rule=rule)
    spikes = SpikeMonitor(cells)
    net = Network(inputs, cells, link, spikes, dt=0.5, seed=1)
    net.run(200.0, inputs={inputs: 0.3})
    assert spikes.count().all()
    np.testing.assert_allclose(link.weight.sum(axis=0), 78.4, rtol=1e-12)
    link.rule, before = replace(rule, eta=0.0), link.weight
    net.run(200.0, inputs={inputs: 0.3})
    np.testing.assert_array_equal(link.weight, before)


# --- a rule in a user's script ------------------------------------------------------------------------------

SCRIPT = '''
import sys
from dataclasses import dataclass
from scipy.sparse import csr_array
import numpy as np
from spikingnn import InputGroup, LIFGroup, Network, PoissonEncoder, SynapseGroup
from spikingnn.engine.plugin import ADD, Rule, on_post_kernel

@dataclass(frozen=True, eq=False)
class Mine(Rule):
    gain: float = 0.05

    def pre_traces(self):
        return ((20.0, ADD),)

    @on_post_kernel
    def on_post(weight, state, pre, post, params, t, key):
        for i in range(weight.size):
            weight[i] += params[0] * (pre[0, i] - 1.0) * (1.0 - weight[i])

def network(form, gain=0.05):
    inputs, cells = InputGroup(9, PoissonEncoder(80.0)), LIFGroup(4)
    link = SynapseGroup(inputs, cells, form(np.full((9, 4), 0.5)), delay=0.5, rule=Mine(gain))
    return Network(inputs, cells, link, seed=1), {inputs: 1.0, cells: 1.0}, link

for form in (np.asarray, csr_array):
    net, stimulus, link = network(form)
    net.run(60.0, stimulus)
    net.save("half.npz")
    net, stimulus, link = network(form, gain=0.7)
    net.load("half.npz")
    net.run(40.0, stimulus)
    print(link.rule.gain, np.asarray(link.weight.sum(axis=0)).tolist())
net, stimulus, link = network(np.asarray)
net.run(100.0, stimulus)
print(link.rule.gain, link.weight.sum(axis=0).tolist())
'''


def test_a_rule_in_a_users_script(tmp_path):
    (tmp_path / "mine.py").write_text(SCRIPT, encoding="utf-8")
    done = subprocess.run([sys.executable, "mine.py"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    dense, sparse, whole = done.stdout.splitlines()
    assert dense == sparse == whole and dense.startswith("0.05 [")
