"""Tables of the time loop, made row by row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar, cast

import numpy as np


__all__ = ["Row", "table"]

Table = TypeVar("Table", bound=tuple[Any, ...])
Row = dict[str, Any]


def table(kind: type[Table], rows: Sequence[Row], **columns: Any) -> Table:
    """Return the table `kind` of int64 columns made from rows; `columns` are given as a whole."""
    named_tuple: Any = kind
    names = [name for name in named_tuple._fields if name not in columns]
    whole = np.array([[row[name] for row in rows] for name in names], dtype=np.int64)
    return cast(Table, named_tuple(**dict(zip(names, whole)), **columns))
