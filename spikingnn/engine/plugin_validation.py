"""Mistakes that can be seen in the class of a neuron model or a rule, before anything is compiled."""

from __future__ import annotations

import inspect
from functools import lru_cache
from typing import Any, TypeAlias, Union

import numpy as np

from .._util import checks
from .kernel import ARGUMENTS
from .plugin import Kernel, NeuronModel, Rule, Synapse


__all__ = ["validate_plugin"]

HOOKS = {"step": ("homogeneous", "step_kernel"), "on_pre": ("on_pre", "on_pre_kernel"),
         "on_post": ("on_post", "on_post_kernel"), "on_tick": ("on_post", "on_tick_kernel"),
         "efficacy": ("efficacy", "efficacy_kernel"), "release": ("release", "release_kernel"),
         "filter": ("homogeneous_filter", "filter_kernel")}
OLD = {"memory": 'synapse_state = ("memory",), which the hooks see as state[0]',
       "reward_modulated": "(0.0, SIGNAL) among its post_traces(), the last row of post in the hooks"}


PlugIn: TypeAlias = Union[NeuronModel, Rule, Synapse]


def validate_plugin(plug_in: PlugIn) -> None:
    """Refuse a model or rule that is no frozen dataclass or has no marked kernel: TypeError."""
    kind: Any = type(plug_in)
    _check_dataclass(kind)
    kernels = ["on_pre", "on_post", "on_tick", "efficacy", "release"]
    flags: list[str] = []
    if isinstance(plug_in, NeuronModel):
        kernels, flags = ["step"], ["conductances", "counts", "takes_current"]
        _check_names(plug_in, "states", plug_in.states, 'a tuple of names such as ("v",)', least=1)
    elif isinstance(plug_in, Synapse):
        kernels, flags = ["filter"], ["sends_conductance", "uses_spikes"]
        _check_names(plug_in, "states", plug_in.states, 'a tuple of names such as ("s",)', least=0)
    else:
        _check_rule(plug_in)
    for flag in flags:
        if not isinstance(getattr(plug_in, flag), (bool, np.bool_)):
            checks.fail(plug_in, flag, getattr(plug_in, flag), "True or False", TypeError)
    if isinstance(plug_in, Synapse) and not plug_in.states:
        return                                          # a synapse without a state needs no kernel
    _check_kernels(plug_in, kernels)


def _check_rule(rule: Rule) -> None:
    """Refuse the declarations of version 0.1 and synaptic states without names."""
    for old, new in OLD.items():
        if hasattr(rule, old) and old not in getattr(rule, "__dataclass_fields__", {}):
            raise TypeError(f"{checks.owner_name(rule)}.{old} is of version 0.1: declare {new}")
    _check_names(rule, "synapse_state", rule.synapse_state, 'a tuple of names such as ("c",)', least=0)


def _check_names(plug_in: object, field: str, names: Any, accepted: str, least: int) -> None:
    """Refuse what is no tuple of at least `least` different names."""
    sound = isinstance(names, (tuple, list)) and all(isinstance(name, str) and name for name in names)
    if not sound or len(set(names)) < len(names) or len(names) < least:
        checks.fail(plug_in, field, names, accepted, TypeError)


@lru_cache(maxsize=256)
def _check_dataclass(kind: Any) -> None:
    parameters = getattr(kind, "__dataclass_params__", None)
    missing = [name for name, annotation in inspect.get_annotations(kind).items()
               if name not in getattr(kind, "__dataclass_fields__", {})
               and not any(special in str(annotation) for special in ("ClassVar", "KW_ONLY"))]
    if parameters is None or missing or not parameters.frozen:
        raise TypeError(f"{kind.__name__} must be a frozen dataclass: "
                        f"write @dataclass(frozen=True, eq=False) above `class {kind.__name__}`")


def _check_kernels(plug_in: PlugIn, names: list[str]) -> None:
    kind = type(plug_in)
    given = [name for name in names if _is_marked(plug_in, name)]
    if not given:
        kernels = ", ".join(f"{name}({', '.join(ARGUMENTS[HOOKS[name][0]])})" for name in names)
        decorators = ", ".join(f"@{HOOKS[name][1]}" for name in names)
        raise TypeError(f"{kind.__name__} has no kernel, one at least is needed: {kernels}, "
                        f"marked with {decorators}")
    if isinstance(plug_in, Rule):
        for name, value in inspect.getmembers_static(kind, lambda value: isinstance(value, Kernel)):
            if name not in names and not any(getattr(plug_in, hook) is value for hook in given):
                checks.one_of(kind.__name__, "kernel", name, names)


def _is_marked(plug_in: PlugIn, name: str) -> bool:
    """Return whether `plug_in` has a kernel of this name; TypeError if it has something else there."""
    kernel, (variant, decorator) = getattr(plug_in, name), HOOKS[name]
    if kernel is None:
        return False
    if not isinstance(kernel, Kernel):
        raise TypeError(f"{checks.owner_name(plug_in)}.{name} must be marked as a kernel: "
                        f"write @{decorator} above `def {name}`")
    if variant not in kernel.variants:
        raise TypeError(f"{checks.owner_name(plug_in)}.{name} must be marked with @{decorator}, "
                        f"it is a kernel of kind {kernel.variants[0]!r}")
    return True
