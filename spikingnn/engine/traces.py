"""Presynaptic traces decay once in `PERIOD` steps: in between, a number that is kept stands for less.

There are as many as sources, and most steps look at few of them. A trace is what is kept of it times its
worth: in step s, after the decay, exp(-dt/tau) to the power of (s + 1) % PERIOD. In each PERIOD-th step all
that is kept is multiplied by the factor of the whole period. Postsynaptic traces, and those of which a period
leaves less than `LEAST`, decay in every step, and their worth is 1.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .._util.typing import FloatArray, IntArray
from .plugin import Rule
from .tables import PERIOD, POTENTIAL


__all__ = ["change_worth", "trace_factors"]

LEAST = 1e-3            # share that a period leaves of a trace, at least


def trace_factors(rules: Sequence[Rule], dt: float) -> tuple[FloatArray, FloatArray]:
    """Return (decay, worth), both (PERIOD, traces), by (step + 1) % PERIOD: the factor by which the traces of
    all rules decay in this step, and what one that is kept as 1 is worth after that.

    Parameters
    ----------
    rules : sequence of Rule
        In the order of their rows in `Rules`.
    dt : float
        ms: time step.
    """
    traces = [(tau, is_pre and mode < POTENTIAL) for rule in rules
              for is_pre, declared in ((True, rule.pre_traces()), (False, rule.post_traces()))
              for tau, mode in declared]
    taus, waits = np.array(traces, dtype=np.float64).reshape(-1, 2).T
    with np.errstate(divide="ignore"):                              # tau = 0: no decay is slow enough
        once = np.exp(-dt / taus)
    powers = np.ones((PERIOD + 1, taus.size))
    for k in range(PERIOD):
        powers[k + 1] = powers[k] * once
    lazy = (waits > 0) & (powers[PERIOD] >= LEAST)
    worth = np.where(lazy, powers[:PERIOD], 1.0)
    decay = np.where(lazy, 1.0, np.tile(once, (PERIOD, 1)))
    decay[0] = np.where(lazy, powers[PERIOD], once)
    return decay, worth


def change_worth(traces: Sequence[FloatArray], first: IntArray, factor: FloatArray) -> None:
    """Multiply the presynaptic traces of each rule, numbered from `first` on, by their `factor`."""
    for kept, at in zip(traces, first):
        kept *= factor[at:at + len(kept), None]
