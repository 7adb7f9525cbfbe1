"""The exercises of lesson 6: the phase plane, and neurons of type I and II."""

from __future__ import annotations

import functools

import numpy as np

from ..equations import Equations
from .exercise import Exercise, Mistake


EPSILON = 0.1


def resting_u(current: float) -> float:
    """Where the nullclines of the FitzHugh–Nagumo neuron cross, with w = 2 u + 2."""
    roots = np.roots([-1.0, 0.0, -1.0, current - 2.0])
    return float(roots[np.abs(roots.imag).argmin()].real)


def current_at(u: float) -> float:
    """The current whose fixed point is at u."""
    return (2.0 * u + 2.0) - u * (1.0 - u**2)


@functools.cache
def saddle_node() -> float:
    """nA: where the Morris–Lecar neuron of type I loses two of its three fixed points."""
    neuron = Equations("""
        dv/dt = (I - g_Ca*m_inf*(v - v_Ca) - g_K*n*(v - v_K) - g_L*(v - v_L))/C : mV
        dn/dt = phi*(n_inf - n)*cosh((v - v_3)/(2*v_4)) : 1
        m_inf = 0.5*(1 + tanh((v - v_1)/v_2)) : 1
        n_inf = 0.5*(1 + tanh((v - v_3)/v_4)) : 1""", C=20.0, g_K=8.0, g_L=2.0, v_Ca=120.0, v_K=-84.0,
                       v_L=-60.0, v_1=-1.2, v_2=18.0, phi=0.067, g_Ca=4.0, v_3=12.0, v_4=17.4)
    low, high = 30.0, 50.0
    while high - low > 1e-3:
        middle = 0.5 * (low + high)
        low, high = (middle, high) if len(neuron.fixed_points(middle)) == 3 else (low, middle)
    return 0.5 * (low + high)


UNSTABLE = float(np.sqrt((1.0 - EPSILON / 2.0) / 3.0))          # |u| where the trace is zero

EXERCISES = (
    Exercise(
        "At which u is the fixed point for a current of 0.5?", lambda: resting_u(0.5), tolerance=0.003,
        mistakes=(
            Mistake(lambda: resting_u(0.0), "that is the point without current."),
            Mistake(lambda: 2.0 * resting_u(0.5) + 2.0, "that is w; the question is about u."),
            Mistake(lambda: -resting_u(0.5), "mind the signs: u - u**3 - w + I = 0 with w = 2u + 2."),
        ), hint="the real root of -u**3 - u - 2 + I = 0."),
    Exercise(
        "At which current does the resting point lose its stability?", lambda: current_at(-UNSTABLE),
        tolerance=0.01,
        mistakes=(
            Mistake(lambda: current_at(UNSTABLE),
                    "that is where the point becomes stable again, at positive u."),
            Mistake(lambda: -UNSTABLE, "that is u; compute the current at which the fixed point is there."),
            Mistake(lambda: current_at(-np.sqrt(1.0 / 3.0)),
                    "that is where the point passes the minimum of the cubic nullcline; the trace also "
                    "contains -epsilon/2."),
        ), hint="1 - 3 u**2 - epsilon/2 = 0, then I = w - u (1 - u**2) with w = 2u + 2."),
    Exercise(
        "At which current do rest and saddle of the first neuron vanish?", saddle_node, unit="nA",
        tolerance=0.005,
        mistakes=(
            Mistake(lambda: 30.0, "at 30 nA there are three fixed points; go on."),
            Mistake(lambda: 50.0,
                    "at 50 nA there is one fixed point only, but so there is at weaker currents."),
            Mistake(lambda: 88.3, "that is where the second neuron begins to fire."),
        ), hint="halve the interval between 30 nA, with three fixed points, and 50 nA, with one."),
    Exercise(
        "By which factor is the rate larger at 0.4 nA than at 0.1 nA beyond the critical current?",
        lambda: np.sqrt(0.4 / 0.1), tolerance=0.08,
        mistakes=(
            Mistake(lambda: 4.0, "the rate does not grow in proportion to I - I_c but to its root."),
            Mistake(lambda: 0.5, "that is the factor of the intervals; the rate is their inverse."),
            Mistake(lambda: 16.0, "the rate grows as the root of I - I_c, not as its square."),
            Mistake(lambda: 1.0,
                    "that would be a neuron of type II, whose rate hardly changes near the onset."),
        ), hint="the rate is proportional to the root of I - I_c, and I - I_c is four times as large."),
)
