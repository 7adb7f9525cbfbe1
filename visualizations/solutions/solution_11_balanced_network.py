r"""
Solution of lesson 11: Balanced networks and their states
=========================================================
"""

# %%
# Exercise 11.1
# -------------
# The population rate is low most of the time and has a high peak every few tens of ms.

import numpy as np

from spikingnn import (DeltaSynapse, FirstOrderLIF, FixedInDegree, Network, NeuronGroup, RateMonitor,
                       SynapseGroup)
from spikingnn.analysis import power_spectrum
from spikingnn.lessons import check
from spikingnn.lessons.lesson_11 import unknown_state

t, neuron = unknown_state()
rate = np.histogram(t, np.arange(100.0, 350.5, 0.5))[0] / 6000 / 0.0005      # Hz
print(f"median {np.median(rate):.1f} Hz, mean {rate.mean():.1f} Hz, largest {rate.max():.0f} Hz")
check("11.1", "slow")

# %%
# Exercise 11.2
# -------------
# :math:`\nu = \frac{(\eta - 1)\,\theta}{C_E J \tau_m\,(g/4 - 1)}`. Here :math:`C_E J \tau_m = 200 \cdot 0.4`
# mV · 20 ms = 1.6 mV s. The estimate is 20 mV / (1.6 mV s · 0.25) = 50 Hz; the simulation gives about 50 Hz.

check("11.2", 20.0 / (200 * 0.4 * 0.020 * 0.25))

# %%
# Exercise 11.3
# -------------
# At the border :math:`280 J = g \cdot 120 J`.

check("11.3", 280.0 / 120.0)

# %%
# Exercise 11.4
# -------------
# With twice the delay the oscillation is a little more than half as fast. A period takes about four delays,
# or somewhat less: the surge ends one delay after it began to rise, the silence one delay after the surge has
# ended, and the membrane smooths both.

model = FirstOrderLIF(20.0, 1.0, v_rest=0.0, v_threshold=20.0, v_reset=10.0, t_refractory=2.0,
                      noise=np.sqrt(0.4 * 80.0 / 2.0))
neurons = NeuronGroup(6000, model)
synapses = [SynapseGroup(source, neurons, FixedInDegree(k, weight), DeltaSynapse(), delay=3.0)
            for source, k, weight in ((neurons[:4800], 200, 0.4), (neurons[4800:], 50, -2.4))]
spikes = RateMonitor(neurons)
Network(neurons, synapses, spikes, dt=0.1, seed=1).run(400.0, inputs={neurons: 80.0})
frequency, power = power_spectrum(spikes.rate(0.5)[200:], dt=0.5, segment=100.0)
check("11.4", frequency[1:][power[1:].argmax()])
