"""Population encoding: receptive fields of many units tile the range of one number."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from .._util import checks
from .._util.typing import FloatArray, Scalar
from ..engine.plugin import rows, step_kernel, uniform
from .encoder import Encoder, spike_probability


@dataclass(frozen=True, eq=False)
class PopulationEncoder(Encoder):
    r"""Units with overlapping receptive fields over a number x in [0, 1] that all of them see, with Poisson
    spikes.

    .. math::

        \text{rate}_i(x) = \text{max\_rate} \cdot \exp\left(-\frac{(x - c_i)^2}{2 \, \text{width}^2}\right)

    ``centres=None`` spreads the centres c of the n units evenly from 0 to 1 (0.5 for a single one). Here
    0 is a value like any other, not darkness. The spikes are drawn as in `PoissonEncoder`.
    `population_vector` and `LinearDecoder` estimate x from them.

    Every field is one number or one value per unit.

    Parameters
    ----------
    max_rate : Scalar, default 100.0
        Hz: rate at the centre of the receptive field.
    width : Scalar, default 0.1
        Standard deviation of the receptive field, in units of the stimulus.
    centres : Scalar | None, default None
        Preferred stimulus of each unit; None: evenly spread.

    Raises
    ------
    ValueError
        If a field is out of range, or if max_rate·dt is above 1 (as soon as dt is known); above 0.3 there
        is a warning.

    References
    ----------
    Bohte, La Poutré & Kok, IEEE Trans. Neural Networks 13:426 (2002); Dayan & Abbott, *Theoretical
    Neuroscience* (2001), section 3.3.

    Examples
    --------
    >>> from spikingnn import PopulationEncoder
    >>> PopulationEncoder(width=0.2).encode(0.25, 1000.0, seed=1, n=5).count()
    array([ 33, 102,  43,   6,   0])
    """

    max_rate: Scalar = 100.0
    """Hz: rate at the centre of the receptive field."""
    width: Scalar = 0.1
    """Standard deviation of the receptive field, in units of the stimulus."""
    centres: Scalar | None = None
    """Preferred stimulus of each unit; None: evenly spread."""

    states: ClassVar[tuple[str, ...]] = ("wait",)

    def __post_init__(self) -> None:
        checks.validate_fields(self, checks.non_negative, "max_rate")
        checks.validate_fields(self, checks.positive, "width")
        if self.centres is not None:
            checks.validate_fields(self, checks.number, "centres")

    def step_coefficients(self, dt: float) -> tuple[Scalar, ...]:
        """Return the spike probability at the centre, 1/(2 width²), the centres, and whether these are
        evenly spread.
        """
        spread = self.centres is None
        centres = 0.0 if self.centres is None else self.centres
        return spike_probability(self, dt), 0.5 / np.square(np.asarray(self.width)), centres, float(spread)

    def initial(self, n: int, key: np.uint64) -> tuple[Scalar, ...]:
        """Draw the first waiting number of each unit."""
        return (np.array([1.0 / uniform(key, i) for i in range(n)]),)

    @step_kernel
    def step(state, coefficients, current, conductance, spikes, dt, key):
        (wait,) = rows(state, 1)
        probability, sharpness, centres, spread = rows(coefficients, 4)
        first = 0.0 if wait.size > 1 else 0.5
        spacing = 1.0 / max(wait.size - 1, 1)
        for i in range(wait.size):
            distance = current[i] - (first + spacing * i if spread[i] > 0.0 else centres[i])
            wait[i] -= wait[i] * (probability[i] * math.exp(-sharpness[i] * distance * distance))
        for i in range(wait.size):
            if wait[i] <= 1.0:
                spikes[i] = True
                wait[i] = 1.0 / uniform(key, i)

    def preferred(self, n: int) -> FloatArray:
        """Return the centres of the receptive fields.

        Parameters
        ----------
        n : int
            Number of units.

        Returns
        -------
        ndarray, (n,)
            Preferred stimuli.

        Examples
        --------
        >>> from spikingnn import PopulationEncoder
        >>> PopulationEncoder().preferred(5)
        array([0.  , 0.25, 0.5 , 0.75, 1.  ])
        """
        if self.centres is None:
            return np.linspace(0.0, 1.0, n) if n > 1 else np.array([0.5])
        return np.array(np.broadcast_to(np.asarray(self.centres), n), dtype=np.float64)

    def tuning_curves(self, x: Scalar, n: int) -> FloatArray:
        """Return the rates of n units at given stimuli.

        Parameters
        ----------
        x : Scalar
            Stimuli in [0, 1], one number or (samples,).
        n : int
            Number of units.

        Returns
        -------
        ndarray, (samples, n)
            Hz: rates.

        Examples
        --------
        >>> from spikingnn import PopulationEncoder
        >>> PopulationEncoder(width=0.25).tuning_curves([0.0, 0.5], n=3).round(1)
        array([[100. ,  13.5,   0. ],
               [ 13.5, 100. ,  13.5]])
        """
        distance = np.asarray(checks.unit_interval(self, "x", x))[..., None] - self.preferred(n)
        width = np.asarray(self.width)
        return np.asarray(self.max_rate) * np.exp(-np.square(distance) / (2.0 * np.square(width)))
