"""The set bits of a word, one after the other: what is rare is found without a look at the rest."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import lower_builtin, type_callable


__all__ = ["first_bit"]


def first_bit(word: Any) -> int:
    """Return the number of the lowest set bit of `word`, a uint64 that is not zero."""
    whole = int(word)
    return (whole & -whole).bit_length() - 1


@type_callable(first_bit)
def _type_first_bit(context):
    return lambda word: types.int64


@lower_builtin(first_bit, types.uint64)
def _lower_first_bit(context, builder, signature, arguments):
    return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 1))
