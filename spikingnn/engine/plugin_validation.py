"""Mistakes that can be seen in the class of a neuron model or a rule, before anything is compiled."""

from __future__ import annotations

import inspect

import numpy as np

from .._util import checks
from .kernel import ARGUMENTS
from .plugin import Kernel, NeuronModel, Rule


__all__ = ["validate_plugin"]

HOOKS = {"step": ("homogeneous", "step_kernel"), "on_pre": ("on_pre", "on_pre_kernel"),
         "on_post": ("on_post", "on_post_kernel"), "on_tick": ("on_post", "on_tick_kernel"),
         "efficacy": ("efficacy", "efficacy_kernel")}


def validate_plugin(plug_in: NeuronModel | Rule) -> None:
    """Refuse a model or rule that is no frozen dataclass or has no marked kernel: TypeError."""
    _check_dataclass(type(plug_in))
    is_model = isinstance(plug_in, NeuronModel)
    for flag in ("conductances", "takes_current") if is_model else ("memory", "reward_modulated"):
        if not isinstance(getattr(plug_in, flag), (bool, np.bool_)):
            checks.fail(plug_in, flag, getattr(plug_in, flag), "True or False", TypeError)
    if isinstance(plug_in, NeuronModel):
        states = plug_in.states
        if isinstance(states, str) or not states or not all(isinstance(state, str) for state in states):
            checks.fail(plug_in, "states", states, 'a tuple of names such as ("v",)', TypeError)
    _check_kernels(plug_in, ["step"] if is_model else ["on_pre", "on_post", "on_tick", "efficacy"])


def _check_dataclass(kind: type) -> None:
    parameters = getattr(kind, "__dataclass_params__", None)
    missing = [name for name, annotation in inspect.get_annotations(kind).items()
               if name not in getattr(kind, "__dataclass_fields__", {})
               and not any(special in str(annotation) for special in ("ClassVar", "KW_ONLY"))]
    if parameters is None or missing or not parameters.frozen:
        raise TypeError(f"{kind.__name__} must be a frozen dataclass: "
                        f"write @dataclass(frozen=True, eq=False) above `class {kind.__name__}`")


def _check_kernels(plug_in: NeuronModel | Rule, names: list[str]) -> None:
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


def _is_marked(plug_in: NeuronModel | Rule, name: str) -> bool:
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
