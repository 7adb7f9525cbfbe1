"""How pictures enter a model: values x in [0, 1] as arrays with time first, a constant current or spikes.

Random numbers are a hash of (key, sample, step, pixel). In training each sample draws its own; without
`samples` all draw the same ones, so that the answer to a picture does not depend on its place in a batch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from .._util import checks
from .._util.typing import BoolArray
from ..engine.jit import jitted
from ..engine.random import mix, uniform
from .layer import Array


__all__ = ["ENCODINGS", "Direct", "Encoding", "Frames", "Latency", "Poisson"]


class Encoding(Protocol):
    """From pictures x (B, …) to inputs (T or 1, B, …) of a model of `steps` steps."""

    def __call__(self, x: Array, steps: int, key: int = 0, samples: ArrayLike | None = None) -> Array:
        """Return the inputs; `key` and the numbers of the `samples` fix what is random."""


@dataclass(frozen=True)
class Direct:
    """The value itself, `gain` · x, as a current that is constant in time: (B, …) -> (1, B, …) of the same
    float type.

    Parameters
    ----------
    gain : float, default 1.0
        Dimensionless: factor of the values.

    Raises
    ------
    ValueError
        If the gain is not positive.

    Examples
    --------
    >>> import numpy as np
    >>> Direct(gain=2.0)(np.array([[0.5, 1.0]]), steps=8)
    array([[[1., 2.]]])
    """

    gain: float = 1.0
    """Dimensionless: factor of the values."""

    def __post_init__(self) -> None:
        checks.validate_fields(self, checks.positive, "gain")

    def __call__(self, x: Array, steps: int, key: int = 0, samples: ArrayLike | None = None) -> Array:
        """Return the inputs of a model of `steps` steps; nothing in them is random."""
        x = checks.real_array("encoding", "x", x)
        return (x if self.gain == 1.0 else x * x.dtype.type(self.gain))[np.newaxis]


@dataclass(frozen=True)
class Poisson:
    """Independent spikes, at each step with the probability `rate` · x: (B, …) -> (T, B, …) booleans.

    Parameters
    ----------
    rate : float, default 1.0
        Spikes per step where x = 1, from 0 to 1.

    Raises
    ------
    ValueError
        If the rate, or when called a value, is not from 0 to 1.

    Examples
    --------
    >>> import numpy as np
    >>> Poisson()(np.array([[0.0, 1.0]]), steps=2).tolist()
    [[[False, True]], [[False, True]]]
    """

    rate: float = 1.0
    """Spikes per step where x = 1, from 0 to 1."""

    def __post_init__(self) -> None:
        checks.validate_fields(self, checks.unit_interval, "rate")

    def __call__(self, x: Array, steps: int, key: int = 0, samples: ArrayLike | None = None) -> BoolArray:
        """Return the inputs of a model of `steps` steps.

        `samples` (B,) are numbers by which each sample draws its own spikes; None: all draw the same.
        """
        rows, spikes = _rows(x, steps)
        numbers = np.zeros(len(rows), np.int64) if samples is None else np.asarray(samples, np.int64)
        checks.scalar_or_length(self, "samples", numbers, len(rows))
        _poisson(rows, self.rate, np.uint64(key), numbers, spikes)
        return spikes.reshape(steps, *x.shape)


@dataclass(frozen=True)
class Latency:
    """One spike per pixel, the earlier the brighter, at step round((1 − x)(T − 1)); none where x = 0.

    (B, …) -> (T, B, …) booleans.

    Raises
    ------
    ValueError
        When called, if a value is not from 0 to 1.

    Examples
    --------
    >>> import numpy as np
    >>> Latency()(np.array([[1.0, 0.5, 0.0]]), steps=3).astype(int).tolist()
    [[[1, 0, 0]], [[0, 1, 0]], [[0, 0, 0]]]
    """

    def __call__(self, x: Array, steps: int, key: int = 0, samples: ArrayLike | None = None) -> BoolArray:
        """Return the inputs of a model of `steps` steps; nothing in them is random."""
        rows, spikes = _rows(x, steps)
        _latency(rows, spikes)
        return spikes.reshape(steps, *x.shape)


@dataclass(frozen=True)
class Frames:
    """Samples that are films, such as the frames of an event camera: (B, T, …) -> (T, B, …).

    Raises
    ------
    ValueError
        When called, if a sample has another number of frames than the model has steps.

    Examples
    --------
    >>> import numpy as np
    >>> Frames()(np.zeros((32, 8, 34, 34, 2)), steps=8).shape
    (8, 32, 34, 34, 2)
    """

    def __call__(self, x: Array, steps: int, key: int = 0, samples: ArrayLike | None = None) -> Array:
        """Return the inputs of a model of `steps` steps; nothing in them is random."""
        x = checks.real_array("encoding", "x", x)
        if x.ndim < 3 or x.shape[1] != steps:
            checks.fail(self, "x", x.shape, f"of shape (samples, {steps} steps, …)")
        return np.ascontiguousarray(x.swapaxes(0, 1))


ENCODINGS: dict[str, type[Encoding]] = {"direct": Direct, "frames": Frames, "latency": Latency,
                                        "poisson": Poisson}
"""Kind -> class, for configurations."""


def model_inputs(encoding: Encoding, x: Array, shape: tuple[int, ...], steps: int, key: int = 0,
                 samples: ArrayLike | None = None) -> Array:
    """Return the inputs of a model of `steps` steps for samples x, given its sample `shape`.

    Pictures are brought into that shape, films of `Frames` into (B, T, *shape).
    """
    time = (steps,) if isinstance(encoding, Frames) else ()
    if x.shape[1:1 + len(time)] != time:
        checks.fail(encoding, "x", x.shape, f"of shape (samples, {steps} steps, …)")
    return encoding(x.reshape(len(x), *time, *shape), steps, key, samples)


def _rows(x: Array, steps: int) -> tuple[Array, BoolArray]:
    """x as (B, n), checked, and an array for its spikes, all False."""
    rows = np.ascontiguousarray(checks.real_array("encoding", "x", x)).reshape(len(x), -1)
    if rows.size and not (rows.min() >= 0 and rows.max() <= 1):             # a NaN fails the comparison, too
        raise ValueError(
            f"spikes encode values from 0 to 1, got {rows.min():g} to {rows.max():g}; put a threshold or "
            "contrast step before, or use the direct encoding")
    return rows, np.zeros((checks.integer("encoding", "steps", steps), *rows.shape), dtype=np.bool_)


@jitted()
def _poisson(x, rate, key, samples, spikes):
    """Write the spikes (T, B, n) of x (B, n); a black pixel costs nothing."""
    steps, count, n = spikes.shape
    for b in range(count):
        own = mix(key, samples[b])
        for i in range(n):
            p = rate * x[b, i]
            if p > 0:
                for t in range(steps):
                    spikes[t, b, i] = uniform(own, t * n + i) < p


@jitted()
def _latency(x, spikes):
    """Write the spikes (T, B, n) of x (B, n)."""
    last = spikes.shape[0] - 1
    for b in range(x.shape[0]):
        for i in range(x.shape[1]):
            if x[b, i] > 0:
                spikes[int((1.0 - x[b, i]) * last + 0.5), b, i] = True
