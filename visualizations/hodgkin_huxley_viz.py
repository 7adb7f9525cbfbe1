"""The Hodgkin–Huxley neuron: action potential, gating variables, ionic currents, and firing rate."""

import numpy as np

from spikingnn import HodgkinHuxley, Network, NeuronGroup, SpikeMonitor, StateMonitor
from spikingnn.plotting import BLUE, GREEN, ORANGE
from spikingnn.plotting.slides import plt, present

MODEL = HodgkinHuxley()
DT = 0.025                              # ms
CURRENT, SILENCE, DURATION = 10.0, 10.0, 60.0       # nA, ms    a step of current, before and with it
SWEEP = np.linspace(0.0, 30.0, 121)     # nA    of the rate curve, one neuron each
SETTLED, LONG = 500.0, 1500.0           # ms    spikes are counted in this interval


def draw(seed):                         # nothing here is random
    neuron, many = NeuronGroup(1, MODEL), NeuronGroup(SWEEP.size, MODEL)
    states = {name: StateMonitor(neuron, name) for name in "vmhn"}
    network = Network(neuron, *states.values(), dt=DT, seed=seed)
    network.run(SILENCE)
    network.run(DURATION, inputs={neuron: CURRENT})
    t = states["v"].t
    v, m, h, n = (states[name].values[:, 0] for name in "vmhn")
    sodium, potassium = MODEL.g_na * m**3 * h * (v - MODEL.e_na), MODEL.g_k * n**4 * (v - MODEL.e_k)
    counted = SpikeMonitor(many)
    Network(many, counted, dt=0.1, seed=seed).run(LONG, inputs={many: SWEEP})
    rates = np.array([1000 * np.sum(train > SETTLED) / (LONG - SETTLED) for train in counted.trains()])

    fires = rates > 0
    onset, rate = SWEEP[fires][0], rates[fires][0]
    rows = [["train", "zoom"], ["gates", "zoom gates"], ["rate", "zoom currents"]]
    figure, axes = plt.subplot_mosaic(rows, width_ratios=[1.5, 1])
    figure.suptitle(f"Sodium flows in, potassium out: an action potential; firing starts at {rate:.0f} Hz")
    for side, limits in (("", (0, SILENCE + DURATION)), ("zoom ", (SILENCE, SILENCE + 9))):
        membrane, gates = axes[side.strip() or "train"], axes[side + "gates"]
        membrane.plot(t, v, color="black")
        for name, values, colour in (("m", m, BLUE), ("h", h, GREEN), ("n", n, ORANGE)):
            gates.plot(t, values, color=colour)
            gates.text(limits[0] + 0.3, values[0] + 0.05, name, color=colour)
        membrane.set(xlim=limits, ylim=(-85, 50), xticklabels=[])
        gates.set(xlim=limits, ylim=(-0.03, 1.05), xlabel="" if side else "time (ms)")
    axes["train"].axvspan(0, SILENCE, color="0.9", linewidth=0)
    axes["train"].set(ylabel="v (mV)", title=f"a step of {CURRENT:g} nA after {SILENCE:g} ms of silence")
    axes["gates"].set(ylabel="gating variable", title="m and h of sodium, n of potassium")
    axes["zoom"].set_title("the first spike")
    currents = axes["zoom currents"]
    for name, flow, y, colour in (("sodium", sodium, -0.6, BLUE), ("potassium", potassium, 0.5, ORANGE)):
        currents.plot(t, flow / 1000, color=colour)
        currents.text(SILENCE + 4.6, y, name, color=colour)
    currents.set(xlim=limits, xlabel="time (ms)", ylabel="current (µA)", title="outward currents")
    axes["rate"].plot(SWEEP[fires], rates[fires], ".-", color=BLUE)
    axes["rate"].plot(SWEEP[~fires], rates[~fires], ".", color="0.5")
    axes["rate"].text(onset + 0.7, rate - 22, f"firing starts at {rate:.0f} Hz")
    axes["rate"].set(xlabel="constant current (nA)", ylabel="firing rate (Hz)", xlim=(0, 30), ylim=(-5, 115))
    return figure


if __name__ == "__main__":
    present(draw)
