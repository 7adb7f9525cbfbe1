"""Copy as Python: the code that a scene runs, with what it uses, and the calls that give what is seen."""

from __future__ import annotations

import ast
import functools
import inspect
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from types import ModuleType
from typing import Any

from .scene import Scene


__all__ = ["script_of"]


def script_of(scene: Scene, values: Mapping[str, Any],
              segments: Iterable[tuple[float, Mapping[str, Any]]] = ()) -> str:
    """Return a program that computes what the scene shows.

    Parameters
    ----------
    scene : Scene
        The scene.
    values : dict
        Values of its parameters.
    segments : sequence of (float, dict)
        Of a live scene: how many ms the network ran with which values.

    Returns
    -------
    str
        The program; `result` (settled) or `parts` (live) is what the scene draws.
    """
    functions = ("start", "advance") if scene.is_live else ("run",)
    code = _with_what_it_uses(scene.module, functions)
    heading = f'"""{scene.title}, as shown by `spikingnn lab --scene {scene.name}`."""'
    if not scene.is_live:
        return f"{heading}\n\n{code}\n\n\nresult = {_call('run', values)}\nprint(result)\n"
    lines = [f"parts = {_call('start', values)}"]
    lines += [_call("advance", now, "parts", f"{duration:.10g}") for duration, now in segments]
    return f"{heading}\n\n{code}\n\n\n" + "\n".join(lines) + '\nprint(f"{parts[0].t:g} ms have passed")\n'


def _call(function: str, values: Mapping[str, Any], *first: str) -> str:
    words = [*first, *(f"{name}={_literal(value)}" for name, value in values.items())]
    indent = "    "
    one = f"{function}({', '.join(words)})"
    if len(one) < 100 and "\n" not in one:
        return one
    return f"{function}(\n" + "".join(f"{indent}{word},\n" for word in words) + ")"


def _literal(value: Any) -> str:
    """A value as Python reads it; long texts take several lines."""
    if not isinstance(value, str) or len(value) < 80 and "\n" not in value:
        return repr(value)
    pieces = value.splitlines(keepends=True) if "\n" in value else textwrap.wrap(value, 96)
    return "(\n" + "\n".join(f"        {piece!r}" for piece in pieces) + ")"


@functools.cache
def _with_what_it_uses(module: ModuleType, functions: tuple[str, ...]) -> str:
    """The source of functions, and of every import, constant and function of their file that they need."""
    source = inspect.getsource(module)
    statements = [node for node in ast.parse(source).body
                  if not (isinstance(node, ast.ImportFrom) and (node.level or node.module == "__future__"))]
    defined = {name: node for node in statements for name in _defines(node)}
    needed: dict[ast.stmt, None] = {}
    waiting = list(functions)
    wanted: set[str] = set()
    while waiting:
        name = waiting.pop()
        node = defined.get(name)
        if node is None or name in wanted:
            continue
        wanted.add(name)
        if node not in needed:
            needed[node] = None
            if not isinstance(node, (ast.Import, ast.ImportFrom)):
                waiting += [each.id for each in ast.walk(node) if isinstance(each, ast.Name)]
    parts, last = [], None
    for node in statements:
        if node in needed:
            is_import = isinstance(node, (ast.Import, ast.ImportFrom))
            text = _import(node, wanted) if is_import else _segment(source, node)
            kind = "import" if is_import else "constant" if isinstance(node, ast.Assign) else "function"
            gap = "" if last is None else "\n" if kind == last != "function" else "\n\n\n"
            parts.append(gap + text)
            last = kind
    return "".join(parts)


def _defines(node: ast.stmt) -> Iterator[str]:
    """The names that a statement at the top of a file binds."""
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        yield from (alias.asname or alias.name.split(".")[0] for alias in node.names)
    elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        yield node.name
    elif isinstance(node, ast.Assign):
        for target in node.targets:
            yield from (each.id for each in ast.walk(target) if isinstance(each, ast.Name))


def _import(node: Any, wanted: set[str]) -> str:
    """An import of the names that are wanted alone."""
    names = [alias for alias in node.names if (alias.asname or alias.name.split(".")[0]) in wanted]
    words = ast.unparse(type(node)(**{**vars(node), "names": names}))
    head, _, tail = words.partition(" import ")
    return words if len(words) < 100 else f"{head} import (\n" + "\n".join(
        textwrap.wrap(tail, 96, initial_indent="    ", subsequent_indent="    ")) + ")"


def _segment(source: str, node: ast.stmt) -> str:
    first = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", []))])
    return "\n".join(source.splitlines()[first - 1:node.end_lineno])
