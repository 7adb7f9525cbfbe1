"""`spikingnn lab`: scenes to play with, in the browser."""

from __future__ import annotations

import argparse
import os
import sys
import threading
from typing import Any

from .options import Commands, whole


EXAMPLES = """
examples:
  spikingnn lab                               open the lab in the browser; Ctrl-C ends it
  spikingnn lab --scene ring --no-browser     print the address of a scene
  spikingnn lab --scene "lif&current=1.6"     with values, as in the address of the page
  spikingnn lab --list                        the scenes
"""


def add(commands: Commands, shared: dict[str, Any]) -> None:
    """Add the command to the parser."""
    lab = commands.add_parser("lab", help="play with neurons and networks in the browser", epilog=EXAMPLES,
                              **shared)
    lab.description = ("Open one page with scenes: drag a slider, and the neuron answers. The server is on "
                       "this\nmachine alone, prints its address, and ends at Ctrl-C.")
    lab.add_argument("--port", type=whole(0, 65535), metavar="N",
                     help="port (default 8765; 0: any that is free)")
    lab.add_argument("--host", default="127.0.0.1", metavar="NAME",
                     help="listen there instead of on this machine alone; whoever has the address can use it")
    lab.add_argument("--no-browser", action="store_true", help="only print the address")
    lab.add_argument("--list", action="store_true", help="list the scenes")
    lab.add_argument("--scene", default="lif", metavar="NAME", help="the scene to begin with (default lif)")
    lab.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """List the scenes, or serve them until Ctrl-C."""
    from ..lab.scene import all_scenes, scene_named
    if options.list:
        for scene in all_scenes().values():
            print(f"{scene.name:<16} {scene.title}")
        return 0
    from ..lab.remarks import warnings_to_pages
    from ..lab.server import PORT, Lab
    from ..lab.token import kept_token
    name, _, values = options.scene.partition("&")
    scene = scene_named(name)
    port = PORT if options.port is None else options.port
    with Lab(options.host, port, kept_token()) as lab, warnings_to_pages():
        print("warming up", file=sys.stderr, flush=True)
        first, _ = scene.accept({})
        scene.draw(scene.run(first), first)
        address = f"{lab.address}#scene={scene.name}" + (f"&{values}" if values else "")
        print(address, flush=True)
        if not lab.is_local:
            print("other machines can reach it: whoever has the address can use it", file=sys.stderr)
        if not options.no_browser:
            _open_browser(address)
        print("Ctrl-C ends the lab", file=sys.stderr, flush=True)
        try:
            lab.serve_forever(poll_interval=0.1)
        except KeyboardInterrupt:
            print("\nthe lab has ended", file=sys.stderr)
    return 0


def _open_browser(address: str) -> None:
    """Open the page, or say how, where there is no display."""
    import webbrowser
    has_display = sys.platform in ("win32", "darwin") or any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
    if not has_display:
        print("no display: open the address in a browser of this machine", file=sys.stderr)
        return
    threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
