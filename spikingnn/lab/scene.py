"""A scene: one file in `spikingnn/lab/scenes/`, written with the public names of the package.

Every scene has::

    \"\"\"Title: what to try and what one sees.\"\"\"             the page shows both
    GROUP = "Neurons"                                        where it stands in the menu
    PARAMETERS = {"current": Slider("input current", low=0, high=4, step=0.01, unit="nA")}
    PRESETS = {"just above rheobase": {"current": 1.51}}    what a preset leaves out gets its default

and is either *settled*: the picture of a whole run, made anew at every change,

    def run(current=1.8, seed=0): ...                       -> result; the defaults are those of the sliders
    def draw(result, current, seed): ...                    -> picture, see `spikingnn.lab.marks`

or *live*: a network that runs on,

    def start(g=5.0, seed=0): ...                           -> (network, …), everything that is needed later
    def advance(parts, duration, g, seed): ...              run another `duration` ms with these values
    def draw(parts, g, seed): ...                           -> picture; monitors hold the last HISTORY ms
    HISTORY = 500.0                                         ms of recordings that the picture shows
    SPEED = 200.0                                           ms of the network per second of play, at first
    STEP = 10.0                                             ms: durations are multiples of it

`draw` may name fewer parameters: it gets those that it names. A parameter with ``live=True`` may change while
the network runs; a change of another one starts anew. "Copy as Python" gives `run`, or `start` and `advance`,
with the imports, constants and functions of the file that they use, see `spikingnn.lab.script`; so they
import absolutely, from `spikingnn`.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

from .._util.checks import one_of
from . import scenes
from .marks import Picture
from .parameters import Parameter


__all__ = ["Scene", "all_scenes", "scene_named"]

GROUPS = ("Neurons", "Synapses and plasticity", "Populations and codes", "Networks", "Memory and learning")


class Scene:
    """A scene, read from its module.

    Parameters
    ----------
    name : str
        Name of the file without its ending.
    module : module
        The module.
    """

    def __init__(self, name: str, module: ModuleType) -> None:
        self.name, self.module = name, module
        self.title, _, about = " ".join((module.__doc__ or "").split()).partition(": ")
        self.about = about[:1].upper() + about[1:]
        self.group: str = module.GROUP
        self.parameters: Mapping[str, Parameter] = module.PARAMETERS
        self.presets: Mapping[str, Mapping[str, Any]] = module.PRESETS
        self.is_live = hasattr(module, "start")
        self.history: float = getattr(module, "HISTORY", 1000.0)
        self.speed: float = getattr(module, "SPEED", 100.0)
        self.step: float = getattr(module, "STEP", 10.0)
        self.make: Callable[..., Any] = module.start if self.is_live else module.run
        signature = inspect.signature(self.make).parameters
        self.defaults = {name: signature[name].default for name in self.parameters}

    def accept(self, given: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
        """Return (acceptable values of all parameters, what was changed), whatever is given."""
        values, notes = {}, []
        for name, parameter in self.parameters.items():
            values[name], note = parameter.accept(given.get(name, self.defaults[name]), self.defaults[name])
            notes += [note] if note else []
        notes += [f"{str(name)[:30]!r} is no parameter of this scene" for name in given
                  if name not in self.parameters][:1]
        return values, notes

    def run(self, values: Mapping[str, Any]) -> Any:
        """Return the result of a settled scene, or the parts of a live one at its beginning."""
        return self.make(**values)

    def advance(self, parts: Any, duration: float, values: Mapping[str, Any]) -> None:
        """Run the network of a live scene."""
        self.module.advance(parts, duration, **values)

    def draw(self, result: Any, values: Mapping[str, Any]) -> Picture:
        """Return the picture of a result."""
        _, *named = inspect.signature(self.module.draw).parameters
        picture: Picture = self.module.draw(result, **{name: values[name] for name in named})
        return picture

    def restarts(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
        """Whether a running network cannot follow this change of values."""
        return any(before[name] != after[name] and not parameter.live
                   for name, parameter in self.parameters.items())

    def description(self) -> dict[str, Any]:
        """Return what the page has to know."""
        own = {name: parameter.description() | {"default": self.defaults[name]}
               for name, parameter in self.parameters.items()}
        return {"name": self.name, "title": self.title, "about": self.about, "group": self.group,
                "live": self.is_live, "speed": self.speed, "step": self.step, "parameters": own,
                "presets": {name: dict(preset) for name, preset in self.presets.items()}}


@functools.cache
def all_scenes() -> dict[str, Scene]:
    """Return {name: scene} in the order of the menu."""
    names = [info.name for info in pkgutil.iter_modules(scenes.__path__)]
    found = [Scene(name, importlib.import_module(f"{scenes.__name__}.{name}")) for name in names]
    place = {name: k for k, name in enumerate(scenes.ORDER)}
    found.sort(key=lambda scene: (GROUPS.index(scene.group), place.get(scene.name, len(place)), scene.name))
    return {scene.name: scene for scene in found}


def scene_named(name: Any) -> Scene:
    """Return the scene of a name; ValueError lists the names if there is none."""
    return all_scenes()[one_of("lab", "scene", name, all_scenes())]
