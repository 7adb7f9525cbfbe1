"""The wording of every error, written once: owner, field, the value received and what is accepted.

A check returns the value as it is to be stored, or raises. ``validate_fields`` applies one to several fields
of a frozen dataclass.

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
from collections.abc import Callable, Iterable
from typing import Any, NoReturn, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from .typing import FloatArray


__all__ = ["MemoryBudgetError", "fail", "grid_steps", "integer", "interval_steps", "is_finite",
           "non_negative", "number", "one_of", "ordered", "owner_name", "positive", "real_array",
           "rows_divide_steps", "scalar_or_length", "shape_or_length", "single_number", "stimulus_rows",
           "unit_interval", "unmasked_array", "validate_fields", "warn_field", "warn_if_seconds", "warn_unit",
           "weight_bounds", "within_budget"]

T = TypeVar("T")
LONGEST = 200           # characters of a value that an error shows


class MemoryBudgetError(ValueError, MemoryError):
    """The request would exceed the memory budget; nothing was allocated."""


# --- wording ------------------------------------------------------------------------------------------------

def owner_name(owner: object) -> str:
    """Return the name that an error shows for `owner`: a string as it is, an object by its class."""
    return owner if isinstance(owner, str) else type(owner).__name__


def fail(owner: object, field: str, value: object, accepted: str,
         error: type[Exception] = ValueError) -> NoReturn:
    """Raise `error` with the message "owner.field must be accepted, got value"."""
    if isinstance(value, np.ndarray) and value.size > 6:
        shown = f"an array of shape {value.shape}"
    elif isinstance(value, (list, tuple)) and len(value) > 6:
        shown = f"a {type(value).__name__} of {len(value):,}"
    else:
        shown = " ".join(repr(value).split())
        shown = shown if len(shown) <= LONGEST else shown[:LONGEST] + "…"
    raise error(f"{owner_name(owner)}.{field} must be {accepted}, got {shown}")


def warn_field(owner: object, field: str, message: str) -> None:
    """Warn that "owner.field message"."""
    warnings.warn(f"{owner_name(owner)}.{field} {message}", stacklevel=5)


def warn_unit(owner: object, field: str, value: object, wrong: str, meant: str) -> None:
    """Warn that `value` was probably given in another unit, `wrong`."""
    warn_field(owner, field, f"= {value!r} looks like {wrong}; did you mean {meant}?")


def warn_if_seconds(owner: object, *names: str) -> None:
    """Warn if a time constant of `owner` is so short that it was probably given in seconds."""
    for name in names:
        value = np.min(np.asarray(getattr(owner, name)))
        if 0 < value < 0.05:
            warn_unit(owner, name, float(value), "seconds (times are in ms)", f"{value * 1000:g}")


# --- numbers and arrays -------------------------------------------------------------------------------------

def shape_or_length(value: Any) -> tuple[int, ...]:
    """Return ``np.shape(value)``, or (its length,) for a ragged list."""
    try:
        return np.shape(value)
    except ValueError:
        return (len(value),)


def real_array(owner: object, field: str, value: object,
               accepted: str = "a number or an array of numbers") -> NDArray[Any]:
    """Return `value` as an array of booleans, integers or floats, the only types that are accepted as
    numbers.

    TypeError for text, dates, complex and structured values, None and ragged lists; ValueError for masked
    arrays that hide a value.
    """
    array = unmasked_array(owner, field, value, accepted)
    if array.dtype == object and all(isinstance(each, (numbers.Real, np.bool_)) for each in array.flat):
        with contextlib.suppress(TypeError, OverflowError):         # an integer may be too large
            array = array.astype(np.float64)
    if array.dtype.kind not in "biuf":
        fail(owner, field, value, accepted, TypeError)
    return array


def unmasked_array(owner: object, field: str, value: object, accepted: str = "an array") -> NDArray[Any]:
    """Return `value` as an array of any type; ValueError for a mask that hides a value, TypeError for a
    ragged list."""
    if _hides(value):
        fail(owner, field, value, f"{accepted} without masked entries (array.filled(…) says what they are)")
    try:
        return np.asarray(value)
    except ValueError:
        fail(owner, field, value, accepted, TypeError)


def _hides(value: object) -> bool:
    """Tell whether a mask hides a value of `value`, or of an item of a list; NumPy would read what is behind
    the mask."""
    if isinstance(value, (list, tuple)):
        return any(map(_hides, value))
    return np.ma.isMaskedArray(value) and bool(np.ma.getmaskarray(value).any())


def is_finite(array: NDArray[Any]) -> bool:
    """Tell whether no number in `array` is NaN or infinite; one sum decides it, unless the sum overflows."""
    if array.dtype.kind != "f":
        return True
    with np.errstate(over="ignore", invalid="ignore"):
        return bool(np.isfinite(array.sum()) or np.isfinite(array).all())


@overload
def number(owner: object, field: str, value: float, accepted: str = ..., infinite: bool = ...) -> float: ...


@overload
def number(owner: object, field: str, value: object, accepted: str = ...,
           infinite: bool = ...) -> float | FloatArray: ...


def number(owner: object, field: str, value: object, accepted: str = "a number or an array of numbers",
           infinite: bool = False) -> float | FloatArray:
    """Return `value` as a float or a float64 array; NaN is refused, and infinity too unless `infinite`.

    All numbers from outside pass through this function or through `real_array`, which it calls.
    """
    if type(value) is float and math.isfinite(value):
        return value
    with np.errstate(over="ignore"):
        array = real_array(owner, field, value, accepted).astype(np.float64, copy=False)
    if not is_finite(array) and (not infinite or np.isnan(array).any()):
        fail(owner, field, value, accepted + (" and not NaN" if infinite else " and finite"))
    return float(array) if array.ndim == 0 else array


@overload
def positive(owner: object, field: str, value: float, infinite: bool = ...) -> float: ...


@overload
def positive(owner: object, field: str, value: object, infinite: bool = ...) -> float | FloatArray: ...


def positive(owner: object, field: str, value: object, infinite: bool = False) -> float | FloatArray:
    """Return `value` as `number` does; every value must be greater than zero."""
    checked = number(owner, field, value, infinite=infinite)
    if not (checked > 0 if isinstance(checked, float) else (checked > 0).all()):
        fail(owner, field, value, "positive")
    return checked


@overload
def non_negative(owner: object, field: str, value: float) -> float: ...


@overload
def non_negative(owner: object, field: str, value: object) -> float | FloatArray: ...


def non_negative(owner: object, field: str, value: object) -> float | FloatArray:
    """Return `value` as `number` does; no value may be below zero."""
    checked = number(owner, field, value)
    if not (checked >= 0 if isinstance(checked, float) else (checked >= 0).all()):
        fail(owner, field, value, "zero or positive")
    return checked


@overload
def unit_interval(owner: object, field: str, value: float) -> float: ...


@overload
def unit_interval(owner: object, field: str, value: object) -> float | FloatArray: ...


def unit_interval(owner: object, field: str, value: object) -> float | FloatArray:
    """Return `value` as `number` does; every value must be from 0 to 1."""
    checked = number(owner, field, value)
    if not (np.all(np.asarray(checked) >= 0) and np.all(np.asarray(checked) <= 1)):
        fail(owner, field, value, "from 0 to 1")
    return checked


def integer(owner: object, field: str, value: object, minimum: int = 1) -> int:
    """Return `value` as an int; it must be at least `minimum`."""
    accepted = f"a whole number of at least {minimum}"
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
        fail(owner, field, value, accepted, TypeError)
    if value < minimum:
        fail(owner, field, value, accepted)
    return int(value)


def single_number(owner: object, field: str, value: T) -> T:
    """Return `value` unchanged; an array is refused."""
    if shape_or_length(value):
        fail(owner, field, value, "one number")
    return value


def scalar_or_length(owner: object, field: str, value: object, n: int) -> None:
    """Refuse an array that is neither a scalar nor of shape (n,)."""
    shape = shape_or_length(value)
    if shape not in ((), (n,)):
        raise ValueError(f"{owner_name(owner)}.{field} must be a scalar or have shape ({n},), "
                         f"got shape {shape}")


def ordered(owner: object, low_field: str, low: Any, high_field: str, high: Any) -> None:
    """Refuse values of which `low` is not below `high` everywhere."""
    if not np.all(np.asarray(low) < np.asarray(high)):
        fail(owner, low_field, low, f"below {high_field} ({high!r})")


# --- names and fields ---------------------------------------------------------------------------------------

def one_of(owner: object, field: str, value: T, allowed: Iterable[T]) -> T:
    """Return `value`, which must be one of the `allowed` names; the error suggests the nearest name."""
    choices: list[T] = sorted(allowed)                      # type: ignore[type-var]  # names or numbers
    if value not in choices:
        names = {str(name).lower(): name for name in choices}               # MNIST is mnist
        near = difflib.get_close_matches(str(value).lower(), names, n=1)
        hint = f"; did you mean {names[near[0]]!r}?" if near else ""
        fail(owner, field, value, "one of " + ", ".join(map(repr, choices)) + hint)
    return value


def validate_fields(owner: object, check: Callable[..., object], *names: str, **options: object) -> None:
    """Apply `check` to the named fields of a frozen dataclass and store what it returns, arrays as read-only
    copies."""
    for name in names:
        value = check(owner, name, getattr(owner, name), **options)
        if isinstance(value, np.ndarray):
            value = value.copy()
            value.flags.writeable = False
        object.__setattr__(owner, name, value)


def weight_bounds(owner: Any) -> None:
    """Check and store w_min and w_max of `owner`: numbers or infinite, the first below the second."""
    validate_fields(owner, number, "w_min", "w_max", infinite=True)
    ordered(owner, "w_min", owner.w_min, "w_max", owner.w_max)


# --- time and memory ----------------------------------------------------------------------------------------

def grid_steps(owner: object, field: str, value: Any, dt: float) -> Any:
    """Return a time in ms as the nearest whole number of steps; warn if it is off the grid by more than 1e-6
    of a step."""
    if type(value) is float:
        nearest = float(round(value / dt)) if math.isfinite(value / dt) else math.nan
        if abs(value / dt - nearest) <= 1e-6:
            return nearest
    exact = np.asarray(value, dtype=np.float64) / dt
    whole = np.rint(exact)
    if np.any(np.abs(exact - whole) > 1e-6):
        shown = f"= {value!r} ms" if np.ndim(value) == 0 else "(an array)"
        warn_field(owner, field, f"{shown} is off the grid of dt = {dt:g} ms and rounds to the nearest step"
                                 + (f", {float(whole * dt):g} ms" if np.ndim(value) == 0 else ""))
    return whole


def interval_steps(owner: object, field: str, value: Any, dt: float) -> int:
    """Return an interval in ms as a whole number of steps, one at least."""
    positive(owner, field, single_number(owner, field, value))
    steps = int(grid_steps(owner, field, value, dt))
    return steps if steps >= 1 else fail(owner, field, value, f"at least one step, dt = {dt:g} ms")


def rows_divide_steps(owner: object, field: str, rows: int, steps: int) -> None:
    """Refuse a number of rows that does not divide `steps`, each row being held for an equal part of them.

    The error names the nearest numbers that do.
    """
    if not 1 <= rows <= max(steps, 1):
        fail(owner, field, rows, f"of 1 to {steps:,} rows, the steps of this run")
    if steps % rows:
        small = [k for k in range(1, math.isqrt(steps) + 1) if steps % k == 0]
        divisors = [*small, *(steps // k for k in small)]
        less, more = max(k for k in divisors if k < rows), min(k for k in divisors if k > rows)
        accepted = f"that divides the {steps:,} steps of this run, such as {less:,} or {more:,}"
        fail(owner, field, rows, f"of a number of rows {accepted}")


def stimulus_rows(owner: object, field: str, value: object, n: int, steps: int) -> FloatArray:
    """Return the stimulus of n units, a number, (n,) or (rows, n), as (rows, n); each row is held for
    steps/rows."""
    array = np.asarray(number(owner, field, value))
    if array.shape not in ((), (n,)) and (array.ndim != 2 or array.shape[1] != n):
        hint = "; a current in time, the same for all units, is current[:, None]" if array.ndim == 1 else ""
        raise ValueError(f"{owner_name(owner)}.{field} must be a number, ({n},) or (rows, {n}), "
                         f"got {array.shape}{hint}")
    if array.ndim < 2:
        return np.full((1, n), array)
    rows_divide_steps(owner, field, len(array), steps)
    return array


def within_budget(what: str, n_bytes: float, allowed: float, ways_out: str) -> None:
    """Refuse what would need more than `allowed` bytes, before anything is allocated."""
    if n_bytes > allowed:
        raise MemoryBudgetError(f"{what} would need {n_bytes / 2**30:.2f} GiB, "
                                f"over the memory budget of {allowed / 2**30:.2f} GiB; {ways_out}")
