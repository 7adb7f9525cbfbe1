"""What varies is a plug-in: a plain Python function over arrays, compiled at first use with one fixed signature.

A neuron model or an encoder is a frozen dataclass that derives from `NeuronModel` and carries one kernel; a plasticity
rule derives from `Rule` and carries up to four. One signature a kind lets Numba see first-class functions, so that the
engine is compiled once and cached for every network there will ever be.

======== ============================================================== =========================================
kind     arguments                                                      when
======== ============================================================== =========================================
step     state, coefficients, current, conductance, spikes, dt, key     every step, once a group
on_pre   weight (m,), memory (m,), pre (k,), post (q, m), params        a presynaptic spike arrives
on_post  weight (m,), memory (m,), pre (k, m), post (q,), params        a postsynaptic neuron spiked
on_tick  weight (m,), memory (m,), pre (k, m), post (q,), params        every `interval` ms, a postsynaptic neuron
efficacy pre (k,), params -> float                                      once an arriving spike, before delivery
======== ============================================================== =========================================
"""

from __future__ import annotations

import functools
import inspect
import math
import operator
import sys
from dataclasses import fields

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils, event
from numba.extending import (intrinsic, lower_builtin, make_attribute_wrapper, models, overload, register_jitable, register_model,
                             type_callable)

__all__ = ["ADD", "HOOK", "SET", "NeuronModel", "Rule", "efficacy_kernel", "normal", "on_post_kernel", "on_pre_kernel",
           "on_tick_kernel", "rows", "step_kernel", "uniform"]

VECTOR, MATRIX = types.float64[::1], types.float64[:, ::1]
_HOOK = (VECTOR, VECTOR)
SIGNATURES = {
    "step_same": types.void(MATRIX, VECTOR, VECTOR, MATRIX, types.boolean[::1], types.float64, types.uint64),
    "step_each": types.void(MATRIX, MATRIX, VECTOR, MATRIX, types.boolean[::1], types.float64, types.uint64),
    "on_pre": types.void(*_HOOK, VECTOR, MATRIX, VECTOR),
    "on_post": types.void(*_HOOK, MATRIX, VECTOR, VECTOR),
    "efficacy": types.float64(VECTOR, VECTOR),
}
ARGUMENTS = {
    "step_same": ("state", "coefficients", "current", "conductance", "spikes", "dt", "key"),
    "on_pre": ("weight", "memory", "pre", "post", "params"),
    "on_post": ("weight", "memory", "pre", "post", "params"),
    "efficacy": ("pre", "params"),
}


class Kernel:
    """A kernel before it is compiled: `python` is the function as written, `compiled(flavour)` its machine code.

    The compiler's options are fixed here and nowhere else: no fast-math, so that the compiled kernel and the plain
    Python function give the same bits.
    """

    def __init__(self, python, flavours):
        wanted, taken = ARGUMENTS[flavours[0]], tuple(inspect.signature(python).parameters)
        if taken != wanted:
            raise TypeError(f"{python.__qualname__} must take ({', '.join(wanted)}), got ({', '.join(taken)})")
        self.python, self.flavours = python, flavours
        self._compiled = {}
        functools.update_wrapper(self, python)

    def compiled(self, flavour):
        """The function of `flavour` ("step_same", "on_pre" …), compiled at its first use and cached beside its file."""
        if flavour not in self.flavours:
            raise TypeError(f"{self.__qualname__} is a kernel of kind {self.flavours[0]!r} and cannot serve as {flavour!r}")
        if flavour not in self._compiled:
            self._compiled[flavour] = _compile(self.python, SIGNATURES[flavour])
        return self._compiled[flavour]


def _compile(python, signature):
    if numba.config.DISABLE_JIT:
        return python
    try:
        return numba.njit(signature, cache=True, error_model="numpy")(python)
    except RuntimeError as error:           # typed at a prompt: there is no file to cache beside
        if "no locator available" not in str(error):
            raise
        return numba.njit(signature, error_model="numpy")(python)


def step_kernel(function):
    """Mark `step(state, coefficients, current, conductance, spikes, dt, key)`: advance n units by one step.

    state (n_states, n) and coefficients are unpacked with `rows`; current (n,) in nA (for an encoder the stimulus);
    conductance (2, n) holds g in µS and g·E in nA, or is (2, 0) where nothing sends any; spikes (n,) arrives all False.
    key is new at each step: `uniform(key, i)` is unit i's random number.
    """
    return Kernel(function, ("step_same", "step_each"))


def on_pre_kernel(function):
    """Mark `on_pre(weight, memory, pre, post, params)`: a presynaptic spike arrives at all its targets."""
    return Kernel(function, ("on_pre",))


def on_post_kernel(function):
    """Mark `on_post(weight, memory, pre, post, params)`: a postsynaptic neuron spiked, all its sources are seen."""
    return Kernel(function, ("on_post",))


on_tick_kernel = on_post_kernel


def efficacy_kernel(function):
    """Mark `efficacy(pre, params)`: the factor on what this presynaptic spike delivers."""
    return Kernel(function, ("efficacy",))


@step_kernel
def idle_step(state, coefficients, current, conductance, spikes, dt, key):
    """Does nothing: fills the unused places of the engine's tables."""


@on_pre_kernel
def idle_on_pre(weight, memory, pre, post, params):
    """Does nothing."""


@on_post_kernel
def idle_on_post(weight, memory, pre, post, params):
    """Does nothing."""


@efficacy_kernel
def idle_efficacy(pre, params):
    """Delivers the full weight."""
    return 1.0


class NeuronModel:
    """Base of neuron models and encoders: frozen dataclasses whose fields are scalars or (n,) arrays.

    A subclass gives `states` (the rows of `state`; the first is the membrane potential), `calibrate(dt)` (the step
    coefficients, each a scalar or an (n,) array), `step` (a `step_kernel`) and, where zero will not do, `initial`.
    """

    states = ("v",)
    conductances = False        # does `step` read the conductance rows?
    step = None

    def calibrate(self, dt):
        """The coefficients of one step of `dt` ms."""
        return ()

    def initial(self, n, key):
        """One scalar or (n,) array a state row; `uniform(key, i)` where it is random."""
        return (0.0,) * len(self.states)


ADD, SET, HOOK = 1, 2, 0         # what a spike does to a trace: adds one, sets it to one, or the hook writes it


class Rule:
    """Base of plasticity rules: frozen dataclasses with small hooks that never see the connectivity.

    `pre_traces()` and `post_traces()` list (tau in ms, ADD | SET | HOOK); the engine decays and bumps them, after the
    hook. `calibrate(dt)` gives the hooks' `params`. `memory = True` asks for one number a synapse (eligibility).
    `interval` is the time in ms between two calls of `on_tick`.
    """

    on_pre = on_post = on_tick = efficacy = None
    memory = False
    interval = None
    reward_modulated = False    # is params[0] a reward, set by `inputs={synapses: reward}`?

    def pre_traces(self):
        """(tau, mode) of each presynaptic trace."""
        return ()

    def post_traces(self):
        """(tau, mode) of each postsynaptic trace."""
        return ()

    def calibrate(self, dt):
        """The numbers that the hooks read as `params`: by default the fields in their order."""
        return tuple(float(getattr(self, field.name)) for field in fields(self))


class announced(event.Listener):
    """A context in which the first compilation of the process says on stderr that it is compiling, and for how long."""

    said = False

    def __enter__(self):
        event.register("numba:compile", self)

    def __exit__(self, *_):
        event.unregister("numba:compile", self)

    def on_start(self, _):
        """Called by Numba where a function is not in the cache."""
        if not announced.said:
            print("spikingnn: compiling, once for this machine (about ten seconds) …", file=sys.stderr, flush=True)
            announced.said = True

    def on_end(self, _):
        """Called by Numba when a function is compiled."""


# --- random numbers: a counter-based hash, no state, the same bits under any partition ---------------------------------

_GOLDEN, _MIX1, _MIX2 = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S12 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(12)


@register_jitable
def mix(key, i):
    """The i-th output of the SplitMix64 sequence that starts at `key` (Steele, Lea & Flood 2014): 64 random bits."""
    x = key + (np.uint64(i) + np.uint64(1)) * _GOLDEN
    x = (x ^ (x >> _S30)) * _MIX1
    x = (x ^ (x >> _S27)) * _MIX2
    return x ^ (x >> _S31)


@register_jitable
def uniform(key, i):
    """Random number i of this step, uniform in the open interval (0, 1)."""
    return (float(mix(key, i) >> _S12) + 0.5) * 2.220446049250313e-16


@register_jitable
def normal(key, i):
    """Random number i of this step, of zero mean and unit variance (Box & Muller 1958)."""
    return math.sqrt(-2.0 * math.log(uniform(key, 2 * i))) * math.cos(6.283185307179586 * uniform(key, 2 * i + 1))


# --- rows: what a kernel unpacks its 2-D arrays with --------------------------------------------------------------------

class Same:
    """A coefficient that all units share: `same[i]` is the number, whatever i."""

    def __init__(self, value):
        self.value = value

    def __getitem__(self, index):
        return self.value


def rows(array, n):
    """The n rows of `array`, to be indexed by unit: views of a matrix, or shared numbers of a vector.

    Plain unpacking gives the compiler pointers into one object, and no loop that writes two of them is vectorised;
    here each row is an object of its own (three times faster). ValueError where `array` has not n rows.
    """
    if len(array) != n:
        raise ValueError("the kernel unpacks another number of rows than the model declares")
    return tuple(Same(float(value)) for value in array) if array.ndim == 1 else tuple(array)


class SameType(types.Type):
    """Numba's type of `Same`."""

    def __init__(self):
        super().__init__(name="spikingnn.Same")


_same = SameType()


@register_model(SameType)
class _SameModel(models.StructModel):
    def __init__(self, manager, numba_type):
        super().__init__(manager, numba_type, [("value", types.float64)])


make_attribute_wrapper(SameType, "value", "value")


@overload(operator.getitem)
def _same_getitem(same, index):
    if isinstance(same, SameType):
        return lambda same, index: same.value


@intrinsic(prefer_literal=True)
def _rows(context, array, n):
    count, row = n.literal_value, _same if array.ndim == 1 else VECTOR

    def codegen(context, builder, signature, arguments):
        whole = context.make_array(array)(context, builder, arguments[0])
        made = []
        for k in range(count):
            if array.ndim == 1:
                struct = cgutils.create_struct_proxy(_same)(context, builder)
                struct.value = builder.load(builder.gep(whole.data, [context.get_constant(types.intp, k)]))
                made.append(struct._getvalue())
            else:
                width = cgutils.unpack_tuple(builder, whole.shape)[1]
                start = builder.gep(whole.data, [builder.mul(width, context.get_constant(types.intp, k))])
                # an empty assembly line hides where the pointer comes from, so that rows count as separate objects
                start = builder.asm(ir.FunctionType(start.type, [start.type]), "", "=r,0", [start], False)
                made.append(_borrow(context, builder, VECTOR, start, [width]))
        return context.make_tuple(builder, signature.return_type, made)

    return types.UniTuple(row, count)(array, n), codegen


@overload(rows, prefer_literal=True)
def _rows_overload(array, n):
    if isinstance(n, types.IntegerLiteral):
        count = n.literal_value

        def unpack(array, n):
            if len(array) != count:
                raise ValueError("the kernel unpacks another number of rows than the model declares")
            return _rows(array, count)
        return unpack


# --- views: the engine cuts its flat arrays with these ----------------------------------------------------------------

def vector(flat, begin, size):
    """flat[begin:begin + size], a borrowed view: no bounds are wrapped and no references are counted."""
    return flat[begin:begin + size]


def matrix(flat, begin, n_rows, n_columns):
    """The same as n_rows rows of n_columns."""
    return flat[begin:begin + n_rows * n_columns].reshape(n_rows, n_columns)


def _borrow(context, builder, kind, data, shape):
    """An array struct of `kind` on `data` that owns nothing; the caller holds what it looks at."""
    struct = context.make_array(kind)(context, builder)
    strides, size = [], context.get_constant(types.intp, context.get_abi_sizeof(context.get_data_type(kind.dtype)))
    nitems = context.get_constant(types.intp, 1)
    for extent in reversed(shape):
        strides.insert(0, builder.mul(size, nitems))
        nitems = builder.mul(nitems, extent)
    struct.data, struct.itemsize, struct.nitems = data, size, nitems
    struct.shape, struct.strides = cgutils.pack_array(builder, shape), cgutils.pack_array(builder, strides)
    struct.meminfo, struct.parent = (cgutils.get_null_value(field.type) for field in (struct.meminfo, struct.parent))
    return struct._getvalue()


@type_callable(vector)
def _type_vector(context):
    return lambda flat, begin, size: flat.copy(ndim=1, layout="C")


@type_callable(matrix)
def _type_matrix(context):
    return lambda flat, begin, n_rows, n_columns: flat.copy(ndim=2, layout="C")


@lower_builtin(vector, types.Array, types.Integer, types.Integer)
@lower_builtin(matrix, types.Array, types.Integer, types.Integer, types.Integer)
def _lower_view(context, builder, signature, arguments):
    begin, *shape = (context.cast(builder, value, kind, types.intp) for value, kind in zip(arguments[1:], signature.args[1:]))
    data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
    return _borrow(context, builder, signature.return_type, builder.gep(data, [begin]), shape)


# --- prefetch -------------------------------------------------------------------------------------------------------------

@intrinsic
def _prefetch(context, array, index):
    def codegen(context, builder, signature, arguments):
        struct = context.make_array(array)(context, builder, arguments[0])
        pointer = builder.bitcast(builder.gep(struct.data, [arguments[1]]), cgutils.voidptr_t)
        word = ir.IntType(32)
        function = cgutils.get_or_insert_function(
            builder.module, ir.FunctionType(ir.VoidType(), [cgutils.voidptr_t, word, word, word]), "llvm.prefetch.p0")
        builder.call(function, [pointer, word(0), word(2), word(1)])
        return context.get_dummy_value()

    return types.none(array, types.intp), codegen


def prefetch(array, index):
    """Ask the processor to fetch `array[index]` soon; changes no result, does nothing in plain Python."""


@overload(prefetch)
def _prefetch_overload(array, index):
    return lambda array, index: _prefetch(array, index)
