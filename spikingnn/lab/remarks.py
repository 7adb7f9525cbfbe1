"""Warnings of the package as notes on the page of the visitor whose values gave them."""

from __future__ import annotations

import contextlib
import threading
import warnings
from collections.abc import Iterator
from typing import Any


__all__ = ["collected", "warnings_to_pages"]

_of_thread = threading.local()
MOST = 3                        # notes per picture


@contextlib.contextmanager
def collected() -> Iterator[list[str]]:
    """Yield the list to which warnings of this thread are added, if they go to pages."""
    notes: list[str] = []
    _of_thread.notes = notes
    try:
        yield notes
    finally:
        del _of_thread.notes


@contextlib.contextmanager
def warnings_to_pages() -> Iterator[None]:
    """Send every warning to the page that asked, and others to where they went before."""
    with warnings.catch_warnings():
        before = warnings.showwarning
        warnings.simplefilter("always")

        def show(message: Any, *place: Any, **more: Any) -> None:
            notes = getattr(_of_thread, "notes", None)
            if notes is None:
                before(message, *place, **more)
            elif len(notes) < MOST and str(message) not in notes:
                notes.append(str(message))
        warnings.showwarning = show
        yield
