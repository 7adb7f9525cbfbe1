"""How long does one step of training take? 784-256-10 leaky units, batch 128, 25 or 100 time steps, input
spikes of 10 or 2 % density.

A step is: forward, cross-entropy on the spike counts, back-propagation through time, Adam; single precision,
one thread. The spikes of the input exist already, in the form that each library takes: booleans here,
floating-point tensors in PyTorch. All have the same weights and the same input. The resets differ, and ours
has all three:

snnTorch      Leaky: by subtraction, one step late                    reset="late"
SpikingJelly  LIFNode, multi-step: by subtraction                     reset="subtract"
Norse         LIFBoxCell: to zero                                     reset="zero"

PyTorch's libraries run in their fastest form: the weights are applied to all time steps in one product, and
the reset is detached where that can be chosen. The surrogate is the arctan, in Norse its own ("super"). The
check: the loss of the first step equals ours with the same reset within 1e-4.
"""
import sys
import time

from common import Question, Stopwatch
from parameters import TRAINING, training_case, training_data


RESETS = {"snnTorch": "late", "SpikingJelly": "subtract", "Norse": "zero"}


def network(case, reset):
    """(the network with the common weights, its data)."""
    from spikingnn.training import Dense, LIFLayer, Model
    p, (spikes, labels, weights) = TRAINING, training_data(case)
    units = dict(decay=p.decay, threshold=p.threshold, reset=reset, surrogate="arctan", width=0.637)
    layers = [Dense(p.sizes[1]), LIFLayer(**units), Dense(p.sizes[2]), LIFLayer(**units)]
    model = Model(layers, p.sizes[0], steps=training_case(case)[0])
    for name, values in zip(("0_Dense.weight", "2_Dense.weight"), weights):
        model.parameters[name][:] = values
    return model, spikes, labels


def prepare(case):
    """Return a function that trains the network from its initial weights and measures some steps."""
    from spikingnn.training import Adam, CrossEntropy
    p, loss = TRAINING, CrossEntropy("count")
    first = {}
    for reset in RESETS.values():
        model, spikes, labels = network(case, reset)
        first[reset] = loss(model.forward(spikes, training=True), labels)[0]

    def measure():
        model, spikes, labels = network(case, "late")
        optimizer = Adam(rate=p.rate)

        def step():
            model.backward(loss(model.forward(spikes, training=True), labels)[1])
            optimizer.step(model.parameters, model.gradients)
        return timed(step) | {"losses": first}
    measure()                                                   # compiles, or loads what was compiled
    return measure


def timed(step, p=TRAINING):
    """Take some steps to warm up, then measure the others."""
    for _ in range(p.warm_up):
        step()
    time.sleep(0.1)
    with Stopwatch() as watch:
        for _ in range(p.repeats):
            step()
    return {"wall": watch.wall, "cpu": watch.cpu, "units": p.repeats}


class TrainingQuestion(Question):
    """A question whose check is the loss of the same network with the peer's reset."""

    def rows(self, case, workers):
        """A row is right where its loss equals ours."""
        rows = super().rows(case, workers)
        ours = workers[0].results[-1]["losses"] if workers[0].results else {}
        for row in rows:
            if "runs" in row and row["simulator"] in RESETS:
                loss, expected = row["runs"][-1]["loss"], ours[RESETS[row["simulator"]]]
                row["check"], row["right"] = f"{loss:.5f} / {expected:.5f}", abs(loss - expected) < 1e-4
        return rows


DENSE, SPARSE = dict.fromkeys(RESETS, 1 / 2.8), dict.fromkeys(RESETS, 1 / 5.5)
QUESTION = TrainingQuestion(
    title="One step of training, 784-256-10, batch 128, single precision, one thread",
    workload="training_step", prepare=prepare, check=lambda result: ("", True), checked="loss, peer / ours",
    unit="ms", scale=1000.0, repeats=5, peers=("snntorch", "spikingjelly", "norse"),
    cases={"T25-10%": DENSE, "T25-2%": SPARSE, "T100-10%": DENSE, "T100-2%": SPARSE},
    explanation="CPU and wall: milliseconds per step. The bar is that of the fastest peer. Set-up: building "
                "and loading.")

if __name__ == "__main__":
    sys.exit(QUESTION.main(__file__, __doc__))
