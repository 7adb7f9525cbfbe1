"""Escape noise: the intervals have the distribution that the rate of escape gives, whatever the step."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import cumulative_simpson
from scipy.stats import kstest, poisson

from spikingnn import (
    GIF,
    SRM0,
    ConductanceSynapse,
    DeltaSynapse,
    FirstOrderLIF,
    Network,
    NeuronGroup,
    OneToOne,
    SpikeMonitor,
    SpikeSource,
    StateMonitor,
    SynapseGroup,
    simulate,
)

RENEWAL = GIF(b=0.0, threshold_step=0.0, t_refractory=1.25)         # a leaky membrane with escape noise
SPIKE_RESPONSE = SRM0(t_refractory=1.25)


def potential(model, t, current):
    """v at t ms after a spike under a constant current that has acted for long."""
    at_rest = model.v_rest + model.resistance * current
    if isinstance(model, SRM0):
        return at_rest + model.after_potential * np.exp(-t / model.tau_after)
    return at_rest + (model.v_reset - at_rest) * np.exp(-(t - model.t_refractory) / model.tau_m)


def survivor(model, current, until=600.0):
    """(t, S): the probability that an interval is longer than t."""
    t = np.linspace(model.t_refractory, until, 60_001)
    rate = (
        model.escape_rate
        / 1000.0
        * np.exp((potential(model, t, current) - model.v_threshold) / model.escape_width)
    )
    return t, np.exp(-cumulative_simpson(rate, x=t, initial=0.0))


def intervals(model, current, dt, n=400, duration=1500.0, warm_up=150.0):
    """All intervals of n neurons after a warm-up; the last, unfinished ones make long intervals no rarer."""
    group = NeuronGroup(n, model)
    spikes = SpikeMonitor(group)
    Network(group, spikes, dt=dt, seed=3).run(duration, inputs={group: current})
    trains = [train[train > warm_up] for train in spikes.trains()]
    return np.concatenate([np.diff(train) for train in trains if train.size])


@pytest.mark.parametrize("dt", [0.1, 0.5])
@pytest.mark.parametrize("model", [RENEWAL, SPIKE_RESPONSE], ids=["GIF", "SRM0"])
def test_intervals_have_the_distribution_of_the_theory(model, dt):
    """Kolmogorov–Smirnov; the times are spread over their steps first."""
    gaps = intervals(model, 1.6, dt)
    t, longer = survivor(model, 1.6)
    spread = gaps + dt * (np.random.default_rng(0).triangular(-1.0, 0.0, 1.0, gaps.size))
    assert gaps.size > 12_000
    assert kstest(spread, lambda x: np.interp(x, t, 1.0 - longer, left=0.0)).statistic < 1.95 / np.sqrt(
        gaps.size
    )


@pytest.mark.parametrize("current", [1.3, 1.8, 4.0])
@pytest.mark.parametrize("model", [RENEWAL, SPIKE_RESPONSE], ids=["GIF", "SRM0"])
def test_the_mean_interval_does_not_depend_on_the_step(model, current):
    """At 4 nA a lag of a quarter of a step per spike would be seen."""
    t, longer = survivor(model, current)
    mean = model.t_refractory + np.trapezoid(longer, t)
    for dt in (0.05, 1.0):
        gaps = intervals(model, current, dt)
        error = 4.5 * gaps.std() / np.sqrt(gaps.size)
        assert gaps.mean() == pytest.approx(mean, abs=error + 0.002 * mean)       # long intervals are cut off


def test_constant_rate_is_poisson():
    """Far above threshold nothing is reset: an SRM0 without after-potential spikes at its rate of escape."""
    model = SRM0(after_potential=0.0, t_refractory=0.0, escape_rate=20.0)
    group = NeuronGroup(500, model)
    group["v"] = model.v_threshold
    spikes = SpikeMonitor(group)
    Network(group, spikes, dt=0.1, seed=1).run(1000.0, inputs={group: 1.5})       # v stays at v_threshold
    counts = spikes.count()
    assert abs(counts.mean() - 20.0) < 4 * np.sqrt(20.0 / 500) + 0.02
    observed, expected = np.bincount(counts, minlength=60)[:60], 500 * poisson.pmf(np.arange(60), 20.0)
    likely = expected > 8
    assert ((observed - expected)[likely] ** 2 / expected[likely]).sum() < 45.0  # χ² of 18 degrees, p < 5e-4


def test_a_sharp_threshold_is_the_leaky_neuron():
    model = GIF(b=0.0, threshold_step=0.0, escape_width=1e-3, escape_rate=1e4)
    noisy, sharp = simulate(model, 2.0, 300.0).spikes, simulate(FirstOrderLIF(), 2.0, 300.0).spikes
    assert noisy.size == sharp.size
    assert np.diff(noisy).mean() == pytest.approx(FirstOrderLIF().period(2.0), abs=0.02)


@pytest.mark.parametrize("g", [0.0, 0.03])
@pytest.mark.parametrize("tau_w", [7.0, 20.0, 300.0])
def test_the_membrane_is_exact(tau_w, g):
    """Below threshold, against the matrix exponential by small steps; also where tau_w = tau_m."""
    model, kernel = GIF(tau_w=tau_w, escape_rate=1e-12), GIF.step.compiled("homogeneous")
    coarse, fine = NeuronGroup(1, model), NeuronGroup(1, model)
    for group, dt in ((coarse, 1.0), (fine, 1.0 / 256)):
        group["w"], group["v"] = 0.4, -62.0
        conductance = np.array([[g], [g * -70.0]]) if g else np.empty((2, 0))
        coefficients = model.coefficients(1, dt)[1]
        for _ in range(round(20.0 / dt)):
            kernel(group.state, coefficients, np.array([0.7]), conductance, np.zeros(1, bool), dt,
                   np.uint64(1))
    assert fine["w"][0] == pytest.approx(0.4 * np.exp(-20.0 / tau_w), rel=1e-12)
    np.testing.assert_allclose(coarse.state, fine.state, rtol=1e-11)


def test_adaptation_and_threshold_by_hand():
    """One spike: w and θ jump, and decay; refractoriness of 1.25 ms ends inside a step."""
    model = GIF(
        tau_w=50.0, b=0.3, tau_threshold=25.0, threshold_step=4.0, t_refractory=1.25, escape_width=0.01
    )
    source, neuron = SpikeSource([[5.0]]), NeuronGroup(1, model)
    monitors = [StateMonitor(neuron, name) for name in ("v", "w", "theta")]
    link = SynapseGroup(source, neuron, 100.0, DeltaSynapse(), delay=0.5)  # the spike is at the step's start
    Network(source, neuron, link, *monitors, dt=0.5, seed=0).run(20.0)
    v, w, theta = (monitor.values[:, 0] for monitor in monitors)
    since = np.maximum(monitors[0].t - 5.5, 0.0)
    after = since > 0
    np.testing.assert_allclose(w[after], 0.3 * np.exp(-since[after] / 50.0), rtol=1e-6)
    np.testing.assert_allclose(theta[after], 4.0 * np.exp(-since[after] / 25.0), rtol=1e-6)
    np.testing.assert_array_equal(v[since < 1.0], -65.0)
    free = since - 1.25
    pulled = -10.0 * 0.3 * np.exp(-1.25 / 50.0) * (np.exp(-free / 50.0) - np.exp(-free / 20.0)) * 50.0 / 30.0
    np.testing.assert_allclose(v[free > 0], (-65.0 + pulled)[free > 0], rtol=1e-6)


def test_the_after_potential_is_that_of_the_last_spike():
    model = SRM0(escape_width=1e-4, t_refractory=0.5, escape_rate=1e5)
    source, neuron = SpikeSource([[1.0, 4.0, 7.0]]), NeuronGroup(1, model)
    link, v, seen = (
        SynapseGroup(source, neuron, 40.0, DeltaSynapse(), delay=0.1),
        StateMonitor(neuron, "v"),
        SpikeMonitor(neuron),
    )
    Network(source, neuron, link, v, seen, dt=0.1, seed=0).run(30.0)
    last = seen.t[-1]
    t = v.t[v.t > last + 0.15]
    jumps = sum(
        40.0 * np.exp(-(t - at) / 20.0) for at in (1.1, 4.1, 7.1)
    )  # the input potential is never reset
    found = v.values[v.t > last + 0.15, 0]
    eta = found - (-65.0 + jumps)
    np.testing.assert_allclose(eta / eta[0], np.exp(-(t - t[0]) / 20.0), rtol=1e-9)
    assert -15.0 <= eta[0] < -14.7 and seen.t.size > 3


def test_conductances_never_pull_past_their_reversal():
    model = replace(RENEWAL, escape_rate=1e-9)
    source, neuron = SpikeSource([[0.0]] * 3), NeuronGroup(3, model)
    v = StateMonitor(neuron, "v")
    link = SynapseGroup(source, neuron, OneToOne(50.0), ConductanceSynapse(tau=50.0, reversal=-80.0))
    Network(source, neuron, link, v, dt=1.0).run(100.0)
    assert -80.0 <= v.values.min() < -79.9


def test_gif_takes_a_value_per_neuron_and_draws_are_independent():
    group = NeuronGroup(400, GIF(escape_width=np.linspace(1.0, 4.0, 400)))
    spikes = SpikeMonitor(group)
    Network(group, spikes, seed=2).run(1000.0, inputs={group: 1.4})
    counts = spikes.count()
    assert counts[:100].mean() < counts[-100:].mean() and len(set(counts)) > 10


@pytest.mark.parametrize("make, message", [
    (lambda: GIF(escape_width=0.0), "GIF.escape_width must be positive, got 0.0"),
    (lambda: GIF(escape_rate=-1.0), "GIF.escape_rate must be positive, got -1.0"),
    (lambda: SRM0(tau_after=np.nan), "SRM0.tau_after must be a number"),
    (lambda: SRM0(t_refractory=-2.0), "SRM0.t_refractory must be zero or positive, got -2.0"),
])
def test_bad_values(make, message):
    with pytest.raises(ValueError, match=message):
        make()
