"""Ctrl-C waits for the end of what must not be left half done."""

import signal

import pytest

from spikingnn._util.interrupt import delayed_interrupt


def test_ctrl_c_in_nested_contexts_is_raised_at_the_end_of_the_outermost():
    before, reached = signal.getsignal(signal.SIGINT), []
    with pytest.raises(KeyboardInterrupt):
        with delayed_interrupt() as outer:
            with delayed_interrupt() as inner:
                signal.raise_signal(signal.SIGINT)
            reached.append((len(outer), len(inner)))
    assert reached == [(1, 0)] and signal.getsignal(signal.SIGINT) is before


def test_another_error_passes_and_the_next_context_delays_again():
    with pytest.raises(ZeroDivisionError):
        with delayed_interrupt():
            1 / 0
    with pytest.raises(KeyboardInterrupt):
        with delayed_interrupt():
            signal.raise_signal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
