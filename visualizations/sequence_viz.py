"""Sequences and alternation: delayed weights recall one picture after another, adaptation alternates two."""

import numpy as np
from scipy.signal import lfilter

from spikingnn import (ALIF, Factored, FirstOrderLIF, FirstOrderSynapse, Network, NeuronGroup, SpikeMonitor,
                       SynapseGroup)
from spikingnn.datasets import photographs
from spikingnn.memory import binarize
from spikingnn.plotting import COLOURS, image
from spikingnn.plotting.slides import plt, present

COUNT, WINDOW = 5, 12                   # –, ms    stored pictures; spikes that make a state
GAIN, CUE, TAU = 20.0, 60.0, 10.0       # thresholds, thresholds, ms    field of a picture, cue, synapse
STRENGTH, DELAY = 1.5, 50.0             # –, ms    of the weights to the next picture
LIF = FirstOrderLIF(10.0, 1.0, v_rest=0.0, v_threshold=1.0, v_reset=0.0, t_refractory=5.0, v_floor=-1.0)
ADAPTIVE = ALIF(**vars(LIF) | {"tau_threshold": 500.0, "threshold_step": 0.25, "noise": 0.5})


def states(patterns, model, bias, duration, sequence, seed):    # Sompolinsky & Kanter 1986; Kleinfeld 1986
    """ON minus OFF spikes per pixel in the WINDOW before each ms, (steps, n); the first cue is pattern 0."""
    n, spike = patterns.shape[1], GAIN / (LIF.rate(GAIN + bias, 1.0) / 1000 * TAU)
    both, units = np.concatenate([patterns, -patterns], axis=1), NeuronGroup(2 * n, model)    # ON and OFF
    listens = 2 * np.linalg.pinv(both)                          # how much of each pattern is present
    parts = [SynapseGroup(units, units, Factored(listens, spike * both), FirstOrderSynapse(TAU))]
    if sequence:
        following = Factored(listens, STRENGTH * spike * np.roll(both, -1, axis=0))
        parts.append(SynapseGroup(units, units, following, FirstOrderSynapse(TAU), delay=DELAY))
    spikes = SpikeMonitor(units)
    network = Network(units, *parts, spikes, dt=1.0, seed=seed)
    units["v"] = np.random.default_rng(seed).random(2 * n)
    network.run(50, inputs={units: bias + CUE * both[0]})
    network.run(duration - 50, inputs={units: bias + (0 if sequence else CUE / 4 * (both[0] + both[1]))})
    signed = np.zeros((duration, n))
    np.add.at(signed, (np.rint(spikes.t).astype(int), spikes.i % n), np.where(spikes.i < n, 1, -1))
    return lfilter(np.ones(WINDOW), 1.0, signed, axis=0)[WINDOW:]


def draw(seed):
    photos, figure = photographs(), plt.figure()
    patterns = binarize(photos.images[:COUNT])
    figure.suptitle("Stored pictures can follow one another or alternate")
    cases = {"delayed weights to the next picture": (LIF, 0.9, 540, True),
             "adaptive thresholds, ambiguous cue": (ADAPTIVE, 3.0, 2400, False)}
    for part, (title, case) in zip(figure.subfigures(2, 1), cases.items()):
        z, duration = states(patterns, *case, seed), case[2]
        above, below = part.subfigures(2, 1, height_ratios=[1, 2.1])
        for frame, end in zip(above.subplots(1, 9), (np.arange(9) + 0.5) / 9 * duration):
            image(frame, z[int(end) - WINDOW].reshape(photos.images[0].shape), f"{end:.0f} ms", (-2, 2))
        ax, overlaps = below.subplots(), np.sign(z) @ patterns.T / z.shape[1]
        for overlap, name, colour in zip(overlaps.T, photos.names, COLOURS):
            ax.plot(np.arange(len(z)) + WINDOW, overlap, color=colour, label=name)
        ax.set(xlabel="time (ms)", ylabel="overlap", xlim=(0, duration), ylim=(-0.4, 1.15), title=title)
        ax.legend(loc="center left", bbox_to_anchor=(1, 0.5), labelspacing=0.1)
    return figure


if __name__ == "__main__":
    present(draw)
