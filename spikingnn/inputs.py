"""The inputs of one run: what ``run(inputs=…)`` gives to groups and to plastic synapses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ._util import checks
from ._util.typing import FloatArray
from .groups import NeuronGroup
from .synapse_group import SynapseGroup


__all__ = ["check_inputs", "rewards", "stimuli"]


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


def rewards(synapses: Sequence[SynapseGroup], inputs: Mapping[Any, Any], steps: int) -> list[FloatArray]:
    """Return the reward of each group of synapses over the run, (rows,); empty if none is given."""
    given = []
    for each in synapses:
        if each not in inputs:
            given.append(np.empty(0))
            continue
        if not getattr(each.rule, "reward_modulated", False):
            raise ValueError(f"{each.name} takes no reward: its rule is {each.rule!r}")
        reward = np.atleast_1d(checks.number(each.name, "reward", inputs[each]))
        if reward.ndim != 1:
            checks.fail(each.name, "reward", reward.shape, "a number or (rows,)")
        checks.rows_divide_steps(each.name, "reward", len(reward), steps)
        given.append(reward)
    return given
