"""Ctrl-C waits until what must not be torn apart has ended."""

from __future__ import annotations

import contextlib
import signal
import threading


class _Holder:
    """A handler of Ctrl-C that only notes it."""

    def __init__(self):
        self.came = []

    def __call__(self, *_):
        self.came.append(True)


@contextlib.contextmanager
def held_interrupt():
    """Hold Ctrl-C back within the context: yields a list that is filled when it came, and raises KeyboardInterrupt at the end.

    Only the outermost context holds it: one within another yields a list that stays empty, so that the whole is not torn apart.
    """
    if threading.current_thread() is not threading.main_thread() or isinstance(signal.getsignal(signal.SIGINT), _Holder):
        yield []
        return
    holder = _Holder()
    before = signal.signal(signal.SIGINT, holder)
    try:
        yield holder.came
    finally:
        signal.signal(signal.SIGINT, before)
    if holder.came:
        raise KeyboardInterrupt
