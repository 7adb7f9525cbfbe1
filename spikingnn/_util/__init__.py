"""Utilities that know nothing of neurons: error wording, files, progress, versions."""

from .versions import check


check()         # before NumPy and Numba are used, whose own complaints are less clear
