"""What a block of steps may not leave behind: numbers that are none, and conductances below zero."""

from __future__ import annotations

import numpy as np

from .engine.loop import CONDUCTANCE


__all__ = ["all_finite", "check", "copies", "states_trouble", "trouble"]


def all_finite(array):
    """Are all numbers finite? One sum says so, unless it overflows."""
    with np.errstate(all="ignore"):
        return bool(np.isfinite(array.sum()) or np.isfinite(array).all())


def states_trouble(groups):
    """Which state of (group, states (n_states, n)) is not finite, in words; None where all are."""
    for group, states in groups:
        for name, row in zip(group.model.states, states):
            if not all_finite(row):
                unit = int(np.flatnonzero(~np.isfinite(row))[0])
                return f"{group.name}[{name!r}] is {row[unit]:g} in unit {unit}"
    return None


def trouble(layout):
    """What is wrong with the arrays of `layout`, in words, causes before effects; None where nothing is."""
    found = _trouble_of_rules(layout) or _trouble_of_currents(layout)
    return found or (None if all_finite(layout.state) else states_trouble(layout.states()))


def copies(layout):
    """(array, copy) of everything that a block changes, so that a block gone wrong can be taken back."""
    learned = [layout.weights_of(link) for link in layout.links if link.rule is not None]
    changed = layout.state, layout.psc, layout.trace, layout.memory, *learned
    return [(array, array.copy()) for array in changed]


def check(layout, before, t):
    """Where a block that began at `t` ms left something unsound, put the copies `before` back; say whose."""
    found = trouble(layout)
    if found:
        for array, copy in before:
            array[:] = copy
        raise FloatingPointError(f"{found}; the network stays at t = {t:g} ms")


def _trouble_of_rules(layout):
    for k, link in enumerate(layout.links):
        if link.rule is None:
            continue
        weight, its_rule = layout.weights_of(link), f"{link.name}: its rule {type(link.rule).__name__} made"
        if not all_finite(weight):
            return f"{its_rule} a weight {'NaN' if np.isnan(weight).any() else 'infinite'}"
        if link.synapse.kind == CONDUCTANCE and weight.size and weight.min() < 0:
            return f"{its_rule} a weight {weight.min():g}, and a conductance has no sign"
        if not all(map(all_finite, layout.memory_of(k))):
            return f"{its_rule} a trace or a memory that is not finite"
    return None


def _trouble_of_currents(layout):
    for f, (at, target) in enumerate(zip(layout.filters.at, layout.filters.target)):
        if not all_finite(layout.psc[at:at + layout.groups[target].n]):
            senders = [link.name for link, mine in zip(layout.links, layout.filter_of) if mine == f]
            names = " and ".join(senders)
            return f"what {names} sends to {layout.groups[target].name} is not finite any more"
    return None
