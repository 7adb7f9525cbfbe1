"""Methods of integration: each writes the lines that advance one neuron by one step.

exact   linear systems: the propagator of the step, a matrix exponential
split   half a step of all states but the membrane potential, a step of it, half a step of the others in
        reverse order (Strang); each is exact where its equation is linear in its own state, of second order
        elsewhere
rk4     the classical Runge–Kutta method
euler   forward Euler; with noise Euler–Maruyama
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .expressions import Node, call, is_number, name, number, over, times
from .linear import Linear
from .system import INPUT, STEP, TIME, System
from .writer import Coefficients, Writer, written


__all__ = ["RK4", "REFRACTORY_STEPS", "SUBSTEPS", "Special", "Unit", "advance", "exact", "explicit", "moving",
           "split"]

# no names of a text: the number of equal parts of a step, and the refractory period in steps
SUBSTEPS, REFRACTORY_STEPS = "substeps()", "refractory_steps()"
HALF_ROOT = 0.7071067811865476


@dataclass
class Unit:
    """The variables of one neuron in the loop that is written."""

    writer: Writer
    rows: Mapping[str, str]
    """State: label of its row."""
    nexts: Mapping[str, str]
    """State: label of its value after the step."""
    slopes: Mapping[str, Mapping[str, Node]]
    """State: {noise: factor}."""
    has_refractory: bool
    substeps: bool
    early_reset: Callable[[], None] | None = None
    """Writes threshold and reset between the step of v and the second half step of the others."""
    draws: dict[tuple[str, str], str] = field(default_factory=dict)
    """(noise, part of the step): label of its random number."""

    @property
    def system(self) -> System:
        """The model."""
        return self.writer.system

    def put_next(self, state: str, value: str) -> None:
        """Write the new value of a state; a frozen state keeps the one that it has."""
        writer, before = self.writer, written(self.writer.place[state])
        label = self.nexts[state]
        if state in self.system.frozen and self.has_refractory:
            held = before if before != label else f"{self.rows[state]}[i]"
            writer.let(label, value)
            writer.select(label, "waits", held)
        else:
            writer.let(label, value)
        writer.place[state] = name(label)
        writer.moved(state)

    def begin(self) -> None:
        """Read the states into local variables, for a loop over substeps."""
        for state, label in self.nexts.items():
            self.writer.let(label, f"{self.rows[state]}[i]")
            self.writer.place[state] = name(label)


def moving(unit: Unit, state: str) -> bool:
    """Tell whether a state changes between spikes."""
    return not is_number(unit.system.equations[state], 0.0) or bool(unit.slopes[state])


# --- exact ---

@dataclass
class Special:
    """Coefficients that are entries of propagators: label → (frozen or not, P or L, row, column)."""

    linear: Linear
    frozen: frozenset[str]
    entries: dict[str, tuple[bool, int, int, int]] = field(default_factory=dict)

    def values(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Return {label: number or (n,)}."""
        made = {False: self.linear.propagators(parameters)}
        if any(held for held, *_ in self.entries.values()):
            made[True] = self.linear.propagators(parameters, self.frozen)
        found = {label: made[held][which][:, j, k] for label, (held, which, j, k) in self.entries.items()}
        return {label: float(each[0]) if each.size == 1 else each for label, each in found.items()}


def exact(unit: Unit, linear: Linear, special: Special) -> None:
    """Write x → x + P (x, I, 1) + L z."""
    writer, system = unit.writer, unit.system
    reach, frozen = linear.reach(), system.frozen if unit.has_refractory else frozenset()
    noises = [writer.fresh(f"z_{k + 1}") for k in range(linear.size)]
    noisy = linear.noisy(reach)
    for label in (noises[k] for k in range(linear.size) if noisy[k]):
        writer.let(label, written(writer.draw("normal")))
    made, held = {}, {}
    for j, state in enumerate(system.states):
        if not moving(unit, state):
            continue
        made[state] = _row(unit, linear, special, noises, j, False)
        coupled = any(reach[j, k] for k, other in enumerate(system.states) if other in frozen)
        if coupled and state not in frozen:
            held[state] = _row(unit, linear, special, noises, j, True)
    for state, value in made.items():
        writer.let(unit.nexts[state], value)
        if state in held:
            waiting = writer.fresh(f"held_{state}")
            writer.let(waiting, held[state])
            writer.select(unit.nexts[state], "waits", waiting)
        elif state in frozen:
            writer.select(unit.nexts[state], "waits", f"{unit.rows[state]}[i]")
    for state in made:
        writer.place[state] = name(unit.nexts[state])
        writer.moved(state)


def _row(unit: Unit, linear: Linear, special: Special, noises: list[str], j: int, held: bool) -> str:
    """The source of the new value of state number j."""
    writer, states = unit.writer, unit.system.states
    frozen = special.frozen if held else frozenset()
    reach, prefix = linear.reach(frozen), "held_" * held + states[j]
    terms: list[tuple[str, int, int, str]] = [
        (f"{prefix}_by_{other}", 0, k, written(writer.place[other]))
        for k, other in enumerate(states) if reach[j, k]]
    if linear.has_current(reach, frozen)[j]:
        terms.append((f"{prefix}_by_{INPUT}", 0, linear.size, writer.text(name(INPUT))))
    if linear.has_offset(reach, frozen)[j]:
        terms.append((f"{prefix}_offset", 0, linear.size + 1, ""))
    noisy = linear.noisy(reach)
    if noisy[j]:
        terms += [(f"{prefix}_noise_{k + 1}", 1, k, noises[k]) for k in range(j + 1) if noisy[k]]
    parts = []
    for wanted, which, column, factor in terms:
        label = _entry(writer.coefficients, special, wanted, (held, which, j, column))
        coefficient = written(writer.at_unit(label))
        parts.append(f"{coefficient} * {factor}" if factor else coefficient)
    return f"{written(writer.place[states[j]])} + ({' + '.join(parts)})"


def _entry(coefficients: Coefficients, special: Special, wanted: str,
           entry: tuple[bool, int, int, int]) -> str:
    label = coefficients.reserve(wanted)
    special.entries[label] = entry
    return label


# --- split ---

def split(unit: Unit) -> None:
    """Write a Strang step, or a loop over substeps."""
    writer = unit.writer
    step: Node = over(name(STEP), name(SUBSTEPS)) if unit.substeps else name(STEP)
    half = times(number(0.5), step)
    others = [state for state in unit.system.states[1:] if moving(unit, state)]
    membrane = unit.system.states[0]
    if unit.substeps:
        unit.begin()
    _begin_time(unit, step)
    if unit.substeps:
        _begin_substeps(unit)
    _draw_noises(unit, membrane, others)
    for state in others:
        advance(unit, state, half, "first")
    if unit.substeps:
        writer.put("while True:")
        writer.depth += 1
        writer.known = {}
    if moving(unit, membrane):
        advance(unit, membrane, step, "full")
    if unit.early_reset is not None:
        unit.early_reset()
    for state in reversed(others):
        advance(unit, state, half, "second")
    if unit.substeps:
        _end_substep(unit, step)
        _draw_noises(unit, membrane, others)
        for state in others:                            # the second half step before has left v where it is
            advance(unit, state, half, "first")
        writer.depth -= 1
        writer.draw_offset = ""


def _begin_substeps(unit: Unit) -> None:
    unit.writer.let("remaining", written(unit.writer.value(name(SUBSTEPS))))
    unit.writer.draw_offset = " + 64 * int(remaining)"


def _end_substep(unit: Unit, step: Node) -> None:
    """Write the end of the loop over substeps, and the time of the next one."""
    unit.writer.put("remaining -= 1.0")
    unit.writer.put("if remaining <= 0.0:")
    unit.writer.put("    break")
    if TIME in unit.system.used:
        unit.writer.put(f"{written(unit.writer.place[TIME])} += {unit.writer.text(step)}")
        unit.writer.moved(TIME)


def _begin_time(unit: Unit, step: Node) -> None:
    """Let t be the middle of the step."""
    if TIME in unit.system.used:
        writer = unit.writer
        label = writer.fresh("time")
        base, add = written(writer.place[TIME]), writer.text(times(number(0.5), step))
        writer.let(label, f"{base} + {add}")
        writer.place[TIME] = name(label)
        writer.moved(TIME)


def _draw_noises(unit: Unit, membrane: str, others: list[str]) -> None:
    """Draw the noises of the step: one number for v, or two for the half steps, which add up to it."""
    writer, fresh = unit.writer, unit.writer.fresh
    for xi in sorted({xi for slopes in unit.slopes.values() for xi in slopes}):
        for_others = any(xi in unit.slopes[state] for state in others)
        parts = ("first", "second") if for_others else ("full",)
        for part in parts:
            if (xi, part) not in unit.draws:
                unit.draws[xi, part] = fresh(f"z_{xi}_{part}" if for_others else f"z_{xi}")
            writer.let(unit.draws[xi, part], written(writer.draw("normal")))
        if for_others and xi in unit.slopes[membrane]:
            unit.draws.setdefault((xi, "full"), fresh(f"z_{xi}"))
            both = " + ".join(unit.draws[xi, part] for part in parts)
            writer.let(unit.draws[xi, "full"], f"{HALF_ROOT} * ({both})")


def advance(unit: Unit, state: str, step: Node, part: str, growth: str = "growth") -> None:
    """Write one state's step of size `step`, the others held: x + h f φ(h ∂f/∂x), with its noise."""
    writer, definitions = unit.writer, unit.system.definitions
    slope = unit.system.equations[state]
    jacobian = definitions.derivative(slope, state)
    factors = [step]
    if not is_number(jacobian, 0.0):
        factors.append(call("exprel" if writer.is_fixed(jacobian) and writer.is_fixed(step) else growth,
                            times(step, jacobian)))
    before = written(writer.place[state])
    value = before
    if not is_number(slope, 0.0):
        value = f"{before} + {_bracketed(writer, times(times(*factors), slope))}"
    for xi, factor in unit.slopes[state].items():
        spread = step
        if not is_number(jacobian, 0.0):
            spread = times(step, call("growth", times(number(2.0), step, jacobian)))
        value += f" + {_bracketed(writer, times(factor, call('sqrt', spread)))} * {unit.draws[xi, part]}"
    unit.put_next(state, value)


def _bracketed(writer: Writer, node: Node) -> str:
    value = writer.value(node)
    simple = not isinstance(value, (ast.BinOp, ast.IfExp, ast.UnaryOp)) or isinstance(value, ast.BinOp) and (
        isinstance(value.op, (ast.Mult, ast.Div)))
    return written(value) if simple else f"({written(value)})"


# --- explicit methods ---

# (how far from the start the next stage is, six times the weight of this one)
RK4 = ((0.5, 1.0), (0.5, 2.0), (1.0, 2.0), (0.0, 1.0))


def explicit(unit: Unit, stages: tuple[tuple[float, float], ...]) -> None:
    """Write an explicit step of order 1 (one stage) or 4, or a loop over substeps."""
    writer, fresh = unit.writer, unit.writer.fresh
    step: Node = over(name(STEP), name(SUBSTEPS)) if unit.substeps else name(STEP)
    states = [state for state in unit.system.states if moving(unit, state)]
    unit.begin()
    if TIME in unit.system.used:
        label = fresh("time")
        writer.let(label, written(writer.place[TIME]))
        writer.place[TIME] = name(label)
    if unit.substeps:
        _begin_substeps(unit)
        writer.put("while True:")
        writer.depth += 1
        writer.known = {}
    _draw_noises(unit, states[0] if states else "", [])
    start, start_time = dict(writer.place), writer.place.get(TIME)
    noise = {state: [f"{_bracketed(writer, times(factor, call('sqrt', step)))} * {unit.draws[xi, 'full']}"
                     for xi, factor in unit.slopes[state].items()] for state in states}
    totals = {state: fresh(f"k_{state}") for state in states}
    for k, (ahead, weight) in enumerate(stages):
        slopes = {state: fresh(f"k{k + 1}_{state}") for state in states}
        for state in states:
            writer.let(slopes[state], writer.text(times(step, unit.system.equations[state])))
        for state in states:
            term = slopes[state] if weight == 1.0 else f"{weight} * {slopes[state]}"
            writer.let(totals[state], term if k == 0 else f"{totals[state]} + {term}")
        if k + 1 < len(stages):
            _move_to_stage(unit, states, start, start_time, slopes, ahead, step, k)
    for state in states:
        total = totals[state] if len(stages) == 1 else f"{totals[state]} / 6.0"
        writer.place[state] = start[state]
        unit.put_next(state, " + ".join([written(start[state]), total, *noise[state]]))
    if start_time is not None:
        writer.place[TIME] = start_time
    if unit.substeps:
        _end_substep(unit, step)
        writer.depth -= 1
        writer.draw_offset = ""


def _move_to_stage(unit: Unit, states: list[str], start: Mapping[str, Node], start_time: Node | None,
                   slopes: Mapping[str, str], ahead: float, step: Node, k: int) -> None:
    """Let states and time be those at which the next slopes are taken."""
    writer, fresh = unit.writer, unit.writer.fresh
    for state in states:
        label = fresh(f"{state}_{k + 2}")
        writer.let(label, f"{written(start[state])} + {ahead} * {slopes[state]}")
        if state in unit.system.frozen and unit.has_refractory:
            writer.select(label, "waits", written(start[state]))
        writer.place[state] = name(label)
        writer.moved(state)
    if start_time is not None and TIME in unit.system.used:
        label = fresh(f"time_{k + 2}")
        writer.let(label, f"{written(start_time)} + {writer.text(times(number(ahead), step))}")
        writer.place[TIME] = name(label)
        writer.moved(TIME)
