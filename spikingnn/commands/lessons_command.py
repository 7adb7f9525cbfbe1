"""`spikingnn lessons`: the lessons, and notebooks and scripts of them."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from .._util.files import replacing
from .._util.text import printable
from .options import Commands, try_folder, whole


EXAMPLES = """
examples:
  spikingnn lessons                       list the lessons
  spikingnn lessons 3                     write the notebook and the script of lesson 3 into this folder
  spikingnn lessons 1 2 3 --out course    three lessons, into the folder course
  spikingnn lessons 3 --solution          the worked solution, too
  jupyter lab lesson_03_unknown.ipynb     open it (pip install jupyterlab)
"""


def add(commands: Commands, shared: dict[str, Any]) -> None:
    """Add the command to the parser."""
    lessons = commands.add_parser("lessons", help="list the lessons, write them as notebooks",
                                  epilog=EXAMPLES, **shared)
    lessons.description = (
        "Lessons on neuronal dynamics whose exercises check themselves. Without a number they are listed;\n"
        "with numbers, each is written as a Jupyter notebook and as a script.")
    lessons.add_argument("numbers", metavar="NUMBER", type=whole(0, 99), nargs="*",
                         help="which lessons to write")
    lessons.add_argument("--out", metavar="DIR", type=Path, default=Path("."),
                         help="folder for the files (default: the present one)")
    lessons.add_argument("--solution", action="store_true", help="write the worked solutions, too")
    lessons.add_argument("--force", action="store_true", help="overwrite files that are there")
    lessons.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """List the lessons or write those that are asked for."""
    from ..lessons import find_lessons
    lessons = {lesson.number: lesson for lesson in find_lessons()}
    if not options.numbers:
        for lesson in lessons.values():
            print(f"{lesson.number:>3}  {lesson.title:<56} {lesson.minutes:>3} min  {lesson.chapter}")
        print("\nchapters and sections of Neuronal Dynamics (neuronaldynamics.epfl.ch)\n"
              "spikingnn lessons NUMBER --out DIR writes a lesson as a notebook and a script")
        return 0
    unknown = [number for number in options.numbers if number not in lessons]
    if unknown:
        raise ValueError(f"there is no lesson {unknown[0]}; the lessons are "
                         f"{', '.join(map(str, lessons))} (spikingnn lessons lists them)")
    texts: dict[Path, str] = {}
    for number in dict.fromkeys(options.numbers):
        lesson = lessons[number]
        for source in (lesson.script, *([lesson.solution] if options.solution else [])):
            texts |= _files(options.out, source.name, source.read_text(encoding="utf-8"))
    _write(texts, options.out, options.force)
    return 0


def _files(folder: Path, name: str, script: str) -> dict[Path, str]:
    from ..lessons.notebook import as_notebook
    return {folder / name: script, (folder / name).with_suffix(".ipynb"): as_notebook(script)}


def _write(texts: dict[Path, str], folder: Path, force: bool) -> None:
    """Write all files or none: those that are there hold a student's answers."""
    if folder.exists() and not folder.is_dir():
        raise ValueError(f"--out must be a folder, {folder} is a file")
    there = [file for file in texts if file.exists()]
    if there and not force:
        raise ValueError(f"{there[0]} is there already and may hold answers; choose another folder with "
                         "--out, or overwrite it with --force")
    try_folder(folder, folder)
    folder.mkdir(parents=True, exist_ok=True)
    for file, text in texts.items():
        with replacing(file) as temporary:
            temporary.write_text(text, encoding="utf-8")
        print(f"written: {printable(file)}")
