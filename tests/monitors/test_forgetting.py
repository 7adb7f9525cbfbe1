"""Recordings of a network that runs on: what is old is forgotten."""

import numpy as np

from spikingnn import LIFGroup, Network, SpikeMonitor, StateMonitor


def test_what_is_old_is_forgotten():
    """A network that runs on keeps what is recent; times and values stay together."""
    neurons = LIFGroup(3)
    spikes, v = SpikeMonitor(neurons, states=["v"]), StateMonitor(neurons, "v", every=1.0)
    network = Network(neurons, spikes, v, dt=0.1, seed=0)
    network.run(200.0, inputs={neurons: [2.0, 2.5, 3.0]})
    t, i, sampled, values = spikes.t.copy(), spikes.i.copy(), v.t.copy(), v.values.copy()
    border = float(t[5])
    spikes.forget_before(border)
    v.forget_before(border)
    assert spikes.t.tolist() == t[t >= border].tolist() and spikes.i.tolist() == i[t >= border].tolist()
    assert spikes.t[0] == border and len(spikes["v"]) == len(spikes.t)
    assert v.t.tolist() == sampled[sampled >= border].tolist()
    assert np.array_equal(v.values, values[sampled >= border])
    network.run(100.0, inputs={neurons: [2.0, 2.5, 3.0]})
    assert spikes.t[0] == border and spikes.t[-1] > 200.0 and v.t[-1] == 300.0
    spikes.forget_before(1e6)
    assert spikes.t.size == 0


def held_by(monitor):
    return sum(array.nbytes for part in monitor._parts for array in part)


def test_bytes_are_counted_while_spikes_come_and_go():
    neurons = LIFGroup(5)
    whole, part = SpikeMonitor(neurons, states=["v"]), SpikeMonitor(neurons[1:3])
    network = Network(neurons, whole, part, dt=0.1, seed=0)

    def assert_counted():
        assert [each.n_bytes() for each in (whole, part)] == [held_by(whole), held_by(part)]

    for _ in range(3):
        network.run(50.0, inputs={neurons: [2.0, 2.5, 3.0, 3.5, 4.0]})
        assert_counted()
    assert part.n_bytes() > 0 and whole.t.size
    assert_counted()
    whole.forget_before(60.0)
    part.forget_from(1000)
    assert_counted()
    whole.clear()
    assert_counted()
    assert whole.n_bytes() == 0
