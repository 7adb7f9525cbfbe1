"""What a block of steps may not leave behind: numbers that are not finite, and negative conductances."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .engine.compiler import Layout


__all__ = ["SafetyCopy", "find_nonfinite_state", "find_unsound"]


def _all_finite(array: NDArray[Any]) -> bool:
    """Whether all numbers are finite. One sum answers that, unless it overflows, which nobody is told."""
    if not array.size:
        return True
    return bool(math.isfinite(np.add.reduce(array, None)) or np.isfinite(array).all())


def find_nonfinite_state(layout: Layout) -> str | None:
    """Return which state that the engine keeps is not finite, in words; None if all are finite."""
    with np.errstate(all="ignore"):
        return _find_nonfinite_state(layout)


def _find_nonfinite_state(layout: Layout) -> str | None:
    if _all_finite(layout.state):
        return None
    for group, states in layout.states():
        for name, row in zip(group.model.states, states):
            if not _all_finite(row):
                unit = int(np.flatnonzero(~np.isfinite(row))[0])
                return f"{group.name}[{name!r}] is {row[unit]:g} in unit {unit}"
    return None


def find_unsound(layout: Layout) -> str | None:
    """Return what is wrong with the arrays of a network, causes before effects; None if nothing is."""
    with np.errstate(all="ignore"):
        return _unsound_rule(layout) or _unsound_current(layout) or _find_nonfinite_state(layout)


def _unsound_rule(layout: Layout) -> str | None:
    for k, connection in enumerate(layout.connections):
        if not connection.rules:
            continue
        kept, names = layout.connection(k), " or ".join(type(rule).__name__ for rule in connection.rules)
        weight, owner = kept.weight, f"{connection.name}: its rule {names} made"
        if not _all_finite(weight):
            return f"{owner} a weight {'NaN' if np.isnan(weight).any() else 'infinite'}"
        if connection.synapse.sends_conductance and weight.size and weight.min() < 0:
            return f"{owner} a weight {weight.min():g}, and a conductance has no sign"
        remembered = (each for rule in kept.rules for each in (rule.pre_trace, rule.post_trace, rule.state))
        if not all(map(_all_finite, remembered)):
            return f"{owner} a trace or a synaptic state that is not finite"
    return None


def _unsound_current(layout: Layout) -> str | None:
    if _all_finite(layout.filter_state):
        return None
    for k, _, values in layout.filter_rows():
        if not _all_finite(values):
            shared = next(numbers for numbers in layout.filters.members if k in numbers)
            names = " and ".join(str(layout.connections[each].name) for each in shared)
            return f"what {names} sends to {layout.connections[k].target.name} is not finite any more"
    return None


class SafetyCopy:
    """Copies of all that a block of steps changes, so that a block that went wrong can be undone."""

    def __init__(self, layout: Layout) -> None:
        learned = [layout.view_of(each).weight for each in layout.connections if each.rules]
        changed = (layout.state, layout.filter_state, layout.past_level, layout.trace, layout.synapse_state,
                   *learned)
        self._copies = [(array, array.copy()) for array in changed]

    def undo(self) -> None:
        """Return to what was copied."""
        for array, copy in self._copies:
            array[:] = copy
