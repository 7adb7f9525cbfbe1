"""The forms in which the engine takes weights: dense, sparse (compressed rows) and factored."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .._util import checks


__all__ = ["Dense", "Factored", "Sparse"]


@dataclass(frozen=True, eq=False)
class Dense:
    """Every pair is connected: weight (n_pre, n_post)."""

    weight: np.ndarray

    shape = property(lambda self: self.weight.shape)


@dataclass(frozen=True, eq=False)
class Sparse:
    """Compressed rows: the targets of source i are indices[pointers[i]:pointers[i + 1]], sorted; weight is (nnz,) or one number."""

    shape: tuple
    pointers: np.ndarray
    """int64: (n_pre + 1,)."""
    indices: np.ndarray
    """Uint32 (nnz,)."""
    weight: np.ndarray
    """(nnz,) or (1,) where all are equal."""

    @classmethod
    def of(cls, matrix):
        """The scipy.sparse `matrix` as it is: stored zeros and repeated entries stay synapses."""
        from scipy.sparse import csr_array
        if matrix.format == "coo":                  # scipy's own conversion would add up repeated entries
            order = np.lexsort((matrix.col, matrix.row))
            pointers = np.concatenate([[0], np.cumsum(np.bincount(matrix.row, minlength=matrix.shape[0]))])
            rows = csr_array((matrix.data[order], matrix.col[order], pointers), shape=matrix.shape)
        else:
            rows = csr_array(matrix).sorted_indices()           # a copy
        weight = rows.data.astype(np.float64)
        return cls(matrix.shape, rows.indptr.astype(np.int64), rows.indices.astype(np.uint32), weight)

    def matrix(self):
        """The same as a scipy.sparse.csr_array of its own, repeated entries kept."""
        from scipy.sparse import csr_array
        weight = np.array(np.broadcast_to(self.weight, self.indices.size))
        return csr_array((weight, self.indices.astype(np.int64), self.pointers), shape=self.shape)

    def sources(self):
        """The source of each synapse, (nnz,)."""
        return np.repeat(np.arange(self.shape[0], dtype=np.uint32), np.diff(self.pointers))

    def checked(self, owner):
        """The same in the engine's types, targets sorted; refused in `owner`'s name where it has others than there are.

        The engine checks no bounds: what passes here is what keeps it inside its arrays.
        """
        n_pre, n_post = self.shape
        indices = check_units(owner, "targets", self.indices, n_post)
        pointers = check_units(owner, "pointers", self.pointers, indices.size + 1).astype(np.int64, copy=False)
        if pointers.shape != (n_pre + 1,) or pointers[0] or pointers[-1] != indices.size or np.any(np.diff(pointers) < 0):
            checks.fail(owner, "pointers", pointers, f"{n_pre + 1} numbers that rise from 0 to {indices.size}, the number of synapses")
        weight = check_weights(owner, self.weight, ((1,), (indices.size,)))
        rows = Sparse(self.shape, pointers, indices.astype(np.uint32, copy=False), weight)
        falls = indices[1:] < indices[:-1]
        falls[pointers[(pointers > 0) & (pointers < indices.size)] - 1] = False
        if not falls.any():
            return rows
        order = np.lexsort((indices, rows.sources()))
        return Sparse(self.shape, pointers, rows.indices[order], weight[order] if weight.size > 1 else weight)


@dataclass(frozen=True, eq=False)
class Factored:
    """Low rank, never formed: W = left @ right - minus.

    left is (n_pre, r), right (r, n_post); minus is None, an (n,) diagonal, or any scipy.sparse matrix. One spike costs r
    operations, one step with spikes r·n_post: cheaper than dense rows where more than r sources spike together.
    """

    left: np.ndarray
    right: np.ndarray
    minus: object = None

    def __post_init__(self):
        checks.validate_fields(self, checks.number, "left", "right")
        if np.ndim(self.left) != 2 or np.ndim(self.right) != 2 or self.left.shape[1] != self.right.shape[0]:
            checks.fail(self, "left, right", (np.shape(self.left), np.shape(self.right)), "matrices (n_pre, r) and (r, n_post)")
        if self.minus is not None and not hasattr(self.minus, "tocsr"):
            from scipy.sparse import diags_array
            diagonal = np.atleast_1d(checks.number(self, "minus", self.minus))
            if diagonal.shape not in ((1,), (min(self.shape),)):
                checks.fail(self, "minus", diagonal.shape, f"a diagonal ({min(self.shape)},) or scipy.sparse of shape {self.shape}")
            object.__setattr__(self, "minus", diags_array(diagonal, shape=self.shape))
        if self.minus is not None:
            checks.number(self, "minus", self.minus.tocoo().data)
        if self.minus is not None and self.minus.shape != self.shape:
            checks.fail(self, "minus", self.minus.shape, f"of the shape of left @ right, {self.shape}")

    shape = property(lambda self: (self.left.shape[0], self.right.shape[1]))

    def dense(self):
        """The matrix (n_pre, n_post) that stands behind it."""
        product = self.left @ self.right
        return product if self.minus is None else product - self.minus.toarray()


def check_units(owner, field, units, n):
    """Numbers of units as an array; refused where they are not whole, or not from 0 to n - 1."""
    try:
        array = np.asarray(units)
    except ValueError:                              # rows of different lengths
        array = np.empty(0, object)
    if array.ndim != 1 or array.size and array.dtype.kind not in "iu" or array.dtype == object:
        checks.fail(owner, field, units, "whole numbers in one flat array", TypeError)
    if array.size and not (0 <= array.min() and array.max() < n):
        checks.fail(owner, field, int(array.min() if array.min() < 0 else array.max()), f"from 0 to {n - 1}")
    return array


def check_weights(owner, weight, shapes):
    """Weights as floats; refused where they are not finite, or of none of the `shapes`."""
    try:
        weight = np.asarray(weight, dtype=np.float64)
    except (ValueError, TypeError):
        checks.fail(owner, "weight", weight, "numbers", TypeError)
    if weight.shape not in shapes:
        checks.fail(owner, "weight", weight.shape, "of shape " + " or ".join(map(str, dict.fromkeys(shapes))))
    if weight.size and not (np.isfinite(weight.min()) and np.isfinite(weight.max())):
        checks.fail(owner, "weight", float(weight.max() if np.isfinite(weight.min()) else weight.min()), "finite")
    return weight


def by_delay(n_pre, sources, steps):
    """(order, delays, pointers) of synapses whose `sources` rise: sorted by delay, one block of row pointers for each distinct delay."""
    delays, bucket = np.unique(steps, return_inverse=True)
    order = np.argsort(bucket.astype(np.uint16 if delays.size < 65536 else np.int64), kind="stable")
    counts = np.bincount(bucket.astype(np.int64) * n_pre + sources, minlength=delays.size * n_pre)
    pointers = np.zeros((delays.size, n_pre + 1), dtype=np.int64)
    pointers[:, 1:] = np.cumsum(counts, out=counts).reshape(delays.size, n_pre)
    pointers[1:, 0] = pointers[:-1, -1]
    return order, delays, pointers
