"""`python -m sphinx docs OUT` builds the pages; `pip install '.[docs]'` brings what is needed."""

import sys
from importlib.metadata import version as installed_version
from pathlib import Path

from spikingnn._util import typing

sys.path.insert(0, str(Path(__file__).parent))

project, author, copyright = "spikingnn", "the spikingnn authors", "the spikingnn authors"
version = release = installed_version("spikingnn")

extensions = [
    "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx_gallery.gen_gallery", "myst_parser", "mathml",
    "reference", "lesson_files",
]
exclude_patterns = ["_build"]
default_role = "py:name"                # `LIFGroup` in a docstring is a link, else code
suppress_warnings = ["myst.header", "sphinx_gallery.duplicate_filename"]    # lessons/ is seen twice
html_theme = "furo"
html_title = f"spikingnn {version}"
html_static_path, html_css_files = ["_static"], ["custom.css"]
html_math_renderer = "mathml"
html_copy_source = html_show_sourcelink = False
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3

python_maximum_signature_line_length = 100
python_use_unqualified_type_names = True
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_type_aliases = {name: name for name in typing.__all__}
autodoc_preserve_defaults = True
napoleon_google_docstring = False
napoleon_use_rtype = False

sphinx_gallery_conf = {
    "examples_dirs": ["../visualizations", "../visualizations/lessons"],
    "gallery_dirs": ["gallery", "lessons"],
    "copyfile_regex": r"index\.rst",        # the lessons' own; with it they are no section of the gallery
    "filename_pattern": r"_viz\.py$|lesson_\d+\w*\.py$",
    "ignore_pattern": r"(__init__|solution_\w+)\.py$",
    "image_scrapers": ("slides.scraper",),
    "reset_argv": "slides.arguments",
    "within_subsection_order": "slides.BySubject",
    "default_thumb_file": None,
    "notebook_extensions": set(),
    "download_all_examples": False,
    "show_memory": False,
    "show_signature": False,
    "min_reported_time": 5,
    "write_computation_times": False,
    "abort_on_example_error": True,
}
