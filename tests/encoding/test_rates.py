"""A rate asked for is the rate that comes, whatever the step; trains that are too regular for it say so
once."""

import copy
import warnings

import numpy as np
import pytest

from spikingnn import (BernoulliEncoder, InputGroup, LIFGroup, Network, PoissonEncoder, PopulationEncoder,
                       SpikeMonitor, SynapseGroup)
from spikingnn.encoding import decode_rate
from spikingnn.engine.random import stream_key
from spikingnn.training.encode import Poisson


UNITS, STEPS = 300, 1500
EXPECTED = [0.001, 0.03, 0.3, 0.6, 0.9]         # spikes a step


def deviation(count, p, draws):
    """How many standard errors a binomial count is off."""
    return abs(count - p * draws) / np.sqrt(p * (1 - p) * draws)


@pytest.mark.filterwarnings("ignore:.*too regular")
@pytest.mark.parametrize("dt", [0.1, 1.0])
@pytest.mark.parametrize("p", EXPECTED)
@pytest.mark.parametrize("encoder, stimulus",
                         [(PoissonEncoder, 1.0), (PoissonEncoder, 0.25), (BernoulliEncoder, 1.0),
                          (PopulationEncoder, 0.5)])
def test_the_mean_is_the_rate(encoder, stimulus, p, dt):
    """Of all steps, and of the first ones alone, in which the first random numbers count."""
    rate = 1000.0 * p / dt
    made = encoder(rate, centres=0.5) if encoder is PopulationEncoder else encoder(rate)
    p = p if encoder is PopulationEncoder else p * stimulus
    spikes = made.encode(np.full(UNITS, stimulus), STEPS * dt, dt, seed=5)
    assert deviation(spikes.t.size, p, UNITS * STEPS) < 3
    assert deviation(np.count_nonzero(spikes.t < 9.5 * dt), p, UNITS * 10) < 3


def test_a_rate_per_unit_and_a_stimulus_that_changes():
    rates = np.array([10.0, 200.0, 2000.0])
    rows = np.random.default_rng(0).random((2000, 3))
    spikes = PoissonEncoder(rates).encode(rows, 2000.0, dt=0.1, seed=2)
    p = np.repeat(rows, 10, axis=0) * rates * 1e-4
    error = spikes.count() - p.sum(axis=0)
    assert np.all(np.abs(error) < 3 * np.sqrt((p * (1 - p)).sum(axis=0)))


@pytest.mark.filterwarnings("ignore:.*too regular")
def test_intervals_are_geometric_where_steps_are_coarse():
    """P(interval = k steps) = p (1 - p)^(k - 1), by counts of the first five."""
    trains = PoissonEncoder(600.0).encode(np.ones(200), 2000.0, 1.0, seed=1).trains()
    gaps = np.concatenate([np.diff(np.rint(train)) for train in trains])
    for k in range(1, 6):
        assert deviation(np.count_nonzero(gaps == k), 0.6 * 0.4 ** (k - 1), gaps.size) < 4


def test_the_decoder_inverts_without_bias():
    x = np.full(400, 0.7)
    found = decode_rate(PoissonEncoder(250.0).encode(x, 4000.0, dt=1.0, seed=3), 250.0)
    assert abs(found.mean() - 0.7) < 3 * np.sqrt(0.7 * (1 - 0.175) / 250.0 / 4.0 / 400)


@pytest.mark.parametrize("rate", [0.001, 0.3, 0.9])
def test_the_rate_of_a_training_input(rate):
    spikes = Poisson(rate)(np.ones((50, 40), np.float32), 500, stream_key(0, "x"), np.arange(50))
    assert deviation(spikes.sum(), rate, spikes.size) < 3


# --- too regular, too fast ----------------------------------------------------------------------------------

def warned(run):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        run()
    return [str(each.message) for each in caught]


@pytest.mark.parametrize("make", [PoissonEncoder, PopulationEncoder])
def test_one_warning_that_names_a_step(make):
    encoder = make(5000.0)
    said = warned(lambda: [encoder.encode(0.5, 10.0, seed=1) for _ in range(3)])
    assert len(said) == 1
    assert "max_rate times dt is 0.5 spikes per step: such trains are too regular" in said[0]
    assert "0.05 ms" in said[0]
    assert warned(lambda: make(5000.0).encode(0.5, 10.0, dt=0.05)) == []
    group = InputGroup(4, make(500.0))
    network = Network(group, dt=1.0)
    assert len(warned(lambda: [network.run(10.0, inputs={group: 0.5}) for _ in range(3)])) == 1
    assert len(warned(lambda: [group.step(0.5, 1.0) for _ in range(3)])) == 0
    assert len(warned(lambda: [copy.copy(make([10.0, 400.0])).encode(0.5, 10.0, dt=1.0)])) == 1


@pytest.mark.parametrize("make", [PoissonEncoder, PopulationEncoder])
def test_more_than_a_spike_a_step_is_refused_with_the_step_that_would_do(make):
    with pytest.raises(ValueError,
                       match="at most one spike per step, 10000 Hz at dt = 0.1 ms, got 12000.0; dt = 0.02 ms "
                             "would do"):
        make(12_000.0).encode(0.1, 10.0)


def test_what_the_package_does_by_default_is_silent():
    from spikingnn.datasets import mnist_sample
    from spikingnn.unsupervised import STDPClassifier
    x = mnist_sample().x_train[:30].reshape(30, -1)
    assert warned(lambda: STDPClassifier(20, seed=0).fit(x, np.arange(30) % 3)) == []
    assert warned(lambda: [make().encode(0.5, 20.0, dt) for make in (PoissonEncoder, PopulationEncoder)
                           for dt in (0.1, 1.0)]) == []


def test_a_target_gets_the_charge_that_was_asked_for():
    """The mean current of 200 inputs at 800 Hz and dt = 1 ms, by which networks from other simulators are
    balanced."""
    inputs, cells = InputGroup(200, PoissonEncoder(250.0)), LIFGroup(1)
    spikes = SpikeMonitor(inputs)
    Network(inputs, cells, SynapseGroup(inputs, cells, 0.0), spikes, dt=1.0, seed=4).run(5000.0,
                                                                                         inputs={inputs: 1.0})
    assert deviation(spikes.t.size, 0.25, 200 * 5000) < 3
