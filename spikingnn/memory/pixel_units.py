"""The units of a memory: each pixel is an ON and an OFF neuron. Binary units code yes or no, grey units a
level.

A coding answers all that differs between the two: how patterns and cues are checked, which current a cue
gives, how spikes are read, and how similar two pictures are.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from .._util import checks
from .._util.typing import ArrayLike, BoolArray, FloatArray
from ..neurons import FirstOrderLIF
from .binarization import as_patterns, binarize
from .corruption import corrupt, corrupt_images
from .couplings import NO_SYNAPSES, PixelCouplings
from .explanations import BinaryExplanations, Explanations
from .scores import correlation, overlap, psnr, ssim

if TYPE_CHECKING:
    from ..groups import LIFGroup


__all__ = ["CODINGS", "DT", "BinaryUnits", "GreyUnits", "PixelUnits"]

DT = 1.0                            # ms    step of a memory's network
GAIN, HEBBIAN_GAIN = 20.0, 40.0     # –     in units of the threshold; the fields of "hebbian" are unequal
BIAS, DENSE_BIAS = 0.9, 0.5         # –     in units of the threshold
OWNER = "HopfieldAssembly"          # in messages


class PixelUnits(ABC):
    """What an assembly asks of its coding."""

    model: FirstOrderLIF
    gain: float                     # mean current of a unit whose field is 1, in units of the threshold
    saturated_rate: float           # Hz    rate of a unit whose field is 1
    period: int                     # steps between two spikes at this rate

    read_out: ClassVar[int]         # ms    the answer is read from the spikes of the last of them
    hold_time: ClassVar[float]      # ms    that a recall takes after the cue, unless told otherwise
    limits: ClassVar[tuple[float, float]]           # black and white of a pattern
    similarity_name: ClassVar[str]
    answer_dtype: ClassVar[type[np.generic]]        # smallest type that holds an answer

    @classmethod
    @abstractmethod
    def for_rule(cls, rule: object, gain: float | None, bias: float | None, cue_gain: float,
                 noise: float) -> PixelUnits:
        """Make the units of a memory with this learning rule."""

    @abstractmethod
    def check_rule(self, rule: object) -> None:
        """Raise `ValueError` where the coding cannot be stored by `rule`."""

    @abstractmethod
    def blank_couplings(self, n: int) -> PixelCouplings:
        """Return the couplings from which learning through spikes begins; TypeError where there are none."""

    @abstractmethod
    def currents(self, cue: FloatArray, field_bias: FloatArray | float, strength: float = 1.0) -> FloatArray:
        """Return the current of every unit, (2n,), under a cue (n,), NaN where unknown."""

    @abstractmethod
    def randomise(self, units: LIFGroup, rng: np.random.Generator) -> None:
        """Draw the state in which a recall begins."""

    @abstractmethod
    def check_patterns(self, patterns: ArrayLike, n: int) -> FloatArray:
        """Return patterns, (P, n) or one (n,), as (P, n) float64; errors say what is wrong with them."""

    @abstractmethod
    def check_cue(self, cue: FloatArray | BoolArray) -> FloatArray:
        """Return a cue (n,) with NaN where unknown; errors say what is wrong with it."""

    @abstractmethod
    def to_state(self, patterns: FloatArray) -> FloatArray:
        """Return patterns or cues as states, numbers from −1 to 1."""

    @abstractmethod
    def to_levels(self, patterns: FloatArray) -> FloatArray:
        """Return patterns or answers as grey levels from 0 to 1."""

    @abstractmethod
    def from_images(self, images: FloatArray, threshold: str | ArrayLike = "mean") -> FloatArray:
        """Return grey pictures (P, height, width) as patterns (P, n)."""

    @abstractmethod
    def corrupted_images(self, images: FloatArray, threshold: str | ArrayLike,
                         **corruptions: Any) -> FloatArray:
        """Return corrupted copies of grey pictures (k, height, width) as cues (k, n)."""

    @abstractmethod
    def answer(self, pattern: FloatArray, grey: FloatArray) -> FloatArray:
        """Return what was read out, (n,), in the form of a pattern: `pattern` is of ±1, `grey` of levels."""

    @abstractmethod
    def final_state(self, pattern: FloatArray, grey: FloatArray, active: BoolArray) -> FloatArray:
        """Return the answer as a state (n,); `active`: pixels of which a unit fires."""

    @abstractmethod
    def similarity(self, picture: FloatArray, stored: FloatArray) -> float:
        """Return the overlap or the correlation, `similarity_name`, of two patterns (n,)."""

    @abstractmethod
    def picture_scores(self, answer: FloatArray, stored: FloatArray,
                       original: FloatArray | None) -> dict[str, float]:
        """Return measures by name that only grey pictures have; `original` is (height, width)."""

    @abstractmethod
    def explanations(self, patterns: FloatArray, shape: tuple[int, int] | None) -> Explanations:
        """Return what verdicts need to know of the stored `patterns` (P, n)."""


class BinaryUnits(PixelUnits):
    """Dimensionless `FirstOrderLIF` units whose rate is nearly a step function of the field.

    Threshold 1, rest and reset 0. A unit whose field is 1 fires at ``saturated_rate`` Hz, which follows
    from the model's closed form on the grid of steps.

    Parameters
    ----------
    gain : float
        Current per unit of field, in units of the threshold.
    bias : float
        Constant current, in units of the threshold.
    cue_gain : float
        Current under a cue, in units of the threshold.
    noise : float
        Standard deviation of the membrane, in units of the threshold.

    Raises
    ------
    ValueError, TypeError
        If `gain` or `cue_gain` is no positive number, `bias` is not finite, `noise` is negative, or
        `gain` and `bias` together do not exceed the threshold.

    Examples
    --------
    The refractory period of 5 ms bounds the rate of a unit, so that a large gain makes it a step function:

    >>> for gain in (2.0, 5.0, 20.0, 40.0):
    ...     print(round(BinaryUnits(gain, bias=0.9, cue_gain=60.0, noise=0.0).saturated_rate, 1))
    100.0
    142.9
    166.7
    166.7
    """

    read_out, hold_time = 50, 250.0
    limits, similarity_name, answer_dtype = (-1.0, 1.0), "overlap", np.int8

    def __init__(self, gain: float, bias: float, cue_gain: float, noise: float) -> None:
        self.gain = checks.positive(OWNER, "gain", gain)
        self.bias = checks.number(OWNER, "bias", bias)
        self.cue_gain = checks.positive(OWNER, "cue_gain", cue_gain)
        self.model = FirstOrderLIF(tau_m=10.0, resistance=1.0, v_rest=0.0, v_threshold=1.0, v_reset=0.0,
                                   t_refractory=5.0, v_floor=-1.0, noise=noise)
        self.saturated_rate = float(self.model.rate(self.gain + self.bias, DT))
        if self.saturated_rate == 0:
            least = f"above the threshold of 1 minus the bias of {self.bias:g}, so that an active unit fires"
            checks.fail(OWNER, "gain", gain, least)
        self.period = round(1000.0 / self.saturated_rate / DT)

    @classmethod
    def for_rule(cls, rule: object, gain: float | None, bias: float | None, cue_gain: float,
                 noise: float) -> BinaryUnits:
        """Make the units with the gain and the bias that suit the learning rule, where these are None."""
        gain = (HEBBIAN_GAIN if rule == "hebbian" else GAIN) if gain is None else gain
        bias = (DENSE_BIAS if rule == "dense" else BIAS) if bias is None else bias
        return cls(gain, bias, cue_gain, noise)

    def check_rule(self, rule: object) -> None:
        """Accept every rule."""

    def blank_couplings(self, n: int) -> PixelCouplings:
        """Return couplings between n pixels that are all zero."""
        return PixelCouplings.blank(n)

    def currents(self, cue: FloatArray, field_bias: FloatArray | float, strength: float = 1.0) -> FloatArray:
        """Return the current of every unit, (2n,), under a cue (n,) of ±1, NaN where unknown."""
        drive = strength * self.cue_gain * np.nan_to_num(cue) + self.gain * field_bias
        return self.bias + np.concatenate([drive, -drive])

    def randomise(self, units: LIFGroup, rng: np.random.Generator) -> None:
        """Draw potentials and phases: units that begin alike would fire in lock-step for ever."""
        units["v"] = rng.random(units.n)
        units["refractory"] = rng.integers(0, self.period, units.n)

    def check_patterns(self, patterns: ArrayLike, n: int) -> FloatArray:
        """Return patterns of ±1 or booleans as (P, n) of ±1."""
        return as_patterns(OWNER, patterns, n)

    def check_cue(self, cue: FloatArray | BoolArray) -> FloatArray:
        """Return a cue of ±1, or 0 or NaN where unknown, or booleans, as (n,) of ±1 and NaN."""
        if cue.dtype == bool:
            return np.where(cue, 1.0, -1.0)
        cue = np.where(cue == 0, np.nan, cue)
        wrong = cue[~(np.isnan(cue) | (np.abs(cue) == 1))]
        if wrong.size:
            checks.fail(OWNER, "cue", float(wrong[0]), "−1 or 1, or 0 or NaN where unknown")
        if np.isnan(cue).any() and (cue == 1).any() and not (cue == -1).any():
            checks.warn_field(OWNER, "cue",
                              "has ones and zeros only: a zero is an unknown pixel, a dark one is −1")
        return np.asarray(cue, np.float64)

    def to_state(self, patterns: FloatArray) -> FloatArray:
        """Return the patterns, which are states."""
        return patterns

    def to_levels(self, patterns: FloatArray) -> FloatArray:
        """Return 0 for −1 and 1 for 1."""
        return (patterns + 1) / 2

    def from_images(self, images: FloatArray, threshold: str | ArrayLike = "mean") -> FloatArray:
        """Return grey pictures cut at `threshold`, see `binarize`."""
        return binarize(images, threshold)

    def corrupted_images(self, images: FloatArray, threshold: str | ArrayLike,
                         **corruptions: Any) -> FloatArray:
        """Return corrupted cues of ±1, see `corrupt_images`."""
        return corrupt_images(images, threshold, **corruptions)

    def answer(self, pattern: FloatArray, grey: FloatArray) -> FloatArray:
        """Return the pattern of ±1."""
        return pattern

    def final_state(self, pattern: FloatArray, grey: FloatArray, active: BoolArray) -> FloatArray:
        """Return the pattern of ±1, in which silent pixels are −1."""
        return pattern

    def similarity(self, picture: FloatArray, stored: FloatArray) -> float:
        """Return the overlap."""
        return float(overlap(picture, stored))

    def picture_scores(self, answer: FloatArray, stored: FloatArray,
                       original: FloatArray | None) -> dict[str, float]:
        """Return nothing: black and white pictures have no further measures."""
        return {}

    def explanations(self, patterns: FloatArray, shape: tuple[int, int] | None) -> Explanations:
        """Return what verdicts need to know of patterns of ±1."""
        return BinaryExplanations(patterns, shape)


class GreyUnits(PixelUnits):
    """Integrate-and-fire units without leak, reset by subtraction, that fire in proportion to a grey level x.

    ::

        dv/dt = I,   v ← v − 1 at a spike,   rate_ON = saturated_rate · x,   rate_OFF = saturated_rate · (1
        − x)

    Such a unit loses no charge, so that a count over the time T is exact to one spike: the error falls as
    1/T, where that of Poisson spikes falls as 1/√T. The level is read as ON / (ON + OFF).
    """

    read_out, hold_time = 200, 350.0
    limits, similarity_name, answer_dtype = (0.0, 1.0), "correlation", np.float64
    gain, saturated_rate, period = 0.5, 500.0, 2

    def __init__(self) -> None:
        self.model = FirstOrderLIF(tau_m=math.inf, resistance=1.0, v_rest=0.0, v_threshold=1.0, v_reset=0.0,
                                   t_refractory=0.0, reset="subtract")

    @classmethod
    def for_rule(cls, rule: object, gain: float | None, bias: float | None, cue_gain: float,
                 noise: float) -> GreyUnits:
        """Make the units, whose constants are fixed."""
        return cls()

    def check_rule(self, rule: object) -> None:
        """Accept only the rule "dense"."""
        if rule != "dense":
            accepted = "'dense' for grey levels: couplings between pixels hold black and white"
            checks.fail(OWNER, "rule", rule, accepted)

    def blank_couplings(self, n: int) -> PixelCouplings:
        """Raise `TypeError`: grey levels are not held by couplings between pixels."""
        raise TypeError(NO_SYNAPSES)

    def currents(self, cue: FloatArray, field_bias: FloatArray | float, strength: float = 1.0) -> FloatArray:
        """Return the current of every unit, (2n,), under a cue (n,) of levels, NaN where unknown."""
        return strength * self.gain * np.nan_to_num(np.concatenate([cue, 1.0 - cue]))

    def randomise(self, units: LIFGroup, rng: np.random.Generator) -> None:
        """Draw potentials."""
        units["v"] = rng.random(units.n)

    def check_patterns(self, patterns: ArrayLike, n: int) -> FloatArray:
        """Return levels from 0 to 1 as (P, n)."""
        levels = np.atleast_2d(np.asarray(checks.unit_interval(OWNER, "patterns", patterns)))
        if levels.ndim != 2 or levels.shape[1] != n or not len(levels):
            raise ValueError(f"{OWNER}.patterns must have the shape (P, {n}) or ({n},), got {levels.shape}")
        return levels

    def check_cue(self, cue: FloatArray | BoolArray) -> FloatArray:
        """Return a cue of levels from 0 to 1, NaN where unknown."""
        accepted = np.isnan(cue) | (cue >= 0) & (cue <= 1)
        if not accepted.all():
            checks.fail(OWNER, "cue", cue[~accepted][0], "from 0 to 1, or NaN where unknown")
        return np.asarray(cue, np.float64)

    def to_state(self, patterns: FloatArray) -> FloatArray:
        """Return −1 for black and 1 for white."""
        return 2.0 * patterns - 1.0

    def to_levels(self, patterns: FloatArray) -> FloatArray:
        """Return the patterns, which are levels."""
        return patterns

    def from_images(self, images: FloatArray, threshold: str | ArrayLike = "mean") -> FloatArray:
        """Return grey pictures as they are, one per row."""
        return images.reshape(len(images), -1)

    def corrupted_images(self, images: FloatArray, threshold: str | ArrayLike,
                         **corruptions: Any) -> FloatArray:
        """Return corrupted grey cues, see `corrupt`."""
        return corrupt(images.reshape(len(images), -1), shape=images.shape[1:], **corruptions)

    def answer(self, pattern: FloatArray, grey: FloatArray) -> FloatArray:
        """Return the levels."""
        return grey

    def final_state(self, pattern: FloatArray, grey: FloatArray, active: BoolArray) -> FloatArray:
        """Return the levels as numbers from −1 to 1, in which silent pixels are 0."""
        return np.where(active, 2.0 * grey - 1.0, 0.0)

    def similarity(self, picture: FloatArray, stored: FloatArray) -> float:
        """Return the correlation."""
        return correlation(picture, stored)

    def picture_scores(self, answer: FloatArray, stored: FloatArray,
                       original: FloatArray | None) -> dict[str, float]:
        """Return the PSNR in dB, and with an `original` (height, width) the SSIM."""
        scores = {"psnr": psnr(answer, stored)}
        if original is not None:
            scores["ssim"] = ssim(answer.reshape(original.shape), original)
        return scores

    def explanations(self, patterns: FloatArray, shape: tuple[int, int] | None) -> Explanations:
        """Return what verdicts need to know of grey levels."""
        return Explanations(self.to_state(patterns), shape)


CODINGS: dict[str, type[PixelUnits]] = {"binary": BinaryUnits, "gray": GreyUnits}
