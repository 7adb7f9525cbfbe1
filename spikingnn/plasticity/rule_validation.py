"""Validation of a rule in plain Python before it is compiled, since the engine has no bounds checks."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, cast

import numpy as np

from .._util import checks
from .._util.typing import FloatArray
from ..engine.kernel_validation import call_in_python
from ..engine.plugin import POTENTIAL, Rule, TraceMode, check_numbers, check_sequence
from ..engine.plugin_validation import validate_plugin


def validate_rule(rule: Rule, dt: float = 0.1) -> None:
    """Refuse a rule that the engine could not run with steps of `dt` ms; the message names what is wrong.

    The hooks are called on one synapse and on a few.

    Parameters
    ----------
    rule : Rule
        Plasticity rule.
    dt : float
        ms: time step.

    Raises
    ------
    ValueError, TypeError
        If the rule is no frozen dataclass or has no hooks, a field is an array, a trace is not (tau,
        mode), an interval is missing, or a hook reads or writes a trace, a parameter or a state that the
        rule does not declare.

    Examples
    --------
    >>> from spikingnn import STDP
    >>> from spikingnn.plasticity.rule_validation import validate_rule
    >>> validate_rule(STDP())
    """
    validate_plugin(rule)
    for field in fields(cast(Any, rule)):
        if isinstance(getattr(rule, field.name), np.ndarray):
            accepted = "one number (give each value a SynapseGroup of its own)"
            checks.fail(rule, field.name, getattr(rule, field.name), accepted)
    for side in ("pre_traces", "post_traces"):
        _check_traces(rule, side)
    if rule.on_tick is not None:
        checks.positive(rule, "interval", rule.interval)
    first = check_numbers(rule, "initial", check_sequence(rule, "initial", rule.initial()))
    if first.shape != (len(rule.synapse_state),):
        checks.fail(rule, "initial()", first, f"one number for each of {tuple(rule.synapse_state)}")
    params = np.array(_params(rule, dt), dtype=np.float64)
    for size, level in ((1, 0.0), (1, 1.0), (5, 0.5)):
        _try_hooks(rule, size, level, params)


def _check_traces(rule: Rule, side: str) -> None:
    modes = (*TraceMode,) if side == "post_traces" else tuple(mode for mode in TraceMode if mode < POTENTIAL)
    accepted = f"a tuple of (tau in ms, {' | '.join(mode.name for mode in modes)})"
    traces = getattr(rule, side)
    if not callable(traces):
        raise TypeError(f"{checks.owner_name(rule)}.{side} must be a method that returns {accepted}")
    traces = traces()
    if not isinstance(traces, (tuple, list)):
        checks.fail(rule, side, traces, f"a tuple with {accepted} for each trace", TypeError)
    for trace in traces:
        try:
            tau, mode = trace
        except (TypeError, ValueError):
            checks.fail(rule, side, trace, accepted, TypeError)
        if mode not in modes:
            checks.fail(rule, side, trace, accepted)
        if mode < POTENTIAL:
            checks.positive(rule, side, tau, infinite=True)
        else:
            checks.non_negative(rule, side, tau)


def _params(rule: Rule, dt: float) -> list[float]:
    params = check_sequence(rule, "step_coefficients", rule.step_coefficients(dt))
    values = [checks.single_number(rule, "step_coefficients()", value) for value in params]
    return [float(check_numbers(rule, "step_coefficients", value)) for value in values]


def _try_hooks(rule: Rule, size: int, level: float, params: FloatArray) -> None:
    n_pre, n_post, n_states = len(rule.pre_traces()), len(rule.post_traces()), len(rule.synapse_state)
    states = f" and the synaptic state {tuple(rule.synapse_state)}" if n_states else ""
    declared = f"{n_pre} presynaptic and {n_post} postsynaptic traces, {params.size} params{states}"
    call = (params, 0.0, np.uint64(1))

    def called(name: str, *arguments: Any) -> Any:
        kernel = getattr(rule, name)
        if kernel is None:
            return 1.0
        with np.errstate(over="ignore"):
            factor, problem = call_in_python(kernel, lambda array: f"the rule declares {declared}",
                                             *arguments)
        if problem is not None:
            what = f"{checks.owner_name(rule)}.{name} takes other traces or params than the rule declares"
            raise ValueError(f"{what}: {problem}") from None
        return factor

    def synapses() -> tuple[FloatArray, FloatArray]:
        return np.ones(size), np.full((n_states, size), level)

    for name in ("on_pre", "release"):
        called(name, *synapses(), np.full(n_pre, level), np.full((n_post, size), level), *call)
    for name in ("on_post", "on_tick"):
        called(name, *synapses(), np.full((n_pre, size), level), np.full(n_post, level), *call)
    factor = called("efficacy", np.full(n_pre, level), *call)
    if rule.efficacy is not None:
        checks.number(rule, "efficacy", factor, "a kernel that returns a number", infinite=True)


def structure(rules: tuple[Rule, ...]) -> list[Any]:
    """Return what of the rules a network is laid out for: it cannot change between runs."""
    kept: list[Any] = []
    for rule in rules:
        modes = tuple(tuple(mode for _, mode in traces) for traces in (rule.pre_traces(), rule.post_traces()))
        hooks = rule.on_pre, rule.on_post, rule.on_tick, rule.efficacy, rule.release
        kept.append((hooks, modes, rule.synapse_state, rule.interval, len(rule.step_coefficients(1.0))))
    return kept
