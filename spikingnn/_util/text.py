"""Short texts for `repr`, terminals and pictures: an object on one line, and names without control
characters."""

from __future__ import annotations

from dataclasses import fields, is_dataclass

import numpy as np


__all__ = ["LINE_WIDTH", "first_line", "one_line", "printable", "summary"]

LINE_WIDTH, VALUE_WIDTH = 110, 32       # characters


def printable(name: object) -> str:
    r"""Return the name of a file or a class as one printable line; control characters and undecodable bytes
    are escaped.

    >>> printable("a\x1b[2J.png")
    'a\\x1b[2J.png'
    """
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in str(name))


def one_line(text: str, width: int = LINE_WIDTH) -> str:
    """Return `text` on one line of at most `width` characters.

    >>> one_line("one\\n  two three", 8)
    'one two…'
    """
    text = " ".join(text.split())
    return text if len(text) <= width else text[:width - 1] + "…"


def first_line(problem: BaseException) -> str:
    """Return the first line of an exception's message, or the name of its class if there is none."""
    return (str(problem).splitlines() or [type(problem).__name__])[0]


def summary(value: object) -> str:
    """Return a model, synapse or rule with the fields that differ from their defaults, and any other value
    shortened."""
    if is_dataclass(value) and not isinstance(value, type):
        given = [(field.name, getattr(value, field.name), field.default)
                 for field in fields(value) if field.repr]
        shown = [f"{name}={_shortened(own)}" for name, own, default in given if not _is_default(own, default)]
        return f"{type(value).__name__}({', '.join(shown)})"
    return _shortened(value)


def _is_default(own: object, default: object) -> bool:
    return own is default or type(own) in (int, float, str, bool) and own == default


def _shortened(value: object) -> str:
    shown = repr(value)
    if isinstance(value, np.ndarray) and (value.size > 3 or "\n" in shown):
        return f"<{' × '.join(map(str, value.shape))} values>"
    if isinstance(value, (tuple, list)) and len(shown) > VALUE_WIDTH:
        return f"<{len(value)} items>"
    return one_line(shown, VALUE_WIDTH)
