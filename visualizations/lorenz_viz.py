"""Lorenz attractor: 2,000 spiking neurons follow a chaotic equation through their recurrent connections."""

import numpy as np
from _slide import plt, present

from spikingnn import FirstOrderSynapse, LIFGroup, Network, SpikeMonitor
from spikingnn.nef import connect, decoded
from spikingnn.plotting import BLUE, GREEN, ORANGE

N, RADIUS, DT = 2000, 60.0, 0.1         # neurons; length of the longest vectors; ms
TAU, READ = 100.0, 20.0                 # ms    recurrent synapse; filter of the decoded vector
SIGMA, RHO, BETA = 10.0, 28.0, 8 / 3    # dimensionless; one unit of time is 1 s
DURATION, SHOWN = 12_000, (4000, 4400)  # ms    of the run; of the raster


def flow(x):
    """dx/dt in 1/s of (m, 3) vectors; the third component is z - RHO, so that all are around zero."""
    a, b, c = x.T
    return np.stack([SIGMA * (b - a), -a * c - b, a * b - BETA * (c + RHO)], axis=1)


def draw(seed):
    group = LIFGroup(N, dimensions=3, radius=RADIUS, max_rates=(200.0, 400.0), seed=seed)
    loop = connect(group, group, lambda x: x + TAU / 1000 * flow(x), synapse=FirstOrderSynapse(TAU), delay=1.0)
    spikes = SpikeMonitor(group)
    network = Network(group, loop, spikes, dt=DT, seed=seed)
    kick = np.zeros((DURATION, 3))
    kick[:100] = 20.0
    network.run(DURATION, inputs={group: group.current(kick)})
    t, x = decoded(spikes, group.decoders(), READ, every=1.0)
    x[:, 2] += RHO

    figure = plt.figure()
    figure.suptitle("A population computes the Lorenz attractor in spikes")
    grid = figure.add_gridspec(3, 2, width_ratios=[3, 4])
    attractor = figure.add_subplot(grid[:, 0])
    attractor.plot(x[1000:, 0], x[1000:, 2], color=BLUE, linewidth=0.8)
    attractor.set(xlabel="x", ylabel="z", title="decoded from spikes, 11 s")
    raster = figure.add_subplot(grid[0, 1])
    cells = np.argsort(-group.encoders[:, 0])[:40]              # the 40 whose directions are nearest to +x
    row = np.full(N, -1)
    row[cells] = np.arange(cells.size)
    seen = (row[spikes.i] >= 0) & (spikes.t >= SHOWN[0]) & (spikes.t < SHOWN[1])
    raster.plot(spikes.t[seen] / 1000, row[spikes.i[seen]], "|", color="black", markersize=4)
    raster.set(ylabel="neuron", title="40 neurons that prefer +x", xlim=np.array(SHOWN) / 1000)
    trace = figure.add_subplot(grid[1, 1])
    for values, colour, name in zip(x.T, (BLUE, ORANGE, GREEN), "xyz"):
        trace.plot(t / 1000, values, color=colour, linewidth=1.2, label=name)
    trace.axvspan(SHOWN[0] / 1000, SHOWN[1] / 1000, color="0.9")
    trace.set(ylabel="decoded", xlim=(1, DURATION / 1000)), trace.legend(ncols=3, loc="lower right")
    peaks = x[1:-1, 2][(x[1:-1, 2] > x[:-2, 2]) & (x[1:-1, 2] > x[2:, 2])]
    return figure


if __name__ == "__main__":
    present(draw)
