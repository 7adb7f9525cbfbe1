"""Encoders: what each spike means, the same spikes in a network and out of it, and input that is refused by
name."""

import warnings

import numpy as np
import pytest

from spikingnn import InputGroup, Network, PoissonEncoder, SpikeMonitor, analysis
from spikingnn._util import checks
from spikingnn.encoding import (BernoulliEncoder, BurstEncoder, DeltaEncoder, IdentityEncoder, LatencyEncoder,
                                PhaseEncoder, PopulationEncoder, RankOrderEncoder, Spikes, counts, encode)


WINDOWED = [LatencyEncoder(window=20.0, latest=15.0), LatencyEncoder(window=20.0, latest=15.0, scale="log"),
            RankOrderEncoder(window=20.0, interval=0.3), PhaseEncoder(bits=4, phase=2.0),
            BurstEncoder(window=50.0)]
ENCODERS = [PoissonEncoder(200.0), DeltaEncoder(polarity=-1.0), PopulationEncoder(), IdentityEncoder(),
            *WINDOWED]
GREYS = np.arange(256) / 255.0


def name(encoder):
    return type(encoder).__name__ + getattr(encoder, "scale", "")


def in_network(encoder, values, duration, dt=0.1, seed=1, parts=1, name=None):
    """(t, i) of the spikes of an InputGroup, the run cut into equal parts."""
    values = np.atleast_2d(values)
    group = InputGroup(values.shape[1], encoder, name)
    spikes = SpikeMonitor(group)
    network = Network(group, spikes, dt=dt, seed=seed)
    for rows in np.split(values, parts):
        network.run(duration / parts, inputs={group: rows})
    return spikes.t, spikes.i


# --- for all of them ----------------------------------------------------------------------------------------

@pytest.mark.parametrize("encoder", ENCODERS, ids=name)
def test_a_seed_gives_the_same_spikes_offline_and_in_a_network(encoder):
    values = np.random.default_rng(0).random((4, 12))
    offline = encoder.encode(values, 100.0, seed=1)
    assert offline.t.size and offline.n == 12 and offline.duration == 100.0
    for parts in (1, 2):
        t, i = in_network(encoder, values, 100.0, parts=parts)
        assert np.array_equal(offline.t, t) and np.array_equal(offline.i, i)
    named = in_network(encoder, values, 100.0, name="retina")
    again = encode(encoder, values, 100.0, seed=1, name="retina")
    assert np.array_equal(again.t, named[0]) and np.array_equal(again.i, named[1])


@pytest.mark.parametrize("encoder", [PoissonEncoder(200.0), PopulationEncoder()], ids=name)
def test_another_seed_gives_other_spikes(encoder):
    first, second = (encoder.encode(np.full(5, 0.5), 200.0, seed=seed).t for seed in (1, 2))
    assert not np.array_equal(first, second)
    fresh = [encoder.encode(np.full(5, 0.5), 200.0).t for _ in range(2)]
    assert not np.array_equal(*fresh)


@pytest.mark.parametrize("each", [False, True], ids=["same", "each"])
@pytest.mark.parametrize("encoder", ENCODERS, ids=name)
def test_compiled_equals_plain_python(encoder, each):
    n, variant = 7, "heterogeneous" if each else "homogeneous"
    held = np.random.default_rng(5).random((14, n))
    coefficients = np.array(encoder.step_coefficients(0.1), dtype=np.float64)
    if each:
        coefficients = np.repeat(coefficients[:, None], n, axis=1)
    with np.errstate(over="ignore"):
        start = np.array([np.broadcast_to(row, n) for row in encoder.initial(n, np.uint64(3))],
                         dtype=np.float64)
        states, spikes = [start.copy(), start.copy()], [np.zeros(n, bool), np.zeros(n, bool)]
        for step in range(400):
            for kernel, state, spiked in zip((encoder.step.python, encoder.step.compiled(variant)), states,
                                             spikes):
                spiked[:] = False
                kernel(state, coefficients, held[step // 30], np.empty((2, 0)), spiked, 0.1,
                       np.uint64(step * 7919))
            assert np.array_equal(*spikes) and states[0].tobytes() == states[1].tobytes(), step


@pytest.mark.parametrize("encoder", [encoder for encoder in ENCODERS
                                     if not isinstance(encoder, PopulationEncoder)], ids=name)
def test_black_never(encoder):
    assert encoder.encode(np.zeros(50), 200.0, seed=1).t.size == 0


@pytest.mark.parametrize("encoder", [LatencyEncoder(), LatencyEncoder(scale="log"), RankOrderEncoder(),
                                     PhaseEncoder(), BurstEncoder()],
                         ids=name)
def test_brightest_first(encoder):
    """First spikes come in the order of the levels of an 8-bit picture, shuffled; the brightest strictly
    before the darkest."""
    shuffled = np.random.default_rng(2).permutation(GREYS)
    spikes = encoder.encode(shuffled, 100.0)
    first = np.array([train[0] if train.size else np.inf for train in spikes.trains()])
    by_brightness = first[np.argsort(-shuffled)]
    assert np.all(by_brightness[1:] >= by_brightness[:-1])
    assert by_brightness[0] < by_brightness[-2] and np.isinf(by_brightness[-1])


@pytest.mark.parametrize("encoder", WINDOWED, ids=name)
def test_windows_repeat_and_take_up_a_change_at_their_start(encoder):
    window = getattr(encoder, "window", None) or encoder.period
    low, high = np.full(6, 0.3), np.linspace(0.4, 0.9, 6)
    alone = [encoder.encode(values, window).raster() for values in (low, high)]
    steps = len(alone[0])
    # the change comes three steps into the second window
    held = np.repeat([low, low, high], [steps, 3, 2 * steps - 3], axis=0)
    changing = encoder.encode(held, 3 * window).raster()
    assert alone[0].any() and not np.array_equal(*alone)
    for k, expected in enumerate((alone[0], alone[0], alone[1])):
        assert np.array_equal(changing[k * steps:(k + 1) * steps], expected), k


@pytest.mark.parametrize("encoder", [PoissonEncoder(500.0), IdentityEncoder()], ids=name)
def test_a_change_is_followed_at_once(encoder):
    spikes = encoder.encode([[1.0] * 200, [0.0] * 200, [1.0] * 200], 300.0, seed=3)
    per_row = counts(spikes, 100.0).sum(axis=0)
    assert per_row[1] == 0 and np.all(per_row[[0, 2]] > 200 * 100.0 * 0.4)


def test_identity_lets_trains_pass():
    raster = np.random.default_rng(8).random((300, 9)) < 0.2
    spikes = IdentityEncoder().encode(raster, 30.0)
    assert np.array_equal(spikes.raster(), raster)
    t, i = in_network(IdentityEncoder(), raster, 30.0)
    assert np.array_equal(spikes.t, t) and np.array_equal(spikes.i, i)


# --- Poisson: statistics ------------------------------------------------------------------------------------

UNITS, SECONDS, RATE = 400, 10, 50.0


@pytest.fixture(scope="module")
def train_statistics():
    """400 units, 10 s at 50 Hz: 200,000 spikes. The probability of a spike in a step is p."""
    spikes = PoissonEncoder(2 * RATE).encode(np.full(UNITS, 0.5), 1000.0 * SECONDS, seed=11)
    p = RATE / 10_000
    return spikes, p


def test_rate(train_statistics):
    """The count of all steps is binomial: five of its standard deviations."""
    spikes, p = train_statistics
    steps = UNITS * SECONDS * 10_000
    assert abs(spikes.t.size - p * steps) < 5 * np.sqrt(p * (1 - p) * steps)


def test_fano(train_statistics):
    """Binomial counts have F = 1 - p; over M windows its standard deviation is √(2/M)."""
    spikes, p = train_statistics
    in_time = analysis.fano_in_time(spikes, 100.0)
    # the mean is estimated: 1/M
    assert abs(in_time.mean() - (1 - p)) < 5 * np.sqrt(2 / (UNITS * SECONDS * 10)) + 1 / (SECONDS * 10)
    assert abs(analysis.fano(spikes) - (1 - p)) < 5 * np.sqrt(2 / UNITS)


def test_cv(train_statistics):
    """Geometric intervals have CV = √(1 - p), with standard deviation 1/√N for N of them (pooled, as all
    units are alike)."""
    spikes, p = train_statistics
    gaps = np.concatenate(analysis.isi(spikes))
    assert abs(gaps.std() / gaps.mean() - np.sqrt(1 - p)) < 5 / np.sqrt(gaps.size)
    assert abs(np.mean(analysis.cv2(spikes)) - 1) < 0.02 and abs(np.mean(analysis.lv(spikes)) - 1) < 0.02


def test_independence(train_statistics):
    """Of units, of one another's past, of neighbouring intervals: correlations are 0 with standard deviation
    1/√(samples)."""
    spikes, _ = train_statistics
    number = counts(spikes, 10.0)
    z = (number - number.mean(axis=1, keepdims=True)) / number.std(axis=1, keepdims=True)
    for lag in (0, 1):
        samples = z.shape[1] - lag
        between = z[:, lag:] @ z[:, :samples].T / samples
        apart = between[~np.eye(UNITS, dtype=bool)]
        assert np.abs(apart).max() < 6 / np.sqrt(samples)   # 160,000 pairs: 6 sigma is once in 3,000 tests
        assert abs(apart.mean()) < 5 / np.sqrt(samples * apart.size / 2)
        assert abs(apart.std() * np.sqrt(samples) - 1) < 0.05
        if lag:
            # the mean is estimated: -1/samples
            assert abs(np.diag(between).mean()) < 5 / np.sqrt(samples * UNITS) + 1 / samples
    pairs = [(gaps[1:], gaps[:-1]) for gaps in analysis.isi(spikes)]
    after, before = (np.concatenate(parts) for parts in zip(*pairs))
    assert abs(np.corrcoef(after, before)[0, 1]) < 5 / np.sqrt(after.size) + 1 / (RATE * SECONDS)


@pytest.mark.filterwarnings("ignore:.*too regular")
def test_a_probability_of_one_spikes_in_every_step():
    spikes = BernoulliEncoder(max_rate=10_000.0).encode([1.0, 0.5], 200.0, seed=2)
    assert spikes.count()[0] == 2000
    assert abs(spikes.count()[1] - 1000) < 5 * np.sqrt(2000 * 0.25)


# --- what is refused ----------------------------------------------------------------------------------------

@pytest.mark.parametrize("make, error, message", [
    (lambda: BernoulliEncoder(max_rate=-1.0), ValueError,
     "PoissonEncoder.max_rate must be zero or positive, got -1.0"),
    (lambda: LatencyEncoder(threshold=0.0), ValueError, "LatencyEncoder.threshold must be positive, got 0.0"),
    (lambda: LatencyEncoder(threshold=1.0), ValueError,
     "LatencyEncoder.threshold must be above 0 and below 1, got 1.0"),
    (lambda: LatencyEncoder(window=50.0), ValueError,
     "LatencyEncoder.latest must be below window .50.0., got 80.0"),
    (lambda: LatencyEncoder(scale="logarithmic"), ValueError,
     "LatencyEncoder.scale must be one of 'linear', 'log'"),
    (lambda: RankOrderEncoder(interval=0.0), ValueError, "RankOrderEncoder.interval must be positive"),
    (lambda: RankOrderEncoder(interval=200.0), ValueError,
     "RankOrderEncoder.interval must be at most window"),
    (lambda: RankOrderEncoder(window=[10.0, 20.0]), ValueError,
     "RankOrderEncoder.window must be one number for all units"),
    (lambda: PhaseEncoder(bits=2.5), ValueError, "PhaseEncoder.bits must be a whole number"),
    (lambda: PhaseEncoder(bits=25), ValueError, "PhaseEncoder.bits must be at most 24"),
    (lambda: BurstEncoder(max_spikes=0), ValueError, "BurstEncoder.max_spikes must be positive"),
    (lambda: BurstEncoder(shortest=30.0), ValueError, "BurstEncoder.shortest must be at most longest"),
    (lambda: DeltaEncoder(delta=0.0), ValueError, "DeltaEncoder.delta must be positive"),
    (lambda: DeltaEncoder(polarity=0.5), ValueError,
     r"DeltaEncoder.polarity must be 1 \(ON\) or -1 \(OFF\), got 0.5"),
    (lambda: PopulationEncoder(width=0.0), ValueError, "PopulationEncoder.width must be positive"),
    (lambda: PopulationEncoder(centres="even"), TypeError, "PopulationEncoder.centres"),
    (lambda: IdentityEncoder(threshold=0.0), ValueError, "IdentityEncoder.threshold must be positive"),
    (lambda: IdentityEncoder(threshold=np.nan), ValueError, "IdentityEncoder.threshold"),
])
def test_bad_fields(make, error, message):
    with pytest.raises(error, match=message):
        make()


@pytest.mark.parametrize("encoder", [PoissonEncoder(20_000.0), PopulationEncoder(20_000.0)], ids=name)
def test_more_than_one_spike_a_step(encoder):
    for run in (lambda: encoder.encode([0.1], 10.0), lambda: in_network(encoder, [0.1], 10.0)):
        with pytest.raises(ValueError,
                           match="max_rate must be at most one spike per step, 10000 Hz at dt = 0.1 ms, got "
                                 "20000.0"):
            run()


@pytest.mark.parametrize("encoder, dt, message", [
    (LatencyEncoder(window=20.0, latest=19.0), 4.0, "latest must be at least one step below window"),
    (RankOrderEncoder(interval=1.0), 4.0, "interval must be at least one step"),
    (PhaseEncoder(phase=1.0), 4.0, "phase must be at least one step"),
    (BurstEncoder(shortest=1.0), 4.0, "shortest must be at least one step"),
], ids=lambda value: name(value) if hasattr(value, "step") else "")
def test_steps_too_coarse(encoder, dt, message):
    with warnings.catch_warnings(), pytest.raises(ValueError, match=message):
        warnings.simplefilter("ignore")                 # that the times are off the grid
        encoder.encode([0.5], 100.0, dt=dt)


@pytest.mark.parametrize("values, message", [
    (1.1, "PoissonEncoder.values must be from 0 to 1, got 1.1"),
    (-0.1, "PoissonEncoder.values must be from 0 to 1, got -0.1"),
    (np.nan, "PoissonEncoder.values must be .*finite"),
    (np.inf, "PoissonEncoder.values must be .*finite"),
    (np.zeros((2, 2, 2)), r"PoissonEncoder.values must be a number, \(2,\) or \(rows, 2\), got \(2, 2, 2\)"),
    (np.zeros((200, 2)), r"PoissonEncoder.values must be of 1 to 100 rows"),
])
def test_bad_values(values, message):
    with pytest.raises(ValueError, match=message):
        PoissonEncoder().encode(values, 10.0, seed=0)


def test_bad_calls():
    with pytest.raises(TypeError, match="encode.encoder must be an encoder such as PoissonEncoder"):
        encode("poisson", 0.5, 10.0)
    with pytest.raises(ValueError, match="PoissonEncoder.duration must be zero or positive, got -1.0"):
        PoissonEncoder().encode(0.5, -1.0)
    with pytest.raises(ValueError, match="PoissonEncoder.dt must be positive"):
        PoissonEncoder().encode(0.5, 10.0, dt=0.0)
    with pytest.raises(TypeError, match="PoissonEncoder.seed must be a whole number"):
        PoissonEncoder().encode(0.5, 10.0, seed=1.5)
    with pytest.raises(ValueError,
                       match=r"PoissonEncoder.max_rate must be a scalar or have shape \(3,\), got shape "
                             r"\(2,\)"):
        PoissonEncoder([10.0, 20.0]).encode(np.zeros(3), 10.0)
    with pytest.raises(ValueError, match="PoissonEncoder.values"):
        PoissonEncoder().encode(np.zeros(3), 10.0, n=4)
    with pytest.raises(ValueError, match="InputGroup1.input must be from 0 to 1"):
        in_network(IdentityEncoder(), [2.0], 10.0)


def test_nothing_to_do():
    empty = PoissonEncoder().encode(np.ones(3), 0.0)
    assert isinstance(empty, Spikes) and empty.t.size == 0
    assert [train.size for train in empty.trains()] == [0, 0, 0]
    assert empty.raster().shape == (0, 3)


def test_encoders_leave_the_stimulus_alone():
    values = np.full(4, 0.5)
    values.flags.writeable = False
    for encoder in ENCODERS:
        encoder.encode(values, 10.0)
    assert checks.unit_interval("values", "values", values) is not None and np.all(values == 0.5)
