"""Threads that share a network: how each passes its spikes to the others, in compiled code.

Each has an outbox for every second exchange, so that one wait per exchange is enough: an outbox is written
again only after all have arrived at the exchange in between, when all have read it.

Who waits looks for the others, for a while, and then sleeps until it is woken: on a machine with other work a
thread that keeps its processor busy would delay those that it waits for.
"""

from __future__ import annotations

import platform
import sys
import time
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import lower_builtin, type_callable

from .._util.typing import IntArray
from .jit import PART, jitted
from .references import ColumnType
from .tables import EventArray, Team
from .views import Whole, vector


__all__ = ["SPACING", "exchange", "new_team"]

SPACING = 8             # numbers from one thread's counter to the next, so that they share no cache line
PATIENCE = 200          # how often a thread looks for the others before it lets other programs run,
SLEEPY = 300            # and before it sleeps: some 100 microseconds later
WORD = ir.IntType(64)
# number of Linux's system call `futex`; where there is none, threads do not sleep
FUTEX = {"x86_64": 202, "aarch64": 98}.get(platform.machine()) if sys.platform == "linux" else None
WAIT, WAKE = 128, 129   # what it is asked for, within this process
LONGEST_SLEEP = 10**6   # ns: then it looks whether another thread has failed


def new_team(threads: int, chunk: int, units: int, n_groups: int) -> Team:
    """Return what `threads` threads need that exchange spikes every `chunk` steps."""
    if threads == 1:
        return Team(np.array([1, 1]), np.zeros(1, np.int64), np.empty(0, np.int32), np.empty(0, np.int64))
    return Team(np.array([threads, chunk]), np.zeros((threads + 1) * SPACING, np.int64),
                np.empty(threads * 2 * units * chunk, np.int32),
                np.empty(threads * 2 * (n_groups * chunk + 1), np.int64))


@jitted(**PART)
def exchange(team: Team, thread: Whole, number: Whole, events: EventArray, starts: IntArray) -> bool:
    """Put the spikes of all threads in the place of this thread's own; return False if a thread has failed.

    `starts` says where in `events` those of each place (step and group) since the last exchange begin, and
    where the last ones end. Those of one place are put in the order of threads, which is that of units.
    """
    threads, size, parity = team.shape[0], starts.size - 1, number % 2
    room, n_starts = team.spikes.size // (2 * threads), team.starts.size // (2 * threads)
    begin = starts[0]
    mine = vector(team.spikes, (2 * thread + parity) * room, room)
    mine_from = vector(team.starts, (2 * thread + parity) * n_starts, n_starts)
    for place in range(size + 1):
        mine_from[place] = starts[place] - begin
    for e in range(mine_from[size]):
        mine[e] = events[begin + e]
    publish(team.arrived, thread * SPACING, number)
    wake(team.arrived, thread * SPACING)
    if not all_arrived(team, number):
        return False
    at = begin
    for place in range(size):
        for other in range(threads):
            theirs = vector(team.spikes, (2 * other + parity) * room, room)
            from_ = vector(team.starts, (2 * other + parity) * n_starts, n_starts)
            for e in range(from_[place], from_[place + 1]):
                events[at] = theirs[e]
                at += 1
        starts[place + 1] = at
    return True


@jitted(**PART)
def all_arrived(team: Team, number: Whole) -> bool:
    """Wait until all threads have arrived at exchange `number`; return False if one has failed."""
    threads = team.shape[0]
    for other in range(threads):
        looked = 0
        while published(team.arrived, other * SPACING) < number:
            if published(team.arrived, threads * SPACING) != 0:
                return False
            looked += 1
            if looked > SLEEPY:
                sleep(team.arrived, other * SPACING, number - 1)
            elif looked > PATIENCE:
                let_others_run()
    return True


# --- what threads need of the processor ---------------------------------------------------------------------

def publish(column: IntArray, index: Whole, value: Whole) -> None:
    """Write a number; who reads it with `published` sees all that was written before it."""
    column[index] = value


def published(column: IntArray, index: Whole) -> Any:
    """Read a number that another thread may write with `publish`."""
    return column[index]


def let_others_run() -> None:
    """Offer the processor to other threads and programs."""
    time.sleep(0.0)


def sleep(column: IntArray, index: Whole, value: Whole) -> None:
    """Sleep until another thread calls `wake` for a number; not at all if that is no longer `value`."""
    time.sleep(0.0)


def wake(column: IntArray, index: Whole) -> None:
    """Wake the threads that sleep until a number changes."""


@type_callable(publish)
def _type_publish(context):
    return lambda column, index, value: types.none


@type_callable(published)
def _type_published(context):
    return lambda column, index: types.int64


@type_callable(let_others_run)
def _type_let_others_run(context):
    return lambda: types.none


@type_callable(sleep)
def _type_sleep(context):
    return lambda column, index, value: types.none


@type_callable(wake)
def _type_wake(context):
    return lambda column, index: types.none


def _place(context, builder, signature, arguments):
    column = cgutils.create_struct_proxy(signature.args[0])(context, builder, arguments[0])
    return builder.gep(column.data, [context.cast(builder, arguments[1], signature.args[1], types.int64)])


@lower_builtin(publish, ColumnType, types.Integer, types.Integer)
def _lower_publish(context, builder, signature, arguments):
    value = context.cast(builder, arguments[2], signature.args[2], types.int64)
    builder.store_atomic(value, _place(context, builder, signature, arguments), "release", 8)
    return context.get_dummy_value()


@lower_builtin(published, ColumnType, types.Integer)
def _lower_published(context, builder, signature, arguments):
    return builder.load_atomic(_place(context, builder, signature, arguments), "acquire", 8)


@lower_builtin(sleep, ColumnType, types.Integer, types.Integer)
def _lower_sleep(context, builder, signature, arguments):
    if FUTEX is None:
        return _lower_let_others_run(context, builder, signature, arguments)
    value = context.cast(builder, arguments[2], signature.args[2], types.int64)
    longest = cgutils.alloca_once_value(builder, ir.Constant(ir.ArrayType(WORD, 2), [0, LONGEST_SLEEP]))
    _call_futex(builder, _place(context, builder, signature, arguments), WAIT, value,
                builder.ptrtoint(longest, WORD))
    return context.get_dummy_value()


@lower_builtin(wake, ColumnType, types.Integer)
def _lower_wake(context, builder, signature, arguments):
    if FUTEX is not None:
        everyone = WORD(2**31 - 1)
        _call_futex(builder, _place(context, builder, signature, arguments), WAKE, everyone, WORD(0))
    return context.get_dummy_value()


def _call_futex(builder, place, operation, value, timeout):
    """Call `futex`, which looks at 32 bits: of a number here, the lower ones."""
    function = cgutils.get_or_insert_function(builder.module, ir.FunctionType(WORD, [WORD], True), "syscall")
    builder.call(function, [WORD(FUTEX), builder.ptrtoint(place, WORD), WORD(operation), value, timeout,
                            WORD(0), WORD(0)])


@lower_builtin(let_others_run)
def _lower_let_others_run(context, builder, signature, arguments):
    name = "SwitchToThread" if sys.platform == "win32" else "sched_yield"
    function = cgutils.get_or_insert_function(builder.module, ir.FunctionType(ir.IntType(32), []), name)
    builder.call(function, [])
    return context.get_dummy_value()
