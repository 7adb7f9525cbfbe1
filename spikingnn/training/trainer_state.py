"""Where a trainer stands: what a checkpoint says of it, checked before anything changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import numpy as np

from .._util import checks
from .schedules import Constant


__all__ = ["COLUMNS", "checked_schedule", "checked_state", "described"]

COLUMNS = ("epoch", "loss", "accuracy", "spikes_per_sample", "validation_loss", "validation_accuracy",
           "validation_spikes_per_sample", "seconds")
"""Columns of metrics.csv and of a trainer's history."""


def checked_state(state: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a checkpoint says of the position of a trainer.

    Raises
    ------
    ValueError
        If no trainer can have stood there.
    """
    for name, least in (("epoch", 0), ("done", 0), ("waited", 0), ("seed", 0), ("batch", 1), ("epochs", 1)):
        checks.integer("trainer", name, state[name], least)
    if state["samples"] is not None:
        checks.integer("trainer", "samples", state["samples"])
    n_batches = -(-(state["samples"] or 0) // state["batch"])
    if state["epoch"] > state["epochs"] or state["done"] > n_batches or len(
            state["history"]) != state["epoch"]:
        raise ValueError(
            f"its trainer stood after {state['epoch']} of {state['epochs']} epochs, {state['done']} of "
            f"{n_batches} batches and {len(state['history'])} lines of history")
    rows = [*state["history"], *([] if state["best"] is None else [state["best"]])]
    if not all(set(row) <= set(COLUMNS) and {"epoch", "loss", "accuracy"} <= set(row) for row in rows):
        raise ValueError("its history has other columns than metrics.csv")
    for row in [*rows, state["sums"]]:
        for name, value in row.items():
            checks.number("trainer", name, checks.single_number("trainer", name, value), infinite=True)
    if set(state["sums"]) != {"loss", "right", "spikes", "samples", "seconds"}:
        raise ValueError(f"its trainer adds up {sorted(state['sums'])}")
    return state


def checked_schedule(schedule: Constant, state: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a checkpoint says of the position of a schedule: numbers for the fields that it has.

    Raises
    ------
    ValueError
        If it is that of another schedule.
    """
    here = {each.name: getattr(schedule, each.name) for each in fields(schedule)}
    if not set(state) <= set(here):
        raise ValueError(f"its schedule keeps {', '.join(sorted(state))}, here are {', '.join(sorted(here))}")
    for name, value in state.items():
        checks.number(schedule, name, value, infinite=True)
        if np.shape(value) != np.shape(here[name]):
            checks.fail(schedule, name, value, f"a value such as {here[name]!r}")
    return state


def described(value: Any) -> dict[str, Any] | None:
    """Return a dataclass as its kind and the fields that make it; None for None.

    Examples
    --------
    >>> from spikingnn.training import Direct
    >>> described(Direct())
    {'kind': 'Direct', 'gain': 1.0}
    """
    if value is None:
        return None
    return {"kind": type(value).__name__
            } | {each.name: getattr(value, each.name) for each in fields(value) if each.init}
