"""What a connection has for its plasticity rules: the rules and their signal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ._util import checks
from ._util.typing import FloatArray
from .engine.plugin import POTENTIAL, SIGNAL, Rule
from .groups import NeuronGroup
from .parts import Part
from .plasticity.rule_validation import structure, validate_rule
from .slices import GroupSlice
from .synapses import Synapse
from .weights import check_sign_of_rule


__all__ = ["PlasticPart"]


class PlasticPart(Part):
    """Base class of `SynapseGroup`: its plasticity rules and their signal."""

    if TYPE_CHECKING:
        source: NeuronGroup
        target: NeuronGroup
        signal: tuple[NeuronGroup, str] | None
        synapse: Synapse

        @property
        def parts(self) -> tuple[GroupSlice, GroupSlice]: ...

        def post_delay_steps(self, dt: float) -> int: ...

    def __init__(self, name: str | None) -> None:
        super().__init__(name)
        self._rules: tuple[Rule, ...] = ()

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The plasticity rules: none, one or several."""
        return self._rules

    @property
    def rule(self) -> Any:
        """Plasticity rule, a tuple of several, or None.

        ``synapses.rule = replace(synapses.rule, …)`` acts from the next run.
        """
        return self._rules if len(self._rules) > 1 else next(iter(self._rules), None)

    @rule.setter
    def rule(self, rule: Rule | Sequence[Rule] | None) -> None:
        given = rule if isinstance(rule, (list, tuple)) else [] if rule is None else [rule]
        for each in given:
            if not isinstance(each, Rule):
                accepted = "a plasticity rule such as STDP(), a list of them, or None"
                checks.fail(self, "rule", each, accepted, TypeError)
            validate_rule(each)
            check_sign_of_rule(self.synapse, each)
        own = self.synapse.own_rule()
        rules = (*given, *([own] if own and not any(type(each) is type(own) for each in given) else []))
        self._check_target(rules)
        names = [name for each in rules for name in each.synapse_state]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice:
            checks.fail(self, "rule", rule, f"rules of which only one has a state {twice!r} per synapse")
        if self.network is not None and structure(rules) != structure(self._rules):
            accepted = (f"one with the hooks, the traces and the interval of {self.rule!r}, "
                        "once the network is built")
            checks.fail(self, "rule", rule, accepted)
        before, self._rules = self._rules, rules
        try:
            if self.network is not None:
                self.check_bounds(self.network.layout.view_of(self).weight, reached=True)
        except ValueError:
            self._rules = before
            raise

    def _check_target(self, rules: tuple[Rule, ...]) -> None:
        """Refuse what a target that only emits spikes cannot serve."""
        if self.target.takes_synapses:
            return
        if not rules:
            accepted = "a group of neurons, as without a rule (input units take a stimulus, not synapses)"
            checks.fail(self, "target", self.target, accepted)
        for rule in rules:
            if any(mode == POTENTIAL for _, mode in rule.post_traces()):
                accepted = "one that does not follow a membrane potential: the target only emits spikes"
                checks.fail(self, "rule", rule, accepted)

    def companions(self) -> Sequence[Part]:
        """Return the group whose state the rules read as their signal."""
        return () if self.signal is None else (self.signal[0],)

    def takes_signal(self) -> bool:
        """Return whether a rule follows a signal."""
        return any(mode == SIGNAL for rule in self._rules for _, mode in rule.post_traces())

    def check_signal(self, signal: Any) -> tuple[NeuronGroup, str]:
        """Return (group, state) if the rules can read it as their signal."""
        if not (isinstance(signal, tuple) and len(signal) == 2 and isinstance(signal[0], NeuronGroup)):
            checks.fail(self, "signal", signal, 'a group and the name of a state, such as (group, "v")',
                        TypeError)
        if not self.takes_signal():
            raise ValueError(f"{self!r} takes no signal: its rule is {self.rule!r}")
        (group, name), owner = signal, self.name or self
        checks.one_of(owner, "signal", name, group.model.states)
        if group.n not in (1, self.target.n):
            checks.fail(owner, "signal", f"a group of {group.n}",
                        f"a group of one, or of {self.target.n} as its target")
        return group, name

    def restore_rules(self, rules: tuple[Rule, ...]) -> None:
        """Set rules whose parts were checked: used when a network is loaded."""
        self._rules = rules

    def check_bounds(self, weight: FloatArray, reached: bool = False) -> None:
        """Refuse weights outside the bounds of the rules; of weights that were `reached` in a run, those that
        no rule can bring about.
        """
        rules = [rule for rule in self._rules
                 if not reached or any((rule.on_pre, rule.on_post, rule.on_tick))]
        lows = [getattr(rule, "w_min", -np.inf) for rule in rules] or [-np.inf]
        highs = [getattr(rule, "w_max", np.inf) for rule in rules] or [np.inf]
        low, high = (min(lows), max(highs)) if reached else (max(lows), min(highs))
        if weight.size and not (low <= weight.min() and weight.max() <= high):
            extreme = float(weight.max() if weight.max() > high else weight.min())
            checks.fail(self.name, "weight", extreme, f"within the rule's bounds [{low:g}, {high:g}]")
