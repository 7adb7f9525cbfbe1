"""Leaky integrate-and-fire neuron: membrane potential, spikes and refractory period under current pulses."""

import numpy as np

from spikingnn import FirstOrderLIF, simulate
from spikingnn.plotting import BLUE, GREEN, ORANGE
from spikingnn.plotting.slides import plt, present

TAU_M, RESISTANCE, T_REFRACTORY = 20.0, 10.0, 4.0       # ms, MΩ, ms
V_REST, V_THRESHOLD = -65.0, -50.0      # mV    the reset is to V_REST
MODEL = FirstOrderLIF(TAU_M, RESISTANCE, V_REST, V_THRESHOLD, V_REST, T_REFRACTORY)
PULSES = 1.3, 1.7, 2.6                  # nA
WIDTH = 100.0                           # ms    duration of each pulse and of each pause
DT = 0.1                                # ms
PEAK = -40.0                            # mV    height of the spikes as drawn: the model has only their times


def draw(seed):                         # nothing here is random
    levels = np.zeros(2 * len(PULSES) + 1)
    levels[1::2] = PULSES
    duration = WIDTH * levels.size
    run = simulate(MODEL, levels[:, None], duration, dt=DT)
    rheobase = float(MODEL.current_for(0))

    rows = [["current", "model"], ["membrane", "zoom"]]
    figure, axes = plt.subplot_mosaic(rows, height_ratios=[1, 2.6], width_ratios=[2.6, 1])
    figure.suptitle(f"Above the rheobase of {rheobase:.1f} nA, the firing rate grows with the current")
    current, membrane, zoom = axes["current"], axes["membrane"], axes["zoom"]
    current.stairs(levels, np.arange(levels.size + 1) * WIDTH, color=GREEN, linewidth=2.5, baseline=None)
    current.axhline(rheobase, color="0.4", linestyle=":")
    current.text(5, rheobase + 0.1, "rheobase", color="0.4", fontsize=13)
    current.set(ylabel="current (nA)", xlim=(0, duration), xticklabels=[])
    current.set_ylim(-0.2, 0.4 + max(*PULSES, rheobase))

    for ax in (membrane, zoom):
        for spike in run.spikes:
            ax.axvspan(spike, spike + MODEL.t_refractory, color="0.85", linewidth=0)
        ax.plot(run.t, run.v, color=BLUE)
        ax.vlines(run.spikes, MODEL.v_threshold, PEAK, color=BLUE)
        ax.axhline(MODEL.v_threshold, color=ORANGE, linestyle="--")
        ax.set(xlabel="time (ms)", ylim=(-68, -35))
    membrane.text(5, MODEL.v_threshold + 0.6, "threshold", color=ORANGE)
    for k, rate in enumerate(MODEL.rate(np.array(PULSES), DT)):
        membrane.text(WIDTH * (2 * k + 1.5), -34.5, f"{rate:.0f} Hz" if rate else "silent", ha="center")
    membrane.set(ylabel="membrane potential (mV)", xlim=(0, duration))

    spike = [*run.spikes[run.spikes > duration - 2 * WIDTH], WIDTH][0]       # the first under the last pulse
    zoom.set(title="one spike", xlim=(spike - 8, spike + 20), yticklabels=[])
    zoom.text(spike + MODEL.t_refractory + 0.7, -67, f"{MODEL.t_refractory:.0f} ms refractory", fontsize=13)
    equation = r"$\tau_m\,\frac{dv}{dt} = -(v - v_{rest}) + R\,I$"
    values = rf"$\tau_m$ = {MODEL.tau_m:.0f} ms,  $R$ = {MODEL.resistance:.0f} MΩ"
    axes["model"].text(0, 0.5, f"{equation}\n\n{values}", va="center", fontsize=17)
    axes["model"].set_axis_off()
    return figure


if __name__ == "__main__":
    present(draw)
