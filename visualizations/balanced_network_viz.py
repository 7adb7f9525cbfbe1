"""Brunel's (2000) four regimes of a network of excitatory and inhibitory neurons: who fires when, and how the whole swings."""

import numpy as np
from _slide import plt, present

from spikingnn import DeltaSynapse, FirstOrderLIF, FixedInDegree, Network, NeuronGroup, RateMonitor, SynapseGroup
from spikingnn.plotting import BLUE, ORANGE, raster

EXCITATORY, INHIBITORY = 8000, 2000     # neurons
IN_EXCITATORY, IN_INHIBITORY = 800, 200     # synapses on each neuron
JUMP, DELAY = 0.125, 1.5                # mV, ms    of an excitatory spike
TAU, THRESHOLD = 20.0, 20.0             # ms, mV above rest
REGIMES = {                             # g: inhibition over excitation; eta: external rate over what just reaches threshold; ms shown
    "synchronous,\nregular": (3.0, 2.0, 30.0), "fast oscillation,\nirregular": (6.0, 4.0, 100.0),
    "asynchronous,\nirregular": (5.0, 2.0, 100.0), "slow oscillation,\nirregular": (4.5, 0.9, 200.0)}
DT = 0.1                                # ms
WARM_UP = 100.0                         # ms
DOTS = 60                               # neurons of the raster, a quarter of them inhibitory


def simulate(g, eta, duration, seed):
    """The spikes of both populations. The external Poisson input, of mean eta·threshold, is given as white noise."""
    deviation = np.sqrt(JUMP * eta * THRESHOLD / 2)             # of the free membrane, from many jumps of JUMP
    model = FirstOrderLIF(tau_m=TAU, resistance=1.0, v_rest=0.0, v_threshold=THRESHOLD, v_reset=10.0, t_refractory=2.0, noise=deviation)
    groups = NeuronGroup(EXCITATORY, model), NeuronGroup(INHIBITORY, model)
    synapses = [SynapseGroup(pre, post, FixedInDegree(k, jump), DeltaSynapse(), delay=DELAY)
                for pre, k, jump in zip(groups, (IN_EXCITATORY, IN_INHIBITORY), (JUMP, -g * JUMP)) for post in groups]
    spikes = [RateMonitor(group) for group in groups]
    Network(*groups, synapses, spikes, dt=DT, seed=seed).run(WARM_UP + duration, inputs=dict.fromkeys(groups, eta * THRESHOLD))
    return spikes


def draw(seed):
    figure, axes = plt.subplots(2, 4, height_ratios=[1.6, 1], sharex="col")
    figure.suptitle("Inhibition and drive decide: in step, in waves, or each at random")
    border = 3 * DOTS // 4
    for (name, (g, eta, duration)), above, below in zip(REGIMES.items(), *axes):
        spikes = simulate(g, eta, duration, seed)
        for monitor, first, n, colour in zip(spikes, (0, border), (border, DOTS - border), (BLUE, ORANGE)):
            kept = (monitor.i < n) & (monitor.t >= WARM_UP)
            raster(above, monitor.t[kept] - WARM_UP, monitor.i[kept] + first, colour, 5)
        t, rate = spikes[0].bins(0.5) - WARM_UP, spikes[0].rate(0.5)
        below.plot(t + 0.25, rate, color=BLUE, linewidth=1.4)
        above.set(title=f"{name}\n$g$ = {g:g}, $η$ = {eta:g}", xlabel="", ylabel="", xlim=(0, duration), ylim=(-1, DOTS), yticks=[])
        below.set(xlabel="time (ms)", title=f"mean {rate[t >= 0].mean():.0f} Hz", ylim=(0, 1.05 * rate[t >= 0].max()))
    axes[0, 0].set_yticks([border / 2, (border + DOTS) / 2], ["excitatory", "inhibitory"], rotation=90, va="center")
    axes[0, 0].tick_params(axis="y", length=0)
    for label, colour in zip(axes[0, 0].get_yticklabels(), (BLUE, ORANGE)):
        label.set(color=colour, fontsize=13)
    axes[0, 0].set_ylabel(f"{DOTS} of {EXCITATORY + INHIBITORY:,} neurons")
    axes[1, 0].set_ylabel("excitatory\nrate (Hz)")
    return figure


if __name__ == "__main__":
    present(draw)
