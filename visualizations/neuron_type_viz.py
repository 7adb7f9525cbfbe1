"""Neuron types I and II: the Morris–Lecar neuron starts to fire at any low rate, or at a finite one."""

import numpy as np

from spikingnn import Equations, Network, NeuronGroup, SpikeMonitor, simulate
from spikingnn.plotting import BLUE
from spikingnn.plotting.slides import plt, present

TEXT = """dv/dt = (I - 2*(v + 60) - g_ca*m*(v - 120) - 8*w*(v + 84))/20
          dw/dt = phi*(0.5*(1 + tanh((v - v3)/v4)) - w)*0.5*(exp((v - v3)/(2*v4)) + exp((v3 - v)/(2*v4)))
          m = 0.5*(1 + tanh((v + 1.2)/18))"""
START = {"v": -50.0, "w": 0.02}
TYPES = {"I: saddle-node on an invariant circle": Equations(
             TEXT, "v > 0", g_ca=4.0, v3=12.0, v4=17.4, phi=0.067, initial=START),
         "II: Hopf bifurcation": Equations(
             TEXT, "v > 0", g_ca=4.4, v3=2.0, v4=30.0, phi=0.04, initial=START)}
ABOVE, CURRENTS = 1.01, 81              # of the onset: current of the traces; points of a rate curve
LOWEST, HIGHEST = (36.0, 80.0), (60.0, 120.0)       # nA    range of a rate curve, of type I and II
DURATION, SETTLED, DT = 4000.0, 1500.0, 0.1         # ms; spikes are counted after SETTLED
TRACE = 700.0                           # ms


def rates(model, currents, seed):
    """Firing rates in Hz under constant currents, one neuron each."""
    neurons = NeuronGroup(currents.size, model)
    spikes = SpikeMonitor(neurons)
    Network(neurons, spikes, dt=DT, seed=seed).run(DURATION, inputs={neurons: currents})
    late = [train[train > SETTLED] for train in spikes.trains()]
    return np.array([1000.0 / np.diff(train).mean() if train.size > 2 else 0.0 for train in late])


def draw(seed):                         # nothing here is random
    figure, axes = plt.subplots(2, 3, width_ratios=[1, 1.1, 1])
    figure.suptitle("Type I neurons start to fire at any low rate, type II neurons at a finite rate")
    for (name, model), span, (plane, trace, curve) in zip(TYPES.items(), (LOWEST, HIGHEST), axes):
        currents = np.linspace(*span, CURRENTS)
        found = rates(model, currents, seed)
        onset = currents[found > 0][0]
        curve.plot(currents[found > 0], found[found > 0], ".-", color=BLUE)
        curve.plot(currents[found == 0], found[found == 0], ".", color="0.5")
        curve.set(xlabel="constant current (nA)", ylabel="firing rate (Hz)", ylim=(-0.6, 1.1 * found.max()))
        curve.set_title(f"lowest rate found: {found[found > 0][0]:.1f} Hz")
        model.phase_plane(plane, "v", "w", onset, (-70.0, 50.0), (-0.05, 0.65))
        for label in list(plane.texts):
            label.remove()
        plane.set(title=f"type {name.split(':')[0]}, at the onset", xlabel="v (mV)", ylabel="w")
        for factor, colour in ((2 - ABOVE, "0.5"), (ABOVE, BLUE)):
            run = simulate(model, factor * onset, TRACE, DT)
            trace.plot(run.t, run.v, color=colour)
        trace.set(title=name.split(": ")[1], xlabel="time (ms)", ylabel="v (mV)", xlim=(0, TRACE))
    handles, labels = plane.get_legend_handles_labels()
    lines = [plt.Line2D([], [], color=colour) for colour in ("0.5", BLUE)]
    figure.legend([*handles[:2], *lines], [*labels[:2], "1 % below the onset", "1 % above"],
                  loc="outside lower center", ncols=4)
    return figure


if __name__ == "__main__":
    present(draw)
