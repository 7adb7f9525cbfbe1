"""What is said of a trained model: how often it is right, how much it spikes, how many operations an answer takes."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

from .._util import checks
from .layer import Layer
from .linear import Conv2d, Dense
from .losses import CrossEntropy
from .model import BATCH
from .plain import Dropout, Flatten, Mean, Residual


__all__ = ["ADD", "MULTIPLY_ADD", "Operations", "confusion", "evaluate", "operations"]

COUNTED = 8 * BATCH                 # answers whose operations are counted: that takes a second run
ADD, MULTIPLY_ADD = 0.9, 4.6        # pJ of 32-bit floats in 45 nm: 0.9 an addition, 3.7 a multiplication (Horowitz, ISSCC 2014)


def confusion(labels, answers, classes):
    """(classes, classes) counts: row the class, column the answer."""
    return np.bincount(np.asarray(labels) * classes + answers, minlength=classes**2).reshape(classes, classes)


def evaluate(model, pictures, labels, encoding, count=True):
    """A dictionary: `loss`, `accuracy`, `per_class` (accuracy of each class, NaN where there is none), `confusion`, `spikes_per_sample`,
    `rates` (spikes a unit and step of each layer), `operations` (`Operations` an answer, from the first 1,024, where `count`), `answers`.

    `pictures` (N, …) are given shape and encoding in batches of a fixed size; labels are whole numbers from 0.
    """
    pictures = checked_pictures("evaluate", pictures)
    labels, classes = checked_labels(labels, len(pictures), model.shapes[-1][-1]), model.shapes[-1][-1]
    loss, total, answers, spikes, units, counted = CrossEntropy(model.of), 0.0, [], {}, {}, Operations()
    for begin in range(0, len(pictures), BATCH):
        batch = np.reshape(pictures[begin:begin + BATCH], (-1, *model.shape)).astype(model.dtype)
        inputs = encoding(batch, model.steps)
        outputs, = model.in_batches(inputs)
        total += loss(outputs, labels[begin:begin + BATCH])[0] * len(batch)
        answers.append(model.scores(outputs).argmax(axis=-1))
        for name, layer in model.spiking.items():
            own = layer.spikes[:, :len(batch)]
            spikes[name], units[name] = spikes.get(name, 0.0) + float(own.sum(dtype=np.float64)), own[0, 0].size
        if count and begin < COUNTED:
            counted += operations(model, inputs)
    answers, n = np.concatenate(answers), len(pictures)
    table = confusion(labels, answers, classes)
    with np.errstate(invalid="ignore"):
        per_class = np.diagonal(table) / table.sum(axis=1)
    return {"loss": total / n, "accuracy": float((answers == labels).mean()), "per_class": per_class.tolist(), "confusion": table.tolist(),
            "spikes_per_sample": sum(spikes.values()) / n, "rates": {k: v / (n * units[k] * model.steps) for k, v in spikes.items()},
            "operations": counted / min(n, COUNTED), "answers": answers}


def checked_pictures(owner, pictures):
    """`pictures` as an array: levels from 0 to 1, or values around zero, as `Normalise` makes them.

    ValueError for 0 to 255 and the like, and where there is NaN or infinity.
    """
    pictures = checks.real_array(owner, "x", pictures, "an array of pictures")
    if pictures.size:
        low, high = pictures.min(), pictures.max()
        if not checks.is_finite(pictures) or low >= 0 and high > 1:
            accepted = "from 0 to 1, or values around 0, and finite (levels from 0 to 255: x / 255.0)"
            raise ValueError(f"{checks.owner_name(owner)}.x must be {accepted}, got {low:g} to {high:g}")
    return pictures


def checked_labels(labels, samples, classes):
    """`labels` as (samples,) whole numbers from 0 to classes − 1."""
    labels = checks.real_array("Trainer", "y", labels, "an array of whole numbers")
    if labels.shape != (samples,) or labels.dtype.kind not in "iu":
        raise ValueError(f"labels must be {samples} whole numbers, one for each picture, got {labels.dtype} of shape {labels.shape}")
    if samples and (labels.min() < 0 or labels.max() >= classes):
        raise ValueError(f"labels must be from 0 to {classes - 1} for a model of {classes} classes, got {labels.min()} to {labels.max()}")
    return labels.astype(np.int64)


@dataclass(frozen=True)
class Operations:
    """What an answer takes where zeros are skipped: multiply-adds of values, additions for spikes."""

    multiply_adds: float = 0.0
    additions: float = 0.0

    def __add__(self, other):
        return Operations(self.multiply_adds + other.multiply_adds, self.additions + other.additions)

    def __truediv__(self, samples):
        return Operations(self.multiply_adds / samples, self.additions / samples)

    @property
    def nanojoules(self):
        """At 4.6 pJ a multiply-add and 0.9 pJ an addition (Horowitz, ISSCC 2014, 32-bit floats, 45 nm), arithmetic alone."""
        return (MULTIPLY_ADD * self.multiply_adds + ADD * self.additions) / 1000.0

    def row(self):
        """As a dictionary."""
        return asdict(self) | {"nanojoules": self.nanojoules}


def operations(model, x, samples=None):
    """`Operations` of the first `samples` (None: all) of a batch of inputs (T or 1, B, …), summed over them.

    An input that is not zero costs an operation for each weight that it meets: an addition where it is a spike, else a
    multiply-add. `Mean` is no operation: a mean of spikes counts as these spikes.
    """
    x = checks.real_array("operations", "x", x)[:, :samples]
    x = x if x.dtype == bool else x.astype(model.dtype)
    return _walk(model.layers, x, x if x.dtype == bool else None, model.steps)


def _walk(layers, x, spikes, steps):
    """The operations of `layers`; `spikes` are those that the input x stands for, None where it is analog."""
    counted = Operations()
    for layer in layers:
        if isinstance(layer, (Dense, Conv2d)):
            meets = _meets(layer, x.shape[2:])
            if spikes is not None:
                counted += Operations(0.0, float(np.sum(spikes * meets, dtype=np.float64)))
            else:
                counted += Operations(float(np.sum((x != 0) * meets, dtype=np.float64)), 0.0)
        if isinstance(layer, Residual):
            counted += _walk(layer.layers, x, spikes, steps)
        y = np.array(layer.forward(x, steps, False, None))
        if layer.spiking:
            spikes = y
            if layer.recurrent:
                counted += Operations(0.0, float(np.sum(y[:-1], dtype=np.float64)) * y.shape[-1])
        elif spikes is not None:                    # still spikes where they are only named anew, or averaged
            spikes = spikes.reshape(len(spikes), *y.shape[1:]) if isinstance(layer, (Dropout, Flatten, Mean)) else None
        x = y
    return counted


def _meets(layer: Layer, shape):
    """How many weights each input of a layer meets, broadcastable to its input."""
    if isinstance(layer, Dense):
        return float(layer.n)
    windows = np.bincount(layer.places[layer.places >= 0], minlength=shape[0] * shape[1])
    return layer.channels * windows.reshape(*shape[:2], 1).astype(np.float64)
