"""Are the spikes of a network the same in NEST? `python exchange_nest.py [CASE …]` needs both packages.

Each case builds one network, runs it here and through `to_nest`, and prints how many spikes are equal, or how
rates, potentials and weights differ where the equations do.
"""
import argparse
import os
import time
import warnings

import numpy as np
from common import say
from microcircuit import CELL, POPULATIONS, build
from parameters import CUBA, cuba_connections, cuba_initial_v
from scipy.sparse import coo_array

os.environ.setdefault("PYNEST_QUIET", "1")

from spikingnn import (STDP, ConductanceSynapse, DeltaSynapse, FirstOrderLIF,               # noqa: E402
                       FirstOrderSynapse, FixedProbability, LIFGroup, Network, SpikeMonitor, SpikeSource,
                       StateMonitor, SynapseGroup)


def pairs(recording, dt):
    """Return the set of (step, neuron) of a recording."""
    return set(zip(np.rint(recording.t / dt).astype(int).tolist(), recording.i.tolist()))


def compare(name, network, cells, duration, current=0.0):
    """Run a network here and in NEST, and print how many spikes are equal; return both recordings."""
    spikes = next(each for each in network.monitors if each.target is cells)
    start = time.process_time()
    in_nest = network.to_nest()
    in_nest.run(duration, {cells: current})
    theirs, seconds = in_nest.spikes(cells), time.process_time() - start
    network.run(duration, {cells: current})
    here, there = (pairs(each, network.dt) for each in (spikes, theirs))
    print(f"{name}: {len(here):,} spikes here, {len(there):,} in NEST, {len(here & there):,} equal; "
          f"NEST's CPU seconds with building {seconds:.1f}", flush=True)
    return in_nest, spikes, theirs


def cuba_network(duration, synapses):
    p = CUBA
    cells = LIFGroup(p.n_excitatory + p.n_inhibitory, FirstOrderLIF(
        tau_m=p.tau_m, v_rest=p.v_rest, v_threshold=p.v_threshold, v_reset=p.v_reset,
        t_refractory=p.t_refractory), name="cells")
    cells["v"] = cuba_initial_v()
    parts = []
    for part, (pre, post), (weight, synapse) in zip((cells[:p.n_excitatory], cells[p.n_excitatory:]),
                                                    cuba_connections(), synapses):
        matrix = coo_array((np.full(pre.size, weight), (pre, post)), shape=(part.n, cells.n))
        parts.append(SynapseGroup(part, cells, matrix, synapse, delay=1.5))
    v = StateMonitor(cells, "v", index=range(20), every=1.0)
    return Network(cells, parts, SpikeMonitor(cells), v, dt=p.dt, seed=1), cells, v


def cuba():
    p = CUBA
    network, cells, v = cuba_network(500.0, [(p.weight_excitatory / 10, FirstOrderSynapse(p.tau_excitatory)),
                                             (p.weight_inhibitory / 10, FirstOrderSynapse(p.tau_inhibitory))])
    threads = network.to_nest(threads=2)
    threads.run(500.0)
    two = threads.spikes(cells)
    in_nest, _, one = compare("CUBA 4,000, 500 ms, delay 1.5 ms", network, cells, 500.0)
    difference = np.abs(in_nest.trace(v).values - v.values).max()
    print(f"  largest difference of the potentials: {difference:.1e} mV")
    print(f"  two threads and one are equal: {np.array_equal(one.t, two.t) and np.array_equal(one.i, two.i)}")


def conductances():
    """The network COBA of Brette et al. (2007), with a constant current of 0.15 nA in place of a kick."""
    cells = LIFGroup(4000, FirstOrderLIF(tau_m=20.0, resistance=100.0, v_rest=-60.0, v_threshold=-50.0,
                                         v_reset=-60.0, t_refractory=5.0), name="cells")
    cells["v"] = np.random.default_rng(0).normal(-55.0, 5.0, 4000).clip(-70.0, -50.1)
    parts = [SynapseGroup(part, cells, FixedProbability(0.02, weight), synapse, delay=1.5)
             for part, weight, synapse in ((cells[:3200], 0.006, ConductanceSynapse(5.0, 0.0)),
                                           (cells[3200:], 0.067, ConductanceSynapse(10.0, -80.0)))]
    network = Network(cells, parts, SpikeMonitor(cells), dt=0.1, seed=1)
    _, ours, theirs = compare("COBA 4,000, 1 s, delay 1.5 ms", network, cells, 1000.0, 0.15)
    print(f"  rates {ours.t.size / 4000:.2f} and {theirs.t.size / 4000:.2f} Hz: "
          f"{100 * (theirs.t.size / ours.t.size - 1):+.1f} %")


def trains(n, rate, duration, seed):
    """n random trains, at most one spike in a step, and one last spike for all at the end."""
    draw = np.random.default_rng(seed).random((n, int(duration * 10))) < rate * 1e-4
    return [np.append(0.1 * (1 + np.flatnonzero(row)), duration + 1.0) for row in draw]


def delta():
    for delay in (None, 1.5, lambda draw, size: 0.1 * draw.integers(1, 31, size)):
        cells = LIFGroup(2000, name="cells")
        source = SpikeSource(trains(1000, 20.0, 500.0, 0), name="source")
        drawn = FixedProbability(0.1, lambda draw, size: draw.normal(0.0, 0.3, size))
        parts = [SynapseGroup(source, cells, FixedProbability(0.1, 0.8), DeltaSynapse(), delay),
                 SynapseGroup(cells, cells, drawn, DeltaSynapse(), delay)]
        name = "one step" if delay is None else "0.1 to 3 ms per synapse" if callable(delay) else "1.5 ms"
        compare(f"delta synapses, delay {name}, 500 ms",
                Network(source, cells, parts, SpikeMonitor(cells), dt=0.1, seed=1), cells, 500.0)


def stdp():
    for coincident, delay_post in (("potentiate", 0.0), ("ignore", 0.2)):
        for delay in (0.1, 1.0, 5.0):
            source = SpikeSource(trains(100, 10.0, 20_000.0, 1))
            target = SpikeSource([train[:-1] for train in trains(50, 10.0, 20_000.0, 2)])
            rule = STDP(a_plus=0.005, a_minus=0.00525, coincident=coincident)
            weight = np.random.default_rng(3).uniform(0.2, 0.8, (100, 50))
            synapses = SynapseGroup(source, target, weight, DeltaSynapse(), delay, rule,
                                    delay_post=delay_post)
            network = Network(source, target, synapses, dt=0.1, seed=1)
            in_nest = network.to_nest()
            in_nest.run(20_010.0)
            network.run(20_010.0)
            ours, theirs = synapses.weight.ravel(), in_nest.weight(synapses).ravel()
            apart = np.abs(ours - theirs)
            print(f"STDP, imposed spikes, 20 s, delay {delay} ms, delay_post {delay_post} ms, {coincident}: "
                  f"correlation {np.corrcoef(ours, theirs)[0, 1]:.6f}, median deviation "
                  f"{np.median(apart):.1e}, largest {apart.max():.1e}", flush=True)


def batch_means(recording, n, first, last, batches=20):
    """Return the rate in Hz of n neurons in equal stretches of a recording from `first` to `last` (ms)."""
    spikes, _ = np.histogram(recording.t, np.linspace(first, last, batches + 1))
    return spikes / (n * (last - first) / batches / 1000.0)


def shared():
    """The microcircuit at scale 0.1 with given external spikes."""
    network, monitors, currents = build(0.1, external=lambda n, rate, name: SpikeSource(
        trains(n, rate, 500.0, n), name=name))
    in_nest = network.to_nest()
    in_nest.run(500.0, currents)
    network.run(500.0, currents, progress=False)
    recordings = [[pairs(each, network.dt) for each in (monitor, in_nest.spikes(monitor))]
                  for monitor in monitors]
    here, there, equal = (sum(map(len, sets)) for sets in zip(*((a, b, a & b) for a, b in recordings)))
    print(f"microcircuit, scale 0.1, given external spikes, 500 ms: {here:,} "
          f"spikes here, {there:,} in NEST, {equal:,} equal", flush=True)


def microcircuit():
    """The microcircuit at scale 0.1 for 10.5 s, with Poisson spikes that are not shared: rates without the
    first 0.5 s, and how many standard errors they are apart, which are those of 20 means over 0.5 s each.
    """
    shared()
    first, last, columns = CELL.warm_up, CELL.warm_up + 10_000.0, {}
    for seed in (55, 56, 57):
        say(f"microcircuit, network {seed}")
        network, monitors, currents = build(0.1, seed=seed)
        start = time.process_time()
        in_nest = network.to_nest()
        in_nest.run(last, currents)
        middle = time.process_time()
        network.run(last, currents, progress=False)
        say(f"  CPU seconds: {time.process_time() - middle:.1f} here, {middle - start:.0f} in NEST")
        for monitor in monitors:
            sides = [batch_means(each, monitor.target.n, first, last)
                     for each in (monitor, in_nest.spikes(monitor))]
            here, there = (rates.mean() for rates in sides)
            error = np.sqrt(sum(rates.var(ddof=1) / rates.size for rates in sides))
            columns.setdefault(monitor.target.name, []).append((here, there, (there - here) / error))
    print("microcircuit, scale 0.1, 10 s, three networks: Hz here, Hz in NEST, standard errors apart")
    for population in POPULATIONS:
        print(f"{population:5}", *(f"| {here:6.3f} {there:6.3f} {z:+5.2f}"
                                   for here, there, z in columns[population]))
    z = np.abs([column[-1] for each in columns.values() for column in each])
    print(f"  largest of {z.size}: {z.max():.2f}; root of the mean square: {np.sqrt(np.mean(z ** 2)):.2f}",
          flush=True)


CASES = {"cuba": cuba, "delta": delta, "conductances": conductances, "stdp": stdp,
         "microcircuit": microcircuit}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("case", nargs="*", metavar="CASE", help=f"{', '.join(CASES)}; default: all")
    warnings.simplefilter("ignore", UserWarning)
    for case in parser.parse_args().case or CASES:
        CASES[case]()
