"""Memories in motion: asymmetric delayed weights call up one picture after another, and tired units alternate between two.
Sources: Sompolinsky & Kanter, Phys. Rev. Lett. 57:2861 (1986); Kleinfeld, PNAS 83:9469 (1986)."""
import numpy as np
from _slide import plt, present

from spikingnn import ALIF, Factored, FirstOrderLIF, FirstOrderSynapse, Network, NeuronGroup, SpikeMonitor, SynapseGroup
from spikingnn.datasets import photographs
from spikingnn.memory import binarize
from spikingnn.plotting import COLOURS, image

NAMES = "camera", "astronaut", "chelsea", "coffee", "horse"
GAIN, CUE, TAU = 20.0, 60.0, 10.0       # thresholds, thresholds, ms    field of a stored picture, cue, synapse
STRENGTH, DELAY = 1.5, 50.0             # –, ms    of the weights that lead to the next picture
UNIT = {"tau_m": 10.0, "resistance": 1.0, "v_rest": 0.0, "v_threshold": 1.0, "v_reset": 0.0, "t_refractory": 5.0, "v_floor": -1.0}
LIF, TIRING = FirstOrderLIF(**UNIT), ALIF(**UNIT, tau_threshold=500.0, threshold_step=0.25, noise=0.5)
WINDOW = 12                             # ms    of spikes that make a state


def states(patterns, model, bias, duration, sequence, seed):
    """ON minus OFF spikes of every pixel in the WINDOW before each ms, (steps, n); the cue is the first pattern, for 50 ms."""
    n, spike = patterns.shape[1], GAIN / (LIF.rate(GAIN + bias, 1.0) / 1000 * TAU)
    both = np.concatenate([patterns, -patterns], axis=1)                        # of ON and OFF units
    listens = np.concatenate([np.linalg.pinv(patterns), -np.linalg.pinv(patterns)])     # for how much of each pattern is there
    units = NeuronGroup(2 * n, model)
    parts = [SynapseGroup(units, units, Factored(listens, spike * both), FirstOrderSynapse(TAU))]
    if sequence:
        following = STRENGTH * spike * np.roll(both, -1, axis=0)
        parts.append(SynapseGroup(units, units, Factored(listens, following), FirstOrderSynapse(TAU), delay=DELAY))
    spikes = SpikeMonitor(units)
    network = Network(units, *parts, spikes, dt=1.0, seed=seed)
    units["v"] = np.random.default_rng(seed).random(2 * n)
    network.run(50, inputs={units: bias + CUE * both[0]})
    network.run(duration - 50, inputs={units: bias + (0 if sequence else CUE / 4 * (both[0] + both[1]))})     # the two agree there
    where = np.rint(spikes.t).astype(int) * n + spikes.i % n
    total = np.cumsum(np.bincount(where, np.where(spikes.i < n, 1, -1), duration * n).reshape(duration, n), axis=0)
    return total[WINDOW:] - total[:-WINDOW]


def draw(seed):
    photos = photographs()
    patterns, shape = binarize(photos.images[[photos.names.index(name) for name in NAMES]]), photos.images[0].shape
    figure = plt.figure()
    figure.suptitle("Memories need not stand still")
    for part, sequence, model, bias, duration in zip(figure.subfigures(2, 1), (True, False), (LIF, TIRING), (0.9, 3.0), (540, 2400)):
        z = states(patterns, model, bias, duration, sequence, seed)
        above, below = part.subfigures(2, 1, height_ratios=[1, 1.4])
        ax = below.subplots()
        for frame, end in zip(above.subplots(1, 9), (np.arange(9) + 0.5) / 9 * duration):
            image(frame, z[int(end) - WINDOW].reshape(shape), f"{end:.0f} ms", (-2, 2))
        for overlap, name, colour in zip((np.sign(z) @ patterns.T / z.shape[1]).T, NAMES, COLOURS):
            ax.plot(np.arange(len(z)) + WINDOW, overlap, color=colour, label=name)
        ax.set(xlabel="time (ms)", ylabel="overlap", xlim=(0, duration), ylim=(-0.2, 1.1))
        ax.set_title("each calls up the next" if sequence else "the cue is what two pictures share; tired of one, units try the other")
        ax.legend(loc="center left", bbox_to_anchor=(1, 0.5), labelspacing=0.1)
    return figure


if __name__ == "__main__":
    present(draw)
