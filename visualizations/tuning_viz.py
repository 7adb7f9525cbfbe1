"""Tuning curves: simulated rates of a heterogeneous population, and their closed form."""

import numpy as np

from spikingnn import FirstOrderLIF, LIFGroup, Network, SpikeMonitor
from spikingnn.plotting import BLUE, ORANGE
from spikingnn.plotting.slides import plt, present

N = 12
MODEL = FirstOrderLIF(tau_m=20.0, t_refractory=2.0)
STIMULI = np.linspace(-1, 1, 41)
HOLD = 1000.0                           # ms    per stimulus
DT = 0.1                                # ms


def measure(group, spikes):
    """Rates in Hz, (stimuli, n): one over the mean interspike interval of each neuron under each stimulus."""
    rates = np.zeros((STIMULI.size, N))
    for i, train in enumerate(spikes.trains()):
        for k in range(STIMULI.size):
            held = train[(train >= k * HOLD) & (train < (k + 1) * HOLD)]
            if held.size > 1:
                rates[k, i] = 1000 * (held.size - 1) / (held[-1] - held[0])
    return rates


def draw(seed):
    group = LIFGroup(N, MODEL, dimensions=1, seed=seed)
    spikes = SpikeMonitor(group)
    network = Network(group, spikes, dt=DT, seed=seed)
    network.run(HOLD * STIMULI.size, inputs={group: group.current(STIMULI[:, None])})
    measured = measure(group, spikes)

    fine = np.linspace(-1, 1, 801)[:, None]
    continuous = group.tuning_curves(STIMULI[:, None])
    on_grid = group.tuning_curves(STIMULI[:, None], DT)
    fires = measured > 0
    rest = np.abs(measured - on_grid)[fires].max()
    fastest = np.linspace(0, 1.03 * continuous.max(), 200)

    figure, (tuning, residual) = plt.subplots(1, 2, width_ratios=[3, 2])
    figure.suptitle("Every neuron has its own tuning curve, and its rate follows the closed form")
    for curve, direction in zip(group.tuning_curves(fine).T, group.encoders[:, 0]):
        tuning.plot(fine, curve, color=BLUE if direction > 0 else ORANGE, linewidth=1.8)
    tuning.plot(STIMULI, measured, ".", color="black", markersize=5)
    tuning.set(xlabel="stimulus x", ylabel="rate (Hz)", xlim=(-1.02, 1.02), ylim=(-2, None))
    tuning.set_title("lines: closed form, dots: simulated\nblue: prefers +1, orange: prefers −1")
    residual.fill_between(fastest, -fastest ** 2 * DT / 1000, 0, color="0.85", linewidth=0)
    residual.plot(continuous[fires], (measured - continuous)[fires], ".", color="black")
    note = f"closed form with the grid:\n{rest:.0e} Hz at most"
    residual.text(5, 0.97 * residual.get_ylim()[0], note, fontsize=13)
    residual.set(xlabel="rate f of the closed form (Hz)", ylabel="simulated − closed form (Hz)")
    residual.set_xlim(0, None)
    residual.set_title(f"intervals end on the grid of {DT:g} ms:\nlate by at most dt (grey: f²·dt)")
    return figure


if __name__ == "__main__":
    present(draw)
