"""The learning layer and its competition: two ways to let few neurons answer to a picture."""

from __future__ import annotations

import numpy as np

from ..encoding import PoissonEncoder
from ..groups import LIFGroup, NeuronGroup
from ..input_groups import InputGroup
from ..neurons import ALIF, FirstOrderLIF, WinnerTakeAllLIF
from ..synapse_group import SynapseGroup
from ..synapses import DeltaSynapse


COMPETITIONS = ("winner", "pair")


def learning_layer(n_inputs, neurons, competition, threshold_step, max_rate, rule, rng):
    """(inputs, excitatory group, plastic synapses, other parts) of Poisson inputs → plastic weights → competing neurons.

    competition="winner" has the inhibition inside the neurons (`WinnerTakeAllLIF`); "pair" has a second layer: each excitatory
    neuron drives one inhibitory neuron, which two steps later inhibits all other excitatory ones (Diehl & Cook 2015). Initial
    weights are uniform and scaled so that each neuron's sum to the rule's total.
    """
    inputs = InputGroup(n_inputs, PoissonEncoder(max_rate), name="inputs")
    others = []
    if competition == "winner":
        excitatory = NeuronGroup(neurons, WinnerTakeAllLIF(threshold_step=threshold_step), name="excitatory")
    else:
        model = ALIF(tau_m=100.0, resistance=1.0, v_rest=0.0, v_threshold=13.0, v_reset=0.0, t_refractory=5.0, v_floor=-17.0,
                     tau_threshold=1e7, threshold_step=threshold_step)
        excitatory = LIFGroup(neurons, model, name="excitatory")
        inhibitory = LIFGroup(neurons, FirstOrderLIF(tau_m=10.0, resistance=1.0, v_rest=0.0, v_threshold=13.0, v_reset=0.0,
                                                     t_refractory=2.0), name="inhibitory")
        others = [inhibitory,
                  SynapseGroup(excitatory, inhibitory, np.diag(np.full(neurons, 20.0)), synapse=DeltaSynapse(), name="to inhibitory"),
                  SynapseGroup(inhibitory, excitatory, 17.0 * (np.eye(neurons) - 1.0), synapse=DeltaSynapse(), name="inhibition")]
    weight = rng.random((n_inputs, neurons))
    weight *= rule.total / weight.sum(axis=0)
    plastic = SynapseGroup(inputs, excitatory, weight, synapse=DeltaSynapse(), rule=rule, name="plastic")
    return inputs, excitatory, plastic, others
