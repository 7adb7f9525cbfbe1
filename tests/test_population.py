"""Population coding: tuning curves represent vectors, connections compute functions of them."""

import numpy as np
import pytest
from scipy.signal import lfilter

from spikingnn import FirstOrderLIF, FirstOrderSynapse, LIFGroup, Network, SpikeMonitor
from spikingnn.engine.matrices import Factored
from spikingnn.nef import connect, decoded


DT = 0.1


def represented(n, dimensions, signal, seed, tau=20.0):
    """What a group of n neurons says of a signal (rows of 1 ms), and the signal itself through the same
    filter."""
    group = LIFGroup(n, dimensions=dimensions, seed=seed)
    spikes = SpikeMonitor(group)
    network = Network(group, spikes, dt=DT, seed=seed)
    network.run(len(signal), inputs={group: group.current(signal)})
    _, x = decoded(spikes, group.decoders(dt=DT), tau)
    keep = np.exp(-DT / tau)
    return x[9::10], lfilter([1 - keep], [1, -keep], np.repeat(signal, 10, axis=0), axis=0)[9::10]


def error(x, wanted, skip=100):
    return np.sqrt(np.mean((x[skip:] - wanted[skip:]) ** 2))


def slow_signal(dimensions):
    phase = np.arange(1000)[:, None] * 2 * np.pi / 500 + np.arange(dimensions)
    return 0.8 * np.sin(phase) / np.sqrt(dimensions)


@pytest.mark.parametrize("dimensions", [1, 2, 8])
def test_a_slow_signal_is_represented(dimensions):
    x, wanted = represented(1000, dimensions, slow_signal(dimensions), seed=1)
    assert error(x, wanted) < 0.03


def test_the_error_falls_at_least_with_the_root_of_n():
    """… down to the limit that the filter and the neurons' own lag leave to however many: that part adds in
    squares."""
    sizes = [25, 100, 400]
    limit, *errors = [np.sqrt(np.mean([error(*represented(n, 1, slow_signal(1), seed)) ** 2
                                       for seed in range(4)]))
                      for n in (6400, *sizes)]
    assert limit < 0.01
    slope = np.polyfit(np.log(sizes), np.log(np.sqrt(np.square(errors) - limit ** 2)), 1)[0]
    assert slope <= -0.5


def test_decoders_are_the_ridge_solution():
    group = LIFGroup(40, dimensions=2, seed=3)
    points = np.random.default_rng(0).uniform(-0.7, 0.7, (300, 2))
    d = group.decoders(lambda x: x[:, 0] * x[:, 1], points=points, noise=0.1)
    rates = group.tuning_curves(points)
    penalty = 300 * (0.1 * rates.max()) ** 2
    stacked = np.vstack([rates, np.sqrt(penalty) * np.eye(40)])   # the same problem as one least-squares fit
    expected = np.linalg.lstsq(stacked, np.append(points[:, 0] * points[:, 1], np.zeros(40)), rcond=None)[0]
    np.testing.assert_allclose(d[:, 0], expected, rtol=1e-8, atol=1e-14)


@pytest.mark.parametrize("function, scale", [(None, 0.06), (np.square, 0.06)])
def test_a_connection_computes_a_function(function, scale):
    source, target = LIFGroup(500, dimensions=1, seed=1), LIFGroup(500, dimensions=1, seed=2)
    spikes = SpikeMonitor(target)
    network = Network(source, target, connect(source, target, function), spikes, dt=DT, seed=0)
    for level in (-0.8, 0.0, 0.6):
        network.reset()
        network.run(400, inputs={source: source.current([level])})
        _, x = decoded(spikes, target.decoders(dt=DT), 20.0, every=1.0)
        wanted = level if function is None else function(level)
        assert abs(x[200:].mean() - wanted) < scale


def test_a_product_of_two_dimensions():
    source, target = LIFGroup(800, dimensions=2, seed=1), LIFGroup(400, dimensions=1, seed=2)
    spikes = SpikeMonitor(target)
    network = Network(source, target, connect(source, target, lambda x: x[:, :1] * x[:, 1:]), spikes,
                      dt=DT, seed=0)
    network.run(400, inputs={source: source.current([0.7, -0.6])})
    _, x = decoded(spikes, target.decoders(dt=DT), 20.0, every=1.0)
    assert abs(x[200:].mean() + 0.42) < 0.06


@pytest.mark.parametrize("seed", range(3))
def test_an_integrator_holds_a_value_for_a_second(seed):
    tau, group = 100.0, LIFGroup(1000, dimensions=1, seed=seed)
    spikes = SpikeMonitor(group)
    network = Network(group, connect(group, group, synapse=FirstOrderSynapse(tau)), spikes, dt=DT, seed=seed)
    push = np.zeros((1600, 1))
    push[:500] = tau * 1.2 / 1000           # dx/dt = 1.2 a second for half a second
    network.run(1600, inputs={group: group.current(push)})
    _, x = decoded(spikes, group.decoders(dt=DT), tau, every=1.0)
    held, later = x[575:625].mean(), x[-50:].mean()
    assert abs(held - 0.6) < 0.05 and abs(later / held - 1) < 0.05


def test_an_oscillator_keeps_its_period():
    tau, group, omega = 100.0, LIFGroup(1000, dimensions=2, seed=1), 2 * np.pi * 2.0 / 1000
    turn = np.eye(2) + tau * omega * np.array([[0.0, 1.0], [-1.0, 0.0]])
    spikes = SpikeMonitor(group)
    network = Network(group, connect(group, group, transform=turn, synapse=FirstOrderSynapse(tau)), spikes,
                      dt=DT, seed=0)
    kick = np.zeros((2500, 2))
    kick[:100, 0] = 0.8
    network.run(2500, inputs={group: group.current(kick)})
    _, x = decoded(spikes, group.decoders(dt=DT), tau, every=1.0)
    rising = np.flatnonzero((x[500:-1, 0] < 0) & (x[501:, 0] >= 0))
    period = np.diff(rising[np.insert(np.diff(rising) > 100, 0, True)]).mean()
    assert abs(period - 500) < 40 and np.abs(x[-500:]).max() > 0.3


def test_weights_are_factored_where_that_is_cheaper():
    big, small = LIFGroup(100, dimensions=2, seed=0), LIFGroup(3, dimensions=2, seed=1)
    link, tiny = connect(big, big), connect(small, small)
    Network(big, small, link, tiny, seed=0)
    assert link.network._layout.connection_table.rank.tolist() == [2, 0]
    weight = link._specification.at(0.1).build(100, 100, None, True)
    assert isinstance(weight, Factored)
    expected = 1000 / 5.0 * big.decoders(dt=0.1) @ (big.gain[:, None] * big.encoders).T
    np.testing.assert_allclose(weight.dense(), expected, rtol=1e-12)


def test_errors_are_named():
    plain, tuned = LIFGroup(5), LIFGroup(5, dimensions=2, seed=0)
    with pytest.raises(TypeError, match="a LIFGroup with dimensions"):
        connect(plain, tuned)
    with pytest.raises(ValueError, match="dimensions must be given"):
        plain.decoders()
    with pytest.raises(ValueError, match="the function gives 1 dimensions"):
        Network(tuned, connect(tuned, tuned, lambda x: x[:, :1] * x[:, 1:]), seed=0)
    with pytest.raises(ValueError, match="seed must be given"):
        LIFGroup(5, FirstOrderLIF(), dimensions=1).decoders()
