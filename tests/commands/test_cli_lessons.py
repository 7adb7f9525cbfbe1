"""`spikingnn lessons`: a list, notebooks and scripts, and no file is lost."""

import contextlib
import json

import pytest

from spikingnn.cli import main
from spikingnn.lessons import find_lessons


def test_the_list_names_every_lesson(capsys):
    assert main(["lessons"]) == 0
    said = capsys.readouterr().out
    for lesson in find_lessons():
        assert f"{lesson.number:>3}  {lesson.title}" in said
        assert f"{lesson.minutes} min  {lesson.chapter}\n" in said


def test_a_lesson_is_written_as_notebook_and_script(tmp_path, capsys):
    lesson = find_lessons()[1]
    folder = tmp_path / "a" / "course"
    assert main(["lessons", "1", "--out", str(folder)]) == 0
    assert sorted(path.name for path in folder.iterdir()) == [f"{lesson.name}.ipynb", f"{lesson.name}.py"]
    script, notebook = (folder / f"{lesson.name}{suffix}" for suffix in (".py", ".ipynb"))
    assert script.read_text(encoding="utf-8") == lesson.script.read_text(encoding="utf-8")
    assert json.loads(notebook.read_text(encoding="utf-8"))["nbformat"] == 4
    assert main(["lessons", "1", "--out", str(tmp_path / "both"), "--solution"]) == 0
    assert len(list((tmp_path / "both").iterdir())) == 4
    assert capsys.readouterr().err == ""


def test_answers_are_not_overwritten(tmp_path, capsys):
    script = tmp_path / f"{find_lessons()[1].name}.py"
    script.write_text("answers")
    assert main(["lessons", "1", "--out", str(tmp_path)]) == 2
    assert "is there already and may hold answers" in capsys.readouterr().err
    assert [path.read_text() for path in tmp_path.iterdir()] == ["answers"]
    assert main(["lessons", "1", "--out", str(tmp_path), "--force"]) == 0 and script.read_text() != "answers"


@pytest.mark.parametrize("arguments, said", [
    (["98"], "there is no lesson 98; the lessons are "), (["one"], "must be a whole number"),
    (["1", "--out", "file"], "--out must be a folder"), (["1", "--out", "file/below"], "file"),
], ids=" ".join)
def test_a_mistake_is_one_line(arguments, said, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("mine")
    with pytest.raises(SystemExit) if arguments == ["one"] else contextlib.nullcontext():
        assert main(["lessons", *arguments]) == 2
    error = capsys.readouterr().err
    assert error.startswith("spikingnn: error: ") and said in error and error.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
