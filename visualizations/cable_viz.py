"""A passive cable: compartments coupled by gap junctions, and the closed form of the cable equation."""

import numpy as np

from spikingnn import FirstOrderLIF, GapJunction, Network, NeuronGroup, StateMonitor, SynapseGroup
from spikingnn.plotting import BLUE, COLOURS, ORANGE
from spikingnn.plotting.slides import plt, present

N, TAU_M, RESISTANCE = 101, 20.0, 100.0             # compartments, ms, MΩ
LENGTH = 5.0                            # compartments per length constant λ, which the coupling sets
CURRENT, DURATION, DT = 0.5, 200.0, 0.005           # nA into the middle compartment, ms, ms
PULSE, WIDTH, WATCHED = 5.0, 1.0, 60.0              # nA, ms, ms
PLACES = 0, 5, 10, 15                   # compartments from the middle whose potentials are drawn


def respond(current, durations, seed):
    """Depolarisation (steps, N) in mV and its times, with `current` during the first duration."""
    model = FirstOrderLIF(TAU_M, RESISTANCE, v_rest=0.0, v_threshold=1e4, v_reset=0.0)
    cable, conductance = NeuronGroup(N, model), LENGTH**2 / RESISTANCE              # µS
    neighbours = conductance * (np.eye(N, k=1) + np.eye(N, k=-1))
    v = StateMonitor(cable, "v", every=0.1)
    network = Network(cable, SynapseGroup(cable, cable, neighbours, GapJunction()), v, dt=DT, seed=seed)
    network.run(durations[0], inputs={cable: current * (np.arange(N) == N // 2)})
    network.run(durations[1])
    return v.t, v.values


def draw(seed):                         # nothing here is random
    x = (np.arange(N) - N // 2) / LENGTH                            # in length constants
    _, constant = respond(CURRENT, (DURATION, 0.1), seed)
    t, pulse = respond(PULSE, (WIDTH, WATCHED), seed)
    late = np.maximum(t - WIDTH / 2, 0.01)                          # after the middle of the pulse

    figure, (steady, course, arrival) = plt.subplots(1, 3, width_ratios=[1, 1.2, 0.9])
    figure.suptitle("Along a passive cable, potentials decay and arrive later")
    largest = CURRENT * RESISTANCE / (2 * LENGTH)                   # of an infinite cable
    steady.plot(x, constant[-3], "o", color=BLUE, markersize=4, label="compartments")
    steady.plot(x, largest * np.exp(-np.abs(x)), color=ORANGE, linewidth=1.5, label=r"$v_0e^{-|x|/\lambda}$")
    steady.set(xlabel="distance x (λ)", ylabel="depolarisation (mV)", xlim=(-5, 5), ylim=(0, 1.35 * largest))
    steady.set_title(f"constant {CURRENT:g} nA at x = 0")
    steady.legend(loc="upper left", handlelength=1)
    charge = PULSE * WIDTH * RESISTANCE / TAU_M / LENGTH            # mV·λ
    for place, colour in zip(PLACES, COLOURS):
        far, since = place / LENGTH, late / TAU_M
        spread = np.exp(-since - far**2 / (4 * since)) / np.sqrt(4 * np.pi * since)
        course.plot(t, pulse[:, N // 2 + place], color=colour, linewidth=3, label=f"x = {far:g} λ")
        course.plot(t[late > 1], charge * spread[late > 1], "k--", linewidth=1.2)
    course.set(title=f"{PULSE:g} nA for {WIDTH:g} ms; dashed: theory", xlabel="time (ms)")
    course.set(xlim=(0, WATCHED / 2), ylabel="depolarisation (mV)", yscale="log", ylim=(0.02, 20))
    course.legend(loc="upper right")
    far, fine = np.arange(0, 21, 2), np.linspace(0, 4, 100)
    peaks = [t[pulse[:, N // 2 + place].argmax()] - WIDTH / 2 for place in far]
    arrival.plot(far / LENGTH, peaks, "o", color=BLUE)
    arrival.plot(fine, TAU_M / 4 * (np.sqrt(1 + 4 * fine**2) - 1), color=ORANGE, linewidth=1.5)
    arrival.set(title="time of the peak", xlabel="distance x (λ)", ylabel="time after the pulse (ms)")
    return figure


if __name__ == "__main__":
    present(draw)
