"""Saved networks: a file that is none, is damaged or is of another network is refused in one line."""

import json
import re

import numpy as np
import pytest

from spikingnn import STDP, FirstOrderSynapse, LIFGroup, Network, SynapseGroup


def small_network(n=3, dt=0.1, tau=5.0):
    part = LIFGroup(n)
    return Network(part, SynapseGroup(part, part, 0.5, FirstOrderSynapse(tau), rule=STDP()), dt=dt, seed=1)


@pytest.fixture
def saved(tmp_path):
    net = small_network()
    net.run(5.0, {net.groups[0]: 3.0})
    net.save(tmp_path / "network.npz")
    return tmp_path / "network.npz"


def damaged(saved, kind):
    data = saved.read_bytes()
    if kind == "truncated":
        saved.write_bytes(data[:len(data) // 2])
    elif kind == "flipped":
        middle = data.index(b"weight.npy") + 160
        saved.write_bytes(data[:middle] + bytes([data[middle] ^ 255]) + data[middle + 1:])
    elif kind == "text":
        saved.write_text("not a network")
    elif kind == "empty":
        saved.write_bytes(b"")
    elif kind == "array":
        with saved.open("wb") as file:
            np.save(file, np.zeros(3))
    elif kind == "foreign":
        np.savez(saved, weights=np.zeros(3))
    elif kind == "pickled":
        np.savez(saved, header=np.array([{"format": "spikingnn.network"}], dtype=object))


@pytest.mark.parametrize("kind", ["truncated", "flipped", "text", "empty", "array", "foreign", "pickled"])
def test_a_file_that_is_no_network_is_refused(saved, kind):
    damaged(saved, kind)
    refused(saved, "network.npz is not a network saved by spikingnn, or is damaged")


def refused(saved, message, **options):
    net = small_network(**options)
    net.run(1.0)
    before = net._layout.state.copy()
    with pytest.raises(ValueError, match=re.escape(message)):
        net.load(saved)
    np.testing.assert_array_equal(net._layout.state, before)
    assert net.t == 10 * net.dt or net.dt != 0.1
    net.run(1.0)


def rewritten(saved, **changes):
    with np.load(saved) as file:
        arrays = dict(file)
    header = {**json.loads(arrays["header"].tobytes()), **changes}
    np.savez(saved, **{**arrays, "header": np.frombuffer(json.dumps(header).encode(), np.uint8)})


def test_a_newer_file_says_so(saved):
    rewritten(saved, version=99)
    refused(saved, "its version is 99, this program reads")


def test_a_file_without_an_array_says_so(saved):
    with np.load(saved) as file:
        arrays = {name: array for name, array in file.items() if name != "synapses.0.weight"}
    np.savez(saved, **arrays)
    refused(saved, "the array 'synapses.0.weight' is missing or of another kind")


@pytest.mark.parametrize("options, part",
                         [(dict(n=4), "groups"), (dict(dt=0.2), "dt"), (dict(tau=6.0), "synapses")])
def test_another_network_is_refused(saved, options, part):
    refused(saved, f"network.npz holds another network: its {part} are", **options)


def test_missing_files_and_folders(tmp_path):
    net = small_network()
    with pytest.raises(FileNotFoundError, match="nowhere.npz"):
        net.load(tmp_path / "nowhere.npz")
    with pytest.raises(FileNotFoundError, match="missing"):
        net.save(tmp_path / "missing" / "network.npz")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ValueError, match="is not a network saved by spikingnn"):
        net.load(tmp_path)


def test_a_save_that_fails_leaves_the_old_file(saved, monkeypatch):
    old = saved.read_bytes()

    def broken(file, **arrays):
        file.write(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(np, "savez", broken)
    with pytest.raises(OSError, match="disk full"):
        small_network().save(saved)
    assert saved.read_bytes() == old and list(saved.parent.iterdir()) == [saved]
