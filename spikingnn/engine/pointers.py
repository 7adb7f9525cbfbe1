"""Kernels by address: the tables of the time loop hold addresses of machine code, which compiled code calls.

So the loop takes nothing but arrays and is compiled once for all kernels, however many a network has. An
error in a kernel reaches the caller of the loop. An address is valid in its process and as long as its
function lives; it is never kept in a file or a copy. In plain Python (``NUMBA_DISABLE_JIT=1``) it is the
number of a function in a dictionary.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import types
from numba.core import cgutils
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import lower_builtin

from .jit import jitted
from .references import type_of
from .tables import Connections, Filters, Groups, Rules, Values, Wiring

__all__ = ["SIGNATURES", "address_of", "call_coupling", "call_efficacy_kernel", "call_heterogeneous",
           "call_heterogeneous_filter", "call_homogeneous", "call_homogeneous_filter", "call_on_post",
           "call_on_pre", "call_stage", "stage"]

TABLES = map(type_of, (Groups, Values, Filters, Connections, Rules, Wiring))
VECTOR, MATRIX, FLAGS = types.float64[::1], types.float64[:, ::1], types.boolean[::1]
SIGNATURES = {
    "homogeneous": types.void(MATRIX, VECTOR, VECTOR, MATRIX, FLAGS, types.float64, types.uint64),
    "heterogeneous": types.void(MATRIX, MATRIX, VECTOR, MATRIX, FLAGS, types.float64, types.uint64),
    "on_pre": types.void(VECTOR, MATRIX, VECTOR, MATRIX, VECTOR, types.float64, types.uint64),
    "on_post": types.void(VECTOR, MATRIX, MATRIX, VECTOR, VECTOR, types.float64, types.uint64),
    "efficacy": types.float64(VECTOR, VECTOR, types.float64, types.uint64),
    "release": types.void(VECTOR, MATRIX, VECTOR, MATRIX, VECTOR, types.float64, types.uint64),
    "homogeneous_filter": types.void(MATRIX, VECTOR, VECTOR, VECTOR, MATRIX, types.float64, types.uint64),
    "heterogeneous_filter": types.void(MATRIX, MATRIX, VECTOR, VECTOR, MATRIX, types.float64, types.uint64),
    "coupling": types.float64(types.float64, types.float64),
    "stage": types.void(*5 * [types.int64], types.float64, types.int32[::1], types.int64[::1], *TABLES),
}

_python_functions: dict[int, Callable[..., Any]] = {}


def address_of(function: Any, variant: str) -> int:
    """Return the address of a function that is compiled for the signature of `variant`.

    Parameters
    ----------
    function : function
        What `jitted` returned for that signature; a plain Python function if compilation is disabled.
    variant : str
        Key of `SIGNATURES`.
    """
    if not hasattr(function, "overloads"):
        _python_functions[id(function)] = function
        return id(function)
    compiled = function.overloads[SIGNATURES[variant].args]
    return int(compiled.library.get_pointer_to_function(compiled.fndesc.llvm_func_name))


class Stage:
    """A stage of the time loop that is compiled where a network first needs it."""

    def __init__(self, python: Callable[..., Any], what: str) -> None:
        self.python, self.what, self._address = python, what, 0

    def address(self) -> int:
        """Return where the machine code lies in this process."""
        if not self._address:
            self._compiled = jitted(SIGNATURES["stage"], announce=self.what, _nrt=False,
                                    no_cpython_wrapper=True, no_cfunc_wrapper=True)(self.python)
            self._address = address_of(self._compiled, "stage")
        return self._address


def stage(what: str) -> Callable[[Callable[..., Any]], Stage]:
    """Return a decorator of a stage, which belongs to `what`: plasticity, for instance."""
    return lambda python: Stage(python, what)


def _caller(variant: str) -> Callable[..., Any]:
    """Return ``call(address, *arguments)`` for kernels of one variant."""
    wanted: Any = SIGNATURES[variant]

    def call(address: int, *arguments: Any) -> Any:
        return _python_functions[address](*arguments)

    class Typed(AbstractTemplate):
        key = call

        def generic(self, arguments, keywords):
            return signature(wanted.return_type, types.int64, *wanted.args)

    @lower_builtin(call, types.int64, *wanted.args)
    def lowered(context, builder, signature, values):
        convention, (address, *arguments) = context.call_conv, values
        kind = convention.get_function_type(wanted.return_type, wanted.args)
        function = builder.inttoptr(address, kind.as_pointer())
        status, result = convention.call_function(
            builder, function, wanted.return_type, wanted.args, arguments)
        with cgutils.if_unlikely(builder, status.is_error):
            convention.return_status_propagate(builder, status)
        return context.get_dummy_value() if wanted.return_type == types.void else result

    infer_global(call, types.Function(Typed))
    return call


call_homogeneous, call_heterogeneous = _caller("homogeneous"), _caller("heterogeneous")
call_on_pre, call_on_post = _caller("on_pre"), _caller("on_post")
call_efficacy_kernel, call_coupling = _caller("efficacy"), _caller("coupling")
call_stage = _caller("stage")
call_homogeneous_filter = _caller("homogeneous_filter")
call_heterogeneous_filter = _caller("heterogeneous_filter")
