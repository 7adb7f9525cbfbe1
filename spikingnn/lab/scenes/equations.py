"""Your own equations: type a neuron model, its threshold and reset.

What cannot be read is named above the picture.
"""

import numpy as np

from spikingnn import Equations, Network, NeuronGroup, SpikeMonitor, StateMonitor

from ..marks import COLOURS
from ..panels import spike_row, trace
from ..parameters import Choice, Slider, Text


GROUP = "Neurons"
LIF = """dv/dt = (v_rest - v + R*I) / tau : mV (unless refractory)
v_rest = -65*mV : mV
R = 10
tau = 20*ms : ms"""
IZHIKEVICH = """dv/dt = 0.04*v**2 + 5*v + 140 - u + I
du/dt = 0.02*(0.2*v - u)"""
FITZHUGH_NAGUMO = """dv/dt = v - v**3/3 - w + I
dw/dt = 0.08*(v + 0.7 - 0.8*w)"""
MORRIS_LECAR = """dv/dt = (I*20 - 4*m*(v - 120) - 8*w*(v + 84) - 2*(v + 60)) / 20
m = (1 + tanh((v + 1.2)/18)) / 2
dw/dt = 0.04*((1 + tanh((v - 2)/30))/2 - w)*cosh((v - 2)/60)"""
PARAMETERS = {
    "text": Text("equations (time in ms, I in nA)", rows=7),
    "threshold": Text("threshold: a spike where"),
    "reset": Text("reset: what a spike does"),
    "t_refractory": Slider("refractory period", 0.1, 20.0, 0.1, "ms"),
    "current": Slider("input current I", -20.0, 40.0, 0.01, "nA"),
    "duration": Slider("duration", 50.0, 1000.0, 50.0, "ms"),
    "initial": Choice("first state", options=("rest", "zero"))}
PRESETS = {
    "leaky": {},
    "Izhikevich": {"text": IZHIKEVICH, "threshold": "v > 30", "reset": "v = -65; u += 8", "current": 10.0},
    "FitzHugh–Nagumo": {"text": FITZHUGH_NAGUMO, "threshold": "v > 1", "reset": "", "current": 0.5,
                        "duration": 300.0},
    "Morris–Lecar": {"text": MORRIS_LECAR, "threshold": "v > 0", "reset": "", "current": 4.5,
                     "duration": 600.0}}
ON = 20.0                               # ms


def run(text=LIF, threshold="v > -50*mV", reset="v = v_rest", t_refractory=2.0, current=1.8, duration=200.0,
        initial="rest"):
    """A step of current after 20 ms of silence; every state is recorded."""
    model = Equations(text, threshold or None, reset or None, t_refractory if threshold else 0.0,
                      initial="rest" if initial == "rest" else None)
    neuron = NeuronGroup(1, model)
    spikes, states = SpikeMonitor(neuron), {name: StateMonitor(neuron, name) for name in model.states
                                            if name != "refractory"}
    network = Network(neuron, spikes, *states.values(), dt=0.1, seed=0)
    network.run(duration, {neuron: np.where(np.arange(0.0, duration, 10.0) < ON, 0.0, current)[:, None]})
    return spikes.t, {name: (state.t, state.values[:, 0]) for name, state in states.items()}


def draw(result, duration):
    spikes, states = result
    ends, last = (0.0, duration), list(states)[-1]
    return [[spike_row(spikes, ends, f"{len(spikes)} spikes")],
            *([trace(*values, name, on=(ON, duration), ends=ends, last=name == last, colour=colour)]
              for (name, values), colour in zip(states.items(), 3 * COLOURS))]
