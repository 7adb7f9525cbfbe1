"""Leaky integrate-and-fire neuron: raise the current past the rheobase.

That is where the potential just reaches the threshold.
"""

import numpy as np

from spikingnn import FirstOrderLIF, simulate

from ..marks import GREY, ORANGE, level
from ..panels import spike_row, trace
from ..parameters import Slider


GROUP = "Neurons"
PARAMETERS = {
    "current": Slider("input current", 0.0, 4.0, 0.01, "nA"),
    "tau_m": Slider("membrane time constant τm", 2.0, 100.0, 0.5, "ms"),
    "resistance": Slider("input resistance R", 1.0, 30.0, 0.1, "MΩ"),
    "v_threshold": Slider("threshold", -60.0, -30.0, 0.5, "mV"),
    "t_refractory": Slider("refractory period", 0.0, 20.0, 0.5, "ms"),
    "noise": Slider("noise (s.d. of v)", 0.0, 10.0, 0.1, "mV"),
    "seed": Slider("seed of the noise", 0, 99, 1)}
PRESETS = {"below the rheobase": {"current": 1.45}, "just above": {"current": 1.51},
           "spikes by noise": {"current": 1.2, "noise": 3.0},
           "long refractory period": {"t_refractory": 15.0}}
ON, DURATION = 20.0, 250.0              # ms


def run(current=1.8, tau_m=20.0, resistance=10.0, v_threshold=-50.0, t_refractory=2.0, noise=0.0, seed=0):
    """A step of current after 20 ms of silence."""
    model = FirstOrderLIF(tau_m, resistance, v_threshold=v_threshold, t_refractory=t_refractory, noise=noise)
    stimulus = np.where(np.arange(0.0, DURATION, 10.0) < ON, 0.0, current)
    return simulate(model, stimulus, DURATION, dt=0.1, seed=seed)


def draw(result, current, resistance, v_threshold):
    ends, n = (0.0, DURATION), len(result.spikes)
    rate = f", {1000 / np.diff(result.spikes).mean():.1f} Hz" if n > 1 else ""
    title = f"{n} spike{'s' * (n != 1)}{rate}; rheobase {(v_threshold + 65.0) / resistance:.2f} nA"
    membrane = trace(
        result.t, result.v, "membrane potential v (mV)", level(v_threshold, ORANGE, "threshold"),
        level(-65.0 + resistance * current, GREY, "v∞ = v rest + R·I"), on=(ON, DURATION), ends=ends,
        ylim=(min(-70.0, result.v.min() - 2.0), max(-40.0, v_threshold + 8.0)))
    return [[spike_row(result.spikes, ends, title)], [membrane]]
