"""What does a model given as text cost? Time per neuron and step, and from the text to the first spike.

Models of `Equations` are held against the kernels written by hand (bar: 1.1 times), in turn within one
process. The first spike is timed in fresh processes, each with a text that no cache knows (bar: 2 s of CPU
time) and then with the same text again.

    python benchmarks/equations.py [repeats]
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

import numpy as np

from spikingnn import AdEx, Equations, FirstOrderLIF, Izhikevich, Network, NeuronGroup


N, DURATION, DT = 10_000, 50.0, 0.1             # neurons, ms, ms
LIF = "dv/dt = (v_rest - v + R*I)/tau : mV (unless refractory)"
ADEX = """dv/dt = (g_L*(E_L - v) + g_L*D*exp((v - V_T)/D) - w + I)/C : mV
          dw/dt = (a*(v - E_L) - w)/tau_w : nA"""
IZHIKEVICH = """dv/dt = 0.04*v**2 + 5*v + 140 - u + I
                du/dt = a*(b*v - u)"""
FIRST = """
import time
from spikingnn import Equations, simulate
began = time.process_time()
{model}
simulate(model, {current}, 50.0)
print(time.process_time() - began)
"""
FIRST_LIF = """model = Equations("dv/dt = (k{salt} - v + R*I)/tau : mV (unless refractory)", "v >= v_t",
                  "v = k{salt}", t_refractory=2.0, k{salt}=-65.0, R=10.0, tau=20.0, v_t=-50.0,
                  initial="rest")"""
FIRST_ADEX = """model = Equations('''dv/dt = (g_L*(k{salt} - v) + g_L*D*exp((v - V_T)/D) - w + I)/C : mV
dw/dt = (a*(v - k{salt}) - w)/tau_w : nA''', "v > 0", "v = k{salt}; w += b", k{salt}=-70.6, g_L=0.03,
                  D=2.0, V_T=-50.4, C=0.281, a=0.004, tau_w=144.0, b=0.0805, initial="rest")"""


def pairs() -> dict[str, tuple[Equations, object, float]]:
    """{name: (model as text, built-in model, current in nA)}."""
    def adex(like):
        leak = 1.0 / like.resistance
        return Equations(ADEX, "v > V_p", "v = V_r; w += b", initial={"v": "E_L"}, g_L=leak, E_L=like.v_rest,
                         D=like.sharpness, V_T=like.v_threshold, C=like.tau_m * leak, a=like.a,
                         tau_w=like.tau_w,
                         b=like.b, V_r=like.v_reset, V_p=like.v_peak)
    lif = Equations(LIF, "v >= v_t", "v = v_rest", t_refractory=2.0, initial={"v": "v_rest"}, v_rest=-65.0,
                    R=10.0, tau=20.0, v_t=-50.0)
    izhikevich = Equations(IZHIKEVICH, "v >= 30", "v = c; u += d", initial={"v": -70.0, "u": -14.0}, a=0.02,
                           b=0.2,
                           c=-65.0, d=8.0)
    return {"LIF": (lif, FirstOrderLIF(), 2.0),
            "AdEx, adapting": (adex(AdEx.pattern("adapting")), AdEx.pattern("adapting"), 0.5),
            "AdEx, tonic": (adex(AdEx.pattern("tonic")), AdEx.pattern("tonic"),
                            AdEx.pattern_current("tonic")),
            "Izhikevich": (izhikevich, Izhikevich(), 10.0)}


def steps(repeats: int) -> None:
    """Print the time per neuron and step of both kinds of models, under 0.5 to 1.5 times the current."""
    print("model           text ns  built-in ns  ratio of medians")
    for name, (text, built_in, current) in pairs().items():
        networks = []
        for model in (text, built_in):
            group = NeuronGroup(N, model)
            networks.append((Network(group, dt=DT, seed=1), {group: np.linspace(0.5, 1.5, N) * current}))
            networks[-1][0].run(100.0, networks[-1][1], progress=False)
        times: list[list[float]] = [[], []]
        for _ in range(repeats):
            for k, (network, inputs) in enumerate(networks):
                began = time.process_time()
                network.run(DURATION, inputs, progress=False)
                times[k].append((time.process_time() - began) / (N * DURATION / DT) * 1e9)
        ours, theirs = map(statistics.median, times)
        print(f"{name:15} {ours:7.2f}  {theirs:11.2f}  {ours / theirs:.2f}")


def first_spike() -> None:
    """Print the CPU time from a text to its first spikes, with and without the kernel in the cache."""
    for name, model, current in (("LIF", FIRST_LIF, 2.0), ("AdEx", FIRST_ADEX, 1.0)):
        program = FIRST.format(model=model.format(salt=time.time_ns()), current=current)
        taken = [subprocess.run([sys.executable, "-c", program], capture_output=True, text=True,
                                check=True).stdout
                 for _ in range(2)]
        print(f"{name}: {float(taken[0]):.2f} s for a new text, {float(taken[1]):.2f} s for a known one")


if __name__ == "__main__":
    steps(int(sys.argv[1]) if len(sys.argv) > 1 else 11)
    first_spike()
