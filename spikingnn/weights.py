"""Weights as they are given and handed out: ours alone, of the right sign, and read-only as copies."""

from __future__ import annotations

from dataclasses import fields

import numpy as np

from ._util import checks
from ._util.guarded import read_only
from .engine.loop import CONDUCTANCE
from .engine.matrices import Factored


__all__ = ["check_sign", "check_sign_of_rule", "fixed", "kept"]

DECIDED = 1 << 22           # products of factors up to this many weights are formed to look for a sign


def kept(array, given):
    """`array` as our own: what the caller does to the one that was given changes nothing here."""
    return np.array(array) if array is given and array.flags.writeable else array


def fixed(weight):
    """Weights that say how to change them where they are written into."""
    advice = "synapses.weight is a copy; write w = synapses.weight.copy(), change w, then synapses.weight = w"
    if isinstance(weight, np.ndarray):
        return read_only(weight, advice)
    from ._util.read_only_matrix import read_only_matrix
    return read_only_matrix(weight, advice)


def check_sign(owner, synapse, weight):
    """Refuse negative `weight` (numbers, or a form of connection) where it is a conductance."""
    if synapse.kind != CONDUCTANCE:
        return
    if isinstance(weight, Factored):
        weight = weight.dense() if np.prod(weight.shape, dtype=float) <= DECIDED else 0.0
    weight = getattr(weight, "weight", weight)
    if not callable(weight) and np.size(weight) and np.min(weight) < 0:
        checks.fail(owner, "weight", float(np.min(weight)), "zero or positive for a ConductanceSynapse: a "
                    "conductance has no sign, and inhibition is a reversal potential below rest")


def check_sign_of_rule(synapse, rule):
    """The same for what a rule may make of weights; one without bounds is held to it while it runs."""
    low, own = getattr(rule, "w_min", 0.0), "w_min" in (field.name for field in fields(rule))
    if synapse.kind == CONDUCTANCE and low < 0 and (np.isfinite(low) or own):
        checks.fail(rule, "w_min", low, "zero or positive where the weights are conductances")
