"""What the compiler asks of groups and connections, which stand on floors above it."""

from __future__ import annotations

from typing import Any, Protocol

from .._util.typing import FloatArray
from .plugin import NeuronModel, Rule, Synapse


__all__ = ["ConnectionLike", "GroupLike"]


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
    def parts(self) -> Any: ...                                     # (of the source, of the target)

    @property
    def synapse(self) -> Synapse: ...

    @property
    def rules(self) -> tuple[Rule, ...]: ...

    def post_delay_steps(self, dt: float) -> int: ...
