"""f–I curve with noise: noise rounds off the onset of firing.

It also spreads the interspike intervals of the marked neuron.
"""

import numpy as np

from spikingnn import FirstOrderLIF, Network, NeuronGroup, SpikeMonitor

from ..marks import BLACK, BLUE, GREY, ORANGE, axes, bars, dots, line, moment
from ..parameters import Slider


GROUP = "Neurons"
PARAMETERS = {
    "noise": Slider("noise (s.d. of v)", 0.0, 10.0, 0.1, "mV"),
    "current": Slider("marked current", 0.0, 4.0, 0.05, "nA"),
    "tau_m": Slider("membrane time constant τm", 5.0, 50.0, 0.5, "ms"),
    "t_refractory": Slider("refractory period", 0.0, 10.0, 0.5, "ms"),
    "seed": Slider("seed", 0, 99, 1)}
PRESETS = {"no noise": {"noise": 0.0}, "weak noise": {"noise": 1.0}, "strong noise": {"noise": 6.0},
           "noise-driven": {"noise": 4.0, "current": 1.0}}
CURRENTS, COPIES, MARKED, DURATION = np.linspace(0.0, 4.0, 41), 20, 180, 600.0    # nA; neurons; ms


def run(noise=2.0, current=1.6, tau_m=20.0, t_refractory=2.0, seed=0):
    """20 neurons for each of 41 currents, and 180 more with the marked one."""
    model = FirstOrderLIF(tau_m, t_refractory=t_refractory, noise=noise)
    inputs = np.append(CURRENTS.repeat(COPIES), np.full(MARKED, current))
    neurons = NeuronGroup(inputs.size, model)
    spikes = SpikeMonitor(neurons)
    Network(neurons, spikes, dt=0.2, seed=seed).run(DURATION, {neurons: inputs})
    marked = [train for train in spikes.trains()[-MARKED:] if train.size > 1]
    intervals = np.concatenate([np.diff(train) for train in marked]) if marked else np.empty(0)
    return spikes.count(), intervals, model


def draw(result, noise, current, tau_m, t_refractory):
    counts, intervals, _ = result
    rates = 1000.0 * counts / DURATION
    by_current = rates[:-MARKED].reshape(-1, COPIES)
    fine = np.linspace(0.0, 4.0, 400)
    curve = FirstOrderLIF(tau_m, t_refractory=t_refractory).rate(fine)
    mean = intervals.mean() if intervals.size else np.nan
    cv = intervals.std() / mean if intervals.size else np.nan
    longest = float(np.quantile(intervals, 0.99)) * 1.2 if intervals.size else 100.0
    edges = np.linspace(0.0, max(longest, 20.0), 41)
    share = np.histogram(intervals, edges)[0] / max(intervals.size, 1) * 100.0
    title = (f"marked current: {rates[-MARKED:].mean():.1f} Hz, CV {cv:.2f}" if intervals.size
             else "marked current: hardly a spike")
    return [[axes(line(fine, curve, GREY, "closed form without noise", dash=True),
                  dots(CURRENTS, by_current.mean(axis=1), BLUE, f"simulated, noise {noise:g} mV"),
                  moment(current, ORANGE), dots([current], [rates[-MARKED:].mean()], ORANGE, size=7),
                  x="input current (nA)", y="firing rate (Hz)", xlim=(0.0, 4.0),
                  ylim=(0.0, 1.1 * max(curve[-1], 60.0)), height=1.3)],
            [axes(bars((edges[1:] + edges[:-1]) / 2, share, ORANGE, width=0.9 * edges[1]),
                  moment(mean, BLACK, "mean")
                  if intervals.size else moment(-1.0), title=title, x="interspike interval (ms)",
                  y="intervals (%)", xlim=(0.0, float(edges[-1])),
                  ylim=(0.0, max(10.0, 1.15 * share.max())))]]
