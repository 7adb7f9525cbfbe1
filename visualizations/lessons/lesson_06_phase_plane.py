r"""
Lesson 6: The phase plane, and neurons of type I and II
=======================================================

*Neuronal Dynamics*, sections 4.1 to 4.4. 45 minutes.

The four variables of the Hodgkin–Huxley neuron cannot be drawn on a sheet of paper. Two can. If one assumes
that :math:`m` follows the potential at once, and that :math:`h` and :math:`n` move together, two equations
remain: a fast one for the potential and a slow one for the **recovery**, all that ends a spike. FitzHugh
and Nagumo wrote down the simplest such pair:

.. math::

   \frac{du}{dt} = u (1 - u^2) - w + I, \qquad \frac{dw}{dt} = \varepsilon (u - w/2 + 1)

The potential :math:`u`, the recovery :math:`w` and the time are without units here, and :math:`\varepsilon
= 0.1` makes :math:`w` slow.

A state of the neuron is a point in the plane of :math:`u` and :math:`w`, and the equations say in which
direction it moves from each point. Everything that the neuron can do is in this one picture.
"""

# %%
# Nullclines and fixed points
# ---------------------------
# ``Equations`` makes a neuron from the text of its equations, and ``phase_plane`` draws: the two
# **nullclines**, on which one of the variables stands still; arrows that show the direction of movement;
# the **fixed points**, where both stand still; and a trajectory that begins at the values in ``initial``.

import matplotlib.pyplot as plt
import numpy as np

from spikingnn import Equations, Network, NeuronGroup, SpikeMonitor, StateMonitor, simulate
from spikingnn.lessons import check
from spikingnn.plotting import BLUE, GREEN, ORANGE

FITZHUGH_NAGUMO = """du/dt = u*(1 - u**2) - w + I
                     dw/dt = epsilon*(u - 0.5*w + 1)"""
neuron = Equations(FITZHUGH_NAGUMO, epsilon=0.1, initial={"u": 0.4, "w": 0.0})

figure, panels = plt.subplots(1, 2, figsize=(10, 4.2), layout="constrained")
for axes, current in zip(panels, (0.0, 2.0)):
    point, = neuron.phase_plane(axes, "u", "w", current, x_range=(-1.8, 1.8), y_range=(-1.0, 4.0))
    axes.set_title(f"I = {current:g}: {point.kind} at u = {point['u']:.2f}")
panels[0].legend(loc="upper right", framealpha=1.0)
plt.show()

# %%
# Left, without current: the two nullclines cross at a stable point, at rest. The trajectory begins a little
# to the right of it, beyond the middle branch of the cubic nullcline, and makes a large detour: first to
# the right along the arrows, quickly, because :math:`u` is fast; up along the right branch, slowly; back to
# the left; and down again to rest. This is a spike.
#
# Right, with a current of 2: the current lifts the cubic nullcline, the crossing now lies on its middle
# branch, and it is unstable. The trajectory goes round and round on a **limit cycle**: the neuron fires
# repetitively.

# %%
# Exercise 6.1
# ------------
# At which :math:`u` is the fixed point for a current of **0.5**? On the nullcline of :math:`w` one has
# :math:`w = 2u + 2`. Put it into the other equation and find the root (``np.roots``), or ask
# ``neuron.fixed_points(0.5)``. Give :math:`u` to three digits.

answer = None
check("6.1", answer)

# %%
# Experiment 1: when does the resting point lose its stability?
# -------------------------------------------------------------
# Near a fixed point the equations are linear, with the matrix of the derivatives (Jacobian)
#
# .. math::
#
#    J = \begin{pmatrix} 1 - 3u^2 & -1 \\ \varepsilon & -\varepsilon/2 \end{pmatrix}
#
# A small deviation decays if both eigenvalues have a negative real part. For a matrix of two by two this
# means: its determinant is positive and its trace, the sum of the diagonal, is negative. Here the
# determinant is positive everywhere on the branch that matters, and the trace decides. We follow the point
# with the current, and simulate a whole group of neurons beside it, to see the range over which :math:`u`
# swings.

currents = np.linspace(0.0, 4.0, 81)
model = Equations(FITZHUGH_NAGUMO, epsilon=0.1)
points = [model.fixed_points(current)[0] for current in currents]
largest = [max(value.real for value in point.eigenvalues) for point in points]

group = NeuronGroup(len(currents), model)
u = StateMonitor(group, "u")
Network(group, u, dt=0.1).run(400.0, inputs={group: currents})
late = u.t > 200.0

figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.8), layout="constrained")
left.plot(currents, largest, color=BLUE)
left.axhline(0.0, color="0.6", linewidth=1)
left.set(xlabel="current I", ylabel="largest real part of the eigenvalues", title="Above zero: unstable")
right.fill_between(currents, u.values[late].min(axis=0), u.values[late].max(axis=0), color=ORANGE, alpha=0.3,
                   label="range of u after a long time")
right.plot(currents, [point["u"] for point in points], color="black", label="fixed point")
right.set(xlabel="current I", ylabel="potential u", title="Oscillation where the point is unstable")
right.legend(loc="lower right")
plt.show()

# %%
# The neuron is silent for weak currents, oscillates for intermediate ones, and is silent again,
# depolarised, for strong ones. Where the oscillation begins it has its full size and its full frequency at
# once.

# %%
# Exercise 6.2
# ------------
# At which current does the resting point lose its stability? Set the trace of :math:`J` to zero to find
# :math:`u` (the negative root), and compute the current from the first equation with :math:`w = 2u + 2`.
# Give it to within 1 %.

answer = None
check("6.2", answer)

# %%
# Experiment 2: two ways to begin
# -------------------------------
# The Morris–Lecar neuron has two variables, too, but with units and with channels: a fast calcium current
# and a slow potassium current with the gating variable :math:`n`. With two sets of parameters it becomes
# two different neurons.

MORRIS_LECAR = """
    dv/dt = (I - g_Ca*m_inf*(v - v_Ca) - g_K*n*(v - v_K) - g_L*(v - v_L))/C : mV
    dn/dt = phi*(n_inf - n)*cosh((v - v_3)/(2*v_4)) : 1
    m_inf = 0.5*(1 + tanh((v - v_1)/v_2)) : 1
    n_inf = 0.5*(1 + tanh((v - v_3)/v_4)) : 1"""
SHARED = dict(threshold="v > 0", initial="rest", C=20.0, g_K=8.0, g_L=2.0, v_Ca=120.0, v_K=-84.0, v_L=-60.0,
              v_1=-1.2, v_2=18.0)
first = Equations(MORRIS_LECAR, phi=0.067, g_Ca=4.0, v_3=12.0, v_4=17.4, **SHARED)
second = Equations(MORRIS_LECAR, phi=0.04, g_Ca=4.4, v_3=2.0, v_4=30.0, **SHARED)


def firing_rates(model, currents, duration=4000.0, skipped=1000.0):
    """Spikes per second under each current in nA, after the first second."""
    group = NeuronGroup(len(currents), model)
    spikes = SpikeMonitor(group)
    Network(group, spikes, dt=0.1).run(duration, inputs={group: currents})
    late = spikes.i[spikes.t >= skipped]
    return np.bincount(late, minlength=len(currents)) / (duration - skipped) * 1000.0


figure, panels = plt.subplots(1, 2, sharey=True, figsize=(9, 3.6), layout="constrained")
for axes, model, currents, name in ((panels[0], first, np.linspace(36.0, 50.0, 57), "first"),
                                    (panels[1], second, np.linspace(80.0, 110.0, 61), "second")):
    axes.plot(currents, firing_rates(model, currents), ".", color=BLUE)
    axes.set(xlabel="current (nA)", title=f"The {name} neuron")
panels[0].set_ylabel("firing rate (Hz)")
plt.show()

# %%
# The first neuron can fire as slowly as one likes: its f–I curve is continuous. This is **type I**. The
# second jumps from silence to 9 Hz: **type II**, as the Hodgkin–Huxley neuron of lesson 5 and that of
# FitzHugh and Nagumo. The phase planes show why:

figure, panels = plt.subplots(1, 2, figsize=(10, 4.2), layout="constrained")
for axes, model, current, name in ((panels[0], first, 20.0, "first"), (panels[1], second, 80.0, "second")):
    points = model.phase_plane(axes, "v", "n", current, x_range=(-70.0, 50.0), y_range=(-0.05, 0.9))
    axes.set_title(f"The {name} neuron at {current:g} nA: {len(points)} fixed point{'s' * (len(points) > 1)}")
    axes.legend(loc="upper left", framealpha=1.0)
    print(f"{name}: " + ", ".join(f"{point.kind} at {point['v']:.1f} mV" for point in points))
plt.show()

# %%
# - **Type I.** There are three fixed points: rest, a saddle, and an unstable one. With more current the
#   nullclines come apart: rest and saddle meet and vanish together, a **saddle-node bifurcation**. Just
#   beyond it the trajectory has to pass the place where they were, and there it moves very slowly: the
#   interval between spikes becomes as long as one likes, as :math:`1/\sqrt{I - I_c}`.
# - **Type II.** There is one fixed point, which stays and becomes unstable: a **Hopf bifurcation**, as in
#   experiment 1. The trajectory turns around it at a frequency that is given by the eigenvalues, and that
#   is not zero.

# %%
# Exercise 6.3
# ------------
# At which current, in nA, do rest and saddle of the **first** neuron vanish?
# ``len(first.fixed_points(current))`` counts the fixed points. Give it to within 0.2 nA.

answer = None
check("6.3", answer)

# %%
# Exercise 6.4
# ------------
# A neuron of type I fires at some rate when the current is 0.1 nA beyond the critical one, :math:`I_c`. By
# which **factor** is the rate larger at 0.4 nA beyond it? Use the law above, or measure it with
# ``firing_rates`` (with a long duration, 20,000 ms, as the rates are low).

answer = None
check("6.4", answer)

# %%
# Experiment 3: the voltage near the onset
# ----------------------------------------
# The same difference in time: a little beyond the onset, the first neuron waits long near the place where
# rest and saddle were, and then fires a full spike; the second swings around its unstable point.

figure, panels = plt.subplots(2, sharex=True, figsize=(8, 4.4), layout="constrained")
for axes, model, current, colour, name in ((panels[0], first, 40.2, BLUE, "type I"),
                                           (panels[1], second, 90.0, GREEN, "type II")):
    run = simulate(model, current, 1500.0)
    axes.plot(run.t, run.v, color=colour)
    axes.set_title(f"{name}: {current:g} nA", loc="left")
panels[1].set_xlabel("time (ms)")
figure.supylabel("membrane potential (mV)")
plt.show()

# %%
# What to remember
# ----------------
# - In the phase plane a spike is a detour around the nullclines, and repetitive firing a limit cycle.
# - A fixed point of two variables is stable if the trace of its Jacobian is negative and its determinant
#   positive.
# - Type I: saddle-node, rates from zero on. Type II: Hopf, rates from a finite value on.
