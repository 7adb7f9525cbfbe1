"""A part of a group, ``group[:3200]``: what is connected or recorded need not be all of it."""

from __future__ import annotations

from typing import Any

import numpy as np

from ._util import checks
from ._util.typing import BoolArray, FloatArray, Scalar
from .engine.connection_view import ConnectionView
from .engine.flat import offsets
from .engine.matrices import DenseWeights, Factored, SparseWeights, WeightForm, WeightMatrix


__all__ = ["GroupSlice"]


class GroupSlice:
    """Consecutive units of a group, as ``group[start:stop]`` returns them.

    It stands for the group as source or target of a `SynapseGroup`, and in monitors; its states and positions
    are views of the group's, and ``inputs={group[start:stop]: …}`` drives this part. The network takes the
    group itself.

    Parameters
    ----------
    group : NeuronGroup
        Group of which it is a part.
    part : slice
        Consecutive units; a negative number counts from the end.

    Raises
    ------
    ValueError, TypeError
        If the part is empty, out of range, or leaves out units between two others.

    Examples
    --------
    >>> from spikingnn import LIFGroup
    >>> neurons = LIFGroup(5)
    >>> inhibitory = neurons[3:]
    >>> inhibitory["v"] = -60.0
    >>> len(inhibitory), neurons["v"]
    (2, array([-65., -65., -65., -60., -60.]))
    """

    def __init__(self, group: Any, part: slice) -> None:
        name, n = group.name or type(group).__name__, group.n
        ends = [checks.integer(name, "slice", end, -n) for end in (part.start, part.stop) if end is not None]
        if part.step not in (None, 1):
            checks.fail(name, "slice", part, "of consecutive units (a monitor takes index=)")
        if any(end > n for end in ends):
            checks.fail(name, "slice", part, f"within the {n:,} units of the group")
        self.group = group
        self.start, self.stop, _ = part.indices(n)
        if self.start >= self.stop:
            checks.fail(name, "slice", part, "of one unit at least")

    @property
    def n(self) -> int:
        """Number of units."""
        return self.stop - self.start

    @property
    def is_whole(self) -> bool:
        """Whether it is all of the group."""
        return self.n == self.group.n

    @property
    def units(self) -> slice:
        """Units of the group, to index an array (n,) with."""
        return slice(self.start, self.stop)

    @property
    def positions(self) -> FloatArray | None:
        """Positions of the units, (n, d); None if the group has none."""
        positions: FloatArray | None = self.group.positions
        return None if positions is None else positions[self.units]

    def shares_units(self, other: GroupSlice) -> bool:
        """Return whether some unit is in both parts."""
        return self.group is other.group and self.start < other.stop and other.start < self.stop

    def __getitem__(self, name: str) -> FloatArray:
        if isinstance(name, slice):
            raise ValueError(f"{self!r} is a slice already: take the slice of the group itself")
        state: FloatArray = self.group[name][self.units]
        return state

    def __setitem__(self, name: str, value: Scalar) -> None:
        checks.scalar_or_length(repr(self), name, value, self.n)
        changed = self.group[name].copy()
        changed[self.units] = checks.number(repr(self), name, value)
        self.group[name] = changed

    def __eq__(self, other: object) -> bool:
        return (isinstance(other, GroupSlice) and self.group is other.group
                and (self.start, self.stop) == (other.start, other.stop))

    def __hash__(self) -> int:
        return hash((id(self.group), self.start, self.stop))

    def __len__(self) -> int:
        return self.n

    def __repr__(self) -> str:
        name = self.group.name or repr(self.group)
        return name if self.is_whole else f"{name}[{self.start}:{self.stop}]"


def slice_of(group: Any) -> GroupSlice:
    """Return a part of a group as it is, and a whole group as the part that is all of it."""
    return group if isinstance(group, GroupSlice) else GroupSlice(group, slice(None))


def among_whole_groups(matrix: WeightMatrix, source: GroupSlice, target: GroupSlice) -> WeightMatrix:
    """Return the weights between two parts as weights between their whole groups."""
    if source.is_whole and target.is_whole:
        return matrix
    shape = (source.group.n, target.group.n)
    if isinstance(matrix, Factored):
        left, right = np.zeros((shape[0], matrix.left.shape[1])), np.zeros((matrix.right.shape[0], shape[1]))
        left[source.units], right[:, target.units] = matrix.left, matrix.right
        if matrix.minus is None:
            return Factored(left, right)
        minus = among_whole_groups(SparseWeights.of(matrix.minus), source, target)
        assert isinstance(minus, SparseWeights)
        return Factored(left, right, minus.matrix())
    rows = matrix.as_sparse() if isinstance(matrix, DenseWeights) else matrix
    assert isinstance(rows, SparseWeights)
    counts = np.zeros(shape[0], dtype=np.int64)
    counts[source.units] = np.diff(rows.pointers)
    return SparseWeights(shape, offsets(counts), rows.indices + np.uint32(target.start), rows.weight)


def weight_between(kept: ConnectionView, source: GroupSlice, target: GroupSlice, dense: bool,
                   values: FloatArray | None = None) -> Any:
    """Return a copy of the weights, or of other values, between two parts of the groups that keep them."""
    if source.is_whole and target.is_whole:
        return kept.matrix(dense, values)
    part = kept.matrix(False, values)[source.units, target.units]
    return part.toarray() if dense else part


def without_autapses(form: WeightForm, matrix: WeightMatrix, source: GroupSlice,
                     target: GroupSlice) -> WeightMatrix:
    """Return `matrix`, which `form` has drawn, without autapses if it excludes them and the parts overlap.

    Equal parts are recurrent for the builder itself. Of different parts with common units, synapses can only
    be left out where the pairs are independent.
    """
    if getattr(form, "autapses", True) or source == target or not source.shares_units(target):
        return matrix
    if hasattr(form, "k"):
        name = type(form).__name__
        raise ValueError(f"{name}(autapses=False) cannot connect {source!r} with {target!r}, which have "
                         "units in common: use equal or separate parts, or autapses=True")
    rows = matrix.as_sparse() if isinstance(matrix, DenseWeights) else matrix
    assert isinstance(rows, SparseWeights)
    sources = rows.sources().astype(np.int64)
    kept: BoolArray = sources + source.start != rows.indices.astype(np.int64) + target.start
    pointers = offsets(np.bincount(sources[kept], minlength=matrix.shape[0]))
    weight = rows.weight[kept] if rows.weight.size > 1 else rows.weight
    return SparseWeights(matrix.shape, pointers, rows.indices[kept], weight)
