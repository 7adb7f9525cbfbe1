"""Firing patterns of the Izhikevich neuron: the seven of Izhikevich (2003), from two equations."""

import numpy as np

from spikingnn import Izhikevich, simulate
from spikingnn.plotting import BLUE, GREEN, ORANGE
from spikingnn.plotting.slides import plt, present

DT = 0.1                                # ms
DURATION = 300.0                        # ms
STEP, ON = 10.0, 30                     # nA, ms    the current of most panels, and when it starts
RELEASE = 120                           # ms    when the thalamo-cortical cell is released from -10 nA
PULSE, PAIRS = 2.25, ((40, 60), (160, 204))     # nA, ms    two pairs of pulses of 1 ms for the resonator
COLOURS = {"regular spiking": BLUE, "intrinsically bursting": BLUE, "chattering": BLUE,
           "fast spiking": ORANGE, "low-threshold spiking": ORANGE, "thalamo-cortical": GREEN,
           "resonator": "0.25"}


def stimulus(name):
    """The current in nA, one value per millisecond, and a note with its time."""
    time = np.arange(int(DURATION))
    if name == "thalamo-cortical":
        return np.where((time >= ON) & (time < RELEASE), -STEP, 0.0), RELEASE, f"released from −{STEP:g} nA"
    if name == "resonator":
        (a, b), (c, d) = PAIRS
        return np.where(np.isin(time, PAIRS), PULSE, 0.0), 70, f"pulses {b - a} ms apart, then {d - c} ms"
    return np.where(time >= ON, STEP, 0.0), ON, f"{STEP:g} nA"


def draw(seed):                         # nothing here is random
    figure, axes = plt.subplots(4, 2, sharex=True)
    figure.suptitle("Two equations with four parameters give seven firing patterns")
    text, *panels = axes[0, 1], *axes[:, 0], *axes[1:, 1]
    for ax, name in zip(panels, Izhikevich.patterns):
        model, (current, at, note) = Izhikevich.pattern(name), stimulus(name)
        run = simulate(model, current, DURATION, dt=DT)
        run.v[np.round(run.spikes / DT).astype(int)] = model.v_peak         # where the spike was cut
        ax.plot(run.t, run.v, color=COLOURS[name], linewidth=1.4)
        drawn = -110 + 16 * current / np.abs(current).max()
        ax.stairs(drawn, np.arange(current.size + 1), baseline=None, color="0.5", linewidth=1.5)
        ax.text(at + 3, -113, note, color="0.4", fontsize=12, va="top")
        parameters = f"({model.a:g}, {model.b:g}, {model.c:g}, {model.d:g})".replace("-", "−")
        ax.set_title(f"{name} {parameters}", color=COLOURS[name])
        ax.set(xlim=(0, DURATION), ylim=(-142, 40), yticks=[-60, 0])
    figure.supylabel("membrane potential (mV)", fontsize=15)
    for ax in axes[3]:
        ax.set_xlabel("time (ms)")
    text.text(0, 0.5, "$dv/dt = 0.04\\,v^2 + 5v + 140 - u + I/C$\n$du/dt = a\\,(b\\,v - u)$\n"
              "at a spike $v = c$, and $u$ jumps by $d$", transform=text.transAxes, va="center", fontsize=14)
    text.set_title("in parentheses: (a, b, c, d)", color="0.4")
    for y, colour, kind in (0.78, BLUE, "excitatory"), (0.5, ORANGE, "inhibitory"), (0.22, GREEN, "thalamic"):
        text.text(0.75, y, kind, fontsize=14, color=colour, transform=text.transAxes, va="center")
    text.set_axis_off()
    return figure


if __name__ == "__main__":
    present(draw)
