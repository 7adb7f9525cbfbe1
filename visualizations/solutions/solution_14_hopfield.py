r"""
Solution of lesson 14: Hopfield's associative memory
====================================================
"""

# %%
# Exercise 14.1
# -------------
# In both patterns the first and the third pixel differ; both contribute -1, divided by the four pixels.

import numpy as np

from spikingnn import HopfieldAssembly
from spikingnn.lessons import check
from spikingnn.lessons.lesson_14 import letters

patterns = np.array([[1, 1, -1, 1], [1, -1, -1, -1]])
weights = patterns.T @ patterns / 4 * (1 - np.eye(4))
print(weights)
check("14.1", weights[0, 2])

# %%
# Exercise 14.2
# -------------
# The overlap is 0.8 - 0.2 = 0.6.

check("14.2", -0.5 * (0.8 - 0.2)**2)

# %%
# Exercise 14.3
# -------------
# Without any wrong pixel it would be about N/(2 ln N) = 543 patterns.

check("14.3", 0.138 * 10_000)

# %%
# Exercise 14.4
# -------------
# Only E is kept. B comes back with a few wrong pixels; A and C turn into something else.

memory = HopfieldAssembly(140, rule="hebbian", seed=0).store(letters()[:4])
overlaps = [memory.recall(letter).overlap(letter) for letter in letters()[:4]]
print(np.round(overlaps, 2))
check("14.4", sum(overlap > 0.99 for overlap in overlaps))
