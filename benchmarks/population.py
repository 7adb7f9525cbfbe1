"""What does one step of one neuron cost? Uncoupled LIF neurons, from one to a million.

Every neuron has a constant current of its own, at which it fires at 17 to 23 Hz; exact integration, dt = 0.1
ms. All start from the same potentials with the same currents. Measured is the run alone; its length is chosen
so that a thousand to a million neurons are about the same work (NEST is given a tenth of it, and not the
million, whose making takes it too long). The case "one" is `simulate(model, current, 1000.0)`, one second of
one neuron with its potential recorded and everything set up anew; its bar is 5 ms a call, 500 ns a step.
There, peers run one neuron on end, with nothing recorded and nothing set up.
"""
import sys

from common import Question, Stopwatch
from parameters import POPULATION, population_duration, population_size, population_start


def prepare(case):
    """Our population, or the function for one neuron."""
    from spikingnn import FirstOrderLIF, LIFGroup, Network, SpikeMonitor, simulate
    p, n = POPULATION, population_size(case)
    model = FirstOrderLIF(tau_m=p.tau_m, resistance=p.resistance, v_rest=p.v_rest, v_threshold=p.v_threshold,
                          v_reset=p.v_reset, t_refractory=p.t_refractory)
    v, current = population_start(n)

    def measure_one():
        with Stopwatch() as watch:
            for _ in range(20):
                result = simulate(model, float(current[0]), 1000.0, dt=p.dt)
        return {"wall": watch.wall, "cpu": watch.cpu, "units": 20 * 10_000 * 1e-9,
                "rate": float(len(result.spikes))}

    if case == "one":
        measure_one()
        return measure_one
    cells, duration = LIFGroup(n, model), population_duration(n)
    spikes = SpikeMonitor(cells)
    network = Network(cells, spikes, dt=p.dt, seed=1)
    network.run(p.dt, inputs={cells: current}, progress=False)

    def measure():
        network.reset()
        cells["v"][:] = v
        with Stopwatch() as watch:
            network.run(duration, inputs={cells: current}, progress=False)
        return {"wall": watch.wall, "cpu": watch.cpu, "units": n * round(duration / p.dt) * 1e-9,
                "rate": 1000 * len(spikes.t) / n / duration}
    return measure


def check(result):
    """The mean rate as text, and whether it is what the currents ask for."""
    return f"{result['rate']:.1f}", 17.0 <= result["rate"] <= 23.5


QUESTION = Question(
    title="Uncoupled LIF neurons", workload="population", prepare=prepare, check=check, limits={"one": 500.0},
    skips={"1000000": ("nest",)},
    cases={"one": {}}
    | {case: {"Brian2 C++ standalone": 1.0} for case in ("1000", "10000", "100000", "1000000")},
    unit="ns", checked="rate Hz",
    explanation="CPU and wall: nanoseconds per neuron and step. Set-up: building and, where it applies, "
                "compiling.")

if __name__ == "__main__":
    sys.exit(QUESTION.main(__file__, __doc__))
