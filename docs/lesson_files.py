"""A Sphinx extension: each lesson's page ends with its files, notebook and script of lesson and solution."""

from __future__ import annotations

from pathlib import Path

from spikingnn.lessons import find_lessons
from spikingnn.lessons.notebook import as_notebook

FOLDER = Path(__file__).parent / "lessons"
DOWNLOADS = """

.. rst-class:: lesson-files

Download the lesson as a :download:`Jupyter notebook <{lesson}.ipynb>` or a :download:`script <{lesson}.py>`,
and its solution as a :download:`notebook <{solution}.ipynb>` or a :download:`script <{solution}.py>`.
"""


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
        source[0] += DOWNLOADS.format(lesson=name, solution=solution)


def setup(app):
    """Connect both to the build."""
    app.connect("builder-inited", write_files, priority=600)
    app.connect("source-read", add_downloads)
    return {"parallel_read_safe": True}
