"""Layers of weights: dense and convolutional, on BLAS, and event by event where the input is spikes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .._util import checks
from ..engine.jit import jitted
from .layer import Layer


__all__ = ["Conv2d", "Dense"]

EVENTS_BELOW = 0.25     # density of a boolean input from which on BLAS is faster than going through its spikes


@dataclass(eq=False)
class Dense(Layer):
    """y = x W + b, W (n_in, n) and b (n,).

    An input of booleans is taken for spikes: the rows of W that they name are added up, which at 10 % density costs a tenth
    of the product. `gain` scales the first weights: standard deviation gain / √n_in.
    """

    n: int
    bias: bool = True
    gain: float = 1.0

    def __post_init__(self):
        checks.integer(self, "n", self.n)
        checks.positive(self, "gain", self.gain)

    def build(self, shape, dtype, rng):
        if len(shape) != 1:
            raise ValueError(f"Dense takes vectors, got samples of shape {shape}; put Flatten() before it")
        self.parameter("weight", _drawn(rng, shape[0], (shape[0], self.n), self.gain), dtype)
        if self.bias:
            self.parameter("bias", np.zeros(self.n), dtype)
        return (self.n,)

    def forward(self, x, steps, training, rng):
        """(T, B, n_in) -> (T, B, n)."""
        weight = self.parameters["weight"]
        self._x, self._events = x if x.dtype == bool else x.astype(weight.dtype, copy=False), None
        y = self.room("y", (*x.shape[:2], self.n), weight.dtype)
        rows = y.reshape(-1, self.n)
        if x.dtype == bool:
            flat = x.reshape(-1, x.shape[-1])
            if not training or np.count_nonzero(flat) < EVENTS_BELOW * flat.size:       # answers do not depend on the batch
                self._events = _events(flat)
                _add_rows(*self._events, weight, self.parameters["bias"] if self.bias else np.zeros(self.n, weight.dtype), rows)
            else:
                self._x = x.astype(weight.dtype)
        if self._events is None:
            np.dot(self._x.reshape(-1, x.shape[-1]), weight, out=rows)
            if self.bias:
                rows += self.parameters["bias"]
        return y

    def backward(self, gradient):
        """dW = Σ xᵀ dy over time and batch, db = Σ dy, dx = dy Wᵀ."""
        weight, x = self.parameters["weight"], self._x
        if self.bias:
            self.gradients["bias"][:] = gradient.sum(axis=(0, 1)) * (len(x) if len(gradient) == 1 else 1)
        if self._events is not None:
            everywhere = np.ascontiguousarray(np.broadcast_to(gradient, (len(x), *gradient.shape[1:])))
            self.gradients["weight"][:] = 0
            _add_outer(*self._events, everywhere.reshape(-1, self.n), self.gradients["weight"])
        else:
            x, dy = matched(x, gradient)
            np.dot(x.reshape(-1, x.shape[-1]).T, dy.reshape(-1, self.n), out=self.gradients["weight"])
        if not self.needs_input_gradient:
            return None
        dx = self.room("dx", (*gradient.shape[:2], x.shape[-1]), weight.dtype)
        np.dot(gradient.reshape(-1, self.n), weight.T, out=dx.reshape(-1, x.shape[-1]))
        return dx


@dataclass(eq=False)
class Conv2d(Layer):
    """y[i, j, o] = Σ x[i·stride + a − padding, j·stride + b − padding, c] W[a, b, c, o] + b[o], for pictures (h, w, c).

    The patches of a picture become the rows of a matrix, and a product with W (kernel·kernel·c, channels) does the rest
    ("im2col"). `gain` as for `Dense`.
    """

    channels: int
    kernel: int = 3
    stride: int = 1
    padding: int = 0
    bias: bool = True
    gain: float = 1.0

    def __post_init__(self):
        for name in ("channels", "kernel", "stride"):
            checks.integer(self, name, getattr(self, name))
        checks.integer(self, "padding", self.padding, minimum=0)
        checks.positive(self, "gain", self.gain)

    def build(self, shape, dtype, rng):
        """`Layer.build`; `places`: which pixel each pixel of the windows is, see `_places`."""
        if len(shape) != 3:
            raise ValueError(f"Conv2d takes pictures (height, width, channels), got samples of shape {shape}")
        height, width = ((side + 2 * self.padding - self.kernel) // self.stride + 1 for side in shape[:2])
        if height < 1 or width < 1:
            raise ValueError(f"Conv2d: a kernel of {self.kernel} does not fit into pictures of {shape[0]} × {shape[1]}")
        self._shape, self._out = shape, (height, width, self.channels)
        self.places = _places(shape, self._out, self.kernel, self.stride, self.padding)
        patch = self.kernel * self.kernel * shape[2]
        self.parameter("weight", _drawn(rng, patch, (patch, self.channels), self.gain), dtype)
        if self.bias:
            self.parameter("bias", np.zeros(self.channels), dtype)
        return self._out

    def forward(self, x, steps, training, rng):
        """(T, B, h, w, c) -> (T, B, h', w', channels)."""
        weight = self.parameters["weight"]
        self._x = np.ascontiguousarray(x, dtype=weight.dtype)
        y = self.room("y", (*x.shape[:2], *self._out), weight.dtype)
        for pictures, out in zip(self._x, y):
            np.dot(self._patches(pictures), weight, out=out.reshape(-1, self.channels))
        if self.bias:
            y += self.parameters["bias"]
        return y

    def backward(self, gradient):
        """dW = Σ patchesᵀ dy, db = Σ dy; dx adds each patch of dy Wᵀ back to where it was taken from."""
        weight, dweight = self.parameters["weight"], self.gradients["weight"]
        if self.bias:
            self.gradients["bias"][:] = gradient.sum(axis=(0, 1, 2, 3)) * (len(self._x) if len(gradient) == 1 else 1)
        x, dy = matched(self._x, np.ascontiguousarray(gradient))
        dweight[:] = 0
        for pictures, slopes in zip(x, dy):
            dweight += self._patches(pictures).T @ slopes.reshape(-1, self.channels)
        if not self.needs_input_gradient:
            return None
        dx = self.room("dx", (*gradient.shape[:2], *self._shape), weight.dtype)
        dx[:] = 0
        for slopes, out in zip(gradient, dx):
            patches = self._patch_room(len(out))
            np.dot(slopes.reshape(-1, self.channels), weight.T, out=patches)
            _scatter_patches(*self._by_places(patches, out))
        return dx

    def _patches(self, pictures):
        patches = self._patch_room(len(pictures))
        by_places, places, pixels = self._by_places(patches, pictures)
        _gather_patches(pixels, places, by_places)
        return patches

    def _by_places(self, patches, pictures):
        """Patches (samples, places, c) and pictures (samples, pixels, c), with the places between them."""
        channels = self._shape[2]
        return (patches.reshape(len(pictures), len(self.places), channels), self.places, pictures.reshape(len(pictures), -1, channels))

    def _patch_room(self, samples):
        weight = self.parameters["weight"]
        return self.room("patches", (samples * self._out[0] * self._out[1], len(weight)), weight.dtype)


def matched(x, gradient):
    """An input and the gradient of the output with one time axis: where one of them does not change, the other's sum will do."""
    if len(x) == len(gradient):
        return x, gradient
    if len(gradient) == 1:
        return x.sum(axis=0, keepdims=True), gradient
    return x, gradient.sum(axis=0, keepdims=True)


def _drawn(rng, n_in, shape, gain):
    return rng.uniform(-1.0, 1.0, shape) * gain * np.sqrt(3.0 / n_in)


# --- spikes as a list of events: for row r, columns[pointers[r]:pointers[r + 1]] are set -------------------------------------

def _events(rows):
    rows = np.ascontiguousarray(rows)
    if rows.shape[1] % 8:                               # eight are looked at in one go
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
                    columns[k] = i                      # written over where it is no event: cheaper than to ask
                    k += rows[r, i]
    pointers[rows.shape[0]] = k


@jitted()
def _add_rows(pointers, columns, weight, start, out):
    for r in range(out.shape[0]):
        row, k = out[r], pointers[r]
        for j in range(row.size):
            row[j] = start[j]
        while k + 4 <= pointers[r + 1]:                 # four at a time: the sum is loaded and stored once for all
            a, b, c, d = weight[columns[k]], weight[columns[k + 1]], weight[columns[k + 2]], weight[columns[k + 3]]
            for j in range(row.size):
                row[j] += (a[j] + b[j]) + (c[j] + d[j])
            k += 4
        for i in columns[k:pointers[r + 1]]:
            taken = weight[i]
            for j in range(row.size):
                row[j] += taken[j]


@jitted()
def _add_outer(pointers, columns, gradient, out):
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


# --- patches: row (b, i, j) of the matrix is the window of sample b whose upper left corner is (i, j)·stride − padding -----------

def _places(shape, out, kernel, stride, padding):
    """Which pixel of a picture each pixel of its windows is, (windows · kernel²,); −1 beyond the edge."""
    down, right = (np.arange(side)[:, None] * stride + np.arange(kernel) - padding for side in out[:2])
    down, right = down[:, None, :, None], right[None, :, None, :]
    inside = (0 <= down) & (down < shape[0]) & (0 <= right) & (right < shape[1])
    return np.where(inside, down * shape[1] + right, -1).ravel()


@jitted()
def _gather_patches(pictures, places, patches):
    for b in range(pictures.shape[0]):
        for p in range(places.size):
            taken, place = patches[b, p], places[p]
            for k in range(taken.size):
                taken[k] = pictures[b, place, k] if place >= 0 else 0


@jitted()
def _scatter_patches(patches, places, pictures):
    for b in range(pictures.shape[0]):
        for p in range(places.size):
            given, place = patches[b, p], places[p]
            if place >= 0:
                for k in range(given.size):
                    pictures[b, place, k] += given[k]
