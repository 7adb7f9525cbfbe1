"""A neuron model given as text."""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import fields
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from .._util import checks
from .._util.typing import ArrayLike, Scalar
from ..engine.plugin import NeuronModel
from .expressions import Node, TextError, shown
from .fixed_points import FixedPoint, find_fixed_points, resting_point
from .initial import first_values, initial_key, names_in, starts_of
from .integration import REFRACTORY_STEPS, SUBSTEPS
from .kernel import METHODS, Program, write_program
from .latex import latex_of
from .phase_plane import draw_phase_plane
from .source_file import loaded
from .system import STEP, System, read_system
from .typed import FromText, Typed
from .writer import written


__all__ = ["Equations"]

SETTINGS = ("t_refractory", "longest_step")         # fields that no text names


class Equations(FromText, NeuronModel, metaclass=Typed):
    r"""Neuron model given by its differential equations as text.

    .. math:: \frac{dx}{dt} = f(x, I, \ldots)

    Each line of the text is an equation ``dv/dt = … : unit``, a definition ``name = … : unit``, or the
    declaration ``name : unit`` of a parameter or of a state that only the reset changes; units may be left
    out. An expression consists of numbers, names, ``+ - * / ** % //``, comparisons, ``and``, ``or``, ``not``,
    ``x if c else y`` and functions such as ``exp``, ``tanh``, ``sqrt``, ``clip``, ``exprel``. Nothing else is
    accepted, and nothing is evaluated as Python.

    These names need no value: ``I`` is the input current in nA, with the currents and conductances of all
    synapses; ``t`` the time and ``dt`` the time step in ms; ``xi`` or ``xi_1`` … a white noise in 1/√ms
    (Itô); ``rand()`` and ``randn()`` random numbers in the threshold and the reset. Units such as ``mV``,
    ``nS`` or ``Hz`` are factors to the units of the package. The state called v (or else the first one) is
    the membrane potential, to which delta and conductance synapses add.

    ``(unless refractory)`` behind an equation lets its state stand still for ``t_refractory`` after a spike;
    without it, refractoriness only forbids spikes. What arrives meanwhile is kept. Without a reset, a spike
    is an upward crossing of the threshold.

    Linear equations with constant coefficients are integrated exactly, others by a Strang splitting of second
    order in which each state's own equation is exact where it is linear. If the threshold is on the membrane
    potential alone and its equation has an upstroke, as in AdEx, spikes are found inside the step, as in the
    built-in models. The result is a model like any other, compiled as a kernel that can be read: ``source``.

    Parameters
    ----------
    text : str
        Equations, definitions and declarations, one per line.
    threshold : str, optional
        Condition of a spike, such as ``"v > -50"``; None: no spikes.
    reset : str, optional
        Assignments at a spike, such as ``"v = v_r; w += b"``.
    t_refractory : Scalar or str
        ms: refractory period, one number or one value per neuron; or a condition such as ``"v > -40"``: after
        a spike the neuron is refractory as long as it holds at the end of a step.
    method : str, optional
        Method of integration: ``"exact"``, ``"split"``, ``"rk4"`` or ``"euler"``; None: exact where the
        equations are linear, else split.
    initial : dict or "rest", optional
        First values of states: numbers, arrays with one value per neuron, or expressions of parameters,
        definitions, first values of other states, ``rand()`` and ``randn()``; zero where none is given.
        ``"rest"``: the stable resting point without input.
    longest_step : float, optional
        ms: longest substep of the integration inside one time step; None: one step.
    **parameters
        Value of each parameter in the text, one number or one value per neuron, in ms, mV, nA, MΩ, nF, µS.

    Raises
    ------
    ValueError, TypeError
        In one line, if the text cannot be read, names what is not there, or is not finite at these
        parameters.

    References
    ----------
    Exact integration: Rotter & Diesmann, Biol. Cybern. 81:381 (1999). Notation of the texts: Stimberg,
    Brette & Goodman, eLife 8:e47314 (2019).

    Examples
    --------
    >>> from spikingnn import Equations, simulate
    >>> model = Equations("dv/dt = (v_rest - v + R*I)/tau : mV (unless refractory)", threshold="v >= v_t",
    ...                   reset="v = v_rest", t_refractory=2.0, initial={"v": "v_rest"},
    ...                   v_rest=-65.0, R=10.0, tau=20.0, v_t=-50.0)
    >>> simulate(model, 2.0, 100.0).spikes
    array([27.7, 57.5, 87.3])
    >>> model.method
    'exact'
    """

    source: ClassVar[str]
    """Python source of the kernel."""
    method: ClassVar[str]
    """Method of integration."""
    _program: ClassVar[Program]
    _system: ClassVar[System]
    _starts: ClassVar[Mapping[str, Node]]

    if TYPE_CHECKING:
        def __init__(self, text: str, threshold: str | None = None, reset: str | None = None,
                     t_refractory: Scalar | str = 0.0, method: str | None = None,
                     initial: Mapping[str, ArrayLike | str] | str | None = None,
                     longest_step: float | None = None, **parameters: Scalar) -> None: ...

    @staticmethod
    def read(text: str, threshold: str | None = None, reset: str | None = None,
             t_refractory: Scalar | str = 0.0, method: str | None = None,
             initial: Mapping[str, ArrayLike | str] | str | None = None,
             longest_step: float | None = None,
             **parameters: Scalar) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Return (what the class of the text depends on, the values of its fields)."""
        for name, value in (("threshold", threshold), ("reset", reset)):
            if value is not None and not isinstance(value, str):
                raise TypeError(f'Equations.{name} must be a text such as "v > -50", '
                                f"got {shown(repr(value))}")
        if method is not None:
            checks.one_of("Equations", "method", method, METHODS)
        start, arrays = initial_key(initial)
        if set(arrays) & set(parameters):
            raise TextError(f"the name {min(set(arrays) & set(parameters))!r} is taken by initial values")
        parameters |= arrays
        lasting = (t_refractory,) if isinstance(t_refractory, str) else ()
        system = system_of(text, threshold, reset, tuple(parameters), names_in(start), *lasting)
        starts = {each: _one_number(each, parameters[each]) for each in system.starts}
        values: dict[str, Any] = {each: parameters[each] for each in system.parameters}
        if lasting or np.any(np.asarray(checks.number("Equations", "t_refractory", t_refractory))):
            if threshold is None:
                raise TextError("a refractory period needs a threshold")
            values |= {} if lasting else {"t_refractory": t_refractory}
        elif system.frozen:
            raise TextError("(unless refractory) needs a refractory period: give t_refractory=, in ms")
        if longest_step is not None:
            values["longest_step"] = longest_step
        settings = method, start, tuple(starts.items()), tuple(parameters)
        return (text, threshold, reset, *settings, *lasting), values

    @classmethod
    def made(cls, recipe: tuple[Any, ...], names: tuple[str, ...]) -> dict[str, Any]:
        """Return what the class of a text has: its states, its kernel, its source."""
        text, threshold, reset, method, initial, starts, given, *lasting = recipe
        system = system_of(text, threshold, reset, given, names_in(initial), *lasting)
        settings = ("t_refractory" in names or bool(lasting), "longest_step" in names)
        program = write_program(system, _header(recipe), method, *settings)
        names_of_file = loaded(program.source, "neuron")
        return {"__module__": names_of_file["__name__"], "step": names_of_file["step"],
                "states": program.states, "conductances": program.conductances,
                "takes_current": system.takes_current, "source": program.source, "method": program.method,
                "_program": program, "_system": system, "_starts": starts_of(system, initial, dict(starts))}

    def __post_init__(self) -> None:
        for field in fields(self):
            if field.name not in SETTINGS:
                checks.validate_fields(self, checks.number, field.name, infinite=True)
        if hasattr(self, "t_refractory"):
            checks.validate_fields(self, checks.non_negative, "t_refractory")
        if hasattr(self, "longest_step"):
            checks.validate_fields(self, checks.positive, "longest_step")
            checks.single_number(self, "longest_step", self.longest_step)
        self._check_finite(0.1)
        self.initial(1, np.uint64(0))

    def values(self, dt: float = 0.1) -> dict[str, Any]:
        """Return the values of the parameters and of the step by the names that the text uses.

        Parameters
        ----------
        dt : float
            ms: time step.
        """
        found = {field.name: getattr(self, field.name) for field in fields(self)}
        longest = found.pop("longest_step", dt)
        found[STEP], found[SUBSTEPS] = dt, np.ceil(dt / longest - 1e-9)
        found[REFRACTORY_STEPS] = np.asarray(found.pop("t_refractory", 0.0)) / dt
        return found

    def _check_finite(self, dt: float) -> None:
        """Refuse parameters at which a constant of the text is not finite, such as a division by zero."""
        values, definitions = self.values(dt), self._program.system.definitions
        linear = self._program.special.linear if self._program.special else None
        trees = [tree for tree in self._program.trees.values() if tree is not None]
        if linear is not None:
            trees += itertools.chain(*linear.matrix, linear.by_current, *linear.by_noise)
        for tree in trees:
            names = sorted(definitions.bases(tree) & set(self._system.parameters))
            with np.errstate(all="ignore"):
                found = np.asarray(definitions.values(tree, values), dtype=float)
            if not np.all(np.isfinite(found)) and not (written(tree) in names):
                given = ", ".join(f"{name} = {shown(repr(getattr(self, name)))}" for name in names[:3])
                bad = found[~np.isfinite(found)].flat[0]
                raise ValueError(f"Equations: {shown(written(tree))} is {bad} at these parameters ({given})")

    def step_coefficients(self, dt: float) -> tuple[Any, ...]:
        """Return what the kernel unpacks: parameters, constants of the text, propagators."""
        values = self.values(dt)
        if hasattr(self, "t_refractory") and not self._program.inside:
            values[REFRACTORY_STEPS] = checks.grid_steps(self, "t_refractory", self.t_refractory, dt)
        found = self._program.coefficients(values)
        return tuple(each if np.ndim(each) else float(each) for each in found.values())

    def initial(self, n: int, key: np.uint64) -> tuple[Any, ...]:
        """Return the first state: what `initial` says, zero elsewhere."""
        if self.recipe[4] == "rest":
            return tuple(self._rest.get(state, 0.0) for state in self.states)
        first = first_values(self._system, self._starts, self.values(), n, key)
        return tuple(first.get(state, 0.0) for state in self.states)

    @cached_property
    def _rest(self) -> dict[str, Any]:
        """The resting point without input."""
        return resting_point(self._program.system, self.values())

    @property
    def latex(self) -> str:
        """Equations as LaTeX, in an ``aligned`` environment."""
        return latex_of(self._system)

    def fixed_points(self, current: float = 0.0) -> tuple[FixedPoint, ...]:
        """Return the points at which all states stand still under a constant current, spikes apart.

        Parameters
        ----------
        current : float
            nA: input current.

        Returns
        -------
        tuple of FixedPoint
            In the order of the membrane potential, with their stability.

        Raises
        ------
        ValueError
            If a parameter has one value per neuron.

        Examples
        --------
        >>> from spikingnn import Equations
        >>> model = Equations('''dv/dt = v - v**3/3 - w + I
        ...                      dw/dt = 0.08*(v + 0.7 - 0.8*w)''')
        >>> [(point.kind, round(point["v"], 3)) for point in model.fixed_points(0.5)]
        [('unstable spiral', -0.805)]
        """
        self._one_neuron("fixed_points")
        checks.single_number(self, "current", checks.number(self, "current", current))
        return find_fixed_points(self._program.system, self.values(), float(current))

    def phase_plane(self, ax: Any, x: str, y: str, current: float = 0.0,
                    x_range: tuple[float, float] | None = None,
                    y_range: tuple[float, float] | None = None) -> tuple[FixedPoint, ...]:
        """Draw the phase plane of two states: nullclines, field, fixed points, and a trajectory.

        The trajectory starts at the first values of the states. States that are not on the axes are held at
        their value at the first fixed point, or at their first value.

        Parameters
        ----------
        ax : matplotlib.axes.Axes
            Where to draw.
        x, y : str
            States on the axes.
        current : float
            nA: input current.
        x_range, y_range : tuple (low, high), optional
            Limits of the axes; None: from the fixed points and the trajectory.

        Returns
        -------
        tuple of FixedPoint
            The fixed points of the whole system.

        Raises
        ------
        ValueError
            If a state does not exist, or a parameter has one value per neuron.

        Examples
        --------
        >>> from matplotlib.figure import Figure
        >>> from spikingnn import Equations
        >>> model = Equations('''dv/dt = v - v**3/3 - w + I
        ...                      dw/dt = 0.08*(v + 0.7 - 0.8*w)''')
        >>> points = model.phase_plane(Figure().subplots(), "v", "w", current=0.0)
        >>> points[0].kind
        'stable spiral'
        """
        self._one_neuron("phase_plane")
        for name in (x, y):
            checks.one_of(self, "state", name, self._system.states)
        return draw_phase_plane(ax, self, self._program.system, (x, y), current, x_range, y_range)

    def _one_neuron(self, what: str) -> None:
        for field in fields(self):
            if np.ndim(getattr(self, field.name)):
                accepted = f"one number for {what}: use replace(…)"
                checks.fail(self, field.name, getattr(self, field.name), accepted)


Equations.__signature__ = inspect.signature(Equations.read).replace(        # type: ignore[attr-defined]
    return_annotation=inspect.Signature.empty)


@lru_cache(maxsize=None)
def system_of(text: str, threshold: str | None, reset: str | None, given: tuple[str, ...],
              elsewhere: tuple[str, ...], refractory: str | None = None) -> System:
    """Return the system of a text whose parameters are `given`; some are used `elsewhere`."""
    return read_system(text, threshold, reset, given, elsewhere, refractory)


def _one_number(name: str, value: Any) -> float:
    return float(checks.single_number("Equations", name, checks.number("Equations", name, value)))


def _header(recipe: Sequence[Any]) -> list[str]:
    """The comment at the head of the file."""
    text, threshold, reset, method, *_, lasting = (*recipe, None)[:8]
    lines = ["Step of a neuron model that was given as text, written by spikingnn.Equations.", ""]
    lines += [f"    {line.strip()}" for line in text.splitlines() if line.strip()]
    lines += [f"    {what}: {'; '.join(given.splitlines())}" for what, given in
              (("threshold", threshold), ("reset", reset), ("refractory", lasting), ("method", method))
              if given]
    return ["".join(char if char.isprintable() else " " for char in line) for line in lines]
