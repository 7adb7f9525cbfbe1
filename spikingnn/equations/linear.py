"""Linear systems: x′ = A x + B I + c + S ξ, integrated exactly for a current that is constant over a step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from .._util.typing import BoolArray, FloatArray
from .expressions import Node, is_number, number
from .system import INPUT, STEP, TIME, System, jumps, resolved


__all__ = ["Linear", "exponential_minus_one", "find_linear", "why_not_linear"]


@dataclass(frozen=True, eq=False)
class Linear:
    """The matrices of a linear system as trees, and which of their products can differ from zero."""

    system: System
    matrix: list[list[Node]]                        # A
    by_current: list[Node]                          # B
    by_noise: list[list[Node]]                      # S

    @property
    def size(self) -> int:
        """Number of states."""
        return len(self.by_current)

    def reach(self, frozen: frozenset[str] = frozenset()) -> BoolArray:
        """Return which state (column) acts on which (row) within a step, as booleans."""
        states = self.system.states
        direct = np.array([[not is_number(node, 0.0) and state not in frozen for node in row]
                           for state, row in zip(states, self.matrix)]) | np.eye(self.size, dtype=bool)
        for _ in range(self.size.bit_length()):
            direct = direct @ direct
        return direct

    def has_current(self, reach: Any, frozen: frozenset[str] = frozenset()) -> list[bool]:
        """Return for each state whether the current acts on it within a step."""
        acts = [not is_number(node, 0.0) and state not in frozen
                for state, node in zip(self.system.states, self.by_current)]
        return [bool(row @ np.array(acts)) for row in reach]

    def has_offset(self, reach: Any, frozen: frozenset[str] = frozenset()) -> list[bool]:
        """Return for each state whether a constant acts on it within a step."""
        zero = {each: number(0.0) for each in (*self.system.states, INPUT, *self.system.noises)}
        own = set(self.system.definitions.expressions)
        acts = [state not in frozen and bool(own or not is_number(resolved(node, zero), 0.0))
                for state, node in self.system.equations.items()]
        return [bool(row @ np.array(acts)) for row in reach]

    def noisy(self, reach: Any) -> list[bool]:
        """Return for each state whether a noise acts on it within a step."""
        acts = [any(not is_number(node, 0.0) for node in row) for row in self.by_noise]
        return [bool(row @ np.array(acts)) for row in reach]

    def propagators(self, values: Mapping[str, Any], frozen: frozenset[str] = frozenset(),
                    ) -> tuple[FloatArray, FloatArray]:
        """Return (P, L) of the step x → x + P (x, I, 1) + L z, with z standard normal.

        (P without the ones of the diagonal has all its digits where a step is short.)

        Parameters
        ----------
        values : dict
            Parameters and the time step; arrays (n,) or numbers.
        frozen : set of str
            States that stand still.

        Returns
        -------
        tuple
            Arrays (sets, states, states + 2) and (sets, states, states), where sets is n or 1.
        """
        n, states = self.size, self.system.states
        still = np.array([state in frozen for state in states])
        zero = dict.fromkeys((*states, INPUT, *self.system.noises), 0.0)
        offset = [self.system.definitions.values(node, {**values, **zero})
                  for node in self.system.equations.values()]
        rows = [[*self._values(row, values), *self._values([b], values), c]
                for row, b, c in zip(self.matrix, self.by_current, offset)]
        full = _stacked(rows)
        noise = _stacked([self._values(row, values) for row in self.by_noise]) if self.by_noise[0] else None
        full[:, still] = 0.0
        sets = _joined(full, noise)
        distinct, where = np.unique(sets.reshape(len(sets), -1), axis=0, return_inverse=True)
        distinct = distinct.reshape(len(distinct), n, -1)
        big = np.zeros((len(distinct), n + 2, n + 2))
        big[:, :n] = distinct[:, :, :n + 2] * values[STEP]
        source = distinct[:, :, n + 2:] * ~still[:, None]
        growth, covariance = exponential_minus_one(big, source @ source.swapaxes(1, 2) * values[STEP])
        factor = _cholesky(covariance[:, :n, :n])
        where = where.reshape(-1)
        return growth[where, :n], factor[where]

    def _values(self, nodes: list[Node], values: Mapping[str, Any]) -> list[Any]:
        return [self.system.definitions.values(node, values) for node in nodes]


def _stacked(rows: list[list[Any]]) -> FloatArray:
    """A matrix of numbers and arrays (n,) as an array (n or 1, rows, columns)."""
    sets = max([np.size(each) for row in rows for each in row], default=1)
    filled = np.array([[np.broadcast_to(each, sets) for each in row] for row in rows], dtype=np.float64)
    return filled.transpose(2, 0, 1)


def _joined(full: FloatArray, noise: FloatArray | None) -> FloatArray:
    """Two matrices for each set of parameters side by side."""
    if noise is None:
        return full
    sets = max(len(full), len(noise))
    both = [np.broadcast_to(each, (sets, *each.shape[1:])) for each in (full, noise)]
    return np.concatenate(both, axis=2)


def exponential_minus_one(matrix: FloatArray, noise: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return (e^M - 1, ∫ e^(Ms) D e^(Mᵀs) ds over [0, 1]) of stacked matrices, by doubling a Taylor series.

    Parameters
    ----------
    matrix : array (sets, m, m)
        M.
    noise : array (sets, k, k)
        D of the first k rows; the others have no noise.
    """
    largest = float(np.abs(matrix).sum(axis=2).max(initial=0.0))
    doublings = int(np.clip(np.ceil(np.log2(max(largest, 1e-300) / 0.25)), 0, 200)) if largest < np.inf else 0
    small = matrix / 2.0**doublings
    term = growth = small
    for k in range(2, 17):
        term = term @ small / k
        growth = growth + term
    covariance = np.zeros_like(matrix)
    k = noise.shape[1]
    covariance[:, :k, :k] = noise / 2.0**doublings
    term, whole = covariance, covariance
    for order in range(2, 19):          # each derivative of e^(Ms) D e^(Mᵀs) is M X + X Mᵀ of the one before
        term = (small @ term + term @ small.swapaxes(1, 2)) / order
        whole = whole + term
    for _ in range(doublings):
        one = growth + np.eye(matrix.shape[1])
        whole = whole + one @ whole @ one.swapaxes(1, 2)
        growth = 2.0 * growth + growth @ growth
    return growth, whole


def _cholesky(covariance: FloatArray) -> FloatArray:
    """Lower triangular L with L Lᵀ = covariance, which may be singular; stacked."""
    lower = np.zeros_like(covariance)
    for j in range(covariance.shape[1]):
        rest = covariance[:, j:, j] - np.einsum("skl,sl->sk", lower[:, j:, :j], lower[:, j, :j])
        tiny = 1e-14 * covariance[:, j, j]
        root = np.sqrt(np.maximum(rest[:, 0], 0.0))
        usable = rest[:, 0] > tiny
        lower[:, j:, j] = np.where(usable[:, None], rest / np.where(usable, root, 1.0)[:, None], 0.0)
    return lower


def find_linear(system: System) -> Linear | None:
    """Return the matrices of a system, or None if it is not linear."""
    return None if why_not_linear(system) else Linear(system, *_matrices(system))


def _matrices(system: System) -> tuple[list[list[Node]], list[Node], list[list[Node]]]:
    slope, trees = system.definitions.derivative, list(system.equations.values())
    return ([[slope(tree, x) for x in system.states] for tree in trees],
            [slope(tree, INPUT) for tree in trees],
            [[slope(tree, xi) for xi in system.noises] for tree in trees])


def why_not_linear(system: System) -> str | None:
    """Return what keeps a system from being linear with constant coefficients, or None."""
    for state, tree in system.equations.items():
        if TIME in system.definitions.bases(tree):
            return f"d{state}/dt depends on t"
        for x in (*system.states, INPUT, *system.noises):
            if not system.is_constant(system.definitions.derivative(tree, x)):
                return f"d{state}/dt is not linear in {x}"
        if jumps(system, tree):
            return f"d{state}/dt is not linear"
    return None
