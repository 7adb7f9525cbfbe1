"""A scipy.sparse matrix that refuses to be written into."""

from __future__ import annotations

from scipy.sparse import csr_array

from .guarded import read_only


__all__ = ["ReadOnlyMatrix", "read_only_matrix"]


class ReadOnlyMatrix(csr_array):
    """Compressed rows whose values are read-only; what is computed from it, or copied, can be written."""

    def __setitem__(self, key, value):
        if not self.data.flags.writeable:
            raise ValueError(f"this matrix is read-only: {self.data.advice}")
        super().__setitem__(key, value)


def read_only_matrix(matrix, advice):
    """`matrix`, a csr_array, with values that cannot be written; the error says `advice`."""
    made = ReadOnlyMatrix((matrix.data, matrix.indices, matrix.indptr), shape=matrix.shape)
    made.data = read_only(made.data, advice)
    return made
