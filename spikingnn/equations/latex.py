"""Equations as LaTeX."""
from __future__ import annotations
from .system import System
def latex_of(system: System) -> str:
    return ""
