"""Warnings about values that were probably given in another unit."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from .._util import checks
from .._util.typing import Scalar


class _WithAdaptation(Protocol):
    """A model with an adaptation current."""

    @property
    def resistance(self) -> Scalar: ...

    @property
    def a(self) -> Scalar: ...

    @property
    def b(self) -> Scalar: ...


def warn_if_volts(model: object, *names: str) -> None:
    """Warn where a negative potential is so small that it was probably meant in volts."""
    for name in names:
        value = np.asarray(getattr(model, name))
        if np.any((-0.2 < value) & (value < 0)):
            meant = f"{1000 * float(value.min()):g}"
            checks.warn_unit(model, name, getattr(model, name), "volts (potentials are in mV)", meant)


def warn_if_wrong_adaptation_units(model: _WithAdaptation) -> None:
    """Warn where the fields of an adaptation current look as if given in seconds, nS or pA."""
    checks.warn_if_seconds(model, "tau_w")
    if np.any(np.abs(np.asarray(model.a)) * np.asarray(model.resistance) > 50.0):
        checks.warn_unit(model, "a", model.a, "nS (conductances are in µS)", "a thousandth of it")
    if np.any(np.abs(np.asarray(model.b)) * np.asarray(model.resistance) > 1000.0):
        checks.warn_unit(model, "b", model.b, "pA (currents are in nA)", "a thousandth of it")
