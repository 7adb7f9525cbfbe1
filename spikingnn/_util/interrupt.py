"""Ctrl-C is delayed while an operation runs that must not be left half done."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator


__all__ = ["delayed_interrupt"]


_delaying = False               # whether the main thread is in such a context


@contextlib.contextmanager
def delayed_interrupt() -> Iterator[list[bool]]:
    """Delay Ctrl-C within the context; KeyboardInterrupt is raised at its end.

    Yields a list that is no longer empty once Ctrl-C was pressed. Only the outermost one of nested contexts,
    and only one in the main thread, delays the signal; the others yield a list that stays empty.
    """
    global _delaying
    received: list[bool] = []
    if threading.current_thread() is not threading.main_thread() or _delaying:
        yield received
        return
    before = signal.signal(signal.SIGINT, lambda *_: received.append(True))
    _delaying = True
    try:
        yield received
    finally:
        _delaying = False
        signal.signal(signal.SIGINT, before)
    if received:
        raise KeyboardInterrupt
