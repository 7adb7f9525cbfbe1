"""A network of this package that runs in NEST, and is read as if it had run here."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from ..._util import checks
from ..._util.extras import optional
from ..._util.typing import FloatArray
from ...groups import NeuronGroup
from ...monitors import SpikeMonitor, StateMonitor
from ...network import Network
from ...slices import GroupSlice, slice_of
from ...spikes import Spikes
from ...synapse_group import SynapseGroup
from ..neo import Trace
from .run_nest import build, recorded, simulate
from .translation import pair_rule, stimuli_of, translate


__all__ = ["NestNetwork", "to_nest"]

BUILT = itertools.count(1)          # NEST holds one network at a time
present = 0


class NestNetwork:
    """A network in NEST, as `to_nest` returns it.

    NEST holds one network at a time: the next `to_nest` clears this one, which then refuses to go on.

    Parameters
    ----------
    network : Network
        Network at t = 0.
    threads : int
        NEST's threads.
    record : list of groups, optional
        Groups whose spikes are recorded; None: those that a `SpikeMonitor` of the network watches.

    Raises
    ------
    ValueError
        If NEST cannot say some of it, before anything is built: the message names the part and the reason.
    ImportError
        Without NEST.

    Examples
    --------
    What NEST cannot say is refused:

    >>> from spikingnn import FirstOrderLIF, LIFGroup, Network
    >>> NestNetwork(Network(LIFGroup(2, FirstOrderLIF(reset="subtract")), seed=0))
    Traceback (most recent call last):
    ValueError: to_nest: LIFGroup1 has reset='subtract'; NEST's models are set to v_reset
    """

    def __init__(self, network: Network, threads: int = 1,
                 record: Iterable[NeuronGroup] | None = None) -> None:
        global present
        threads = checks.integer("to_nest", "threads", threads)
        made = translate(network, record)
        self._nest = optional("nest", "NEST networks", "nest")
        made.warn("to_nest", stacklevel=4)
        self.network, self._steps = network, 0
        self._description, self._arrays = made.description, made.arrays
        self._watched = [each for each in network.monitors
                         if isinstance(each, StateMonitor) and _is_potential(each)]
        if self._watched:           # NEST hands out samples after the shortest delay
            made.description["delays"] = 1, made.description["delays"][1]
        self._number = present = next(BUILT)
        with _quiet(self._nest):
            self._nodes, self._senders = build(self._nest, made.description, made.arrays, threads)
            self._multimeters = {each: self._multimeter(each) for each in self._watched}

    @property
    def t(self) -> float:
        """Time in ms."""
        return self._steps * self.network.dt

    def run(self, duration: float, inputs: Mapping[Any, Any] | None = None) -> None:
        """Simulate another `duration` ms in NEST.

        Parameters
        ----------
        duration : float
            ms: simulated time.
        inputs : dict, optional
            As ``network.run`` takes them: a number, (n,) or (rows, n) for each group, in nA, Hz or [0, 1].

        Raises
        ------
        ValueError, TypeError
            If an input does not fit, or is a function of time.
        RuntimeError
            If a later `to_nest` has cleared NEST.
        """
        self._check_present()
        checks.non_negative("to_nest", "duration", checks.single_number("to_nest", "duration", duration))
        steps = int(checks.grid_steps("to_nest", "duration", duration, self.network.dt))
        stimuli = stimuli_of(self.network, inputs, steps)
        if steps:
            with _quiet(self._nest):
                simulate(self._nest, self._description, self._arrays, self._nodes, steps, stimuli)
            self._steps += steps

    def nodes(self, group: NeuronGroup) -> Any:
        """Return the NodeCollection that the spikes of `group` come from."""
        self._check_present()
        return self._nodes[self._number_of(group)].sender

    def spikes(self, group: NeuronGroup | GroupSlice | SpikeMonitor) -> Spikes:
        """Return the spikes so far of a group, a part of it, or what a `SpikeMonitor` of the network watches.

        Times, units and order are as a `SpikeMonitor` has them.
        """
        self._check_present()
        part = group.part if isinstance(group, SpikeMonitor) else slice_of(group)
        assert part is not None
        k = self._number_of(part.group)
        if not self._description["groups"][k]["record"]:
            raise ValueError(f"{part.group.name} was not recorded: give the network a SpikeMonitor, or "
                             "to_nest(record=[…]) the group")
        step, unit = recorded(self._description, self._arrays, k, self._nodes[k], self._steps)
        inside = (unit >= part.start) & (unit < part.stop)
        return Spikes(step[inside], unit[inside] - part.start, part.n, self.network.dt, self.t)

    def trace(self, monitor: StateMonitor) -> Trace:
        """Return t and values of the potentials that a `StateMonitor` of the network watches.

        Raises
        ------
        ValueError
            If it watches another quantity.
        """
        self._check_present()
        if monitor not in self._multimeters:
            checks.fail("to_nest", "trace", monitor, 'a StateMonitor of the network for "v" of LIF neurons')
        events, nodes = self._multimeters[monitor].events, self.nodes(monitor.target)
        units, which = np.unique(monitor.picked, return_inverse=True)
        every, order = monitor.sample_steps(self.network.dt), np.lexsort((events["senders"], events["times"]))
        values = events["V_m"][order].reshape(-1, units.size)
        steps = every * np.arange(1, self._steps // every + 1)
        if steps.size > len(values):            # NEST hands out a sample when the next step begins
            last = [nodes[int(unit)].V_m for unit in units]
            values = np.concatenate([values, [last]])
        t = np.asarray(steps * self.network.dt, dtype=np.float64)
        return Trace(t, values[:, which].astype(monitor.dtype))

    def weight(self, synapses: SynapseGroup) -> Any:
        """Return the weights of `synapses` as they are in NEST, in the form and unit of ``synapses.weight``.

        NEST changes the weight of a plastic synapse when its next presynaptic spike comes.
        """
        self._check_present()
        if synapses not in self.network.synapses:
            checks.fail("to_nest", "weight", synapses, "synapses of the network")
        k = self.network.synapses.index(synapses)
        if not synapses.rules:
            return synapses.weight
        described = self._description["connections"][k]
        kept = self.network.layout.view_of(synapses)
        source, target = self._senders[k], self._nodes[described["target"]].sender
        found = self._nest.GetConnections(source, target, synapse_model="stdp_synapse").get(
            ["source", "target", "weight", "Wmax"])
        pre = np.atleast_1d(found["source"]) - source[0].global_id
        post = np.atleast_1d(found["target"]) - target[0].global_id
        relative = np.atleast_1d(found["weight"]) / np.atleast_1d(found["Wmax"])
        values: FloatArray = np.empty(kept.weight.size)
        values[kept.order()] = relative[np.lexsort((post, pre))] * pair_rule(synapses).w_max
        return synapses.in_form_of_weight(self.network, values)

    def _multimeter(self, monitor: StateMonitor) -> Any:
        every = monitor.sample_steps(self.network.dt) * self.network.dt
        meter = self._nest.Create("multimeter", params={"record_from": ["V_m"], "interval": every})
        nodes = self.nodes(monitor.target)
        for unit in np.unique(monitor.picked):
            self._nest.Connect(meter, nodes[int(unit)], syn_spec={"delay": self.network.dt})
        return meter

    def _number_of(self, group: NeuronGroup) -> int:
        if group not in self.network.groups:
            checks.fail("to_nest", "group", group, "a group of the network")
        return self.network.groups.index(group)

    def _check_present(self) -> None:
        if self._number != present:
            raise RuntimeError("NEST holds one network at a time, and a later to_nest has cleared this one")

    def __repr__(self) -> str:
        return f"NestNetwork({self.network!r}, t={self.t:g})"


@contextlib.contextmanager
def _quiet(nest: Any) -> Iterator[None]:
    """Let NEST print errors alone."""
    before, nest.verbosity = nest.verbosity, nest.VerbosityLevel.ERROR
    try:
        yield
    finally:
        nest.verbosity = before


def _is_potential(monitor: StateMonitor) -> bool:
    target = monitor.target
    return isinstance(target, NeuronGroup) and target.takes_synapses and monitor.quantity == "v"


def to_nest(network: Network, threads: int = 1,
            record: Iterable[NeuronGroup] | None = None) -> NestNetwork:
    """Build a network in NEST; `network.to_nest` is the same.

    A warning names what is only statistically alike: random input, conductances, plasticity.

    Parameters
    ----------
    network : Network
        Network at t = 0.
    threads : int
        NEST's threads.
    record : list of groups, optional
        Groups whose spikes are recorded; None: those that a `SpikeMonitor` of the network watches.

    Returns
    -------
    NestNetwork
        The network in NEST, which runs there and is read as if it had run here.

    Raises
    ------
    ValueError, TypeError
        If NEST cannot say some of it, before anything is built: the message names the part and the reason.
    ImportError
        Without NEST.

    Examples
    --------
    >>> from spikingnn import AdEx, Network, NeuronGroup
    >>> to_nest(Network(NeuronGroup(1, AdEx()), seed=0))
    Traceback (most recent call last):
    ValueError: to_nest: NeuronGroup1 is of AdEx; FirstOrderLIF is what is built in NEST
    """
    return NestNetwork(network, threads, record)
