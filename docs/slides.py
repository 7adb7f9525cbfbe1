"""How sphinx-gallery runs the scripts of `visualizations/`: the picture that a slide saves goes into its
page, as do the figures of a lesson."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from pathlib import Path

from sphinx_gallery.scrapers import figure_rst, matplotlib_scraper

from spikingnn.plotting.slides import find_slides

SAVED = Path(tempfile.gettempdir(), "spikingnn-gallery")
ORDER = list(find_slides())


class BySubject:
    """The order of the gallery: neurons, synapses, networks, codes, plasticity, memory, training."""

    def __init__(self, folder):
        self.folder = folder

    def __call__(self, name):
        """A key that sorts."""
        short = name.removesuffix("_viz.py")
        return (ORDER.index(short) if short in ORDER else len(ORDER)), name

    def __repr__(self):
        return "BySubject"                  # the same at each build, so that unchanged pages are kept


def arguments(gallery_conf, script_vars):
    """The command line of a script, whose warnings are errors."""
    warnings.simplefilter("error", UserWarning)
    SAVED.mkdir(exist_ok=True)
    return ["--save", str(SAVED / (Path(script_vars["src_file"]).stem + ".png"))]


def scraper(block, block_vars, gallery_conf):
    """Take the saved picture into the page of its script; of a lesson, the figures of each cell."""
    if Path(block_vars["src_file"]).name.startswith("lesson_"):
        return matplotlib_scraper(block, block_vars, gallery_conf)
    saved = SAVED / (Path(block_vars["src_file"]).stem + ".png")
    if not saved.exists():
        return ""
    target = next(block_vars["image_path_iterator"])
    shutil.move(saved, target)
    return figure_rst([target], gallery_conf["src_dir"])
