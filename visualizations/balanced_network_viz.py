"""Four regimes of a sparse network: spikes and population rate, as in Brunel (2000)."""

import numpy as np

from spikingnn import (DeltaSynapse, FirstOrderLIF, FixedInDegree, Network, NeuronGroup, RateMonitor,
                       SynapseGroup)
from spikingnn.plotting import BLUE, ORANGE, raster
from spikingnn.plotting.slides import plt, present

EXCITATORY, INHIBITORY, IN_EXCITATORY, IN_INHIBITORY = 8000, 2000, 800, 200     # neurons, synapses per neuron
JUMP, DELAY = 0.125, 1.5                # mV, ms    of an excitatory synapse
TAU, THRESHOLD = 20.0, 20.0             # ms, mV above rest
# g: inhibitory over excitatory weight; eta: external rate over the rate that just reaches threshold; ms shown
REGIMES = {
    "synchronous,\nregular": (3.0, 2.0, 30.0), "fast oscillation,\nirregular": (6.0, 4.0, 100.0),
    "asynchronous,\nirregular": (5.0, 2.0, 100.0), "slow oscillation,\nirregular": (4.5, 0.9, 200.0)}
DT = 0.1                                # ms
WARM_UP, BIN = 100.0, 0.5               # ms
DOTS = 200                              # neurons in the raster plot, a quarter of them inhibitory


def simulate(g, eta, duration, seed):
    """Spikes of both populations; the external Poisson input, of mean eta·threshold, is white noise here."""
    deviation = np.sqrt(JUMP * eta * THRESHOLD / 2)         # of the free membrane, from many jumps of JUMP
    model = FirstOrderLIF(TAU, 1.0, v_rest=0.0, v_threshold=THRESHOLD, v_reset=10.0, noise=deviation)
    groups = NeuronGroup(EXCITATORY, model), NeuronGroup(INHIBITORY, model)
    sources = zip(groups, (IN_EXCITATORY, IN_INHIBITORY), (JUMP, -g * JUMP))
    synapses = [SynapseGroup(pre, post, FixedInDegree(k, jump), DeltaSynapse(), delay=DELAY)
                for pre, k, jump in sources for post in groups]
    spikes = [RateMonitor(group) for group in groups]
    network = Network(*groups, synapses, spikes, dt=DT, seed=seed)
    network.run(WARM_UP + duration, inputs=dict.fromkeys(groups, eta * THRESHOLD))
    return spikes


def draw(seed):
    figure, axes = plt.subplots(2, 4, height_ratios=[1.6, 1], sharex="col")
    figure.suptitle("Inhibition and external drive decide whether a network fires in synchrony")
    border = 3 * DOTS // 4
    for (name, (g, eta, duration)), above, below in zip(REGIMES.items(), *axes):
        spikes = simulate(g, eta, duration, seed)
        for monitor, first, n, colour in zip(spikes, (0, border), (border, DOTS - border), (BLUE, ORANGE)):
            kept = (monitor.i < n) & (monitor.t >= WARM_UP)
            raster(above, monitor.t[kept] - WARM_UP, monitor.i[kept] + first, colour, 3.5)
        t, rate = (values[round(WARM_UP / BIN):] for values in (spikes[0].bins(BIN), spikes[0].rate(BIN)))
        above.set_title(f"{name}\n$g$ = {g:g}, $η$ = {eta:g}")
        above.set(xlabel="", ylabel="", yticks=[], xlim=(0, duration), ylim=(-1, DOTS))
        below.plot(t - WARM_UP + BIN / 2, rate, color=BLUE, linewidth=1.4)
        below.set(xlabel="time (ms)", title=f"mean {rate.mean():.0f} Hz", ylim=(0, 1.05 * rate.max()))
    middles = border / 2, (border + DOTS) / 2
    axes[0, 0].set_yticks(middles, ("excitatory", "inhibitory"), rotation=90, va="center")
    for label, colour in zip(axes[0, 0].get_yticklabels(), (BLUE, ORANGE)):
        label.set_color(colour)
    axes[0, 0].set_ylabel(f"{DOTS} of {EXCITATORY + INHIBITORY:,} neurons")
    axes[1, 0].set_ylabel("excitatory\nrate (Hz)")
    return figure


if __name__ == "__main__":
    present(draw)
