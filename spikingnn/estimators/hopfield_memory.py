"""The spiking Hopfield memory as an estimator."""

from __future__ import annotations

import math
import warnings
from typing import Any, Self

import numpy as np
from sklearn.base import OneToOneFeatureMixin, TransformerMixin

from .._util import checks
from .._util.typing import ArrayLike, FloatArray, IntArray
from ..memory import HopfieldAssembly
from .scaled import ScaledEstimator


__all__ = ["HopfieldMemory"]


class HopfieldMemory(OneToOneFeatureMixin, TransformerMixin, ScaledEstimator):
    """A `HopfieldAssembly` that stores samples and recalls them from corrupted ones.

    `fit` stores, `transform` recalls, `predict` says which stored sample it is, `score` is the mean overlap
    and `score_samples` the recall's own score. Samples are scaled to the range from 0 to 1 and made binary:
    a feature above ``threshold`` is white.

    Parameters
    ----------
    rule : str
        Learning rule, see `HopfieldAssembly`.
    gain, bias : float, optional
        Current per unit of field, and constant current, in units of the threshold; None: that of the rule.
    cue_gain, noise : float
        Current under a cue, and standard deviation of the membrane, in units of the threshold.
    beta : float
        Inverse temperature, of the rule ``"dense"``.
    ridge : str or float
        Ridge of the rule ``"projection"``.
    threshold : float
        Dimensionless, from 0 to 1: level above which a feature is white.
    cue_time, hold_time : float
        ms: how long the cue is given, and how long the network runs without it.
    sustain : float
        Fraction of the cue that stays.
    scaling : str
        ``"global"`` or ``"feature"``: range by which samples are scaled, see `ScaledEstimator`.
    random_state : int, RandomState or None
        Seed of the potentials and phases in which a recall begins.

    Attributes
    ----------
    assembly_ : HopfieldAssembly
        The memory.
    labels_ : ndarray (P,)
        What `predict` returns for each stored sample: the y of `fit`, or else its number.

    Raises
    ------
    ValueError
        In `fit`, if a parameter or a sample is out of range.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> X = rng.integers(0, 2, (3, 100))
    >>> memory = HopfieldMemory(random_state=0).fit(X, ["a", "b", "c"])
    >>> noisy = np.where(rng.random(X.shape) < 0.2, 1 - X, X)
    >>> memory.predict(noisy).tolist(), bool((memory.transform(noisy) == X).all()), memory.score(noisy, X)
    (['a', 'b', 'c'], True, 1.0)
    """

    def __init__(self, rule: str = "projection", gain: float | None = None, bias: float | None = None,
                 cue_gain: float = 60.0, noise: float = 0.0, beta: float = math.inf,
                 ridge: str | float = "auto", threshold: float = 0.5, cue_time: float = 50.0,
                 hold_time: float = 250.0, sustain: float = 0.0, scaling: str = "global",
                 random_state: Any = None) -> None:
        self.rule = rule
        self.gain = gain
        self.bias = bias
        self.cue_gain = cue_gain
        self.noise = noise
        self.beta = beta
        self.ridge = ridge
        self.threshold = threshold
        self.cue_time = cue_time
        self.hold_time = hold_time
        self.sustain = sustain
        self.scaling = scaling
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: ArrayLike | None = None) -> Self:
        """Store samples in an empty memory.

        Parameters
        ----------
        X : array_like (P, n)
            Samples.
        y : array_like (P,), optional
            A label per sample, which `predict` returns.
        """
        patterns = self._binary(self.fit_range(X, ensure_min_features=2))
        self.assembly_ = HopfieldAssembly(
            patterns.shape[1], self.rule, self.drawn_seed(), gain=self.gain, bias=self.bias,
            cue_gain=self.cue_gain, noise=self.noise, beta=self.beta, ridge=self.ridge,
            diagonal=self._diagonal(patterns)).store(patterns)
        self.labels_ = self._checked_labels(y, len(patterns))
        return self

    def partial_fit(self, X: ArrayLike, y: ArrayLike | None = None) -> Self:
        """Store samples in addition to those that are there; parameters as for `fit`."""
        if not hasattr(self, "assembly_"):
            return self.fit(X, y)
        patterns = self._binary(self.fit_range(X, first=False))
        added = (self._checked_labels(y, len(patterns)) if y is not None
                 else np.arange(len(self.labels_), len(self.labels_) + len(patterns)))
        self.assembly_.add(patterns)
        self.labels_ = np.concatenate([self.labels_, added])
        return self

    def transform(self, X: ArrayLike) -> FloatArray:
        """Return what the memory recalls from each cue, (k, n), in the units of the fitted samples."""
        return np.where(self._recalled(X)[0] > 0, self.data_max_, self.data_min_)

    def predict(self, X: ArrayLike) -> np.ndarray[Any, Any]:
        """Return for each cue the label, or else the number, of the stored sample that is most similar to
        what is recalled, (k,)."""
        answers, _ = self._recalled(X)
        chosen: np.ndarray[Any, Any] = self.labels_[self._overlaps(answers).argmax(axis=1)]
        return chosen

    def score_samples(self, X: ArrayLike) -> FloatArray:
        """Return the score of each recall, (k,): −10 to 10, ≥ 0 where a stored sample is recognised."""
        return self._recalled(X)[1]

    def score(self, X: ArrayLike, y: ArrayLike | None = None) -> float:
        """Return the mean overlap of what is recalled from X with what should be.

        Parameters
        ----------
        X : array_like (k, n)
            Cues.
        y : array_like (k, n) or (k,), optional
            The samples that should be recalled, or their labels. By default X itself.

        Returns
        -------
        float
            From −1 to 1, where every feature is recalled.
        """
        answers, _ = self._recalled(X)
        target = np.asarray(X if y is None else y)
        if target.ndim == 1:
            return float(np.mean(self._overlap_with_labelled(answers, target)))
        if target.shape != answers.shape:
            checks.fail(self, "y", target.shape, f"one sample or label per cue, {answers.shape}")
        return float(np.mean(answers * self._binary(self.scaled(target))))

    def _overlap_with_labelled(self, answers: FloatArray, y: np.ndarray[Any, Any]) -> FloatArray:
        """Return the overlap of each answer with the most similar stored sample of its label, (k,)."""
        if len(y) != len(answers):
            checks.fail(self, "y", y.shape, f"one sample or label per cue, {len(answers)}")
        same = self.labels_ == y[:, np.newaxis]
        if not same.any(axis=1).all():
            checks.fail(self, "y", y[~same.any(axis=1)].tolist(), "labels of stored samples")
        best: FloatArray = np.where(same, self._overlaps(answers), -np.inf).max(axis=1)
        return best

    def _recalled(self, X: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Return the answers (k, n) of ±1 and the score of each recall."""
        cues = self._binary(self.scaled(X))
        recalls = [(recall.pattern, recall.score) for recall in self.assembly_.recall_each(
            cues, self.cue_time, self.hold_time, self.sustain)]
        answers, scores = zip(*recalls)
        return np.stack(answers), np.array(scores, dtype=float)

    def _overlaps(self, answers: FloatArray) -> FloatArray:
        return self.assembly_.pattern_overlaps(np.asarray(answers, dtype=float))

    def _binary(self, levels: FloatArray) -> FloatArray:
        threshold = checks.unit_interval(self, "threshold", self.threshold)
        return np.where(levels > threshold, 1.0, -1.0)

    def _diagonal(self, patterns: FloatArray) -> str:
        """Return "kept" where the projection on the patterns is the identity: nothing is left without it."""
        n = patterns.shape[1]
        if self.rule != "projection" or np.linalg.matrix_rank(patterns) < n:
            return "removed"
        warnings.warn(f"HopfieldMemory: the samples span all {n} features, so that the projection rule "
                      "corrects nothing; store fewer, or take rule='dense'", UserWarning, stacklevel=3)
        return "kept"

    def _checked_labels(self, y: ArrayLike | None, count: int) -> IntArray:
        if y is None:
            return np.arange(count)
        labels = np.asarray(y)
        if labels.shape != (count,):
            checks.fail(self, "y", labels.shape, f"one label per sample, shape ({count},)")
        return labels

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "assembly_")
