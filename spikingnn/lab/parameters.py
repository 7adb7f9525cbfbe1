"""Parameters of a scene: what a visitor may choose. Every value that arrives is made acceptable here."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar


__all__ = ["Choice", "Drawing", "Parameter", "Slider", "Text"]


@dataclass(frozen=True)
class Parameter:
    """Base class of parameters; `accept` returns (value, note), where the note is empty or one sentence.

    Parameters
    ----------
    label : str, default ''
        What the page calls it.
    live : bool, default computed
        Whether a running network follows a change; otherwise a live scene starts anew.
    """

    kind: ClassVar[str]
    label: str = ""
    """What the page calls it."""
    live: bool = field(default=False, kw_only=True)
    """Whether a running network follows a change; otherwise a live scene starts anew."""

    def accept(self, given: Any, default: Any) -> tuple[Any, str]:
        """Return the value nearest to what is given, and what was changed."""
        raise NotImplementedError

    def description(self) -> dict[str, Any]:
        """Return what the page has to know."""
        return {each.name: getattr(self, each.name) for each in fields(self)} | {"kind": self.kind}


@dataclass(frozen=True)
class Slider(Parameter):
    """A number between two ends.

    Parameters
    ----------
    label : str, default ''
        What the page calls it.
    low : float, default 0.0
        The lower end.
    high : float, default 1.0
        The upper end.
    step : float, default 0.01
        Distance of neighbouring values.
    unit : str, default ''
        Unit; "" if dimensionless.
    live : bool, default computed
        Whether a running network follows a change; otherwise a live scene starts anew.
    """

    kind = "slider"
    low: float = 0.0
    """The lower end."""
    high: float = 1.0
    """The upper end."""
    step: float = 0.01
    """Distance of neighbouring values."""
    unit: str = ""
    """Unit; "" if dimensionless."""

    def accept(self, given: Any, default: Any) -> tuple[Any, str]:
        """Clamp a number to the range and round it to the grid; what is no number gives the default."""
        try:
            number = math.nan if isinstance(given, bool) else float(given)
        except (TypeError, ValueError, OverflowError):
            number = math.nan
        if math.isnan(number):
            return default, f"{self._words(default)} is used, since {str(given)[:20]!r} is no number"
        clamped = min(max(number, self.low), self.high)
        value = round(self.low + round((clamped - self.low) / self.step) * self.step, 10)
        value = min(value, self.high)
        value = int(value) if isinstance(default, int) else value
        beyond = clamped != number
        return value, f"{self._words(value)} is used, the end of the range" if beyond else ""

    def _words(self, value: Any) -> str:
        return f"{self.label} = {value:g} {self.unit}".rstrip()


@dataclass(frozen=True)
class Choice(Parameter):
    """One of several words.

    Parameters
    ----------
    label : str, default ''
        What the page calls it.
    options : tuple[str, ...], default ()
        The words.
    live : bool, default computed
        Whether a running network follows a change; otherwise a live scene starts anew.
    """

    kind = "choice"
    options: tuple[str, ...] = ()
    """The words."""

    def accept(self, given: Any, default: Any) -> tuple[Any, str]:
        """Return the given word if it is one of the options, else the default."""
        if given in self.options:
            return given, ""
        return default, f"{self.label} = {default} is used; it can be {', '.join(self.options)}"


@dataclass(frozen=True)
class Text(Parameter):
    """Lines that are typed, such as equations.

    Parameters
    ----------
    label : str, default ''
        What the page calls it.
    longest : int, default 2000
        Number of characters that are accepted.
    rows : int, default 1
        Number of lines that the field shows.
    live : bool, default computed
        Whether a running network follows a change; otherwise a live scene starts anew.
    """

    kind = "text"
    longest: int = 2000
    """Number of characters that are accepted."""
    rows: int = 1
    """Number of lines that the field shows."""

    def accept(self, given: Any, default: Any) -> tuple[Any, str]:
        """Return the text, cut to the longest that is accepted."""
        text = str(given)
        if len(text) > self.longest:
            return text[:self.longest], f"{self.label} is cut after {self.longest:,} characters"
        return text, ""


@dataclass(frozen=True)
class Drawing(Parameter):
    """A square picture that a visitor draws or uploads: two hexadecimal digits per pixel, row by row.

    The empty text stands for a picture of the scene: the only one of `own`, or that which the parameter
    `follows` chooses.

    Parameters
    ----------
    label : str, default ''
        What the page calls it.
    side : int, default 28
        Pixels per side.
    pen : bool, default True
        Whether the visitor can draw on it.
    levels : int, default 256
        Number of grey levels; 2 for black and white.
    own : Callable[[], Sequence[str]], default tuple
        Returns the pictures of the scene, as digits.
    follows : str, default ''
        Name of the parameter that chooses one of them by its number.
    live : bool, default computed
        Whether a running network follows a change; otherwise a live scene starts anew.
    """

    kind = "drawing"
    side: int = 28
    """Pixels per side."""
    pen: bool = True
    """Whether the visitor can draw on it."""
    levels: int = 256
    """Number of grey levels; 2 for black and white."""
    own: Callable[[], Sequence[str]] = tuple
    """Returns the pictures of the scene, as digits."""
    follows: str = ""
    """Name of the parameter that chooses one of them by its number."""

    def accept(self, given: Any, default: Any) -> tuple[Any, str]:
        """Return the digits if they are a picture of this size, else the default."""
        if given == "":
            return "", ""
        digits = str(given).lower()
        if len(digits) == 2 * self.side**2 and not set(digits) - set("0123456789abcdef"):
            return digits, ""
        return default, f"the scene's own picture is used: {self.side} × {self.side} pixels are needed"

    def description(self) -> dict[str, Any]:
        """Return what the page has to know."""
        return super().description() | {"own": list(self.own())}
