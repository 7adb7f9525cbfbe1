"""The Parameters section of every dataclass, made from the docstrings below its fields.

    python docs/parameters.py            write the sections into the sources
    python docs/parameters.py --check    change nothing; list what differs or is missing; exit status 1 if there is anything

A field is documented once, where it is declared: `tau_m: Scalar = 20.0` followed by the string "ms: membrane time constant.",
unit first, then meaning; a dimensionless field has its meaning alone. Editors show that string; `help()` shows the class
docstring only, so the strings are repeated there, inherited fields included. A subclass that declares a field again, with
another default, may leave out the string.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import inspect
import pkgutil
import re
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import NamedTuple

HEADER = re.compile(r"^[A-Z][A-Za-z ]+\n-{3,}$", re.MULTILINE)
WIDTH = 106


class Field(NamedTuple):
    """A field as it is declared: annotation and default as written, and the docstring below it."""

    annotation: str
    default: str | None
    text: str


def modules_of(package: str) -> Iterator[str]:
    """The names of a package and of all modules in it, but `__main__`, which would run."""
    root = importlib.import_module(package)
    folders = getattr(root, "__path__", [])
    names = [package, *(info.name for info in pkgutil.walk_packages(folders, package + "."))]
    return (name for name in names if not name.endswith("__main__"))


def dataclasses_of(package: str) -> Iterator[type]:
    """Each dataclass that is defined in a package, but private ones."""
    for name in modules_of(package):
        classes = {value for value in vars(importlib.import_module(name)).values() if isinstance(value, type)}
        public = (cls for cls in classes if cls.__module__ == name and not cls.__name__.startswith("_"))
        yield from sorted(filter(is_dataclass, public), key=lambda cls: cls.__name__)


def source_file(cls: type) -> Path:
    """The file in which a class is defined."""
    return Path(inspect.getsourcefile(sys.modules[cls.__module__]) or "")


def class_node(cls: type) -> ast.ClassDef:
    """The syntax tree of a class."""
    tree = ast.parse(source_file(cls).read_text(encoding="utf-8"))
    return next(node for node in ast.walk(tree) if isinstance(node, ast.ClassDef) and node.name == cls.__name__)


def is_text(node: ast.stmt | None) -> bool:
    """Is a statement a string, such as a docstring?"""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def declared(cls: type) -> dict[str, Field]:
    """The annotated names that a class itself declares, class variables included."""
    found, body = {}, class_node(cls).body
    for node, below in zip(body, [*body[1:], None]):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            text = inspect.cleandoc(below.value.value) if is_text(below) else ""        # type: ignore[union-attr]
            default = None if node.value is None else ast.unparse(node.value).replace("math.inf", "inf")
            found[node.target.id] = Field(ast.unparse(node.annotation), default, text)
    return found


def parameters(cls: type) -> dict[str, Field]:
    """All fields that a class takes, in their order; a docstring that a subclass leaves out is that of its base."""
    known: dict[str, Field] = {}
    for base in reversed(cls.__mro__):
        if "__dataclass_fields__" in vars(base):
            for name, field in declared(base).items():
                known[name] = field if field.text or name not in known else field._replace(text=known[name].text)
    return {field.name: known[field.name] for field in fields(cls) if field.init}


def section(cls: type) -> str:
    """The Parameters section as it should stand in the docstring; empty where the class takes nothing."""
    lines = []
    for name, (annotation, default, text) in parameters(cls).items():
        shown = "" if default is None else f", default {'computed' if default.startswith('field(') else default}"
        lines += [f"{name} : {annotation}{shown}"]
        lines += textwrap.wrap(" ".join(text.split()), WIDTH - 8, initial_indent="    ", subsequent_indent="    ",
                               break_on_hyphens=False)
    return "\n".join(["Parameters", "----------", *lines]) if lines else ""


def with_section(doc: str, wanted: str) -> str:
    """The docstring `doc` (clean of indentation) with `wanted` in place of its Parameters section, or before its other sections."""
    heads = [match.start() for match in HEADER.finditer(doc)]
    parts = [doc[begin:end].strip() for begin, end in zip([0, *heads], [*heads, len(doc)])]
    sections = [part for part in parts[1:] if not part.startswith("Parameters\n")]
    return "\n\n".join(part for part in [parts[0], wanted, *sections] if part)


def rewritten(source: str, cls: type) -> str:
    """The source of a file with the docstring of a class brought up to date."""
    old = class_node(cls).body[0]
    if not is_text(old):
        raise SystemExit(f"{cls.__module__}.{cls.__qualname__} has no docstring")
    doc = with_section(inspect.cleandoc(old.value.value), section(cls))                 # type: ignore[attr-defined]
    lines, raw, pad = source.split("\n"), "r" if "\\" in doc else "", " " * old.col_offset
    ending = '"""' if "\n" not in doc else f'\n{pad}"""'
    text = f'{pad}{raw}"""{textwrap.indent(doc, pad).lstrip()}{ending}'
    lines[old.lineno - 1:old.end_lineno] = text.split("\n")
    return "\n".join(lines)


def stale(cls: type) -> bool:
    """Does the docstring of a class differ from what it should be?"""
    source = source_file(cls).read_text(encoding="utf-8")
    return rewritten(source, cls) != source


def undocumented(cls: type) -> list[str]:
    """The fields of a class without a docstring."""
    return [name for name, field in parameters(cls).items() if not field.text]


def main() -> int:
    """Write the sections, or check them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="change nothing; fail where a section differs or a field has no docstring")
    parser.add_argument("package", nargs="?", default="spikingnn", help="package or module (default: spikingnn)")
    options = parser.parse_args()
    check, problems = options.check, 0
    for cls in dataclasses_of(options.package):
        name, missing = f"{cls.__module__}.{cls.__qualname__}", undocumented(cls)
        if missing:
            print(f"{name}: no docstring below {', '.join(missing)}")
        if stale(cls):
            print(f"{name}: {'differs' if check else 'written'}")
            if not check:
                path = source_file(cls)
                path.write_text(rewritten(path.read_text(encoding="utf-8"), cls), encoding="utf-8")
        problems += bool(missing) or check and stale(cls)
    print(f"{problems} classes need attention" if problems else "every Parameters section is up to date")
    return int(problems > 0)


if __name__ == "__main__":
    sys.exit(main())
