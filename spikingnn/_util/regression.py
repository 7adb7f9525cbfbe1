"""The one linear regression of the house."""

from __future__ import annotations

import numpy as np


def ridge(a, b, penalty):
    """The (n, d) matrix x that minimises |b - a x|² + penalty·|x|², for a (m, n) and b (m, d); the smaller of two systems is solved.

    penalty 0 is the least-squares solution of least norm.
    """
    m, n = a.shape
    if penalty == 0.0:
        return np.linalg.lstsq(a, b, rcond=None)[0]
    if m < n:
        return a.T @ np.linalg.solve(a @ a.T + penalty * np.eye(m), b)
    return np.linalg.solve(a.T @ a + penalty * np.eye(n), a.T @ b)
