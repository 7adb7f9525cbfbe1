"""The learning layer and its competition: two ways to let only a few neurons respond to a picture."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..encoding import PoissonEncoder
from ..groups import LIFGroup, NeuronGroup
from ..input_groups import InputGroup
from ..neurons import ALIF, FirstOrderLIF, WinnerTakeAllLIF
from ..plasticity import DiehlCook
from ..synapse_group import SynapseGroup
from ..synapses import DeltaSynapse


__all__ = ["COMPETITIONS", "learning_layer"]

COMPETITIONS = ("winner", "pair")


class LearningLayer(NamedTuple):
    """The parts of the network."""

    inputs: InputGroup
    excitatory: NeuronGroup
    plastic: SynapseGroup
    others: list[NeuronGroup | SynapseGroup]


def learning_layer(n_inputs: int, neurons: int, competition: str, threshold_step: float, max_rate: float,
                   rule: DiehlCook, rng: np.random.Generator) -> LearningLayer:
    """Return Poisson inputs, plastic synapses and competing neurons.

    ``competition="winner"`` has the inhibition inside the neurons (`WinnerTakeAllLIF`); ``"pair"`` has a
    second layer: each excitatory neuron drives one inhibitory neuron, which two steps later inhibits all
    other excitatory ones (Diehl & Cook 2015). Initial weights are uniform and scaled so that each neuron's
    sum to the rule's total.

    Parameters
    ----------
    n_inputs, neurons : int
        Numbers of inputs and of excitatory neurons.
    competition : str
        ``"winner"`` or ``"pair"``.
    threshold_step : float
        mV: rise of a neuron's threshold at its spike.
    max_rate : float
        Hz: rate of an input of 1.
    rule : DiehlCook
        Plasticity of the weights.
    rng : numpy.random.Generator
        Source of the initial weights.
    """
    inputs = InputGroup(n_inputs, PoissonEncoder(max_rate), name="inputs")
    others: list[NeuronGroup | SynapseGroup] = []
    excitatory: NeuronGroup
    if competition == "winner":
        excitatory = NeuronGroup(neurons, WinnerTakeAllLIF(threshold_step=threshold_step), name="excitatory")
    else:
        model = ALIF(tau_m=100.0, resistance=1.0, v_rest=0.0, v_threshold=13.0, v_reset=0.0, t_refractory=5.0,
                     v_floor=-17.0, tau_threshold=1e7, threshold_step=threshold_step)
        excitatory = LIFGroup(neurons, model, name="excitatory")
        inhibitory = LIFGroup(neurons, FirstOrderLIF(tau_m=10.0, resistance=1.0, v_rest=0.0, v_threshold=13.0,
                                                     v_reset=0.0, t_refractory=2.0), name="inhibitory")
        to_partner, to_others = np.diag(np.full(neurons, 20.0)), 17.0 * (np.eye(neurons) - 1.0)
        others = [
            inhibitory,
            SynapseGroup(excitatory, inhibitory, to_partner, synapse=DeltaSynapse(), name="to inhibitory"),
            SynapseGroup(inhibitory, excitatory, to_others, synapse=DeltaSynapse(), name="inhibition")
        ]
    weight = rng.random((n_inputs, neurons))
    weight *= rule.total / weight.sum(axis=0)
    plastic = SynapseGroup(inputs, excitatory, weight, synapse=DeltaSynapse(), rule=rule, name="plastic")
    return LearningLayer(inputs, excitatory, plastic, others)
