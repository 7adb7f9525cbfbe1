"""Arithmetic of one answer: how many multiply-adds and additions a network takes where zeros are skipped."""

from __future__ import annotations

from dataclasses import asdict, dataclass


__all__ = ["ADDITION_PJ", "MULTIPLY_ADD_PJ", "Operations"]

# pJ of 32-bit floats in 45 nm; a multiplication takes 3.7 (Horowitz, ISSCC 2014)
ADDITION_PJ, MULTIPLY_ADD_PJ = 0.9, 4.6


@dataclass(frozen=True)
class Operations:
    """Number of arithmetic operations where zeros are skipped: multiply-adds of values, additions for spikes.

    Two counts can be added, and a count can be divided by a number of samples.

    Parameters
    ----------
    multiply_adds : float, default 0.0
        Products of a weight and an analog value, each added to a sum.
    additions : float, default 0.0
        Weights added to a sum because of a spike.

    Examples
    --------
    >>> total = Operations(multiply_adds=100.0) + Operations(additions=50.0)
    >>> total / 2
    Operations(multiply_adds=50.0, additions=25.0)
    >>> round(total.nanojoules, 3)
    0.505
    """

    multiply_adds: float = 0.0
    """Products of a weight and an analog value, each added to a sum."""
    additions: float = 0.0
    """Weights added to a sum because of a spike."""

    def __add__(self, other: Operations) -> Operations:
        return Operations(self.multiply_adds + other.multiply_adds, self.additions + other.additions)

    def __truediv__(self, samples: float) -> Operations:
        return Operations(self.multiply_adds / samples, self.additions / samples)

    @property
    def nanojoules(self) -> float:
        """Energy in nJ at 4.6 pJ per multiply-add and 0.9 pJ per addition; memory access is not included."""
        return (MULTIPLY_ADD_PJ * self.multiply_adds + ADDITION_PJ * self.additions) / 1000.0

    def to_dict(self) -> dict[str, float]:
        """Return the counts and the energy as a dictionary that JSON can hold."""
        return asdict(self) | {"nanojoules": self.nanojoules}
