r"""
Lesson 3: The hidden parameters of an unknown neuron
====================================================

*Neuronal Dynamics*, section 1.3. 45 minutes.

So far you knew the parameters and asked what the neuron does. An experiment goes the other way: the neuron
is there, and its parameters are wanted. In this lesson you are the experimenter. ``unknown_neuron(current,
duration)`` is a neuron in a dish with an electrode in it. You choose the current, and you get the recorded
potential and the spikes. It is a leaky integrate-and-fire neuron, but its six parameters are hidden:

- the resting potential :math:`v_\mathrm{rest}`, the resistance :math:`R`, and the time constant
  :math:`\tau_m`, which describe it below the threshold;
- the threshold :math:`v_\mathrm{th}`, the reset potential :math:`v_\mathrm{reset}`, and the refractory
  period :math:`t_\mathrm{ref}`, which describe its spikes.

As in a real recording there is noise on the potential. One sample says little; averages say more.

The rule of the game is not to read the source of ``unknown_neuron``. The plan is to find first what can be
measured without spikes.
"""

# %%
# Experiment 1: listen
# --------------------
# A recording of 200 ms without any current, and one with a current of 0.8 nA after 50 ms. The array has one
# value per ms.

import matplotlib.pyplot as plt
import numpy as np

from spikingnn import FirstOrderLIF
from spikingnn.lessons import check
from spikingnn.lessons.unknown import unknown_neuron
from spikingnn.plotting import BLUE, ORANGE

silent = unknown_neuron(0.0, 200.0)
driven = unknown_neuron(np.repeat([0.0, 0.8], [50, 150]), 200.0)

figure, axes = plt.subplots(2, sharex=True, sharey=True, figsize=(8, 4.5), layout="constrained")
axes[0].plot(silent.t, silent.v, color=BLUE, linewidth=1)
axes[0].set_title("no current", loc="left")
axes[1].plot(driven.t, driven.v, color=BLUE, linewidth=1)
axes[1].plot(driven.spikes, np.full(len(driven.spikes), driven.v.max() + 2.0), "v", color=ORANGE)
axes[1].set_title(f"0.8 nA from 50 ms on: {len(driven.spikes)} spikes (triangles)", loc="left")
axes[1].set_xlabel("time (ms)")
figure.supylabel("membrane potential (mV)")
plt.show()

# %%
# Exercise 3.1
# ------------
# What is the resting potential in mV? Take the mean of a recording without current: ``silent.v.mean()``. It
# must be right to within 0.15 mV.

answer = None
check("3.1", answer)

# %%
# Experiment 2: stay below the threshold
# --------------------------------------
# The resistance is the change of the steady state per current, :math:`R = \Delta v / I`. That holds as long
# as the neuron does not fire, so that the current must be weak. Where does it begin to fire? Four currents,
# and how often the neuron spikes in 500 ms:

for current in (0.2, 0.5, 1.0, 2.0):
    print(f"{current:g} nA: {len(unknown_neuron(current, 500.0).spikes)} spikes")

# %%
# Here is a recording of the response to a weak step of 0.3 nA, from 100 ms to 400 ms, the same time without
# current following. The potential rises and falls with the time constant. The noise hides the details, and
# a mean over many repetitions would help; here a mean over time will do.

step = np.repeat([0.0, 0.3, 0.0], [100, 300, 300])              # nA, one value per ms
weak = unknown_neuron(step, 700.0)
smooth = np.convolve(weak.v, np.ones(50) / 50.0, mode="same")   # mean over 5 ms
figure, axes = plt.subplots(figsize=(8, 3.5), layout="constrained")
axes.plot(weak.t, weak.v, color="0.75", linewidth=1, label="recording")
axes.plot(weak.t[50:-50], smooth[50:-50], color=BLUE, label="mean over 5 ms")
axes.axvspan(100.0, 400.0, color=ORANGE, alpha=0.1, linewidth=0, label="0.3 nA")
axes.set(xlabel="time (ms)", ylabel="membrane potential (mV)", title="A weak step of current")
axes.legend(loc="center right")
plt.show()

# %%
# Exercise 3.2
# ------------
# What is the resistance in MΩ? Use the mean of the potential over a part of the step where it no longer
# changes, such as ``weak.v[(weak.t > 250) & (weak.t < 400)].mean()``, and your resting potential. Negative
# currents are allowed, too: they never fire the neuron, and a larger change is measured with a smaller
# relative error.

answer = None
check("3.2", answer)

# %%
# Experiment 3: a curve on a logarithmic axis
# -------------------------------------------
# After the end of a step, at :math:`t_0`, the potential decays as :math:`v - v_\mathrm{rest} = \Delta v\,
# e^{-(t - t_0)/\tau_m}`. The logarithm of it is a straight line of slope :math:`-1/\tau_m`. A strong
# hyperpolarising current gives a large :math:`\Delta v`, so that the line is long before it drowns in the
# noise.

step = np.repeat([-1.0, 0.0], [200, 200])                       # nA, one value per ms
decay = unknown_neuron(step, 400.0)
rest = silent.v.mean()
after = (decay.t > 200.0) & (decay.t < 245.0)
figure, axes = plt.subplots(figsize=(8, 3.5), layout="constrained")
axes.semilogy(decay.t[after] - 200.0, rest - decay.v[after], ".", color=BLUE, markersize=3)
axes.set(xlabel="time since the end of the step (ms)", ylabel="rest - v (mV)",
         title="The decay after a step of -1 nA: a line on a logarithmic axis")
plt.show()

# %%
# Exercise 3.3
# ------------
# What is the membrane time constant in ms? Read the slope from the figure, or fit a line to the logarithm
# with ``np.polyfit(t, np.log(…), 1)``, where the curve is well above the noise.

answer = None
check("3.3", answer)

# %%
# Experiment 4: the spikes
# ------------------------
# What remains are threshold, reset and refractory period. Look closely at the potential around two spikes,
# under a current that fires the neuron slowly enough to see its way:

train = unknown_neuron(0.7, 200.0)
begin, end = train.spikes[0] - 5.0, train.spikes[1] + 12.0
near = (train.t > begin) & (train.t < end)
figure, axes = plt.subplots(figsize=(8, 3.5), layout="constrained")
axes.plot(train.t[near], train.v[near], ".-", color=BLUE, markersize=3, linewidth=0.7)
for time in train.spikes[:2]:
    axes.axvline(time, color=ORANGE, linestyle="--", linewidth=1)
axes.set(xlabel="time (ms)", ylabel="membrane potential (mV)", title="Two spikes (dashed lines)")
plt.show()

# %%
# All three can be seen. Right after a spike the potential is flat: the neuron is refractory and stays at
# :math:`v_\mathrm{reset}`. How long this lasts is :math:`t_\mathrm{ref}`. The potential just before a spike
# is the threshold; average over the last samples before many spikes, or use a current that brings the
# neuron slowly to the threshold. You can also use theory: the rheobase is :math:`(v_\mathrm{th} -
# v_\mathrm{rest})/R`, and at very strong currents the rate is near :math:`1/t_\mathrm{ref}`.

# %%
# Exercise 3.4
# ------------
# Put all together: hand in your model, with the six parameters that you found in place of those below. It
# is compared by its firing rates at 0.7, 1, 2 and 5 nA; each must be right to within 6 %.

my_model = FirstOrderLIF(tau_m=20.0, resistance=10.0, v_rest=-65.0, v_threshold=-50.0, v_reset=-65.0,
                         t_refractory=2.0)

answer = None                               # put my_model here once it is ready
check("3.4", answer)

# %%
# What to remember
# ----------------
# - Below the threshold three experiments suffice: no current (rest), the steady state of a step
#   (resistance), and the decay after it (time constant).
# - Noise is beaten by averaging and by large signals: the error of a mean of :math:`n` independent samples
#   is smaller by :math:`\sqrt{n}`.
# - A model is judged by what it was not fitted to: here by its rates at currents that you may never have
#   tried.
