r"""
Lesson 12: Decisions and working memory
=======================================

*Neuronal Dynamics*, sections 16.1–16.3 and 18.3. 45 minutes.

A monkey watches moving dots. Some of them move together, to the left or to the right, the others at random;
the percentage that moves together is the **coherence**. The monkey has to say in which direction they move.
With high coherence it answers fast and is always right, with low coherence it takes its time and errs. In its
parietal cortex neurons were found whose rate climbs while the monkey makes up its mind: those of one group if
it is going to say "left", those of another if it is going to say "right".

Afterwards the answer must be kept in mind until it may be given. This is **working memory**: neurons go on
firing although the stimulus is gone. Both need the same ingredients. Excitation within a group of neurons
keeps activity alive, if it is strong and slow enough; inhibition that all groups share makes them compete.
"""

# %%
# The network for decisions
# -------------------------
# Xiao-Jing Wang (2002) put these ingredients together. 800 excitatory neurons contain two **pools** of 120
# neurons: A for "left", B for "right". Synapses within a pool are 1.8 times as strong as the mean. 200
# inhibitory neurons receive from all and inhibit all. Excitation uses AMPA receptors (2 ms) and NMDA
# receptors (100 ms, lesson 9), and every neuron also receives random background spikes. The stimulus adds
# Poisson spikes to pool A at a rate of :math:`40\,(1 + c)` Hz and to pool B at :math:`40\,(1 - c)` Hz, where
# :math:`c` is the coherence; both rates change at random every 50 ms.
#
# The network is built from the parts that you know. Its program:

import inspect

import matplotlib.pyplot as plt
import numpy as np

from spikingnn.lessons import check
from spikingnn.lessons.lesson_12 import decide, decision_network, memory_trial, ring_network
from spikingnn.plotting import BLUE, ORANGE

print(inspect.getsource(decision_network).split('"""')[2])

# %%
# Experiment 1: three trials
# --------------------------
# The stimulus is on from 100 to 900 ms (grey).

parts = decision_network()
network, stimulus, rates = parts
figure, axes = plt.subplots(1, 3, figsize=(10, 3.4), sharey=True, layout="constrained")
for axis, coherence, seed in zip(axes, (0.512, 0.0, 0.0), (3, 3, 6)):
    network.reset(keep_weights=True, seed=seed)
    rows = 40.0 * np.repeat([[1.0 + coherence, 1.0 - coherence]], 120, axis=1)
    network.run(100.0)
    network.run(800.0, {stimulus: np.append(rows, np.zeros(560))})          # Hz
    network.run(900.0)
    for pool, colour, name in zip(rates, (BLUE, ORANGE), ("pool A", "pool B")):
        axis.plot(*pool.smooth_rate(20.0), color=colour, label=name)
    axis.axvspan(100.0, 900.0, color="0.92")
    axis.set(xlabel="time (ms)", title=f"coherence {100 * coherence:.1f} %", ylim=(0, 70))
axes[0].set_ylabel("firing rate (Hz)")
axes[0].legend()
plt.show()

# %%
# At first the rates of both pools rise. Then one of them wins, and through the inhibitory neurons it silences
# the other. At zero coherence nothing favours a pool, and yet there is a winner: chance decides. Each of the
# states "A wins" and "B wins" is an **attractor**; from the symmetric state between them the network falls
# into one or the other, as a ball rolls off a ridge. After the stimulus the winner goes on firing: the
# network remembers its decision.

# %%
# Experiment 2: accuracy and speed
# --------------------------------
# A decision is made when a pool reaches 20 Hz. ``decide(parts, coherence, seed)`` runs one trial and returns
# the choice, "A" or "B", and the **decision time** since the beginning of the stimulus.

coherences = 0.032 * 2.0**np.arange(5)
right_choices, times = [], []
for coherence in coherences:
    trials = [decide(parts, coherence, seed) for seed in range(10)]
    right_choices.append(np.mean([choice == "A" for choice, _ in trials]))
    times.append([time for _, time in trials])
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.5), layout="constrained")
share = np.array(right_choices)
percent = 100.0 * coherences
left.errorbar(percent, share, np.sqrt(share * (1.0 - share) / 10.0), fmt="o", color=BLUE, capsize=4)
left.axhline(0.5, color="0.6", linestyle="--")
left.text(52.0, 0.51, "guessing", ha="right")
left.set(ylabel="fraction of right choices", ylim=(0.3, 1.05),
         title="Psychometric curve (10 trials each, ± s.e.)")
right.errorbar(percent, np.mean(times, axis=1), np.std(times, axis=1), fmt="o-", color=ORANGE, capsize=4)
right.set(ylabel="decision time (ms)", ylim=(0, None), title="Decision time (mean ± s.d.)")
for axis in (left, right):
    axis.set(xlabel="coherence (%)", xscale="log")
    axis.set_xticks(percent, [f"{c:.1f}" for c in percent])
    axis.minorticks_off()
plt.show()

# %%
# The network behaves as the monkey does: with clearer evidence it is more often right, and faster. That it is
# slow where the evidence is weak is useful: it **integrates** evidence over hundreds of milliseconds, longer
# than any time constant of its neurons, because the recurrent NMDA synapses nearly balance the leak.
#
# Psychologists describe the accuracy by a Weibull function:
#
# .. math::
#
#    P(c) = 1 - \frac{1}{2}\, e^{-(c/\alpha)^\beta}
#
# with the threshold :math:`\alpha` and the steepness :math:`\beta`.

# %%
# Exercise 12.1
# -------------
# A monkey has :math:`\alpha = 9.2` % and :math:`\beta = 1.5`. In which fraction of the trials is it right at
# a coherence of 3.2 %?

answer = None
check("12.1", answer)

# %%
# Exercise 12.2
# -------------
# What is the mean decision time of the network at a coherence of 51.2 %, in ms? Average 20 trials with
# different seeds. An answer within 15 % is right.

answer = None
check("12.2", answer)

# %%
# A ring that remembers a direction
# ---------------------------------
# A decision has two outcomes; a direction has infinitely many. In a famous experiment a monkey sees a light
# flash somewhere around it, must wait for some seconds, and then look where the light was. During the delay
# neurons of its prefrontal cortex fire, each if the light was in its preferred direction.
#
# In the **ring network** neurons are arranged by their preferred direction. Neighbours excite each other, and
# inhibition is shared. A **bump** of activity can sit anywhere on the ring and keeps itself alive: a
# continuum of attractors. Here are 512 excitatory neurons and 128 inhibitory ones (Compte and others, 2000).

# %%
# Experiment 3: a bump of activity
# --------------------------------
# A current of up to 0.3 nA into the neurons around 180° is the cue, from 500 to 750 ms.

network, ring, spikes = ring_network()
angle = 360.0 * np.arange(512) / 512


def cue(direction):
    distance = (angle - direction + 180.0) % 360.0 - 180.0
    return 0.3 * np.exp(-0.5 * (distance / 18.0)**2)                        # nA


def mean_direction(start, stop):
    late = (spikes.t >= start) & (spikes.t < stop)
    return np.degrees(np.angle(np.exp(1j * np.radians(angle[spikes.i[late]])).mean())) % 360.0


network.run(500.0)
network.run(250.0, {ring: cue(180.0)})
network.run(2250.0)
figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.8), width_ratios=[1.7, 1], layout="constrained")
left.plot(spikes.t, angle[spikes.i], ".", color="black", markersize=1.5)
left.axvspan(500.0, 750.0, color=ORANGE, alpha=0.3)
left.set(xlabel="time (ms); orange: cue", ylabel="preferred direction (°)", yticks=[0, 90, 180, 270, 360],
         xlim=(0, 3000), ylim=(0, 360), title="Spikes of the ring")
for start, stop, colour, name in ((500.0, 750.0, ORANGE, "cue"),
                                  (2000.0, 3000.0, BLUE, "more than 1 s later")):
    late = (spikes.t >= start) & (spikes.t < stop)
    count = np.histogram(angle[spikes.i[late]], np.arange(0.0, 361.0, 7.5))[0]
    rate = count * 48 / 512 / (stop - start) * 1000.0                       # Hz
    right.plot(np.arange(3.75, 360.0, 7.5), rate, color=colour, label=name)
right.set(xlabel="preferred direction (°)", ylabel="firing rate (Hz)", xticks=[0, 90, 180, 270, 360],
          ylim=(0, 135), title="Activity")
right.legend(loc="upper center")
plt.show()

# %%
# Before the cue the network is nearly silent and stays so: silence is an attractor, too. After the cue the
# neurons around 180° go on firing for as long as you care to simulate.

# %%
# Experiment 4: the memory drifts
# -------------------------------
# Eight trials with different random background spikes. Nothing holds the bump at its place, since every place
# is as good as any other: each random spike pushes it a little, and it **diffuses** as a particle does.

edges = np.arange(500.0, 2751.0, 250.0)
figure, axes = plt.subplots(figsize=(7, 3.6), layout="constrained")
for trial in range(8):
    network.reset(keep_weights=True, seed=trial)
    network.run(500.0)
    network.run(250.0, {ring: cue(180.0)})
    network.run(2000.0)
    path = [mean_direction(start, start + 250.0) for start in edges[:-1]]
    axes.plot(edges[:-1] + 125.0, path, color=BLUE, linewidth=1.2)
axes.axvspan(500.0, 750.0, color=ORANGE, alpha=0.3)
axes.axhline(180.0, color="0.6", linestyle="--")
axes.set(xlabel="time (ms)", ylabel="direction of the bump (°)", xlim=(500, 2750), ylim=(140, 220),
         title="Eight trials: the remembered direction drifts")
plt.show()

# %%
# In a diffusion the **variance** of the position grows in proportion to time. Monkeys do the same: the longer
# they have to wait, the more their eye movements scatter. With more neurons there is less noise, and the
# drift is slower.

# %%
# Exercise 12.3
# -------------
# In many trials the standard deviation of the remembered direction is 6° after 0.5 s. How large is it after 2
# s, in degrees?

answer = None
check("12.3", answer)

# %%
# Exercise 12.4
# -------------
# ``memory_trial()`` returns the spikes of one trial: their times in ms, and the preferred direction in
# degrees of the neuron that fired each of them. The cue was on from 500 to 750 ms. In which direction was it,
# in degrees from 0 to 360? Then compare with what the network remembers in the last 500 ms before 3,250 ms.

t, direction = memory_trial()

answer = None
check("12.4", answer)

# %%
# What to remember
# ----------------
# - Strong and slow excitation within a group keeps activity alive: attractors.
# - Shared inhibition lets groups compete, and the winner takes all.
# - Such a network integrates evidence: weak evidence takes long, and noise causes errors.
# - A ring of neurons stores a direction as a bump, which diffuses.
