"""The versions that spikingnn works with: checked before they are imported, so that a misfit is named and not met."""

from __future__ import annotations

import sys
from importlib import metadata


PYTHON = (3, 11)
BOUNDS = {"numpy": ("2.0", "2.6"), "scipy": ("1.14", "2"), "numba": ("0.61", "0.70")}        # from, below; setup.cfg has the same


def parsed(version):
    """The first three numbers of a version, to be compared: "2.4.6rc1" → (2, 4, 6), "2" → (2, 0, 0)."""
    numbers = []
    for part in version.split("."):
        digits = part[:len(part) - len(part.lstrip("0123456789"))]
        if not digits:
            break
        numbers.append(int(digits))
    return tuple(numbers + [0, 0, 0])[:3]


def misfit(name):
    """None where the installed `name` will do, else what is wrong with it and the line that repairs it."""
    low, high = BOUNDS[name]
    try:
        version = metadata.version(name)
    except metadata.PackageNotFoundError:
        version = None
    if version and parsed(low) <= parsed(version) < parsed(high):
        return None
    found = f"found {name} {version}" if version else f"{name} is not installed"
    return f"spikingnn needs {name} >={low},<{high}, {found}; repair it with: pip install '{name}>={low},<{high}'"


def check():
    """ImportError where Python or a library is of a version that spikingnn cannot work with."""
    if sys.version_info < PYTHON:
        raise ImportError(f"spikingnn needs Python {PYTHON[0]}.{PYTHON[1]} or newer, this is {sys.version.split()[0]}")
    for problem in map(misfit, BOUNDS):
        if problem:
            raise ImportError(problem)
