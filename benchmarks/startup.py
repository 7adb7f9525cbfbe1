"""How long until the first result? Importing, and the first simulation of a fresh process with a cold and
with a warm cache.

Every figure is taken inside a fresh Python process, in turn. `import spikingnn` is held against `import
numba` (bar: 1.5 times) and must load none of matplotlib, PIL, scipy.stats, sklearn. The first simulation is
timed from the end of the import to its result: one neuron by `simulate`, and a network of Poisson inputs on
neurons with STDP. A cold cache is an empty NUMBA_CACHE_DIR (bar: 6 s); the warm one has seen the same
program once (bar: 0.3 s). Brian2, where it is there, generates and compiles a project for one neuron.
"""
import json
import os
import statistics
import subprocess
import sys
import tempfile

from common import ABSENT, HERE, PEERS, Worker, finish, interpreter_of, parser, refuse, say, versions_of


IMPORT = """
import json, sys, time
started, cpu = time.perf_counter(), time.process_time()
import {0}
unwanted = [name for name in ("matplotlib", "PIL", "scipy.stats", "sklearn") if name in sys.modules]
print(json.dumps({{"wall": time.perf_counter() - started, "cpu": time.process_time() - cpu,
                  "unwanted": unwanted}}))
"""
FIRST = """
import json, time
from spikingnn import *
started, cpu = time.perf_counter(), time.process_time()
{0}
print(json.dumps({{"wall": time.perf_counter() - started, "cpu": time.process_time() - cpu, "unwanted": []}}))
"""
ONE_NEURON = "simulate(FirstOrderLIF(), 2.0, 100.0)"
NETWORK = """
pre, post = InputGroup(100, PoissonEncoder(max_rate=15.0)), LIFGroup(10)
synapses = SynapseGroup(pre, post, weight=0.4, synapse=FirstOrderSynapse(tau=5.0), delay=1.0, rule=STDP())
Network(pre, post, synapses, SpikeMonitor(post), seed=1).run(100.0, inputs={pre: 1.0}, progress=False)
"""
FIRSTS = {"simulate, one neuron": ONE_NEURON, "network with STDP": NETWORK}
COLUMNS = {"what": "what", "wall": "wall s", "cpu": "CPU s", "ratio": "over import numba", "bar": "bar",
           "verdict": ""}
COLD, WARM, TIMES = 6.0, 0.3, 1.5            # the bars: s, s, times `import numba`


def timed(program, cache=None):
    """Run `program` in a fresh process and return what it printed as JSON."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    if cache:
        environment["NUMBA_CACHE_DIR"] = cache
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment)
    if done.returncode:
        refuse("the measured program failed: " + (done.stderr.strip().splitlines() or ["no message"])[-1])
    return json.loads(done.stdout.splitlines()[-1])


def summary(what, runs, **more):
    """A row of the table: medians of the runs."""
    return {"what": what, "runs": runs} | {name: statistics.median(run[name] for run in runs)
                                           for name in ("wall", "cpu")} | more


def imports(repeats):
    """The rows of `import numba` and `import spikingnn`, taken in turn; the first of each is thrown away (it
    writes byte code)."""
    runs = {name: [] for name in ("numba", "spikingnn")}
    for repeat in range(repeats + 1):
        say(f"imports: {repeat}/{repeats}")
        for name in runs:
            runs[name].append(timed(IMPORT.format(name)))
    numba, ours = (summary(f"import {name}", kept[1:]) for name, kept in runs.items())
    ratio, unwanted = ours["wall"] / numba["wall"], runs["spikingnn"][-1]["unwanted"]
    loads = f" (loads {', '.join(unwanted)})" if unwanted else ""
    return [numba, ours | {"what": ours["what"] + loads, "ratio": ratio, "bar": f"<= {TIMES}x",
                           "met": ratio <= TIMES and not unwanted}]


def firsts(repeats):
    """The rows of the first simulations: each cold run has an empty cache, which a warm run then finds
    filled."""
    rows = []
    for name, program in FIRSTS.items():
        runs = {"cold": [], "warm": []}
        for repeat in range(repeats):
            say(f"{name}, cold and warm: {repeat + 1}/{repeats}")
            with tempfile.TemporaryDirectory() as cache:
                for temperature in runs:
                    runs[temperature].append(timed(FIRST.format(program), cache))
        for temperature, limit in (("cold", COLD), ("warm", WARM)):
            row = summary(f"{name}, {temperature} cache", runs[temperature])
            rows.append(row | {"bar": f"<= {limit:g} s", "met": row["wall"] <= limit})
    return rows


def brian2(python):
    """The row of Brian2: from an imported package to a compiled project of one neuron."""
    name = PEERS["brian2"][0] + ", one neuron"
    if not python:
        return {"what": name, "error": ABSENT}, {}
    say(f"{name}: compiling")
    worker = Worker(name, [python, str(HERE / "peer_brian2.py"), "population", "one"])
    worker.wait_until_ready()
    worker.close()
    return {"what": name, "wall": worker.setup, "error": worker.error}, worker.versions


def main():
    arguments = parser(__doc__, 9, ("brian2",)).parse_args()
    rows = imports(arguments.repeats) + firsts(min(3, arguments.repeats))
    row, versions = brian2(interpreter_of("brian2", arguments.brian2))
    finish("Start-up", rows + [row], COLUMNS, {"wall": "{:.3f}", "cpu": "{:.3f}", "ratio": "{:.2f}x"},
           {"spikingnn": versions_of(["spikingnn", "numba",
                                      "numpy"])} | ({PEERS["brian2"][0]: versions} if versions else {}),
           arguments,
           f"Seconds in a fresh process; first simulations are counted from the end of the import, medians "
           f"of {min(3, arguments.repeats)}.")
    return int(row.get("error", ABSENT) not in (None, ABSENT))


if __name__ == "__main__":
    sys.exit(main())
