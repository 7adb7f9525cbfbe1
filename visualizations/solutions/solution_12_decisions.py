r"""
Solution of lesson 12: Decisions and working memory
===================================================
"""

# %%
# Exercise 12.1
# -------------
# Only a little better than guessing:

import numpy as np

from spikingnn.lessons import check
from spikingnn.lessons.lesson_12 import decide, decision_network, memory_trial

check("12.1", 1.0 - 0.5 * np.exp(-(3.2 / 9.2)**1.5))

# %%
# Exercise 12.2
# -------------
# The times of single trials scatter by some 100 ms, the mean of 20 trials by a fifth of that.

parts = decision_network()
times = [decide(parts, 0.512, seed)[1] for seed in range(20)]
print(f"{np.mean(times):.0f} ms, from {min(times):.0f} to {max(times):.0f} ms")
check("12.2", np.mean(times))

# %%
# Exercise 12.3
# -------------
# After four times the time the variance is four times as large and the standard deviation twice as large.

check("12.3", 6.0 * np.sqrt(2.0 / 0.5))

# %%
# Exercise 12.4
# -------------
# The circular mean of the spikes during the cue; in the two seconds afterwards the bump drifts away by 20°.


def mean_direction(t, direction, start, stop):
    chosen = direction[(t >= start) & (t < stop)]
    return np.degrees(np.angle(np.exp(1j * np.radians(chosen)).mean())) % 360.0


t, direction = memory_trial()
print(f"remembered at the end: {mean_direction(t, direction, 2750.0, 3250.0):.0f}°")
check("12.4", mean_direction(t, direction, 500.0, 750.0))
