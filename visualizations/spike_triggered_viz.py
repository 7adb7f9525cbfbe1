"""Spike-triggered average: the mean stimulus before a spike, and the linear–nonlinear model that it makes."""

import numpy as np

from spikingnn import FirstOrderLIF, simulate
from spikingnn.analysis import spike_triggered_average
from spikingnn.plotting import BLUE, GREEN, ORANGE
from spikingnn.plotting.slides import plt, present

TAU_M, RESISTANCE = 10.0, 10.0          # ms, MΩ
MODEL = FirstOrderLIF(TAU_M, RESISTANCE, v_rest=-65.0, v_threshold=-50.0, v_reset=-65.0, t_refractory=2.0)
MEAN, DEVIATION = 1.1, 1.2              # nA    of the white-noise stimulus, a new value every HOLD
HOLD, DURATION, DT = 1.0, 200_000.0, 0.1            # ms
BEFORE, SHOWN = 60.0, 300.0             # ms


def draw(seed):
    stimulus = np.random.default_rng(seed).normal(MEAN, DEVIATION, round(DURATION / HOLD))
    run = simulate(MODEL, stimulus, DURATION, DT, seed)
    lags, average = spike_triggered_average(run.spikes, stimulus - MEAN, BEFORE, 20.0, HOLD)
    kernel = average[lags <= 0][::-1]                               # from the spike backwards
    projected = np.convolve(stimulus - MEAN, kernel / np.linalg.norm(kernel))[:stimulus.size] / DEVIATION
    counts = np.bincount((run.spikes // HOLD).astype(int), minlength=stimulus.size)

    rows = [["stimulus", "stimulus"], ["potential", "potential"], ["average", "rate"]]
    figure, axes = plt.subplot_mosaic(rows, height_ratios=[1, 1, 2.4])
    figure.suptitle("The spike-triggered average shows to which stimulus a neuron responds")
    time = np.arange(stimulus.size) * HOLD
    early = time < SHOWN
    axes["stimulus"].step(time[early], stimulus[early], color=GREEN, linewidth=1.2, where="post")
    axes["stimulus"].set(ylabel="current\n(nA)", xlim=(0, SHOWN), xticklabels=[])
    axes["potential"].plot(run.t[run.t < SHOWN], run.v[run.t < SHOWN], color=BLUE, linewidth=1.5)
    axes["potential"].vlines(run.spikes[run.spikes < SHOWN], -50, -35, color=BLUE)
    axes["potential"].set(xlabel="time (ms)", ylabel="potential\n(mV)", xlim=(0, SHOWN))

    axes["average"].step(lags, average, color=ORANGE, label=f"mean of {run.spikes.size:,} spikes")
    filter_ = np.exp(lags[lags <= 0] / TAU_M)
    fitted = filter_ * (filter_ @ average[lags <= 0]) / (filter_ @ filter_)
    axes["average"].plot(lags[lags <= 0], fitted, "k--", label=f"membrane filter, τ = {TAU_M:g} ms")
    axes["average"].set(xlabel="lag from the spike (ms)", ylabel="stimulus − mean (nA)", xlim=(-BEFORE, 20))
    axes["average"].legend(loc="upper left")

    edges = np.linspace(-2.5, 3.5, 25)
    place = np.digitize(projected, edges)
    inside = [place == k for k in range(1, edges.size)]
    rate = np.array([1000 / HOLD * counts[one].mean() if one.sum() > 20 else np.nan for one in inside])
    error = np.array([1000 / HOLD * np.sqrt(counts[one].sum()) / max(one.sum(), 1) for one in inside])
    axes["rate"].errorbar((edges[1:] + edges[:-1]) / 2, rate, error, fmt="o-", color=BLUE, capsize=2)
    axes["rate"].set(xlabel="stimulus projected on the average (s.d.)", ylabel="firing rate (Hz)")
    return figure


if __name__ == "__main__":
    present(draw)
