"""What does a call cost? Short runs of small networks, where a class, a sweep or a closed loop lives.

Six groups of ten LIF neurons in a ring with exponential synapses, all spikes and one potential recorded:
`run` of one step; a run with a callback after each step; `reset(seed=…)`, another model and a run of 10 ms,
without a rebuild. Besides, `simulate` of one neuron for 100 ms and for 1 s, its potential recorded in each
step. CPU microseconds, medians of blocks of calls.
"""
import argparse
import statistics
import sys
from dataclasses import replace

from common import Stopwatch, finish, pin, say, versions_of


BARS = {"run of one step": 150.0, "callback in each step": 150.0, "simulate, 100 ms": 500.0,
        "simulate, 1 s": 2000.0}            # µs a call


def ring():
    """The network, its first group, and its inputs."""
    from spikingnn import LIFGroup, Network, SpikeMonitor, StateMonitor, SynapseGroup
    groups = [LIFGroup(10) for _ in range(6)]
    links = [SynapseGroup(before, after, 0.1) for before, after in zip(groups, groups[1:] + groups[:1])]
    monitors = [*map(SpikeMonitor, groups), StateMonitor(groups[0], "v")]
    network = Network(groups, links, monitors, seed=1)
    network.run(1.0, {groups[0]: 2.0})
    return network, groups[0], {groups[0]: 2.0}


def cases():
    """Yield (case, calls, function that makes so many calls)."""
    from spikingnn import FirstOrderLIF, simulate
    network, group, inputs = ring()
    watched, _, inputs_of_watched = ring()
    watched.every(0.1, lambda net: None)
    model = FirstOrderLIF()

    def trials():
        for seed in range(100):
            network.reset(seed=seed, keep_weights=True)
            group.model = replace(group.model, tau_m=10.0 + seed)
            network.run(10.0, inputs)

    def repeated(times, call):
        return times, lambda: [call() for _ in range(times)]

    yield "run of one step", *repeated(300, lambda: network.run(0.1, inputs))
    yield "callback in each step", 1000, lambda: watched.run(100.0, inputs_of_watched, progress=False)
    yield "reset, new model, run of 10 ms", 100, trials
    yield "simulate, 100 ms", *repeated(200, lambda: simulate(model, 2.0, 100.0))
    yield "simulate, 1 s", *repeated(20, lambda: simulate(model, 2.0, 1000.0))


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--repeats", type=int, default=9, metavar="N", help="blocks of calls (default: 9)")
    options.add_argument("--json", metavar="FILE", help="write what the table shows")
    arguments, rows = options.parse_args(), []
    pin()
    for case, calls, function in cases():
        say(f"{case}: measuring")
        function()
        watches = []
        for _ in range(arguments.repeats):
            with Stopwatch() as watch:
                function()
            watches.append(watch)
        row = {"what": case} | {name: 1e6 / calls * statistics.median(getattr(each, name) for each in watches)
                                for name in ("wall", "cpu")}
        if case in BARS:
            row |= {"bar": f"<= {BARS[case]:g}", "met": row["cpu"] <= BARS[case]}
        rows.append(row)
    finish("Calls", rows, {"what": "what", "wall": "wall µs", "cpu": "CPU µs", "bar": "bar", "verdict": ""},
           {"wall": "{:.0f}", "cpu": "{:.0f}"}, {"spikingnn": versions_of(["spikingnn", "numba", "numpy"])},
           arguments, "Microseconds a call.")


if __name__ == "__main__":
    sys.exit(main())
