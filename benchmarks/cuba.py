"""How fast is a small network with exponential synapses? Vogels & Abbott (2005), current-based: "CUBA", 4,000
LIF neurons.

3,200 excitatory and 800 inhibitory neurons, 2 % connectivity, exponential synaptic currents of 5 and 10 ms,
in the parameters of Brian2's example; dt = 0.1 ms. All simulate one and the same draw of the network from the
same start. Measured is a run of 5 s of biological time without the making of the network and without
compiling. The rate, 5.6 Hz give or take 0.3, is the check.
"""
import sys

import numpy as np
from common import Question, Stopwatch
from parameters import CUBA, cuba_connections, cuba_initial_v


def prepare(case):
    """Build our network; a measurement starts it afresh."""
    from scipy.sparse import csr_array

    from spikingnn import FirstOrderLIF, FirstOrderSynapse, LIFGroup, Network, SpikeMonitor, SynapseGroup
    p = CUBA
    n = p.n_excitatory + p.n_inhibitory
    cells = LIFGroup(n,
                     FirstOrderLIF(tau_m=p.tau_m, resistance=1.0, v_rest=p.v_rest, v_threshold=p.v_threshold,
                                   v_reset=p.v_reset, t_refractory=p.t_refractory))
    synapses, first = [], 0
    for (sources, targets), weight, tau in zip(cuba_connections(), (p.weight_excitatory, p.weight_inhibitory),
                                               (p.tau_excitatory, p.tau_inhibitory)):
        matrix = csr_array((np.full(len(sources), weight), (first + sources, targets)), shape=(n, n))
        synapses.append(SynapseGroup(cells, cells, weight=matrix, synapse=FirstOrderSynapse(tau=tau)))
        first += p.n_excitatory
    spikes = SpikeMonitor(cells)
    network = Network(cells, *synapses, spikes, dt=p.dt, seed=1)
    network.run(10.0, progress=False)                       # compiles, or loads what was compiled

    def measure():
        network.reset()
        cells["v"][:] = cuba_initial_v()
        with Stopwatch() as watch:
            network.run(p.duration, progress=False)
        return {"wall": watch.wall, "cpu": watch.cpu, "units": p.duration / 1000,
                "rate": 1000 * len(spikes.t) / n / p.duration}
    return measure


def check(result):
    """The rate as text, and whether it is the network's."""
    return f"{result['rate']:.2f}", 5.3 <= result["rate"] <= 5.9


QUESTION = Question(
    title="CUBA network, 4,000 LIF neurons, 320,000 synapses", workload="cuba", prepare=prepare, check=check,
    cases={"cuba": {"Brian2 C++ standalone": 1 / 1.4, "NEST": 1 / 15}}, unit="s/bio-s", checked="rate Hz",
    explanation="CPU and wall: seconds per biological second. Set-up: building and, where it applies, "
                "compiling the network.")

if __name__ == "__main__":
    sys.exit(QUESTION.main(__file__, __doc__))
