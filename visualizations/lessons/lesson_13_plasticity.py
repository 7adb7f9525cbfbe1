r"""
Lesson 13: Plasticity and learning without labels
=================================================

*Neuronal Dynamics*, sections 19.1–19.3. 45 minutes.

Synapses change. In 1949 Donald Hebb proposed when: if a neuron repeatedly takes part in firing another one,
the synapse between them becomes stronger. In short, neurons that fire together wire together. Such a rule is
**local**: a synapse needs to know only the activity of its own two neurons. No teacher says what is right,
and still there is something to be learned, namely the structure of the input. That is **unsupervised
learning**.

This lesson goes from rates to spikes: Hebb's rule and Oja's cure for its instability, a neuron that chooses
one of two stimuli (BCM), the time window of spike-timing-dependent plasticity (STDP), and a network that
learns the shapes of handwritten digits.
"""

# %%
# Hebb's rule and Oja's rule
# --------------------------
# A linear neuron receives two inputs :math:`x = (x_1, x_2)`, which may be rates above and below a mean, and
# answers with :math:`y = w_1 x_1 + w_2 x_2`. Hebb's rule says :math:`\Delta w = \eta\, x\, y`, with a small
# learning rate :math:`\eta`. A strong synapse makes :math:`y` larger, and that makes the synapse stronger
# still: the weights grow without bound. Erkki Oja (1982) added a decay:
#
# .. math::
#
#    \Delta w = \eta\, y\, (x - y\, w)
#
# The decay keeps the vector :math:`w` at length 1, and what remains to be learned is its direction.

import matplotlib.pyplot as plt
import numpy as np

from spikingnn import (BCM, STDP, DeltaSynapse, InputGroup, LIFGroup, Network, PoissonEncoder, SpikeMonitor,
                       SpikeSource, STDPClassifier, SynapseGroup, WeightMonitor)
from spikingnn.datasets import mnist_sample
from spikingnn.lessons import check
from spikingnn.plotting import BLUE, ORANGE, plot_receptive_fields

# %%
# Experiment 1: a cloud of points
# -------------------------------
# 2,000 inputs, correlated with each other. The rules are a loop of three lines.

rng = np.random.default_rng(1)
cloud = rng.multivariate_normal([0.0, 0.0], [[1.0, 0.7], [0.7, 1.0]], size=2000)


def learn(cloud, decay, eta=0.005):
    w, path = np.array([0.6, -0.5]), []
    for x in cloud:
        y = w @ x
        w = w + eta * y * (x - decay * y * w)
        path.append(w)
    return np.array(path)


oja, hebb = learn(cloud, decay=1.0), learn(cloud, decay=0.0)
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.8), layout="constrained")
left.plot(*cloud.T, ".", color="0.8", markersize=3, label="inputs x")
left.plot(*oja.T, color=BLUE, label="w under Oja's rule")
left.plot(*oja[-1], "o", color=BLUE)
left.plot(*hebb[:600].T, color=ORANGE, label="w under Hebb's rule")
left.set(xlabel="x₁, w₁", ylabel="x₂, w₂", xlim=(-3, 3), ylim=(-3, 3), aspect="equal",
         title="Inputs and weights")
left.legend(loc="lower right", fontsize=8)
right.semilogy(np.linalg.norm(hebb, axis=1), color=ORANGE, label="Hebb")
right.semilogy(np.linalg.norm(oja, axis=1), color=BLUE, label="Oja")
right.set(xlabel="number of inputs seen", ylabel="length of w", title="Length of the weight vector")
right.legend()
plt.show()

# %%
# Both rules turn :math:`w` into the direction in which the cloud is longest, the **first principal
# component**, which is the eigenvector of the largest eigenvalue of the covariance matrix. Hebb's weights
# explode, Oja's stay at length 1. With Oja's rule a neuron tells as much about its inputs as a single number
# can.

# %%
# Exercise 13.1
# -------------
# The inputs have mean zero and the covariance matrix :math:`\begin{pmatrix} 5 & 2 \\ 2 & 2 \end{pmatrix}`. To
# which weight vector does Oja's rule converge? Answer with a list of two numbers; :math:`w` and :math:`-w`
# are equally right. ``np.linalg.eigh`` returns eigenvalues in increasing order, and eigenvectors as columns.

answer = None
check("13.1", answer)

# %%
# The BCM rule: becoming selective
# --------------------------------
# Bienenstock, Cooper and Munro (1982) let the sign of the change depend on how active the postsynaptic neuron
# is:
#
# .. math::
#
#    \frac{dw}{dt} = \eta\, x\, y\, (y - \theta), \qquad \theta \mathrm{\ follows\ the\ mean\ of\ } y^2 / y_0
#
# Above the threshold :math:`\theta` active synapses are potentiated, below it they are depressed. The
# threshold **slides**: if the neuron is very active, it rises, and potentiation becomes harder. The rule
# leads to the mean rate :math:`y_0`.

# %%
# Experiment 2: one neuron, two stimuli
# -------------------------------------
# A hundred Poisson inputs. In turn the first fifty and the second fifty are active, for 200 ms each, at 40
# Hz. In the beginning all weights are equal, and the neuron answers to both stimuli alike.

inputs, neuron = InputGroup(100, PoissonEncoder(max_rate=40.0)), LIFGroup(1)
synapses = SynapseGroup(inputs, neuron, weight=0.25,
                        rule=BCM(eta=2e-5, rate=10.0, tau_theta=2000.0, w_max=2.0))
weights, spikes = WeightMonitor(synapses, every=1000.0), SpikeMonitor(neuron)
network = Network(inputs, neuron, synapses, weights, spikes, dt=0.5, seed=1)
stimuli = np.repeat(np.eye(2), 50, axis=1)                          # two rows of a hundred inputs
network.run(120_000.0, inputs={inputs: np.tile(stimuli, (300, 1))})

figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.5), layout="constrained")
windows = np.arange(0.0, 121_000.0, 4000.0)
for k, colour in enumerate((BLUE, ORANGE)):
    left.plot(weights.t / 1000.0, weights.values[:, 50 * k:50 * k + 50].mean(axis=1), color=colour)
    shown = spikes.t[spikes.t // 200.0 % 2 == k]         # while stimulus k was on, half of the time
    right.plot(windows[:-1] / 1000.0 + 2.0, np.histogram(shown, windows)[0] / 2.0, color=colour,
               label=f"stimulus {'AB'[k]}")
left.set(xlabel="time (s)", ylabel="mean weight (nA)", ylim=(0, None), title="Synapses of either stimulus")
right.set(xlabel="time (s)", ylabel="firing rate (Hz)", title="Response to either stimulus")
right.legend(loc="center right")
plt.show()

# %%
# The neuron chooses. A small random advantage of one stimulus grows, since the threshold comes to lie between
# the two responses: the stronger one is strengthened further, the weaker one weakened. In the end the neuron
# fires at 20 Hz to its stimulus, which is on half of the time, so that its mean rate is :math:`y_0 = 10` Hz.

# %%
# Exercise 13.2
# -------------
# Another neuron with :math:`y_0 = 10` Hz sees four stimuli that take turns, each a quarter of the time, and
# becomes selective for one of them. At which rate in Hz does it fire in the end while this stimulus is on?

answer = None
check("13.2", answer)

# %%
# Spike-timing-dependent plasticity
# ---------------------------------
# Experiments with pairs of spikes showed that the order counts. If the presynaptic spike comes before the
# postsynaptic one (:math:`\Delta t = t_\mathrm{post} - t_\mathrm{pre} > 0`), it may have helped to cause it:
# the synapse is potentiated. In the reverse order it is depressed.
#
# .. math::
#
#    \Delta w = \begin{cases}
#    +a_+\, e^{-\Delta t/\tau_+} & \Delta t > 0 \\
#    -a_-\, e^{+\Delta t/\tau_-} & \Delta t < 0
#    \end{cases}
#
# In the simplest model **all pairs** of a pre- and a postsynaptic spike add up.

# %%
# Exercise 13.3
# -------------
# With :math:`a_+ = 0.010`, :math:`a_- = 0.012` and :math:`\tau_+ = \tau_- = 20` ms, the presynaptic neuron
# spikes at 0 and 25 ms, the postsynaptic one at 10 ms. By how much does the weight change in total?

answer = None
check("13.3", answer)

# %%
# Experiment 3: STDP finds what is correlated
# -------------------------------------------
# A hundred Poisson inputs of 15 Hz. The first fifty copy some of their spikes from a common train, with
# probability 0.2, so that they tend to spike together; the others are independent. All have the same rate: no
# rule that looks at rates alone can tell them apart.

DURATION = 60_000.0                                                 # ms
rule = STDP(tau_plus=20.0, tau_minus=20.0, a_plus=0.010, a_minus=0.0108, w_max=1.0)
common = rng.uniform(0.0, DURATION, rng.poisson(0.015 * DURATION))
trains = []
for copied in np.repeat([0.2, 0.0], 50):
    own = rng.uniform(0.0, DURATION, rng.poisson((1.0 - copied) * 0.015 * DURATION))
    both = np.concatenate([own, common[rng.random(common.size) < copied]])
    trains.append(np.unique(both.round(1)))
inputs, neuron = SpikeSource(trains), LIFGroup(1)
synapses = SynapseGroup(inputs, neuron, weight=0.5, synapse=DeltaSynapse(), rule=rule)      # mV
weights = WeightMonitor(synapses, every=500.0)
Network(inputs, neuron, synapses, weights, dt=0.1, seed=1).run(DURATION)

figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.5), layout="constrained")
lag = np.linspace(0.0, 80.0, 200)
left.plot(lag, 0.010 * np.exp(-lag / 20.0), color=BLUE)
left.plot(-lag, -0.0108 * np.exp(-lag / 20.0), color=ORANGE)
left.axhline(0.0, color="0.7", linewidth=1)
left.set(xlabel="Δt = post - pre (ms)", ylabel="weight change (mV)", title="STDP window")
for k, (colour, name) in enumerate(((BLUE, "correlated inputs"), (ORANGE, "independent inputs"))):
    part = weights.values[:, 50 * k:50 * k + 50]
    right.plot(weights.t / 1000.0, part, color=colour, linewidth=0.4, alpha=0.3)
    right.plot(weights.t / 1000.0, part.mean(axis=1), color=colour, linewidth=3, label=name)
right.set(xlabel="time (s)", ylabel="weight (mV)", ylim=(0, 1.25), title="Weights (thick: means)")
right.legend(loc="upper left")
plt.show()

# %%
# Inputs that arrive together make the neuron fire; they come just before its spike and are potentiated. The
# spikes of the others come before or after it by chance. For these the window's area decides, and it is
# slightly negative: :math:`a_- \tau_- > a_+ \tau_+`. The inputs compete for the control of the spike times.

# %%
# Exercise 13.4
# -------------
# How fast does chance depress? Pre- and postsynaptic neuron are independent Poisson processes of 10 Hz each,
# with the rule of experiment 3. A pair with any lag between :math:`s` and :math:`s + ds` occurs at the rate
# :math:`r_\mathrm{pre}\, r_\mathrm{post}\, ds`, so that the weight drifts at
# :math:`r_\mathrm{pre}\, r_\mathrm{post}\, (a_+ \tau_+ - a_- \tau_-)`. Give the drift in mV per second. Mind
# the units.

answer = None
check("13.4", answer)

# %%
# Experiment 4: digits without labels
# -----------------------------------
# Fifty neurons see pictures of handwritten digits, each pixel a Poisson neuron of up to 127.5 Hz. When a
# neuron fires, its synapses from active pixels are potentiated, it inhibits the others, and its threshold
# rises a little, so that next time another one wins. A thousand pictures are shown twice, **without labels**.
# This is a small version of the network of Diehl and Cook (2015). ``STDPClassifier`` contains it.

digits = mnist_sample()
pictures = digits.x_train.reshape(1000, 784)
learner = STDPClassifier(neurons=50, seed=1)
learner.start(pictures, passes=2)
figure, axes = plt.subplots(1, 4, figsize=(10, 3), layout="constrained")
order = np.random.default_rng(1).permutation(np.arange(2000) % 1000)
for axis, seen in zip(axes, (0, 100, 500, 2000)):
    if seen:
        learner.partial_fit(pictures[order[learner.seen:seen]])
    plot_receptive_fields(axis, learner.receptive_fields()[:25], (28, 28), 5)
    axis.set_title(f"after {seen:,} pictures" if seen else "random weights")
plt.show()

learner.label(pictures, digits.y_train, progress=False)
accuracy = learner.score(digits.x_test.reshape(500, 784), digits.y_test, progress=False)
print(f"{100 * accuracy:.0f} % of 500 other digits are recognised (guessing: 10 %)")

# %%
# Each neuron has become a detector of one shape. Labels are needed only afterwards, to give a name to each
# neuron: it is called "3" if it responds most to threes. A new picture is then named by the neurons that
# respond to it. With more neurons and more pictures this network reaches about 95 %.

# %%
# What to remember
# ----------------
# - Hebb's rule finds the direction of largest variance but is unstable; Oja's rule normalises it.
# - With BCM's sliding threshold a neuron becomes selective.
# - STDP strengthens inputs that come just before the neuron's spikes, such as correlated ones.
# - With competition, neurons learn different shapes from pictures without labels.
