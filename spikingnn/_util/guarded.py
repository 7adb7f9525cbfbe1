"""What is assigned takes effect or is refused: one mechanism for what outlives its construction."""

from __future__ import annotations

import contextlib
import copy
import difflib
import functools
import threading

import numpy as np


__all__ = ["Exclusive", "Guarded", "ReadOnly", "deep", "exclusive", "one_at_a_time", "owned", "read_only"]


class _Completing(type):
    """Says when an object is complete: after its own `__init__`, not within those that this one calls."""

    def __call__(cls, *arguments, **options):
        made = super().__call__(*arguments, **options)
        made._complete()
        return made


class Guarded(metaclass=_Completing):
    """Base of objects whose public attributes are refused from outside, unless assigning them takes effect.

    Until its `__init__` has ended an object may set what it likes. From then on a public name can be assigned
    where it is a property with a setter or stands in `settable`; for any other AttributeError says what to
    write instead, from `instead` or `_advice`. Private names are free. A subclass of one's own sets its
    attributes in `__init__`, and lists in `settable` what may change.

    Each object has a lock, `_lock`, which no copy shares.
    """

    settable = ()
    instead = {}

    def __new__(cls, *arguments, **options):
        made = super().__new__(cls)
        made.__dict__["_lock"] = threading.RLock()
        return made

    def _complete(self):
        """Called once, when the object is built."""
        self.__dict__["_complete_now"] = True

    def _set(self, **values):
        """Set public attributes from within."""
        self.__dict__.update(values)

    def _advice(self, name):
        """What to write instead of an assignment to `name`; None where that is not known."""
        return self.instead.get(name)

    def _names(self):
        """What a wrong name could have been meant for."""
        return [*self.settable, *self.instead, *self.__dict__, *dir(type(self))]

    def _may_be_set(self, name):
        known = getattr(type(self), name, None)
        has_setter = isinstance(known, property) and known.fset is not None
        return name.startswith("_") or name in self.settable or has_setter

    def __setattr__(self, name, value):
        if "_complete_now" in self.__dict__ and not self._may_be_set(name):
            raise AttributeError(self._refusal(name))
        object.__setattr__(self, name, value)

    def __delattr__(self, name):
        if not name.startswith("_"):
            raise AttributeError(f"{type(self).__name__}.{name} cannot be deleted")
        object.__delattr__(self, name)

    def _refusal(self, name):
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

    def __getstate__(self):
        return {name: value for name, value in self.__dict__.items() if name != "_lock"}

    def __setstate__(self, state):
        self.__dict__.update({name: owned(value) for name, value in state.items()})


class Exclusive(Guarded):
    """Base of what does one thing at a time: `with self._alone("what"): …` is refused meanwhile."""

    _busy = False

    @contextlib.contextmanager
    def _alone(self, what):
        if not self._lock.acquire(blocking=False):
            raise RuntimeError(self._occupied(what))
        with contextlib.ExitStack() as stack:
            stack.callback(self._lock.release)
            self.assert_idle(what)
            stack.callback(setattr, self, "_busy", False)
            self._busy = True
            yield

    def assert_idle(self, what):
        """RuntimeError where the object is at something: `what` has to wait."""
        if self._busy:
            raise RuntimeError(self._occupied(what))

    def _occupied(self, what):
        return (f"{what}: {type(self).__name__} is running or being changed at this moment, and does one "
                "thing at a time; give each thread a copy of its own")

    def __getstate__(self):
        self.assert_idle("copying")
        return super().__getstate__()


def exclusive(method):
    """Refuse a method so marked while the object is at something else."""
    @functools.wraps(method)
    def alone(self, *arguments, **options):
        with self._alone(method.__qualname__):
            return method(self, *arguments, **options)
    return alone


def one_at_a_time(method):
    """Let one thread at a time into the methods so marked of one object; the others wait."""
    @functools.wraps(method)
    def alone(self, *arguments, **options):
        with self._lock:
            return method(self, *arguments, **options)
    return alone


def _nearest(name, names):
    """The public name that `name` is a slip of, or None."""
    by_lower = {each.lower(): each for each in names if not each.startswith("_")}
    near = difflib.get_close_matches(name.lower(), by_lower, n=1, cutoff=0.7)
    return by_lower[near[0]] if near else None


def owned(value):
    """`value` with arrays of its own where joblib mapped them read-only from a file, in containers too."""
    if isinstance(value, np.memmap):
        return np.array(value)
    if isinstance(value, tuple) and hasattr(value, "_make"):
        return value._make(map(owned, value))
    if isinstance(value, (list, tuple)):
        return type(value)(map(owned, value))
    if type(value) is dict:
        return {key: owned(each) for key, each in value.items()}
    return value


def deep(self):
    """For `__copy__`: a copy that shared some arrays would be neither the same nor another one."""
    return copy.deepcopy(self)


class ReadOnly(np.ndarray):
    """An array that refuses to be written into and says what to do; what is made of it can be written."""

    advice = ""

    def __array_finalize__(self, other):
        self.advice = getattr(other, "advice", "")

    def __setitem__(self, key, value):
        if not self.flags.writeable:
            raise ValueError(f"this array is read-only: {self.advice or 'copy it first'}")
        super().__setitem__(key, value)

    def __array_ufunc__(self, ufunc, method, *inputs, out=(), **options):
        if any(isinstance(each, ReadOnly) and not each.flags.writeable for each in out):
            raise ValueError(f"this array is read-only: {self.advice or 'copy it first'}")
        out = {"out": tuple(map(_plain, out))} if out else {}
        return getattr(ufunc, method)(*map(_plain, inputs), **out, **options)

    def __repr__(self):
        return repr(_plain(self))

    def __reduce__(self):
        return np.array(self).__reduce__()

    def __deepcopy__(self, memo):
        return np.array(self)


def _plain(value):
    return value.view(np.ndarray) if isinstance(value, ReadOnly) else value


def _anew(name):
    def operator(self, other):
        return getattr(np.array(self), name)(other)     # so that `synapses.weight *= 2` assigns the product
    operator.__name__ = name
    return operator


for _name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and", "or", "xor"):
    setattr(ReadOnly, f"__i{_name}__", _anew(f"__i{_name}__"))


def read_only(array, advice=""):
    """A view of `array` that cannot be written into; the error says `advice`."""
    view = np.asarray(array).view(ReadOnly)
    view.flags.writeable, view.advice = False, advice
    return view
