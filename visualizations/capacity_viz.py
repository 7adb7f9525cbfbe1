"""How much each storage rule holds: success of recall against load, and Hebb's rule beside the theory of an infinite network."""

import numpy as np
from _slide import plt, present

from spikingnn.memory import capacity, mean_field_overlap
from spikingnn.plotting import BLUE, COLOURS, ORANGE, success

N = 144                                 # pixels
FLIP = 0.15                             # of the pixels of a cue
TRIALS = 20
LOADS = {"hebbian": (0.03, 0.07, 0.1, 0.15, 0.2, 0.3), "storkey": (0.07, 0.15, 0.2, 0.3, 0.45), "projection": (0.15, 0.3, 0.45, 0.6, 0.8),
         "dense": (0.15, 0.8, 2, 5, 10)}


def draw(seed):
    found = {rule: capacity([rule], N, loads, [FLIP], TRIALS, seed, networks=["spiking", "binary"] if rule == "hebbian" else ["spiking"])
             for rule, loads in LOADS.items()}
    figure, (left, right) = plt.subplots(1, 2, width_ratios=[1.25, 1])
    figure.suptitle("How many patterns fit depends on the rule that writes them")
    for (rule, rows), colour in zip(found.items(), COLOURS):
        success(left, [row for row in rows if row["network"] == "spiking"], rule, colour)
    left.set(xscale="log", xlabel=f"patterns a pixel (n = {N})", title=f"after a cue with {FLIP:.0%} of its pixels flipped; bars: 95 %")
    left.legend(loc="lower right")
    left.set_xticks([0.03, 0.1, 0.3, 1, 3, 10], ["0.03", "0.1", "0.3", "1", "3", "10"])
    left.minorticks_off()

    load = np.linspace(0.005, 0.3, 300)
    right.plot(load, [mean_field_overlap(one) for one in load], color="0.25", linewidth=1.6, label="theory, n → ∞")
    for network, colour, marker in (("spiking", BLUE, "o"), ("binary", ORANGE, "s")):
        rows = [row for row in found["hebbian"] if row["network"] == network]
        right.errorbar([row["load"] for row in rows], [row["overlap"] for row in rows], [row["error"] for row in rows], color=colour,
                       marker=marker, capsize=3, label=f"{network} network")
    right.axvline(0.138, color="0.6", linestyle=":", linewidth=1.5)
    right.text(0.142, 0.03, "0.138", color="0.4")
    right.set(xlabel="patterns a pixel", ylabel="overlap with the stored pattern", ylim=(0, 1.05), title="Hebb's rule")
    right.legend(loc="upper right", bbox_to_anchor=(1.05, 0.98))
    return figure


if __name__ == "__main__":
    present(draw)
