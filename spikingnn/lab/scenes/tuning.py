"""Population code: every neuron has its own tuning curve.

The spikes of all of them are decoded into one estimate of the stimulus.
"""

import numpy as np

from spikingnn import LIFGroup, Network, SpikeMonitor

from ..marks import BLUE, GREY, ORANGE, axes, dots, level, line, moment, raster
from ..parameters import Slider


GROUP = "Populations and codes"
PARAMETERS = {
    "x": Slider("stimulus x", -1.0, 1.0, 0.01),
    "n": Slider("neurons", 2, 200, 1),
    "window": Slider("window of the estimate", 5.0, 200.0, 5.0, "ms"),
    "noise": Slider("noise of the input", 0.0, 1.0, 0.01, "nA"),
    "seed": Slider("seed", 0, 99, 1)}
PRESETS = {"eight neurons": {"n": 8}, "two hundred": {"n": 200}, "short window": {"window": 10.0},
           "end of the range": {"x": 1.0}}
DURATION, CUT = 500.0, 100.0            # ms; discarded at the beginning


def run(x=0.4, n=40, window=50.0, noise=0.2, seed=0):
    """The spikes under a constant stimulus, and the estimate from the counts in a sliding window."""
    neurons = LIFGroup(n, dimensions=1, seed=seed)
    spikes = SpikeMonitor(neurons)
    network = Network(neurons, spikes, dt=0.5, seed=seed)
    decoders = neurons.decoders()[:, 0]
    draws = np.random.default_rng(seed).normal(0.0, noise, (int(DURATION / 5.0), n))
    network.run(DURATION, {neurons: neurons.current([x]) + draws})
    t = np.arange(CUT, DURATION + 0.1, 2.0)
    weight = np.append(0.0, np.cumsum(decoders[spikes.i]))      # estimate: Σ decoder · rate in the window
    first, last = (np.searchsorted(spikes.t, ends) for ends in (t - window, t))
    return neurons, spikes.t, spikes.i, t, 1000.0 * (weight[last] - weight[first]) / window


def draw(result, x, n, window):
    neurons, times, units, t, estimate = result
    grid = np.linspace(-1.0, 1.0, 161)
    curves = neurons.tuning_curves(grid[:, None])
    prefers = neurons.encoders[:, 0] > 0
    rates = np.bincount(units[times >= CUT], minlength=n) * 1000.0 / (DURATION - CUT)
    shown = np.arange(n)[::max(1, n // 40)]
    tuning = axes(*(line(grid, curves[:, k], BLUE if prefers[k] else ORANGE, width=1.2) for k in shown),
                  moment(x, GREY), dots(np.full(shown.size, x), rates[shown], "#1a1a1a", "simulated rates"),
                  x="stimulus x", y="firing rate (Hz)", xlim=(-1.0, 1.0), ylim=(0.0, 220.0), height=1.2,
                  title="tuning curves (blue: prefers +1, orange: prefers −1)")
    order = np.argsort(np.argsort(grid @ curves))               # by the direction that they signal
    chosen = prefers[units]
    spikes = axes(raster(times[chosen], order[units[chosen]], BLUE),
                  raster(times[~chosen], order[units[~chosen]], ORANGE),
                  x="", y="neuron", xlim=(0.0, DURATION), ylim=(-0.7, n - 0.3))
    error = float(np.sqrt(np.mean((estimate - x)**2)))
    decoded = axes(level(x, GREY, "stimulus"), line(t, estimate, BLUE, "estimate"), x="time (ms)",
                   y="estimate of x", xlim=(0.0, DURATION), ylim=(-1.3, 1.3), height=0.9,
                   title=f"decoded from {window:g} ms: error {error:.3f} (root mean square)")
    return [[tuning], [spikes], [decoded]]
