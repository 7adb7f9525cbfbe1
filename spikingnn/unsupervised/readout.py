"""From the spike counts of labelled neurons to a class: two read-outs, and the tally that both are made from."""

from __future__ import annotations

import numpy as np


class ClassResponses:
    """Spike counts summed by class: `sums` (classes, neurons), `shown` (classes,) how many pictures each sum holds."""

    def __init__(self, n_classes, neurons):
        self.sums, self.shown = np.zeros((n_classes, neurons)), np.zeros(n_classes)

    def add(self, counts, classes, keep=1.0):
        """Add counts (k, neurons) of pictures of `classes` (k,); what was there before is weighted by `keep`."""
        self.sums *= keep
        self.shown *= keep
        np.add.at(self.sums, classes, counts)
        np.add.at(self.shown, classes, 1.0)

    def means(self):
        """(classes, neurons): the mean count of each neuron for a picture of each class; zero where none was shown."""
        return self.sums / np.maximum(self.shown, 1.0)[:, None]

    def labels(self):
        """(neurons,): the class that each neuron answers most to; -1 where it never spiked."""
        means = self.means()
        return np.where(means.sum(axis=0) > 0, means.argmax(axis=0), -1)

    def scores(self, counts, readout="proportion"):
        """(k, classes): the evidence for each class in counts (k, neurons).

        "proportion"   Σ_j n_j · p(class | neuron j), p the neuron's share of its mean counts (Hazan et al. 2018)
        "vote"         the mean count of the neurons that carry the class's label (Diehl & Cook 2015)
        """
        if readout == "proportion":
            means = self.means()
            return counts @ (means / np.maximum(means.sum(axis=0), 1e-12)).T
        mine = (self.labels() == np.arange(len(self.shown))[:, None]).astype(float)
        return counts @ (mine / np.maximum(mine.sum(axis=1, keepdims=True), 1.0)).T
