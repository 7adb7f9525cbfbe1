"""What all estimators share: checked inputs, scaled by the minimum and maximum that were fitted."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from .._util import checks
from .._util.typing import ArrayLike, FloatArray, IntArray


__all__ = ["SCALINGS", "ScaledEstimator", "class_numbers"]

SCALINGS = ("global", "feature")


class ScaledEstimator(BaseEstimator):
    """Base class of estimators that see inputs from 0 to 1.

    ``scaling="global"`` takes one minimum and one maximum of all features, as of pictures, whose contrast
    it keeps; ``"feature"`` takes those of each feature, as of a table whose columns have units of their own.

    Examples
    --------
    >>> import numpy as np
    >>> class Scaled(ScaledEstimator):
    ...     scaling = "global"
    >>> Scaled().fit_range(np.array([[0.0, 4.0]])).tolist()
    [[0.0, 1.0]]
    """

    scaling: str
    data_min_: FloatArray
    data_max_: FloatArray
    n_features_in_: int

    def fit_range(self, X: ArrayLike, first: bool = True, **options: Any) -> FloatArray:
        """Check X (k, n), fit the range if this is the `first` call, and return X from 0 to 1."""
        return self._fitted(validate_data(self, X, reset=first, dtype=np.float64, **options), first)

    def fit_range_and_classes(self, X: ArrayLike, y: ArrayLike, first: bool = True,
                              classes: ArrayLike | None = None) -> tuple[FloatArray, IntArray]:
        """Return X from 0 to 1, as `fit_range` does, and the number of the class of each sample.

        Sets ``classes_``: all `classes`, or else those in y.
        """
        values, labels = validate_data(self, X, y, reset=first, dtype=np.float64)
        return self._fitted(values, first), class_numbers(self, labels, classes)

    def _fitted(self, values: FloatArray, first: bool) -> FloatArray:
        checks.one_of(self, "scaling", self.scaling, SCALINGS)
        if first:
            axis = 0 if self.scaling == "feature" else None
            self.data_min_ = np.broadcast_to(values.min(axis=axis), values.shape[1]).copy()
            self.data_max_ = np.broadcast_to(values.max(axis=axis), values.shape[1]).copy()
        return self._to_unit_range(values)

    def scaled(self, X: ArrayLike) -> FloatArray:
        """Check X (k, n) against what was fitted, and return it from 0 to 1."""
        check_is_fitted(self)
        return self._to_unit_range(validate_data(self, X, reset=False, dtype=np.float64))

    def _to_unit_range(self, values: FloatArray) -> FloatArray:
        with np.errstate(over="ignore"):
            width = self.data_max_ - self.data_min_
            fraction = (values - self.data_min_) / np.where(width > 0, width, 1.0)
        return np.clip(fraction, 0.0, 1.0)

    def drawn_seed(self) -> int:
        """Return a seed from ``random_state``: a number, a generator, or None for a fresh one."""
        random_state = getattr(self, "random_state", None)
        return int(check_random_state(random_state).randint(np.iinfo(np.int32).max))


def class_numbers(estimator: Any, y: ArrayLike, classes: Any = None) -> IntArray:
    """Set ``classes_`` and return the number of the class of each sample.

    Parameters
    ----------
    estimator : object
        A classifier, which gets ``classes_``.
    y : array_like (k,)
        Class of each sample.
    classes : array_like, optional
        All classes; None: those in y.

    Returns
    -------
    ndarray (k,)
        Numbers from 0.

    Raises
    ------
    ValueError
        If y has no classes, a class that is not known, or only one.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> class_numbers(SimpleNamespace(), ["b", "a", "b"]).tolist()
    [1, 0, 1]
    """
    check_classification_targets(y)
    y = np.asarray(y)
    known = np.unique(y if classes is None else classes)
    if len(known) < 2:
        raise ValueError(f"{type(estimator).__name__} needs samples of at least two classes, "
                         f"got 1 class: {known[0]!r}")
    unknown = np.setdiff1d(y, known)
    if unknown.size:
        raise ValueError(f"{type(estimator).__name__}: y must be of the classes {known.tolist()}, "
                         f"got {unknown.tolist()}")
    estimator.classes_ = known
    return np.searchsorted(known, y)
