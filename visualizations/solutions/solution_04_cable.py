r"""
Solution of lesson 4: The passive cable
=======================================
"""

# %%
# Exercise 4.1
# ------------
# Twice the diameter halves :math:`r_m` and divides :math:`r_a` by four: :math:`\lambda` grows by
# :math:`\sqrt{2}`. Squid have axons of half a millimetre for this reason.

import numpy as np

from spikingnn import FirstOrderLIF, GapJunction, LIFGroup, Network, SynapseGroup
from spikingnn.lessons import check

R_M, R_A, TAU = 1.25, 0.0005, 10.0                              # MΩ mm², MΩ mm, ms


def resistances(diameter):
    return R_M / (np.pi * diameter), R_A / (np.pi * diameter**2 / 4.0)


r_m, r_a = resistances(0.004)
check("4.1", np.sqrt(r_m / r_a))

# %%
# Exercise 4.2
# ------------
# By the formula 178 MΩ. The simulation of 8 mm, which is more than seven length constants, gives it, too;
# the potential at the very end follows from that of the first two compartments.

r_m, r_a = resistances(0.002)
n, dx = 80, 0.1
compartments = FirstOrderLIF(tau_m=TAU, resistance=r_m / dx, v_rest=0.0, v_threshold=1e6, v_reset=0.0)
dendrite = LIFGroup(n, compartments)
neighbours = np.eye(n, k=1) + np.eye(n, k=-1)
junctions = SynapseGroup(dendrite, dendrite, neighbours / (r_a * dx), GapJunction())
Network(dendrite, junctions, dt=0.002).run(80.0, inputs={dendrite: 0.1 * (np.arange(n) == 0)})
v = dendrite["v"]
at_the_end = 1.5 * v[0] - 0.5 * v[1]
print(f"simulated: {at_the_end / 0.1:.1f} MΩ, theory: {np.sqrt(r_m * r_a):.1f} MΩ")
check("4.2", np.sqrt(r_m * r_a))

# %%
# Exercise 4.3
# ------------
# :math:`x = \lambda \ln 10`.

LAMBDA = np.sqrt(r_m / r_a)
check("4.3", LAMBDA * np.log(10.0))

# %%
# Exercise 4.4
# ------------
# The constant in front of cosh cancels when the potential is divided by its value at :math:`x = 0`.


def profile(x):
    return np.cosh((1.0 - x) / LAMBDA) / np.cosh(1.0 / LAMBDA)


check("4.4", profile)
