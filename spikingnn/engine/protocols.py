"""What the compiler asks of groups, connections and monitors, which stand on floors above it."""

from __future__ import annotations

from typing import Any, Protocol

from .._util.typing import FloatArray, IntArray
from .plugin import NeuronModel, Rule, Synapse


__all__ = ["ConnectionLike", "GroupLike", "MonitorLike"]


class GroupLike(Protocol):
    """What the compiler asks of a group."""

    @property
    def name(self) -> str | None: ...

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
    def synapse(self) -> Synapse: ...

    @property
    def rules(self) -> tuple[Rule, ...]: ...

    def post_delay_steps(self, dt: float) -> int: ...


class MonitorLike(Protocol):
    """What the compiler asks of a monitor of states."""

    @property
    def target(self) -> Any: ...                                    # a GroupLike

    @property
    def row(self) -> int: ...

    @property
    def index(self) -> IntArray: ...

    def sample_steps(self, dt: float) -> int: ...
