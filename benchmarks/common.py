"""Shared by the benchmarks: workers that are measured in turn on one core, and the table of results.

Every simulator runs in a process of its own (a *worker*) that sets its workload up, says so, and then
measures once for each line it is sent. The parent asks them in turn (A B C A B C ...), so that a machine that
gets slower gets slower for all. Standard library only: peers are served by interpreters in which spikingnn is
not installed.
"""
import argparse
import hashlib
import importlib
import importlib.metadata
import importlib.util
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable


US, ABSENT = "spikingnn", "not installed, not measured"
HERE = Path(__file__).resolve().parent
PEERS = {"brian2": ("Brian2 C++ standalone", "brian2"), "nest": ("NEST", "nest-simulator"),
         "bindsnet": ("BindsNET", "bindsnet"), "nengo": ("Nengo", "nengo"),
         "snntorch": ("snnTorch", "snntorch"),
         "spikingjelly": ("SpikingJelly", "spikingjelly"), "norse": ("Norse", "norse")}
# one script for all simulators on PyTorch
SCRIPTS = dict.fromkeys(("snntorch", "spikingjelly", "norse"), "peer_torch.py")
for variable in ("OMP_NUM_THREADS", "NUMBA_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")


# ---- in the worker -----------------------------------------------------------------------------------------

class Stopwatch:
    """Wall and CPU seconds of a `with` block."""

    def __enter__(self):
        self.wall, self.cpu = -time.perf_counter(), -time.process_time()
        return self

    def __exit__(self, *exception):
        self.wall += time.perf_counter()
        self.cpu += time.process_time()


def versions_of(packages):
    """Return the versions of packages and of Python; an importable package may state its own."""
    def version(name):
        try:
            return importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            return importlib.import_module(name).__version__
    return {name: version(name) for name in packages} | {"python": platform.python_version()}


def pin():
    """Stay on one core, if the operating system allows a process to choose."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def serve(prepare, packages, one_core=True):
    """Set up, report, then answer each line of standard input with a measurement, as one line of JSON.
    `prepare()` returns `measure`.

    `measure()` returns a dictionary with "wall" and "cpu" seconds, "units" (how much was simulated) and what
    the check needs.
    """
    def answer(content):
        print("\n" + json.dumps(content), flush=True)

    with Stopwatch() as watch:
        measure = prepare()
    answer({"setup": watch.wall, "versions": versions_of(packages)})
    if one_core:
        pin()
    for _ in sys.stdin:
        answer(measure())


# ---- in the parent -----------------------------------------------------------------------------------------

class Worker:
    """A simulator in its own process; `results` collects what it measured, `error` why it could not."""

    def __init__(self, name, command):
        self.name, self.results, self.error, self.setup, self.versions = name, [], None, None, {}
        self.log = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=self.log, text=True)

    def wait_until_ready(self):
        """Read the report of the set-up."""
        ready = self._answer()
        if ready:
            self.setup, self.versions = ready["setup"], ready["versions"]

    def measure(self):
        """Ask for one measurement and wait for it."""
        if not self.error:
            self.process.stdin.write("measure\n")
            self.process.stdin.flush()
            result = self._answer()
            if result:
                self.results.append(result)

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()
        self.log.close()

    def _answer(self):
        for line in self.process.stdout:
            # anything else is a banner or a message of a simulator
            if line.startswith("{"):
                return json.loads(line)
        self.log.seek(0)
        self.error = (self.log.read().strip().splitlines() or ["ended without a message"])[-1]

    def median(self, what):
        """Return the median over the repeats of seconds per simulated unit."""
        return statistics.median(result[what] / result["units"] for result in self.results)


@dataclass
class Question:
    """One benchmark: what is measured, how our side is set up, and how the result is judged.

    `cases` names the cases and, for each, the ratio us/peer that is asked for, by peer. `prepare(case)` is
    our side, see `serve`. `check(result)` gives a text for the table and whether the result is right.
    `limits` are bars of our own figure, by case.
    """

    title: str
    workload: str                   # what the peer scripts call it
    cases: dict
    prepare: Callable
    check: Callable
    checked: str                    # heading of the check's column
    unit: str                       # of the figures in the table
    explanation: str
    scale: float = 1.0              # from seconds per unit of work to the table's unit
    limits: dict = field(default_factory=dict)
    skips: dict = field(default_factory=dict)           # case: peers that would take too long
    repeats: int = 5
    peers: tuple = ("brian2", "nest")

    def main(self, script, text):
        """Serve, when started as a worker; else read the options, measure, print. Returns the exit code."""
        if sys.argv[1:2] == ["--serve"]:
            serve(lambda: self.prepare(sys.argv[2]), ["spikingnn", "numba", "numpy"])
            return 0
        arguments = self.options(text).parse_args()
        os.environ["NUMBA_CACHE_DIR"] = str(cache_folder())
        pythons = {peer: interpreter_of(peer, getattr(arguments, peer)) for peer in self.peers}
        rows, versions = [], {}
        for case in getattr(arguments, "case", None) or self.cases:
            skipped = self.skips.get(case, ())
            available = {peer: python for peer, python in pythons.items() if peer not in skipped}
            workers = self.compare(script, case, available, arguments.repeats)
            rows += self.rows(case, workers)
            rows += [{"case": case, "simulator": PEERS[peer][0], "error": ABSENT}
                     for peer in available if not available[peer]]
            versions |= {worker.name: worker.versions for worker in workers}
        return self.report(rows, versions, arguments)

    def options(self, text):
        """Return a parser of the options of all benchmarks, with the script's docstring as description."""
        options = parser(text, self.repeats, self.peers)
        if len(self.cases) > 1:
            options.add_argument("--case", choices=self.cases, action="append",
                                 help="measure this one only; may be repeated")
        return options

    def compare(self, script, case, pythons, repeats):
        """Measure one case on spikingnn and every installed peer, in turn; return the workers, ours first."""
        commands = {US: [sys.executable, script, "--serve", case]}
        commands |= {PEERS[peer][0]: [python, str(HERE / SCRIPTS.get(peer, f"peer_{peer}.py")), self.workload,
                                      case, peer]
                     for peer, python in pythons.items() if python}
        workers = []
        try:
            # one after the other: compilers use every core
            for name, command in commands.items():
                say(f"{case}: setting up {name}")
                workers.append(Worker(name, command))
                workers[-1].wait_until_ready()
            for repeat in range(repeats):
                say(f"{case}: measuring {repeat + 1}/{repeats}")
                for worker in workers:
                    worker.measure()
        finally:
            for worker in workers:
                worker.close()
        return workers

    def rows(self, case, workers):
        """Return one dictionary per row of the table."""
        us, rows = workers[0], []
        for worker in workers:
            row = {"case": case, "simulator": worker.name, "setup": worker.setup}
            rows.append(row)
            if worker.error:
                row["error"] = worker.error
                continue
            text, right = self.check(worker.results[-1])
            row |= {"cpu": self.scale * worker.median("cpu"), "wall": self.scale * worker.median("wall"),
                    "check": text, "right": right,
                    "runs": worker.results}
            if worker is us and case in self.limits:
                row |= {"bar": f"<= {self.limits[case]:g}", "met": row["cpu"] <= self.limits[case]}
            elif worker is not us and not us.error:
                row["ratio"] = worker.median("cpu") / us.median("cpu")
                bar = self.cases[case].get(worker.name)
                row |= {"bar": f">= {1 / bar:.3g}x", "met": row["ratio"] >= 1 / bar} if bar else {}
        return rows

    def report(self, rows, versions, arguments):
        """Print the table and write the JSON file; return 1 if a worker failed or its result is wrong."""
        columns = {"case": "case", "simulator": "simulator", "setup": "set-up s", "cpu": f"CPU {self.unit}",
                   "wall": f"wall {self.unit}",
                   "check": self.checked, "ratio": "peer/us", "bar": "bar", "verdict": ""}
        forms = {"setup": "{:.1f}", "cpu": "{:.4g}", "wall": "{:.4g}", "ratio": "{:.2f}x"}
        finish(self.title, rows, columns, forms, versions, arguments,
               self.explanation + " Each runs on one core.")
        return int(any(row.get("right") is False or row.get("error", ABSENT) != ABSENT for row in rows))


# ---- also used by startup.py -------------------------------------------------------------------------------

def refuse(message):
    """Print one line on stderr and exit with code 2, for a mistake of the user."""
    print(message, file=sys.stderr)
    sys.exit(2)


def at_least_one(text):
    """Parse a number of at least 1; an argparse type."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be at least 1, got {number}")
    return number


def say(message):
    """Print progress on stderr."""
    print(f"  {message} ...", file=sys.stderr, flush=True)


def cache_folder():
    """Return a folder for Numba's cache that belongs to this state of the package.

    Kernels inline functions of other files, and Numba checks the time of one file only.
    """
    package = importlib.util.find_spec("spikingnn")
    if package is None:
        refuse("spikingnn cannot be imported: pip install it, or put the checkout on PYTHONPATH")
    sources = sorted(Path(package.submodule_search_locations[0]).rglob("*.py"))
    stamp = hashlib.blake2b(b"".join(source.read_bytes() for source in sources), digest_size=6).hexdigest()
    folder = HERE / "__pycache__" / f"numba-{stamp}"
    for old in set(folder.parent.glob("numba-*")) - {folder}:
        shutil.rmtree(old, ignore_errors=True)
    return folder


def parser(text, repeats, peers):
    """Return a parser of --repeats, --json and one option per peer."""
    options = argparse.ArgumentParser(description=text, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--repeats", type=at_least_one, metavar="N", default=repeats,
                         help="measurements of each, in turn (default %(default)s)")
    options.add_argument("--json", metavar="FILE",
                         help="write what the table shows, and every single measurement")
    for peer in peers:
        options.add_argument(f"--{peer}", metavar="PYTHON",
                             default=os.environ.get(f"SPIKINGNN_{peer.upper()}"),
                             help=f"interpreter that has {PEERS[peer][1]} (default: "
                                  f"$SPIKINGNN_{peer.upper()}, else this one, if it has)")
    return options


def interpreter_of(peer, given):
    """Return the interpreter in which a peer is installed, or None; a named one must have it."""
    probe = f"import importlib.metadata as m; m.version({PEERS[peer][1]!r})"
    try:
        found = subprocess.run([given or sys.executable, "-c", probe], capture_output=True).returncode == 0
    except OSError as error:
        refuse(f"--{peer}: cannot start {given!r}: {error.strerror}")
    if given and not found:
        refuse(f"--{peer}: {PEERS[peer][1]} is not installed for {given!r}")
    return (given or sys.executable) if found else None


def table(rows, columns, forms):
    """Return the rows as aligned text; a row's verdict follows from its "met", "right" and "error"."""
    lines = [list(columns.values())]
    for row in rows:
        verdict = {True: "met", False: "MISSED"}.get(row.get("met"), "")
        verdict = row.get("error") or verdict + (" WRONG RESULT" if row.get("right") is False else "")
        cells = row | {"verdict": verdict}
        lines.append([forms.get(name, "{}").format(cells[name]) if cells.get(name) is not None else ""
                      for name in columns])
    widths = [max(map(len, column)) for column in zip(*lines)]
    lines.insert(1, ["-" * width for width in widths])
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip()
                     for line in lines)


def machine():
    """Return what the figures depend on: processor, cores, operating system, load."""
    model, cpuinfo = platform.processor(), Path("/proc/cpuinfo")
    if cpuinfo.exists():
        model = next((line.split(":", 1)[1].strip()
                      for line in cpuinfo.read_text().splitlines() if line.startswith("model name")), model)
    load = round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None
    return {"cpu": model or platform.machine(), "cores": os.cpu_count(), "system": platform.system(),
            "load": load}


def finish(title, rows, columns, forms, versions, arguments, explanation):
    """Print the table and what it was measured with, and write the JSON file if one was requested."""
    host, date = machine(), time.strftime("%Y-%m-%d")
    print(f"\n{title}\n\n{table(rows, columns, forms)}\n\n{explanation}")
    print(f"Medians of {arguments.repeats}, taken in turn. {date}, {host['cpu']}, {host['cores']} cores, "
          f"{host['system']}; "
          f"load average at the end {host['load']} (1: nothing else ran).")
    for name, packages in versions.items():
        if packages:
            print(f"{name}: " + ", ".join(f"{package} {version}" for package, version in packages.items()))
    if arguments.json:
        content = {"title": title, "columns": columns, "rows": rows, "versions": versions, "machine": host,
                   "date": date}
        temporary = Path(f"{arguments.json}.part")
        temporary.write_text(json.dumps(content, indent=1) + "\n")
        temporary.replace(arguments.json)
