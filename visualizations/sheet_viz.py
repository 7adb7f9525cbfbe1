"""A sheet of neurons: noise becomes spots of activity, as inhibition reaches farther than excitation."""

import numpy as np

from spikingnn import (DistanceDelay, DistanceDependent, FirstOrderLIF, FirstOrderSynapse, LIFGroup, Network,
                       SpikeMonitor, SynapseGroup, grid)
from spikingnn.connectivity import Gaussian
from spikingnn.plotting import population_rate, sheet
from spikingnn.plotting.slides import plt, present

SIDE, PERIOD = 60, 1.2                              # neurons; mm    along each edge of the sheet, a torus
EXCITATION = Gaussian(0.06, 0.8), 0.4, FirstOrderSynapse(5.0)       # probability (mm), weight (nA), tau (ms)
INHIBITION = Gaussian(0.15, 0.8), -0.3, FirstOrderSynapse(8.0)
DELAY = DistanceDelay(0.3, offset=1.0, periodic=PERIOD)             # mm/ms; ms
DRIVE, WINDOW, SHOWN = 1.6, 50.0, (0.0, 50.0, 150.0, 550.0)         # nA, ms, ms


def build(seed):
    """Four of five neurons, at random places of the grid, are excitatory."""
    places = np.random.default_rng(seed).permutation(grid((SIDE, SIDE), PERIOD / SIDE))
    neurons = LIFGroup(SIDE * SIDE, FirstOrderLIF(noise=3.0), positions=places)
    n = 4 * SIDE * SIDE // 5
    links = [SynapseGroup(part, neurons, DistanceDependent(kernel, weight, periodic=PERIOD), synapse, DELAY)
             for part, (kernel, weight, synapse) in ((neurons[:n], EXCITATION), (neurons[n:], INHIBITION))]
    spikes = SpikeMonitor(neurons)
    return neurons, links, spikes, Network(neurons, links, spikes, dt=0.2, seed=seed)


def draw(seed):
    neurons, links, spikes, network = build(seed)
    network.run(SHOWN[-1] + WINDOW, inputs={neurons: DRIVE})
    middle = np.argmin(np.abs(neurons.positions - PERIOD / 2).sum(axis=1))
    received = np.concatenate([link.weight.toarray()[:, middle] for link in links])

    figure, axes = plt.subplots(2, 3)
    figure.suptitle("Near excitation and wider inhibition form spots of activity")
    sheet(axes[0, 0], neurons, received, "weight (nA)", (-0.4, 0.4), "RdBu_r", "mm")
    axes[0, 0].set_title("synapses onto one neuron")
    for ax, start in zip(axes.flat[1:5], SHOWN):
        units = spikes.i[(spikes.t >= start) & (spikes.t < start + WINDOW)]
        rate = np.bincount(units, minlength=neurons.n) * 1000.0 / WINDOW
        sheet(ax, neurons, rate, "firing rate (Hz)", (0.0, 150.0), "cividis", "mm")
        ax.set_title(f"{start:.0f} to {start + WINDOW:.0f} ms")
    population_rate(axes[1, 2], spikes, sigma=3.0).set_title("mean of all neurons")
    return figure


if __name__ == "__main__":
    present(draw)
