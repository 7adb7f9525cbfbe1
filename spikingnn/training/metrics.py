"""Evaluation metrics of a trained model: accuracy, spikes, and the arithmetic of an answer."""

from __future__ import annotations

from typing import TypedDict

import numpy as np
from numpy.typing import ArrayLike

from .._util import checks
from .._util.typing import IntArray
from .encode import Encoding, model_inputs
from .layer import Array, operations_of
from .losses import CrossEntropy
from .model import BATCH, Model
from .operation_counts import Operations


__all__ = [
    "Evaluation", "checked_labels", "checked_pictures", "confusion_matrix", "count_operations", "evaluate"
]

COUNTED = 8 * BATCH                 # samples whose operations are counted, which takes a second forward pass


class Evaluation(TypedDict):
    """What `evaluate` returns."""

    loss: float
    """Mean cross-entropy."""
    accuracy: float
    """Fraction of the samples whose class is predicted correctly."""
    per_class: list[float]
    """Accuracy of each class; NaN where there is no sample."""
    confusion: list[list[int]]
    """Confusion matrix: true class in rows, predicted class in columns."""
    spikes_per_sample: float
    """Mean number of spikes of all layers."""
    rates: dict[str, float]
    """Name of a spiking layer -> spikes per unit and step."""
    operations: Operations
    """Operations per sample, from the first 1,024 samples."""
    answers: IntArray
    """Predicted class of each sample, (N,)."""


def confusion_matrix(labels: ArrayLike, answers: ArrayLike, classes: int) -> IntArray:
    """Return the confusion matrix: how often each class was predicted for samples of each true class.

    Parameters
    ----------
    labels : array (N,)
        True classes, whole numbers from 0.
    answers : array (N,)
        Predicted classes.
    classes : int
        Number of classes, K.

    Returns
    -------
    array (K, K)
        Counts: true class in rows, predicted class in columns.

    Examples
    --------
    >>> confusion_matrix([0, 0, 1], [0, 1, 1], classes=2)
    array([[1, 1],
           [0, 1]])
    """
    return np.bincount(np.asarray(labels) * classes + answers, minlength=classes**2).reshape(classes, classes)


def evaluate(model: Model, pictures: ArrayLike, labels: ArrayLike, encoding: Encoding,
             count: bool = True) -> Evaluation:
    """Return the `Evaluation` of a model on labelled pictures.

    Parameters
    ----------
    model : Model
        A model.
    pictures : array (N, …)
        Pictures; they are given the shape and the encoding of the model in batches of a fixed size.
    labels : array (N,)
        Classes, whole numbers from 0.
    encoding : Encoding
        How pictures enter the model, such as `Direct`.
    count : bool
        Whether operations are counted.

    Raises
    ------
    ValueError
        If pictures are not finite or have levels from 0 to 255, or labels are no classes of the model.

    Examples
    --------
    >>> import numpy as np
    >>> from spikingnn.training import Dense, Direct, LIFLayer, Mean, Model
    >>> model = Model([Dense(8), LIFLayer(), Mean(), Dense(3)], shape=16, steps=4)
    >>> result = evaluate(model, np.zeros((6, 4, 4)), np.arange(6) % 3, Direct())
    >>> round(result["accuracy"], 3), result["rates"]
    (0.333, {'1_LIF': 0.0})
    """
    pictures = checked_pictures("evaluate", pictures)
    classes = model.shapes[-1][-1]
    labels = checked_labels(labels, len(pictures), classes)
    loss, total, answers, counted = CrossEntropy(model.readout), 0.0, [], Operations()
    spikes: dict[str, float] = {}
    units: dict[str, int] = {}
    for begin in range(0, len(pictures), BATCH):
        batch = np.asarray(pictures[begin:begin + BATCH]).astype(model.dtype)
        inputs = model_inputs(encoding, batch, model.shape, model.steps)
        outputs, = model.in_batches(inputs)
        total += loss(outputs, labels[begin:begin + BATCH])[0] * len(batch)
        answers.append(model.scores(outputs).argmax(axis=-1))
        for name, layer in model.spiking.items():
            own = layer.spikes[:, :len(batch)]
            spikes[name] = spikes.get(name, 0.0) + float(own.sum(dtype=np.float64))
            units[name] = own[0, 0].size
        if count and begin < COUNTED:
            counted += count_operations(model, inputs)
    predicted, n = np.concatenate(answers), len(pictures)
    matrix = confusion_matrix(labels, predicted, classes)
    with np.errstate(invalid="ignore"):
        per_class = np.diagonal(matrix) / matrix.sum(axis=1)
    rates = {name: total_spikes / (n * units[name] * model.steps) for name, total_spikes in spikes.items()}
    return {
        "loss": total / n, "accuracy": float((predicted == labels).mean()), "per_class": per_class.tolist(),
        "confusion": matrix.tolist(), "spikes_per_sample": sum(spikes.values()) / n, "rates": rates,
        "operations": counted / min(n, COUNTED), "answers": predicted
    }


def checked_pictures(owner: object, pictures: ArrayLike) -> Array:
    """Return `pictures` as an array: levels from 0 to 1, or values around zero, as `Normalise` makes them.

    Raises
    ------
    ValueError
        If they range from 0 to 255 or the like, or one is not finite.

    Examples
    --------
    >>> checked_pictures("example", [[0.0, 1.0]]).shape
    (1, 2)
    """
    pictures = checks.real_array(owner, "x", pictures, "an array of pictures")
    if pictures.size:
        low, high = pictures.min(), pictures.max()
        if not checks.is_finite(pictures) or low >= 0 and high > 1:
            accepted = "from 0 to 1, or values around 0, and finite (levels from 0 to 255: x / 255.0)"
            raise ValueError(f"{checks.owner_name(owner)}.x must be {accepted}, got {low:g} to {high:g}")
    return pictures


def checked_labels(labels: ArrayLike, samples: int, classes: int) -> IntArray:
    """Return `labels` as (samples,) whole numbers from 0 to classes − 1.

    Raises
    ------
    ValueError
        If they are something else.

    Examples
    --------
    >>> checked_labels([0, 2], samples=2, classes=3)
    array([0, 2])
    """
    labels = checks.real_array("Trainer", "y", labels, "an array of whole numbers")
    if labels.shape != (samples,) or labels.dtype.kind not in "iu":
        raise ValueError(f"labels must be {samples} whole numbers, one for each picture, "
                         f"got {labels.dtype} of shape {labels.shape}")
    if samples and (labels.min() < 0 or labels.max() >= classes):
        raise ValueError(f"labels must be from 0 to {classes - 1} for a model of {classes} classes, "
                         f"got {labels.min()} to {labels.max()}")
    return labels.astype(np.int64)


def count_operations(model: Model, x: ArrayLike, samples: int | None = None) -> Operations:
    """Return the arithmetic operations of a forward pass, summed over the samples of a batch.

    An input that is not zero costs one operation for each weight that it meets: an addition where it is a
    spike, otherwise a multiply-add. `Mean` costs nothing: a mean of spikes counts as these spikes. A layer
    answers for itself by `Layer.count_operations`.

    Parameters
    ----------
    model : Model
        Model whose operations are counted.
    x : array (T or 1, B, …)
        Inputs as an encoding returns them; booleans are spikes.
    samples : int, optional
        Number of samples that are counted, from the first on; None: all.

    Returns
    -------
    Operations
        Multiply-adds and additions, from which an energy follows.

    Raises
    ------
    ValueError, TypeError
        If `x` is no array of numbers, or hides some of them behind a mask.

    Examples
    --------
    Two of four inputs are not zero; as spikes they cost additions alone:

    >>> import numpy as np
    >>> from spikingnn.training import Dense, Model
    >>> model, x = Model([Dense(10)], shape=4, steps=1), np.array([[[1.0, 0.0, 2.0, 0.0]]])
    >>> count_operations(model, x)
    Operations(multiply_adds=20.0, additions=0.0)
    >>> count_operations(model, x > 0)
    Operations(multiply_adds=0.0, additions=20.0)
    """
    x = checks.real_array("count_operations", "x", x)[:, :samples]
    x = x if x.dtype == bool else x.astype(model.dtype)
    return operations_of(model.layers, x, x if x.dtype == bool else None, model.steps)
