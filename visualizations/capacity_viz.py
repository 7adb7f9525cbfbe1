"""Storage capacity: success of recall against load per learning rule, and theory for Hebb's rule."""

import numpy as np

from spikingnn.memory import capacity, mean_field_overlap
from spikingnn.plotting import BLUE, COLOURS, ORANGE, success
from spikingnn.plotting.slides import plt, present

N = 144                                 # pixels
FLIP = 0.15                             # fraction of flipped pixels in a cue
TRIALS = 20
LOADS = {"hebbian": (0.03, 0.07, 0.1, 0.15, 0.2, 0.3), "storkey": (0.07, 0.15, 0.2, 0.3, 0.45),
         "projection": (0.15, 0.3, 0.45, 0.6, 0.8), "dense": (0.15, 0.8, 2, 5, 10)}


def draw(seed):
    networks = {rule: ["spiking", "binary"] if rule == "hebbian" else ["spiking"] for rule in LOADS}
    found = {rule: capacity([rule], N, loads, [FLIP], TRIALS, seed, networks=networks[rule])
             for rule, loads in LOADS.items()}
    figure, (left, right) = plt.subplots(1, 2, width_ratios=[1.25, 1])
    figure.suptitle("Storage capacity depends on the learning rule")
    for (rule, rows), colour in zip(found.items(), COLOURS):
        success(left, [row for row in rows if row["network"] == "spiking"], rule, colour)
    left.set(xscale="log", xlabel=f"patterns per pixel (n = {N})")
    left.set_ylabel("fraction of recalls with overlap ≥ 0.95")
    left.set_title(f"recall from cues with {FLIP:.0%} of pixels flipped; bars: 95 %")
    left.set_xticks([0.03, 0.1, 0.3, 1, 3, 10], ["0.03", "0.1", "0.3", "1", "3", "10"])
    left.minorticks_off()
    left.set_xlim(0.02, 13)

    load = np.linspace(0.005, 0.3, 300)
    theory = np.array([mean_field_overlap(one) for one in load])
    left.plot(load, theory >= 0.95, color="0.25", linestyle="--", linewidth=1.6, label="theory, Hebb, n → ∞")
    left.legend(loc="lower right", bbox_to_anchor=(1.03, 0.3), fontsize=13)
    right.plot(load, theory, color="0.25", linestyle="--", linewidth=1.6, label="theory, n → ∞")
    for network, colour, marker in (("spiking", BLUE, "o"), ("binary", ORANGE, "s")):
        rows = [row for row in found["hebbian"] if row["network"] == network]
        load, mean, error = ([row[name] for row in rows] for name in ("load", "overlap", "error"))
        right.errorbar(load, mean, error, color=colour, marker=marker, capsize=3, label=f"{network} network")
    right.text(0.142, 0.03, "0.138", color="0.4")
    right.set(xlabel="patterns per pixel", ylabel="mean overlap with the stored pattern", ylim=(0, 1.05))
    right.set_title("Hebb's rule; bars: standard error")
    right.legend(loc="upper right", bbox_to_anchor=(1.05, 0.98))
    return figure


if __name__ == "__main__":
    present(draw)
