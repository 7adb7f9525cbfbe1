"""Spike-triggered average, spectra, synchrony, phase locking and smooth rates against closed forms."""

import math

import numpy as np
import pytest
from scipy.special import i0, i1
from scipy.stats import kstest

from spikingnn import (
    InputGroup,
    LIFGroup,
    Network,
    PoissonEncoder,
    RateMonitor,
    SpikeMonitor,
    SpikeSource,
    StateMonitor,
)
from spikingnn.analysis import (phase_locking, population_rate, power_spectrum, psth, spike_triggered_average,
                                synchrony)


def poisson(rate, duration, n, seed=0):
    """n independent Poisson trains of `rate` Hz."""
    draw = np.random.default_rng(seed)
    return [np.sort(draw.uniform(0.0, duration, k)) for k in draw.poisson(rate * duration / 1000.0, n)]


# --- spike-triggered average -------------------------------------------------------------------------------

def test_average_by_hand():
    signal = np.array([0.0, 1.0, 2.0, 3.0, 10.0, 0.0, 7.0])
    lags, average = spike_triggered_average([2.2, 4.0], signal, before=2.0, after=1.0, dt=1.0)
    assert lags.tolist() == [-2.0, -1.0, 0.0, 1.0]
    assert average.tolist() == [1.0, 2.0, 6.0, 1.5]
    both = spike_triggered_average([2.2, 4.0], np.stack([signal, -signal], axis=1), 2.0, 1.0, dt=1.0)[1]
    np.testing.assert_array_equal(both, np.stack([average, -average], axis=1))


def test_spikes_too_near_the_ends_are_left_out():
    signal = np.arange(10.0)
    assert spike_triggered_average([1.0, 5.0, 9.0], signal, 2.0, 2.0, dt=1.0)[1].tolist() == [
        3.0,
        4.0,
        5.0,
        6.0,
        7.0,
    ]
    assert np.isnan(spike_triggered_average([0.0], signal, 2.0, dt=1.0)[1]).all()


def test_the_filter_of_a_linear_cell_is_found():
    """Spikes drawn at a rate linear in a filtered white signal: the average is the filter, turned around."""
    draw, dt = np.random.default_rng(1), 1.0
    signal, kernel = draw.normal(size=400_000), np.exp(-np.arange(20) / 5.0)
    rate = 0.05 * (1.0 + 0.2 * np.convolve(signal, kernel)[:signal.size])
    spikes = np.flatnonzero(draw.random(signal.size) < rate) * dt
    lags, average = spike_triggered_average(spikes, signal, 19.0, 3.0, dt=dt)
    np.testing.assert_allclose(average[lags <= 0], 0.2 * kernel[::-1], atol=5 / math.sqrt(spikes.size))
    assert np.abs(average[lags > 0]).max() < 5 / math.sqrt(spikes.size)


def test_a_monitor_carries_its_own_times():
    """v just before a spike is near the threshold, the sample after it is the reset."""
    neuron = LIFGroup(1)
    v, spikes = StateMonitor(neuron, "v"), SpikeMonitor(neuron)
    Network(neuron, v, spikes, dt=0.1).run(300.0, {neuron: 2.0})
    lags, average = spike_triggered_average(spikes.t, v, 1.0, 1.0)
    assert lags[10] == 0.0 and average.shape == (21, 1)
    assert -50.2 < average[10, 0] < -50.0 and average[11, 0] == -65.0 and average[0, 0] < average[9, 0]


# --- power spectrum ---------------------------------------------------------------------------------------

def test_white_noise_is_flat_and_its_integral_the_variance():
    signal = np.random.default_rng(2).normal(0.0, 3.0, 200_000)
    frequency, power = power_spectrum(signal, dt=0.5, segment=200.0)
    assert frequency[1] == pytest.approx(5.0) and frequency[-1] == 1000.0
    assert power.sum() * 5.0 == pytest.approx(9.0, rel=0.03)
    np.testing.assert_allclose(
        power[2:-2], 9.0 / 1000.0, rtol=5 / math.sqrt(500) * 1.4
    )  # 1,000 segments, overlapping


def test_poisson_trains_have_a_flat_spectrum():
    frequency, power = power_spectrum(poisson(20.0, 20_000.0, 50), dt=1.0, segment=250.0, duration=20_000.0)
    assert power[2:].mean() == pytest.approx(2 * 20.0 / 50, rel=0.05)
    assert np.abs(power[2:-2] / power[2:].mean() - 1.0).max() < 0.5 and frequency[1] == 4.0


def test_a_rhythm_is_a_peak_in_spikes_and_states():
    rhythm = 0.5 + 0.5 * np.sin(2 * np.pi * 0.03 * np.arange(4000))
    inputs = InputGroup(200, PoissonEncoder(50.0))
    spikes = SpikeMonitor(inputs)
    Network(inputs, spikes, dt=1.0, seed=1).run(4000.0, {inputs: np.repeat(rhythm[:, None], 200, axis=1)})
    frequency, power = power_spectrum(spikes, segment=1000.0)
    assert frequency[power.argmax()] == pytest.approx(30.0) and power.max() > 50 * np.median(power)
    neurons = LIFGroup(3)
    v = StateMonitor(neurons, "v", every=0.5)
    Network(neurons, v, dt=0.5).run(4000.0, {neurons: np.repeat(rhythm[:, None], 3, axis=1)})
    frequency, power = power_spectrum(v, segment=1000.0)
    assert power.shape == (frequency.size, 3) and frequency[power[:, 1].argmax()] == pytest.approx(30.0)


# --- synchrony --------------------------------------------------------------------------------------------

def test_synchrony_of_equal_and_independent_units():
    draw = np.random.default_rng(3)
    one = draw.normal(size=(20_000, 1))
    assert synchrony(np.repeat(one, 50, axis=1)) == pytest.approx(1.0, rel=1e-12)
    assert synchrony(draw.normal(size=(20_000, 50))) == pytest.approx(1 / math.sqrt(50), rel=0.05)
    mixed = math.sqrt(0.3) * one + math.sqrt(0.7) * draw.normal(size=(20_000, 50))
    assert synchrony(mixed) == pytest.approx(math.sqrt(0.3 + 0.7 / 50), rel=0.05)
    assert math.isnan(synchrony(np.ones((10, 3))))


def test_synchrony_of_spikes():
    trains = poisson(30.0, 5000.0, 40)
    assert synchrony(trains, 5.0, 5000.0) == pytest.approx(1 / math.sqrt(40), rel=0.15)
    assert synchrony([trains[0]] * 40, 5.0, 5000.0) == pytest.approx(1.0, rel=1e-12)


# --- phase locking ----------------------------------------------------------------------------------------

def test_phase_locking_by_hand():
    """Spikes at quarter cycles of 10 Hz: all phases once; at two opposite ones; at one; none."""
    trains = [[0.0, 25.0, 50.0, 75.0], [0.0, 50.0], [125.0, 225.0], [10.0], []]
    strength, phase, p_value = phase_locking(trains, frequency=10.0)
    np.testing.assert_allclose(strength, [0.0, 0.0, 1.0, 1.0, np.nan], atol=1e-12)
    np.testing.assert_allclose(phase[2:4], [math.pi / 2, math.pi / 5])
    assert np.isnan(phase[4]) and np.isnan(p_value[4]) and p_value[2] < p_value[3]


def test_the_strength_is_that_of_the_von_mises_distribution():
    kappa, n = 1.3, 40_000
    phases = np.random.default_rng(5).vonmises(0.7, kappa, n)
    cycles = np.arange(n) * 25.0 + 25.0
    strength, phase, p_value = phase_locking([cycles + phases / (2 * np.pi) * 25.0], frequency=40.0)
    assert strength[0] == pytest.approx(i1(kappa) / i0(kappa), abs=4 / math.sqrt(n))
    assert phase[0] == pytest.approx(0.7, abs=0.02) and p_value[0] < 1e-12


def test_the_p_value_is_uniform_without_locking():
    p_value = phase_locking(poisson(40.0, 2500.0, 800, seed=6), frequency=31.0)[2]
    assert kstest(p_value, "uniform").pvalue > 1e-3


def test_the_phase_of_a_signal_is_zero_at_its_maxima():
    t = np.arange(0.0, 2000.0, 0.5)
    signal = 3.0 + 2.0 * np.cos(2 * np.pi * 0.008 * t)
    strength, phase, _ = phase_locking(
        [np.arange(500.0, 1500.0, 125.0), np.arange(562.5, 1500.0, 125.0)], signal=signal, dt=0.5
    )
    np.testing.assert_allclose(strength, 1.0, rtol=1e-3)
    assert abs(phase[0]) < 0.02 and abs(abs(phase[1]) - np.pi) < 0.02


# --- rates ------------------------------------------------------------------------------------------------

def test_the_smooth_rate_is_a_sum_of_gaussians():
    trains = [[100.5], [120.5, 300.5], []]
    t, rate = population_rate(trains, sigma=10.0, duration=500.0)
    exact = (
        sum(np.exp(-((t - at) ** 2) / 200.0) for at in (100.5, 120.5, 300.5))
        * 1000.0
        / (3 * math.sqrt(2 * np.pi) * 10.0)
    )
    np.testing.assert_allclose(rate, exact, atol=1e-3 * exact.max())
    assert rate.sum() == pytest.approx(1000.0 / 3 * 3, rel=1e-6)          # 3 spikes in 3 units, per second


def test_a_constant_rate_stays_constant_up_to_the_ends():
    regular = [np.arange(0.5, 1000.0, 1.0)]
    for sigma in (2.0, 50.0):
        np.testing.assert_allclose(population_rate(regular, sigma, duration=1000.0)[1], 1000.0, rtol=1e-9)
    t, rate = population_rate(regular, 20.0, every=2.0, duration=1000.0, start=500.0)
    assert t[0] == 501.0 and t[-1] == 999.0 and rate[0] == pytest.approx(1000.0)


def test_a_monitor_gives_bins_and_a_smooth_rate():
    source = SpikeSource(poisson(30.0, 400.0, 20))
    monitor = RateMonitor(source)
    Network(source, monitor, dt=0.01).run(400.0)
    t, rate = monitor.smooth_rate(sigma=8.0)
    expected = population_rate(monitor, 8.0, every=0.01)
    np.testing.assert_allclose(t, expected[0])
    np.testing.assert_allclose(rate, expected[1], rtol=1e-12)
    np.testing.assert_allclose(monitor.rate(10.0), psth(monitor, 10.0)[1], rtol=1e-12)
    part = RateMonitor(SpikeSource([[1.0], [2.0]])[:1])
    with pytest.raises(ValueError, match="RateMonitor is in no network"):
        part.smooth_rate(1.0)


@pytest.mark.parametrize(
    "call, error, message",
    [
        (
            lambda: spike_triggered_average([1.0], np.arange(3.0), 1.0),
            TypeError,
            "spike_triggered_average.dt must be given in ms",
        ),
        (
            lambda: spike_triggered_average([1.0], np.arange(3.0), -1.0, dt=1.0),
            ValueError,
            "spike_triggered_average.before must be zero or positive",
        ),
        (
            lambda: spike_triggered_average([1.0], np.zeros((2, 2, 2)), 1.0, dt=1.0),
            ValueError,
            "spike_triggered_average.signal must be of shape",
        ),
        (
            lambda: power_spectrum(np.arange(100.0), 1.0, segment=1000.0),
            ValueError,
            "power_spectrum.segment must be from two samples, 2 ms, to the 100 ms",
        ),
        (lambda: power_spectrum(np.arange(100.0)), TypeError, "power_spectrum.dt must be given in ms"),
        (lambda: power_spectrum([[1.0], [2.0]]), TypeError, "counts.duration must be given in ms"),
        (
            lambda: synchrony([[1.0], [2.0]], duration=5.0),
            TypeError,
            "synchrony.width must be given in ms for spikes",
        ),
        (lambda: synchrony(np.arange(5.0)), ValueError, r"synchrony.signal must be of shape \(samples, n\)"),
        (
            lambda: phase_locking([[1.0]]),
            ValueError,
            "phase_locking.frequency must be given in Hz, or a signal, but not both",
        ),
        (
            lambda: phase_locking([[1.0]], 10.0, np.arange(3.0)),
            ValueError,
            "phase_locking.frequency must be given in Hz, or a signal",
        ),
        (lambda: phase_locking([[1.0]], -10.0), ValueError, "phase_locking.frequency must be positive"),
        (
            lambda: phase_locking([[1.0]], signal=np.ones((5, 2)), dt=1.0),
            ValueError,
            "phase_locking.signal must be of one unit",
        ),
        (
            lambda: population_rate([[1.0]], 0.0, duration=10.0),
            ValueError,
            "population_rate.sigma must be positive",
        ),
        (lambda: population_rate([[1.0]], 2.0), TypeError, "population_rate.duration must be given in ms"),
    ],
)
def test_bad_input(call, error, message):
    with pytest.raises(error, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)
