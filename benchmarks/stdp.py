"""How fast does a synapse learn? Song, Miller & Abbott (2000): 1,000 Poisson inputs on one neuron, pair STDP,
100 s.

Inputs of 15 Hz, exponential conductances of 5 ms, all-to-all pairing with tau = 20 ms, in the parameters of
Brian2's example, whose conductances are in units of the leak (here: resistance 1 MOhm, so the weights in uS
are the same numbers); dt = 0.1 ms. All start from the same weights. Measured is the run of the 100 s alone.
The check: the weights end bimodal, each outer fifth of the range holds more of them than any inner fifth.
"""
import sys

from common import Question, Stopwatch
from parameters import STDP, fifths, initial_weights


def prepare(case):
    """Returns what builds our network afresh and measures its run: learning starts anew each time."""
    import spikingnn as snn
    p = STDP

    def build():
        inputs = snn.InputGroup(p.n_inputs, snn.PoissonEncoder(max_rate=p.rate))
        cell = snn.LIFGroup(1, snn.FirstOrderLIF(tau_m=p.tau_m, resistance=1.0, v_rest=p.v_rest,
                                                 v_threshold=p.v_threshold,
                                                 v_reset=p.v_reset, t_refractory=0.0))
        rule = snn.STDP(tau_plus=p.tau_plus, tau_minus=p.tau_minus, a_plus=p.a_plus, a_minus=p.a_minus,
                        w_max=p.w_max)
        synapses = snn.SynapseGroup(inputs, cell, weight=initial_weights().reshape(-1, 1), rule=rule,
                                    synapse=snn.ConductanceSynapse(tau=p.tau_synapse, reversal=p.reversal))
        spikes = snn.SpikeMonitor(cell)
        return snn.Network(inputs, cell, synapses, spikes, dt=p.dt, seed=1), inputs, synapses, spikes

    network, inputs, *_ = build()
    network.run(10.0, inputs={inputs: 1.0}, progress=False)     # compiles, or loads what was compiled

    def measure():
        network, inputs, synapses, spikes = build()
        # builds: the drawing and laying out is not measured
        network.run(p.dt, inputs={inputs: 1.0}, progress=False)
        with Stopwatch() as watch:
            network.run(p.duration, inputs={inputs: 1.0}, progress=False)
        return {"wall": watch.wall, "cpu": watch.cpu, "units": 1.0, "rate": 1000 * len(spikes.t) / p.duration,
                "fifths": fifths(synapses.weight)}
    return measure


def check(result):
    """The weights in each fifth of the range and the neuron's rate; right where they are bimodal."""
    low, *inner, high = result["fifths"]
    return f"{' '.join(map(str, result['fifths']))} at {result['rate']:.1f} Hz", min(low, high) > max(inner)


QUESTION = Question(
    title="Pair STDP, 1,000 Poisson inputs to 1 LIF neuron, 100 s", workload="stdp", prepare=prepare,
    check=check,
    cases={"stdp": {"Brian2 C++ standalone": 1 / 12}}, unit="s", checked="weights by fifths",
    peers=("brian2",),
    explanation="CPU and wall: seconds for the 100 s. Set-up: building and, where it applies, compiling the "
                "network.")

if __name__ == "__main__":
    sys.exit(QUESTION.main(__file__, __doc__))
