"""Tables by reference: compiled code gets a table as one address, behind which its columns lie.

A table of twenty arrays passed as such would be twenty structs in every call of every stage, which costs
more time to compile than all that the stages do, and to unpack in every call. In plain Python
(``NUMBA_DISABLE_JIT=1``) the loop gets the tables themselves.
"""

from __future__ import annotations

import operator
from array import array
from ctypes import addressof, c_char
import functools
from typing import Any, get_args, get_type_hints

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.typing.templates import AttributeTemplate, infer_getattr
from numba.extending import (NativeValue, lower_builtin, lower_getattr, lower_getattr_generic, models,
                             register_model, unbox)
from numba.np.numpy_support import from_dtype

from .jit import numba_config


__all__ = ["ColumnType", "Reference", "TableType", "refer", "type_of"]

Columns = tuple[tuple[str, np.dtype[Any]], ...]


@functools.cache
def _columns_of(kind: Any) -> Columns:
    """Return (name, dtype) of the columns of a table, from the annotations of its class."""
    hints = get_type_hints(kind)
    return tuple((name, np.dtype(_scalar_type(hints[name]))) for name in kind._fields)


def _scalar_type(annotation: Any) -> Any:
    """Return the type of the entries in `NDArray[…]`, an alias that NumPy spells in several ways; or None."""
    if isinstance(annotation, type) and issubclass(annotation, np.generic):
        return annotation
    return next(filter(None, map(_scalar_type, get_args(annotation))), None)


class ColumnType(types.Array):
    """Numba's type of one column: an array for typing, which knows its address and its size alone.

    It is indexed with numbers from 0 on, looked at with `vector` and `matrix`, and asked for its size.
    """

    def __init__(self, dtype: types.Type) -> None:
        super().__init__(dtype, 1, "C", name=f"spikingnn.Column({dtype})")


class TableType(types.Type):
    """Numba's type of a reference to a table."""

    def __init__(self, title: str, columns: Columns) -> None:
        self.columns = {name: (k, ColumnType(from_dtype(dtype))) for k, (name, dtype) in enumerate(columns)}
        kinds = ", ".join(f"{name}: {dtype}" for name, dtype in columns)
        super().__init__(name=f"spikingnn.{title}({kinds})")
        self.title = title

    @property
    def mangling_args(self) -> tuple[str, tuple[()]]:
        return self.title, ()


class Reference:
    """A table for compiled code.

    Parameters
    ----------
    table : NamedTuple of arrays
        Such as `Groups`; its arrays are contiguous and of the types that its class declares.
    """

    def __init__(self, table: Any) -> None:
        kind: Any = type(table)
        self._numba_type_ = type_of(kind)
        self.table: Any = (None,) * len(table)
        self.places = array("q", bytes(16 * len(table)))        # address and size of each column
        self.address, _ = self.places.buffer_info()
        self.renew(table)

    def renew(self, table: Any) -> None:
        """Refer to another table of the same class."""
        if table is self.table:
            return
        kind: Any = type(table)
        for k, (new, old) in enumerate(zip(table, self.table)):
            if new is not old:
                name, dtype = _columns_of(kind)[k]
                if new.dtype != dtype or not new.flags.carray:
                    raise TypeError(f"{kind.__name__}.{name} must be a contiguous, writable array of "
                                    f"{dtype}, got {new.dtype}")
                self.places[2 * k] = addressof(c_char.from_buffer(new)) if new.size else 0
                self.places[2 * k + 1] = new.size
        self.table = table                                      # keeps the arrays alive


@functools.cache
def type_of(kind: Any) -> TableType:
    """Return the type of a reference to a table of class `kind`."""
    return TableType(kind.__name__, _columns_of(kind))


def refer(table: Any, earlier: Any = None) -> Any:
    """Return `table` as the loop takes it: a reference, the `earlier` one if there is one.

    Parameters
    ----------
    table : NamedTuple of arrays
        Such as `Groups`.
    earlier : Reference, optional
        A reference to a table of the same class, which is not needed any more.
    """
    if numba_config.DISABLE_JIT:
        return table
    if earlier is None:
        return Reference(table)
    earlier.renew(table)
    return earlier


# --- what Numba makes of them -------------------------------------------------------------------------------

@register_model(TableType)
class _TableModel(models.PrimitiveModel):
    def __init__(self, manager, numba_type):
        super().__init__(manager, numba_type, ir.IntType(64).as_pointer())


@register_model(ColumnType)
class _ColumnModel(models.StructModel):
    def __init__(self, manager, numba_type):
        super().__init__(manager, numba_type,
                         [("data", types.CPointer(numba_type.dtype)), ("size", types.intp)])


@unbox(TableType)
def _unbox(kind, reference, c):
    address = c.pyapi.object_getattr_string(reference, "address")
    pointer = c.builder.inttoptr(c.pyapi.long_as_longlong(address), ir.IntType(64).as_pointer())
    c.pyapi.decref(address)
    return NativeValue(pointer, is_error=cgutils.is_not_null(c.builder, c.pyapi.err_occurred()))


@infer_getattr
class _TableAttribute(AttributeTemplate):
    key = TableType

    def generic_resolve(self, kind, name):
        return kind.columns[name][1] if name in kind.columns else None


@lower_getattr_generic(TableType)
def _lower_column(context, builder, kind, table, name):
    k, column_type = kind.columns[name]
    column = cgutils.create_struct_proxy(column_type)(context, builder)
    for offset, member in ((0, "data"), (1, "size")):
        value = builder.load(builder.gep(table, [context.get_constant(types.intp, 2 * k + offset)]))
        value.set_metadata("invariant.load", builder.module.add_metadata([]))
        setattr(column, member, builder.inttoptr(value, column.data.type) if member == "data" else value)
    return column._getvalue()


@lower_getattr(ColumnType, "size")
def _lower_size(context, builder, kind, column):
    return cgutils.create_struct_proxy(kind)(context, builder, column).size


def _pointer(context, builder, kind, column, index):
    struct = cgutils.create_struct_proxy(kind)(context, builder, column)
    return builder.gep(struct.data, [index])


@lower_builtin(operator.getitem, ColumnType, types.Integer)
def _lower_item(context, builder, signature, arguments):
    pointer = _pointer(context, builder, signature.args[0], *arguments)
    return context.unpack_value(builder, signature.args[0].dtype, pointer)


@lower_builtin(operator.setitem, ColumnType, types.Integer, types.Any)
def _lower_assignment(context, builder, signature, arguments):
    (kind, _, given), (column, index, value) = signature.args, arguments
    pointer = _pointer(context, builder, kind, column, index)
    context.pack_value(builder, kind.dtype, context.cast(builder, value, given, kind.dtype), pointer)
