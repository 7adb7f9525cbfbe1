"""A rule is tried out in plain Python before it is compiled: there are no bounds checks in the engine."""

from __future__ import annotations

from dataclasses import fields

import numpy as np

from ..core import checks
from ..core.plugin import ADD, HOOK, SET


def rehearse(rule, dt=0.1):
    """Refuse a `rule` that the engine could not run with steps of `dt` ms, by name of what is wrong.

    ValueError or TypeError where a field is an array, a trace is no (tau, mode), an interval is missing, or where a hook, called
    once on a single synapse, reaches for a trace, a parameter or a memory that the rule does not declare.
    """
    for field in fields(rule):
        if isinstance(getattr(rule, field.name), np.ndarray):
            checks.fail(rule, field.name, getattr(rule, field.name), "one number (give each value a SynapseGroup of its own)")
    for side in ("pre_traces", "post_traces"):
        for trace in getattr(rule, side)():
            _check_trace(rule, side, trace)
    if rule.on_tick is not None:
        checks.positive(rule, "interval", rule.interval)
    params = np.array(rule.calibrate(dt), dtype=np.float64)
    n_pre, n_post = len(rule.pre_traces()), len(rule.post_traces())
    memory, one = np.zeros(1 if rule.memory else 0), np.ones(1)
    _try(rule, "on_pre", one.copy(), memory, np.zeros(n_pre), np.zeros((n_post, 1)), params)
    for name in ("on_post", "on_tick"):
        _try(rule, name, one.copy(), memory, np.zeros((n_pre, 1)), np.zeros(n_post), params)
    factor = _try(rule, "efficacy", np.zeros(n_pre), params)
    if rule.efficacy is not None:
        checks.number(rule, "efficacy", factor, "a kernel that returns a number", infinite=True)


def _check_trace(rule, side, trace):
    try:
        tau, mode = trace
    except (TypeError, ValueError):
        checks.fail(rule, side, trace, "a tuple of (tau in ms, ADD | SET | HOOK)", TypeError)
    checks.positive(rule, side, tau, infinite=True)
    if mode not in (ADD, SET, HOOK):
        checks.fail(rule, side, trace, "a tuple of (tau in ms, ADD | SET | HOOK)")


def _try(rule, name, *arguments):
    kernel = getattr(rule, name)
    if kernel is None:
        return None
    try:
        with np.errstate(all="ignore"):
            return kernel.python(*arguments)
    except (IndexError, ValueError) as error:
        if isinstance(error, ValueError) and "unpack" not in str(error):
            return 1.0                  # arithmetic on a made-up synapse: not what is tried here
        declared = f"{len(rule.pre_traces())} presynaptic and {len(rule.post_traces())} postsynaptic traces, "
        declared += f"{arguments[-1].size} params" + (" and a memory" if rule.memory else "")
        what = f"{checks.name_of(rule)}.{name} takes other traces or params than the rule declares"
        raise ValueError(f"{what} ({declared}): {error}") from None
    except ArithmeticError:
        return 1.0
