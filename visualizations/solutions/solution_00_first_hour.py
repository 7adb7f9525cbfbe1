r"""
Solution of lesson 0: The first hour
====================================
"""

# %%
# Exercise 0.1
# ------------
# Twice the current gives more than twice the spikes, because part of the current only balances the leak.

from spikingnn import (DeltaSynapse, FirstOrderLIF, FixedProbability, LIFGroup, Network, SpikeMonitor,
                       SynapseGroup, simulate)
from spikingnn.analysis import rates
from spikingnn.lessons import check

check("0.1", len(simulate(FirstOrderLIF(), current=4.0, duration=200.0).spikes))

# %%
# Exercise 0.2
# ------------
# Halving the interval between a current that is too weak and one that is strong enough. The exact value is
# 1.5 nA: with a resistance of 10 MΩ it lifts the potential by 15 mV, from -65 mV to the threshold at -50
# mV.

weak, strong = 1.0, 2.0                                             # nA
while strong - weak > 0.01:
    middle = (weak + strong) / 2.0
    if len(simulate(FirstOrderLIF(), middle, 1000.0).spikes):
        strong = middle
    else:
        weak = middle
print(f"between {weak:.3f} and {strong:.3f} nA")
check("0.2", (weak + strong) / 2.0)

# %%
# Exercise 0.3
# ------------
# The rate falls: stronger inhibition answers to every increase of the activity and holds it down.

model = FirstOrderLIF(noise=4.0)                                    # mV
excitatory, inhibitory = LIFGroup(800, model), LIFGroup(200, model)
connections = []
for source, weight in ((excitatory, 0.1), (inhibitory, -1.0)):     # mV
    for target in (excitatory, inhibitory):
        connections.append(SynapseGroup(source, target, FixedProbability(0.1, weight),
                                        synapse=DeltaSynapse(), delay=1.5))
spikes = SpikeMonitor(excitatory)
network = Network(excitatory, inhibitory, connections, spikes, seed=1)
network.run(1000.0, inputs={excitatory: 1.4, inhibitory: 1.4})      # ms, nA
rate = rates(spikes.trains(), 1000.0).mean()
print(f"{rate:.1f} Hz")
check("0.3", rate)
