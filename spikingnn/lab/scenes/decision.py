"""Decision: two pools compete for a noisy stimulus.

The winner keeps the choice after the stimulus has gone (Wang, 2002).
"""

import numpy as np

from spikingnn import (ConductanceSynapse, FirstOrderLIF, Network, NeuronGroup, NMDASynapse, OneToOne,
                       PoissonInput, RateMonitor, SynapseGroup)

from ..marks import BLACK, BLUE, GREY, ORANGE, axes, line, raster, text
from ..parameters import Slider


GROUP = "Networks"
PARAMETERS = {
    "coherence": Slider("coherence (below 0: for orange)", -100, 100, 1, "%", live=True),
    "stimulus": Slider("stimulus", 0.0, 80.0, 1.0, "Hz", live=True),
    "strength": Slider("weight within a pool", 1.0, 2.4, 0.01),
    "seed": Slider("seed", 0, 99, 1)}
PRESETS = {"no evidence": {"coherence": 0}, "some evidence": {"coherence": 12},
           "clear evidence": {"coherence": 50},
           "the stimulus ends": {"stimulus": 0.0}, "no memory": {"strength": 1.3}}
HISTORY, SPEED, STEP = 2000.0, 400.0, 10.0
N, POOL, NS, DT = 400, 60, 4e-3, 0.5    # a quarter of the paper's neurons, four times its conductances


def start(coherence=12, stimulus=40.0, strength=1.8, seed=0):
    """Two selective pools of 60 among 400 excitatory neurons, and 100 inhibitory ones."""
    cells = NeuronGroup(N, FirstOrderLIF(20.0, 40.0, -70.0, -50.0, -55.0, 2.0))
    others = NeuronGroup(N // 4, FirstOrderLIF(10.0, 50.0, -70.0, -50.0, -55.0, 1.0))
    ampa, gaba, nmda = ConductanceSynapse(2.0, 0.0), ConductanceSynapse(5.0, -70.0), NMDASynapse(100.0)
    pool, weak = np.arange(N) // POOL, (N - strength * POOL) / (N - POOL)       # pools 0 and 1 are selective
    w = NS * np.where(pool > 1, 1.0, np.where(pool[:, None] == pool, strength, weak))
    inputs = PoissonInput(N, 2400.0), PoissonInput(N // 4, 2400.0)
    synapses = [SynapseGroup(pre, post, weight, receptor, 0.5) for pre, post, weight, receptor in (
        (cells, cells, 0.05 * w, ampa), (cells, cells, 0.165 * w, nmda), (cells, others, 0.04 * NS, ampa),
        (cells, others, 0.13 * NS, nmda), (others, cells, 1.3 * NS, gaba), (others, others, NS, gaba),
        (inputs[0], cells, OneToOne(2.1e-3), ampa), (inputs[1], others, OneToOne(1.62e-3), ampa))]
    spikes = RateMonitor(cells)
    return Network(cells, others, inputs, synapses, spikes, dt=DT, seed=seed), inputs[0], spikes


def advance(parts, duration, coherence, stimulus, strength, seed):
    """Run on; every 50 ms each pool gets a new random rate around its mean."""
    network, source, _ = parts
    means = stimulus * (1.0 + np.array([coherence, -coherence]) / 100.0)

    def added(t):
        """Hz, of every excitatory neuron."""
        shown = np.random.default_rng([seed, round(t)]).normal(means, 4.0 * (stimulus > 0.0))
        return np.maximum(shown, 0.0).repeat(POOL) @ np.eye(2 * POOL, N)
    network.run(duration, {source: added}, every=50.0)


def draw(parts, coherence, stimulus):
    network, _, spikes = parts
    t, i, width = spikes.t - network.t, spikes.i, 50.0
    edges = np.arange(-HISTORY, 0.1, width)
    rates = [np.histogram(t[i // POOL == k], edges)[0] * 1000.0 / (width * POOL) for k in (0, 1)]
    latest = [rate[-4:].mean() for rate in rates]
    verdict = ("not decided" if max(latest) < 20.0 or min(latest) > 0.5 * max(latest)
               else "blue has won" if latest[0] > latest[1] else "orange has won")
    pools = axes(raster(t[i < POOL], i[i < POOL], BLUE, height=1.5),
                 raster(t[i // POOL == 1], i[i // POOL == 1], ORANGE, height=1.5),
                 y="neuron of a pool", xlim=(-HISTORY, 0.0), ylim=(0, 2 * POOL), height=1.1,
                 title=f"{verdict}; coherence {coherence:g} %, "
                 + (f"stimulus {stimulus:g} Hz" if stimulus else "no stimulus"))
    curves = axes(*(line(edges[:-1] + width / 2, rate, colour, label, width=3.0) for rate, colour, label in
                    zip(rates, (BLUE, ORANGE), ("blue pool", "orange pool"))), x="time before now (ms)",
                  y="rate (Hz)",
                  xlim=(-HISTORY, 0.0), ylim=(0.0, max(60.0, *(1.15 * rate.max() for rate in rates))))
    end = max(60.0, *latest) * 1.1
    plane = axes(line([0, end], [0, end], GREY, dash=True), line(rates[0], rates[1], BLACK, width=1.2),
                 text(latest[0], latest[1], "●", BLACK, "center", 1.4), x="blue pool (Hz)",
                 y="orange pool (Hz)", xlim=(0.0, end), ylim=(0.0, end), width=0.6)
    return [[pools], [curves, plane]]
