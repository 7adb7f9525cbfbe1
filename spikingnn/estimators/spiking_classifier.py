"""A spiking classifier trained by gradients, as an estimator."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Self

import numpy as np
from sklearn.base import ClassifierMixin

from .._util import checks
from .._util.typing import ArrayLike, FloatArray
from ..training import ENCODINGS, AdamW, Constant, Dense, Layer, LIFLayer, Mean, Model, OneCycle, Trainer
from .scaled import ScaledEstimator


__all__ = ["SpikingClassifier"]


class SpikingClassifier(ClassifierMixin, ScaledEstimator):
    """Layers of leaky integrate-and-fire neurons, trained by back-propagation through time.

    A sample is held for `steps` steps, layer after layer of spiking neurons answers it, and the class scores
    are a linear readout of the mean spikes of the last layer.

    Parameters
    ----------
    hidden : int or sequence of int
        Number of neurons in each spiking layer.
    steps : int
        Number of time steps.
    decay : float
        Dimensionless: initial decay of the membranes per step, which is trained.
    width : float
        Dimensionless: width of the surrogate derivative, in units of the threshold.
    encoding : str
        How a sample enters: ``"direct"`` as a current, ``"latency"`` or ``"poisson"`` as spikes.
    epochs, batch : int
        Passes over the samples, and samples per mini-batch.
    learning_rate : float
        Highest learning rate, of AdamW with a one-cycle schedule.
    weight_decay : float
        Decay of the weights.
    scaling : str
        ``"feature"`` or ``"global"``: range by which samples are scaled, see `ScaledEstimator`.
    random_state : int, RandomState or None
        Seed of initial weights, the order of samples, and spikes.

    Attributes
    ----------
    classes_ : ndarray (K,)
        The classes, sorted.
    model_ : spikingnn.training.Model
        The trained model, which `spikingnn.training.to_network` takes into the simulator.

    Raises
    ------
    ValueError
        In `fit`, if a parameter, a sample or a class is out of range.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> bool(SpikingClassifier(random_state=0).fit(X, y).score(X, y) > 0.93)
    True
    """

    def __init__(self, hidden: int | Sequence[int] = 100, steps: int = 8, decay: float = 0.9,
                 width: float = 2.0, encoding: str = "direct", epochs: int = 60, batch: int = 32,
                 learning_rate: float = 5e-3, weight_decay: float = 0.0, scaling: str = "feature",
                 random_state: Any = None) -> None:
        self.hidden = hidden
        self.steps = steps
        self.decay = decay
        self.width = width
        self.encoding = encoding
        self.epochs = epochs
        self.batch = batch
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.scaling = scaling
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Train on samples X (k, n) of classes y (k,), starting from random weights."""
        levels, numbers = self.fit_range_and_classes(X, y)
        self._build()
        trainer = self._trainer(self._new_optimizer(), self.epochs, OneCycle())
        trainer.fit(levels, numbers, progress=False)
        self.n_iter_ = trainer.epoch
        return self

    def partial_fit(self, X: ArrayLike, y: ArrayLike, classes: ArrayLike | None = None) -> Self:
        """Train one epoch on samples X of classes y, at a constant learning rate.

        Parameters
        ----------
        X : array_like (k, n)
            Samples; the range of the first call stays.
        y : array_like (k,)
            Their classes.
        classes : array_like (K,), optional
            All classes; needed in the first call if y does not hold all.
        """
        first = not hasattr(self, "model_")
        levels, numbers = self.fit_range_and_classes(X, y, first, classes if first else self.classes_)
        if first:
            self._build()
            self.n_iter_ = 0
        optimizer = getattr(self, "optimizer_", self._new_optimizer())
        trainer = self._trainer(optimizer, 1, Constant(), self.n_iter_)
        trainer.fit(levels, numbers, progress=False)
        self.optimizer_ = trainer.optimizer             # with its moments
        self.n_iter_ += 1
        return self

    def predict_proba(self, X: ArrayLike) -> FloatArray:
        """Return the probability of each class, (k, K)."""
        levels = self.scaled(X).astype(self.model_.dtype)
        encoding = ENCODINGS[self.encoding]()
        probabilities = self.model_.predict(encoding(levels, self.model_.steps, self.seed_)).astype(float)
        normalised: FloatArray = probabilities / probabilities.sum(axis=1, keepdims=True)
        return normalised

    def predict(self, X: ArrayLike) -> np.ndarray[Any, Any]:
        """Return the most probable class of each sample, (k,)."""
        probabilities = self.predict_proba(X)
        chosen: np.ndarray[Any, Any] = self.classes_[probabilities.argmax(axis=1)]
        return chosen

    def _build(self) -> None:
        checks.one_of(self, "encoding", self.encoding, ENCODINGS)
        self.seed_ = self.drawn_seed()
        self.__dict__.pop("optimizer_", None)
        layers = [*self._spiking_layers(), Mean(), Dense(len(self.classes_))]
        self.model_ = Model(layers, shape=self.n_features_in_, steps=self.steps, seed=self.seed_)

    def _spiking_layers(self) -> Iterator[Layer]:
        for n in np.atleast_1d(self.hidden).tolist():
            yield Dense(n)
            yield LIFLayer(decay=self.decay, learn_decay=True, width=self.width)

    def _new_optimizer(self) -> AdamW:
        return AdamW(self.learning_rate, weight_decay=self.weight_decay)

    def _trainer(self, optimizer: AdamW, epochs: int, schedule: Constant, call: int = 0) -> Trainer:
        return Trainer(self.model_, optimizer=optimizer, schedule=schedule, epochs=epochs, batch=self.batch,
                       seed=self.seed_ + call, encoding=ENCODINGS[self.encoding]())
