"""Spike-train statistics: numbers by hand, closed forms, and Elephant's numbers where it is installed."""

import math
import warnings

import numpy as np
import pytest

from spikingnn import BernoulliEncoder, InputGroup, Network, SpikeMonitor, SpikeSource
from spikingnn.analysis import (cross_correlogram, cv, cv2, fano, fano_in_time, isi, lv, psth, rates,
                                spike_time_tiling, van_rossum, victor_purpura)
from spikingnn.encoding import counts


DURATION = 5000.0
TRAINS = [np.sort(np.random.default_rng(seed).uniform(0.0, DURATION, 40 + 15 * seed)) for seed in range(6)]
REGULAR = [np.arange(5.0, 100.0, 10.0)]


# --- by hand ------------------------------------------------------------------------------------------------

def test_rates():
    trains = [[10.0, 20.0, 900.0], [], [500.0]]
    assert rates(trains, 1000.0).tolist() == [3.0, 0.0, 1.0]
    assert rates(trains, 500.0, start=15.0).tolist() == [1000.0 / 485.0, 0.0, 0.0]


def test_intervals():
    assert [gaps.tolist() for gaps in isi([[7.0, 1.0, 3.0], [], [2.0]])] == [[2.0, 4.0], [], []]


def test_variability_of_intervals_2_and_4():
    """mean 3, sd 1; 2·2/6; 3·(2/6)²."""
    trains = [[1.0, 3.0, 7.0], [1.0, 3.0], [], *REGULAR]
    for measure, value in ((cv, 1 / 3), (cv2, 2 / 3), (lv, 1 / 3)):
        assert np.allclose(measure(trains), [value, np.nan, np.nan, 0.0], equal_nan=True)


def test_poisson_is_one():
    """500,000 exponential intervals: five standard deviations, 1/√N for CV, less for the bounded
    contrasts."""
    train = np.cumsum(np.random.default_rng(0).exponential(10.0, 500_000))
    for measure in (cv, cv2, lv):
        assert abs(measure([train])[0] - 1) < 5 / np.sqrt(500_000)


def test_fano():
    trains = [[1.0], [1.0, 2.0, 3.0], [], [5.0, 6.0]]   # counts 1 3 0 2: mean 1.5, variance 1.25
    assert fano(trains) == 1.25 / 1.5
    assert math.isnan(fano([[], []])) and math.isnan(fano([]))
    assert fano_in_time([[1.0, 2.0, 3.0, 11.0, 21.0, 22.0]], 10.0, 40.0).tolist() == [1.25 / 1.5]
    assert fano_in_time(REGULAR, 20.0, 100.0).tolist() == [0.0]


def test_bins_hold_what_begins_in_them():
    """A time that was computed to lie on an edge (3·0.1 is more than 0.3, 0.7 less than 7·0.1) is in the bin
    that begins there."""
    times = np.arange(100) * 0.1
    assert counts([times], 0.1, 10.0).tolist() == [[1] * 100]
    assert counts([times], 0.3, 10.0).tolist() == [[3] * 33]
    assert counts([[-0.1, 0.0, 4.9, 5.0, 10.0]], 5.0, 10.0).tolist() == [[2, 1]]


def test_psth():
    t, rate = psth([[1.0, 2.0, 11.0], [12.0], []], 10.0, 30.0)
    assert t.tolist() == [0.0, 10.0, 20.0] and np.allclose(rate, [2000 / 30, 2000 / 30, 0.0])
    t, rate = psth([[1.0, 2.0, 11.0]], 10.0, 30.0, start=5.0)
    assert t.tolist() == [5.0, 15.0] and rate.tolist() == [100.0, 0.0]


def test_cross_correlogram():
    lags, pairs = cross_correlogram([0.0, 10.0, 20.0], [3.0, 13.0, 24.0], 1.0, 5.0)
    assert lags.tolist() == list(range(-5, 6)) and dict(zip(lags, pairs))[3.0] == 2
    assert dict(zip(lags, pairs))[4.0] == 1
    assert pairs.sum() == 3
    assert cross_correlogram([0.0], [0.0], 1.0, 3.0)[1].tolist() == [0, 0, 0, 1, 0, 0, 0]
    assert not cross_correlogram([], [], 1.0, 3.0)[1].any()
    for a, b in ((TRAINS[0], TRAINS[1]), (TRAINS[2], TRAINS[2])):
        forth, back = (cross_correlogram(*pair, 5.0, 100.0, DURATION)[1] for pair in ((a, b), (b, a)))
        assert np.array_equal(forth, back[::-1])


def test_spike_time_tiling_by_hand():
    """±10 ms around 50 is 0.2 of 100 ms; around 55 and 90 it is 0.4, P = 1 and ½: ½ (0.6/0.6) + ½
    (0.3/0.9)."""
    assert spike_time_tiling([50.0], [55.0, 90.0], 10.0, 100.0) == pytest.approx(0.5 * 0.6 / 0.6 + 0.5
                                                                                 * 0.3 / 0.9)
    assert spike_time_tiling([50.0], [50.0], 10.0, 100.0) == 1.0
    assert spike_time_tiling([10.0], [90.0], 10.0, 100.0) == pytest.approx(-0.2)
    # cut at both ends
    assert spike_time_tiling([5.0, 8.0], [95.0], 10.0, 100.0) == pytest.approx(0.5 * -0.15 + 0.5 * -0.18)
    assert math.isnan(spike_time_tiling([], [1.0], 1.0, 10.0))


def test_van_rossum_by_hand():
    assert van_rossum([5.0], [], 10.0) == 1.0
    assert van_rossum([0.0], [7.0], 10.0) == pytest.approx(math.sqrt(2 - 2 * math.exp(-0.7)))
    assert van_rossum([0.0, 7.0], [], 10.0) == pytest.approx(math.sqrt(2 + 2 * math.exp(-0.7)))
    assert van_rossum([3.0, 9.0], [9.0, 3.0], 10.0) == 0.0 and van_rossum([], [], 10.0) == 0.0
    assert van_rossum([1.0, 2.0, 3.0], [5.0], math.inf) == 2.0


@pytest.mark.parametrize("tau", [1.0, 30.0, 1000.0])
def test_van_rossum_is_the_double_sum(tau):
    a, b = TRAINS[1], TRAINS[3]
    times, signs = np.concatenate([a, b]), np.repeat([1.0, -1.0], [a.size, b.size])
    double = signs @ np.exp(-np.abs(times[:, None] - times) / tau) @ signs
    assert van_rossum(a, b, tau) == pytest.approx(math.sqrt(double), rel=1e-9)


def test_victor_purpura_by_hand():
    assert victor_purpura([10.0], [13.0], 0.1) == pytest.approx(0.3)           # move it
    assert victor_purpura([10.0], [13.0], 1.0) == 2.0                           # delete and add
    assert victor_purpura([10.0, 20.0], [], 0.1) == victor_purpura([], [10.0, 20.0], 0.1) == 2.0
    assert victor_purpura([1.0, 2.0, 3.0], [2.0], 0.0) == 2.0
    assert victor_purpura([1.0, 2.0, 3.0], [2.0, 4.0], math.inf) == 3.0 and victor_purpura([], [], 1.0) == 0.0


def test_victor_purpura_is_the_recursion():
    a, b, cost = TRAINS[0], TRAINS[2], 0.02
    table = np.zeros((a.size + 1, b.size + 1))
    table[:, 0], table[0] = np.arange(a.size + 1), np.arange(b.size + 1)
    for i in range(a.size):
        for j in range(b.size):
            table[i + 1, j + 1] = min(table[i, j + 1] + 1, table[i + 1, j] + 1,
                                      table[i, j] + cost * abs(a[i] - b[j]))
    assert victor_purpura(a, b, cost) == pytest.approx(table[-1, -1], rel=1e-12)


@pytest.mark.parametrize("distance", [lambda a, b: van_rossum(a, b, 20.0),
                                      lambda a, b: victor_purpura(a, b, 0.05)], ids=["vr", "vp"])
def test_distances_are_metrics(distance):
    table = np.array([[distance(a, b) for b in TRAINS] for a in TRAINS])
    assert np.allclose(table, table.T) and np.all(np.diag(table) == 0)
    assert np.all(table[~np.eye(6, dtype=bool)] > 0)
    assert np.all(table[:, None, :] <= table[:, :, None] + table[None] + 1e-9)


def test_monitors_are_taken_as_they_are():
    source, noise = SpikeSource([[10.0, 20.0, 40.0], [30.0]]), InputGroup(3, BernoulliEncoder())
    spikes, others = SpikeMonitor(source), SpikeMonitor(noise)
    Network(source, noise, spikes, others, seed=1).run(100.0, inputs={noise: 0.5})
    assert rates(spikes).tolist() == [30.0, 10.0]
    assert np.allclose(cv(spikes), [1 / 3, np.nan], equal_nan=True)
    assert psth(spikes, 50.0)[1].tolist() == [40.0, 0.0]
    assert fano_in_time(spikes, 25.0).shape == (2,) and fano(others) == fano(others.trains())
    offline = BernoulliEncoder().encode(np.full(3, 0.5), 100.0, seed=1)
    assert np.array_equal(rates(offline), rates(others))


@pytest.mark.parametrize("call, error, message", [
    (lambda: rates([[1.0]]), TypeError, "rates.duration must be given in ms"),
    (lambda: rates([[1.0]], 0.0), ValueError, "rates.duration must be positive"),
    (lambda: rates([[1.0]], 10.0, start=20.0), ValueError,
     "rates.start must be before the end of the recording, 10 ms"),
    (lambda: cv([[1.0, np.inf]]), ValueError, r"cv|isi"),
    (lambda: isi(np.array([1.0, 2.0])), TypeError, "isi.trains must be a list of arrays"),
    (lambda: isi({"a": [1.0]}), TypeError, "isi.trains"),
    (lambda: isi([["a"]]), TypeError, r"isi.trains\[0\]"),
    (lambda: fano_in_time([[1.0]], 20.0, 10.0), ValueError, "counts.width must be at most the 10 ms"),
    (lambda: psth([[1.0]], -1.0, 10.0), ValueError, "counts.width must be positive"),
    (lambda: cross_correlogram([1.0], [[2.0]], 1.0, 5.0), ValueError,
     "cross_correlogram.b must be an array of times"),
    (lambda: cross_correlogram([1.0], [2.0], 0.0, 5.0), ValueError,
     "cross_correlogram.width must be positive"),
    (lambda: spike_time_tiling([1.0], [20.0], 1.0, 10.0), ValueError,
     "spike_time_tiling.b must be within the recording, 0 to 10 ms"),
    (lambda: spike_time_tiling([1.0], [2.0], 0.0, 10.0), ValueError,
     "spike_time_tiling.window must be positive"),
    (lambda: van_rossum([1.0], [2.0], 0.0), ValueError, "van_rossum.tau must be positive"),
    (lambda: victor_purpura([1.0], [2.0], -1.0), ValueError,
     "victor_purpura.cost must be a number of at least zero"),
    (lambda: victor_purpura([1.0], [2.0], np.nan), ValueError, "victor_purpura.cost"),
])
def test_bad_input(call, error, message):
    with pytest.raises(error, match=message):
        call()


# --- Elephant's numbers, where it is installed --------------------------------------------------------------

@pytest.fixture(scope="module")
def peer():
    """(elephant, the trains as it takes them, milliseconds)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        elephant = pytest.importorskip("elephant",
                                       reason="Elephant is not installed: compared with numbers by hand only")
        import elephant.conversion
        import elephant.spike_train_correlation
        import elephant.spike_train_dissimilarity
        import elephant.statistics
        import neo
        import quantities
    ms = quantities.ms
    return elephant, [neo.SpikeTrain(train * ms, t_start=0 * ms, t_stop=DURATION * ms)
                      for train in TRAINS], ms


def same(mine, theirs):
    np.testing.assert_allclose(np.asarray(mine, dtype=float), np.asarray(theirs, dtype=float), rtol=1e-9,
                               atol=1e-9)


def test_elephant_rates_and_intervals(peer):
    elephant, trains, _ = peer
    statistics = elephant.statistics
    same(rates(TRAINS, DURATION),
         [statistics.mean_firing_rate(train).rescale("Hz").item() for train in trains])
    for mine, train in zip(isi(TRAINS), trains):
        same(mine, statistics.isi(train).rescale("ms").magnitude)
    for mine, theirs in ((cv, statistics.cv), (cv2, statistics.cv2), (lv, statistics.lv)):
        same(mine(TRAINS), [theirs(statistics.isi(train).magnitude) for train in trains])


@pytest.mark.filterwarnings("ignore")
def test_elephant_counts(peer):
    elephant, trains, ms = peer
    same(fano(TRAINS), elephant.statistics.fanofactor(trains))
    for width in (5.0, 50.0, 125.0):
        binned = elephant.conversion.BinnedSpikeTrain(trains, bin_size=width * ms, t_start=0 * ms,
                                                      t_stop=DURATION * ms)
        same(counts(TRAINS, width, DURATION), binned.to_array())
        theirs = elephant.statistics.time_histogram(trains, bin_size=width * ms, t_start=0 * ms,
                                                    t_stop=DURATION * ms, output="rate")
        same(psth(TRAINS, width, DURATION)[1], theirs.rescale("Hz").magnitude[:, 0])


@pytest.mark.filterwarnings("ignore")
def test_elephant_correlation(peer):
    elephant, trains, ms = peer
    width, reach, correlation = 5.0, 40, elephant.spike_train_correlation
    for i, j in ((0, 1), (2, 5), (4, 4)):
        one, other = (elephant.conversion.BinnedSpikeTrain(trains[k], bin_size=width * ms) for k in (i, j))
        theirs, lags = correlation.cross_correlation_histogram(one, other, window=[-reach, reach],
                                                               border_correction=False)
        t, pairs = cross_correlogram(TRAINS[i], TRAINS[j], width, reach * width, DURATION)
        same(t, width * np.asarray(lags))
        same(pairs, theirs.magnitude[:, 0])
        for window in (1.0, 10.0, 80.0):
            tiling = correlation.spike_time_tiling_coefficient(trains[i], trains[j], dt=window * ms)
            same(spike_time_tiling(TRAINS[i], TRAINS[j], window, DURATION), tiling)


@pytest.mark.filterwarnings("ignore")
def test_elephant_distances(peer):
    elephant, trains, ms = peer
    off = ~np.eye(len(trains), dtype=bool)
    for tau in (2.0, 20.0, 500.0):
        theirs = elephant.spike_train_dissimilarity.van_rossum_distance(trains, time_constant=tau * ms)
        same([[van_rossum(a, b, tau) for b in TRAINS] for a in TRAINS] * off, theirs * off)
    for cost in (0.001, 0.05, 2.0):
        theirs = elephant.spike_train_dissimilarity.victor_purpura_distance(trains, cost_factor=cost / ms)
        same([[victor_purpura(a, b, cost) for b in TRAINS] for a in TRAINS], theirs)
