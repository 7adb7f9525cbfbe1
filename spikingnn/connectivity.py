"""Who is connected to whom: dense, compressed sparse rows, or factored; and the builders that draw it.

A builder is a frozen dataclass with `build(n_pre, n_post, rng, recurrent)`, which returns one of the three forms below.
Its weight is a number, or a function (rng, size) -> (size,) array. scipy.sparse is the exchange format."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable

import numpy as np

from ._util import checks
from .engine.matrices import Dense, Sparse, check_units


__all__ = ["AllToAll", "Builder", "FixedInDegree", "FixedOutDegree", "FixedProbability", "OneToOne"]


DRAWN = 1 << 20             # pairs that are drawn at a time


@dataclass(frozen=True, eq=False)
class Builder:
    """Base of the builders: the weight, and the checks that all share."""

    weight: float | Callable = 1.0

    def __post_init__(self):
        if not callable(self.weight):
            checks.validate_fields(self, checks.number, "weight")
            if np.ndim(self.weight):
                checks.fail(self, "weight", self.weight, "a number or a function (rng, size); give a whole matrix to SynapseGroup itself")

    def at(self, dt):
        """The builder for a step of `dt` ms: most do not depend on it."""
        return self

    def draw(self, rng, size):
        """The weights of `size` synapses: (size,), or (1,) where all are equal."""
        if not callable(self.weight):
            return np.array([self.weight])
        weight = np.asarray(checks.number(self, "weight", self.weight(rng, size)))
        if weight.shape != (size,):
            checks.fail(self, "weight", weight.shape, f"a function (rng, size) that returns shape ({size},)")
        return weight

    def rows(self, shape, pointers, indices, rng):
        """A `Sparse` of these targets with drawn weights; refused where a target is none of the shape[1] that there are."""
        indices = check_units(self, "targets", indices, shape[1]).astype(np.uint32, copy=False)
        return Sparse(shape, pointers, indices, self.draw(rng, indices.size)).checked(self)

    def count(self, n_pre, n_post):
        """The number of synapses that `build` will make, expected where it is random: what the memory budget is held against."""
        raise TypeError(f"{type(self).__name__} must say how many synapses it makes: count(n_pre, n_post)")


@dataclass(frozen=True, eq=False)
class AllToAll(Builder):
    """Every source to every target; autapses=False leaves out i → i where a group is connected to itself."""

    autapses: bool = True

    def count(self, n_pre, n_post):
        """All pairs."""
        return n_pre * n_post

    def build(self, n_pre, n_post, rng, recurrent):
        """A `Dense`; without autapses a `Sparse`."""
        if self.autapses or not recurrent:
            return Dense(np.broadcast_to(self.draw(rng, n_pre * n_post), n_pre * n_post).reshape(n_pre, n_post))
        indices = np.tile(np.arange(n_post), (n_pre, 1))[~np.eye(n_pre, dtype=bool)]
        return self.rows((n_pre, n_post), np.arange(n_pre + 1) * (n_post - 1), indices, rng)


@dataclass(frozen=True, eq=False)
class OneToOne(Builder):
    """Source i to target i; both groups are of one size."""

    def count(self, n_pre, n_post):
        """One a unit."""
        return n_pre

    def build(self, n_pre, n_post, rng, recurrent):
        """A `Sparse` with one target a row."""
        if n_pre != n_post:
            raise ValueError(f"OneToOne needs groups of one size, got {n_pre} sources and {n_post} targets")
        return self.rows((n_pre, n_post), np.arange(n_pre + 1), np.arange(n_pre), rng)


@dataclass(frozen=True, eq=False)
class FixedProbability(Builder):
    """Each pair is connected with probability p, independently (Erdős & Rényi 1959). Order of arguments: p, weight."""

    p: float = 0.1
    seed: int | None = None
    """Its own seed; None: drawn from the network's."""
    autapses: bool = True

    def __init__(self, p, weight=1.0, seed=None, autapses=True):
        _set(self, p=p, weight=weight, seed=seed, autapses=autapses)
        checks.validate_fields(self, checks.unit_interval, "p")

    def count(self, n_pre, n_post):
        """p of all pairs."""
        return self.p * n_pre * n_post

    def build(self, n_pre, n_post, rng, recurrent):
        """A `Sparse`; only the connected pairs are drawn, by the geometric gaps between them."""
        total, last = n_pre * n_post, -1
        if total >= 2**61:
            checks.fail(self, "p", self.p, f"of fewer than 2**61 pairs; here are {n_pre:,} sources and {n_post:,} targets")
        counts, targets = np.zeros(n_pre, dtype=np.int64), [np.empty(0, dtype=np.uint32)]
        while self.p > 0 and last < total:
            missing = int(self.p * (total - last) * 1.05) + 64
            for size in [DRAWN] * (missing // DRAWN) + [missing % DRAWN]:
                gaps = rng.geometric(self.p, size)
                if last >= total or not size:
                    continue
                if gaps.sum(dtype=np.float64) > 2.0**61:                # gaps beyond the last pair, whose sums would overflow
                    gaps = np.append(gaps[np.cumsum(gaps, dtype=np.float64) <= total], total + 1)
                pairs = last + np.cumsum(gaps)
                last = int(pairs[-1])
                sources, units = np.divmod(pairs[pairs < total], n_post)
                if recurrent and not self.autapses:
                    sources, units = sources[sources != units], units[sources != units]
                if sources.size:
                    counts[sources[0]:sources[-1] + 1] += np.bincount(sources - sources[0])
                targets.append(units.astype(np.uint32))
        return self.rows((n_pre, n_post), np.concatenate([[0], np.cumsum(counts)]), np.concatenate(targets), rng)


@dataclass(frozen=True, eq=False)
class FixedOutDegree(Builder):
    """Each source to k random targets. multapses: may a target be drawn twice? Order of arguments: k, weight."""

    k: int = 1
    seed: int | None = None
    autapses: bool = True
    multapses: bool = True

    def __init__(self, k, weight=1.0, seed=None, autapses=True, multapses=True):
        _set(self, k=k, weight=weight, seed=seed, autapses=autapses, multapses=multapses)
        checks.integer(self, "k", k, minimum=0)

    def count(self, n_pre, n_post):
        """k a source."""
        return self.k * n_pre

    def build(self, n_pre, n_post, rng, recurrent):
        """A `Sparse` with k targets a row."""
        targets = self.partners(n_pre, n_post, rng, recurrent)
        return self.rows((n_pre, n_post), np.arange(n_pre + 1) * self.k, targets.ravel(), rng)

    def partners(self, n, among, rng, recurrent):
        """For each of n units k sorted partners among `among`: (n, k)."""
        spared = recurrent and not self.autapses
        choices = among - spared
        if not self.multapses and self.k > choices:
            checks.fail(self, "k", self.k, f"at most {choices} without multapses")
        if self.k > 0 and choices < 1:
            checks.fail(self, "k", self.k, "0 where there is no partner")
        if self.multapses:
            drawn = rng.integers(0, choices, (n, self.k), dtype=np.uint32)
        else:
            drawn = np.array([rng.choice(choices, self.k, replace=False, shuffle=False) for _ in range(n)], dtype=np.uint32)
        if spared:
            drawn += drawn >= np.arange(n, dtype=np.uint32)[:, None]
        return np.sort(drawn.reshape(n, self.k), axis=1)


@dataclass(frozen=True, eq=False)
class FixedInDegree(FixedOutDegree):
    """Each target from k random sources. multapses: may a source be drawn twice? Order of arguments: k, weight."""

    __init__ = FixedOutDegree.__init__

    def count(self, n_pre, n_post):
        """k a target."""
        return self.k * n_post

    def build(self, n_pre, n_post, rng, recurrent):
        """A `Sparse` with k entries a column."""
        from scipy.sparse import csc_array
        sources = self.partners(n_post, n_pre, rng, recurrent).ravel()
        columns = csc_array((np.ones(sources.size, dtype=np.int8), sources.astype(np.int32), np.arange(n_post + 1) * self.k),
                            shape=(n_pre, n_post))
        rows = columns.tocsr()          # a counting sort that keeps multapses
        return self.rows((n_pre, n_post), rows.indptr, rows.indices, rng)


def _set(builder, **values):
    for name, value in values.items():
        object.__setattr__(builder, name, value)
    Builder.__post_init__(builder)
