"""Storage rules: from patterns to weights, each a plain function `rule(patterns) -> Couplings`, listed in `RULES`.

A rule of one's own is such a function, given as `HopfieldAssembly(n, rule=my_rule)`.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace

import numpy as np

from .._util import checks
from .coding import as_patterns


__all__ = ["PARTIAL", "RULES", "Couplings", "covariance", "hebbian", "perceptron", "projection", "storkey"]

HEBBIAN_LOAD = 0.138        # Amit, Gutfreund & Sompolinsky, Phys. Rev. Lett. 55:1530 (1985)
PERCEPTRON_LOAD = 2.0       # Gardner, J. Phys. A 21:257 (1988)
LARGEST_RIDGE, SHRINK, MARGIN, LEAST_RIDGE = 0.03, 0.7, 0.25, 1e-6        # of ridge="auto"
PROJECTION_LOAD = 0.6       # beyond it the basins are gone: the field of a pattern is 1 − load; Kanter & Sompolinsky, PRA 35:380 (1987)


@dataclass(frozen=True, eq=False)
class Couplings:
    """Weights between n pixels, kept as factors: W = left @ right − diag(diagonal), symmetric but for `perceptron`.

    The field of a state z (n,) of numbers from −1 to 1 is h = W z + bias. Scaled by the rules so that the field of a stored
    pattern ξ is ξ on average: mean(ξ h) = 1.
    """

    left: np.ndarray
    """(n, r)."""
    right: np.ndarray
    """(r, n)."""
    diagonal: np.ndarray
    """(n,): what left @ right has on its diagonal, or zero where that is kept."""
    bias: np.ndarray
    """(n,): field that a pixel feels without any input."""
    scale: float = 1.0
    """What the rule's own weights were multiplied by."""

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
        """E = −(½ zᵀW z + biasᵀz) / n of one state (n,), a number, or of many (k, n); about −½ for a stored pattern.

        Where W is not symmetric (`perceptron`) nothing says that it falls.
        """
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
    patterns = _signed("hebbian", patterns)
    _warn_load("hebbian", len(patterns), patterns.shape[1], HEBBIAN_LOAD)
    return _normalised(_couplings(patterns.T, patterns), patterns)


def covariance(patterns):
    """W ∝ Σ_μ (ξ^μ − a)(ξ^μ − a)ᵀ without its diagonal, and the bias a − W a, with a_i the mean of pixel i: Σ_μ ξ_i^μ / (P + 1).

    What the patterns have in common is no news: deviations from the mean are coupled, h = W (z − a) + a, and the mean comes back. That
    is what sparse or otherwise biased patterns need. The 1 is one blank picture among them, without which a single pattern
    would have no deviation (Sejnowski, J. Math. Biol. 4:303, 1977; Tsodyks & Feigel'man, Europhys. Lett. 6:101, 1988).
    """
    patterns = _signed("covariance", patterns)
    _warn_load("covariance", len(patterns), patterns.shape[1], HEBBIAN_LOAD)
    mean = patterns.sum(axis=0) / (len(patterns) + 1)
    plain = _couplings((patterns - mean).T, patterns - mean)
    coupled = _normalised(plain, patterns, patterns - mean, mean)
    return replace(coupled, bias=mean - coupled.field(mean))


def storkey(patterns):
    """W ← W + (1/n)(ξ ξᵀ − ξ hᵀ − h ξᵀ), pattern by pattern, with h_ij = Σ_{k≠i,j} W_ik ξ_k what the others say already.

    As local as Hebb's rule, and what is known is not learned again, so that more fits: n / √(2 ln n) patterns without an error.
    O(n²) for each pattern. Source: Storkey & Valabregue, Neural Networks 12:869 (1999).
    """
    patterns = _signed("storkey", patterns)
    n = patterns.shape[1]
    _warn_load("storkey", len(patterns), n, 1.0 / np.sqrt(2.0 * np.log(max(n, 2))))
    return _normalised(Couplings.of(_storkey_steps(np.zeros((n, n)), patterns)), patterns)


def _storkey_steps(weights, patterns):
    n = len(weights)
    for pattern in patterns:
        said = weights @ pattern                    # h_ij = said_i − W_ij ξ_j, and ξ_j² = 1
        crossed = np.outer(pattern, said)
        weights = weights + (np.outer(pattern, pattern) - crossed - crossed.T + 2.0 * weights) / n
        np.fill_diagonal(weights, 0.0)
    return weights


def projection(patterns, ridge="auto", diagonal="removed"):
    """W ∝ Xᵀ (K + Λ)⁻¹ X / n, K = X Xᵀ / n, X the patterns (P, n): the pseudo-inverse rule, its diagonal "removed" or "kept".

    For Λ = 0 it projects on the space that the patterns span, so that every stored pattern reproduces itself however
    related they are (Personnaz, Guyon & Dreyfus, J. Physique Lett. 46:L359, 1985). Without its diagonal basins are larger (Kanter &
    Sompolinsky, Phys. Rev. A 35:380, 1987). A ridge Λ = diag(λ) widens them further, and takes from each pattern's own field what
    tells it from near-duplicates. `ridge`: "auto", one λ_μ per pattern, 0.03 or as much of it as leaves every pixel of that pattern a
    field ξh of at least a quarter of the mean; or one number for all: 0 to 0.02 for related pictures, 0.1 to 0.3 for many unrelated
    patterns. Linearly dependent patterns add nothing to the span; for `ridge` = 0 a warning names them. Raises `ValueError` where
    the span is the whole space and W would vanish.
    """
    checks.one_of("projection", "diagonal", diagonal, ("removed", "kept"))
    ridge = as_ridge("projection", ridge)
    patterns = _signed("projection", patterns)
    n = patterns.shape[1]
    pattern_overlaps = patterns @ patterns.T / n
    values, vectors = np.linalg.eigh(pattern_overlaps)
    kept = values > len(patterns) * np.finfo(float).eps * values[-1]
    rank = int(kept.sum())
    if rank >= n and diagonal == "removed":
        raise ValueError(f"projection: {rank} independent patterns of {n} pixels leave nothing to correct; store fewer than {n}")
    _warn_load("projection", rank, n, PROJECTION_LOAD)
    if ridge == "auto":
        couplings = _couplings(patterns.T, _ridged(patterns, pattern_overlaps, diagonal) / n)
    else:
        if rank < len(patterns) and ridge == 0:
            _warn_dependent(patterns, rank)
        values, vectors = values[kept], vectors[:, kept]
        basis = patterns.T @ (vectors / np.sqrt(values * n))                # (n, r), orthonormal
        couplings = _couplings(basis * (values / (values + ridge)), basis.T)
    return _normalised(couplings if diagonal == "removed" else replace(couplings, diagonal=np.zeros(n)), patterns)


def as_ridge(owner, ridge):
    """`ridge` of `projection`, checked: "auto" or a number that is not negative."""
    if isinstance(ridge, str):
        return checks.one_of(owner, "ridge", ridge, ("auto",))
    return checks.single_number(owner, "ridge", checks.non_negative(owner, "ridge", ridge))


def _ridged(patterns, pattern_overlaps, diagonal):
    """Y = (K + diag λ)⁻¹ X with the largest λ_μ of LARGEST_RIDGE · SHRINK^k that leave each pattern a field of at least MARGIN.

    As K Y = X − λ Y, the fields of all patterns cost no product with W: ξ_i^μ h_i^μ = 1 − λ_μ ξ_i^μ Y_i^μ − W_ii.
    """
    ridge = np.full(len(patterns), LARGEST_RIDGE)
    while True:
        solved = np.linalg.solve(pattern_overlaps + np.diag(ridge), patterns)
        own = np.einsum("pi,pi->i", patterns, solved) / patterns.shape[1] if diagonal == "removed" else 0.0
        field = 1.0 - ridge[:, None] * patterns * solved - own
        weak = (field.min(axis=1) < MARGIN * field.mean()) & (ridge > LEAST_RIDGE)
        if not weak.any():
            return solved
        ridge[weak] *= SHRINK


def perceptron(patterns, sweeps=1000, tolerance=1e-3):
    """W whose every row is the perceptron of optimal stability: the shortest w_i with ξ_i^μ Σ_{j≠i} w_ij ξ_j^μ ≥ 1 for all μ.

    W_ij = (1/n) Σ_μ e_i^μ ξ_i^μ ξ_j^μ with embedding strengths e ≥ 0 that AdaTron finds, e ← max(0, e + γ (1 − ξ h)) for all at
    once (Anlauf & Biehl, Europhys. Lett. 10:687, 1989), with Nesterov's momentum, as related patterns take thousands of sweeps
    without. It exists up to P = 2n for unbiased patterns (Gardner, J. Phys. A 21:257, 1988) and is not symmetric. Warns where
    `sweeps` do not reach stability 1 − `tolerance`.
    """
    patterns, sweeps = _signed("perceptron", patterns), checks.integer("perceptron", "sweeps", sweeps)
    checks.positive("perceptron", "tolerance", tolerance)
    n = patterns.shape[1]
    _warn_load("perceptron", len(patterns), n, PERCEPTRON_LOAD)
    pattern_overlaps = patterns @ patterns.T / n
    rate = 1.0 / np.linalg.eigvalsh(pattern_overlaps)[-1]
    strength = stability = step = gained = np.zeros(patterns.shape)
    for sweep in range(sweeps):
        ahead = sweep / (sweep + 3)
        before, reached = strength, stability
        strength = np.maximum(strength + ahead * step + rate * (1.0 - stability - ahead * gained), 0.0)
        # ξ h; each pixel's own contribution is e/n summed over μ, signs cancelling
        stability = patterns * (pattern_overlaps @ (strength * patterns) - patterns * np.sum(strength, axis=0) / n)
        step, gained = strength - before, stability - reached
        if np.abs(np.minimum(strength, stability - 1.0)).max() <= tolerance:       # stable, and none stronger than it need be
            break
    else:
        warnings.warn(f"perceptron: {sweeps} sweeps over {len(patterns)} patterns of {n} pixels did not converge; the least stable pixel "
                      f"has the field {stability.min():.2f} instead of 1", stacklevel=3)
    return _normalised(_couplings((strength * patterns).T / n, patterns), patterns)


RULES = {"covariance": covariance, "hebbian": hebbian, "perceptron": perceptron, "projection": projection, "storkey": storkey}


def _more_storkey(couplings, patterns, stored):
    weights = _storkey_steps(couplings.dense() / couplings.scale, patterns)
    return _normalised(Couplings.of(weights), np.concatenate([stored, patterns]))


# rule -> f(couplings, more patterns, patterns stored already): the couplings of both, where that is cheaper than learning all anew
PARTIAL = {storkey: _more_storkey}


def _couplings(left, right, bias=0.0):
    return Couplings(left, right, np.einsum("ir,ri->i", left, right), np.broadcast_to(np.asarray(bias, dtype=np.float64), len(left)))


def _normalised(couplings, patterns, states=None, bias=0.0):
    """Scaled so that mean(ξ h) = 1 over all stored patterns and pixels, h the field of `states` (None: of the patterns) and the bias."""
    own = np.mean(patterns * bias)
    strength = np.mean(patterns * couplings.field(patterns if states is None else states))
    if not strength > 1e-9:
        raise ValueError(f"the {len(patterns)} patterns give no field of their own: they cancel, or there are too many of them")
    scale = (1.0 - own) / strength
    return replace(couplings, left=couplings.left * scale, diagonal=couplings.diagonal * scale, scale=couplings.scale * scale)


def _signed(rule, patterns):
    return as_patterns(rule, patterns, np.shape(patterns)[-1] if np.ndim(patterns) else 0)


def _warn_load(rule, load, n, limit):
    if load > max(1, limit * n):
        warnings.warn(f"{load} patterns are more than the {rule} rule can hold: about {int(limit * n)} of {n} pixels", stacklevel=4)


def _warn_dependent(patterns, rank):
    from scipy.linalg import qr

    order = qr(patterns.T, mode="r", pivoting=True)[1]
    dependent = ", ".join(map(str, sorted(order[rank:])[:8]))
    warnings.warn(f"patterns {dependent} depend linearly on the others and add nothing; with a ridge, projection(patterns, ridge=0.01), "
                  "they count", stacklevel=4)
