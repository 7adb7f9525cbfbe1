"""Digits without labels: receptive fields form while you watch.

Neurons compete for pictures, and the winner moves its weights towards what was shown (Diehl & Cook, 2015).
"""

import numpy as np

from spikingnn import STDPClassifier
from spikingnn.datasets import mnist_sample

from ..marks import BLUE, axes, bars, image, raster
from ..parameters import Slider


GROUP = "Memory and learning"
PARAMETERS = {
    "neurons": Slider("neurons", 4, 64, 1),
    "eta": Slider("learning rate", 0.0, 0.3, 0.005),
    "threshold_step": Slider("rise of the threshold per spike", 0.0, 5.0, 0.05, "mV"),
    "seed": Slider("seed", 0, 99, 1)}
PRESETS = {"slow": {"eta": 0.02}, "fast": {"eta": 0.2}, "no homeostasis": {"threshold_step": 0.0},
           "nine neurons": {"neurons": 9}}
HISTORY, SPEED, STEP = 200.0, 2000.0, 200.0
DIGITS = mnist_sample().x_train         # (1000, 28, 28)


def start(neurons=25, eta=0.05, threshold_step=0.5, seed=0):
    """Poisson inputs, plastic weights, and neurons of which one wins at a time."""
    classifier = STDPClassifier(neurons, eta=eta, threshold_step=threshold_step, present=150.0, rest=50.0,
                                seed=seed)
    classifier.start(DIGITS)
    return classifier.network, classifier


def advance(parts, duration, neurons, eta, threshold_step, seed):
    """Show the next pictures, one per 200 ms; a picture that evokes hardly a spike is shown twice."""
    classifier = parts[1]
    for _ in range(round(duration / STEP)):
        classifier.partial_fit(DIGITS[[classifier.seen % len(DIGITS)]])


def draw(parts, neurons):
    network, classifier = parts
    fields = classifier.receptive_fields().reshape(-1, 28, 28)
    columns = int(np.ceil(np.sqrt(neurons)))
    framed = np.pad(fields, ((0, columns**2 - neurons), (1, 1), (1, 1)))
    mosaic = framed.reshape(columns, columns, 30, 30).swapaxes(1, 2).reshape(30 * columns, 30 * columns)
    shown = DIGITS[(classifier.seen - 1) % len(DIGITS)] if classifier.seen else np.zeros((28, 28))
    spikes = classifier.spikes
    began = network.t - 200.0
    counts = np.bincount(spikes.i[spikes.t >= began], minlength=neurons)
    below = axes(raster(spikes.t - began, spikes.i, BLUE), x="time (ms)", y="neuron", xlim=(0.0, 200.0),
                 ylim=(-1, neurons), title="spikes of the competing neurons")
    return [[axes(image(mosaic, 0.0, max(0.2, float(np.quantile(fields, 0.999))), scale="weight (mV)"),
                  square=True, width=1.3, title=f"receptive fields after {classifier.seen:,} pictures"),
             axes(image(shown), square=True, title="the picture shown", width=0.7)],
            [below, axes(bars(np.arange(neurons), counts, BLUE), x="neuron", y="spikes for this picture",
                         xlim=(-1, neurons), ylim=(0, max(10, counts.max() + 1)), width=0.6)]]
