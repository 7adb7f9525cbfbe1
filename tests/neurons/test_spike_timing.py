"""Spikes of the models with an upstroke: no delay adds up from spike to spike, whatever the input and dt."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from spikingnn import (AdEx, ConductanceSynapse, DeltaSynapse, ExponentialIF, Izhikevich, Network,
                       NeuronGroup, OneToOne, QuadraticIF, SpikeMonitor, SpikeSource, StateMonitor,
                       SynapseGroup)

FINE = 0.0005               # ms
STEPS = (0.1, 0.01)         # ms


def run(model, n, current, duration, dt):
    """The spikes of each neuron, and the membranes at the end of each step."""
    group = NeuronGroup(n, model)
    spikes, v = SpikeMonitor(group), StateMonitor(group, "v", every=0.1)
    Network(group, spikes, v, dt=dt, seed=1).run(duration, inputs={group: current}, progress=False)
    return spikes.trains(), v.values


def assert_in_time(found, true, nudged, dt):
    """Spike k of a train lies in the step of the true one, but for a tenth of a step per spike before it.

    `nudged` are the true spikes under an input 1e-4 larger: where those move far, the neuron itself amplifies
    what is small. Returns whether it does.
    """
    assert len(found) - len(true) in (-1, 0, 1)
    k = np.arange(min(len(found), len(true), len(nudged)))
    late = (found[:k.size] + 0.5 * dt - true[:k.size]) / dt
    amplified = np.abs(nudged[:k.size] - true[:k.size]) / 0.1
    assert np.all(np.abs(late) <= 0.5 + 0.1 * (k + 1) + amplified), late
    return np.any(amplified > 0.1 * (k + 1))


def fields_of(models, names):
    return {name: np.array([getattr(model, name) for model in models]) for name in names}


def many_exponential(rng, n):
    v_rest, v_threshold = rng.uniform(-75, -60, n), rng.uniform(-55, -45, n)
    resistance = rng.uniform(5, 40, n)
    sharpness = np.exp(rng.uniform(np.log(0.2), np.log(5), n))
    model = ExponentialIF(tau_m=rng.uniform(5, 30, n), resistance=resistance, v_rest=v_rest,
                          v_threshold=v_threshold, sharpness=sharpness,
                          v_peak=v_threshold + rng.uniform(1, 70, n), v_reset=v_rest + rng.uniform(-5, 5, n),
                          t_refractory=rng.choice([0.0, 0.47, 2.0], n))
    return model, (v_threshold - v_rest) / resistance * np.exp(rng.uniform(np.log(1.02), np.log(30), n))


def many_adex(rng, n):
    """The published patterns but two, near which there is chaos, under one to two times their current."""
    names = [name for name in AdEx.patterns if name not in ("irregular", "delayed regular bursting")]
    patterns = [names[k % len(names)] for k in range(n)]
    fields = fields_of([AdEx.pattern(name) for name in patterns],
                       ("tau_m", "resistance", "v_rest", "v_threshold", "sharpness", "v_reset",
                        "tau_w", "a", "b"))
    fields["tau_w"] *= rng.uniform(0.9, 1.1, n)
    current = [AdEx.pattern_current(name) * (1 + k // 6 / 8) for k, name in enumerate(patterns)]
    return AdEx(**fields, v_peak=rng.choice([-20.0, 0.0, 20.0], n)), current


# (a, b, c, d, current) of Izhikevich (2004), figure 1: those of the twenty that spike under a step of current
TWENTY = [(0.02, 0.2, -65, 6, 14), (0.02, 0.25, -65, 6, 0.5), (0.02, 0.2, -50, 2, 15),
          (0.02, 0.25, -55, 0.05, 0.6), (0.02, 0.2, -55, 4, 10), (0.01, 0.2, -65, 8, 30),
          (0.2, 0.26, -65, 0, 0.5), (0.02, 0.2, -65, 6, 7), (0.05, 0.26, -60, 0, 0.5),
          (0.1, 0.26, -60, -1, 0.5), (0.03, 0.25, -60, 4, 5), (0.1, 0.2, -65, 2, 40)]


def many_izhikevich(rng, n):
    a, b, c, d, current = np.array([TWENTY[k % len(TWENTY)] for k in range(n)], dtype=float).T
    return Izhikevich(a=a, b=b, c=c, d=d), current * rng.uniform(1.0, 2.0, n)


def many_quadratic(rng, n):
    v_rest, v_threshold = rng.uniform(-75, -60, n), rng.uniform(-55, -45, n)
    resistance = rng.uniform(5, 40, n)
    model = QuadraticIF(tau_m=rng.uniform(5, 30, n), resistance=resistance, v_rest=v_rest,
                        v_threshold=v_threshold, v_peak=v_threshold + rng.uniform(1, 70, n),
                        v_reset=v_rest + rng.uniform(-5, 5, n), t_refractory=rng.choice([0.0, 0.47, 2.0], n))
    return model, (v_threshold - v_rest) / resistance * np.exp(rng.uniform(np.log(0.5), np.log(30), n))


@pytest.mark.parametrize("many", [many_exponential, many_adex, many_izhikevich, many_quadratic])
def test_no_delay_adds_up(many):
    n = 48
    model, current = many(np.random.default_rng(4), n)
    current = np.array([current, 1.5 * np.asarray(current), 1.2 * np.asarray(current)])
    true, nudged = (run(model, n, factor * current, 240.0, FINE)[0] for factor in (1.0, 1.0001))
    assert sum(train.size > 5 for train in true) > n / 2
    for dt in STEPS:
        found, v = run(model, n, current, 240.0, dt)
        assert np.all(v <= model.v_peak)
        amplifies = [assert_in_time(a, b + 0.5 * FINE, c + 0.5 * FINE, dt)
                     for a, b, c in zip(found, true, nudged)]
        assert sum(amplifies) < n / 2


AGREEABLE = [name for name in AdEx.patterns if name != "irregular"]
PATTERNS = ([(AdEx.pattern(name), AdEx.pattern_current(name)) for name in AGREEABLE]
            + [(Izhikevich.pattern(name), 10.0) for name in Izhikevich.patterns])


@pytest.mark.parametrize("model, current", PATTERNS, ids=AGREEABLE + list(Izhikevich.patterns))
def test_published_patterns_keep_time(model, current):
    true, nudged = (run(model, 1, factor * current, 300.0, FINE)[0][0] + 0.5 * FINE
                    for factor in (1.0, 1.0001))
    for dt in STEPS:
        assert_in_time(run(model, 1, current, 300.0, dt)[0][0], true, nudged, dt)


@pytest.mark.parametrize("model, weight", [
    (ExponentialIF(t_refractory=0.0), 0.06), (AdEx.pattern("adapting"), 0.006),
    (AdEx.pattern("initial burst"), 0.01), (Izhikevich(), 0.15), (QuadraticIF(), 0.06),
    (Izhikevich.pattern("fast spiking"), 0.2)], ids=repr)
def test_no_delay_adds_up_under_conductances(model, weight):
    """Excitation on and off in bursts, inhibition throughout."""
    def spikes(dt, weight=weight):
        excite = SpikeSource([np.concatenate([np.arange(5.0, 60.0, 0.7), np.arange(90.0, 200.0, 1.1)])])
        inhibit, neuron = SpikeSource([np.arange(10.0, 200.0, 9.0)]), NeuronGroup(1, model)
        seen = SpikeMonitor(neuron)
        Network(excite, inhibit, neuron, seen,
                SynapseGroup(excite, neuron, weight, ConductanceSynapse(5.0, 0.0), delay=1.0),
                SynapseGroup(inhibit, neuron, weight, ConductanceSynapse(8.0, -75.0), delay=1.0),
                dt=dt, seed=1).run(200.0)
        return seen.trains()[0]
    true, nudged = (spikes(FINE, factor * weight) + 0.5 * FINE for factor in (1.0, 1.0001))
    assert true.size > 3
    for dt in STEPS:
        assert not assert_in_time(spikes(dt), true, nudged, dt)


# --- against another integrator ---

NEST = dict(tau_m=200.0 / 11.0, resistance=1000.0 / 11.0, v_rest=-70.0, v_threshold=-50.0, sharpness=2.0,
            v_peak=0.0, v_reset=-58.0, tau_w=300.0, a=0.003, b=0.0)
# ms and pA, at the resets of the solution in NEST's testsuite/pytests/neurons/test_aeif_data_lsodar.dat
NEST_RESETS = [(18.71533824, 7.35916180), (30.56060948, 9.32842323), (42.49524029, 11.23490420),
               (54.51749601, 13.07969724), (66.62604805, 14.86397166),
               (78.81931295, 16.58890350), (91.09566560, 18.25569343)]


def solution(model, current, v, w, times):
    """v, w at `times` and the resets (t, w), by an integrator of high order that stops at each spike."""
    def rates(t, y):
        rise = model.sharpness * np.exp((y[0] - model.v_threshold) / model.sharpness)
        return [(model.v_rest - y[0] + rise + model.resistance * (current - y[1])) / model.tau_m,
                (model.a * (y[0] - model.v_rest) - y[1]) / model.tau_w]

    def peak(t, y):
        return y[0] - model.v_peak
    peak.terminal = True
    begin, kept, resets = 0.0, [], []
    while True:
        piece = solve_ivp(rates, (begin, times[-1]), [v, w], "DOP853", rtol=1e-10, atol=1e-12, events=peak,
                          dense_output=True)
        kept.append(piece.sol(times[(times > begin) & (times <= piece.t[-1])]))
        if not piece.t_events[0].size:
            return np.concatenate(kept, axis=1), resets
        begin, v, w = piece.t[-1], model.v_reset, piece.y[1, -1] + model.b
        resets.append((begin, w))


def test_nest_tolerances():
    """NEST's own test of its aeif models: the mean relative errors of v and w, at dt = 0.01 ms."""
    model, dt = AdEx(**NEST), 0.01
    group = NeuronGroup(1, model)
    v, w = StateMonitor(group, "v"), StateMonitor(group, "w")
    net = Network(group, v, w, dt=dt, seed=1)
    group["w"] = 0.005
    net.run(100.0, inputs={group: 0.42}, progress=False)
    times = dt * np.arange(1, 10_001)
    true, resets = solution(model, 0.42, model.v_rest, 0.005, times)
    assert np.allclose(np.array(resets) * [1.0, 1000.0], NEST_RESETS, rtol=1e-4)    # as good as that record
    quiet = v.values[:, 0] < 0.5 * (model.v_threshold + model.v_peak)
    assert np.abs(v.values[:, 0] / true[0] - 1.0)[quiet].mean() < 5e-4
    assert np.abs(w.values[:, 0] / true[1] - 1.0).mean() < 1e-4


# --- the edges ---

UPSTROKES = [ExponentialIF(t_refractory=0.0), AdEx(), Izhikevich()]


@pytest.mark.parametrize("model", UPSTROKES, ids=repr)
def test_one_spike_per_step_and_no_more(model):
    """A current that would fire many times in a step fires once in each and leaves finite states."""
    trains, v = run(model, 1, 1e6, 20.0, 0.1)
    assert trains[0].size >= 199 and np.all(np.diff(np.round(trains[0] / 0.1)) == 1)
    assert np.all(np.isfinite(v)) and np.all(v <= model.v_peak)


@pytest.mark.parametrize("model", UPSTROKES, ids=repr)
@pytest.mark.parametrize("above", [0.0, 1.0, 1e4])
def test_a_membrane_above_the_peak_spikes_at_once(model, above):
    """A delta jump over v_peak: the spike lies at the start of the step, which goes on from the reset."""
    reset = model.c if isinstance(model, Izhikevich) else model.v_reset
    source, jumped = SpikeSource([[1.0]]), NeuronGroup(1, model)
    spikes, v = SpikeMonitor(jumped), StateMonitor(jumped, "v")
    jump = OneToOne(model.v_peak + above - model.initial(1, 0)[0])
    Network(source, jumped, SynapseGroup(source, jumped, jump, DeltaSynapse()), spikes, v, seed=1).run(2.0)
    assert np.allclose(spikes.t, [1.1]) and abs(v.values[11, 0] - reset) < 2.0
    assert np.all(v.values <= model.v_peak)


@pytest.mark.parametrize("t_refractory", [0.03, 0.1, 1.26])
def test_refractoriness_ends_inside_a_step(t_refractory):
    rested = [run(ExponentialIF(t_refractory=t), 1, 5.0, 500.0, 0.1)[0][0] for t in (0.0, t_refractory)]
    interval = [np.ptp(spikes) / (spikes.size - 1) for spikes in rested]
    assert interval[1] - interval[0] == pytest.approx(t_refractory, abs=0.01)
