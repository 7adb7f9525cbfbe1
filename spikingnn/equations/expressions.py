"""Expressions of a text: arithmetic alone, as a tree of Python's `ast`; nothing is ever evaluated as Python.

`parse` accepts a whitelist of nodes and returns a tree of these few kinds: number, name, + - * /, minus,
comparison, and/or/not, x if c else y, and calls of the functions in `FUNCTIONS`. `evaluate` interprets a tree
with NumPy, so that arrays of parameters are fine.
"""

from __future__ import annotations

import ast
import difflib
import math
import operator
import warnings
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np


__all__ = ["CONSTANTS", "FUNCTIONS", "RANDOM", "Node", "TextError", "call", "calls", "choose", "evaluate",
           "is_number", "minus", "name", "names", "number", "over", "parse", "plus", "shown", "suggest",
           "times", "value_of"]

Node = ast.expr
ADVICE = "name parts of it, such as `I_syn = g*(E - v)`"
LONGEST, DEEPEST = 4000, 120            # characters of an expression; levels of its tree
CONSTANTS = {"pi": math.pi, "e": math.e, "inf": math.inf}
RANDOM = ("rand", "randn")
COMPARISONS = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}
FOLDED: dict[Any, Callable[[float, float], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.Pow: operator.pow, ast.Mod: operator.mod, ast.FloorDiv: operator.floordiv}


class TextError(ValueError):
    """What is wrong with a text, in one line."""


def _exprel(x: Any) -> Any:
    x = np.asarray(x, dtype=float)
    return np.where(np.abs(x) < 1e-12, 1.0, np.expm1(x) / np.where(x == 0.0, 1.0, x))


# name: (number of arguments, NumPy's function)
FUNCTIONS: dict[str, tuple[int, Callable[..., Any]]] = {
    "exp": (1, np.exp), "expm1": (1, np.expm1), "exprel": (1, _exprel), "log": (1, np.log),
    "log10": (1, np.log10), "log1p": (1, np.log1p), "sqrt": (1, np.sqrt), "sin": (1, np.sin),
    "cos": (1, np.cos), "tan": (1, np.tan), "arcsin": (1, np.arcsin), "arccos": (1, np.arccos),
    "arctan": (1, np.arctan),
    "sinh": (1, np.sinh), "cosh": (1, np.cosh), "tanh": (1, np.tanh), "abs": (1, np.abs),
    "sign": (1, np.sign), "floor": (1, np.floor), "ceil": (1, np.ceil), "min": (2, np.minimum),
    "max": (2, np.maximum),
    "clip": (3, lambda x, low, high: np.minimum(np.maximum(x, low), high)),
    # only made by `parse`, by derivatives and by methods of integration
    "growth": (1, lambda x: _exprel(np.minimum(x, 50.0))),
    "power": (2, lambda x, y: np.power(np.asarray(x, dtype=float), y)), "truncate": (1, np.trunc),
    "modulo": (2, np.mod),
}
MADE = {"growth", "power", "truncate", "modulo"}
ALIASES = {"ln": "log", "asin": "arcsin", "acos": "arccos", "atan": "arctan", "int": "truncate",
           "pow": "power", "heaviside": "heaviside", "fabs": "abs"}
TYPED = {*FUNCTIONS, *ALIASES, *RANDOM} - MADE


# --- building a tree ---

def number(value: float) -> Node:
    """Return the node of a number."""
    return ast.Constant(float(value))


def name(identifier: str) -> Node:
    """Return the node of a name."""
    return ast.Name(identifier, ast.Load())


def value_of(node: ast.Constant) -> float:
    """Return the value of a number."""
    assert isinstance(node.value, float)
    return node.value


def is_number(node: Node, value: float | None = None) -> bool:
    """Tell whether a node is a number, or the number `value`."""
    return isinstance(node, ast.Constant) and (value is None or node.value == value)


def _binary(left: Node, operation: ast.operator, right: Node) -> Node:
    return ast.BinOp(left, operation, right)


def plus(left: Node, right: Node) -> Node:
    """Return left + right, without zeros."""
    if is_number(left, 0.0):
        return right
    if is_number(right, 0.0):
        return left
    if isinstance(right, ast.UnaryOp) and isinstance(right.op, ast.USub):
        return minus(left, right.operand)
    return _binary(left, ast.Add(), right)


def minus(left: Node, right: Node | None = None) -> Node:
    """Return left - right, or -left, without zeros."""
    if right is None:
        if isinstance(left, ast.Constant):
            return number(-value_of(left))
        if isinstance(left, ast.UnaryOp) and isinstance(left.op, ast.USub):
            return left.operand
        return ast.UnaryOp(ast.USub(), left)
    if is_number(right, 0.0):
        return left
    return minus(right) if is_number(left, 0.0) else _binary(left, ast.Sub(), right)


def times(*factors: Node) -> Node:
    """Return the product, without ones; zero if a factor is zero."""
    product: Node = number(1.0)
    for factor in factors:
        if is_number(product, 0.0) or is_number(factor, 0.0):
            return number(0.0)
        if is_number(factor, -1.0):
            product = minus(product)
        elif is_number(product, -1.0):
            product = minus(factor)
        elif not is_number(factor, 1.0):
            product = factor if is_number(product, 1.0) else _binary(product, ast.Mult(), factor)
    return product


def over(left: Node, right: Node) -> Node:
    """Return left / right."""
    if is_number(left, 0.0) or is_number(right, 1.0):
        return left
    return _binary(left, ast.Div(), right)


def call(function: str, *arguments: Node) -> Node:
    """Return the call of a function; powers of small whole numbers become products."""
    if function == "power" and isinstance(arguments[1], ast.Constant):
        exponent = value_of(arguments[1])
        if exponent == 0.5:
            return call("sqrt", arguments[0])
        if exponent in (1.0, 2.0, 3.0, 4.0):
            return times(*[arguments[0]] * int(exponent))
        if exponent in (-1.0, -2.0):
            return over(number(1.0), times(*[arguments[0]] * int(-exponent)))
    return ast.Call(name(function), list(arguments), [])


def choose(condition: Node, then: Node, other: Node) -> Node:
    """Return `then if condition else other`."""
    both_zero = is_number(then, 0.0) and is_number(other, 0.0)
    return number(0.0) if both_zero else ast.IfExp(condition, then, other)


def names(node: Node) -> set[str]:
    """Return the names in a tree, those of functions apart."""
    found: set[str] = set()
    waiting: list[ast.AST] = [node]
    while waiting:
        each = waiting.pop()
        if isinstance(each, ast.Name):
            found.add(each.id)
        waiting += each.args if isinstance(each, ast.Call) else ast.iter_child_nodes(each)
    return found


def calls(node: Node) -> set[str]:
    """Return the functions that are called in a tree."""
    return {each.func.id for each in ast.walk(node)
            if isinstance(each, ast.Call) and isinstance(each.func, ast.Name)}


def shown(text: str, longest: int = 40) -> str:
    """Return a text on one line, shortened, for a message."""
    text = " ".join(text.split())
    return text if len(text) <= longest else text[:longest - 1] + "…"


def suggest(wrong: str, known: Iterable[str]) -> str:
    """Return "; did you mean …?" or nothing."""
    near = difflib.get_close_matches(wrong, list(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


# --- from text ---

def parse(text: str, condition: bool = False) -> Node:
    """Return the tree of an expression, or of a condition; TextError says what is not accepted."""
    if len(text) > LONGEST:
        raise TextError(f"is longer than {LONGEST:,} characters: {ADVICE}")
    if not text.strip():
        raise TextError("is empty")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")                     # such as of `1 in x`
            tree = ast.parse(f"({text.strip()}\n)", mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as problem:
        raise TextError(_explained(text, problem)) from None
    node, is_condition = _accepted(tree, 0)
    if condition and not is_condition:
        raise TextError('is no condition such as "v > -50"')
    if is_condition and not condition:
        raise TextError("is a condition where a number is needed: write int(…)")
    return node


def _explained(text: str, problem: BaseException) -> str:
    if isinstance(problem, SyntaxError) and "nested" not in str(problem) and problem.text and problem.offset:
        at = problem.offset - 2 if problem.lineno == 1 else -1
        where = text.strip()[max(at, 0):at + 12].strip() if at >= 0 else ""
        return "cannot be read" + (f" at {where!r}" if where else "") + ": it is no arithmetic expression"
    return "cannot be read: it is no arithmetic expression, or is nested too deeply"


def _accepted(node: Node, depth: int) -> tuple[Node, bool]:
    """Return (tree, whether it is a condition)."""
    if depth > DEEPEST:
        raise TextError(f"is nested too deeply: {ADVICE}")
    if isinstance(node, ast.Constant):
        return _constant(node), False
    if isinstance(node, ast.Name):
        return name(node.id), False
    if isinstance(node, ast.BinOp) and type(node.op) in FOLDED:
        left, right = (_value(each, depth) for each in (node.left, node.right))
        return _operation(node.op, left, right), False
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)):
        value = _value(node.operand, depth)
        return (minus(value) if isinstance(node.op, ast.USub) else value), False
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return ast.UnaryOp(ast.Not(), _condition(node.operand, depth)), True
    if isinstance(node, ast.BoolOp):
        return ast.BoolOp(node.op, [_condition(each, depth) for each in node.values]), True
    if isinstance(node, ast.Compare) and all(type(each) in COMPARISONS for each in node.ops):
        return _comparison(node, depth), True
    if isinstance(node, ast.IfExp):
        then, other = _value(node.body, depth), _value(node.orelse, depth)
        return choose(_condition(node.test, depth), then, other), False
    if isinstance(node, ast.Call):
        return _called(node, depth), False
    raise TextError(f"holds {shown(ast.unparse(node))!r}, which is no arithmetic (numbers, names, "
                    "+ - * / ** % //, comparisons, and/or/not, functions such as exp)")


def _constant(node: ast.Constant) -> Node:
    value = node.value
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TextError(f"holds {shown(repr(value))}, which is no number")
    try:
        converted = float(value)
    except OverflowError:
        converted = math.inf
    if not math.isfinite(converted):
        raise TextError("holds a number that is too large")
    return number(converted)


def _value(node: Node, depth: int) -> Node:
    tree, is_condition = _accepted(node, depth + 1)
    if is_condition:
        raise TextError(f"uses the condition {shown(ast.unparse(node))!r} as a number: write int(…)")
    return tree


def _condition(node: Node, depth: int) -> Node:
    tree, is_condition = _accepted(node, depth + 1)
    if not is_condition:
        raise TextError(f'uses {shown(ast.unparse(node))!r} as a condition: write one such as "v > -50"')
    return tree


def _operation(operation: ast.operator, left: Node, right: Node) -> Node:
    if isinstance(left, ast.Constant) and isinstance(right, ast.Constant):
        return _folded(operation, value_of(left), value_of(right))
    if isinstance(operation, ast.Pow):
        return call("power", left, right)
    if isinstance(operation, ast.Mod):
        return call("modulo", left, right)
    if isinstance(operation, ast.FloorDiv):
        return call("floor", over(left, right))
    if isinstance(operation, ast.Div) and is_number(right, 0.0):
        raise TextError("divides by zero")
    return _binary(left, operation, right)


def _folded(operation: ast.operator, x: float, y: float) -> Node:
    """Return the number that an operation of two numbers gives."""
    try:
        made: Any = FOLDED[type(operation)](x, y)
    except ZeroDivisionError:
        raise TextError("divides by zero") from None
    except OverflowError:
        made = math.inf
    if isinstance(made, complex) or not math.isfinite(made):
        raise TextError(f"holds an operation on {x:g} and {y:g} whose result is no finite number")
    return number(made)


def _comparison(node: ast.Compare, depth: int) -> Node:
    values = [_value(each, depth) for each in (node.left, *node.comparators)]
    pairs: list[Node] = [ast.Compare(left, [sign], [right])
                         for left, sign, right in zip(values, node.ops, values[1:])]
    return pairs[0] if len(pairs) == 1 else ast.BoolOp(ast.And(), pairs)


def _called(node: ast.Call, depth: int) -> Node:
    if isinstance(node.func, ast.Constant):
        raise TextError(f"lacks an operator behind {node.func.value!r}, such as *")
    if not isinstance(node.func, ast.Name):
        raise TextError(f"calls {shown(ast.unparse(node.func))!r}: only functions such as exp can be called")
    function = node.func.id
    if function not in TYPED:
        hint = suggest(function, TYPED) or f" ({', '.join(sorted(TYPED - set(ALIASES)))})"
        raise TextError(f"calls {function!r}, which is no function here{hint}")
    wanted = 0 if function in RANDOM else {"heaviside": 1, "pow": 2}.get(
        function, FUNCTIONS.get(ALIASES.get(function, function), (1,))[0])
    starred = any(isinstance(each, ast.Starred) for each in node.args)
    if node.keywords or starred or len(node.args) != wanted:
        raise TextError(f"calls {function} with other than {wanted} argument{'s' * (wanted != 1)}")
    if function == "int":
        tree, is_condition = _accepted(node.args[0], depth + 1)
        return choose(tree, number(1.0), number(0.0)) if is_condition else call("truncate", tree)
    arguments = [_value(each, depth) for each in node.args]
    if function == "heaviside":
        above: Node = ast.Compare(arguments[0], [ast.GtE()], [number(0.0)])
        return choose(above, number(1.0), number(0.0))
    return call(ALIASES.get(function, function), *arguments)


# --- values ---

def evaluate(node: Node, values: Mapping[str, Any]) -> Any:
    """Return the value of a tree; every name in it has a number or an array in `values`."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        return values[node.id]
    if isinstance(node, ast.UnaryOp):
        inner = evaluate(node.operand, values)
        return np.logical_not(inner) if isinstance(node.op, ast.Not) else -inner
    if isinstance(node, ast.BoolOp):
        parts = [evaluate(each, values) for each in node.values]
        return (np.logical_and if isinstance(node.op, ast.And) else np.logical_or).reduce(
            np.broadcast_arrays(*parts))
    if isinstance(node, ast.IfExp):
        return np.where(*(evaluate(each, values) for each in (node.test, node.body, node.orelse)))
    if isinstance(node, ast.Call):
        assert isinstance(node.func, ast.Name)
        if node.func.id in RANDOM:
            return values[node.func.id]()
        return FUNCTIONS[node.func.id][1](*(evaluate(each, values) for each in node.args))
    if isinstance(node, ast.Compare):
        pair = evaluate(node.left, values), evaluate(node.comparators[0], values)
        return _COMPARED[type(node.ops[0])](*pair)
    assert isinstance(node, ast.BinOp)
    left, right = np.asarray(evaluate(node.left, values)), evaluate(node.right, values)
    return _COMPUTED[type(node.op)](left, right)


_COMPUTED: dict[Any, Any] = {ast.Add: np.add, ast.Sub: np.subtract, ast.Mult: np.multiply, ast.Div: np.divide}
_COMPARED: dict[Any, Any] = {ast.Lt: np.less, ast.LtE: np.less_equal, ast.Gt: np.greater,
                             ast.GtE: np.greater_equal, ast.Eq: np.equal, ast.NotEq: np.not_equal}
