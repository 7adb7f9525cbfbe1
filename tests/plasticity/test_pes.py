"""Prescribed error sensitivity: a connection learns from the error that a population represents."""

import numpy as np
import pytest

from spikingnn import PES, LIFGroup, Network, RewardSTDP, SpikeMonitor, SpikeSource, SynapseGroup, connect
from spikingnn.nef import decoded


def slow_signal(duration, rng):
    """Twenty sines below 1 Hz that visit all of [-1, 1], one value per ms."""
    t = np.arange(int(duration)) / 1000.0
    x = sum(np.sin(2 * np.pi * (t * f + rng.random())) for f in rng.uniform(0.05, 1.0, 20))
    return np.clip(0.6 * x / x.std(), -1.0, 1.0)


def learned_error(function, rates, n, seed=0):
    """RMSE of what the target represents in ten seconds after learning, at a lag of 25 ms.

    It learns for 150 n ms with each of the rates.
    """
    a, b, error = (LIFGroup(n, dimensions=1, seed=3 * seed + k) for k in range(3))
    learned = connect(a, b, lambda x: 0.0 * x, learning=PES(rates[0]))
    spikes = SpikeMonitor(b)
    net = Network(a, b, error, learned, connect(error, learned), connect(b, error),
                  connect(a, error, function, transform=-1.0), spikes, dt=0.5, seed=seed)
    for k, rate in enumerate(rates):
        learned.rule = PES(rate)
        x = slow_signal(150.0 * n, np.random.default_rng([seed, k]))
        net.run(150.0 * n, inputs={a: a.current(x[:, None])})
    learned.rule = PES(0.0)
    spikes.clear()
    x = slow_signal(10_000.0, np.random.default_rng([seed, 99]))
    net.run(10_000.0, inputs={a: a.current(x[:, None])})
    _, y = decoded(spikes, b.decoders(), tau=20.0)
    wanted = function(np.repeat(x, 2)[:, None])[:, 0]
    return np.sqrt(np.mean((y[-20_000 + 50:, 0] - wanted[:-50])**2))


def test_a_communication_channel_is_learned():
    assert learned_error(lambda x: x, (2e-3, 4e-4), 100) < 0.05


def test_a_square_is_learned():
    """A high rate, then a low one; an untaught connection represents nothing."""
    assert learned_error(lambda x: x * x, (2e-3, 4e-4), 200) < 0.05
    assert learned_error(lambda x: x * x, (0.0,), 20) > 0.25


def test_one_update_is_that_of_the_equation():
    """Two sources with traces x: Δw = −κ·Δt/n·(1000·x/τ)·(1000/τ_synapse)·ε, κ in 1/s."""
    source, target = SpikeSource([[1.0], [2.0]]), LIFGroup(3)
    link = SynapseGroup(source, target, 0.2, rule=PES(0.01, tau=4.0, tau_synapse=8.0, interval=5.0))
    Network(source, target, link).run(5.0, inputs={link: [[0.5, 0.0, -1.0]]})
    x = np.exp(-(4.9 - np.array([1.1, 2.1])) / 4.0)
    change = -0.01 * 0.005 / 2 * (1000.0 * x / 4.0)[:, None] * 1000.0 / 8.0 * np.array([0.5, 0.0, -1.0])
    np.testing.assert_allclose(link.weight - 0.2, change, rtol=1e-9)


def test_what_cannot_be_taught():
    a, b = LIFGroup(5, dimensions=1), LIFGroup(5, dimensions=1)
    with pytest.raises(ValueError, match="connect.target must be a population, or a connection made with"):
        connect(a, connect(a, b))
    source, target = SpikeSource([[1.0]]), LIFGroup(3)
    for signal, message in (((LIFGroup(2), "v"), "signal must be a group of one, or of 3"),
                            ("v", "signal must be a group and"),
                            ((LIFGroup(1), "w"), "signal must be one of")):
        with pytest.raises((ValueError, TypeError), match=message):
            SynapseGroup(source, target, 0.5, rule=RewardSTDP(), signal=signal)
    with pytest.raises(ValueError, match="takes no signal"):
        SynapseGroup(source, target, 0.5, signal=(LIFGroup(1), "v"))
