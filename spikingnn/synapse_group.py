"""Connections between groups: who is connected with whom, how strongly, how late, with which rule."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from ._util import checks
from ._util.text import one_line, summary
from ._util.typing import FloatArray
from .connectivity import Builder
from .dataclass_storage import field_names
from .delays import as_delay, delay_steps, is_per_synapse
from .engine.bounds import as_precision
from .engine.compiler import Layout
from .engine.matrices import BuiltConnectivity, DenseWeights, SparseWeights, WeightForm
from .engine.plugin import Rule
from .engine.plugin_validation import validate_plugin
from .engine.quantities import synaptic_states
from .engine.sorting import distinct_delays
from .groups import NeuronGroup
from .parts import NetworkLike, Part
from .plastic_part import PlasticPart
from .slices import GroupSlice, among_whole_groups, slice_of, weight_between, without_autapses
from .synapses import FirstOrderSynapse, GapJunction, Synapse
from .synaptic_states import draw_states, get_state, n_numbers, set_state
from .weights import as_weight_form, check_sign, read_only_weight


__all__ = ["SynapseGroup"]

ONE_DELAY = ("one number where the weights are factored or no single spikes are sent (use one SynapseGroup "
             "per delay)")


class SynapseGroup(PlasticPart):
    """Synapses from one group to another.

    ``synapses["s"]`` is the current in nA or conductance in µS that each target gets, (n_post,); traces of
    the rule are ``synapses["x"]``, (n_pre,), and ``synapses["y"]``, (n_post,), or have the names that the
    rule gives them, as numbers per synapse have, in the form of the weights; `states` lists all. Connections
    to one target whose synapse models are equal share "s". What is returned is a read-only copy;
    ``synapses["s"] = …`` sets the state, before the building the initial one: a number, (n,), or of numbers
    per synapse what a delay can be, such as ``f(rng, size)``.

    Parameters
    ----------
    source : NeuronGroup or GroupSlice
        Presynaptic group, or a part of it, ``group[:100]``; weights and delays are then those of the part.
    target : NeuronGroup or GroupSlice
        Postsynaptic group or part. An `InputGroup` or a `SpikeSource` can be the target of synapses with a
        rule: they learn from its spikes, and it receives nothing.
    weight : float, array (n_pre, n_post), scipy.sparse, Factored or builder
        mV for `DeltaSynapse`, nA for currents such as `FirstOrderSynapse`, µS for conductances such as
        `ConductanceSynapse`. One number connects all with all; a builder such as ``FixedProbability(0.1,
        0.5)`` draws who is connected.
    synapse : Synapse
        What a spike does to its target; its fields are numbers, or arrays with one value per target.
    delay : float, array, function or DistanceDelay, optional
        ms, at least one time step; None: one time step. Each synapse has its own with an array of the
        weight's shape (for sparse weights also (synapses,) in the order of the rows), with a function
        (rng, size) → (size,), or with a delay from the distance.
    rule : Rule or list of Rule, optional
        Plasticity rule, or several, such as ``[STDP(), TsodyksMarkram()]``, whose hooks are called in this
        order. The weights are dense or sparse.
    delay_post : float
        ms: dendritic delay, after which a postsynaptic spike reaches the synapses and their rules.
    dtype : str
        "float64", or "float32" for weights that take half of the memory, of synapses without a rule; what
        they add up to is always in double precision.
    signal : tuple (NeuronGroup, str), optional
        State of a group of one, or of as many units as the target, that the rules read as their signal; the
        group joins the network with the synapses.
    name : str, optional
        Name; None: class and ordinal in the network. Random streams and files go by it.

    Raises
    ------
    ValueError, TypeError
        If parts do not fit each other, or weights or delays are out of range.

    Examples
    --------
    >>> from spikingnn import InputGroup, LIFGroup, Network, PoissonEncoder, STDP, SynapseGroup
    >>> inputs, neurons = InputGroup(3, PoissonEncoder(50.0)), LIFGroup(2)
    >>> synapses = SynapseGroup(inputs, neurons, weight=0.5, delay=1.0, rule=STDP())
    >>> network = Network(inputs, neurons, synapses, dt=0.1, seed=0)
    >>> network.run(100.0, inputs={inputs: 1.0})
    >>> synapses.weight.shape
    (3, 2)
    """

    instead = Part.instead | dict.fromkeys(("source", "target", "synapse", "delay", "delay_post", "dtype",
                                            "signal"),
                                           "build a new SynapseGroup, and a new network with it")

    def __init__(self, source: NeuronGroup | GroupSlice, target: NeuronGroup | GroupSlice, weight: Any,
                 synapse: Synapse = FirstOrderSynapse(tau=5.0), delay: Any = None,
                 rule: Rule | Sequence[Rule] | None = None, name: str | None = None, *,
                 delay_post: float = 0.0, dtype: DTypeLike = "float64",
                 signal: tuple[NeuronGroup, str] | None = None) -> None:
        whole = [each.group if isinstance(each, GroupSlice) else each for each in (source, target)]
        self._check_ends(whole[0], whole[1], synapse)
        super().__init__(name)
        self.source, self.target = whole
        self.synapse = synapse
        self._ends = slice_of(source), slice_of(target)
        self.delay: Any = None
        one = checks.single_number(self, "delay_post", delay_post)
        self.delay_post: float = checks.non_negative(self, "delay_post", one)
        self.first_states: dict[str, Any] = {}              # that were set before the network was built
        asked = dtype if isinstance(dtype, str) else np.dtype(dtype).name
        self.dtype = np.dtype(checks.one_of(self, "dtype", asked, ("float32", "float64")))
        self.rule = rule
        self.signal = None if signal is None else self.check_signal(signal)
        self._specification: WeightForm = self._parsed(weight)
        factored = self._specification.is_factored
        graded = not synapse.uses_spikes or self.source.model.counts
        if graded and (self.rules or factored):
            accepted = "one for single spikes where there is a rule or factored weights"
            checks.fail(self, "synapse", synapse, accepted)
        self.delay = as_delay(self, delay, *(end.positions for end in self._ends))
        if self.rules and factored:
            checks.fail(self, "rule", rule, "None for factored weights (give the weights dense or sparse)")
        if (factored or graded) and is_per_synapse(self.delay):
            checks.fail(self, "delay", delay, ONE_DELAY)
        if isinstance(synapse, GapJunction) and delay is not None:
            checks.fail(self, "delay", delay, "None for a GapJunction")
        self._check_dtype()
        if delay_post and not self.rules:
            checks.fail(self, "delay_post", delay_post, "0 where no rule learns from postsynaptic spikes")

    def _check_dtype(self) -> None:
        graded = not self.synapse.uses_spikes or self.source.model.counts
        if self.dtype == np.float32 and (self.rules or graded or self._specification.is_factored):
            accepted = ("'float64' where there is a rule, the weights are factored, or no single spikes are "
                        "sent")
            checks.fail(self, "dtype", self.dtype.name, accepted)

    def _check_ends(self, source: object, target: object, synapse: object) -> None:
        for field, group in (("source", source), ("target", target)):
            if not isinstance(group, NeuronGroup):
                checks.fail(self, field, group, "a group", TypeError)
        assert isinstance(source, NeuronGroup) and isinstance(target, NeuronGroup)
        if not isinstance(synapse, Synapse):
            accepted = ("DeltaSynapse(), FirstOrderSynapse(tau), ConductanceSynapse(tau, reversal) or "
                        "another "
                        "synapse model")
            checks.fail(self, "synapse", synapse, accepted, TypeError)
        validate_plugin(synapse)
        synapse.check_units(target.n)
        synapse.state_rows(source.model, target.model)
        if synapse.sends_conductance and target.takes_synapses and not target.model.conductances:
            model = type(target.model).__name__
            accepted = f"DeltaSynapse or FirstOrderSynapse: {model} takes no conductances"
            checks.fail(self, "synapse", synapse, accepted)
        if (synapse.states or not synapse.uses_spikes) and not target.model.takes_current:
            model = type(target.model).__name__
            checks.fail(self, "synapse", synapse, f"DeltaSynapse: {model} takes no current")

    def touched(self) -> Sequence[Part]:
        """Return the groups that it connects."""
        return self.source, self.target

    def check_membership(self, parts: Sequence[Part]) -> None:
        """Refuse a network without one of the two groups, or whose target has lost its conductances."""
        for role, group in (("source", self.source), ("target", self.target)):
            if group not in parts:
                raise ValueError(f"the {role} of {self!r} is not in the network: "
                                 "give Network(…) this group too")
        takes = self.target.model.conductances or not self.target.takes_synapses
        if self.synapse.sends_conductance and not takes:
            model = type(self.target.model).__name__
            raise ValueError(f"{self!r} sends conductances, and {model} takes none")

    def _advice(self, name: str) -> str | None:
        if any(name in field_names(rule) for rule in self.rules):
            return f"write synapses.rule = replace(synapses.rule, {name}=…)"
        if hasattr(self.synapse, name) and not hasattr(type(self), name):
            return self.instead["synapse"]
        return super()._advice(name)

    # --- states -----------------------------------------------------------------------------------------

    @property
    def parts(self) -> tuple[GroupSlice, GroupSlice]:
        """Parts of source and target that are connected."""
        return self._ends

    @property
    def states(self) -> tuple[str, ...]:
        """Names of the states, for ``synapses[name]`` and `StateMonitor`."""
        return tuple(synaptic_states(self))

    def n_numbers(self, name: str) -> int | None:
        """Return how many numbers a state, or "weight", has; None if that depends on the building."""
        return n_numbers(self, name)

    def __getitem__(self, name: str) -> Any:
        return get_state(self, name)

    def __setitem__(self, name: str, value: Any) -> None:
        set_state(self, name, value)

    def draw_states(self, layout: Layout, seed_of: Callable[[str], int]) -> None:
        """Set the first numbers per synapse in a new `layout`; ``seed_of(name)`` seeds random ones."""
        draw_states(self, layout, seed_of)

    # --- building ---------------------------------------------------------------------------------------

    def n_bytes(self, n_synapses: float | None = None, n_delays: int = 1) -> float:
        """Return how many bytes the network keeps of the connection.

        Parameters
        ----------
        n_synapses : float, optional
            Number of synapses; None: as many as are to be expected.
        n_delays : int
            Number of distinct delays.
        """
        form, rules, n_pre, n_post = self._specification, self.rules, self.source.n, self.target.n
        if n_synapses is None:
            n_synapses = checks.non_negative(form, "count", form.count(*self._shape))
        whole = all(end.is_whole for end in self._ends)
        sparse = not self.returns_dense() or is_per_synapse(self.delay) or not whole
        traces = sum(len(rule.pre_traces()) * n_pre * n_delays + len(rule.post_traces()) * n_post
                     for rule in rules)
        needed = 8 * (n_post * max(1, len(self.synapse.states)) + traces + form.n_factors())
        own_weight = rules or self.returns_dense() or not form.has_single_weight
        per_synapse = self.dtype.itemsize if own_weight else 0
        per_synapse += 8 * sum(len(rule.synapse_state) for rule in rules)
        if sparse:
            needed += 8 * (n_pre + 1) * n_delays
            per_synapse += 4
        if sparse and any(rule.on_post or rule.on_tick for rule in rules):      # the transposed index
            needed += 8 * (n_post + 1)
            per_synapse += 12
        return needed + per_synapse * n_synapses

    def n_bytes_moved(self, n_synapses: float | None = None) -> float:
        """Return how many bytes are held twice while drawn synapses are sorted and moved to their place."""
        return self.n_bytes(n_synapses) if isinstance(self._specification, Builder) else 0.0

    def build(self, dt: float, rng: np.random.Generator,
              fits: Callable[..., object] = lambda *_: None) -> BuiltConnectivity:
        """Return the synapses as the engine takes them: drawn, with delays in steps, sorted by delay.

        Parameters
        ----------
        dt : float
            ms: time step.
        rng : numpy.random.Generator
            What weights, connections and delays are drawn from.
        fits : function
            ``fits(what, n_bytes, ways_out)`` is called before anything large is made; it raises
            MemoryBudgetError.
        """
        shape, (source, target) = self._shape, self._ends
        own_seed = getattr(self._specification, "seed", None)
        rng = np.random.default_rng(own_seed) if own_seed is not None else rng
        matrix = self._specification.realised(shape, rng, source == target, dt)
        self._check_dtype()
        if isinstance(matrix, (DenseWeights, SparseWeights)):
            matrix = replace(matrix, weight=as_precision(self, matrix.weight, self.dtype))
        matrix = without_autapses(self._specification, matrix, source, target)
        check_sign(self.name, self.synapse, matrix)
        if is_per_synapse(self.delay) and matrix.is_factored:
            checks.fail(self.name, "delay", self.delay, ONE_DELAY)
        steps = delay_steps(self, self.delay, matrix, dt, rng, fits)
        fits(f"the connections {self.name}", self.n_bytes(matrix.count(*shape), distinct_delays(steps).size),
             "use fewer synapses or fewer distinct delays, or a larger memory_budget")
        matrix = among_whole_groups(matrix, source, target)
        return matrix.connected(steps, individual=bool(self.rules))

    def post_delay_steps(self, dt: float) -> int:
        """Return `delay_post` in steps of `dt` ms."""
        return int(checks.grid_steps(self, "delay_post", self.delay_post, dt))

    # --- the weights ------------------------------------------------------------------------------------

    @property
    def weight(self) -> Any:
        """Weights as they are now: ndarray (n_pre, n_post) or scipy.sparse; a `Factored` as it was given.

        It is a read-only copy. To change some of the weights:
        ``w = synapses.weight.copy(); w[0, 0] = 0.5; synapses.weight = w``.
        """
        if self.network is not None and not self._specification.is_factored:
            return read_only_weight(self.in_form_of_weight(self.network))
        return read_only_weight(self._specification.shown())

    @weight.setter
    def weight(self, weight: Any) -> None:
        if self.network is None:
            self._specification = self._parsed(weight)
        else:
            self._assign(weight, self.network)

    def _assign(self, weight: Any, network: NetworkLike) -> None:
        """Set new weights of the synapses that there are."""
        kept, now = network.layout.view_of(self), self.in_form_of_weight(network)
        if kept.rank:
            raise ValueError(f"{self.name}.weight is factored: build a new network to change it")
        if kept.weight.size == 1 < getattr(now, "nnz", now.size):
            raise ValueError(f"{self.name}.weight cannot be set: its synapses share one weight")
        values = self._parsed(weight).values_for(now)
        if values is None:
            checks.fail(self.name, "weight", weight, f"of the {kept.weight.size} synapses that there are")
        values = as_precision(self, values, self.dtype)
        self.check_bounds(values)
        network.assert_changeable(f"{self.name}.weight")
        network.layout.remember_weight()
        network.layout.changes += 1
        in_order = np.empty_like(kept.weight)
        in_order[kept.order()] = values
        kept.set_weight(in_order)

    def _parsed(self, weight: Any) -> WeightForm:
        form = as_weight_form(self, self.synapse, weight, self._shape)
        return form.placed(*(end.positions for end in self._ends)) if isinstance(form, Builder) else form

    @property
    def _shape(self) -> tuple[int, int]:
        source, target = self._ends
        return source.n, target.n

    def in_form_of_weight(self, network: NetworkLike, values: FloatArray | None = None) -> Any:
        """Return a copy of the weights, or of other values per synapse, of the parts that are connected."""
        return weight_between(network.layout.view_of(self), *self._ends, self.returns_dense(), values)

    def ends(self) -> tuple[str, str]:
        """Return the names of source and target, of a part with its units: ``neurons[0:100]``."""
        source, target = self._ends
        return repr(source), repr(target)

    def returns_dense(self) -> bool:
        """Return whether `weight` is an ndarray rather than scipy.sparse."""
        source, target = self._ends
        return self._specification.is_dense(source.shares_units(target))

    def __repr__(self) -> str:
        source, target = self.ends()
        synapse = summary(self.synapse)
        rule = ", ".join(map(summary, self.rules)) if self.rules else "None"
        return one_line(f"SynapseGroup({source} → {target}, {synapse}, rule={rule})")
