"""Short-term plasticity: depression transmits changes of the rate.

Facilitation transmits sustained activity (Tsodyks & Markram, 1997).
"""

import numpy as np

from spikingnn import (FirstOrderLIF, FirstOrderSynapse, Network, NeuronGroup, SpikeSource, StateMonitor,
                       SynapseGroup, TsodyksMarkram)

from ..marks import ORANGE, axes, dots, line, moment
from ..panels import spike_row, trace
from ..parameters import Slider


GROUP = "Synapses and plasticity"
PARAMETERS = {
    "u_rest": Slider("release probability at rest U", 0.02, 1.0, 0.01),
    "tau_recovery": Slider("recovery of resources", 1.0, 2000.0, 1.0, "ms"),
    "tau_facilitation": Slider("decay of facilitation", 1.0, 2000.0, 1.0, "ms"),
    "rate": Slider("presynaptic rate", 1.0, 100.0, 0.5, "Hz"),
    "number": Slider("spikes before the pause", 1, 30, 1),
    "pause": Slider("pause", 10.0, 1000.0, 10.0, "ms")}
PRESETS = {"depressing": {},
           "facilitating": {"u_rest": 0.15, "tau_recovery": 50.0, "tau_facilitation": 750.0},
           "both": {"u_rest": 0.2, "tau_recovery": 300.0, "tau_facilitation": 300.0},
           "hardly any": {"u_rest": 0.5, "tau_recovery": 5.0, "tau_facilitation": 5.0}}


def run(u_rest=0.45, tau_recovery=750.0, tau_facilitation=50.0, rate=20.0, number=12, pause=500.0):
    """A train, a pause and one more spike; the first response is the same for every U."""
    train = np.round(50.0 + 1000.0 / rate * np.arange(number), 1)
    train = np.append(train[train < 1200.0], np.round(min(train[-1], 1200.0) + pause, 1))
    source, neuron = SpikeSource([train]), NeuronGroup(1, FirstOrderLIF(15.0, v_threshold=1e6))
    rule = TsodyksMarkram(u_rest, tau_recovery, tau_facilitation)
    synapses = SynapseGroup(source, neuron, 0.54 / u_rest, FirstOrderSynapse(3.0), rule=rule)
    v = StateMonitor(neuron, "v")
    Network(source, neuron, synapses, v, dt=0.1).run(round(train[-1]) + 150.0)
    return v.t, v.values[:, 0] + 65.0, train


def steady(u_rest, tau_recovery, tau_facilitation, rate):
    """Efficacy u · R in a regular train, in closed form."""
    u = u_rest / (1.0 - (1.0 - u_rest) * np.exp(-1000.0 / (rate * tau_facilitation)))
    left = np.exp(-1000.0 / (rate * tau_recovery))
    return u * (1.0 - left) / (1.0 - (1.0 - u) * left)


def draw(result, u_rest, tau_recovery, tau_facilitation, rate):
    t, psp, train = result
    ends, rates = (0.0, float(t[-1])), np.geomspace(1.0, 100.0, 200)
    efficacy = steady(u_rest, tau_recovery, tau_facilitation, rates)
    now = steady(u_rest, tau_recovery, tau_facilitation, rate)
    panels = ((efficacy, now, "efficacy u·R", "steady state"),
              (rates * efficacy, rate * now, "efficacy × rate (Hz)", "what is transmitted"))
    below = [axes(line(rates, values), moment(rate, ORANGE), dots([rate], [mark], ORANGE, size=6), log=True,
                  x="presynaptic rate (Hz)", y=name, xlim=(1.0, 100.0), ylim=(0.0, 1.15 * max(values)),
                  title=title) for values, mark, name, title in panels]
    return [[spike_row(train, ends, "presynaptic spikes")],
            [trace(t, psp, "PSP (mV)", ends=ends, ylim=(0.0, max(1.0, 1.1 * psp.max())))], below]
