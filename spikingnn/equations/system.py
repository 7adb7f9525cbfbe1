"""What a text of a neuron model says: its states and their equations, with every name resolved."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from .algebra import Definitions
from .expressions import (CONSTANTS, RANDOM, Node, TextError, call, calls, choose, is_number, minus, name,
                          names, number, over, plus, shown, suggest, times, value_of)
from .text import Line, Statement, at, circle_in, condition_of, lines_of, statements_of
from .units import NUMBER, UNITS, Dimension, find_mismatch, written_unit


__all__ = ["INPUT", "STEP", "TIME", "Scope", "System", "check_circles", "check_dimensions", "jumps",
           "read_system", "resolved"]

INPUT, TIME, STEP, NOISE = "I", "t", "dt", "xi"
MEMBRANES = ("v", "V", "vm", "Vm", "v_m", "V_m")
RESERVED = (TIME, STEP)
JUMPING = ("sign", "floor", "ceil", "truncate", "modulo", "abs", "min", "max", "clip")
SEVERAL = 40                        # states of one text


@dataclass(frozen=True, eq=False)
class System:
    """A model as equations: trees in which every name is a state, a parameter, a definition or an input."""

    equations: dict[str, Node]
    """Right side of each state, the membrane potential first."""
    definitions: Definitions
    """Sub-expressions by name."""
    parameters: tuple[str, ...]
    """Names that are given a value."""
    frozen: frozenset[str]
    """States that stand still while the neuron is refractory."""
    threshold: Node | None
    """Condition of a spike."""
    reset: tuple[tuple[str, Node], ...]
    """Assignments at a spike, in order."""
    starts: tuple[str, ...]
    """Declared states that are given a first value."""
    shown: dict[str, str]
    """The line in which a state or definition stands."""
    refractory: Node | None = None
    """Condition under which a neuron stays refractory after a spike; None: a fixed period, or none."""

    @property
    def states(self) -> tuple[str, ...]:
        """Names of the states."""
        return tuple(self.equations)

    @cached_property
    def used(self) -> frozenset[str]:
        """Return all names on which something in the text depends."""
        trees = [*self.equations.values(), *(tree for _, tree in self.reset)]
        trees += [each for each in (self.threshold, self.refractory) if each is not None]
        return frozenset().union(*map(self.definitions.bases, trees))

    @property
    def noises(self) -> tuple[str, ...]:
        """Names of the white noises: xi, xi_1 …"""
        return tuple(sorted(each for each in self.used if is_noise(each)))

    @property
    def takes_current(self) -> bool:
        """Whether the input current stands in the text."""
        return INPUT in self.used and INPUT not in self.parameters and INPUT not in self.equations

    def is_constant(self, node: Node) -> bool:
        """Tell whether a tree depends on nothing but parameters and the time step."""
        return self.definitions.bases(node) <= {*self.parameters, STEP}

    def noise_slopes(self) -> dict[str, dict[str, Node]]:
        """Return {state: {noise: factor}}; TextError if an equation is not linear in a noise."""
        found: dict[str, dict[str, Node]] = {}
        for state, tree in self.equations.items():
            slopes = {xi: self.definitions.derivative(tree, xi) for xi in self.noises}
            found[state] = {xi: slope for xi, slope in slopes.items() if not is_number(slope, 0.0)}
            if any(is_noise(each) for slope in slopes.values() for each in self.definitions.bases(slope)):
                raise at(self.shown[state], ": a noise can only be multiplied by a factor and added")
        return found

    def without_noise(self) -> System:
        """Return the system with all noises zero; names of derivatives are kept."""
        zero: dict[str, Node] = {xi: number(0.0) for xi in self.noises}
        quiet = {label: resolved(tree, zero) for label, tree in self.definitions.expressions.items()}
        equations = {state: resolved(tree, zero) for state, tree in self.equations.items()}
        return replace(self, equations=equations, definitions=Definitions(quiet))

    def conducting(self) -> System:
        """Return the system in which the input current carries conductances: I = drive - shunt·v."""
        membrane = name(self.states[0])
        current = minus(name("drive"), times(name("shunt"), membrane))
        return replace(self, definitions=self.definitions.extended({INPUT: current}))


def is_noise(identifier: str) -> bool:
    """Tell whether a name is that of a white noise."""
    return identifier == NOISE or identifier.startswith(NOISE + "_")


def resolved(node: Node, mapping: Mapping[str, Node]) -> Node:
    """Return a tree in which names are replaced, simplified where they were numbers."""
    if isinstance(node, ast.Name):
        return mapping.get(node.id, node)
    if isinstance(node, ast.Constant):
        return node
    if isinstance(node, ast.UnaryOp):
        inner = resolved(node.operand, mapping)
        return ast.UnaryOp(node.op, inner) if isinstance(node.op, ast.Not) else minus(inner)
    if isinstance(node, ast.BoolOp):
        return ast.BoolOp(node.op, [resolved(each, mapping) for each in node.values])
    if isinstance(node, ast.Compare):
        return ast.Compare(resolved(node.left, mapping), node.ops, [resolved(node.comparators[0], mapping)])
    if isinstance(node, ast.IfExp):
        return choose(*(resolved(each, mapping) for each in (node.test, node.body, node.orelse)))
    if isinstance(node, ast.Call):
        assert isinstance(node.func, ast.Name)
        return call(node.func.id, *(resolved(each, mapping) for each in node.args))
    assert isinstance(node, ast.BinOp)
    left, right = resolved(node.left, mapping), resolved(node.right, mapping)
    operations: dict[Any, Any] = {ast.Add: plus, ast.Sub: minus, ast.Mult: times, ast.Div: over}
    if isinstance(left, ast.Constant) and isinstance(right, ast.Constant):
        x, y = value_of(left), value_of(right)
        if isinstance(node.op, ast.Mult):
            return number(x * y)
        if isinstance(node.op, ast.Div) and y:
            return number(x / y)
    return operations[type(node.op)](left, right)


class Scope:
    """The names that a text may use, and what they stand for.

    Parameters
    ----------
    defined, given, special : iterable of str
        Names of the text, of parameters, and such as t and I.
    """

    def __init__(self, defined: Iterable[str], given: Iterable[str], special: Iterable[str]) -> None:
        self.defined, self.given, self.special = set(defined), set(given), set(special)
        own = self.defined | self.given
        self.factors: dict[str, Node] = {unit: number(factor) for unit, (factor, _) in UNITS.items()
                                         if unit not in own}
        self.factors |= {each: number(value) for each, value in CONSTANTS.items()
                         if each not in own and each != "inf"}

    def resolve(self, node: Node, where: str, what: str = "") -> Node:
        """Return a tree without units; TextError names what is unknown."""
        known = self.defined | self.given | self.special | {"inf"}
        for each in sorted(names(node) - known - set(self.factors)):
            if is_noise(each) and NOISE in self.special:
                continue
            hint = suggest(each, [*self.defined, *self.given, *self.special])
            hint = f"{hint} Otherwise" if hint else ";"
            raise at(where, f": unknown name {each!r}{hint} give it a value: {each}=…", what)
        return resolved(node, self.factors)


def read_system(text: object, threshold: object, reset: object, given: Sequence[str],
                elsewhere: Iterable[str] = (), refractory: str | None = None) -> System:
    """Return what a text, a threshold and a reset say; TextError says in one line what is wrong.

    Parameters
    ----------
    text, threshold, reset : str
        What the user wrote; None: nothing.
    given : sequence of str
        Names that have a value.
    elsewhere : iterable of str
        Names that are used by something else, such as the initial values.
    refractory : str, optional
        Condition under which a neuron stays refractory after a spike.
    """
    lines = lines_of(text, "Equations")
    written = {line.name: line for line in lines if line.expression is not None}
    condition = None if threshold is None else condition_of(threshold, "threshold")
    lasting = None if refractory is None else condition_of(refractory, "t_refractory")
    statements = [] if reset is None else statements_of(reset, "reset")
    if statements and condition is None:
        raise TextError("a reset needs a threshold: give threshold=, such as \"v > -50\"")
    declared = [line.name for line in lines if line.kind == "declaration"]
    _check_own_names([*written, *declared, *given])
    equations = {line.name: line for line in lines if line.kind == "equation"}
    only_reset = [each for each in declared if each in {statement.target for statement in statements}]
    _check_given(given, written, declared, only_reset)
    states = _ordered([*equations, *only_reset])
    if not equations:
        raise TextError("Equations.text has no differential equation, such as `dv/dt = (I - v)/tau`")
    if len(states) > SEVERAL:
        raise TextError(f"Equations.text has {len(states)} states; at most {SEVERAL} are possible")
    parameters = tuple(each for each in given if each not in only_reset)
    special = {STEP, TIME, NOISE} | ({INPUT} if INPUT not in {*written, *given, *declared} else set())
    scope = Scope([*written, *only_reset], parameters, special)
    trees = {label: scope.resolve(line.expression, line.shown)
             for label, line in written.items() if line.expression is not None}
    definitions = Definitions({label: tree for label, tree in trees.items() if label not in equations})
    check_circles(definitions)
    found = System(
        {state: trees.get(state, number(0.0)) for state in states}, definitions, parameters,
        frozenset(label for label, line in equations.items() if "unless refractory" in line.flags),
        None if condition is None else scope.resolve(condition, str(threshold), "threshold"),
        _assignments(statements, scope, states), tuple(each for each in only_reset if each in given),
        {label: line.shown for label, line in written.items()},
        None if lasting is None else scope.resolve(lasting, str(refractory), "t_refractory"))
    _check_uses(found, written, set(elsewhere))
    check_dimensions(lines, parameters, INPUT if INPUT in special else "")
    return found


def _ordered(states: list[str]) -> list[str]:
    """The states with the membrane potential first, which synapses act upon."""
    membrane = next((each for each in MEMBRANES if each in states), None)
    return states if membrane is None else [membrane, *(each for each in states if each != membrane)]


def _check_own_names(own: list[str]) -> None:
    for each in own:
        if each in RESERVED or is_noise(each):
            meaning = {TIME: "the time in ms", STEP: "the time step in ms"}.get(each, "a white noise")
            raise TextError(f"{each!r} is {meaning} and cannot be defined; choose another name")


def _check_given(given: Sequence[str], written: Mapping[str, Line], declared: list[str],
                 only_reset: list[str]) -> None:
    for each in given:
        if each in written and written[each].kind == "equation":
            raise TextError(f"{each!r} is a state: its first value is given by initial={{{each!r}: …}}")
        if each in written:
            problem = f"defines {each!r}, which is also given a value: leave out one of them"
            raise at(written[each].shown, problem)
    for each in declared:
        if each not in given and each not in only_reset:
            raise TextError(f"{each!r} is declared without a value; give it one: {each}=…")


def check_circles(definitions: Definitions) -> None:
    """Refuse names that are defined by each other in a circle."""
    expressions = {label: names(tree) for label, tree in definitions.expressions.items()}
    circle = circle_in(expressions)
    if circle:
        raise TextError(f"{circle[0]!r} is defined by itself: {' → '.join(circle)}")


def _assignments(statements: list[Statement], scope: Scope,
                 states: list[str]) -> tuple[tuple[str, Node], ...]:
    made = []
    for statement in statements:
        if statement.target not in states:
            hint = suggest(statement.target, states)
            hint = hint or f"; declare it in the text: `{statement.target} : 1`"
            problem = f": {statement.target!r} is not a state ({', '.join(states)}){hint}"
            raise at(statement.shown, problem, "reset")
        made.append((statement.target, scope.resolve(statement.expression, statement.shown, "reset")))
    return tuple(made)


def _check_uses(system: System, written: Mapping[str, Line], elsewhere: set[str]) -> None:
    """Refuse parameters that nothing uses, and random numbers where an equation needs a noise."""
    defined = system.definitions.expressions.values()
    reached = system.used.union(*map(system.definitions.bases, defined))
    for each in system.parameters:
        if each not in reached | elsewhere:
            known = sorted(reached - {STEP, TIME})
            hint = suggest(each, known)
            raise TextError(f"{each!r} stands in no equation, threshold or reset{hint}")
    for label, line in written.items():
        tree = system.equations.get(label, system.definitions.expressions.get(label))
        if tree is not None and calls(tree) & set(RANDOM):
            raise at(line.shown, ": rand() and randn() can stand in the threshold and the reset; "
                                 "an equation has the white noise xi")
    for what, tree in [("threshold", system.threshold), ("refractory condition", system.refractory),
                       *(("reset", tree) for _, tree in system.reset)]:
        if tree is not None and any(map(is_noise, system.definitions.bases(tree))):
            raise TextError(f"the {what} depends on xi, whose value at a point in time is infinite: "
                            "write randn()")


def check_dimensions(lines: list[Line], given: Iterable[str], current: str = "") -> None:
    """Warn where the dimensions of a line do not fit its unit.

    A line without a unit is not checked, and neither is a text without any dimension, whose time may be
    dimensionless too.

    Parameters
    ----------
    lines : list of Line
        The text.
    given : iterable of str
        Parameters, whose dimensions are known only if they are declared.
    current : str
        Name of the input current, in nA; empty: there is none.
    """
    known: dict[str, Dimension | None] = dict.fromkeys([*given, *(line.name for line in lines)])
    for line in lines:
        if line.unit is not None:
            known[line.name] = _dimension_of(line, line.unit)
    uses_units = any(line.expression is not None and names(line.expression) & set(UNITS) - set(known)
                     for line in lines)
    if not uses_units and all(dimension in (None, NUMBER) for dimension in known.values()):
        return
    time: Dimension = (0.0, 1.0, 0.0, 0.0, 0.0)
    known |= {STEP: time, TIME: time, **({current: (0.0, 0.0, 1.0, 0.0, 0.0)} if current else {})}
    for line in lines:
        if line.expression is None or line.unit is None and not uses_units:
            continue
        here = known | {each: (0.0, -0.5, 0.0, 0.0, 0.0) for each in names(line.expression) if is_noise(each)}
        expected = known[line.name]
        if expected is not None and line.kind == "equation":
            expected = tuple(a - b for a, b in zip(expected, time))
        mismatch = find_mismatch(line.expression, expected, here, uses_units)
        if mismatch:
            warnings.warn(f'Equations: the dimensions of "{shown(line.shown, 60)}" do not fit: {mismatch}',
                          stacklevel=6)


def _dimension_of(line: Line, unit: str) -> Dimension | None:
    """The dimension of the unit of a line; a warning says if it is not known."""
    try:
        dimension = written_unit(unit)
    except TextError as problem:
        raise at(line.shown, f": {problem}") from None
    if dimension is None:
        warnings.warn(f"Equations: the unit {unit!r} of {line.name!r} is not known, so that its dimensions "
                      f"are not checked{suggest(unit, UNITS)}", stacklevel=7)
    return dimension


def jumps(system: System, tree: Node) -> bool:
    """Tell whether a tree depends on states by a condition, or by a function that is flat between jumps."""
    definitions = system.definitions
    for each in ast.walk(tree):
        if isinstance(each, ast.Name) and each.id in definitions.expressions:
            if jumps(system, definitions.expressions[each.id]):
                return True
        flat = isinstance(each, ast.Call) and each.func.id in JUMPING           # type: ignore[attr-defined]
        if flat or isinstance(each, ast.IfExp):
            assert isinstance(each, ast.expr)
            if not system.is_constant(each):
                return True
    return False
