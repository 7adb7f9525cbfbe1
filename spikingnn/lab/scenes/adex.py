"""AdEx neuron: choose a firing pattern.

The plane of v and w shows why it fires so.
"""

import numpy as np

from spikingnn import AdEx, simulate

from ..marks import BLUE, GREEN, ORANGE, axes, dots, line
from ..panels import spike_row, trace
from ..parameters import Slider


GROUP = "Neurons"
PARAMETERS = {
    "current": Slider("input current", 0.0, 1.0, 0.005, "nA"),
    "tau_m": Slider("membrane time constant τm", 2.0, 50.0, 0.01, "ms"),
    "resistance": Slider("input resistance R", 20.0, 200.0, 0.01, "MΩ"),
    "v_rest": Slider("resting potential", -80.0, -55.0, 0.5, "mV"),
    "v_reset": Slider("reset potential", -75.0, -45.0, 0.5, "mV"),
    "a": Slider("subthreshold adaptation a", -0.02, 0.02, 0.0005, "µS"),
    "b": Slider("adaptation per spike b", 0.0, 0.2, 0.001, "nA"),
    "tau_w": Slider("time constant of adaptation τw", 5.0, 500.0, 1.0, "ms")}
PRESETS = {name: {"current": AdEx.pattern_current(name)}
           | {field: round(getattr(AdEx.pattern(name), field), 3 - (field in ("tau_m", "resistance")))
              for field in PARAMETERS if field != "current"} for name in AdEx.patterns}
ON, DURATION = 20.0, 400.0              # ms


def run(current=0.5, tau_m=20.0, resistance=100.0, v_rest=-70.0, v_reset=-58.0, a=0.002, b=0.06, tau_w=100.0):
    """A step of current after 20 ms of silence."""
    model = AdEx(tau_m, resistance, v_rest, v_threshold=-50.0, v_reset=v_reset, a=a, b=b, tau_w=tau_w)
    stimulus = np.where(np.arange(0.0, DURATION, 10.0) < ON, 0.0, current)
    return simulate(model, stimulus, DURATION, dt=0.1, record="w")


def draw(result, current, resistance, v_rest, a):
    ends, on, w = (0.0, DURATION), (ON, DURATION), result["w"]
    v = result.v.copy()
    v[np.round(result.spikes / 0.1).astype(int)] = 0.0          # where the spike was cut
    after = result.t > ON
    path = np.where(np.diff(result.v, prepend=result.v[0]) < -3.0, np.nan, result.v)[after]
    grid = np.linspace(-90.0, -30.0, 300)
    nullcline = current - (grid - v_rest - 2.0 * np.exp((grid + 50.0) / 2.0)) / resistance
    top, bottom = max(w.max(), current, 0.1), min(w.min(), 0.0)
    margin = 0.15 * (top - bottom)
    plane = axes(line(grid, nullcline, ORANGE, "dv/dt = 0"),
                 line(grid, a * (grid - v_rest), GREEN, "dw/dt = 0"),
                 line(path, w[after], BLUE, "trajectory", width=1.3),
                 dots(result.v[after][:1], w[after][:1], BLUE, size=6), x="v (mV)", y="w (nA)",
                 title="the plane of v and w", xlim=(-85.0, -35.0), ylim=(bottom - margin, top + 2 * margin))
    return [[[spike_row(result.spikes, ends, f"{len(result.spikes)} spikes"),
              trace(result.t, v, "v (mV)", on=on, ends=ends, ylim=(-90.0, 5.0), last=False, width=1.3),
              trace(result.t, w, "w (nA)", on=on, ends=ends, height=0.8)], plane]]
