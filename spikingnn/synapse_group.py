"""Connections: who is connected with whom, how strongly, with which delay, and how the weights change."""

from __future__ import annotations

from collections import namedtuple
from dataclasses import fields

import numpy as np

from ._util import checks
from ._util.text import one_line, summary
from .connectivity import AllToAll, Builder
from .engine.loop import CONDUCTANCE, GRADED
from .engine.matrices import Dense, Factored, Sparse, by_delay, check_weights
from .engine.plugin import Rule
from .groups import InputGroup, NeuronGroup, SpikeSource
from .parts import Part
from .plasticity.rule_validation import validate_rule
from .synapses import DeltaSynapse, FirstOrderSynapse, GradedSynapse
from .weights import check_sign, check_sign_of_rule, fixed, kept


__all__ = ["SynapseGroup"]


class BuiltConnectivity(namedtuple("Wires", "pointers indices weight delays left right")):
    """Connections as the engine takes them: pointers (delays, n_pre + 1), or None where they are dense or factored."""

    n = property(lambda self: max(self.weight.size, self.indices.size), doc="The number of synapses.")


class SynapseGroup(Part):
    """Synapses from one group to another: who, how strong (`weight`), what a spike does (`synapse`), when (`delay`), learning (`rule`).

    weight    a number (all to all), (n_pre, n_post), scipy.sparse, `Factored`, or a builder such as FixedProbability(0.1, 0.5);
              in mV for DeltaSynapse, nA for FirstOrderSynapse, µS for ConductanceSynapse
    delay     ms, at least one step; None: one step; per synapse: an array of the weight's shape (for sparse weights (nnz,) in the
              order of the rows), or a function (rng, size) -> (size,)
    rule      a plasticity rule; its weights are dense or sparse and share one delay
    """

    instead = Part.instead | dict.fromkeys(("source", "target", "synapse", "delay"),
                                           "build a new SynapseGroup, and a new network with it")

    def __init__(self, source, target, weight, synapse=FirstOrderSynapse(tau=5.0), delay=None, rule=None, name=None):
        for field, group in (("source", source), ("target", target)):
            if not isinstance(group, NeuronGroup):
                checks.fail(self, field, group, "a group", TypeError)
        if isinstance(target, (InputGroup, SpikeSource)):
            checks.fail(self, "target", target, "a group of neurons (input units take a stimulus, not synapses)")
        if not isinstance(synapse, (DeltaSynapse, FirstOrderSynapse, GradedSynapse)):
            accepted = "DeltaSynapse(), FirstOrderSynapse(tau), ConductanceSynapse(tau, reversal) or GradedSynapse()"
            checks.fail(self, "synapse", synapse, accepted, TypeError)
        if synapse.kind == CONDUCTANCE and not target.model.conductances:
            checks.fail(self, "synapse", synapse, f"DeltaSynapse or FirstOrderSynapse: {type(target.model).__name__} takes no conductances")
        if synapse.kind == GRADED and (delay is not None or rule is not None or isinstance(weight, Factored)):
            checks.fail(self, "synapse", synapse, "one with spikes where there is a delay, a rule or factored weights")
        super().__init__(name)
        self.source, self.target, self.synapse = source, target, synapse
        self.delay = self._rule = None
        self.rule = rule
        self._specification = self._check_weight(weight)
        if delay is not None:
            checks.positive(self, "delay", 1.0 if callable(delay) else delay.data if _sparse(delay) else delay)
            self.delay = Sparse.of(delay) if _sparse(delay) else np.array(delay) if np.ndim(delay) else delay
        if rule is not None and isinstance(self._specification, Factored):
            checks.fail(self, "rule", rule, "None for factored weights (give the weights dense or sparse)")
        if (rule is not None or isinstance(self._specification, Factored)) and (callable(delay) or _sparse(delay) or np.ndim(delay) > 0):
            checks.fail(self, "delay", delay, "one number where there is a rule or factored weights (use one SynapseGroup a delay)")

    def touched(self):
        """The groups that it connects."""
        return self.source, self.target

    def _advice(self, name):
        if self._rule is not None and name in (field.name for field in fields(self._rule)):
            return f"write synapses.rule = replace(synapses.rule, {name}=…)"
        if hasattr(self.synapse, name) and not hasattr(type(self), name):
            return self.instead["synapse"]
        return super()._advice(name)

    @property
    def rule(self):
        """The plasticity rule, a frozen dataclass, or None; `synapses.rule = replace(synapses.rule, …)` takes effect at the next run."""
        return self._rule

    @rule.setter
    def rule(self, rule):
        if rule is not None and not isinstance(rule, Rule):
            checks.fail(self, "rule", rule, "a plasticity rule such as STDP(), or None", TypeError)
        if rule is not None:
            validate_rule(rule)
            check_sign_of_rule(self.synapse, rule)
        if self.network is not None and _structure(rule) != _structure(self._rule):
            checks.fail(self, "rule", rule, f"one with the hooks, the traces and the interval of {self._rule!r}, once the network is built")
        before, self._rule = self._rule, rule
        try:
            if self.network is not None:
                self.check_bounds(self.network.weights_of(self))
        except ValueError:
            self._rule = before
            raise

    def _check_weight(self, weight):
        shape = (self.source.n, self.target.n)
        if isinstance(weight, Builder):
            check_sign(self, self.synapse, weight)
            return weight
        if _sparse(weight):
            checks.number(self, "weight", weight.tocoo().data)
            weight = Sparse.of(weight)
        elif not isinstance(weight, Factored):
            checked = checks.number(self, "weight", weight, "a number, an (n_pre, n_post) array, scipy.sparse, Factored or a builder")
            check_sign(self, self.synapse, checked)
            if np.ndim(checked) == 0:
                return AllToAll(checked)
            weight = Dense(kept(checked, weight))
        if weight.shape != shape:
            checks.fail(self, "weight", weight.shape, f"of shape (n_pre, n_post) = {shape}")
        check_sign(self, self.synapse, weight)
        return weight

    def n_bytes(self, size=None, n_delays=1):
        """What the network will keep of `size` synapses with so many distinct delays; None: of as many as are to be expected."""
        given, rule, n_pre, n_post = self._specification, self.rule, self.source.n, self.target.n
        sparse = not self.returns_dense() or self.delay is not None and (callable(self.delay) or np.ndim(self.delay) > 0)
        if size is None and isinstance(given, Builder):
            size = checks.non_negative(given, "count", given.count(n_pre, n_post))
        elif size is None:
            part = given.minus if isinstance(given, Factored) else given
            size = 0 if part is None else part.nnz if isinstance(given, Factored) else part.weight.size
        traces = len(rule.pre_traces()) * n_pre + len(rule.post_traces()) * n_post if rule else 0
        needed = 8 * (n_post + traces)
        if isinstance(given, Factored):
            needed += 8 * (given.left.size + given.right.size)
        a_synapse = 8 if rule or self.returns_dense() or not isinstance(given, Builder) or callable(given.weight) else 0
        a_synapse += 8 if rule and rule.memory else 0
        if sparse:
            needed += 8 * (n_pre + 1) * n_delays
            a_synapse += 4
        if sparse and rule and (rule.on_post or rule.on_tick):          # the transposed index
            needed += 8 * (n_post + 1)
            a_synapse += 12
        return needed + a_synapse * size

    def build(self, dt, rng, fits=lambda *_: None):
        """The wires that the network stores: drawn, with the delays in steps, sorted by delay, then source, then target.

        fits(what, n_bytes, ways out) is asked before what is large is made; it raises MemoryBudgetError.
        """
        given, own = self._specification, getattr(self._specification, "seed", None)
        rng = np.random.default_rng(own) if own is not None else rng
        if isinstance(given, Builder):
            given = given.at(dt).build(self.source.n, self.target.n, rng, self.source is self.target)
            given = self._checked(self._specification, given)
            check_sign(self.name, self.synapse, given)
        left = right = np.empty((0, 0))
        if isinstance(given, Factored):
            left, right = given.left, given.right
            minus = given.minus
            given = Sparse.of(-minus.tocsr()) if minus is not None else None
        own = callable(self.delay) or isinstance(self.delay, Sparse) or np.ndim(self.delay) > 0
        if own and (self.rule is not None or left.size):
            checks.fail(self.name, "delay", self.delay,
                        "one number where there is a rule or factored weights (use one SynapseGroup a delay)")
        steps = self._delay_steps(dt, rng, given, fits)
        size = 0 if given is None else given.weight.size if isinstance(given, Dense) else given.indices.size
        fits(f"the connections {self.name}", self.n_bytes(size, np.unique(steps).size),
             "use fewer synapses or fewer distinct delays, or a larger memory_budget")
        if given is None:
            return BuiltConnectivity(None, np.empty(0, np.uint32), np.empty(0), np.atleast_1d(steps), left, right)
        if isinstance(given, Dense) and np.ndim(steps) == 0:
            return BuiltConnectivity(None, np.empty(0, np.uint32), given.weight.ravel(), np.atleast_1d(steps), left, right)
        if isinstance(given, Dense):
            n_pre, n_post = given.shape
            given = Sparse(given.shape, np.arange(n_pre + 1, dtype=np.int64) * n_post,
                           np.tile(np.arange(n_post, dtype=np.uint32), n_pre), given.weight.ravel())
        weight = given.weight if self.rule is None else np.array(np.broadcast_to(given.weight, given.indices.size))
        if np.ndim(steps) == 0 or not steps.size:
            delays = np.ones(1, np.int64) if np.ndim(steps) else np.atleast_1d(steps)
            return BuiltConnectivity(given.pointers[None, :], given.indices, weight, delays, left, right)
        order, delays, pointers = by_delay(self.source.n, given.sources(), steps)
        return BuiltConnectivity(pointers, given.indices[order], weight[order] if weight.size > 1 else weight, delays, left, right)

    def _checked(self, builder, built):
        """What a builder has built, refused where it does not fit the two groups."""
        shape = (self.source.n, self.target.n)
        if not isinstance(built, (Dense, Sparse, Factored)):
            checks.fail(builder, "build()", built, "a Dense, Sparse or Factored", TypeError)
        if tuple(built.shape) != shape:
            checks.fail(builder, "build()", built.shape, f"of shape (n_pre, n_post) = {shape}")
        if isinstance(built, Dense):
            return Dense(check_weights(builder, built.weight, (shape,)))
        return built.checked(builder) if isinstance(built, Sparse) else built

    def _delay_steps(self, dt, rng, wires, fits):
        """The delay in steps: one number, or one a synapse in the order of the sparse rows."""
        if self.delay is None:
            return np.int64(1)
        delay = self.delay
        size = wires.indices.size if isinstance(wires, Sparse) else self.source.n * self.target.n
        if callable(delay):
            delay = checks.positive(self, "delay", delay(rng, size))
        if isinstance(delay, Sparse):
            same = isinstance(wires, Sparse) and all(np.array_equal(getattr(delay, part), getattr(wires, part))
                                                     for part in ("pointers", "indices"))
            delay = delay.weight if same else checks.fail(self, "delay", delay.shape, "stored where the sparse weights are")
        if np.ndim(delay) > 0:
            delay = np.asarray(delay)
            expected = (size,) if isinstance(wires, Sparse) else (self.source.n, self.target.n)
            if isinstance(wires, Sparse) and np.shape(delay) == wires.shape:
                delay = delay[wires.sources(), wires.indices]
            if wires is None or np.shape(delay) not in (expected, (size,)):
                checks.fail(self, "delay", np.shape(delay), f"a number or one value a synapse, shape {expected}")
            delay = np.ravel(delay)
        steps = checks.grid_steps(self, "delay", delay, dt)
        if np.any(steps < 1):
            checks.fail(self, "delay", float(np.min(delay)), f"at least one step, dt = {dt:g} ms")
        fits(f"the spikes under way in {self.name}", 8 * float(np.max(steps, initial=1.0)),
             "use shorter delays, a larger dt, or a larger memory_budget")
        return steps.astype(np.int64)

    @property
    def weight(self):
        """The weights as they stand now: ndarray (n_pre, n_post), or scipy.sparse; a `Factored` or a builder
        as it was given.

        What is returned is a read-only copy. To change some of them:
        `w = synapses.weight.copy(); w[0, 0] = 0.5; synapses.weight = w`.
        """
        if self.network is not None and not isinstance(self._specification, Factored):
            return fixed(self.network.weight_of(self))
        if isinstance(self._specification, Dense):
            return fixed(self._specification.weight)
        if isinstance(self._specification, Sparse):
            return fixed(self._specification.matrix())
        return self._specification

    @weight.setter
    def weight(self, weight):
        if self.network is None:
            self._specification = self._check_weight(weight)
        elif isinstance(self._specification, Factored):
            raise ValueError(f"{self.name}.weight is factored: build a new network to change it")
        else:
            self.network.set_weight(self, weight)

    def values_for(self, weight, now):
        """`weight` in the order of the synapses of the matrix `now`; None where it is of other synapses."""
        given = self._check_weight(weight)
        if isinstance(given, AllToAll) and not callable(given.weight):
            return np.full(now.size, given.weight)
        if isinstance(given, Dense) and isinstance(now, np.ndarray):
            return given.weight.ravel()
        if isinstance(given, Sparse) and not isinstance(now, np.ndarray):
            if np.array_equal(given.indices, now.indices) and np.array_equal(given.pointers, now.indptr):
                return given.weight
        return None

    def check_bounds(self, weight):
        """Refuse weights outside the rule's bounds."""
        low, high = getattr(self.rule, "w_min", -np.inf), getattr(self.rule, "w_max", np.inf)
        if weight.size and not (low <= weight.min() and weight.max() <= high):
            checks.fail(self.name, "weight", float(weight.max() if weight.max() > high else weight.min()),
                        f"within the rule's bounds [{low:g}, {high:g}]")

    def returns_dense(self):
        """Is `weight` an ndarray (rather than scipy.sparse)?"""
        whole = isinstance(self._specification, AllToAll) and (self._specification.autapses or self.source is not self.target)
        return whole or isinstance(self._specification, Dense)

    def __repr__(self):
        source, target = (group.name or repr(group) for group in (self.source, self.target))
        return one_line(f"SynapseGroup({source} → {target}, {summary(self.synapse)}, rule={summary(self.rule)})")


def _structure(rule):
    """What the network was laid out for: it cannot change between runs."""
    if rule is None:
        return None
    modes = tuple(tuple(mode for _, mode in traces) for traces in (rule.pre_traces(), rule.post_traces()))
    return rule.on_pre, rule.on_post, rule.on_tick, rule.efficacy, modes, rule.memory, rule.interval, len(rule.step_coefficients(1.0))


def _sparse(weight):
    return hasattr(weight, "tocsr") and hasattr(weight, "nnz")
