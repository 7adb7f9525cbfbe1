"""The seven firing patterns of Izhikevich's (2003) neuron: the same two equations with other numbers."""

import numpy as np
from _slide import plt, present

from spikingnn import Izhikevich, simulate
from spikingnn.plotting import BLUE, GREEN, ORANGE

DT = 0.1                                # ms
DURATION = 300.0                        # ms
STEP, ON = 10.0, 30                     # nA, ms    the current of most panels, and when it starts
RELEASE = 120                           # ms    when the thalamo-cortical cell is let go from -10 nA
PULSE, PAIRS = 2.25, ((40, 60), (160, 204))     # nA, ms    two pairs of pulses for the resonator, each pulse of 1 ms
COLOURS = {"regular spiking": BLUE, "intrinsically bursting": BLUE, "chattering": BLUE, "fast spiking": ORANGE,
           "low-threshold spiking": ORANGE, "thalamo-cortical": GREEN, "resonator": "0.25"}


def stimulus(name):
    """nA, one value a millisecond, and what to write at which time."""
    time = np.arange(int(DURATION))
    if name == "thalamo-cortical":
        return np.where((time >= ON) & (time < RELEASE), -STEP, 0.0), RELEASE, f"let go from −{STEP:g} nA"
    if name == "resonator":
        (a, b), (c, d) = PAIRS
        return np.where(np.isin(time, PAIRS), PULSE, 0.0), 70, f"pulses {b - a} ms apart, then {d - c} ms apart"
    return np.where(time >= ON, STEP, 0.0), ON, f"{STEP:g} nA"


def draw(seed):                         # nothing here is random
    figure, axes = plt.subplots(4, 2, sharex=True)
    figure.suptitle("Two equations and four numbers make seven kinds of neurons")
    text, *panels = axes[0, 1], *axes[:, 0], *axes[1:, 1]
    for ax, name in zip(panels, Izhikevich.patterns):
        model, (current, at, note) = Izhikevich.pattern(name), stimulus(name)
        run = simulate(model, current, DURATION, dt=DT)
        run.v[np.round(run.spikes / DT).astype(int)] = model.v_peak          # where the spike was cut
        ax.plot(run.t, run.v, color=COLOURS[name], linewidth=1.4)
        ax.stairs(-110 + 16 * current / np.abs(current).max(), np.arange(current.size + 1), baseline=None, color="0.5", linewidth=1.5)
        ax.text(at + 3, -113, note, color="0.4", fontsize=12, va="top")
        ax.set_title(f"{name} ({model.a:g}, {model.b:g}, {model.c:g}, {model.d:g})".replace("-6", "−6").replace("-5", "−5"),
                     color=COLOURS[name])
        ax.set(xlim=(0, DURATION), ylim=(-142, 40), yticks=[-60, 0])
    figure.supylabel("membrane potential (mV)", fontsize=15)
    for ax in axes[3]:
        ax.set_xlabel("time (ms)")
    text.text(0, 0.5, "$dv/dt = 0.04\\,v^2 + 5v + 140 - u + I/C$\n$du/dt = a\\,(b\\,v - u)$\n"
              "at a spike $v = c$, and $u$ jumps by $d$", transform=text.transAxes, va="center", fontsize=14)
    text.set_title("and with each name: (a, b, c, d)", color="0.4")
    for y, colour, kind in ((0.78, BLUE, "excitatory"), (0.5, ORANGE, "inhibitory"), (0.22, GREEN, "thalamus")):
        text.text(0.75, y, kind, fontsize=14, color=colour, transform=text.transAxes, va="center")
    text.set_axis_off()
    return figure


if __name__ == "__main__":
    present(draw)
