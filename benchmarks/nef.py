"""Do populations compute as exactly as Nengo's?

Equal numbers of neurons with the same ranges of maximal rates and intercepts, the same synapses, signals
and read-out, one time step of 0.1 ms, everything else at the defaults of each; `nef_tasks.py` has them. Each
repeat is another seed of signals and populations. The error is the root mean square of the decoded signal
minus that of ideal populations with the same synapses; for the Lorenz attractor, where such a difference
grows without end, of forecasts over 100 ms by its equations from each decoded state, relative to the
attractor's size. The bar: at most 1.05 times Nengo's.
"""
import itertools
import os
import statistics
import sys

from common import PEERS, US, Question, Stopwatch, cache_folder, finish, interpreter_of


def prepare(name):
    """Our side of a task: each measurement is the next seed."""
    from nef_tasks import DT, FAST, FIRST_SEED, INTERCEPTS, PROBE, RATES, SLOW, TASKS, judge, signal
    from spikingnn import FirstOrderSynapse, LIFGroup, Network, SpikeMonitor
    from spikingnn.nef import connect, decoded
    task, seeds = TASKS[name], itertools.count(FIRST_SEED)
    ranges = {"max_rates": RATES, "intercepts": INTERCEPTS}

    def measure():
        seed = next(seeds)
        u = signal(name, seed)
        source = reader = LIFGroup(task.neurons, dimensions=task.dimensions, radius=task.radius,
                                   encoders=task.encoders, name="source", **ranges)
        if task.flow:
            link = connect(source, source, task.recurrent, synapse=FirstOrderSynapse(SLOW))
        else:
            reader = LIFGroup(task.reader, dimensions=1, name="reader", **ranges)
            link = connect(source, reader, task.function, synapse=FirstOrderSynapse(FAST))
        spikes = SpikeMonitor(reader)
        network = Network(*{source, reader}, link, spikes, dt=DT, seed=seed)
        with Stopwatch() as watch:
            network.run(task.steps * DT, inputs={source: source.current(u)})
        each_ms = slice(round(1 / DT) - 1, None, round(1 / DT))
        x = decoded(spikes, reader.decoders(), PROBE)[1][each_ms]
        return {"wall": watch.wall, "cpu": watch.cpu, "units": task.seconds, **judge(name, seed, x)}

    return measure


QUESTION = Question(
    title="Functions of vectors by spiking populations", workload="nef",
    cases=dict.fromkeys(("channel", "square", "product", "integrator", "oscillator", "lorenz"), {}),
    prepare=prepare, check=lambda result: (f"{result['rmse']:.4f}", True), checked="RMSE",
    unit="s per s", explanation=__doc__.split("\n\n")[1], repeats=10, peers=("nengo",))


def rows_of(case, workers):
    """One row per simulator: medians and ranges over the seeds, and for us the ratio of errors."""
    rows, error = [], {}
    for worker in workers:
        row = {"case": case, "simulator": worker.name, "error": worker.error}
        if not worker.error:
            found = [result["rmse"] for result in worker.results]
            error[worker.name] = statistics.median(found)
            row |= {"rmse": error[worker.name], "range": f"{min(found):.4f} - {max(found):.4f}",
                    "cpu": worker.median("cpu"), "runs": worker.results}
            hertz = [result["frequency"] for result in worker.results if "frequency" in result]
            if hertz:
                row["hertz"] = f"{statistics.median(hertz):.4f} ({min(hertz):.4f} - {max(hertz):.4f})"
        rows.append(row)
    if len(error) == 2:
        ratio = error[US] / error[PEERS["nengo"][0]]
        rows[0] |= {"ratio": ratio, "bar": "<= 1.05", "met": ratio <= 1.05}
    return rows


def main():
    """Serve, when started as a worker; else measure and print."""
    if sys.argv[1:2] == ["--serve"]:
        return QUESTION.main(__file__, __doc__)
    options = QUESTION.options(__doc__)
    options.add_argument("--first-seed", type=int, default=0, metavar="N",
                         help="seed of the first measurement")
    arguments = options.parse_args()
    os.environ |= {"NUMBA_CACHE_DIR": str(cache_folder()), "NEF_FIRST_SEED": str(arguments.first_seed)}
    python, rows, versions = {"nengo": interpreter_of("nengo", arguments.nengo)}, [], {}
    for case in arguments.case or QUESTION.cases:
        workers = QUESTION.compare(__file__, case, python, arguments.repeats)
        rows += rows_of(case, workers)
        versions |= {worker.name: worker.versions for worker in workers}
    columns = {"case": "task", "simulator": "simulator", "rmse": "RMSE", "range": "lowest - highest seed",
               "hertz": "frequency Hz", "cpu": "CPU s per s", "ratio": "us/peer", "bar": "bar", "verdict": ""}
    forms = {"rmse": "{:.4f}", "cpu": "{:.3f}", "ratio": "{:.3f}"}
    finish(QUESTION.title, rows, columns, forms, versions, arguments, QUESTION.explanation)
    return int(any(row["error"] for row in rows))


if __name__ == "__main__":
    sys.exit(main())
