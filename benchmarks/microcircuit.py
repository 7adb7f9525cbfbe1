"""How fast is the cortical microcircuit of Potjans & Diesmann (2014)? Eight populations, 77,169 neurons and
299 million synapses at full scale, each with a weight and a delay of its own.

`--scale 0.1` takes a tenth of the neurons and a tenth of the inputs of each. Measured are the building, the
peak memory, one second of biological time after a warm-up of half a second, and the rate of each population
over all measured seconds beside the published ones. NEST is measured on one and on two threads. Everything
that the network consists of is a public part of the package.
"""
import argparse
import os
import resource
import sys

import numpy as np
from common import (ABSENT, HERE, US, Stopwatch, Worker, cache_folder, finish, interpreter_of, parser, say,
                    serve)
from microcircuit_parameters import (CELL, DELAY_SD, DELAYS, FIRST_V, FIRST_V_SD, PAPER, POPULATIONS,
                                     REFERENCE, WEIGHT_SD, microcircuit)


TOLERANCE = 0.05                                # of the rates of the whole network, at full scale


def normal_weights(mean, dtype):
    """Return a function that draws weights of which none changes its sign."""
    def draw(rng, size):
        drawn = rng.standard_normal(size, dtype)
        drawn *= WEIGHT_SD * mean
        drawn += mean
        return np.fmax(drawn, 0.0, out=drawn) if mean > 0 else np.fmin(drawn, 0.0, out=drawn)
    return draw


def normal_delays(mean):
    """Return a function that draws delays on the grid, normally distributed above half a step, as NEST does.

    NEST counts them from the end of the step with the spike; here, from its begin, they are one step longer.
    """
    def draw(rng, size):
        delays = rng.normal(mean, DELAY_SD * mean, size)
        while True:
            short = np.flatnonzero(delays < CELL.dt / 2)
            if not short.size:
                delays /= CELL.dt
                np.rint(delays, out=delays)
                delays += 1.0
                return np.multiply(delays, CELL.dt, out=delays)
            delays[short] = rng.normal(mean, DELAY_SD * mean, short.size)
    return draw


def build(scale, dtype="float64", seed=55, external=None):
    """Return (network, spike monitors of the eight populations, inputs of a run).

    `external` (n, rate, name) makes the external input of a population, by default a PoissonInput.
    """
    from spikingnn import (FirstOrderLIF, FirstOrderSynapse, FixedTotalNumber, Network, NeuronGroup, OneToOne,
                           PoissonInput, SpikeMonitor, SynapseGroup)
    p, c = microcircuit(scale), CELL
    model = FirstOrderLIF(c.tau_m, c.resistance, c.v_rest, c.v_threshold, c.v_reset, c.t_refractory)
    synapse, rng = FirstOrderSynapse(c.tau_synapse), np.random.default_rng(seed)
    groups = [NeuronGroup(n, model, name=name) for name, n in zip(POPULATIONS, p.sizes)]
    for group, mean, deviation in zip(groups, FIRST_V, FIRST_V_SD):
        group["v"] = rng.normal(mean, deviation, group.n)
    outside = [(external or PoissonInput)(group.n, rate, name=f"{group.name} input")
               for group, rate in zip(groups, p.external_rates)]
    synapses = [SynapseGroup(pre, post, OneToOne(p.external_weight), synapse, delay=1.5)
                for pre, post in zip(outside, groups)]
    for s, pre in enumerate(groups):
        for t, post in enumerate(groups):
            if p.counts[t, s]:
                rule = FixedTotalNumber(int(p.counts[t, s]), normal_weights(p.weights[t, s], dtype))
                delay = normal_delays(DELAYS[s])
                synapses.append(SynapseGroup(pre, post, rule, synapse, delay=delay, dtype=dtype))
    monitors = [SpikeMonitor(group) for group in groups]
    network = Network(*groups, *outside, *synapses, *monitors, dt=c.dt, seed=seed, memory_budget=12 * 2 ** 30)
    return network, monitors, dict(zip(groups, p.currents))


def peak_gigabytes():
    """Return the largest memory that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9


def prepare(case):
    """Build our network, warm it up, and return what measures one more second of it."""
    scale, dtype = case.split("/")
    import spikingnn                                        # noqa: F401   # not the network's memory
    base = peak_gigabytes()
    with Stopwatch() as built:
        network, monitors, inputs = build(float(scale), dtype)
    network.run(CELL.warm_up, inputs, progress=False)

    def measure():
        first = [len(monitor.t) for monitor in monitors]
        with Stopwatch() as watch:
            network.run(CELL.duration, inputs, progress=False)
        rates = [(len(monitor.t) - n) / len(monitor.count()) / CELL.duration * 1000
                 for monitor, n in zip(monitors, first)]
        return {"wall": watch.wall, "cpu": watch.cpu, "units": CELL.duration / 1000, "rates": rates,
                "build": built.wall, "build cpu": built.cpu, "base": base, "peak": peak_gigabytes()}
    return measure


# ---- the table ---------------------------------------------------------------------------------------------

COLUMNS = {"scale": "scale", "simulator": "simulator", "build": "build s", "peak": "peak GB",
           "cpu": "CPU s/bio-s", "wall": "wall s/bio-s", "ratio": "peer/us, wall", "event": "ns/event",
           "bytes": "B/synapse", "made": "build ns/synapse",
           "rates": "rates Hz: " + " ".join(POPULATIONS), "verdict": ""}
FORMS = {"build": "{:.1f}", "peak": "{:.2f}", "cpu": "{:.3g}", "wall": "{:.3g}", "ratio": "{:.1f}x",
         "event": "{:.1f}", "bytes": "{:.1f}", "made": "{:.0f}"}


def commands(scale, arguments):
    """Return the command of each worker, by name."""
    found = {f"{US} {dtype}": [sys.executable, __file__, "--serve", f"{scale}/{dtype}"]
             for dtype in arguments.dtype}
    python = interpreter_of("nest", arguments.nest)
    for threads in (1, 2) if python else ():
        if threads in arguments.nest_threads:
            found[f"NEST, {threads} thread{'s' * (threads > 1)}"] = [
                python, str(HERE / "peer_nest.py"), "microcircuit", str(scale), str(threads)]
    return found


def rows_of(scale, workers):
    """Return one dictionary per row of the table."""
    rows, us = [], workers[0]
    for worker in workers:
        row = {"scale": scale, "simulator": worker.name, "error": worker.error}
        rows.append(row)
        if worker.results:
            rates = np.mean([result["rates"] for result in worker.results], axis=0)
            last, counts = worker.results[-1], microcircuit(scale).counts.sum(axis=0)
            row |= {"event": 1e9 * worker.median("cpu") / (rates @ counts),
                    "bytes": 1e9 * (last["peak"] - last["base"]) / counts.sum(),
                    "made": 1e9 * last["build cpu"] / counts.sum()}
            row |= {"build": last["build"], "peak": last["peak"], "cpu": worker.median("cpu"),
                    "wall": worker.median("wall"), "rates": " ".join(f"{rate:.2f}" for rate in rates),
                    "runs": worker.results}
            if worker is not us and us.results:
                row["ratio"] = row["wall"] / us.median("wall")
    return rows


def figure(path, scale, seconds=6.0):
    """Draw the spikes of 400 ms, and the rates of the neurons, as Figure 6 of the paper does."""
    from microcircuit_figure import draw
    network, monitors, inputs = build(scale)
    network.run(1000.0 * seconds, inputs)
    draw(path, monitors, 1000.0 * seconds)


def main():
    if sys.argv[1:2] == ["--serve"]:
        serve(lambda: prepare(sys.argv[2]), ["spikingnn", "numba", "numpy"])
        return 0
    options = parser(__doc__, 3, ("nest",))
    options.add_argument("--scale", type=float, action="append", help="may be repeated (default 0.1)")
    options.add_argument("--dtype", choices=("float64", "float32"), action="append",
                         help="of our weights; may be repeated (default float64)")
    options.add_argument("--nest-threads", type=int, action="append", help=argparse.SUPPRESS)
    options.add_argument("--figure", metavar="FILE", help="draw spikes and rates instead of measuring")
    arguments = options.parse_args()
    arguments.dtype = arguments.dtype or ["float64"]
    arguments.nest_threads = arguments.nest_threads or [1, 2]
    os.environ["NUMBA_CACHE_DIR"] = str(cache_folder())
    if arguments.figure:
        figure(arguments.figure, (arguments.scale or [0.1])[0])
        return 0
    rows, versions = [], {}
    for scale in arguments.scale or [0.1]:
        workers = []
        try:
            for name, command in commands(scale, arguments).items():
                say(f"scale {scale:g}: building {name}")
                workers.append(Worker(name, command))
                workers[-1].wait_until_ready()
            for repeat in range(arguments.repeats):
                say(f"scale {scale:g}: measuring {repeat + 1}/{arguments.repeats}")
                for worker in workers:
                    worker.measure()
        finally:
            for worker in workers:
                worker.close()
        rows += rows_of(scale, workers)
        versions |= {worker.name: worker.versions for worker in workers}
    if not any("NEST" in row["simulator"] for row in rows):
        rows.append({"simulator": "NEST", "error": ABSENT})
    published = [{"simulator": name, "rates": " ".join(f"{rate:.2f}" for rate in rates)}
                 for name, rates in (("the paper, Table 6", PAPER), ("NEST's example", REFERENCE))]
    finish("Cortical microcircuit", rows + published, COLUMNS, FORMS, versions, arguments,
           "Peak: the largest memory of the process. Rates: means over all measured seconds. ns/event: CPU "
           "time of the run, neurons and external input included, per synapse that a spike reaches; "
           "B/synapse: peak memory without what the process has before the building; build ns/synapse: of "
           "CPU time.")
    return int(any(row.get("error", ABSENT) not in (None, ABSENT) for row in rows))


if __name__ == "__main__":
    sys.exit(main())
