"""What the compiler asks of groups and connections, which stand on floors above it."""

from __future__ import annotations

from typing import Any, Protocol

from .._util.typing import FloatArray
from .plugin import NeuronModel, Rule


__all__ = ["ConnectionLike", "GroupLike", "SynapseLike"]


class SynapseLike(Protocol):
    """What the compiler asks of a synapse model."""

    @property
    def kind(self) -> int: ...                                      # DELTA, CURRENT, CONDUCTANCE or GRADED

    @property
    def has_filter(self) -> bool: ...

    def step_coefficients(self, dt: float) -> tuple[float, ...]: ...    # (decay, mean) of a filter


class GroupLike(Protocol):
    """What the compiler asks of a group."""

    @property
    def n(self) -> int: ...

    @property
    def model(self) -> NeuronModel: ...

    @property
    def state(self) -> FloatArray: ...


class ConnectionLike(Protocol):
    """What the compiler asks of a connection."""

    @property
    def name(self) -> str | None: ...

    @property
    def source(self) -> Any: ...                                    # a GroupLike

    @property
    def target(self) -> Any: ...                                    # a GroupLike

    @property
    def parts(self) -> Any: ...                                     # (of the source, of the target)

    @property
    def synapse(self) -> Any: ...                                   # a SynapseLike

    @property
    def rule(self) -> Rule | None: ...
