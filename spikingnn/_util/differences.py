"""Where two trees of dictionaries, lists and values differ: what settings and saved runs are compared by."""

__all__ = ["differences"]


def differences(one, other, key=""):
    """The dotted keys in which two trees differ, as {key: (value here, value there)}; None where there is none."""
    items = {dict: lambda node: node, list: lambda node: dict(enumerate(node))}.get(type(one))
    if items is None or type(one) is not type(other):
        return {} if one == other else {key: (one, other)}
    one, other, found = items(one), items(other), {}
    for name in one | other:
        found |= differences(one.get(name), other.get(name), f"{key}.{name}" if key else str(name))
    return found
