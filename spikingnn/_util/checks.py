"""The wording of every error, written once: owner, field, value received, what is accepted.

>>> positive("FirstOrderLIF", "tau_m", -3.0)
Traceback (most recent call last):
ValueError: FirstOrderLIF.tau_m must be positive, got -3.0
"""

from __future__ import annotations

import contextlib
import difflib
import math
import numbers
import warnings

import numpy as np


__all__ = ["MemoryBudgetError", "budget", "fail", "finite", "grid_steps", "held_rows", "integer", "length",
           "name_of", "milliseconds", "non_negative", "number", "one", "one_of", "ordered", "positive",
           "reals", "rows_fit", "shape_of", "suspicious", "validate_fields", "unit_interval", "unmasked", "warn",
           "weight_bounds"]

LONGEST = 200           # characters of a value that an error shows


class MemoryBudgetError(ValueError, MemoryError):
    """What was asked for would not fit into the memory budget; nothing was allocated."""


def name_of(owner):
    """The name that an error shows for `owner`: a string as it is, an object by its class."""
    return owner if isinstance(owner, str) else type(owner).__name__


def fail(owner, field, value, accepted, error=ValueError):
    """Raise `error` saying "owner.field must be accepted, got value"."""
    if isinstance(value, np.ndarray) and value.size > 6:
        shown = f"an array of shape {value.shape}"
    elif isinstance(value, (list, tuple)) and len(value) > 6:
        shown = f"a {type(value).__name__} of {len(value):,}"
    else:
        shown = " ".join(repr(value).split())
        shown = shown if len(shown) <= LONGEST else shown[:LONGEST] + "…"
    raise error(f"{name_of(owner)}.{field} must be {accepted}, got {shown}")


def shape_of(value):
    """`np.shape`, and for a ragged list (its length,)."""
    try:
        return np.shape(value)
    except ValueError:
        return (len(value),)


def reals(owner, field, value, accepted="a number or an array of numbers"):
    """`value` as an array of booleans, integers or floats, the only types that are taken for numbers.

    TypeError for text, dates, complex and structured values, None and ragged lists, ValueError for masked
    arrays that hide something.
    """
    array = unmasked(owner, field, value, accepted)
    if array.dtype == object and all(isinstance(each, (numbers.Real, np.bool_)) for each in array.flat):
        with contextlib.suppress(TypeError, OverflowError):         # an integer may be too large
            array = array.astype(np.float64)
    if array.dtype.kind not in "biuf":
        fail(owner, field, value, accepted, TypeError)
    return array


def unmasked(owner, field, value, accepted="an array"):
    """An array of any type; ValueError for a mask that hides something, TypeError for a ragged list."""
    if _hides(value):
        fail(owner, field, value, f"{accepted} without masked entries (array.filled(…) says what they are)")
    try:
        return np.asarray(value)
    except ValueError:
        fail(owner, field, value, accepted, TypeError)


def _hides(value):
    """Has `value`, or what a list holds, a mask that hides something? NumPy would read what is behind it."""
    if isinstance(value, (list, tuple)):
        return any(map(_hides, value))
    return np.ma.isMaskedArray(value) and np.ma.getmaskarray(value).any()


def finite(array):
    """Is no number in `array` NaN or infinite? One sum says so, unless it overflows."""
    if array.dtype.kind != "f":
        return True
    with np.errstate(over="ignore", invalid="ignore"):
        return bool(np.isfinite(array.sum()) or np.isfinite(array).all())


def number(owner, field, value, accepted="a number or an array of numbers", infinite=False):
    """`value` as a float or a float64 array; NaN is refused, infinity too unless `infinite`.

    With `reals`, which it calls, this is the door for all numbers from outside.
    """
    with np.errstate(over="ignore"):
        array = reals(owner, field, value, accepted).astype(np.float64, copy=False)
    if not finite(array) and (not infinite or np.isnan(array).any()):
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
    if shape_of(value):
        fail(owner, field, value, "one number")
    return value


def ordered(owner, low_field, low, high_field, high):
    """Refuse where `low` is not below `high` everywhere."""
    if not np.all(np.asarray(low) < np.asarray(high)):
        fail(owner, low_field, low, f"below {high_field} ({high!r})")


def weight_bounds(owner):
    """Check w_min and w_max, numbers or infinite, the first below the second, and store them as checked."""
    validate_fields(owner, number, "w_min", "w_max", infinite=True)
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
    shape = shape_of(value)
    if shape not in ((), (n,)):
        raise ValueError(f"{name_of(owner)}.{field} must be a scalar or have shape ({n},), got shape {shape}")


def validate_fields(owner, check, *names, **options):
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


def rows_fit(owner, field, rows, steps):
    """Refuse a number of rows, each held for an equal part of `steps`, that does not divide them.

    The nearest numbers that do are named.
    """
    if not 1 <= rows <= max(steps, 1):
        fail(owner, field, rows, f"of 1 to {steps:,} rows, the steps of this run")
    if steps % rows:
        small = [k for k in range(1, math.isqrt(steps) + 1) if steps % k == 0]
        divisors = [*small, *(steps // k for k in small)]
        less, more = max(k for k in divisors if k < rows), min(k for k in divisors if k > rows)
        accepted = f"that divides the {steps:,} steps of this run, such as {less:,} or {more:,}"
        fail(owner, field, rows, f"of a number of rows {accepted}")


def held_rows(owner, field, value, n, steps):
    """The stimulus of n units, a number, (n,) or (rows, n), as (rows, n); each row is held for steps/rows."""
    value = np.asarray(number(owner, field, value))
    if value.shape not in ((), (n,)) and (value.ndim != 2 or value.shape[1] != n):
        hint = "; a current in time, the same for all units, is current[:, None]" if value.ndim == 1 else ""
        raise ValueError(f"{name_of(owner)}.{field} must be a number, ({n},) or (rows, {n}), got {value.shape}{hint}")
    if value.ndim < 2:
        return np.broadcast_to(value, n)[None]
    rows_fit(owner, field, len(value), steps)
    return value


def budget(what, n_bytes, allowed, ways_out):
    """Refuse what would need more than `allowed` bytes, before anything is allocated."""
    if n_bytes > allowed:
        raise MemoryBudgetError(f"{what} would need {n_bytes / 2**30:.2f} GiB, "
                                f"over the memory budget of {allowed / 2**30:.2f} GiB; {ways_out}")
