"""Storage rules: from patterns to weights, each a plain function `rule(patterns) -> Couplings`, listed in `RULES`.

A rule of one's own is such a function, given as `HopfieldAssembly(n, rule=my_rule)`.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace

import numpy as np

from ..core import checks

__all__ = ["RULES", "Couplings", "covariance", "hebbian", "projection"]

HEBBIAN_LOAD = 0.138        # Amit, Gutfreund & Sompolinsky, Phys. Rev. Lett. 55:1530 (1985)
PROJECTION_LOAD = 0.6       # beyond it the basins are gone: the field of a pattern is 1 − load; Kanter & Sompolinsky, PRA 35:380 (1987)


@dataclass(frozen=True, eq=False)
class Couplings:
    """Symmetric weights between n pixels, kept as factors: W = left @ right − diag(diagonal), whose diagonal is zero.

    The field of a state z (n,) of numbers from −1 to 1 is h = W z + bias. Scaled by the rules so that the field of a stored
    pattern ξ is ξ on average: mean(ξ h) = 1.
    """

    left: np.ndarray                # (n, r)
    right: np.ndarray               # (r, n)
    diagonal: np.ndarray            # (n,)   what left @ right has on its diagonal
    bias: np.ndarray                # (n,)   field that a pixel feels without any input

    @classmethod
    def of(cls, weights, bias=0.0):
        """Couplings of full rank from a matrix W (n, n); its diagonal is left out."""
        return _couplings(weights, np.eye(len(weights)), bias)

    @property
    def n(self):
        """Number of pixels."""
        return len(self.left)

    def field(self, z):
        """h = W z + bias for one state (n,) or many (k, n)."""
        return (z @ self.right.T) @ self.left.T - self.diagonal * z + self.bias

    def energy(self, z):
        """E = −(½ zᵀW z + biasᵀz) / n of one state (n,), a number, or of many (k, n); about −½ for a stored pattern."""
        return -np.sum(z * (self.field(z) + self.bias), axis=-1) / (2 * self.n)

    def block(self, rows, columns):
        """W[rows][:, columns] for two index arrays, without the rest of W."""
        block = self.left[rows] @ self.right[:, columns]
        return block - np.where(np.equal.outer(rows, columns), self.diagonal[rows][:, None], 0.0)

    def dense(self):
        """W as an (n, n) array."""
        return self.block(np.arange(self.n), np.arange(self.n))

    def shuffled(self, seed=None):
        """The control: the same numbers at wrong places, rows and columns of W each in a random order."""
        rows, columns = np.random.default_rng(seed).permuted(np.tile(np.arange(self.n), (2, 1)), axis=1)
        return _couplings(self.left[rows], self.right[:, columns], self.bias[rows])


def hebbian(patterns):
    """W = (1/n) Σ_μ ξ^μ ξ^μᵀ without its diagonal: what fires together is coupled (Hopfield, PNAS 79:2554, 1982).

    Holds 0.138 n unrelated patterns; related ones, such as photographs, blend.
    """
    _warn_load("hebbian", len(patterns), patterns.shape[1], HEBBIAN_LOAD)
    return _normalised(_couplings(patterns.T, patterns), patterns)


def covariance(patterns):
    """W ∝ Σ_μ (ξ^μ − a)(ξ^μ − a)ᵀ without its diagonal, and the bias field a, with a_i the mean of pixel i: Σ_μ ξ_i^μ / (P + 1).

    What the patterns have in common is no news: deviations from the mean are coupled, and the mean comes back as a bias. That
    is what sparse or otherwise biased patterns need. The 1 is one blank picture among them, without which a single pattern
    would have no deviation (Sejnowski, J. Math. Biol. 4:303, 1977; Tsodyks & Feigel'man, Europhys. Lett. 6:101, 1988).
    """
    _warn_load("covariance", len(patterns), patterns.shape[1], HEBBIAN_LOAD)
    mean = patterns.sum(axis=0) / (len(patterns) + 1)
    return _normalised(_couplings((patterns - mean).T, patterns - mean, mean), patterns)


def projection(patterns, ridge=0.0):
    """W ∝ Xᵀ (K + ridge·1)⁻¹ X / n without its diagonal, K = X Xᵀ / n, X the patterns (P, n): the pseudo-inverse rule.

    For ridge = 0 it projects on the space that the patterns span, so that every stored pattern reproduces itself however
    related they are (Personnaz, Guyon & Dreyfus, J. Physique Lett. 46:L359, 1985; Kanter & Sompolinsky, Phys. Rev. A 35:380,
    1987). `ridge` 0.1 to 0.3 widens the basins of many unrelated patterns and blurs related ones. Linearly dependent patterns
    add nothing to the span and do no harm. Raises `ValueError` where the span is the whole space and W would vanish.
    """
    checks.non_negative("projection", "ridge", ridge)
    n = patterns.shape[1]
    values, vectors = np.linalg.eigh(patterns @ patterns.T / n)
    kept = values > len(patterns) * np.finfo(float).eps * values[-1]
    values, vectors = values[kept], vectors[:, kept]
    if len(values) >= n:
        raise ValueError(f"projection: {len(values)} independent patterns of {n} pixels leave nothing to correct; store fewer than {n}")
    _warn_load("projection", len(values), n, PROJECTION_LOAD)
    basis = patterns.T @ (vectors / np.sqrt(values * n))                    # (n, r), orthonormal
    return _normalised(_couplings(basis * (values / (values + ridge)), basis.T), patterns)


RULES = {"covariance": covariance, "hebbian": hebbian, "projection": projection}


def _couplings(left, right, bias=0.0):
    return Couplings(left, right, np.einsum("ir,ri->i", left, right), np.broadcast_to(np.asarray(bias, dtype=np.float64), len(left)))


def _normalised(couplings, patterns):
    """Scaled so that mean(ξ h) = 1 over all stored patterns and pixels."""
    own = np.mean(patterns * couplings.bias)
    strength = np.mean(patterns * couplings.field(patterns)) - own
    if not strength > 1e-9:
        raise ValueError(f"the {len(patterns)} patterns give no field of their own: they cancel, or there are too many of them")
    scale = (1.0 - own) / strength
    return replace(couplings, left=couplings.left * scale, diagonal=couplings.diagonal * scale)


def _warn_load(rule, load, n, limit):
    if load > max(1, limit * n):
        warnings.warn(f"{load} patterns are more than the {rule} rule can hold: about {int(limit * n)} of {n} pixels", stacklevel=4)
