"""The kernel of a text as a file of Python that can be read: a loop over neurons."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from . import functions
from .expressions import Node, TextError, name
from .integration import REFRACTORY_STEPS, RK4, SUBSTEPS, Special, Unit, exact, explicit, split
from .linear import Linear, find_linear, why_not_linear
from .spike_time import BOTH_INPUTS, crosses_inside, put_first_loop, second_loop
from .system import STEP, TIME, System
from .writer import Coefficients, Labels, Writer, written


__all__ = ["METHODS", "Program", "write_program"]

METHODS = ("exact", "split", "rk4", "euler")
HEAD = "step(state, coefficients, current, conductance, spikes, dt, key):"


@dataclass(frozen=True, eq=False)
class Program:
    """A kernel as text, and what it has to be given."""

    source: str
    states: tuple[str, ...]
    """Rows of the state: those of the text, then what the kernel remembers."""
    conductances: bool
    method: str
    trees: Mapping[str, Node | None]
    """Coefficients in their order; None: an entry of a propagator."""
    special: Special | None
    system: System
    inside: bool
    """Whether spikes are found inside the step."""

    def coefficients(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return {label: number or (n,)} from the values of the parameters and of the step."""
        propagators = self.special.values(values) if self.special is not None and self.special.entries else {}
        with np.errstate(all="ignore"):
            return {label: (propagators[label] if tree is None else
                            self.system.definitions.values(tree, values))
                    for label, tree in self.trees.items()}


def chosen_method(system: System, method: str | None, longest_step: bool) -> tuple[str, Linear | None]:
    """Return the method, and the linear system if it is exact; TextError if it does not fit."""
    if method in ("rk4", "euler"):
        if method == "rk4" and system.noises:
            raise TextError('method "rk4" integrates no noise; use None or "euler"')
        return method, None
    linear = None if method == "split" else find_linear(system)
    if method == "exact" and linear is None:
        reason = why_not_linear(system)
        raise TextError(f'method "exact" needs linear equations with constant coefficients: {reason}')
    return ("split", None) if linear is None else ("exact", linear)


class Frame:
    """What the loops of one kernel share: labels of rows, of coefficients and of new values."""

    def __init__(self, system: System, method: str | None, has_refractory: bool, substeps: bool) -> None:
        self.system, self.has_refractory, self.substeps = system, has_refractory, substeps
        self.slopes = system.noise_slopes()
        self.method, self.linear = chosen_method(system, method, substeps)
        self.quiet = system.without_noise()
        self.labels = Labels(functions.__all__)
        self.coefficients = Coefficients(self.labels)
        fresh = self.labels.fresh
        self.rows = {state: fresh(state) for state in system.states}
        self.crossing = system.threshold is not None and not system.reset
        self.hidden: dict[str, str] = {}
        needed = {"refractory": has_refractory, "above": self.crossing, TIME: TIME in system.used}
        for wanted in (each for each in needed if needed[each]):
            self.hidden[wanted] = fresh(wanted)
        self.nexts = {state: fresh(f"n_{state}") for state in system.states}
        self.special = Special(self.linear, system.frozen) if self.linear is not None else None
        self.conducts, self.one_loop = system.takes_current, False

    def writer(self, conducting: bool) -> Writer:
        """Return a writer for one loop, with the places of all values at the start of the step."""
        system = self.quiet.conducting() if conducting else self.quiet
        writer = Writer(system, self.coefficients, (SUBSTEPS, REFRACTORY_STEPS))
        for state, label in self.rows.items():
            writer.place[state] = ast.parse(f"{label}[i]", mode="eval").body
        writer.place |= {"drive": name("drive"), "shunt": name("shunt")}
        if TIME in self.hidden:
            writer.place[TIME] = ast.parse(f"{self.hidden[TIME]}[i]", mode="eval").body
        return writer


def write_program(system: System, header: Sequence[str], method: str | None, has_refractory: bool,
                  substeps: bool) -> Program:
    """Return the program of a system.

    Parameters
    ----------
    system : System
        The model.
    header : sequence of str
        Lines of comment for the head of the file.
    method : str, optional
        One of `METHODS`; None: exact where the system is linear, else split.
    has_refractory : bool
        Whether there is a refractory period.
    substeps : bool
        Whether a step is divided.
    """
    frame = Frame(system, method, has_refractory, substeps)
    inside = (frame.method == "split" and not substeps and system.refractory is None
              and crosses_inside(frame.quiet, frame.slopes))
    loops = []
    for conducting in _variants(frame, inside):
        writer = frame.writer(conducting)
        if inside:
            put_first_loop(frame, writer, conducting)
        else:
            _put_unit(frame, writer, conducting)
        loops.append(writer.lines)
    source = _assembled(frame, header, loops, *(second_loop(frame) if inside else ([], [])))
    states = (*system.states, *frame.hidden.values())
    return Program(source, states, frame.conducts, frame.method, frame.coefficients.trees, frame.special,
                   frame.quiet, inside)


def _variants(frame: Frame, inside: bool) -> tuple[bool, ...]:
    """Which loops there are: without and with conductances, or one for both.

    Two are faster where the coefficient of v is constant without conductances: no exponential is computed.
    """
    if not frame.conducts:
        return (False,)
    membrane, system = frame.quiet.states[0], frame.quiet
    slope = system.definitions.derivative(system.equations[membrane], membrane)
    frame.one_loop = frame.method == "split" and (inside or not system.is_constant(slope))
    return (True,) if frame.one_loop else (False, True)


def _put_unit(frame: Frame, writer: Writer, conducting: bool) -> None:
    """Write one neuron's step on the grid: integrate, test the threshold, reset."""
    unit = Unit(writer, frame.rows, frame.nexts, frame.slopes, frame.has_refractory, frame.substeps)
    begin_unit(frame, writer, conducting)
    quiet = frame.quiet
    early = (frame.method == "split" or conducting) and not frame.substeps and bool(quiet.reset)
    early = early and quiet.threshold is not None and quiet.definitions.bases(quiet.threshold) <= {
        quiet.states[0], *quiet.parameters, STEP} and len(quiet.states) > 1
    if early:
        unit.early_reset = lambda: _put_spike(frame, unit)
    if frame.method == "exact" and not conducting:
        assert frame.linear is not None and frame.special is not None
        exact(unit, frame.linear, frame.special)
    elif frame.method in ("exact", "split"):
        split(unit)
    else:
        explicit(unit, RK4 if frame.method == "rk4" else ((0.0, 1.0),))
    if frame.quiet.threshold is not None and unit.early_reset is None:
        _put_spike(frame, unit)
    for state in frame.rows:
        place = written(writer.place[state])
        if place != f"{frame.rows[state]}[i]":
            writer.let(f"{frame.rows[state]}[i]", place)
    put_hidden(frame, writer)


def begin_unit(frame: Frame, writer: Writer, conducting: bool) -> None:
    """Write what comes before the integration."""
    if conducting:
        writer.put(BOTH_INPUTS if frame.one_loop else "drive, shunt = current[i] + driving[i], g[i]")
    if frame.has_refractory:
        writer.put(f"waits = {frame.hidden['refractory']}[i] > 0.0")


def _put_spike(frame: Frame, unit: Unit) -> None:
    """Write the threshold and the reset."""
    writer, quiet = unit.writer, frame.quiet
    assert quiet.threshold is not None
    if TIME in frame.hidden:
        writer.place[TIME] = ast.parse(f"{frame.hidden[TIME]}[i] + dt", mode="eval").body
        writer.moved(TIME)
    condition = writer.text(quiet.threshold)
    if frame.crossing:
        writer.let("is_above", condition)
        condition = f"is_above and {frame.hidden['above']}[i] == 0.0"
    elif frame.has_refractory and isinstance(quiet.threshold, ast.BoolOp):
        condition = f"({condition})"
    writer.let("fires", condition + " and not waits" * frame.has_refractory)
    for state, tree in quiet.reset:
        value = writer.text(tree)
        before = written(writer.place[state])
        label = frame.nexts[state]
        if not isinstance(ast.parse(value, mode="eval").body, (ast.Name, ast.Subscript, ast.Constant)):
            reset = writer.fresh(f"r_{state}")
            writer.let(reset, value)
            value = reset
        writer.let(label, f"{value} if fires else {before}")
        writer.place[state] = name(label)
        writer.moved(state)


def put_hidden(frame: Frame, writer: Writer) -> None:
    """Write what the kernel remembers, and the spike."""
    if frame.has_refractory:
        row = frame.hidden["refractory"]
        if frame.quiet.refractory is None:
            steps = written(writer.value(name(REFRACTORY_STEPS)))
            writer.put(f"{row}[i] = {steps} if fires else max({row}[i] - 1.0, 0.0)")
        else:
            lasts = writer.text(frame.quiet.refractory)
            writer.put(f"{row}[i] = 1.0 if (fires or waits) and ({lasts}) else 0.0")
    if frame.crossing:
        writer.put(f"{frame.hidden['above']}[i] = 1.0 if is_above else 0.0")
    if TIME in frame.hidden:
        row = frame.hidden[TIME]
        writer.put(f"{row}[i] = (math.floor({row}[i] / dt + 0.5) + 1.0) * dt")
    if frame.system.threshold is not None:
        writer.put("spikes[i] = fires")


# --- the file ---

def _assembled(frame: Frame, header: Sequence[str], loops: list[list[str]], helpers: list[str],
               last: list[str]) -> str:
    """The source of the file."""
    rows = [*frame.rows.values(), *frame.hidden.values()]
    first = rows[0]
    body = [_unpacked(rows, "state")]
    if frame.conducts:
        body.append("g, driving = rows(conductance, 2)")
    if frame.coefficients.trees:
        body += _wrapped(_unpacked(list(frame.coefficients.trees), "coefficients"))
    opening = f"for i in range({first}.size):"
    whole = [[opening, *_indented(lines or ["pass"])] for lines in loops]
    if len(whole) == 2:
        body += ["if g.size == 0:", *_indented(whole[0]), "else:", *_indented(whole[1])]
    else:
        body += whole[0]
    if last:
        body += [opening, "    if spikes[i]:", *_indented(_indented(last))]
    comments = [f"#   {label} = {written(tree)}" for label, tree in frame.coefficients.trees.items()
                if tree is not None and not isinstance(tree, ast.Name)]
    comments = ["# coefficients of a step:", *comments] if comments else []
    code = [*helpers, *comments, "@step_kernel", f"def {HEAD}", *_indented(body)]
    comment = [f"# {line}".rstrip() for line in header]
    return "\n".join([*comment, "", *_imports("\n".join(code)), "", "", *code, ""])


def _indented(lines: Sequence[str]) -> list[str]:
    return [f"    {line}" for line in lines]


def _unpacked(labels: list[str], array: str) -> str:
    left = ", ".join(labels) if len(labels) > 1 else f"({labels[0]},)"
    return f"{left} = rows({array}, {len(labels)})"


def _wrapped(line: str) -> list[str]:
    """A long unpacking on several lines, in brackets."""
    if len(line) < 100 or ", " not in line:
        return [line]
    left, right = line.split(" = ")
    lines, current = [], "("
    for label in left.split(", "):
        if len(current) + len(label) > 95:
            lines.append(current.rstrip())
            current = " "
        current += f"{label}, "
    return [*lines, f"{current[:-2]}) = {right}"]


def _imports(code: str) -> list[str]:
    """The lines of import for the names that a file uses."""
    used = {node.id for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Name)}
    plugin = sorted(used & {"normal", "uniform", "rows", "step_kernel"})
    mine = sorted(used & set(functions.__all__))
    return list(itertools.chain(
        ["import math", ""] if "math" in used else [],
        ["from numba.extending import register_jitable", ""] if "register_jitable" in used else [],
        [f"from spikingnn.engine.plugin import {', '.join(plugin)}"],
        ["from spikingnn.engine.random import mix"] if "mix" in used else [],
        [f"from spikingnn.equations.functions import {', '.join(mine)}"] if mine else []))
