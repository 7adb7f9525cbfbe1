"""Lessons whose exercises check themselves: `check("1.2", answer)` says what is off, by how much, and gives a
hint.

The lessons are scripts in `visualizations/lessons/`; ``spikingnn lessons`` lists them and writes them as
notebooks.
"""

from .catalogue import Lesson, check, find_lessons
from .exercise import Exercise, Mistake, Verdict


__all__ = ["Exercise", "Lesson", "Mistake", "Verdict", "check", "find_lessons"]
