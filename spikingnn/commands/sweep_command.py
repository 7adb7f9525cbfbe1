"""`spikingnn sweep`: a grid search over the memory's parameters."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from .._util import checks
from .options import add_json, picture_file, progress, writable, write_json
from .recall_command import RULES


EXAMPLES = """
examples:
  spikingnn sweep                                            rule × flips, 64 cells, half a minute
  spikingnn sweep --config sweep.yaml --out sweep.jsonl      again with the same files: goes on where it was cut off
  spikingnn sweep --set grid.gain='[2, 5, 20]' --set grid.noise='[0, 0.2, 0.5]' --set grid.rule='[projection]'

sweep.yaml:
  grid:                       # every combination of these; names: n, load, rule, flip, activity, recalls, gain, noise, bias, cue_gain,
                              # beta, ridge, diagonal
    rule: [hebbian, projection]
    gain: [2, 5, 20]
  measure: overlap            # or success, spikes
  trials: 3
  jobs: 2                     # needs joblib: pip install 'spikingnn[sweep]'
"""

KNOWN = ("n", "load", "rule", "flip", "activity", "recalls", "gain", "noise", "bias", "cue_gain", "beta", "ridge", "diagonal")


@dataclass(frozen=True)
class Sweep:
    """The settings of a sweep."""

    grid: dict[str, list] = field(default_factory=lambda: {"rule": ["hebbian", "storkey", "projection", "dense"],
                                                           "flip": [0.1, 0.2, 0.3, 0.4], "n": [144], "load": [0.15]})
    measure: str = "overlap"
    trials: int = 4
    seed: int = 0
    jobs: int = 1
    backend: str | None = None

    def __post_init__(self):
        for name in self.grid:
            checks.one_of(self, "grid", name, KNOWN)
        for rule in self.grid.get("rule", ()):
            checks.one_of(self, "grid.rule", rule, RULES)
        if {"ridge", "diagonal"} & self.grid.keys() and set(self.grid.get("rule", ["projection"])) != {"projection"}:
            checks.fail(self, "grid.rule", self.grid["rule"], "[projection] in a sweep over its ridge or diagonal")
        checks.one_of(self, "measure", self.measure, ("overlap", "spikes", "success"))
        for name, least in (("trials", 1), ("jobs", 1), ("seed", 0)):
            checks.integer(self, name, getattr(self, name), minimum=least)


def add(commands, shared):
    """Add the command to the parser."""
    sweep = commands.add_parser("sweep", help="a grid search over the memory's parameters", epilog=EXAMPLES, **shared, description=(
        "Store and recall random patterns for every combination of parameters. Each cell that is done is kept at once: run it again and\n"
        "it goes on. Ends with a table and a heat map of the first two parameters that vary."))
    sweep.add_argument("--config", metavar="FILE", type=Path, help="a YAML file (default: rules against flips)")
    sweep.add_argument("--set", metavar="KEY=VALUE", action="append", default=[], help="change one setting; may be repeated")
    sweep.add_argument("--out", metavar="FILE", type=Path, default=Path("sweep.jsonl"), help="where rows are kept (default sweep.jsonl)")
    sweep.add_argument("--save", metavar="FILE", type=Path, default=Path("sweep.png"), help="the picture (default sweep.png)")
    add_json(sweep)
    sweep.set_defaults(run=run)


def run(options):
    """Calculate what is missing, print the table, save the heat map."""
    from .. import config
    from ..sweep import memory_cell, sweep, table
    picture_file(options.save)
    writable(options.json, options.out)
    settings = config.read_config(options.config, Sweep, options.set) if options.config else config.parse_config("{}", Sweep, "settings", options.set)
    rows = sweep(memory_cell, settings.grid, options.out, settings.trials, settings.seed, settings.jobs, settings.backend,
                 progress("sweeping", "trial"))
    names = list(settings.grid)
    means = table(rows, names, settings.measure)
    print("  ".join(f"{name:>12}" for name in (*names, settings.measure, "± error", "trials")))
    for row in means:
        print("  ".join(f"{row[name]!s:>12}" for name in names) + f"  {row['mean']:12.4f}  {row['error']:12.4f}  {row['trials']:12}")
    print(f"rows: {options.out}")
    if options.json:
        write_json(options.json, {"rows": means, "measure": settings.measure, "seed": settings.seed})
    _heat_map(options.save, settings, means)
    print(f"picture: {options.save}")
    return 0


def _heat_map(file, settings, means):
    import numpy as np
    from matplotlib.figure import Figure

    from ..plotting import save_figure
    varying = [name for name, values in settings.grid.items() if len(values) > 1] or list(settings.grid)
    down, across = varying[0], varying[1] if len(varying) > 1 else None
    rows, columns = settings.grid[down], settings.grid[across] if across else [""]
    values = np.array([[np.mean([row["mean"] for row in means if row[down] == a and (across is None or row[across] == b)]) for b in columns]
                       for a in rows])
    figure = Figure(figsize=(2.5 + 1.1 * len(columns), 2 + 0.7 * len(rows)), dpi=130, layout="constrained")
    ax = figure.subplots()
    low, high = (0.0, 1.0) if settings.measure != "spikes" else (0.0, float(values.max()))
    shown = ax.imshow(values, cmap="viridis", vmin=min(low, values.min()), vmax=high, aspect="auto")
    figure.colorbar(shown, ax=ax, label=settings.measure)
    ax.set_xticks(range(len(columns)), columns)
    ax.set_yticks(range(len(rows)), rows)
    ax.set(xlabel=across or "", ylabel=down)
    for i, j in np.ndindex(values.shape):
        ax.text(j, i, f"{values[i, j]:.3g}", ha="center", va="center", color="white" if values[i, j] < 0.6 * high else "black")
    save_figure(figure, file)
