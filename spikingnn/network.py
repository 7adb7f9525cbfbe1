"""The network owns the clock, the seed and what the engine keeps; it runs the engine block by block."""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from . import snapshot
from ._util import checks
from ._util.text import LINE_WIDTH, one_line
from ._util.functions import check_function
from ._util.guarded import Exclusive, assign, deep_copy
from ._util.interrupt import delayed_interrupt
from ._util.progress import SimulationBar
from ._util.typing import FloatArray, PathLikeText
from .agenda import Agenda, Callback
from .blocks import BlockRunner
from .construction import build_layout, check_budget, threads_asked, warn_of_fewer_threads
from .engine.compiler import Layout
from .engine.random import fresh_seed, stream_key
from .groups import NeuronGroup
from .inputs import RunInputs
from .monitors import Monitor
from .monitors.state_monitors import fit_monitors
from .parts import flattened, name_parts, warn_of_forgotten_parts
from .recording import Recording, RecordingPlan
from .soundness import find_nonfinite_state
from .synapse_group import SynapseGroup


__all__ = ["Network"]


class Network(Exclusive):
    """Groups, synapses and monitors on one clock.

    A network does one thing at a time: RuntimeError if it is run, reset, saved, loaded, copied or written
    into while it runs in another thread. A copy (`copy.deepcopy`, `pickle`, `cloudpickle`) is a network of
    its own with the same parts, states and recordings.

    Parameters
    ----------
    *parts
        Groups, synapse groups and monitors in any order; lists of them are fine.
    dt : float
        ms: time step.
    seed : int, optional
        Seed of everything random; None: a fresh one, kept in `seed`. Each object draws from a stream of its
        own, keyed by its name, so that another monitor or group changes nothing.
    memory_budget : float
        Bytes that the connections may take while they are built, and the recordings of one run.
    threads : int, optional
        Number of threads that share the network, each on a core of its own; None: the number in the
        environment variable ``SPIKINGNN_THREADS``, or 1. The bits are the same for any number. Groups whose
        units act on each other within a step are not cut; a warning says if fewer threads can be used.

    Raises
    ------
    ValueError, TypeError
        If parts do not fit each other, or one that is needed is missing.
    MemoryBudgetError
        If the connections would not fit into the memory budget.

    Examples
    --------
    >>> from spikingnn import LIFGroup, Network, SpikeMonitor
    >>> neurons = LIFGroup(2)
    >>> spikes = SpikeMonitor(neurons)
    >>> network = Network(neurons, spikes, dt=0.1, seed=0)
    >>> network.run(20)                                     # ms of silence
    >>> network.run(40, inputs={neurons: [2.0, 4.0]})       # nA
    >>> network.t, spikes.count()
    (60.0, array([1, 3]))
    """

    instead = dict.fromkeys(
        ("dt", "groups", "synapses", "monitors", "threads"), "build a new network") | {
        "seed": "write net.reset(seed=…), or build a new network",
        "t": "write net.reset(), or net.run(…) to go on"}
    __copy__ = deep_copy

    def __init__(self, *parts: Any, dt: float = 0.1, seed: int | None = None,
                 memory_budget: float = 4 * 2**30, threads: int | None = None) -> None:
        self.dt: float = checks.positive(self, "dt", checks.single_number(self, "dt", dt))
        self.memory_budget = memory_budget
        self.threads = threads_asked(self, threads)
        self.seed = checks.integer(self, "seed", seed, minimum=0) if seed is not None else fresh_seed()
        members = flattened(self, parts)
        self.groups = tuple(part for part in members if isinstance(part, NeuronGroup))
        self.synapses = tuple(part for part in members if isinstance(part, SynapseGroup))
        self.monitors = tuple(part for part in members if isinstance(part, Monitor))
        if not self.groups:
            checks.fail(self, "parts", members, "at least one group")
        for part in members:
            part.check_membership(members)
        self._blocks = BlockRunner()
        self._plan: RecordingPlan | None = None
        self._callbacks: tuple[Callback, ...] = ()
        self._stopping = False
        self._errors = np.geterr()                              # of the caller, for callbacks
        self._visitor: int | None = None                        # thread of what is called between steps
        names = [part.name for part in members]
        try:
            name_parts(members)
            check_budget(self.groups, self.synapses, [], self.memory_budget)
            self._fresh = [group for group in self.groups if group.is_fresh()]
            self._lay_out(self.seed)
            self._draw_states(self.seed)
        except BaseException:
            for part, name in zip(members, names):
                part.name = name
            raise
        for part in members:
            part.join(self)
        warn_of_forgotten_parts(self.groups)
        if threads is not None:
            warn_of_fewer_threads(self._layout, self.threads)

    @property
    def memory_budget(self) -> float:
        """Bytes that the recordings of one run may take; can be set between runs."""
        return self._memory_budget

    @memory_budget.setter
    def memory_budget(self, memory_budget: float) -> None:
        one = checks.single_number(self, "memory_budget", memory_budget)
        self._memory_budget: float = checks.positive(self, "memory_budget", one)

    @property
    def t(self) -> float:
        """Time in ms."""
        return self._layout.history.step * self.dt

    @property
    def layout(self) -> Layout:
        """What the engine keeps: tables and arrays, for reading only."""
        return self._layout

    # --- building ---------------------------------------------------------------------------------------

    def _lay_out(self, seed: int) -> None:
        """Draw tuning curves and connections from `seed`."""
        self._layout = build_layout(self.groups, self.synapses, self.dt, seed, self.memory_budget,
                                    self.threads)
        fit_monitors(self.monitors, self._layout)

    def _draw_states(self, seed: int) -> None:
        """Draw from `seed` the first state of the groups whose state nobody had set before the building."""
        for group in self._fresh:
            group.initialise(stream_key(seed, f"{group.name}/initial"))
        self._layout.remember_state()

    # --- running ----------------------------------------------------------------------------------------

    def run(self, duration: float, inputs: Mapping[Any, Any] | None = None,
            progress: bool | None = None, every: float | None = None) -> None:
        """Simulate another `duration` ms.

        The network can go on afterwards, also after Ctrl-C: ``run(a); run(b)`` gives the same bits as
        ``run(a + b)``.

        Parameters
        ----------
        duration : float
            ms: simulated time.
        inputs : dict, optional
            ``{group: stimulus}``: a number, (n,), or (rows, n) where each row is held for duration/rows
            (the rows divide the steps); in nA for a group of neurons, in [0, 1] for an `InputGroup`. Groups
            that are not named get zero; ``group[a:b]`` names a part of one. A current in time for a group of
            one is (rows, 1): ``current[:, None]``. A function of t in ms returns a number or (n,), see
            `every`. ``{synapses: signal}`` for a rule that follows one, such as a reward: a number, (rows,),
            (rows, n_post), a function, or ``(group, "name")``, the present state of a group of 1 or n_post.
        progress : bool, optional
            Whether a progress bar is shown; None: in a terminal, if the run takes more than a second.
        every : float, optional
            ms: an input that is a function f is asked at t = 0, every, 2 · every …, and held in between;
            None: in each step. A run that begins within such an interval asks for the start of it.

        Raises
        ------
        ValueError, TypeError
            If an input does not fit.
        MemoryBudgetError
            If the recordings would not fit, before anything has run.
        FloatingPointError
            If a state, current or weight became infinite or NaN; the block in which it did is undone.
        RuntimeError
            If a callback of a run calls it.
        """
        checks.non_negative(self, "duration", checks.single_number(self, "duration", duration))
        steps = int(checks.grid_steps(self, "duration", duration, self.dt))
        asked = 1 if every is None else checks.interval_steps(self, "every", every, self.dt)
        given = RunInputs(self, self.groups, self.synapses, inputs, steps, asked)
        if not steps:
            return
        errors = np.geterr()
        with (self._alone("Network.run"), np.errstate(over="ignore"), delayed_interrupt() as interrupted,
              SimulationBar(steps * self.dt, progress) as bar):
            layout, first, self._stopping = self._layout, self._layout.history.step, False
            self._errors = errors
            layout.gather()
            nonfinite = find_nonfinite_state(layout)
            if nonfinite:
                raise ValueError(f"Network.run: {nonfinite}; set a finite number before the run")
            if self._plan is None or self._plan.layout is not layout:
                self._plan = RecordingPlan(layout, self.monitors)
            recording = Recording(self._plan, first, first + steps, self.memory_budget)
            try:
                agenda = Agenda(self, layout, self._callbacks, given, self.seed, recording)
                while layout.history.step < recording.last and not interrupted and not self._stopping:
                    bar.update(self._blocks.run_block(layout, recording, agenda) * self.dt)
            finally:
                layout.scatter()
                recording.end(layout.history.step)

    # --- between steps ----------------------------------------------------------------------------------

    def every(self, interval: float, function: Callable[[Network], None] | None = None) -> Any:
        """Call ``function(network)`` between steps of all later runs, at t = interval, 2 · interval …

        The function sees states, weights and recordings as they are at ``network.t``, and may change states,
        weights, models and rules, or call `stop`; changes act from the next step on. If it raises, the
        network stays at that time and can go on. Callbacks of one time are called in the order in which they
        were given, before functions that give inputs are asked. They are never saved or copied with the
        network.

        Parameters
        ----------
        interval : float
            ms: whole number of steps.
        function : function, optional
            Takes the network and returns None; without it, `every` is a decorator: ``@net.every(1.0)``.

        Returns
        -------
        function
            The function, by which `cancel` finds it.

        Raises
        ------
        ValueError, TypeError
            If the interval is below one step, or the function does not take one argument.

        Examples
        --------
        Stop at the first spike:

        >>> from spikingnn import LIFGroup, Network, SpikeMonitor
        >>> neurons = LIFGroup(1)
        >>> spikes = SpikeMonitor(neurons)
        >>> net = Network(neurons, spikes, dt=0.1, seed=0)
        >>> @net.every(1.0)
        ... def stop_at_spike(net):
        ...     if len(spikes.t):
        ...         net.stop()
        >>> net.run(1000.0, inputs={neurons: 2.0})
        >>> spikes.t, net.t
        (array([27.7]), 28.0)
        """
        steps = checks.interval_steps(self, "every", interval, self.dt)
        if function is None:
            return lambda decorated: self.every(interval, decorated)
        self._callbacks += (Callback(steps, check_function(self, "every", function, "the network")),)
        return function

    def cancel(self, function: Callable[[Network], None]) -> None:
        """Do not call `function` any more, in later runs; ValueError if it is no callback."""
        if all(each.function is not function for each in self._callbacks):
            checks.fail(self, "cancel", function, "a function that was given to every(…)")
        self._callbacks = tuple(each for each in self._callbacks if each.function is not function)

    def stop(self) -> None:
        """End the present run at this time; for callbacks and input functions, and for other threads.

        Raises
        ------
        RuntimeError
            If the network does not run.
        """
        if not self._busy:
            raise RuntimeError("Network.stop ends a run from within, and the network does not run")
        self._stopping = True

    @property
    def stopping(self) -> bool:
        """Whether `stop` was called in the present run."""
        return self._stopping

    def visited(self, function: Callable[[], None]) -> None:
        """Call `function` between two steps, when this thread may change the network."""
        self._visitor = threading.get_ident()
        try:
            with np.errstate(**self._errors):
                function()
        finally:
            self._visitor = None

    def assert_changeable(self, what: str) -> None:
        """Raise RuntimeError, which names `what`, if the network is busy, unless a callback is called."""
        if self._visitor != threading.get_ident():
            self.assert_idle(what)

    def _occupied(self, what: str) -> str:
        if self._visitor == threading.get_ident():
            return (f"{what}: what a run calls between its steps cannot run, reset, save, load or copy the "
                    "network; it may change states, weights, models and rules, and call net.stop()")
        return super()._occupied(what)

    def __getstate__(self) -> dict[str, Any]:
        return super().__getstate__() | {"_callbacks": (), "_plan": None}

    # --- state ------------------------------------------------------------------------------------------

    def reset(self, keep_weights: bool = False, seed: int | None = None) -> None:
        """Return to t = 0 as built: states, weights, traces, spikes in flight; monitors are cleared.

        Models and rules stay as assigned.

        Parameters
        ----------
        keep_weights : bool
            Whether the weights stay as they are, learned or assigned, of plastic and of static synapses.
        seed : int, optional
            None: everything random is repeated, so that three trials by ``reset()`` alone are the same. A
            number: everything random is drawn anew, as ``Network(…, seed=seed)`` would draw it: noise,
            first states, tuning curves and connections without a seed of their own; with `keep_weights`
            only noise and first states.
        """
        seed = None if seed is None else checks.integer(self, "seed", seed, minimum=0)
        with self._alone("Network.reset"):
            if seed is not None:
                if not keep_weights:
                    self._lay_out(seed)
                self._draw_states(seed)
                assign(self, seed=seed)
            self._layout.rewind(keep_weights)
            self._blocks = BlockRunner()
            for monitor in self.monitors:
                monitor.clear()

    def adopt(self, layout: Layout, seed: int) -> None:
        """Go on with the state of a file; called by `spikingnn.snapshot` when it has checked all of it."""
        self._layout = layout
        assign(self, seed=seed)

    def sends_conductances(self, group: NeuronGroup) -> bool:
        """Return whether synapses of the network send conductances to `group`."""
        return any(each.target is group and each.synapse.sends_conductance for each in self.synapses)

    def weights_of(self, synapses: SynapseGroup) -> FloatArray:
        """Return a view, not to be written into, of the weights of `synapses` in the engine's order."""
        weights = self._layout.view_of(synapses).weight
        weights.flags.writeable = False
        return weights

    def weight_of(self, synapses: SynapseGroup) -> Any:
        """Return a copy of the weights of `synapses`: ndarray (n_pre, n_post) or scipy.sparse."""
        return self._layout.view_of(synapses).matrix(synapses.returns_dense())

    def save(self, path: PathLikeText) -> None:
        """Write the whole state to `path` (.npz), spikes in flight included; recordings are not kept."""
        with self._alone("Network.save"):
            self._layout.gather()
            snapshot.save(path, self)

    def load(self, path: PathLikeText) -> None:
        """Take over the state that a network of the same parts saved; a run goes on with the same bits.

        Raises
        ------
        ValueError
            If the file holds another network or is damaged; the network then stays as it was.
        """
        with self._alone("Network.load"):
            snapshot.load(path, self)

    def to_nest(self, threads: int = 1, record: Any = None) -> Any:
        """Build the same network in NEST: see `spikingnn.exchange.nest.to_nest`."""
        exchange = importlib.import_module(f"{__package__}.exchange.nest")      # a floor above
        return exchange.to_nest(self, threads, record)

    def __repr__(self) -> str:
        ending = f", dt={self.dt:g}, t={self.t:g})"
        names = ", ".join(str(part.name) for part in self.groups + self.synapses + self.monitors)
        return one_line(f"Network({names}", LINE_WIDTH - len(ending)) + ending
