"""What an object is, in one line that fits: for `repr`."""

from __future__ import annotations

from dataclasses import fields, is_dataclass

import numpy as np


__all__ = ["brief", "line"]

WIDTH, VALUE_WIDTH = 110, 32


def line(text, width=WIDTH):
    """`text` on one line of at most `width` characters."""
    text = " ".join(text.split())
    return text if len(text) <= width else text[:width - 1] + "…"


def brief(value):
    """A model, synapse or rule with the fields that differ from their defaults; other values, shortened."""
    if not is_dataclass(value) or isinstance(value, type):
        return _short(value)
    given = {field.name: getattr(value, field.name) for field in fields(value)
             if field.repr and not _same(getattr(value, field.name), field.default)}
    return f"{type(value).__name__}({', '.join(f'{name}={_short(own)}' for name, own in given.items())})"


def _same(own, usual):
    return own is usual or type(own) in (int, float, str, bool) and own == usual


def _short(value):
    shown = repr(value)
    if isinstance(value, np.ndarray) and (value.size > 3 or "\n" in shown):
        return f"<{' × '.join(map(str, value.shape))} values>"
    if isinstance(value, (tuple, list)) and len(shown) > VALUE_WIDTH:
        return f"<{len(value)} items>"
    return line(shown, VALUE_WIDTH)
