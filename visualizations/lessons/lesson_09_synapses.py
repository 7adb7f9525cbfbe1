r"""
Lesson 9: Synapses, summation and short-term plasticity
=======================================================

*Neuronal Dynamics*, section 3.1. 45 minutes.

A spike arrives at a synapse, vesicles release transmitter, channels of the target open for a few
milliseconds, and a current flows. What the target's membrane makes of this current is the **postsynaptic
potential** (PSP).

Models of synapses differ in two respects. The first is the **time course**: how the channels open and close.
The second is whether the synapse is described by its **current**, which is then the same at any membrane
potential, or by its **conductance** :math:`g`. A conductance lets the current

.. math::

   I = g(t)\,(E - v)

flow, where :math:`E` is the **reversal potential** at which no current flows: about 0 mV for excitatory
synapses (AMPA and NMDA receptors) and about -70 mV for inhibitory ones (GABA receptors).
"""

# %%
# One helper for the whole lesson
# -------------------------------
# ``response`` sends a spike train through one synapse to one neuron and returns times, membrane potential and
# synaptic current. The threshold is out of reach, since this lesson is about potentials below it.

import matplotlib.pyplot as plt
import numpy as np

from spikingnn import (AlphaSynapse, ConductanceSynapse, DeltaSynapse, DoubleExponentialSynapse,
                       FirstOrderLIF, FirstOrderSynapse, Network, NeuronGroup, NMDASynapse, SpikeSource,
                       StateMonitor, SynapseGroup, TsodyksMarkram)
from spikingnn.lessons import check
from spikingnn.plotting import BLUE, GREEN, ORANGE

REST = -65.0                                                        # mV
MEMBRANE = FirstOrderLIF(tau_m=20.0, resistance=10.0, v_rest=REST, v_threshold=1000.0)


def response(train, synapse, weight, duration, rule=None, current=0.0):
    source, neuron = SpikeSource([train]), NeuronGroup(1, MEMBRANE)
    synapses = SynapseGroup(source, neuron, weight, synapse, rule=rule)
    v, total = StateMonitor(neuron, "v"), StateMonitor(neuron, "current")
    Network(source, neuron, synapses, v, total, dt=0.1, seed=1).run(duration, inputs={neuron: current})
    return v.t, v.values[:, 0], total.values[:, 0]


# %%
# Experiment 1: time courses
# --------------------------
# Four synapses deliver the **same charge**, 5 pC: at once (``DeltaSynapse``, whose weight is the jump of the
# potential, 2.5 mV), as a decaying exponential, as an alpha function :math:`t\,e^{-t/\tau}`, and as a
# difference of two exponentials with a rise and a decay.

synapses = {"delta": (DeltaSynapse(), 2.5), "exponential, τ = 5 ms": (FirstOrderSynapse(tau=5.0), 1.0),
            "alpha, τ = 5 ms": (AlphaSynapse(tau=5.0), 1.0 / np.e),
            "rise 5 ms, decay 15 ms": (DoubleExponentialSynapse(5.0, 15.0), 5.0 / 25.98)}
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.5), layout="constrained")
for (name, (synapse, weight)), colour in zip(synapses.items(), (GREEN, BLUE, ORANGE, "black")):
    t, v, current = response([10.0], synapse, weight, 100.0)
    if name != "delta":
        left.plot(t, current, color=colour, label=name)
    right.plot(t, v - REST, color=colour, label=name)
left.set(xlabel="time (ms)", ylabel="synaptic current (nA)",
         title="Currents of 5 pC (delta: a jump of charge)")
right.set(xlabel="time (ms)", ylabel="change of the potential (mV)", title="Postsynaptic potentials")
right.legend()
plt.show()

# %%
# The membrane smooths what the synapse delivers, so that the PSP outlasts the current. The slower the
# current, the later and lower the peak of the PSP; late after the spike all decay with the slowest time
# constant that is involved.
#
# For an exponential current of weight :math:`w` (the current just after the spike) the PSP is a difference of
# two exponentials:
#
# .. math::
#
#    v(t) - v_\mathrm{rest} = w R\,\frac{\tau_s}{\tau_m - \tau_s}
#    \left(e^{-t/\tau_m} - e^{-t/\tau_s}\right)

# %%
# Exercise 9.1
# ------------
# How long after the spike does the PSP of the exponential synapse with :math:`\tau_s = 5` ms reach its peak,
# for :math:`\tau_m = 20` ms? Set the derivative of the formula to zero, or measure it with ``response`` (the
# spike is at 10 ms there). Give the time in ms.

answer = None
check("9.1", answer)

# %%
# Experiment 2: currents add up, conductances saturate
# ----------------------------------------------------
# Four spikes in a row, 8 ms apart. If the potential obeys a linear equation, their response is the sum of the
# four single responses (dotted). With a conductance the driving force :math:`E - v` shrinks as the potential
# comes closer to :math:`E`. To make this clearly visible, the conductances are larger than those of a single
# real synapse.

burst = 10.0 + 8.0 * np.arange(4)
kinds = {"current": (FirstOrderSynapse(tau=5.0), 3.0, BLUE),
         "conductance, E = 0 mV": (ConductanceSynapse(tau=5.0, reversal=0.0), 0.06, ORANGE),
         "conductance, E = -70 mV": (ConductanceSynapse(tau=5.0, reversal=-70.0), 0.6, GREEN)}
figure, axes = plt.subplots(1, 3, figsize=(10, 3.2), layout="constrained")
for axis, (name, (synapse, weight, colour)) in zip(axes, kinds.items()):
    t, together, _ = response(burst, synapse, weight, 100.0)
    alone = sum(response([spike], synapse, weight, 100.0)[1] - REST for spike in burst)
    axis.plot(t, together - REST, color=colour, label="four spikes")
    axis.plot(t, alone, ":", color="black", label="sum of single responses")
    axis.set(xlabel="time (ms)", title=name)
axes[0].set_ylabel("change of the potential (mV)")
axes[0].set_ylim(top=20.0)
axes[0].legend(loc="upper right")
plt.show()

# %%
# The inhibitory conductance saturates most, because the resting potential is only 5 mV away from its reversal
# potential. It hardly moves the potential, but it has another effect: as long as its channels are open, the
# membrane leaks more, and every other input has a smaller effect. This is **shunting inhibition**.
#
# With constant conductances the steady state is the mean of the reversal potentials, weighted by the
# conductances. With the leak conductance :math:`g_L = 1/R` and one synaptic conductance :math:`g`,
#
# .. math::
#
#    v_\infty = \frac{g_L\,v_\mathrm{rest} + g\,E}{g_L + g}

# %%
# Exercise 9.2
# ------------
# An excitatory conductance of 0.05 µS with :math:`E = 0` mV is open all the time, in the neuron above (10 MΩ,
# rest at -65 mV, no spikes). At which potential in mV does it settle?

answer = None
check("9.2", answer)

# %%
# Experiment 3: NMDA receptors need depolarisation
# ------------------------------------------------
# At rest a magnesium ion blocks the channels of NMDA receptors. Depolarisation expels it. The fraction of
# channels that are not blocked, at a magnesium concentration :math:`[\mathrm{Mg}]` in mM and a potential
# :math:`v` in mV, is
#
# .. math::
#
#    B(v) = \frac{1}{1 + \frac{[\mathrm{Mg}]}{3.57}\, e^{-0.062\,v}}
#
# The same spike is sent to a neuron at rest and to one that a constant current of 3.5 nA holds 35 mV above
# rest.

figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.5), layout="constrained")
potential = np.linspace(-90.0, 40.0, 200)
unblocked = 1.0 / (1.0 + np.exp(-0.062 * potential) / 3.57)
left.plot(potential, unblocked, color=BLUE, label="B(v), unblocked channels")
left.plot(potential, unblocked * (0.0 - potential) / 40.0, color=ORANGE,
          label="current (relative): B(v) (E - v)")
left.axhline(0.0, color="0.7", linewidth=1)
left.set(xlabel="membrane potential (mV)", title="Magnesium block at 1 mM")
left.legend()
for held, colour in ((0.0, BLUE), (3.5, ORANGE)):
    t, v, _ = response([100.0], NMDASynapse(tau_decay=100.0), 0.01, 500.0, current=held)
    baseline = response([], NMDASynapse(tau_decay=100.0), 0.01, 500.0, current=held)[1]
    right.plot(t - 100.0, v - baseline, color=colour, label=f"from {REST + 10.0 * held:g} mV")
right.set(xlabel="time after the spike (ms)", ylabel="PSP (mV)", xlim=(-20, 400),
          title="One spike, NMDA synapse")
right.legend()
plt.show()

# %%
# The NMDA synapse detects a **coincidence**: it passes current if transmitter is there *and* the target is
# depolarised. That makes it a natural site of Hebbian learning (lesson 13). And it is slow; lesson 12 uses it
# to keep activity alive for seconds.

# %%
# Exercise 9.3
# ------------
# At which potential in mV is half of the channels unblocked, if the magnesium concentration is 1 mM?

answer = None
check("9.3", answer)

# %%
# Experiment 4: synapses get tired, or warm up
# --------------------------------------------
# A synapse does not deliver the same at each spike. In the model of Tsodyks and Markram a spike releases the
# fraction :math:`u` of the available resources :math:`R` (vesicles that are ready, 1 at rest):
#
# .. math::
#
#    \mathrm{delivered} = u\,R, \qquad R \to R - u\,R
#
# Between spikes :math:`R` recovers to 1 with the time constant :math:`\tau_\mathrm{rec}`: the synapse
# **depresses** if spikes come faster than that. If :math:`u` grows with each spike by :math:`U\,(1 - u)` and
# decays with :math:`\tau_\mathrm{facil}`, the synapse **facilitates**. In both cases a first spike after a
# long silence delivers :math:`U`.

depressing = TsodyksMarkram(u_rest=0.45, tau_recovery=750.0, tau_facilitation=50.0)
facilitating = TsodyksMarkram(u_rest=0.15, tau_recovery=50.0, tau_facilitation=750.0)
kinds = {"depressing": (depressing, 1.2, BLUE), "facilitating": (facilitating, 3.6, ORANGE)}
train = np.append(100.0 + 50.0 * np.arange(12), 1150.0)             # ms: 20 Hz, and one spike after a pause
figure, axes = plt.subplots(2, figsize=(8, 4.2), sharex=True, layout="constrained")
for axis, (name, (rule, weight, colour)) in zip(axes, kinds.items()):
    t, v, _ = response(train, FirstOrderSynapse(tau=3.0), weight, 1300.0, rule)
    axis.plot(t, v - REST, color=colour)
    axis.vlines(train, -0.6, -0.2, color="black")
    axis.set(ylabel="PSP (mV)", title=f"{name} synapse")
axes[1].set_xlabel("time (ms); black: presynaptic spikes")
plt.show()

# %%
# The depressing synapse reports **changes**: it responds strongly when the train begins, then weakly. At a
# high rate it delivers per second just what recovers per second, so that it no longer tells one high rate
# from another. The facilitating synapse is quiet at first and transmits **sustained** activity best.

# %%
# Exercise 9.4
# ------------
# The **paired-pulse ratio** is the response to a second spike divided by that to the first. What is it for
# purely depressing synapses with :math:`U = 0.5` and :math:`\tau_\mathrm{rec} = 800` ms, when the spikes are
# 50 ms apart and the first one comes after a long silence? Take what each spike *delivers*, not the peak of
# the potential. On paper it takes two lines. To measure it, use ``response`` with ``DeltaSynapse()`` and
# ``TsodyksMarkram(u_rest=0.5, tau_recovery=800.0)`` and compare the two jumps.

answer = None
check("9.4", answer)

# %%
# What to remember
# ----------------
# - The PSP is the synaptic current, filtered by the membrane.
# - Current synapses add linearly; conductances pull towards their reversal potential, and they shunt.
# - NMDA receptors need a spike and a depolarised target at the same time.
# - Depressing synapses transmit changes, facilitating synapses sustained activity.
