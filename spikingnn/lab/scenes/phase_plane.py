"""Phase plane of a neuron: where the nullclines cross, it can rest.

If the crossing is unstable, it fires (FitzHugh–Nagumo). Start anywhere by the last two sliders.
"""

import numpy as np

from spikingnn import Equations, Network, NeuronGroup, StateMonitor

from ..marks import BLACK, BLUE, GREEN, ORANGE, arrows, axes, dots, line, text
from ..panels import trace
from ..parameters import Slider


GROUP = "Neurons"
TEXT = """dv/dt = v - v**3/3 - w + I
dw/dt = epsilon*(v + a - b*w)"""
PARAMETERS = {
    "current": Slider("input current I", -0.5, 2.0, 0.01),
    "epsilon": Slider("speed of recovery ε", 0.005, 1.0, 0.005),
    "a": Slider("offset a", -0.5, 1.5, 0.01),
    "b": Slider("slope b", 0.1, 2.5, 0.01),
    "v_first": Slider("first v", -2.5, 2.5, 0.05),
    "w_first": Slider("first w", -1.5, 2.5, 0.05)}
PRESETS = {"rest": {"current": 0.0}, "excitable: one spike": {"current": 0.0, "v_first": -0.4},
           "oscillation": {"current": 0.5}, "depolarisation block": {"current": 1.6},
           "bistable": {"current": 0.35, "b": 2.0, "v_first": 0.3}, "relaxation": {"epsilon": 0.01}}
DURATION, DT = 300.0, 0.1


def run(current=0.5, epsilon=0.08, a=0.7, b=0.8, v_first=-1.2, w_first=-0.6):
    """The trajectory from the first state on, and the fixed points."""
    model = Equations(TEXT, epsilon=epsilon, a=a, b=b)
    neuron = NeuronGroup(1, model)
    neuron["v"], neuron["w"] = v_first, w_first
    v, w = StateMonitor(neuron, "v"), StateMonitor(neuron, "w")
    Network(neuron, v, w, dt=DT, seed=0).run(DURATION, {neuron: current})
    return v.t, v.values[:, 0], w.values[:, 0], model.fixed_points(current)


def draw(result, current, epsilon, a, b, v_first, w_first):
    t, v, w, points = result
    v, w = np.append(v_first, v), np.append(w_first, w)
    grid = np.linspace(-3.0, 3.0, 300)
    x, y = (each.ravel() for each in np.meshgrid(np.linspace(-2.6, 2.6, 21), np.linspace(-1.6, 2.6, 17)))
    marks = [arrows(x, y, x - x**3 / 3 - y + current, epsilon * (x + a - b * y)),
             line(grid, grid - grid**3 / 3 + current, ORANGE, "dv/dt = 0"),
             line(grid, (grid + a) / b, GREEN, "dw/dt = 0"), line(v, w, BLUE, "trajectory"),
             dots([v_first], [w_first], BLUE, size=5)]
    for point in points:
        marks += [dots([point["v"]], [point["w"]], BLACK, size=6, hollow=not point.is_stable),
                  text(point["v"] + 0.12, point["w"] - 0.17, point.kind, BLACK)]
    plane = axes(*marks, x="v", y="w", xlim=(-2.7, 2.7), ylim=(-1.7, 2.7), height=2.2,
                 title="filled: stable fixed point, open: unstable")
    return [[plane], [trace(np.append(0.0, t), v, "v", line(np.append(0.0, t), w, GREEN, "w"),
                            line([], [], BLUE, "v"), ends=(0.0, DURATION), ylim=(-2.5, 2.7))]]
