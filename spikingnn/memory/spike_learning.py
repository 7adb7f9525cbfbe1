"""Learning through spikes: the units are driven by patterns, and a Hebbian rule changes the synapses
between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .._util import checks
from .._util.typing import FloatArray
from ..engine.matrices import Factored
from ..groups import LIFGroup
from ..network import Network
from ..plasticity import Hebbian
from ..synapse_group import SynapseGroup
from .couplings import Couplings, spike_weight
from .pixel_units import DT, PixelUnits

if TYPE_CHECKING:
    from ..synapses import FirstOrderSynapse


__all__ = ["check_budget", "learned_synapses"]

SHOWN = 100.0           # ms    each pattern is shown for this long, and its negative for as long
TRACE = 20.0            # ms    of the Hebbian rule
MEMORY_BUDGET = 4 * 2**30


def check_budget(n: int) -> None:
    """Refuse so many pixels that their plastic synapses would not fit into the memory budget."""
    what = f"HopfieldAssembly.learn with {n} pixels, {2 * n} × {2 * n} plastic synapses in three copies,"
    ways_out = "use fewer pixels, or store(), whose weights stay factored"
    checks.within_budget(what, 3 * 8 * (2 * n) ** 2, MEMORY_BUDGET, ways_out)


def learned_synapses(patterns: FloatArray, couplings: Couplings, units: PixelUnits,
                     synapse: FirstOrderSynapse, learning_rate: float, seed: int) -> FloatArray:
    """Return the synapses (2n, 2n) between units after `patterns` (P, n) were shown to a network with these
    `couplings`."""
    n, weight = patterns.shape[1], spike_weight(units.gain, units.saturated_rate, synapse)
    before = couplings.unit_weights(weight)
    group = LIFGroup(2 * n, units.model)
    given = np.array(before.dense() if isinstance(before, Factored) else before)
    rule = _plasticity(units, weight, n, learning_rate)
    synapses = SynapseGroup(group, group, given, synapse=synapse, rule=rule)
    network = Network(group, synapses, dt=DT, seed=seed)
    for shown in (contrast for pattern in patterns for contrast in (pattern, -pattern)):
        network.reset(keep_weights=True)
        units.randomise(group, np.random.default_rng(seed))
        network.run(SHOWN, inputs={group: units.currents(shown, couplings.field_bias)})
    learned = np.array(synapses.weight)
    pixels = np.arange(n)
    for side in (0, n):                             # no synapse within a pixel's pair
        learned[pixels + side, pixels] = learned[pixels + side, pixels + n] = 0.0
    return learned


def _plasticity(units: PixelUnits, weight: float, n: int, learning_rate: float) -> Hebbian:
    """Return the rule that makes a pattern as strong as `hebbian` does at a learning rate of 1."""
    period = 1.0 / (units.saturated_rate / 1000.0)
    mean = 1.0 - TRACE / SHOWN * -np.expm1(-SHOWN / TRACE)         # over the time shown, from zero
    trace = TRACE / period * mean
    step = weight / n / (SHOWN / period * trace)
    return Hebbian(learning_rate=learning_rate * step, tau=TRACE, offset=trace / 2.0)
