"""Pairing protocols: weight change by one pair of spikes, and by 60 pairs against their rate."""

import numpy as np

from spikingnn import (STDP, DeltaSynapse, DiehlCook, FirstOrderLIF, InhibitorySTDP, LIFGroup, Network,
                       SpikeSource, SynapseGroup, TripletSTDP)
from spikingnn.plotting import BLUE, COLOURS, ORANGE
from spikingnn.plotting.slides import plt, present

RULES = {"STDP": STDP(), "Diehl & Cook (2015)": DiehlCook(0.01, x_target=0.42),
         "inhibitory, −w": InhibitorySTDP(-0.01, 20.0, w_min=-1.0, w_max=0.0)}
# Sjöström, Turrigiano & Nelson, Neuron 32:1149 (2001); Δt in ms: pairs per second, relative change, its error
MEASURED = {10.0: [(10, 0.14, 0.10), (20, 0.29, 0.14), (40, 0.53, 0.11), (50, 0.56, 0.26)],
            -10.0: [(10, -0.41, 0.11), (20, -0.34, 0.10), (40, 0.56, 0.32), (50, 0.75, 0.19)]}
PAIRS = 60
LAGS = np.arange(-60.0, 60.1)           # ms    post spike − pre spike
RATES = np.linspace(4, 50, 24)          # Hz    pairs per second
DT = 0.5                                # ms


def weight_change(rule, pre, post):
    """Changes of |weight| for spike times `pre`, `post` in ms, (n, k); a teacher imposes `post`."""
    source, teacher = SpikeSource(pre), SpikeSource(post)
    cells = LIFGroup(len(pre), FirstOrderLIF(t_refractory=0.0))
    initial = 0.5 if rule.w_max else -0.5
    plastic = SynapseGroup(source, cells, initial * np.eye(cells.n), DeltaSynapse(), rule=rule)
    forced = SynapseGroup(teacher, cells, 99 * np.eye(cells.n), DeltaSynapse())
    Network(source, teacher, cells, plastic, forced, dt=DT).run(5 + np.max(post))
    return np.abs(plastic.weight.diagonal()) - 0.5


def draw(seed):                         # nothing here is random
    figure, (window, rates) = plt.subplots(1, 2)
    figure.suptitle("Pairs of spikes: the order decides at low rates, the rate at high ones")
    for (name, rule), colour in zip(RULES.items(), COLOURS):
        change = weight_change(rule, [[100.0]] * LAGS.size, 100.0 + LAGS[:, None])
        window.plot(LAGS, change, ".", color=colour, label=name)
    window.set(title="one pair of spikes", xlabel="Δt = post − pre (ms)", ylabel="weight change")
    window.set_ylim(-0.0125, 0.016)
    window.legend(loc="upper left")
    rule = TripletSTDP.fitted("visual cortex", w_min=-9.0, w_max=9.0)
    for (lag, points), colour in zip(MEASURED.items(), (BLUE, ORANGE)):
        pre = 100 + np.arange(PAIRS) * 1000 / RATES[:, None]
        label = f"Δt = {lag:+.0f} ms".replace("-", "−")
        rates.plot(RATES, weight_change(rule, pre, pre + lag), color=colour, label=label)
        rates.errorbar(*np.transpose(points), fmt="o", color=colour, capsize=4)
    rates.set(title=f"{PAIRS} pairs: triplet rule (lines), visual cortex (points)", xlim=(0, 53))
    rates.set(xlabel="pairs per second (Hz)", ylabel="relative weight change")
    rates.legend()
    return figure


if __name__ == "__main__":
    present(draw)
