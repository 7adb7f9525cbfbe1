"""A small network with one of everything. Tests run it whole, in pieces, uncompiled, and as a script in a
process of its own:

    python mixed.py run                 prints the digest of a run
    python mixed.py resume FILE         loads FILE, goes on, prints the digest
"""

import hashlib
import sys
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from spikingnn import (ALIF, STDP, AlphaSynapse, Clopath, ConductanceSynapse, DeltaSynapse, Factored,
                       FirstOrderLIF, FirstOrderSynapse, FixedInDegree, FixedProbability, GapJunction,
                       GradedSynapse, InputGroup, LIFGroup, NMDASynapse, Network, NeuronGroup, OneToOne,
                       PoissonEncoder, RewardSTDP, SpikeMonitor, SpikeSource, StochasticRelease,
                       SynapseGroup, SynapticResources)
from spikingnn.engine.plugin import (ADD, HOOK, Rule, efficacy_kernel, on_post_kernel, on_pre_kernel,
                                     on_tick_kernel)


@dataclass(frozen=True, eq=False)
class Eligible(Rule):
    """A rule as a user writes it: pairs leave a trace at the synapse, and every `interval` ms some of it
    becomes weight."""

    learning_rate: float = 0.01
    keep: float = 0.9
    interval: float = 2.0

    synapse_state = ("c",)

    def pre_traces(self):
        return ((20.0, ADD),)

    def post_traces(self):
        return ((10.0, ADD),)

    @on_pre_kernel
    def on_pre(weight, state, pre, post, params, t, key):
        for j in range(weight.size):
            state[0, j] -= post[0, j]

    @on_post_kernel
    def on_post(weight, state, pre, post, params, t, key):
        for i in range(weight.size):
            state[0, i] += pre[0, i]

    @on_tick_kernel
    def on_tick(weight, state, pre, post, params, t, key):
        for i in range(weight.size):
            weight[i] += params[0] * state[0, i]
            state[0, i] *= params[1]


@dataclass(frozen=True, eq=False)
class Depressing(Rule):
    """Short-term depression (Tsodyks & Markram 1997): a spike uses a share U of what is left, which recovers
    with tau."""

    U: float = 0.5
    tau: float = 100.0

    def pre_traces(self):
        return ((self.tau, HOOK),)

    @efficacy_kernel
    def efficacy(pre, params, t, key):
        used = params[0] * (1.0 - pre[0])
        pre[0] += used
        return used


def positive_weights(rng, size):
    return rng.uniform(0.0, 0.4, size)


def scattered_delays(rng, size):
    return rng.integers(5, 200, size) * 0.1


def build(seed=7, monitors=True, before=lambda groups, synapses: [], threads=None):
    """(network, inputs): neurons of two kinds, three sorts of sources, all synapses, all forms of connection,
    four rules.

    `before` makes parts that come before these in the network.
    """
    cells = LIFGroup(30, FirstOrderLIF(tau_m=np.linspace(10.0, 30.0, 30), noise=1.0), dimensions=2)
    adapting = NeuronGroup(12, ALIF(threshold_step=1.0))
    stimulus = InputGroup(20, PoissonEncoder(max_rate=80.0))
    given = SpikeSource([np.arange(i, 100.0, 17.0) for i in range(12)])
    draw = np.random.default_rng(3)
    some = csr_array(draw.uniform(0.0, 0.3, (20, 12)) * (draw.random((20, 12)) < 0.5))
    synapses = [
        SynapseGroup(stimulus, cells, FixedProbability(0.6, positive_weights), delay=1.0, rule=STDP()),
        SynapseGroup(stimulus, cells, 0.1, DeltaSynapse(), rule=STDP(pairing="nearest")),
        SynapseGroup(cells, cells, FixedProbability(0.3, 0.2, autapses=False), DeltaSynapse(),
                     delay=scattered_delays),
        SynapseGroup(cells, adapting, FixedInDegree(8, 0.002), ConductanceSynapse(3.0, 0.0), delay=15.0),
        SynapseGroup(adapting, cells, Factored(np.ones((12, 2)), np.full((2, 30), -0.05)), delay=0.3),
        SynapseGroup(stimulus, adapting, some, FirstOrderSynapse(5.0), rule=Eligible()),
        SynapseGroup(stimulus, adapting, 0.2, FirstOrderSynapse(2.0), rule=Depressing()),
        SynapseGroup(given, adapting, OneToOne(3.0), DeltaSynapse(), delay=3.0),
        SynapseGroup(stimulus, cells, FixedProbability(0.3, 0.02), AlphaSynapse(np.linspace(1.0, 4.0, 30)),
                     delay=scattered_delays),
        SynapseGroup(cells, adapting, FixedInDegree(4, 0.002), NMDASynapse(60.0), delay=2.0),
        SynapseGroup(adapting, adapting, 0.001, GapJunction()),
        SynapseGroup(stimulus, adapting, some, FirstOrderSynapse(5.0), delay=scattered_delays, delay_post=2.0,
                     rule=[Eligible(), SynapticResources(), Clopath(a_ltd=1e-3, w_min=-5.0, w_max=5.0),
                           StochasticRelease(0.7)]),
        SynapseGroup(cells, given, 0.5, rule=RewardSTDP(0.01)),
        SynapseGroup(cells, cells, FixedProbability(0.2, 0.001), GradedSynapse("v"), delay=4.0),
    ]
    groups = [cells, adapting, stimulus, given]
    # names of their own: no other part can change their streams
    for k, part in enumerate(groups + synapses):
        part.name = f"part{k}"
    watched = [SpikeMonitor(group) for group in groups] if monitors else []
    inputs = {stimulus: np.linspace(0.2, 1.0, 5)[:, None] * np.ones(20), adapting: 1.4}
    return Network(before(groups, synapses), groups, synapses, watched, seed=seed, threads=threads), inputs


def digest(network):
    """All bits that a network is in, and those of its recorded spikes."""
    layout, sha = network._layout, hashlib.sha256()
    for array in (layout.state, layout.filter_state, layout.past_level, layout.trace, layout.weight,
                  layout.synapse_state):
        sha.update(array.tobytes())
    for monitor in network.monitors:
        if isinstance(monitor, SpikeMonitor):
            sha.update(monitor.t.tobytes() + monitor.i.astype(np.int64).tobytes())
    return sha.hexdigest()


if __name__ == "__main__":
    network, inputs = build(seed=7 if sys.argv[1] == "run" else None)
    if sys.argv[1] == "resume":
        network.load(sys.argv[2])
    network.run(50.0, inputs)
    print(digest(network))
