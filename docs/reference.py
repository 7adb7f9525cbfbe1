"""A Sphinx extension: one page of the reference per public module, with every public name in it; and titles for the gallery."""

from __future__ import annotations

import importlib
import inspect
import re
from pathlib import Path

FOLDER = Path(__file__).parent / "api"
MODULES = {
    "spikingnn.network": "Networks and simulations", "spikingnn.groups": "Populations of neurons", "spikingnn.neurons": "Neuron models",
    "spikingnn.encoding": "Encoders and decoders", "spikingnn.plasticity": "Plasticity rules", "spikingnn.analysis": "Analysis of spike trains",
    "spikingnn.memory": "Associative memory", "spikingnn.training": "Training by gradients", "spikingnn.unsupervised": "Learning without labels",
    "spikingnn.datasets": "Data sets and pictures", "spikingnn.plotting": "Plotting", "spikingnn.sweep": "Parameter sweeps",
}


def public_names(module):
    """The public names of a module: its `__all__`, or what it defines itself."""
    names = getattr(module, "__all__", None)
    if names is None:
        names = [name for name, value in vars(module).items()
                 if not name.startswith("_") and getattr(value, "__module__", None) == module.__name__]
    return sorted(names, key=str.lower)


def page(name, title):
    """The text of one page."""
    module = importlib.import_module(name)
    lines = [title, "=" * len(title), "", f".. automodule:: {name}", "   :no-members:", ""]
    for each in public_names(module):
        value = getattr(module, each)
        kind = "class" if inspect.isclass(value) else "function" if callable(value) else "data"
        lines += [f".. auto{kind}:: {name}.{each}"] + (["   :members:"] if kind == "class" else []) + [""]
    return "\n".join(lines)


def write_pages(app):
    """Write api/<module>.rst for each of `MODULES`, and their index, before Sphinx looks for pages."""
    FOLDER.mkdir(exist_ok=True)
    for name, title in MODULES.items():
        _write(FOLDER / f"{name}.rst", page(name, title))
    heading = ["API reference", "=============", "", ".. toctree::", "   :maxdepth: 1", ""]
    _write(FOLDER / "index.rst", "\n".join(heading + [f"   {name}" for name in MODULES]) + "\n")


def _write(path, text):
    if not path.exists() or path.read_text(encoding="utf-8") != text:         # an unchanged page is not built again
        path.write_text(text, encoding="utf-8")


def add_gallery_title(app, document, source):
    """A script whose docstring is one sentence gets the part before the colon as the title of its page."""
    name = document.rpartition("/")[2]
    if document.startswith("gallery/") and name.endswith("_viz"):
        match = re.search(rf"\.\. _sphx_glr_{re.escape(document.replace('/', '_'))}\.py:\n\n+(.+?)\n\n", source[0], re.DOTALL)
        if match and "\n===" not in match.group(1):
            title = match.group(1).partition(":")[0].rstrip(".")
            source[0] = source[0][:match.start(1)] + f"{title}\n{'=' * len(title)}\n\n" + source[0][match.start(1):]


def setup(app):
    """Connect both to the build."""
    app.connect("builder-inited", write_pages, priority=100)
    app.connect("source-read", add_gallery_title)
    return {"parallel_read_safe": True}
