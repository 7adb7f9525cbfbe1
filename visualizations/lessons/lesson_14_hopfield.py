r"""
Lesson 14: Hopfield's associative memory
========================================

*Neuronal Dynamics*, sections 17.1–17.3. 45 minutes.

You recognise a friend by half of the face, and a song by three notes. A part of the memory, or a noisy
version of it, is enough to bring back the whole: the memory is **associative**. A computer's memory works
otherwise; it needs the address.

John Hopfield (1982) showed how a network of neurons does it. Patterns are stored in the synapses by Hebb's
rule (lesson 13) such that each becomes an **attractor** of the network's dynamics (lesson 12). A cue puts the
network somewhere near one of them, and the activity moves into it.
"""

# %%
# Patterns, weights, overlap
# --------------------------
# A **pattern** is a picture of :math:`N` pixels, each :math:`\xi_i = +1` or -1. For :math:`P` patterns
# :math:`\xi^1 \ldots \xi^P` Hebb's rule couples pixels that are equal in many patterns:
#
# .. math::
#
#    w_{ij} = \frac{1}{N} \sum_{\mu=1}^P \xi_i^\mu\, \xi_j^\mu, \qquad w_{ii} = 0
#
# The **overlap** tells how close a state :math:`s` is to a pattern, from -1 (the negative) over 0 (nothing in
# common) to 1 (equal):
#
# .. math::
#
#    m = \frac{1}{N} \sum_i \xi_i\, s_i
#
# In Hopfield's network a pixel is a binary unit. In ``HopfieldAssembly`` it is a **pair of spiking neurons**:
# one fires for +1 (ON), the other one for -1 (OFF). The cue is a current for 50 ms, and then it is
# **removed**. What counts is what the network still says afterwards, on its own.

import matplotlib.pyplot as plt
import numpy as np

from spikingnn import HopfieldAssembly, corrupt
from spikingnn.lessons import check
from spikingnn.lessons.lesson_14 import letters
from spikingnn.memory import capacity, mean_field_overlap, random_patterns
from spikingnn.plotting import BLUE, GREEN, ORANGE, image

# %%
# Exercise 14.1
# -------------
# Two patterns of four pixels are stored: (1, 1, -1, 1) and (1, -1, -1, -1). What is the weight between the
# first and the third pixel?

answer = None
check("14.1", answer)

# %%
# Experiment 1: recall from noisy cues
# ------------------------------------
# Ten random patterns of 400 pixels are stored. The cue is the first one with 10, 30, 42 or 48 % of the pixels
# flipped. At 50 % nothing would be left of it.

patterns = random_patterns(10, 400, np.random.default_rng(1))
memory = HopfieldAssembly(400, rule="hebbian", seed=0).store(patterns)
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.5), layout="constrained")
for flip, colour in ((0.10, BLUE), (0.30, GREEN), (0.42, "black"), (0.48, ORANGE)):
    recall = memory.recall(corrupt(patterns[0], flip=flip, seed=4), hold_time=100.0)
    left.plot(recall.t, recall.overlaps[:, 0], color=colour, label=f"{100 * flip:.0f} % flipped")
    right.plot(recall.t, recall.energy, color=colour)
for axis in (left, right):
    axis.axvline(50.0, color="0.5", linestyle="--")
    axis.set_xlabel("time (ms); dashed: the cue is removed")
left.set(ylabel="overlap with the first pattern", ylim=(-0.3, 1.1), title="Overlap")
left.legend()
right.axhline(memory.couplings.energy(patterns[0]), color="black", linestyle=":")
right.text(148, memory.couplings.energy(patterns[0]) + 0.01, "stored pattern", ha="right")
right.set(ylabel="energy per pixel", title="Energy")
plt.show()

# %%
# As long as the cue is there, the network repeats it: the overlap is that of the cue. Once it is removed, the
# network is free and corrects it within some ten milliseconds. The cue with 48 % is too far away: the network
# ends in another stored pattern, whose energy is just as low.

# %%
# The energy
# ----------
# Where can the network go? Hopfield's answer was a function of the state that the dynamics can only lower,
# the **energy**
#
# .. math::
#
#    E = -\frac{1}{2} \sum_{i,j} w_{ij}\, s_i\, s_j
#
# With Hebb's weights it is a sum over patterns: per pixel
# :math:`E/N \approx -\frac{1}{2} \sum_\mu (m^\mu)^2`. Each stored pattern is a valley with an energy of about
# -1/2, and its slopes are the **basin of attraction**. Recall is a descent in this landscape, as you saw in
# the right panel. (While a cue is there, it does work on the network, and the energy may also rise.) Since
# the energy does not change if all pixels are inverted, the negative of a pattern is a valley, too.

# %%
# Exercise 14.2
# -------------
# One pattern is stored in many pixels. What is the energy per pixel of a state in which 80 % of the pixels
# are those of the pattern and 20 % are inverted?

answer = None
check("14.2", answer)

# %%
# How many patterns fit?
# ----------------------
# The field that pixel :math:`i` receives in pattern 1 is :math:`\xi_i^1` plus the **crosstalk** of all
# others, a sum of random terms with a variance of about :math:`P/N`. If it is larger than 1 in the wrong
# direction, the pixel flips. In large networks with random patterns the memory breaks down at
#
# .. math::
#
#    P_\mathrm{max} \approx 0.138\,N
#
# Up to there patterns come back with at most a few wrong pixels, beyond it none do: an avalanche of errors.

# %%
# Experiment 2: the breakdown
# ---------------------------
# ``capacity`` draws new random patterns for each load :math:`P/N`, stores them, and recalls them from cues
# with 10 % of the pixels flipped. ``mean_field_overlap`` solves the theory's equations for infinitely many
# pixels.

loads = {"hebbian": [0.03, 0.06, 0.10, 0.14, 0.18, 0.22, 0.30], "projection": [0.03, 0.10, 0.20, 0.30]}
figure, axes = plt.subplots(figsize=(6.5, 3.8), layout="constrained")
for rule, colour in (("hebbian", BLUE), ("projection", ORANGE)):
    found = capacity([rule], n=300, loads=loads[rule], flips=[0.1], trials=20, seed=1, networks=["spiking"])
    load, mean, error = ([row[name] for row in found] for name in ("load", "overlap", "error"))
    axes.errorbar(load, mean, error, fmt="o-", color=colour, capsize=3, label=f"rule {rule}")
theory = np.linspace(0.005, 0.3, 300)
axes.plot(theory, [mean_field_overlap(load) for load in theory], ":", color="black", label="Hebb, theory")
axes.set(xlabel="patterns per pixel", ylabel="overlap with the stored pattern", ylim=(0, 1.08),
         title="Recall of random patterns (300 pixels; bars: s.e.)")
axes.legend(loc="lower left")
plt.show()

# %%
# In a small network the breakdown is not as sharp as in theory. The other curve belongs to another rule,
# **projection**. It chooses the weights such that every stored pattern is exactly its own field,
# :math:`\sum_j w_{ij}\,\xi_j = \xi_i`. For that it solves linear equations with all patterns at once, which
# no single synapse could do.

# %%
# Exercise 14.3
# -------------
# How many random patterns does Hebb's rule hold in a network of 10,000 pixels, if a few wrong pixels are
# allowed?

answer = None
check("14.3", answer)

# %%
# Experiment 3: letters
# ---------------------
# Pictures of the real world are not random: letters, faces and landscapes resemble each other. ``letters()``
# returns ten letters of 140 pixels. Ten random patterns would fit easily (0.07 per pixel). Each letter is
# shown with 20 % of its pixels flipped, and Hebb's rule and projection have to bring it back.

alphabet = letters()
figure, axes = plt.subplots(4, 10, figsize=(9, 5), layout="constrained")
cues = [corrupt(letter, flip=0.2, seed=k) for k, letter in enumerate(alphabet)]
for row, pictures in zip(axes, (alphabet, cues)):
    for axis, picture in zip(row, pictures):
        image(axis, -picture.reshape(14, 10), "", (-1, 1))
for row, rule in zip(axes[2:], ("hebbian", "projection")):
    memory = HopfieldAssembly(140, rule=rule, seed=0).store(alphabet)
    for axis, cue, letter in zip(row, cues, alphabet):
        recall = memory.recall(cue)
        image(axis, -recall.pattern.reshape(14, 10), f"{recall.overlap(letter):.2f}", (-1, 1))
for axis, name in zip(axes[:, 0], ("stored", "cue", "Hebb", "projection")):
    axis.set_ylabel(name)
figure.suptitle("Ten letters: stored, as cues, and recalled (above each: overlap)")
plt.show()

# %%
# Hebb's rule fails. What the letters have in common, such as a stroke on the left and an empty middle, is
# added up many times and drowns what distinguishes them: the crosstalk of **correlated** patterns does not
# average out. Instead of a letter the network finds B or a mixture that nobody stored; in one case it finds
# the negative of B. Projection takes the correlations into account and recalls all ten.

# %%
# Exercise 14.4
# -------------
# How many of the first four letters, A, B, C and E, come back **exactly** under Hebb's rule, when only these
# four are stored and each is its own cue, without noise? Build
# ``HopfieldAssembly(140, rule="hebbian", seed=0)``, ``store(letters()[:4])`` and look at
# ``memory.recall(letter).overlap(letter)``.

answer = None
check("14.4", answer)

# %%
# What to remember
# ----------------
# - Stored patterns are attractors; a cue in the basin of a pattern recalls it, also after the cue is gone.
# - The dynamics lower an energy whose valleys are the stored patterns (and some mixtures of them).
# - Hebb's rule holds 0.138 random patterns per pixel, and it fails for patterns that resemble each other.
# - Rules that take correlations into account, such as projection, store pictures.
