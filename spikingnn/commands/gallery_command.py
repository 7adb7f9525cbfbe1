"""`spikingnn gallery`: the lecture slides, one by one or all on one page."""

from __future__ import annotations

import argparse
import html
import inspect
import itertools
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._util.files import replacing
from .._util.text import first_line
from .options import Commands, refuse, try_folder

if TYPE_CHECKING:
    from ..plotting.slides import Slide


EXAMPLES = """
examples:
  spikingnn gallery                                 list the slides by subject
  spikingnn gallery lif                             show one; without a screen, save it as lif_viz.png
  spikingnn gallery lif --set TAU_M=10 --save lif.pdf
  spikingnn gallery lif --describe                  what to see, where to read on, constants for --set
  spikingnn gallery balanced_network --save spikes.mp4
  spikingnn gallery --all --out slides              every picture, and a page with all of them
"""
WIDTH = 480             # pixels of a thumbnail
PAGE = """<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>spikingnn: gallery</title>
<style>
body {{ font-family: system-ui, sans-serif; line-height: 1.4; max-width: 1500px; margin: 2em auto;
       padding: 0 1em; color: #222; background: #fff; }}
section {{ display: grid; grid-template-columns: repeat(auto-fill, minmax(320px, 1fr)); gap: 1.6em; }}
figure {{ margin: 0; }}
img {{ width: 100%; aspect-ratio: 16 / 9; object-fit: contain; border: 1px solid #ccc; }}
figcaption p {{ margin: 0.3em 0; font-size: 0.92em; }}
.source {{ color: #555; }}
</style>
<h1>Slides of spikingnn</h1>
<p>Made by <code>spikingnn gallery --all --seed {seed}</code>. Each picture links to its full size, each title
to the script that draws it.</p>
{sections}
</html>
"""
FIGURE = """<figure id="{name}">
<a href="{name}.png"><img src="thumbnails/{name}.png" alt="{summary}" loading="lazy"></a>
<figcaption><b><a href="scripts/{script}">{title}</a></b>
<p>{summary}</p>
<p>{caption}</p>
<p class="source">{source}</p></figcaption>
</figure>"""


def add(commands: Commands, shared: dict[str, Any]) -> None:
    """Add the command to the parser."""
    gallery = commands.add_parser("gallery", help="lecture slides: list, show, save", epilog=EXAMPLES,
                                  **shared)
    gallery.description = (
        "Show a lecture slide, save it as a picture or, where time runs along an axis, as a movie;\n"
        "without a name, list all slides.")
    gallery.add_argument("slide", nargs="?", metavar="NAME", help="name of a slide, from the list")
    gallery.add_argument("--save", metavar="FILE", help=(
        "where to write the slide: .png .pdf .svg .jpg .webp .gif .mp4; the last three receive a movie\n"
        "of slides in which time runs along an axis"))
    gallery.add_argument("--seed", type=int, default=1, metavar="N",
                         help="seed of all random numbers (default 1)")
    gallery.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", dest="settings",
                         help="a new value of one of the slide's constants; may be repeated")
    gallery.add_argument("--describe", action="store_true",
                         help="say what the slide shows, where to read on, and its constants")
    gallery.add_argument("--all", action="store_true", help="make every slide, and a page with all of them")
    gallery.add_argument("--out", type=Path, metavar="DIR", help="folder for --all")
    gallery.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """List, describe, show or save slides."""
    from ..plotting.slides import find_slides
    slides = find_slides()
    _check(options, slides)
    if options.all:
        return _make_all(slides, options.out, options.seed)
    if options.slide is None:
        for subject, group in itertools.groupby(slides.values(), lambda slide: slide.subject):
            print(subject)
            for slide in group:
                print(f"  {slide.name:<18} {slide.title}")
        return 0
    return _one(slides[options.slide], options)


def _check(options: argparse.Namespace, slides: dict[str, Slide]) -> None:
    """Refuse options that do not belong together, and unknown slides."""
    import difflib
    if options.all != (options.out is not None):
        raise ValueError("--all and --out DIR belong together")
    if options.all and (options.slide or options.save or options.settings or options.describe):
        raise ValueError("--all makes every slide as it is: leave out NAME, --save, --set and --describe")
    if options.slide is None and (options.save or options.settings or options.describe):
        raise ValueError("--save, --set and --describe need the NAME of a slide: spikingnn gallery lists all")
    if options.slide is not None and options.slide not in slides:
        near = difflib.get_close_matches(options.slide.removesuffix("_viz"), slides, n=1)
        hint = f"; did you mean {near[0]}?" if near else ": spikingnn gallery lists all"
        raise ValueError(f"there is no slide {options.slide!r}{hint}")


def _one(slide: Slide, options: argparse.Namespace) -> int:
    from ..plotting.slides import describe, load_slide, run_slide
    if options.describe:
        print("\n\n".join(describe(slide, load_slide(slide.path))))
        return 0
    try:
        draw = load_slide(slide.path, options.settings)["draw"]
        run_slide(draw, options.save, options.seed, **_defaults(draw))
    except (OSError, ValueError):
        raise
    except Exception as error:                      # a value with which the script cannot go on
        if not options.settings:
            raise
        return refuse(f"with {' '.join(options.settings)}: {type(error).__name__}: {first_line(error)}")
    return 0


def _defaults(draw: Any) -> dict[str, None]:
    """Return the further arguments of a slide, which are files that may be left out."""
    return dict.fromkeys(list(inspect.signature(draw).parameters)[1:])


def _make_all(slides: dict[str, Slide], out: Path, seed: int) -> int:
    """Make every slide in `out`; return 2 if one could not be made."""
    from PIL import Image

    from ..plotting.slides import load_slide, run_slide
    try_folder(out, out)
    for folder in ("thumbnails", "scripts"):
        (out / folder).mkdir(parents=True, exist_ok=True)
    made, failed = [], []
    for slide in slides.values():
        picture, thumbnail = (str(out / place / f"{slide.name}.png") for place in ("", "thumbnails"))
        try:
            draw = load_slide(slide.path)["draw"]
            run_slide(draw, picture, seed, **_defaults(draw))
            with Image.open(picture) as opened, replacing(thumbnail) as temporary:
                opened.convert("RGB").resize((WIDTH, WIDTH * opened.height // opened.width)).save(temporary)
            (out / "scripts" / slide.path.name).write_bytes(slide.path.read_bytes())
            made.append(slide)
        except Exception as error:
            print(f"{slide.name}: {type(error).__name__}: {first_line(error)}", file=sys.stderr)
            failed.append(slide.name)
    with replacing(out / "index.html") as temporary:
        temporary.write_text(page(made, seed), encoding="utf-8")
    print(f"page: {out / 'index.html'}")
    return refuse(f"not made: {', '.join(failed)}") if failed else 0


def page(slides: list[Slide], seed: int) -> str:
    """Return the page of the gallery."""
    sections = []
    for subject, group in itertools.groupby(slides, lambda slide: slide.subject):
        figures = [FIGURE.format(script=slide.path.name, **{
            name: html.escape(getattr(slide, name))
            for name in ("name", "title", "summary", "caption", "source")}) for slide in group]
        sections.append("\n".join([f"<h2>{html.escape(subject)}</h2>", "<section>", *figures, "</section>"]))
    return PAGE.format(seed=seed, sections="\n".join(sections))
