"""How the rate of learning changes: a schedule takes the progress of training, from 0 to 1, to a factor on the rate."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from .._util import checks


__all__ = ["SCHEDULES", "Constant", "Cosine", "OneCycle", "Plateau", "Step"]


@dataclass
class Constant:
    """1."""

    def factor(self, progress):
        """The factor at `progress` in [0, 1]."""
        return 1.0

    def epoch_ended(self, loss):
        """Told the validation loss of each epoch."""

    def state(self):
        """What has to be kept to go on, for JSON."""
        return dict(self.__dict__)

    def restore(self, state):
        """Go on from what `state` gave."""
        self.__dict__.update(state)


@dataclass
class Step(Constant):
    """`gamma` to the power of the number of `at`, fractions of the training, that are passed."""

    at: list = field(default_factory=lambda: [0.5, 0.75])
    gamma: float = 0.1

    def __post_init__(self):
        checks.unit_interval(self, "at", self.at)
        checks.positive(self, "gamma", self.gamma)

    def factor(self, progress):
        """The factor at `progress` in [0, 1]."""
        return self.gamma ** sum(progress >= each for each in self.at)


@dataclass
class Cosine(Constant):
    """½ (1 + cos π·progress), from 1 to `last` (Loshchilov & Hutter, ICLR 2017)."""

    last: float = 0.0

    def __post_init__(self):
        checks.unit_interval(self, "last", self.last)

    def factor(self, progress):
        """The factor at `progress` in [0, 1]."""
        return self.last + (1 - self.last) * 0.5 * (1 + math.cos(math.pi * min(progress, 1.0)))


@dataclass
class OneCycle(Cosine):
    """Up in a straight line over the fraction `warmup` of the training, then down as `Cosine` (Smith & Topin 2019)."""

    warmup: float = 0.1

    def __post_init__(self):
        super().__post_init__()
        checks.unit_interval(self, "warmup", self.warmup)

    def factor(self, progress):
        """The factor at `progress` in [0, 1]."""
        if progress < self.warmup:
            return (progress + 1e-3) / (self.warmup + 1e-3)
        return super().factor((progress - self.warmup) / max(1 - self.warmup, 1e-12))


@dataclass
class Plateau(Constant):
    """Times `gamma` whenever the validation loss has not fallen for `patience` epochs."""

    patience: int = 2
    gamma: float = 0.3
    level: float = field(default=1.0, init=False)
    best: float = field(default=math.inf, init=False)
    waited: int = field(default=0, init=False)

    def __post_init__(self):
        checks.integer(self, "patience", self.patience)
        checks.positive(self, "gamma", self.gamma)

    def factor(self, progress):
        """What the losses so far made of it."""
        return self.level

    def epoch_ended(self, loss):
        """A new best resets the patience."""
        if loss < self.best:
            self.best, self.waited = loss, 0
            return
        self.waited += 1
        if self.waited >= self.patience:
            self.level, self.waited = self.level * self.gamma, 0


SCHEDULES = {"constant": Constant, "cosine": Cosine, "one_cycle": OneCycle, "plateau": Plateau, "step": Step}
