"""`spikingnn capacity`: the capacity of each learning rule."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from .options import (MEMORY_RULES, Commands, add_jobs, add_json, add_projection, add_seed, between,
                      only_projection, picture_file, progress, whole, writable, write_csv, write_json)


EXAMPLES = """
examples:
  spikingnn capacity                                             three rules at six loads, a minute
  spikingnn capacity --rules hebbian storkey --n 400 --loads 0.05 0.1 0.15 0.2 --flip 0.2 --trials 60 --jobs 2
  spikingnn capacity --rules dense --loads 1 5 20
"""


def add(commands: Commands, shared: dict[str, Any]) -> None:
    """Add the command to the parser."""
    capacity = commands.add_parser("capacity", help="the capacity of each learning rule", epilog=EXAMPLES,
                                   **shared)
    capacity.description = (
        "Store random patterns, recall them through spikes from cues with flipped pixels, with the cue\n"
        "removed, and print the fraction of successful recalls (overlap ≥ 0.95) against load, compared with\n"
        "the classical asynchronous network, the graded network (tanh, 1984), the nearest stored pattern,\n"
        "and theory.")
    capacity.add_argument("--rules", choices=MEMORY_RULES, nargs="+",
                          default=["hebbian", "projection", "dense"], metavar="RULE",
                          help=f"of {', '.join(MEMORY_RULES)} (default hebbian projection dense)")
    capacity.add_argument("--n", type=whole(2, 100_000), default=196, metavar="N",
                          help="pixels (default 196)")
    capacity.add_argument("--loads", type=between(1e-6, 1e4), nargs="+",
                          default=[0.05, 0.1, 0.15, 0.2, 0.3, 0.5],
                          metavar="F", help="patterns per pixel (default 0.05 0.1 0.15 0.2 0.3 0.5)")
    capacity.add_argument("--flip", type=between(0, 1), nargs="+", default=[0.1], metavar="F",
                          help="fractions of flipped pixels (default 0.1)")
    capacity.add_argument("--trials", type=whole(1, 100_000), default=20, metavar="N",
                          help="recalls per cell (default 20)")
    add_projection(capacity)
    add_jobs(capacity)
    add_seed(capacity)
    capacity.add_argument("--csv", metavar="FILE", type=Path, help="write the rows there")
    capacity.add_argument("--save", metavar="FILE", type=Path, default=Path("capacity.png"),
                          help="the picture (default capacity.png)")
    add_json(capacity)
    capacity.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Store, recall, print and draw."""
    from ..memory import capacity
    from ..plotting import capacity_figure, save_figure
    picture_file(options.save)
    writable(options.json, options.csv)
    only_projection(options, options.rules)
    rows = capacity(options.rules, options.n, options.loads, options.flip, options.trials, options.seed,
                    jobs=options.jobs, ridge=options.ridge, diagonal=options.diagonal,
                    progress=progress("recalling", "cell"))
    print(f"{'rule':<12} {'load':>6} {'patterns':>8} {'flips':>6}  {'network':<9} {'overlap':>8} "
          f"{'success':>8}  "
          "95 % interval")
    for row in rows:
        start = (f"{row['rule']:<12} {row['load']:6.3f} {row['patterns']:8,} {row['flip']:6.2f}  "
                 f"{row['network']:<9}")
        print(f"{start} {row['failed']}" if "failed" in row else
              f"{start} {row['overlap']:8.4f} {row['success']:8.3f}  {row['low']:.3f} – {row['high']:.3f}")
    if options.csv:
        write_csv(options.csv, [row for row in rows if "failed" not in row])
    if options.json:
        write_json(options.json, {"rows": rows, "n": options.n, "trials": options.trials,
                                  "seed": options.seed})
    save_figure(capacity_figure([row for row in rows if row["flip"] == options.flip[0]], options.n),
                options.save)
    print(f"picture: {options.save}")
    return 0
