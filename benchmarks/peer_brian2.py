"""Brian2's side of the benchmarks: `python peer_brian2.py WORKLOAD CASE` is a worker of `common.compare`.

The workload is generated and compiled once as a C++ standalone project (the set-up); a measurement runs the
binary again and takes the time of its last `run` alone, without the making of synapses, from two clocks read
around that run (the time that Brian2 itself reports is CPU time, so it cannot serve as the wall time). Needs
Brian2 2.9 and NumPy below 2.4. All rates come from a PopulationRateMonitor, which costs next to nothing.
"""
import sys
import tempfile
from pathlib import Path

import brian2 as b2
import numpy as np
from brian2 import Hz, ms, mV
from common import serve
from parameters import (BRUNEL, CUBA, LAYER, POPULATION, STDP, cuba_connections, cuba_initial_v, fifths,
                        initial_weights, layer_pictures, layer_weights, population_duration, population_size,
                        population_start)


def brunel(case):
    p = BRUNEL
    cells = b2.NeuronGroup(p.n_excitatory + p.n_inhibitory, "dv/dt = -v/tau : volt (unless refractory)",
                           threshold="v >= v_threshold",
                           reset="v = v_reset", refractory=p.t_refractory*ms, method="exact",
                           namespace={"tau": p.tau_m*ms, "v_threshold": p.v_threshold*mV,
                                      "v_reset": p.v_reset*mV})
    external = b2.PoissonInput(cells, "v", p.external_inputs, p.external_rate*Hz, p.weight*mV)
    parts = [cells, external]
    for pre, k, jump in ((cells[:p.n_excitatory], p.in_excitatory, p.weight),
                         (cells[p.n_excitatory:], p.in_inhibitory, -p.g*p.weight)):
        synapses = b2.Synapses(pre, cells, on_pre="v_post += jump", namespace={"jump": jump*mV},
                               **({"delay": p.delay*ms} if case == "constant" else {}))
        synapses.connect(i="k for k in sample(N_pre, size=indegree)", namespace={"indegree": k})
        if case == "delays":
            synapses.delay = f"(1 + int(rand()*{p.max_delay_steps})) * {p.dt}*ms"
        parts.append(synapses)
    return parts, p.warm_up, p.duration, p.duration / 1000, None


def cuba(case):
    p = CUBA
    cells = b2.NeuronGroup(p.n_excitatory + p.n_inhibitory,
                           """dv/dt = (ge + gi - (v - v_rest))/tau : volt (unless refractory)
                           dge/dt = -ge/taue : volt
                           dgi/dt = -gi/taui : volt""", threshold="v > v_threshold", reset="v = v_reset",
                           refractory=p.t_refractory*ms,
                           method="exact", namespace={"tau": p.tau_m*ms, "taue": p.tau_excitatory*ms,
                                                      "taui": p.tau_inhibitory*ms,
                                                      "v_rest": p.v_rest*mV, "v_threshold": p.v_threshold*mV,
                                                      "v_reset": p.v_reset*mV})
    cells.v = cuba_initial_v() * mV
    excitatory = b2.Synapses(cells[:p.n_excitatory], cells, on_pre="ge_post += w",
                             namespace={"w": p.weight_excitatory*mV})
    inhibitory = b2.Synapses(cells[p.n_excitatory:], cells, on_pre="gi_post += w",
                             namespace={"w": p.weight_inhibitory*mV})
    for synapses, (sources, targets) in zip((excitatory, inhibitory), cuba_connections()):
        synapses.connect(i=sources, j=targets)
    return [cells, excitatory, inhibitory], p.warm_up, p.duration, p.duration / 1000, None


def stdp(case):
    p = STDP
    inputs = b2.PoissonGroup(p.n_inputs, rates=p.rate*Hz)
    cell = b2.NeuronGroup(1, """dv/dt = (ge*(reversal - v) + v_rest - v)/tau : volt
                          dge/dt = -ge/taue : 1""", threshold="v > v_threshold", reset="v = v_reset",
                          method="exponential_euler",
                          namespace={"tau": p.tau_m*ms, "taue": p.tau_synapse*ms, "reversal": p.reversal*mV,
                                     "v_rest": p.v_rest*mV,
                                     "v_threshold": p.v_threshold*mV, "v_reset": p.v_reset*mV})
    cell.v = p.v_rest*mV
    synapses = b2.Synapses(inputs, cell, """w : 1
                           dx/dt = -x/tau_plus : 1 (event-driven)
                           dy/dt = -y/tau_minus : 1 (event-driven)""",
                           on_pre="ge_post += w; x += a_plus; w = clip(w - y, 0, w_max)",
                           on_post="y += a_minus; w = clip(w + x, 0, w_max)",
                           namespace={"tau_plus": p.tau_plus*ms, "tau_minus": p.tau_minus*ms,
                                      "a_plus": p.a_plus,
                                      "a_minus": p.a_minus, "w_max": p.w_max})
    synapses.connect()
    synapses.w = initial_weights()
    return [cell, inputs, synapses], 0.0, p.duration, 1.0, lambda: {"fifths": fifths(synapses.w[:])}


def stdp_layer(case):
    """The trace is held by the inputs, not by every synapse: twenty times fewer traces to decay, in Brian2's
    favour."""
    p = LAYER
    b2.defaultclock.dt = p.dt*ms
    pictures = b2.TimedArray(p.max_rate*layer_pictures()*Hz, dt=p.steps*p.dt*ms)
    inputs = b2.NeuronGroup(p.n_inputs, "dx/dt = -x/tau : 1", threshold="rand() < pictures(t, i)*dt",
                            reset="x = 1", method="exact",
                            namespace={"tau": p.tau_trace*ms, "pictures": pictures})
    cells = b2.NeuronGroup(p.n, """dv/dt = -v/tau : 1 (unless refractory)
                           dtheta/dt = -theta/tau_theta : 1
                           total : 1""", threshold="v >= v_threshold + theta",
                           reset="v = 0; theta += step; total = 0",
                           refractory=p.t_refractory*ms, method="exact",
                           namespace={"tau": p.tau_m*ms, "tau_theta": p.tau_threshold*ms,
                                      "v_threshold": p.v_threshold,
                                      "step": p.threshold_step})
    plastic = b2.Synapses(inputs, cells, "w : 1", on_pre="v_post += w",
                          namespace={"eta": p.eta, "sum": p.total},
                          on_post={"learn": "w = clip(w + eta*x_pre*(1 - w), 0, 1); total_post += w",
                                   "scale": "w = clip(w*sum/total_post, 0, 1)"})
    plastic.learn.order, plastic.scale.order = 0, 1
    plastic.connect()
    plastic.w = layer_weights().ravel()
    parts, inhibits = [cells, inputs, plastic], cells
    if case == "pair":
        inhibits = b2.NeuronGroup(p.n, "dv/dt = -v/tau : 1 (unless refractory)", threshold="v >= v_threshold",
                                  reset="v = 0",
                                  refractory=p.t_refractory_inhibitory*ms, method="exact",
                                  namespace={"tau": p.tau_inhibitory*ms, "v_threshold": p.v_threshold})
        excites = b2.Synapses(cells, inhibits, on_pre="v_post += excitation",
                              namespace={"excitation": p.excitation})
        excites.connect(j="i")
        parts += [inhibits, excites]
    others = b2.Synapses(inhibits, cells, on_pre="v_post = clip(clip(v_post, v_floor, ceiling) - "
                                                 "inhibition, v_floor, ceiling)",
                         namespace={"v_floor": p.v_floor, "inhibition": p.inhibition,
                                    "ceiling": 0 if case == "winner" else 1000})
    others.connect(condition="i != j")
    return [*parts, others], 0.0, p.images*p.steps*p.dt, p.images, None


def population(case):
    p, n = POPULATION, population_size(case)
    cells = b2.NeuronGroup(n, "dv/dt = (v_rest - v + drive)/tau : volt (unless refractory)\n drive : volt",
                           threshold="v >= v_threshold",
                           reset="v = v_reset", refractory=p.t_refractory*ms, method="exact",
                           namespace={"tau": p.tau_m*ms, "v_rest": p.v_rest*mV,
                                      "v_threshold": p.v_threshold*mV, "v_reset": p.v_reset*mV})
    v, current = population_start(n)
    cells.v, cells.drive = v * mV, p.resistance * current * mV
    duration = population_duration(n)
    return [cells], 0.0, duration, n * round(duration / p.dt) * 1e-9, None


def prepare(workload, case, folder):
    """Generate and compile the project; the returned function runs its binary and reads the results."""
    b2.set_device("cpp_standalone", build_on_run=False, directory=None)
    b2.defaultclock.dt = 0.1*ms
    b2.seed(1)
    b2.prefs.codegen.cpp.headers += ["<chrono>"]
    times = Path(folder, "times.txt")
    parts, warm_up, duration, units, more = globals()[workload](case)
    rate = b2.PopulationRateMonitor(parts[0])
    network = b2.Network(*parts, rate)
    b2.device.insert_code("before_start", "double cpu = 0, wall = 0;"
                          "auto cpu_began = std::clock(); auto began = std::chrono::steady_clock::now();")
    b2.device.insert_code("before_network_run",
                          "cpu_began = std::clock(); began = std::chrono::steady_clock::now();")
    b2.device.insert_code("after_network_run", "cpu = double(std::clock() - cpu_began) / CLOCKS_PER_SEC;"
                          "wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - "
                          "began).count();")
    b2.device.insert_code("after_end", f'std::ofstream("{times.as_posix()}") << wall << " " << cpu;')
    if warm_up:
        network.run(warm_up*ms)
    network.run(duration*ms)
    b2.device.build(directory=str(Path(folder, "project")), compile=True, run=False)

    def measure():
        b2.device.run(with_output=False)
        rates = np.asarray(rate.rate / Hz)[-round(duration*ms / b2.defaultclock.dt):]
        wall, cpu = map(float, times.read_text().split())
        return {"wall": wall, "cpu": cpu, "units": units,
                "rate": float(rates.mean())} | (more() if more else {})
    return measure


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        serve(lambda: prepare(sys.argv[1], sys.argv[2], folder), ["brian2", "numpy"])
