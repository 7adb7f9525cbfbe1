"""The classifier that learns by spike-timing-dependent plasticity, as an estimator."""

from __future__ import annotations

import math
from collections.abc import Sequence
from copy import deepcopy
from typing import Any, Self

import numpy as np
from sklearn.base import ClassifierMixin

from .. import unsupervised
from .._util import checks
from .._util.typing import ArrayLike, FloatArray, IntArray
from .scaled import ScaledEstimator


__all__ = ["STDPClassifier"]

INPUTS = 784        # about as many inputs as the constants of the network were chosen for


class STDPClassifier(ClassifierMixin, ScaledEstimator):
    """`spikingnn.STDPClassifier` under scikit-learn's contract: labels only name what was learned without
    them.

    The response to a sample depends on Poisson spikes: `predict` draws the same ones at every call, but other
    ones for the same sample at another place. Each sample is seen as a picture of rates, and each feature
    drives several input units, because neurons that learn from a hundred inputs hardly spike. Of a few
    features in which all classes overlap the network learns little.

    Parameters
    ----------
    neurons : int
        Number of learning neurons.
    competition : str
        ``"winner"`` or ``"pair"``, see `spikingnn.STDPClassifier`.
    threshold_step : float, optional
        mV: rise of the threshold at a spike; None: as the numbers of neurons and samples need it.
    eta : float or pair of float
        Learning rate, at the beginning and at the end.
    present, rest, max_rate : float
        ms, ms, Hz: how long a sample is shown and followed by silence, and the rate of an input of 1.
    readout : str
        ``"proportion"`` or ``"vote"``.
    passes : int
        Passes over the samples.
    units_per_feature : int, optional
        Poisson units that share a feature; None: so many that there are about 800 inputs.
    scaling : str
        ``"global"`` or ``"feature"``: range by which samples are scaled, see `ScaledEstimator`.
    random_state : int, RandomState or None
        Seed of everything that is random.

    Attributes
    ----------
    classes_ : ndarray (K,)
        The classes, sorted.
    units_per_feature_ : int
        Poisson units per feature.
    classifier_ : spikingnn.STDPClassifier
        The network.

    Raises
    ------
    ValueError
        In `fit`, if a parameter, a sample or a class is out of range.

    Examples
    --------
    >>> X, y = np.eye(4).repeat(10, axis=0), np.array(list("abcd")).repeat(10)
    >>> STDPClassifier(neurons=20, random_state=1).fit(X, y).score(X, y)
    1.0
    """

    def __init__(self, neurons: int = 400, competition: str = "winner", threshold_step: float | None = None,
                 eta: float | Sequence[float] = (0.05, 0.01), present: float = 150.0, rest: float = 50.0,
                 max_rate: float = 127.5, readout: str = "proportion", passes: int = 1,
                 units_per_feature: int | None = None, scaling: str = "global",
                 random_state: Any = None) -> None:
        self.neurons = neurons
        self.competition = competition
        self.threshold_step = threshold_step
        self.eta = eta
        self.present = present
        self.rest = rest
        self.max_rate = max_rate
        self.readout = readout
        self.passes = passes
        self.units_per_feature = units_per_feature
        self.scaling = scaling
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Learn samples X (k, n) without their classes y (k,), which then label the neurons."""
        levels, numbers = self.fit_range_and_classes(X, y)
        self._build()
        self.classifier_.fit(self._inputs(levels), numbers, passes=self.passes, progress=False)
        return self

    def partial_fit(self, X: ArrayLike, y: ArrayLike, classes: ArrayLike | None = None) -> Self:
        """Learn samples X in their order, and label the neurons by their responses at once.

        Parameters
        ----------
        X : array_like (k, n)
            Samples; the range of the first call stays.
        y : array_like (k,)
            Their classes.
        classes : array_like (K,), optional
            All classes; needed in the first call if y does not hold all.
        """
        first = not hasattr(self, "classifier_")
        levels, numbers = self.fit_range_and_classes(X, y, first, classes if first else self.classes_)
        if first:
            self._build()
            self.classifier_.start(self._inputs(levels), 10)    # as its own partial_fit plans
            self._name_classes()
        self.classifier_.partial_fit(self._inputs(levels), numbers)
        return self

    def predict(self, X: ArrayLike) -> np.ndarray[Any, Any]:
        """Return the class of the neurons that respond most to each sample, (k,)."""
        inputs = self._inputs(self.scaled(X))
        network = deepcopy(self.classifier_)            # the fitted one stays where it is in time
        numbers: IntArray = network.predict(inputs, progress=False)
        chosen: np.ndarray[Any, Any] = self.classes_[numbers]
        return chosen

    def _build(self) -> None:
        features, asked = self.n_features_in_, self.units_per_feature
        self.units_per_feature_ = (math.ceil(INPUTS / features) if asked is None
                                   else checks.integer(self, "units_per_feature", asked))
        self.classifier_ = unsupervised.STDPClassifier(
            self.neurons, self.competition, self.threshold_step, self.eta, self.present, self.rest,
            self.max_rate, self.readout, self.drawn_seed())

    def _inputs(self, levels: FloatArray) -> FloatArray:
        return levels.repeat(self.units_per_feature_, axis=1)

    def _name_classes(self) -> None:
        """Tell the network all classes, with one dark sample of each, which evokes no spikes."""
        count = len(self.classes_)
        self.classifier_.label(np.zeros((count, self.classifier_.n_inputs)), np.arange(count), progress=False)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.non_deterministic = True               # a sample's Poisson spikes depend on its place
        tags.classifier_tags.poor_score = True      # of two features it learns little
        return tags
