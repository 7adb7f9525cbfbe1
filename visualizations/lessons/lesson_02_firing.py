r"""
Lesson 2: Threshold, refractoriness and firing rate
===================================================

*Neuronal Dynamics*, sections 1.1 and 1.3. 45 minutes.

The leaky integrate-and-fire neuron is the RC circuit of lesson 1 with three additions. When the membrane
potential reaches the **threshold** :math:`v_\mathrm{th}`, a spike is emitted; the potential is set to
:math:`v_\mathrm{reset}`; and it stays there for the **refractory period** :math:`t_\mathrm{ref}`:

.. math::

   \tau_m \frac{dv}{dt} = -(v - v_\mathrm{rest}) + R I, \qquad
   v \ge v_\mathrm{th} \; \Rightarrow \; \mathrm{spike},\; v \to v_\mathrm{reset}

The shape of a spike is always much the same, and the model leaves it out: only its time counts. How often
does such a neuron fire, and what does the rate depend on? You will measure its **f–I curve**, firing rate
against current, and derive it from the equation.
"""

# %%
# Experiment 1: the weakest current that fires the neuron
# -------------------------------------------------------
# Three neurons under three constant currents. One group of three neurons with one current each does it in a
# single run: a parameter or a current may be an array with one value per neuron.

import matplotlib.pyplot as plt
import numpy as np

from spikingnn import FirstOrderLIF, LIFGroup, Network, SpikeMonitor, StateMonitor
from spikingnn.lessons import check
from spikingnn.plotting import BLUE, COLOURS, GREEN, ORANGE

model = FirstOrderLIF(tau_m=20.0, resistance=10.0, v_rest=-65.0, v_threshold=-50.0, v_reset=-65.0,
                      t_refractory=2.0)                                         # ms, MΩ, mV, mV, mV, ms
currents = np.array([1.4, 1.6, 3.0])                                            # nA
neurons = LIFGroup(3, model)
v, spikes = StateMonitor(neurons, "v"), SpikeMonitor(neurons)
Network(neurons, v, spikes).run(200.0, inputs={neurons: currents})

figure, axes = plt.subplots(3, sharex=True, sharey=True, figsize=(8, 5), layout="constrained")
for k, train in enumerate(spikes.trains()):
    axes[k].plot(v.t, v.values[:, k], color=BLUE)
    axes[k].vlines(train, -50.0, -42.0, color=BLUE)                             # spikes, which it leaves out
    axes[k].axhline(model.v_threshold, color="0.6", linestyle="--")
    axes[k].set_title(f"{currents[k]:g} nA: {len(train)} spikes in 200 ms", loc="left")
axes[1].set_ylabel("membrane potential (mV)")
axes[2].set_xlabel("time (ms)")
plt.show()

# %%
# At 1.4 nA the potential settles below the threshold (dashed): :math:`v_\mathrm{rest} + R I = -51` mV. It
# would stay there for ever. A current fires the neuron if its steady state lies above the threshold. The
# smallest such current is the **rheobase**
#
# .. math::
#
#    I_\mathrm{rh} = \frac{v_\mathrm{th} - v_\mathrm{rest}}{R}

# %%
# Exercise 2.1
# ------------
# Another neuron, to which all exercises of this lesson refer, has :math:`\tau_m = 12` ms, :math:`R = 8` MΩ,
# :math:`v_\mathrm{rest} = v_\mathrm{reset} = -68` mV, :math:`v_\mathrm{th} = -52` mV and
# :math:`t_\mathrm{ref} = 3` ms. What is its rheobase, in nA?

answer = None
check("2.1", answer)

# %%
# Experiment 2: the f–I curve
# ---------------------------
# Under a constant current above the rheobase the neuron fires at equal intervals: every interval begins at
# the reset. From there the potential needs a time :math:`T` to the threshold. Its equation is solved by an
# exponential that approaches :math:`v_\mathrm{rest} + R I`, and the distance to this value shrinks by the
# factor :math:`e^{-T/\tau_m}`:
#
# .. math::
#
#    v_\mathrm{rest} + R I - v_\mathrm{th} = (v_\mathrm{rest} + R I - v_\mathrm{reset})\, e^{-T/\tau_m}
#
# Solved for :math:`T`, with the refractory period added, the firing rate is
#
# .. math::
#
#    f = \left[\, t_\mathrm{ref} + \tau_m
#    \ln \frac{v_\mathrm{rest} + R I - v_\mathrm{reset}}{v_\mathrm{rest} + R I - v_\mathrm{th}} \right]^{-1}
#
# The simulation measures it for 100 currents at once and for three refractory periods; the lines are the
# formula.

currents = np.linspace(0.0, 20.0, 100)                                          # nA
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 4), layout="constrained")
for t_refractory, colour in ((0.0, GREEN), (2.0, BLUE), (5.0, ORANGE)):
    neurons = LIFGroup(100, FirstOrderLIF(t_refractory=t_refractory))
    spikes = SpikeMonitor(neurons)
    Network(neurons, spikes, dt=0.02).run(2000.0, inputs={neurons: currents})
    measured = spikes.count() / 2.0                                             # Hz: spikes in two seconds
    above = currents > 1.5
    drive = 10.0 * currents[above]                                              # mV
    formula = 1000.0 / (t_refractory + 20.0 * np.log(drive / (drive - 15.0)))   # Hz
    for axes in (left, right):
        axes.plot(currents[~above], measured[~above], ".", color=colour)
        axes.plot(currents[above], measured[above], ".", color=colour)
        axes.plot(currents[above], formula, color=colour, label=f"refractory period {t_refractory:g} ms")
left.set(xlim=(0, 4), ylim=(-4, 130), xlabel="current (nA)", ylabel="firing rate (Hz)", title="Weak currents")
right.set(ylim=(-20, 640), xlabel="current (nA)", ylabel="firing rate (Hz)", title="Strong currents")
right.legend()
plt.show()

# %%
# Dots are simulated, lines are theory. Near the rheobase the three curves fall together: intervals are long
# and a few ms more do not matter. For strong currents the curve without refractoriness becomes a straight
# line, while the others bend: no neuron fires faster than :math:`1/t_\mathrm{ref}`, however strong the
# current.

# %%
# Exercise 2.2
# ------------
# At which rate, in Hz, does the neuron of exercise 2.1 fire under **3 nA**? Use the formula or a
# simulation.

answer = None
check("2.2", answer)

# %%
# Exercise 2.3
# ------------
# Write the f–I curve of this neuron as a function: for an array of currents in nA it returns the firing
# rates in Hz, and 0 where the neuron does not fire. (Start with ``f = np.zeros_like(current)`` and fill
# ``f[above]``, so that no logarithm of a negative number is needed.)


def firing_rate(current):
    f = np.zeros_like(current)
    return f


answer = None                               # put firing_rate here, the function itself, once it is ready
check("2.3", answer)

# %%
# Experiment 3: short pulses need more current
# --------------------------------------------
# The rheobase is enough only for a current that lasts. A pulse of duration :math:`d` lifts the potential to
# :math:`R I (1 - e^{-d/\tau_m})` above rest, so that it has to be stronger. We look for the weakest pulse
# of each duration by trying 400 strengths at once.

strengths = np.geomspace(1.4, 40.0, 400)                                        # nA
durations = np.array([1.0, 2.0, 5.0, 10.0, 20.0, 40.0, 80.0])                   # ms
weakest = []
for duration in durations:
    neurons = LIFGroup(400, model)
    spikes = SpikeMonitor(neurons)
    Network(neurons, spikes).run(duration, inputs={neurons: strengths})
    weakest.append(strengths[spikes.count() > 0].min())

figure, axes = plt.subplots(figsize=(7, 3.8), layout="constrained")
d = np.geomspace(0.8, 100.0)
axes.semilogx(d, 1.5 / (1.0 - np.exp(-d / 20.0)), color="0.6", label="rheobase / (1 - exp(-d/τ))")
axes.semilogx(durations, weakest, "o", color=BLUE, label="simulation")
axes.axhline(1.5, color=COLOURS[3], linestyle="--", label="rheobase")
axes.set(ylim=(0, 35), xlabel="duration of the pulse (ms)", ylabel="weakest current that fires (nA)",
         title="Strength–duration curve")
axes.legend()
plt.show()

# %%
# For short pulses the product of current and duration is constant: as in lesson 1, the charge is what
# counts, here :math:`C (v_\mathrm{th} - v_\mathrm{rest}) = 30` pC. Electrodes that stimulate nerves are
# described by two numbers of this curve, the rheobase and the **chronaxie**: the duration at which twice
# the rheobase is just enough.

# %%
# Exercise 2.4
# ------------
# What is the chronaxie of the neuron of exercise 2.1, in ms?

answer = None
check("2.4", answer)

# %%
# What to remember
# ----------------
# - A constant current fires the neuron if it is above the rheobase :math:`(v_\mathrm{th} -
#   v_\mathrm{rest})/R`.
# - The f–I curve starts there, steeply but without a jump, and ends at :math:`1/t_\mathrm{ref}`.
# - A pulse that is short compared with :math:`\tau_m` fires the neuron if its charge is large enough.
#
# In lesson 3 you use all this to find the parameters of a neuron that you do not know.
