r"""
Lesson 11: Balanced networks and their states
=============================================

*Neuronal Dynamics*, sections 12.3, 12.4 and 13.4. 45 minutes.

A neuron of the cortex receives thousands of synapses, most of them from neurons nearby. If 1,000 excitatory
neurons fire at 10 Hz and each spike raises the potential by 0.1 mV, then in 20 ms, the membrane time
constant, they raise it by 20 mV: enough to reach the threshold again and again. The neuron would fire at
hundreds of Hz, like a clock. Real neurons of the cortex fire at a few Hz, irregularly, each at other times
than its neighbours.

The solution is **balance**. A fifth of the neurons is inhibitory, with stronger synapses. Their input cancels
most of the excitation, so that the mean input stays just below the threshold, and the fluctuations around the
mean decide when a neuron fires. Nobody needs to adjust this: as you will see, the network finds its own
balance.

Nicolas Brunel (2000) worked out what such a network of leaky integrate-and-fire neurons can do. It has four
states, which you will all see in this lesson.
"""

# %%
# The network
# -----------
# 4,800 excitatory (E) and 1,200 inhibitory (I) neurons all have the same parameters: :math:`\tau_m = 20` ms,
# threshold :math:`\theta = 20` mV above rest, reset to 10 mV, 2 ms of refractoriness. Each neuron receives
# :math:`C_E = 200` E synapses and :math:`C_I = 50` I synapses from randomly chosen neurons. A spike changes
# the potential of its targets at once, by :math:`J = 0.4` mV or by :math:`-g J`, after a delay of 1.5 ms.
#
# Two numbers are left to choose:
#
# - :math:`g`, the strength of an inhibitory synapse relative to an excitatory one;
# - :math:`\eta`, the strength of the input from outside. It moves the mean potential to :math:`\eta\,\theta`,
#   so that for :math:`\eta > 1` the neurons would fire even alone. It consists of many random spikes and is
#   noisy (``noise`` is the standard deviation that Poisson spikes of size :math:`J` cause).

import matplotlib.pyplot as plt
import numpy as np

from spikingnn import (DeltaSynapse, FirstOrderLIF, FixedInDegree, Network, NeuronGroup, RateMonitor,
                       SynapseGroup)
from spikingnn.analysis import cv
from spikingnn.lessons import check
from spikingnn.lessons.lesson_11 import unknown_state
from spikingnn.plotting import BLUE, GREEN, ORANGE

N, C, J, TAU, THRESHOLD = 6000, 250, 0.4, 20.0, 20.0           # neurons, synapses each, mV, ms, mV


def build(g, eta, delay=1.5, seed=1):
    model = FirstOrderLIF(TAU, 1.0, v_rest=0.0, v_threshold=THRESHOLD, v_reset=10.0, t_refractory=2.0,
                          noise=np.sqrt(J * eta * THRESHOLD / 2.0))
    neurons = NeuronGroup(N, model)
    sources = ((neurons[:4 * N // 5], 4 * C // 5, J), (neurons[4 * N // 5:], C // 5, -g * J))
    synapses = [SynapseGroup(source, neurons, FixedInDegree(k, weight), DeltaSynapse(), delay=delay)
                for source, k, weight in sources]
    spikes = RateMonitor(neurons)
    return Network(neurons, synapses, spikes, dt=0.1, seed=seed), neurons, spikes


def simulate_network(g, eta, duration, **options):
    network, neurons, spikes = build(g, eta, **options)
    network.run(duration, inputs={neurons: eta * THRESHOLD})    # resistance 1: nA are mV here
    return spikes


# %%
# Experiment 1: four states
# -------------------------
# Above: the spikes of 60 neurons. Below: the **population rate**, the number of spikes of all neurons per bin
# of 0.5 ms, divided by bin width and number of neurons. The first 100 ms, in which the network settles, are
# not shown.

states = {"synchronous regular": (3.0, 2.0, 30.0), "fast oscillation": (6.0, 4.0, 100.0),
          "asynchronous irregular": (5.0, 2.0, 100.0), "slow oscillation": (4.5, 0.9, 250.0)}
recorded = {}
figure, axes = plt.subplots(2, 4, figsize=(11, 4.6), sharex="col", layout="constrained")
for (name, (g, eta, shown)), (above, below) in zip(states.items(), axes.T):
    recorded[name] = spikes = simulate_network(g, eta, 100.0 + shown)
    few = (spikes.i < 60) & (spikes.t >= 100.0)
    above.plot(spikes.t[few] - 100.0, spikes.i[few], ".", color="black", markersize=2.5)
    rate = spikes.rate(0.5)[200:]
    below.plot(0.5 * np.arange(rate.size), rate, color=BLUE, linewidth=1.2)
    variation = np.nanmean(cv([train[train >= 100.0] for train in spikes.trains()]))
    above.set(title=f"{name}\ng = {g:g}, η = {eta:g}", yticks=[])
    below.set(xlabel="time (ms)", title=f"{rate.mean():.0f} Hz, CV {variation:.2f}", xlim=(0, shown),
              ylim=(0, None))
axes[0, 0].set_ylabel("60 of 6,000 neurons")
axes[1, 0].set_ylabel("population rate (Hz)")
plt.show()

# %%
# - **Synchronous regular.** Excitation dominates. All neurons fire as fast as their refractoriness allows,
#   like clocks that beat in a few groups.
# - **Fast oscillation.** With strong inhibition and strong input the population rate oscillates at well over
#   100 Hz, although each neuron takes part only now and then, irregularly.
# - **Asynchronous irregular.** Inhibition dominates. Single neurons fire irregularly, and the population rate
#   fluctuates around its mean without a rhythm, the less so the larger the network is. This is the state that
#   resembles most the cortex of an animal that is awake.
# - **Slow oscillation.** With weak input, :math:`\eta < 1`, the network is silent until a few spikes happen
#   to start an avalanche, which inhibition ends.
#
# (In a short recording CVs come out somewhat too small, because long intervals do not fit into it.)

# %%
# Exercise 11.1
# -------------
# ``unknown_state()`` simulates the network in one of these states, with other parameters, and returns the
# times in ms and the numbers of the neurons of all spikes between 100 and 350 ms. Look at a raster plot and
# at the population rate (``np.histogram(t, np.arange(100, 350, 0.5))[0]``), then answer with one of the words
# "regular", "fast", "asynchronous" or "slow".

t, neuron = unknown_state()

answer = None
check("11.1", answer)

# %%
# The balance, in numbers
# -----------------------
# How large is the mean input of a neuron, if all fire at the rate :math:`\nu`? In a time :math:`\tau_m` it
# receives :math:`C_E\,\nu\,\tau_m` spikes of size :math:`J` and :math:`C_I\,\nu\,\tau_m` spikes of size
# :math:`-gJ`. With the input from outside the mean potential would be, without threshold,
#
# .. math::
#
#    \mu = \eta\,\theta + C_E J \tau_m \nu - g\,C_I J \tau_m \nu
#
# Since :math:`C_I = C_E/4`, the recurrent part is :math:`C_E J \tau_m \nu\,(1 - g/4)`: it is negative for
# :math:`g > 4`.

# %%
# Experiment 2: excitation and inhibition cancel
# ----------------------------------------------
# The three parts of :math:`\mu` in the asynchronous state, from the beginning of the run, computed from the
# population rate, which is averaged over the past with the membrane's exponential.

spikes = recorded["asynchronous irregular"]
rate = spikes.rate(0.5)
filtered = np.convolve(rate, np.exp(-np.arange(0.0, 100.0, 0.5) / TAU) * 0.5 / TAU)[:rate.size]
drive = 0.8 * C * J * TAU * filtered / 1000.0                   # mV, of excitation
figure, axes = plt.subplots(figsize=(8, 3.8), layout="constrained")
time = spikes.bins(0.5)
for values, colour, name in ((drive, BLUE, "excitation, recurrent"),
                             (-5.0 / 4.0 * drive, ORANGE, "inhibition"),
                             (np.full_like(drive, 2.0 * THRESHOLD), GREEN, "excitation from outside")):
    axes.plot(time, values, color=colour, label=name)
axes.plot(time, 2.0 * THRESHOLD - drive / 4.0, color="black", label="sum")
axes.axhline(THRESHOLD, color="0.5", linestyle="--")
axes.text(201, THRESHOLD, "threshold", va="center")
axes.set(xlabel="time (ms)", ylabel="mean input (mV)", xlim=(0, 200), ylim=(-130, 150),
         title="Excitation and inhibition")
axes.legend(ncols=2, loc="upper right")
plt.show()

# %%
# Excitation and inhibition are several times the threshold, but their sum is close to it. If the rate was
# higher, inhibition would win and lower it; if it was lower, the input from outside would win and raise it.
# The balance is **stable**, and it fixes the rate: :math:`\mu` cannot be far from :math:`\theta`.

# %%
# Exercise 11.2
# -------------
# Set :math:`\mu = \theta` and solve for the rate. What does this estimate predict for :math:`g = 5` and
# :math:`\eta = 2`, in Hz? Mind the units of :math:`\tau_m` and :math:`\nu`.

answer = None
check("11.2", answer)

# %%
# Experiment 3: the rate against the strength of inhibition
# ---------------------------------------------------------

strengths = np.array([3.0, 4.0, 5.0, 6.0, 8.0])
measured = [simulate_network(g, 2.0, 100.0).rate(50.0)[1:].mean() for g in strengths]
figure, axes = plt.subplots(figsize=(6.5, 3.6), layout="constrained")
g = np.linspace(4.1, 8.0, 200)
balance = THRESHOLD * (2.0 - 1.0) / (0.8 * C * J * TAU / 1000.0 * (g / 4.0 - 1.0))
axes.semilogy(strengths, measured, "o-", color=BLUE, label="simulation")
axes.semilogy(g, balance, color="black", label="balance, μ = θ")
axes.axvline(4.0, color="0.6", linestyle=":")
axes.set(xlabel="relative strength of inhibition g", ylabel="firing rate (Hz)", ylim=(8, 600), title="η = 2",
         yticks=[10, 30, 100, 300], yticklabels=["10", "30", "100", "300"])
axes.minorticks_off()
axes.legend()
plt.show()

# %%
# Well above :math:`g = 4` the simple estimate has the right size and trend, and it contains nothing about the
# neuron but its threshold. (At :math:`g = 8` it is too low by a third, since strong fluctuations let neurons
# fire also where :math:`\mu` is below :math:`\theta`.) Below 4 nothing balances the excitation, and only
# refractoriness limits the rate.

# %%
# Exercise 11.3
# -------------
# In another network each neuron has 280 excitatory and 120 inhibitory synapses. From which :math:`g` on does
# inhibition dominate there?

answer = None
check("11.3", answer)

# %%
# Experiment 4: one spike changes everything
# ------------------------------------------
# Is the irregularity only that of the input from outside? The same network is run twice with the **same**
# noise. In the second run one neuron is brought to its threshold at 100 ms and fires one additional spike.

network, neurons, spikes = build(5.0, 2.0)
runs = []
for number in (-1, 1):                                          # no neuron, neuron 1
    network.reset()
    network.run(100.0, inputs={neurons: 2.0 * THRESHOLD})
    neurons["v"] = np.where(np.arange(N) == number, THRESHOLD + 5.0, neurons["v"])
    network.run(60.0, inputs={neurons: 2.0 * THRESHOLD})
    runs.append((spikes.t, spikes.i))
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
for (t, i), colour, size, name in zip(runs, (BLUE, ORANGE), (5, 2), ("undisturbed", "disturbed")):
    few = (i < 40) & (t > 80.0)
    left.plot(t[few], i[few], ".", color=colour, markersize=2 * size, label=name)
left.set(xlabel="time (ms)", ylabel="neuron", xlim=(80, 160), ylim=(-1, 50), title="Spikes of 40 neurons")
left.legend(ncols=2, loc="upper right")
first, second = ({(int(round(10 * t)), int(i)) for t, i in zip(*run)} for run in runs)
only_first = np.array([step for step, _ in first - second]) / 10.0
edges = np.arange(80.0, 161.0, 5.0)
changed = np.histogram(only_first, edges)[0] / np.histogram(runs[0][0], edges)[0]
right.plot(edges[:-1], 100.0 * changed, "o-", color="black")
right.axvline(100.0, color=ORANGE, linestyle="--")
right.set(xlabel="time (ms); dashed: the disturbance", ylabel="changed spikes (%)",
          title="Spikes that occur in one run only")
plt.show()

# %%
# Within about ten milliseconds nearly every spike of the network is another one: the network is **chaotic**.
# Yet rate, CV and spectrum are the same in both runs. In such a state the single spike carries little
# information; what can be relied upon are rates, averaged over neurons.

# %%
# Exercise 11.4
# -------------
# The fast oscillation comes from a loop: a surge of spikes excites the inhibitory neurons, whose inhibition
# arrives one **delay** later and ends the surge. With :math:`g = 6`, :math:`\eta = 4` and a delay of 1.5 ms
# the population rate oscillates at about 175 Hz. At which frequency in Hz does it oscillate when the delay is
# 3 ms (``simulate_network(6.0, 4.0, 400.0, delay=3.0)``)?
# ``spikingnn.analysis.power_spectrum(rate, dt=0.5, segment=100.0)`` returns frequencies and power; leave out
# the first 100 ms and the first value of the spectrum. Within 15 % is right.

answer = None
check("11.4", answer)

# %%
# What to remember
# ----------------
# - With dominating inhibition a network balances itself: its mean input stays near the threshold.
# - Then single neurons fire irregularly and at low rates, driven by fluctuations.
# - The balance fixes the rate, whatever the details of the neuron.
# - Strong input and delayed inhibition cause fast oscillations, in which each neuron takes part at random.
