"""What NEST cannot say is refused by name, before anything is built; these tests need no NEST."""

import json
import re

import numpy as np
import pytest

from spikingnn import (STDP, AdEx, AlphaSynapse, ConductanceSynapse, DeltaSynapse, Factored, FirstOrderLIF,
                       FirstOrderSynapse, GammaInput, GradedSynapse, Network, NeuronGroup, SpikeMonitor,
                       SpikeSource, SynapseGroup, TsodyksMarkram)
from spikingnn.exchange.nest import export_nest, read_nest


def cells(n=2, **fields):
    return NeuronGroup(n, FirstOrderLIF(**fields), name="cells")


def joined(synapse, weight=0.1, delay=1.0, target=None, **more):
    source, target = SpikeSource([[1.0], [2.0]], name="source"), target or cells()
    return source, target, SynapseGroup(source, target, weight, synapse, delay, name="syn", **more)


def both(target, *synapses):
    source = SpikeSource([[1.0], [2.0]])
    return source, target, [SynapseGroup(source, target, 0.1, each, 1.0) for each in synapses]


def plastic(rule, synapse=DeltaSynapse(), **more):
    return joined(synapse, weight=0.5 * np.ones((2, 2)), rule=rule, **more)


REFUSED = {
    "AdEx": lambda: [NeuronGroup(2, AdEx(), name="cells")],
    "is of GammaRenewal": lambda: [GammaInput(2, 10.0)],
    "reset='subtract'": lambda: [cells(reset="subtract")],
    "cells has noise": lambda: [cells(noise=1.0)],
    "infinite tau_m": lambda: [cells(tau_m=np.inf)],
    "v_floor and receives currents": lambda: joined(FirstOrderSynapse(5.0), target=cells(v_floor=-70.0)),
    "current and delta synapses at once": lambda: both(cells(), DeltaSynapse(), FirstOrderSynapse(5.0)),
    "3 kinds of conductances": lambda: both(cells(), *[ConductanceSynapse(tau) for tau in (1.0, 2.0, 3.0)]),
    "one of which is tau_m": lambda: both(cells(), *[FirstOrderSynapse(tau) for tau in (1.0, 3.0, 20.0)]),
    "syn has AlphaSynapse": lambda: joined(AlphaSynapse(5.0)),
    "DeltaSynapse.*refractory": lambda: joined(DeltaSynapse("refractory")),
    "delay of one step: .* delay=0.2": lambda: joined(FirstOrderSynapse(5.0), delay=None),
    "syn has Factored weights": lambda: joined(DeltaSynapse(), Factored(np.ones((2, 1)), np.ones((1, 2)))),
    "rule TsodyksMarkram": lambda: plastic(TsodyksMarkram()),
    "rule STDP, TsodyksMarkram": lambda: plastic([STDP(), TsodyksMarkram()]),
    "pairing=nearest": lambda: plastic(STDP(pairing="nearest")),
    "w_min=-1": lambda: plastic(STDP(w_min=-1.0)),
    "w_max=inf": lambda: plastic(STDP(w_max=np.inf)),
    "a_plus=-0.01": lambda: plastic(STDP(a_plus=-0.01)),
}


def refusal(parts, **more):
    network = Network(*parts, seed=0)
    with pytest.raises(ValueError) as caught:
        network.to_nest(**more)
    return str(caught.value)


@pytest.mark.parametrize("message", sorted(REFUSED))
def test_refused_by_name(message):
    said = refusal(REFUSED[message]())
    assert said.startswith("to_nest: ") and "\n" not in said
    assert re.search(message, said), said


def test_graded_synapses():
    source, target = cells(), NeuronGroup(2, FirstOrderLIF(), name="target")
    assert "GradedSynapse" in refusal([source, target, SynapseGroup(source, target, 0.1, GradedSynapse(),
                                                                    name="syn")])


def test_one_tau_minus_per_neuron():
    source, target = SpikeSource([[1.0]]), cells()
    synapses = [SynapseGroup(source, target, [[0.5, 0.5]], DeltaSynapse(), 1.0, STDP(tau_minus=tau))
                for tau in (10.0, 20.0)]
    assert "different tau_minus, [10.0, 20.0]" in refusal([source, target, synapses])


def test_spikes_of_the_first_step_through_plastic_synapses():
    source, target = SpikeSource([[0.0]], name="source"), cells()
    parts = source, target, SynapseGroup(source, target, [[0.5, 0.5]], DeltaSynapse(), 1.0, STDP())
    assert "source has a spike in the first step" in refusal(parts)


def test_what_is_under_way():
    source, target, synapses = joined(FirstOrderSynapse(5.0))
    network = Network(source, target, synapses, seed=0)
    network.run(1.0)
    with pytest.raises(ValueError, match="is at t = 1 ms, with spikes under way; write net.reset"):
        network.to_nest()
    source, target, synapses = joined(FirstOrderSynapse(5.0))
    synapses["s"] = 1.0
    assert "begins with currents" in refusal([source, target, synapses])
    group = cells()
    group["refractory"] = 3.0
    assert "begins refractory" in refusal([group])


def test_record_names_groups():
    assert "record must be a list of groups of the network" in refusal([cells()], record=[cells()])


# --- folders ------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path):
    group = cells(3)
    network = Network(group, SpikeMonitor(group), seed=0)
    export_nest(network, tmp_path, 10.0)
    np.savez(tmp_path / "spikes_0.npz", **{"processes": np.array(2), "0.step": np.array([4, 5]),
                                           "0.unit": np.array([2, 0])})
    written(tmp_path, 4, 1)
    return tmp_path


def written(folder, step, unit):
    np.savez(folder / "spikes_1.npz", **{"processes": np.array(2), "0.step": np.array([step]),
                                         "0.unit": np.array([unit])})


def test_spikes_of_all_processes_are_merged(folder):
    spikes = read_nest(folder)["cells"]
    assert spikes.t.tolist() == [0.4, 0.4, 0.5] and spikes.i.tolist() == [1, 2, 0]
    assert spikes.n == 3 and spikes.duration == 10.0


@pytest.mark.parametrize("spoil", [
    lambda folder: (folder / "network.json").write_text("[1"),
    lambda folder: (folder / "network.json").write_text("[" * 100_000),
    lambda folder: (folder / "network.json").write_text("3"),
    lambda folder: (folder / "network.json").write_text(json.dumps({"format": "other", "version": 1})),
    lambda folder: (folder / "spikes_1.npz").write_bytes(b"PK"),
    lambda folder: np.savez(folder / "spikes_1.npz", processes=np.array(3)),
    lambda folder: written(folder, 4, 3),
    lambda folder: written(folder, -1, 0),
    lambda folder: np.savez(folder / "spikes_1.npz", processes=np.array([object()]), allow_pickle=True)])
def test_damaged_folders(folder, spoil):
    spoil(folder)
    with pytest.raises(ValueError, match="is no folder of export_nest that was run, or is damaged") as caught:
        read_nest(folder)
    assert "\n" not in str(caught.value)


def test_a_process_is_missing(folder):
    (folder / "spikes_1.npz").unlink()
    with pytest.raises(FileNotFoundError, match="spikes_1.npz"):
        read_nest(folder)
