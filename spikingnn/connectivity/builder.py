"""The base class of builders."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self, cast

import numpy as np
from numpy.typing import ArrayLike

from .._util import checks
from .._util.typing import FloatArray, IntArray
from ..engine.bounds import check_units
from ..engine.matrices import SparseWeights, WeightForm, WeightMatrix


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

    def placed(self, source: FloatArray | None, target: FloatArray | None) -> Self:
        """Return the builder for units at these positions, (n, d): most do not depend on them."""
        return self

    def at(self, dt: float) -> Self:
        """Return the builder for a step of `dt` ms: most do not depend on it."""
        return self

    def draw(self, rng: np.random.Generator, size: int) -> FloatArray:
        """Return the weights of `size` synapses: (size,), or (1,) if all are equal; float32 is kept."""
        if not callable(self.weight):
            return np.array([self.weight])
        drawn: Any = self.weight(rng, size)
        kept = type(drawn) is np.ndarray and drawn.dtype == np.float32 and checks.is_finite(drawn)
        weight: FloatArray = drawn if kept else np.asarray(checks.number(self, "weight", drawn))
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


def set_fields(builder: Builder, **values: object) -> None:
    """Set the fields of a frozen builder in its `__init__`, and check the weight."""
    for name, value in values.items():
        object.__setattr__(builder, name, value)
    Builder.__post_init__(builder)
