"""Builders without chance: all to all, and one to one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .._util.typing import FloatArray
from ..engine.matrices import DenseWeights, WeightMatrix
from .builder import Builder


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
