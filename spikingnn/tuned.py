"""What groups with tuning curves share: encoding a vector into currents, and decoding it from rates."""

from __future__ import annotations

from typing import Any

from ._util import checks
from ._util.typing import ArrayLike, FloatArray
from .parts import Part
from .tuning_curves import Range, TuningCurves, VectorFunction


__all__ = ["Tuned"]

INSTEAD = dict.fromkeys(
    ("bias", "gain", "encoders", "radius", "tuning", "dimensions", "max_rates", "intercepts", "eval_points"),
    "build a new group with other dimensions, encoders, max_rates or intercepts")


class Tuned(Part):
    """Base class of groups whose neurons may have tuning curves: see `Population`.

    Attributes
    ----------
    tuning : TuningCurves or None
        Preferred directions, gains and biases; None for a plain group.
    """

    tuning: TuningCurves | None

    def _tune(self, dimensions: int, max_rates: Range, intercepts: Range, seed: int | None,
              encoders: ArrayLike | None, radius: float, eval_points: ArrayLike | None) -> None:
        """Give the group tuning curves."""
        group: Any = self
        dimensions = checks.integer(self, "dimensions", dimensions)
        if seed is not None:
            group.check_size(8 * group.n * dimensions)
        self.tuning = TuningCurves(group, dimensions, max_rates, intercepts, seed, encoders, radius,
                                   eval_points)

    @property
    def encoders(self) -> FloatArray:
        """Preferred directions of unit length, (n, d)."""
        return self._tuned().encoders

    @property
    def gain(self) -> FloatArray:
        """Gain of each neuron in nA per unit of x · e / radius, (n,)."""
        return self._tuned().gain

    @property
    def radius(self) -> float:
        """Length of the longest vectors that are represented."""
        return self._tuned().radius

    def _tuned(self) -> TuningCurves:
        if self.tuning is None:
            raise ValueError(f"{type(self).__name__}.dimensions must be given for tuning curves, got None")
        return self.tuning

    def current(self, x: ArrayLike) -> FloatArray:
        """Return the current gain · (x · e) / radius in nA, without the bias.

        Parameters
        ----------
        x : array (d,) or (rows, d)
            Represented vectors.

        Returns
        -------
        array (n,) or (rows, n)
            nA: to be given as ``inputs={group: …}``.
        """
        return self._tuned().current(x)

    def tuning_curves(self, x: ArrayLike, dt: float | None = None) -> FloatArray:
        """Return the firing rates in Hz at the vectors x, (rows, n).

        Parameters
        ----------
        x : array (rows, d)
            Represented vectors.
        dt : float, optional
            ms: time step whose grid is taken into account; None: continuous time, in closed form (0.1 ms
            where the model has none).
        """
        return self._tuned().rates(x, dt)

    def decoders(self, function: VectorFunction | None = None, dt: float | None = None,
                 points: ArrayLike | None = None, noise: float = 0.1, seed: int = 0,
                 solver: str = "ridge") -> FloatArray:
        r"""Return decoders with which the rates estimate a function of the represented vector.

        .. math:: f(x) \approx \sum_i d_i a_i(x)

        They minimise, over m points x, the regularised squared error against the true tuning curves a(x):

        .. math:: \sum_x |f(x) - \sum_i d_i a_i(x)|^2 + m (\mathrm{noise} \cdot \max a)^2 |D|^2

        Parameters
        ----------
        function : function, optional
            f takes (m, d) and returns (m, d_out) or (m,); None: the identity.
        dt : float, optional
            ms: time step whose grid is taken into account; None: that of the group's network, and continuous
            time before it is in one.
        points : array (m, d), optional
            Vectors at which f is fitted; None: the group's `eval_points`.
        noise : float
            Regularisation: standard deviation of noise on the rates, relative to the largest rate.
        seed : int
            Seed of the points, if the group has none of its own.
        solver : str
            ``"ridge"``, or ``"nnls"``: without negative decoders.

        Returns
        -------
        array (n, d_out)
            1/Hz times the unit of f.

        References
        ----------
        Eliasmith & Anderson, *Neural Engineering* (2003), chapter 2.
        """
        return self._tuned().decoders(function, dt, points, noise, seed, solver)
