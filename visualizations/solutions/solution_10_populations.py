r"""
Solution of lesson 10: Populations, tuning curves, encoding and decoding
========================================================================
"""

# %%
# Exercise 10.1
# -------------
# The current has to rise from the threshold current, 1.5 nA, to that of 100 Hz while :math:`x` rises by 1.5.

import numpy as np

from spikingnn import FirstOrderLIF, LIFGroup
from spikingnn.lessons import check
from spikingnn.lessons.lesson_10 import recorded_counts

silent, fast = FirstOrderLIF().current_for([0.0, 100.0])
gain = (fast - silent) / (1.0 - (-0.5))
print(f"gain {gain:.2f} nA, bias {silent + 0.5 * gain:.2f} nA")
check("10.1", gain)

# %%
# Exercise 10.2
# -------------
# The vote of each neuron is a vector of length :math:`n_i`.

preferred, counts = recorded_counts()
x, y = counts @ np.cos(np.radians(preferred)), counts @ np.sin(np.radians(preferred))
check("10.2", np.degrees(np.arctan2(y, x)) % 360.0)

# %%
# Exercise 10.3
# -------------
# 10 % need 100 spikes. A neuron fires 50 Hz · 0.05 s = 2.5 spikes in 50 ms, so that 40 neurons are needed.

check("10.3", 1.0 / 0.1**2 / (50.0 * 0.050))

# %%
# Exercise 10.4
# -------------
# The regression by hand, with a little regularisation, and that of the library:

group = LIFGroup(200, dimensions=1, seed=10)
points = np.linspace(-1.0, 1.0, 400)
curves = group.tuning_curves(points[:, None])
ridge = (0.1 * curves.max())**2 * len(points) * np.eye(200)
by_hand = np.linalg.solve(curves.T @ curves + ridge, curves.T @ points**2)
print(np.abs(curves @ by_hand - points**2).max())
print(np.abs(curves @ group.decoders(lambda x: x**2).ravel() - points**2).max())
check("10.4", by_hand)
