"""Units without dynamics, whose state is what their synapses send: for rules and monitors to read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..engine.plugin import NeuronModel, rows, step_kernel


@dataclass(frozen=True, eq=False)
class InputCurrent(NeuronModel):
    """Units that never spike and whose state is their input: :math:`x = I`.

    A population that projects onto such units makes a current that a plasticity rule can read as its signal,
    ``SynapseGroup(…, signal=(units, "x"))``: an error, a reward, a mean activity.

    Examples
    --------
    >>> from spikingnn import FirstOrderSynapse, InputCurrent, Network, NeuronGroup, SpikeSource, SynapseGroup
    >>> source, units = SpikeSource([[1.0]]), NeuronGroup(1, InputCurrent())
    >>> Network(source, units, SynapseGroup(source, units, 0.5, FirstOrderSynapse(5.0)), dt=0.1).run(2.0)
    >>> units["x"].round(2)
    array([0.42])
    """

    states: ClassVar[tuple[str, ...]] = ("x",)

    @step_kernel
    def step(state, coefficients, current, conductance, spikes, dt, key):
        (x,) = rows(state, 1)
        for i in range(x.size):
            x[i] = current[i]
