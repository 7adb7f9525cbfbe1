"""Weights as they are given and returned: parsed, of the right sign, and read-only as copies."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._util import checks
from ._util.guarded import read_only
from ._util.typing import IntArray
from .connectivity import AllToAll, Builder
from .engine.matrices import DenseWeights, Factored, SparseWeights, WeightForm
from .engine.plugin import Rule
from .synapses import Synapse


__all__ = ["as_weight_form", "check_sign", "check_sign_of_rule", "is_scipy_sparse", "per_synapse",
           "read_only_weight"]


def is_scipy_sparse(weight: object) -> bool:
    """Return whether `weight` is a matrix of scipy.sparse."""
    return hasattr(weight, "tocsr") and hasattr(weight, "nnz")


def as_weight_form(owner: object, synapse: Synapse, weight: Any, shape: tuple[int, int]) -> WeightForm:
    """Return what a user gave as weights in one of the engine's forms, or as the builder that it is.

    Parameters
    ----------
    owner : SynapseGroup
        In whose name wrong weights are refused.
    synapse : Synapse
        Synapse model, which says whether weights can be negative.
    weight : number, array (n_pre, n_post), scipy.sparse, Factored or Builder
        Weights. Arrays are copied if the caller could write into them.
    shape : tuple of int
        (n_pre, n_post).

    Raises
    ------
    ValueError, TypeError
        If the weights are no finite numbers, of another shape, or of the wrong sign.
    """
    if isinstance(weight, Builder):
        check_sign(owner, synapse, weight)
        return weight
    if is_scipy_sparse(weight):
        checks.number(owner, "weight", weight.tocoo().data)
        form: DenseWeights | SparseWeights | Factored = SparseWeights.of(weight)
    elif isinstance(weight, Factored):
        form = weight
    else:
        accepted = "a number, an (n_pre, n_post) array, scipy.sparse, Factored or a builder"
        checked = checks.number(owner, "weight", weight, accepted)
        check_sign(owner, synapse, checked)
        if not isinstance(checked, np.ndarray):
            return AllToAll(checked)
        if checked.ndim != 2:
            checks.fail(owner, "weight", checked.shape, f"of shape (n_pre, n_post) = {shape}")
        form = DenseWeights(_own_copy(checked, weight))
    if form.shape != shape:
        checks.fail(owner, "weight", form.shape, f"of shape (n_pre, n_post) = {shape}")
    check_sign(owner, synapse, form)
    return form


def _own_copy(array: NDArray[Any], given: object) -> NDArray[Any]:
    """`array`, copied if it is the one that was given: later changes of that have no effect."""
    return np.array(array) if array is given and array.flags.writeable else array


def per_synapse(owner: object, name: str, values: Any, now: Any, order: IntArray,
                rng: np.random.Generator) -> Any:
    """Return a state of the synapses in the engine's order: one number, or (synapses,).

    Parameters
    ----------
    owner : SynapseGroup
        In whose name wrong values are refused.
    name : str
        Name of the state.
    values : number, array (n_pre, n_post), array (synapses,), scipy.sparse or function
        As they were given; (synapses,) by source, then target.
    now : array or scipy.sparse
        Matrix of the synapses that there are.
    order : array (synapses,)
        Where each synapse of `now` is among those of the engine.
    rng : numpy.random.Generator
        What ``values(rng, size)`` draws from.

    Raises
    ------
    ValueError, TypeError
        If there is not one finite number for each synapse.
    """
    if callable(values):
        values = values(rng, order.size)
    form = DenseWeights(now) if isinstance(now, np.ndarray) else SparseWeights.of(now)
    given: Any = SparseWeights.of(values) if is_scipy_sparse(values) else checks.number(owner, name, values)
    if isinstance(given, float):
        return given
    in_order = np.empty(order.size)
    in_order[order] = checks.number(owner, name, form.per_synapse(owner, name, given))
    return in_order


def read_only_weight(weight: Any) -> Any:
    """Return weights that say how to change them if they are written into."""
    advice = ("synapses.weight is a copy; write w = synapses.weight.copy(), change w, "
              "then synapses.weight = w")
    if isinstance(weight, np.ndarray):
        return read_only(weight, advice)
    if not is_scipy_sparse(weight):
        return weight
    from ._util.read_only_matrix import read_only_matrix
    return read_only_matrix(weight, advice)


def check_sign(owner: object, synapse: Synapse, weight: WeightForm | ArrayLike) -> None:
    """Refuse negative weights if they are conductances."""
    if not synapse.sends_conductance:
        return
    lowest = weight.lowest() if isinstance(weight, WeightForm) else float(np.min(weight, initial=0.0))
    if lowest < 0:
        checks.fail(owner, "weight", lowest, f"zero or positive for a {type(synapse).__name__}: a "
                    "conductance has no sign, and inhibition is a reversal potential below rest")


def check_sign_of_rule(synapse: Synapse, rule: Rule) -> None:
    """Refuse a rule that can make conductances negative; one without bounds is checked while it runs."""
    low: float = getattr(rule, "w_min", 0.0)
    has_bound = "w_min" in (field.name for field in fields(rule))
    if synapse.sends_conductance and low < 0 and (np.isfinite(low) or has_bound):
        checks.fail(rule, "w_min", low, "zero or positive where the weights are conductances")
