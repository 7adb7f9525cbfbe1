r"""
Lesson 5: The Hodgkin–Huxley neuron
===================================

*Neuronal Dynamics*, section 2.2. 45 minutes.

The integrate-and-fire neuron has its spikes drawn on by hand. Where do they come from? Hodgkin and Huxley
answered this in 1952 for the giant axon of the squid. Beside the leak the membrane has two kinds of **ion
channels**, which open and close with the potential:

.. math::

   C \frac{dv}{dt} = -g_\mathrm{Na}\, m^3 h\, (v - e_\mathrm{Na}) - g_\mathrm{K}\, n^4 (v - e_\mathrm{K})
   - g_\mathrm{L} (v - e_\mathrm{L}) + I

Sodium pulls the potential up to :math:`e_\mathrm{Na} = 50` mV, potassium down to :math:`e_\mathrm{K} = -77`
mV. How many channels are open is described by three **gating variables** between 0 and 1: :math:`m`
activates sodium, :math:`h` inactivates it, and :math:`n` activates potassium. Each of them, call it
:math:`y`, approaches a value that depends on the potential, with a time constant that depends on it, too:

.. math::

   \frac{dy}{dt} = \frac{y_\infty(v) - y}{\tau_y(v)}

There is no threshold and no reset in these equations. You will see that the neuron has something like a
threshold all the same, but one that depends on how the current comes.
"""

# %%
# The gates
# ---------
# At a potential that is held, each gate settles. In ``HodgkinHuxley`` the currents are in nA for a piece of
# membrane of 0.001 cm², so that a number in nA is the one that the literature gives in µA/cm².
#
# The rates at which a gate opens, :math:`\alpha`, and closes, :math:`\beta`, are those of the paper, with
# the potential counted from rest; :math:`y_\infty = \alpha/(\alpha + \beta)` and :math:`\tau_y = 1/(\alpha
# + \beta)`.

import matplotlib.pyplot as plt
import numpy as np

from spikingnn import HodgkinHuxley, Network, NeuronGroup, SpikeMonitor, simulate
from spikingnn.lessons import check
from spikingnn.plotting import BLUE, GREEN, ORANGE

v = np.linspace(-100.0, 20.0, 241) + 0.001                      # mV; not exactly where a formula reads 0/0
x = v + 65.0
opening = {"m": 0.1 * (x - 25.0) / (1.0 - np.exp(2.5 - x / 10.0)), "h": 0.07 * np.exp(-x / 20.0),
           "n": 0.01 * (x - 10.0) / (1.0 - np.exp(1.0 - x / 10.0))}
closing = {"m": 4.0 * np.exp(-x / 18.0), "h": 1.0 / (np.exp(3.0 - x / 10.0) + 1.0),
           "n": 0.125 * np.exp(-x / 80.0)}
colours = {"m": BLUE, "h": GREEN, "n": ORANGE}
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
for gate, colour in colours.items():
    both = opening[gate] + closing[gate]
    left.plot(v, opening[gate] / both, color=colour, label=gate)
    right.plot(v, 1.0 / both, color=colour, label=gate)
for axes in (left, right):
    axes.axvline(-65.0, color="0.7", linestyle="--", linewidth=1)
    axes.set_xlabel("membrane potential (mV)")
left.set(ylabel="steady value", title="Where each gate settles (dashed: rest)")
right.set(ylabel="time constant (ms)", title="How fast it gets there")
left.legend()
plt.show()

# %%
# Read this picture, it explains the spike. If the potential rises from rest, all three gates move, but
# :math:`m` is ten times faster than the others. Sodium channels open at once, their current raises the
# potential further, and still more of them open: the upstroke. Some milliseconds later :math:`h` has closed
# the sodium channels and :math:`n` has opened the potassium channels: the potential falls, below the
# resting value.

# %%
# Experiment 1: a step of current
# -------------------------------
# 10 nA from 5 ms on. ``record="all"`` keeps the gates, too.

step = simulate(HodgkinHuxley(), np.repeat([0.0, 10.0], [5, 45]), 50.0, dt=0.02, record="all")
figure, axes = plt.subplots(2, sharex=True, figsize=(8, 5), layout="constrained")
axes[0].plot(step.t, step.v, color="black")
axes[0].set(ylabel="potential (mV)", title=f"{len(step.spikes)} spikes under 10 nA from 5 ms on")
for gate, colour in colours.items():
    axes[1].plot(step.t, step[gate], color=colour, label=gate)
axes[1].set(xlabel="time (ms)", ylabel="gating variable")
axes[1].legend(loc="upper right")
plt.show()

# %%
# And weaker steps? A group of neurons, one current each, 200 ms long; how many spikes does each current
# evoke?

currents = np.arange(0.0, 10.5, 0.5)                            # nA
neurons = NeuronGroup(len(currents), HodgkinHuxley())
spikes = SpikeMonitor(neurons)
Network(neurons, spikes).run(200.0, inputs={neurons: currents})
figure, axes = plt.subplots(figsize=(7, 3.3), layout="constrained")
axes.plot(currents, spikes.count(), "o", color=BLUE)
axes.set(xlabel="current (nA)", ylabel="spikes in 200 ms", title="One spike, or many")
plt.show()

# %%
# Three regimes: no spike; a single one (or a few) at the beginning, and then silence; and, from a certain
# current on, spikes that go on. These do not begin slowly: the lowest rate is above 50 Hz. Lesson 6
# explains why.

# %%
# Exercise 5.1
# ------------
# What is the smallest current, in nA, whose step evokes **at least one** spike? Start the step at :math:`t
# = 0` and wait 100 ms. Halve the interval between a current that does not and one that does, until you know
# it to within 0.05 nA.

answer = None
check("5.1", answer)

# %%
# Experiment 2: a slow current does not fire the neuron
# -----------------------------------------------------
# The current now rises to 5 nA along a ramp and then stays there. A leaky integrate-and-fire neuron would
# fire as soon as its threshold is reached, however slowly. The Hodgkin–Huxley neuron does not:


def ramp(rise, duration=100.0):
    """A current in nA for each 0.1 ms: it rises to 5 nA within `rise` ms and stays there."""
    t = np.arange(0.0, duration, 0.1)
    return 5.0 * np.minimum(t / max(rise, 0.1), 1.0)


figure, axes = plt.subplots(2, sharex=True, figsize=(8, 4.6), height_ratios=[2, 1],
                            layout="constrained")
for rise, colour in ((1.0, BLUE), (10.0, GREEN), (40.0, ORANGE)):
    run = simulate(HodgkinHuxley(), ramp(rise), 100.0)
    axes[0].plot(run.t, run.v, color=colour, label=f"rises within {rise:g} ms")
    axes[1].plot(np.arange(0.0, 100.0, 0.1), ramp(rise), color=colour)
axes[0].set(ylabel="potential (mV)", title="A ramp to 5 nA, fast or slow")
axes[0].legend()
axes[1].set(xlabel="time (ms)", ylabel="current (nA)")
plt.show()

# %%
# With a slow ramp the potential rises slowly, and the slow gates keep up: sodium is inactivated (:math:`h`
# falls) and potassium opens (:math:`n` rises) before the sodium current can win. This is called
# **accommodation**. The neuron answers to changes of the current, and there is no single potential that
# deserves the name of a threshold.

# %%
# Exercise 5.2
# ------------
# What is the longest rise, in ms, of a ramp to 5 nA that still evokes a spike? Use ``ramp`` and find it to
# within 0.5 ms.

answer = None
check("5.2", answer)

# %%
# Experiment 3: a spike from inhibition
# -------------------------------------
# A negative current for 30 ms, and then nothing. While it lasts it hyperpolarises the membrane: :math:`h`
# rises, more sodium channels can be opened than at rest, and :math:`n` falls. When it ends, the potential
# returns and finds a membrane that is more excitable than usual.

figure, axes = plt.subplots(figsize=(8, 3.6), layout="constrained")
for amplitude, colour in ((-2.0, BLUE), (-5.0, ORANGE)):
    run = simulate(HodgkinHuxley(), np.repeat([0.0, amplitude, 0.0], [20, 30, 50]), 100.0)
    axes.plot(run.t, run.v, color=colour, label=f"{amplitude:g} nA from 20 to 50 ms")
axes.axvspan(20.0, 50.0, color="0.94", linewidth=0)
axes.set(xlabel="time (ms)", ylabel="potential (mV)",
         title="Rebound: a spike after the release of inhibition")
axes.legend()
plt.show()

# %%
# Exercise 5.3
# ------------
# How strong must the negative current be at least, in nA, so that a spike follows when it ends after 30 ms?
# Give it with its sign, to within 0.05 nA.

answer = None
check("5.3", answer)

# %%
# Experiment 4: how many sodium channels are enough?
# --------------------------------------------------
# Tetrodotoxin, the poison of the puffer fish, blocks sodium channels. In the model that is a smaller
# :math:`g_\mathrm{Na}`; a membrane with more channels has a larger one.

factors = np.array([0.5, 0.8, 0.9, 1.0, 1.4, 1.8])
figure, axes = plt.subplots(2, 3, sharex=True, sharey=True, figsize=(9, 4.6), layout="constrained")
for factor, panel in zip(factors, axes.flat):
    run = simulate(HodgkinHuxley(g_na=120.0 * factor), np.repeat([0.0, 10.0], [50, 50]), 100.0)
    panel.plot(run.t, run.v, color=BLUE, linewidth=1)
    panel.set_title(f"{factor:g} · 120 µS")
figure.supxlabel("time (ms); 10 nA from 50 ms on")
figure.supylabel("potential (mV)")
plt.show()

# %%
# With half of the channels the first spike is smaller, and none follows. With 1.8 times as many the neuron
# fires without any current: the sodium current through the few channels that are open at rest outweighs the
# others. Cells regulate the number of their channels; mutations of sodium channels can cause epilepsy and
# disorders of pain.

# %%
# Exercise 5.4
# ------------
# Which **fraction** of the sodium conductance of 120 µS must be left at least, so that the neuron fires
# **repetitively** under a constant current of 10 nA? Count the spikes in 300 ms from the beginning of the
# current; ten or more are repetitive. Find it to within 0.01.

answer = None
check("5.4", answer)

# %%
# What to remember
# ----------------
# - A spike is a fast positive feedback (sodium activation) that two slow processes end (sodium inactivation
#   and potassium activation).
# - Whether a current fires the neuron depends on its history: steps do, slow ramps do not, the end of
#   inhibition can.
# - Repetitive firing sets in at a rate well above zero.
