r"""
Lesson 0: The first hour
========================

*Neuronal Dynamics*, chapter 1. 20 minutes.

You need Python 3.11 or newer and a terminal, and no knowledge of neuroscience. In twenty minutes of reading
and typing you will have built a network of a thousand spiking neurons and saved a picture of its activity.

Install spikingnn from its folder, and check the installation:

- ``pip install .``
- ``spikingnn doctor``

Then type the lines below into a file ``first.py`` and run it with ``python first.py``, or open this lesson
as a notebook: ``spikingnn lessons 0`` writes it. The first simulation on a machine compiles the engine,
which takes up to a minute; later ones start at once.
"""

# %%
# One neuron
# ----------
# A neuron keeps a voltage between its inside and its outside, the **membrane potential**, of about -65 mV
# at rest. Current that flows into it raises the potential. When the potential reaches a threshold, the
# neuron fires a **spike**, a short pulse that it sends to other neurons, and the potential falls back.
# ``FirstOrderLIF``, the leaky integrate-and-fire neuron, does just that. A current of 2 nA for 200 ms:

import matplotlib.pyplot as plt
import numpy as np

from spikingnn import (DeltaSynapse, FirstOrderLIF, FixedProbability, LIFGroup, Network, SpikeMonitor,
                       SynapseGroup, simulate)
from spikingnn.analysis import rates
from spikingnn.lessons import check
from spikingnn.plotting import BLUE, ORANGE, raster

run = simulate(FirstOrderLIF(), current=2.0, duration=200.0)        # nA, ms
print(len(run.spikes), "spikes, at", run.spikes, "ms")

# %%
# ``run.t`` are the times, ``run.v`` the potentials, ``run.spikes`` the times of the spikes. A picture:

plt.figure(figsize=(8, 3), layout="constrained")
plt.plot(run.t, run.v, color=BLUE)
plt.axhline(-50.0, color="0.6", linestyle="--")
plt.text(201, -50.0, "threshold", va="bottom", ha="right", color="0.4")
plt.plot(run.spikes, np.full(len(run.spikes), -48.0), "v", color=ORANGE)
plt.xlabel("time (ms)")
plt.ylabel("membrane potential (mV)")
plt.title("The potential rises to the threshold and is reset; triangles mark the spikes")
plt.savefig("neuron.png")
plt.show()

# %%
# Everything in spikingnn is in ms, mV, nA and MΩ. The parameters of the neuron are fields of the model:
# ``FirstOrderLIF(tau_m=10.0)`` is a faster one, and ``help(FirstOrderLIF)`` lists them all.

# %%
# Exercise 0.1
# ------------
# How many spikes does the same neuron fire in 200 ms under a current of **4 nA**? Change the line above,
# run it, and put the number here in place of ``None``.

answer = None
check("0.1", answer)

# %%
# Exercise 0.2
# ------------
# A neuron with weak input never fires. What is the **smallest** current, in nA, that makes this neuron
# fire? Try some values between 1 and 2 nA with a duration of 1000 ms, until you know it to within 0.02 nA.

answer = None
check("0.2", answer)

# %%
# A network
# ---------
# Neurons in the brain live among thousands of others. Some **excite** the neurons that they are connected
# to, others **inhibit** them. A network is built from three kinds of parts:
#
# - **populations**: ``LIFGroup(800, model)`` is 800 neurons of one model;
# - **connections**: ``SynapseGroup(source, target, …)``. Here each neuron of the source is connected to
#   each neuron of the target with a probability of 0.1, and a spike changes the potential of the target by
#   ``weight`` mV after a ``delay``;
# - **monitors**: ``SpikeMonitor(group)`` records who spikes when.
#
# 800 excitatory and 200 inhibitory neurons, with some noise each (4 mV), so that they do not all do the
# same:

model = FirstOrderLIF(noise=4.0)                                    # mV
excitatory, inhibitory = LIFGroup(800, model), LIFGroup(200, model)

connections = []
for source, weight in ((excitatory, 0.1), (inhibitory, -0.5)):     # mV
    for target in (excitatory, inhibitory):
        connections.append(SynapseGroup(source, target, FixedProbability(0.1, weight),
                                        synapse=DeltaSynapse(), delay=1.5))
spikes = SpikeMonitor(excitatory)

# %%
# ``Network`` takes all parts, and ``run`` lets time pass. The seed sets all random numbers: the same seed
# gives the same spikes. Every neuron gets 1.4 nA, a little less than it needs to fire; the noise does the
# rest.

network = Network(excitatory, inhibitory, connections, spikes, seed=1)
network.run(1000.0, inputs={excitatory: 1.4, inhibitory: 1.4})      # ms, nA
print(f"{rates(spikes.trains(), 1000.0).mean():.1f} spikes per second and neuron")

# %%
# A **raster plot** shows every spike as a dot: time from left to right, one row per neuron. And it is
# saved:

figure, axes = plt.subplots(figsize=(8, 4), layout="constrained")
raster(axes, spikes, size=4.0)
axes.set(xlim=(0, 400), title="Spikes of the excitatory neurons in the first 400 ms")
figure.savefig("raster.png")
plt.show()

# %%
# Exercise 0.3
# ------------
# Make the network your own. Build it again with inhibitory weights of **-1 mV** in place of -0.5 mV (all
# cells from ``model`` on must run again, because a network keeps its parts), with the same seed and
# currents, for 1000 ms. What is the mean firing rate of the excitatory neurons now, in Hz? Inhibition is
# stronger; what do you expect?

answer = None
check("0.3", answer)

# %%
# Where to go from here
# ---------------------
# You have a raster of your own network in ``raster.png``. Change the probability of a connection, the
# noise, or the current, and look at it again. Lesson 1 begins with the neuron: why does its potential rise
# the way it does? The lessons are in the order of a course, but those on networks (10 and following) can be
# read after lesson 2.
