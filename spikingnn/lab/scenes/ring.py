"""Ring attractor: a working memory; press the mouse on the spikes.

A bump of activity forms there and stays when you let go (Compte et al., 2000).
"""

import numpy as np

from spikingnn import (ConductanceSynapse, FirstOrderLIF, Network, NeuronGroup, NMDASynapse, OneToOne,
                       PoissonInput, SpikeMonitor, SynapseGroup)

from ..marks import BLUE, ORANGE, axes, bars, level, line, raster
from ..parameters import Slider


GROUP = "Networks"
PARAMETERS = {
    "push": Slider("direction of the cue (−1: none)", -1.0, 360.0, 1.0, "°", live=True),
    "force": Slider("strength of the cue", 0.05, 1.0, 0.01, "nA", live=True),
    "inhibition": Slider("inhibition", 0.5, 1.5, 0.01, "times", live=True),
    "strong": Slider("excitation of neighbours", 1.0, 2.0, 0.01, "times"),
    "width": Slider("width of the excitation", 8.0, 40.0, 0.5, "°"),
    "seed": Slider("seed", 0, 99, 1)}
PRESETS = {"cue at 180°": {"push": 180.0}, "cue removed": {}, "no bump can stay": {"strong": 1.2},
           "weak inhibition": {"inhibition": 0.7}}
HISTORY, SPEED, STEP = 2000.0, 400.0, 10.0
N, SCALE, DT = 256, 8e-3, 0.5           # an eighth of the paper's neurons, eight times its conductances
ANGLE = np.arange(N) * 360.0 / N
TICKS = {angle: str(angle) for angle in (0, 90, 180, 270, 360)}


def start(push=-1.0, force=0.3, inhibition=1.0, strong=1.62, width=18.0, seed=0):
    """Neighbours on the ring excite each other more than others; all share the same inhibition."""
    ring = NeuronGroup(N, FirstOrderLIF(20.0, 40.0, -70.0, -50.0, -60.0, 2.0))
    others = NeuronGroup(N // 4, FirstOrderLIF(10.0, 50.0, -70.0, -50.0, -60.0, 1.0))
    near = np.exp(-0.5 * ((ANGLE[:, None] - ANGLE + 180.0) % 360.0 - 180.0)**2 / width**2)
    weak = (1.0 - strong * near[0].mean()) / (1.0 - near[0].mean())
    ampa, gaba, nmda = ConductanceSynapse(2.0, 0.0), ConductanceSynapse(10.0, -70.0), NMDASynapse(100.0)
    inhibitory = SynapseGroup(others, ring, np.full((N // 4, N), 1.336 * SCALE), gaba)
    synapses = [SynapseGroup(pre, post, SCALE * g, receptor) for pre, post, g, receptor in (
        (ring, ring, 0.381 * (weak + (strong - weak) * near), nmda), (ring, others, 0.292, nmda),
        (others, others, 1.024, gaba))]
    inputs = PoissonInput(N, 1800.0), PoissonInput(N // 4, 1800.0)
    synapses += [SynapseGroup(inputs[0], ring, OneToOne(3.1e-3), ampa),
                 SynapseGroup(inputs[1], others, OneToOne(2.38e-3), ampa)]
    spikes = SpikeMonitor(ring)
    network = Network(ring, others, inputs, inhibitory, synapses, spikes, dt=DT, seed=seed)
    return network, ring, inhibitory, spikes


def advance(parts, duration, push, force, inhibition, strong, width, seed):
    """Run on, with a current around the cued direction."""
    network, ring, inhibitory, _ = parts
    if inhibitory.weight[0, 0] != 1.336 * SCALE * inhibition:
        inhibitory.weight = np.full((N // 4, N), 1.336 * SCALE * inhibition)
    distance = (ANGLE - push + 180.0) % 360.0 - 180.0
    network.run(duration, {ring: force * np.exp(-0.5 * distance**2 / 18.0**2) * (push >= 0.0)})


def draw(parts, push):
    network, _, _, spikes = parts
    t, angle = spikes.t - network.t, ANGLE[spikes.i]
    edges = np.arange(-HISTORY, 0.1, 100.0)
    which = np.digitize(t, edges) - 1
    sums = np.array([np.exp(1j * np.radians(angle[which == k])).sum() for k in range(edges.size - 1)])
    counts = np.maximum(np.bincount(which, minlength=edges.size)[:edges.size - 1], 1)
    clear = (np.abs(sums) > 0.35 * counts) & (counts > 20)
    direction = np.where(clear, np.degrees(np.angle(sums)) % 360.0, np.nan)
    jumps = np.abs(np.diff(direction, prepend=direction[0])) > 180.0
    cue = [level(push, ORANGE, "cue")] if push >= 0.0 else []
    mean = line(edges[:-1] + 50.0, np.where(jumps, np.nan, direction), ORANGE, "mean direction", width=4.0)
    title = f"the network remembers {direction[-1]:.0f}°" if clear[-1] else "no bump: press the mouse here"
    shown = axes(raster(t, angle, BLUE, height=3.0), mean, *cue, x="time before now (ms)", title=title,
                 y="preferred direction (°)", xlim=(-HISTORY, 0.0), ylim=(0, 360), yticks=TICKS, push="push",
                 width=2.2)
    rate = np.histogram(angle[t > -200.0], np.arange(0.0, 361.0, 360.0 / 64))[0] / (0.2 * N / 64)
    profile = axes(bars(np.arange(64) * 5.625 + 2.8, rate, BLUE, width=5.0), x="preferred direction (°)",
                   y="rate in the last 200 ms (Hz)",
                   xlim=(0, 360), ylim=(0.0, max(60.0, 1.1 * rate.max())), xticks=TICKS)
    return [[shown, profile]]
