"""Where two trees of dictionaries, lists and values differ; settings and saved runs are compared with it."""

from __future__ import annotations

from typing import Any


__all__ = ["differences"]


def differences(one: Any, other: Any, key: str = "") -> dict[str, tuple[Any, Any]]:
    """Return the dotted keys at which two trees differ, as {key: (value in one, value in other)}.

    A key that only one tree has counts as None in the other one.

    >>> differences({"n": 3, "layers": [1, 2]}, {"n": 3, "layers": [1, 5]})
    {'layers.1': (2, 5)}
    """
    if type(one) not in (dict, list) or type(one) is not type(other):
        return {} if one == other else {key: (one, other)}
    here, there = (node if isinstance(node, dict) else dict(enumerate(node)) for node in (one, other))
    found: dict[str, tuple[Any, Any]] = {}
    for name in here | there:
        found |= differences(here.get(name), there.get(name), f"{key}.{name}" if key else str(name))
    return found
