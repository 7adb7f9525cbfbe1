"""Firing patterns of the AdEx neuron: those of Naud et al. (2008), each with its phase plane."""

import numpy as np

from spikingnn import AdEx, Network, NeuronGroup, SpikeMonitor, StateMonitor
from spikingnn.plotting import BLUE, GREEN, ORANGE
from spikingnn.plotting.slides import plt, present

DT, DURATION = 0.1, 500.0               # ms
V = np.linspace(-75, -38, 400)          # mV    at which the nullclines are drawn


def fire(name, seed):
    """Model, times, potential, adaptation current and steps of spikes under the current step of the paper."""
    model = AdEx.pattern(name)
    neuron = NeuronGroup(1, model)
    v, w, spikes = StateMonitor(neuron, "v"), StateMonitor(neuron, "w"), SpikeMonitor(neuron)
    network = Network(neuron, v, w, spikes, dt=DT, seed=seed)
    network.run(DURATION, inputs={neuron: AdEx.pattern_current(name)})
    return model, v.t, v.values[:, 0], 1000 * w.values[:, 0], np.round(spikes.t / DT).astype(int)


def draw(seed):                         # nothing here is random
    figure, axes = plt.subplots(4, 4, height_ratios=[1, 1.9, 1, 1.9])
    figure.suptitle("With one adaptation current, a constant input gives eight firing patterns")
    for k, name in enumerate(AdEx.patterns):
        trace, plane = axes[2 * (k // 4):2 * (k // 4) + 2, k % 4]
        model, t, v, w, at = fire(name, seed)
        drawn = v.copy()
        drawn[at] = model.v_peak                                    # where the spike was cut
        trace.plot(t, drawn, color=BLUE, linewidth=1.3)
        trace.set_title(f"{name}, {1000 * AdEx.pattern_current(name):.0f} pA", fontsize=12)
        trace.set(xlim=(0, DURATION), ylim=(-85, 5), yticks=[-60, 0])
        upstroke = np.exp((V - model.v_threshold) / model.sharpness)
        leak = (model.v_rest - V + model.sharpness * upstroke) / model.resistance
        plane.plot(V, 1000 * (AdEx.pattern_current(name) + leak), "--", color=ORANGE, linewidth=2)
        plane.plot(V, 1000 * model.a * (V - model.v_rest), "-.", color=GREEN, linewidth=2)
        for begin, end in zip([0, *at], [*at, v.size]):             # the trajectory without its resets
            plane.plot(v[begin:end], w[begin:end], color=BLUE, linewidth=1)
        plane.plot(v[at], w[at], "o", color=BLUE, markersize=5)
        low, high = min(w.min(), 0), max(w.max(), 60)
        limits = low - 0.2 * (high - low), high + 0.25 * (high - low)
        plane.set(xlim=(V[0], V[-1]), ylim=limits, xticks=[-70, -60, -50, -40])
    for row, (xlabel, ylabel) in enumerate((("time (ms)", "v (mV)"), ("v (mV)", "w (pA)")) * 2):
        axes[row, 0].set_ylabel(ylabel)
        for ax in axes[row]:                                        # the same axis in the two halves
            ax.set_xlabel(xlabel if row > 1 else "", labelpad=1)
            ax.tick_params(labelbottom=row > 1)
    figure.get_layout_engine().set(h_pad=0.05, hspace=0.0)
    plane.lines[0].set_label("dv/dt = 0")
    plane.lines[1].set_label("dw/dt = 0")
    plane.lines[2].set_label("trajectory")
    plane.lines[-1].set_label("after a reset")
    figure.legend(*plane.get_legend_handles_labels(), loc="outside lower center", ncols=4)
    return figure


if __name__ == "__main__":
    present(draw)
