"""Settings from YAML files, checked against frozen dataclasses: mistakes are named with their line.

A dataclass is its own schema: its fields are the keys, their annotations the types, their defaults what may
be left out, and what its ``__post_init__`` refuses is refused with the line. A field annotated
``Annotated[Base, registry]``, with a dictionary of name -> class, takes one of several classes: ``{kind:
name, …}`` with the options of that class, or the name alone; ``Annotated[Base, registry, name]`` says which
one it is where no kind is given. A class variable ``former_names`` maps keys of older files to the present
ones.

Numbers, true, false and null are those of YAML 1.2 and of JSON, so that 1e-3 is a number and ``no`` a word.
Nothing in a file is executed, and aliases are refused.

>>> @dataclass(frozen=True)
... class Training:
...     epochs: int = 10
>>> parse_config("epochs: 3", Training)
Training(epochs=3)
>>> parse_config("epohcs: 3", Training, "mnist.yaml")
Traceback (most recent call last):
ValueError: mnist.yaml:1: epohcs is unknown; did you mean epochs?
"""

from __future__ import annotations

import difflib
import inspect
import re
import types
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, fields, is_dataclass
from pathlib import Path
from typing import (Annotated, Any, Literal, NamedTuple, NoReturn, TypeVar, Union, get_args, get_origin,
                    get_type_hints)

import yaml

from ._util import checks
from ._util.differences import differences
from ._util.files import read_bytes, replacing
from ._util.typing import PathLikeText


__all__ = [
    "dataclass", "differences", "dump_config", "parse_config", "read_config", "save_config", "to_plain"
]

LARGEST = 200_000           # characters in a file
MOST = 10_000               # values in it
DEEPEST = 50                # levels of nested lists and mappings
WHOLE = re.compile(r"[-+]?\d+")
NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
WORDS = {"true": True, "True": True, "false": False, "False": False, "null": None, "~": None, "": None}
SAFE = {f"tag:yaml.org,2002:{name}"
        for name in ("str", "int", "float", "bool", "null", "map", "seq", "timestamp", "merge", "value")}
NAMES_OF_TYPES: dict[Any, str] = {
    int: "a whole number", float: "a number", bool: "true or false", str: "text", list: "a list",
    tuple: "a list", dict: "keys with values",
    type(None): "null", Any: "anything"
}

Schema = TypeVar("Schema")


class Node(NamedTuple):
    """A value and its position in the text: dictionaries and lists hold nodes."""

    value: Any
    where: str


def read_config(path: PathLikeText, schema: type[Schema], overrides: Sequence[str] = ()) -> Schema:
    """Return the settings in a YAML file as an instance of a dataclass.

    Parameters
    ----------
    path : path
        The file.
    schema : type
        The dataclass.
    overrides : sequence of str
        Changes such as ``"training.epochs=5"`` or ``"model.layers.0.n=256"``, which take precedence over the
        file.

    Raises
    ------
    ValueError
        If something is unknown, given twice, of a wrong type or out of range: named with file, line and key.
    """
    path = Path(path)
    try:
        text = read_bytes(path, LARGEST).decode("utf-8")
    except UnicodeDecodeError as problem:
        raise ValueError(
            f"{path}: is not a text in UTF-8 ({problem.reason} at byte {problem.start})") from None
    return parse_config(text, schema, path.name, overrides)


def parse_config(text: str, schema: type[Schema], name: str = "settings",
                 overrides: Sequence[str] = ()) -> Schema:
    """Return the settings in the `text` of a file called `name`; otherwise as `read_config`."""
    tree = _tree(text, name)
    if tree.value is None:                          # an empty file
        tree = Node({}, tree.where)
    for override in overrides:
        tree = _overridden(tree, override)
    built: Schema = _built(schema, tree, "")
    return built


def to_plain(value: Any, wanted: Any = None) -> Any:
    """Return an instance of a schema as dictionaries, lists, numbers and texts, with everything left to the
    defaults.

    Examples
    --------
    >>> @dataclass(frozen=True)
    ... class Training:
    ...     epochs: int = 10
    >>> to_plain(Training())
    {'epochs': 10}
    """
    wanted = _without_none(wanted)
    if get_origin(wanted) is Annotated:
        registry = get_args(wanted)[1]
        kind = next(name for name, each in registry.items() if each is type(value))
        return {"kind": kind} | {name: to_plain(getattr(value, name), each)
                                 for name, (each, _) in _options(type(value), wanted).items()}
    if is_dataclass(value):
        return {
            name: to_plain(getattr(value, name), each) for name, (each, _) in _options(type(value)).items()
        }
    if isinstance(value, (list, tuple)):
        return [to_plain(each, (get_args(wanted) or [None])[0]) for each in value]
    if isinstance(value, dict):
        return {key: to_plain(each, (get_args(wanted) or [None])[-1]) for key, each in value.items()}
    return value


def dump_config(value: Any) -> str:
    """Return an instance of a schema as YAML, of which `parse_config` makes the same instance.

    Examples
    --------
    >>> @dataclass(frozen=True)
    ... class Training:
    ...     epochs: int = 10
    >>> dump_config(Training())
    '{epochs: 10}\\n'
    """
    text: str = yaml.safe_dump(to_plain(value), sort_keys=False, allow_unicode=True, width=130,
                               default_flow_style=None)
    return text


def save_config(path: PathLikeText, value: Any) -> None:
    """Write `dump_config` of `value` to `path`, whole or not at all."""
    with replacing(path) as temporary:
        temporary.write_text(dump_config(value), encoding="utf-8")


# --- the text as a tree --------------------------------------------------------------------------------

def _tree(text: str, name: str) -> Node:
    if len(text) > LARGEST:
        raise ValueError(f"{name}: is no configuration, it has more than {LARGEST:,} characters")
    try:
        depth = 0
        for count, event in enumerate(yaml.parse(text, yaml.SafeLoader)):
            where = f"{name}:{event.start_mark.line + 1}"
            if count > MOST:
                raise ValueError(f"{where}: is no configuration, it has more than {MOST:,} values")
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > DEEPEST:
                raise ValueError(f"{where}: is nested more than {DEEPEST} levels deep")
            if isinstance(event, yaml.AliasEvent):
                raise ValueError(f"{where}: aliases (*{event.anchor}) are not accepted, write it out")
        root = yaml.compose(text, yaml.SafeLoader)
        return Node(None, name) if root is None else _node(root, name, root.start_mark.line + 1)
    except yaml.YAMLError as problem:
        mark = getattr(problem, "problem_mark", None)
        where = f"{name}:{mark.line + 1}" if mark else name
        raise ValueError(
            f"{where}: is not YAML ({getattr(problem, 'problem', None) or str(problem).splitlines()[0]})"
        ) from None


def _node(node: yaml.Node, name: str, line: int) -> Node:
    where = f"{name}:{line}"
    if node.tag not in SAFE:
        raise ValueError(f"{where}: tags ({node.tag.removeprefix('tag:yaml.org,2002:')}) are not accepted")
    if isinstance(node, yaml.SequenceNode):
        return Node([_node(each, name, each.start_mark.line + 1) for each in node.value], where)
    if not isinstance(node, yaml.MappingNode):
        return Node(node.value if node.style else _scalar(node.value), where)
    entries: dict[str, Node] = {}
    lines: dict[str, int] = {}
    for key_node, value in node.value:
        key, at = key_node.value, key_node.start_mark.line + 1
        if not isinstance(key, str):
            raise ValueError(f"{name}:{at}: a key must be one word")
        if key in entries:
            raise ValueError(f"{name}:{at}: {key} is given twice, first in line {lines[key]}")
        entries[key], lines[key] = _node(value, name, at), at
    return Node(entries, where)


def _scalar(text: str) -> int | float | str | bool | None:
    if text in WORDS:
        return WORDS[text]
    if WHOLE.fullmatch(text) and len(text) < 20:
        return int(text)
    if NUMBER.fullmatch(text):
        return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
    return text


def _overridden(tree: Node, override: str) -> Node:
    """The tree with the value of "a.b=value" in it."""
    where = f"--set {override}"
    dotted, sign, text = override.partition("=")
    if not sign or not all(dotted.split(".")):
        raise ValueError(f"{where}: must be KEY=VALUE, such as training.epochs=5")
    return _replaced(tree, dotted.split("."), _tree(text, where), where)


def _replaced(tree: Node, keys: Sequence[str], value: Node, where: str) -> Node:
    if not keys:
        return Node(value.value, where)
    key, *rest = keys
    if isinstance(tree.value, list):
        if not key.isdecimal() or int(key) >= len(tree.value):
            raise ValueError(
                f"{where}: {key} must be the number of an entry, from 0 to {len(tree.value) - 1}")
        replaced = [
            _replaced(each, rest, value, where) if k == int(key) else each
            for k, each in enumerate(tree.value)
        ]
        return Node(replaced, tree.where)
    alone = {"kind": tree} if isinstance(tree.value, str) else {}
    entries = tree.value if isinstance(tree.value, dict) else alone
    return Node(entries | {key: _replaced(entries.get(key, Node(None, where)), rest, value, where)},
                tree.where)


# --- the tree as an instance ---------------------------------------------------------------------------

def _built(wanted: Any, node: Node, key: str) -> Any:
    """What `node` is as a `wanted`, an annotation; ValueError where it is not."""
    members = _members(wanted)
    wanted = next((each for each in members if _accepts(each, node.value)), None)
    if wanted is None:
        accepted = " or ".join(dict.fromkeys(map(_meant, members)))
        _fail(node, f"{key or 'the file'} must be {accepted}, got {_shown(node.value)}")
    origin, inner = get_origin(wanted) or wanted, get_args(wanted)
    if origin is Annotated:
        return _chosen(wanted, node, key)
    if is_dataclass(wanted):
        return _made(wanted, node, key)
    if origin in (list, tuple):
        return origin(
            _built(inner[0] if inner else Any, each, f"{key}.{k}") for k, each in enumerate(node.value))
    if origin is dict:
        return {name: _built(inner[-1] if inner else Any, each, _joined(key, name))
                for name, each in node.value.items()}
    if wanted is Any and isinstance(node.value, (dict, list)):
        return _built(type(node.value), node, key)
    return float(node.value) if wanted is float else node.value


def _chosen(wanted: Any, node: Node, key: str) -> Any:
    """One of a registry's classes, by its kind."""
    registry, *default = get_args(wanted)[1:]
    entries = dict(node.value) if isinstance(node.value, dict) else {"kind": node}
    kind = entries.pop("kind", Node(default[0] if default else None, node.where))
    try:
        checks.one_of(key, "kind", kind.value, registry)
    except ValueError as problem:
        _fail(kind, str(problem))
    return _made(registry[kind.value], Node(entries, node.where), key, wanted)


def _made(wanted: Any, node: Node, key: str, choice: Any = None) -> Any:
    """An instance of the class `wanted`."""
    options, given = _options(wanted, choice), {}
    entries = _with_present_names(wanted, node.value, key)
    for name, entry in entries.items():
        if name not in options:
            near = difflib.get_close_matches(name, options, n=1)
            hint = f"did you mean {near[0]}?" if near else f"known here: {', '.join(options) or 'nothing'}"
            _fail(entry, f"{_joined(key, name)} is unknown; {hint}")
        given[name] = _built(options[name][0], entry, _joined(key, name))
    for name, (_, needed) in options.items():
        if needed and name not in given:
            _fail(node, f"{_joined(key, name)} is missing")
    try:
        parts = _parts(wanted)
        return wanted(*given[parts]) if parts else wanted(**given)
    except (ValueError, TypeError) as problem:
        owner, _, rest = str(problem).partition(".")
        name = rest.partition(" ")[0]
        if owner == wanted.__name__ and name in options:
            _fail(entries.get(name, node), _joined(key, rest))
        _fail(node, f"{key or 'the file'}: {problem}")


def _with_present_names(wanted: Any, entries: Mapping[str, Node], key: str) -> dict[str, Node]:
    """The entries of an older file under the names that they have now."""
    former, present = getattr(wanted, "former_names", {}), {}
    for name, entry in entries.items():
        if name in former and former[name] in entries:
            _fail(entry, f"{_joined(key, name)} is now called {former[name]}, which is given, too")
        present[former.get(name, name)] = entry
    return present


def _options(wanted: Any, choice: Any = None) -> dict[str, tuple[Any, bool]]:
    """name -> (annotation, whether it has to be given).

    A class that takes ``*parts`` has a list of its registry's classes.
    """
    parts = _parts(wanted)
    if parts:
        return {parts: (list[choice], True)}
    hints = get_type_hints(wanted, include_extras=True)
    return {each.name: (hints[each.name], each.default is MISSING and each.default_factory is MISSING)
            for each in fields(wanted) if each.init}


def _parts(wanted: Any) -> str | None:
    """The name of ``*parts``, or None."""
    parameters = inspect.signature(wanted).parameters.values()
    return next((each.name for each in parameters if each.kind is each.VAR_POSITIONAL), None)


def _members(wanted: Any) -> tuple[Any, ...]:
    return get_args(wanted) if get_origin(wanted) in (Union, types.UnionType) else (wanted,)


def _without_none(wanted: Any) -> Any:
    return next((each for each in _members(wanted) if each is not type(None)), wanted)


def _accepts(wanted: Any, value: object) -> bool:
    origin = get_origin(wanted) or wanted
    if origin is Annotated:
        return isinstance(value, (dict, str))
    if origin is Literal:
        return value in get_args(wanted)
    if origin in (list, tuple, dict) or is_dataclass(wanted):
        return isinstance(value, dict if origin not in (list, tuple) else list)
    if origin in (int, float):
        return isinstance(value, (int, origin)) and not isinstance(value, bool)
    return origin is Any or origin in (bool, str, type(None)) and isinstance(value, origin)


def _meant(wanted: Any) -> str:
    if get_origin(wanted) is Annotated:
        return "one of " + ", ".join(get_args(wanted)[1])
    if get_origin(wanted) is Literal:
        return "one of " + ", ".join(map(str, get_args(wanted)))
    return NAMES_OF_TYPES.get(
        get_origin(wanted) or wanted, NAMES_OF_TYPES[dict] if is_dataclass(wanted) else "a name")


def _shown(value: object) -> str:
    if isinstance(value, (dict, list)):
        return NAMES_OF_TYPES[type(value)]
    shown = next((word for word, meaning in WORDS.items() if value is meaning), repr(value))
    return shown if len(shown) <= 60 else f"{shown[:59]}…"      # a file of another kind is one long text


def _joined(key: str, name: object) -> str:
    return f"{key}.{name}" if key else str(name)


def _fail(node: Node, message: str) -> NoReturn:
    raise ValueError(f"{node.where}: {message}") from None
