"""Dataclasses made from text: one class per text, whose fields are the parameters."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import field, fields, make_dataclass
from functools import lru_cache
from typing import Any, ClassVar

from .._util.text import one_line, summary
from .expressions import TextError


__all__ = ["FromText", "Typed"]


class Typed(type):
    """Metaclass of `Equations` and `PlasticityRule`, whose call makes a subclass for the text and an object.

    The subclass of a text is made once and is an ordinary frozen dataclass: ``replace``, arrays per neuron
    and files work as for other models.
    """

    def __call__(cls, *arguments: Any, **options: Any) -> Any:
        if "recipe" in vars(cls):
            return super().__call__(*arguments, **options)
        try:
            recipe, values = cls.read(*arguments, **options)        # type: ignore[attr-defined]
            return class_of(cls, recipe, tuple(values))(**values)
        except TextError as problem:
            prefix = "" if str(problem).startswith(cls.__name__) else f"{cls.__name__}: "
            raise ValueError(f"{prefix}{problem}") from None


@lru_cache(maxsize=None)
def class_of(base: Any, recipe: tuple[Any, ...], names: tuple[str, ...]) -> Any:
    """Return the class of a text with these parameters."""
    reserved = sorted(set(names) & {each for each in dir(base) if not each.startswith("__")})
    if reserved:
        raise TextError(f"the name {reserved[0]!r} is taken; call the parameter {reserved[0] + '_'!r}")
    namespace = base.made(recipe, names)
    digest = hashlib.sha256(repr((recipe, names)).encode()).hexdigest()[:16]
    namespace |= {"recipe": recipe, "fingerprint": f"{base.__name__}[{digest}]", "__doc__": base.__doc__}
    return make_dataclass(base.__name__, [(each, Any, field()) for each in names], bases=(base,), frozen=True,
                          eq=False, repr=False, namespace=namespace)


def rebuilt(base: Any, recipe: tuple[Any, ...], values: Mapping[str, Any]) -> Any:
    """Return the object of a copy: its class is made again where it is not known."""
    return class_of(base, recipe, tuple(values))(**values)


class FromText:
    """What objects made from text share: copies, the text they show, and where they come from."""

    base: ClassVar[Any]
    recipe: ClassVar[tuple[Any, ...]]
    fingerprint: ClassVar[str]

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        values = {each.name: getattr(self, each.name) for each in fields(self)}     # type: ignore[arg-type]
        return rebuilt, (type(self).__mro__[1], self.recipe, values)

    def __repr__(self) -> str:
        shown = ", ".join(f"{each.name}={summary(getattr(self, each.name))}"
                          for each in fields(self))                                 # type: ignore[arg-type]
        text = "; ".join(filter(None, (line.strip() for line in str(self.recipe[0]).splitlines())))
        return one_line(f"{type(self).__name__}({text!r}{', ' * bool(shown)}{shown})")
