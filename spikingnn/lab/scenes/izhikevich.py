"""Izhikevich neuron: four parameters give the firing patterns of cortical cells.

Choose one, and see it in the plane of v and u.
"""

import numpy as np

from spikingnn import Izhikevich, simulate

from ..marks import BLUE, GREEN, ORANGE, axes, line
from ..panels import spike_row, trace
from ..parameters import Slider


GROUP = "Neurons"
PARAMETERS = {
    "current": Slider("input current", -20.0, 40.0, 0.1, "nA"),
    "a": Slider("rate of recovery a", 0.005, 0.2, 0.005, "1/ms"),
    "b": Slider("sensitivity of recovery b", 0.05, 0.35, 0.005, "1/ms"),
    "c": Slider("reset potential c", -75.0, -40.0, 0.5, "mV"),
    "d": Slider("rise of u per spike d", 0.0, 10.0, 0.05, "mV/ms")}
PRESETS = {name: {field: getattr(Izhikevich.pattern(name), field) for field in "abcd"}
           for name in Izhikevich.patterns if name not in ("thalamo-cortical", "resonator")}
PRESETS["rebound after release"] = {"current": -10.0, "b": 0.25, "d": 0.05}
ON, OFF, DURATION = 30.0, 330.0, 400.0          # ms


def run(current=10.0, a=0.02, b=0.2, c=-65.0, d=8.0):
    """A step of current of 300 ms."""
    t = np.arange(0.0, DURATION, 10.0)
    return simulate(Izhikevich(a, b, c, d), np.where((t >= ON) & (t < OFF), current, 0.0), DURATION, dt=0.1,
                    record="u")


def draw(result, current, b):
    ends, on, u = (0.0, DURATION), (ON, OFF), result["u"]
    v = result.v.copy()
    v[np.round(result.spikes / 0.1).astype(int)] = 30.0         # where the spike was cut
    path = np.where(np.diff(result.v, prepend=result.v[0]) < -10.0, np.nan, result.v)
    grid = np.linspace(-100.0, 40.0, 300)
    plane = axes(line(grid, 0.04 * grid**2 + 5.0 * grid + 140.0 + current, ORANGE, "dv/dt = 0, stimulus on"),
                 line(grid, b * grid, GREEN, "du/dt = 0"), line(path, u, BLUE, "trajectory", width=1.3),
                 x="v (mV)", y="u (mV/ms)", title="the plane of v and u", xlim=(-90.0, 32.0),
                 ylim=(min(u.min(), -20.0) - 2.0, max(u.max(), 0.0) + 8.0))
    return [[[spike_row(result.spikes, ends, f"{len(result.spikes)} spikes"),
              trace(result.t, v, "v (mV)", on=on, ends=ends, ylim=(-95.0, 35.0), last=False, width=1.3),
              trace(result.t, u, "u (mV/ms)", on=on, ends=ends, height=0.8)], plane]]
