"""The Parameters section of every dataclass and named tuple, made from the docstrings below its fields.

    python docs/parameters.py            write the sections into the sources
    python docs/parameters.py --check    change nothing; list what differs or is missing, with exit status 1

A field is documented once, where it is declared: `tau_m: Scalar = 20.0` followed by the string "ms:
membrane time constant.", unit first, then meaning; a dimensionless field has its meaning alone. Editors
show that string; `help()` shows the class docstring only, so the strings are repeated there, inherited
fields included. A subclass that declares a field again, with another default, may leave out the string.
"""

from __future__ import annotations

import argparse
import ast
import functools
import importlib
import inspect
import pkgutil
import re
import sys
import textwrap
from collections.abc import Iterator
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
    """The names of a package and of all modules in it, but those that would run: `__main__` and scripts."""
    root = importlib.import_module(package)
    folders = getattr(root, "__path__", [])
    names = [package, *(info.name for info in pkgutil.walk_packages(folders, package + "."))]
    return (name for name in names if not name.endswith("__main__") and ".visualizations." not in name)


def classes_of(package: str) -> Iterator[type]:
    """Each class that is defined in a package, but private ones."""
    for name in modules_of(package):
        classes = {value for value in vars(importlib.import_module(name)).values() if isinstance(value, type)}
        public = (cls for cls in classes if cls.__module__ == name and not cls.__name__.startswith("_"))
        yield from sorted(public, key=lambda cls: cls.__name__)


def dataclasses_of(package: str) -> Iterator[type]:
    """Each dataclass that is defined in a package, but private ones."""
    return (cls for cls in classes_of(package) if "__dataclass_fields__" in vars(cls))


def named_tuples_of(package: str) -> Iterator[type]:
    """Each named tuple that is defined in a package and has docstrings below its fields."""
    tuples = (cls for cls in classes_of(package) if issubclass(cls, tuple) and "_fields" in vars(cls))
    return (cls for cls in tuples if any(field.text for field in declared(cls).values()))


def source_file(cls: type) -> Path:
    """The file in which a class is defined."""
    return Path(inspect.getsourcefile(sys.modules[cls.__module__]) or "")


@functools.lru_cache
def parsed(source: str) -> ast.Module:
    """The syntax tree of a file, made once."""
    return ast.parse(source)


def class_node(cls: type) -> ast.ClassDef:
    """The syntax tree of a class."""
    tree = parsed(source_file(cls).read_text(encoding="utf-8"))
    classes = (node for node in ast.walk(tree) if isinstance(node, ast.ClassDef))
    return next(node for node in classes if node.name == cls.__name__)


def text_of(node: ast.stmt | None) -> str:
    """The string that a statement consists of, without indentation; empty where it is none."""
    value = node.value if isinstance(node, ast.Expr) else None
    found = value.value if isinstance(value, ast.Constant) else None
    return inspect.cleandoc(found).strip() if isinstance(found, str) else ""


def declared(cls: type) -> dict[str, Field]:
    """The annotated names that a class itself declares, class variables included."""
    found, body = {}, class_node(cls).body
    for node, below in zip(body, [*body[1:], None]):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            text = text_of(below)
            default = None if node.value is None else ast.unparse(node.value).replace("math.inf", "inf")
            found[node.target.id] = Field(ast.unparse(node.annotation), default, text)
    return found


def parameters(cls: type) -> dict[str, Field]:
    """All fields that a class takes, in the order of its arguments.

    A field that an `__init__` of the class requires has no default. A docstring that a subclass leaves out is
    that of its base.
    """
    known: dict[str, Field] = {}
    for base in reversed(cls.__mro__):
        if {"__dataclass_fields__", "_fields"} & set(vars(base)):
            for name, field in declared(base).items():
                known[name] = field._replace(text=field.text or known.get(name, field).text)
    taken = inspect.signature(cls).parameters
    required = {name for name, each in taken.items() if each.default is each.empty}
    order = [name for name in taken if name in known]
    return {name: known[name]._replace(default=None) if name in required else known[name] for name in order}


def section(cls: type) -> str:
    """The Parameters section that the docstring should have; empty where the class takes nothing."""
    lines = []
    for name, (annotation, default, text) in parameters(cls).items():
        computed = default is not None and default.startswith("field(")
        shown = "" if default is None else f", default {'computed' if computed else default}"
        lines += [f"{name} : {annotation}{shown}"]
        lines += textwrap.wrap(" ".join(text.split()), WIDTH - 8, break_on_hyphens=False,
                               initial_indent="    ", subsequent_indent="    ")
    return "\n".join(["Parameters", "----------", *lines]) if lines else ""


def with_section(doc: str, wanted: str) -> str:
    """The docstring `doc` with `wanted` in place of its Parameters section, or before all sections."""
    heads = [match.start() for match in HEADER.finditer(doc)]
    parts = [doc[begin:end].strip() for begin, end in zip([0, *heads], [*heads, len(doc)])]
    sections = [part for part in parts[1:] if not part.startswith("Parameters\n")]
    return "\n\n".join(part for part in [parts[0], wanted, *sections] if part)


def rewritten(source: str, cls: type) -> str:
    """The source of a file with the docstring of a class brought up to date."""
    old = class_node(cls).body[0]
    if not text_of(old):
        raise SystemExit(f"{cls.__module__}.{cls.__qualname__} has no docstring")
    doc = with_section(text_of(old), section(cls))
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
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    parser.add_argument("--check", action="store_true", help="change nothing; fail where anything differs")
    parser.add_argument("package", nargs="?", default="spikingnn", help="or one module (default: spikingnn)")
    options = parser.parse_args()
    check, problems = options.check, 0
    for cls in (*dataclasses_of(options.package), *named_tuples_of(options.package)):
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
