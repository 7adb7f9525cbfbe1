"""What a run does between its steps: it calls back, and asks the functions that give inputs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

from ._util import checks
from ._util.typing import FloatArray
from .engine.compiler import Layout
from .groups import NeuronGroup
from .inputs import Part, RunInputs
from .recording import Recording
from .slices import GroupSlice


__all__ = ["Agenda", "Callback"]

NEVER = 2**62


class Callback(NamedTuple):
    """A function that is called with the network every `steps` steps."""

    steps: int
    function: Callable[[Any], None]


class Host(Protocol):
    """What is asked of the network that runs."""

    @property
    def stopping(self) -> bool: ...

    def visited(self, function: Callable[[], None]) -> None: ...


class Agenda:
    """The callbacks and input functions of one run, and the engine's tables.

    Callbacks are called after the step that ends at a multiple of their interval, input functions before the
    step that begins at one, and before the first step. Both see and change the network as it is between two
    steps.

    Parameters
    ----------
    host : Network
        Network that runs.
    layout : Layout
        The network as the engine takes it.
    callbacks : sequence of Callback
        In the order in which they are called.
    inputs : RunInputs
        Inputs of this run.
    seed : int
        Seed of the random numbers.
    recording : Recording
        What is recorded, from which step to which.
    """

    def __init__(self, host: Host, layout: Layout, callbacks: Sequence[Callback], inputs: RunInputs,
                 seed: int, recording: Recording) -> None:
        self.host, self.layout, self.callbacks, self.inputs = host, layout, tuple(callbacks), inputs
        self.seed, self.first, self.last = seed, recording.first, recording.last
        self.threads = recording.plan.threads
        self.asked: dict[Part, FloatArray] = {}
        self._changes = layout.changes
        self._make_tables()
        if inputs.functions:
            host.visited(lambda: self._ask(self.first))

    def next_after(self, step: int) -> int:
        """Return the next step after `step` at which something is to be done."""
        if not self.callbacks and not self.inputs.functions:
            return NEVER
        every = [callback.steps for callback in self.callbacks]
        every += [self.inputs.every] if self.inputs.functions else []
        return min(((step // steps + 1) * steps for steps in every))

    def visit(self, step: int) -> bool:
        """Do what is to be done after `step` steps; return whether the block has to end there.

        It ends where the run is stopped, or where what is not undone with a block was changed: models, rules
        and weights.
        """
        self.layout.scatter()
        try:
            self.host.visited(lambda: self._act(step))
        finally:
            self.layout.gather()
        before, self._changes = self._changes, self.layout.changes
        is_current = self.layout.is_current()
        if not is_current:
            self._make_tables()
        return self.host.stopping or not is_current or before != self._changes

    def _act(self, step: int) -> None:
        for steps, function in self.callbacks:
            if step % steps == 0:
                returned: Any = function(self.host)
                if returned is not None:
                    accepted = "None: it changes the network itself, and ends a run by net.stop()"
                    checks.fail(_name(function), "the returned value", returned, accepted, TypeError)
        if step < self.last and not self.host.stopping and step % self.inputs.every == 0:
            self._ask(step)

    def _ask(self, step: int) -> None:
        """Ask the input functions for the interval in which `step` lies."""
        t = step // self.inputs.every * self.inputs.every * self.layout.dt
        for part in self.inputs.functions:
            self.asked[part] = self.inputs.ask(part, t)
            self._hold(part)

    def _hold(self, part: Part) -> None:
        """Write what the function of a part has given into the tables."""
        groups, values, _, connections, rules, _ = self.tables
        if isinstance(part, (NeuronGroup, GroupSlice)):
            group = part.group if isinstance(part, GroupSlice) else part
            units = part.units if isinstance(part, GroupSlice) else slice(None)
            g = self.layout.groups.index(group)
            at, rows = groups.stimulus_at[g], groups.stimulus_rows[g]
            stimulus = values.stimulus[at:at + rows * group.n].reshape(rows, group.n)
            stimulus[:, units] = self.asked[part] + (0.0 if group.bias is None else group.bias[units])
            return
        k = self.layout.connections.index(part)
        for r in range(connections.rule_at[k], connections.rule_at[k] + connections.n_rules[k]):
            values.signal[rules.signal_at[r]:][:part.target.n] = self.asked[part]

    def _make_tables(self) -> None:
        self.tables = self.layout.tables(self.inputs.stimuli(), self.seed, self.inputs.signals)
        threads = min(self.threads, self.layout.threads_of_run(self.inputs.signals))
        self.references = self.layout.refer(self.tables, threads)
        for part in self.asked:
            self._hold(part)


def _name(function: Callable[..., Any]) -> str:
    return getattr(function, "__name__", None) or type(function).__name__
