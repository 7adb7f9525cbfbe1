"""The workloads as plain numbers, so that every simulator is given the same ones.

Units are those of spikingnn: ms, mV, nA, MOhm, uS, Hz. Imports NumPy only, for it is read by interpreters
where spikingnn is not installed.
"""
from pathlib import Path
from types import SimpleNamespace

import numpy as np


# Brunel (2000), model A: sparsely connected excitatory and inhibitory LIF neurons with delta synapses.
BRUNEL = SimpleNamespace(
    dt=0.1, n_excitatory=10_000, n_inhibitory=2_500, in_excitatory=1_000, in_inhibitory=250, weight=0.1,
    g=5.0,
    tau_m=20.0, v_rest=0.0, v_threshold=20.0, v_reset=10.0, t_refractory=2.0, delay=1.5, max_delay_steps=29,
    eta=2.0, external_inputs=1_000, warm_up=200.0, duration=1000.0)
# The rate that would just reach threshold, times eta: 20 Hz for each of a neuron's 1,000 external inputs.
BRUNEL.external_rate = (1000.0 * BRUNEL.eta * BRUNEL.v_threshold
                        / (BRUNEL.weight * BRUNEL.external_inputs * BRUNEL.tau_m))

# Vogels & Abbott (2005) with current-based synapses, in the parameters of Brian2's example "CUBA".
CUBA = SimpleNamespace(
    dt=0.1, n_excitatory=3_200, n_inhibitory=800, probability=0.02, tau_m=20.0, tau_excitatory=5.0,
    tau_inhibitory=10.0,
    v_rest=-49.0, v_threshold=-50.0, v_reset=-60.0, t_refractory=5.0,
    weight_excitatory=60 * 0.27 / 10, weight_inhibitory=-20 * 4.5 / 10, warm_up=0.0, duration=5000.0)

# Song, Miller & Abbott (2000), with the parameters of Brian2's example "STDP"; conductances per leak.
STDP = SimpleNamespace(
    dt=0.1, n_inputs=1_000, rate=15.0, tau_m=10.0, v_rest=-74.0, v_threshold=-54.0, v_reset=-60.0,
    tau_synapse=5.0, reversal=0.0, tau_plus=20.0, tau_minus=20.0, w_max=0.01, a_plus=0.01 * 0.01,
    a_minus=1.05 * 0.01 * 0.01,
    duration=100_000.0)

# Uncoupled LIF neurons, each with a constant current of its own that makes it fire at 17 to 23 Hz.
POPULATION = SimpleNamespace(
    dt=0.1, tau_m=20.0, resistance=10.0, v_rest=-65.0, v_threshold=-50.0, v_reset=-65.0, t_refractory=2.0,
    lowest_current=1.60, highest_current=1.72, neuron_steps=500_000_000)

# Diehl & Cook (2015): a layer that learns digits, with delta synapses, the trace rule Δw = eta·x·(1 - w) and
# normalisation; mV above rest.
LAYER = SimpleNamespace(
    dt=1.0, n_inputs=784, n=400, images=100, steps=350, max_rate=63.75, tau_m=100.0, v_threshold=13.0,
    v_floor=-17.0, t_refractory=5.0,
    threshold_step=0.05, tau_threshold=1e7, excitation=20.0, inhibition=17.0, tau_inhibitory=10.0,
    t_refractory_inhibitory=2.0,
    eta=0.01, tau_trace=20.0, total=78.4)
# brings BindsNET's spikes a picture to ours, see stdp_layer.py
LAYER.bindsnet_threshold = {"winner": 25.5, "pair": 19.5}

# One step of training by back-propagation through time: 784-256-10 leaky units, spikes as input,
# cross-entropy on spike counts, Adam.
TRAINING = SimpleNamespace(sizes=(784, 256, 10), batch=128, decay=0.9, threshold=1.0, rate=1e-3, warm_up=3,
                           repeats=7)


# The configuration mnist-cnn: (shape, gain) of the weights, kernels as (height · width · channels, outputs).
CONVOLUTION = SimpleNamespace(
    batch=128, steps=4, decay=0.7, threshold=1.0, dropout=0.2, rate=3e-3, warm_up=3, repeats=3,
    weights=(((25, 32), 2.0), ((288, 64), 2.0), ((3136, 256), 2.0), ((256, 10), 1.0)))


def training_case(case):
    """(steps, density of the input) of a case of training_step.py such as "T25-10%"."""
    steps, density = case.removeprefix("T").removesuffix("%").split("-")
    return int(steps), float(density) / 100.0


def training_data(case):
    """(spikes (T, B, 784) of booleans, labels (B,), the weights of both layers) for everyone."""
    p, (steps, density), rng = TRAINING, training_case(case), np.random.default_rng(6)
    spikes = rng.random((steps, p.batch, p.sizes[0])) < density
    gains = 0.6 / np.sqrt(density), 2.0
    weights = [gain * rng.uniform(-1, 1, shape) * np.sqrt(3.0 / shape[0])
               for gain, shape in zip(gains, (p.sizes[:2], p.sizes[1:]))]
    return spikes, rng.integers(0, p.sizes[-1], p.batch), weights


def convolution_data():
    """(the first digits of the bundled sample (B, 28, 28, 1), labels, the weights of the four layers)."""
    p, rng = CONVOLUTION, np.random.default_rng(7)
    with np.load(Path(__file__).resolve().parent.parent / "data" / "mnist_1500.npz") as file:
        pictures, labels = file["x_train"][:p.batch] / 255.0, file["y_train"][:p.batch]
    weights = [gain * rng.uniform(-1, 1, shape) * np.sqrt(3.0 / shape[0]) for shape, gain in p.weights]
    return pictures.reshape(-1, 28, 28, 1), labels.astype(np.int64), weights


def initial_weights():
    """The 1,000 weights STDP starts from: uniform between zero and the maximum."""
    return np.random.default_rng(1).uniform(0.0, STDP.w_max, STDP.n_inputs)


def layer_pictures():
    """The first digits of the bundled MNIST sample, (images, 784) in [0, 1]."""
    with np.load(Path(__file__).resolve().parent.parent / "data" / "mnist_1500.npz") as file:
        return file["x_train"][:LAYER.images].reshape(LAYER.images, -1) / 255.0


def layer_weights():
    """The weights (784, 400) the layer starts from: uniform, those of each neuron scaled to the sum that the
    rule keeps."""
    weights = np.random.default_rng(4).random((LAYER.n_inputs, LAYER.n))
    return weights * LAYER.total / weights.sum(axis=0)


def cuba_connections():
    """The pairs (source, target) of CUBA, excitatory then inhibitory, sources counted from 0 within their
    population.

    One draw for everyone: between draws of the network the rate differs by a tenth, between simulators of one
    draw it does not.
    """
    p, rng = CUBA, np.random.default_rng(2)
    return [np.nonzero(rng.random((n, p.n_excitatory + p.n_inhibitory)) < p.probability)
            for n in (p.n_excitatory, p.n_inhibitory)]


def cuba_initial_v():
    """Membrane potentials of CUBA at the start: uniform between reset and threshold."""
    p = CUBA
    return np.random.default_rng(2).uniform(p.v_reset, p.v_threshold, p.n_excitatory + p.n_inhibitory)


def population_size(case):
    """The number of neurons of a case of population.py."""
    return 1 if case == "one" else int(case)


def population_start(n):
    """Potentials at the start and constant currents of n uncoupled neurons."""
    p, rng = POPULATION, np.random.default_rng(3)
    return rng.uniform(p.v_reset, p.v_threshold, n), rng.uniform(p.lowest_current, p.highest_current, n)


def population_duration(n):
    """Milliseconds to simulate, so that n times the steps is about the same work for every n but the very
    small."""
    p = POPULATION
    return min(max(50.0, round(p.neuron_steps / n) * p.dt), 100_000.0)


def fifths(weights):
    """How many weights lie in each fifth of the range: bimodal when both outer ones hold more than any inner
    one."""
    return np.histogram(np.asarray(weights, float), bins=5, range=(0.0, STDP.w_max))[0].tolist()
