"""The versions that spikingnn works with, checked before anything else is imported, so that the error names
the cause."""

from __future__ import annotations

import importlib
import sys


__all__ = ["BOUNDS", "PYTHON", "check_versions", "parse_version", "version_problem"]

PYTHON = (3, 11)
# lowest version, first version that is too high; as in setup.cfg
BOUNDS = {"numpy": ("2.0", "2.6"), "scipy": ("1.14", "2"), "numba": ("0.61", "0.70")}


def parse_version(version: str) -> tuple[int, ...]:
    """Return the first three numbers of a version, for comparison.

    >>> parse_version("2.4.6rc1"), parse_version("2")
    ((2, 4, 6), (2, 0, 0))
    """
    numbers: list[int] = []
    for part in version.split("."):
        digits = part[:len(part) - len(part.lstrip("0123456789"))]
        if not digits:
            break
        numbers.append(int(digits))
    return tuple(numbers + [0, 0, 0])[:3]


def version_problem(name: str) -> str | None:
    """Return what is wrong with the installed version of `name` and the command that repairs it, or None."""
    low, high = BOUNDS[name]
    version = _installed(name)
    if version and parse_version(low) <= parse_version(version) < parse_version(high):
        return None
    found = f"found {name} {version}" if version else f"{name} is not installed"
    bounds = f">={low},<{high}"
    return f"spikingnn needs {name} {bounds}, {found}; repair it with: pip install '{name}{bounds}'"


def _installed(name: str) -> str | None:
    """Return the version of a library, or None if it is not installed."""
    try:
        return str(importlib.import_module(name).__version__)
    except (ImportError, AttributeError):                       # it may only refuse the other libraries
        from importlib import metadata
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def check_versions() -> None:
    """Raise ImportError if Python or a library has a version that spikingnn does not work with."""
    if sys.version_info < PYTHON:
        raise ImportError(f"spikingnn needs Python {PYTHON[0]}.{PYTHON[1]} or newer, this is "
                          f"{sys.version.split()[0]}")
    for problem in map(version_problem, BOUNDS):
        if problem:
            raise ImportError(problem)
