"""The weights of several linear layers as one matrix, found by sending unit vectors through them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import DTypeLike

from .._util.typing import FloatArray
from .layer import Array, Layer, Shape


if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["forward_once", "linear_map", "synapse_matrix"]

UNIT_VECTORS = 512      # unit vectors that pass a layer at once
DENSE_FROM = 0.3        # density above which a matrix is kept dense


def forward_once(layers: Sequence[Layer], x: Array) -> Array:
    """Return what `layers` make of x (1, B, …) in one step, a copy."""
    for layer in layers:
        x = layer.forward(x, 1, False, None)
    return np.array(x)


def linear_map(layers: Sequence[Layer], x: Array, shape: Shape, dtype: DTypeLike) -> FloatArray:
    """Return what `layers` without their biases make of each row of x (k, n), a sample of `shape`: (k,
    n_out).
    """
    x = np.asarray(x, dtype).reshape(1, len(x), *shape)
    passed: FloatArray = forward_once(layers, x).astype(np.float64) - forward_once(
        layers, np.zeros_like(x[:, :1]))
    return passed.reshape(x.shape[1], -1)


def synapse_matrix(layers: Sequence[Layer], shape: Shape, dtype: DTypeLike) -> FloatArray | csr_array[Any]:
    """Return the weights (n_in, n_out) of linear `layers`; sparse where few are not zero.

    Examples
    --------
    >>> from spikingnn.training import Flatten, Pool
    >>> pool = Pool(2)
    >>> _ = pool.build((2, 2, 1), "float64", None)
    >>> synapse_matrix([pool, Flatten()], (2, 2, 1), "float64").tolist()
    [[0.25], [0.25], [0.25], [0.25]]
    """
    from scipy.sparse import csr_array, vstack
    n = int(np.prod(shape))
    parts = [csr_array(linear_map(layers, np.eye(min(UNIT_VECTORS, n - begin), n, begin), shape, dtype))
             for begin in range(0, n, UNIT_VECTORS)]
    matrix = vstack(parts, format="csr")
    return matrix.toarray() if matrix.nnz > DENSE_FROM * np.prod(matrix.shape) else matrix
