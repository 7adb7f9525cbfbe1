"""`spikingnn sweep`: a search over the parameters of a memory, or of a function of one's own."""

from __future__ import annotations

import argparse
import importlib.util
import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from .._util import checks
from .._util.functions import named_function
from .options import (MEMORY_RULES, Commands, add_json, picture_file, progress, whole, writable,
                      write_json)


EXAMPLES = """
examples:
  spikingnn sweep                                            rules × flips, 64 cells, half a minute
  spikingnn sweep --config sweep.yaml --out sweep.jsonl      again with the same files: resumes
  spikingnn sweep --set grid.gain='[2, 5, 20]' --set grid.noise='[0, 0.2, 0.5]' --set grid.rule='[projection]'
  spikingnn sweep --function balanced.py:rate --set grid.g='[3, 4, 5, 6]' --set grid.eta='[0.9, 2, 4]'
  spikingnn sweep --dask tcp://10.0.0.7:8786                 on a Dask cluster

sweep.yaml:
  grid:                       # every combination of these; names: n, load, rule, flip, activity,
                              # recalls, gain, noise, bias, cue_gain, beta, ridge, diagonal;
                              # with --function, the parameters of the function
    rule: [hebbian, projection]
    gain: [2, 5, 20]          # with points: {uniform: [1, 20]}, {loguniform: [1, 20]},
                              # {integers: [1, 20]}, {normal: [10, 3]} are drawn from, too
  points: null                # or a number of points that are drawn at random
  measure: overlap            # or success, spikes; with --function, a name that it returns
  trials: 3
  jobs: 2                     # processes; needs joblib: pip install 'spikingnn[sweep]'

A function is called as function(seed=…, name=value, …) and returns a number or {measure: number}. What
fails is recorded with its error, and the rest goes on; --retry calculates it again.
"""

PARAMETERS = ("n", "load", "rule", "flip", "activity", "recalls", "gain", "noise", "bias", "cue_gain", "beta",
              "ridge", "diagonal")
MEASURES = ("overlap", "spikes", "success")


@dataclass(frozen=True)
class SweepSettings:
    """The settings of a sweep.

    Parameters
    ----------
    grid : dict[str, Any], default computed
        Values of each parameter, every combination of which is a point; or distributions.
    points : int | None, default None
        Number of points to draw at random; None takes every combination.
    measure : str | None, default None
        What the table and the picture show; None is the first one: overlap for a memory.
    trials : int, default 4
        Trials per point.
    seed : int, default 0
        Seed of all random numbers.
    jobs : int | None, default None
        Number of processes; None is one per core, or one if joblib is not installed.
    backend : str | None, default None
        Backend of joblib; None is its default, which starts processes.
    dask : str | None, default None
        Address of a Dask scheduler, or local for a cluster that is started.
    """

    grid: dict[str, Any] = field(default_factory=lambda: {
        "rule": ["hebbian", "storkey", "projection", "dense"],
        "flip": [0.1, 0.2, 0.3, 0.4], "n": [144], "load": [0.15]})
    """Values of each parameter, every combination of which is a point; or distributions."""
    points: int | None = None
    """Number of points to draw at random; None takes every combination."""
    measure: str | None = None
    """What the table and the picture show; None is the first one: overlap for a memory."""
    trials: int = 4
    """Trials per point."""
    seed: int = 0
    """Seed of all random numbers."""
    jobs: int | None = None
    """Number of processes; None is one per core, or one if joblib is not installed."""
    backend: str | None = None
    """Backend of joblib; None is its default, which starts processes."""
    dask: str | None = None
    """Address of a Dask scheduler, or local for a cluster that is started."""

    def __post_init__(self) -> None:
        for name, least in (("trials", 1), ("jobs", 1), ("points", 1), ("seed", 0)):
            if getattr(self, name) is not None:
                checks.integer(self, name, getattr(self, name), minimum=least)


def assert_memory(settings: SweepSettings) -> SweepSettings:
    """Return the settings with the measure of a memory; ValueError for parameters that no memory has."""
    for name in settings.grid:
        checks.one_of(settings, "grid", name, PARAMETERS)
    rules = settings.grid.get("rule", ["projection"])
    for rule in rules:
        checks.one_of(settings, "grid.rule", rule, MEMORY_RULES)
    if {"ridge", "diagonal"} & settings.grid.keys() and set(rules) != {"projection"}:
        checks.fail(settings, "grid.rule", rules, "[projection] in a sweep over its ridge or diagonal")
    measure = checks.one_of(settings, "measure", settings.measure or "overlap", MEASURES)
    return replace(settings, measure=measure)


def add(commands: Commands, shared: dict[str, Any]) -> None:
    """Add the command to the parser."""
    sweep = commands.add_parser("sweep", help="a search over parameters of a memory or of any function",
                                epilog=EXAMPLES, **shared)
    sweep.description = (
        "Store and recall random patterns, or call a function of one's own, for every combination of\n"
        "parameters or for points drawn at random. Each finished point is saved at once, so that a sweep\n"
        "can be interrupted and resumed. Ends with a table and a picture of the first two parameters that\n"
        "vary.")
    sweep.add_argument("--config", metavar="FILE", type=Path,
                       help="a YAML file (default: rules against flips)")
    sweep.add_argument("--set", metavar="KEY=VALUE", action="append", default=[],
                       help="change one setting; may be repeated")
    sweep.add_argument("--function", metavar="FILE.py:NAME",
                       help="call this function, of a file or of a module (package.module:name), "
                            "instead of a memory")
    sweep.add_argument("--out", metavar="FILE", type=Path, default=Path("sweep.jsonl"),
                       help="file of the rows (default sweep.jsonl)")
    sweep.add_argument("--save", metavar="FILE", type=Path, default=Path("sweep.png"),
                       help="the picture (default sweep.png)")
    sweep.add_argument("--jobs", metavar="N", type=whole(1, 256),
                       help="processes that share the points (default: one per core)")
    sweep.add_argument("--dask", metavar="ADDRESS",
                       help="run on the Dask cluster with this scheduler; local starts a cluster of --jobs "
                            "processes")
    sweep.add_argument("--retry", action="store_true", help="calculate points again that failed before")
    add_json(sweep)
    sweep.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Calculate what is missing, print the table, save the picture."""
    from ..plotting import save_figure, sweep_figure
    from ..sweep import memory_cell, sweep, trial_means
    picture_file(options.save)
    writable(options.json, options.out)
    function = named_function(options.function) if options.function else memory_cell
    settings = _settings(options)
    rows = sweep(function, settings.grid, options.out, settings.trials, settings.seed,
                 settings.jobs or _cores(), settings.backend, progress("sweeping", "point"),
                 points=settings.points, retry=options.retry, dask=settings.dask)
    names = list(settings.grid)
    failed = sum(row["error"] is not None for row in rows)
    if failed == len(rows):
        raise ValueError(f"all {failed} points failed, the first one with {rows[0]['error']}")
    measure = settings.measure or _first_measure(rows, names)
    means = trial_means(rows, names, measure)
    _print_table(means, names, measure)
    print(f"rows: {options.out}")
    if options.json:
        write_json(options.json, {"rows": means, "measure": measure, "seed": settings.seed,
                                  "failed": failed})
    save_figure(sweep_figure(means, names, measure), options.save)
    print(f"picture: {options.save}")
    return 0


def _settings(options: argparse.Namespace) -> SweepSettings:
    """Return the settings of the file and of the command line, which takes precedence."""
    from .. import config
    settings = (config.read_config(options.config, SweepSettings, options.set) if options.config
                else config.parse_config("{}", SweepSettings, "settings", options.set))
    given = {name: getattr(options, name) for name in ("jobs", "dask") if getattr(options, name) is not None}
    settings = replace(settings, **given)
    if not options.function:
        return assert_memory(settings)
    if settings.grid == SweepSettings().grid:
        raise ValueError("--function needs a grid of its parameters: --config FILE or --set grid.NAME=[…]")
    return settings


def _cores() -> int:
    """Return the number of processes that can run at once; 1 without joblib."""
    if not importlib.util.find_spec("joblib"):
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _first_measure(rows: Sequence[dict[str, Any]], names: Sequence[str]) -> str:
    """Return the name of the first number that the function returned."""
    from ..sweep.point import COLUMNS
    found = next(row for row in rows if row["error"] is None)
    for name, value in found.items():
        if name not in (*names, *COLUMNS) and isinstance(value, (int, float)) and not isinstance(value, bool):
            return name
    raise ValueError("the function returns no number that could be shown; the rows are kept")


def _print_table(means: Sequence[dict[str, Any]], names: Sequence[str], measure: str) -> None:
    print("  ".join(f"{name:>12}" for name in (*names, measure, "± error", "trials")))
    for row in means:
        cell = "  ".join(f"{_shown(row[name]):>12}" for name in names)
        print(f"{cell}  {row['mean']:12.4f}  {row['error']:12.4f}  {row['trials']:12}")


def _shown(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)
