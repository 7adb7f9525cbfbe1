"""How much faster is a sweep on two processes? 24 points of at least one second each, once everything is
compiled.

Each point is a recurrent network of 2,500 neurons whose duration is chosen so that a point takes the asked
time. The sweep runs on one process and on two, in turn; the processes have been started before by a sweep
over two short points. The rows must be equal. Run it on an idle machine: on busy cores the ratio says
nothing.
"""
import argparse
import statistics
import sys
import time

from common import Stopwatch, versions_of

from spikingnn import FirstOrderLIF, FixedInDegree, LIFGroup, Network, RateMonitor, SynapseGroup
from spikingnn.sweep import sweep

POINTS, BAR = 24, 1.7


def rate(g, duration, seed):
    """Return the mean rate in Hz of a network with inhibition g."""
    group = LIFGroup(2500, FirstOrderLIF(noise=2.0))
    synapses = SynapseGroup(group, group, FixedInDegree(100, -0.01 * g))
    monitor = RateMonitor(group)
    Network(group, synapses, monitor, seed=seed).run(duration, inputs={group: 1.6}, progress=False)
    return {"rate": float(monitor.rate(duration).mean())}


def duration_for(seconds):
    """Return the biological time in ms that takes about these wall seconds, once everything is compiled."""
    rate(1.0, 100.0, 0)
    began = time.perf_counter()
    rate(1.0, 1000.0, 0)
    return 100.0 * round(10 * 1.2 * seconds / (time.perf_counter() - began) + 1)


def main():
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--seconds", type=float, default=1.0, help="least duration of a point (default 1)")
    options.add_argument("--repeats", type=int, default=3, help="measurements of each (default 3)")
    arguments = options.parse_args()
    grid = {"g": [1 + k / 8 for k in range(POINTS)], "duration": [duration_for(arguments.seconds)]}
    walls, rows = {1: [], 2: []}, {}
    sweep(rate, {"g": [1.0, 2.0], "duration": [100.0]}, jobs=2, progress=False)     # starts the processes
    for _ in range(arguments.repeats):
        for jobs in walls:
            with Stopwatch() as watch:
                rows[jobs] = sweep(rate, grid, jobs=jobs, progress=False)
            walls[jobs].append(watch.wall)
    shortest = min(row["seconds"] for row in rows[1])
    equal = [[row["rate"] for row in each] for each in rows.values()]
    one, two = (statistics.median(walls[jobs]) for jobs in (1, 2))
    verdict = "met" if one / two >= BAR else "missed"
    print(f"{POINTS} points of {shortest:.2f} s or more: {one:.1f} s on one process, {two:.1f} s on two")
    print(f"ratio {one / two:.2f}x (bar {BAR}x: {verdict})")
    print("rows are equal" if equal[0] == equal[1] else "rows DIFFER")
    print(versions_of(["spikingnn", "numba", "joblib"]))
    return int(equal[0] != equal[1])


if __name__ == "__main__":
    sys.exit(main())
