r"""
Lesson 4: The passive cable
===========================

*Neuronal Dynamics*, section 3.2. 45 minutes.

Until now the neuron was a point: all of its membrane had one potential. But most synapses lie on
**dendrites**, thin tubes of up to some millimetres. What arrives at the cell body of the current that flows
in at a distant synapse?

Think of the dendrite as a row of short pieces, **compartments**. Each is an RC circuit as in lesson 1, and
neighbours are connected by the resistance of the salt water inside the tube. For pieces of vanishing length
this is the **cable equation**

.. math::

   \tau_m \frac{\partial v}{\partial t} = \lambda^2 \frac{\partial^2 v}{\partial x^2} - v + r_m\, i(x, t),
   \qquad \lambda = \sqrt{\frac{r_m}{r_a}}

where :math:`v` is the difference from rest, :math:`r_m` (MΩ mm) the resistance of the membrane of one mm of
cable, :math:`r_a` (MΩ/mm) the resistance along one mm inside, and :math:`i` (nA/mm) the injected current
per length. The **length constant** :math:`\lambda` says how far a signal gets.

In this lesson you build such a dendrite from compartments that are coupled by **gap junctions**, electrical
synapses that conduct in proportion to the difference of the potentials. You will compare it with the
solutions of the equation.
"""

# %%
# A dendrite of 40 compartments
# -----------------------------
# The two resistances follow from the geometry. The membrane of a cylinder of diameter :math:`d` has the
# area :math:`\pi d` per length, and its cross-section is :math:`\pi d^2/4`:
#
# .. math::
#
#    r_m = \frac{R_m}{\pi d}, \qquad r_a = \frac{R_a}{\pi d^2/4}
#
# with :math:`R_m = 1.25` MΩ mm² for the membrane and :math:`R_a = 0.0005` MΩ mm (50 Ω cm) for the inside.
# The ends are sealed: no current leaves there.

import matplotlib.pyplot as plt
import numpy as np

from spikingnn import FirstOrderLIF, GapJunction, LIFGroup, Network, StateMonitor, SynapseGroup
from spikingnn.lessons import check
from spikingnn.plotting import BLUE, COLOURS, GREEN, ORANGE

R_M, R_A, TAU = 1.25, 0.0005, 10.0                              # MΩ mm², MΩ mm, ms
DIAMETER = 0.002                                                # mm
r_m, r_a = R_M / (np.pi * DIAMETER), R_A / (np.pi * DIAMETER**2 / 4.0)          # MΩ mm, MΩ/mm
LAMBDA = np.sqrt(r_m / r_a)                                     # mm
print(f"r_m = {r_m:.0f} MΩ mm, r_a = {r_a:.0f} MΩ/mm, length constant {LAMBDA:.2f} mm")


def inject(current, duration, length=4.0, dx=0.1):
    """Inject a current in nA at the left end; return places in mm, times in ms, and potentials in mV."""
    n = round(length / dx)
    compartments = FirstOrderLIF(tau_m=TAU, resistance=r_m / dx, v_rest=0.0, v_threshold=1e6, v_reset=0.0)
    dendrite = LIFGroup(n, compartments)
    neighbours = np.eye(n, k=1) + np.eye(n, k=-1)               # each compartment and the next one, both ways
    junctions = SynapseGroup(dendrite, dendrite, neighbours / (r_a * dx), GapJunction())        # µS
    v = StateMonitor(dendrite, "v", every=0.1)
    at_left_end = np.arange(n) == 0
    Network(dendrite, junctions, v, dt=0.002).run(
        duration, inputs={dendrite: np.outer(np.atleast_1d(current), at_left_end)})
    return (np.arange(n) + 0.5) * dx, v.t, v.values


# %%
# The time step is short, 0.002 ms: neighbouring compartments exchange their charge within some hundredths
# of a ms, and a simulation has to follow that.

# %%
# Experiment 1: a constant current at one end
# -------------------------------------------
# 0.1 nA at the left end, held. How does the potential spread along 4 mm of dendrite? In the steady state
# the time derivative vanishes, and for a very long cable the solution is an exponential:
#
# .. math::
#
#    v(x) = R_\infty I\, e^{-x/\lambda}, \qquad R_\infty = \sqrt{r_m r_a}
#
# :math:`R_\infty` is the **input resistance** of a long cable at its end.

x, t, v = inject(0.1, 60.0)
figure, axes = plt.subplots(figsize=(8, 4), layout="constrained")
for time, colour in ((1.0, COLOURS[5]), (3.0, BLUE), (10.0, GREEN), (60.0, ORANGE)):
    axes.plot(x, v[np.argmin(abs(t - time))], color=colour, label=f"after {time:g} ms")
axes.plot(x, np.sqrt(r_m * r_a) * 0.1 * np.exp(-x / LAMBDA), ":", color="black",
          label="theory, very long cable")
axes.axvline(LAMBDA, color="0.7", linestyle="--", linewidth=1)
axes.text(LAMBDA + 0.05, 15.5, "length constant: 37 % are left")
axes.set(xlabel="distance from the electrode (mm)", ylabel="potential above rest (mV)",
         title="A constant current at the left end")
axes.legend(loc="center right")
plt.show()

# %%
# The potential near the electrode settles first, the distant parts follow. After 60 ms, six time constants,
# simulation and theory agree, up to a small rise at the right end: the real cable is sealed there, while
# the formula holds for one that goes on for ever.

# %%
# Exercise 4.1
# ------------
# What is the length constant, in mm, of a dendrite that is **twice as thick**: 4 µm instead of 2 µm, with
# the same materials? Think before you compute: does the factor come from the membrane or from the inside?

answer = None
check("4.1", answer)

# %%
# Exercise 4.2
# ------------
# What is the input resistance, in MΩ, at the end of a very long dendrite of 2 µm diameter? Compute it, or
# measure it: the potential at the electrode in the steady state, divided by the current. (The potential of
# the first compartment is that at 0.05 mm; the theory is for the very end.)

answer = None
check("4.2", answer)

# %%
# Exercise 4.3
# ------------
# How far from the electrode, in mm, has the steady potential in a very long dendrite of 2 µm diameter
# fallen to **10 %** of its value at the electrode?

answer = None
check("4.3", answer)

# %%
# Experiment 2: a pulse travels, and widens
# -----------------------------------------
# A synapse gives a short pulse. 1 nA for 1 ms at the left end, and the potential at four places. The dotted
# lines are the response of a very long cable to a charge :math:`Q` that is delivered at once, at its end:
#
# .. math::
#
#    v(x, t) = \frac{Q\, r_m}{\lambda\, \tau_m} \frac{1}{\sqrt{\pi t/\tau_m}}
#    \exp\left(-\frac{t}{\tau_m} - \frac{x^2 \tau_m}{4 \lambda^2 t}\right)

pulse = np.repeat([1.0, 0.0], [1, 39])                          # nA, one value per ms
x, t, v = inject(pulse, 40.0)
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.8), layout="constrained")
for place, colour in ((0.05, COLOURS[5]), (0.55, BLUE), (1.05, GREEN), (2.05, ORANGE)):
    trace = v[:, np.argmin(abs(x - place))]
    left.plot(t, trace, color=colour, label=f"{place:.2g} mm")
    right.plot(t, trace / trace.max(), color=colour)
    late = t > 0.6
    since = (t[late] - 0.5) / TAU                               # time constants since the middle of the pulse
    theory = 1.0 * r_m / (LAMBDA * TAU) / np.sqrt(np.pi * since) * np.exp(
        -since - (place / LAMBDA)**2 / (4.0 * since))
    if place > 0.5:
        left.plot(t[late], theory, ":", color="black")
left.set(xlim=(0, 25), xlabel="time (ms)", ylabel="potential above rest (mV)", title="Smaller with distance")
left.legend(title="distance")
right.set(xlim=(0, 25), xlabel="time (ms)", ylabel="potential / its maximum",
          title="Later and wider with distance")
plt.show()

# %%
# Two millimetres away the peak comes nearly 7 ms later and is almost thirty times smaller. Fast signals are
# attenuated more than constant ones, because the membrane between acts as the low-pass filter of lesson 1,
# again and again. A synapse far out on a dendrite therefore contributes a small and slow potential at the
# cell body; real neurons compensate with stronger distant synapses and with active ion channels in their
# dendrites.

# %%
# Experiment 3: a short cable
# ---------------------------
# Dendrites end. Where a sealed end is near, the current cannot flow on, and the potential there is higher
# than in a long cable.

figure, axes = plt.subplots(figsize=(8, 3.8), layout="constrained")
for length, colour in ((4.0, BLUE), (2.0, GREEN), (1.0, ORANGE)):
    x, t, v = inject(0.1, 60.0, length)
    axes.plot(x, v[-1], ".-", color=colour, label=f"{length:g} mm long")
axes.set(xlabel="distance from the electrode (mm)", ylabel="steady potential above rest (mV)", ylim=(0, None),
         title="0.1 nA into dendrites of three lengths")
axes.legend()
plt.show()

# %%
# Exercise 4.4
# ------------
# Solve it on paper: the steady state obeys :math:`\lambda^2 v'' = v`, and at the sealed end :math:`x = L`
# the slope is zero, :math:`v'(L) = 0`. Of the two exponentials :math:`e^{x/\lambda}` and
# :math:`e^{-x/\lambda}` one can form :math:`\cosh((L - x)/\lambda)`, whose slope vanishes at :math:`L`.
# Write a function that returns the potential at the distances ``x`` (an array in mm) **relative to its
# value at x = 0**, for a dendrite of 2 µm diameter that is **1 mm** long.


def profile(x):
    return np.ones_like(x)


answer = None                               # put profile here, the function itself, once it is ready
check("4.4", answer)

# %%
# What to remember
# ----------------
# - The length constant :math:`\lambda = \sqrt{r_m/r_a}` is of the order of a millimetre; it grows with the
#   square root of the diameter.
# - Constant signals decay as :math:`e^{-x/\lambda}` in a long cable; short pulses are attenuated much more,
#   delayed and widened.
# - A compartment model is a row of RC circuits; where compartments are short compared with :math:`\lambda`,
#   it agrees with the cable equation.
