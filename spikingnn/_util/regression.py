"""Linear regression with a quadratic penalty, used by every decoder of the package."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


__all__ = ["nonnegative_ridge_regression", "ridge_regression"]


def ridge_regression(a: NDArray[Any], b: NDArray[Any], penalty: float) -> NDArray[Any]:
    """Return the matrix x, (n, d), that minimises the squared error of b - a x plus ``penalty`` times the
    squared norm of x.

    ``a`` has the shape (m, n) and ``b`` (m, d). The smaller one of the two equivalent linear systems is
    solved; with ``penalty`` 0, the result is the least-squares solution of least norm.

    >>> ridge_regression(np.eye(2), np.array([[2.0], [4.0]]), 1.0).tolist()
    [[1.0], [2.0]]
    """
    m, n = a.shape
    if penalty == 0.0:
        return np.linalg.lstsq(a, b, rcond=None)[0]
    if m < n:
        return a.T @ np.linalg.solve(a @ a.T + penalty * np.eye(m), b)
    return np.linalg.solve(a.T @ a + penalty * np.eye(n), a.T @ b)


def nonnegative_ridge_regression(a: NDArray[Any], b: NDArray[Any], penalty: float) -> NDArray[Any]:
    """Return the matrix x that minimises what `ridge_regression` minimises, among those without negative
    entries.

    >>> nonnegative_ridge_regression(np.eye(2), np.array([[2.0], [-4.0]]), 1.0).round(9).tolist()
    [[1.0], [0.0]]
    """
    from scipy.linalg import solve_triangular
    from scipy.optimize import nnls
    factor = np.linalg.cholesky(a.T @ a + penalty * np.eye(a.shape[1]))         # the same problem, n by n
    right = solve_triangular(factor, a.T @ b, lower=True)
    return np.stack([nnls(factor.T, column)[0] for column in right.T], axis=1)
