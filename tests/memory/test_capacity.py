"""How much a memory holds: the classical networks beside it, the theory, and the command that prints them."""

import csv
import json

import numpy as np
import pytest

import spikingnn.cli as cli
from spikingnn.memory import (binary_recall, capacity, corrupt, graded_recall, hebbian, mean_field_overlap,
                              overlap, projection, random_patterns)


def test_binary_network_goes_downhill_to_a_fixed_point():
    rng = np.random.default_rng(0)
    couplings = hebbian(random_patterns(8, 120, rng))
    for k, cue in enumerate(random_patterns(5, 120, rng)):
        state = binary_recall(couplings, cue, seed=k)
        assert couplings.energy(state) < couplings.energy(cue)
        assert (np.sign(couplings.field(state)) == state).all()


def test_graded_network_is_the_binary_one_where_its_gain_is_high():
    """At a high gain the stable states of the two are the same (Hopfield 1984)."""
    rng = np.random.default_rng(1)
    patterns = random_patterns(6, 120, rng)
    couplings = projection(patterns)
    for pattern, cue in zip(patterns, corrupt(patterns, flip=0.1, seed=1)):
        binary, graded = binary_recall(couplings, cue), graded_recall(couplings, cue, beta=50.0)
        assert (binary == graded).all() and overlap(graded, pattern) == 1.0


def test_hebbian_overlap_is_that_of_the_theory():
    """A large binary network begun in a stored pattern stays near m of the mean field."""
    rng = np.random.default_rng(2)
    patterns = random_patterns(60, 600, rng)
    couplings = hebbian(patterns)
    found = np.mean([overlap(binary_recall(couplings, pattern, seed=k), pattern)
                     for k, pattern in enumerate(patterns[:20])])
    assert found == pytest.approx(mean_field_overlap(0.1), abs=0.01)
    assert mean_field_overlap(0.1) > mean_field_overlap(0.13) > 0.96 and mean_field_overlap(0.15) == 0.0


def test_rows():
    rows = capacity(["hebbian", "dense"], 100, [0.05, 0.3], [0.1], trials=12)
    found = {(row["rule"], row["load"], row["network"]): row for row in rows}
    assert {network for rule, _, network in found if rule == "hebbian"} == {"spiking", "binary", "graded",
                                                                            "nearest"}
    assert {network for rule, _, network in found if rule == "dense"} == {"spiking", "nearest"}
    for row in rows:
        assert row["trials"] == 12 and row["patterns"] == round(100 * row["load"])
        assert row["low"] - 1e-12 <= row["success"] <= row["high"] + 1e-12 and row["overlap"] <= 1.0
    assert found["hebbian", 0.05, "spiking"]["success"] == 1.0 > 0.5 > found["hebbian", 0.3,
                                                                             "spiking"]["success"]
    assert found["dense", 0.3, "spiking"] == found["dense", 0.3, "nearest"] | {"network": "spiking"}


def test_same_patterns_and_cues_for_every_rule_and_choice_of_networks():
    """What a rule is given does not depend on what else is asked."""
    whole = capacity(["hebbian", "projection"], 64, [0.2], [0.2], trials=11, networks=["nearest", "spiking"])
    part = capacity(["projection"], 64, [0.2], [0.2], trials=11, networks=["spiking"])
    assert whole[3] == part[0]
    assert whole[0] | {"rule": ""} == whole[2] | {"rule": ""}                   # nearest


def test_command(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["capacity", "--rules", "hebbian", "projection", "--n", "64", "--loads", "0.05", "1.2",
                     "--trials", "4",
                     "--json", "a.json", "--csv", "a.csv"]) == 0
    printed = capsys.readouterr()
    assert "leave nothing to correct" in printed.out and "95 % interval" in printed.out and printed.err == ""
    rows = json.loads((tmp_path / "a.json").read_text())["rows"]
    assert {row["network"] for row in rows} == {"spiking", "binary", "graded", "nearest"}
    assert sum("failed" in row for row in rows) == 1
    with (tmp_path / "a.csv").open(encoding="utf-8") as opened:
        assert len(list(csv.DictReader(opened))) == len(rows) - 1
    assert (tmp_path / "capacity.png").stat().st_size > 10_000


@pytest.mark.parametrize("arguments, said", [
    (["--loads", "0"], "from 1e-06"), (["--rules", "hebian"], "hebian"), (["--save", "a.doc"], ".png")])
def test_mistakes_of_the_command(tmp_path, monkeypatch, capsys, arguments, said):
    monkeypatch.chdir(tmp_path)
    try:
        code = cli.main(["capacity", *arguments])
    except SystemExit as end:
        code = end.code
    printed = capsys.readouterr().err
    assert code == 2 and said in printed and "Traceback" not in printed and not list(tmp_path.iterdir())
