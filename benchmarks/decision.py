"""Does a network of Wang (2002) decide and remember at its full size?

2,000 neurons with the paper's parameters: 1,600 excitatory ones with two selective pools of 240, 400
inhibitory ones, AMPA, GABA and saturating NMDA receptors, 2,400 Hz of background per neuron, and a stimulus
of 40 Hz (1 ± coherence), drawn anew every 50 ms with a standard deviation of 4 Hz, for two seconds.
Reported: the share of trials in which the favoured pool has the higher rate at the end of the stimulus (Wang
finds a Weibull function 1 - exp(-(c/α)^β)/2 with α of about 9 % and β of about 1.5), and that in which the
winner, and it alone, still fires above 10 Hz a second later.
"""
import argparse
import os
import sys
import time

import numpy as np
from common import cache_folder


COHERENCES = (0.032, 0.064, 0.128, 0.256, 0.512)
E, I, POOL, DT = 1600, 400, 240, 0.1                    # neurons; ms
BEFORE, STIMULUS, AFTER, ROW = 500.0, 2000.0, 1000.0, 50.0          # ms


def build(strength, seed):
    """(network, background of the excitatory neurons, rates of both pools); `strength` is w+."""
    from spikingnn import (ConductanceSynapse, FirstOrderLIF, Network, NeuronGroup, NMDASynapse, OneToOne,
                           PoissonInput, RateMonitor, SynapseGroup)
    ampa, gaba, nmda = ConductanceSynapse(2.0, 0.0), ConductanceSynapse(5.0, -70.0), NMDASynapse(100.0)
    cells = NeuronGroup(E, FirstOrderLIF(20.0, 40.0, -70.0, -50.0, -55.0, 2.0))         # 0.5 nF, 25 nS
    others = NeuronGroup(I, FirstOrderLIF(10.0, 50.0, -70.0, -50.0, -55.0, 1.0))        # 0.2 nF, 20 nS
    pool, f = np.arange(E) // POOL, POOL / E
    weak = 1.0 - f * (strength - 1.0) / (1.0 - f)
    w = 1e-3 * np.where(pool > 1, 1.0, np.where(pool[:, None] == pool, strength, weak))           # µS
    inputs = PoissonInput(E, 2400.0), PoissonInput(I, 2400.0)
    synapses = [SynapseGroup(pre, post, weight, receptor, 0.5) for pre, post, weight, receptor in (
        (cells, cells, 0.05 * w, ampa), (cells, cells, 0.165 * w, nmda), (cells, others, 0.04e-3, ampa),
        (cells, others, 0.13e-3, nmda), (others, cells, 1.3e-3, gaba), (others, others, 1e-3, gaba),
        (inputs[0], cells, OneToOne(2.1e-3), ampa), (inputs[1], others, OneToOne(1.62e-3), ampa))]
    rates = [RateMonitor(cells[k * POOL:(k + 1) * POOL]) for k in range(2)]
    return Network(cells, others, inputs, synapses, rates, dt=DT, seed=seed), inputs[0], rates


def trial(network, background, rates, coherence, seed):
    """Rates of both pools in Hz, (2, 2): in the last 100 ms of the stimulus, and of the delay."""
    network.reset(seed=seed)
    rows = round((BEFORE + STIMULUS + AFTER) / ROW)
    shown = np.random.default_rng(seed).normal(40.0 * (1 + coherence * np.array([1, -1])), 4.0, (rows, 2))
    shown[:round(BEFORE / ROW)] = shown[round((BEFORE + STIMULUS) / ROW):] = 0.0
    network.run(ROW * rows, {background: shown.repeat(POOL, axis=1) @ np.eye(2 * POOL, E)})
    found = np.array([rate.rate(100.0) for rate in rates])
    return found[:, [round((BEFORE + STIMULUS) / 100.0) - 1, -1]].T


def main():
    """Measure and print, one line per coherence."""
    options = argparse.ArgumentParser(description=__doc__,
                                      formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--strength", type=float, default=1.7, metavar="W",
                         help="w+, weight within a pool (default 1.7)")
    options.add_argument("--trials", type=int, default=20, metavar="N", help="trials of each coherence")
    options.add_argument("--first-seed", type=int, default=0, metavar="N", help="seed of the first trial")
    arguments = options.parse_args()
    os.environ["NUMBA_CACHE_DIR"] = str(cache_folder())
    parts = build(arguments.strength, arguments.first_seed)
    for coherence in COHERENCES:
        began, results = time.process_time(), []
        for k in range(arguments.trials):
            results.append(trial(*parts, coherence * (-1) ** k, arguments.first_seed + k)[:, ::(-1) ** k])
        end, later = np.array(results).transpose(1, 0, 2)                       # favoured pool first
        winner = np.argmax(end, axis=1)
        held, lost = (np.take_along_axis(later, each[:, None], 1)[:, 0] for each in (winner, 1 - winner))
        print(f"w+ {arguments.strength:g}, coherence {100 * coherence:4.1f} %: "
              f"{np.mean(winner == 0):.2f} correct, winner {end.max(1).mean():.0f} Hz, "
              f"loser {end.min(1).mean():.0f} Hz; held in {np.mean((held > 10.0) & (lost < 10.0)):.2f} "
              f"({held.mean():.0f} Hz); {arguments.trials} trials, "
              f"{(time.process_time() - began) / arguments.trials:.1f} CPU s each", flush=True)


if __name__ == "__main__":
    sys.exit(main())
