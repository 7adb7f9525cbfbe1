"""The examples of the page on sweeps, executed as they stand there, at a small size."""

import json
import re
from pathlib import Path

import pytest

import spikingnn.cli as cli


PAGE = Path(__file__).resolve().parents[2] / "docs" / "sweeps.md"
SAVED = re.compile(r"\sthis\s+as `([\w.]+)`:\n\n```(?:python|yaml)\n(.*?)```", re.DOTALL)


@pytest.fixture
def commands(tmp_path, monkeypatch):
    """The commands of the page, in a folder with its files."""
    monkeypatch.chdir(tmp_path)
    text = PAGE.read_text(encoding="utf-8")
    for name, content in SAVED.findall(text):
        (tmp_path / name).write_text(content)
    assert {path.name for path in tmp_path.iterdir()} == {"balanced.py", "plane.yaml", "memory.yaml"}
    return [command.split()[1:] for command in re.findall(r"```sh\n(.*)\n```", text)]


def test_plane_of_the_balanced_network(commands, tmp_path):
    small = ["--set", "grid.g=[3, 6]", "--set", "grid.eta=[2]", "--set", "grid.n=[500]",
             "--set", "grid.duration=[100]", "--jobs", "1"]
    assert cli.main([*commands[0], *small, "--json", "a.json"]) == 0
    regular, irregular = (row["mean"] for row in json.loads((tmp_path / "a.json").read_text())["rows"])
    assert regular < irregular
    assert (tmp_path / "plane.png").stat().st_size > 5000


def test_gain_ridge_and_noise_of_a_memory(commands, tmp_path):
    assert cli.main([*commands[1], "--set", "points=3", "--set", "grid.n=[64]", "--jobs", "1"]) == 0
    rows = [json.loads(line) for line in (tmp_path / "memory.jsonl").read_text().splitlines()]
    assert len(rows) == 6 and all(row["error"] is None for row in rows)
    assert len({row["gain"] for row in rows}) == 3 and all(0.001 < row["ridge"] < 10 for row in rows)
    assert (tmp_path / "memory.png").stat().st_size > 5000
