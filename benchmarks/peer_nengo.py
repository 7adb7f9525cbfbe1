"""Nengo's side of nef.py: each measurement is the next seed of one task, at Nengo's defaults.

Started as `python peer_nengo.py nef TASK`.
"""
import itertools
import sys

import nengo
import numpy as np
from common import Stopwatch, serve
from nef_tasks import DT, FAST, FIRST_SEED, INTERCEPTS, PROBE, RATES, SLOW, TASKS, judge, signal


def build(name, seed):
    """(network, probe) of a task."""
    task, u = TASKS[name], signal(name, seed)
    with nengo.Network(seed=seed) as network:
        network.config[nengo.Ensemble].max_rates = nengo.dists.Uniform(*RATES)
        network.config[nengo.Ensemble].intercepts = nengo.dists.Uniform(*INTERCEPTS)
        encoders = {"encoders": nengo.dists.Choice(task.encoders)} if task.encoders else {}
        source = nengo.Ensemble(task.neurons, task.dimensions, radius=task.radius, **encoders)
        stimulus = nengo.Node(lambda t: u[min(round(t * 1000 / DT), len(u)) - 1], size_out=task.dimensions)
        nengo.Connection(stimulus, source, synapse=None)
        if task.flow:
            reader = source
            nengo.Connection(source, source, synapse=SLOW / 1000,
                             function=lambda x: task.recurrent(np.atleast_2d(x))[0])
        else:
            reader = nengo.Ensemble(task.reader, 1)
            nengo.Connection(source, reader, synapse=FAST / 1000,
                             function=lambda x: task.function(np.atleast_2d(x))[0])
        probe = nengo.Probe(reader, synapse=PROBE / 1000, sample_every=0.001)
    return network, probe


def main():
    """Serve the measurements."""
    name, seeds = sys.argv[2], itertools.count(FIRST_SEED)

    def measure():
        seed = next(seeds)
        network, probe = build(name, seed)
        with nengo.Simulator(network, dt=DT / 1000, progress_bar=False) as simulator:
            with Stopwatch() as watch:
                simulator.run_steps(TASKS[name].steps, progress_bar=False)
            return {"wall": watch.wall, "cpu": watch.cpu, "units": TASKS[name].seconds,
                    **judge(name, seed, simulator.data[probe])}

    serve(lambda: measure, ["nengo", "numpy"])


if __name__ == "__main__":
    main()
