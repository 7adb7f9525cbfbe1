r"""
Solution of lesson 13: Plasticity and learning without labels
=============================================================
"""

# %%
# Exercise 13.1
# -------------
# The eigenvalues are 1 and 6; the eigenvector of 6 is (2, 1), divided by its length :math:`\sqrt{5}`. Oja's
# rule finds it from samples, too.

import numpy as np

from spikingnn.lessons import check

values, vectors = np.linalg.eigh([[5.0, 2.0], [2.0, 2.0]])
w = np.array([0.1, 0.5])
for x in np.random.default_rng(1).multivariate_normal([0.0, 0.0], [[5.0, 2.0], [2.0, 2.0]], size=5000):
    y = w @ x
    w = w + 0.001 * y * (x - y * w)
print("eigenvector", vectors[:, 1].round(3), "learned", w.round(3))
check("13.1", vectors[:, 1])

# %%
# Exercise 13.2
# -------------
# 10 Hz is the mean of one rate and three silences.

check("13.2", 4 * 10.0)

# %%
# Exercise 13.3
# -------------
# Potentiation and depression nearly cancel.

check("13.3", 0.010 * np.exp(-10.0 / 20.0) - 0.012 * np.exp(-15.0 / 20.0))

# %%
# Exercise 13.4
# -------------
# With all times in seconds: :math:`10 \cdot 10 \cdot (0.010 - 0.0108) \cdot 0.020` mV/s. A synapse of 0.5 mV
# would vanish within five minutes, if it never took part in causing a spike.

check("13.4", 10.0 * 10.0 * (0.010 - 0.0108) * 0.020)
