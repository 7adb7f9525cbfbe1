"""Mutated equations: each is refused in one line within 0.1 s, or runs one step as plain Python.

    python benchmarks/texts.py [count] [seed]
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
import warnings

import numba
import numpy as np

from spikingnn import Equations

TEXTS = [
    ("dv/dt = (v_rest - v + R*I)/tau : mV (unless refractory)", "v >= v_t", "v = v_r",
     dict(v_rest=-65.0, R=10.0, tau=20.0, v_t=-50.0, v_r=-65.0, t_refractory=2.0)),
    ("dv/dt = (g_L*(E_L - v) + g_L*D*exp((v - V_T)/D) - w + I)/C : mV\ndw/dt = (a*(v - E_L) - w)/tau_w : nA",
     "v > 0*mV", "v = V_r; w += b",
     dict(g_L=0.03, E_L=-70.6, D=2.0, V_T=-50.4, C=0.281, a=0.004, tau_w=144.0, b=0.0805, V_r=-70.6)),
    ("dv/dt = 0.04*v**2 + 5*v + 140 - u + I\ndu/dt = a*(b*v - u)", "v >= 30", "v = c; u += d",
     dict(a=0.02, b=0.2, c=-65.0, d=8.0)),
    ("dv/dt = (I - g*m**3*h*(v - E))/C : mV\ndm/dt = alpha*(1 - m) - beta*m : 1\n"
     "dh/dt = (h_inf - h)/tau_h : 1\nalpha = 1/exprel(-(v + 40)/10)\nbeta = 4*exp(-(v + 65)/18)\n"
     "h_inf = 1/(1 + exp((v + 60)/7))",
     "v > -20", None, dict(g=120.0, E=50.0, C=1.0, tau_h=5.0, method="rk4")),
    ("dv/dt = -v/tau + sigma*sqrt(2/tau)*xi : 1\nrho = exp(v) : 1", "rand() < rho*dt", "v -= 1",
     dict(tau=10.0, sigma=0.5)),
    ("dx/dt = clip(x, 0, 1) - y*int(t > 5) : 1\ndy/dt = x if x > y else -y : 1", "x > 1 and not y < 0",
     "x = 0; y *= 2", {}),
]
SNIPPETS = ["__import__('os').system('echo')", "lambda: 0", "9**9**9**9", "v.real", "[1, 2]",
            "exp(exp(exp(v)))", "1/0", '\x00', "''", "é", "v v", "(", ")", ")*(", "xi", "xi_2", "t", "dt",
            "I", "1e400", "rand()", "exec('1')", "inf", "v := 2", "print(v)", "0", "-1", "//", "%", "**",
            "and", "not", "if", "else", ":", ";", '\n', "=", "==", "<", "dv/dt = ", "tau", "mV",
            "(unless refractory)", "# ", '\\', "@", "f'{v}'", "*v", "**v", "v[0]", "True", "1j", "sqrt",
            "log(v)", "tan(v)", "sin(1e308)", "v = ", "_", "__class__", "None", "yield v", "(" * 30,
            "exp(" * 200]
VALUES = [0.0, -1.0, 1e308, 1e-320, float("nan"), float("inf"), -float("inf"), "1", None,
          [1.0, 2.0], True, 1j]


def mutated(text: str, chance: random.Random) -> str:
    """Return a text with a few random changes."""
    for _ in range(chance.choice((1, 1, 2, 3, 5))):
        at, to = sorted(chance.randrange(len(text) + 1) for _ in range(2))
        to = min(to, at + chance.choice((1, 1, 2, 4, 20)))
        text = text[:at] + chance.choice((
            "", chance.choice(SNIPPETS), text[at:to] * 2, text[at:to][::-1],
            chance.choice("()+-*/=<>:;.,0123456789 abcvwxIt_\n"))) + text[to:]
    return text


def case(chance: random.Random) -> dict:
    """Return the arguments of one mutated model."""
    text, threshold, reset, parameters = chance.choice(TEXTS)
    arguments = dict(text=text, threshold=threshold, reset=reset, **parameters)
    for which in chance.sample(["text", "threshold", "reset", "value", "text"], chance.choice((1, 1, 2))):
        if which == "value" and parameters:
            arguments[chance.choice(list(parameters))] = chance.choice(VALUES)
        elif which != "value" and arguments[which]:
            arguments[which] = mutated(arguments[which], chance)
    return arguments


def outcome(arguments: dict) -> str:
    """Return "refused" or "runs"; anything else that happens is raised."""
    try:
        model = Equations(**arguments)
        homogeneous, coefficients = model.coefficients(2, 0.1)
    except (ValueError, TypeError) as problem:
        if "\n" in str(problem) or not str(problem):
            raise AssertionError(f"not one line: {problem!r} of {arguments}") from None
        return "refused"
    state = model.initial_state(2, 1)
    with np.errstate(all="ignore"):
        model.step.python(state, coefficients, np.ones(2), np.empty((2, 0)), np.zeros(2, dtype=bool), 0.1,
                          np.uint64(1))
    return "runs"


def check(count: int, seed: int) -> dict[str, list[float]]:
    """Try `count` mutated texts; return the time in s of each that "runs" and each that was "refused"."""
    chance, found = random.Random(seed), {"runs": [], "refused": []}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for _ in range(count):
            arguments = case(chance)
            began = time.process_time()
            try:
                happened = outcome(arguments)
            except Exception as problem:
                raise AssertionError(f"{problem!r} of {arguments}") from problem
            found[happened].append(time.process_time() - began)
    return found


if __name__ == "__main__":
    number, first = (int(each) for each in (*sys.argv[1:], *("10000", "1")[len(sys.argv) - 1:]))
    with tempfile.TemporaryDirectory() as folder:
        numba.config.CACHE_DIR = folder
        result = check(number, first)
    for what, times in result.items():
        print(f"{len(times):,} of {number:,} texts: {what}, {1000 * np.median(times):.1f} ms, at most "
              f"{1000 * max(times):.0f} ms")
