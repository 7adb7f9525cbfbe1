"""The forms in which a connection takes its weights: dense, sparse (compressed rows) and factored.

`WeightForm` is what connections ask of any of them; the builders of `spikingnn.connectivity` answer the
same questions before they have drawn anything. `BuiltConnectivity` is what the compiler takes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._util import checks
from .._util.typing import FloatArray, IntArray
from .bounds import check_units, check_weights
from .flat import offsets
from .sorting import by_delay
from .tables import IndexArray


__all__ = ["BuiltConnectivity", "DenseWeights", "Factored", "SparseWeights", "WeightForm"]

SparseMatrix: TypeAlias = Any           # any format of scipy.sparse, which carries no types
SIGN_LIMIT = 1 << 22                    # weights up to which factors are multiplied to look for a sign


class BuiltConnectivity(NamedTuple):
    """Synapses as the engine takes them, sorted by delay, then source, then target."""

    pointers: IntArray | None           # (delays, n_pre + 1); None: dense or factored alone
    indices: IndexArray                 # (synapses,) targets; empty: dense or factored alone
    weight: FloatArray                  # (synapses,), or (1,) if all are equal
    delays: IntArray                    # steps: distinct delays
    left: FloatArray                    # (n_pre, rank) of factored weights; rank 0 if there are none
    right: FloatArray                   # (rank, n_post)

    @property
    def n_synapses(self) -> int:
        """Number of synapses that are stored one by one."""
        return max(self.weight.size, self.indices.size)


class WeightForm:
    """What a connection asks of its weights, whatever their form."""

    is_factored = False                 # they cannot learn or change, and have one delay

    @property
    def has_single_weight(self) -> bool:
        """Whether one number is stored for all synapses."""
        return False

    def count(self, n_pre: int, n_post: int) -> float:
        """Return the number of synapses that are stored one by one; the expected one where they are drawn."""
        raise NotImplementedError

    def is_dense(self, recurrent: bool) -> bool:
        """Return whether `SynapseGroup.weight` is an ndarray rather than scipy.sparse."""
        return False

    def lowest(self) -> float:
        """Return the smallest weight, or zero if none is known to be negative."""
        raise NotImplementedError

    def n_factors(self) -> int:
        """Return how many numbers the factors hold."""
        return 0

    def shown(self) -> Any:
        """Return what `SynapseGroup.weight` is before the network is built."""
        return self

    def realised(self, shape: tuple[int, int], rng: np.random.Generator, recurrent: bool,
                 dt: float) -> WeightMatrix:
        """Return the weights as a matrix; builders draw it here."""
        raise NotImplementedError

    def values_for(self, now: Any) -> FloatArray | None:
        """Return these weights in the order of the matrix `now`; None if they are of other synapses."""
        return None


class WeightMatrix(WeightForm):
    """Base class of the forms that are a matrix of shape (n_pre, n_post)."""

    if TYPE_CHECKING:
        @property
        def shape(self) -> tuple[int, int]:
            """(n_pre, n_post)."""

    def realised(self, shape: tuple[int, int], rng: np.random.Generator, recurrent: bool,
                 dt: float) -> WeightMatrix:
        """Return this matrix itself."""
        return self

    def checked(self, owner: object) -> WeightMatrix:
        """Return the same weights in the engine's types; refuse, in the name of `owner`, impossible ones."""
        return self

    def per_synapse(self, owner: object, field: str, values: Any) -> NDArray[Any]:
        """Return `values`, given in the shape of the weights, in the order of the synapses."""
        checks.fail(owner, field, np.shape(values), "one number where the weights are factored")

    def connected(self, steps: IntArray, individual: bool) -> BuiltConnectivity:
        """Return the synapses with delays of `steps`, () or (synapses,), and `individual` weights if true."""
        raise NotImplementedError


@dataclass(frozen=True, eq=False)
class DenseWeights(WeightMatrix):
    """Every source is connected with every target.

    Parameters
    ----------
    weight : FloatArray
        Weights, (n_pre, n_post).
    """

    weight: FloatArray
    """Weights, (n_pre, n_post)."""

    @property
    def shape(self) -> tuple[int, int]:
        """(n_pre, n_post)."""
        n_pre, n_post = self.weight.shape
        return n_pre, n_post

    def count(self, n_pre: int, n_post: int) -> float:
        """Return n_pre · n_post."""
        return self.weight.size

    def is_dense(self, recurrent: bool) -> bool:
        """Return True."""
        return True

    def lowest(self) -> float:
        """Return the smallest weight if it is negative, else zero."""
        return float(np.min(self.weight, initial=0.0))

    def shown(self) -> FloatArray:
        """Return the array."""
        return self.weight

    def values_for(self, now: Any) -> FloatArray | None:
        """Return the weights by rows; None if `now` is sparse."""
        return self.weight.ravel() if isinstance(now, np.ndarray) else None

    def checked(self, owner: object) -> DenseWeights:
        """Return finite weights of the right type."""
        return DenseWeights(check_weights(owner, self.weight, (np.shape(self.weight),)))

    def per_synapse(self, owner: object, field: str, values: Any) -> NDArray[Any]:
        """Return `values` of shape (n_pre, n_post) or (n_pre · n_post,) by rows."""
        if isinstance(values, SparseWeights):
            _fail_other_synapses(owner, field, values)
        if np.shape(values) not in (self.shape, (self.weight.size,)):
            accepted = f"a number or one value per synapse, shape {self.shape}"
            checks.fail(owner, field, np.shape(values), accepted)
        return np.ravel(values)

    def connected(self, steps: IntArray, individual: bool) -> BuiltConnectivity:
        """Return dense rows; sparse ones if each synapse has a delay of its own."""
        if np.ndim(steps) > 0:
            return self.as_sparse().connected(steps, individual)
        no_targets, _ = _no_targets()
        return BuiltConnectivity(None, no_targets, self.weight.ravel(), np.atleast_1d(steps), *_no_factors())

    def as_sparse(self) -> SparseWeights:
        """Return the same weights in compressed rows."""
        n_pre, n_post = self.shape
        return SparseWeights(self.shape, np.arange(n_pre + 1, dtype=np.int64) * n_post,
                             np.tile(np.arange(n_post, dtype=np.uint32), n_pre), self.weight.ravel())


@dataclass(frozen=True, eq=False)
class SparseWeights(WeightMatrix):
    """Compressed sparse rows: source i has the targets ``indices[pointers[i]:pointers[i + 1]]``.

    Parameters
    ----------
    shape : tuple[int, int]
        (n_pre, n_post).
    pointers : IntArray
        Where the row of each source begins, (n_pre + 1,).
    indices : IndexArray
        Target of each synapse, (synapses,).
    weight : FloatArray
        Weight of each synapse, (synapses,), or (1,) if all are equal.
    """

    shape: tuple[int, int]
    """(n_pre, n_post)."""
    pointers: IntArray
    """Where the row of each source begins, (n_pre + 1,)."""
    indices: IndexArray
    """Target of each synapse, (synapses,)."""
    weight: FloatArray
    """Weight of each synapse, (synapses,), or (1,) if all are equal."""

    @classmethod
    def of(cls, matrix: SparseMatrix) -> SparseWeights:
        """Return the scipy.sparse `matrix` in this form: stored zeros and repeated entries are kept."""
        from scipy.sparse import csr_array
        if matrix.format == "coo":                  # scipy's own conversion would add up repeated entries
            order = np.lexsort((matrix.col, matrix.row))
            pointers = offsets(np.bincount(matrix.row, minlength=matrix.shape[0]))
            rows = csr_array((matrix.data[order], matrix.col[order], pointers), shape=matrix.shape)
        else:
            rows = csr_array(matrix).sorted_indices()           # a copy
        weight = rows.data.astype(np.float64)
        return cls(matrix.shape, rows.indptr.astype(np.int64), rows.indices.astype(np.uint32), weight)

    def matrix(self) -> SparseMatrix:
        """Return the weights as a scipy.sparse.csr_array of its own; repeated entries are kept."""
        from scipy.sparse import csr_array
        weight = np.array(np.broadcast_to(self.weight, self.indices.size))
        return csr_array((weight, self.indices.astype(np.int64), self.pointers), shape=self.shape)

    def sources(self) -> IndexArray:
        """Return the source of each synapse, (synapses,)."""
        return np.repeat(np.arange(self.shape[0], dtype=np.uint32), np.diff(self.pointers))

    def count(self, n_pre: int, n_post: int) -> float:
        """Return the number of synapses."""
        return self.indices.size

    def lowest(self) -> float:
        """Return the smallest weight if it is negative, else zero."""
        return float(np.min(self.weight, initial=0.0))

    def shown(self) -> SparseMatrix:
        """Return a scipy.sparse.csr_array."""
        return self.matrix()

    def values_for(self, now: Any) -> FloatArray | None:
        """Return the weights if `now` stores the same synapses, else None."""
        same = (not isinstance(now, np.ndarray) and np.array_equal(self.indices, now.indices)
                and np.array_equal(self.pointers, now.indptr))
        return self.weight if same else None

    def checked(self, owner: object) -> SparseWeights:
        """Return the weights in the engine's types, targets sorted.

        The engine checks no bounds: what passes here is what keeps it inside its arrays.
        """
        n_pre, n_post = self.shape
        indices = check_units(owner, "targets", self.indices, n_post)
        pointers = check_units(owner, "pointers", self.pointers, indices.size + 1)
        pointers = pointers.astype(np.int64, copy=False)
        rises = pointers.shape == (n_pre + 1,) and not np.any(np.diff(pointers) < 0)
        if not rises or pointers[0] or pointers[-1] != indices.size:
            accepted = f"{n_pre + 1} numbers that rise from 0 to {indices.size}, the number of synapses"
            checks.fail(owner, "pointers", pointers, accepted)
        weight = check_weights(owner, self.weight, ((1,), (indices.size,)))
        rows = SparseWeights(self.shape, pointers, indices.astype(np.uint32, copy=False), weight)
        falls = indices[1:] < indices[:-1]
        falls[pointers[(pointers > 0) & (pointers < indices.size)] - 1] = False
        if not falls.any():
            return rows
        order = np.lexsort((indices, rows.sources()))
        weight = weight[order] if weight.size > 1 else weight
        return SparseWeights(self.shape, pointers, rows.indices[order], weight)

    def per_synapse(self, owner: object, field: str, values: Any) -> NDArray[Any]:
        """Return `values`: sparse and stored at the same places, of shape (n_pre, n_post), or (synapses,)."""
        if isinstance(values, SparseWeights):
            same = (np.array_equal(values.pointers, self.pointers)
                    and np.array_equal(values.indices, self.indices))
            return values.weight if same else _fail_other_synapses(owner, field, values)
        values = np.asarray(values)
        if values.shape == self.shape:
            values = values[self.sources(), self.indices]
        if values.shape != self.indices.shape:
            accepted = f"a number or one value per synapse, shape {self.indices.shape}"
            checks.fail(owner, field, np.shape(values), accepted)
        return values

    def connected(self, steps: IntArray, individual: bool) -> BuiltConnectivity:
        """Return compressed rows, one block of row pointers for each distinct delay."""
        weight = np.array(np.broadcast_to(self.weight, self.indices.size)) if individual else self.weight
        if np.ndim(steps) == 0 or not steps.size:
            delays = np.ones(1, np.int64) if np.ndim(steps) else np.atleast_1d(steps)
            return BuiltConnectivity(self.pointers[None, :], self.indices, weight, delays, *_no_factors())
        delays, pointers, indices, weight = by_delay(self.pointers, steps, self.indices, weight)
        return BuiltConnectivity(pointers, indices, weight, delays, *_no_factors())


@dataclass(frozen=True, eq=False)
class Factored(WeightMatrix):
    """Weights of low rank whose matrix is never formed: ``W = left @ right - minus``.

    One spike costs r operations, one step with spikes r · n_post: cheaper than dense rows where more than r
    sources spike in the same step. With P patterns ξ as factors it holds the couplings of a Hopfield network,
    `minus` being their diagonal.

    Parameters
    ----------
    left : FloatArray
        First factor, (n_pre, r).
    right : FloatArray
        Second factor, (r, n_post), whose product with the first is in mV, nA or µS.
    minus : ArrayLike | SparseMatrix | None, default None
        mV, nA or µS: subtracted from the product: a diagonal, as one number or (n,), or a
        scipy.sparse matrix (n_pre, n_post); None: nothing.

    Raises
    ------
    ValueError, TypeError
        If a factor is no finite array, or the shapes of the factors or of `minus` do not agree.

    Examples
    --------
    >>> import numpy as np
    >>> from spikingnn import Factored
    >>> Factored(np.ones((3, 1)), np.ones((1, 3)), minus=1.0).dense()
    array([[0., 1., 1.],
           [1., 0., 1.],
           [1., 1., 0.]])
    """

    left: FloatArray
    """First factor, (n_pre, r)."""
    right: FloatArray
    """Second factor, (r, n_post), whose product with the first is in mV, nA or µS."""
    minus: ArrayLike | SparseMatrix | None = None
    """mV, nA or µS: subtracted from the product: a diagonal, as one number or (n,), or a scipy.sparse matrix
    (n_pre, n_post); None: nothing.
    """

    is_factored = True

    def __post_init__(self) -> None:
        checks.validate_fields(self, checks.number, "left", "right")
        left, right = np.shape(self.left), np.shape(self.right)
        if len(left) != 2 or len(right) != 2 or left[1] != right[0]:
            checks.fail(self, "left, right", (left, right), "matrices (n_pre, r) and (r, n_post)")
        if self.minus is None:
            return
        if not hasattr(self.minus, "tocsr"):
            from scipy.sparse import diags_array
            diagonal = np.atleast_1d(checks.number(self, "minus", self.minus))
            if diagonal.shape not in ((1,), (min(self.shape),)):
                accepted = f"a diagonal ({min(self.shape)},) or scipy.sparse of shape {self.shape}"
                checks.fail(self, "minus", diagonal.shape, accepted)
            object.__setattr__(self, "minus", diags_array(diagonal, shape=self.shape))
        checks.number(self, "minus", self._subtracted.tocoo().data)
        if self._subtracted.shape != self.shape:
            checks.fail(self, "minus", self._subtracted.shape, f"of the shape of left @ right, {self.shape}")

    @property
    def _subtracted(self) -> SparseMatrix:
        """`minus` as a scipy.sparse matrix, or None."""
        return self.minus

    @property
    def shape(self) -> tuple[int, int]:
        """(n_pre, n_post)."""
        return self.left.shape[0], self.right.shape[1]

    def dense(self) -> FloatArray:
        """Return the matrix as an array, (n_pre, n_post)."""
        product = self.left @ self.right
        return product if self.minus is None else product - self._subtracted.toarray()

    def count(self, n_pre: int, n_post: int) -> float:
        """Return the number of entries of `minus`."""
        return 0 if self.minus is None else int(self._subtracted.nnz)

    def lowest(self) -> float:
        """Return the smallest weight if it is negative and the matrix is small enough, else zero."""
        small = np.prod(self.shape, dtype=float) <= SIGN_LIMIT
        return float(np.min(self.dense(), initial=0.0)) if small else 0.0

    def n_factors(self) -> int:
        """Return (n_pre + n_post) · r."""
        return self.left.size + self.right.size

    def connected(self, steps: IntArray, individual: bool) -> BuiltConnectivity:
        """Return the factors, with the negative of `minus` as sparse synapses."""
        if self.minus is None:
            return BuiltConnectivity(None, *_no_targets(), np.atleast_1d(steps), self.left, self.right)
        rows = SparseWeights.of(-self._subtracted.tocsr()).connected(steps, individual)
        return rows._replace(left=self.left, right=self.right)


def _no_targets() -> tuple[IndexArray, FloatArray]:
    return np.empty(0, np.uint32), np.empty(0)


def _no_factors() -> tuple[FloatArray, FloatArray]:
    return np.empty((0, 0)), np.empty((0, 0))


def _fail_other_synapses(owner: object, field: str, values: SparseWeights) -> NoReturn:
    checks.fail(owner, field, values.shape, "stored where the sparse weights are")
