"""Units as factors, and the check of dimensions where units are written.

The package's units are coherent (MΩ·nA = mV, nF·mV/ms = nA, µS·mV = nA), so that a unit in a text is a
factor: mV = ms = nA = 1, pA = 1e-3, volt = 1e3.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from typing import TypeAlias

from .expressions import CONSTANTS, Node, TextError, names, parse, value_of


__all__ = ["NUMBER", "UNITS", "Dimension", "dimension_of", "find_mismatch", "written_unit"]

Dimension: TypeAlias = tuple[float, ...]                # exponents of mV, ms, nA, cm and mM
NUMBER: Dimension = (0.0,) * 5
_V, _T, _A, _L, _M = (tuple(float(i == k) for i in range(5)) for k in range(5))


def _scaled(x: Dimension, factor: float) -> Dimension:
    return tuple(factor * a for a in x)


def _sum(x: Dimension, y: Dimension, sign: float = 1.0) -> Dimension:
    return tuple(a + sign * b for a, b in zip(x, y))


_OHM, _SIEMENS, _FARAD = _sum(_V, _A, -1), _sum(_A, _V, -1), _sum(_sum(_A, _T), _V, -1)
_PREFIXES = {"p": 1e-12, "n": 1e-9, "u": 1e-6, "µ": 1e-6, "μ": 1e-6, "m": 1e-3, "": 1.0, "k": 1e3, "M": 1e6,
             "G": 1e9}
_BASES: dict[str, tuple[float, Dimension, str]] = {     # name: (value without prefix, dimension, prefixes)
    "volt": (1e3, _V, "pnuµμm k"), "V": (1e3, _V, "pnuµμm k"),
    "second": (1e3, _T, "nuµμm "), "s": (1e3, _T, "nuµμm"),
    "amp": (1e9, _A, "pnuµμm "), "ampere": (1e9, _A, "pnuµμm "), "A": (1e9, _A, "pnuµμm"),
    "ohm": (1e-6, _OHM, "m kMG"), "Ω": (1e-6, _OHM, "m kMG"), "siemens": (1e6, _SIEMENS, "pnuµμm "),
    "S": (1e6, _SIEMENS, "pnuµμm"), "farad": (1e9, _FARAD, "pnuµμm "), "F": (1e9, _FARAD, "pnuµμm"),
    "hertz": (1e-3, _scaled(_T, -1), "mkM "), "Hz": (1e-3, _scaled(_T, -1), "mkM "),
    "metre": (1e2, _L, "nuµμm k"), "meter": (1e2, _L, "nuµμm k"), "m": (1e2, _L, "nuµμmk"),
    "molar": (1e3, _M, "pnuµμm "), "M": (1e3, _M, "nuµμm"),
}


def _table() -> dict[str, tuple[float, Dimension]]:
    made = {prefix + base: (float(f"{_PREFIXES[prefix] * value:.12g}"), dimension)
            for base, (value, dimension, prefixes) in _BASES.items()
            for prefix in ("" if each == " " else each for each in prefixes)}
    return made | {"cm": (1.0, _L), "cmetre": (1.0, _L), "cmeter": (1.0, _L), "msiemens": (1e3, _SIEMENS)}


UNITS = _table()                    # {name: (factor, dimension)}


def written_unit(unit: str) -> Dimension | None:
    """Return the dimension of a unit behind a colon, None if it is not known; TextError if it is no unit."""
    unit = re.sub(r"[·⋅×]", "*", unit.replace("²", "**2").replace("⁻¹", "**-1").replace("^", "**"))
    if unit in ("boolean", "integer", "bool", "rad", "radian"):
        return NUMBER
    try:
        tree = parse(unit)
    except TextError as problem:
        raise TextError(f"the unit {unit!r} {problem}") from None
    return None if names(tree) - set(UNITS) else dimension_of(tree, {}, pure_numbers=True)


class _Mismatch(Exception):
    """Two dimensions that do not fit."""


def dimension_of(node: Node, known: Mapping[str, Dimension | None], pure_numbers: bool) -> Dimension | None:
    """Return the dimension of a tree, or None if it is not known; a mismatch inside raises.

    Parameters
    ----------
    node : tree
        Expression with its units still in it.
    known : dict
        {name: dimension or None}; a name that is missing is a unit or a constant.
    pure_numbers : bool
        Whether a number in a product is dimensionless; otherwise it may have a unit that was not written.
    """
    if isinstance(node, ast.Constant):
        return NUMBER if pure_numbers else None
    if isinstance(node, ast.Name):
        if node.id in known:
            return known[node.id]
        return UNITS[node.id][1] if node.id in UNITS else NUMBER if node.id in CONSTANTS else None
    if isinstance(node, ast.UnaryOp):
        return dimension_of(node.operand, known, pure_numbers)
    if isinstance(node, ast.IfExp):
        dimension_of(node.test, known, pure_numbers)
        return _alike([node.body, node.orelse], known, pure_numbers)
    if isinstance(node, ast.BoolOp):
        for each in node.values:
            dimension_of(each, known, pure_numbers)
        return NUMBER
    if isinstance(node, ast.Compare):
        _alike([node.left, node.comparators[0]], known, pure_numbers)
        return NUMBER
    if isinstance(node, ast.Call):
        return _of_call(node, known, pure_numbers)
    assert isinstance(node, ast.BinOp)
    if isinstance(node.op, (ast.Add, ast.Sub)):
        return _alike([node.left, node.right], known, pure_numbers)
    left, right = (dimension_of(each, known, pure_numbers) for each in (node.left, node.right))
    if left is None or right is None:
        return None
    return _sum(left, right, 1.0 if isinstance(node.op, ast.Mult) else -1.0)


def _alike(nodes: list[Node], known: Mapping[str, Dimension | None], pure_numbers: bool) -> Dimension | None:
    """The common dimension of what is added or compared; a bare number fits anything."""
    found: Dimension | None = None
    first = nodes[0]
    for node in nodes:
        mine = dimension_of(node, known, pure_numbers)
        if isinstance(node, ast.Constant) or mine is None:
            continue
        if found is not None and mine != found:
            raise _Mismatch(f"{ast.unparse(first)} is in {shown_unit(found)}, {ast.unparse(node)} in "
                            f"{shown_unit(mine)}")
        found, first = mine, node
    return found


def _of_call(node: ast.Call, known: Mapping[str, Dimension | None], pure_numbers: bool) -> Dimension | None:
    assert isinstance(node.func, ast.Name)
    function = node.func.id
    if function in ("min", "max", "clip", "modulo"):
        return _alike(node.args, known, pure_numbers)
    inner = [dimension_of(each, known, pure_numbers) for each in node.args]
    if function in ("abs", "floor", "ceil", "truncate"):
        return inner[0]
    if function == "sqrt":
        return None if inner[0] is None else _scaled(inner[0], 0.5)
    if function == "power":
        if inner[0] is None or not isinstance(node.args[1], ast.Constant):
            return NUMBER if inner[0] == NUMBER else None
        return _scaled(inner[0], value_of(node.args[1]))
    argument = inner[0] if inner and function != "sign" else None
    if argument is not None and argument != NUMBER:
        inside = ast.unparse(node.args[0])
        raise _Mismatch(f"{function} is taken of {inside}, which is in {shown_unit(argument)}")
    return NUMBER


def find_mismatch(node: Node, expected: Dimension | None, known: Mapping[str, Dimension | None],
                  pure_numbers: bool) -> str | None:
    """Return what does not fit in the dimensions of an expression that should have the `expected` one."""
    try:
        found = dimension_of(node, known, pure_numbers)
    except _Mismatch as problem:
        return str(problem)
    if None in (found, expected) or isinstance(node, ast.Constant) or found == expected:
        return None
    assert found is not None and expected is not None
    return f"the right side is in {shown_unit(found)}, the left side in {shown_unit(expected)}"


def shown_unit(dimension: Dimension) -> str:
    """Return a dimension in the package's units, such as mV/ms."""
    for label, known in (("MΩ", _OHM), ("µS", _SIEMENS), ("nF", _FARAD)):
        if dimension == known:
            return label
    pairs = zip(("mV", "ms", "nA", "cm", "mM"), dimension)
    parts = [(unit, exponent) for unit, exponent in pairs if exponent]
    above = "·".join(_powered(unit, exponent) for unit, exponent in parts if exponent > 0)
    below = "".join("/" + _powered(unit, -exponent) for unit, exponent in parts if exponent < 0)
    return (above or "1") + below


def _powered(unit: str, exponent: float) -> str:
    return unit if exponent == 1 else f"{unit}^{exponent:g}"
