"""Functions that users give, checked before they are called."""

from __future__ import annotations

import inspect
from typing import Any

from . import checks


__all__ = ["check_function"]


def check_function(owner: object, field: str, function: Any, argument: str) -> Any:
    """Return `function`, which must be callable with one argument."""
    accepted = f"a function of {argument}"
    if not callable(function):
        checks.fail(owner, field, function, accepted, TypeError)
    try:
        inspect.signature(function).bind(None)
    except TypeError:
        checks.fail(owner, field, function, f"{accepted} alone", TypeError)
    except ValueError:
        pass                                                # built-in functions do not tell their arguments
    return function
