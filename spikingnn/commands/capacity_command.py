"""`spikingnn capacity`: how much each storage rule holds."""

from __future__ import annotations

from pathlib import Path

from .options import (add_jobs, add_json, add_projection, add_seed, between, only_projection, picture_file,
                      progress, whole, writable, write_json)
from .recall_command import RULES


EXAMPLES = """
examples:
  spikingnn capacity                                             three rules at six loads, a minute
  spikingnn capacity --rules hebbian storkey --n 400 --loads 0.05 0.1 0.15 0.2 --flip 0.2 --trials 60 --jobs 2
  spikingnn capacity --rules dense --loads 1 5 20
"""


def add(commands, shared):
    """Add the command to the parser."""
    capacity = commands.add_parser("capacity", help="how much each storage rule holds", epilog=EXAMPLES, **shared, description=(
        "Store random patterns, recall them from flipped ones through spikes with the cue removed, and print success (overlap ≥ 0.95)\n"
        "against load, beside the classical asynchronous network, the graded one (tanh, 1984), the nearest stored pattern, and theory."))
    capacity.add_argument("--rules", choices=RULES, nargs="+", default=["hebbian", "projection", "dense"], metavar="RULE",
                          help=f"of {', '.join(RULES)} (default hebbian projection dense)")
    capacity.add_argument("--n", type=whole(2, 100_000), default=196, metavar="N", help="pixels (default 196)")
    capacity.add_argument("--loads", type=between(1e-6, 1e4), nargs="+", default=[0.05, 0.1, 0.15, 0.2, 0.3, 0.5], metavar="F",
                          help="patterns a pixel (default 0.05 0.1 0.15 0.2 0.3 0.5)")
    capacity.add_argument("--flip", type=between(0, 1), nargs="+", default=[0.1], metavar="F",
                          help="fractions of pixels turned over (default 0.1)")
    capacity.add_argument("--trials", type=whole(1, 100_000), default=20, metavar="N", help="recalls a cell (default 20)")
    add_projection(capacity)
    add_jobs(capacity)
    add_seed(capacity)
    capacity.add_argument("--csv", metavar="FILE", type=Path, help="write the rows there")
    capacity.add_argument("--save", metavar="FILE", type=Path, default=Path("capacity.png"), help="the picture (default capacity.png)")
    add_json(capacity)
    capacity.set_defaults(run=run)


def run(options):
    """Store, recall, print, draw."""
    from ..memory import capacity
    from ..plotting import capacity_figure, save_figure
    from .recall_command import write_csv
    picture_file(options.save)
    writable(options.json, options.csv)
    only_projection(options, options.rules)
    rows = capacity(options.rules, options.n, options.loads, options.flip, options.trials, options.seed, jobs=options.jobs,
                    ridge=options.ridge, diagonal=options.diagonal, progress=progress("recalling", "cell"))
    print(f"{'rule':<12} {'load':>6} {'patterns':>8} {'flips':>6}  {'network':<9} {'overlap':>8} {'success':>8}  95 % interval")
    for row in rows:
        start = f"{row['rule']:<12} {row['load']:6.3f} {row['patterns']:8,} {row['flip']:6.2f}  {row['network']:<9}"
        print(f"{start} {row['failed']}" if "failed" in row else
              f"{start} {row['overlap']:8.4f} {row['success']:8.3f}  {row['low']:.3f} – {row['high']:.3f}")
    if options.csv:
        write_csv(options.csv, [row for row in rows if "failed" not in row])
    if options.json:
        write_json(options.json, {"rows": rows, "n": options.n, "trials": options.trials, "seed": options.seed})
    save_figure(capacity_figure([row for row in rows if row["flip"] == options.flip[0]], options.n), options.save)
    print(f"picture: {options.save}")
    return 0
