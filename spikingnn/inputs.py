"""The inputs of one run: what ``run(inputs=…)`` gives to groups and to plastic synapses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ._util import checks
from ._util.functions import check_function
from ._util.typing import FloatArray
from .engine.compiler import Signal
from .groups import NeuronGroup
from .synapse_group import SynapseGroup


__all__ = ["RunInputs"]


def _check_inputs(owner: object, groups: Sequence[NeuronGroup], synapses: Sequence[SynapseGroup],
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
        self._groups, self._steps, self.every = groups, steps, every
        given = _check_inputs(owner, groups, synapses, inputs)
        self.functions: dict[NeuronGroup, Any] = {}
        self._given: dict[NeuronGroup, FloatArray] = {}
        for group in groups:
            if group in given and callable(given[group]):
                group.check_stimulus(0.0)                                   # a SpikeSource takes none
                self.functions[group] = check_function(group.name, "input", given[group], "t in ms")
            elif group in given:
                value = group.check_stimulus(given[group])
                self._given[group] = checks.stimulus_rows(group.name, "input", value, group.n, steps)
        self.signals = _signals(synapses, groups, given, steps)

    def stimuli(self) -> list[FloatArray]:
        """Return the stimulus of each group, (rows, n), with the bias of tuned groups; zero by default."""
        held = []
        for group in self._groups:
            rows = self._given.get(group)
            rows = np.zeros((1, group.n)) if rows is None else rows
            held.append(rows if group.bias is None else rows + group.bias)
        return held

    def ask(self, group: NeuronGroup, t: float) -> FloatArray:
        """Return what the function of `group` gives at t ms, (n,); refuse what is no stimulus."""
        value = self.functions[group](t)
        try:
            numbers = np.asarray(group.check_stimulus(value))
            if numbers.shape not in ((), (group.n,)):
                checks.fail(group.name, "input", value, f"a number or ({group.n},)")
        except (TypeError, ValueError) as problem:
            raise type(problem)(f"{problem} from its function at t = {t:g} ms") from None
        return np.broadcast_to(numbers, group.n)


def _signals(synapses: Sequence[SynapseGroup], groups: Sequence[NeuronGroup], inputs: Mapping[Any, Any],
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
