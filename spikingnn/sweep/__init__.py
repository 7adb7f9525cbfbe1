"""A search over parameters that can be interrupted and resumed: each finished point is written to a file at
once.

>>> def power(base, exponent):
...     return {"value": base ** exponent}
>>> [row["value"] for row in sweep(power, {"base": [2, 3], "exponent": [1, 2]})]
[2, 4, 3, 9]

The seed of a trial depends on the sweep's seed, its point and its number only, not on the order of calls or
the number of processes, and each point is calculated on one BLAS thread; in another process on one Numba
thread, too. A point whose function raises an error is recorded with it, and the others are calculated.

A file holds one line of JSON per row, and serves one function and one sweep at a time. Besides the parameters
and what the function returned, a row has these columns: "trial"; "seed"; "seconds", the duration of the call;
"versions" of spikingnn, numpy, numba and Python; "error", a text of one line or None.

With `points`, values are drawn from lists, from ``{"uniform": [low, high]}``,
``{"loguniform": [low, high]}``, ``{"integers": [low, high]}`` (both included),
``{"normal": [mean, deviation]}``, or from objects with a method ``rvs`` as in scipy.stats; a combination that
is drawn twice is calculated once.

>>> rows = sweep(power, {"base": {"uniform": [1, 2]}, "exponent": [1, 2]}, points=5)
>>> all(1 <= row["base"] < 2 for row in rows)
True
"""

from .memory_cell import memory_cell
from .run import sweep, trial_means


__all__ = ["memory_cell", "sweep", "trial_means"]
