"""Every lesson: its own solution passes the checker, known mistakes are refused with different hints, and the
script runs as it stands."""

import json
import os
import re
import runpy
import warnings
from pathlib import Path

import numpy as np
import pytest

from spikingnn.lessons import Exercise, Mistake, check, find_lessons
from spikingnn.lessons.notebook import as_notebook


BUILT = os.environ.get("SPIKINGNN_PAGES")
LESSONS = find_lessons()
EXERCISES = [(number, exercise) for lesson in LESSONS for number, exercise in lesson.exercises.items()]
ANSWERED = re.compile(r"^(\d+\.\d+): (right|not yet|.*\(expected: )", re.MULTILINE)

each_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
each_exercise = pytest.mark.parametrize("number, exercise", EXERCISES,
                                        ids=[number for number, _ in EXERCISES])


def run(script, capsys):
    """What a script prints; its warnings are errors."""
    import matplotlib
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        runpy.run_path(str(script), run_name="__main__")
    plt.close("all")
    return capsys.readouterr().out


def test_numbers_follow_each_other():
    assert [lesson.number for lesson in LESSONS] == sorted({lesson.number for lesson in LESSONS})
    assert all(lesson.name.startswith(f"lesson_{lesson.number:02d}_") for lesson in LESSONS)


@each_lesson
def test_a_lesson_is_complete(lesson):
    assert len(lesson.exercises) in (3, 4) and lesson.minutes <= 45
    asked = re.findall(r'^check\("([\d.]+)"', lesson.script.read_text(encoding="utf-8"), re.MULTILINE)
    assert asked == list(lesson.exercises)


@each_lesson
def test_its_own_solution_is_right(lesson, monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)
    said = ANSWERED.findall(run(lesson.solution, capsys))
    assert said == [(number, "right") for number in lesson.exercises]


@each_exercise
def test_mistakes_are_refused_with_different_hints(number, exercise):
    assert len(exercise.mistakes) >= 3
    verdicts = [exercise.judge(mistake.answer()) for mistake in exercise.mistakes]
    assert [verdict.is_right for verdict in verdicts] == [False] * len(verdicts)
    assert [verdict.hint for verdict in verdicts] == [mistake.hint for mistake in exercise.mistakes]
    assert len({verdict.hint for verdict in verdicts} | {exercise.hint}) == len(verdicts) + 1


@each_exercise
def test_the_computed_answer_is_right_and_nonsense_is_not(number, exercise):
    assert exercise.judge(exercise.right()).is_right
    for nonsense in ("nonsense", float("nan"), np.ones((2, 3, 4)), object(), lambda *_: [1, "a"], {}):
        verdict = exercise.judge(nonsense)
        assert verdict.is_right is False and verdict.hint and "\n" not in str(verdict)
    assert exercise.judge(None).is_right is None and exercise.judge(...).text.startswith(exercise.question)


@each_lesson
def test_a_script_runs_as_it_stands(lesson, monkeypatch, capsys, tmp_path):
    """Where the pages were built (SPIKINGNN_PAGES), what is printed is theirs: a script runs once."""
    if BUILT:
        page = Path(BUILT, "lessons", f"{lesson.name}.html").read_text(encoding="utf-8")
        printed = "\n".join(re.findall(r'<div class="sphx-glr-script-out .*?</div>', page, re.DOTALL))
        printed = re.sub(r"<[^>]*>", "", printed)
        assert f"sphx_glr_{lesson.name}_001.png" in page
        downloads = re.findall(r'href="\.\./(_downloads/[^"]+\.ipynb)"', page)
        assert len(downloads) == 2 and all(Path(BUILT, name).is_file() for name in downloads)
    else:
        monkeypatch.chdir(tmp_path)
        printed = run(lesson.script, capsys)
    assert [number for number, _ in ANSWERED.findall(printed)] == list(lesson.exercises)
    assert "right" not in {word for _, word in ANSWERED.findall(printed)}


@each_lesson
def test_its_notebook_has_the_same_code(lesson):
    script = lesson.script.read_text(encoding="utf-8")
    notebook = json.loads(as_notebook(script))
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    kinds = {kind: ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == kind]
             for kind in ("code", "markdown")}
    code = [line for line in script.split('"""\n', 2)[-1].splitlines() if line and not line.startswith("#")]
    assert [line for cell in kinds["code"] for line in cell.splitlines() if line] == code
    compile("\n".join(kinds["code"]), lesson.name, "exec")
    text = "\n".join(kinds["markdown"])
    assert text.startswith(f"# Lesson {lesson.number}: {lesson.title}\n")
    assert ":math:" not in text and ".. " not in text and "``" not in text and "\n---" not in text
    assert len({cell["id"] for cell in notebook["cells"]}) == len(notebook["cells"])


# --- the checker ------------------------------------------------------------------------------------------

NUMBER = Exercise("How much?", lambda: 10.0, unit="mV", hint="general",
                  mistakes=(Mistake(lambda: 20.0, "twice"), Mistake(lambda: -10.0, "sign")))
CASES = [(10.19, "right; the value computed here is 10 mV."),
         (20, "not yet: 20 mV is 100 % too large. Hint: twice"),
         (-10.0, "not yet: -10 mV has the wrong sign. Hint: sign"),
         (8.0, "not yet: 8 mV is 20 % too small. Hint: general"),
         (np.float32(0.01), "not yet: 0.01 mV is 0.001 times the right value. Hint: general"),
         ([10.0], "not yet: a number is expected: one number; got an array of shape (1,). Hint: general")]


@pytest.mark.parametrize("answer, said", CASES, ids=[str(answer) for answer, _ in CASES])
def test_an_answer_is_off_by_so_much(answer, said):
    assert str(NUMBER.judge(answer)) == said


def test_an_array_is_off_where_it_is_worst():
    exercise = Exercise("Which?", lambda: np.array([[1.0, 2.0], [4.0, 0.0]]), (), "", accepts="an array")
    assert exercise.judge([[1.0, 2.0], [4.0, 0.07]]).is_right
    assert "index 1, 0 (counted from 0), where 6 is 50 % too large" in exercise.judge([[1, 2], [6, 1]]).text
    assert "index 1, 1 (counted from 0), where 1 should be 0" in exercise.judge([[1, 2], [4, 1]]).text


def test_a_word_may_be_written_in_capitals():
    mistake = Mistake(lambda: "type II", "other")
    exercise = Exercise("Which?", lambda: "type I", (mistake,), "general", accepts="a word")
    assert exercise.judge(" Type  I").is_right
    assert str(exercise.judge("TYPE II")) == "not yet: it is not “type ii”. Hint: other"


def test_an_error_in_a_students_function_is_named():
    def broken(t):
        return t / undefined                                                            # noqa: F821
    exercise = Exercise("Which function?", lambda: np.sin, (), "general", measure=lambda f: f(np.ones(2)))
    assert "NameError: name 'undefined' is not defined" in exercise.judge(broken).text


@pytest.mark.parametrize("number", ["1.9", "77.1", "one", 1.25, ""])
def test_an_exercise_that_does_not_exist(number):
    with pytest.raises(ValueError, match="there is no exercise"):
        check(number, 1.0)
