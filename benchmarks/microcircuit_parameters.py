"""The cortical microcircuit of Potjans & Diesmann (2014) as plain numbers, at any scale.

Units are those of spikingnn: ms, mV, nA, MOhm, Hz. Imports NumPy only, for it is read by interpreters where
spikingnn is not installed. A population has the layer and the type in its name: "L23E", "L23I" and so on.
"""
from types import SimpleNamespace

import numpy as np


POPULATIONS = ("L23E", "L23I", "L4E", "L4I", "L5E", "L5I", "L6E", "L6I")
SIZES = np.array([20683, 5834, 21915, 5479, 4850, 1065, 14395, 2948])
# mean rates in Hz: those of the paper's Table 6, and those of the full network in NEST's example, which are
# also the ones with which smaller networks are compensated
PAPER = np.array([0.86, 2.80, 4.45, 5.93, 7.59, 8.64, 1.09, 7.88])
REFERENCE = np.array([0.903, 2.965, 4.414, 5.876, 7.569, 8.633, 1.105, 7.829])
# probability that a pair is connected at least once; rows are targets, columns sources
PROBABILITY = np.array([
    [0.1009, 0.1689, 0.0437, 0.0818, 0.0323, 0.0, 0.0076, 0.0],
    [0.1346, 0.1371, 0.0316, 0.0515, 0.0755, 0.0, 0.0042, 0.0],
    [0.0077, 0.0059, 0.0497, 0.135, 0.0067, 0.0003, 0.0453, 0.0],
    [0.0691, 0.0029, 0.0794, 0.1597, 0.0033, 0.0, 0.1057, 0.0],
    [0.1004, 0.0622, 0.0505, 0.0057, 0.0831, 0.3726, 0.0204, 0.0],
    [0.0548, 0.0269, 0.0257, 0.0022, 0.06, 0.3158, 0.0086, 0.0],
    [0.0156, 0.0066, 0.0211, 0.0166, 0.0572, 0.0197, 0.0396, 0.2252],
    [0.0364, 0.001, 0.0034, 0.0005, 0.0277, 0.008, 0.0658, 0.1443]])
EXTERNAL_INPUTS = np.array([1600, 1500, 2100, 1900, 2000, 1900, 2900, 2100])
# normally distributed first potentials, from which the network settles soon
FIRST_V = np.array([-68.28, -63.16, -63.33, -63.45, -63.11, -61.66, -66.72, -61.43])
FIRST_V_SD = np.array([5.36, 4.57, 4.74, 4.94, 4.94, 4.55, 5.46, 4.48])

EXTERNAL_RATE, PSP, G, WEIGHT_SD, DELAY_SD = 8.0, 0.15, 4.0, 0.1, 0.5
DELAYS = np.array([1.5, 0.75] * 4)                      # ms: means, by source
CELL = SimpleNamespace(dt=0.1, tau_m=10.0, resistance=40.0, v_rest=-65.0, v_threshold=-50.0, v_reset=-65.0,
                       t_refractory=2.0, tau_synapse=0.5, warm_up=500.0, duration=1000.0)


def weight_of_psp():
    """Return nA: the jump of the synaptic current whose potential peaks at `PSP`."""
    tau_m, tau_s, power = CELL.tau_m, CELL.tau_synapse, 1.0 / (CELL.tau_synapse - CELL.tau_m)
    ratio = (tau_m / tau_s) ** power
    return PSP / (CELL.resistance * tau_s * power * (ratio ** tau_m - ratio ** tau_s))


def microcircuit(scale):
    """Return sizes (8,), counts of synapses and mean weights in nA (8, 8), the external weight, and the
    external rates in Hz and currents in nA (8,).

    `scale` is both the fraction of the neurons and the fraction of the inputs of each: weights grow by its
    inverse root, so that fluctuations stay, and a constant current replaces what the mean input lacks.
    """
    sizes = np.round(SIZES * scale).astype(int)
    pairs = np.outer(SIZES, SIZES).astype(float)
    full = np.log1p(-PROBABILITY) / np.log1p(-1.0 / pairs)
    jump = weight_of_psp()
    weights = np.where(np.arange(8) % 2, -G * jump, jump) * np.ones((8, 1))
    weights[0, 2] *= 2.0
    lost = 0.001 * CELL.tau_synapse * (1.0 - np.sqrt(scale))
    mean_input = (weights * full / SIZES[:, None]) @ REFERENCE + jump * EXTERNAL_INPUTS * EXTERNAL_RATE
    return SimpleNamespace(
        sizes=sizes, counts=np.round(full * scale ** 2).astype(int), weights=weights / np.sqrt(scale),
        external_weight=jump / np.sqrt(scale), external_rates=EXTERNAL_INPUTS * scale * EXTERNAL_RATE,
        currents=lost * mean_input)
