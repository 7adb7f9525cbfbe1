"""Spikes inside a step: v′ = f(v) with an upstroke is followed up to the threshold, reset, and followed on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .system import System
from .writer import Writer
from .expressions import Node


__all__ = ["crosses_inside", "put_step_to_spike"]


def crosses_inside(system: System, slopes: Mapping[str, Mapping[str, Node]]) -> bool:
    """Tell whether the time of a spike is sought inside the step."""
    return False


def put_step_to_spike(frame: Any, writer: Writer, conducting: bool) -> list[str]:
    """Write one neuron's step."""
    return []
