"""How compiled code looks at arrays: rows that vectorise, borrowed views that cost nothing, and prefetching.

Each function here has a plain Python body, which is what it does, and a lowering that Numba takes instead.
"""

from __future__ import annotations

import operator
from typing import Any, TypeAlias, TypeVar, Union

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import (intrinsic, lower_builtin, make_attribute_wrapper, models, overload,
                             register_model, type_callable)
from numpy.typing import NDArray

from .._util.typing import FloatArray
from .references import ColumnType


__all__ = ["SharedCoefficient", "bits_of", "columns", "matrix", "prefetch", "rows", "vector"]

VECTOR = types.float64[::1]
T = TypeVar("T", bound=np.generic)
Whole: TypeAlias = Union[int, np.integer[Any]]

MISCOUNTED = "the kernel unpacks another number of rows than the model declares"


class RowsError(ValueError):
    """A kernel unpacks `asked` rows of an `array` that has another number of them."""

    def __init__(self, array: FloatArray, asked: int) -> None:
        super().__init__(f"{MISCOUNTED}: {asked}, declared {len(array)}")
        self.array, self.asked = array, asked


class SharedCoefficient:
    """A coefficient that all units share: ``coefficient[i]`` is the number for every i, and a slice of it is
    what it is."""

    def __init__(self, value: float) -> None:
        self.value = value

    def __getitem__(self, index: Any) -> Any:
        return self if isinstance(index, slice) else self.value


def rows(array: FloatArray, n: int) -> tuple[Any, ...]:
    """Return the n rows of `array`, to be indexed by unit: views of a matrix, or shared numbers of a vector.

    Plain unpacking gives the compiler pointers into one object, and no loop that writes two of them is
    vectorised; here each row is an object of its own, which is three times faster.

    Parameters
    ----------
    array : array (n, units) or (n,)
        State or coefficients of a kernel.
    n : int
        Number of rows; inside a kernel a literal number.

    Returns
    -------
    tuple
        n arrays (units,), or n shared numbers that can be indexed by any unit.

    Raises
    ------
    ValueError
        If `array` has another number of rows.

    Examples
    --------
    >>> import numpy as np
    >>> from spikingnn import rows
    >>> v, w = rows(np.arange(6.0).reshape(2, 3), 2)
    >>> w
    array([3., 4., 5.])
    >>> (tau,) = rows(np.array([20.0]), 1)
    >>> tau[0], tau[2]
    (20.0, 20.0)
    """
    if len(array) != n:
        raise RowsError(array, n)
    return tuple(SharedCoefficient(float(value)) for value in array) if array.ndim == 1 else tuple(array)


class SharedCoefficientType(types.Type):
    """Numba's type of `SharedCoefficient`."""

    def __init__(self):
        super().__init__(name="spikingnn.SharedCoefficient")


_shared_coefficient = SharedCoefficientType()


@register_model(SharedCoefficientType)
class _SharedCoefficientModel(models.StructModel):
    def __init__(self, manager, numba_type):
        super().__init__(manager, numba_type, [("value", types.float64)])


make_attribute_wrapper(SharedCoefficientType, "value", "value")


@overload(operator.getitem)
def _getitem(coefficient, index):
    if isinstance(coefficient, SharedCoefficientType):
        return lambda coefficient, index: coefficient.value


@intrinsic(prefer_literal=True)
def _rows(context, array, n):
    count, row = n.literal_value, _shared_coefficient if array.ndim == 1 else VECTOR

    def codegen(context, builder, signature, arguments):
        whole = context.make_array(array)(context, builder, arguments[0])
        made = []
        for k in range(count):
            if array.ndim == 1:
                struct = cgutils.create_struct_proxy(_shared_coefficient)(context, builder)
                struct.value = builder.load(builder.gep(whole.data, [context.get_constant(types.intp, k)]))
                made.append(struct._getvalue())
            else:
                width = cgutils.unpack_tuple(builder, whole.shape)[1]
                apart = cgutils.unpack_tuple(builder, whole.strides)[0]         # in bytes: see `columns`
                start = cgutils.pointer_add(
                    builder, whole.data, builder.mul(apart, context.get_constant(types.intp, k)))
                # an empty assembly line hides the origin of the pointer: rows count as separate objects
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
            return _rows(array, count)      # Numba adds the context
        return unpack


def vector(flat: NDArray[T], begin: Whole, size: Whole) -> NDArray[T]:
    """Return flat[begin:begin + size], a borrowed view: no bounds are checked, no references counted."""
    return flat[begin:begin + size]


def matrix(flat: NDArray[T], begin: Whole, n_rows: Whole, n_columns: Whole) -> NDArray[T]:
    """Return flat[begin:begin + n_rows · n_columns] as a borrowed view of shape (n_rows, n_columns)."""
    return flat[begin:begin + n_rows * n_columns].reshape(n_rows, n_columns)


def columns(flat: FloatArray, begin: Whole, n_rows: Whole, n_columns: Whole, apart: Whole) -> FloatArray:
    """Return the rows of `flat` that begin at `begin` and then `apart` numbers further on, as a borrowed view
    (n_rows, n_columns); if they do not lie one after the other it may be looked at with `rows` alone."""
    strides = apart * flat.itemsize, flat.itemsize
    return np.lib.stride_tricks.as_strided(flat[begin:], (int(n_rows), int(n_columns)), strides)


def _borrow(context, builder, kind, data, shape):
    """An array struct of `kind` on `data` that owns nothing; the caller holds what it looks at."""
    struct = context.make_array(kind)(context, builder)
    item = context.get_abi_sizeof(context.get_data_type(kind.dtype))
    strides: list[Any] = []
    size = context.get_constant(types.intp, item)
    nitems = context.get_constant(types.intp, 1)
    for extent in reversed(shape):
        strides.insert(0, builder.mul(size, nitems))
        nitems = builder.mul(nitems, extent)
    struct.data, struct.itemsize, struct.nitems = data, size, nitems
    struct.shape, struct.strides = cgutils.pack_array(builder, shape), cgutils.pack_array(builder, strides)
    struct.meminfo = cgutils.get_null_value(struct.meminfo.type)
    struct.parent = cgutils.get_null_value(struct.parent.type)
    return struct._getvalue()


@type_callable(vector)
def _type_vector(context):
    return lambda flat, begin, size: (flat if isinstance(flat, SharedCoefficientType)
                                      else types.Array(flat.dtype, 1, "C"))


@type_callable(matrix)
def _type_matrix(context):
    return lambda flat, begin, n_rows, n_columns: types.Array(flat.dtype, 2, "C")


@lower_builtin(vector, types.Array, types.Integer, types.Integer)
@lower_builtin(vector, ColumnType, types.Integer, types.Integer)
@lower_builtin(matrix, types.Array, types.Integer, types.Integer, types.Integer)
@lower_builtin(matrix, ColumnType, types.Integer, types.Integer, types.Integer)
def _lower_view(context, builder, signature, arguments):
    typed = zip(arguments[1:], signature.args[1:])
    begin, *shape = (context.cast(builder, value, kind, types.intp) for value, kind in typed)
    data = cgutils.create_struct_proxy(signature.args[0])(context, builder, arguments[0]).data
    return _borrow(context, builder, signature.return_type, builder.gep(data, [begin]), shape)


@lower_builtin(vector, SharedCoefficientType, types.Integer, types.Integer)
def _lower_shared(context, builder, signature, arguments):
    return arguments[0]


@type_callable(columns)
def _type_columns(context):
    return lambda flat, begin, n_rows, n_columns, apart: types.Array(flat.dtype, 2, "C")


@lower_builtin(columns, ColumnType, types.Integer, types.Integer, types.Integer, types.Integer)
def _lower_columns(context, builder, signature, arguments):
    kind, matrix_type = signature.args[0], signature.return_type
    begin, n_rows, n_columns, apart = (
        context.cast(builder, value, given, types.intp)
        for value, given in zip(arguments[1:], signature.args[1:]))
    data = cgutils.create_struct_proxy(kind)(context, builder, arguments[0]).data
    borrowed = _borrow(context, builder, matrix_type, builder.gep(data, [begin]), [n_rows, n_columns])
    struct = context.make_array(matrix_type)(context, builder, borrowed)
    strides = [builder.mul(apart, struct.itemsize), struct.itemsize]
    struct.strides = cgutils.pack_array(builder, strides)
    return struct._getvalue()


def bits_of(array: FloatArray) -> NDArray[np.int64]:
    """Return a borrowed view of whole numbers with the bits of `array`."""
    return array.view(np.int64)


@type_callable(bits_of)
def _type_bits_of(context):
    return lambda array: types.int64[::1]


@lower_builtin(bits_of, types.Array)
def _lower_bits_of(context, builder, signature, arguments):
    whole = context.make_array(signature.args[0])(context, builder, arguments[0])
    data = builder.bitcast(whole.data, context.get_data_type(types.int64).as_pointer())
    return _borrow(context, builder, signature.return_type, data, cgutils.unpack_tuple(builder, whole.shape))


def prefetch(array: NDArray[Any], index: Whole) -> None:
    """Ask the processor to fetch `array[index]` soon; changes no result and does nothing in plain Python."""


@type_callable(prefetch)
def _type_prefetch(context):
    return lambda array, index: types.none


@lower_builtin(prefetch, types.Array, types.Integer)
def _lower_prefetch(context, builder, signature, arguments):
    data = cgutils.create_struct_proxy(signature.args[0])(context, builder, arguments[0]).data
    index = context.cast(builder, arguments[1], signature.args[1], types.intp)
    pointer = builder.bitcast(builder.gep(data, [index]), cgutils.voidptr_t)
    word = ir.IntType(32)
    kind = ir.FunctionType(ir.VoidType(), [cgutils.voidptr_t, word, word, word])
    function = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
    builder.call(function, [pointer, word(0), word(2), word(1)])
    return context.get_dummy_value()
