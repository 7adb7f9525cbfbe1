"""Noise: f–I curves of a noisy neuron, Siegert's formula, and statistics of its interspike intervals."""

import numpy as np
from scipy.integrate import quad
from scipy.special import erfcx

from spikingnn import FirstOrderLIF, Network, NeuronGroup, SpikeMonitor
from spikingnn.plotting import BLUE, COLOURS, ORANGE
from spikingnn.plotting.slides import plt, present

TAU_M, RESISTANCE, T_REFRACTORY, V_REST, V_THRESHOLD = 20.0, 10.0, 2.0, -65.0, -50.0    # ms, MΩ, ms, mV, mV
NOISE = 0.0, 1.0, 2.0, 4.0              # mV    standard deviation of the free membrane
CURRENTS, FINE = np.linspace(0.6, 2.2, 17), np.linspace(0.6, 2.2, 300)      # nA    simulated, of theory
DURATION, DT, TRIALS = 20_000.0, 0.02, 4            # ms, ms, neurons per current
SHOWN = 1.2, 2.0                        # nA    currents whose intervals are shown, with the NOISE of index 2


def siegert(current, noise):
    """Rate in Hz of the noisy neuron in continuous time."""
    mean, deviation = V_REST + RESISTANCE * current, noise * np.sqrt(2.0)
    low, high = ((edge - mean) / deviation for edge in (V_REST, V_THRESHOLD))
    return 1000.0 / (T_REFRACTORY + TAU_M * np.sqrt(np.pi) * quad(lambda u: erfcx(-u), low, high)[0])


def intervals(currents, noise, seed):
    """Interspike intervals under each of the currents."""
    model = FirstOrderLIF(TAU_M, RESISTANCE, V_REST, V_THRESHOLD, V_REST, T_REFRACTORY, noise=noise)
    spikes = SpikeMonitor(neurons := NeuronGroup(TRIALS * len(currents), model))
    Network(neurons, spikes, dt=DT, seed=seed).run(DURATION, inputs={neurons: np.tile(currents, TRIALS)})
    gaps = list(map(np.diff, spikes.trains()))
    return [np.concatenate(gaps[k::len(currents)]) for k in range(len(currents))]


def draw(seed):
    figure, ((curve, below), (variation, above)) = plt.subplots(2, 2, width_ratios=[1.2, 1])
    figure.suptitle("Noise makes neurons fire below the rheobase, and at irregular intervals")
    for noise, colour in zip(NOISE, COLOURS):
        found = intervals(CURRENTS, noise, seed)
        some = [k for k, gaps in enumerate(found) if gaps.size > 50]
        variation.plot(CURRENTS[some], [found[k].std() / found[k].mean() for k in some], "o-", color=colour)
        rate = [1000 * gaps.size / DURATION / TRIALS for gaps in found]
        curve.plot(CURRENTS, rate, "o", color=colour, label=f"noise {noise:g} mV")
        curve.plot(FINE, [siegert(one, max(noise, 0.02)) for one in FINE], color=colour, linewidth=1.5)
    curve.set(title="lines: Siegert's formula (dotted: rheobase)", ylabel="firing rate (Hz)")
    curve.legend(loc="upper left")
    variation.set(xlabel="mean current (nA)", ylabel="CV of the intervals", ylim=(-0.03, 1.1))
    for ax in (curve, variation):
        ax.axvline((V_THRESHOLD - V_REST) / RESISTANCE, color="0.5", linestyle=":")
    for ax, current, colour in zip((below, above), SHOWN, (BLUE, ORANGE)):
        gaps = intervals([current], NOISE[2], seed)[0]
        t = np.linspace(0, 4 * gaps.mean(), 50)
        ax.hist(gaps, t, density=True, color=colour, alpha=0.7)
        ax.plot(t, np.exp(-t / gaps.mean()) / gaps.mean(), "k--")
        ax.set(title=f"{current:g} nA, noise {NOISE[2]:g} mV: CV {gaps.std() / gaps.mean():.2f}")
    above.set(xlabel="interspike interval (ms); dashed: Poisson", ylabel="density (1/ms)")
    return figure


if __name__ == "__main__":
    present(draw)
