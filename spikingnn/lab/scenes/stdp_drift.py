"""Weights that drift: under STDP the correlated half of the inputs wins.

All inputs have the same rate; play, and change the correlation meanwhile.
"""

import numpy as np

from spikingnn import (STDP, DeltaSynapse, InputGroup, LIFGroup, Network, PoissonEncoder, RateMonitor,
                       SynapseGroup, WeightMonitor)

from ..marks import BLUE, ORANGE, axes, bars, dots, line
from ..parameters import Slider


GROUP = "Synapses and plasticity"
PARAMETERS = {
    "correlation": Slider("correlation of the blue half", 0.0, 1.0, 0.01, live=True),
    "rate": Slider("rate of every input", 2.0, 40.0, 0.5, "Hz", live=True),
    "a_plus": Slider("potentiation a₊", 0.0, 0.05, 0.0001),
    "a_minus": Slider("depression a₋", 0.0, 0.05, 0.0001),
    "mu": Slider("weight dependence µ (0: additive)", 0.0, 1.0, 0.01),
    "seed": Slider("seed", 0, 99, 1)}
PRESETS = {"additive": {}, "multiplicative": {"mu": 1.0}, "no correlation": {"correlation": 0.0},
           "depression too weak": {"a_minus": 0.008}}
HISTORY, SPEED, STEP = 200_000.0, 8000.0, 100.0
N, EVENTS, HIGHEST = 100, 0.1, 400.0    # inputs, half of them correlated; probability in 5 ms; Hz


def start(correlation=0.5, rate=15.0, a_plus=0.01, a_minus=0.012, mu=0.0, seed=0):
    """Poisson inputs on one neuron through plastic synapses, which begin at half their bound."""
    inputs, neuron = InputGroup(N, PoissonEncoder(max_rate=HIGHEST)), LIFGroup(1)
    rule = STDP(20.0, 20.0, a_plus, a_minus, mu_plus=mu, mu_minus=mu)
    synapses = SynapseGroup(inputs, neuron, 0.5, DeltaSynapse(), rule=rule)
    weights, output = WeightMonitor(synapses, every=1000.0), RateMonitor(neuron)
    network = Network(inputs, neuron, synapses, weights, output, dt=0.5, seed=seed)
    return network, inputs, synapses, weights, output


def advance(parts, duration, correlation, rate, a_plus, a_minus, mu, seed):
    """Run on; the correlated inputs give a part of their spikes in common events of 5 ms, 20 per second."""
    network, inputs = parts[:2]

    def relative_rate(t):
        """Of each input, as a fraction of the highest rate."""
        event = np.random.default_rng([seed, round(t)]).random() < EVENTS
        together = 1.0 - correlation + correlation / EVENTS * event
        return rate / HIGHEST * np.where(np.arange(N) < N // 2, together, 1.0)
    network.run(duration, {inputs: relative_rate}, every=5.0)


def draw(parts):
    network, _, synapses, weights, output = parts
    now, half = np.ravel(synapses.weight), N // 2
    t, end = weights.t / 1000.0, max(network.t, HISTORY) / 1000.0
    values = weights.values if t.size else np.empty((0, N))
    recent = output.t[output.t > network.t - 10_000.0].size / min(max(network.t, 1.0), 10_000.0) * 1000.0
    course = axes(*(line(t, values[:, k], "#9ec9e6" if k < half else "#f0b89a", width=0.7)
                    for k in range(0, N, 5)),
                  line(t, values[:, :half].mean(axis=1), BLUE, "correlated, mean", width=4.0),
                  line(t, values[:, half:].mean(axis=1), ORANGE, "uncorrelated, mean", width=4.0),
                  x="time (s)", y="weight (mV)", xlim=(end - HISTORY / 1000.0, end), ylim=(0.0, 1.05),
                  title=f"the neuron fires at {recent:.0f} Hz (last 10 s)", height=1.2)
    edges = np.linspace(0.0, 1.0, 21)
    counts = [np.histogram(part, edges)[0] for part in (now[:half], now[half:])]
    number = np.arange(N)
    return [[course],
            [axes(dots(number[:half], now[:half], BLUE), dots(number[half:], now[half:], ORANGE), x="input",
                  y="weight now (mV)", xlim=(-1, N), ylim=(0.0, 1.05)),
             axes(bars(edges[:-1] + 0.0167, counts[0], BLUE, "correlated", width=0.0167),
                  bars(edges[:-1] + 0.0333, counts[1], ORANGE, "uncorrelated", width=0.0167),
                  x="weight now (mV)", y="inputs", xlim=(0.0, 1.0), ylim=(0.0, half))]]
