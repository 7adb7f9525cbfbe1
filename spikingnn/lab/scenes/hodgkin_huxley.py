"""Hodgkin–Huxley neuron: sodium gates open and close, potassium follows.

Try a short pulse and a long step, and take one of the conductances away.
"""

import numpy as np

from spikingnn import HodgkinHuxley, simulate

from ..marks import BLUE, GREEN, ORANGE, band, line
from ..panels import spike_row, trace
from ..parameters import Slider


GROUP = "Neurons"
PARAMETERS = {
    "current": Slider("input current", -10.0, 40.0, 0.1, "nA"),
    "pulse": Slider("duration of the current", 0.5, 100.0, 0.5, "ms"),
    "g_na": Slider("sodium conductance", 0.0, 200.0, 1.0, "µS"),
    "g_k": Slider("potassium conductance", 0.0, 100.0, 1.0, "µS"),
    "temperature": Slider("temperature", 0.0, 25.0, 0.1, "°C")}
PRESETS = {"one pulse": {"current": 15.0, "pulse": 1.0}, "below threshold": {"current": 4.0, "pulse": 1.0},
           "rebound spike": {"current": -6.0, "pulse": 30.0}, "no sodium (TTX)": {"g_na": 0.0},
           "no potassium (TEA)": {"g_k": 0.0}, "warm": {"temperature": 18.0}}
ON, DURATION, DT = 10.0, 110.0, 0.05    # ms


def run(current=10.0, pulse=80.0, g_na=120.0, g_k=36.0, temperature=6.3):
    """A pulse of current after 10 ms of silence."""
    t = np.arange(0.0, DURATION, 0.5)
    model = HodgkinHuxley(g_na=g_na, g_k=g_k, temperature=temperature)
    return simulate(model, np.where((t >= ON) & (t < ON + pulse), current, 0.0), DURATION, dt=DT,
                    record="all")


def draw(result, pulse, g_na, g_k):
    ends, on, t = (0.0, DURATION), (ON, min(ON + pulse, DURATION)), result.t
    m, h, n = (result[name] for name in "mhn")
    gates = trace(t, m, "gating variable", line(t, h, GREEN, "h, sodium inactivation"),
                  line(t, n, ORANGE, "n, potassium"), line([], [], BLUE, "m, sodium activation"), on=on,
                  ends=ends, ylim=(0.0, 1.0), last=False)
    conductance = trace(t, g_na * m**3 * h, "conductance (µS)", line(t, g_k * n**4, ORANGE, "potassium"),
                        line([], [], BLUE, "sodium"), band(*on), ends=ends)
    return [[spike_row(result.spikes, ends, f"{len(result.spikes)} spikes")],
            [trace(t, result.v, "v (mV)", on=on, ends=ends, ylim=(-95.0, 55.0), last=False, height=1.2)],
            [gates], [conductance]]
