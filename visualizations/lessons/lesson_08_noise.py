r"""
Lesson 8: Noise and the statistics of spike trains
==================================================

*Neuronal Dynamics*, sections 7.1–7.5, 8.1–8.3, 9.1 and 11.2. 45 minutes.

Show an animal the same picture twenty times, and a neuron of its cortex answers with twenty different spike
trains. Part of this variability comes from the thousands of synapses whose activity the experimenter does not
control, part from the random opening and closing of ion channels. To a model, both are **noise**.

A model can be noisy in two ways. With **input noise** the membrane potential fluctuates, and a spike occurs
when it crosses the threshold. With **escape noise** the potential is deterministic, but the threshold is
soft: the closer the potential is to it, the more likely a spike becomes. You will meet both, after the
yardstick with which all random spike trains are compared: the Poisson process.
"""

# %%
# The Poisson process
# -------------------
# A **Poisson process** of rate :math:`r` spikes in each short time :math:`\Delta t` with probability
# :math:`r\,\Delta t`, whatever happened before. Two facts follow.
#
# - The **interspike intervals** have the density :math:`p(s) = r\,e^{-r s}`. Their mean is :math:`1/r`, and
#   so is their standard deviation. The **coefficient of variation**, CV = standard deviation / mean, is 1. A
#   clock has CV = 0.
# - The **number** of spikes in a time :math:`T` has mean :math:`r T` and variance :math:`r T`. The **Fano
#   factor**, variance / mean over repeated trials, is 1. It is the CV's counterpart for counts.

import matplotlib.pyplot as plt
import numpy as np

from spikingnn import (GIF, SRM0, FirstOrderLIF, InputGroup, Network, NeuronGroup, PoissonEncoder,
                       SpikeMonitor, StateMonitor, simulate)
from spikingnn.analysis import cv, fano, isi, rates, spike_triggered_average
from spikingnn.lessons import check
from spikingnn.lessons.lesson_08 import recording
from spikingnn.plotting import BLUE, GREEN, ORANGE, raster

# %%
# Experiment 1: two hundred trials of a Poisson neuron
# ----------------------------------------------------
# Each unit of an ``InputGroup`` with a ``PoissonEncoder`` is one trial of the same neuron at 40 Hz, for two
# seconds.

trials = InputGroup(200, PoissonEncoder(max_rate=40.0))             # Hz
spikes = SpikeMonitor(trials)
Network(trials, spikes, dt=0.1, seed=1).run(2000.0, inputs={trials: 1.0})

intervals = np.concatenate(isi(spikes))
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.4), width_ratios=[1.3, 1], layout="constrained")
shown = (spikes.i < 20) & (spikes.t < 1000.0)
raster(left, spikes.t[shown], spikes.i[shown], "black", 8)
left.set(xlabel="time (ms)", ylabel="trial", yticks=[0, 5, 10, 15], title="Twenty trials of a Poisson neuron")
right.hist(intervals, np.arange(0.0, 151.0, 5.0), density=True, color=BLUE, alpha=0.5, label="simulation")
s = np.linspace(0.0, 150.0, 200)
right.plot(s, 0.04 * np.exp(-0.04 * s), color="black", label="r exp(-r s)")
right.set(xlabel="interspike interval (ms)", ylabel="probability density (1/ms)",
          title="Intervals of all trials")
right.legend()
plt.show()
print(f"CV of the intervals {np.std(intervals) / np.mean(intervals):.2f}, Fano factor {fano(spikes):.2f}")

# %%
# Short intervals are the most frequent ones: random spikes look clustered, without any mechanism that would
# bundle them. (Measured in a finite recording the CV is a little below 1, because long intervals do not fit
# into it.)

# %%
# Exercise 8.1
# ------------
# A neuron has an **absolute refractory period** of 5 ms: after each spike 5 ms pass in which it cannot fire.
# Then it fires as a Poisson process does. An interval is thus the sum of a constant and of a random time. Its
# mean rate, refractory periods included, is 40 Hz. What is the CV of its intervals?

answer = None
check("8.1", answer)

# %%
# Experiment 2: noise in the input
# --------------------------------
# The field ``noise`` of ``FirstOrderLIF`` adds white noise to the current. It is given as the standard
# deviation :math:`\sigma` that the potential would have without threshold. The potential then fluctuates
# around :math:`v_\infty = v_\mathrm{rest} + R I`. There are two regimes:
#
# - **superthreshold**: :math:`v_\infty` lies above the threshold. The neuron fires without noise, which only
#   shifts the spikes a little;
# - **subthreshold**: :math:`v_\infty` lies below the threshold. Without noise there is silence, and each
#   spike is owed to a fluctuation.

regimes = {"superthreshold, I = 2.0 nA": (2.0, 2.0, BLUE), "subthreshold, I = 1.2 nA": (1.2, 3.0, ORANGE)}
figure, axes = plt.subplots(2, 2, figsize=(9, 5), width_ratios=[2, 1], sharex="col", layout="constrained")
for (name, (current, sigma, colour)), (trace, histogram) in zip(regimes.items(), axes):
    neurons = NeuronGroup(100, FirstOrderLIF(noise=sigma))                          # mV
    spikes, v = SpikeMonitor(neurons), StateMonitor(neurons, "v", index=[0])
    Network(neurons, spikes, v, dt=0.1, seed=1).run(3000.0, inputs={neurons: current})      # nA
    trace.plot(v.t, v.values[:, 0], color=colour, linewidth=1)
    trace.axhline(-50.0, color="0.5", linestyle="--")
    trace.vlines(spikes.t[spikes.i == 0], -50.0, -40.0, color=colour)
    trace.set(xlim=(500, 1000), ylabel="v (mV)", title=f"{name}, σ = {sigma:g} mV")
    histogram.hist(np.concatenate(isi(spikes)), np.arange(0.0, 251.0, 5.0), density=True, color=colour)
    histogram.set(title=f"{rates(spikes).mean():.0f} Hz, CV {np.nanmean(cv(spikes)):.2f}", yticks=[])
axes[1, 0].set_xlabel("time (ms); dashed: threshold")
axes[1, 1].set_xlabel("interspike interval (ms)")
plt.show()

# %%
# Above threshold the intervals gather around one value. Below threshold they spread over a wide range, with a
# long tail like that of a Poisson process; only the shortest are missing, because after a reset the potential
# needs time to come back. Neurons of the cortex fire irregularly, with a CV near 1. This suggests that their
# mean input is below threshold, and lesson 11 shows how a network arranges that.

# %%
# Exercise 8.2
# ------------
# At 1.2 nA the potential tends to :math:`v_\infty = -53` mV, 3 mV below the threshold. Find the noise
# :math:`\sigma` in mV at which ``FirstOrderLIF`` fires at 15 Hz under 1.2 nA. One group can try many values
# at once: ``FirstOrderLIF(noise=np.repeat(values, 100))`` has 100 neurons of each value. Simulate two
# seconds, and let ``rates(spikes).reshape(-1, 100).mean(axis=1)`` average over neurons of the same value. An
# answer within 8 % is right.

answer = None
check("8.2", answer)

# %%
# Escape noise
# ------------
# Now the potential is deterministic, and the **escape rate** :math:`\rho`, the probability of a spike per
# unit of time, depends on it:
#
# .. math::
#
#    \rho(v) = \rho_0 \exp\frac{v - v_\mathrm{threshold}}{\Delta}
#
# At threshold spikes occur at the rate :math:`\rho_0`, and :math:`\Delta` is the width of the soft threshold
# in mV. In a time :math:`T` in which the potential does not change, **no** spike occurs with probability
# :math:`e^{-\rho T}`; this **survivor function** gives the probability of a spike, :math:`1 - e^{-\rho T}`.
# It is about :math:`\rho T` where this is small, but it never exceeds 1.

# %%
# Experiment 3: a soft threshold bends the f–I curve
# --------------------------------------------------
# ``GIF`` has escape noise; without its adaptation (``b=0``, ``threshold_step=0``) it is the leaky
# integrate-and-fire neuron with a soft threshold. 31 neurons receive 31 currents.

currents = np.linspace(0.0, 3.0, 31)                                        # nA
figure, axes = plt.subplots(figsize=(6, 3.6), layout="constrained")
for width, colour in ((0.2, BLUE), (1.0, GREEN), (3.0, ORANGE)):
    neurons = NeuronGroup(31, GIF(b=0.0, threshold_step=0.0, escape_rate=100.0, escape_width=width))
    spikes = SpikeMonitor(neurons)
    Network(neurons, spikes, dt=0.1, seed=1).run(10_000.0, inputs={neurons: currents})
    axes.plot(currents, rates(spikes), color=colour, label=f"Δ = {width:g} mV")
axes.plot(currents, FirstOrderLIF().rate(currents), ":", color="black", label="sharp threshold")
axes.set(xlabel="current (nA)", ylabel="firing rate (Hz)", title="Escape noise of different widths")
axes.legend()
plt.show()

# %%
# A small width is nearly the sharp threshold. A large one lets the neuron fire below threshold and smooths
# the corner of the f–I curve. Noise makes weak signals visible: with a sharp threshold a current of 1.2 nA
# has no effect at all.

# %%
# Exercise 8.3
# ------------
# The potential is held at -47 mV, 3 mV above the threshold, with :math:`\Delta = 2` mV and
# :math:`\rho_0 = 100` Hz. What is the probability that the neuron spikes within the next millisecond?

answer = None
check("8.3", answer)

# %%
# The spike-triggered average
# ---------------------------
# So far the current was known, and we asked for the spikes. An experimenter often asks the opposite question:
# which input makes this neuron fire? Give it a random current and average the current that preceded each
# spike. This is the **spike-triggered average** (STA), or reverse correlation.
#
# For a membrane with time constant :math:`\tau_m`, resistance :math:`R` and escape noise, driven by white
# noise (a new random value of standard deviation :math:`\sigma_I` every :math:`h` ms), theory says
#
# .. math::
#
#    \mathrm{STA}(s) - \mathrm{mean} = \frac{\sigma_I^2}{\Delta}\, \frac{R h}{\tau_m}\, e^{-s/\tau_m}
#
# at the time :math:`s` before the spike. Apart from a factor the STA is the membrane's own filter.

# %%
# Experiment 4: the neuron tells what it listens to
# -------------------------------------------------
# ``SRM0`` without an after-potential is such a neuron. For five minutes of simulated time it receives a new
# random current every millisecond.

TAU, SIGMA = 12.0, 1.5                                                      # ms, nA
linear = SRM0(tau_m=TAU, after_potential=0.0, t_refractory=0.0, escape_rate=20.0, escape_width=2.0)
current = np.random.default_rng(1).normal(0.9, SIGMA, 300_000)              # nA
run = simulate(linear, current, 300_000.0, dt=0.5, seed=1)
lag, average = spike_triggered_average(run.spikes, current, before=50.0, dt=1.0)

figure, axes = plt.subplots(figsize=(6, 3.6), layout="constrained")
axes.plot(lag[:-1], average[:-1], "o", color=BLUE, label=f"{len(run.spikes):,} spikes")
axes.plot(lag[:-1], 0.9 + SIGMA**2 / 2.0 * 10.0 / TAU * np.exp(lag[:-1] / TAU), color="black", label="theory")
axes.axhline(0.9, color="0.6", linestyle="--")
axes.set(xlabel="time relative to the spike (ms)", ylabel="mean current (nA)",
         title="Spike-triggered average")
axes.legend(loc="upper left")
plt.show()

# %%
# What arrived 50 ms ago has no influence any more: the STA is at the mean current (dashed). What arrives just
# before the spike counts most. (The last point, at lag 0, is left out: the millisecond of the spike itself is
# only half over when the spike occurs.)

# %%
# Exercise 8.4
# ------------
# ``recording()`` returns an experiment with a neuron that you do not know: the current in nA, one value per
# millisecond, and the spike times in ms. What is its membrane time constant in ms? Compute the STA, subtract
# the mean current, and fit :math:`A\,e^{-s/\tau_m}` without the last point; ``scipy.optimize.curve_fit`` does
# it in one line. An answer within 15 % is right, since an STA is noisy itself.

current, spike_times = recording()
print(f"{len(current):,} values of the current, {len(spike_times):,} spikes")

answer = None
check("8.4", answer)

# %%
# What to remember
# ----------------
# - A Poisson process has CV = 1 and Fano factor 1; refractoriness makes a spike train more regular.
# - A neuron that is driven below its threshold fires irregularly, one above its threshold regularly.
# - Escape noise replaces the threshold by a probability: :math:`1 - e^{-\rho T}` in a time :math:`T`.
# - The spike-triggered average shows which input a neuron responds to.
