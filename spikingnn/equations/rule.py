"""A plasticity rule given as text."""

from __future__ import annotations

import inspect
import re
from ast import Name
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from .._util import checks
from .._util.typing import Traces
from ..engine.plugin import HOOK, Rule
from . import functions
from .algebra import Definitions
from .expressions import TextError, name, names, shown, suggest
from .source_file import loaded
from .system import TIME, Scope, System, check_circles, check_dimensions, jumps
from .text import Line, Statement, at, lines_of, statements_of
from .typed import FromText, Typed
from .writer import Coefficients, Labels, Writer, written


__all__ = ["PlasticityRule"]

WEIGHTS = ("w", "weight")
# hook: (decorator, arguments, array of its own traces, array of the others')
HOOKS = {"on_pre": ("on_pre_kernel", "weight, state, pre, post, params, t, key", "pre", "post"),
         "on_post": ("on_post_kernel", "weight, state, pre, post, params, t, key", "post", "pre")}


@dataclass(frozen=True, eq=False)
class _Parts:
    """What a text of a rule says."""

    system: System
    """Traces as states."""
    sides: Mapping[str, str]
    """Trace: the hook that writes it."""
    weight: str
    synapse_states: tuple[str, ...]
    statements: Mapping[str, tuple[Statement, ...]]
    """Hook: its assignments, with every name resolved."""

    def traces(self, hook: str) -> list[str]:
        """Return the traces that a hook writes, in the order of the text."""
        return [trace for trace in self.system.states if self.sides[trace] == hook]


class PlasticityRule(FromText, Rule, metaclass=Typed):
    r"""Plasticity rule given by its traces as text, and by what a spike does.

    .. math:: \frac{dx}{dt} = -\frac{x}{\tau}, \qquad w \leftarrow f(w, x, y) \text{ at a spike}

    Each variable with an equation decays linearly, and the statements of one hook alone write it: it is then
    a trace of that side, ``on_pre`` of presynaptic, ``on_post`` of postsynaptic neurons. ``w`` (or
    ``weight``) is the weight. Further variables that are declared (``c : 1``) and written by a hook are
    states of each synapse, ``synapses["c"]``. ``t`` is the time in ms, ``rand()`` and ``randn()`` are
    random numbers. Statements run in their order. The synapse model delivers the weight as it was before
    the statements of ``on_pre``; no statement is needed for that.

    The rule is like any other, for dense and sparse connections. If it has parameters ``w_min`` and
    ``w_max``, initial weights must lie between them; keeping them there is up to the statements, such as
    ``w = clip(w + x, w_min, w_max)``.

    Parameters
    ----------
    text : str
        Equations, definitions and declarations, one per line, as in `Equations`.
    on_pre : str, optional
        Assignments at the arrival of a presynaptic spike.
    on_post : str, optional
        Assignments at a postsynaptic spike.
    **parameters
        Value of each parameter in the texts, one number each.

    Raises
    ------
    ValueError, TypeError
        In one line, if a text cannot be read, names what is not there, or describes no trace.

    Examples
    --------
    >>> from spikingnn import DeltaSynapse, LIFGroup, Network, PlasticityRule, SpikeSource, SynapseGroup
    >>> rule = PlasticityRule("dx/dt = -x/tau : 1 (event-driven)", on_pre="x += 1",
    ...                       on_post="w = min(w + a*x, w_max)", tau=20.0, a=0.5, w_max=100.0)
    >>> pre, post = SpikeSource([[10.0]]), LIFGroup(1)
    >>> synapses = SynapseGroup(pre, post, 20.0, DeltaSynapse(), rule=rule)
    >>> Network(pre, post, synapses).run(20.0)
    >>> synapses.weight
    array([[20.5]])
    """

    source: ClassVar[str]
    """Python source of the hooks."""
    _parts: ClassVar[_Parts]
    _coefficients: ClassVar[Coefficients]

    if TYPE_CHECKING:
        def __init__(self, text: str, on_pre: str | None = None, on_post: str | None = None,
                     **parameters: float) -> None: ...

    @staticmethod
    def read(text: str, on_pre: str | None = None, on_post: str | None = None,
             **parameters: float) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Return (what the class of the text depends on, the values of its fields)."""
        return (text, on_pre, on_post), parameters

    @classmethod
    def made(cls, recipe: tuple[Any, ...], names: tuple[str, ...]) -> dict[str, Any]:
        """Return what the class of the text has: its hooks, its source."""
        text, on_pre, on_post = recipe
        parts = _read_rule(text, on_pre, on_post, names)
        labels = Labels([*functions.__all__, *WEIGHTS, "state", "pre", "post", "params", "key", "s",
                         "scalars"])
        coefficients = Coefficients(labels)
        bodies = {hook: _hook(parts, hook, coefficients) for hook in HOOKS if parts.statements[hook]}
        source = _assembled(recipe, bodies, coefficients)
        made = loaded(source, "rule")
        return {"__module__": made["__name__"], "source": source,
                "synapse_state": parts.synapse_states, "_parts": parts,
                "pre_names": parts.traces("on_pre"), "post_names": parts.traces("on_post"),
                "_coefficients": coefficients, **{hook: made[hook] for hook in bodies}}

    def __post_init__(self) -> None:
        for field in fields(self):
            value = checks.number(self, field.name, getattr(self, field.name), infinite=True)
            checks.single_number(self, field.name, value)
            object.__setattr__(self, field.name, value)
        self._taus()
        for tree, value in zip(self._coefficients.trees.values(), self.step_coefficients(0.1)):
            if tree is not None and not np.isfinite(value) and not isinstance(tree, Name):
                raise ValueError(f"PlasticityRule: {shown(written(tree))} is {value} at these parameters")

    def _values(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def _taus(self) -> dict[str, float]:
        """The time constant of each trace in ms; ValueError if it does not decay."""
        found, system = {}, self._parts.system
        for trace, tree in system.equations.items():
            with np.errstate(all="ignore"):
                slope_of = system.definitions.derivative(tree, trace)
                slope = float(system.definitions.values(slope_of, self._values()))
                rest = float(system.definitions.values(tree, {**self._values(), trace: 0.0}))
                tau = float("inf") if slope == 0.0 else -1.0 / slope
            if not tau > 0.0 or rest != 0.0:
                line = shown(system.shown[trace])
                raise ValueError(f'PlasticityRule: "{line}": a trace must decay to zero, '
                                 "such as -x/tau with tau > 0")
            found[trace] = tau
        return found

    def pre_traces(self) -> Traces:
        """Declare the traces that `on_pre` writes."""
        taus = self._taus()
        return tuple((taus[trace], HOOK) for trace in self._parts.traces("on_pre"))

    def post_traces(self) -> Traces:
        """Declare the traces that `on_post` writes."""
        taus = self._taus()
        return tuple((taus[trace], HOOK) for trace in self._parts.traces("on_post"))

    def step_coefficients(self, dt: float) -> tuple[float, ...]:
        """Return the parameters and constants that the hooks unpack."""
        with np.errstate(all="ignore"):
            return tuple(float(self._parts.system.definitions.values(tree, self._values()))
                         for tree in self._coefficients.trees.values() if tree is not None)


signature = inspect.signature(PlasticityRule.read).replace(return_annotation=inspect.Signature.empty)
PlasticityRule.__signature__ = signature        # type: ignore[attr-defined]


# --- reading ---

def _read_rule(text: Any, on_pre: Any, on_post: Any, given: tuple[str, ...]) -> _Parts:
    lines = lines_of(text, "PlasticityRule")
    typed = {"on_pre": on_pre, "on_post": on_post}
    statements = {hook: () if each is None else tuple(statements_of(each, hook))
                  for hook, each in typed.items()}
    if not any(statements.values()):
        raise TextError("on_pre or on_post must say what a spike does, such as \"w += 0.1*x\"")
    written_in = {hook: {statement.target for statement in each} for hook, each in statements.items()}
    targets = written_in["on_pre"] | written_in["on_post"]
    traces = {line.name: line for line in lines if line.kind == "equation"}
    declared = [line.name for line in lines if line.kind == "declaration" and line.name not in given]
    memories = [each for each in declared if each not in WEIGHTS and each in targets]
    idle = [each for each in declared if each not in WEIGHTS and each not in targets]
    if idle:
        raise TextError(f"{idle[0]!r} is declared without a value; give it one: {idle[0]}=…")
    seen = {*declared, *targets, *_all_names(lines, statements)}
    weight = next((each for each in WEIGHTS if each in seen), "w")
    _check_targets(statements, traces, weight, memories)
    sides = {trace: _side(trace, line, written_in) for trace, line in traces.items()}
    defined = [line.name for line in lines if line.expression is not None]
    scope = Scope(defined, given, [weight, *memories, TIME])
    trees = {line.name: scope.resolve(line.expression, line.shown)
             for line in lines if line.expression is not None}
    definitions = Definitions({label: tree for label, tree in trees.items() if label not in traces})
    check_circles(definitions)
    resolved = {hook: tuple(each._replace(expression=scope.resolve(each.expression, each.shown, hook))
                            for each in found) for hook, found in statements.items()}
    system = System({trace: trees[trace] for trace in traces}, definitions, given, frozenset(), None, (), (),
                    {line.name: line.shown for line in lines})
    parts = _Parts(system, sides, weight, tuple(memories), resolved)
    _check_dependence(parts)
    _check_used(parts)
    check_dimensions(lines, given)
    return parts


def _all_names(lines: list[Line], statements: Mapping[str, tuple[Statement, ...]]) -> set[str]:
    trees = [line.expression for line in lines if line.expression is not None]
    trees += [statement.expression for each in statements.values() for statement in each]
    return set().union(*map(names, trees))


def _check_targets(statements: Mapping[str, tuple[Statement, ...]], traces: Mapping[str, Line], weight: str,
                   memories: list[str]) -> None:
    known = [*traces, weight, *memories]
    for hook, each in statements.items():
        for statement in each:
            if statement.target.endswith("_post") and statement.target not in known:
                raise at(statement.shown, ": the synapse model delivers the weight, such as DeltaSynapse(); "
                                          "leave this statement out", hook)
            if statement.target not in known:
                hint = suggest(statement.target, known) or "; declare it in the text"
                raise at(statement.shown, f": {statement.target!r} is neither a trace nor the weight "
                                          f"({', '.join(known)}){hint}", hook)


def _side(trace: str, line: Line, written_in: Mapping[str, set[str]]) -> str:
    sides = [hook for hook, targets in written_in.items() if trace in targets]
    if len(sides) != 1:
        problem = ("is written by on_pre and on_post: a trace belongs to one side; use two" if sides else
                   "is changed by no spike: on_pre or on_post must write it")
        raise at(line.shown, f": {trace!r} {problem}")
    return sides[0]


def _check_dependence(parts: _Parts) -> None:
    """Refuse traces that are no decaying variables of one neuron."""
    system = parts.system
    for trace, tree in system.equations.items():
        bases = system.definitions.bases(tree)
        others = sorted(bases - {trace, *system.parameters})
        if others:
            problem = f": a trace decays on its own, and this one depends on {others[0]!r}"
            raise at(system.shown[trace], problem)
        if not system.is_constant(system.definitions.derivative(tree, trace)) or jumps(system, tree):
            raise at(system.shown[trace], ": a trace must decay linearly, such as -x/tau")
    for hook, statements in parts.statements.items():
        own = {*parts.traces(hook), *system.parameters, "inf", TIME}
        for statement in statements:
            others = sorted(system.definitions.bases(statement.expression) - own)
            if statement.target in system.equations and others:
                problem = (f": a trace belongs to a neuron and cannot depend on {others[0]!r}, which differs "
                           "between its synapses")
                raise at(statement.shown, problem, hook)


def _check_used(parts: _Parts) -> None:
    trees = [*parts.system.equations.values(), *parts.system.definitions.expressions.values()]
    trees += [each.expression for statements in parts.statements.values() for each in statements]
    used = set().union(*map(parts.system.definitions.bases, trees))
    for each in parts.system.parameters:
        if each not in used and each not in ("w_min", "w_max"):
            hint = suggest(each, used)
            raise TextError(f"{each!r} stands in no equation and no statement{hint}")


# --- the hooks ---

def _hook(parts: _Parts, hook: str, coefficients: Coefficients) -> list[str]:
    """The lines of one hook."""
    decorator, arguments, own, other = HOOKS[hook]
    writer = Writer(parts.system, coefficients, in_loop=False)
    mine = parts.traces(hook)
    theirs = [trace for trace in parts.system.states if trace not in mine]
    lines = []
    for k, trace in enumerate(mine):
        label = writer.fresh(trace)
        writer.place[trace] = name(label)
        lines.append(f"{label} = {own}[{k}]")
    for k, trace in enumerate(theirs):
        label = writer.fresh(trace)
        writer.place[trace] = name(f"{label}[s]")
        lines.append(f"{label} = {other}[{k}]")
    writer.unit = "s"
    writer.place |= {parts.weight: name("weight[s]"), TIME: name("t")}
    writer.place |= {state: name(f"state[{k}, s]") for k, state in enumerate(parts.synapse_states)}
    for k, statement in enumerate(parts.statements[hook]):
        per_synapse = statement.target not in mine
        if per_synapse and (not writer.depth):
            writer.put("for s in range(weight.size):")
            writer.known = {}
        writer.depth = int(per_synapse)
        value = writer.text(statement.expression)
        writer.let(written(writer.place[statement.target]), value)
        writer.moved(statement.target)
        if not per_synapse:
            writer.known = {}
    lines += writer.lines
    lines += [f"{own}[{k}] = {written(writer.place[trace])}" for k, trace in enumerate(mine)
              if any(trace == each.target for each in parts.statements[hook])]
    kept = [f"    {line}" for line in lines if _needed(line, lines)]
    return [f"@{decorator}", f"def {hook}({arguments}):", *kept]


def _needed(line: str, lines: list[str]) -> bool:
    """Whether a line that reads a trace is used further down."""
    label, _, array = line.partition(" = ")
    reads = re.fullmatch(r"(pre|post)\[\d+\]", array)
    return not reads or sum(bool(re.search(rf"\b{re.escape(label)}\b", each)) for each in lines) > 1


def _assembled(recipe: tuple[Any, ...], bodies: Mapping[str, list[str]], coefficients: Coefficients) -> str:
    """The source of the file."""
    labels = list(coefficients.trees)
    left = ", ".join(labels) if len(labels) > 1 else "".join(f"({label},)" for label in labels)
    code: list[str] = []
    for body in bodies.values():
        unpack = [f"    {left} = scalars(params, {len(labels)})"] if labels else []
        code += ["", "", *body[:2], *unpack, *(body[2:] or ["    pass"])]
    used = set(re.findall(r"\w+", "\n".join(code)))
    header = ["# Hooks of a plasticity rule given as text, written by spikingnn.PlasticityRule.", "#"]
    for what, text in zip(("", "on_pre: ", "on_post: "), recipe):
        header += [f"#     {what}{line.strip()}" for line in (text or "").splitlines() if line.strip()]
    mine = sorted(used & set(functions.__all__))
    imports = ["import math", ""] if "math" in used else []
    plugin = sorted({HOOKS[hook][0] for hook in bodies} | used & {"normal", "uniform"})
    imports += [f"from spikingnn.engine.plugin import {', '.join(plugin)}"]
    imports += ["from spikingnn.engine.random import mix"] if "mix" in used else []
    imports += ["from spikingnn.engine.scalars import scalars"] if labels else []
    imports += [f"from spikingnn.equations.functions import {', '.join(mine)}"] if mine else []
    constants = [f"#   {label} = {written(tree)}" for label, tree in coefficients.trees.items()
                 if tree is not None and not isinstance(tree, Name)]
    header += ["#", "# constants:", *constants] if constants else []
    return "\n".join([*header, "", *imports, *code, ""])
