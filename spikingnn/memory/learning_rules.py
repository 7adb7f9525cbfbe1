"""Learning rules: from patterns to weights, each a plain function ``rule(patterns) -> Couplings``.

`LEARNING_RULES` lists those of the package by name. A rule of your own is such a function, given as
``HopfieldAssembly(n, rule=my_rule)``.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from .._util import checks
from .._util.typing import ArrayLike, BoolArray, FloatArray
from .binarization import as_patterns
from .couplings import PixelCouplings, factored_couplings


__all__ = ["INCREMENTAL", "LEARNING_RULES", "as_ridge", "covariance", "hebbian", "perceptron", "projection",
           "storkey"]

HEBBIAN_LOAD = 0.138        # Amit, Gutfreund & Sompolinsky, Phys. Rev. Lett. 55:1530 (1985)
PERCEPTRON_LOAD = 2.0       # Gardner, J. Phys. A 21:257 (1988)
PROJECTION_LOAD = 0.6       # beyond it the basins are gone: the field of a pattern is 1 − load;
#                             Kanter & Sompolinsky, Phys. Rev. A 35:380 (1987)
LARGEST_RIDGE, SHRINK, MARGIN, LEAST_RIDGE = 0.03, 0.7, 0.25, 1e-6        # of ridge="auto"


def hebbian(patterns: ArrayLike) -> PixelCouplings:
    """Couple pixels that are equal in the stored patterns: Hebb's rule.

    ::

        W = (1/n) Σ_μ ξ^μ ξ^μᵀ,     without its diagonal

    It holds 0.138 n unrelated patterns; related ones, such as photographs, blend.

    Parameters
    ----------
    patterns : array_like, (P, n)
        Patterns of ±1 or booleans.

    Returns
    -------
    PixelCouplings
        Scaled so that the mean field of the stored patterns is 1.

    Raises
    ------
    ValueError
        For other values, or where the patterns cancel.

    Examples
    --------
    >>> hebbian([[1, 1, -1]]).toarray()
    array([[ 0. ,  0.5, -0.5],
           [ 0.5,  0. , -0.5],
           [-0.5, -0.5,  0. ]])

    References
    ----------
    Hopfield, PNAS 79:2554 (1982).
    """
    patterns = _signed("hebbian", patterns)
    _warn_load("hebbian", len(patterns), patterns.shape[1], HEBBIAN_LOAD)
    return _normalised(factored_couplings(patterns.T, patterns), patterns)


def covariance(patterns: ArrayLike) -> PixelCouplings:
    """Couple the deviations of the pixels from their means: the covariance rule, for sparse or biased
    patterns.

    ::

        W ∝ Σ_μ (ξ^μ − a)(ξ^μ − a)ᵀ,     without its diagonal,     a_i = Σ_μ ξ_i^μ / (P + 1)
        h = W (z − a) + a

    What the patterns have in common is left out of the couplings and comes back through the bias a − W a.
    The 1 in the mean stands for one blank picture, without which a single pattern would have no deviation.

    Parameters
    ----------
    patterns : array_like, (P, n)
        Patterns of ±1 or booleans.

    Returns
    -------
    PixelCouplings
        Scaled so that the mean field of the stored patterns is 1.

    Raises
    ------
    ValueError
        For other values, or where the patterns cancel.

    Examples
    --------
    >>> covariance([[1, 1, -1, -1]]).field([1, 1, -1, -1])
    array([ 1.,  1., -1., -1.])

    References
    ----------
    Sejnowski, J. Math. Biol. 4:303 (1977). Tsodyks & Feigel'man, Europhys. Lett. 6:101 (1988).
    """
    patterns = _signed("covariance", patterns)
    _warn_load("covariance", len(patterns), patterns.shape[1], HEBBIAN_LOAD)
    mean = patterns.sum(axis=0) / (len(patterns) + 1)
    plain = factored_couplings((patterns - mean).T, patterns - mean)
    coupled = _normalised(plain, patterns, patterns - mean, mean)
    return replace(coupled, bias=mean - coupled.field(mean))


def storkey(patterns: ArrayLike) -> PixelCouplings:
    """Learn pattern by pattern, and from each only what the others do not say already: Storkey's rule.

    ::

        W ← W + (1/n)(ξ ξᵀ − ξ hᵀ − h ξᵀ),      h_ij = Σ_{k≠i,j} W_ik ξ_k

    It is as local as Hebb's rule and holds more: n / √(2 ln n) patterns without an error. It takes O(n²)
    operations per pattern.

    Parameters
    ----------
    patterns : array_like, (P, n)
        Patterns of ±1 or booleans.

    Returns
    -------
    PixelCouplings
        Scaled so that the mean field of the stored patterns is 1.

    Raises
    ------
    ValueError
        For other values, or where the patterns cancel.

    Examples
    --------
    >>> storkey([[1, 1, -1]]).toarray()
    array([[ 0. ,  0.5, -0.5],
           [ 0.5,  0. , -0.5],
           [-0.5, -0.5,  0. ]])

    References
    ----------
    Storkey & Valabregue, Neural Networks 12:869 (1999).
    """
    patterns = _signed("storkey", patterns)
    n = patterns.shape[1]
    _warn_load("storkey", len(patterns), n, 1.0 / np.sqrt(2.0 * np.log(max(n, 2))))
    return _normalised(PixelCouplings.of(_storkey_steps(np.zeros((n, n)), patterns)), patterns)


def _storkey_steps(weights: FloatArray, patterns: FloatArray) -> FloatArray:
    n = len(weights)
    for pattern in patterns:
        field = weights @ pattern                   # h_ij = field_i − W_ij ξ_j, and ξ_j² = 1
        crossed = np.outer(pattern, field)
        weights = weights + (np.outer(pattern, pattern) - crossed - crossed.T + 2.0 * weights) / n
        np.fill_diagonal(weights, 0.0)
    return weights


def projection(patterns: ArrayLike, ridge: str | float = "auto", diagonal: str = "removed") -> PixelCouplings:
    """Project on the span of the patterns: the pseudo-inverse rule, which keeps related patterns apart.

    ::

        W ∝ Xᵀ (K + Λ)⁻¹ X / n,      K = X Xᵀ / n,      X the patterns (P, n),     Λ = diag(λ)

    For Λ = 0 every stored pattern reproduces itself, however related they are. Without the diagonal of W
    the basins of attraction are larger. A ridge Λ widens them further, and takes from each pattern's own
    field what tells it from near-duplicates. Linearly dependent patterns add nothing to the span; for
    ``ridge=0`` a warning names them.

    Parameters
    ----------
    patterns : array_like, (P, n)
        Patterns of ±1 or booleans.
    ridge : str or float
        ``"auto"``: one λ per pattern, 0.03 or as much of it as leaves every pixel of that pattern a field ξ
        h of at least a quarter of the mean. A number: the same λ for all, 0 to 0.02 for related pictures,
        0.1 to 0.3 for many unrelated patterns.
    diagonal : str
        ``"removed"`` or ``"kept"``.

    Returns
    -------
    PixelCouplings
        Scaled so that the mean field of the stored patterns is 1.

    Raises
    ------
    ValueError
        For other values, or where the span is the whole space, so that W would vanish.

    Examples
    --------
    >>> couplings = projection([[1, 1, 1, -1, -1, 1], [1, 1, 1, -1, 1, -1]], ridge=0)
    >>> couplings.field([1, 1, 1, -1, -1, 1]) > 0
    array([ True,  True,  True, False, False,  True])

    References
    ----------
    Personnaz, Guyon & Dreyfus, J. Physique Lett. 46:L359 (1985). Kanter & Sompolinsky, Phys. Rev. A 35:380
    (1987).
    """
    checks.one_of("projection", "diagonal", diagonal, ("removed", "kept"))
    ridge, patterns = as_ridge("projection", ridge), _signed("projection", patterns)
    count, n = patterns.shape
    overlaps = patterns @ patterns.T / n
    values, vectors = _span(overlaps) if ridge != "auto" or count >= n else (np.empty(count), np.empty(0))
    rank = len(values)
    if rank >= n and diagonal == "removed":
        raise ValueError(f"projection: {rank} independent patterns of {n} pixels leave nothing to correct; "
                         f"store fewer than {n}")
    _warn_load("projection", rank, n, PROJECTION_LOAD)
    if rank < count and ridge == 0:
        _warn_dependent(patterns, rank)
    couplings = (_ridged(patterns, overlaps, diagonal) if isinstance(ridge, str)
                 else _evenly_ridged(patterns, values, vectors, ridge))
    return _normalised(replace(couplings, diagonal=np.zeros(n)) if diagonal == "kept" else couplings,
                       patterns)


def _span(pattern_overlaps: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the eigenvalues (r,) of K that are not zero, and their vectors (P, r)."""
    values, vectors = np.linalg.eigh(pattern_overlaps)
    kept = values > len(values) * np.finfo(float).eps * values[-1]
    return values[kept], vectors[:, kept]


def as_ridge(owner: object, ridge: str | float) -> str | float:
    """Check the `ridge` of `projection`: ``"auto"`` or a number that is not negative."""
    if isinstance(ridge, str):
        return str(checks.one_of(owner, "ridge", ridge, ("auto",)))
    checked: float = checks.single_number(owner, "ridge", checks.non_negative(owner, "ridge", ridge))
    return checked


def _evenly_ridged(patterns: FloatArray, values: FloatArray, vectors: FloatArray,
                   ridge: float) -> PixelCouplings:
    """Return W with the same λ for all patterns, from the span of K."""
    basis = patterns.T @ (vectors / np.sqrt(values * patterns.shape[1]))    # (n, r), orthonormal
    return factored_couplings(basis * (values / (values + ridge)), basis.T)


def _ridged(patterns: FloatArray, pattern_overlaps: FloatArray, diagonal: str) -> PixelCouplings:
    """Return W = Xᵀ Y / n, Y = (K + diag λ)⁻¹ X, with the largest λ that leave every pattern its margin.

    λ_μ is the largest of LARGEST_RIDGE · SHRINK^k for which the field of pattern μ is at least MARGIN. As K
    Y = X − λ Y, the fields of all patterns need no product with W: ξ_i^μ h_i^μ = 1 − λ_μ ξ_i^μ Y_i^μ −
    W_ii.
    """
    ridge = np.full(len(patterns), LARGEST_RIDGE)
    while True:
        solved = np.linalg.solve(pattern_overlaps + np.diag(ridge), patterns)
        own = np.einsum("pi,pi->i", patterns, solved) / patterns.shape[1] if diagonal == "removed" else 0.0
        field = 1.0 - ridge[:, None] * patterns * solved - own
        weak: BoolArray = (field.min(axis=1) < MARGIN * field.mean()) & (ridge > LEAST_RIDGE)
        if not weak.any():
            return factored_couplings(patterns.T, solved / patterns.shape[1])
        ridge[weak] *= SHRINK


def perceptron(patterns: ArrayLike, sweeps: int = 1000, tolerance: float = 1e-3) -> PixelCouplings:
    """Make every row of W the perceptron of optimal stability, the shortest that is stable.

    ::

        minimise |w_i|²  such that  ξ_i^μ Σ_{j≠i} w_ij ξ_j^μ ≥ 1  for all μ
        W_ij = (1/n) Σ_μ e_i^μ ξ_i^μ ξ_j^μ,      e ← max(0, e + γ (1 − ξ h))

    AdaTron finds the embedding strengths e ≥ 0, of all pixels at once and with Nesterov's momentum, as
    related patterns take thousands of sweeps without it. The solution exists up to P = 2n for unbiased
    patterns; W is not symmetric.

    Parameters
    ----------
    patterns : array_like, (P, n)
        Patterns of ±1 or booleans.
    sweeps : int
        Largest number of sweeps; a warning says where they do not suffice.
    tolerance : float
        Dimensionless: stability may fall short of 1 by this much.

    Returns
    -------
    PixelCouplings
        Scaled so that the mean field of the stored patterns is 1.

    Raises
    ------
    ValueError
        For other values, or where the patterns cancel.

    Examples
    --------
    >>> perceptron([[1, 1, -1]]).toarray()
    array([[ 0. ,  0.5, -0.5],
           [ 0.5,  0. , -0.5],
           [-0.5, -0.5,  0. ]])

    References
    ----------
    Anlauf & Biehl, Europhys. Lett. 10:687 (1989). Gardner, J. Phys. A 21:257 (1988).
    """
    patterns, sweeps = _signed("perceptron", patterns), checks.integer("perceptron", "sweeps", sweeps)
    checks.positive("perceptron", "tolerance", tolerance)
    n = patterns.shape[1]
    _warn_load("perceptron", len(patterns), n, PERCEPTRON_LOAD)
    strength, stability = _adatron(patterns, sweeps, tolerance)
    if not _is_optimal(strength, stability, tolerance):
        warnings.warn(f"perceptron: {sweeps} sweeps over {len(patterns)} patterns of {n} pixels did not "
                      f"converge; the least stable pixel has the field {stability.min():.2f} instead of 1",
                      stacklevel=3)
    return _normalised(factored_couplings((strength * patterns).T / n, patterns), patterns)


def _adatron(patterns: FloatArray, sweeps: int, tolerance: float) -> tuple[FloatArray, FloatArray]:
    """Return embedding strengths e and stabilities ξ h, both (P, n), after at most so many sweeps."""
    pattern_overlaps = patterns @ patterns.T / patterns.shape[1]
    rate = 1.0 / np.linalg.eigvalsh(pattern_overlaps)[-1]
    strength = stability = step = gained = np.zeros(patterns.shape)
    for sweep in range(sweeps):
        ahead = sweep / (sweep + 3)
        before, reached = strength, stability
        strength = np.maximum(strength + ahead * step + rate * (1.0 - stability - ahead * gained), 0.0)
        # ξ h; each pixel's own contribution is e/n summed over μ, signs cancelling
        own = patterns * np.sum(strength, axis=0) / patterns.shape[1]
        stability = patterns * (pattern_overlaps @ (strength * patterns) - own)
        step, gained = strength - before, stability - reached
        if _is_optimal(strength, stability, tolerance):
            break
    return strength, stability


def _is_optimal(strength: FloatArray, stability: FloatArray, tolerance: float) -> bool:
    """Is every pixel stable, and none stronger than it need be?"""
    return bool(np.abs(np.minimum(strength, stability - 1.0)).max() <= tolerance)


LEARNING_RULES: dict[str, Callable[[FloatArray], PixelCouplings]] = {
    "covariance": covariance, "hebbian": hebbian, "perceptron": perceptron, "projection": projection,
    "storkey": storkey}


def _add_storkey(couplings: PixelCouplings, patterns: FloatArray, stored: FloatArray) -> PixelCouplings:
    weights = _storkey_steps(couplings.toarray() / couplings.scale, patterns)
    return _normalised(PixelCouplings.of(weights), np.concatenate([stored, patterns]))


INCREMENTAL: dict[object, Callable[[PixelCouplings, FloatArray, FloatArray], PixelCouplings]] = {
    storkey: _add_storkey}
"""rule -> f(couplings, new patterns, stored patterns): the couplings of both, where that is cheaper than to
learn all anew."""


def _normalised(couplings: PixelCouplings, patterns: FloatArray, states: FloatArray | None = None,
                bias: FloatArray | float = 0.0) -> PixelCouplings:
    """Scale couplings so that mean(ξ h) = 1 over all stored patterns and pixels.

    h is the field of `states` (None: of the patterns) and of the `bias`.
    """
    own = np.mean(patterns * bias)
    strength = np.mean(patterns * couplings.field(patterns if states is None else states))
    if not strength > 1e-9:
        raise ValueError(f"the {len(patterns)} patterns give no field of their own: they cancel, or there "
                         "are too many of them")
    scale = float((1.0 - own) / strength)
    return replace(couplings, left=couplings.left * scale, diagonal=couplings.diagonal * scale,
                   scale=couplings.scale * scale)


def _signed(rule: str, patterns: ArrayLike) -> FloatArray:
    return as_patterns(rule, patterns, np.shape(patterns)[-1] if np.ndim(patterns) else 0)


def _warn_load(rule: str, load: int, n: int, limit: float) -> None:
    if load > max(1, limit * n):
        warnings.warn(f"{load} patterns are more than the {rule} rule can hold: about {int(limit * n)} of "
                      f"{n} pixels", stacklevel=4)


def _warn_dependent(patterns: FloatArray, rank: int) -> None:
    from scipy.linalg import qr

    order = qr(patterns.T, mode="r", pivoting=True)[1]
    dependent = ", ".join(map(str, sorted(order[rank:])[:8]))
    warnings.warn(f"patterns {dependent} depend linearly on the others and add nothing; with a ridge, "
                  "projection(patterns, ridge=0.01), they count", stacklevel=4)
