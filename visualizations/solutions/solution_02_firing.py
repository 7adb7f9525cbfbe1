r"""
Solution of lesson 2: Threshold, refractoriness and firing rate
===============================================================
"""

# %%
# Exercise 2.1
# ------------
# The current must lift the potential by 16 mV through 8 MΩ: 2 nA.

import numpy as np

from spikingnn import FirstOrderLIF, simulate
from spikingnn.lessons import check

model = FirstOrderLIF(tau_m=12.0, resistance=8.0, v_rest=-68.0, v_reset=-68.0, v_threshold=-52.0,
                      t_refractory=3.0)
rheobase = (model.v_threshold - model.v_rest) / model.resistance
check("2.1", rheobase)

# %%
# Exercise 2.2
# ------------
# The formula gives :math:`3 + 12 \ln(24/8) = 16.2` ms, 61.8 Hz. A simulation measures the interval between
# two spikes; its steps of 0.01 ms keep the error small.

spikes = simulate(model, 3.0, 200.0, dt=0.01).spikes
print(f"measured: {1000.0 / np.diff(spikes).mean():.2f} Hz")
check("2.2", 1000.0 / np.diff(spikes).mean())

# %%
# Exercise 2.3
# ------------
# Only the currents above the rheobase enter the logarithm.


def firing_rate(current):
    f = np.zeros_like(current)
    above = current > rheobase
    drive = model.resistance * current[above]
    f[above] = 1000.0 / (3.0 + 12.0 * np.log(drive / (drive - 16.0)))
    return f


check("2.3", firing_rate)

# %%
# Exercise 2.4
# ------------
# With twice the rheobase the threshold is half of the steady state, which is reached after :math:`\tau_m
# \ln 2`, 8.3 ms. In a simulation under twice the rheobase it is the time of the first spike:

print("first spike:", simulate(model, 2.0 * rheobase, 20.0, dt=0.01).spikes[0], "ms")
check("2.4", 12.0 * np.log(2.0))
