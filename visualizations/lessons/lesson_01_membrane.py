r"""
Lesson 1: The membrane as an RC circuit
=======================================

*Neuronal Dynamics*, section 1.3. 45 minutes.

The membrane of a neuron separates two salt solutions. It is an insulator, so that charges of opposite sign
face each other on its two sides: it is a **capacitor** of capacitance :math:`C`. Ion channels let some
charge leak through: they are a **resistor** of resistance :math:`R`, in parallel with the capacitor. A
battery in series with the resistor stands for the concentration differences of the ions and pulls the
potential to its resting value.

A current :math:`I` that an electrode injects splits into one part that charges the capacitor and one that
leaks out:

.. math::

   I = C \frac{dv}{dt} + \frac{v - v_\mathrm{rest}}{R}

Multiplied by :math:`R`, with the **membrane time constant** :math:`\tau_m = R C`, this is

.. math::

   \tau_m \frac{dv}{dt} = -(v - v_\mathrm{rest}) + R I

This lesson is about this one equation. You will see how the potential answers to a step, to short pulses
and to oscillating currents. Spikes come in lesson 2.

**Units.** Everywhere in spikingnn time is in ms, voltage in mV, current in nA, resistance in MΩ and
capacitance in nF. They fit together: MΩ · nA = mV and MΩ · nF = ms.
"""

# %%
# A neuron without spikes
# -----------------------
# ``FirstOrderLIF`` is the leaky integrate-and-fire neuron: the equation above, and a threshold. Here the
# threshold is so high that it is never reached, and what remains is the RC circuit. ``simulate`` runs one
# neuron under a current and returns the times ``t`` and the membrane potential ``v``.

import matplotlib.pyplot as plt
import numpy as np

from spikingnn import FirstOrderLIF, simulate
from spikingnn.lessons import check
from spikingnn.plotting import BLUE, GREEN, ORANGE

R, C, REST = 40.0, 0.5, -65.0               # MΩ, nF, mV
TAU = R * C                                 # ms
membrane = FirstOrderLIF(tau_m=TAU, resistance=R, v_rest=REST, v_threshold=1000.0)

# %%
# Experiment 1: a step of current
# -------------------------------
# For 20 ms nothing is injected, then 0.25 nA for 120 ms, then nothing again for 100 ms. The current is an
# array with one value per ms; each value is held until the next.

current = np.repeat([0.0, 0.25, 0.0], [20, 120, 100])           # nA, one value per ms
run = simulate(membrane, current, 240.0)

figure, (above, below) = plt.subplots(2, sharex=True, figsize=(8, 4.5), height_ratios=[3, 1],
                                      layout="constrained")
above.plot(run.t, run.v, color=BLUE)
above.axhline(REST + R * 0.25, color="0.6", linestyle="--")
above.text(241, REST + R * 0.25, "resting potential + R I", ha="right", va="bottom")
above.plot([20 + TAU, 140 + TAU], [REST + 0.632 * 10, REST + 0.368 * 10], "o", color=ORANGE)
above.text(23 + TAU, REST + 5.4, "after one time constant: 63 %", color=ORANGE)
above.text(143 + TAU, REST + 3.9, "37 % left", color=ORANGE)
above.set(ylabel="membrane potential (mV)", ylim=(-66, -53), title="The membrane charges and discharges")
below.step(np.arange(240), current, where="post", color="black")
below.set(xlabel="time (ms)", ylabel="current (nA)")
plt.show()

# %%
# Three things to see:
#
# - The potential does not jump. It rises as :math:`R I\,(1 - e^{-t/\tau_m})`: fast at first, then ever more
#   slowly.
# - It ends at :math:`v_\mathrm{rest} + R I`. There all injected current leaks out and none is left for the
#   capacitor, so that the capacitance has no influence on this **steady state**.
# - After the step the difference from rest decays as :math:`e^{-t/\tau_m}`: 37 % are left after one time
#   constant, 14 % after two, 5 % after three.

# %%
# Exercise 1.1
# ------------
# What is the membrane time constant of a neuron with a capacitance of 0.5 nF and a resistance of 40 MΩ?
# Give it in ms.

answer = None
check("1.1", answer)

# %%
# Exercise 1.2
# ------------
# How long after the beginning of a step of current has the potential covered **90 %** of its way from rest
# to the steady state? Give the time in ms, for the same neuron. You can solve :math:`1 - e^{-t/\tau_m} =
# 0.9`, or find the first time in ``run.t`` at which ``run.v`` is beyond this level (``np.argmax(run.v >
# level)`` is the index of the first one); mind that the step begins at 20 ms.

answer = None
check("1.2", answer)

# %%
# Experiment 2: only the charge of a short pulse matters
# ------------------------------------------------------
# Three pulses bring the same charge :math:`Q = 1` pC (nA · ms = pC) to the membrane: 0.05 nA for 20 ms, 0.2
# nA for 5 ms, and 10 nA for 0.1 ms. A capacitor that nothing leaks from would jump by :math:`Q/C = 2` mV.

pulses = ((20.0, BLUE), (5.0, GREEN), (0.1, ORANGE))            # ms: duration
figure, axes = plt.subplots(figsize=(8, 3.5), layout="constrained")
for duration, colour in pulses:
    size = round(duration / 0.1)                                # steps of 0.1 ms
    pulse = np.zeros(800)
    pulse[100:100 + size] = 1.0 / duration                      # nA
    answer_to_pulse = simulate(membrane, pulse, 80.0)
    axes.plot(answer_to_pulse.t - 10.0, answer_to_pulse.v - REST, color=colour,
              label=f"{1.0 / duration:g} nA for {duration:g} ms")
t = np.arange(0.0, 70.0)
axes.plot(t, 2.0 * np.exp(-t / TAU), ":", color="black", label="(Q/C) exp(-t/τ)")
axes.set(xlabel="time since the beginning of the pulse (ms)", ylabel="change of the potential (mV)",
         title="Three pulses of 1 pC")
axes.legend()
plt.show()

# %%
# The shorter the pulse, the closer the answer comes to a jump of :math:`Q/C` that decays with the time
# constant. During a pulse that is much shorter than :math:`\tau_m` nothing has time to leak. The long pulse
# loses charge while it lasts, and its peak is lower. A synapse, too, delivers a short pulse of current; for
# most purposes its charge is all that counts.
#
# The equation is **linear**: the response to two pulses is the sum of the responses to each. The response
# to a pulse at time 0 is therefore all there is to know, and the response to any current is a weighted sum
# of many such responses:
#
# .. math::
#
#    v(t) = v_\mathrm{rest} + \frac{1}{C} \int_0^\infty e^{-s/\tau_m}\, I(t - s)\, ds

# %%
# Exercise 1.3
# ------------
# A rectangular pulse of 1 nA begins at :math:`t = 0` and ends at :math:`t = 10` ms. Write a function that
# returns the **change** of the potential from rest, in mV, at the times ``t``, an array in ms, for the
# neuron above. While the pulse lasts, the formula of experiment 1 holds; afterwards what was reached at its
# end decays. ``np.where(t < 10, a, b)`` chooses between two formulas. As it stands, the function answers
# with the steady state.


def response(t):
    return 40.0 * np.ones_like(t)


answer = None                               # put response here, the function itself, once it is ready
check("1.3", answer)

# %%
# Experiment 3: the membrane is a low-pass filter
# -----------------------------------------------
# What does the membrane make of a current that oscillates? The amplitude of the current is the same at all
# frequencies, 0.25 nA. A slow oscillation gives the potential time to follow, up to :math:`R I = 10` mV. A
# fast one is over before the capacitor has charged. For an amplitude :math:`A_I` of the current, the theory
# of linear circuits gives the amplitude of the potential:
#
# .. math::
#
#    A_v = \frac{R A_I}{\sqrt{1 + (2 \pi f \tau_m)^2}}

frequencies = np.array([1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0])        # Hz
t = np.arange(0.0, 2000.0, 0.1)                                              # ms
amplitudes = []
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.5), layout="constrained")
for frequency in frequencies:
    current = 0.25 * np.sin(2.0 * np.pi * frequency * t / 1000.0)           # nA; 1000 ms are one second
    oscillation = simulate(membrane, current, 2000.0)
    settled = oscillation.t > 1000.0
    amplitudes.append(np.ptp(oscillation.v[settled]) / 2.0)
    if frequency in (2.0, 10.0, 50.0):
        colour = {2.0: BLUE, 10.0: GREEN, 50.0: ORANGE}[frequency]
        left.plot(oscillation.t[settled] - 1000.0, oscillation.v[settled] - REST, color=colour,
                  label=f"{frequency:g} Hz")
left.set(xlim=(0, 500), ylim=(-11, 15), xlabel="time (ms)", ylabel="change of the potential (mV)",
         title="Three currents of one amplitude")
left.legend(ncols=3, loc="upper center")
f = np.geomspace(1.0, 200.0)
right.loglog(f, 1.0 / np.sqrt(1.0 + (2.0 * np.pi * f * TAU / 1000.0)**2), color="0.6", label="theory")
right.loglog(frequencies, np.array(amplitudes) / 10.0, "o", color="black", label="simulation")
right.set(xlabel="frequency (Hz)", ylabel="amplitude of v / (R · amplitude of I)", title="A low-pass filter")
right.legend()
plt.show()

# %%
# Exercise 1.4
# ------------
# The **cut-off frequency** is the one at which the amplitude has fallen to :math:`1/\sqrt{2}`, 71 % of what
# it is for a constant current. What is it in Hz, for the neuron above? Mind that :math:`\tau_m` is in ms.

answer = None
check("1.4", answer)

# %%
# What to remember
# ----------------
# - The passive membrane is a capacitor and a resistor; its time constant is :math:`\tau_m = R C`.
# - A constant current moves the potential to :math:`v_\mathrm{rest} + R I`; a short pulse of charge
#   :math:`Q` moves it by :math:`Q/C`.
# - The membrane is a linear low-pass filter: it follows slow currents and averages fast ones.
#
# Lesson 2 adds the threshold.
