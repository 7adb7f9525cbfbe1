"""Layers of weights: dense and convolutional, on BLAS, and event by event where the input is spikes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import DTypeLike

from .._util import checks
from . import linear_kernels as kernels
from .layer import Array, Layer, NetworkBuilder, Shape, Signal


__all__ = ["Conv2d", "Dense"]

EVENT_DENSITY = 0.25    # density of an input above which BLAS is faster than going through its events
EVENT_OUTPUTS = 64      # outputs below which BLAS is faster than listing what is not zero among numbers
PATCHES = 2**17         # numbers in the patches that are multiplied at once


@dataclass(eq=False)
class Weights(Layer, abstract=True):
    """Base of the layers with weights: a linear map of each time step, plus a bias."""

    def build_network(self, builder: NetworkBuilder[Signal], name: str, signal: Signal) -> Signal:
        """Weights become synapses, biases constant currents."""
        return builder.linear(self, name, signal)

    def _list_events(self, rows: Array, training: bool, parts: int = 1) -> kernels.Events | None:
        """What is not zero in `rows`, or None where a product of matrices is to be preferred.

        Outside training spikes always go by events and numbers never, so that an answer does not depend on
        the batch.
        """
        weight, spikes = self.parameters["weight"], rows.dtype == bool
        if not training and not spikes or not spikes and weight.shape[1] < EVENT_OUTPUTS:
            return None
        flags = rows if spikes else rows != 0
        count = int(np.count_nonzero(flags))
        if training and count >= EVENT_DENSITY * flags.size:
            return None
        return kernels.list_events(rows, flags, count, weight.dtype, parts)

    def _start(self) -> Array:
        """What a sum of weights starts from: the bias or zero."""
        weight = self.parameters["weight"]
        return self.parameters.get("bias", np.zeros(weight.shape[1], weight.dtype))

    def _add_up_bias(self, rows: Array, repeats: int) -> None:
        """db = Σ dy, as a product with ones, which is faster than a sum over the first axis."""
        if "bias" in self.parameters:
            ones = np.full(len(rows), repeats, rows.dtype)
            np.dot(ones, rows, out=self.gradients["bias"])


@dataclass(eq=False)
class Dense(Weights, kind="Dense"):
    """Fully connected weights: each output is a weighted sum of all inputs.

    ::

        y = x W + b,        W (n_in, n),  b (n,)

    Of an input of booleans, which are taken for spikes, the rows of W that they select are added up, which
    takes a quarter of the time of the product at a density of 10 %; in training also of numbers most of which
    are zero. The parameters are ``weight`` and ``bias``.

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
        y = self.buffer("y", (*x.shape[:2], self.n), weight.dtype)
        rows, self._x = y.reshape(-1, self.n), x
        self._events = self._list_events(x.reshape(-1, x.shape[-1]), training)
        if self._events is not None:
            kernels.add_rows(*self._events, weight, self._start(), rows)
        else:
            self._x = x.astype(weight.dtype, copy=False)
            np.dot(self._x.reshape(-1, x.shape[-1]), weight, out=rows)
            if self.bias:
                rows += self.parameters["bias"]
        return y

    def backward(self, gradient: Array) -> Array | None:
        """dW = Σ xᵀ dy over time and batch, db = Σ dy, dx = dy Wᵀ."""
        weight, x = self.parameters["weight"], self._x
        rows = np.ascontiguousarray(gradient).reshape(-1, self.n)
        self._add_up_bias(rows, len(x) if len(gradient) == 1 else 1)
        if self._events is not None and len(gradient) in (1, len(x)):
            self.gradients["weight"][:] = 0
            kernels.add_outer(*self._events, rows, self.gradients["weight"])
        else:
            x, dy = _match_time(x, gradient)
            np.dot(x.reshape(-1, x.shape[-1]).T, dy.reshape(-1, self.n), out=self.gradients["weight"])
        if not self.needs_input_gradient:
            return None
        dx = self.buffer("dx", (*gradient.shape[:2], x.shape[-1]), weight.dtype)
        np.dot(rows, weight.T, out=dx.reshape(-1, x.shape[-1]))
        return dx


@dataclass(eq=False)
class Conv2d(Weights, kind="Conv2d"):
    """Convolution of pictures (height, width, channels) with small kernels.

    ::

        y[i, j, o] = Σ_{a,b,c} x[i·stride + a − padding, j·stride + b − padding, c] W[a, b, c, o] + b[o]

    The patches of a picture become the rows of a matrix, which is multiplied with W as (kernel·kernel·c,
    channels) ("im2col"). In training, where most of the input is zero, the rows of W that the others select
    are added up instead. The parameters are ``weight`` and ``bias``.

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
        self._windows = kernels.Windows(*shape, self.kernel, self.stride, self.padding)
        patch = self.kernel * self.kernel * shape[2]
        self.add_parameter("weight", _initial_weights(rng, patch, (patch, self.channels), self.gain), dtype)
        if self.bias:
            self.add_parameter("bias", np.zeros(self.channels), dtype)
        return self._out

    def forward(self, x: Array, steps: int, training: bool, rng: np.random.Generator | None) -> Array:
        """(T, B, h, w, c) -> (T, B, h', w', channels)."""
        weight, (height, width, channels) = self.parameters["weight"], self._shape
        y = self.buffer("y", (*x.shape[:2], *self._out), weight.dtype)
        pictures, out = x.reshape(-1, height, width * channels), y.reshape(-1, *self._out)
        self._x, self._events = x, None
        if training and channels % 8 == 0:
            self._events = self._list_events(pictures.reshape(-1, width * channels), training, width)
        if self._events is not None:
            kernels.add_windows(*self._events, self._windows, weight, self._start(), out)
        else:
            self._x = np.ascontiguousarray(x, dtype=weight.dtype)
            pictures = self._x.reshape(pictures.shape)
            for block, patches in self._blocks(len(out)):
                kernels.gather_patches(pictures[block], self._windows, patches)
                np.dot(patches.reshape(-1, len(weight)), weight, out=out[block].reshape(-1, self.channels))
                if self.bias:
                    out[block] += self.parameters["bias"]
        return y

    def backward(self, gradient: Array) -> Array | None:
        """dW = Σ patchesᵀ dy, db = Σ dy; dx adds each patch of dy Wᵀ to the pixels that it was taken from."""
        weight, d_weight = self.parameters["weight"], self.gradients["weight"]
        gradient, (height, width, channels) = np.ascontiguousarray(gradient), self._shape
        self._add_up_bias(gradient.reshape(-1, self.channels), len(self._x) if len(gradient) == 1 else 1)
        d_weight[:] = 0
        if self._events is not None and len(gradient) in (1, len(self._x)):
            slopes = gradient.reshape(-1, *self._out)
            kernels.add_windows_outer(*self._events, self._windows, slopes, d_weight)
        else:
            x, dy = _match_time(self._x, gradient)
            x = np.ascontiguousarray(x, dtype=weight.dtype).reshape(-1, height, width * channels)
            for block, patches in self._blocks(len(x)):
                kernels.gather_patches(x[block], self._windows, patches)
                rows = dy.reshape(-1, *self._out)[block].reshape(-1, self.channels)
                d_weight += patches.reshape(-1, len(weight)).T @ rows
        if not self.needs_input_gradient:
            return None
        dx = self.buffer("dx", (*gradient.shape[:2], *self._shape), weight.dtype)
        out, slopes = dx.reshape(-1, height, width * channels), gradient.reshape(-1, *self._out)
        for block, patches in self._blocks(len(out)):
            np.dot(slopes[block].reshape(-1, self.channels), weight.T, out=patches.reshape(-1, len(weight)))
            kernels.scatter_patches(patches, self._windows, out[block])
        return dx

    def fan_out(self, shape: Shape) -> float | Array:
        """`channels` weights for each window that a pixel lies in: fewer at the edge."""
        windows = [np.zeros(side) for side in shape[:2]]
        for counts, along in zip(windows, self._out):
            for first in np.arange(along) * self.stride - self.padding:
                counts[max(first, 0):max(first + self.kernel, 0)] += 1
        return self.channels * np.multiply.outer(*windows)[..., None]

    def _blocks(self, pictures: int) -> Iterator[tuple[slice, Array]]:
        """Yield slices of the pictures, and the buffer of their patches: it fits the second-level cache."""
        height, width, _ = self._out
        weight = self.parameters["weight"]
        size = max(min(PATCHES // (height * width * len(weight)), pictures), 1)
        shape = (size, height, width, self.kernel, self.kernel * self._shape[2])
        buffer = self.buffer("patches", shape, weight.dtype)
        for first in range(0, pictures, size):
            yield slice(first, first + size), buffer[:pictures - first]


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
