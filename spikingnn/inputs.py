"""The inputs of one run: what ``run(inputs=…)`` gives to groups and to plastic synapses."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Union

import numpy as np

from ._util import checks
from ._util.functions import check_function
from ._util.typing import FloatArray
from .engine.compiler import Signal
from .groups import NeuronGroup
from .slices import GroupSlice
from .synapse_group import SynapseGroup


__all__ = ["RunInputs"]


Part = Union[NeuronGroup, GroupSlice, SynapseGroup]
NO_SIGNAL = Signal(None)
NOTHING: Mapping[Part, FloatArray] = {}


def _check_inputs(owner: object, groups: Sequence[NeuronGroup], synapses: Sequence[SynapseGroup],
                  inputs: object) -> Mapping[Any, Any]:
    """Return `inputs` as a dict; refuse what is none, names parts that are not in the network, or names units
    twice.
    """
    if inputs is None:
        return {}
    if not isinstance(inputs, dict):
        checks.fail(owner, "run(inputs=)", inputs, "a dict {group: stimulus}", TypeError)
    seen: list[GroupSlice] = []
    has_slices = any(isinstance(part, GroupSlice) for part in inputs)
    for part in inputs:
        if part not in synapses and _whole(part) not in groups:
            names = ", ".join(str(group.name) for group in groups)
            name = getattr(part, "name", None) or repr(part)
            raise ValueError(f"inputs= names {name}, which is not in the network: its groups are {names}")
        if has_slices and part not in synapses:
            mine = part if isinstance(part, GroupSlice) else GroupSlice(part, slice(None))
            if any(mine.shares_units(other) for other in seen):
                name = mine.group.name
                raise ValueError(f"inputs= names units of {name} twice, the second time as {mine!r}")
            seen.append(mine)
    return inputs


def _whole(part: Any) -> Any:
    """The group of a part that gets a stimulus."""
    return part.group if isinstance(part, GroupSlice) else part


class RunInputs:
    """The inputs of one run, checked.

    Parameters
    ----------
    owner : object
        Network, whose name errors show.
    groups, synapses : sequences
        Parts of the network.
    inputs : dict or None
        As they were given to ``run``.
    steps : int
        Steps of the run.
    every : int
        Steps between two calls of a function that gives an input.
    """

    def __init__(self, owner: object, groups: Sequence[NeuronGroup], synapses: Sequence[SynapseGroup],
                 inputs: object, steps: int, every: int) -> None:
        self._groups, self.every = groups, every
        given = _check_inputs(owner, groups, synapses, inputs)
        self.functions: dict[Part, Any] = {}
        self._given: dict[NeuronGroup, dict[Part, FloatArray]] = {}         # rows of groups and their parts
        for part, value in given.items():
            if part in synapses:
                continue
            group, name = _whole(part), _name(part)
            if callable(value):
                group.check_stimulus(0.0)                                   # a SpikeSource takes none
                self.functions[part] = check_function(name, "input", value, "t in ms")
            else:
                value = group.check_stimulus(value)
                rows = checks.stimulus_rows(name, "input", value, part.n, steps)
                self._given.setdefault(group, {})[part] = rows
        self.signals = [_signal(each, groups, given.get(each, each.signal), steps) for each in synapses]
        for each in synapses:
            if callable(given.get(each)):
                self.functions[each] = check_function(str(each.name), "signal", given[each], "t in ms")

    def stimuli(self) -> list[FloatArray]:
        """Return the stimulus of each group, (rows, n), with the bias of tuned groups; zero by default."""
        held = []
        for group in self._groups:
            parts = self._given.get(group, NOTHING)
            rows = parts.get(group)
            if rows is None:
                rows = np.zeros((math.lcm(*map(len, parts.values())) if parts else 1, group.n))
                for part, mine in parts.items():
                    assert isinstance(part, GroupSlice)
                    rows[:, part.units] = mine.repeat(len(rows) // len(mine), axis=0)
            held.append(rows if group.bias is None else rows + group.bias)
        return held

    def ask(self, part: Part, t: float) -> FloatArray:
        """Return what the function of `part` gives at t ms, one number per unit; refuse what is none."""
        value = self.functions[part](t)
        name, what, n = _name(part), "input", part.target.n if isinstance(part, SynapseGroup) else part.n
        try:
            if isinstance(part, SynapseGroup):
                what, numbers = "signal", np.asarray(checks.number(name, "signal", value))
            else:
                numbers = np.asarray(_whole(part).check_stimulus(value))
            if numbers.shape not in ((), (n,)):
                checks.fail(name, what, value, f"a number or ({n},)")
        except (TypeError, ValueError) as problem:
            raise type(problem)(f"{problem} from its function at t = {t:g} ms") from None
        return np.broadcast_to(numbers, n)


def _name(part: Part) -> str:
    return repr(part) if isinstance(part, GroupSlice) else str(part.name)


def _signal(synapses: SynapseGroup, groups: Sequence[NeuronGroup], given: Any, steps: int) -> Signal:
    """One signal: none, a number, (rows,), (rows, n_post), a function, or (group, state) to be read in each
    step."""
    if given is None:
        return NO_SIGNAL
    if isinstance(given, tuple) and len(given) == 2 and isinstance(given[0], NeuronGroup):
        group, name = synapses.check_signal(given)
        if group not in groups:
            raise ValueError(f"{synapses.name}: the group of the signal, {group!r}, is not in the network")
        return Signal(None, groups.index(group), group.model.states.index(name))
    if not synapses.takes_signal():
        raise ValueError(f"{synapses.name} takes no signal: its rule is {synapses.rule!r}")
    if callable(given):
        return Signal(np.zeros((1, synapses.target.n)))
    accepted = "a number, (rows,), (rows, n_post), (group, state) or a function of t"
    values = np.atleast_1d(checks.number(synapses.name, "signal", given, accepted))
    if values.ndim > 2 or values.ndim == 2 and values.shape[1] not in (1, synapses.target.n):
        checks.fail(synapses.name, "signal", values.shape, accepted)
    checks.rows_divide_steps(synapses.name, "signal", len(values), steps)
    return Signal(np.ascontiguousarray(values.reshape(len(values), -1)))
