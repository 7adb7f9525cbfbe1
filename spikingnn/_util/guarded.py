"""Assignments to attributes take effect or are refused: one mechanism for all objects that change after
construction."""

from __future__ import annotations

import contextlib
import copy
import difflib
import functools
import inspect
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any, ClassVar, Concatenate, ParamSpec, TypeVar

import numpy as np
from numpy.typing import ArrayLike


__all__ = ["Exclusive", "Guarded", "ReadOnlyArray", "assign", "deep_copy", "exclusive", "one_at_a_time",
           "read_only", "with_own_arrays", "OwnArrays"]

P = ParamSpec("P")
R = TypeVar("R")
S = TypeVar("S", bound="Guarded")
X = TypeVar("X", bound="Exclusive")


class OwnArrays:
    """Base of objects that, restored from a pickle, own arrays that they may write to, also where joblib maps
    read-only files."""

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update({name: with_own_arrays(value) for name, value in state.items()})


class _Completing(type):
    """Tells an object that it is complete: after its own `__init__`, not after those that this one calls."""

    @property
    def __signature__(cls) -> inspect.Signature:
        """Return what `__init__` takes, which `inspect` and `help` would not find behind `__call__`."""
        signature = inspect.signature(cls.__init__)         # type: ignore[misc]
        return signature.replace(parameters=list(signature.parameters.values())[1:],
                                 return_annotation=inspect.Signature.empty)

    def __call__(cls, *arguments: Any, **options: Any) -> Any:
        made = super().__call__(*arguments, **options)
        made._complete()
        return made


class Guarded(OwnArrays, metaclass=_Completing):
    """Base of objects that refuse assignments to their public attributes, unless these take effect.

    An object may set any attribute until its `__init__` has ended. From then on, a public name can be
    assigned if it is a property with a setter or is listed in `settable`. Any other assignment raises
    AttributeError, which says what to write instead, from `instead` or `_advice`. Private names are free. A
    subclass sets its attributes in `__init__`, and lists in `settable` what may change later.

    Each object has a lock, `_lock`, which no copy shares.
    """

    settable: ClassVar[tuple[str, ...]] = ()
    instead: ClassVar[dict[str, str]] = {}
    _lock: threading.RLock

    def __new__(cls, *arguments: Any, **options: Any) -> Any:
        made = super().__new__(cls)
        made.__dict__["_lock"] = threading.RLock()
        return made

    def _complete(self) -> None:
        """Note that the object is built; called once."""
        self.__dict__["_complete_now"] = True

    def _advice(self, name: str) -> str | None:
        """Return what to write instead of an assignment to `name`, or None if that is not known."""
        return self.instead.get(name)

    def _names(self) -> Iterable[str]:
        """Return the names that a misspelt one is compared with."""
        return [*self.settable, *self.instead, *self.__dict__, *dir(type(self))]

    def _may_be_set(self, name: str) -> bool:
        known = getattr(type(self), name, None)
        has_setter = isinstance(known, property) and known.fset is not None
        return name in self.settable or has_setter

    def __setattr__(self, name: str, value: Any) -> None:
        if not name.startswith("_") and "_complete_now" in self.__dict__ and not self._may_be_set(name):
            raise AttributeError(self._refusal(name))
        object.__setattr__(self, name, value)

    def __delattr__(self, name: str) -> None:
        if not name.startswith("_"):
            raise AttributeError(f"{type(self).__name__}.{name} cannot be deleted")
        object.__delattr__(self, name)

    def _refusal(self, name: str) -> str:
        owner, advice = type(self).__name__, self._advice(name)
        if advice:
            return f"{owner}.{name} cannot be assigned: {advice}"
        if name in self.__dict__ or hasattr(type(self), name):
            return f"{owner}.{name} cannot be assigned: it is kept by the {owner} itself"
        near = _nearest(name, self._names())
        hint = f"; did you mean {near!r}?" if near else ""
        if near and not self._may_be_set(near):
            hint = f"; did you mean {near!r}? ({self._advice(near) or 'it cannot be assigned either'})"
        return f"{owner} has no attribute {name!r} to assign{hint}"

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_lock"}


def assign(guarded: Guarded, **values: Any) -> None:
    """Set public attributes from within the package, which `guarded` refuses to its users."""
    guarded.__dict__.update(values)


class Exclusive(Guarded):
    """Base of objects that do one thing at a time; `with self._alone("what"): …` refuses everything else
    meanwhile."""

    _busy = False

    @contextlib.contextmanager
    def _alone(self, what: str) -> Iterator[None]:
        if not self._lock.acquire(blocking=False):
            raise RuntimeError(self._occupied(what))
        try:
            self.assert_idle(what)
            try:
                self._busy = True
                yield
            finally:
                self._busy = False
        finally:
            self._lock.release()

    def assert_idle(self, what: str) -> None:
        """Raise RuntimeError, which names `what`, if the object is busy."""
        if self._busy:
            raise RuntimeError(self._occupied(what))

    def _occupied(self, what: str) -> str:
        return (f"{what}: {type(self).__name__} is running or being changed at this moment, and does one "
                "thing at a time; give each thread a copy of its own")

    def __getstate__(self) -> dict[str, Any]:
        self.assert_idle("copying")
        return super().__getstate__()


def exclusive(method: Callable[Concatenate[X, P], R]) -> Callable[Concatenate[X, P], R]:
    """Refuse calls of the decorated method while the object is busy."""
    @functools.wraps(method)
    def alone(self: X, *arguments: P.args, **options: P.kwargs) -> R:
        with self._alone(method.__qualname__):
            return method(self, *arguments, **options)
    return alone  # type: ignore[return-value]  # `wraps` loses the name of `self`


def one_at_a_time(method: Callable[Concatenate[S, P], R]) -> Callable[Concatenate[S, P], R]:
    """Let one thread at a time into the decorated methods of one object; the other threads wait."""
    @functools.wraps(method)
    def alone(self: S, *arguments: P.args, **options: P.kwargs) -> R:
        with self._lock:
            return method(self, *arguments, **options)
    return alone  # type: ignore[return-value]


def _nearest(name: str, names: Iterable[str]) -> str | None:
    """Return the public name that `name` is probably a misspelling of, or None."""
    by_lower = {each.lower(): each for each in names if not each.startswith("_")}
    near = difflib.get_close_matches(name.lower(), by_lower, n=1, cutoff=0.7)
    return by_lower[near[0]] if near else None


def with_own_arrays(value: Any) -> Any:
    """Return `value` with copies of the arrays that joblib mapped read-only from a file, in containers
    too."""
    if isinstance(value, np.memmap):
        return np.array(value)
    if isinstance(value, tuple) and hasattr(value, "_make"):
        return value._make(map(with_own_arrays, value))
    if isinstance(value, (list, tuple)):
        return type(value)(map(with_own_arrays, value))
    if type(value) is dict:
        return {key: with_own_arrays(each) for key, each in value.items()}
    return value


def deep_copy(self: R) -> R:
    """Serve as `__copy__`: a shallow copy would share some arrays with its original and not others."""
    return copy.deepcopy(self)


class ReadOnlyArray(np.ndarray[Any, np.dtype[Any]]):
    """An array that cannot be written to and says what to do instead; results computed from it are
    writable."""

    advice = ""

    def __array_finalize__(self, other: Any) -> None:
        self.advice = getattr(other, "advice", "")

    def __setitem__(self, key: Any, value: Any) -> None:
        if not self.flags.writeable:
            raise ValueError(f"this array is read-only: {self.advice or 'copy it first'}")
        super().__setitem__(key, value)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, out: tuple[Any, ...] = (),
                        **options: Any) -> Any:
        if any(isinstance(each, ReadOnlyArray) and not each.flags.writeable for each in out):
            raise ValueError(f"this array is read-only: {self.advice or 'copy it first'}")
        outputs = {"out": tuple(map(_plain, out))} if out else {}
        return getattr(ufunc, method)(*map(_plain, inputs), **outputs, **options)

    def __repr__(self) -> str:
        return repr(_plain(self))

    def __reduce__(self) -> Any:
        return np.array(self).__reduce__()

    def __deepcopy__(self, memo: Any) -> Any:           # an ordinary array
        return np.array(self)


def _plain(value: Any) -> Any:
    return value.view(np.ndarray) if isinstance(value, ReadOnlyArray) else value


def _out_of_place(name: str) -> Callable[[ReadOnlyArray, Any], Any]:
    def operator(self: ReadOnlyArray, other: Any) -> Any:
        return getattr(np.array(self), name)(other)     # so that `synapses.weight *= 2` assigns the product
    operator.__name__ = name
    return operator


for _name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and", "or", "xor"):
    setattr(ReadOnlyArray, f"__i{_name}__", _out_of_place(f"__i{_name}__"))


def read_only(array: ArrayLike, advice: str = "") -> ReadOnlyArray:
    """Return a view of `array` that cannot be written to; the error message ends with `advice`."""
    view = np.asarray(array).view(ReadOnlyArray)
    view.flags.writeable, view.advice = False, advice
    return view
