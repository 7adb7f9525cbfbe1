"""`spikingnn sweep`: a grid search over the memory's parameters."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .._util import checks
from .options import MEMORY_RULES, Commands, add_json, picture_file, progress, writable, write_json


EXAMPLES = """
examples:
  spikingnn sweep                                            rules × flips, 64 cells, half a minute
  spikingnn sweep --config sweep.yaml --out sweep.jsonl      again with the same files: resumes
  spikingnn sweep --set grid.gain='[2, 5, 20]' --set grid.noise='[0, 0.2, 0.5]' --set grid.rule='[projection]'

sweep.yaml:
  grid:                       # every combination of these; names: n, load, rule, flip, activity,
                              # recalls, gain, noise, bias, cue_gain, beta, ridge, diagonal
    rule: [hebbian, projection]
    gain: [2, 5, 20]
  measure: overlap            # or success, spikes
  trials: 3
  jobs: 2                     # needs joblib: pip install 'spikingnn[sweep]'
"""

PARAMETERS = ("n", "load", "rule", "flip", "activity", "recalls", "gain", "noise", "bias", "cue_gain", "beta",
              "ridge", "diagonal")


@dataclass(frozen=True)
class SweepSettings:
    """The settings of a sweep.

    Parameters
    ----------
    grid : dict[str, list[Any]], default computed
        Values of each parameter; every combination is a cell.
    measure : str, default 'overlap'
        What the table and the heat map show: overlap, success or spikes.
    trials : int, default 4
        Trials per cell.
    seed : int, default 0
        Seed of all random numbers.
    jobs : int, default 1
        Number of processes.
    backend : str | None, default None
        Backend of joblib; None is its default.
    """

    grid: dict[str, list[Any]] = field(default_factory=lambda: {
        "rule": ["hebbian", "storkey", "projection", "dense"],
        "flip": [0.1, 0.2, 0.3, 0.4], "n": [144], "load": [0.15]})
    """Values of each parameter; every combination is a cell."""
    measure: str = "overlap"
    """What the table and the heat map show: overlap, success or spikes."""
    trials: int = 4
    """Trials per cell."""
    seed: int = 0
    """Seed of all random numbers."""
    jobs: int = 1
    """Number of processes."""
    backend: str | None = None
    """Backend of joblib; None is its default."""

    def __post_init__(self) -> None:
        for name in self.grid:
            checks.one_of(self, "grid", name, PARAMETERS)
        for rule in self.grid.get("rule", ()):
            checks.one_of(self, "grid.rule", rule, MEMORY_RULES)
        rules = set(self.grid.get("rule", ["projection"]))
        if {"ridge", "diagonal"} & self.grid.keys() and rules != {"projection"}:
            checks.fail(self, "grid.rule", self.grid["rule"],
                        "[projection] in a sweep over its ridge or diagonal")
        checks.one_of(self, "measure", self.measure, ("overlap", "spikes", "success"))
        for name, least in (("trials", 1), ("jobs", 1), ("seed", 0)):
            checks.integer(self, name, getattr(self, name), minimum=least)


def add(commands: Commands, shared: dict[str, Any]) -> None:
    """Add the command to the parser."""
    sweep = commands.add_parser("sweep", help="a grid search over the memory's parameters", epilog=EXAMPLES,
                                **shared)
    sweep.description = (
        "Store and recall random patterns for every combination of parameters. Each finished cell is saved\n"
        "at once, so that a sweep can be resumed. Ends with a table and a heat map of the first two\n"
        "parameters that vary.")
    sweep.add_argument("--config", metavar="FILE", type=Path,
                       help="a YAML file (default: rules against flips)")
    sweep.add_argument("--set", metavar="KEY=VALUE", action="append", default=[],
                       help="change one setting; may be repeated")
    sweep.add_argument("--out", metavar="FILE", type=Path, default=Path("sweep.jsonl"),
                       help="file of the rows (default sweep.jsonl)")
    sweep.add_argument("--save", metavar="FILE", type=Path, default=Path("sweep.png"),
                       help="the picture (default sweep.png)")
    add_json(sweep)
    sweep.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Calculate what is missing, print the table, save the heat map."""
    from .. import config
    from ..sweep import memory_cell, sweep, trial_means
    picture_file(options.save)
    writable(options.json, options.out)
    settings = (config.read_config(options.config, SweepSettings, options.set) if options.config
                else config.parse_config("{}", SweepSettings, "settings", options.set))
    rows = sweep(memory_cell, settings.grid, options.out, settings.trials, settings.seed, settings.jobs,
                 settings.backend, progress("sweeping", "trial"))
    names = list(settings.grid)
    means = trial_means(rows, names, settings.measure)
    print("  ".join(f"{name:>12}" for name in (*names, settings.measure, "± error", "trials")))
    for row in means:
        cell = "  ".join(f"{row[name]!s:>12}" for name in names)
        print(f"{cell}  {row['mean']:12.4f}  {row['error']:12.4f}  {row['trials']:12}")
    print(f"rows: {options.out}")
    if options.json:
        write_json(options.json, {"rows": means, "measure": settings.measure, "seed": settings.seed})
    _heat_map(options.save, settings, means)
    print(f"picture: {options.save}")
    return 0


def _heat_map(file: Path, settings: SweepSettings, means: Sequence[dict[str, Any]]) -> None:
    """Draw the means over the first two parameters that vary, averaged over the others."""
    import numpy as np
    from matplotlib.figure import Figure

    from ..plotting import save_figure
    varying = [name for name, values in settings.grid.items() if len(values) > 1] or list(settings.grid)
    down, across = varying[0], varying[1] if len(varying) > 1 else None
    rows, columns = settings.grid[down], settings.grid[across] if across else [""]

    def cell_mean(a: Any, b: Any) -> float:
        return float(np.mean([row["mean"] for row in means
                              if row[down] == a and (across is None or row[across] == b)]))
    values = np.array([[cell_mean(a, b) for b in columns] for a in rows])
    figure = Figure(figsize=(2.5 + 1.1 * len(columns), 2 + 0.7 * len(rows)), dpi=130, layout="constrained")
    ax = figure.subplots()
    low, high = (0.0, 1.0) if settings.measure != "spikes" else (0.0, float(values.max()))
    image = ax.imshow(values, cmap="viridis", vmin=min(low, values.min()), vmax=high, aspect="auto")
    figure.colorbar(image, ax=ax, label=settings.measure)
    ax.set_xticks(range(len(columns)), columns)
    ax.set_yticks(range(len(rows)), rows)
    ax.set(xlabel=across or "", ylabel=down)
    for i, j in np.ndindex(values.shape):
        ax.text(j, i, f"{values[i, j]:.3g}", ha="center", va="center",
                color="white" if values[i, j] < 0.6 * high else "black")
    save_figure(figure, file)
