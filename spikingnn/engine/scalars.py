"""The parameters of a rule by name: a vector unpacked into numbers within a hook."""

from __future__ import annotations

from typing import Any

from numba import types
from numba.extending import intrinsic, overload

from .._util.typing import FloatArray


__all__ = ["scalars"]


def scalars(params: FloatArray, n: int) -> tuple[float, ...]:
    """Return the first n numbers of `params`, to be named at the top of a rule's hook.

    They come in the order in which ``step_coefficients`` returns them. The compiled function checks nothing;
    a rule is validated in plain Python before it is compiled.

    Parameters
    ----------
    params : ndarray
        Vector that the hooks of a rule are given.
    n : int
        Number of names; inside a hook a literal number.

    Returns
    -------
    tuple
        n numbers.

    Raises
    ------
    IndexError
        If there are fewer than n numbers.

    Examples
    --------
    >>> import numpy as np
    >>> from spikingnn import scalars
    >>> rate, w_max = scalars(np.array([0.1, 1.0]), 2)
    >>> rate, w_max
    (0.1, 1.0)
    """
    if len(params) < n:
        raise IndexError(f"the hook unpacks {n} params, the rule gives {len(params)}")
    return tuple(float(value) for value in params[:n])


@intrinsic(prefer_literal=True)
def _scalars(context: Any, array: Any, n: Any) -> Any:
    count = n.literal_value

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data = context.make_array(array)(context, builder, arguments[0]).data
        places = [builder.gep(data, [context.get_constant(types.intp, k)]) for k in range(count)]
        return context.make_tuple(builder, signature.return_type, [builder.load(place) for place in places])

    return types.UniTuple(types.float64, count)(array, n), codegen


@overload(scalars, prefer_literal=True)
def _scalars_overload(params: Any, n: Any) -> Any:
    if isinstance(n, types.IntegerLiteral):
        count = n.literal_value

        def unpack(params: Any, n: Any) -> Any:
            return _scalars(params, count)      # type: ignore[call-arg]    # Numba adds the context
        return unpack
    return None
