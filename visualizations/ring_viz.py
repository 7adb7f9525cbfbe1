"""Spatial working memory: a bump of activity on a ring of neurons keeps a direction (Compte et al., 2000)."""

import numpy as np

from spikingnn import (ConductanceSynapse, FirstOrderLIF, Network, NeuronGroup, NMDASynapse, OneToOne,
                       PoissonInput, SpikeMonitor, SynapseGroup)
from spikingnn.plotting import BLUE, ORANGE, raster
from spikingnn.plotting.slides import plt, present

N, SCALE = 512, 4e-3                    # a quarter of the paper's neurons; four times its conductances, in µS
AMPA, GABA, NMDA = ConductanceSynapse(2.0, 0.0), ConductanceSynapse(10.0, -70.0), NMDASynapse(100.0)
WIDTH, STRONG = 18.0, 1.62              # degrees; weight between equal directions, where the mean is 1
BINS, BIN, CUED, STRENGTH = 11, 0.25, 2, 0.3            # s; the bin of the cue at 180 degrees, and its nA
TRIALS, DT, BACKGROUND = 8, 0.25, 1800.0                # ms of a step, Hz of each neuron's random input
ANGLE, TIME, TICKS = np.arange(N) * 360.0 / N, (np.arange(BINS) + 0.5) * BIN, (0, 90, 180, 270, 360)
NEAR = np.exp(-0.5 * ((ANGLE[:, None] - ANGLE + 180.0) % 360.0 - 180.0)**2 / WIDTH**2)


def build(seed):
    """Neighbours on the ring excite each other more than others; all share the same inhibition."""
    ring = NeuronGroup(N, FirstOrderLIF(20.0, 40.0, -70.0, -50.0, -60.0, 2.0))
    others = NeuronGroup(N // 4, FirstOrderLIF(10.0, 50.0, -70.0, -50.0, -60.0, 1.0))
    weak = (1.0 - STRONG * NEAR[0].mean()) / (1.0 - NEAR[0].mean())
    recurrent = ((ring, ring, 0.381 * (weak + (STRONG - weak) * NEAR), NMDA), (ring, others, 0.292, NMDA),
                 (others, ring, 1.336, GABA), (others, others, 1.024, GABA))
    synapses = [SynapseGroup(pre, post, SCALE * g, receptor) for pre, post, g, receptor in recurrent]
    inputs = [PoissonInput(post.n, BACKGROUND) for post in (ring, others)]
    synapses += [SynapseGroup(source, post, OneToOne(g), AMPA)
                 for source, post, g in zip(inputs, (ring, others), (3.1e-3, 2.38e-3))]
    spikes = SpikeMonitor(ring)
    return Network(ring, others, inputs, synapses, spikes, dt=DT, seed=seed), ring, spikes


def draw(seed):
    figure, axes = plt.subplot_mosaic([["spikes", "rate"], ["spikes", "drift"]], width_ratios=[1.5, 1])
    figure.suptitle("A bump of activity remembers a direction after the cue has gone")
    network, ring, spikes = build(seed)
    cue = STRENGTH * (np.arange(BINS) == CUED)[:, None] * NEAR[N // 2]
    for trial in reversed(range(TRIALS)):
        network.reset(keep_weights=True, seed=TRIALS * seed + trial)
        network.run(1000.0 * BIN * BINS, {ring: cue})
        rate = np.histogram2d(spikes.t / 1000.0 // BIN, spikes.i, (range(BINS + 1), range(N + 1)))[0] / BIN
        bump = 180.0 + np.degrees(np.angle(-rate @ np.exp(1j * np.radians(ANGLE))))[CUED:]
        axes["drift"].plot(TIME[CUED:], bump, color="0.6" if trial else BLUE)
    raster(axes["spikes"], spikes.t / 1000.0, ANGLE[spikes.i], "0.2", 2)
    axes["spikes"].plot(TIME[CUED:], bump, color=BLUE, linewidth=4)
    axes["spikes"].axvspan(CUED * BIN, (CUED + 1) * BIN, color=ORANGE, alpha=0.3)
    axes["spikes"].set(title="one trial (orange: cue; blue: mean direction)", xlabel="time (s)")
    axes["spikes"].set(ylabel="preferred direction (°)", xlim=(0, BINS * BIN), ylim=(0, 360), yticks=TICKS)
    for k, colour, name in ((CUED, ORANGE, "cue"), (-1, BLUE, "2 s later"), (CUED - 1, "0.5", "before")):
        axes["rate"].plot(ANGLE[4::8], rate[k].reshape(-1, 8).mean(axis=1), color=colour, label=name)
    axes["rate"].set(xlabel="preferred direction (°)", ylabel="firing rate (Hz)", xticks=TICKS)
    axes["rate"].legend(loc="upper left")
    axes["drift"].set(title=f"{TRIALS} trials: the bump diffuses", xlabel="time (s)", ylabel="direction (°)")
    return figure


if __name__ == "__main__":
    present(draw)
