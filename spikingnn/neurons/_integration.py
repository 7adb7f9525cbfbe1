"""Integration that neuron models share: linear relaxation, Rosenbrock steps, a spike inside a step."""

from __future__ import annotations

import math

from numba.extending import register_jitable


STEEPEST = 50.0     # of an exponent: e^50 times any slope lies above any peak, and nothing overflows
TINY = 1e-300       # what divides where zero must not


@register_jitable
def exponential_euler(w, target, decay):
    """A linear variable on its way to a `target` that stands still."""
    return target + (w - target) * decay


@register_jitable
def tangent_quotient(q):
    """tan(√q)/√q, for q < 0 tanh(√-q)/√-q, as numerator and denominator.

    The relative error is below 1e-11 for |q| < 1 and below 1e-15 for |q| < 0.25.
    """
    return 135135.0 - q * (17325.0 - q * (378.0 - q)), 135135.0 - q * (62370.0 - q * (3150.0 - 28.0 * q))


@register_jitable
def growth(x):
    """φ(x) = (eˣ - 1)/x, which near 0 is t/(1 - t·x/2) with t = tanh(x/2)/(x/2)."""
    if abs(x) < 1.0:
        above, below = tangent_quotient(-0.25 * x * x)
        return above / (below - 0.5 * x * above)
    return math.expm1(x) / x


@register_jitable
def delay(z):
    """ln(1 + z)/z, also at its removable singularity z = 0; infinite where the logarithm has no value."""
    if z <= -1.0:
        return math.inf
    return math.log1p(z) / z if abs(z) > 1e-8 else 1.0 - 0.5 * z


@register_jitable
def rosenbrock(v, slope, jacobian, dt):
    """One step of v' = f(v) from `slope` = f(v) and `jacobian` = f'(v) (exponential Rosenbrock–Euler).

    Exact where f is linear: v + dt·f·φ(dt·f') with φ(x) = (eˣ - 1)/x: of second order, and stable however
    steep f falls.
    """
    return v + dt * slope * growth(min(jacobian * dt, STEEPEST))


# --- a membrane with an exponential upstroke: (1/tau_m, resistance, v_rest, v_threshold, sharpness) ---

@register_jitable
def exponential_slope(v, current, g, membrane):
    """(dv/dt, its derivative by v) under a current and a conductance."""
    rate, resistance, v_rest, v_threshold, sharpness = membrane
    rise = math.exp(min((v - v_threshold) / sharpness, STEEPEST))
    slope = rate * (v_rest - v + sharpness * rise + resistance * (current - g * v))
    return slope, rate * (rise - 1.0 - resistance * g)


@register_jitable
def exponential_step(v, current, g, dt, membrane):
    """v after `dt`: the Rosenbrock step, with the term of third order where f and f' are positive."""
    slope, jacobian = exponential_slope(v, current, g, membrane)
    ahead = min(max(dt * slope / membrane[4], 0.0), 1.0) * min(max(dt * jacobian, 0.0), 1.0)
    return v + dt * slope * (growth(min(jacobian * dt, STEEPEST)) + ahead / 6.0)


@register_jitable
def escape(v, current, g, time, membrane, v_peak):
    """(v, elapsed) after `time` on the upstroke, or at v_peak if v arrives there before.

    The slope at v is positive. In y = e^(-(v - v_threshold)/Δ) the upstroke is nearly linear,
    y' = -rate·(1 + L·y), and y = 0 is v = ∞. L, the linear part of dv/dt over rate·Δ, is held at its value
    half-way: second order.
    """
    rate, resistance, v_rest, v_threshold, sharpness = membrane
    y, y_peak = math.exp((v_threshold - v) / sharpness), math.exp((v_threshold - v_peak) / sharpness)
    linear = (v_rest - v + resistance * (current - g * v)) / sharpness
    q = min(0.5 * time * rate * (1.0 / max(y, TINY) + linear), 0.5)
    half_way = q * (6.0 - q) / (6.0 - 4.0 * q)          # -ln(1 - q) is how far v is by then, over Δ
    linear -= (1.0 + resistance * g) * half_way
    after = y - rate * time * (1.0 + linear * y) * growth(min(-rate * linear * time, STEEPEST))
    if after > y_peak:
        return min(max(v, v_threshold - sharpness * math.log(after)), v_peak), time
    at_peak = 1.0 + linear * y_peak
    return v_peak, min((y - y_peak) / (rate * at_peak) * delay(linear * (y - y_peak) / at_peak), time)


@register_jitable
def climb(v, current, g, time, membrane, v_escape, v_peak):
    """(v, elapsed) after `time`, or at v_peak if v arrives there before.

    Below v_escape, and where the leak outweighs the upstroke, the Rosenbrock step; from there on `escape`.
    """
    if v >= v_peak:
        return v_peak, 0.0
    rate, resistance, _, v_threshold, sharpness = membrane
    leak = 1.0 + resistance * g
    begins = min(max(v_escape, v_threshold + sharpness * math.log(leak)), v_peak) if leak > 1.0 else v_escape
    slope, jacobian = exponential_slope(v, current, g, membrane)
    u = exponential_step(v, current, g, time, membrane)
    if v >= begins and slope <= 0.0:            # pulled down: the upstroke fades
        return rosenbrock(v, slope, -rate * leak, time), time
    elapsed = 0.0
    if v < begins:
        if u < begins:
            return u, time
        reach = (begins - v) / slope
        v, elapsed = begins, min(reach * delay(reach * min(jacobian, STEEPEST / time)), time)
    u, more = escape(v, current, g, time - elapsed, membrane, v_peak)
    return u, elapsed + more


@register_jitable
def spiking_step(v, w, refractory, current, g, dt, membrane, spike, adaptation):
    """(v, w, refractory, fires) after a step of `dt` in which the neuron may spike or cease to be refractory.

    spike is (v_escape, v_peak, v_reset, hold), adaptation (1/tau_w, a, b); refractory and hold count steps,
    not always whole ones. The reset happens where v arrives at v_peak, and the rest of the step goes on from
    there. One spike per step: if v arrives a second time, it waits at v_peak for the next step.
    """
    v_escape, v_peak, v_reset, refractory_steps = spike
    rate_w, a, b = adaptation
    v_rest = membrane[2]
    has_spiked, left = False, dt
    while True:
        if refractory > 0.0:
            v, held = v_reset, min(refractory * dt, left)
            w = exponential_euler(w, a * (v - v_rest), math.exp(-held * rate_w))
            refractory = max(refractory - left / dt, 0.0)
            left -= held
        if left <= 0.0:
            return v, w, refractory, has_spiked
        half = math.exp(-0.5 * left * rate_w)
        middle = exponential_euler(w, a * (v - v_rest), half)
        u, elapsed = climb(v, current - middle, g, left, membrane, v_escape, v_peak)
        if u < v_peak or has_spiked:
            return u, exponential_euler(middle, a * (u - v_rest), half), refractory, has_spiked
        before = min(v, v_peak)             # the height of the spike does not enter w
        w = exponential_euler(w, a * (before - v_rest), math.exp(-elapsed * rate_w)) + b
        v, refractory, has_spiked = v_reset, refractory_steps, True
        left -= elapsed
