r"""
Solution of lesson 15: Surrogate gradients
==========================================
"""

# %%
# Exercise 15.1
# -------------
# The layer itself says so, too:

import numpy as np

from spikingnn.lessons import check
from spikingnn.training import SURROGATES, LIFLayer, Model

model = Model([LIFLayer(decay=0.9, threshold=1.0)], shape=1, steps=4)
model.forward(np.full((1, 1, 1), 0.4))
print(model.layers[0].v.ravel().round(4), model.layers[0].spikes.ravel())
check("15.1", 0.9 * (1.084 - 1.0) + 0.4)

# %%
# Exercise 15.2
# -------------
# The distance to the threshold is 0.6, and the triangle has fallen to 70 % there.

check("15.2", SURROGATES["triangular"](np.array([0.4 - 1.0]), 2.0)[0])

# %%
# Exercise 15.3
# -------------
# :math:`I_1` enters :math:`u_1` as it is; four decays follow.

check("15.3", 0.9**4)

# %%
# Exercise 15.4
# -------------
# 1,500 additions. The 20,000 or so operations of the first layer cost far more.

check("15.4", 150 * 10 * 0.9e-3)
