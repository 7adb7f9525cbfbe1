"""What a network is made of: a part has a name, belongs to one network, and is missed if it was forgotten."""

from __future__ import annotations

import warnings
import weakref
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from ._util import checks
from ._util.guarded import Guarded, deep_copy
from .engine.compiler import Layout


__all__ = ["NetworkLike", "Part", "flattened", "name_parts", "warn_of_forgotten_parts"]

_loose_parts: weakref.WeakSet[Part] = weakref.WeakSet()     # synapses and monitors in no network


class NetworkLike(Protocol):
    """What a part asks of the network to which it belongs."""

    @property
    def dt(self) -> float: ...

    @property
    def t(self) -> float: ...

    def assert_changeable(self, what: str) -> None: ...

    def sends_conductances(self, group: Any) -> bool: ...

    @property
    def layout(self) -> Layout: ...


class Part(Guarded):
    """Base class of groups, synapses and monitors. `name` can be set while `network` is None.

    A copy of a part brings along what it is connected with: its groups, and its network as `copy.network`.

    Parameters
    ----------
    name : str, optional
        Name; None: the network gives it one.
    """

    instead = {"network": "give the part to Network(…)"}

    def __init__(self, name: str | None) -> None:
        self._name = name
        self._network: NetworkLike | None = None

    __copy__ = deep_copy

    @property
    def network(self) -> NetworkLike | None:
        """The network to which the part belongs, or None."""
        return self._network

    @property
    def name(self) -> str | None:
        """Name of the part; without one it gets that of its class and a number in a network."""
        return self._name

    @name.setter
    def name(self, name: str | None) -> None:
        if self._network is not None:
            kind = type(self).__name__
            raise AttributeError(f"{kind}.name cannot be assigned once the network is built, as random "
                                 f"numbers and files go by it: give it before, {kind}(…, name={name!r})")
        self._name = name

    def touched(self) -> Sequence[Part]:
        """Return the parts on which this one works."""
        return ()

    def companions(self) -> Sequence[Part]:
        """Return the parts that join a network together with this one."""
        return ()

    def check_membership(self, parts: Sequence[Part]) -> None:
        """Refuse a network of these parts if it lacks what this part works on."""

    def join(self, network: NetworkLike) -> None:
        """Belong to `network` from now on; called by the network when it is built."""
        self._network = network
        _loose_parts.discard(self)

    def _complete(self) -> None:
        super()._complete()
        if self.touched():
            _loose_parts.add(self)


def flattened(owner: object, given: Iterable[Any]) -> list[Part]:
    """Return the parts in `given`, lists resolved, each once; refuse what is no part or is taken."""
    parts = [part for each in given for part in (each if isinstance(each, (list, tuple)) else [each])]
    for part in parts:
        if not isinstance(part, Part):
            checks.fail(owner, "parts", part, "groups, synapse groups and monitors", TypeError)
    parts = [each for part in parts for each in (part, *part.companions())]
    for part in parts:
        if part.network is not None:
            name = part.name or repr(part)
            raise ValueError(f"{name} is in another network already: build a new one of each part")
    return list(dict.fromkeys(parts))


def name_parts(parts: Iterable[Part]) -> None:
    """Name unnamed parts by their class and their ordinal among the unnamed: LIFGroup1, LIFGroup2 …"""
    unnamed: dict[str, int] = {}
    for part in parts:
        if not part.name:
            kind = type(part).__name__
            unnamed[kind] = unnamed.get(kind, 0) + 1
            part.name = f"{kind}{unnamed[kind]}"
    names = [part.name for part in parts]
    duplicate = next((name for name in names if names.count(name) > 1), None)
    if duplicate:
        raise ValueError(f"two parts of the network are called {duplicate!r}")


def warn_of_forgotten_parts(groups: Sequence[Part]) -> None:
    """Warn, in the name of the caller's caller, of synapses and monitors in no network that work on `groups`.

    Those that work on such synapses are named too.
    """
    loose = [part for part in list(_loose_parts) if part.network is None]
    found = [(part, each) for part in loose for each in part.touched() if each in groups]
    first = {part for part, _ in found}
    found += [(part, each) for part in loose if part not in first for each in part.touched() if each in first]
    for pair in dict(found).items():
        part, used = (each.name or f"a {type(each).__name__}" for each in pair)
        message = f"{part} works on {used}, but was not given to Network(…): it has no part in it"
        warnings.warn(message, stacklevel=4)
