"""STDP window: the weight grows where the presynaptic spike comes first.

Pairs at a higher rate interact.
"""

import numpy as np

from spikingnn import STDP, DeltaSynapse, LIFGroup, Network, SpikeSource, SynapseGroup

from ..marks import BLUE, GREY, ORANGE, axes, dots, level, line, moment
from ..parameters import Choice, Slider


GROUP = "Synapses and plasticity"
PARAMETERS = {
    "a_plus": Slider("potentiation a₊", 0.0, 0.03, 0.0001),
    "a_minus": Slider("depression a₋", 0.0, 0.03, 0.0001),
    "tau_plus": Slider("time constant τ₊", 2.0, 60.0, 0.5, "ms"),
    "tau_minus": Slider("time constant τ₋", 2.0, 60.0, 0.5, "ms"),
    "pairing": Choice("pairs", options=("all", "nearest")),
    "pairs": Slider("number of pairs", 1, 20, 1),
    "rate": Slider("pairs per second", 1.0, 50.0, 1.0, "Hz")}
PRESETS = {"symmetric": {"a_minus": 0.01}, "long depression": {"tau_minus": 50.0, "a_minus": 0.005},
           "20 pairs at 10 Hz": {"pairs": 20, "rate": 10.0}, "20 pairs at 40 Hz": {"pairs": 20, "rate": 40.0}}
LAGS = np.arange(-80.0, 80.1, 4.0)      # ms    post spike − pre spike


def run(a_plus=0.01, a_minus=0.0108, tau_plus=20.0, tau_minus=20.0, pairing="all", pairs=1, rate=10.0):
    """The change of a weight of 0.5 by pairs of spikes at each of the lags; a teacher imposes the second."""
    times = 100.0 + np.round(1000.0 / rate * np.arange(pairs), 1)
    pre = SpikeSource([times] * LAGS.size)
    teacher, post, each = SpikeSource(times + LAGS[:, None]), LIFGroup(LAGS.size), np.eye(LAGS.size)
    rule = STDP(tau_plus, tau_minus, a_plus, a_minus, pairing=pairing)
    plastic = SynapseGroup(pre, post, 0.5 * each, DeltaSynapse(), rule=rule)
    forced = SynapseGroup(teacher, post, 100.0 * each, DeltaSynapse())
    Network(pre, teacher, post, plastic, forced, dt=0.1).run(round(times[-1]) + 150.0)
    return plastic.weight.diagonal() - 0.5


def draw(result, a_plus, a_minus, tau_plus, tau_minus, pairs, rate):
    lag = np.linspace(0.1, 80.0, 200)
    top = max(1.2 * np.abs(result).max(), 0.03)
    window = axes(level(0.0), moment(0.0), line(lag, pairs * a_plus * np.exp(-lag / tau_plus), GREY,
                  "closed form, pairs apart"), line(-lag, -pairs * a_minus * np.exp(-lag / tau_minus), GREY),
                  dots(LAGS[LAGS >= 0], result[LAGS >= 0], BLUE, "simulated: pre before post", size=5),
                  dots(LAGS[LAGS < 0], result[LAGS < 0], ORANGE, "simulated: post before pre", size=5),
                  x="Δt = post − pre (ms)", y="weight change (weight before: 0.5)", xlim=(-82.0, 82.0),
                  ylim=(-top, top),
                  title=f"{pairs} pairs, {rate:g} per second" if pairs > 1 else "one pair of spikes")
    return [[window]]
