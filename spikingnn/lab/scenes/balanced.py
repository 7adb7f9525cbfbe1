"""Balanced network: inhibition g and drive η decide how a network fires.

In synchrony or not, regularly or not (Brunel, 2000).
"""

from dataclasses import replace

import numpy as np
from scipy.sparse import csr_array

from spikingnn import DeltaSynapse, FirstOrderLIF, Network, NeuronGroup, RateMonitor, SynapseGroup

from ..marks import BLUE, GREY, ORANGE, axes, dots, line, raster, text
from ..parameters import Slider


GROUP = "Networks"
PARAMETERS = {
    "g": Slider("inhibition over excitation g", 0.0, 8.0, 0.05, live=True),
    "eta": Slider("external drive η over threshold", 0.0, 4.0, 0.02, live=True),
    "jump": Slider("excitatory jump J", 0.0, 1.0, 0.01, "mV", live=True),
    "delay": Slider("delay", 0.5, 5.0, 0.1, "ms"),
    "seed": Slider("seed", 0, 99, 1)}
PRESETS = {"asynchronous irregular": {"g": 5.0, "eta": 2.0}, "synchronous regular": {"g": 3.0, "eta": 2.0},
           "fast oscillation": {"g": 6.0, "eta": 4.0}, "slow oscillation": {"g": 4.5, "eta": 0.9}}
HISTORY, SPEED, STEP = 200.0, 50.0, 1.0
N_E, N_I, IN_E, IN_I = 800, 200, 80, 20         # neurons; synapses per neuron
THRESHOLD = 20.0                        # mV above rest


def start(g=5.0, eta=2.0, jump=0.7, delay=1.5, seed=0):
    """1,000 neurons; each gets synapses of 80 excitatory and 20 inhibitory neurons."""
    cells = NeuronGroup(N_E + N_I, FirstOrderLIF(20.0, 1.0, v_rest=0.0, v_threshold=THRESHOLD, v_reset=10.0))
    draws, links = np.random.default_rng(seed), np.zeros((N_E + N_I, N_E + N_I))
    for target in range(cells.n):
        links[draws.choice(N_E, IN_E, replace=False), target] = 1.0
        links[N_E + draws.choice(N_I, IN_I, replace=False), target] = -1.0
    synapses = SynapseGroup(cells, cells, csr_array(links), DeltaSynapse(), delay)
    spikes = RateMonitor(cells)
    return Network(cells, synapses, spikes, dt=0.1, seed=seed), cells, synapses, spikes, csr_array(links), {}


def advance(parts, duration, g, eta, jump, delay, seed):
    """Run on; the external Poisson input, of mean eta · threshold, is white noise here."""
    network, cells, synapses, _, links, set_up = parts
    if set_up != {"g": g, "eta": eta, "jump": jump}:
        set_up.update(g=g, eta=eta, jump=jump)
        weight = links.copy()
        weight.data = jump * np.where(links.data > 0.0, 1.0, -g)
        synapses.weight = weight
        cells.model = replace(cells.model, noise=np.sqrt(jump * eta * THRESHOLD / 2))
    network.run(duration, {cells: eta * THRESHOLD})


def draw(parts, g, eta):
    network, _, _, spikes, _, _ = parts
    end = max(network.t, HISTORY)
    t, i = spikes.t - end, spikes.i
    bins = np.arange(-HISTORY, 0.1, 1.0)
    rate = [np.histogram(t[chosen], bins)[0] * 1000.0 / n for chosen, n in ((i < N_E, N_E), (i >= N_E, N_I))]
    names = ((1.9, 3.6, "synchronous"), (1.9, 3.3, "regular"), (6.1, 2.1, "asynchronous"),
             (6.1, 1.8, "irregular"), (6.1, 3.6, "fast oscillation"), (6.1, 0.5, "slow or silent"))
    plane = axes(line([4, 4], [0, 4], GREY, dash=True), line([0, 8], [1, 1], GREY, dash=True),
                 *(text(x, y, words, align="center", size=0.85) for x, y, words in names),
                 dots([g], [eta], ORANGE, size=9), x="inhibition g", y="external drive η", xlim=(0, 8),
                 ylim=(0, 4), title="Brunel's plane", width=0.9)
    e, shown = i < N_E, i % 4 == 0
    cells = axes(raster(t[e & shown], i[e & shown], BLUE, height=4),
                 raster(t[~e & shown], i[~e & shown], ORANGE, height=4),
                 y="neuron", xlim=(-HISTORY, 0), ylim=(0, N_E + N_I), width=1.3,
                 title=f"every fourth neuron; mean {rate[0].mean():.0f} Hz")
    rates = axes(line(bins[:-1] + 0.5, rate[1], ORANGE, "inhibitory", width=1.2),
                 line(bins[:-1] + 0.5, rate[0], BLUE, "excitatory"), x="time before now (ms)", y="rate (Hz)",
                 xlim=(-HISTORY, 0), ylim=(0, max(50.0, 1.1 * max(map(np.max, rate)))))
    return [[plane, [cells, rates]]]
