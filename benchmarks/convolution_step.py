"""How long does one step of training two spiking convolutions take? The configuration mnist-cnn, batch 128, 4
time steps, on digits of the bundled sample.

A step is: forward, cross-entropy, back-propagation through time, AdamW; single precision, one thread. The
layers are those of `data/mnist-cnn.yaml`: two convolutions (32 and 64 channels, stride 2), 256 units, learned
decays, dropout. SpikingJelly has them on PyTorch's convolutions, in its fastest form: the first convolution,
whose input is constant, is computed once, the weights are applied to all time steps in one product, units are
multi-step nodes with a learned time constant and the surrogate arctan (ours is the configuration's triangle).
PyTorch's two layouts of pictures are two cases; ours is the same in both. The check: the loss of the first
weights, without dropout, equals ours within 1e-4.
"""
import sys

from common import Question
from parameters import CONVOLUTION, convolution_data
from training_step import timed


def network():
    """(the network of mnist-cnn with the common weights, its data)."""
    from spikingnn.training import Conv2d, Dense, Dropout, Flatten, LIFLayer, Mean, Model
    p, (pictures, labels, weights) = CONVOLUTION, convolution_data()
    units = dict(decay=p.decay, learn_decay=True, threshold=p.threshold, width=2.0)
    layers = [Conv2d(32, 5, 2, 2), LIFLayer(**units), Conv2d(64, 3, 2, 1), LIFLayer(**units), Flatten(),
              Dropout(p.dropout), Dense(256), LIFLayer(**units), Mean(), Dropout(p.dropout), Dense(10)]
    model = Model(layers, (28, 28, 1), steps=p.steps)
    for name, values in zip((each for each in model.parameters if each.endswith("weight")), weights):
        model.parameters[name][:] = values
    return model, pictures[None].astype("float32"), labels


def prepare(case):
    """Return a function that trains the network from its initial weights and measures some steps."""
    from spikingnn.training import AdamW, CrossEntropy
    loss = CrossEntropy()

    def measure():
        model, pictures, labels = network()
        optimizer, taken = AdamW(rate=CONVOLUTION.rate, weight_decay=0.0), iter(range(1000))
        first = loss(model.forward(pictures), labels)[0]

        def step():
            model.backward(loss(model.forward(pictures, training=True, key=next(taken)), labels)[1])
            optimizer.step(model.parameters, model.gradients)
        return timed(step, CONVOLUTION) | {"loss": first}
    measure()                                                   # compiles, or loads what was compiled
    return measure


class ConvolutionQuestion(Question):
    """A question whose check is that both begin with the same loss."""

    def rows(self, case, workers):
        """A row is right where its loss equals ours."""
        rows = super().rows(case, workers)
        losses = [row["runs"][-1]["loss"] for row in rows if "runs" in row]
        for row, loss in zip((row for row in rows if "runs" in row), losses):
            row["check"], row["right"] = f"{loss:.5f}", abs(loss - losses[0]) < 1e-4
        return rows


QUESTION = ConvolutionQuestion(
    title="One step of training mnist-cnn, batch 128, T = 4, single precision, one thread",
    workload="convolution_step", prepare=prepare, check=lambda result: ("", True),
    checked="loss", unit="ms", scale=1000.0, repeats=7, peers=("spikingjelly", ),
    cases={"channels first": {"SpikingJelly": 1 / 2}, "channels last": {"SpikingJelly": 1 / 2}},
    explanation="CPU and wall: milliseconds per step. Set-up: building and loading.")

if __name__ == "__main__":
    sys.exit(QUESTION.main(__file__, __doc__))
