"""Bundles: connections of one source that are delivered in one pass over its spikes.

A source with spikes, k connections and d delays has k · d lists of targets per spike, most of them short. In
a bundle there are d, which hold the targets of all k; those of one source lie together in the order of
delays, for its spike reaches them in this order within a few steps. What is bundled are sparse synapses
without rules, each with a weight of its own; where all share one weight it would have to be stored for each
of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .._util.typing import FloatArray, IntArray
from .flat import offsets
from .jit import jitted
from .matrices import BuiltConnectivity
from .protocols import ConnectionLike
from .tables import SPIKES, IndexArray


__all__ = ["InputPlace", "Part", "fill_bundle", "find_bundles", "part_of_bundle", "pointers_of_bundle"]


class InputPlace(NamedTuple):
    """The numbers to which a connection adds."""

    array: int                          # FROM_STATE and so on
    at: int
    size: int


def find_bundles(connections: Sequence[ConnectionLike], built: Sequence[BuiltConnectivity],
                 places: Sequence[InputPlace], sends: Sequence[int],
                 owner: Sequence[int]) -> list[list[int]]:
    """Return the numbers of the connections that belong to each bundle; `owner` is the thread that delivers
    each, or -1 if all do.

    Those of one bundle have one source and kind of input, and each has targets of its own, so that the order
    in which a target is reached within a bundle does not matter.
    """
    found: dict[Any, list[list[int]]] = {}
    for k, (connection, its, place) in enumerate(zip(connections, built, places)):
        alone = its.pointers is None or its.left.size > 0 or its.weight.size < 2
        if alone or connection.rules or sends[k] != SPIKES or not connection.target.takes_synapses:
            continue
        bundles = found.setdefault((connection.source, place.array, its.weight.dtype, owner[k]), [])
        free = (each for each in bundles if all(places[member].at != place.at for member in each))
        chosen = next(free, None)
        if chosen is None:
            bundles.append([k])
        else:
            chosen.append(k)
    return sorted(each for bundles in found.values() for each in bundles if len(each) > 1)


def cut_rows(its: BuiltConnectivity, boundaries: Sequence[int]) -> IntArray:
    """Return between which synapses the rows of each part lie, (parts + 1, delays, n_pre): those of a part
    have targets from one of the `boundaries` on, which lie between parts."""
    assert its.pointers is not None
    cuts = np.empty((len(boundaries) + 2, its.delays.size, its.pointers.shape[1] - 1), np.int64)
    cuts[0], cuts[-1] = its.pointers[:, :-1], its.pointers[:, 1:]
    for boundary, cut in zip(boundaries, cuts[1:]):
        find_cuts(its.pointers, its.indices, boundary, cut)
    return cuts


@jitted()
def find_cuts(pointers: IntArray, indices: IndexArray, boundary: Any, out: IntArray) -> None:
    """Write into `out` (delays, n_pre) where in each row, sorted by target, the targets below `boundary`
    end."""
    for d in range(out.shape[0]):
        for i in range(out.shape[1]):
            low, high = pointers[d, i], pointers[d, i + 1]
            while low < high:
                middle = (low + high) // 2
                if indices[middle] < boundary:
                    low = middle + 1
                else:
                    high = middle
            out[d, i] = low


def pointers_of_bundle(built: Sequence[BuiltConnectivity],
                       boundaries: Sequence[Sequence[int]]) -> tuple[IntArray, IntArray]:
    """Return the delays of all connections, and the row pointers of their bundle, (parts · n_pre · delays +
    1,); `boundaries` are those of the parts of each connection."""
    delays = np.unique(np.concatenate([its.delays for its in built]))
    counts = np.sum([_counts(its, delays, between) for its, between in zip(built, boundaries)], axis=0)
    return delays, offsets(counts)


def _counts(its: BuiltConnectivity, delays: IntArray, boundaries: Sequence[int]) -> IntArray:
    """Synapses per part, source and delay of the bundle, (parts · n_pre · delays,)."""
    sizes = np.diff(cut_rows(its, boundaries), axis=0)
    counts = np.zeros((len(sizes), sizes.shape[2], delays.size), np.int64)
    counts[:, :, np.searchsorted(delays, its.delays)] = sizes.transpose(0, 2, 1)
    return counts.ravel()


def fill_bundle(built: list[Any], members: Sequence[int], first_target: Sequence[int],
                boundaries: Sequence[Sequence[int]], delays: IntArray, pointers: IntArray,
                indices: IndexArray, weight: FloatArray) -> None:
    """Move the synapses of the `members` of `built` into a bundle; each is released when it is done.

    Parameters
    ----------
    built : list of BuiltConnectivity
        Synapses of all connections; those of the members become None.
    members : sequence of int
        Numbers of the connections of the bundle.
    first_target : sequence of int
        Where in the input of the bundle that of each member begins.
    boundaries : sequence of sequence of int
        First targets of all parts of each member but the first.
    delays, pointers, indices, weight : array
        Of the bundle; the last two are filled.
    """
    places = pointers[:-1].reshape(len(boundaries[0]) + 1, -1, delays.size).copy()
    for k, first, between in zip(members, first_target, boundaries):
        its, built[k] = built[k], None
        rows, cuts = np.searchsorted(delays, its.delays), cut_rows(its, between)
        for place, begin, end in zip(places, cuts, cuts[1:]):
            move(begin, end, its.indices, its.weight, rows, np.uint32(first), place, indices, weight)


@jitted()
def move(begin: IntArray, end: IntArray, indices: IndexArray, weight: FloatArray, rows: IntArray, first: Any,
         place: IntArray, into_indices: IndexArray, into_weight: FloatArray) -> None:
    """Move rows of one connection to their places in a bundle, which go on behind them."""
    for d in range(rows.size):
        for i in range(place.shape[0]):
            at, to = begin[d, i], place[i, rows[d]]
            size = end[d, i] - at
            for s in range(size):
                into_indices[to + s] = indices[at + s] + first
                into_weight[to + s] = weight[at + s]
            place[i, rows[d]] = to + size


class Part(NamedTuple):
    """What a bundle holds of one connection, in the connection's own order."""

    positions: IntArray                 # of its synapses among those of the bundle
    delays: IntArray                    # those that it has
    pointers: IntArray                  # (its delays, n_pre + 1)
    targets: IndexArray                 # (its synapses,), counted from 0


def part_of_bundle(n_pre: int, delays: IntArray, pointers: IntArray, indices: NDArray[Any], first: int,
                   n_post: int) -> Part:
    """Return the synapses of a bundle whose targets are the `n_post` from `first` on."""
    positions = np.flatnonzero((indices >= first) & (indices < first + n_post))
    counts = np.diff(np.searchsorted(positions, pointers)).reshape(-1, n_pre, delays.size)
    row = np.arange(n_pre)[:, None] + n_pre * np.arange(delays.size)
    order = np.argsort(np.tile(row.ravel(), len(counts)).repeat(counts.ravel()), kind="stable")
    sizes = counts.sum(axis=0).T
    used = sizes.any(axis=1)
    used[0] |= not used.any()
    mine = np.zeros((np.count_nonzero(used), n_pre + 1), np.int64)
    mine[:, 1:] = np.cumsum(sizes[used]).reshape(-1, n_pre)
    mine[1:, 0] = mine[:-1, -1]
    positions = positions[order]
    return Part(positions, delays[used], mine, indices[positions] - np.uint32(first))
