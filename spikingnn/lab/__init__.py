"""The lab: scenes to play with in a browser, ``spikingnn lab``, or in a notebook, `show`."""

from .notebook import show
from .scene import all_scenes
from .server import Lab


__all__ = ["Lab", "all_scenes", "show"]
