"""A trained classifier: draw a digit, white on black.

The spikes of every layer, and the answer of the bundled model mnist-256.
"""

from functools import lru_cache

import numpy as np

from spikingnn.datasets import mnist_sample
from spikingnn.training.experiment import load_for_inference

from ..marks import BLUE, LIGHT, ORANGE, axes, bars, image, raster
from ..parameters import Drawing, Slider


GROUP = "Memory and learning"
SIDE = 28                               # pixels


def own():
    """Digits of the bundled sample, as hexadecimal digits."""
    return [np.round(255 * digit).astype(np.uint8).tobytes().hex() for digit in mnist_sample().x_train[:20]]


PARAMETERS = {
    "drawing": Drawing("digit: draw, erase or upload", side=SIDE, own=own, follows="digit"),
    "digit": Slider("start from digit of the sample", 0, 19, 1),
    "noise": Slider("noise (s.d. of a pixel)", 0.0, 1.0, 0.01),
    "covered": Slider("covered rows from above", 0, 28, 1),
    "seed": Slider("seed", 0, 99, 1)}
PRESETS = {"blank page": {"drawing": "00" * SIDE * SIDE}, "noisy": {"noise": 0.4},
           "the upper half covered": {"covered": 14}}


@lru_cache
def trained():
    """The bundled model, with its preprocessing."""
    return load_for_inference()


def run(drawing="", digit=0, noise=0.0, covered=0, seed=0):
    """The picture as the model sees it, the probability of each class, and the spikes of each layer."""
    model = trained()
    page = (np.frombuffer(bytes.fromhex(drawing), np.uint8).reshape(SIDE, SIDE) / 255.0 if drawing
            else mnist_sample().x_train[digit])
    seen = model.preprocess(page[None])[0]
    seen = np.clip(seen + np.random.default_rng(seed).normal(0.0, noise, seen.shape), 0.0, 1.0)
    seen[..., :covered, :] = 0.0
    probabilities, spikes = model.answer(seen[None])
    return page, seen.reshape(SIDE, SIDE), probabilities[0], [layer[:, 0] for layer in spikes]


def draw(result):
    page, seen, probabilities, spikes = result
    number, best = sum(int(layer.sum()) for layer in spikes), int(np.argmax(probabilities))
    blank = seen.max() == seen.min()
    verdict = ("blank: nothing is drawn" if blank else "no spikes, so no answer" if not number
               else f"{best}, {100 * probabilities[best]:.1f} %")
    shares = np.zeros(10) if blank or not number else 100.0 * probabilities
    framed = {"xlim": (0, SIDE), "ylim": (SIDE, 0), "square": True}
    classes = axes(bars(np.arange(10), shares, LIGHT), bars([best], shares[[best]], ORANGE), x="class",
                   y="probability (%)", xlim=(-0.6, 9.6), ylim=(0.0, 105.0),
                   xticks={k: str(k) for k in range(10)}, title=verdict, width=1.4)
    above = [axes(image(page), title="the page", **framed),
             axes(image(seen), title="as the model sees it", **framed), classes]
    layers = []
    for k, layer in enumerate(spikes, start=1):
        steps, units = layer.shape
        step, unit = np.nonzero(layer)
        layers.append(axes(raster(unit, step + 1, BLUE, height=0.7), x=f"neuron of layer {k}", y="time step",
                           xlim=(-2, units + 1), ylim=(steps + 0.6, 0.4),
                           yticks={j: str(j) for j in range(1, steps + 1)},
                           title=f"layer {k}: {len(unit)} spikes of {units} neurons in {steps} steps"))
    return [above, *([each] for each in layers)]
