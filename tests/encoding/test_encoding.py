"""Encoders: what each spike means, the same spikes in a network and out of it, and input that is refused by name."""

import warnings

import numpy as np
import pytest

from spikingnn import InputGroup, Network, PoissonEncoder, SpikeMonitor, analysis
from spikingnn._util import checks
from spikingnn.encoding import (BernoulliEncoder, BurstEncoder, DeltaEncoder, GivenSpikes, IdentityEncoder,
                                LatencyEncoder, PhaseEncoder, PopulationEncoder, RankOrderEncoder, Spikes,
                                counts, encode, stimulus)


WINDOWED = [LatencyEncoder(window=20.0, latest=15.0), LatencyEncoder(window=20.0, latest=15.0, scale="log"),
            RankOrderEncoder(window=20.0, interval=0.3), PhaseEncoder(bits=4, phase=2.0), BurstEncoder(window=50.0)]
ENCODERS = [PoissonEncoder(200.0), DeltaEncoder(polarity=-1.0), PopulationEncoder(), IdentityEncoder(), *WINDOWED]
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


# --- for all of them ----------------------------------------------------------------------------------------------------------

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
        start = np.array([np.broadcast_to(row, n) for row in encoder.initial(n, np.uint64(3))], dtype=np.float64)
        states, spikes = [start.copy(), start.copy()], [np.zeros(n, bool), np.zeros(n, bool)]
        for step in range(400):
            for kernel, state, spiked in zip((encoder.step.python, encoder.step.compiled(variant)), states, spikes):
                spiked[:] = False
                kernel(state, coefficients, held[step // 30], np.empty((2, 0)), spiked, 0.1, np.uint64(step * 7919))
            assert np.array_equal(*spikes) and states[0].tobytes() == states[1].tobytes(), step


@pytest.mark.parametrize("encoder", [encoder for encoder in ENCODERS if not isinstance(encoder, PopulationEncoder)], ids=name)
def test_black_never(encoder):
    assert encoder.encode(np.zeros(50), 200.0, seed=1).t.size == 0


@pytest.mark.parametrize("encoder", [LatencyEncoder(), LatencyEncoder(scale="log"), RankOrderEncoder(), PhaseEncoder(), BurstEncoder()],
                         ids=name)
def test_brightest_first(encoder):
    """First spikes come in the order of the levels of an 8-bit picture, shuffled; the brightest strictly before the darkest."""
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
    held = np.repeat([low, low, high], [steps, 3, 2 * steps - 3], axis=0)             # the change comes three steps into the second window
    changing = encoder.encode(held, 3 * window).raster()
    assert alone[0].any() and not np.array_equal(*alone)
    for k, expected in enumerate((alone[0], alone[0], alone[1])):
        assert np.array_equal(changing[k * steps:(k + 1) * steps], expected), k


@pytest.mark.parametrize("encoder", [PoissonEncoder(500.0), IdentityEncoder()], ids=name)
def test_a_change_is_followed_at_once(encoder):
    spikes = encoder.encode([[1.0] * 200, [0.0] * 200, [1.0] * 200], 300.0, seed=3)
    per_row = counts(spikes, 100.0).sum(axis=0)
    assert per_row[1] == 0 and np.all(per_row[[0, 2]] > 200 * 100.0 * 0.4)


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
    assert abs(in_time.mean() - (1 - p)) < 5 * np.sqrt(2 / (UNITS * SECONDS * 10)) + 1 / (SECONDS * 10)    # the mean is estimated: 1/M
    assert abs(analysis.fano(spikes) - (1 - p)) < 5 * np.sqrt(2 / UNITS)


def test_cv(train_statistics):
    """Geometric intervals have CV = √(1 - p), with standard deviation 1/√N for N of them (pooled, as all units are alike)."""
    spikes, p = train_statistics
    gaps = np.concatenate(analysis.isi(spikes))
    assert abs(gaps.std() / gaps.mean() - np.sqrt(1 - p)) < 5 / np.sqrt(gaps.size)
    assert abs(np.mean(analysis.cv2(spikes)) - 1) < 0.02 and abs(np.mean(analysis.lv(spikes)) - 1) < 0.02


def test_independence(train_statistics):
    """Of units, of one another's past, of neighbouring intervals: correlations are 0 with standard deviation 1/√(samples)."""
    spikes, _ = train_statistics
    number = counts(spikes, 10.0)
    z = (number - number.mean(axis=1, keepdims=True)) / number.std(axis=1, keepdims=True)
    for lag in (0, 1):
        samples = z.shape[1] - lag
        between = z[:, lag:] @ z[:, :samples].T / samples
        apart = between[~np.eye(UNITS, dtype=bool)]
        assert np.abs(apart).max() < 6 / np.sqrt(samples)                       # 160,000 pairs: 6 sigma is once in 3,000 tests
        assert abs(apart.mean()) < 5 / np.sqrt(samples * apart.size / 2)
        assert abs(apart.std() * np.sqrt(samples) - 1) < 0.05
        if lag:
            assert abs(np.diag(between).mean()) < 5 / np.sqrt(samples * UNITS) + 1 / samples       # the mean is estimated: -1/samples
    pairs = [(gaps[1:], gaps[:-1]) for gaps in analysis.isi(spikes)]
    after, before = (np.concatenate(parts) for parts in zip(*pairs))
    assert abs(np.corrcoef(after, before)[0, 1]) < 5 / np.sqrt(after.size) + 1 / (RATE * SECONDS)


@pytest.mark.filterwarnings("ignore:.*too regular")
def test_a_probability_of_one_spikes_in_every_step():
    spikes = BernoulliEncoder(max_rate=10_000.0).encode([1.0, 0.5], 200.0, seed=2)
    assert spikes.count()[0] == 2000
    assert abs(spikes.count()[1] - 1000) < 5 * np.sqrt(2000 * 0.25)


# --- latency, rank order, phase, burst --------------------------------------------------------------------------------------

def test_latency_by_hand():
    linear, log = (LatencyEncoder(window=20.0, latest=10.0, threshold=0.1, scale=scale) for scale in ("linear", "log"))
    x = [1.0, 0.55, 0.1, 0.0999, 10 ** -0.5]
    assert [train.tolist() for train in linear.encode(x[:4], 20.0, dt=1.0).trains()] == [[0.0], [5.0], [10.0], []]
    assert [train.tolist() for train in log.encode([*x[:1], *x[2:]], 20.0, dt=1.0).trains()] == [[0.0], [10.0], [], [5.0]]
    assert np.allclose(linear.latency(x[:3]), [0.0, 5.0, 10.0]) and np.isinf(linear.latency(0.05))
    assert np.allclose(log.value([0.0, 5.0, np.inf]), [1.0, 10 ** -0.5, 0.0])


@pytest.mark.parametrize("scale", ["linear", "log"])
def test_latency_inverts_to_within_half_a_step(scale):
    encoder, dt = LatencyEncoder(scale=scale), 0.1
    x = np.concatenate([[0.0], np.random.default_rng(4).uniform(encoder.threshold, 1.0, 500)])
    found = encoder.decode(encoder.encode(x, 300.0, dt=dt))
    assert found.shape == (3, 501) and np.all(found[:, 0] == 0.0)
    late = encoder.latency(x[1:]) - encoder.latency(found[0, 1:])
    assert np.abs(late).max() <= dt / 2 + 1e-9
    assert np.allclose(found[0], found[2], rtol=0, atol=1e-12)


def test_latency_of_a_monitor_and_of_trains():
    group = InputGroup(3, LatencyEncoder())
    spikes = SpikeMonitor(group)
    Network(group, spikes, seed=0).run(250.0, inputs={group: [0.0, 0.4, 1.0]})
    assert np.allclose(group.model.decode(spikes), [[0.0, 0.4, 1.0]] * 2, atol=0.05 / 80)
    assert group.model.decode(spikes.trains(), duration=100.0).shape == (1, 3)
    with pytest.raises(TypeError, match="LatencyEncoder.duration must be given in ms"):
        group.model.decode(spikes.trains())


def test_rank_order_by_hand():
    spikes = RankOrderEncoder(window=10.0, interval=2.0).encode([0.3, 0.9, 0.0, 0.3, 0.5, 0.1], 10.0, dt=1.0)
    assert [train.tolist() for train in spikes.trains()] == [[4.0], [0.0], [], [4.0], [2.0], [6.0]]
    short = RankOrderEncoder(window=5.0, interval=2.0).encode([0.3, 0.9, 0.0, 0.3, 0.5, 0.1], 10.0, dt=1.0)
    assert [train.tolist() for train in short.trains()] == [[4.0, 9.0], [0.0, 5.0], [], [4.0, 9.0], [2.0, 7.0], []]


def test_rank_order_is_blind_to_contrast():
    x = np.random.default_rng(6).uniform(0.2, 1.0, 80)
    plain, bent = (RankOrderEncoder().encode(values, 100.0) for values in (x, 0.4 * np.sqrt(x) + 0.1))
    assert np.array_equal(plain.t, bent.t) and np.array_equal(plain.i, bent.i)
    assert np.array_equal(plain.i, np.argsort(-x)) and np.allclose(plain.t, np.arange(80.0))


def test_phase_by_hand():
    spikes = PhaseEncoder(bits=3, phase=2.0).encode(np.array([0, 1, 4, 5, 7]) / 7, 12.0, dt=1.0)
    assert [train.tolist() for train in spikes.trains()] == [[], [4, 10], [0, 6], [0, 4, 6, 10], [0, 2, 4, 6, 8, 10]]


@pytest.mark.parametrize("bits", [1, 4, 8, 12, 16])
def test_phase_inverts_to_within_half_a_level(bits):
    encoder = PhaseEncoder(bits=bits, phase=0.5)
    x = np.concatenate([[0.0, 1.0], np.random.default_rng(7).random(400)])
    found = encoder.decode(encoder.encode(x, 2 * encoder.period))
    assert found.shape == (2, 402)
    assert np.abs(found - x).max() <= 0.5 / encoder.top + 1e-12
    levels = np.round(x * encoder.top) / encoder.top
    assert np.array_equal(found[1], levels)


def test_phase_loses_nothing_of_an_eight_bit_picture():
    picture = np.arange(256, dtype=np.uint8).reshape(16, 16)
    encoder = PhaseEncoder(bits=8)
    assert np.array_equal(np.round(encoder.decode(encoder.encode(stimulus(picture), encoder.period))[0] * 255), picture.ravel())


def test_burst_by_hand():
    """x = 0.2: one spike after 20 - 18·0.2 = 16.4; 0.5: three, 11 apart; 1: five, 2 apart."""
    spikes = BurstEncoder(window=50.0, max_spikes=5, shortest=2.0, longest=20.0).encode([0.2, 0.5, 1.0, 0.0], 100.0)
    expected = [[16.4], [11.0, 22.0, 33.0], [2.0, 4.0, 6.0, 8.0, 10.0], []]
    for train, times in zip(spikes.trains(), expected):
        assert np.allclose(train, times + [time + 50.0 for time in times])


def test_no_burst_is_cut_off():
    encoder = BurstEncoder(window=38.8)                                         # its longest is 3 · (20 - 18 · 0.4) = 38.4
    x = np.linspace(0.0, 1.0, 1001)
    assert np.array_equal(encoder.encode(x, 38.8).count(), np.ceil(x * 5))
    with pytest.raises(ValueError, match=r"BurstEncoder.window must be longer than the longest burst, 38.4 ms, got 38.0"):
        BurstEncoder(window=38.0)


# --- delta, population, identity ------------------------------------------------------------------------------------------------

def test_delta_by_hand():
    signal = np.array([0.0, 0.25, 0.25, 0.5, 0.5, 0.25, 0.0, 0.0])[:, None]
    on, off = (DeltaEncoder(delta=0.25, polarity=polarity).encode(signal, 8.0, dt=1.0) for polarity in (1.0, -1.0))
    assert on.t.tolist() == [1.0, 3.0] and off.t.tolist() == [5.0, 6.0]
    assert DeltaEncoder().decode(on, off, [0.0, 1.0, 4.0, 7.0])[:, 0].tolist() == [0.0, 0.1, 0.2, 0.0]
    assert DeltaEncoder(delta=0.25).decode(on, off, np.arange(8.0)).tolist() == signal.tolist()


@pytest.mark.parametrize("delta", [0.02, 0.1])
def test_delta_inverts_to_within_one_level(delta):
    t = np.arange(5000) * 0.1
    signal = 0.5 + 0.3 * np.sin(2 * np.pi * t[:, None] / [50.0, 130.0, 400.0]) + 0.15 * np.cos(2 * np.pi * t[:, None] / 31.0)
    both = DeltaEncoder(delta=delta, polarity=np.repeat([1.0, -1.0], 3)).encode(np.hstack([signal, signal]), 500.0)
    on, off = both.trains()[:3], both.trains()[3:]
    found = DeltaEncoder(delta=delta).decode(on, off, t)
    caught_up = t > 0.1 * 0.9 / delta + 0.1                                     # one stair a step from 0 to the first value
    assert np.abs(found - signal)[caught_up].max() < delta + 1e-12
    started = DeltaEncoder(delta=delta, start=0.65).encode(signal[:, :1] * 0 + 0.65, 500.0)
    assert started.t.size == 0


def test_population_tuning_and_its_scalar():
    encoder = PopulationEncoder(max_rate=80.0, width=0.15)
    assert np.allclose(encoder.preferred(5), [0.0, 0.25, 0.5, 0.75, 1.0]) and encoder.preferred(1) == 0.5
    assert encoder.tuning_curves([0.25, 0.4], 5).shape == (2, 5)
    seconds = 200
    spikes = encoder.encode(0.3, 1000.0 * seconds, dt=1.0, seed=1, n=11)
    p = encoder.tuning_curves(0.3, 11) / 1000.0
    assert np.all(np.abs(spikes.count() - p * 1000 * seconds) < 5 * np.sqrt(p * 1000 * seconds) + 1)
    given = PopulationEncoder(centres=[0.2, 0.8])
    assert np.allclose(given.tuning_curves(0.2, 2), [100.0, 100.0 * np.exp(-18.0)])
    assert given.encode(0.2, 100.0, seed=1).n == 2


def test_identity_lets_trains_pass():
    raster = np.random.default_rng(8).random((300, 9)) < 0.2
    spikes = IdentityEncoder().encode(raster, 30.0)
    assert np.array_equal(spikes.raster(), raster)
    t, i = in_network(IdentityEncoder(), raster, 30.0)
    assert np.array_equal(spikes.t, t) and np.array_equal(spikes.i, i)


def test_given_spikes_offline():
    assert [train.tolist() for train in encode(GivenSpikes(([1.0, 3.0], [2.0])), 0.0, 5.0, dt=1.0, n=2).trains()] == [[1.0, 3.0], [2.0]]


# --- what is refused ----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("make, error, message", [
    (lambda: BernoulliEncoder(max_rate=-1.0), ValueError, "PoissonEncoder.max_rate must be zero or positive, got -1.0"),
    (lambda: LatencyEncoder(threshold=0.0), ValueError, "LatencyEncoder.threshold must be positive, got 0.0"),
    (lambda: LatencyEncoder(threshold=1.0), ValueError, "LatencyEncoder.threshold must be above 0 and below 1, got 1.0"),
    (lambda: LatencyEncoder(window=50.0), ValueError, "LatencyEncoder.latest must be below window .50.0., got 80.0"),
    (lambda: LatencyEncoder(scale="logarithmic"), ValueError, "LatencyEncoder.scale must be one of 'linear', 'log'"),
    (lambda: RankOrderEncoder(interval=0.0), ValueError, "RankOrderEncoder.interval must be positive"),
    (lambda: RankOrderEncoder(interval=200.0), ValueError, "RankOrderEncoder.interval must be at most window"),
    (lambda: RankOrderEncoder(window=[10.0, 20.0]), ValueError, "RankOrderEncoder.window must be one number for all units"),
    (lambda: PhaseEncoder(bits=2.5), ValueError, "PhaseEncoder.bits must be a whole number"),
    (lambda: PhaseEncoder(bits=25), ValueError, "PhaseEncoder.bits must be at most 24"),
    (lambda: BurstEncoder(max_spikes=0), ValueError, "BurstEncoder.max_spikes must be positive"),
    (lambda: BurstEncoder(shortest=30.0), ValueError, "BurstEncoder.shortest must be at most longest"),
    (lambda: DeltaEncoder(delta=0.0), ValueError, "DeltaEncoder.delta must be positive"),
    (lambda: DeltaEncoder(polarity=0.5), ValueError, r"DeltaEncoder.polarity must be 1 \(ON\) or -1 \(OFF\), got 0.5"),
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
        with pytest.raises(ValueError, match="max_rate must be at most one spike per step, 10000 Hz at dt = 0.1 ms, got 20000.0"):
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
    with pytest.raises(ValueError, match=r"PoissonEncoder.max_rate must be a scalar or have shape \(3,\), got shape \(2,\)"):
        PoissonEncoder([10.0, 20.0]).encode(np.zeros(3), 10.0)
    with pytest.raises(ValueError, match="PoissonEncoder.values"):
        PoissonEncoder().encode(np.zeros(3), 10.0, n=4)
    with pytest.raises(ValueError, match="InputGroup1.input must be from 0 to 1"):
        in_network(IdentityEncoder(), [2.0], 10.0)


def test_nothing_to_do():
    empty = PoissonEncoder().encode(np.ones(3), 0.0)
    assert isinstance(empty, Spikes) and empty.t.size == 0 and [train.size for train in empty.trains()] == [0, 0, 0]
    assert empty.raster().shape == (0, 3)


def test_encoders_leave_the_stimulus_alone():
    values = np.full(4, 0.5)
    values.flags.writeable = False
    for encoder in ENCODERS:
        encoder.encode(values, 10.0)
    assert checks.unit_interval("values", "values", values) is not None and np.all(values == 0.5)
