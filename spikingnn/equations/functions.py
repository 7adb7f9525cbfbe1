"""Functions that a text may use: total versions of those of `math`, with the same bits in plain Python.

Where `math` raises (overflow, division by zero, a logarithm of a negative number), these return what compiled
code returns: an infinity or NaN, which the network then reports with the name of the state.
"""

from __future__ import annotations

import math

from numba.extending import register_jitable

from ..neurons._integration import MAX_EXPONENT, log1p_ratio, phi, tangent_quotient


__all__ = ["arccos", "arcsin", "arctan", "ceil", "clip", "cos", "cosh", "divide", "exp", "expm1", "exprel",
           "floor", "gentle_growth", "growth", "log", "log10", "log1p", "modulo", "power", "sign", "sin",
           "sinh", "sqrt", "step_to", "tan", "tanh", "third_order", "truncate"]

LARGEST_EXPONENT = 709.0        # of exp, before the result overflows
ALL_WHOLE = 2.0**52             # from here on all floats are whole numbers


@register_jitable
def divide(x, y):
    """Return x / y; an infinity, or NaN for 0/0, where y is zero."""
    return x / y if y != 0.0 else x * math.inf


@register_jitable
def exp(x):
    """Return eˣ, infinite for x above 709."""
    return math.inf if x > LARGEST_EXPONENT else math.exp(x)


@register_jitable
def expm1(x):
    """Return eˣ - 1, infinite for x above 709."""
    return math.inf if x > LARGEST_EXPONENT else math.expm1(x)


@register_jitable
def exprel(x):
    """Return (eˣ - 1)/x, with its limit 1 at x = 0."""
    return phi(x) if x < LARGEST_EXPONENT else x * math.inf


@register_jitable
def growth(x):
    """Return (eˣ - 1)/x up to x = 50: the factor of a Rosenbrock step, which never overflows."""
    return phi(min(x, MAX_EXPONENT))


@register_jitable
def gentle_growth(x):
    """Return (eˣ - 1)/x for -2 < x < 1 to eight digits, without a branch: loops are vectorised."""
    above, below = tangent_quotient(-0.25 * x * x)
    return above / (below - 0.5 * x * above)


@register_jitable
def third_order(h, jacobian, bend, steepness):
    """Return the third-order term 2 h φ₃(h·jacobian)·bend of a Rosenbrock step; zero where it would be large.

    `bend` is f(u) - f(v) - f′(v)·(u - v) for a step from v to u and `steepness` is h·f′(u).
    """
    x = h * jacobian
    series = 1.0 / 6.0 + x * (1.0 / 24.0 + x * (1.0 / 120.0 + x * (1.0 / 720.0 + x / 5040.0)))
    return 2.0 * h * series * bend if abs(x) < 0.6 and abs(steepness) < 1.2 else 0.0


@register_jitable
def log(x):
    """Return the natural logarithm, -∞ at 0 and NaN below."""
    return math.log(x) if x > 0.0 else (-math.inf if x == 0.0 else math.nan)


@register_jitable
def log10(x):
    """Return the decimal logarithm, -∞ at 0 and NaN below."""
    return math.log10(x) if x > 0.0 else (-math.inf if x == 0.0 else math.nan)


@register_jitable
def log1p(x):
    """Return ln(1 + x), -∞ at -1 and NaN below."""
    return math.log1p(x) if x > -1.0 else (-math.inf if x == -1.0 else math.nan)


@register_jitable
def sqrt(x):
    """Return the square root, NaN below zero."""
    return math.sqrt(x) if x >= 0.0 else math.nan


@register_jitable
def power(x, y):
    """Return x to the power of y, as C's pow."""
    if x == 0.0:
        return 1.0 if y == 0.0 else (math.inf if y < 0.0 else y * 0.0)
    if not abs(x) < math.inf or not abs(y) < math.inf:
        return x * y * math.nan
    if x < 0.0 and y != floor(y):
        return math.nan
    if y * math.log(abs(x)) > LARGEST_EXPONENT:
        return -math.inf if x < 0.0 and modulo(y, 2.0) != 0.0 else math.inf
    return math.pow(x, y)


@register_jitable
def sin(x):
    """Return the sine, NaN of an infinity."""
    return math.sin(x) if abs(x) < math.inf else math.nan


@register_jitable
def cos(x):
    """Return the cosine, NaN of an infinity."""
    return math.cos(x) if abs(x) < math.inf else math.nan


@register_jitable
def tan(x):
    """Return the tangent, NaN of an infinity."""
    return math.tan(x) if abs(x) < math.inf else math.nan


@register_jitable
def arcsin(x):
    """Return the arc sine, NaN outside [-1, 1]."""
    return math.asin(x) if abs(x) <= 1.0 else math.nan


@register_jitable
def arccos(x):
    """Return the arc cosine, NaN outside [-1, 1]."""
    return math.acos(x) if abs(x) <= 1.0 else math.nan


@register_jitable
def arctan(x):
    """Return the arc tangent."""
    return math.atan(x)


@register_jitable
def sinh(x):
    """Return the hyperbolic sine, infinite where it would overflow."""
    return math.sinh(x) if abs(x) < LARGEST_EXPONENT else x * math.inf


@register_jitable
def cosh(x):
    """Return the hyperbolic cosine, infinite where it would overflow."""
    return math.cosh(x) if abs(x) < LARGEST_EXPONENT else abs(x) * math.inf


@register_jitable
def tanh(x):
    """Return the hyperbolic tangent."""
    return math.tanh(x)


@register_jitable
def sign(x):
    """Return -1, 0 or 1."""
    return 1.0 if x > 0.0 else (-1.0 if x < 0.0 else x * 0.0)


@register_jitable
def floor(x):
    """Return the largest whole number that is not above x."""
    return float(math.floor(x)) if abs(x) < ALL_WHOLE else x


@register_jitable
def ceil(x):
    """Return the smallest whole number that is not below x."""
    return -floor(-x)


@register_jitable
def truncate(x):
    """Return x without its fraction."""
    return floor(x) if x >= 0.0 else -floor(-x)


@register_jitable
def modulo(x, y):
    """Return x modulo y, with the sign of y."""
    return x - y * floor(divide(x, y))


@register_jitable
def clip(x, low, high):
    """Return x limited to [low, high]."""
    return min(max(x, low), high)


@register_jitable
def step_to(gap, slope, jacobian):
    """Return the time in which v rises by `gap` where v' = slope + jacobian·(v - v₀)."""
    return gap / slope * log1p_ratio(gap * jacobian / slope)
