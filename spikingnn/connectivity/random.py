"""Random builders that do not depend on positions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .._util import checks
from .._util.typing import IntArray
from ..engine.flat import offsets
from ..engine.matrices import WeightMatrix
from ..engine.sorting import rows_of_columns
from ..engine.tables import IndexArray
from .builder import Builder, Weight, set_fields


DRAWN = 1 << 20             # pairs that are drawn at a time


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
        set_fields(self, p=p, weight=weight, seed=seed, autapses=autapses)
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
class _FixedNumber(Builder):
    """What builders of a fixed number k have in common: of connections, or per unit."""

    k: int = 1
    """Number of connections, or of partners of each unit."""
    seed: int | None = None
    """Seed of the connections; None: drawn from the network's seed."""
    autapses: bool = True
    """Whether a unit of a recurrent group can be connected with itself."""
    multapses: bool = True
    """Whether the same pair can be connected more than once."""

    def __init__(self, k: int, weight: Weight = 1.0, seed: int | None = None, autapses: bool = True,
                 multapses: bool = True) -> None:
        set_fields(self, k=k, weight=weight, seed=seed, autapses=autapses, multapses=multapses)
        checks.integer(self, "k", k, minimum=0)


@dataclass(frozen=True, eq=False)
class FixedOutDegree(_FixedNumber):
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

    __init__ = _FixedNumber.__init__

    def count(self, n_pre: int, n_post: int) -> float:
        """Return k · n_pre."""
        return self.k * n_pre

    def build(self, n_pre: int, n_post: int, rng: np.random.Generator, recurrent: bool) -> WeightMatrix:
        """Return sparse weights with k targets per row."""
        targets = self.partners(n_pre, n_post, rng, recurrent)
        targets.sort(axis=1)
        return self.rows((n_pre, n_post), np.arange(n_pre + 1) * self.k, targets.ravel(), rng)

    def partners(self, n: int, among: int, rng: np.random.Generator, recurrent: bool) -> IndexArray:
        """Return k partners among `among` units for each of n units, (n, k)."""
        spared = recurrent and not self.autapses
        choices = among - spared
        if not self.multapses and self.k > choices:
            checks.fail(self, "k", self.k, f"at most {choices} without multapses")
        if self.k > 0 and choices < 1:
            checks.fail(self, "k", self.k, "0 where there is no partner")
        if self.multapses:
            drawn = rng.integers(0, choices, (n, self.k), dtype=np.uint32)
        else:
            drawn = np.empty((n, self.k), dtype=np.uint32)
            for row in drawn:
                row[:] = rng.choice(choices, self.k, replace=False, shuffle=False)
        if spared:
            drawn += drawn >= np.arange(n, dtype=np.uint32)[:, None]
        return drawn


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

    __init__ = _FixedNumber.__init__

    def count(self, n_pre: int, n_post: int) -> float:
        """Return k · n_post."""
        return self.k * n_post

    def build(self, n_pre: int, n_post: int, rng: np.random.Generator, recurrent: bool) -> WeightMatrix:
        """Return sparse weights with k entries per column."""
        sources = self.partners(n_post, n_pre, rng, recurrent)
        return self.rows((n_pre, n_post), *rows_of_columns(sources, n_pre), rng)


@dataclass(frozen=True, eq=False)
class FixedTotalNumber(_FixedNumber):
    """k connections between random pairs of units.

    Parameters
    ----------
    k : int
        Number of connections.
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
        If k is no whole number of at least 0, or, once the groups are known, if there are too few pairs.

    Examples
    --------
    >>> FixedTotalNumber(500, weight=0.5).count(100, 20)
    500
    """

    k: int = 1
    """Number of connections."""

    __init__ = _FixedNumber.__init__

    def count(self, n_pre: int, n_post: int) -> float:
        """Return k."""
        return self.k

    def build(self, n_pre: int, n_post: int, rng: np.random.Generator, recurrent: bool) -> WeightMatrix:
        """Return sparse weights of k pairs: by rows whose numbers of targets are multinomial; or, if they are
        distinct, pairs are numbered, and drawn until there are k."""
        spared = recurrent and not self.autapses
        choices = n_post - spared
        total = n_pre * choices
        if self.k > 0 and total < 1:
            checks.fail(self, "k", self.k, "0 where there is no pair")
        if not self.multapses and self.k > total:
            checks.fail(self, "k", self.k, f"at most {total:,} without multapses")
        if self.multapses:
            pointers, units = _drawn_rows(rng, n_pre, max(choices, 1), self.k, spared)
        else:
            sources, units = np.divmod(np.sort(_distinct(rng, total, self.k)), max(choices, 1))
            if spared:
                units = units + (units >= sources)
            pointers = offsets(np.bincount(sources, minlength=n_pre))
        return self.rows((n_pre, n_post), pointers, units, rng)


def _drawn_rows(rng: np.random.Generator, n_pre: int, choices: int, k: int, spared: bool,
                ) -> tuple[IntArray, IndexArray]:
    """Return row pointers and sorted targets of k pairs among n_pre · choices, some rows at a time.

    If `spared`, source i has the choices without unit i.
    """
    pointers = offsets(rng.multinomial(k, np.full(n_pre, 1.0 / n_pre)))
    targets, first = np.empty(k, dtype=np.uint32), 0
    while first < n_pre:
        last = int(np.searchsorted(pointers, pointers[first] + DRAWN, side="right")) - 1
        last = min(max(last, first + 1), first + max(2**32 // choices, 1), n_pre)
        mine = targets[pointers[first]:pointers[last]]
        rows = np.arange(last - first, dtype=np.uint32).repeat(np.diff(pointers[first:last + 1]))
        begins = rows * np.uint32(choices)          # below 2**32: pairs are numbered from the first row on
        mine[:] = rng.integers(0, choices, mine.size, dtype=np.uint32)
        mine += begins
        mine.sort()
        mine -= begins
        if spared:
            mine += mine >= rows + np.uint32(first)
        first = last
    return pointers, targets


def _distinct(rng: np.random.Generator, total: int, k: int) -> IntArray:
    """Return k different numbers below `total`, each set of k with the same probability."""
    if 2 * k > total:                                   # choose those that are left out
        kept = np.ones(total, dtype=bool)
        kept[_distinct(rng, total, total - k)] = False
        return np.flatnonzero(kept)
    drawn = np.empty(0, dtype=np.int64)
    while drawn.size < k:
        more = np.sort(np.append(drawn, rng.integers(0, total, k - drawn.size)))
        drawn = more[np.diff(more, prepend=-1) > 0]         # np.unique takes sixty times as long
    return drawn
