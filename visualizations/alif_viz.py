"""Adaptive threshold: a neuron whose threshold rises with each spike, and one whose threshold is fixed."""

import numpy as np

from spikingnn import ALIF, FirstOrderLIF, Network, NeuronGroup, SpikeMonitor, StateMonitor
from spikingnn.plotting import BLUE, ORANGE
from spikingnn.plotting.slides import plt, present

MEMBRANE = dict(tau_m=20.0, resistance=10.0, v_rest=-65.0, v_threshold=-50.0, v_reset=-65.0, t_refractory=2.0)
ADAPTING = ALIF(tau_threshold=150.0, threshold_step=3.0, **MEMBRANE)
PLAIN = FirstOrderLIF(**MEMBRANE)
CURRENT = 3.0                           # nA
SILENCE, DURATION = 50.0, 500.0         # ms    before the current, and with it
DT = 0.1                                # ms


def draw(seed):                         # nothing here is random
    plain, adapting = NeuronGroup(1, PLAIN), NeuronGroup(1, ADAPTING)
    spikes = [SpikeMonitor(plain), SpikeMonitor(adapting)]
    v, theta = StateMonitor(adapting, "v"), StateMonitor(adapting, "theta")
    net = Network(plain, adapting, *spikes, v, theta, dt=DT, seed=seed)
    net.run(SILENCE)
    net.run(DURATION, inputs={plain: CURRENT, adapting: CURRENT})
    threshold = ADAPTING.v_threshold + theta.values[:, 0]
    trains = [monitor.trains()[0] for monitor in spikes]
    rates = [1000 / np.diff(train) for train in trains]

    figure, (membrane, rate) = plt.subplots(2, 1, height_ratios=[3, 2], sharex=True)
    first, last = rates[0][0], rates[1][-1]
    figure.suptitle(f"A threshold that rises with each spike slows firing from {first:.0f} to {last:.0f} Hz")
    membrane.plot(v.t, v.values[:, 0], color=BLUE, label="membrane potential")
    membrane.vlines(trains[1], np.interp(trains[1], theta.t, threshold), -25, color=BLUE)
    membrane.plot(theta.t, threshold, color=ORANGE, linestyle="--", label="threshold")
    membrane.set(ylabel="potential (mV)", ylim=(-68, -12), yticks=[-60, -50, -40, -30])
    membrane.legend(loc="upper right", ncols=2)
    for train, f, colour, name in zip(trains, rates, ("0.4", BLUE), ("fixed", "adaptive")):
        rate.plot(train[1:], f, "o-", color=colour, markersize=5)
        rate.text(SILENCE + DURATION, f[-1] + 3, f"{name} threshold", color=colour, ha="right")
    rate.set(xlabel="time (ms)", ylabel="1 / interval (Hz)")
    rate.set(xlim=(0, SILENCE + DURATION), ylim=(0, 1.25 * rates[0].max()))
    for ax in (membrane, rate):
        ax.axvspan(0, SILENCE, color="0.9", linewidth=0)
    rate.text(SILENCE / 2, 5, "no\ncurrent", ha="center", color="0.4", fontsize=13)
    rate.text(SILENCE + 10, 5, f"{CURRENT:g} nA", color="0.4", fontsize=13)
    return figure


if __name__ == "__main__":
    present(draw)
