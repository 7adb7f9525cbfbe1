r"""
Solution of lesson 1: The membrane as an RC circuit
===================================================
"""

# %%
# Exercise 1.1
# ------------
# The time constant is the product: 40 MΩ · 0.5 nF = 20 ms.

import numpy as np

from spikingnn import FirstOrderLIF, simulate
from spikingnn.lessons import check

R, C, REST = 40.0, 0.5, -65.0               # MΩ, nF, mV
TAU = R * C                                 # ms
check("1.1", TAU)

# %%
# Exercise 1.2
# ------------
# :math:`e^{-t/\tau_m} = 0.1`, so that :math:`t = \tau_m \ln 10`, about 46 ms. The simulation says the same:

membrane = FirstOrderLIF(tau_m=TAU, resistance=R, v_rest=REST, v_threshold=1000.0)
run = simulate(membrane, 0.25, 120.0)
level = REST + 0.9 * R * 0.25
measured = run.t[np.argmax(run.v > level)]
print(f"measured: {measured:.1f} ms, computed: {TAU * np.log(10.0):.1f} ms")
check("1.2", measured)

# %%
# Exercise 1.3
# ------------
# While the pulse lasts, the potential rises as after a step. Afterwards the value that was reached at its
# end decays with the time since then.


def response(t):
    rise = R * 1.0 * (1.0 - np.exp(-t / TAU))
    reached = R * 1.0 * (1.0 - np.exp(-10.0 / TAU))
    return np.where(t < 10.0, rise, reached * np.exp(-(t - 10.0) / TAU))


check("1.3", response)

# %%
# Exercise 1.4
# ------------
# At the cut-off :math:`2 \pi f \tau_m = 1`. With :math:`\tau_m` in seconds, :math:`f` is in Hz: 8 Hz. A
# membrane with a time constant of 20 ms already averages over oscillations of the alpha rhythm (8 to 12
# Hz).

check("1.4", 1.0 / (2.0 * np.pi * TAU / 1000.0))
