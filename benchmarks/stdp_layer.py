"""How fast does a layer learn pictures? 784 Poisson inputs to 400 adaptive LIF neurons that compete, 350
steps of 1 ms each.

The first hundred digits of the bundled MNIST sample are shown once, from the same weights, with learning on:
at each spike of a neuron the trace rule Δw = eta·x·(1 − w), its weights then scaled to a sum of 78.4, its
threshold raised by 0.05 mV. Only the presentation is measured: drawing the Poisson spikes, 350 steps per
picture, the counts. No silence between pictures.

winner    the default of STDPClassifier: of the neurons that reach threshold in a step one spikes, and all
others are
          inhibited in that step. Brian2 has no winner in compiled code: all that reach threshold spike, and
          each inhibits the others before the next step. BindsNET: its DiehlAndCook2015v2, where one drawn at
          random spikes, all that reached threshold are reset, and inhibition comes one step later; PostPre
          after postsynaptic spikes only, no 1 − w.
pair      the network of Diehl & Cook (2015), STDPClassifier(competition="pair"): each neuron drives an
inhibitory one, which
          two steps later inhibits all others. Brian2: the same equations. BindsNET: its DiehlAndCook2015 with
          its DiehlAndCook rule; one neuron spikes per step, and traces add up where ours are set to one.

Brian2 has all of our parameters. It runs in its fastest form: traces in the inputs instead of one per
synapse. BindsNET resets to 5 mV above rest, has no lower bound of the potential, scales the weights once per
picture, starts each picture from rest, and computes in single precision, the others in double. It spikes more
than ours, so its threshold is raised until the numbers of spikes agree: 25.5 and 19.5 mV above rest instead
of 13. The check: spikes per picture within 10 % of ours.
"""
import sys

from common import Question, Stopwatch
from parameters import LAYER, layer_pictures, layer_weights


def prepare(case):
    """Return a function that builds the layer and measures all pictures in one run: learning starts anew each
    time.
    """
    from spikingnn.unsupervised import STDPClassifier
    p, pictures = LAYER, layer_pictures()
    present = p.steps * p.dt

    def measure():
        learner = STDPClassifier(p.n, case, p.threshold_step, p.eta, present, max_rate=p.max_rate, seed=1)
        learner.start(pictures)
        learner.synapses.weight = layer_weights()
        learner.network.run(p.dt, progress=False)               # builds the network, which is not measured
        learner.spikes.clear()
        with Stopwatch() as watch:
            learner.network.run(p.images * present, inputs={learner.inputs: pictures}, progress=False)
        return {"wall": watch.wall, "cpu": watch.cpu, "units": p.images,
                "rate": 1000.0 * len(learner.spikes.t) / (p.n * p.images * present)}
    measure()                                                   # compiles, or loads what was compiled
    return measure


def check(result):
    """Spikes per picture; at first right where the classifier would not show the picture again."""
    spikes = result["rate"] * LAYER.n * LAYER.steps * LAYER.dt / 1000.0
    return f"{spikes:.1f}", spikes >= 5


class LayerQuestion(Question):
    """A question whose check compares the simulators with each other."""

    def rows(self, case, workers):
        """A row is right where its rate is within a tenth of ours."""
        rows = super().rows(case, workers)
        for row in rows:
            if "runs" in row and "runs" in rows[0]:
                row["right"] &= abs(row["runs"][-1]["rate"] / rows[0]["runs"][-1]["rate"] - 1) <= 0.1
        return rows


BARS = {"BindsNET": 1 / 300, "Brian2 C++ standalone": 1 / 3}
QUESTION = LayerQuestion(
    title="A layer that learns pictures: 784 Poisson inputs to 400 adaptive LIF neurons, 350 steps",
    workload="stdp_layer", prepare=prepare, check=check, cases={"winner": BARS, "pair": BARS},
    unit="ms/picture", checked="spikes/picture", scale=1000.0, repeats=3, peers=("bindsnet", "brian2"),
    explanation="CPU and wall: milliseconds per picture. Set-up: building and, where it applies, compiling "
                "or loading.")

if __name__ == "__main__":
    sys.exit(QUESTION.main(__file__, __doc__))
