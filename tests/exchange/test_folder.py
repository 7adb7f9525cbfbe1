"""A network is rebuilt from its folder alone, by another process, and goes on with the same bits."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

import mixed
import numpy as np
import pytest

from spikingnn import (STDP, AdEx, AllToAll, DeltaSynapse, Equations, Factored, FirstOrderLIF,
                       FirstOrderSynapse, GammaInput, InputGroup, LIFGroup, Network, NeuronGroup,
                       PlasticityRule, PoissonInput, Population, PopulationEncoder, RateMonitor, SpikeMonitor,
                       SpikeSource, StateMonitor, SynapseGroup, WeightMonitor, connect, grid)
from spikingnn.exchange.folder import load_folder, save_folder


PROGRAM = """
import sys, mixed
from spikingnn.exchange.folder import load_folder
network = load_folder(sys.argv[1], classes=[mixed.Eligible, mixed.Depressing])
groups = {group.name: group for group in network.groups}
inputs = mixed.build()[1]
network.run(50.0, {groups[group.name]: values for group, values in inputs.items()})
print(mixed.digest(network))
"""


def by_name(network):
    return {part.name: part for part in (*network.groups, *network.synapses, *network.monitors)}


@pytest.mark.parametrize("before", [0.0, 50.0])
def test_another_process_goes_on_with_the_same_bits(tmp_path, before):
    network, inputs = mixed.build()
    if before:
        network.run(before, inputs)
    for monitor in network.monitors:
        monitor.clear()
    save_folder(network, tmp_path / "net")
    network.run(50.0, inputs)
    paths = [os.path.dirname(mixed.__file__), *filter(None, sys.path)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    done = subprocess.run([sys.executable, "-c", PROGRAM, str(tmp_path / "net")], env=environment,
                          capture_output=True, text=True, check=True)
    assert done.stdout.strip() == mixed.digest(network)


def rebuilt(network, folder, **options):
    save_folder(network, folder)
    return load_folder(folder, **options)


def test_parts_are_as_they_were(tmp_path):
    cells = LIFGroup(16, FirstOrderLIF(tau_m=np.linspace(10, 20, 16)), name="cells",
                     positions=grid((4, 4)))
    source = SpikeSource([[1.0, 3.0], []], name="source")
    plain = SynapseGroup(source, cells[2:6], 0.5 * np.ones((2, 4)), DeltaSynapse(), 1.5, name="plain")
    learned = SynapseGroup(source, cells, AllToAll(0.3), FirstOrderSynapse(np.linspace(2, 5, 16)), 2.0,
                           STDP(w_max=0.7), delay_post=0.4, name="learned")
    own = SynapseGroup(cells, cells[:3], 0.1 * np.ones((16, 3)), DeltaSynapse(),
                       lambda draw, size: 0.1 * draw.integers(1, 9, size), name="own")
    single = SynapseGroup(source, cells, np.full((2, 16), 0.1), DeltaSynapse(), name="single",
                          dtype="float32")
    low = SynapseGroup(cells, cells, Factored(np.ones((16, 1)), np.ones((1, 16)), minus=1.0), name="low")
    monitors = [SpikeMonitor(cells[3:5], "a", ["v"]), RateMonitor(cells, "r"),
                WeightMonitor(learned, 1.0, [1, 3], "w"),
                StateMonitor(cells, "v", [5, 2], 0.5, "float32", "v"), StateMonitor(learned, "y", name="y")]
    network = Network(cells, source, plain, learned, own, single, low, monitors, dt=0.1, seed=3)
    again = rebuilt(network, tmp_path)
    parts = by_name(again)
    assert list(parts) == list(by_name(network))
    np.testing.assert_array_equal(parts["cells"].model.tau_m, cells.model.tau_m)
    np.testing.assert_array_equal(parts["cells"].positions, grid((4, 4)))
    assert [train.tolist() for train in parts["source"].model.trains] == [[1.0, 3.0], []]
    for each in (plain, learned, own, single):
        theirs = parts[each.name]
        assert type(theirs.weight) is type(each.weight) and repr(theirs) == repr(each)
        np.testing.assert_array_equal(theirs.weight, each.weight)
    assert parts["learned"].rule.w_max == 0.7 and parts["learned"].delay_post == 0.4
    network.run(20.0, {cells: 2.0})
    again.run(20.0, {parts["cells"]: 2.0})
    assert by_name(network)["a"].t.size > 0
    for monitor in monitors:
        theirs = parts[monitor.name]
        np.testing.assert_array_equal(theirs.t, monitor.t)
        if hasattr(monitor, "values"):
            assert theirs.values.dtype == monitor.values.dtype
            np.testing.assert_array_equal(theirs.values, monitor.values)
    again.reset()
    again.run(20.0, {parts["cells"]: 2.0})
    np.testing.assert_array_equal(parts["a"].t, by_name(network)["a"].t)


def test_every_kind_of_group(tmp_path):
    groups = [PoissonInput(3, 50.0), GammaInput(2, 10.0, 3.0), Population(20, AdEx(), 2, seed=1),
              LIFGroup(10, dimensions=1, max_rates=np.linspace(50, 99, 10), intercepts=0.2,
                       encoders=[[1.0], [-1.0]]),
              InputGroup(4, PopulationEncoder(50.0, centres=np.arange(4.0) / 4)),
              NeuronGroup(2, Equations("dv/dt = (E - v + 10*I)/tau", "v > 1", "v = 0", E=0.5, tau=[5.0, 8.0],
                                       initial={"v": "0.1*E"}, t_refractory=1.0))]
    network = Network(groups, seed=4)
    again = rebuilt(network, tmp_path)
    inputs = {4: 0.5, 5: 1.0, 3: 0.5}
    network.run(30.0, {groups[k]: value for k, value in inputs.items()})
    again.run(30.0, {again.groups[k]: value for k, value in inputs.items()})
    for ours, theirs in zip(network.groups, again.groups):
        assert repr(ours) == repr(theirs) and ours.name == theirs.name
        np.testing.assert_array_equal(ours.state, theirs.state)
        if ours.tuning:
            np.testing.assert_array_equal(ours.gain, theirs.gain)


def test_functions_between_populations_and_rules_from_text(tmp_path):
    a, b = LIFGroup(30, dimensions=1, seed=0), LIFGroup(30, dimensions=1, seed=1)
    link = connect(a, b, lambda x: x ** 2)
    rule = PlasticityRule("dx/dt = -x/tau", on_pre="x += 1", on_post="w += a*x", tau=20.0, a=0.01)
    spikes = SpikeMonitor(b)
    network = Network(a, b, link, SynapseGroup(a, b, 0.001 * np.ones((30, 30)), rule=rule), spikes, seed=0)
    again = rebuilt(network, tmp_path)
    network.run(50.0, {a: a.current([0.8])})
    again.run(50.0, {again.groups[0]: a.current([0.8])})
    assert spikes.t.size > 50
    np.testing.assert_array_equal(again.monitors[0].t, spikes.t)
    np.testing.assert_array_equal(again.synapses[-1].weight, network.synapses[-1].weight)


@dataclass(frozen=True, eq=False)
class Own(FirstOrderLIF):
    scale: Any = 1.0


def test_classes_of_ones_own(tmp_path):
    network = Network(NeuronGroup(2, Own(scale=2.0)), seed=0)
    save_folder(network, tmp_path)
    with pytest.raises(ValueError, match=r"needs the class Own: load_folder\(folder, classes=\[Own\]\)"):
        load_folder(tmp_path)
    assert load_folder(tmp_path, classes=[Own]).groups[0].model.scale == 2.0


def test_what_no_file_holds(tmp_path):
    network = Network(NeuronGroup(2, Own(scale=abs)), seed=0)
    with pytest.raises(ValueError, match="Own.scale must be a number, a text or an array"):
        save_folder(network, tmp_path)
    assert not list(tmp_path.iterdir())
    with pytest.raises(TypeError, match="save_folder.network must be a Network"):
        save_folder(LIFGroup(2), tmp_path)


# --- hostile and damaged folders ----------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path):
    cells = LIFGroup(4, name="cells")
    save_folder(Network(cells, SynapseGroup(cells, cells, AllToAll(0.5, autapses=False), rule=STDP()),
                        SpikeMonitor(cells), seed=0), tmp_path)
    return tmp_path


def changed(folder, change):
    content = json.loads((folder / "network.json").read_text())
    change(content)
    (folder / "network.json").write_text(json.dumps(content))


def json_with(change):
    return lambda folder: changed(folder, change)


def described(part, key, value):
    return json_with(lambda content: content["network"][part][0].__setitem__(key, value))


SPOILT = {
    "text": lambda folder: (folder / "network.json").write_text("nothing"),
    "array": described("groups", "model", {"class": "FirstOrderLIF", "tau_m": {"array": "../other"}}),
    "deep": lambda folder: (folder / "network.json").write_text("[" * 200_000),
    "number": lambda folder: (folder / "network.json").write_text("3"),
    "empty": lambda folder: (folder / "network.json").write_text(""),
    "version": json_with(lambda content: content.update(version=99)),
    "state": json_with(lambda content: content["state"].update(version=99)),
    "no network": json_with(lambda content: content.pop("network")),
    "class": described("groups", "class", "Popen"),
    "model": described("groups", "model", {"class": "system"}),
    "field": described("groups", "model", {"class": "FirstOrderLIF", "tau_m": "long"}),
    "other field": described("groups", "model", {"class": "FirstOrderLIF", "tau_m": -1.0}),
    "size": described("groups", "n", -4),
    "other size": described("groups", "n", 5),
    "source": described("synapses", "source", [7, 0, 4]),
    "part": described("synapses", "source", [0, 0, 40]),
    "synapse": described("synapses", "synapse", None),
    "rule": described("synapses", "rules", [{"class": "FirstOrderLIF"}]),
    "monitor": described("monitors", "class", "open"),
    "pickle": lambda folder: np.save(folder / "group.0.v.npy", np.array([print] * 4), allow_pickle=True),
    "missing": lambda folder: (folder / "group.0.v.npy").unlink(),
    "more": lambda folder: np.save(folder / "other.npy", np.zeros(3)),
    "cut": lambda folder: os.truncate(folder / "group.0.v.npy", 152),
    "outside": lambda folder: np.save(folder / "synapses.0.post.npy", np.full(12, 9, np.uint32)),
    "negative": lambda folder: np.save(folder / "synapses.0.pre.npy", np.full(12, -1)),
    "nan": lambda folder: np.save(folder / "group.0.v.npy", np.full(4, np.nan)),
    "delay": lambda folder: np.save(folder / "synapses.0.delay.npy", np.zeros(1, np.int64)),
}


@pytest.mark.parametrize("kind", SPOILT)
def test_refused_in_one_line(folder, kind):
    SPOILT[kind](folder)
    with pytest.raises(ValueError) as caught:
        load_folder(folder)
    assert str(folder) in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("n", [10**8, 10**13])
def test_a_group_that_would_fill_the_memory(folder, n):
    described("groups", "n", n)(folder)
    with pytest.raises(MemoryError):
        load_folder(folder, memory_budget=1e6)


def test_a_folder_is_not_written_over(folder):
    with pytest.raises(ValueError, match="save_folder.folder must be a new or empty folder"):
        save_folder(Network(LIFGroup(1), seed=0), folder)
    with pytest.raises(FileNotFoundError):
        load_folder(folder / "missing")


def test_a_link_to_a_device(folder):
    (folder / "network.json").unlink()
    (folder / "network.json").symlink_to("/dev/zero")
    with pytest.raises(ValueError, match="is a device"):
        load_folder(folder)
