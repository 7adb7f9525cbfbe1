"""Python source for the values of expressions: constants are hoisted, costly calls are shared."""

from __future__ import annotations

import ast
import itertools
import keyword
import math
from collections.abc import Iterable

from .expressions import Node, is_number, minus, name, number, over, times, value_of
from .system import INPUT, STEP, System


__all__ = ["Coefficients", "Labels", "Writer", "written"]

CHEAP = ("abs", "min", "max")               # built-in functions, which are no calls when compiled
# names that a generated file uses itself
OCCUPIED = """i state coefficients current conductance spikes dt key rows step step_kernel register_jitable
math g driving drive shunt fires waits normal uniform mix min max abs range float int inf left h has_spiked
slope jacobian elapsed remaining later later_jacobian bend steepness is_uneventful is_above""".split()


def written(node: ast.AST) -> str:
    """Return the source of a tree."""
    return ast.unparse(ast.fix_missing_locations(node))


class Labels:
    """Names of variables in one generated file, each for one thing; those of a loop are its own.

    Parameters
    ----------
    taken : iterable of str
        Names that are used otherwise.
    """

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = {*OCCUPIED, *taken, *keyword.kwlist}
        self._local: set[str] = set()

    def fresh(self, wanted: str, own: set[str] | None = None) -> str:
        """Return `wanted`, with _ or a number behind it where that is taken.

        Parameters
        ----------
        wanted : str
            A good name; a number at its end is counted up.
        own : set of str, optional
            Names of one loop, among which the new one must differ; None: it must differ from all names.
        """
        taken = self._taken | (self._local if own is None else own)
        stem = wanted.rstrip("0123456789")
        counted = (f"{stem}{k}" for k in itertools.count(int(wanted[len(stem):] or 2)))
        label = wanted
        while label in taken:
            label = f"{wanted}_" if label == wanted == stem else next(counted)
        (self._taken if own is None else own).add(label)
        self._local.add(label)
        return label


class Coefficients:
    """What is computed once per run: parameters and expressions of them, each with a label."""

    def __init__(self, labels: Labels) -> None:
        self.labels = labels
        self.trees: dict[str, Node | None] = {}             # None: computed by the method of integration
        self._label_of: dict[str, str] = {}

    def label(self, node: Node, hint: str = "") -> str:
        """Return the label of a constant expression."""
        text = written(node)
        if text not in self._label_of:
            wanted = node.id.rstrip("()") if isinstance(node, ast.Name) else hint or "c1"
            self._label_of[text] = self.labels.fresh(wanted)
            self.trees[self._label_of[text]] = node
        return self._label_of[text]

    def reserve(self, wanted: str) -> str:
        """Return the label of a coefficient that the method of integration computes."""
        label = self.labels.fresh(wanted)
        self.trees[label] = None
        return label


class Writer:
    """Lines of source for one unit in one loop.

    Parameters
    ----------
    system : System
        The model.
    coefficients : Coefficients
        What the file keeps of constants; several writers share it.
    fixed : set of str
        Names that are constant in a run.
    in_loop : bool
        Whether a coefficient is read as ``label[i]``; otherwise as ``label``.
    """

    def __init__(self, system: System, coefficients: Coefficients, fixed: Iterable[str] = (),
                 in_loop: bool = True) -> None:
        self.system, self.coefficients, self.in_loop = system, coefficients, in_loop
        self.fixed = {*system.parameters, STEP, *fixed}
        self.lines: list[str] = []
        self.depth, self.draws, self.draw_offset, self.unit = 0, 0, "", "i"
        self.place: dict[str, Node] = {}                    # where the present value of a name is
        self.read: dict[str, None] = {}                     # labels of coefficients that were used, in order
        self.known: dict[str, tuple[Node, frozenset[str]]] = {}
        self._local: dict[str, str] = {}                    # label of the local of a definition
        self._own: set[str] = set()

    # --- state ---

    def put(self, line: str) -> None:
        """Append a line."""
        self.lines.append("    " * self.depth + line)

    def select(self, label: str, condition: str, value: str) -> None:
        """Let a variable have another value under a condition."""
        self.put(f"{label} = {value} if {condition} else {label}")

    def draw(self, kind: str) -> Node:
        """Return a new random number of this step: kind is normal or uniform."""
        self.draws += 1
        return ast.parse(f"{kind}(mix(key, {self.draws}{self.draw_offset}), {self.unit})", mode="eval").body

    def let(self, label: str, value: str) -> None:
        """Assign a local variable."""
        self.put(f"{label} = {value}")

    def fresh(self, wanted: str) -> str:
        """Return a new name of a local variable of this loop."""
        return self.coefficients.labels.fresh(wanted, self._own)

    def moved(self, *moved: str) -> None:
        """Forget what was computed from names whose value has changed."""
        self.known = {text: entry for text, entry in self.known.items() if not entry[1] & set(moved)}

    def is_fixed(self, node: Node) -> bool:
        """Tell whether a tree is constant in a run."""
        return self.system.definitions.bases(node) <= self.fixed

    # --- values ---

    def text(self, node: Node) -> str:
        """Return the source of the value of a tree; lines that it needs are put before."""
        return written(self.value(node))

    def value(self, node: Node) -> Node:
        """Return the tree of the value of a tree in terms of local variables."""
        if isinstance(node, ast.Constant):
            return node
        if isinstance(node, ast.Name) and node.id in ("inf", STEP):
            return ast.Attribute(name("math"), "inf", ast.Load()) if node.id == "inf" else node
        if self.is_fixed(node):
            if self.system.definitions.bases(node):
                return self.coefficient(node)
            return number(float(self.system.definitions.values(node, {"inf": math.inf})))
        if isinstance(node, ast.Name):
            return self._named(node.id)
        if isinstance(node, ast.Call):
            return self._called(node)
        if isinstance(node, ast.BoolOp):
            return ast.BoolOp(node.op, [self.value(each) for each in node.values])
        if isinstance(node, ast.Compare):
            return ast.Compare(self.value(node.left), node.ops, [self.value(node.comparators[0])])
        if isinstance(node, ast.IfExp):
            return ast.IfExp(*(self.value(each) for each in (node.test, node.body, node.orelse)))
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return ast.UnaryOp(node.op, self.value(node.operand))
        if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub)):
            return ast.BinOp(self.value(node.left), node.op, self.value(node.right))
        return self._product(node)

    def coefficient(self, node: Node) -> Node:
        """Return how a constant expression is read."""
        return self.at_unit(self.coefficients.label(node))

    def at_unit(self, label: str) -> Node:
        """Return how a coefficient is read."""
        self.read[label] = None
        return ast.Subscript(name(label), name("i"), ast.Load()) if self.in_loop else name(label)

    def _named(self, identifier: str) -> Node:
        if identifier in self.place:
            return self.place[identifier]
        if identifier == INPUT and INPUT not in self.system.definitions.expressions:
            return name(INPUT) if not self.in_loop else ast.parse("current[i]", mode="eval").body
        expression = self.system.definitions.expressions[identifier]
        return self._shared(identifier, expression, identifier, lambda: self.value(expression))

    def _shared(self, key: str, tree: Node, wanted: str, make) -> Node:     # type: ignore[no-untyped-def]
        """A local variable that is kept until something moves on which it depends."""
        if key not in self.known:
            value = make()
            if isinstance(value, (ast.Name, ast.Constant, ast.Subscript)):
                return value
            if key not in self._local:
                self._local[key] = self.fresh(wanted)
            self.let(self._local[key], written(value))
            self.known[key] = name(self._local[key]), self.system.definitions.bases(tree)
        return self.known[key][0]

    def _called(self, node: ast.Call) -> Node:
        assert isinstance(node.func, ast.Name)
        function = node.func.id
        if function in ("rand", "randn"):
            return self.draw("uniform" if function == "rand" else "normal")
        if function in CHEAP:
            return ast.Call(name(function), [self.value(each) for each in node.args], [])

        def made() -> Node:
            return ast.Call(node.func, [self.value(each) for each in node.args], [])
        return self._shared(written(node), node, f"{function}1", made)

    def _product(self, node: Node) -> Node:
        """A product with its constant factors gathered in one coefficient."""
        above: list[Node] = []
        below: list[Node] = []
        negative = _factors(node, above, below)
        fixed_above = [each for each in above if self.is_fixed(each)]
        fixed_below = [each for each in below if self.is_fixed(each)]
        factors = [self.value(each) for each in above if each not in fixed_above]
        if fixed_above or fixed_below:
            constant = times(*fixed_above)
            constant = over(constant, times(*fixed_below)) if fixed_below else constant
            if not isinstance(constant, (ast.Name, ast.Constant)) and negative:
                constant, negative = minus(constant), False
            factors.insert(0, self.value(constant))
        made: Node = factors[0] if factors else number(1.0)
        for factor in factors[1:]:
            made = ast.BinOp(made, ast.Mult(), factor)
        for divisor in (each for each in below if each not in fixed_below):
            value = self.value(divisor)
            safe = is_positive(divisor)
            made = ast.BinOp(made, ast.Div(), value) if safe else ast.Call(name("divide"), [made, value], [])
        return ast.UnaryOp(ast.USub(), made) if negative else made


def _factors(node: Node, above: list[Node], below: list[Node]) -> bool:
    """Collect the factors and divisors of a product; return whether its sign is negative."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return not _factors(node.operand, above, below)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        return _factors(node.left, above, below) ^ _factors(node.right, above, below)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        return _factors(node.left, above, below) ^ _factors(node.right, below, above)
    if not is_number(node, 1.0):
        above.append(node)
    return False


def is_positive(node: Node) -> bool:
    """Tell whether a tree is certainly greater than zero, as 1 + exp(x) is; exp(x) alone may become zero."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        pair = (node.left, node.right)
        return all(map(_not_negative, pair)) and any(map(is_positive, pair))
    if isinstance(node, ast.Call):
        return written(node.func) == "cosh"
    return isinstance(node, ast.Constant) and value_of(node) > 0.0


def _not_negative(node: Node) -> bool:
    if isinstance(node, ast.Call):
        return written(node.func) in ("exp", "cosh", "abs", "sqrt")
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        return written(node.left) == written(node.right) or all(map(_not_negative, (node.left, node.right)))
    return is_positive(node)
