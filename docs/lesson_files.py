"""A Sphinx extension: each lesson's page ends with its notebook, and its solution as notebook and script."""

from __future__ import annotations

from pathlib import Path

from spikingnn.lessons import find_lessons
from spikingnn.lessons.notebook import as_notebook

FOLDER = Path(__file__).parent / "lessons"


def write_files(app):
    """Write the files beside the pages that sphinx-gallery makes."""
    FOLDER.mkdir(exist_ok=True)
    for lesson in find_lessons():
        for source in (lesson.script, lesson.solution):
            script = source.read_text(encoding="utf-8")
            (FOLDER / source.name).write_text(script, encoding="utf-8")
            (FOLDER / source.name).with_suffix(".ipynb").write_text(as_notebook(script), encoding="utf-8")


def add_downloads(app, document, source):
    """Add the links to the end of a lesson's page."""
    folder, _, name = document.rpartition("/")
    if folder == "lessons" and name.startswith("lesson_"):
        solution = name.replace("lesson_", "solution_", 1)
        links = (("Download the lesson as a Jupyter notebook", f"{name}.ipynb"),
                 ("Download the solution as a Jupyter notebook", f"{solution}.ipynb"),
                 ("Download the solution as a Python script", f"{solution}.py"))
        source[0] += "\n\n" + "\n".join(f"- :download:`{text} <{file}>`" for text, file in links) + "\n"


def setup(app):
    """Connect both to the build."""
    app.connect("builder-inited", write_files, priority=600)
    app.connect("source-read", add_downloads)
    return {"parallel_read_safe": True}
