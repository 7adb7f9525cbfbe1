"""How compiled code looks at arrays: rows that vectorise, borrowed views that cost nothing, and prefetching.

Each function here has a plain Python body, which is what it does, and a lowering that Numba takes instead.
"""

from __future__ import annotations

import operator

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import (intrinsic, lower_builtin, make_attribute_wrapper, models, overload,
                             register_model, type_callable)


__all__ = ["SharedCoefficient", "matrix", "prefetch", "rows", "vector"]

VECTOR = types.float64[::1]


MISCOUNTED = "the kernel unpacks another number of rows than the model declares"


class RowsError(ValueError):
    """A kernel unpacks `asked` rows of an `array` that has another number of them."""

    def __init__(self, array, asked):
        super().__init__(f"{MISCOUNTED}: {asked}, declared {len(array)}")
        self.array, self.asked = array, asked


class SharedCoefficient:
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
        raise RowsError(array, n)
    return tuple(SharedCoefficient(float(value)) for value in array) if array.ndim == 1 else tuple(array)


class SharedCoefficientType(types.Type):
    """Numba's type of `SharedCoefficient`."""

    def __init__(self):
        super().__init__(name="spikingnn.Same")


_same = SharedCoefficientType()


@register_model(SharedCoefficientType)
class _SameModel(models.StructModel):
    def __init__(self, manager, numba_type):
        super().__init__(manager, numba_type, [("value", types.float64)])


make_attribute_wrapper(SharedCoefficientType, "value", "value")


@overload(operator.getitem)
def _same_getitem(same, index):
    if isinstance(same, SharedCoefficientType):
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
                raise ValueError(MISCOUNTED)
            return _rows(array, count)
        return unpack


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
