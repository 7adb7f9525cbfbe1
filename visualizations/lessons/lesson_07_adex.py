r"""
Lesson 7: Exponential neurons, adaptation and firing patterns
=============================================================

*Neuronal Dynamics*, sections 5.1, 5.2, 6.1 and 6.2. 45 minutes.

The leaky integrate-and-fire neuron of lesson 2 has a strict threshold that somebody has to define. The neuron
of Hodgkin and Huxley (lesson 5) has none: sodium channels open gradually, and at some point their current
feeds itself. Between the two stands the **exponential integrate-and-fire neuron** (EIF). One exponential
describes the sodium current at the beginning of a spike; the spike itself is cut off, as before.

Real neurons also get tired. Under a constant current most of them fire fast at first and then more slowly:
they **adapt**. One more variable, an adaptation current, turns the EIF into the **AdEx** neuron, which shows
most firing patterns that are found in the cortex.
"""

# %%
# The equation
# ------------
# To the leak and the input of the leaky integrate-and-fire neuron comes a current that grows exponentially:
#
# .. math::
#
#    \tau_m \frac{dv}{dt} = -(v - v_\mathrm{rest}) + \Delta\, e^{(v - v_T)/\Delta} + R I
#
# :math:`v_T` is ``v_threshold``, and :math:`\Delta`, ``sharpness``, says over how many mV the upstroke sets
# in. At ``v_peak`` the spike is registered and the potential reset. The smaller :math:`\Delta`, the more the
# neuron resembles the leaky integrate-and-fire neuron.

from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np

from spikingnn import AdEx, ExponentialIF, Network, NeuronGroup, SpikeMonitor, simulate
from spikingnn.lessons import check
from spikingnn.plotting import BLUE, GREEN, ORANGE

neuron = ExponentialIF(tau_m=12.0, resistance=20.0, v_rest=-65.0, v_reset=-60.0, v_threshold=-55.0,
                       sharpness=2.0, v_peak=-30.0, t_refractory=0.0)

# %%
# Experiment 1: two thresholds
# ----------------------------
# Left: how fast the potential changes, as a function of the potential itself, for three constant currents.
# Where a curve is zero the potential stands still; it is a **fixed point**, stable (full circle) where the
# curve falls, unstable (open circle) where it rises. Right: the potential after very short pulses, which
# bring it to a value within 1 ms.

figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.8), layout="constrained")
v = np.linspace(-70.0, -48.0, 400)
for current, colour in ((0.0, BLUE), (0.4, GREEN), (0.6, ORANGE)):
    slope = (-(v + 65.0) + 2.0 * np.exp((v + 55.0) / 2.0) + 20.0 * current) / 12.0
    left.plot(v, slope, color=colour, label=f"I = {current:g} nA")
left.axhline(0.0, color="0.6", linewidth=1)
left.plot(-64.99, 0.0, "o", color=BLUE)
left.plot(-51.13, 0.0, "o", color=BLUE, markerfacecolor="white")
left.set(xlabel="v (mV)", ylabel="dv/dt (mV/ms)", ylim=(-1.2, 2.0), title="Slope of the potential")
left.legend(loc="upper center")
for charge, colour in ((8.3, BLUE), (8.5, BLUE), (8.6, ORANGE), (9.0, ORANGE)):
    pulse = np.zeros(30)
    pulse[2] = charge                                               # nA for 1 ms
    run = simulate(neuron, pulse, 30.0)
    right.plot(run.t, run.v, color=colour)
right.axhline(-51.13, color="0.5", linestyle="--")
right.set(xlabel="time (ms)", ylabel="v (mV)", title="1 ms of 8.3, 8.5, 8.6 or 9.0 nA")
plt.show()

# %%
# - Without current (blue) there is a stable fixed point at rest, and an unstable one at -51.1 mV. The latter
#   is the threshold for **short pulses**: beyond it the potential runs up by itself, below it falls back
#   (dashed line).
# - A constant current lifts the curve. At 0.4 nA (green) the two fixed points meet and vanish. Beyond this
#   current, the **rheobase**, there is no rest any more, and the neuron fires repeatedly.
#
# The two meet where the curve is lowest, at :math:`v = v_T`. So :math:`v_T` is the potential that the
# strongest **constant** current without a spike reaches. An EIF has no single threshold: it depends on the
# stimulus.

# %%
# Exercise 7.1
# ------------
# Compute the rheobase of a neuron with ``v_rest=-70``, ``v_threshold=-50``, ``sharpness=3`` (mV) and
# ``resistance=40`` (MΩ), in nA: the current at which the lowest point of the curve, at :math:`v = v_T`,
# touches zero.

answer = None
check("7.1", answer)

# %%
# Experiment 2: the strength–duration curve
# -----------------------------------------
# How strong must a current be that lasts only for a given time? Physiologists have measured this curve since
# 1900. For each duration, 600 neurons receive pulses of 600 strengths; the weakest that fires is drawn.

strengths = 0.4 * np.geomspace(0.95, 80.0, 600)                     # nA
group = NeuronGroup(600, neuron)
spikes = SpikeMonitor(group)
network = Network(group, spikes, dt=0.05, seed=0)


def weakest(duration):
    network.reset()
    network.run(duration, inputs={group: strengths})
    network.run(40.0)                                               # some spikes come later
    return strengths[spikes.i.min()]


durations = np.array([0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0])      # ms
figure, axes = plt.subplots(figsize=(6.5, 3.8), layout="constrained")
axes.loglog(durations, [weakest(duration) for duration in durations], "o", color=BLUE, label="simulation")
fine = np.geomspace(0.5, 200.0)
axes.loglog(fine, 13.9 / 20.0 / -np.expm1(-fine / 12.0), color="black",
            label="leaky neuron, threshold at -51.1 mV")
axes.axhline(0.4, color=ORANGE, linestyle="--")
axes.text(0.5, 0.42, "rheobase", color=ORANGE)
axes.set(xlabel="duration of the pulse (ms)", ylabel="weakest current that evokes a spike (nA)",
         title="Strength–duration curve")
axes.legend()
plt.show()

# %%
# Short pulses must bring a fixed **charge**, strength times duration: the curve falls as one over the
# duration. Very long pulses need the rheobase. A leaky integrate-and-fire neuron with its threshold at the
# unstable fixed point agrees for short pulses, but not for long ones, which need to reach only :math:`v_T`:
# then the neuron does the rest.

# %%
# Exercise 7.2
# ------------
# The **chronaxie** is the duration at which twice the rheobase is just enough for a spike. What is it for
# ``neuron``, in ms? ``weakest(duration)`` from above does the work: find the duration at which it returns 0.8
# nA. Within 5 % is right.

answer = None
check("7.2", answer)

# %%
# Adaptation
# ----------
# The AdEx neuron adds a current :math:`w` that hyperpolarises, and a second equation:
#
# .. math::
#
#    \tau_w \frac{dw}{dt} = -w + a\,(v - v_\mathrm{rest}), \qquad \mathrm{at\ each\ spike\ } w \to w + b
#
# In the first equation :math:`R I` becomes :math:`R\,(I - w)`. Each spike adds :math:`b`, which decays with
# :math:`\tau_w`, typically 100 ms or more: many spikes sum up. :math:`a` couples :math:`w` to the potential
# below threshold.

# %%
# Experiment 3: from a clock to a tired neuron
# --------------------------------------------

tonic = AdEx(tau_m=5.0, resistance=500.0, v_rest=-70.0, v_threshold=-50.0, sharpness=2.0, v_reset=-60.0,
             a=0.0, b=0.0, tau_w=100.0)
kinds = {"b = 0: tonic": (tonic, BLUE), "b = 0.005 nA: adapting": (replace(tonic, b=0.005), GREEN),
         "b = 0.007 nA, reset to -51 mV: initial burst": (
             replace(tonic, a=0.0005, b=0.007, v_reset=-51.0), ORANGE)}
figure, axes = plt.subplots(3, 2, figsize=(10, 5.5), width_ratios=[2, 1], sharex="col", layout="constrained")
for (name, (model, colour)), (trace, adaptation) in zip(kinds.items(), axes):
    run = simulate(model, 0.065, 300.0, record=["w"])
    trace.plot(run.t, run.v, color=colour, linewidth=1)
    trace.vlines(run.spikes, model.v_reset, 0.0, color=colour, linewidth=1)
    trace.set(ylabel="v (mV)", ylim=(-75, 5), title=name)
    adaptation.plot(run.t, 1000.0 * run["w"], color=colour)
    adaptation.set(ylabel="w (pA)", ylim=(-2, 60))
axes[0, 1].set_title("adaptation current")
for axis in axes[-1]:
    axis.set_xlabel("time (ms)")
plt.show()

# %%
# Without adaptation the intervals are equal. With it they grow until the increase by each spike and the decay
# in between are in balance. In the third neuron the reset lies close to the threshold: right after a spike
# the exponential takes over again, and spikes follow each other quickly until :math:`w` is large enough to
# stop the burst.

# %%
# Exercise 7.3
# ------------
# In the steady state :math:`w` grows by :math:`b` at each spike and decays with :math:`\tau_w` in between.
# What is its **mean** in nA for :math:`a = 0`, :math:`b = 0.005` nA, :math:`\tau_w = 100` ms and a firing
# rate of 20 Hz? (Averaged over a long time, increase and decay are equal: :math:`b` times the rate = mean of
# :math:`w` divided by :math:`\tau_w`.)

answer = None
check("7.3", answer)

# %%
# Experiment 4: eight firing patterns
# -----------------------------------
# The same two equations with the eight parameter sets of Naud and others (2008), each under its own constant
# current.

figure, axes = plt.subplots(4, 2, figsize=(10, 6.5), sharex=True, layout="constrained")
for axis, name in zip(axes.T.flat, AdEx.patterns):
    model = AdEx.pattern(name)
    run = simulate(model, AdEx.pattern_current(name), 500.0)
    axis.plot(run.t, run.v, color=BLUE, linewidth=0.9)
    axis.vlines(run.spikes, model.v_reset, 0.0, color=BLUE, linewidth=0.9)
    axis.set(title=name, ylim=(-85, 5), yticks=[-60, 0])
for axis in axes[-1]:
    axis.set_xlabel("time (ms)")
figure.supylabel("membrane potential (mV)")
plt.show()

# %%
# What decides is where the reset puts the neuron in the plane of :math:`v` and :math:`w` (lesson 6): if it
# lands below the curve :math:`dv/dt = 0`, the potential rises at once and another spike follows; if it lands
# above it, the potential must first make a detour downwards, and there is a pause.

# %%
# Exercise 7.4
# ------------
# Which :math:`b` in nA lets the neuron ``tonic`` (with this ``b``) fire at 20 Hz in the steady state under
# 0.065 nA? Simulate 2 s and take the intervals of the second half. As always, a group can try many values at
# once: ``replace(tonic, b=values)`` for ``NeuronGroup(len(values), ...)``. Within 5 % is right.

answer = None
check("7.4", answer)

# %%
# What to remember
# ----------------
# - In the EIF a spike starts by itself once the exponential wins; short pulses and constant currents have
#   different thresholds.
# - The rheobase is :math:`(v_T - v_\mathrm{rest} - \Delta)/R`. Short pulses need a fixed charge.
# - An adaptation current that grows with each spike makes intervals longer.
# - With different resets and adaptation, the AdEx neuron fires in all patterns from tonic to bursting.
