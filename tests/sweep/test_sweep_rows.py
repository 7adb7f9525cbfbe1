"""Rows of a sweep: what they hold, points that fail, files of older versions, points drawn at random."""

import json
import os
import platform
import re

import numpy as np
import pytest
from scipy import stats

import spikingnn
import spikingnn.cli as cli
from spikingnn.sweep import sweep, trial_means
from spikingnn.sweep.point import key_of, seed_of


def fragile(seed, a):
    """A function that fails for the number of the environment."""
    if str(a) in os.environ.get("FAILS", "").split():
        raise ValueError(f"no value\nat {a}")
    return {"value": a + seed % 7}


@pytest.fixture
def failing(monkeypatch):
    monkeypatch.setenv("FAILS", "2 4")


def test_a_row_says_what_it_was_calculated_with():
    row, = sweep(fragile, {"a": [3]})
    seed = seed_of(key_of({"a": 3}, 0, 0))
    assert row["seed"] == seed and row["value"] == 3 + seed % 7 and row["error"] is None
    assert row["versions"] == {"spikingnn": spikingnn.__version__, "numpy": np.__version__,
                               "numba": __import__("numba").__version__, "python": platform.python_version()}
    assert 0 <= row["seconds"] < 5 and row["trial"] == 0


def test_points_that_fail_are_recorded_and_the_rest_goes_on(tmp_path, failing, monkeypatch):
    file = tmp_path / "a.jsonl"
    with pytest.warns(UserWarning, match=r"2 of 5 points failed .* ValueError: no value at 2; retry=True"):
        rows = sweep(fragile, {"a": [1, 2, 3, 4, 5]}, file)
    errors = [row["error"] for row in rows]
    assert errors == [None, "ValueError: no value at 2", None, "ValueError: no value at 4", None]
    assert [("value" in row) for row in rows] == [True, False, True, False, True]
    monkeypatch.setenv("FAILS", "4")
    with pytest.warns(UserWarning, match="2 of 5 points failed"):              # not asked to retry
        assert sweep(fragile, {"a": [1, 2, 3, 4, 5]}, file) == rows
    with pytest.warns(UserWarning, match="1 of 5 points failed"):
        again = sweep(fragile, {"a": [1, 2, 3, 4, 5]}, file, retry=True)
    assert [row["error"] is None for row in again] == [True, True, True, False, True]
    assert [again[k] for k in (0, 2, 4)] == [rows[k] for k in (0, 2, 4)]       # seconds, too: not repeated
    keys = [json.loads(line)["key"] for line in file.read_text().splitlines()]
    assert len(keys) == len(set(keys)) == 5


def test_retry_leaves_other_points_of_the_file(tmp_path, failing, monkeypatch):
    file = tmp_path / "a.jsonl"
    with pytest.warns(UserWarning):
        sweep(fragile, {"a": [2, 4]}, file)
    monkeypatch.setenv("FAILS", "")
    sweep(fragile, {"a": [2]}, file, retry=True)
    assert {json.loads(line)["a"]: json.loads(line)["error"] is None
            for line in file.read_text().splitlines()} == {4: False, 2: True}


@pytest.mark.parametrize("returned, said", [
    ("text", "a number or a dictionary"), ({1: 2}, "a number or a dictionary"),
    ({"value": object}, "numbers, texts and lists"), ({"a": 1.0}, "measures of other names"),
    ({"seconds": 1.0}, "measures of other names"), (None, "a number or a dictionary")])
def test_what_is_no_measure_is_an_error_of_the_point(returned, said):
    with pytest.warns(UserWarning, match="failed"):
        row, = sweep(lambda a: returned, {"a": [1]})
    assert said in row["error"] and "\n" not in row["error"]


def test_an_exit_is_an_error_of_the_point():
    with pytest.warns(UserWarning, match="failed"):
        row, = sweep(lambda a: exit(3), {"a": [1]})
    assert row["error"] == "SystemExit: 3"


def test_any_function():
    assert sweep(lambda a, b=1: np.float32(a) / b, {"a": [1, 2]})[1]["value"] == 2.0
    assert sweep(lambda seed, a: {"n": np.arange(a), "ok": np.True_}, {"a": [2]})[0]["n"] == [0, 1]
    assert sweep(pow, {"base": [2], "exp": [3]})[0]["value"] == 8
    rows = sweep(lambda seed: {"value": seed}, {"seed": [3, 4]})
    assert [(row["seed"], row["value"]) for row in rows] == [(3, 3), (4, 4)]


@pytest.mark.parametrize("function, grid, options, said", [
    (fragile, {"b": [1]}, {}, "sweep.grid does not fit fragile"),
    (3, {"a": [1]}, {}, "sweep.function must be a function"),
    (fragile, {"error": [1]}, {}, "error is a column of its own"),
    (lambda a: a, {"a": [1]}, {"trials": 2}, "a function without a parameter seed"),
    (fragile, {"a": [1], "seed": [1]}, {"trials": 2}, "whose seeds are in the grid"),
    (fragile, {"a": "text"}, {}, "lists that are not empty"),
    (fragile, {"a": 3}, {}, "lists that are not empty"),
    (fragile, [1], {}, "lists that are not empty"), (fragile, {"a": [1]}, {"seed": -1}, "sweep.seed"),
    (fragile, {"a": {"uniform": [0, 1]}}, {}, "points= says how many"),
    (fragile, {"a": {"unifrom": [0, 1]}}, {"points": 2}, "a distribution {uniform: [low, high]}"),
    (fragile, {"a": {"uniform": [1, 0]}}, {"points": 2}, "low < high"),
    (fragile, {"a": {"loguniform": [0, 1]}}, {"points": 2}, "two positive numbers"),
    (fragile, {"a": {"integers": [0.5, 1]}}, {"points": 2}, "two whole numbers"),
    (fragile, {"a": {"normal": [0, 0]}}, {"points": 2}, "deviation > 0"),
    (fragile, {"a": []}, {"points": 2}, "a list of values"),
    (fragile, {"a": [1]}, {"points": 0}, "sweep.points"),
    (fragile, {"a": [1]}, {"dask": "local", "backend": "loky"}, "either dask or a backend")])
def test_what_cannot_be_calculated_is_refused_before(tmp_path, function, grid, options, said):
    with pytest.raises((ValueError, TypeError), match=re.escape(said)):
        sweep(function, grid, tmp_path / "a.jsonl", **options)
    assert not list(tmp_path.iterdir())


# --- points drawn at random ---------------------------------------------------------------------------------

RANGES = {"a": {"uniform": [2, 4]}, "b": {"loguniform": [0.01, 100]}, "c": {"integers": [1, 3]},
          "d": {"normal": [5, 2]}, "e": ["x", "y"], "f": stats.expon(scale=3)}


def draws(points, seed=0, **changed):
    rows = sweep(lambda **point: 0, RANGES | changed, points=points, seed=seed)
    return {name: [row[name] for row in rows] for name in RANGES}


def test_points_follow_their_distributions():
    drawn = draws(400)
    tests = {"a": stats.uniform(2, 2), "b": stats.loguniform(0.01, 100), "d": stats.norm(5, 2),
             "f": stats.expon(scale=3)}
    for name, distribution in tests.items():
        assert stats.kstest(drawn[name], distribution.cdf).pvalue > 0.001, name
    assert {type(value) for value in drawn["c"]} == {int} and set(drawn["c"]) == {1, 2, 3}
    assert 160 < drawn["e"].count("x") < 240
    assert abs(np.corrcoef(drawn["a"], drawn["d"])[0, 1]) < 0.2


def test_points_depend_on_seed_name_and_number_alone():
    few, many, other = draws(5), draws(8), draws(5, seed=1)
    assert all(many[name][:5] == few[name] for name in RANGES)
    assert few["a"] != other["a"]
    assert draws(5, a={"uniform": [0, 1]})["d"] == few["d"]


def test_a_random_sweep_is_resumed(tmp_path):
    first = sweep(fragile, {"a": {"uniform": [0, 1]}}, tmp_path / "a.jsonl", points=3)
    assert sweep(fragile, {"a": {"uniform": [0, 1]}}, tmp_path / "a.jsonl", points=5)[:3] == first
    assert len(sweep(fragile, {"a": [1, 2]}, points=50)) == 2             # each combination once


# --- files of versions without the new columns --------------------------------------------------------------

def test_old_rows_are_read(tmp_path):
    file = tmp_path / "old.jsonl"
    file.write_text('{"key": "[0, {\\"a\\": 1}, 0]", "a": 1, "trial": 0, "value": 9.5}\n')
    old, new = sweep(fragile, {"a": [1, 3]}, file)
    assert old == {"a": 1, "trial": 0, "value": 9.5, "seed": seed_of(key_of({"a": 1}, 0, 0)), "seconds": None,
                   "versions": None, "error": None}
    assert new["seconds"] is not None and len(file.read_text().splitlines()) == 2
    assert [row["mean"] for row in trial_means([old, new], ["a"], "value")] == [9.5, new["value"]]


def test_means_without_what_failed(failing):
    with pytest.warns(UserWarning):
        rows = sweep(fragile, {"a": [1, 2]}, trials=2)
    one, none = trial_means(rows, ["a"], "value")
    assert one["trials"] == 2 and none["trials"] == 0 and np.isnan([none["mean"], none["error"]]).all()


# --- the command over a function ----------------------------------------------------------------------------

SCRIPT = """
from __future__ import annotations
from dataclasses import dataclass
from neighbour import OFFSET

@dataclass(frozen=True)
class Curve:
    scale: float

def height(x, y=1.0, seed=0):
    if x == 3:
        raise ArithmeticError("three")
    return {"height": Curve(2.0).scale * x * y + OFFSET, "other": 0.0}
"""


@pytest.fixture
def script(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "curve.py").write_text(SCRIPT)
    (tmp_path / "neighbour.py").write_text("OFFSET = 1.0\n")


def test_command_over_a_function_of_a_file(script, tmp_path, capsys):
    arguments = ["sweep", "--function", "curve.py:height", "--set", "grid={x: [1, 2, 3], y: [1, 10]}",
                 "--set", "trials=1", "--json", "a.json"]
    for jobs in ("1", "2"):
        assert cli.main([*arguments, "--jobs", jobs, "--out", f"{jobs}.jsonl"]) == 0
        numbers = json.loads((tmp_path / "a.json").read_text())
        assert [row["mean"] for row in numbers["rows"]] == [3.0, 21.0, 5.0, 41.0, None, None]
        assert numbers["measure"] == "height" and numbers["failed"] == 2
        printed = capsys.readouterr()
        assert "height" in printed.out and "2 of 6 points failed" in printed.err
        assert printed.err.count("\n") == 1
    assert (tmp_path / "sweep.png").stat().st_size > 5000


@pytest.mark.parametrize("function, said", [
    ("curve.py:hight", "curve.py has no function hight; it has height"), ("curve.py", "FILE.py:NAME"),
    ("none.py:f", "no such file"), ("no_such_module:f", "no_such_module cannot be imported"),
    ("neighbour.py:OFFSET", "has no function OFFSET"), ("curve.py:", "FILE.py:NAME"),
    ("broken.py:f", "broken.py cannot be imported: SyntaxError"),
    ("curve.py:height", "grid of its parameters")])
def test_functions_that_cannot_be_called(script, tmp_path, capsys, function, said):
    (tmp_path / "broken.py").write_text("def f(:\n")
    assert cli.main(["sweep", "--function", function]) == 2
    printed = capsys.readouterr().err
    assert said in printed and printed.count("\n") == 1
    assert not (tmp_path / "sweep.jsonl").exists()


def test_command_where_everything_fails(script, capsys):
    assert cli.main(["sweep", "--function", "curve.py:height", "--set", "grid={x: [3]}", "--jobs", "1",
                     "--set", "trials=1"]) == 2
    assert "all 1 points failed, the first one with ArithmeticError: three" in capsys.readouterr().err
