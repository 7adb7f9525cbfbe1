"""The lessons that there are: scripts with a number, their exercises, and their solutions."""

from __future__ import annotations

import ast
import importlib
import importlib.resources
import re
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from .exercise import Exercise


__all__ = ["Lesson", "check", "find_lessons"]

HEAD = re.compile(r"Lesson (\d+): ([^\n]+)\n=+\n\n\*Neuronal Dynamics\*, ([^\n]+?)\. (\d+) minutes\.\n")
"""How the docstring of a lesson begins: number, title, chapter, minutes."""


@dataclass(frozen=True)
class Lesson:
    """A lesson: what its script says of itself.

    Parameters
    ----------
    number : int
        Its place in the course.
    title : str
        What it is about.
    chapter : str
        Chapter or sections of *Neuronal Dynamics* that it follows.
    minutes : int
        Time that a student needs.
    script : Traversable
        The file of the script.

    Examples
    --------
    >>> find_lessons()[1].title
    'The membrane as an RC circuit'
    """

    number: int
    """Its place in the course."""
    title: str
    """What it is about."""
    chapter: str
    """Chapter or sections of *Neuronal Dynamics* that it follows."""
    minutes: int
    """Time that a student needs."""
    script: Traversable
    """The file of the script."""

    @property
    def name(self) -> str:
        """Name of the script without its suffix."""
        return self.script.name.removesuffix(".py")

    @property
    def solution(self) -> Traversable:
        """The file of the worked solution."""
        return _folder("solutions") / self.script.name.replace("lesson_", "solution_", 1)

    @property
    def exercises(self) -> dict[str, Exercise]:
        """The exercises by their numbers, "1.1", "1.2" and so on."""
        return _exercises(self.number)


def find_lessons() -> tuple[Lesson, ...]:
    """Return all lessons in the order of their numbers.

    Returns
    -------
    tuple of Lesson
        The lessons.

    Raises
    ------
    ValueError
        If the docstring of a script does not begin with title, chapter and minutes.
    """
    scripts = [each for each in _folder("lessons").iterdir() if re.fullmatch(r"lesson_\d+\w*\.py", each.name)]
    return tuple(sorted(map(_read_head, scripts), key=lambda lesson: lesson.number))


def check(number: str, answer: Any) -> None:
    """Print whether the answer to an exercise is right, or what is off, by how much, and a hint.

    Parameters
    ----------
    number : str
        Number of the exercise, such as "1.2".
    answer : number, array, str, function or None
        The answer; None or ``...``: print what is asked.

    Raises
    ------
    ValueError
        If there is no such exercise.

    Examples
    --------
    >>> check("1.1", None)
    1.1: What is the membrane time constant for C = 0.5 nF and R = 40 MΩ? (expected: a number in ms)
    >>> check("1.1", 20.0)
    1.1: right; the value computed here is 20 ms.
    """
    lesson = re.fullmatch(r"(\d+)\.\d+", str(number))
    exercises = _exercises(int(lesson[1])) if lesson else {}
    if str(number) not in exercises:
        known = f"lesson {lesson[1]} has {', '.join(exercises)}" if exercises and lesson else \
            "numbers are like '1.2': lesson, point, exercise"
        raise ValueError(f"there is no exercise {number!r}; {known}")
    print(f"{number}: {exercises[str(number)].judge(answer)}")


def _exercises(number: int) -> dict[str, Exercise]:
    try:
        module = importlib.import_module(f"{__package__}.lesson_{number:02d}")
    except ModuleNotFoundError:
        return {}
    return {f"{number}.{k}": each for k, each in enumerate(module.EXERCISES, start=1)}


def _folder(name: str) -> Traversable:
    """A folder of `visualizations/`, in the installed package or in a source checkout."""
    try:
        return importlib.resources.files(f"spikingnn.visualizations.{name}")
    except ModuleNotFoundError:
        return Path(__file__).resolve().parents[2] / "visualizations" / name


def _read_head(script: Traversable) -> Lesson:
    head = HEAD.match((ast.get_docstring(ast.parse(script.read_text(encoding="utf-8"))) or "") + "\n")
    if head is None:
        raise ValueError(f"{script.name}: the docstring of a lesson begins with 'Lesson N: title', a line "
                         "of =, and '*Neuronal Dynamics*, sections. N minutes.'")
    return Lesson(int(head[1]), head[2], head[3], int(head[4]), script)
