"""The wording of every error, written once: owner, field, value received, what is accepted.

>>> positive("FirstOrderLIF", "tau_m", -3.0)
Traceback (most recent call last):
ValueError: FirstOrderLIF.tau_m must be positive, got -3.0
"""

from __future__ import annotations

import difflib
import warnings

import numpy as np

__all__ = ["MemoryBudgetError", "budget", "fail", "grid_steps", "integer", "length", "name_of", "milliseconds", "non_negative",
           "number", "one", "one_of", "ordered", "positive", "suspicious", "take", "unit_interval", "warn",
           "weight_bounds"]


class MemoryBudgetError(ValueError, MemoryError):
    """What was asked for would not fit into the memory budget; nothing was allocated."""


def name_of(owner):
    """The name that an error shows for `owner`: a string as it is, an object by its class."""
    return owner if isinstance(owner, str) else type(owner).__name__


def fail(owner, field, value, accepted, error=ValueError):
    """Raise `error` saying "owner.field must be accepted, got value"."""
    shown = f"an array of shape {value.shape}" if isinstance(value, np.ndarray) and value.size > 6 else repr(value)
    raise error(f"{name_of(owner)}.{field} must be {accepted}, got {shown}")


def number(owner, field, value, accepted="a number or an array of numbers", infinite=False):
    """`value` as a float or a float64 array; NaN is refused, infinity too unless `infinite`."""
    if isinstance(value, (str, bytes)) or value is None:
        fail(owner, field, value, accepted, TypeError)
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        fail(owner, field, value, accepted, TypeError)
    if np.isnan(array).any() or not (infinite or np.isfinite(array).all()):
        fail(owner, field, value, accepted + (" and not NaN" if infinite else " and finite"))
    return float(array) if array.ndim == 0 else array


def positive(owner, field, value, infinite=False):
    """`value` as `number`, all of it greater than zero."""
    checked = number(owner, field, value, infinite=infinite)
    if not np.all(np.asarray(checked) > 0):
        fail(owner, field, value, "positive")
    return checked


def non_negative(owner, field, value):
    """`value` as `number`, none of it below zero."""
    checked = number(owner, field, value)
    if not np.all(np.asarray(checked) >= 0):
        fail(owner, field, value, "zero or positive")
    return checked


def unit_interval(owner, field, value):
    """`value` as `number`, all of it from 0 to 1."""
    checked = number(owner, field, value)
    if not (np.all(np.asarray(checked) >= 0) and np.all(np.asarray(checked) <= 1)):
        fail(owner, field, value, "from 0 to 1")
    return checked


def integer(owner, field, value, minimum=1):
    """`value` as an int of at least `minimum`."""
    accepted = f"a whole number of at least {minimum}"
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
        fail(owner, field, value, accepted, TypeError)
    if value < minimum:
        fail(owner, field, value, accepted)
    return int(value)


def one(owner, field, value):
    """`value` as it is, refused where it is an array."""
    if np.ndim(value):
        fail(owner, field, value, "one number")
    return value


def ordered(owner, low_field, low, high_field, high):
    """Refuse where `low` is not below `high` everywhere."""
    if not np.all(np.asarray(low) < np.asarray(high)):
        fail(owner, low_field, low, f"below {high_field} ({high!r})")


def weight_bounds(owner):
    """Check w_min and w_max, numbers or infinite, the first below the second, and store them as checked."""
    take(owner, number, "w_min", "w_max", infinite=True)
    ordered(owner, "w_min", owner.w_min, "w_max", owner.w_max)


def one_of(owner, field, value, allowed):
    """`value`, which must be one of the `allowed` names; a near miss is named."""
    allowed = sorted(allowed)
    if value not in allowed:
        names = {str(name).lower(): name for name in allowed}               # MNIST is mnist
        near = difflib.get_close_matches(str(value).lower(), names, n=1)
        hint = f"; did you mean {names[near[0]]!r}?" if near else ""
        fail(owner, field, value, "one of " + ", ".join(map(repr, allowed)) + hint)
    return value


def length(owner, field, value, n):
    """Refuse an array that is neither a scalar nor of shape (n,)."""
    shape = np.shape(value)
    if shape not in ((), (n,)):
        raise ValueError(f"{name_of(owner)}.{field} must be a scalar or have shape ({n},), got shape {shape}")


def take(owner, check, *names, **options):
    """Check the named fields of a frozen dataclass and store them as the check returns them (arrays read-only)."""
    for name in names:
        value = check(owner, name, getattr(owner, name), **options)
        if isinstance(value, np.ndarray):
            value = value.copy()
            value.flags.writeable = False
        object.__setattr__(owner, name, value)


def milliseconds(owner, *names):
    """Warn where a time constant is so short that it was probably meant in seconds."""
    for name in names:
        value = np.min(np.asarray(getattr(owner, name)))
        if 0 < value < 0.05:
            suspicious(owner, name, float(value), "seconds (times are in ms)", f"{value * 1000:g}")


def warn(owner, field, message):
    """Warn that "owner.field message"."""
    warnings.warn(f"{name_of(owner)}.{field} {message}", stacklevel=5)


def suspicious(owner, field, value, wrong, meant):
    """Warn that `value` looks as if given in another unit."""
    warn(owner, field, f"= {value!r} looks like {wrong}; did you mean {meant}?")


def grid_steps(owner, field, value, dt):
    """A time in ms as a whole number of steps, to the nearest; off the grid by more than 1e-6 of a step it warns."""
    exact = np.asarray(value, dtype=np.float64) / dt
    whole = np.rint(exact)
    if np.any(np.abs(exact - whole) > 1e-6):
        shown = f"= {value!r} ms" if np.ndim(value) == 0 else "(an array)"
        warn(owner, field, f"{shown} is off the grid of dt = {dt:g} ms and rounds to the nearest step"
                           + (f", {float(whole * dt):g} ms" if np.ndim(value) == 0 else ""))
    return whole


def budget(what, n_bytes, allowed, ways_out):
    """Refuse what would need more than `allowed` bytes, before anything is allocated."""
    if n_bytes > allowed:
        raise MemoryBudgetError(f"{what} would need {n_bytes / 2**30:.2f} GiB, "
                                f"over the memory budget of {allowed / 2**30:.2f} GiB; {ways_out}")
