"""The simulator's core: error wording, plug-in kernels, and the one time loop."""

from .versions import check

check()         # before NumPy and Numba are used, whose own complaints are less clear
