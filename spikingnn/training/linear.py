"""Layers of weights: dense and convolutional, on BLAS, and event by event where the input is spikes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import DTypeLike

from .._util import checks
from . import linear_kernels as kernels
from .layer import Array, Layer, NetworkBuilder, Shape, Signal


__all__ = ["Conv2d", "Dense"]

EVENT_DENSITY = 0.25    # density of a boolean input above which BLAS is faster than going through its spikes


@dataclass(eq=False)
class Weights(Layer, abstract=True):
    """Base of the layers with weights: a linear map of each time step, plus a bias."""

    def build_network(self, builder: NetworkBuilder[Signal], name: str, signal: Signal) -> Signal:
        """Weights become synapses, biases constant currents."""
        return builder.linear(self, name, signal)


@dataclass(eq=False)
class Dense(Weights, kind="Dense"):
    """Fully connected weights: each output is a weighted sum of all inputs.

    ::

        y = x W + b,        W (n_in, n),  b (n,)

    An input of booleans is taken for spikes: the rows of W that they select are added up, which takes a tenth
    of the time of the product at a density of 10 %. The parameters are ``weight`` and ``bias``.

    Parameters
    ----------
    n : int
        Number of outputs.
    bias : bool, default True
        Whether a bias is added.
    gain : float, default 1.0
        Dimensionless: scale of the initial weights, whose standard deviation is gain / √n_in.

    Raises
    ------
    ValueError
        If a field is out of range, or samples are no vectors.

    Examples
    --------
    >>> import numpy as np
    >>> from spikingnn.training import Dense, Model
    >>> Model([Dense(10)], shape=784, steps=1).forward(np.zeros((1, 32, 784))).shape
    (1, 32, 10)
    """

    n: int
    """Number of outputs."""
    bias: bool = True
    """Whether a bias is added."""
    gain: float = 1.0
    """Dimensionless: scale of the initial weights, whose standard deviation is gain / √n_in."""

    output_field = "n"

    def __post_init__(self) -> None:
        checks.integer(self, "n", self.n)
        checks.positive(self, "gain", self.gain)

    def build(self, shape: Shape, dtype: DTypeLike, rng: np.random.Generator) -> Shape:
        """Draw the weights for vectors of `shape`."""
        if len(shape) != 1:
            raise ValueError(f"Dense takes vectors, got samples of shape {shape}; put Flatten() before it")
        self.add_parameter("weight", _initial_weights(rng, shape[0], (shape[0], self.n), self.gain), dtype)
        if self.bias:
            self.add_parameter("bias", np.zeros(self.n), dtype)
        return (self.n,)

    def forward(self, x: Array, steps: int, training: bool, rng: np.random.Generator | None) -> Array:
        """(T, B, n_in) -> (T, B, n)."""
        weight = self.parameters["weight"]
        self._x = x if x.dtype == bool else x.astype(weight.dtype, copy=False)
        self._events: tuple[Array, Array] | None = None
        y = self.buffer("y", (*x.shape[:2], self.n), weight.dtype)
        rows = y.reshape(-1, self.n)
        if x.dtype == bool:
            flat = x.reshape(-1, x.shape[-1])
            # outside training always by events, so that an answer does not depend on the batch
            if not training or np.count_nonzero(flat) < EVENT_DENSITY * flat.size:
                self._events = kernels.list_events(flat)
                start = self.parameters["bias"] if self.bias else np.zeros(self.n, weight.dtype)
                kernels.add_rows(*self._events, weight, start, rows)
            else:
                self._x = x.astype(weight.dtype)
        if self._events is None:
            np.dot(self._x.reshape(-1, x.shape[-1]), weight, out=rows)
            if self.bias:
                rows += self.parameters["bias"]
        return y

    def backward(self, gradient: Array) -> Array | None:
        """dW = Σ xᵀ dy over time and batch, db = Σ dy, dx = dy Wᵀ."""
        weight, x = self.parameters["weight"], self._x
        if self.bias:
            self.gradients["bias"][:] = gradient.sum(axis=(0, 1)) * (len(x) if len(gradient) == 1 else 1)
        if self._events is not None:
            everywhere = np.ascontiguousarray(np.broadcast_to(gradient, (len(x), *gradient.shape[1:])))
            self.gradients["weight"][:] = 0
            kernels.add_outer(*self._events, everywhere.reshape(-1, self.n), self.gradients["weight"])
        else:
            x, dy = _match_time(x, gradient)
            np.dot(x.reshape(-1, x.shape[-1]).T, dy.reshape(-1, self.n), out=self.gradients["weight"])
        if not self.needs_input_gradient:
            return None
        dx = self.buffer("dx", (*gradient.shape[:2], x.shape[-1]), weight.dtype)
        np.dot(gradient.reshape(-1, self.n), weight.T, out=dx.reshape(-1, x.shape[-1]))
        return dx


@dataclass(eq=False)
class Conv2d(Weights, kind="Conv2d"):
    """Convolution of pictures (height, width, channels) with small kernels.

    ::

        y[i, j, o] = Σ_{a,b,c} x[i·stride + a − padding, j·stride + b − padding, c] W[a, b, c, o] + b[o]

    The patches of a picture become the rows of a matrix, which is multiplied with W as (kernel·kernel·c,
    channels) ("im2col"). The parameters are ``weight`` and ``bias``.

    Parameters
    ----------
    channels : int
        Number of output channels.
    kernel : int, default 3
        Side of the square kernels in pixels.
    stride : int, default 1
        Pixels from one window to the next.
    padding : int, default 0
        Pixels of zeros that are added on each side.
    bias : bool, default True
        Whether a bias is added.
    gain : float, default 1.0
        Dimensionless: scale of the initial weights, whose standard deviation is gain /
        √(kernel·kernel·c).

    Raises
    ------
    ValueError
        If a field is out of range, samples are no pictures, or the kernel is larger than they are.

    Examples
    --------
    >>> from spikingnn.training import Conv2d, Model
    >>> Model([Conv2d(8, kernel=3, padding=1)], shape=(28, 28, 1), steps=1).shapes
    ((28, 28, 1), (28, 28, 8))
    """

    channels: int
    """Number of output channels."""
    kernel: int = 3
    """Side of the square kernels in pixels."""
    stride: int = 1
    """Pixels from one window to the next."""
    padding: int = 0
    """Pixels of zeros that are added on each side."""
    bias: bool = True
    """Whether a bias is added."""
    gain: float = 1.0
    """Dimensionless: scale of the initial weights, whose standard deviation is gain / √(kernel·kernel·c)."""

    wants_pictures = True
    output_field = "channels"

    def __post_init__(self) -> None:
        for name in ("channels", "kernel", "stride"):
            checks.integer(self, name, getattr(self, name))
        checks.integer(self, "padding", self.padding, minimum=0)
        checks.positive(self, "gain", self.gain)

    def build(self, shape: Shape, dtype: DTypeLike, rng: np.random.Generator) -> Shape:
        """Draw the weights for pictures of `shape`, and find the pixels of each window."""
        if len(shape) != 3:
            raise ValueError(f"Conv2d takes pictures (height, width, channels), got samples of shape {shape}")
        height, width = ((side + 2 * self.padding - self.kernel) // self.stride + 1 for side in shape[:2])
        if height < 1 or width < 1:
            raise ValueError(f"Conv2d: a kernel of {self.kernel} does not fit into pictures of "
                             f"{shape[0]} × {shape[1]}")
        self._shape, self._out = shape, (height, width, self.channels)
        self._pixels = kernels.patch_pixels(shape, self._out, self.kernel, self.stride, self.padding)
        patch = self.kernel * self.kernel * shape[2]
        self.add_parameter("weight", _initial_weights(rng, patch, (patch, self.channels), self.gain), dtype)
        if self.bias:
            self.add_parameter("bias", np.zeros(self.channels), dtype)
        return self._out

    def forward(self, x: Array, steps: int, training: bool, rng: np.random.Generator | None) -> Array:
        """(T, B, h, w, c) -> (T, B, h', w', channels)."""
        weight = self.parameters["weight"]
        self._x = np.ascontiguousarray(x, dtype=weight.dtype)
        y = self.buffer("y", (*x.shape[:2], *self._out), weight.dtype)
        for pictures, out in zip(self._x, y):
            np.dot(self._patches(pictures), weight, out=out.reshape(-1, self.channels))
        if self.bias:
            y += self.parameters["bias"]
        return y

    def backward(self, gradient: Array) -> Array | None:
        """dW = Σ patchesᵀ dy, db = Σ dy; dx adds each patch of dy Wᵀ to the pixels that it was taken from."""
        weight, d_weight = self.parameters["weight"], self.gradients["weight"]
        if self.bias:
            repeats = len(self._x) if len(gradient) == 1 else 1
            self.gradients["bias"][:] = gradient.sum(axis=(0, 1, 2, 3)) * repeats
        x, dy = _match_time(self._x, np.ascontiguousarray(gradient))
        d_weight[:] = 0
        for pictures, slopes in zip(x, dy):
            d_weight += self._patches(pictures).T @ slopes.reshape(-1, self.channels)
        if not self.needs_input_gradient:
            return None
        dx = self.buffer("dx", (*gradient.shape[:2], *self._shape), weight.dtype)
        dx[:] = 0
        for slopes, out in zip(gradient, dx):
            patches = self._patch_buffer(len(out))
            np.dot(slopes.reshape(-1, self.channels), weight.T, out=patches)
            by_window, pixels, by_pixel = self._by_pixels(patches, out)
            kernels.scatter_patches(by_window, pixels, by_pixel)
        return dx

    def fan_out(self, shape: Shape) -> float | Array:
        """`channels` weights for each window that a pixel lies in: fewer at the edge."""
        windows = np.bincount(self._pixels[self._pixels >= 0], minlength=shape[0] * shape[1])
        return self.channels * windows.reshape(*shape[:2], 1).astype(np.float64)

    def _patches(self, pictures: Array) -> Array:
        patches = self._patch_buffer(len(pictures))
        by_window, pixels, by_pixel = self._by_pixels(patches, pictures)
        kernels.gather_patches(by_pixel, pixels, by_window)
        return patches

    def _by_pixels(self, patches: Array, pictures: Array) -> tuple[Array, Array, Array]:
        """Patches (samples, entries, c), the pixel of each entry, and pictures (samples, pixels, c)."""
        channels, samples = self._shape[2], len(pictures)
        return (patches.reshape(samples, len(self._pixels), channels), self._pixels,
                pictures.reshape(samples, -1, channels))

    def _patch_buffer(self, samples: int) -> Array:
        weight = self.parameters["weight"]
        return self.buffer("patches", (samples * self._out[0] * self._out[1], len(weight)), weight.dtype)


def _match_time(x: Array, gradient: Array) -> tuple[Array, Array]:
    """An input and the gradient of the output with one time axis: where one is constant, the sum of the other
    suffices.
    """
    if len(x) == len(gradient):
        return x, gradient
    if len(gradient) == 1:
        return x.sum(axis=0, keepdims=True), gradient
    return x, gradient.sum(axis=0, keepdims=True)


def _initial_weights(rng: np.random.Generator, n_in: int, shape: Shape, gain: float) -> Array:
    return rng.uniform(-1.0, 1.0, shape) * gain * np.sqrt(3.0 / n_in)
