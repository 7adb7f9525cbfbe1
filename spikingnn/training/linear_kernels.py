"""Compiled loops of the layers with weights: rows selected by spikes, and the windows of a convolution."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np
from numba.extending import register_jitable
from numpy.typing import DTypeLike

from ..engine.jit import jitted
from .layer import Array


__all__ = [
    "Events", "Windows", "add_outer", "add_rows", "add_windows", "add_windows_outer", "gather_patches",
    "list_events", "scatter_patches"
]

Events: TypeAlias = tuple[Array, Array, Array]
"""(pointers, columns, values): what is not zero in row r is values[pointers[r]:pointers[r + 1]], in these
columns.
"""


# --- what is not zero, as a list of events --------------------------------------------------------------

# for each byte of eight flags the places of those that are set, and how many there are
PLACES = np.array([[bit for bit in range(8) if byte >> bit & 1] + [0] * (8 - byte.bit_count())
                   for byte in range(256)], np.uint32)
COUNTS = np.array([byte.bit_count() for byte in range(256)], np.uint64)


def list_events(rows: Array, flags: Array, count: int, dtype: DTypeLike, parts: int = 1) -> Events:
    """Return the events of `rows` (R, n), not zero where the `count` flags are set; values are of `dtype`.

    Each row is pointed to in `parts` equal parts of a multiple of eight entries; pointers are
    (R · parts + 1,).
    """
    flags = np.ascontiguousarray(flags)
    if flags.shape[1] % 8:                              # eight entries are looked up at once
        flags = np.pad(flags, ((0, 0), (0, -flags.shape[1] % 8)))
    pointers = np.empty(len(flags) * parts + 1, np.int64)
    columns = np.empty(count + 8, np.uint32)
    _list_events(flags.view(np.uint64).reshape(len(flags), parts, -1), PLACES, COUNTS, pointers, columns)
    columns = columns[:pointers[-1]]
    values = np.ones(len(columns), dtype)
    if rows.dtype != bool:
        _take_values(np.ascontiguousarray(rows), pointers[::parts], columns, values)
    return pointers, columns, values


@jitted()
def _list_events(words, places, counts, pointers, columns):
    k, pointers[0] = np.uint64(0), 0                    # unsigned: no index is tested for being negative
    for r in range(words.shape[0]):
        first = np.uint32(0)
        for part in range(words.shape[1]):
            row = words[r, part]
            for word in row:
                byte = (word * np.uint64(0x0102040810204080)) >> np.uint64(56)  # eight flags as eight bits
                place = places[byte]
                # written always and overwritten by the next: cheaper than a branch that nobody can predict
                columns[k] = first + place[0]
                columns[k + np.uint64(1)] = first + place[1]
                if counts[byte] > 2:
                    for i in range(2, 8):
                        columns[k + np.uint64(i)] = first + place[i]
                k += counts[byte]
                first += np.uint32(8)
            pointers[r * words.shape[1] + part + 1] = k


@jitted()
def _take_values(rows, pointers, columns, values):
    for r in range(rows.shape[0]):
        row = rows[r]
        for k in range(pointers[r], pointers[r + 1]):
            values[k] = row[columns[k]]


# --- sums of the rows of a matrix that events name -------------------------------------------------------

@register_jitable
def _add_events(columns, values, k, end, weight, shift, row):
    """Add to `row` the rows of `weight` that the events k to `end` name, times their values.

    `shift` is the row of column 0.
    """
    while k + 8 <= end:                 # eight at a time: the sum is loaded and stored once for all
        a, b = weight[columns[k] + shift], weight[columns[k + 1] + shift]
        c, d = weight[columns[k + 2] + shift], weight[columns[k + 3] + shift]
        e, f = weight[columns[k + 4] + shift], weight[columns[k + 5] + shift]
        g, h = weight[columns[k + 6] + shift], weight[columns[k + 7] + shift]
        va, vb, vc, vd = values[k], values[k + 1], values[k + 2], values[k + 3]
        ve, vf, vg, vh = values[k + 4], values[k + 5], values[k + 6], values[k + 7]
        for j in range(row.size):
            row[j] += (((va * a[j] + vb * b[j]) + (vc * c[j] + vd * d[j]))
                       + ((ve * e[j] + vf * f[j]) + (vg * g[j] + vh * h[j])))
        k += 8
    while k + 2 <= end:
        a, b, va, vb = weight[columns[k] + shift], weight[columns[k + 1] + shift], values[k], values[k + 1]
        for j in range(row.size):
            row[j] += va * a[j] + vb * b[j]
        k += 2
    if k < end:
        a, va = weight[columns[k] + shift], values[k]
        for j in range(row.size):
            row[j] += va * a[j]


@register_jitable
def _add_to_rows(columns, values, k, end, row, out, shift):
    """Add `row`, times their values, to the rows of `out` that the events k to `end` name, all different."""
    while k + 2 <= end:                                 # two at a time: the row is loaded once for both
        one, other, va, vb = out[columns[k] + shift], out[columns[k + 1] + shift], values[k], values[k + 1]
        for j in range(row.size):
            first, second = one[j] + va * row[j], other[j] + vb * row[j]
            one[j] = first
            other[j] = second
        k += 2
    if k < end:
        one, va = out[columns[k] + shift], values[k]
        for j in range(row.size):
            one[j] += va * row[j]


@jitted()
def add_rows(pointers, columns, values, weight, start, out):
    """Set each row of `out` to `start` plus the rows of `weight` that its events name: a matrix product."""
    for r in range(out.shape[0]):
        row = out[r]
        for j in range(row.size):
            row[j] = start[j]
        _add_events(columns, values, pointers[r], pointers[r + 1], weight, 0, row)


@jitted()
def add_outer(pointers, columns, values, gradient, out):
    """Add the product of eventsᵀ and `gradient` to `out`; a gradient with fewer rows holds for each step."""
    for r in range(pointers.size - 1):
        _add_to_rows(columns, values, pointers[r], pointers[r + 1], gradient[r % gradient.shape[0]], out, 0)


# --- windows: that at (i, j) of a picture begins at its pixel (i, j)·stride − padding --------------------

class Windows(NamedTuple):
    """Where the windows of pictures (height, width, channels) lie."""

    height: int
    width: int
    channels: int
    kernel: int
    stride: int
    padding: int


@register_jitable
def _inside(first, size, kernel):
    """Return which of the `kernel` pixels from `first` on lie in the picture: from the first, to before the
    second.
    """
    low = min(max(-first, 0), kernel)
    return low, max(min(kernel, size - first), low)


@register_jitable
def _events_of(pointers, windows, picture, i, j, a):
    """Return the first event in row a of a window, the one behind its last, and the row of the weights that
    column 0 of a row of pixels would meet.
    """
    row, left = i * windows.stride + a - windows.padding, j * windows.stride - windows.padding
    low, high = _inside(left, windows.width, windows.kernel)
    if not 0 <= row < windows.height:
        return 0, 0, 0
    pixel = (picture * windows.height + row) * windows.width + left
    return pointers[pixel + low], pointers[pixel + high], (a * windows.kernel - left) * windows.channels


@jitted()
def add_windows(pointers, columns, values, windows, weight, start, out):
    """Set out (pictures, h', w', n) to `start` plus the rows of `weight` that events of the windows name."""
    for b in range(out.shape[0]):
        for i in range(out.shape[1]):
            for j in range(out.shape[2]):
                row = out[b, i, j]
                for k in range(row.size):
                    row[k] = start[k]
                for a in range(windows.kernel):
                    first, end, shift = _events_of(pointers, windows, b, i, j, a)
                    _add_events(columns, values, first, end, weight, shift, row)


@jitted()
def add_windows_outer(pointers, columns, values, windows, gradient, out):
    """Add the product of windowsᵀ and `gradient` (pictures, h', w', n) to `out`, as `add_outer` does."""
    for b in range((pointers.size - 1) // (windows.height * windows.width)):
        for i in range(gradient.shape[1]):
            for j in range(gradient.shape[2]):
                row = gradient[b % gradient.shape[0], i, j]
                for a in range(windows.kernel):
                    first, end, shift = _events_of(pointers, windows, b, i, j, a)
                    _add_to_rows(columns, values, first, end, row, out, shift)


@jitted()
def gather_patches(pictures, windows, patches):
    """Copy the windows of pictures (B, h, w · c) into patches (B, h', w', kernel, kernel · c)."""
    c = windows.channels
    for b in range(pictures.shape[0]):
        for i in range(patches.shape[1]):
            for j in range(patches.shape[2]):
                left = j * windows.stride - windows.padding
                low, high = _inside(left, windows.width, windows.kernel)
                for a in range(windows.kernel):         # the pixels of a row lie side by side in both
                    row, patch = i * windows.stride + a - windows.padding, patches[b, i, j, a]
                    within = 0 <= row < windows.height
                    if not within or high - low < windows.kernel:
                        for k in range(patch.size):
                            patch[k] = 0
                    if within:
                        given = pictures[b, row, (left + low) * c:(left + high) * c]
                        taken = patch[low * c:high * c]
                        for k in range(taken.size):
                            taken[k] = given[k]


@jitted()
def scatter_patches(patches, windows, pictures):
    """Set pictures to the sum of the patches' pixels: the transpose of `gather_patches`."""
    c = windows.channels
    for b in range(pictures.shape[0]):
        for row in range(windows.height):
            for k in range(pictures.shape[2]):
                pictures[b, row, k] = 0
        for i in range(patches.shape[1]):
            for j in range(patches.shape[2]):
                left = j * windows.stride - windows.padding
                low, high = _inside(left, windows.width, windows.kernel)
                for a in range(windows.kernel):
                    row = i * windows.stride + a - windows.padding
                    if 0 <= row < windows.height:
                        given = patches[b, i, j, a, low * c:high * c]
                        grown = pictures[b, row, (left + low) * c:(left + high) * c]
                        for k in range(grown.size):
                            grown[k] += given[k]
