"""Counting sorts of synapses: by delay, and from columns to rows. Each synapse is moved once."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._util.typing import IntArray
from .jit import jitted


__all__ = ["by_delay", "compact_steps", "distinct_delays", "rows_of_columns"]

SHORT_DELAYS = 1 << 16          # delays of fewer steps are given as uint16, and found in a table


def compact_steps(steps: NDArray[Any]) -> NDArray[Any]:
    """Return delays in steps as uint16 if all are short, else as they are."""
    return steps.astype(np.uint16) if steps.max(initial=0) < SHORT_DELAYS else steps


def distinct_delays(steps: NDArray[Any]) -> IntArray:
    """Return the delays that occur among `steps`, as `compact_steps` returns them, in rising order."""
    if steps.dtype != np.uint16:
        return np.unique(steps)
    return np.flatnonzero(count(steps, np.zeros(SHORT_DELAYS, np.int64)))


def by_delay(row_starts: IntArray, steps: NDArray[Any], indices: NDArray[Any], weight: NDArray[Any],
             ) -> tuple[IntArray, IntArray, NDArray[Any], NDArray[Any]]:
    """Sort the synapses of compressed rows by delay: return (delays, pointers, indices, weight).

    There is one block of row pointers, (n_pre + 1,), for each distinct delay.

    Parameters
    ----------
    row_starts : array (n_pre + 1,)
        Where the row of each source begins.
    steps : array (synapses,)
        Delay of each synapse: uint16, or int64 where some are longer.
    indices : array (synapses,)
        Target of each synapse.
    weight : array (synapses,) or (1,)
        Weight of each synapse; a single one stays as it is.
    """
    delays = distinct_delays(steps)
    if steps.dtype == np.uint16:
        number = np.zeros(SHORT_DELAYS, np.int64)
        number[delays] = np.arange(delays.size)
    else:
        number, steps = np.arange(delays.size), np.searchsorted(delays, steps)
    pointers = np.zeros((delays.size, row_starts.size), np.int64)
    count_rows(row_starts, steps, number, pointers)
    pointers[:, 1:] = np.cumsum(pointers[:, 1:].ravel()).reshape(delays.size, -1)
    pointers[1:, 0] = pointers[:-1, -1]
    sorted_indices, sorted_weight = np.empty_like(indices), np.empty_like(weight)
    sort_rows(row_starts, steps, number, pointers, indices, weight, sorted_indices, sorted_weight)
    return delays.astype(np.int64, copy=False), pointers, sorted_indices, sorted_weight


@jitted()
def count(steps: NDArray[Any], counts: IntArray) -> IntArray:
    """Count how often each number of steps occurs."""
    for s in range(steps.size):
        counts[steps[s]] += 1
    return counts


@jitted()
def count_rows(row_starts: IntArray, steps: NDArray[Any], number: IntArray, pointers: IntArray) -> None:
    """Count the synapses of each delay and source in ``pointers[delay, source + 1]``."""
    for i in range(row_starts.size - 1):
        for s in range(row_starts[i], row_starts[i + 1]):
            pointers[number[steps[s]], i + 1] += 1


@jitted()
def sort_rows(row_starts: IntArray, steps: NDArray[Any], number: IntArray, pointers: IntArray,
              indices: NDArray[Any], weight: NDArray[Any], sorted_indices: NDArray[Any],
              sorted_weight: NDArray[Any]) -> None:
    """Copy each synapse to its place; those of one delay and source keep their order."""
    place = np.empty(pointers.shape[0], np.int64)
    for i in range(row_starts.size - 1):
        for d in range(place.size):
            place[d] = pointers[d, i]
        for s in range(row_starts[i], row_starts[i + 1]):
            d = number[steps[s]]
            sorted_indices[place[d]] = indices[s]
            if weight.size > 1:
                sorted_weight[place[d]] = weight[s]
            place[d] += 1
    if weight.size == 1:
        sorted_weight[0] = weight[0]


def rows_of_columns(sources: NDArray[np.uint32], n_pre: int) -> tuple[IntArray, NDArray[np.uint32]]:
    """Return (pointers, targets) of the rows whose columns are `sources` (n_post, k): targets rise."""
    pointers = np.zeros(n_pre + 1, np.int64)
    targets = np.empty(sources.size, np.uint32)
    transpose(sources.reshape(len(sources), -1), pointers, targets)
    return pointers, targets


@jitted()
def transpose(sources: NDArray[np.uint32], pointers: IntArray, targets: NDArray[np.uint32]) -> None:
    """Set row pointers and targets from columns of equal length."""
    n_post, k = sources.shape
    for j in range(n_post):
        for s in range(k):
            pointers[sources[j, s] + 1] += 1
    for i in range(pointers.size - 1):
        pointers[i + 1] += pointers[i]
    place = pointers.copy()
    for j in range(n_post):
        for s in range(k):
            i = sources[j, s]
            targets[place[i]] = j
            place[i] += 1
