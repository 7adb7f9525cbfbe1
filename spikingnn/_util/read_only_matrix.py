"""A scipy.sparse matrix that cannot be written to."""

from __future__ import annotations

from typing import Any

from scipy.sparse import csr_array

from .guarded import read_only


__all__ = ["ReadOnlyMatrix", "read_only_matrix"]


class ReadOnlyMatrix(csr_array):
    """A matrix of compressed rows whose values are read-only; results computed from it, and copies, are
    writable."""

    def __setitem__(self, key: Any, value: Any) -> None:
        if not self.data.flags.writeable:
            raise ValueError(f"this matrix is read-only: {self.data.advice}")
        super().__setitem__(key, value)


def read_only_matrix(matrix: csr_array, advice: str) -> ReadOnlyMatrix:
    """Return `matrix` with values that cannot be written to; the error message ends with `advice`."""
    made = ReadOnlyMatrix((matrix.data, matrix.indices, matrix.indptr), shape=matrix.shape)
    made.data = read_only(made.data, advice)
    return made
