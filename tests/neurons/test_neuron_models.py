"""The neuron models beside LIF and ALIF: order of their schemes, theory, firing patterns named from
intervals, noise, bad values."""

import warnings
from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import quad, solve_ivp
from scipy.linalg import expm

from spikingnn import (GIF, SRM0, AdaptiveCurrentLIF, AdEx, ConductanceSynapse, ExponentialIF, FirstOrderLIF,
                       GradedSynapse, HodgkinHuxley, InputGroup, Izhikevich, Network, NeuronGroup, OneToOne,
                       OrnsteinUhlenbeck, QuadraticIF, SpikeMonitor, SpikeSource, StateMonitor, SynapseGroup,
                       simulate)
from spikingnn.engine.random import mix
from spikingnn.neurons.hodgkin_huxley import linoid


def start(model, n=1, seed=1):
    with np.errstate(over="ignore"):
        return np.array([np.broadcast_to(np.asarray(row, dtype=float), n)
                         for row in model.initial(n, np.uint64(seed))])


def advance(model, state, current, dt, steps, g=0.0, driving=0.0, compiled=False, each=False):
    """`steps` steps of the kernel itself on `state` (n_states, n), changed in place; returns the flags,
    (steps, n)."""
    n = state.shape[1]
    coefficients = np.array(model.step_coefficients(dt), dtype=float)
    if each:
        coefficients = np.repeat(coefficients[:, None], n, axis=1)
    conductance = np.array([np.full(n, g), np.full(n, driving)]) if g else np.empty((2, 0))
    kernel = model.step.compiled("heterogeneous" if each
                                 else "homogeneous") if compiled else model.step.python
    spikes = np.zeros((steps, n), dtype=bool)
    with np.errstate(over="ignore"):
        for k in range(steps):
            now = np.array(np.broadcast_to(current[k] if np.ndim(current) > 1 else current, n), dtype=float)
            kernel(state, coefficients, now, conductance, spikes[k], dt, mix(np.uint64(5), k))
    return spikes


# --- the equations as the docstrings write them, for scipy --------------------------------------------------

def exponential(m, current, g, driving):
    return lambda t, y: [(m.v_rest - y[0] + m.sharpness * np.exp((y[0] - m.v_threshold) / m.sharpness)
                          + m.resistance * (current + driving - g * y[0])) / m.tau_m]


def quadratic(m, current, g, driving):
    return lambda t, y: [((y[0] - m.v_rest) * (y[0] - m.v_threshold) / (m.v_threshold - m.v_rest)
                          + m.resistance * (current + driving - g * y[0])) / m.tau_m]


def adaptation(m, y):
    return (m.a * (y[0] - m.v_rest) - y[1]) / m.tau_w


def adex(m, current, g, driving):
    return lambda t, y: [exponential(m, current - y[1], g, driving)(t, y)[0], adaptation(m, y)]


def adaptive(m, current, g, driving):
    return lambda t, y: [(m.v_rest - y[0] + m.resistance * (current - y[1] + driving - g * y[0])) / m.tau_m,
                         adaptation(m, y)]


def izhikevich(m, current, g, driving):
    return lambda t, y: [0.04 * y[0]**2 + 5 * y[0] + 140 - y[1]
                         + (current + driving - g * y[0]) / m.capacitance, m.a * (m.b * y[0] - y[1])]


def hodgkin_huxley(m, current, g, driving):
    def rates(t, y):
        v, x = y[0], y[0] - m.v_rest
        opening = (0.1 * (x - 25) / (1 - np.exp(2.5 - x / 10)), 0.07 * np.exp(-x / 20),
                   0.01 * (x - 10) / (1 - np.exp(1 - x / 10)))
        closing = 4 * np.exp(-x / 18), 1 / (np.exp(3 - x / 10) + 1), 0.125 * np.exp(-x / 80)
        ions = (m.g_na * y[1]**3 * y[2] * (m.e_na - v) + m.g_k * y[3]**4 * (m.e_k - v)
                + m.g_leak * (m.e_leak - v))
        gates = [a * (1 - z) - b * z for a, b, z in zip(opening, closing, y[1:])]
        return [(ions + current + driving - g * v) / m.capacitance, *gates]
    return rates


MODELS = {
    "AdaptiveCurrentLIF": (AdaptiveCurrentLIF(a=0.05, tau_w=30.0), adaptive, [0, 2], 1.2, 16.0, 0.02),
    "ExponentialIF": (ExponentialIF(), exponential, [0], 1.6, 16.0, 0.02),
    "QuadraticIF": (QuadraticIF(), quadratic, [0], 1.6, 16.0, 0.02),
    "AdEx": (AdEx.pattern("adapting"), adex, [0, 2], 0.45, 8.0, 0.001),
    "Izhikevich": (Izhikevich(), izhikevich, [0, 1], 10.0, 2.0, 0.02),
    "HodgkinHuxley": (HodgkinHuxley(longest_step=1.0), hodgkin_huxley, [0, 1, 2, 3], 10.0, 8.0, 0.2),
}
ALL = [entry[0] for entry in MODELS.values()] + [OrnsteinUhlenbeck(sigma=1.0)]
EDGES = [ExponentialIF(sharpness=0.2, v_peak=-49.9, t_refractory=0.26),
         AdEx.pattern("regular bursting", t_refractory=0.07), Izhikevich.pattern("chattering", a=20.0),
         GIF(tau_w=0.05, t_refractory=0.07), SRM0(t_refractory=0.26),
         QuadraticIF(v_peak=-49.9, t_refractory=0.26)]


def name(model):
    return type(model).__name__


@pytest.mark.parametrize("shunted", [False, True], ids=["current", "conductance"])
@pytest.mark.parametrize("case", MODELS)
def test_order_of_the_scheme(case, shunted):
    """Against an integrator of high order: a quarter of the error at half the step, or none where the README
    says exact."""
    model, equations, kept, current, duration, g = MODELS[case]
    g, driving = (g, -10.0 * g) if shunted else (0.0, 0.0)
    truth = solve_ivp(equations(model, current, g, driving), (0, duration), start(model)[kept, 0], "DOP853",
                      rtol=1e-12, atol=1e-12)
    errors = []
    for dt in (0.05, 0.025, 0.0125):
        state = start(model)
        spikes = advance(model, state, current, dt, round(duration / dt), g, driving)
        assert spikes.sum() == (case == "HodgkinHuxley")        # the others are compared between spikes
        errors.append(np.abs(state[kept, 0] - truth.y[:, -1]).max())
    if case == "QuadraticIF" or case == "AdaptiveCurrentLIF" and not shunted:
        assert max(errors) < 1e-10
    else:
        assert errors[0] < 0.05
        assert 3.8 < errors[0] / errors[1] < 4.2 and 3.8 < errors[1] / errors[2] < 4.2


@pytest.mark.parametrize("each", [False, True], ids=["same", "each"])
@pytest.mark.parametrize("g", [0.0, 0.05, 1e4])
@pytest.mark.parametrize("model", ALL + EDGES, ids=name)
def test_compiled_equals_plain_python_and_nothing_overflows(model, g, each):
    rng = np.random.default_rng(3)
    states = start(model, 4), start(model, 4)
    for size in (2.0, 50.0, 1e5):
        current, jump = rng.normal(0.5, size, (150, 4)), rng.normal(0.0, 100.0 * size, 4)
        spikes = []
        for state, compiled in zip(states, (True, False)):
            state[0] += jump
            spikes.append(advance(model, state, current, 0.1, 150, g, -60.0 * g, compiled, each))
        assert np.array_equal(*spikes) and states[0].tobytes() == states[1].tobytes()
        assert np.isfinite(states[0]).all()


@pytest.mark.parametrize("model", ALL[:-1], ids=name)
def test_a_conductance_never_pulls_past_its_reversal(model):
    for g in (1.0, 100.0, 1e6):
        state, reversal = start(model), start(model)[0, 0] - 7.0
        for _ in range(20):
            advance(model, state, 0.0, 0.5, 1, g, g * reversal)
            assert reversal - 1e-9 * g - 0.2 < state[0, 0] <= reversal + 7.0
        assert abs(state[0, 0] - reversal) < 7.0


# --- one model at a time ------------------------------------------------------------------------------------

def test_adaptive_current_without_adaptation_is_lif():
    plain, adapting = simulate(FirstOrderLIF(), 2.0, 200.0), simulate(AdaptiveCurrentLIF(b=0.0), 2.0, 200.0)
    assert np.array_equal(plain.spikes, adapting.spikes)
    assert np.allclose(plain.v, adapting.v, rtol=0, atol=1e-10)


@pytest.mark.parametrize("a, tau_w", [(0.0, 20.0), (0.3, 5.0), (-0.05, 100.0), (0.0025, 40.0), (0.0, 1e-2)])
def test_adaptive_current_propagator(a, tau_w):
    """Real, equal and complex eigenvalues, and a step of a thousand time constants."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = AdaptiveCurrentLIF(a=a, tau_w=tau_w, t_refractory=0.0)
    for dt in (0.1, 10.0):
        matrix = np.array([[-1 / model.tau_m, -model.resistance / model.tau_m], [a / tau_w, -1 / tau_w]])
        assert np.allclose(np.reshape(model.step_coefficients(dt)[11:15], (2, 2)), expm(matrix * dt),
                           rtol=1e-10, atol=1e-14)


def test_adaptive_current_lowers_the_rate_as_theory_says():
    """With a slow w the neuron sees its mean, b·tau_w·rate: the rate solves r = f(I - b·tau_w·r)."""
    model = AdaptiveCurrentLIF(b=0.05, tau_w=500.0)
    spikes = simulate(model, 3.0, 6000.0).spikes
    rate = 1000.0 / np.diff(spikes[spikes > 3000.0]).mean()
    assert rate == pytest.approx(model.rate(3.0 - 0.05 * 0.5 * rate), rel=0.02)
    assert np.diff(spikes)[0] < 0.7 * np.diff(spikes)[-1]


def test_exponential_rheobase_and_rate():
    model = ExponentialIF(t_refractory=2.0)
    least = (model.v_threshold - model.v_rest - model.sharpness) / model.resistance
    assert simulate(model, least - 0.002, 3000.0).spikes.size == 0 < simulate(model, least + 0.002,
                                                                              3000.0).spikes.size
    slope = exponential(model, 2.0, 0.0, 0.0)
    interval = quad(lambda v: 1.0 / slope(0, [v])[0], model.v_reset, model.v_peak, epsabs=1e-9,
                    limit=200)[0] + model.t_refractory
    for dt in (0.1, 0.025):
        spikes = simulate(model, 2.0, 500.0, dt=dt).spikes
        assert np.ptp(spikes) / (spikes.size - 1) == pytest.approx(interval,
                                                                   abs=(0.1 + 1.0 / spikes.size) * dt)


def test_sharp_exponential_is_lif():
    model = ExponentialIF(sharpness=0.005, v_peak=-40.0)
    assert np.diff(simulate(model, 2.0, 300.0).spikes).mean() == pytest.approx(FirstOrderLIF().period(2.0),
                                                                               rel=0.01)


def test_hodgkin_huxley_spikes_on_time_at_the_usual_step():
    model = HodgkinHuxley()
    rates = hodgkin_huxley(model, 10.0, 0.0, 0.0)

    def crossing(t, y):
        return y[0] - model.v_threshold
    crossing.direction = 1
    truth = solve_ivp(rates, (0, 100), start(model)[:4, 0], "DOP853", rtol=1e-10, atol=1e-10,
                      events=crossing).t_events[0]
    spikes = simulate(model, 10.0, 100.0, dt=0.1).spikes
    assert spikes.size == truth.size == 7 and np.all(np.abs(spikes + 0.05 - truth) < 0.1)


def test_hodgkin_huxley_rests_fires_and_rebounds():
    model = HodgkinHuxley()
    assert np.abs(simulate(model, 0.0, 200.0).v + 65.0).max() < 0.01
    assert simulate(model, 5.5, 500.0).spikes.size < 4   # the least current of repetitive firing is 6.2
    assert 50.0 < 1000.0 / np.diff(simulate(model, 7.0, 500.0).spikes)[-1] < 70.0
    assert simulate(model, np.array([-10.0, 0.0]), 100.0).spikes.size == 1
    assert simulate(model, -10.0, 50.0).spikes.size == 0
    warm = simulate(replace(model, temperature=16.3), 10.0, 100.0).spikes
    assert np.diff(warm)[-1] < 0.6 * np.diff(simulate(model, 10.0, 100.0).spikes)[-1]


def test_hodgkin_huxley_singularities_are_removed():
    assert linoid(0.0) == 1.0
    for x in (1e-12, 1e-8, 0.99e-7, 1.01e-7, 1e-5):
        assert linoid(x) == pytest.approx(1 + x / 2 + x * x / 12, abs=1e-15 + 1e-8 * x)
    before = start(HodgkinHuxley(), 3)
    for singular in (-40.0, -55.0):
        before[0] = singular + np.array([-1e-6, 0.0, 1e-6])
        after = before.copy()
        advance(HodgkinHuxley(), after, 0.0, 0.1, 1)
        assert np.allclose(after[:, 1], 0.5 * (after[:, 0] + after[:, 2]), rtol=1e-9)


def test_a_spike_through_a_conductance_synapse_reaches_every_model():
    for model in ALL[:-1]:
        source, neuron = SpikeSource([[1.0]]), NeuronGroup(1, model)
        v = StateMonitor(neuron, model.states[0])
        Network(source, neuron, SynapseGroup(source, neuron, 0.01, ConductanceSynapse(5.0, 0.0)), v,
                seed=1).run(20.0)
        assert v.values.max() > v.values[0, 0] + 0.05


# --- noise --------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("dt", [0.1, 1.0, 20.0])
def test_ornstein_uhlenbeck_is_stationary_whatever_the_step(dt):
    model = OrnsteinUhlenbeck(mean=0.5, sigma=0.2, tau=5.0)
    first = start(model, 20_000)
    last = first.copy()
    advance(model, last, 0.0, dt, round(max(5.0 / dt, 1)), compiled=True)
    for x in (first[0], last[0]):
        assert x.mean() == pytest.approx(0.5, abs=4 * 0.2 / np.sqrt(x.size))
        assert x.var() == pytest.approx(0.04, rel=4 * np.sqrt(2 / x.size))
    lag = max(5.0, dt)
    assert np.corrcoef(first[0], last[0])[0, 1] == pytest.approx(np.exp(-lag / 5.0),
                                                                 abs=4 / np.sqrt(last.shape[1]))
    assert abs(np.corrcoef(last[0, :-1], last[0, 1:])[0, 1]) < 4 / np.sqrt(last.shape[1])


def test_ornstein_uhlenbeck_drives_a_membrane():
    """The free membrane under it has the variance (R·sigma)²·tau/(tau + tau_m)."""
    noise = InputGroup(400, OrnsteinUhlenbeck(sigma=0.3, tau=10.0))
    neurons = NeuronGroup(400, FirstOrderLIF(v_threshold=1e3))
    v = StateMonitor(neurons, "v", every=25.0)
    Network(noise, neurons, SynapseGroup(noise, neurons, OneToOne(1.0), synapse=GradedSynapse()), v,
            seed=2).run(1500.0)
    assert v.values[6:].var() == pytest.approx(9.0 * 10.0 / 30.0, rel=0.06)
    assert v.values[6:].mean() == pytest.approx(-65.0, abs=0.1)


def test_ornstein_uhlenbeck_takes_a_mean_that_changes():
    group = NeuronGroup(1000, OrnsteinUhlenbeck(sigma=0.1))
    for k in range(200):
        assert not group.step(2.0, 0.5, key=k).any()
    assert group["current"].mean() == pytest.approx(2.0, abs=0.02)


# --- bad values ---------------------------------------------------------------------------------------------

@pytest.mark.parametrize("make, message", [
    (lambda: AdaptiveCurrentLIF(tau_w=0.0), "AdaptiveCurrentLIF.tau_w must be positive, got 0.0"),
    (lambda: AdaptiveCurrentLIF(a=-0.2), "AdaptiveCurrentLIF.a must be above -1/resistance"),
    (lambda: AdaptiveCurrentLIF(tau_m=np.inf), "AdaptiveCurrentLIF.tau_m must be finite"),
    (lambda: ExponentialIF(sharpness=-1.0), "ExponentialIF.sharpness must be positive, got -1.0"),
    (lambda: ExponentialIF(v_peak=-55.0), "ExponentialIF.v_threshold must be below v_peak"),
    (lambda: ExponentialIF(v_reset=5.0), "ExponentialIF.v_reset must be below v_peak"),
    (lambda: ExponentialIF(t_refractory=-1.0), "ExponentialIF.t_refractory must be zero or positive"),
    (lambda: AdEx(b=np.nan), "AdEx.b must be a number"),
    (lambda: AdEx(tau_w=-3.0), "AdEx.tau_w must be positive, got -3.0"),
    (lambda: Izhikevich(c=30.0), "Izhikevich.c must be below v_peak"),
    (lambda: Izhikevich(a=0.0), "Izhikevich.a must be positive"),
    (lambda: HodgkinHuxley(g_na=-1.0), "HodgkinHuxley.g_na must be zero or positive"),
    (lambda: HodgkinHuxley(longest_step=[0.1, 0.2]), "HodgkinHuxley.longest_step must be one number"),
    (lambda: HodgkinHuxley(capacitance=0.0), "HodgkinHuxley.capacitance must be positive"),
    (lambda: OrnsteinUhlenbeck(sigma=-0.1), "OrnsteinUhlenbeck.sigma must be zero or positive, got -0.1"),
    (lambda: OrnsteinUhlenbeck(tau=0.0), "OrnsteinUhlenbeck.tau must be positive"),
    (lambda: NeuronGroup(3, AdEx(b=[0.1, 0.2])), r"AdEx.b must be a scalar or have shape \(3,\)"),
])
def test_bad_values(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize("make, message", [
    (lambda: ExponentialIF(tau_m=0.02), "tau_m = 0.02 looks like seconds"),
    (lambda: ExponentialIF(v_rest=-0.065), "v_rest = -0.065 looks like volts .* did you mean -65"),
    (lambda: AdEx(a=4.0), "a = 4.0 looks like nS"),
    (lambda: AdEx(b=80.5), "b = 80.5 looks like pA"),
    (lambda: AdaptiveCurrentLIF(tau_w=0.01), "tau_w = 0.01 looks like seconds"),
    (lambda: Izhikevich(c=-0.065), "c = -0.065 looks like volts"),
    (lambda: HodgkinHuxley(temperature=279.45), "temperature = 279.45 looks like kelvin"),
    (lambda: OrnsteinUhlenbeck(tau=0.005), "tau = 0.005 looks like seconds"),
])
def test_values_that_smell_of_another_unit(make, message):
    with pytest.warns(UserWarning, match=message):
        make()


def test_a_sweep_is_one_group():
    group = NeuronGroup(3, AdEx.pattern("tonic", tau_w=[10.0, 30.0, 300.0]))
    spikes = SpikeMonitor(group)
    Network(group, spikes, seed=1).run(300.0, inputs={group: 0.5})
    alone = [simulate(AdEx.pattern("tonic", tau_w=tau), 0.5, 300.0).spikes for tau in (10.0, 30.0, 300.0)]
    assert all(np.array_equal(a, b) for a, b in zip(spikes.trains(), alone))
