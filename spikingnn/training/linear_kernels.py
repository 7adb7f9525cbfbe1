"""Compiled loops of the layers with weights: rows selected by spikes, and the patches of a convolution."""

from __future__ import annotations

import numpy as np

from .._util.typing import IntArray
from ..engine.jit import jitted
from .layer import Array, Shape


__all__ = ["add_outer", "add_rows", "gather_patches", "list_events", "patch_pixels", "scatter_patches"]


# --- spikes as a list of events: columns[pointers[r]:pointers[r + 1]] are the spikes of row r

def list_events(rows: Array) -> tuple[Array, Array]:
    """Return (pointers, columns) of the True entries of `rows` (R, n), booleans."""
    rows = np.ascontiguousarray(rows)
    if rows.shape[1] % 8:                               # eight entries are tested at once
        rows = np.pad(rows, ((0, 0), (0, -rows.shape[1] % 8)))
    pointers = np.empty(len(rows) + 1, np.int64)
    columns = np.empty(np.count_nonzero(rows) + 1, np.uint32)
    _list_events(rows.view(np.uint8), rows.view(np.uint64), pointers, columns)
    return pointers, columns


@jitted()
def _list_events(rows, words, pointers, columns):
    k = 0
    for r in range(rows.shape[0]):
        pointers[r] = k
        for word in range(words.shape[1]):
            if words[r, word]:
                for i in range(8 * word, 8 * word + 8):
                    columns[k] = i    # overwritten where there is no event: cheaper than a branch
                    k += rows[r, i]
    pointers[rows.shape[0]] = k


@jitted()
def add_rows(pointers, columns, weight, start, out):
    """Set each row of `out` to `start` plus the rows of `weight` that its events name."""
    for r in range(out.shape[0]):
        row, k = out[r], pointers[r]
        for j in range(row.size):
            row[j] = start[j]
        while k + 4 <= pointers[r + 1]:    # four at a time: the sum is loaded and stored once for all
            a, b, c, d = weight[columns[k]], weight[columns[k + 1]], weight[columns[k +
                                                                                    2]], weight[columns[k +
                                                                                                        3]]
            for j in range(row.size):
                row[j] += (a[j] + b[j]) + (c[j] + d[j])
            k += 4
        for i in columns[k:pointers[r + 1]]:
            taken = weight[i]
            for j in range(row.size):
                row[j] += taken[j]


@jitted()
def add_outer(pointers, columns, gradient, out):
    """Add each row of `gradient` to the rows of `out` that its events name: the product of spikesᵀ and
    gradient.
    """
    for r in range(gradient.shape[0]):
        row, k = gradient[r], pointers[r]
        while k + 2 <= pointers[r + 1]:                 # two at a time: the gradient is loaded once for both
            one, other = out[columns[k]], out[columns[k + 1]]
            for j in range(row.size):
                first, second = one[j] + row[j], other[j] + row[j]
                one[j] = first
                other[j] = second
            k += 2
        for i in columns[k:pointers[r + 1]]:
            grown = out[i]
            for j in range(row.size):
                grown[j] += row[j]


# --- patches: row (b, i, j) of the matrix is the window of sample b, at (i, j)·stride − padding

def patch_pixels(shape: Shape, out: Shape, kernel: int, stride: int, padding: int) -> IntArray:
    """Return which pixel of a picture each entry of its windows is, (windows · kernel²,).

    −1 beyond the edge.
    """
    down, right = (np.arange(side)[:, None] * stride + np.arange(kernel) - padding for side in out[:2])
    down, right = down[:, None, :, None], right[None, :, None, :]
    inside = (0 <= down) & (down < shape[0]) & (0 <= right) & (right < shape[1])
    return np.where(inside, down * shape[1] + right, -1).ravel()


@jitted()
def gather_patches(pictures, pixels, patches):
    """Copy pictures (B, pixels, c) into patches (B, windows · kernel², c)."""
    for b in range(pictures.shape[0]):
        for p in range(pixels.size):
            taken, pixel = patches[b, p], pixels[p]
            for k in range(taken.size):
                taken[k] = pictures[b, pixel, k] if pixel >= 0 else 0


@jitted()
def scatter_patches(patches, pixels, pictures):
    """Add patches (B, windows · kernel², c) back to pictures (B, pixels, c)."""
    for b in range(pictures.shape[0]):
        for p in range(pixels.size):
            given, pixel = patches[b, p], pixels[p]
            if pixel >= 0:
                for k in range(given.size):
                    pictures[b, pixel, k] += given[k]
