"""Poisson input and the time step: intervals, counts and the potential that such input makes, against dt."""

import numpy as np

from spikingnn import (DeltaSynapse, FirstOrderLIF, InputGroup, Network, NeuronGroup, OneToOne,
                       PoissonEncoder, PoissonInput, SpikeMonitor, StateMonitor, SynapseGroup)
from spikingnn.analysis import cv, fano_in_time
from spikingnn.plotting import BLUE, COLOURS, ORANGE
from spikingnn.plotting.slides import plt, present

RATE, TRAINS, DURATION = 100.0, 200, 6000.0         # Hz, –, ms
STEPS, SHOWN = (0.1, 0.5, 1.0, 2.0, 3.0), (0.1, 1.0, 3.0)       # ms    and those whose intervals are shown
WINDOW, TAU_M, JUMP = 30.0, 20.0, 1.0  # ms of a count, ms, mV per spike


def potentials(source, dt, seed, *monitors, **inputs):
    """Potentials (samples, TRAINS) of neurons below threshold, one per train, once settled."""
    neurons = NeuronGroup(TRAINS, FirstOrderLIF(TAU_M, 1.0, 0.0, 1e4, 0.0, t_refractory=0.0))
    v = StateMonitor(neurons, "v", every=30.0)
    synapses = SynapseGroup(source, neurons, OneToOne(JUMP), DeltaSynapse())
    Network(source, neurons, synapses, v, *monitors, dt=dt, seed=seed).run(DURATION, **inputs)
    return v.values[5:]


def bernoulli(dt, seed):
    """Trains with at most one spike per step, and the potentials that they make."""
    source = InputGroup(TRAINS, PoissonEncoder(max_rate=RATE))
    return (spikes := SpikeMonitor(source)), potentials(source, dt, seed, spikes, inputs={source: 1.0})


def draw(seed):
    figure, (gaps, spread, potential) = plt.subplots(1, 3)
    figure.suptitle("With coarse time steps, trains of at most one spike per step are too regular")
    found, fine = {dt: bernoulli(dt, seed) for dt in STEPS}, np.linspace(0, 0.35, 50)
    many = [potentials(PoissonInput(TRAINS, RATE), dt, seed) for dt in STEPS]
    for dt, colour in zip(SHOWN, COLOURS):
        together = np.concatenate([np.diff(train) for train in found[dt][0].trains()])
        gaps.ecdf(together, color=colour, complementary=True, label=f"dt = {dt:g} ms")
    gaps.plot(fine * 150, np.exp(-fine * 150 * RATE / 1000), "k--", label="Poisson process")
    gaps.set(title=f"fraction of longer intervals at {RATE:g} Hz", xlabel="interval (ms)")
    gaps.set(xlim=(0, 50), yscale="log", ylim=(0.01, 1))
    gaps.legend(loc="lower left")
    for measure, label, marker, power, colour in (
            (lambda one: fano_in_time(one, WINDOW), "Fano factor; line: 1 − rate · dt", "o", 1.0, BLUE),
            (cv, "CV; line: √(1 − rate · dt)", "s", 0.5, ORANGE)):
        measured = [measure(one).mean() for one, _ in found.values()]
        spread.plot(RATE * np.array(STEPS) / 1000, measured, marker, color=colour, label=label)
        spread.plot(fine, (1 - fine)**power, color=colour)
    spread.set(title="a Poisson process has 1 and 1", xlabel="rate · dt", ylim=(0, 1.1))
    spread.legend(loc="lower left")
    potential.plot(STEPS, [v.std() for _, v in found.values()], "o-", label="at most one per step")
    potential.plot(STEPS, [v.std() for v in many], "s-", label="any number per step")
    potential.axhline(JUMP * np.sqrt(RATE / 1000 * TAU_M / 2), color="k", ls="--", label="Campbell's theorem")
    potential.set(title="s.d. of the potential (mV)", xlabel="time step dt (ms)", ylim=(0, 1.35))
    potential.legend(loc="lower left")
    return figure


if __name__ == "__main__":
    present(draw)
