"""The steps of a preprocessing: functions of pictures that can be saved with a model.

Each step is a function of pictures (N, height, width) or (N, height, width, channels), float32, and treats
each picture by itself: the result does not depend on which others are there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from .._util import checks
from .._util.brightness import LUMA
from ..datasets.pictures import resized
from .layer import Array


__all__ = [
    "PREPROCESSING_STEPS", "Contrast", "Crop", "Grey", "Invert", "LocalContrast", "Normalise", "PictureStep",
    "Resize", "Threshold"
]

PREPROCESSING_STEPS: dict[str, type[PictureStep]] = {}
"""kind -> class, so that a saved model and a configuration can name the steps."""
REACH = 3.0                 # local standard deviations that `LocalContrast` maps to black or white


class PictureStep:
    """Base of the steps: a frozen dataclass whose fields are saved, and which is called with pictures.

    A subclass names its kind, which configurations use: ``class Blur(PictureStep, kind="blur")``.
    """

    kind: ClassVar[str]
    """Name of the class in files and configurations."""
    any_size: ClassVar[bool] = False
    """Whether pictures of any size and shape become pictures of one size."""

    def __init_subclass__(cls, kind: str, **options: Any) -> None:
        super().__init_subclass__(**options)
        known = PREPROCESSING_STEPS.get(kind)
        if known and (known.__module__, known.__qualname__) != (cls.__module__, cls.__qualname__):
            raise ValueError(f"the kind {kind!r} belongs to {known.__module__}.{known.__qualname__}")
        cls.kind = kind
        PREPROCESSING_STEPS[kind] = cls

    def __call__(self, x: Array) -> Array:
        """Return the pictures x, (N, height, width) or (N, height, width, channels), after the step."""
        raise NotImplementedError(f"{type(self).__name__} does not define __call__")


@dataclass(frozen=True)
class Grey(PictureStep, kind="grey"):
    """Colours as their luma, 0.299 R + 0.587 G + 0.114 B; grey pictures stay as they are.

    Examples
    --------
    >>> import numpy as np
    >>> Grey()(np.ones((2, 8, 8, 3))).shape
    (2, 8, 8)
    """

    def __call__(self, x: Array) -> Array:
        """(N, h, w, 3) or (N, h, w) -> (N, h, w)."""
        if x.ndim == 4 and x.shape[3] != 3:
            raise ValueError(f"Grey: pictures must be grey or of three channels, got {x.shape[3]}")
        return x @ np.array(LUMA, x.dtype) if x.ndim == 4 else x


@dataclass(frozen=True)
class Invert(PictureStep, kind="invert"):
    """Brightness inverted, 1 − x: black on white becomes white on black.

    Examples
    --------
    >>> import numpy as np
    >>> Invert()(np.array([[[0.25]]]))
    array([[[0.75]]])
    """

    def __call__(self, x: Array) -> Array:
        """Any shape."""
        return 1 - x


@dataclass(frozen=True)
class Crop(PictureStep, kind="crop"):
    """The central square of `size` pixels per side.

    Parameters
    ----------
    size : int
        Pixels per side.

    Raises
    ------
    ValueError, TypeError
        If `size` is no whole number of at least 1; when called, if a picture is smaller than the square.

    Examples
    --------
    >>> import numpy as np
    >>> Crop(4)(np.zeros((1, 8, 6))).shape
    (1, 4, 4)
    """

    size: int
    """Pixels per side."""

    def __post_init__(self) -> None:
        checks.validate_fields(self, checks.integer, "size")

    def __call__(self, x: Array) -> Array:
        """(N, h, w, …) -> (N, size, size, …); ValueError where the pictures are smaller."""
        top, left = ((side - self.size) // 2 for side in x.shape[1:3])
        if min(top, left) < 0:
            raise ValueError(f"Crop: pictures of {x.shape[1]} × {x.shape[2]} have no square of {self.size}; "
                             "resize enlarges them")
        return x[:, top:top + self.size, left:left + self.size]


@dataclass(frozen=True)
class Resize(PictureStep, kind="resize"):
    """The largest central square, resampled (Lanczos) to `size` pixels per side.

    Parameters
    ----------
    size : int
        Pixels per side, at least 2.

    Raises
    ------
    ValueError, TypeError
        If `size` is no whole number of at least 2; when called, if a level is outside [0, 1].

    Examples
    --------
    >>> import numpy as np
    >>> Resize(4)(np.zeros((1, 8, 6))).shape
    (1, 4, 4)
    """

    size: int
    """Pixels per side, at least 2."""

    def __post_init__(self) -> None:
        checks.validate_fields(self, checks.integer, "size", minimum=2)

    def __call__(self, x: Array) -> Array:
        """(N, h, w, …) -> (N, size, size, …); levels in [0, 1] stay there, others are refused."""
        if x.shape[1:3] == (self.size, self.size):
            return x
        if not (x.min() >= 0 and x.max() <= 1):
            raise ValueError(
                "Resize: levels must be from 0 to 1; it comes before steps that leave this range")
        return np.stack([resized(picture, self.size).astype(x.dtype) for picture in x])


@dataclass(frozen=True)
class Contrast(PictureStep, kind="contrast"):
    """Each picture's levels stretched linearly, so that two percentiles become 0 and 1; the rest is clipped.

    All channels are stretched together, which keeps the hue. A picture of one level stays as it is.

    Parameters
    ----------
    low : float, default 1.0
        %: percentile that becomes 0.
    high : float, default 99.0
        %: percentile that becomes 1.

    Raises
    ------
    ValueError
        If `low` is not below `high`, or one is not from 0 to 100.

    Examples
    --------
    >>> import numpy as np
    >>> Contrast(0.0, 100.0)(np.array([[[0.2, 0.3, 0.4]]])).round(3)
    array([[[0. , 0.5, 1. ]]])
    """

    low: float = 1.0
    """%: percentile that becomes 0."""
    high: float = 99.0
    """%: percentile that becomes 1."""

    def __post_init__(self) -> None:
        checks.validate_fields(self, checks.non_negative, "low", "high")
        checks.ordered(self, "low", self.low, "high", self.high)
        if self.high > 100:
            checks.fail(self, "high", self.high, "at most 100")

    def __call__(self, x: Array) -> Array:
        """(N, h, w, …) -> (N, h, w, …) in [0, 1]."""
        low, high = (_per_picture(level, x)
                     for level in np.percentile(x.reshape(len(x), -1), (self.low, self.high), axis=1))
        flat = high <= low
        return np.where(flat, x, np.clip((x - low) / np.where(flat, 1, high - low), 0, 1)).astype(x.dtype)


@dataclass(frozen=True)
class LocalContrast(PictureStep, kind="local_contrast"):
    """Each pixel relative to its surroundings, which removes light and shadow and keeps edges.

    ::

        z = (x − μ) / max(σ, mean of σ),        result = ½ + z/6, clipped to [0, 1]

    with μ and σ the Gaussian-weighted mean and standard deviation of the neighbourhood. A pixel like its
    surroundings, and a picture of one level, becomes grey.

    Parameters
    ----------
    radius : float, default 4.0
        Pixels: standard deviation of the Gaussian neighbourhood.

    Raises
    ------
    ValueError
        If the radius is not positive.

    References
    ----------
    Jarrett, Kavukcuoglu, Ranzato & LeCun, ICCV (2009).

    Examples
    --------
    Light that increases from left to right disappears, but at the edges of the picture:

    >>> import numpy as np
    >>> picture = np.tile(np.linspace(0.0, 1.0, 32, dtype=np.float32), (1, 32, 1))
    >>> LocalContrast(radius=2.0)(picture)[0, 16, 10:20:3].round(2)
    array([0.5, 0.5, 0.5, 0.5], dtype=float32)
    """

    radius: float = 4.0
    """Pixels: standard deviation of the Gaussian neighbourhood."""

    def __post_init__(self) -> None:
        checks.validate_fields(self, checks.positive, "radius")

    def __call__(self, x: Array) -> Array:
        """(N, h, w, …) -> (N, h, w, …) in [0, 1]; each channel by itself."""
        from scipy.ndimage import gaussian_filter

        blur = (0, self.radius, self.radius) + (0,) * (x.ndim - 3)
        centred = x - gaussian_filter(x, blur, mode="nearest")
        spread = np.sqrt(gaussian_filter(centred * centred, blur, mode="nearest"))
        z = centred / np.maximum(np.maximum(spread, spread.mean(axis=(1, 2), keepdims=True)), 1e-3)
        return np.clip(0.5 + z / (2 * REACH), 0, 1).astype(x.dtype)


@dataclass(frozen=True)
class Normalise(PictureStep, kind="normalise"):
    """Pictures shifted and scaled, (x − mean) / std.

    Without numbers each picture has its own; a picture of one level becomes 0.

    Parameters
    ----------
    mean : float | tuple[float, ...] | None, default None
        One number, or one per channel; None: the mean of each picture.
    std : float | tuple[float, ...] | None, default None
        One number, or one per channel; None: the standard deviation of each picture.

    Raises
    ------
    ValueError
        If only one of the numbers is given, or `std` is not positive.

    Examples
    --------
    >>> import numpy as np
    >>> Normalise(mean=0.5, std=0.25)(np.array([[[0.5, 0.75]]]))
    array([[[0., 1.]]])
    """

    mean: float | tuple[float, ...] | None = None
    """One number, or one per channel; None: the mean of each picture."""
    std: float | tuple[float, ...] | None = None
    """One number, or one per channel; None: the standard deviation of each picture."""

    def __post_init__(self) -> None:
        if (self.mean is None) != (self.std is None):
            checks.fail(self, "std", self.std, f"given together with mean ({self.mean!r}), or neither")
        if self.mean is not None:
            for name, check in (("mean", checks.number), ("std", checks.positive)):
                object.__setattr__(self, name, _plain(check(self, name, getattr(self, name))))

    def __call__(self, x: Array) -> Array:
        """(N, h, w, …) -> (N, h, w, …)."""
        if self.mean is not None:
            for name in ("mean", "std"):
                if np.ndim(getattr(self, name)) and np.shape(getattr(self, name)) != x.shape[3:]:
                    checks.fail(self, name, getattr(self, name), "one number, or one for each channel")
            return (x - np.asarray(self.mean, x.dtype)) / np.asarray(self.std, x.dtype)
        flat = x.reshape(len(x), -1)
        return (x - _per_picture(flat.mean(axis=1), x)) / np.maximum(_per_picture(flat.std(axis=1), x),
                                                                     x.dtype.type(1e-6))


@dataclass(frozen=True)
class Threshold(PictureStep, kind="threshold"):
    """Black and white pictures: 1 where a pixel is brighter than the level, otherwise 0.

    Parameters
    ----------
    level : float | str, default 0.5
        Brightness, or ``"mean"``: the mean of each picture.

    Raises
    ------
    ValueError, TypeError
        If `level` is neither a finite number nor ``"mean"``.

    Examples
    --------
    >>> import numpy as np
    >>> Threshold(0.5)(np.array([[[0.25, 0.75]]]))
    array([[[0., 1.]]])
    """

    level: float | str = 0.5
    """Brightness, or ``"mean"``: the mean of each picture."""

    def __post_init__(self) -> None:
        if self.level != "mean":
            if isinstance(self.level, str):
                checks.fail(self, "level", self.level, "a number or 'mean'")
            checks.validate_fields(self, checks.number, "level")

    def __call__(self, x: Array) -> Array:
        """(N, h, w, …) -> (N, h, w, …), 0 or 1."""
        level = _per_picture(x.reshape(len(x), -1).mean(axis=1), x) if self.level == "mean" else self.level
        return (x > level).astype(x.dtype)


def _per_picture(values: Array, x: Array) -> Array:
    """Values (N,), one per picture, in a shape that broadcasts with x (N, …)."""
    return values.astype(x.dtype).reshape(-1, *(1,) * (x.ndim - 1))


def _plain(values: float | Array) -> float | tuple[float, ...]:
    """Numbers as Python's own, which JSON can hold."""
    return tuple(values.tolist()) if isinstance(values, np.ndarray) else values
