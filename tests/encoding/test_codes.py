"""What each spike means: codes by hand, and codes that are inverted."""

import numpy as np
import pytest

from spikingnn import InputGroup, Network, SpikeMonitor
from spikingnn.encoding import (BurstEncoder, DeltaEncoder, GivenSpikes, LatencyEncoder, PhaseEncoder,
                                PopulationEncoder, RankOrderEncoder, encode, stimulus)


GREYS = np.arange(256) / 255.0


# --- latency, rank order, phase, burst ----------------------------------------------------------------------

def test_latency_by_hand():
    linear, log = (LatencyEncoder(window=20.0, latest=10.0, threshold=0.1, scale=scale)
                   for scale in ("linear", "log"))
    x = [1.0, 0.55, 0.1, 0.0999, 10 ** -0.5]
    assert [train.tolist() for train in linear.encode(x[:4], 20.0, dt=1.0).trains()] == [[0.0], [5.0],
                                                                                         [10.0], []]
    assert [train.tolist() for train in log.encode([*x[:1], *x[2:]], 20.0, dt=1.0).trains()] == [
        [0.0], [10.0], [], [5.0]]
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
    assert [train.tolist() for train in short.trains()] == [[4.0, 9.0], [0.0, 5.0], [], [4.0, 9.0],
                                                            [2.0, 7.0], []]


def test_rank_order_is_blind_to_contrast():
    x = np.random.default_rng(6).uniform(0.2, 1.0, 80)
    plain, bent = (RankOrderEncoder().encode(values, 100.0) for values in (x, 0.4 * np.sqrt(x) + 0.1))
    assert np.array_equal(plain.t, bent.t) and np.array_equal(plain.i, bent.i)
    assert np.array_equal(plain.i, np.argsort(-x)) and np.allclose(plain.t, np.arange(80.0))


def test_phase_by_hand():
    spikes = PhaseEncoder(bits=3, phase=2.0).encode(np.array([0, 1, 4, 5, 7]) / 7, 12.0, dt=1.0)
    assert [train.tolist() for train in spikes.trains()] == [[], [4, 10], [0, 6], [0, 4, 6, 10],
                                                             [0, 2, 4, 6, 8, 10]]


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
    assert np.array_equal(
        np.round(encoder.decode(encoder.encode(stimulus(picture), encoder.period))[0] * 255), picture.ravel())


def test_burst_by_hand():
    """x = 0.2: one spike after 20 - 18·0.2 = 16.4; 0.5: three, 11 apart; 1: five, 2 apart."""
    spikes = BurstEncoder(window=50.0, max_spikes=5, shortest=2.0,
                          longest=20.0).encode([0.2, 0.5, 1.0, 0.0], 100.0)
    expected = [[16.4], [11.0, 22.0, 33.0], [2.0, 4.0, 6.0, 8.0, 10.0], []]
    for train, times in zip(spikes.trains(), expected):
        assert np.allclose(train, times + [time + 50.0 for time in times])


def test_no_burst_is_cut_off():
    encoder = BurstEncoder(window=38.8)   # its longest is 3 · (20 - 18 · 0.4) = 38.4
    x = np.linspace(0.0, 1.0, 1001)
    assert np.array_equal(encoder.encode(x, 38.8).count(), np.ceil(x * 5))
    with pytest.raises(ValueError,
                       match=r"BurstEncoder.window must be longer than the longest burst, 38.4 ms, got 38.0"):
        BurstEncoder(window=38.0)


# --- delta, population, identity ----------------------------------------------------------------------------

def test_delta_by_hand():
    signal = np.array([0.0, 0.25, 0.25, 0.5, 0.5, 0.25, 0.0, 0.0])[:, None]
    on, off = (DeltaEncoder(delta=0.25, polarity=polarity).encode(signal, 8.0, dt=1.0)
               for polarity in (1.0, -1.0))
    assert on.t.tolist() == [1.0, 3.0] and off.t.tolist() == [5.0, 6.0]
    assert DeltaEncoder().decode(on, off, [0.0, 1.0, 4.0, 7.0])[:, 0].tolist() == [0.0, 0.1, 0.2, 0.0]
    assert DeltaEncoder(delta=0.25).decode(on, off, np.arange(8.0)).tolist() == signal.tolist()


@pytest.mark.parametrize("delta", [0.02, 0.1])
def test_delta_inverts_to_within_one_level(delta):
    t = np.arange(5000) * 0.1
    signal = (0.5 + 0.3 * np.sin(2 * np.pi * t[:, None] / [50.0, 130.0, 400.0])
              + 0.15 * np.cos(2 * np.pi * t[:, None] / 31.0))
    both = DeltaEncoder(delta=delta, polarity=np.repeat([1.0, -1.0], 3)).encode(
        np.hstack([signal, signal]), 500.0)
    on, off = both.trains()[:3], both.trains()[3:]
    found = DeltaEncoder(delta=delta).decode(on, off, t)
    caught_up = t > 0.1 * 0.9 / delta + 0.1   # one stair a step from 0 to the first value
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


def test_given_spikes_offline():
    assert [train.tolist() for train in encode(GivenSpikes(([1.0, 3.0], [2.0])), 0.0, 5.0, dt=1.0,
                                               n=2).trains()] == [[1.0, 3.0], [2.0]]
