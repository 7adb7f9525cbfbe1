"""How sphinx-gallery runs the scripts of `visualizations/`: each saves its picture, which is taken as the gallery's."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from pathlib import Path

from sphinx_gallery.scrapers import figure_rst

SAVED = Path(tempfile.gettempdir(), "spikingnn-gallery")


def arguments(gallery_conf, script_vars):
    """The command line of a script, whose warnings are errors."""
    warnings.simplefilter("error", UserWarning)
    SAVED.mkdir(exist_ok=True)
    return ["--save", str(SAVED / (Path(script_vars["src_file"]).stem + ".png"))]


def scraper(block, block_vars, gallery_conf):
    """Take the saved picture into the page of its script."""
    saved = SAVED / (Path(block_vars["src_file"]).stem + ".png")
    if not saved.exists():
        return ""
    target = next(block_vars["image_path_iterator"])
    shutil.move(saved, target)
    return figure_rst([target], gallery_conf["src_dir"])
