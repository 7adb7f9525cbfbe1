"""Digests of twenty networks, a training run, a recall and an STDP layer: equal before and after a change
that keeps all bits.

    python benchmarks/digests.py [--json FILE]

Each line is a name and the SHA-256 of the spikes, states and weights that the run leaves. They depend on the
processor's math library, so compare two versions on one machine.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import warnings

import numpy as np
import scipy.sparse

import spikingnn as snn

RULES = {
    "stdp": snn.STDP(a_plus=0.01, a_minus=0.012), "nearest": snn.NearestSTDP(), "triplet": snn.TripletSTDP(),
    "power_law": snn.PowerLawSTDP(), "reward": snn.RewardSTDP(), "hebbian": snn.Hebbian(), "oja": snn.Oja(),
    "bcm": snn.BCM(),
    "inhibitory": snn.InhibitorySTDP(), "diehl_cook": snn.DiehlCook(),
    "tsodyks_markram": snn.TsodyksMarkram(),
}
NEURONS = {
    "lif": (snn.FirstOrderLIF(noise=2.0), 2.0), "alif": (snn.ALIF(), 2.5),
    "adaptive_current": (snn.AdaptiveCurrentLIF(), 2.5),
    "exponential": (snn.ExponentialIF(), 2.0), "adex": (snn.AdEx(), 1.0),
    "izhikevich": (snn.Izhikevich(), 10.0),
    "hodgkin_huxley": (snn.HodgkinHuxley(), 10.0),
}


def digest(*arrays):
    """A short name for the exact contents of `arrays`."""
    total = hashlib.sha256()
    for array in arrays:
        array = array.toarray() if scipy.sparse.issparse(array) else np.ascontiguousarray(array)
        total.update(str((array.dtype, array.shape)).encode() + array.tobytes())
    return total.hexdigest()[:16]


def neuron(model, current):
    """Twenty neurons of one model under a ramp of currents, coupled through exponential synapses with drawn
    delays."""
    group = snn.NeuronGroup(20, model)
    coupling = snn.SynapseGroup(group, group, snn.FixedProbability(0.3, 0.1),
                                delay=lambda rng, size: rng.uniform(0.5, 3.0, size))
    spikes, state = snn.SpikeMonitor(group), snn.StateMonitor(group, model.states[0], every=1.0)
    network = snn.Network(group, coupling, spikes, state, dt=0.1, seed=5)
    network.run(300.0, inputs={group: np.linspace(0.5, 1.5, 20) * current})
    return digest(spikes.t, spikes.i, state.values, group.state)


def learning(rule, sparse):
    """Thirty Poisson units onto ten neurons through a plastic connection."""
    inputs, group = snn.InputGroup(30, snn.PoissonEncoder(max_rate=60.0)), snn.LIFGroup(10)
    weight = np.random.default_rng(1).uniform(0.2, 0.6, (30, 10))
    if sparse:
        weight = scipy.sparse.csr_array(weight * (np.random.default_rng(2).random((30, 10)) < 0.4))
    plastic = snn.SynapseGroup(inputs, group, weight, delay=1.5, rule=rule)
    spikes = snn.SpikeMonitor(group)
    network = snn.Network(inputs, group, plastic, spikes, dt=0.1, seed=7)
    network.run(500.0, inputs={inputs: 0.8})
    return digest(spikes.t, spikes.i, plastic.weight, group.state)


def balanced(synapse, weight_e, weight_i):
    """Excitation and inhibition among 500 neurons, through any synapse, with spikes in flight between two
    runs."""
    e, i = snn.LIFGroup(400), snn.LIFGroup(100)
    links = [snn.SynapseGroup(a, b, snn.FixedProbability(0.1, w), synapse=s, delay=1.5)
             for a, w, s in ((e, weight_e, synapse[0]), (i, weight_i, synapse[1])) for b in (e, i)]
    spikes = snn.SpikeMonitor(e)
    network = snn.Network(e, i, *links, spikes, dt=0.1, seed=3)
    for part in (70.3, 129.7):
        network.run(part, inputs={e: 2.0, i: 1.8})
    return digest(spikes.t, spikes.i, e.state, i.state)


def networks():
    """name -> digest of each of the networks."""
    found = {f"neuron {name}": neuron(*given) for name, given in NEURONS.items()}
    found |= {f"rule {name} {'sparse' if k % 2 else 'dense'}": learning(rule, k % 2)
              for k, (name, rule) in enumerate(RULES.items())}
    found["balanced currents"] = balanced((snn.FirstOrderSynapse(5.0), snn.FirstOrderSynapse(10.0)),
                                          0.1, -0.5)
    found["balanced delta"] = balanced((snn.DeltaSynapse(), snn.DeltaSynapse()), 0.2, -1.0)
    found["balanced conductances"] = balanced(
        (snn.ConductanceSynapse(5.0, 0.0), snn.ConductanceSynapse(10.0, -80.0)), 0.001, 0.005)
    encoders = (snn.PoissonEncoder(), snn.LatencyEncoder(), snn.PhaseEncoder(), snn.BurstEncoder(),
                snn.RankOrderEncoder())
    sheets = []
    for encoder in encoders:
        group = snn.InputGroup(50, encoder)
        spikes = snn.SpikeMonitor(group)
        snn.Network(group, spikes, dt=0.5, seed=2).run(200.0, inputs={group: np.linspace(0, 1, 50)})
        sheets += [spikes.t, spikes.i]
    found["encoders"] = digest(*sheets)
    a, b = snn.LIFGroup(80, dimensions=1), snn.LIFGroup(80, dimensions=1)
    spikes = snn.SpikeMonitor(b)
    network = snn.Network(a, b, snn.connect(a, b), spikes, dt=0.1, seed=4)
    network.run(200.0, inputs={a: a.current([0.5])})
    found["population"] = digest(spikes.t, spikes.i)
    return found


def memory():
    """Digests of a binary and a dense recall."""
    patterns = np.where(np.random.default_rng(0).random((8, 144)) < 0.5, -1, 1)
    found = {}
    for rule in ("projection", "hebbian", "dense"):
        memory = snn.HopfieldAssembly(144, rule=rule, seed=0).store(patterns)
        recall = memory.recall(snn.corrupt(patterns[0], flip=0.2, seed=1))
        found[f"recall {rule}"] = digest(recall.spikes.t, recall.spikes.i, recall.rates, recall.energy)
    learnt = snn.HopfieldAssembly(64, seed=0).learn(
        np.where(np.random.default_rng(1).random((3, 64)) < 0.5, -1, 1))
    found["recall learned"] = digest(learnt.recall(learnt.patterns[0]).spikes.t)
    return found


def training():
    """Digest of the parameters after one short run through the command's own configuration."""
    import pathlib
    import subprocess
    import sys
    import tempfile
    with tempfile.TemporaryDirectory() as folder:
        command = ["train", "--config", "mnist-sample", "--set", "training.epochs=2", "--out", folder]
        subprocess.run([sys.executable, "-m", "spikingnn", *command], check=True, capture_output=True)
        sums = {}
        for path in sorted(pathlib.Path(folder).rglob("*.npz")):
            with np.load(path, allow_pickle=False) as arrays:
                weights = [arrays[name] for name in sorted(arrays.files) if arrays[name].dtype.kind == "f"]
                sums[f"training {path.name}"] = digest(*weights)
    return sums


def stdp_layer():
    """Digest of a small classifier without labels."""
    classifier = snn.STDPClassifier(neurons=50, seed=0)
    pictures = np.random.default_rng(0).random((30, 64)) ** 2
    classifier.fit(pictures, np.arange(30) % 3)
    return {"stdp layer": digest(np.asarray(classifier.predict(pictures)))}


def main():
    """Print, and write where asked."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", help="write them to this file, too")
    arguments = parser.parse_args()
    found = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for part in (networks, memory, stdp_layer, training):
            found |= part()
    for name, value in found.items():
        print(f"{value}  {name}")
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as file:
            json.dump(found, file, indent=1)


if __name__ == "__main__":
    main()
