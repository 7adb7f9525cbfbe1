"""Spikes inside a step: an upstroke v′ = f(v) is followed to the threshold, reset there, and followed on.

The loop over all neurons makes the step of the splitting method, and leaves out neurons whose upstroke is too
steep for it (dt·∂f/∂v above `STEEP`), that reach the threshold, or whose refractory period ends inside the
step. A second loop makes their step in parts of at most `FINE`/(∂f/∂v), of third order in v; the time at
which v reaches the threshold is solved in closed form from the linearised equation of the last part.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from .expressions import Node, calls, name, number, times
from .integration import REFRACTORY_STEPS, Unit, advance, moving
from .system import STEP, TIME, System
from .writer import Writer, written

if TYPE_CHECKING:
    from .kernel import Frame


__all__ = ["crosses_inside", "put_first_loop", "second_loop"]

STEEP, STIFF = 0.2, -2.0             # of dt·∂f/∂v: between them a neuron is in the first loop
FINE, SHORTEST = 0.35, 5e-3         # parts of a step: of 1/(∂f/∂v), of dt
BOTH_INPUTS = "drive, shunt = (current[i] + driving[i], g[i]) if g.size > 0 else (current[i], 0.0)"
LENGTH = "length()"                 # of a part of the step; no name of a text


def crosses_inside(system: System, slopes: Mapping[str, Mapping[str, Node]]) -> bool:
    """Tell whether the time of a spike is sought inside the step.

    It is if the threshold is on the membrane potential alone, which has an upstroke (∂f/∂v depends on v), is
    set by the reset, and is without noise.
    """
    membrane, definitions = system.states[0], system.definitions
    if peak_of(system) is None or TIME in system.used or any(slopes.values()):
        return False
    jacobian = definitions.derivative(system.equations[membrane], membrane)
    return (membrane in definitions.bases(jacobian) and membrane in {state for state, _ in system.reset}
            and not any(calls(tree) & {"rand", "randn"} for _, tree in system.reset))


def peak_of(system: System) -> Node | None:
    """Return X of a threshold v > X or X < v with a constant X."""
    test = system.threshold
    if not isinstance(test, ast.Compare):
        return None
    pair = (test.left, test.comparators[0])
    if isinstance(test.ops[0], (ast.Lt, ast.LtE)):
        pair = pair[::-1]
    elif not isinstance(test.ops[0], (ast.Gt, ast.GtE)):
        return None
    is_membrane = isinstance(pair[0], ast.Name) and pair[0].id == system.states[0]
    return pair[1] if is_membrane and system.is_constant(pair[1]) else None


def put_first_loop(frame: Frame, writer: Writer, conducting: bool) -> None:
    """Write the step of one neuron in the loop over all; those that are left out are marked as spiking."""
    unit = Unit(writer, frame.rows, frame.nexts, frame.slopes, frame.has_refractory, False)
    system, membrane = writer.system, writer.system.states[0]
    others = [state for state in system.states[1:] if moving(unit, state)]
    peak = peak_of(system)
    assert peak is not None
    if conducting:
        writer.put(BOTH_INPUTS)
    row = frame.hidden.get("refractory", "")
    if row:
        writer.let("waits", f"{row}[i] >= 1.0")
    for state in others:
        advance(unit, state, times(number(0.5), name(STEP)), "first")
    jacobian = times(name(STEP), system.definitions.derivative(system.equations[membrane], membrane))
    writer.let("steepness", writer.text(jacobian))
    advance(unit, membrane, name(STEP), "full", "gentle_growth")
    v, u, limit = f"{frame.rows[membrane]}[i]", frame.nexts[membrane], writer.text(peak)
    uneventful = f"{STIFF} < steepness and not steepness > {STEEP} and max({v}, {u}) < {limit}"
    if row:
        uneventful = f"{row}[i] <= 0.0 and {uneventful}"
        if membrane in system.frozen:
            uneventful = f"waits or {uneventful}"
    writer.let("is_uneventful", uneventful)
    for state in reversed(others):
        advance(unit, state, times(number(0.5), name(STEP)), "second")
    for state in [membrane, *others]:
        entry = f"{frame.rows[state]}[i]"
        writer.let(entry, f"{frame.nexts[state]} if is_uneventful else {entry}")
    if row and membrane in system.frozen:
        writer.put(f"{row}[i] -= 1.0 if waits else 0.0")
    writer.put("spikes[i] = not is_uneventful")


def second_loop(frame: Frame) -> tuple[list[str], list[str]]:
    """Return (functions, lines of one neuron) of the loop over the neurons that the first one left out."""
    functions = _Functions(frame, frame.quiet.conducting() if frame.conducts else frame.quiet)
    return functions.source(), functions.call_of_step()


class _Functions:
    """Functions of one neuron: slope of v, half steps of the others, and the step with a spike in it."""

    def __init__(self, frame: Frame, system: System) -> None:
        self.frame, self.system = frame, system
        self.membrane = system.states[0]
        self.inputs = ["drive", "shunt"] if frame.conducts else []
        probe = Unit(self._writer(), frame.rows, frame.nexts, frame.slopes, False, False)
        self.others = [state for state in system.states[1:] if moving(probe, state)]
        self.states = [frame.rows[state] for state in system.states]
        self.arguments: dict[str, list[str]] = {}           # function: its inputs and coefficients
        self.names: dict[str, str] = {}
        self.frozen_others = frame.has_refractory and bool(system.frozen & set(self.others))

    def _writer(self) -> Writer:
        writer = Writer(self.system, self.frame.coefficients, (REFRACTORY_STEPS,), in_loop=False)
        writer.place |= {state: name(label) for state, label in self.frame.rows.items()}
        writer.place |= {LENGTH: name("h"), **{each: name(each) for each in ("drive", "shunt")}}
        writer.depth = 1
        return writer

    def _function(self, which: str, arguments: list[str], writer: Writer, returned: str) -> list[str]:
        """A function that takes its inputs and coefficients last."""
        words = set(re.findall(r"\w+", " ".join(writer.lines)))
        self.arguments[which] = [*(each for each in self.inputs if each in words), *writer.read]
        self.names[which] = self.frame.labels.fresh(which)
        head = f"def {self.names[which]}({', '.join([*arguments, *self.arguments[which]])}):"
        return ["@register_jitable", head, *writer.lines, f"    return {returned}", "", ""]

    def source(self) -> list[str]:
        """Return the lines of all functions."""
        lines = self._slope()
        if self.others:
            lines += self._half("first_half", self.others)
        if len(self.others) > 1:
            lines += self._half("second_half", self.others[::-1])
        else:
            self.names |= {"second_half": self.names.get("first_half", "")}
            self.arguments |= {"second_half": self.arguments.get("first_half", [])}
        return lines + self._step()

    def _slope(self) -> list[str]:
        writer = self._writer()
        slope = self.system.equations[self.membrane]
        writer.let("jacobian", writer.text(self.system.definitions.derivative(slope, self.membrane)))
        writer.let("slope", writer.text(slope))
        return self._function("slope_of_v", self.states, writer, "slope, jacobian")

    def _half(self, which: str, order: list[str]) -> list[str]:
        writer, frame = self._writer(), self.frame
        unit = Unit(writer, frame.rows, frame.nexts, frame.slopes, self.frozen_others, False)
        for state in order:
            advance(unit, state, times(number(0.5), name(LENGTH)), "half")
        returned = ", ".join(written(writer.place[state]) for state in self.others)
        return self._function(which, [*self.states, "h", *["waits"] * self.frozen_others], writer, returned)

    def _called(self, which: str, v: str, others: Mapping[str, str], *more: str) -> str:
        states = [v if state == self.membrane else others.get(state, self.frame.rows[state])
                  for state in self.system.states]
        return f"{self.names[which]}({', '.join([*states, *more, *self.arguments[which]])})"

    def _halved(self, which: str, into: Mapping[str, str], v: str, others: Mapping[str, str],
                h: str) -> list[str]:
        """The line that lets `into` be the others after half a part of length h, if there are others."""
        if not self.others:
            return []
        left = ", ".join(into[state] for state in self.others)
        return [f"{left} = {self._called(which, v, others, h, *['waits'] * self.frozen_others)}"]

    def _step(self) -> list[str]:
        frame, writer = self.frame, self._writer()
        v, u = frame.rows[self.membrane], frame.nexts[self.membrane]
        now = {state: frame.rows[state] for state in self.others}
        new = {state: frame.nexts[state] for state in self.others}
        peak = peak_of(self.system)
        assert peak is not None
        limit = writer.text(peak)
        held = frame.has_refractory and self.membrane in self.system.frozen
        row = frame.hidden.get("refractory", "")
        spike = self._spike(writer, limit, now, new)
        if row:
            steps = written(writer.value(name(REFRACTORY_STEPS)))
            spike.insert(-1, f"{row} = {steps}")
        slope = f"slope, jacobian = {self._called('slope_of_v', v, new)}"
        again = f"slope, jacobian = {self._called('slope_of_v', v, now)}"
        spike.insert(-1, again)
        body = [*([f"waits = {row} > 0.0"] if row else []),
                f"h = min(left, {row} * dt) if waits else left" if row else "h = left",
                f"if jacobian * h > {FINE}" + " and not waits" * held + ":",
                f"    h = max({FINE} / jacobian, {SHORTEST} * dt)",
                "while True:",
                *_indented([
                    *self._halved("first_half", new, v, now, "h"), slope,
                    f"{u} = {v} + h * slope * growth(h * jacobian)",
                    f"later, later_jacobian = {self._called('slope_of_v', u, new)}",
                    f"if not later_jacobian * h > {2.0 * FINE} or h <= {SHORTEST} * dt"
                    + " or waits" * held + ":",
                    "    break", "h *= 0.5"]),
                f"bend = later - slope - jacobian * ({u} - {v})",
                f"{u} += third_order(h, jacobian, bend, h * later_jacobian)",
                *([f"{u} = {v} if waits else {u}"] if held else []),
                f"if max({u}, {v}) >= {limit}" + " and not waits" * bool(row) + ":",
                "    if not has_spiked:", *_indented(_indented(spike)), f"    {u} = {limit}",
                *self._halved("second_half", new, u, new, "h"),
                ", ".join([v, *now.values()]) + " = " + ", ".join([u, *new.values()]),
                *([f"{row} = max({row} - h / dt, 0.0) if h < {row} * dt else 0.0"] if row else []),
                "jacobian = later_jacobian", "left -= h"]
        lines = [again, "left, has_spiked = dt, False", "while left > 0.0:", *_indented(body)]
        writer.lines = _indented(lines)
        for each in self.arguments.values():
            writer.read |= dict.fromkeys(label for label in each if label not in self.inputs)
        returned = ", ".join([*self.states, *([row] if row else []), "has_spiked"])
        return self._function("spiking_step", [*self.states, *([row] if row else []), "dt"], writer, returned)

    def _spike(self, writer: Writer, limit: str, now: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
        """The lines of a spike: elapsed time, the others at that time, the reset."""
        v = self.frame.rows[self.membrane]
        time = f"min(max(step_to({limit} - {v}, slope, jacobian), 0.0), h)"
        lines = [f"elapsed = {time} if {v} < {limit} else 0.0",
                 *self._halved("first_half", new, v, now, "elapsed"),
                 f"{v} = max({v}, {limit})",
                 *self._halved("second_half", now, v, new, "elapsed")]
        inner = Writer(self.system, self.frame.coefficients, in_loop=False)
        inner.place, inner.read = dict(writer.place), writer.read
        for state, tree in self.system.reset:
            inner.let(self.frame.rows[state], inner.text(tree))
            inner.moved(state)
        return [*lines, *inner.lines, "has_spiked = True", "left -= elapsed", "continue"]

    def call_of_step(self) -> list[str]:
        """Return the lines that make the step of neuron i."""
        row = self.frame.hidden.get("refractory", "")
        states = [f"{label}[i]" for label in [*self.states, *([row] if row else [])]]
        given = [each if each in self.inputs else f"{each}[i]" for each in self.arguments["spiking_step"]]
        call = f"{self.names['spiking_step']}({', '.join([*states, STEP, *given])})"
        return [*([BOTH_INPUTS] if self.inputs else []), f"{', '.join([*states, 'spikes[i]'])} = {call}"]


def _indented(lines: list[str]) -> list[str]:
    return [f"    {line}" for line in lines]
