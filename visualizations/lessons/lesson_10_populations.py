r"""
Lesson 10: Populations, tuning curves, encoding and decoding
============================================================

*Neuronal Dynamics*, sections 7.6, 11.3 and 12.1. 45 minutes.

A neuron in the visual cortex fires most for bars of one orientation, a neuron in the motor cortex for
movements in one direction. The rate as a function of the stimulus is the **tuning curve** of the neuron, and
the stimulus of highest rate is its **preferred stimulus**. No single neuron tells the brain what is there:
its rate is the same for a preferred stimulus that is faint and for another one that is strong, and its spikes
are noisy. A **population** of neurons with different tuning curves does.

Two questions run through this lesson. **Encoding**: which spikes does a value cause? **Decoding**: which
value may be read out from the spikes, and how exactly?
"""

# %%
# Tuning curves of spiking neurons
# --------------------------------
# ``LIFGroup(n, dimensions=d)`` is a population of leaky integrate-and-fire neurons that represents a vector
# :math:`x` of :math:`d` numbers, of length at most 1. Each neuron :math:`i` has a preferred direction
# :math:`e_i`, its **encoder**, a **gain** :math:`\alpha_i` and a **bias** :math:`\beta_i` in nA, and receives
# the current
#
# .. math::
#
#    I_i = \alpha_i\,(e_i \cdot x) + \beta_i
#
# Its f–I curve turns the current into a rate. The group chooses gain and bias such that the neuron begins to
# fire at a random value of :math:`e_i \cdot x`, its **intercept**, and reaches a random **maximal rate** at
# :math:`e_i \cdot x = 1`.

import matplotlib.pyplot as plt
import numpy as np

from spikingnn import (FirstOrderLIF, InputGroup, LatencyEncoder, LIFGroup, Network, PoissonEncoder,
                       SpikeMonitor)
from spikingnn.lessons import check
from spikingnn.lessons.lesson_10 import recorded_counts
from spikingnn.nef import decoded
from spikingnn.plotting import BLUE, GREEN, ORANGE, raster

# %%
# Experiment 1: twelve neurons for one number
# -------------------------------------------
# In one dimension an encoder is +1 or -1: a neuron prefers large or small values. The stimulus is held at 21
# values for half a second each; dots are simulated rates, lines are the f–I curve on paper.

group = LIFGroup(12, FirstOrderLIF(), dimensions=1, seed=1)
spikes = SpikeMonitor(group)
stimuli = np.linspace(-1.0, 1.0, 21)
Network(group, spikes, seed=1).run(500.0 * 21, inputs={group: group.current(stimuli[:, None])})
measured = np.histogram2d(spikes.t // 500.0, spikes.i, (np.arange(22), np.arange(13)))[0] / 0.5    # Hz

figure, axes = plt.subplots(figsize=(7, 3.8), layout="constrained")
fine = np.linspace(-1.0, 1.0, 400)[:, None]
for i, curve in enumerate(group.tuning_curves(fine).T):
    colour = BLUE if group.encoders[i, 0] > 0 else ORANGE
    axes.plot(fine, curve, color=colour)
    axes.plot(stimuli, measured[:, i], ".", color=colour)
axes.set(xlabel="stimulus x", ylabel="firing rate (Hz)",
         title="Tuning curves of neurons that prefer x = 1 (blue) and x = -1 (orange)")
plt.show()

# %%
# Every value of :math:`x` causes another combination of rates, although each single rate belongs to many
# values (all those below the intercept cause 0 Hz).

# %%
# Exercise 10.1
# -------------
# Design a neuron: ``FirstOrderLIF()`` with encoder +1 shall begin to fire at :math:`x = -0.5` and reach 100
# Hz at :math:`x = 1`. Which gain in nA does it need? ``FirstOrderLIF().current_for([0, 100])`` returns the
# largest current at which the neuron is silent, and the current at which it fires at 100 Hz.

answer = None
check("10.1", answer)

# %%
# Experiment 2: the population vector
# -----------------------------------
# Forty neurons in two dimensions, with preferred directions all around, as in the motor cortex. The stimulus
# is the direction 60°. Decoding is a vote: each neuron votes for its preferred direction, with a weight equal
# to its spike count :math:`n_i`. The sum of the votes is the **population vector**:
#
# .. math::
#
#    P = \sum_i n_i\, e_i

angle = np.arange(0.0, 360.0, 9.0)                                          # degrees
around = np.stack([np.cos(np.radians(angle)), np.sin(np.radians(angle))], axis=1)
motor = LIFGroup(40, FirstOrderLIF(noise=3.0), dimensions=2, encoders=around, max_rates=(60.0, 100.0),
                 intercepts=(-0.5, 0.3), seed=1)
spikes = SpikeMonitor(motor)
direction = np.array([np.cos(np.radians(60.0)), np.sin(np.radians(60.0))])
Network(motor, spikes, dt=0.1, seed=1).run(300.0, inputs={motor: motor.current(direction)})
counts = spikes.count()
vector = counts @ around

figure = plt.figure(figsize=(9, 3.8), layout="constrained")
left, right = figure.add_subplot(121), figure.add_subplot(122, projection="polar")
raster(left, spikes.t, angle[spikes.i], "black", 8)
left.set(xlabel="time (ms)", ylabel="preferred direction (°)", yticks=[0, 90, 180, 270, 360],
         title="Spikes of forty neurons")
for degrees, count in zip(angle, counts):
    right.plot([np.radians(degrees)] * 2, [0, count], color=BLUE, linewidth=2)
decoded_angle = np.degrees(np.arctan2(vector[1], vector[0])) % 360.0
right.plot([np.arctan2(vector[1], vector[0])] * 2, [0, counts.max()], color=ORANGE, linewidth=4)
right.set(title=f"Spike counts (blue)\npopulation vector (orange): {decoded_angle:.0f}°", yticks=[10, 20])
plt.show()

# %%
# The vote is right within a few degrees, although the tuning curves are broad and every neuron has another
# gain.

# %%
# Exercise 10.2
# -------------
# ``recorded_counts()`` returns the preferred directions in degrees, (36,), and the spike counts, (36,), of
# another experiment, in which an animal reached into a direction that you do not know. What is the direction
# of the population vector, in degrees from 0 to 360?

preferred, counts = recorded_counts()

answer = None
check("10.2", answer)

# %%
# How long must one count?
# ------------------------
# Nature is more random than the neurons above. Let a value be encoded in the rate :math:`r` of a **Poisson**
# neuron (lesson 8). In a time :math:`T` it fires :math:`r T` spikes on average, with a standard deviation of
# :math:`\sqrt{r T}`. The rate that is read from :math:`n` such neurons, all of the same rate, has the
# relative error
#
# .. math::
#
#    \frac{\mathrm{standard\ deviation}}{\mathrm{mean}} = \frac{1}{\sqrt{n\, r\, T}}
#
# More neurons or more time are equally good: only the number of spikes counts. A brain that has to react
# within 100 ms cannot wait and needs many neurons, or another code. A **latency code** puts the value into
# the time of a single spike: the stronger the stimulus, the earlier the spike.

# %%
# Experiment 3: reading a value from counts and from a latency
# ------------------------------------------------------------
# The value 0.5 is encoded as a Poisson rate of 50 Hz (0.5 of at most 100 Hz). Each dot is the standard
# deviation over 400 trials of the value that is read at a given time. A neuron that encodes the value as a
# latency of up to 100 ms spikes once, at 50 ms, and then all is said.

trials = 400
figure, axes = plt.subplots(figsize=(7, 3.8), layout="constrained")
reading = np.array([20.0, 50.0, 100.0, 200.0, 500.0, 1000.0])               # ms
for n, colour in ((1, BLUE), (20, GREEN)):
    units = InputGroup(trials * n, PoissonEncoder(max_rate=100.0))
    spikes = SpikeMonitor(units)
    Network(units, spikes, dt=0.1, seed=1).run(1000.0, inputs={units: 0.5})
    counted = np.array([np.bincount(spikes.i[spikes.t < end] // n, minlength=trials) for end in reading])
    value = counted / (n * reading[:, None] / 1000.0) / 100.0
    axes.loglog(reading, value.std(axis=1), "o", color=colour, label=f"{n} Poisson neuron{'s' * (n > 1)}")
    axes.loglog(reading, 0.5 / np.sqrt(n * 0.05 * reading), color=colour)
latency = LatencyEncoder(window=120.0, latest=100.0).latency([0.5])[0]
axes.axvline(latency, color=ORANGE, linestyle="--")
axes.text(latency * 1.05, 0.0045, f"latency code: exact after {latency:.0f} ms", color=ORANGE)
axes.set(xlabel="reading time (ms)", ylabel="error of the value (s.d.)", ylim=(0.004, 1.0),
         xticks=[20, 50, 100, 200, 500, 1000], xticklabels=["20", "50", "100", "200", "500", "1000"],
         title="The value 0.5 read from spike counts (lines: theory)")
axes.minorticks_off()
axes.legend()
plt.show()

# %%
# Latency is fast and cheap, but it needs to know when the stimulus began, and noise in a single spike time is
# noise in the value. Rates are robust, and they are slow.

# %%
# Exercise 10.3
# -------------
# How many Poisson neurons of 50 Hz are needed to know their rate with a relative error of 10 % within 50 ms?

answer = None
check("10.3", answer)

# %%
# The best linear decoder
# -----------------------
# The population vector weights each neuron by its preferred direction. Better weights, the **decoders**
# :math:`d_i`, are found by linear regression: they minimise the mean squared error of
#
# .. math::
#
#    \hat x = \sum_i d_i\, r_i(x)
#
# over all :math:`x`, where :math:`r_i(x)` are the tuning curves. To decode from spikes, each spike is
# replaced by a decaying exponential and multiplied by its neuron's decoder.

# %%
# Experiment 4: a signal in the spikes of 25, 100 and 400 neurons
# ---------------------------------------------------------------

time = np.arange(1000)                                                      # ms
signal = 0.8 * np.sin(2.0 * np.pi * time / 500.0)
filtered = np.convolve(signal, np.exp(-time / 5.0) * -np.expm1(-1.0 / 5.0))[:1000]
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6), width_ratios=[1.6, 1], layout="constrained")
sizes, errors = (25, 100, 400), []
for n, colour in zip(sizes, ("0.7", ORANGE, BLUE)):
    group = LIFGroup(n, dimensions=1, seed=1)
    spikes = SpikeMonitor(group)
    Network(group, spikes, dt=0.1, seed=1).run(1000.0, inputs={group: group.current(signal[:, None])})
    _, x = decoded(spikes, group.decoders(dt=0.1), tau=5.0, every=1.0)
    left.plot(time, x[:, 0], color=colour, linewidth=1.2, label=f"{n} neurons")
    errors.append(np.sqrt(np.mean((x[100:, 0] - filtered[100:])**2)))
left.plot(time, filtered, ":", color="black", label="signal, filtered")
left.set(xlabel="time (ms)", ylabel="x", xlim=(0, 500), ylim=(-1.2, 1.9),
         title="Decoded from spikes, filtered with 5 ms")
left.legend(ncols=2, loc="upper right")
right.loglog(sizes, errors, "o", color=BLUE, label="simulation")
right.loglog(sizes, errors[0] * np.sqrt(25.0 / np.array(sizes)), color="black", label=r"$1/\sqrt{n}$")
right.set(xlabel="neurons", ylabel="RMS error", xticks=sizes, xticklabels=sizes, yticks=[0.02, 0.05, 0.1],
          yticklabels=["0.02", "0.05", "0.1"], title="Error")
right.minorticks_off()
right.legend()
plt.show()

# %%
# The decoders need not decode :math:`x` itself. From the same spikes other decoders read out :math:`x^2`, or
# any other function that is smooth enough. A synapse multiplies a spike by its weight, as a decoder does, and
# this is how networks compute: the weights from one population to the next are decoders times encoders
# (``spikingnn.connect``).

# %%
# Exercise 10.4
# -------------
# Find the decoders with which the rates of ``LIFGroup(200, dimensions=1, seed=10)`` give :math:`x^2`: an
# array of 200 numbers. ``group.decoders(function)`` fits them; the function takes an array ``x``. Or do the
# regression yourself with ``group.tuning_curves(x[:, None])`` and ``np.linalg.lstsq``. The check uses your
# decoders at values of :math:`x` from -0.9 to 0.9.

answer = None
check("10.4", answer)

# %%
# What to remember
# ----------------
# - A tuning curve gives the rate as a function of the stimulus; a population of different tuning curves
#   determines it.
# - The population vector is a vote of all neurons for their preferred directions.
# - With Poisson spikes the relative error is one over the square root of the number of spikes.
# - Linear decoders read out a value, or a function of it, from the same spikes.
