"""Spike files and event cameras."""

import os
import struct
from pathlib import Path

import numpy as np
import pytest

from spikingnn import LIFGroup, Network, SpikeMonitor
from spikingnn.exchange.events import Events, read_nmnist, read_spikes, write_spikes
from spikingnn.spikes import Spikes
from spikingnn.training import Dense, Flatten, Frames, LIFLayer, Mean, Model, Trainer


@pytest.mark.parametrize("suffix", ["csv", "npz"])
def test_spikes_survive(suffix, tmp_path):
    group = LIFGroup(5)
    monitor = SpikeMonitor(group)
    Network(group, monitor, dt=0.3).run(60.0, inputs={group: [0.0, 2.0, 3.0, 4.0, 5.0]})
    write_spikes(tmp_path / f"spikes.{suffix}", monitor)
    again = read_spikes(tmp_path / f"spikes.{suffix}")
    np.testing.assert_array_equal(again.t, monitor.t)
    np.testing.assert_array_equal(again.i, monitor.i)
    assert (again.n, again.dt, again.duration) == (5, 0.3, 60.0) and len(again.t) > 5


@pytest.mark.parametrize("content", [
    "", "a,b\n1,2\n", "time (ms),unit,n=2,dt=0.1,duration=5\n0.1,7\n", "time (ms),unit,n=2\n0.1,1\n",
    "time (ms),unit,n=2,dt=0.1,duration=5\nnan,0\n", "time (ms),unit,n=2,dt=-1,duration=5\n1,0\n"])
def test_foreign_text_is_refused(content, tmp_path):
    (tmp_path / "spikes.csv").write_text(content)
    with pytest.raises(ValueError, match="spikes.csv holds no spikes as write_spikes writes them"):
        read_spikes(tmp_path / "spikes.csv")


def test_other_endings_and_objects_are_refused(tmp_path):
    with pytest.raises(ValueError, match=r"write_spikes.path must be one of '.csv', '.npz'"):
        write_spikes(tmp_path / "spikes.txt", Spikes([1], [0], 1, 0.1, 1.0))
    np.savez(tmp_path / "spikes.npz", t=np.array([object()]))
    with pytest.raises(ValueError, match="spikes.npz"):
        read_spikes(tmp_path / "spikes.npz")


def recording(events):
    """The bytes of an N-MNIST file: x, y, then polarity and 23 bits of µs."""
    return b"".join(struct.pack("BB", x, y) + ((polarity << 23) | t).to_bytes(3, "big")
                    for x, y, t, polarity in events)


def test_nmnist_by_hand(tmp_path):
    (tmp_path / "a.bin").write_bytes(recording([(3, 4, 0, 1), (33, 0, 70_000, 0), (3, 4, 310_001, 1)]))
    events = read_nmnist(tmp_path / "a.bin")
    assert events.x.tolist() == [3, 33, 3] and events.y.tolist() == [4, 0, 4]
    assert events.t.tolist() == [0.0, 70.0, 310.001] and events.polarity.tolist() == [True, False, True]
    frames = events.frames(3, duration=300.0)
    assert frames.sum() == 2 and frames[0, 4, 3, 1] == 1 and frames[0, 0, 33, 0] == 1
    source = events.to_spike_source()
    assert source.n == 34 * 34 * 2 and len(source.model.trains[(4 * 34 + 3) * 2 + 1]) == 2


@pytest.mark.parametrize("content", [
    b"", b"1234", recording([(40, 0, 0, 0)]), recording([(0, 0, 9, 0), (0, 0, 3, 0)])])
def test_what_is_no_recording_is_refused(content, tmp_path):
    (tmp_path / "a.bin").write_bytes(content)
    with pytest.raises(ValueError, match="a.bin is no N-MNIST recording"):
        read_nmnist(tmp_path / "a.bin")


@pytest.mark.skipif("SPIKINGNN_DATA" not in os.environ, reason="SPIKINGNN_DATA names no folder of data sets")
def test_the_published_sample():
    events = read_nmnist(Path(os.environ["SPIKINGNN_DATA"], "nmnist", "sample_nmnist.bin"))
    assert events.count == 4325 and events.t[0] == 0.654
    assert events.t[-1] < 316.0                                         # three saccades of 105 ms
    assert events.frames(10).sum() == 4325


def test_frames_train_a_model():
    """A point that moves to the right or to the left: the mean picture is the same, the order tells."""
    t, right = np.linspace(0, 99, 34), np.arange(34)
    films = [Events(x, np.full(34, 5), t, np.ones(34), (34, 34)).frames(4, 100.0)
             for x in (right, right[::-1])]
    x, y = np.stack(films * 16), np.array([0, 1] * 16)
    layers = [Flatten(), Dense(20, gain=10.0), LIFLayer(0.8, width=2.0), Mean(), Dense(2)]
    model = Model(layers, shape=(34, 34, 2), steps=4)
    trainer = Trainer(model, epochs=15, batch=8, encoding=Frames()).fit(x, y, progress=False)
    assert trainer.history[-1]["accuracy"] == 1.0
    with pytest.raises(ValueError, match=r"Frames.x must be of shape \(samples, 3 steps"):
        Frames()(x, steps=3)


@pytest.mark.parametrize("changes, message", [
    ({"x": [0, 2]}, "Events.x must be whole numbers from 0 to 1"),
    ({"t": [1.0, 0.5]}, "Events.t must be times"),
    ({"y": [0]}, "Events.y must be one value per event"), ({"t": [0.0, np.nan]}, "Events.t")])
def test_bad_events(changes, message):
    values = {"x": [0, 1], "y": [0, 0], "t": [0.0, 1.0], "polarity": [0, 1], "shape": (1, 2)} | changes
    with pytest.raises(ValueError, match=message):
        Events(**values)
