"""Schedules of the learning rate: from the progress of training, 0 to 1, to a factor on the rate."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .._util import checks


__all__ = ["SCHEDULES", "Constant", "Cosine", "OneCycle", "Plateau", "Step"]


@dataclass
class Constant:
    """The factor 1 throughout, and the base of the other schedules.

    Examples
    --------
    >>> Constant().factor(0.5)
    1.0
    """

    def factor(self, progress: float) -> float:
        """Return the factor at `progress`, from 0 to 1."""
        return 1.0

    def epoch_ended(self, loss: float) -> None:
        """Take note of the validation loss of an epoch."""

    def state(self) -> dict[str, Any]:
        """Return all that is needed to continue, for JSON."""
        return dict(self.__dict__)

    def restore(self, state: Mapping[str, Any]) -> None:
        """Continue from what `state` returned."""
        self.__dict__.update(state)


@dataclass
class Step(Constant):
    """A factor that drops by `gamma` at each fraction of the training in `at`.

    Parameters
    ----------
    at : list[float], default computed
        Fractions of the training, from 0 to 1.
    gamma : float, default 0.1
        Dimensionless: factor of each drop.

    Raises
    ------
    ValueError
        If a field is out of range.

    Examples
    --------
    >>> schedule = Step(at=[0.5], gamma=0.1)
    >>> schedule.factor(0.4), schedule.factor(0.6)
    (1.0, 0.1)
    """

    at: list[float] = field(default_factory=lambda: [0.5, 0.75])
    """Fractions of the training, from 0 to 1."""
    gamma: float = 0.1
    """Dimensionless: factor of each drop."""

    def __post_init__(self) -> None:
        checks.unit_interval(self, "at", self.at)
        checks.positive(self, "gamma", self.gamma)

    def factor(self, progress: float) -> float:
        """Return the factor at `progress`, from 0 to 1."""
        factor: float = self.gamma ** sum(progress >= each for each in self.at)
        return factor


@dataclass
class Cosine(Constant):
    """Cosine annealing: the factor falls from 1 to `last` along half a period of a cosine.

    ::

        last + (1 − last) ½ (1 + cos(π · progress))

    Parameters
    ----------
    last : float, default 0.0
        Dimensionless: factor at the end, from 0 to 1.

    Raises
    ------
    ValueError
        If a field is out of range.

    References
    ----------
    Loshchilov & Hutter, ICLR (2017).

    Examples
    --------
    >>> Cosine().factor(0.0), Cosine().factor(0.5)
    (1.0, 0.5)
    """

    last: float = 0.0
    """Dimensionless: factor at the end, from 0 to 1."""

    def __post_init__(self) -> None:
        checks.unit_interval(self, "last", self.last)

    def factor(self, progress: float) -> float:
        """Return the factor at `progress`, from 0 to 1."""
        return self.last + (1 - self.last) * 0.5 * (1 + math.cos(math.pi * min(progress, 1.0)))


@dataclass
class OneCycle(Cosine):
    """A linear rise over the fraction `warmup` of the training, then a fall as `Cosine`.

    Parameters
    ----------
    last : float, default 0.0
        Dimensionless: factor at the end, from 0 to 1.
    warmup : float, default 0.1
        Fraction of the training, from 0 to 1.

    Raises
    ------
    ValueError
        If a field is out of range.

    References
    ----------
    Smith & Topin, Proc. SPIE 11006 (2019).

    Examples
    --------
    >>> OneCycle(warmup=0.1).factor(0.1)
    1.0
    """

    warmup: float = 0.1
    """Fraction of the training, from 0 to 1."""

    def __post_init__(self) -> None:
        super().__post_init__()
        checks.unit_interval(self, "warmup", self.warmup)

    def factor(self, progress: float) -> float:
        """Return the factor at `progress`, from 0 to 1."""
        if progress < self.warmup:
            return (progress + 1e-3) / (self.warmup + 1e-3)
        return super().factor((progress - self.warmup) / max(1 - self.warmup, 1e-12))


@dataclass
class Plateau(Constant):
    """A factor that drops by `gamma` whenever the validation loss has not fallen for `patience` epochs.

    Parameters
    ----------
    patience : int, default 2
        Epochs without a smaller loss after which the factor drops.
    gamma : float, default 0.3
        Dimensionless: factor of each drop.

    Raises
    ------
    ValueError
        If a field is out of range.

    Examples
    --------
    >>> schedule = Plateau(patience=1, gamma=0.5)
    >>> for loss in (1.0, 1.0):
    ...     schedule.epoch_ended(loss)
    >>> schedule.factor(0.2)
    0.5
    """

    patience: int = 2
    """Epochs without a smaller loss after which the factor drops."""
    gamma: float = 0.3
    """Dimensionless: factor of each drop."""
    level: float = field(default=1.0, init=False)
    """The present factor."""
    best: float = field(default=math.inf, init=False)
    """The smallest loss so far."""
    waited: int = field(default=0, init=False)
    """Epochs since then."""

    def __post_init__(self) -> None:
        checks.integer(self, "patience", self.patience)
        checks.positive(self, "gamma", self.gamma)

    def factor(self, progress: float) -> float:
        """Return the present factor, which depends on the losses so far."""
        return self.level

    def epoch_ended(self, loss: float) -> None:
        """Lower the factor where `loss` has not fallen for too long."""
        if loss < self.best:
            self.best, self.waited = loss, 0
            return
        self.waited += 1
        if self.waited >= self.patience:
            self.level, self.waited = self.level * self.gamma, 0


SCHEDULES: dict[str, type[Constant]] = {
    "constant": Constant, "cosine": Cosine, "one_cycle": OneCycle, "plateau": Plateau, "step": Step}
"""Kind -> class, for configurations."""
