"""A search over parameters that can be interrupted and resumed: each finished point is written to a file at
once.

>>> def power(base, exponent):
...     return {"value": base ** exponent}
>>> [row["value"] for row in sweep(power, {"base": [2, 3], "exponent": [1, 2]})]
[2, 4, 3, 9]
"""

from .memory_cell import memory_cell
from .run import sweep, trial_means


__all__ = ["memory_cell", "sweep", "trial_means"]
