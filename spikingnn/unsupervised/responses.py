"""From the spike counts of labelled neurons to a class: two readouts, and the responses by class from which
they are made.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from .._util.typing import FloatArray, IntArray


__all__ = ["ClassResponses"]


class ClassResponses:
    """Spike counts summed by class: how the neurons responded to the pictures of each class.

    Parameters
    ----------
    n_classes : int
        Number of classes.
    neurons : int
        Number of neurons.

    Attributes
    ----------
    sums : array (classes, neurons)
        Summed spike counts.
    shown : array (classes,)
        How many pictures each sum holds.

    Examples
    --------
    >>> responses = ClassResponses(n_classes=2, neurons=2)
    >>> responses.add([[3, 0], [1, 2]], [0, 1])
    >>> responses.labels(), responses.scores([[4.0, 1.0]])
    (array([0, 1]), array([[3., 2.]]))
    """

    def __init__(self, n_classes: int, neurons: int) -> None:
        self.sums: FloatArray = np.zeros((n_classes, neurons))
        self.shown: FloatArray = np.zeros(n_classes)

    def add(self, counts: ArrayLike, classes: ArrayLike, keep: float = 1.0) -> None:
        """Add counts (k, neurons) for pictures of `classes` (k,); earlier ones are weighted by `keep`."""
        self.sums *= keep
        self.shown *= keep
        np.add.at(self.sums, np.asarray(classes), counts)
        np.add.at(self.shown, np.asarray(classes), 1.0)

    def means(self) -> FloatArray:
        """Return the mean count of each neuron for a picture of each class, (classes, neurons).

        0 where none was shown.
        """
        return self.sums / np.maximum(self.shown, 1.0)[:, None]

    def labels(self) -> IntArray:
        """Return the class to which each neuron responds most, (neurons,); −1 where it never spiked."""
        means = self.means()
        return np.where(means.sum(axis=0) > 0, means.argmax(axis=0), -1)

    def scores(self, counts: ArrayLike, readout: str = "proportion") -> FloatArray:
        """Return the evidence for each class, (k, classes), in counts (k, neurons).

        Parameters
        ----------
        counts : array (k, neurons)
            Spike counts for k pictures.
        readout : str
            ``"proportion"``: Σ_j n_j · p(class | neuron j), with p the class's share of the neuron's mean
            counts (Hazan et al. 2018). ``"vote"``: the mean count of the neurons with the label of the class
            (Diehl & Cook 2015).
        """
        counts = np.asarray(counts)
        if readout == "proportion":
            means = self.means()
            return np.asarray(counts @ (means / np.maximum(means.sum(axis=0), 1e-12)).T)
        labelled = (self.labels() == np.arange(len(self.shown))[:, None]).astype(float)
        return np.asarray(counts @ (labelled / np.maximum(labelled.sum(axis=1, keepdims=True), 1.0)).T)
