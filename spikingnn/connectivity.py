"""Builders of connectivity: who is connected with whom, drawn when the network is built.

A builder is a frozen dataclass with ``build(n_pre, n_post, rng, recurrent)``, which returns one of the
forms of `spikingnn.engine.matrices`, and ``count(n_pre, n_post)``, the number of synapses. Its weight is a
number, or a function (rng, size) → (size,). scipy.sparse is the exchange format.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self, cast

import numpy as np
from numpy.typing import ArrayLike

from ._util import checks
from ._util.typing import FloatArray, IntArray
from .engine.bounds import check_units
from .engine.matrices import DenseWeights, SparseWeights, WeightForm, WeightMatrix

__all__ = ["AllToAll", "Builder", "FixedInDegree", "FixedOutDegree", "FixedProbability", "OneToOne"]

DRAWN = 1 << 20             # pairs that are drawn at a time
Weight = float | Callable[[np.random.Generator, int], ArrayLike]


@dataclass(frozen=True, eq=False)
class Builder(WeightForm):
    """Base class of builders: the weight, and what all of them share.

    A subclass writes ``build(n_pre, n_post, rng, recurrent)`` and ``count(n_pre, n_post)``.

    Parameters
    ----------
    weight : Weight, default 1.0
        mV, nA or µS: one number, or a function (rng, size) that returns (size,) weights.

    Raises
    ------
    ValueError
        If the weight is neither one finite number nor a function.

    Examples
    --------
    Each source is connected with the targets of even number:

    >>> from dataclasses import dataclass
    >>> import numpy as np
    >>> from spikingnn.connectivity import Builder
    >>> @dataclass(frozen=True, eq=False)
    ... class Even(Builder):
    ...     def count(self, n_pre, n_post):
    ...         return n_pre * ((n_post + 1) // 2)
    ...
    ...     def build(self, n_pre, n_post, rng, recurrent):
    ...         even = np.arange(0, n_post, 2)
    ...         pointers = np.arange(n_pre + 1) * even.size
    ...         return self.rows((n_pre, n_post), pointers, np.tile(even, n_pre), rng)
    >>> Even(weight=0.5).build(2, 3, np.random.default_rng(0), recurrent=False).matrix().toarray()
    array([[0.5, 0. , 0.5],
           [0.5, 0. , 0.5]])
    """

    weight: Weight = 1.0
    """mV, nA or µS: one number, or a function (rng, size) that returns (size,) weights."""

    def __post_init__(self) -> None:
        if not callable(self.weight):
            checks.validate_fields(self, checks.number, "weight")
            if np.ndim(self.weight):
                accepted = "a number or a function (rng, size); give a whole matrix to SynapseGroup itself"
                checks.fail(self, "weight", self.weight, accepted)

    @property
    def has_single_weight(self) -> bool:
        """Whether all synapses share one weight."""
        return not callable(self.weight)

    def lowest(self) -> float:
        """Return the weight if it is one negative number, else zero."""
        return 0.0 if callable(self.weight) else min(float(self.weight), 0.0)

    def realised(self, shape: tuple[int, int], rng: np.random.Generator, recurrent: bool,
                 dt: float) -> WeightMatrix:
        """Draw the connectivity; refuse what does not fit `shape`."""
        built: Any = self.at(dt).build(*shape, rng, recurrent)
        if not isinstance(built, WeightMatrix):
            checks.fail(self, "build()", built, "DenseWeights, SparseWeights or Factored", TypeError)
        if tuple(built.shape) != shape:
            checks.fail(self, "build()", built.shape, f"of shape (n_pre, n_post) = {shape}")
        return built.checked(self)

    def build(self, n_pre: int, n_post: int, rng: np.random.Generator, recurrent: bool) -> WeightMatrix:
        """Return the connectivity of n_pre sources and n_post targets.

        Parameters
        ----------
        n_pre, n_post : int
            Numbers of units.
        rng : numpy.random.Generator
            What random numbers are drawn from.
        recurrent : bool
            Whether source and target are the same group.

        Returns
        -------
        DenseWeights, SparseWeights or Factored
            The weights.
        """
        raise NotImplementedError(f"{type(self).__name__}.build(n_pre, n_post, rng, recurrent)")

    def at(self, dt: float) -> Self:
        """Return the builder for a step of `dt` ms: most do not depend on it."""
        return self

    def draw(self, rng: np.random.Generator, size: int) -> FloatArray:
        """Return the weights of `size` synapses: (size,), or (1,) if all are equal."""
        if not callable(self.weight):
            return np.array([self.weight])
        weight = np.asarray(checks.number(self, "weight", self.weight(rng, size)))
        if weight.shape != (size,):
            accepted = f"a function (rng, size) that returns shape ({size},)"
            checks.fail(self, "weight", weight.shape, accepted)
        return weight

    def rows(self, shape: tuple[int, int], pointers: ArrayLike, indices: ArrayLike,
             rng: np.random.Generator) -> SparseWeights:
        """Return sparse rows with drawn weights; refuse targets that are not from 0 to n_post - 1."""
        targets = check_units(self, "targets", indices, shape[1]).astype(np.uint32, copy=False)
        made = SparseWeights(shape, cast(IntArray, pointers), targets, self.draw(rng, targets.size))
        return made.checked(self)          # that the pointers are right, too

    def count(self, n_pre: int, n_post: int) -> float:
        """Return the number of synapses, of random builders the expected one: for the memory budget."""
        raise TypeError(f"{type(self).__name__} must say how many synapses it makes: count(n_pre, n_post)")


@dataclass(frozen=True, eq=False)
class AllToAll(Builder):
    """Every source is connected with every target.

    Parameters
    ----------
    weight : Weight, default 1.0
        mV, nA or µS: one number, or a function (rng, size) that returns (size,) weights.
    autapses : bool, default True
        Whether the units of a recurrent group are connected with themselves.

    Examples
    --------
    Mutual inhibition of three units without self-inhibition:

    >>> inhibition = AllToAll(-0.5, autapses=False)
    >>> inhibition.build(3, 3, np.random.default_rng(0), recurrent=True).matrix().toarray()
    array([[ 0. , -0.5, -0.5],
           [-0.5,  0. , -0.5],
           [-0.5, -0.5,  0. ]])
    """

    autapses: bool = True
    """Whether the units of a recurrent group are connected with themselves."""

    def count(self, n_pre: int, n_post: int) -> float:
        """Return n_pre · n_post."""
        return n_pre * n_post

    def is_dense(self, recurrent: bool) -> bool:
        """Return whether no pair is left out."""
        return self.autapses or not recurrent

    def values_for(self, now: Any) -> FloatArray | None:
        """Return the same weight for all synapses of the matrix `now`."""
        return None if callable(self.weight) else np.full(getattr(now, "nnz", now.size), float(self.weight))

    def build(self, n_pre: int, n_post: int, rng: np.random.Generator, recurrent: bool) -> WeightMatrix:
        """Return dense weights; without autapses sparse ones."""
        if self.autapses or not recurrent:
            drawn = self.draw(rng, n_pre * n_post)
            return DenseWeights(np.broadcast_to(drawn, n_pre * n_post).reshape(n_pre, n_post))
        indices = np.tile(np.arange(n_post), (n_pre, 1))[~np.eye(n_pre, dtype=bool)]
        return self.rows((n_pre, n_post), np.arange(n_pre + 1) * (n_post - 1), indices, rng)


@dataclass(frozen=True, eq=False)
class OneToOne(Builder):
    """Source i is connected with target i; both groups are of the same size.

    Parameters
    ----------
    weight : Weight, default 1.0
        mV, nA or µS: one number, or a function (rng, size) that returns (size,) weights.

    Examples
    --------
    >>> OneToOne(2.0).count(10, 10)
    10
    """

    def count(self, n_pre: int, n_post: int) -> float:
        """Return n_pre."""
        return n_pre

    def build(self, n_pre: int, n_post: int, rng: np.random.Generator, recurrent: bool) -> WeightMatrix:
        """Return sparse weights with one target per row; ValueError if the groups differ in size."""
        if n_pre != n_post:
            raise ValueError(f"OneToOne needs groups of one size, got {n_pre} sources and {n_post} targets")
        return self.rows((n_pre, n_post), np.arange(n_pre + 1), np.arange(n_pre), rng)


@dataclass(frozen=True, eq=False)
class FixedProbability(Builder):
    """Each pair is connected with probability p, independently of the others (Erdős & Rényi 1959).

    Parameters
    ----------
    p : float
        Probability of each connection, from 0 to 1.
    weight : Weight, default 1.0
        mV, nA or µS: one number, or a function (rng, size) that returns (size,) weights.
    seed : int | None, default None
        Seed of the connections; None: drawn from the network's seed.
    autapses : bool, default True
        Whether a unit of a recurrent group can be connected with itself.

    Raises
    ------
    ValueError
        If p is not from 0 to 1.

    Examples
    --------
    >>> FixedProbability(0.1, weight=0.5).count(100, 100)
    1000.0
    """

    p: float = 0.1
    """Probability of each connection, from 0 to 1."""
    seed: int | None = None
    """Seed of the connections; None: drawn from the network's seed."""
    autapses: bool = True
    """Whether a unit of a recurrent group can be connected with itself."""

    def __init__(self, p: float, weight: Weight = 1.0, seed: int | None = None,
                 autapses: bool = True) -> None:
        _set(self, p=p, weight=weight, seed=seed, autapses=autapses)
        checks.validate_fields(self, checks.unit_interval, "p")

    def count(self, n_pre: int, n_post: int) -> float:
        """Return p · n_pre · n_post."""
        return self.p * n_pre * n_post

    def build(self, n_pre: int, n_post: int, rng: np.random.Generator, recurrent: bool) -> WeightMatrix:
        """Return sparse weights; only the connected pairs are drawn, by the geometric gaps between them."""
        total, last = n_pre * n_post, -1
        if total >= 2**61:
            accepted = f"of fewer than 2**61 pairs; here are {n_pre:,} sources and {n_post:,} targets"
            checks.fail(self, "p", self.p, accepted)
        counts, targets = np.zeros(n_pre, dtype=np.int64), [np.empty(0, dtype=np.uint32)]
        while self.p > 0 and last < total:
            missing = int(self.p * (total - last) * 1.05) + 64
            for size in [DRAWN] * (missing // DRAWN) + [missing % DRAWN]:
                gaps = rng.geometric(self.p, size)
                if last >= total or not size:
                    continue
                if gaps.sum(dtype=np.float64) > 2.0**61:    # gaps beyond the last pair: sums would overflow
                    gaps = np.append(gaps[np.cumsum(gaps, dtype=np.float64) <= total], total + 1)
                pairs = last + np.cumsum(gaps)
                last = int(pairs[-1])
                sources, units = np.divmod(pairs[pairs < total], n_post)
                if recurrent and not self.autapses:
                    sources, units = sources[sources != units], units[sources != units]
                if sources.size:
                    counts[sources[0]:sources[-1] + 1] += np.bincount(sources - sources[0])
                targets.append(units.astype(np.uint32))
        pointers = np.concatenate([[0], np.cumsum(counts)])
        return self.rows((n_pre, n_post), pointers, np.concatenate(targets), rng)


@dataclass(frozen=True, eq=False)
class FixedOutDegree(Builder):
    """Each source is connected with k random targets.

    Parameters
    ----------
    k : int
        Number of targets of each source.
    weight : Weight, default 1.0
        mV, nA or µS: one number, or a function (rng, size) that returns (size,) weights.
    seed : int | None, default None
        Seed of the connections; None: drawn from the network's seed.
    autapses : bool, default True
        Whether a unit of a recurrent group can be connected with itself.
    multapses : bool, default True
        Whether the same pair can be connected more than once.

    Raises
    ------
    ValueError
        If k is no whole number of at least 0, or, once the groups are known, if there are too few targets.

    Examples
    --------
    >>> FixedOutDegree(5, weight=0.5).count(100, 20)
    500
    """

    k: int = 1
    """Number of targets of each source."""
    seed: int | None = None
    """Seed of the connections; None: drawn from the network's seed."""
    autapses: bool = True
    """Whether a unit of a recurrent group can be connected with itself."""
    multapses: bool = True
    """Whether the same pair can be connected more than once."""

    def __init__(self, k: int, weight: Weight = 1.0, seed: int | None = None, autapses: bool = True,
                 multapses: bool = True) -> None:
        _set(self, k=k, weight=weight, seed=seed, autapses=autapses, multapses=multapses)
        checks.integer(self, "k", k, minimum=0)

    def count(self, n_pre: int, n_post: int) -> float:
        """Return k · n_pre."""
        return self.k * n_pre

    def build(self, n_pre: int, n_post: int, rng: np.random.Generator, recurrent: bool) -> WeightMatrix:
        """Return sparse weights with k targets per row."""
        targets = self.partners(n_pre, n_post, rng, recurrent)
        return self.rows((n_pre, n_post), np.arange(n_pre + 1) * self.k, targets.ravel(), rng)

    def partners(self, n: int, among: int, rng: np.random.Generator, recurrent: bool) -> IntArray:
        """Return k sorted partners among `among` units for each of n units, (n, k)."""
        spared = recurrent and not self.autapses
        choices = among - spared
        if not self.multapses and self.k > choices:
            checks.fail(self, "k", self.k, f"at most {choices} without multapses")
        if self.k > 0 and choices < 1:
            checks.fail(self, "k", self.k, "0 where there is no partner")
        if self.multapses:
            drawn = rng.integers(0, choices, (n, self.k), dtype=np.uint32)
        else:
            rows = [rng.choice(choices, self.k, replace=False, shuffle=False) for _ in range(n)]
            drawn = np.array(rows, dtype=np.uint32)
        if spared:
            drawn += drawn >= np.arange(n, dtype=np.uint32)[:, None]
        partners: IntArray = np.sort(drawn.reshape(n, self.k), axis=1)
        return partners


@dataclass(frozen=True, eq=False)
class FixedInDegree(FixedOutDegree):
    """Each target is connected with k random sources.

    Parameters
    ----------
    k : int
        Number of sources of each target.
    weight : Weight, default 1.0
        mV, nA or µS: one number, or a function (rng, size) that returns (size,) weights.
    seed : int | None, default None
        Seed of the connections; None: drawn from the network's seed.
    autapses : bool, default True
        Whether a unit of a recurrent group can be connected with itself.
    multapses : bool, default True
        Whether the same pair can be connected more than once.

    Raises
    ------
    ValueError
        If k is no whole number of at least 0, or, once the groups are known, if there are too few sources.

    Examples
    --------
    >>> FixedInDegree(5, weight=0.5).count(100, 20)
    100
    """

    k: int = 1
    """Number of sources of each target."""

    __init__ = FixedOutDegree.__init__

    def count(self, n_pre: int, n_post: int) -> float:
        """Return k · n_post."""
        return self.k * n_post

    def build(self, n_pre: int, n_post: int, rng: np.random.Generator, recurrent: bool) -> WeightMatrix:
        """Return sparse weights with k entries per column."""
        from scipy.sparse import csc_array
        sources = self.partners(n_post, n_pre, rng, recurrent).ravel()
        ones, pointers = np.ones(sources.size, dtype=np.int8), np.arange(n_post + 1) * self.k
        columns = csc_array((ones, sources.astype(np.int32), pointers), shape=(n_pre, n_post))
        rows = columns.tocsr()          # a counting sort that keeps multapses
        return self.rows((n_pre, n_post), rows.indptr, rows.indices, rng)


def _set(builder: Builder, **values: object) -> None:
    for name, value in values.items():
        object.__setattr__(builder, name, value)
    Builder.__post_init__(builder)
