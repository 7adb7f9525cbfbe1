"""The inputs of one run: what ``run(inputs=…)`` gives to groups and to plastic synapses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ._util import checks
from ._util.typing import FloatArray
from .engine.compiler import Signal
from .groups import NeuronGroup
from .synapse_group import SynapseGroup


__all__ = ["check_inputs", "signals", "stimuli"]


def check_inputs(owner: object, groups: Sequence[NeuronGroup], synapses: Sequence[SynapseGroup],
                 inputs: object) -> Mapping[Any, Any]:
    """Return `inputs` as a dict; refuse what is none, or names parts that are not in the network."""
    if inputs is None:
        return {}
    if not isinstance(inputs, dict):
        checks.fail(owner, "run(inputs=)", inputs, "a dict {group: stimulus}", TypeError)
    for part in inputs:
        if part not in groups and part not in synapses:
            names = ", ".join(str(group.name) for group in groups)
            name = getattr(part, "name", None) or repr(part)
            raise ValueError(f"inputs= names {name}, which is not in the network: its groups are {names}")
    return inputs


def stimuli(groups: Sequence[NeuronGroup], inputs: Mapping[Any, Any], steps: int) -> list[FloatArray]:
    """Return the stimulus of each group, (rows, n), with the bias of tuned groups; zero if none is given."""
    held = []
    for group in groups:
        rows = np.zeros((1, group.n))
        if group in inputs:
            value = group.check_stimulus(inputs[group])
            rows = checks.stimulus_rows(group.name, "input", value, group.n, steps)
        held.append(rows if group.bias is None else rows + group.bias)
    return held


def signals(synapses: Sequence[SynapseGroup], groups: Sequence[NeuronGroup], inputs: Mapping[Any, Any],
            steps: int) -> list[Signal]:
    """Return the signal of each group of synapses over the run, such as a reward."""
    return [_signal(each, groups, inputs.get(each, each.signal), steps) for each in synapses]


def _signal(synapses: SynapseGroup, groups: Sequence[NeuronGroup], given: Any, steps: int) -> Signal:
    """One signal: none, a number, (rows,), (rows, n_post), or (group, state) to be read in each step."""
    if given is None:
        return Signal(None)
    if isinstance(given, tuple) and len(given) == 2 and isinstance(given[0], NeuronGroup):
        group, name = synapses.check_signal(given)
        if group not in groups:
            raise ValueError(f"{synapses.name}: the group of the signal, {group!r}, is not in the network")
        return Signal(None, groups.index(group), group.model.states.index(name))
    if not synapses.takes_signal():
        raise ValueError(f"{synapses.name} takes no signal: its rule is {synapses.rule!r}")
    accepted = "a number, (rows,), (rows, n_post) or (group, state)"
    values = np.atleast_1d(checks.number(synapses.name, "signal", given, accepted))
    if values.ndim > 2 or values.ndim == 2 and values.shape[1] not in (1, synapses.target.n):
        checks.fail(synapses.name, "signal", values.shape, accepted)
    checks.rows_divide_steps(synapses.name, "signal", len(values), steps)
    return Signal(np.ascontiguousarray(values.reshape(len(values), -1)))
