"""Kernels: plain Python functions over arrays, compiled at first use with one fixed signature per kind.

The engine calls them by address (`spikingnn.engine.pointers`), so that it is compiled once and cached for
every network there will ever be.

========  ==========================================================================  ==========="""

from __future__ import annotations

import ast
import functools
import inspect
import sys
import textwrap
from collections.abc import Callable
from typing import Any

from .jit import jitted
from .pointers import SIGNATURES, address_of


__all__ = ["ARGUMENTS", "Kernel"]

ARGUMENTS = {
    "homogeneous": ("state", "coefficients", "current", "conductance", "spikes", "dt", "key"),
    "homogeneous_filter": ("state", "coefficients", "v", "current", "conductance", "dt", "key"),
    "coupling": ("pre", "post"),
    "on_pre": ("weight", "state", "pre", "post", "params", "t", "key"),
    "on_post": ("weight", "state", "pre", "post", "params", "t", "key"),
    "efficacy": ("pre", "params", "t", "key"),
    "release": ("factor", "state", "pre", "post", "params", "t", "key"),
}
OLD_HOOKS = (("weight", "memory", "pre", "post", "params"), ("pre", "params"))      # of version 0.1


class Kernel:
    """A kernel before it is compiled: `python` as written, `compiled(variant)` as machine code.

    The compiler's options are fixed here and nowhere else: no fast-math, so that the compiled kernel and
    the plain Python function give the same bits.

    Parameters
    ----------
    python : function
        The kernel; its arguments must have the names of its kind.
    variants : tuple of str
        Signatures under which it can be compiled, such as ``("homogeneous", "heterogeneous")`` or
        ``("on_pre",)``.
    draws_per_unit : int, optional
        Of a step that advances each unit without a look at the others: how many random numbers it reserves
        for each. None: it sees all units of its group.
    remembers_current : bool
        Of a step: whether `current` may be empty where it is that of the step before.

    Raises
    ------
    TypeError
        If the function takes other arguments or is a generator.
    """

    def __init__(self, python: Callable[..., Any], variants: tuple[str, ...],
                 draws_per_unit: int | None = None, remembers_current: bool = False) -> None:
        python = getattr(python, "__func__", python)            # below @staticmethod or above it
        expected, found = ARGUMENTS[variants[0]], tuple(inspect.signature(python).parameters)
        if found != expected:
            hint = " (without self)" if found[:1] == ("self",) else ""
            hint = " instead of those of version 0.1 (memory is state[0])" if found == OLD_HOOKS[0] else hint
            hint = " instead of those of version 0.1" if found == OLD_HOOKS[1] else hint
            raise TypeError(f"{python.__qualname__} must take ({', '.join(expected)}){hint}, "
                            f"got ({', '.join(found)})")
        if inspect.isgeneratorfunction(python) or inspect.iscoroutinefunction(python):
            raise TypeError(f"{python.__qualname__} must be a plain function, without yield and async")
        self.python, self.variants, self.draws_per_unit = python, variants, draws_per_unit
        self.remembers_current = remembers_current
        self.validated: set[Any] = set()                # shapes that were tried out
        self._compiled: dict[str, Any] = {}
        self._addresses: dict[str, int] = {}
        as_function: Any = self
        functools.update_wrapper(as_function, python)
        self.__qualname__: str

    @functools.cached_property
    def is_separable(self) -> bool:
        """Whether it can be called for some of the units of a group: it says so, and takes rows alone."""
        if self.draws_per_unit is None:
            return False
        try:
            tree = ast.parse(textwrap.dedent(inspect.getsource(self.python)))
        except (OSError, TypeError, SyntaxError):               # typed at a prompt
            return False
        given = {"state", "conductance"} | ({"coefficients"} if "heterogeneous" in self.variants else set())
        unpacked = {id(node.args[0]) for node in ast.walk(tree)
                    if isinstance(node, ast.Call) and ast.unparse(node.func) == "rows" and node.args}
        return all(id(node) in unpacked for node in ast.walk(tree)
                   if isinstance(node, ast.Name) and node.id in given)

    def __reduce__(self) -> str | tuple[Any, ...]:
        """By name if a module has it, else as the Python function; never as machine code."""
        found: Any = sys.modules.get(self.__module__) if self.__module__ != "__main__" else None
        for name in self.__qualname__.split("."):
            found = getattr(found, name, None)
        arguments = self.python, self.variants, self.draws_per_unit, self.remembers_current
        return self.__qualname__ if found is self else (type(self), arguments)

    def __deepcopy__(self, memo: Any) -> Kernel:
        return self

    def __repr__(self) -> str:
        return self.__qualname__.rpartition("<locals>.")[2]

    def compiled(self, variant: str) -> Any:
        """Return the function of `variant` ("homogeneous", "on_pre" …), compiled at its first use."""
        if variant not in self.variants:
            raise TypeError(f"{self.__qualname__} is a kernel of kind {self.variants[0]!r} "
                            f"and cannot serve as {variant!r}")
        if variant not in self._compiled:
            self._compiled[variant] = jitted(SIGNATURES[variant], no_cfunc_wrapper=True)(self.python)
        return self._compiled[variant]

    def address(self, variant: str) -> int:
        """Return where the machine code of `variant` lies in this process, for the tables of the engine."""
        if variant not in self._addresses:
            self._addresses[variant] = address_of(self.compiled(variant), variant)
        return self._addresses[variant]
