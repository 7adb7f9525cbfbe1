"""Adaptive threshold: each spike raises the threshold, which decays back.

The interspike intervals grow until rise and decay balance.
"""

import numpy as np

from spikingnn import ALIF, simulate

from ..marks import BLUE, GREEN, ORANGE, axes, dots, level, line
from ..panels import spike_row, trace
from ..parameters import Slider


GROUP = "Neurons"
PARAMETERS = {
    "current": Slider("input current", 0.0, 6.0, 0.01, "nA"),
    "threshold_step": Slider("rise of the threshold per spike", 0.0, 15.0, 0.1, "mV"),
    "tau_threshold": Slider("decay of the threshold τθ", 5.0, 1000.0, 5.0, "ms"),
    "tau_m": Slider("membrane time constant τm", 2.0, 100.0, 0.5, "ms"),
    "noise": Slider("noise (s.d. of v)", 0.0, 10.0, 0.1, "mV"),
    "seed": Slider("seed of the noise", 0, 99, 1)}
PRESETS = {"no adaptation": {"threshold_step": 0.0}, "fast": {"tau_threshold": 30.0, "threshold_step": 8.0},
           "with noise": {"noise": 3.0}, "slow": {"tau_threshold": 800.0, "threshold_step": 3.0}}
ON, DURATION = 50.0, 600.0              # ms


def run(current=3.0, threshold_step=4.0, tau_threshold=200.0, tau_m=20.0, noise=0.0, seed=0):
    """A step of current after 50 ms of silence; the rise of the threshold is recorded, too."""
    model = ALIF(tau_m, threshold_step=threshold_step, tau_threshold=tau_threshold, noise=noise)
    stimulus = np.where(np.arange(0.0, DURATION, 10.0) < ON, 0.0, current)
    return simulate(model, stimulus, DURATION, dt=0.1, seed=seed, record="theta")


def draw(result, current):
    ends, on, rise = (0.0, DURATION), (ON, DURATION), result["theta"]
    intervals = np.diff(result.spikes)
    title = f"{len(result.spikes)} spikes" + (
        f"; first interval {intervals[0]:.1f} ms, last {intervals[-1]:.1f} ms" if intervals.size else "")
    membrane = trace(result.t, result.v, "v (mV)", line(result.t, rise - 50.0, ORANGE, "threshold"),
                     level(-65.0 + 10.0 * current, GREEN, "v without threshold"), on=on, ends=ends,
                     height=1.2, ylim=(-70.0, max(-40.0, rise.max() - 46.0)))
    growth = axes(dots(np.arange(1, intervals.size + 1), intervals, BLUE), x="interval number",
                  y="interval (ms)", ylim=(0.0, 1.15 * max(intervals, default=10.0)),
                  xlim=(0.0, max(10, intervals.size + 1)), height=0.8)
    return [[spike_row(result.spikes, ends, title)], [membrane], [growth]]
