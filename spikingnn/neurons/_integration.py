"""Integration steps that several neuron models share.

All of them are compiled into the kernels that call them. They take and return plain numbers of one neuron,
in ms, mV, nA, MΩ and µS.
"""

from __future__ import annotations

import math

from numba.extending import register_jitable

from ..engine.random import normal


MAX_EXPONENT = 50.0     # e^50 times any slope lies above any peak, and nothing overflows
TINY = 1e-300           # lower bound of a divisor


@register_jitable
def exponential_euler(w, target, decay):
    """Return w after one step of exponential relaxation towards a constant `target`; `decay` is
    exp(-dt/tau).
    """
    return target + (w - target) * decay


@register_jitable
def tangent_quotient(q):
    """Return tan(√q)/√q, for q < 0 tanh(√-q)/√-q, as numerator and denominator of a Padé approximant.

    The relative error is below 1e-11 for abs(q) < 1 and below 1e-15 for abs(q) < 0.25.
    """
    return 135135.0 - q * (17325.0 - q * (378.0 - q)), 135135.0 - q * (62370.0 - q * (3150.0 - 28.0 * q))


@register_jitable
def phi(x):
    """Return φ(x) = (eˣ - 1)/x; near 0 it is t/(1 - t·x/2) with t = tanh(x/2)/(x/2)."""
    if abs(x) < 1.0:
        above, below = tangent_quotient(-0.25 * x * x)
        return above / (below - 0.5 * x * above)
    return math.expm1(x) / x


@register_jitable
def log1p_ratio(z):
    """Return ln(1 + z)/z, with its limit 1 at z = 0; infinite where the logarithm is not defined."""
    if z <= -1.0:
        return math.inf
    return math.log1p(z) / z if abs(z) > 1e-8 else 1.0 - 0.5 * z


@register_jitable
def rosenbrock(v, slope, jacobian, dt):
    """Advance v' = f(v) by one exponential Rosenbrock–Euler step, given `slope` = f(v) and `jacobian` =
    f'(v).

    The step v + dt·f·φ(dt·f') with φ(x) = (eˣ - 1)/x is exact where f is linear, of second order
    elsewhere, and stable however negative f' is.
    """
    return v + dt * slope * phi(min(jacobian * dt, MAX_EXPONENT))


# --- a leaky membrane ---

@register_jitable
def lif_step(v, current, decay, gain, v_rest):
    """Return the membrane potential after one step under a constant current: the exact solution of its
    equation.
    """
    return v_rest + (v - v_rest) * decay + gain * current


@register_jitable
def lif_step_conductance(v, current, g, driving, leak, charge, v_rest):
    """Return the membrane potential after one step under a constant current and constant conductances.

    `g` is the total conductance and `driving` is Σ g·E. Conductances change both the rate of decay and the
    potential that the membrane decays to.
    """
    total = leak + charge * g
    if total > 0.0:
        target = (leak * v_rest + charge * (current + driving)) / total
        return target + (v - target) * math.exp(-total)
    return v + charge * current


@register_jitable
def add_noise(v, noise_std, key):
    """Add one step of noise to all membranes in place; no random number is drawn where the noise is zero."""
    noisy = False
    for i in range(v.size):
        noisy |= noise_std[i] > 0.0
    if noisy:
        for i in range(v.size):
            v[i] += noise_std[i] * normal(key, i)


# --- a membrane with a quadratic upstroke ---

@register_jitable
def quadratic_step(v, slope, jacobian, curvature, time, v_peak):
    """Return (v, elapsed time) after `time`, or on arrival at v_peak if that is earlier: the exact solution.

    `slope` and `jacobian` are f = dv/dt and f' at v, and f is quadratic: curvature·v² + … With
    S = tan(κ·t)/κ, where κ² = curvature·f - f'²/4, the potential changes by f·S/(1 - f'·S/2).
    """
    square = curvature * slope - 0.25 * jacobian * jacobian
    kappa = max(math.sqrt(abs(square)), 1e-9)
    rise = v_peak - v
    across = slope + 0.5 * jacobian * rise                  # S is rise / across at v_peak
    arrival = math.inf
    if square > 0.0:
        arrival = math.atan2(kappa * rise, across) / kappa
    elif across > kappa * rise:
        arrival = math.atanh(kappa * rise / across) / kappa
    if arrival <= time:
        return v_peak, arrival
    quotient = (math.tan(kappa * time) if square > 0.0 else math.tanh(kappa * time)) / kappa
    return min(v + slope * quotient / (1.0 - 0.5 * jacobian * quotient), v_peak), time


@register_jitable
def short_quadratic_step(v, slope, jacobian, curvature, dt):
    """Return v after `dt`, and q = κ²·dt²: the same solution without branches, for abs(q) <= 1 and no
    arrival at v_peak.
    """
    q = (curvature * slope - 0.25 * jacobian * jacobian) * dt * dt
    above, below = tangent_quotient(q)
    return v + dt * slope * above / max(below - 0.5 * dt * jacobian * above, 1e-6), q


# --- escape noise: spikes at a rate that grows exponentially with the distance from threshold ---

@register_jitable
def expected_spikes(before, after, scale):
    """Return the integral of the escape rate over a step: second order in the step.

    `scale` is the rate at threshold times the step; `before` and `after` are the distances from threshold at
    its ends, in units in which the rate grows e-fold. Between the ends the distance changes linearly.
    """
    rise = min(max(after - before, -MAX_EXPONENT), MAX_EXPONENT)
    return scale * math.exp(min(before, MAX_EXPONENT)) * phi(rise)


@register_jitable
def escape_fraction(needed, before, after, scale):
    """Return the fraction of a step after which the integral of the escape rate reaches `needed`."""
    rise = min(max(after - before, -MAX_EXPONENT), MAX_EXPONENT)
    reached = needed / max(scale * math.exp(min(before, MAX_EXPONENT)), TINY)
    return min(reached * log1p_ratio(rise * reached), 1.0)


# --- a membrane with an exponential upstroke: (1/tau_m, resistance, v_rest, v_threshold, sharpness) ---

@register_jitable
def exponential_slope(v, current, g, membrane):
    """Return dv/dt and its derivative with respect to v, under a current and a conductance."""
    rate, resistance, v_rest, v_threshold, sharpness = membrane
    rise = math.exp(min((v - v_threshold) / sharpness, MAX_EXPONENT))
    slope = rate * (v_rest - v + sharpness * rise + resistance * (current - g * v))
    return slope, rate * (rise - 1.0 - resistance * g)


@register_jitable
def exponential_step(v, current, g, dt, membrane):
    """Return v after `dt`: the Rosenbrock step, with the third-order term where f and f' are positive."""
    slope, jacobian = exponential_slope(v, current, g, membrane)
    third_order = min(max(dt * slope / membrane[4], 0.0), 1.0) * min(max(dt * jacobian, 0.0), 1.0)
    return v + dt * slope * (phi(min(jacobian * dt, MAX_EXPONENT)) + third_order / 6.0)


@register_jitable
def upstroke_step(v, current, g, time, membrane, v_peak):
    """Return (v, elapsed time) after `time` on the upstroke, or on arrival at v_peak if that is earlier.

    The slope at v is positive. In y = e^(-(v - v_threshold)/Δ) the upstroke is nearly linear,
    y' = -rate·(1 + L·y), and v = ∞ is y = 0. L, the linear part of dv/dt divided by rate·Δ, is evaluated at
    the midpoint of the step: second order.
    """
    rate, resistance, v_rest, v_threshold, sharpness = membrane
    y, y_peak = math.exp((v_threshold - v) / sharpness), math.exp((v_threshold - v_peak) / sharpness)
    linear = (v_rest - v + resistance * (current - g * v)) / sharpness
    q = min(0.5 * time * rate * (1.0 / max(y, TINY) + linear), 0.5)
    half_way = q * (6.0 - q) / (6.0 - 4.0 * q)          # -ln(1 - q) is how far v is by then, over Δ
    linear -= (1.0 + resistance * g) * half_way
    after = y - rate * time * (1.0 + linear * y) * phi(min(-rate * linear * time, MAX_EXPONENT))
    if after > y_peak:
        return min(max(v, v_threshold - sharpness * math.log(after)), v_peak), time
    at_peak = 1.0 + linear * y_peak
    return v_peak, min((y - y_peak) / (rate * at_peak) * log1p_ratio(linear * (y - y_peak) / at_peak), time)


@register_jitable
def advance_to_peak(v, current, g, time, membrane, v_escape, v_peak):
    """Return (v, elapsed time) after `time`, or on arrival at v_peak if that is earlier.

    Below v_escape, and where the leak outweighs the upstroke, this is the Rosenbrock step; above, it is
    `upstroke_step`.
    """
    if v >= v_peak:
        return v_peak, 0.0
    rate, resistance, _, v_threshold, sharpness = membrane
    leak = 1.0 + resistance * g
    v_begin = min(max(v_escape, v_threshold + sharpness * math.log(leak)), v_peak) if leak > 1.0 else v_escape
    slope, jacobian = exponential_slope(v, current, g, membrane)
    u = exponential_step(v, current, g, time, membrane)
    if v >= v_begin and slope <= 0.0:            # pulled down: the upstroke fades
        return rosenbrock(v, slope, -rate * leak, time), time
    elapsed = 0.0
    if v < v_begin:
        if u < v_begin:
            return u, time
        time_to_escape = (v_begin - v) / slope
        curved = time_to_escape * min(jacobian, MAX_EXPONENT / time)
        v, elapsed = v_begin, min(time_to_escape * log1p_ratio(curved), time)
    u, more = upstroke_step(v, current, g, time - elapsed, membrane, v_peak)
    return u, elapsed + more


@register_jitable
def spiking_step(v, w, refractory, current, g, dt, membrane, spike, adaptation):
    """Return (v, w, refractory, has_spiked) after a step in which a spike or the end of the refractory
    period may occur.

    `spike` is (v_escape, v_peak, v_reset, refractory_steps) and `adaptation` is (1/tau_w, a, b).
    `refractory` and refractory_steps count steps and need not be integers. The reset happens at the time
    at which v reaches v_peak, and the rest of the step is integrated from there. There is at most one
    spike per step: if v reaches v_peak a second time, it stays there until the next step.
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
        half_decay = math.exp(-0.5 * left * rate_w)
        w_middle = exponential_euler(w, a * (v - v_rest), half_decay)
        u, elapsed = advance_to_peak(v, current - w_middle, g, left, membrane, v_escape, v_peak)
        if u < v_peak or has_spiked:
            return u, exponential_euler(w_middle, a * (u - v_rest), half_decay), refractory, has_spiked
        before = min(v, v_peak)             # the height of the spike does not enter w
        w = exponential_euler(w, a * (before - v_rest), math.exp(-elapsed * rate_w)) + b
        v, refractory, has_spiked = v_reset, refractory_steps, True
        left -= elapsed
