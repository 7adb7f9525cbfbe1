"""Leaky integrate-and-fire neuron: raise the current past the rheobase, where v just reaches the threshold."""

import numpy as np

from spikingnn import FirstOrderLIF, simulate

from ..marks import BLUE, GREY, ORANGE, axes, band, level, line, raster
from ..parameters import Slider


GROUP = "Neurons"
PARAMETERS = {
    "current": Slider("input current", low=0.0, high=4.0, step=0.01, unit="nA"),
    "tau_m": Slider("membrane time constant τ_m", low=2.0, high=100.0, step=0.5, unit="ms"),
    "resistance": Slider("input resistance R", low=1.0, high=30.0, step=0.1, unit="MΩ"),
    "v_threshold": Slider("threshold", low=-60.0, high=-30.0, step=0.5, unit="mV"),
    "t_refractory": Slider("refractory period", low=0.0, high=20.0, step=0.5, unit="ms"),
    "noise": Slider("noise (s.d. of v)", low=0.0, high=10.0, step=0.1, unit="mV"),
    "seed": Slider("seed of the noise", low=0, high=99, step=1)}
PRESETS = {"below the rheobase": {"current": 1.45}, "just above": {"current": 1.51},
           "noise alone": {"current": 1.2, "noise": 3.0}, "long refractory period": {"t_refractory": 15.0}}
ON, DURATION = 20.0, 250.0              # ms


def run(current=1.8, tau_m=20.0, resistance=10.0, v_threshold=-50.0, t_refractory=2.0, noise=0.0, seed=0):
    """A step of current after 20 ms of silence."""
    model = FirstOrderLIF(tau_m, resistance, v_threshold=v_threshold, t_refractory=t_refractory, noise=noise)
    steps = np.where(np.arange(0.0, DURATION, 10.0) < ON, 0.0, current)
    return simulate(model, steps, DURATION, dt=0.1, seed=seed)


def draw(result, current, resistance, v_threshold):
    interval = np.diff(result.spikes).mean() if len(result.spikes) > 1 else np.inf
    title = f"{len(result.spikes)} spikes, {1000 / interval:.1f} Hz; rheobase {(v_threshold + 65) / resistance:.2f} nA"
    v_inf = -65.0 + resistance * current
    above = [axes(raster(result.spikes, 0 * result.spikes, BLUE, height=0.9), x="", y="spikes",
                  xlim=(0, DURATION), ylim=(-0.6, 0.6), yticks={0: ""}, height=0.35, title=title)]
    membrane = [axes(band(ON, DURATION), level(v_threshold, ORANGE, "threshold"),
                     level(v_inf, GREY, "v without threshold, R·I") if v_inf < -20 else level(-65.0),
                     line(result.t, result.v), x="time (ms)", y="membrane potential v (mV)",
                     xlim=(0, DURATION), ylim=(-70, max(-44, v_threshold + 6)), height=1.3)]
    return [above, membrane]
