"""The lab in a notebook: the server in a thread of the kernel, and the page in a frame."""

from __future__ import annotations

import functools
import html
import threading
from typing import Any
from urllib.parse import quote

from .scene import scene_named
from .server import Lab


__all__ = ["Frame", "show"]


class Frame:
    """A scene that a notebook displays.

    Parameters
    ----------
    address : str
        Address of the page.
    height : int
        Height in pixels.
    """

    def __init__(self, address: str, height: int) -> None:
        self.address, self.height = address, height

    def _repr_html_(self) -> str:
        return (f'<iframe src="{html.escape(self.address)}" width="100%" height="{self.height}" '
                'frameborder="0" allow="clipboard-write"></iframe>')

    def __repr__(self) -> str:
        return f"Frame({self.address!r})"


def show(scene: str = "lif", height: int = 640, **values: Any) -> Frame:
    """Show a scene of the lab in a notebook.

    Parameters
    ----------
    scene : str
        Name of the scene, see ``spikingnn lab --list``.
    height : int
        Pixels of the frame.
    **values
        Values of its parameters.

    Returns
    -------
    Frame
        What the notebook displays; its `address` opens in any browser of this machine.

    Raises
    ------
    ValueError
        If there is no such scene; the message lists the names.

    Examples
    --------
    >>> from spikingnn.lab import show
    >>> show("lif", current=1.6).address.split("#")[1]
    'scene=lif&current=1.6'
    """
    name = scene_named(scene).name
    words = "".join(f"&{quote(key)}={quote(str(value))}" for key, value in values.items())
    return Frame(f"{_lab().address}#scene={name}{words}", int(height))


@functools.cache
def _lab() -> Lab:
    """One server for all frames of a kernel, on any free port; it ends with the kernel."""
    lab = Lab(port=0)
    threading.Thread(target=lab.serve_forever, daemon=True, name="spikingnn lab").start()
    return lab
