"""Derivatives of expressions, and what an expression depends on through the names that a text defines."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from .expressions import (RANDOM, Node, call, calls, choose, evaluate, is_number, minus, name, names,
                          number, over, plus, times, value_of)


__all__ = ["Definitions"]


def _half(node: Node) -> Node:
    return times(number(0.5), node)


SLOPES: dict[str, Callable[[Node], Node]] = {       # f′(x) of each function of one variable
    "exp": lambda x: call("exp", x),
    "expm1": lambda x: call("exp", x),
    "log": lambda x: over(number(1.0), x),
    "log10": lambda x: over(number(0.4342944819032518), x),
    "log1p": lambda x: over(number(1.0), plus(number(1.0), x)),
    "sqrt": lambda x: over(number(0.5), call("sqrt", x)),
    "sin": lambda x: call("cos", x),
    "cos": lambda x: minus(call("sin", x)),
    "tan": lambda x: plus(number(1.0), times(call("tan", x), call("tan", x))),
    "arcsin": lambda x: over(number(1.0), call("sqrt", minus(number(1.0), times(x, x)))),
    "arccos": lambda x: over(number(-1.0), call("sqrt", minus(number(1.0), times(x, x)))),
    "arctan": lambda x: over(number(1.0), plus(number(1.0), times(x, x))),
    "sinh": lambda x: call("cosh", x),
    "cosh": lambda x: call("sinh", x),
    "tanh": lambda x: minus(number(1.0), times(call("tanh", x), call("tanh", x))),
    "abs": lambda x: call("sign", x),
    "exprel": lambda x: choose(_near_zero(x), number(0.5), over(minus(call("exp", x), call("exprel", x)), x)),
}
FLAT = ("sign", "floor", "ceil", "truncate")        # constant between their jumps


def _near_zero(x: Node) -> Node:
    return ast.Compare(call("abs", x), [ast.Lt()], [number(1e-4)])


def _below(x: Node, y: Node) -> Node:
    return ast.Compare(x, [ast.LtE()], [y])


class Definitions:
    """Names that a text defines by expressions, and all that can be derived from them.

    Derivatives of a defined name get names of their own, so that no expression grows by inlining: the slope
    of ``m_inf`` with respect to v is ``d_m_inf_d_v``.

    Parameters
    ----------
    expressions : dict
        {name: tree} without circles.
    """

    def __init__(self, expressions: Mapping[str, Node]) -> None:
        self.expressions = dict(expressions)
        self._bases: dict[str, frozenset[str]] = {}
        self._slopes: dict[tuple[str, str], Node] = {}

    def extended(self, more: Mapping[str, Node]) -> Definitions:
        """Return definitions with `more` names."""
        return Definitions({**self.expressions, **more})

    def bases(self, node: Node) -> frozenset[str]:
        """Return the names on which a tree depends in the end: states, parameters, the input, xi."""
        found: set[str] = {f"{each}()" for each in calls(node) if each in RANDOM}
        for each in names(node):
            if each not in self.expressions:
                found.add(each)
                continue
            if each not in self._bases:
                self._bases[each] = self.bases(self.expressions[each])
            found |= self._bases[each]
        return frozenset(found)

    def values(self, node: Node, values: Mapping[str, Any]) -> Any:
        """Return the value of a tree, with the values of all names that are defined by no expression."""
        return evaluate(node, _Lazy(self, values))

    def derivative(self, node: Node, x: str) -> Node:
        """Return the derivative of a tree with respect to the name x."""
        if x not in self.bases(node):
            return number(0.0)
        if isinstance(node, ast.Name):
            return number(1.0) if node.id == x else self._partial(node.id, x)
        if isinstance(node, ast.UnaryOp):
            return minus(self.derivative(node.operand, x))
        if isinstance(node, ast.IfExp):
            return choose(node.test, self.derivative(node.body, x), self.derivative(node.orelse, x))
        if isinstance(node, ast.Call):
            assert isinstance(node.func, ast.Name)
            return self._of_call(node.func.id, node, x)
        assert isinstance(node, ast.BinOp)
        left, right = node.left, node.right
        d_left, d_right = self.derivative(left, x), self.derivative(right, x)
        if isinstance(node.op, ast.Add):
            return plus(d_left, d_right)
        if isinstance(node.op, ast.Sub):
            return minus(d_left, d_right)
        if isinstance(node.op, ast.Mult):
            return plus(times(d_left, right), times(left, d_right))
        return over(d_left if is_number(d_right, 0.0) else minus(d_left, times(node, d_right)), right)

    def _partial(self, defined: str, x: str) -> Node:
        if (defined, x) not in self._slopes:
            slope = self.derivative(self.expressions[defined], x)
            if not isinstance(slope, (ast.Constant, ast.Name)):
                label = f"d_{defined}_d_{x}"
                while label in self.expressions:
                    label += "_"
                self.expressions[label] = slope
                slope = name(label)
            self._slopes[defined, x] = slope
        return self._slopes[defined, x]

    def _of_call(self, function: str, node: ast.Call, x: str) -> Node:
        inner = [self.derivative(each, x) for each in node.args]
        first = node.args[0]
        if function in SLOPES:
            return times(SLOPES[function](first), inner[0])
        if function in FLAT:
            return number(0.0)
        if function == "power":
            return self._of_power(first, node.args[1], node, inner)
        if function == "modulo":
            return inner[0]
        low, high = (node.args[1], node.args[2]) if function == "clip" else (None, node.args[-1])
        if function == "max":
            return choose(_below(high, first), inner[0], inner[1])
        limited = choose(_below(first, high), inner[0], inner[-1])
        return limited if low is None else choose(_below(low, first), limited, inner[1])

    @staticmethod
    def _of_power(base: Node, exponent: Node, whole: Node, inner: list[Node]) -> Node:
        lowered = minus(exponent, number(1.0))
        if isinstance(exponent, ast.Constant):
            lowered = number(value_of(exponent) - 1.0)
        by_base = times(exponent, call("power", base, lowered), inner[0])
        return plus(by_base, times(whole, call("log", base), inner[1]))


class _Lazy(dict[str, Any]):
    """The values of names; those of defined names are computed when they are first asked for."""

    def __init__(self, definitions: Definitions, values: Mapping[str, Any]) -> None:
        super().__init__(values)
        self._expressions = definitions.expressions

    def __missing__(self, key: str) -> Any:
        if key not in self._expressions:
            raise KeyError(key)
        with np.errstate(all="ignore"):
            self[key] = value = evaluate(self._expressions[key], self)
        return value
