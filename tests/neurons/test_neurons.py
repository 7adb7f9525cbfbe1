"""Neurons and encoders against their closed forms, and against numbers by hand."""

import math

import numpy as np
import pytest

from spikingnn import (ALIF, FirstOrderLIF, InputGroup, LIFGroup, Network, NeuronGroup, PoissonEncoder,
                       SpikeMonitor, SpikeSource, StateMonitor, simulate)


SILENT = dict(v_threshold=1e6)                    # a membrane that never spikes
UNIT = dict(v_rest=0.0, v_reset=0.0, v_threshold=1.0, resistance=1.0)         # dimensionless


def stepped(model, currents, dt=1.0, n=1):
    """(v after each step, spikes of each step) by `group.step`: the class-room loop."""
    group = NeuronGroup(n, model)
    v, spikes = [], []
    for current in currents:
        spikes.append(group.step(current, dt)[0])
        v.append(group["v"][0])
    return np.array(v), np.array(spikes)


# --- f–I curve ----------------------------------------------------------------------------------------------

def on_the_grid(T, t_refractory, dt):
    return np.ceil((T - t_refractory) / dt) * dt + t_refractory


@pytest.mark.parametrize("dt, longest", [(0.01, 150.0), (0.1, 300.0), (0.5, 600.0), (1.0, 900.0)])
@pytest.mark.parametrize(
    "model", [FirstOrderLIF(), FirstOrderLIF(tau_m=8.0, resistance=40.0, v_reset=-60.0, t_refractory=5.0),
              FirstOrderLIF(t_refractory=0.0), ALIF(threshold_step=0.0)])
def test_interval_is_that_of_the_closed_form_on_the_grid(model, dt, longest):
    span = model.v_threshold - model.v_rest
    mu = np.concatenate([np.linspace(0.9, 1.0, 20), np.geomspace(1.0001, 10.0, 1500)]) * span           # mV
    current = mu / model.resistance
    with np.errstate(divide="ignore", invalid="ignore"):
        T = model.t_refractory + model.tau_m * np.log((mu + model.v_rest - model.v_reset) / (mu - span))
    T[mu <= span] = np.inf
    group = LIFGroup(mu.size, model)
    spikes = SpikeMonitor(group)
    Network(group, spikes, dt=dt).run(longest, inputs={group: current})
    checked = 0
    for i, train in enumerate(spikes.trains()):
        if not np.isfinite(T[i]):
            assert train.size == 0
        steps = (T[i] - model.t_refractory) / dt
        if np.isfinite(T[i]) and 3 * T[i] < longest and abs(steps - round(steps)) > 1e-9:
            assert train.size > 1
            np.testing.assert_allclose(np.diff(train), on_the_grid(T[i], model.t_refractory, dt), rtol=1e-12,
                                       atol=1e-10)
            checked += 1
    assert checked > 1000


def test_period_rate_and_current_agree():
    model = FirstOrderLIF(tau_m=12.0, resistance=25.0, v_rest=-70.0, v_reset=-62.0, t_refractory=3.0)
    current = np.geomspace(0.81, 8.0, 50)                           # threshold is at 20 mV / 25 MΩ = 0.8 nA
    drive = 25.0 * current
    by_hand = 3.0 + 12.0 * np.log((drive - 8.0) / (drive - 20.0))
    np.testing.assert_allclose(model.period(current), by_hand, rtol=1e-10)
    np.testing.assert_allclose(model.rate(current), 1000.0 / by_hand, rtol=1e-10)
    np.testing.assert_allclose(model.current_for(model.rate(current)), current, rtol=1e-10)
    np.testing.assert_allclose(model.period(current, dt=0.1), on_the_grid(by_hand, 3.0, 0.1), rtol=1e-12)
    assert model.rate(0.8) == model.rate(-1.0) == 0.0 and model.period(0.5) == math.inf
    assert model.current_for(0.0) == pytest.approx(0.8, rel=1e-14)


def test_rate_without_leak():
    model = FirstOrderLIF(tau_m=math.inf, t_refractory=2.0, **UNIT)     # C = 1: reaches 1 after 1/I ms
    assert model.period(0.125) == pytest.approx(10.0, rel=1e-14)
    assert model.current_for(100.0) == pytest.approx(0.125, rel=1e-14)
    assert model.rate(0.0) == 0.0


# --- exact integration --------------------------------------------------------------------------------------

@pytest.mark.parametrize("dt", [0.01, 0.05, 0.1, 0.5, 1.0])
def test_dc_response_is_exact(dt):
    tau = np.array([5.0, 20.0, 40.0])
    group = NeuronGroup(3, FirstOrderLIF(tau_m=tau, v_rest=0.0, v_reset=0.0, **SILENT))
    v = StateMonitor(group, "v")
    Network(group, v, dt=dt).run(100.0, inputs={group: 2.5})
    assert len(v.t) == round(100.0 / dt)
    exact = 25.0 * -np.expm1(-v.t[:, None] / tau)
    np.testing.assert_allclose(v.values, exact, rtol=1e-12)


@pytest.mark.parametrize("dt", [0.01, 0.1, 1.0])
def test_free_decay_is_exact(dt):
    group = NeuronGroup(1, FirstOrderLIF(tau_m=20.0, v_rest=0.0, v_reset=0.0, v_threshold=100.0))
    group["v"] = 40.0
    v = StateMonitor(group, "v")
    Network(group, v, dt=dt).run(50.0)
    np.testing.assert_allclose(v.values[:, 0], 40.0 * np.exp(-v.t / 20.0), rtol=1e-12)


def test_membrane_without_leak_integrates():
    model = FirstOrderLIF(tau_m=math.inf, t_refractory=0.0,
                          **{**UNIT, "resistance": 0.5, "v_threshold": 100.0})
    v, spikes = stepped(model, [2.0, 2.0, -4.0, 0.0], dt=0.25)
    np.testing.assert_array_equal(v, [0.25, 0.5, 0.0, 0.0])             # dv = I·dt/C, C = 2 nF
    assert not spikes.any()


def test_membranes_with_and_without_leak_share_a_group():
    group = NeuronGroup(2, FirstOrderLIF(tau_m=[math.inf, 20.0], v_rest=0.0, v_reset=0.0, resistance=1.0,
                                         **SILENT))
    group.step(3.0, 1.0)
    np.testing.assert_allclose(group["v"], [3.0, 3.0 * -math.expm1(-0.05)], rtol=1e-15)


# --- spike, reset, refractory period ------------------------------------------------------------------------

def test_a_spike_by_hand():
    model = FirstOrderLIF(tau_m=1.0 / math.log(2.0), t_refractory=2.0, **UNIT)   # halves the distance in 1 ms
    v, spikes = stepped(model, [1.5] * 7)
    np.testing.assert_allclose(v, [0.75, 0.0, 0.0, 0.0, 0.75, 0.0, 0.0], atol=1e-15)     # 1.125 spikes
    np.testing.assert_array_equal(spikes, [False, True, False, False, False, True, False])


def test_threshold_itself_spikes():
    model = FirstOrderLIF(tau_m=math.inf, t_refractory=0.0, **UNIT)
    assert stepped(model, [1.0])[1][0] and not stepped(model, [np.nextafter(1.0, 0.0)])[1][0]


@pytest.mark.parametrize("t_refractory, dt",
                         [(0.0, 0.1), (0.1, 0.1), (2.0, 0.1), (2.0, 0.01), (3.0, 0.5), (5.0, 1.0)])
def test_refractory_period_is_exact_in_steps(t_refractory, dt):
    """A drive that fires the neuron in every free step leaves exactly the refractory steps between two
    spikes."""
    spikes = simulate(FirstOrderLIF(t_refractory=t_refractory), 1e6, 100 * dt + 20 * t_refractory, dt).spikes
    assert spikes.size > 15
    np.testing.assert_array_equal(np.diff(np.rint(spikes / dt)), round(t_refractory / dt) + 1)


def test_refractory_period_off_the_grid_rounds_and_warns():
    with pytest.warns(UserWarning,
                      match=r"FirstOrderLIF.t_refractory = 1.26 ms is off the grid of dt = 0.1 ms .* 1.3 ms"):
        spikes = simulate(FirstOrderLIF(t_refractory=1.26), 1e6, 50.0, 0.1).spikes
    np.testing.assert_array_equal(np.diff(np.rint(spikes * 10)), 14)


def test_subtractive_reset_by_hand():
    """v loses threshold - reset = 1; what was over the threshold is carried through the refractory period."""
    model = FirstOrderLIF(tau_m=math.inf, t_refractory=1.0, reset="subtract", **UNIT)
    v, spikes = stepped(model, [0.75] * 5)
    np.testing.assert_array_equal(v, [0.75, 0.5, 0.5, 0.25, 0.25])
    np.testing.assert_array_equal(spikes, [False, True, False, True, False])


def test_subtractive_reset_keeps_the_rate_linear():
    model = FirstOrderLIF(tau_m=math.inf, t_refractory=0.0, reset="subtract", **UNIT)
    spikes = simulate(model, 0.3, 1000.0, dt=1.0).spikes
    assert abs(spikes.size - 300) <= 1                      # the charge that came in, in whole thresholds


@pytest.mark.parametrize("reset, kept", [("value", 0.0), ("subtract", 0.625)])
def test_jump_in_the_refractory_period(reset, kept):
    model = FirstOrderLIF(tau_m=math.inf, t_refractory=2.0, reset=reset, **UNIT)
    group = NeuronGroup(1, model)
    assert group.step(1.125, 1.0)[0]
    group["v"] = group["v"] + 0.5                           # what a delta synapse does
    assert not group.step(0.0, 1.0)[0] and group["v"][0] == kept
    assert not group.step(0.0, 1.0)[0] and group["v"][0] == kept


def test_floor_holds_and_only_below():
    model = FirstOrderLIF(v_floor=-70.0)
    v, _ = stepped(model, [-50.0] * 40 + [0.0] * 20, dt=1.0)
    assert v.min() == -70.0
    np.testing.assert_array_equal(v[2:40], -70.0)
    np.testing.assert_allclose(v[40:], -65.0 - 5.0 * np.exp(-np.arange(1, 21) / 20.0), rtol=1e-13)


# --- noise --------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("dt", [0.05, 0.5, 2.0])
def test_noise_is_the_standard_deviation_of_the_free_membrane(dt):
    group = NeuronGroup(10_000, FirstOrderLIF(tau_m=5.0, noise=3.0, **SILENT))
    net = Network(group, dt=dt, seed=1)
    net.run(40.0)                                           # eight time constants: stationary to 1e-7
    first = group["v"].copy()
    assert abs(first.mean() + 65.0) < 0.12                  # 4 σ/√n
    assert first.std() == pytest.approx(3.0, rel=0.03)      # 4/√(2n)
    net.run(4.0)   # and it is correlated as an Ornstein–Uhlenbeck process
    assert np.corrcoef(first, group["v"])[0, 1] == pytest.approx(math.exp(-4.0 / 5.0), abs=0.04)


def test_noise_differs_between_units_and_steps_and_groups():
    groups = [NeuronGroup(500, FirstOrderLIF(noise=3.0, **SILENT)) for _ in range(2)]
    net = Network(*groups, seed=1)
    net.run(60.0)
    assert len(np.unique(np.concatenate([group["v"] for group in groups]))) == 1000
    assert abs(np.corrcoef(groups[0]["v"], groups[1]["v"])[0, 1]) < 0.18            # 4/√n


# --- adaptation ---------------------------------------------------------------------------------------------

def test_adapting_threshold_by_hand():
    """θ halves in a step, before the test, and jumps by 0.5 at a spike; a membrane without leak gains 1.3 a
    step."""
    model = ALIF(tau_m=math.inf, t_refractory=0.0, tau_threshold=1.0 / math.log(2.0),
                 threshold_step=0.5, **UNIT)
    group = NeuronGroup(1, model)
    seen = [(bool(group.step(1.3, 1.0)[0]), group["v"][0], group["theta"][0]) for _ in range(5)]
    expected = [(True, 0.0, 0.5),           # 1.3 >= 1
                (True, 0.0, 0.75),          # 1.3 >= 1.25, then 0.25 + 0.5
                (False, 1.3, 0.375),        # 1.3 < 1.375
                (True, 0.0, 0.6875),        # 2.6 >= 1.1875
                (False, 1.3, 0.34375)]      # 1.3 < 1.34375
    np.testing.assert_allclose(np.array(seen, float), np.array(expected, float), rtol=1e-15)


def test_adapted_rate_is_that_of_the_raised_threshold():
    """In the steady state the threshold at a spike is v_threshold + θ with θ = step/(exp(T/τ) - 1), and T
    follows from it."""
    model = ALIF(tau_threshold=100.0, threshold_step=1.0)
    spikes = simulate(model, 4.0, 2000.0, dt=0.01).spikes
    T = np.diff(spikes)[-1]
    theta = 1.0 / math.expm1(T / 100.0)
    assert T > 1.3 * model.period(4.0)                      # far from the unadapted neuron
    assert 2.0 + 20.0 * math.log(40.0 / (40.0 - 15.0 - theta)) == pytest.approx(T, abs=0.02)


# --- input --------------------------------------------------------------------------------------------------

@pytest.mark.filterwarnings("ignore:.*too regular")
@pytest.mark.parametrize("dt, stimulus", [(0.1, 0.5), (1.0, 1.0), (5.0, 1.0)])
def test_poisson_encoder_spikes_with_the_probability_it_says(dt, stimulus):
    group = InputGroup(1000, PoissonEncoder(max_rate=100.0))
    spikes = SpikeMonitor(group)
    Network(group, spikes, dt=dt, seed=3).run(2000.0, inputs={group: stimulus})
    steps = 2000.0 / dt
    p = 100.0 * stimulus * dt / 1000.0
    count = spikes.count()
    assert abs(count.mean() - p * steps) < 4 * math.sqrt(p * (1 - p) * steps / 1000)
    assert count.var() == pytest.approx(p * (1 - p) * steps, rel=4 * math.sqrt(2 / 1000))
    early = spikes.count() * 0 + np.bincount(spikes.i[spikes.t < 2 * dt], minlength=1000)
    assert early.sum() < 1000 * p * 2 + 5 * math.sqrt(2000 * p)          # no volley at the start


def test_poisson_encoder_follows_the_stimulus():
    group = InputGroup(200, PoissonEncoder(max_rate=100.0))
    spikes = SpikeMonitor(group)
    Network(group, spikes, seed=3).run(3000.0, inputs={group: np.outer([1.0, 0.0, 0.25], np.ones(200))})
    thirds = np.histogram(spikes.t, [0, 1000, 2000, 3000])[0]
    assert thirds[1] == 0
    assert abs(thirds[0] - 20_000) < 4 * 141 and abs(thirds[2] - 5000) < 4 * 71


def test_given_spikes_are_emitted_in_the_nearest_step():
    source = SpikeSource([[0.0, 3.04, 9.96], [], [5.0]])
    spikes = SpikeMonitor(source)
    Network(source, spikes, dt=0.1).run(20.0)
    for train, expected in zip(spikes.trains(), ([0.0, 3.0, 10.0], [], [5.0])):
        np.testing.assert_allclose(train, expected, atol=1e-12)


def test_given_spikes_that_share_a_step_warn():
    source = SpikeSource([[1.0, 1.01]])
    spikes = SpikeMonitor(source)
    with pytest.warns(UserWarning, match="1 spikes that share a step"):
        Network(source, spikes, dt=0.1).run(5.0)
    assert spikes.count() == [1]
