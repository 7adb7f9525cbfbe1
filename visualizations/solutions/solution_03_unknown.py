r"""
Solution of lesson 3: The hidden parameters of an unknown neuron
================================================================
"""

# %%
# Exercise 3.1
# ------------
# The mean of 2,000 samples; its error is :math:`0.3/\sqrt{2000}`, less than 0.01 mV.

import numpy as np

from spikingnn import FirstOrderLIF
from spikingnn.lessons import check
from spikingnn.lessons.unknown import unknown_neuron

v_rest = unknown_neuron(0.0, 200.0).v.mean()
print(f"resting potential: {v_rest:.2f} mV")
check("3.1", v_rest)

# %%
# Exercise 3.2
# ------------
# A negative current cannot fire the neuron and may be strong. After 200 ms the potential has settled.

strong = unknown_neuron(-1.0, 400.0)
resistance = (strong.v[strong.t > 200.0].mean() - v_rest) / -1.0
print(f"resistance: {resistance:.2f} MΩ")
check("3.2", resistance)

# %%
# Exercise 3.3
# ------------
# The slope of the logarithm in the first 30 ms after the step.

decay = unknown_neuron(np.repeat([-1.0, 0.0], [200, 200]), 400.0)
early = (decay.t > 200.0) & (decay.t < 230.0)
slope, _ = np.polyfit(decay.t[early], np.log(v_rest - decay.v[early]), 1)
tau_m = -1.0 / slope
print(f"time constant: {tau_m:.2f} ms")
check("3.3", tau_m)

# %%
# Exercise 3.4
# ------------
# The potential is at the reset for the refractory period. A recorded sample is the potential at the end of
# a step, so that the steps that begin in the 2 ms after each spike all show the reset; a period of 2 ms is
# certainly within it, which the figure of experiment 4 shows. A slow current brings the neuron gently to
# the threshold: the sample before the spike is close to it.

train = unknown_neuron(0.7, 2000.0)
after = np.concatenate([train.v[(train.t > t + 0.15) & (train.t < t + 2.0)] for t in train.spikes])
v_reset = after.mean()
before = [train.v[np.argmin(abs(train.t - t))] for t in train.spikes]
v_threshold = np.mean(before)
print(f"reset: {v_reset:.2f} mV, threshold: {v_threshold:.2f} mV")

# %%
# The refractory period follows from the interval at a strong current and the formula of lesson 2: it is
# what is left of the interval after the rise from reset to threshold.

intervals = np.diff(unknown_neuron(5.0, 500.0).spikes)
steady = v_rest + resistance * 5.0
rise = tau_m * np.log((steady - v_reset) / (steady - v_threshold))
t_refractory = intervals.mean() - rise
print(f"refractory period: {t_refractory:.2f} ms")

my_model = FirstOrderLIF(tau_m=tau_m, resistance=resistance, v_rest=v_rest, v_threshold=v_threshold,
                         v_reset=v_reset, t_refractory=round(t_refractory, 1))
check("3.4", my_model)
