"""Decoders: numbers by hand, closed forms, and codes that are read back."""

import numpy as np
import pytest

from spikingnn import PoissonEncoder
from spikingnn.encoding import (DeltaEncoder, LatencyEncoder, LinearDecoder, PhaseEncoder, PopulationEncoder,
                                counts, decode_rate, first_spike, population_vector)


def test_rate_by_hand():
    trains = [[10.0, 20.0, 30.0, 150.0], [], [100.0]]
    assert decode_rate(trains, max_rate=50.0, duration=200.0).tolist() == [0.4, 0.0, 0.1]
    assert decode_rate(trains, max_rate=[40.0, 40.0, 20.0], duration=200.0,
                       start=100.0).tolist() == [0.25, 0.0, 0.5]


def test_rate_within_its_standard_deviation():
    x = np.linspace(0.0, 1.0, 200)
    found = decode_rate(PoissonEncoder(100.0).encode(x, 2000.0, seed=4), 100.0)
    error = (found - x)[1:] / np.sqrt(x[1:] / (100.0 * 2.0))
    assert abs(error.std() - 1) < 5 / np.sqrt(2 * error.size) and np.abs(error).max() < 5
    assert found[0] == 0.0


def test_first_spike_by_hand():
    trains = [[30.0, 5.0], [], [12.0], [50.0]]
    assert first_spike(trains).tolist() == [5.0, np.inf, 12.0, 50.0]
    assert first_spike(trains, 10.0, 40.0).tolist() == [20.0, np.inf, 2.0, np.inf]
    assert first_spike(trains).argmin() == 0


def test_first_spike_reads_latencies():
    encoder, x = LatencyEncoder(scale="log"), np.array([0.9, 0.0, 0.02, 0.4])
    found = encoder.value(first_spike(encoder.encode(x, 100.0)))
    assert np.allclose(found, x, rtol=0.05 * np.log(256) / 80) and found[1] == 0.0


def test_population_vector_by_hand():
    compass = np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]])
    assert population_vector([30.0, 10.0, 0.0, 0.0], compass).tolist() == [0.75, 0.25]
    assert population_vector([[1.0, 1.0, 1.0, 1.0]], compass).tolist() == [[0.0, 0.0]]
    assert population_vector([10.0, 30.0], [0.0, 1.0]) == 0.75
    assert np.isnan(population_vector(np.zeros((2, 4)), compass)).all()


def test_population_vector_of_cosine_tuning_is_exact():
    """Directions evenly around the circle, rates 1 + cos: Σ r e / Σ r = e(angle) / 2."""
    around = 2 * np.pi * np.arange(12) / 12
    directions = np.stack([np.cos(around), np.sin(around)], axis=1)
    angle = np.linspace(0, 6, 30)
    found = population_vector(10.0 * (1 + np.cos(angle[:, None] - around)), directions)
    assert np.allclose(found, 0.5 * np.stack([np.cos(angle), np.sin(angle)], axis=1))


@pytest.mark.parametrize("m, n", [(60, 8), (8, 60)])
def test_linear_decoder_is_the_ridge_solution(m, n):
    draw = np.random.default_rng(0)
    rates, targets, noise = draw.uniform(0, 100, (m, n)), draw.normal(size=(m, 2)), 7.0
    decoder = LinearDecoder(noise).fit(rates, targets)
    r, x = rates - rates.mean(axis=0), targets - targets.mean(axis=0)
    assert np.allclose(decoder.weights, np.linalg.solve(r.T @ r + m * noise ** 2 * np.eye(n), r.T @ x),
                       rtol=1e-9, atol=1e-12)
    assert np.allclose(decoder.decode(rates.mean(axis=0)), targets.mean(axis=0))
    assert decoder.decode(rates).shape == (m, 2) and decoder.decode(rates[0]).shape == (2,)


def test_linear_decoder_without_noise_is_least_squares():
    draw = np.random.default_rng(1)
    rates = draw.uniform(0, 100, (50, 5))
    truth = np.array([0.1, -0.2, 0.0, 0.3, 0.05])
    decoder = LinearDecoder(noise=0.0).fit(rates, rates @ truth + 2.0)
    assert np.allclose(decoder.weights[:, 0], truth) and np.allclose(decoder.offset, 2.0)
    assert decoder.decode(rates).shape == (50,) and np.ndim(decoder.decode(rates[0])) == 0
    twice = np.repeat(rates, 2, axis=1)   # not unique: the smallest, shared by the copies
    assert np.allclose(LinearDecoder(noise=0.0).fit(twice, rates @ truth).weights[:, 0],
                       np.repeat(truth, 2) / 2)


def test_the_right_noise_is_the_best():
    """Fitted to clean tuning curves and tried on noisy rates, the penalty that knows the noise beats none and
    far too much."""
    encoder, n, noise, draw = PopulationEncoder(100.0, width=0.12), 30, 10.0, np.random.default_rng(2)
    x = np.linspace(0.0, 1.0, 101)
    curves = encoder.tuning_curves(x, n)
    noisy = np.repeat(curves, 20, axis=0) + noise * draw.normal(size=(len(x) * 20, n))
    error = {level:
             np.sqrt(np.mean((LinearDecoder(level).fit(curves, x).decode(noisy) - np.repeat(x, 20)) ** 2))
             for level in (1e-3, noise, 1000.0)}
    assert error[noise] < 0.05 and error[noise] < 0.5 * error[1e-3] and error[noise] < 0.5 * error[1000.0]


def test_a_population_is_read_back():
    """Spikes of 40 units over 500 ms. At an end half a field is missing, and its mean is off by width·√(2/π)
    = 0.08."""
    encoder, n = PopulationEncoder(100.0, width=0.1), 40
    x = np.linspace(0.0, 1.0, 21)
    spikes = encoder.encode(np.repeat(x[:, None], n, axis=1), 500.0 * 21, seed=5)
    rates = counts(spikes, 500.0).T * 2.0
    decoder = LinearDecoder(noise=10.0).fit(encoder.tuning_curves(np.linspace(0, 1, 101), n),
                                            np.linspace(0, 1, 101))
    linear, vector = decoder.decode(rates), population_vector(rates, encoder.preferred(n))
    assert np.sqrt(np.mean((linear - x) ** 2)) < 0.06                           # five seeds: 0.033 to 0.045
    assert np.abs(vector - x)[5:-5].max() < 0.05
    assert vector[0] == pytest.approx(0.08, abs=0.03) and vector[-1] == pytest.approx(0.92, abs=0.03)


@pytest.mark.parametrize("call, error, message", [
    (lambda: decode_rate([[1.0]], 50.0), TypeError, "decode_rate.duration must be given in ms"),
    (lambda: decode_rate([[1.0]], 0.0, 10.0), ValueError, "decode_rate.max_rate must be positive"),
    (lambda: decode_rate([[1.0]], 50.0, 10.0, start=10.0), ValueError,
     "decode_rate.start must be before the end, 10 ms"),
    (lambda: decode_rate(np.array([1.0, 2.0]), 50.0, 10.0), TypeError, "one train is a list of one array"),
    (lambda: first_spike([[1.0, np.nan]]), ValueError, r"first_spike.trains\[0\]"),
    (lambda: first_spike("spikes"), TypeError, "first_spike.trains"),
    (lambda: first_spike([[[1.0]]]), ValueError, r"first_spike.trains\[0\] must be an array of times"),
    (lambda: population_vector([1.0, -1.0], [0.0, 1.0]), ValueError,
     "population_vector.rates must be zero or positive"),
    (lambda: population_vector([1.0, 1.0, 1.0], [0.0, 1.0]), ValueError,
     r"population_vector.rates must be \(n,\) or \(samples, n\)"),
    (lambda: LinearDecoder(noise=-1.0), ValueError, "LinearDecoder.noise must be zero or positive"),
    (lambda: LinearDecoder().decode([1.0]), ValueError, "needs fit"),
    (lambda: LinearDecoder().fit([1.0, 2.0], [1.0, 2.0]), ValueError,
     r"LinearDecoder.rates must be of shape \(samples, n\)"),
    (lambda: LinearDecoder().fit(np.ones((3, 2)), np.ones(2)), ValueError,
     r"LinearDecoder.targets must be of shape \(3,\) or \(3, d\)"),
    (lambda: LinearDecoder().fit(np.ones((3, 2)), [1.0, np.nan, 0.0]), ValueError, "LinearDecoder.targets"),
    (lambda: LinearDecoder().fit(np.ones((3, 2)), np.ones(3)).decode(np.ones(3)), ValueError,
     r"LinearDecoder.rates must be \(2,\)"),
    (lambda: PhaseEncoder().decode([[1.0]]), TypeError, "PhaseEncoder.duration"),
    (lambda: DeltaEncoder().decode([[1.0]], [], [0.0]), ValueError,
     "DeltaEncoder.off must be as many trains as there are ON units, 1"),
    (lambda: LatencyEncoder().value(-1.0), ValueError, "LatencyEncoder.latency must be zero or positive"),
    (lambda: LatencyEncoder().latency(1.5), ValueError, "LatencyEncoder.x must be from 0 to 1"),
])
def test_bad_input(call, error, message):
    with pytest.raises(error, match=message):
        call()
