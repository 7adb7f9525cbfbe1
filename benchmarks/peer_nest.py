"""NEST's side of the benchmarks: `python peer_nest.py WORKLOAD CASE` is a worker of `common.compare`.

The network is built once (the set-up); each measurement is one more `Simulate` of it, on one thread. Spikes
are counted by the kernel's own counter, so that no recording slows NEST down.
"""
import resource
import sys

import microcircuit_parameters as mc
import nest
import numpy as np
from common import Stopwatch, serve
from parameters import (BRUNEL, CUBA, POPULATION, cuba_connections, cuba_initial_v, population_duration,
                        population_size, population_start)


def lif(model, n, p, **more):
    """n leaky integrate-and-fire neurons with NEST's names; the capacitance of 1 pF per ms of tau makes pA
    equal to mV."""
    return nest.Create(model, n, {"tau_m": p.tau_m, "C_m": p.tau_m, "E_L": p.v_rest, "V_th": p.v_threshold,
                                  "V_reset": p.v_reset,
                                  "t_ref": p.t_refractory, **more})


def brunel(case):
    p = BRUNEL
    cells = lif("iaf_psc_delta", p.n_excitatory + p.n_inhibitory, p, V_m=p.v_rest)
    external = nest.Create("poisson_generator", params={"rate": p.external_inputs * p.external_rate})
    nest.Connect(external, cells, syn_spec={"weight": p.weight, "delay": p.delay})
    for pre, k, jump in ((cells[:p.n_excitatory], p.in_excitatory, p.weight),
                         (cells[p.n_excitatory:], p.in_inhibitory, -p.g * p.weight)):
        model = "to_all_from_" + ("excitatory" if jump > 0 else "inhibitory")
        nest.CopyModel("static_synapse_hom_w", model, {"weight": jump})
        delay = p.delay
        if case == "delays":
            delay = p.dt * (1 + nest.random.uniform_int(p.max_delay_steps))
        nest.Connect(pre, cells, {"rule": "fixed_indegree", "indegree": k},
                     {"synapse_model": model, "delay": delay})
    return cells, p.warm_up, p.duration, p.duration / 1000


def cuba(case):
    p = CUBA
    cells = lif("iaf_psc_exp", p.n_excitatory + p.n_inhibitory, p, tau_syn_ex=p.tau_excitatory,
                tau_syn_in=p.tau_inhibitory)
    cells.V_m = cuba_initial_v().tolist()
    excitatory, inhibitory = cuba_connections()
    for (sources, targets), first, weight in ((excitatory, 1, p.weight_excitatory),
                                              (inhibitory, 1 + p.n_excitatory, p.weight_inhibitory)):
        constant = np.ones(len(sources))                         # arrays of ids ask for arrays of everything
        nest.Connect(sources + first, targets + 1, "one_to_one",
                     {"weight": weight * constant, "delay": p.dt * constant})
    return cells, p.warm_up, p.duration, p.duration / 1000


def population(case):
    p, n = POPULATION, population_size(case)
    v, current = population_start(n)
    cells = lif("iaf_psc_delta", n, p, V_m=v.tolist(), I_e=(p.resistance * current).tolist())
    duration = population_duration(n) / 10                      # a tenth: NEST needs about ten times as long
    return cells, 0.0, duration, n * round(duration / p.dt) * 1e-9


def normal(mean, deviation, low, high):
    """A normal distribution that is drawn again outside of the limits."""
    return nest.math.redraw(nest.random.normal(mean, abs(deviation)), min=low, max=high)


def microcircuit(scale):
    """The eight populations with their recorders, built as NEST's own example does; in pA."""
    p, c = mc.microcircuit(scale), mc.CELL
    groups = []
    for n, current, mean, deviation in zip(p.sizes, p.currents, mc.FIRST_V, mc.FIRST_V_SD):
        capacitance = 1000.0 * c.tau_m / c.resistance
        groups.append(nest.Create("iaf_psc_exp", int(n), {
            "tau_m": c.tau_m, "C_m": capacitance, "E_L": c.v_rest, "V_th": c.v_threshold,
            "V_reset": c.v_reset, "t_ref": c.t_refractory, "tau_syn_ex": c.tau_synapse,
            "tau_syn_in": c.tau_synapse, "I_e": 1000.0 * current}))
        groups[-1].V_m = nest.random.normal(mean, deviation)
    for s, pre in enumerate(groups):
        nest.CopyModel("static_synapse", f"from_{s}")   # one would hold too many on two threads
        for t, post in enumerate(groups):
            if not p.counts[t, s]:
                continue
            weight, delay = 1000.0 * p.weights[t, s], mc.DELAYS[s]
            limits = (0.0, np.inf) if weight > 0 else (-np.inf, 0.0)
            nest.Connect(pre, post, {"rule": "fixed_total_number", "N": int(p.counts[t, s])},
                         {"synapse_model": f"from_{s}",
                          "weight": normal(weight, mc.WEIGHT_SD * weight, *limits),
                          "delay": normal(delay, mc.DELAY_SD * delay, c.dt / 2, np.inf)})
    recorders = [nest.Create("spike_recorder") for _ in groups]
    for group, rate, recorder in zip(groups, p.external_rates, recorders):
        outside = nest.Create("poisson_generator", params={"rate": rate})
        nest.Connect(outside, group, syn_spec={"weight": 1000.0 * p.external_weight, "delay": 1.5})
        nest.Connect(group, recorder)
    return groups, recorders


def prepare_microcircuit(scale, threads):
    """Build the microcircuit for one thread or more; the returned function simulates one more second."""
    nest.verbosity = nest.VerbosityLevel.ERROR
    nest.SetKernelStatus({"resolution": mc.CELL.dt, "local_num_threads": threads, "rng_seed": 1})
    base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
    with Stopwatch() as built:
        groups, recorders = microcircuit(scale)
        nest.Prepare()                                  # what NEST leaves of the building for the first run
    nest.Run(mc.CELL.warm_up)

    def measure():
        before = [recorder.n_events for recorder in recorders]
        with Stopwatch() as watch:
            nest.Run(mc.CELL.duration)
        rates = [1000.0 * (recorder.n_events - n) / len(group) / mc.CELL.duration
                 for recorder, n, group in zip(recorders, before, groups)]
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
        return {"wall": watch.wall, "cpu": watch.cpu, "units": mc.CELL.duration / 1000, "rates": rates,
                "build": built.wall, "build cpu": built.cpu, "base": base, "peak": peak}
    return measure


def prepare(workload, case):
    """Build the network and warm it up; the returned function simulates on."""
    if workload == "microcircuit":
        return prepare_microcircuit(float(case), int(sys.argv[3]))
    nest.verbosity = nest.VerbosityLevel.ERROR
    nest.SetKernelStatus({"resolution": 0.1, "local_num_threads": 1, "rng_seed": 1})
    cells, warm_up, duration, units = globals()[workload](case)
    nest.Prepare()
    nest.Run(max(warm_up, 1.0))                         # the first steps also allocate and calibrate

    def measure():
        with Stopwatch() as watch:
            nest.Run(duration)
        spikes = nest.GetKernelStatus("local_spike_counter")     # of this Run alone
        return {"wall": watch.wall, "cpu": watch.cpu, "units": units,
                "rate": 1000 * spikes / len(cells) / duration}
    return measure


if __name__ == "__main__":
    serve(lambda: prepare(sys.argv[1], sys.argv[2]), ["nest-simulator", "numpy"],
          one_core=sys.argv[1:2] != ["microcircuit"] or sys.argv[3] == "1")
