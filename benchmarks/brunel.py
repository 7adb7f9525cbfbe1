"""How fast is a sparse random network? Brunel's (2000) model A, 12,500 LIF neurons and 15.6 million delta
synapses.

Every neuron receives 1,000 excitatory and 250 inhibitory connections (J = 0.1 mV, g = 5) and 1,000
independent external Poisson inputs of 20 Hz (eta = 2); dt = 0.1 ms. Two cases: "constant" has one delay of
1.5 ms, "delays" draws a delay of 0.1 to 2.9 ms for every synapse. Measured is the run of 1 s of biological
time after a warm-up of 0.2 s, without the making of the network and without compiling. The rate, 36.5 to 39.5
Hz, says that all simulate the same thing.
"""
import sys

from common import Question, Stopwatch
from parameters import BRUNEL


def prepare(case):
    """Build our network, warm it up, and return what measures one more second of it."""
    from poisson_lif import PoissonLIF

    from spikingnn import DeltaSynapse, FixedInDegree, Network, NeuronGroup, SpikeMonitor, SynapseGroup
    p = BRUNEL
    model = PoissonLIF(tau_m=p.tau_m, v_rest=p.v_rest, v_threshold=p.v_threshold, v_reset=p.v_reset,
                       t_refractory=p.t_refractory, rate=p.external_inputs * p.external_rate, jump=p.weight)
    excitatory = NeuronGroup(p.n_excitatory, model, name="E")
    inhibitory = NeuronGroup(p.n_inhibitory, model, name="I")

    def drawn(rng, size):
        return p.dt * rng.integers(1, p.max_delay_steps + 1, size)

    delay = p.delay if case == "constant" else drawn
    synapses = [SynapseGroup(pre, post, weight=FixedInDegree(k, jump), synapse=DeltaSynapse(), delay=delay)
                for pre, k, jump in ((excitatory, p.in_excitatory, p.weight),
                                     (inhibitory, p.in_inhibitory, -p.g * p.weight))
                for post in (excitatory, inhibitory)]
    monitors = [SpikeMonitor(excitatory), SpikeMonitor(inhibitory)]
    network = Network(excitatory, inhibitory, *synapses, *monitors, dt=p.dt, seed=1)
    network.run(p.warm_up, progress=False)

    def measure():
        before = sum(len(monitor.t) for monitor in monitors)
        with Stopwatch() as watch:
            network.run(p.duration, progress=False)
        spikes = sum(len(monitor.t) for monitor in monitors) - before
        return {"wall": watch.wall, "cpu": watch.cpu, "units": p.duration / 1000,
                "rate": 1000 * spikes / (p.n_excitatory + p.n_inhibitory) / p.duration}
    return measure


def check(result):
    """The rate as text, and whether it is the network's."""
    return f"{result['rate']:.1f}", 36.5 <= result["rate"] <= 39.5


QUESTION = Question(
    title="Brunel network, 12,500 LIF neurons, 15.6 million synapses", workload="brunel", prepare=prepare,
    check=check, repeats=3,
    cases={"constant": {"Brian2 C++ standalone": 1 / 8, "NEST": 1 / 16},
           "delays": {"Brian2 C++ standalone": 1 / 3}},
    unit="s/bio-s", checked="rate Hz",
    explanation="CPU and wall: seconds per biological second. Set-up: building, where it applies compiling, "
                "and warming up the network.")

if __name__ == "__main__":
    sys.exit(QUESTION.main(__file__, __doc__))
