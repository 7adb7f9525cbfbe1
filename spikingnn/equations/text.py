"""From a text to its parts: equations, definitions, declarations, and the statements of a reset or a rule."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from .expressions import Node, TextError, minus, name, over, parse, plus, shown, times


__all__ = ["Line", "Statement", "at", "check_name", "lines_of", "statements_of"]

LONGEST = 20_000                    # characters of a text
FLAGS = {"unless refractory", "constant", "shared", "constant over dt", "event-driven", "clock-driven"}
CONTINUING = ("+", "-", "*", "/")
WORDS = {"and", "or", "not", "if", "else"}
FORMS = "`dv/dt = … : unit`, `name = … : unit` or `name : unit`"


class Line(NamedTuple):
    """One line of a text."""

    kind: str                       # "equation", "definition" or "declaration"
    name: str
    expression: Node | None
    unit: str | None                # as written
    flags: frozenset[str]
    shown: str


class Statement(NamedTuple):
    """One assignment; `x += 1` is kept as x = x + 1."""

    target: str
    expression: Node
    shown: str


def at(where: str, problem: str, what: str = "") -> TextError:
    """Return the error that says where in the text something is wrong; `what` is "threshold", "reset" …"""
    quoted = f'{what} "{shown(where)}"'.lstrip()
    return TextError(f'{quoted}{"" if problem.startswith(":") else " "}{problem}')


def check_name(identifier: str, where: str) -> str:
    """Return an identifier as Python reads it; TextError if it is none."""
    identifier = unicodedata.normalize("NFKC", identifier)
    if keyword.iskeyword(identifier):
        raise at(where, f": {identifier!r} is a word of Python; call it {identifier + '_'!r}")
    if not identifier.isidentifier() or identifier.startswith("__"):
        raise at(where, f": {identifier!r} is no name")
    return identifier


def _physical_lines(text: object, what: str) -> list[str]:
    """The lines of a text without comments.

    A line goes on after a backslash or an operator, inside brackets, and in one that begins with an operator.
    """
    if not isinstance(text, str):
        raise TypeError(f"{what} must be a text, got {shown(repr(text))}")
    if len(text) > LONGEST:
        raise TextError(f"{what} is longer than {LONGEST:,} characters")
    if any(not char.isprintable() and char not in "\n\t\r" for char in text):
        raise TextError(f"{what} holds a character that cannot be printed")
    found: list[str] = []
    goes_on = False
    for line in filter(None, (line.partition("#")[0].strip() for line in text.splitlines())):
        if found and (goes_on or line.startswith(CONTINUING)):
            line = f"{found.pop()} {line}"
        goes_on = line.endswith((*CONTINUING, "=", "(", "\\")) or line.count("(") > line.count(")")
        found.append(line.rstrip("\\").strip())
    return found


def _parsed(text: str, where: str, condition: bool = False) -> Node:
    for word in re.findall(r"[^\W\d]\w*", text):
        if keyword.iskeyword(word) and word not in WORDS:
            raise at(where, f": {word!r} is a word of Python; as a name call it {word + '_'!r}")
    try:
        return parse(text, condition)
    except TextError as problem:
        raise at(where, str(problem)) from None


def condition_of(text: object, what: str) -> Node:
    """Return the tree of a condition."""
    lines = _physical_lines(text, what)
    if len(lines) != 1:
        raise TextError(f'{what} must be one condition such as "v > -50"')
    try:
        return parse(lines[0], condition=True)
    except TextError as problem:
        raise at(lines[0], str(problem), what) from None


def lines_of(text: object, owner: str) -> list[Line]:
    """Return the lines of a text of equations."""
    found: dict[str, Line] = {}
    for written in _physical_lines(text, f"{owner}.text"):
        for line in _lines(written):
            if line.name in found:
                raise at(written, f": {line.name!r} is defined twice")
            found[line.name] = line
    return list(found.values())


def _lines(written: str) -> list[Line]:
    body, colon, unit = written.partition(":")
    frozen = re.search(r"\(\s*unless\s+refractory\s*\)\s*$", body)          # without a unit before it
    body, flags = (body[:frozen.start()], {"unless refractory"}) if frozen else (body, set())
    if colon:
        unit, more = _split_flags(unit.strip(), written)
        flags |= more
        if not unit:
            raise at(written, ": there is no unit after the colon (1: dimensionless)")
    given = unit if colon else None
    left, equals, right = body.partition("=")
    derivative = re.fullmatch(r"\s*d\s*(\w+)\s*/\s*dt\s*", left)
    if equals and derivative:
        label = check_name(derivative[1], written)
        return [Line("equation", label, _parsed(right, written), given, frozenset(flags), written)]
    if equals and re.fullmatch(r"\s*\w+\s*", left) and not right.startswith("="):
        label = check_name(left.strip(), written)
        return [Line("definition", label, _parsed(right, written), given, frozenset(flags), written)]
    if not equals and colon and re.fullmatch(r"[\w\s,]+", body):
        labels = [check_name(label.strip(), written) for label in body.split(",")]
        return [Line("declaration", label, None, given, frozenset(flags), written) for label in labels]
    raise at(written, f"is none of {FORMS}")


def _split_flags(unit: str, written: str) -> tuple[str, set[str]]:
    """The unit, and the flags in brackets behind it."""
    bracket = re.search(r"\(([a-z\s,-]*)\)\s*$", unit)
    if not bracket or not (words := {" ".join(word.split()) for word in bracket[1].split(",")}) - {""}:
        return unit, set()
    if words & {"linked", "summed"}:
        raise at(written, f": ({bracket[1]}) is not available; connect the groups by a SynapseGroup, or give "
                          "the parameter one value per neuron")
    if not words <= FLAGS:
        return unit, set()                                      # brackets of the unit
    return unit[:bracket.start()].strip(), words


def statements_of(text: object, what: str) -> list[Statement]:
    """Return the assignments of a text, which are separated by lines or semicolons."""
    found = []
    for line in _physical_lines(text, what):
        for written in filter(None, (part.strip() for part in line.split(";"))):
            match = re.fullmatch(r"(\w+)\s*([-+*/]?)=(?!=)(.*)", written)
            if not match:
                raise at(written, 'is no assignment such as "v = v_r" or "w += b"', what)
            try:
                target = check_name(match[1], written)
                right = _parsed(match[3], written)
            except TextError as problem:
                raise TextError(f"{what} {problem}") from None
            found.append(Statement(target, _combined(match[2], name(target), right), written))
    if not found:
        raise TextError(f"{what} is empty")
    return found


def _combined(operator: str, old: Node, right: Node) -> Node:
    made: dict[str, Callable[..., Any]] = {"+": plus, "-": minus, "*": times, "/": over}
    return made[operator](old, right) if operator else right


def circle_in(expressions: dict[str, set[str]]) -> Sequence[str]:
    """Return names that are defined by each other in a circle, or nothing."""
    done: set[str] = set()
    for start in expressions:
        path: list[tuple[str, list[str]]] = [(start, sorted(expressions[start]))]
        while path:
            at_name, waiting = path[-1]
            if not waiting:
                done.add(at_name)
                path.pop()
                continue
            following = waiting.pop()
            on_path = [each for each, _ in path]
            if following in on_path:
                return [*on_path[on_path.index(following):], following]
            if following in expressions and following not in done:
                path.append((following, sorted(expressions[following])))
    return ()
