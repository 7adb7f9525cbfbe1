"""Population coding: tuning curves represent vectors, connections compute functions of them."""

import numpy as np
import pytest
from scipy.signal import lfilter

from spikingnn import (STDP, AdEx, FirstOrderLIF, FirstOrderSynapse, LIFGroup, Network, Population,
                       SpikeMonitor)
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
                                       for seed in range(seeds)]))
                      for n, seeds in ((3200, 1), *((n, 4) for n in sizes))]
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


def frequency(model, seed):
    """Hz of an oscillator of 2 Hz, from its upward crossings of zero."""
    tau, omega = 100.0, 0.004 * np.pi
    group = LIFGroup(800, model, dimensions=2, max_rates=(200.0, 400.0), seed=seed)
    turn = np.eye(2) + tau * omega * np.array([[0.0, 1.0], [-1.0, 0.0]])
    spikes = SpikeMonitor(group)
    loop = connect(group, group, transform=turn, synapse=FirstOrderSynapse(tau))
    network = Network(group, loop, spikes, dt=DT, seed=0)
    kick = np.zeros((2500, 2))
    kick[:100, 0] = 0.5
    network.run(2500, inputs={group: group.current(kick)})
    _, x = decoded(spikes, group.decoders(), tau, every=1.0)
    assert np.abs(x[-500:]).max() > 0.3
    rising = np.flatnonzero((x[500:-1, 0] < 0) & (x[501:, 0] >= 0))
    return 1000.0 / np.diff(rising[np.insert(np.diff(rising) > 100, 0, True)]).mean()


def test_an_oscillator_keeps_its_frequency_thanks_to_the_floor():
    with_floor, without = (frequency(model, seed=1) for model in (None, FirstOrderLIF()))
    assert abs(with_floor / 2.0 - 1.0) < 0.015 and without / with_floor < 0.985


def test_weights_are_factored_where_that_is_cheaper():
    big, small = LIFGroup(100, dimensions=2, seed=0), LIFGroup(3, dimensions=2, seed=1)
    link, tiny = connect(big, big), connect(small, small)
    Network(big, small, link, tiny, seed=0)
    assert link.network._layout.connection_table.rank.tolist() == [2, 0]
    weight = link._specification.at(0.1).build(100, 100, None, True)
    assert isinstance(weight, Factored)
    expected = 1000 / 5.0 * big.decoders(dt=0.1) @ (big.gain[:, None] * big.encoders).T
    np.testing.assert_allclose(weight.dense(), expected, rtol=1e-12)
    np.testing.assert_allclose(link.weight, expected, rtol=1e-12)
    with pytest.raises(ValueError, match="weight is factored"):
        link.weight = expected


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


def test_the_weights_are_public_before_and_after_building():
    a, b = LIFGroup(12, dimensions=2, radius=2.0, seed=0), LIFGroup(9, dimensions=1, radius=3.0, seed=1)
    link = connect(a, b, lambda x: x[:, 0] * x[:, 1], transform=0.5)
    encoded = b.gain[:, None] * b.encoders / 3.0
    for dt in (None, DT):
        if dt:
            Network(a, b, link, dt=dt)
        d = a.decoders(lambda x: 0.5 * x[:, 0] * x[:, 1], dt=dt)
        np.testing.assert_allclose(link.weight, 200.0 * d @ encoded.T, rtol=1e-9, atol=1e-12)


CORNERS = [[1, 1], [1, -1], [-1, 1], [-1, -1]]


def test_corner_encoders_multiply_better_than_random_ones():
    """The tuning curves alone, on the whole square: what is left is the distortion."""
    x = np.random.default_rng(0).uniform(-1.0, 1.0, (1000, 2))
    errors = []
    for encoders in (CORNERS, None):
        found = []
        for seed in range(5):
            group = LIFGroup(200, dimensions=2, encoders=encoders, radius=np.sqrt(2.0), seed=seed)
            estimate = group.tuning_curves(x) @ group.decoders(lambda x: x[:, 0] * x[:, 1])
            found.append(np.sqrt(np.mean((estimate[:, 0] - x.prod(axis=1)) ** 2)))
        errors.append(np.median(found))
    assert errors[0] < 0.01 and errors[0] < 0.75 * errors[1]


def test_slices_of_dimensions():
    """The square of the last dimension enters the first of the target, the mean of the others the second."""
    source, target = LIFGroup(600, dimensions=3, seed=1), LIFGroup(400, dimensions=2, radius=1.5, seed=2)
    links = [connect(source, target, np.square, source_dimensions=-1, target_dimensions=0),
             connect(source, target, transform=[[0.5, 0.5]], source_dimensions=slice(2),
                     target_dimensions=[1])]
    spikes = SpikeMonitor(target)
    network = Network(source, target, links, spikes, dt=DT, seed=0)
    network.run(500, inputs={source: source.current([0.6, 0.2, -0.7])})
    _, x = decoded(spikes, target.decoders(), 20.0, every=1.0)
    np.testing.assert_allclose(x[200:].mean(axis=0), [0.49, 0.4], atol=0.05)


@pytest.mark.parametrize("options, message", [
    (dict(source_dimensions=2), "source_dimensions must be different numbers from 0 to 1"),
    (dict(source_dimensions=[0, 0]), "source_dimensions must be different"),
    (dict(target_dimensions=slice(5, 9)), "target_dimensions must be different"),
    (dict(target_dimensions="x"), "target_dimensions must be different"),
    (dict(solver="lasso"), "connect.solver must be one of"),
    (dict(synapse=None), "connect.synapse must be a FirstOrderSynapse"),
])
def test_impossible_connections_are_refused_at_once(options, message):
    group = LIFGroup(5, dimensions=2, seed=0)
    with pytest.raises(ValueError, match=message):
        connect(group, group, **options)


def test_a_decoded_connection_can_learn():
    """With a rule the weights begin as the decoded ones, compute the same, and change."""
    decoded_values, rule = [], STDP(a_plus=1e-4, a_minus=1e-4, w_min=-20.0, w_max=20.0)
    for given in (None, rule):
        a, b = LIFGroup(100, dimensions=1, seed=1), LIFGroup(80, dimensions=1, seed=2)
        link, spikes = connect(a, b, np.square, rule=given), SpikeMonitor(b)
        network = Network(a, b, link, spikes, dt=DT, seed=0)
        before = np.array(link.weight)
        network.run(400, inputs={a: a.current([0.7])})
        decoded_values.append(decoded(spikes, b.decoders(), 20.0)[1][2000:].mean())
        assert np.array_equal(before, link.weight) == (given is None)
    assert link.weight.shape == (100, 80)
    np.testing.assert_allclose(decoded_values, 0.49, atol=0.06)
    a = LIFGroup(20, dimensions=1, seed=1)
    with pytest.raises(ValueError, match="within the rule's bounds"):
        Network(a, connect(a, a, rule=STDP(w_min=0.0)), dt=DT)


def test_populations_of_another_model_represent_and_connect():
    a = Population(200, AdEx(), dimensions=1, max_rates=(50.0, 100.0), seed=1)
    b = LIFGroup(200, dimensions=1, seed=2)
    spikes = [SpikeMonitor(a), SpikeMonitor(b)]
    network = Network(a, b, connect(a, b, np.square), spikes, dt=DT, seed=0)
    network.run(1500, inputs={a: a.current([-0.7])})
    x, squared = (decoded(each, group.decoders(), 50.0)[1][10_000:].mean()
                  for each, group in zip(spikes, (a, b)))
    assert abs(x + 0.7) < 0.04 and abs(squared - 0.49) < 0.06
