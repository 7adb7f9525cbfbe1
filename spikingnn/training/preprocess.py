"""What is done to pictures before a model sees them, in training and after: a list of steps that is saved with the model.

>>> preprocessing = Preprocessing([Grey(), Resize(28), Contrast()])
>>> preprocessing.to_list()
[{'kind': 'grey'}, {'kind': 'resize', 'size': 28}, {'kind': 'contrast', 'low': 1.0, 'high': 99.0}]

Each step is a function of pictures (N, height, width) or (N, height, width, channels), float32, of one picture at a time: what is
done to one does not depend on which others are there.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import ClassVar

import numpy as np

from .._util import checks
from .._util.brightness import LUMA, to_levels
from .._util.progress import progress_bar
from ..datasets.pictures import resized


__all__ = ["STEPS", "Contrast", "Crop", "Grey", "Invert", "LocalContrast", "Normalise", "PictureStep", "Preprocessing", "Resize",
           "Threshold"]

STEPS = {}                  # kind -> class, so that a saved model and a configuration can name the steps
CHUNK = 1000                # pictures at a time, so that what a step needs in between stays small
REACH = 3.0                 # local standard deviations that `LocalContrast` makes black or white


class PictureStep:
    """Base of the steps: a frozen dataclass whose fields are what is saved, called with pictures."""

    kind: ClassVar[str]

    def __init_subclass__(cls, kind, **options):
        super().__init_subclass__(**options)
        cls.kind = kind
        STEPS[kind] = cls


@dataclass(frozen=True)
class Grey(PictureStep, kind="grey"):
    """Colours as their luma, 0.299 R + 0.587 G + 0.114 B; grey pictures as they are."""

    def __call__(self, x):
        """(N, h, w, 3) or (N, h, w) -> (N, h, w)."""
        if x.ndim == 4 and x.shape[3] != 3:
            raise ValueError(f"Grey: pictures must be grey or of three channels, got {x.shape[3]}")
        return x @ np.array(LUMA, x.dtype) if x.ndim == 4 else x


@dataclass(frozen=True)
class Invert(PictureStep, kind="invert"):
    """1 − x: black on white as white on black."""

    def __call__(self, x):
        """Any shape."""
        return 1 - x


@dataclass(frozen=True)
class Crop(PictureStep, kind="crop"):
    """The square of `size` pixels a side in the middle."""

    size: int

    def __post_init__(self):
        checks.validate_fields(self, checks.integer, "size")

    def __call__(self, x):
        """(N, h, w, …) -> (N, size, size, …); ValueError where the pictures are smaller."""
        top, left = ((side - self.size) // 2 for side in x.shape[1:3])
        if min(top, left) < 0:
            raise ValueError(f"Crop: pictures of {x.shape[1]} × {x.shape[2]} have no square of {self.size}; resize enlarges them")
        return x[:, top:top + self.size, left:left + self.size]


@dataclass(frozen=True)
class Resize(PictureStep, kind="resize"):
    """The largest square in the middle, resampled (Lanczos) to `size` pixels a side."""

    size: int

    def __post_init__(self):
        checks.validate_fields(self, checks.integer, "size", minimum=2)

    def __call__(self, x):
        """(N, h, w, …) -> (N, size, size, …); levels in [0, 1] stay there, others are refused."""
        if x.shape[1:3] == (self.size, self.size):
            return x
        if not (x.min() >= 0 and x.max() <= 1):
            raise ValueError("Resize: levels must be from 0 to 1; it comes before steps that leave this range")
        return np.stack([resized(picture, self.size).astype(x.dtype) for picture in x])


@dataclass(frozen=True)
class Contrast(PictureStep, kind="contrast"):
    """Each picture's levels stretched, so that its `low` percentile becomes 0 and its `high` one 1, the rest clipped.

    Over all channels at once, which keeps the hue. A picture of one level stays as it is.
    """

    low: float = 1.0
    """%."""
    high: float = 99.0
    """%."""

    def __post_init__(self):
        checks.validate_fields(self, checks.non_negative, "low", "high")
        checks.ordered(self, "low", self.low, "high", self.high)
        if self.high > 100:
            checks.fail(self, "high", self.high, "at most 100")

    def __call__(self, x):
        """(N, h, w, …) -> the same, in [0, 1]."""
        low, high = (_each(level, x) for level in np.percentile(x.reshape(len(x), -1), (self.low, self.high), axis=1))
        flat = high <= low
        return np.where(flat, x, np.clip((x - low) / np.where(flat, 1, high - low), 0, 1)).astype(x.dtype)


@dataclass(frozen=True)
class LocalContrast(PictureStep, kind="local_contrast"):
    """Each pixel by what is around it, z = (x − μ) / max(σ, mean σ): light and shadow go, edges stay.

    μ and σ are the Gaussian-weighted mean and standard deviation of the neighbourhood of `radius` pixels (the Gaussian's σ).
    The result is ½ + z/6, clipped to [0, 1]: grey is what is like its surroundings. A picture of one level becomes grey.
    Source: Jarrett, Kavukcuoglu, Ranzato & LeCun, ICCV (2009).
    """

    radius: float = 4.0
    """Pixels."""

    def __post_init__(self):
        checks.validate_fields(self, checks.positive, "radius")

    def __call__(self, x):
        """(N, h, w, …) -> the same, in [0, 1]; each channel by itself."""
        from scipy.ndimage import gaussian_filter

        blur = (0, self.radius, self.radius) + (0,) * (x.ndim - 3)
        centred = x - gaussian_filter(x, blur, mode="nearest")
        spread = np.sqrt(gaussian_filter(centred * centred, blur, mode="nearest"))
        z = centred / np.maximum(np.maximum(spread, spread.mean(axis=(1, 2), keepdims=True)), 1e-3)
        return np.clip(0.5 + z / (2 * REACH), 0, 1).astype(x.dtype)


@dataclass(frozen=True)
class Normalise(PictureStep, kind="normalise"):
    """(x − mean) / std: numbers, one or one a channel; without them the picture's own, and one of a single level becomes 0."""

    mean: float | tuple | None = None
    std: float | tuple | None = None

    def __post_init__(self):
        if (self.mean is None) != (self.std is None):
            checks.fail(self, "std", self.std, f"given together with mean ({self.mean!r}), or neither")
        if self.mean is not None:
            for name, check in (("mean", checks.number), ("std", checks.positive)):
                object.__setattr__(self, name, _plain(check(self, name, getattr(self, name))))

    def __call__(self, x):
        """(N, h, w, …) -> the same."""
        if self.mean is not None:
            for name in ("mean", "std"):
                if np.ndim(getattr(self, name)) and np.shape(getattr(self, name)) != x.shape[3:]:
                    checks.fail(self, name, getattr(self, name), "one number, or one for each channel")
            return (x - np.asarray(self.mean, x.dtype)) / np.asarray(self.std, x.dtype)
        flat = x.reshape(len(x), -1)
        return (x - _each(flat.mean(axis=1), x)) / np.maximum(_each(flat.std(axis=1), x), x.dtype.type(1e-6))


@dataclass(frozen=True)
class Threshold(PictureStep, kind="threshold"):
    """1 above the `level`, else 0; level "mean" is each picture's own mean."""

    level: float | str = 0.5

    def __post_init__(self):
        if self.level != "mean":
            if isinstance(self.level, str):
                checks.fail(self, "level", self.level, "a number or 'mean'")
            checks.validate_fields(self, checks.number, "level")

    def __call__(self, x):
        """(N, h, w, …) -> the same, 0 or 1."""
        level = _each(x.reshape(len(x), -1).mean(axis=1), x) if self.level == "mean" else self.level
        return (x > level).astype(x.dtype)


class Preprocessing:
    """A list of steps, one after the other; an empty one leaves pictures as they are."""

    def __init__(self, steps=()):
        self.steps = list(steps)
        for step in self.steps:
            if not isinstance(step, PictureStep):
                checks.fail(self, "steps", step, "a list of steps such as Resize(28)", TypeError)

    def __call__(self, x):
        """Pictures (N, h, w) or (N, h, w, channels) through all steps: float32.

        They are floats from 0 to 1, or integers from black, 0, to white, 255 or (of uint16) 65,535.
        """
        x = checks.real_array(self, "x", x, "an array of pictures")
        if x.ndim not in (3, 4) or not x.size:
            raise ValueError("Preprocessing: pictures must have the shape (N, height, width) or (N, height, width, channels), "
                             f"got {x.shape}")
        x = to_levels(x, "Preprocessing: pictures", dtype=np.float32)
        begins = progress_bar(range(0, len(x), CHUNK), desc="preparing", unit="thousand") if self.steps else (0,)
        chunks = [self._chunk(x[begin:begin + CHUNK] if self.steps else x) for begin in begins]
        return chunks[0] if len(chunks) == 1 else np.concatenate(chunks)

    def _chunk(self, x):
        for step in self.steps:
            x = step(x)
        return np.ascontiguousarray(x, dtype=np.float32)

    def to_list(self):
        """The steps as a list of dictionaries that JSON and YAML can hold."""
        return [{"kind": step.kind} | asdict(step) for step in self.steps]

    @classmethod
    def of(cls, listed):
        """The steps that a list of dictionaries, {"kind": …} and the step's options, describes."""
        return cls([_step(options) for options in listed])


def _step(options):
    """The step of a dictionary; ValueError names a kind or an option that does not exist, with the nearest that does."""
    if not isinstance(options, dict):
        checks.fail("Preprocessing", "steps", options, "a list of steps such as {'kind': 'resize', 'size': 28}", TypeError)
    kind = STEPS[checks.one_of("Preprocessing", "kind", options.get("kind"), STEPS)]
    known = [each.name for each in fields(kind)]
    for name in options.keys() - {"kind"}:
        checks.one_of(kind.__name__, "options", name, known)
    try:
        return kind(**{name: value for name, value in options.items() if name != "kind"})
    except TypeError as problem:
        raise ValueError(f"Preprocessing: {problem}") from None


def _each(values, x):
    """(N,) values, one a picture, to be used with x (N, …)."""
    return values.astype(x.dtype).reshape(-1, *(1,) * (x.ndim - 1))


def _plain(values):
    """Numbers as Python's own, which JSON can hold."""
    return tuple(values.tolist()) if isinstance(values, np.ndarray) else values
