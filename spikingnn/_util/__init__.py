"""Utilities that know nothing about neurons: error wording, files, progress bars, versions."""

from .versions import check_versions


check_versions()        # before NumPy and Numba are used: their own error messages are less clear
