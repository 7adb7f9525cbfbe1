r"""
Lesson 15: Surrogate gradients
==============================

*Neuronal Dynamics*, beyond the book; Neftci, Mostafa and Zenke (2019). 45 minutes.

Artificial neural networks learn by **gradient descent**. One asks of each weight: if it was a little larger,
would the error grow or shrink? The answer is the gradient; each weight moves a little in the direction in
which the error shrinks, and so on, thousands of times. **Back-propagation** computes all these answers at
once, from the output back to the input, by the chain rule.

Spiking networks resist. A spike is there or not: if a weight grows a little, the spikes stay the same, and so
does the error. The gradient is zero almost everywhere. This lesson shows the trick that trains them
nevertheless, trains a network to read digits, and looks inside.
"""

# %%
# A neuron in steps
# -----------------
# For training, time runs in a few coarse steps. The leaky integrate-and-fire neuron then reads
#
# .. math::
#
#    u_t = \beta\,(u_{t-1} - \theta\, s_{t-1}) + I_t, \qquad
#    s_t = \begin{cases} 1 & u_t \ge \theta \\ 0 & u_t < \theta \end{cases}
#
# with the potential :math:`u`, the spike :math:`s`, the threshold :math:`\theta = 1` and the decay per step
# :math:`\beta = e^{-\mathrm{step}/\tau_m}`. A spike subtracts the threshold. Written like this, the network
# is a recurrent neural network, unrolled in time.

import matplotlib.pyplot as plt
import numpy as np

from spikingnn.datasets import mnist_sample
from spikingnn.lessons import check
from spikingnn.plotting import BLUE, GREEN, ORANGE, image
from spikingnn.training import (SURROGATES, Dense, Direct, LIFLayer, Mean, Model, Trainer, evaluate,
                                feed_forward_twin)

# %%
# Exercise 15.1
# -------------
# With :math:`\beta = 0.9` and a constant input :math:`I_t = 0.4`, starting from :math:`u_0 = 0` without a
# spike, the first spike occurs in step 3 (:math:`u_3 = 1.084`). What is :math:`u_4`?

answer = None
check("15.1", answer)

# %%
# The surrogate
# -------------
# The derivative of :math:`s` with respect to :math:`u` is zero except at the threshold, where it is infinite.
# The trick: keep the spikes as they are when the network runs **forward**, and put another, smooth function
# in the place of the derivative when errors run **backward**. This function is the **surrogate**. It says
# "the closer to the threshold, the more a small change would have mattered", which is true of a noisy neuron,
# too (lesson 8).

# %%
# Experiment 1: surrogates
# ------------------------

distance = np.linspace(-3.0, 3.0, 600)                              # u - θ
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.5), sharey=True, layout="constrained")
for name, colour in (("triangular", BLUE), ("fast_sigmoid", ORANGE), ("arctan", GREEN)):
    left.plot(distance, SURROGATES[name](distance, 1.0), color=colour, label=name.replace("_", " "))
for width, colour in ((0.2, "0.7"), (1.0, BLUE), (2.0, "black")):
    right.plot(distance, SURROGATES["triangular"](distance, width), color=colour, label=f"width {width:g}")
left.set(xlabel="u - θ", ylabel="in place of ds/du", title="Different surrogates of width 1")
right.set(xlabel="u - θ", title="Triangular surrogates")
left.legend(fontsize=8)
right.legend(fontsize=8)
plt.show()

# %%
# The triangle of width :math:`b` is :math:`\max(0,\ 1 - |u - \theta|/b)`.

# %%
# Exercise 15.2
# -------------
# What does a triangular surrogate of width 2 put in the place of the derivative for a neuron at
# :math:`u = 0.4` with :math:`\theta = 1`?

answer = None
check("15.2", answer)

# %%
# Experiment 2: the width decides whether anything is learned
# -----------------------------------------------------------
# 1,000 bundled digits to learn from, 500 others to test. Two hidden layers of 100 spiking neurons; each pixel
# is a constant current for four steps; ``Mean`` averages the last layer's spikes over time, and the largest
# of the ten outputs is the answer. The same network is trained with four widths of the triangle, ten times
# over all digits (ten **epochs**).

digits = mnist_sample()
figure, axes = plt.subplots(figsize=(6.5, 3.6), layout="constrained")
for width, colour in ((0.05, "0.6"), (0.2, GREEN), (1.0, BLUE), (10.0, ORANGE)):
    layers = [Dense(100, gain=0.5), LIFLayer(width=width), Dense(100), LIFLayer(width=width), Mean(),
              Dense(10)]
    trainer = Trainer(Model(layers, shape=784, steps=4, seed=1), epochs=10, batch=50, seed=1)
    trainer.fit(digits.x_train, digits.y_train, digits.x_test, digits.y_test, progress=False)
    accuracy = [100.0 * epoch["validation_accuracy"] for epoch in trainer.history]
    axes.plot(range(1, 11), accuracy, "o-", color=colour, markersize=4, label=f"width {width:g}")
axes.axhline(10.0, color="0.5", linestyle=":")
axes.set(xlabel="epoch", ylabel="accuracy on test digits (%)", ylim=(0, 100),
         title="Two hidden layers of spiking neurons")
axes.legend(loc="center right")
plt.show()

# %%
# With a width of 0.05 hardly any neuron is close enough to its threshold to pass an error on: nothing is
# learned, and the accuracy stays at chance (10 %). Between 0.2 and 10 everything works, differently fast. The
# exact shape of a surrogate matters little, but it must reach the neurons.

# %%
# Gradients through time
# ----------------------
# A current at step 1 has an effect on all later potentials: without spikes, :math:`u` keeps the fraction
# :math:`\beta` of itself from each step to the next. The same factor appears in the chain rule when the error
# runs back in time.

# %%
# Exercise 15.3
# -------------
# What is the derivative of :math:`u_5` with respect to :math:`I_1`, with :math:`\beta = 0.9`, if no spikes
# occur?

answer = None
check("15.3", answer)

# %%
# Experiment 3: a look inside
# ---------------------------
# One hidden layer, ten steps. Above: the spikes of the hidden neurons for three digits of the test set.
# Below: the ten outputs, as they develop when the spikes up to each step are averaged; the true digit is
# orange.

model = Model([Dense(100, gain=0.5), LIFLayer(width=2.0), Mean(), Dense(10)], shape=784, steps=10, seed=1)
before = model.parameters["0_Dense.weight"].copy()
trainer = Trainer(model, epochs=15, batch=50, seed=1)
trainer.fit(digits.x_train, digits.y_train, digits.x_test, digits.y_test, progress=False)
weight, bias = model.parameters["3_Dense.weight"], model.parameters["3_Dense.bias"]

figure, axes = plt.subplots(2, 3, figsize=(9, 5), sharex=True, sharey="row", layout="constrained")
for k, (above, below) in zip((146, 191, 120), axes.T):
    model.forward(digits.x_test[k].reshape(1, 1, 784))
    spikes = model.layers[1].spikes[:, 0]                           # (10 steps, 100 neurons)
    step, neuron = np.nonzero(spikes)
    above.plot(step + 1, neuron, ".", color="black", markersize=4)
    outputs = (spikes.cumsum(axis=0) / np.arange(1, 11)[:, None]) @ weight + bias
    below.plot(range(1, 11), outputs, color="0.75", linewidth=1)
    below.plot(range(1, 11), outputs[:, digits.y_test[k]], color=ORANGE)
    inset = above.inset_axes([0.72, 0.74, 0.28, 0.28])
    image(inset, digits.x_test[k])
    above.set(title=f"a {digits.y_test[k]}, answer {outputs[-1].argmax()}", xlim=(0.5, 14))
    below.set(xlabel="step", xticks=[2, 4, 6, 8, 10])
axes[0, 0].set_ylabel("hidden neuron")
axes[1, 0].set_ylabel("output")
plt.show()

# %%
# Many hidden neurons are silent for a given digit, others fire in nearly every step. After two or three steps
# the outputs hardly change any more: a spiking network may answer early. The third picture is one of those
# that are read wrongly.

# %%
# Experiment 4: what the neurons look for
# ---------------------------------------
# The weights of a hidden neuron are a picture, its **receptive field**: red pixels excite it, blue ones
# inhibit it. Above: before training; below: the same neurons afterwards.

after = model.parameters["0_Dense.weight"]
busy = np.argsort(-np.abs(after - before).sum(axis=0))[:8]
figure, axes = plt.subplots(2, 8, figsize=(9, 2.6), layout="constrained")
for row, weights in zip(axes, (before, after)):
    for axis, j in zip(row, busy):
        axis.imshow(weights[:, j].reshape(28, 28), cmap="RdBu_r", vmin=-0.25, vmax=0.25)
        axis.set(xticks=[], yticks=[])
axes[0, 0].set_ylabel("before")
axes[1, 0].set_ylabel("after")
plt.show()

# %%
# The neurons of lesson 13, which learned without labels, became whole digits. These look for strokes and gaps
# that **distinguish** digits, because the labels said what the task is.

# %%
# Experiment 5: the feed-forward twin
# -----------------------------------
# How good would a network without spikes and time be? ``feed_forward_twin`` builds it: the same layers with
# the usual units, :math:`\max(0, x)`. Both are trained alike. A spike costs an **addition** of a weight,
# while a number needs a **multiplication** as well; estimates for chips of 2014 are 0.9 pJ and 4.6 pJ.

twin = feed_forward_twin(model)
Trainer(twin, epochs=15, batch=50, seed=1).fit(digits.x_train, digits.y_train, progress=False)
figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3.4), layout="constrained")
for place, (network, colour) in enumerate(((model, BLUE), (twin, ORANGE))):
    result = evaluate(network, digits.x_test, digits.y_test, Direct())
    operations = result["operations"]
    left.bar(place, 100.0 * result["accuracy"], color=colour)
    left.text(place, 100.0 * result["accuracy"] + 1.0, f"{100.0 * result['accuracy']:.1f}", ha="center")
    right.bar(place, operations.multiply_adds / 1000.0, color=colour)
    right.bar(place, operations.additions / 1000.0, bottom=operations.multiply_adds / 1000.0, color="0.4")
left.set(ylabel="accuracy (%)", ylim=(0, 105), title="500 test digits")
right.set(ylabel="thousand operations per digit", title="Multiplications (colour), additions (grey)")
for axis in (left, right):
    axis.set_xticks([0, 1], ["spiking", "feed-forward"])
plt.show()

# %%
# With 500 digits an accuracy has a standard error of 1.5 %: the two networks are equally good. Most
# operations are those of the first layer, whose input is grey levels, not spikes. In deeper layers, where all
# input is spikes, and with few spikes, a spiking network can save energy; with many spikes it loses.

# %%
# Exercise 15.4
# -------------
# 100 hidden neurons emit 150 spikes per picture in total, over ten steps, and each is connected to ten output
# neurons. How much energy in nJ do the additions of the output layer take, at 0.9 pJ each?

answer = None
check("15.4", answer)

# %%
# What to remember
# ----------------
# - The derivative of a spike is useless for learning; a smooth surrogate takes its place, in the backward
#   pass only.
# - The surrogate must be wide enough to reach the neurons; its shape matters little.
# - A trained spiking network is as accurate as its feed-forward twin, and answers after a few steps.
# - Whether spikes save energy depends on how many there are.
