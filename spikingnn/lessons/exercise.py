"""An exercise of a lesson: the right answer, how far an answer may be from it, and the mistakes that are
known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from .._util.text import first_line, one_line
from .._util.typing import FloatArray


__all__ = ["Exercise", "Mistake", "Verdict"]

LARGE_FACTOR = 3.0          # beyond this ratio a deviation is given as a factor, not in per cent


def unchanged(answer: Any) -> Any:
    """Return the answer itself, which is what is compared unless an exercise measures something of it."""
    return answer


@dataclass(frozen=True)
class Mistake:
    """A wrong answer that students give, and the hint that helps.

    Parameters
    ----------
    answer : Callable[[], Any]
        Computes the wrong answer.
    hint : str
        What is said to it.

    Examples
    --------
    >>> Mistake(lambda: 20.0, "The period is in ms, the rate in Hz.").answer()
    20.0
    """

    answer: Callable[[], Any]
    """Computes the wrong answer."""
    hint: str
    """What is said to it."""


@dataclass(frozen=True)
class Verdict:
    """What is said of an answer.

    Parameters
    ----------
    is_right : bool | None
        Whether the answer is right; None if there is none yet.
    text : str
        What is off and by how much, or the question if there is no answer yet.
    hint : str, default ''
        What may help; empty for a right answer.

    Examples
    --------
    >>> print(Verdict(False, "not yet: 9 ms is 10 % too small.", "It is R C."))
    not yet: 9 ms is 10 % too small. Hint: It is R C.
    """

    is_right: bool | None
    """Whether the answer is right; None if there is none yet."""
    text: str
    """What is off and by how much, or the question if there is no answer yet."""
    hint: str = ""
    """What may help; empty for a right answer."""

    def __str__(self) -> str:
        return self.text + (f" Hint: {self.hint}" if self.hint else "")


@dataclass(frozen=True)
class Exercise:
    """A question, its right answer, and hints for wrong ones.

    An answer is a number, an array or a word. A student may also hand in a function or a model: `measure`
    then returns the numbers that are compared.

    Parameters
    ----------
    question : str
        One sentence that says what is asked.
    right : Callable[[], Any]
        Computes the right answer, from theory or by simulation.
    mistakes : tuple[Mistake, ...]
        Wrong answers with a hint for each.
    hint : str
        The hint for every other wrong answer.
    unit : str, default ''
        Unit of the answer; empty if it has none.
    tolerance : float, default 0.02
        Largest deviation that is right, as a fraction of the largest absolute value of the right
        answer.
    measure : Callable[[Any], Any], default unchanged
        What is compared of an answer.
    accepts : str, default 'a number'
        What kind of answer is expected.
    each : bool, default False
        Whether each entry of an array is held to the tolerance as a fraction of its own right value.

    Examples
    --------
    >>> exercise = Exercise("What is the time constant of 0.5 nF and 20 MΩ?", lambda: 10.0, unit="ms",
    ...                     mistakes=(Mistake(lambda: 40.0, "The product is needed, not the ratio."),),
    ...                     hint="It is R C.")
    >>> print(exercise.judge(10.1))
    right; the value computed here is 10 ms.
    >>> print(exercise.judge(40))
    not yet: 40 ms is 4 times the right value. Hint: The product is needed, not the ratio.
    >>> print(exercise.judge(9))
    not yet: 9 ms is 10 % too small. Hint: It is R C.
    """

    question: str
    """One sentence that says what is asked."""
    right: Callable[[], Any]
    """Computes the right answer, from theory or by simulation."""
    mistakes: tuple[Mistake, ...]
    """Wrong answers with a hint for each."""
    hint: str
    """The hint for every other wrong answer."""
    unit: str = ""
    """Unit of the answer; empty if it has none."""
    tolerance: float = 0.02
    """Largest deviation that is right, as a fraction of the largest absolute value of the right answer."""
    measure: Callable[[Any], Any] = unchanged
    """What is compared of an answer."""
    accepts: str = "a number"
    """What kind of answer is expected."""
    each: bool = False
    """Whether each entry of an array is held to the tolerance as a fraction of its own right value."""

    def judge(self, answer: Any) -> Verdict:
        """Return what is said of `answer`; None and ``...`` stand for no answer yet."""
        if answer is None or answer is ...:
            unit = f" in {self.unit}" if self.unit and self.accepts == Exercise.accepts else ""
            return Verdict(None, f"{self.question} (expected: {self.accepts}{unit})")
        right = _value(self.measure(self.right()))
        try:
            given = _value(self.measure(answer))
        except Exception as problem:            # the answer may be a function that a student wrote
            came = f"{type(problem).__name__}: {first_line(problem)}"
            return Verdict(False, f"not yet: {self.accepts} is expected; with {one_line(repr(answer), 40)} "
                                  f"came {came}.", self.hint)
        trouble = _other_kind(given, right)
        if trouble:
            return Verdict(False, f"not yet: {self.accepts} is expected: {trouble}.", self.hint)
        if self._agree(given, right):
            is_number = not isinstance(right, str) and right.ndim == 0
            shown = f"; the value computed here is {self._shown(right)}" if is_number else ""
            return Verdict(True, f"right{shown}.")
        known = (each.hint for each in self.mistakes
                 if self._agree(given, _value(self.measure(each.answer()))))
        return Verdict(False, f"not yet: {self._deviation(given, right)}.", next(known, self.hint))

    def _agree(self, given: str | FloatArray, other: str | FloatArray) -> bool:
        if isinstance(given, str) or isinstance(other, str):
            return given == other
        same_shape = given.shape == other.shape
        return same_shape and bool((np.abs(given - other) <= self.tolerance * self._scale(other)).all())

    def _scale(self, value: FloatArray) -> FloatArray:
        """What a deviation is compared with."""
        return np.abs(value) if self.each else np.full(value.shape, np.abs(value).max())

    def _deviation(self, given: str | FloatArray, right: str | FloatArray) -> str:
        """Say how far off an answer is."""
        if isinstance(given, str) or isinstance(right, str):
            return f"it is not “{given}”"
        if given.ndim == 0:
            return f"{self._shown(given)} {_off(float(given), float(right))}"
        worst = int((np.abs(given - right) / np.maximum(self._scale(right), np.finfo(float).tiny)).argmax())
        where = ", ".join(str(int(k)) for k in np.unravel_index(worst, given.shape))
        one = self._deviation(given.reshape(-1)[worst, ...], right.reshape(-1)[worst, ...])
        return f"the largest deviation is at index {where} (counted from 0), where {one}"

    def _shown(self, value: str | FloatArray) -> str:
        return value if isinstance(value, str) else f"{float(value):.4g} {self.unit}".rstrip()


def _value(answer: Any) -> str | FloatArray:
    """A word in lower case, or an array of floats, (), for a number."""
    if isinstance(answer, str):
        return " ".join(answer.lower().split())
    return np.asarray(answer, dtype=np.float64)


def _other_kind(given: str | FloatArray, right: str | FloatArray) -> str:
    """Say in which way an answer cannot be compared with the right one; empty if it can."""
    if isinstance(given, str) != isinstance(right, str):
        return f"got the text “{given}”" if isinstance(given, str) else "got numbers"
    if isinstance(given, str) or isinstance(right, str):
        return ""
    if given.shape != right.shape:
        return f"{_kind(right)}; got {_kind(given)}"
    return "" if np.isfinite(given).all() else "got a value that is not finite"


def _kind(value: FloatArray) -> str:
    return f"an array of shape {value.shape}" if value.ndim else "one number"


def _off(given: float, right: float) -> str:
    """Say by how much one number is off."""
    if right == 0.0:
        return "should be 0"
    ratio = given / right
    if ratio < 0.0:
        return "has the wrong sign"
    if ratio >= LARGE_FACTOR or 0.0 < ratio <= 1.0 / LARGE_FACTOR:
        return f"is {ratio:.3g} times the right value"
    return f"is {_per_cent(ratio)} % too {'large' if abs(given) > abs(right) else 'small'}"


def _per_cent(ratio: float) -> str:
    deviation = 100.0 * abs(ratio - 1.0)
    return f"{deviation:.0f}" if deviation >= 10.0 else f"{deviation:.2g}"
