"""Sweeps: every cell once, kept at once, the same numbers in whatever order; and the command over them."""

import json

import numpy as np
import pytest

import spikingnn.cli as cli
from spikingnn.sweep import memory_cell, sweep, trial_means


GRID = {"a": [1, 2, 3], "b": ["x", "y"]}


def same(rows):
    """Rows without what the clock decides."""
    return [{name: value for name, value in row.items() if name not in ("key", "seconds")} for row in rows]


def written(file):
    """The rows in a file, in the order of their keys, without what the clock decides."""
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    return same(sorted(rows, key=lambda row: row["key"]))


class Counted:
    """A function that counts its calls, and is interrupted at one of them."""

    def __init__(self, fails_at=None):
        self.calls, self.fails_at = [], fails_at

    def __call__(self, seed, a, b="x"):
        if len(self.calls) == self.fails_at:
            raise KeyboardInterrupt
        self.calls.append((a, b))
        return {"value": a * np.random.default_rng(seed).random()}


def test_every_cell_and_trial_once(tmp_path):
    function = Counted()
    rows = sweep(function, GRID, tmp_path / "a.jsonl", trials=2)
    assert function.calls == [(a, b) for a in (1, 2, 3) for b in "xy" for _ in range(2)]
    assert [(row["a"], row["b"], row["trial"]) for row in rows[:3]] == [(1, "x", 0), (1, "x", 1), (1, "y", 0)]
    assert len({row["value"] / row["a"] for row in rows}) == 12                 # seeds of their own
    assert sweep(function, GRID, tmp_path / "b.jsonl", trials=2, seed=1) != rows


def test_goes_on_where_it_was_cut_off(tmp_path):
    whole = sweep(Counted(), GRID, tmp_path / "whole.jsonl")
    with pytest.raises(KeyboardInterrupt):
        sweep(Counted(fails_at=4), GRID, tmp_path / "a.jsonl")
    assert len((tmp_path / "a.jsonl").read_text().splitlines()) == 4
    rest = Counted()
    assert same(sweep(rest, GRID, tmp_path / "a.jsonl")) == same(whole)
    assert rest.calls == [(3, "x"), (3, "y")]


@pytest.mark.parametrize("cut", [1, 2, 30])
def test_a_line_that_was_cut_off_is_calculated_again(tmp_path, cut):
    file = tmp_path / "a.jsonl"
    whole = sweep(Counted(), GRID, file)
    text, rows = file.read_text(), written(file)
    file.write_text(text[:-cut])
    rest = Counted()
    assert same(sweep(rest, GRID, file)) == same(whole) and rest.calls == [(3, "y")]
    assert written(file) == rows


def test_a_grid_may_grow_and_change_its_order(tmp_path):
    file = tmp_path / "a.jsonl"
    before = sweep(Counted(), {"a": [1, 2]}, file)
    more = Counted()
    after = sweep(more, {"a": np.array([3, 2, 1])}, file)
    assert [a for a, _ in more.calls] == [3] and after[1:] == before[::-1]
    one, other = ({"a": [2], "b": ["y"]}, {"b": ["y"], "a": [2]})
    assert same(sweep(Counted(), one)) == same(sweep(Counted(), other))


def test_processes_give_the_same(tmp_path):
    pytest.importorskip("joblib", reason="joblib is not installed: pip install 'spikingnn[sweep]'")
    grid = {"n": [36], "load": [0.1], "flip": [0.1, 0.4], "recalls": [1]}
    alone, shared = (sweep(memory_cell, grid, tmp_path / f"{jobs}.jsonl", trials=2, jobs=jobs)
                     for jobs in (1, 2))
    assert same(alone) == same(shared)
    assert written(tmp_path / "1.jsonl") == written(tmp_path / "2.jsonl")
    assert same(sweep(memory_cell, grid, trials=2, backend="threading")) == same(alone)


def test_without_joblib_nothing_is_begun(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "joblib", None)
    with pytest.raises(ImportError, match=r"pip install 'spikingnn\[sweep\]'"):
        sweep(Counted(), GRID, tmp_path / "a.jsonl", jobs=2)
    assert not list(tmp_path.iterdir())


def test_mistakes(tmp_path):
    (tmp_path / "notes.txt").write_text("first line\n{}\n")
    with pytest.raises(ValueError, match=r"notes\.txt:1 is no line of a sweep"):
        sweep(Counted(), GRID, tmp_path / "notes.txt")
    assert (tmp_path / "notes.txt").read_text() == "first line\n{}\n"
    for grid in ({}, {"a": []}):
        with pytest.raises(ValueError, match=r"sweep\.grid must be a dictionary of lists that are not empty"):
            sweep(Counted(), grid, tmp_path / "a.jsonl")
    with pytest.raises(ValueError, match=r"sweep\.trials"):
        sweep(Counted(), GRID, tmp_path / "a.jsonl", trials=0)


def test_table_of_means():
    rows = [{"a": 1, "b": 5, "m": 1.0}, {"a": 1, "b": 5, "m": 3.0}, {"a": 2, "b": 5, "m": 7.0}]
    first, second = trial_means(rows, ["a"], "m")
    assert first == {"a": 1, "mean": 2.0, "trials": 2, "error": pytest.approx(1 / np.sqrt(2))}
    assert second == {"a": 2, "mean": 7.0, "trials": 1, "error": 0.0}


def test_memory_cell():
    easy, hard = (memory_cell(0, n=100, load=0.1, flip=flip) for flip in (0.1, 0.45))
    assert easy["overlap"] == easy["success"] == 1.0 > hard["overlap"] and easy["spikes"] > 1000
    assert memory_cell(0, n=100, load=0.1, flip=0.45) == hard


def test_command(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "s.yaml").write_text("grid: {rule: [hebbian, dense], flip: [0.1, 0.3], n: [64], load: "
                                     "[0.3], recalls: [2]}\ntrials: 2\n")
    for _ in range(2):
        assert cli.main(["sweep", "--config", "s.yaml", "--json", "a.json", "--jobs", "1"]) == 0
        rows = json.loads((tmp_path / "a.json").read_text())["rows"]
        assert len((tmp_path / "sweep.jsonl").read_text().splitlines()) == 8
    means = {(row["rule"], row["flip"]): row["mean"] for row in rows}
    assert len(means) == 4 and means["dense", 0.1] == 1.0 > means["hebbian", 0.1]
    printed = capsys.readouterr()
    assert "± error" in printed.out and "picture: sweep.png" in printed.out and printed.err == ""
    assert (tmp_path / "sweep.png").stat().st_size > 5000


@pytest.mark.parametrize("setting, said", [
    ("grid={rule: [hebbian], ridge: [0.1]}", "grid.rule must be [projection]"),
    ("grid.gan=[1]", "did you mean 'gain'"), ("grid.rule=[projecton]", "did you mean 'projection'"),
    ("measur=spikes", "did you mean measure"), ("jobs=0", "jobs"), ("points=0", "points"),
    ("grid.gain={uniform: [1, 2]}", "points= says how many"), ("grid.gain=5", "not empty"),
    ("measure=speed", "'overlap'"), ("trials=0", "trials"),
    ("grid.gain=[]", "not empty")])
def test_mistakes_of_the_command(tmp_path, monkeypatch, capsys, setting, said):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["sweep", "--set", setting]) == 2
    printed = capsys.readouterr().err
    assert said in printed and printed.startswith("spikingnn: error: ") and printed.count("\n") == 1
    assert not list(tmp_path.iterdir())


# --- files --------------------------------------------------------------------------------------------------

def measured(seed, a):
    """A function for a sweep."""
    return {"value": float(a)}


@pytest.mark.parametrize("text", ["a line of notes", "a line\n", "\n\n", ",\n", '{"a": 1}', '{"note": "x',
                                  " ", '{"key": 1}\n', "\0\0"])
def test_a_foreign_text_stays(tmp_path, text):
    file = tmp_path / "notes.txt"
    file.write_text(text)
    with pytest.raises(ValueError, match=r"notes\.txt:1 is no line of a sweep; choose another file"):
        sweep(lambda seed, a: pytest.fail("something was calculated"), {"a": [1]}, file)
    assert file.read_text() == text


def test_notes_behind_a_sweep_stay(tmp_path):
    sweep(measured, {"a": [1]}, tmp_path / "a.jsonl")
    with (tmp_path / "a.jsonl").open("a") as file:
        file.write("do not forget: repeat")
    before = (tmp_path / "a.jsonl").read_text()
    with pytest.raises(ValueError, match="a.jsonl:2 is no line of a sweep"):
        sweep(measured, {"a": [1, 2]}, tmp_path / "a.jsonl")
    assert (tmp_path / "a.jsonl").read_text() == before


def test_two_sweeps_into_one_file(tmp_path):
    def nested(seed, a):
        with pytest.raises(ValueError, match="another sweep writes there"):
            sweep(measured, {"a": [5]}, tmp_path / "a.jsonl")
        return {"value": a}
    assert len(sweep(nested, {"a": [1, 2]}, tmp_path / "a.jsonl")) == 2
    assert len((tmp_path / "a.jsonl").read_text().splitlines()) == 2
