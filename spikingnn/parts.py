"""What a network is made of has a name, belongs to one network, and is missed where it was forgotten."""

from __future__ import annotations

import weakref

from ._util.guarded import Guarded, deep_copy


__all__ = ["Part", "forgotten"]

_LOOSE = weakref.WeakSet()      # synapses and monitors in no network: only looked at, never kept alive


class Part(Guarded):
    """Base of groups, synapses and monitors. `name` can be set while `network` is None.

    A copy of a part brings along what it hangs together with: its groups, and its network as `copy.network`.
    """

    instead = {"network": "give the part to Network(…)"}

    def __init__(self, name):
        self._name, self._network = name, None

    network = property(lambda self: self._network, doc="The network that the part belongs to, or None.")
    __copy__ = deep_copy

    @property
    def name(self):
        """What the part is called; without a name it gets that of its class and a number in a network."""
        return self._name

    @name.setter
    def name(self, name):
        if self._network is not None:
            kind = type(self).__name__
            raise AttributeError(f"{kind}.name cannot be assigned once the network is built, as random "
                                 f"numbers and files go by it: give it before, {kind}(…, name={name!r})")
        self._name = name

    def touched(self):
        """The parts that this one works on."""
        return ()

    def _complete(self):
        super()._complete()
        if self.touched():
            _LOOSE.add(self)

    def _join(self, network):
        self._network = network
        _LOOSE.discard(self)


def forgotten(groups):
    """(part, what it works on) of synapses and monitors in no network that work on `groups` or on such."""
    loose = [part for part in list(_LOOSE) if part.network is None]
    found = [(part, each) for part in loose for each in part.touched() if each in groups]
    first = {part for part, _ in found}
    found += [(part, each) for part in loose if part not in first for each in part.touched() if each in first]
    return list(dict(found).items())
