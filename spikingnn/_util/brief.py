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
    """A model, synapse or rule with the fields that differ from their defaults; any other value short enough to stand among them."""
    if is_dataclass(value) and not isinstance(value, type):
        given = [(field.name, getattr(value, field.name), field.default) for field in fields(value) if field.repr]
        return f"{type(value).__name__}({', '.join(f'{name}={_short(own)}' for name, own, usual in given if not _same(own, usual))})"
    return _short(value)


def _same(own, usual):
    return own is usual or type(own) in (int, float, str, bool) and own == usual


def _short(value):
    shown = repr(value)
    if isinstance(value, np.ndarray) and (value.size > 3 or "\n" in shown):
        return f"<{' × '.join(map(str, value.shape))} values>"
    if isinstance(value, (tuple, list)) and len(shown) > VALUE_WIDTH:
        return f"<{len(value)} items>"
    return line(shown, VALUE_WIDTH)
