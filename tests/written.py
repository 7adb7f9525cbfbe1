"""Neuron models and rules as a beginner writes them, from the text of a kernel."""

import math
from dataclasses import dataclass

import numpy as np
import pytest

from spikingnn import (LIFGroup, NeuronGroup, NeuronModel, Rule, SpikeSource, SynapseGroup, rows, step_kernel,
                       uniform)

A_STEP = "(state, coefficients, current, conductance, spikes, dt, key)"
A_HOOK = "(weight, state, pre, post, params, t, key)"


def kernel(arguments, body, mark=step_kernel, **names):
    """The kernel that one would write with this body."""
    space = {"rows": rows, "uniform": uniform, "np": np, "math": math} | names
    exec(f"def written{arguments}:\n" + "".join(f"    {line}\n" for line in body.splitlines()), space)
    return mark(space["written"])


def model(body, dataclassed=dataclass(frozen=True, eq=False), **attributes):
    """A neuron model whose step has this body."""
    return dataclassed(type("Leaky", (NeuronModel,), {"step": kernel(A_STEP, body)} | attributes))()


def rule(**attributes):
    return dataclass(frozen=True, eq=False)(type("Mine", (Rule,), attributes))()


def used(plug_in, n=3):
    """What a beginner does with it next."""
    if isinstance(plug_in, Rule):
        return SynapseGroup(SpikeSource([[1.0]] * 4), LIFGroup(n), 0.5, rule=plug_in)
    group = NeuronGroup(n, plug_in)
    group.step(1.0, 0.1)
    return group


def said(error, message, make, n=3):
    with pytest.raises(error) as caught:
        used(make(), n)
    assert message in str(caught.value) and "\n" not in str(caught.value), str(caught.value)
