"""Equations as LaTeX, in the subset that Matplotlib draws too."""

from __future__ import annotations

import ast
import itertools
import re

from .expressions import Node, value_of
from .system import System


__all__ = ["latex_of", "tex"]

GREEK = ("alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon "
         "phi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega").split()
NAMED = "exp log sin cos tan sinh cosh tanh arcsin arccos arctan min max".split()
SIGNS = {ast.Lt: "<", ast.LtE: r"\leq", ast.Gt: ">", ast.GtE: r"\geq", ast.Eq: "=", ast.NotEq: r"\neq"}
SUM, PRODUCT, UNIT = 1, 2, 3                # how strongly the parts of an expression hold together


def latex_of(system: System) -> str:
    """Return the equations, definitions, threshold and reset as an ``aligned`` environment."""
    lines = [rf"\frac{{d{identifier(state)}}}{{dt}} &= {tex(tree)}"
             for state, tree in system.equations.items() if state in system.shown]
    lines += [rf"{identifier(label)} &= {tex(tree)}" for label, tree in system.definitions.expressions.items()
              if label in system.shown]
    if system.threshold is not None:
        ending = "".join(rf",\; {identifier(state)} \leftarrow {tex(tree)}" for state, tree in system.reset)
        lines.append(rf"&\mathrm{{if}}\; {tex(system.threshold)}{ending}")
    return r"\begin{aligned}" + " \\\\\n".join(["\n" + lines[0], *lines[1:]]) + "\n" + r"\end{aligned}"


def identifier(label: str) -> str:
    """Return a name as LaTeX: tau_m is τ with index m."""
    stem, _, index = label.partition("_")
    base = rf"\{stem}" if stem in GREEK else stem if len(stem) == 1 else rf"\mathrm{{{stem}}}"
    if not index:
        return base
    index = index.replace("_", ",")
    return rf"{base}_{{{index}}}" if len(index) == 1 else rf"{base}_{{\mathrm{{{index}}}}}"


def tex(node: Node, level: int = 0) -> str:
    """Return a tree as LaTeX, in brackets where it holds together more weakly than `level`."""
    text, strength = _tex(node)
    return rf"\left({text}\right)" if strength < level else text


def _tex(node: Node) -> tuple[str, int]:
    if isinstance(node, ast.Constant):
        text = f"{value_of(node):g}"
        power = re.fullmatch(r"(.*)e([-+])0*(\d+)", text)
        if power:
            text = rf"{power[1]} \cdot 10^{{{power[2].strip('+')}{power[3]}}}"
        return text, UNIT if value_of(node) >= 0.0 else SUM
    if isinstance(node, ast.Name):
        return (r"\infty" if node.id == "inf" else identifier(node.id)), UNIT
    if isinstance(node, ast.UnaryOp):
        sign = r"\neg " if isinstance(node.op, ast.Not) else "-"
        return sign + tex(node.operand, PRODUCT), SUM
    if isinstance(node, ast.BoolOp):
        word = r" \,\mathrm{and}\, " if isinstance(node.op, ast.And) else r" \,\mathrm{or}\, "
        return word.join(tex(each) for each in node.values), 0
    if isinstance(node, ast.Compare):
        return f"{tex(node.left)} {SIGNS[type(node.ops[0])]} {tex(node.comparators[0])}", 0
    if isinstance(node, ast.IfExp):
        return (rf"{tex(node.body, SUM)} \;\mathrm{{if}}\; {tex(node.test)} \;\mathrm{{else}}\; "
                rf"{tex(node.orelse, SUM)}"), 0
    if isinstance(node, ast.Call):
        return _of_call(node), UNIT
    assert isinstance(node, ast.BinOp)
    if isinstance(node.op, (ast.Add, ast.Sub)):
        sign = "+" if isinstance(node.op, ast.Add) else "-"
        return f"{tex(node.left, SUM)} {sign} {tex(node.right, SUM if sign == '+' else PRODUCT)}", SUM
    if isinstance(node.op, ast.Div):
        return rf"\frac{{{tex(node.left)}}}{{{tex(node.right)}}}", PRODUCT
    return r" \, ".join(_powers(node)), PRODUCT


def _powers(node: Node) -> list[str]:
    """The factors of a product; equal ones that follow each other as a power."""
    if not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult)):
        return [tex(node, PRODUCT)]
    factors: list[Node] = []
    while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        factors.insert(0, node.right)
        node = node.left
    runs = [list(run) for _, run in itertools.groupby([node, *factors], ast.dump)]
    return [tex(run[0], PRODUCT) if len(run) == 1 else f"{tex(run[0], UNIT)}^{{{len(run)}}}" for run in runs]


def _of_call(node: ast.Call) -> str:
    assert isinstance(node.func, ast.Name)
    function, arguments = node.func.id, [tex(each) for each in node.args]
    if function == "exp":
        return rf"e^{{{arguments[0]}}}"
    if function == "sqrt":
        return rf"\sqrt{{{arguments[0]}}}"
    if function == "abs":
        return rf"\left|{arguments[0]}\right|"
    if function == "power":
        return rf"{tex(node.args[0], UNIT)}^{{{arguments[1]}}}"
    label = rf"\{function}" if function in NAMED else rf"\mathrm{{{function}}}"
    return rf"{label}\left({', '.join(arguments)}\right)"
