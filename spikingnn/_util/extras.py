"""Optional packages, imported where they are used, with one message that names the extra."""

from __future__ import annotations

import importlib
from typing import Any


__all__ = ["optional"]


def optional(module: str, purpose: str, extra: str) -> Any:
    """Return an optional module.

    Parameters
    ----------
    module : str
        Name by which it is imported.
    purpose : str
        What needs it, as the subject of a sentence in the plural.
    extra : str
        The extra of this package that brings it.

    Raises
    ------
    ImportError
        In one line, if it is not installed.

    Examples
    --------
    >>> optional("no_such_module", "Neo blocks", "neo")
    Traceback (most recent call last):
    ImportError: Neo blocks need no_such_module, which is not installed: pip install 'spikingnn[neo]'
    """
    try:
        return importlib.import_module(module)
    except ImportError as problem:
        missing = problem.name or module
        raise ImportError(f"{purpose} need {missing.partition('.')[0]}, which is not installed: "
                          f"pip install 'spikingnn[{extra}]'") from None
