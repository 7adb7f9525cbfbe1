r"""
Solution of lesson 5: The Hodgkin–Huxley neuron
===============================================

All four exercises look for the border between two behaviours. One function does it, by halving an interval
at one end of which the condition is false and at the other true.
"""

# %%
# Exercise 5.1
# ------------

import numpy as np

from spikingnn import HodgkinHuxley, simulate
from spikingnn.lessons import check


def border(is_true, no, yes, precision):
    """Halve the interval from `no`, where `is_true` is false, to `yes`, where it is true."""
    while abs(yes - no) > precision:
        middle = (no + yes) / 2.0
        no, yes = (no, middle) if is_true(middle) else (middle, yes)
    return (no + yes) / 2.0


def count(current, duration, g_na=120.0):
    return len(simulate(HodgkinHuxley(g_na=g_na), current, duration).spikes)


weakest = border(lambda current: count(current, 100.0) > 0, 2.0, 3.0, 0.02)
print(f"one spike from {weakest:.2f} nA on")
check("5.1", weakest)

# %%
# Exercise 5.2
# ------------
# A ramp that takes longer than 13 or 14 ms is followed by the slow gates; their time constants of 5 to 9 ms
# set this scale.


def ramp(rise):
    t = np.arange(0.0, 100.0, 0.1)
    return 5.0 * np.minimum(t / max(rise, 0.1), 1.0)


longest = border(lambda rise: count(ramp(rise), 100.0) > 0, 40.0, 10.0, 0.2)
print(f"rises of up to {longest:.1f} ms")
check("5.2", longest)

# %%
# Exercise 5.3
# ------------
# From about -2.8 nA on.


def released(current):
    return np.repeat([0.0, current, 0.0], [20, 30, 50])


rebound = border(lambda current: count(released(current), 100.0) > 0, -2.0, -5.0, 0.02)
print(f"rebound from {rebound:.2f} nA on")
check("5.3", rebound)

# %%
# Exercise 5.4
# ------------
# A neuron that loses an eighth of its sodium channels no longer fires repetitively at this current.

fraction = border(lambda fraction: count(10.0, 300.0, 120.0 * fraction) >= 10, 0.5, 1.0, 0.005)
print(f"repetitive firing from {fraction:.3f} of the conductance on")
check("5.4", fraction)
