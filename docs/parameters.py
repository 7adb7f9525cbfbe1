"""The Parameters section of every dataclass, made from the docstrings below its fields.

    python docs/parameters.py            write the sections into the sources
    python docs/parameters.py --check    list the classes whose section differs; exit status 1 if there are any

A field is documented once, where it is declared: `tau_m: Scalar = 20.0` followed by the string "ms: membrane time constant".
Editors show that string; `help()` shows the class docstring only, so the strings are repeated there, inherited fields included.
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
from dataclasses import fields, is_dataclass
from pathlib import Path

HEADER = re.compile(r"^[A-Z][A-Za-z ]+\n-{3,}$", re.MULTILINE)
WIDTH = 106


def dataclasses_of(package):
    """(class, path of its file) for each dataclass defined in `package`, but private ones."""
    root = importlib.import_module(package)
    names = [package] + [info.name for info in pkgutil.walk_packages(root.__path__, package + ".")]
    for name in names:
        if name.endswith("__main__"):
            continue
        module = importlib.import_module(name)
        for value in vars(module).values():
            if isinstance(value, type) and is_dataclass(value) and value.__module__ == name and not value.__name__.startswith("_"):
                yield value, Path(inspect.getsourcefile(module))


def class_node(cls):
    """The syntax tree of a class."""
    tree = ast.parse(Path(inspect.getsourcefile(cls)).read_text(encoding="utf-8"))
    return next(node for node in ast.walk(tree) if isinstance(node, ast.ClassDef) and node.name == cls.__name__)


def declared(cls):
    """{field: (annotation, default, docstring)} of the fields that `cls` itself declares."""
    found, body = {}, class_node(cls).body
    for node, below in zip(body, [*body[1:], None]):
        if isinstance(node, ast.AnnAssign):
            text = below.value.value if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant) else ""
            found[node.target.id] = ast.unparse(node.annotation), node.value and ast.unparse(node.value), inspect.cleandoc(text or "")
    return found


def parameters(cls):
    """{field: (annotation, default, docstring)} of all fields that the class takes; a subclass may leave the docstring to its base."""
    known = {}
    for base in reversed(cls.__mro__):
        if is_dataclass(base) and "__dataclass_fields__" in vars(base):
            for name, (annotation, default, text) in declared(base).items():
                known[name] = annotation, default, text or known.get(name, ("", "", ""))[2]
    return {field.name: known[field.name] for field in fields(cls) if field.init}


def section(cls):
    """The Parameters section as it should stand in the docstring; empty where the class takes nothing."""
    lines = []
    for name, (annotation, default, text) in parameters(cls).items():
        shown = "" if default is None else ", default " + ("computed" if default.startswith("field(") else default)
        lines += [f"{name} : {annotation}{shown}"]
        lines += textwrap.wrap(" ".join(text.split()), WIDTH - 8, initial_indent="    ", subsequent_indent="    ")
    return "Parameters\n----------\n" + "\n".join(lines) if lines else ""


def with_section(doc, wanted):
    """The docstring `doc` (clean of indentation) with `wanted` in place of its Parameters section, or before its other sections."""
    heads = [match.start() for match in HEADER.finditer(doc)]
    parts = [doc[begin:end].strip() for begin, end in zip([0, *heads], [*heads, len(doc)])]
    text, sections = parts[0] if not heads or heads[0] else "", [part for part in (parts[1:] if heads else []) if part]
    sections = [part for part in sections if not part.startswith("Parameters\n")]
    return "\n\n".join(part for part in [text, wanted, *sections] if part)


def rewritten(source, cls):
    """The source of a file with the docstring of `cls` brought up to date."""
    node = class_node(cls)
    old = node.body[0]
    doc = with_section(inspect.cleandoc(old.value.value), section(cls))
    raw = "r" if "\\" in doc else ""
    body = textwrap.indent(doc, " " * old.col_offset).lstrip()
    closing = "" if "\n" not in doc else "\n" + " " * old.col_offset
    lines = source.split("\n")
    lines[old.lineno - 1:old.end_lineno] = (" " * old.col_offset + f'{raw}"""{body}{closing}"""').split("\n")
    return "\n".join(lines)


def main():
    """Write the sections, or check them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="change nothing; fail where a section differs")
    check, stale = parser.parse_args().check, []
    for cls, path in dataclasses_of("spikingnn"):
        source = path.read_text(encoding="utf-8")
        new = rewritten(source, cls)
        if new != source:
            stale.append(f"{cls.__module__}.{cls.__qualname__}")
            if not check:
                path.write_text(new, encoding="utf-8")
    print("\n".join(stale) or "every Parameters section is up to date")
    return int(check and bool(stale))


if __name__ == "__main__":
    sys.exit(main())
