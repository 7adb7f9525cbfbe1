"""Ctrl-C is delayed while an operation runs that must not be left half done."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator


__all__ = ["delayed_interrupt"]


class _Recorder:
    """A handler of Ctrl-C that only records the signal."""

    def __init__(self) -> None:
        self.received: list[bool] = []

    def __call__(self, *_: object) -> None:
        self.received.append(True)


@contextlib.contextmanager
def delayed_interrupt() -> Iterator[list[bool]]:
    """Delay Ctrl-C within the context; KeyboardInterrupt is raised at its end.

    Yields a list that is no longer empty once Ctrl-C was pressed. Only the outermost one of nested contexts,
    and only one in the main thread, delays the signal; the others yield a list that stays empty.
    """
    in_main_thread = threading.current_thread() is threading.main_thread()
    if not in_main_thread or isinstance(signal.getsignal(signal.SIGINT), _Recorder):
        yield []
        return
    recorder = _Recorder()
    before = signal.signal(signal.SIGINT, recorder)
    try:
        yield recorder.received
    finally:
        signal.signal(signal.SIGINT, before)
    if recorder.received:
        raise KeyboardInterrupt
