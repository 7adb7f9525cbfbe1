"""Electrical synapses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..engine.plugin import Synapse


@dataclass(frozen=True, eq=False)
class GapJunction(Synapse):
    r"""Electrical synapse: a conductance whose reversal potential is the potential of the source.

    .. math:: I_i = \sum_j w_{ji} (v_j - v_i)

    The weight is the conductance in µS. As a gap junction conducts both ways, give a symmetric matrix, or
    one `SynapseGroup` for each direction. The potentials of the sources are those at the start of the step.
    Within a step the conductance is part of the leak of the target, so that the coupling is stable at any
    strength and any dt; it is of first order in dt.

    References
    ----------
    Gerstner et al., *Neuronal Dynamics* (2014), section 3.1; Lewis & Rinzel, *J. Comput. Neurosci.* 14:283
    (2003).

    Examples
    --------
    Two neurons share the current that one of them gets:

    >>> from spikingnn import GapJunction, LIFGroup, Network, SynapseGroup
    >>> pair = LIFGroup(2)
    >>> junction = SynapseGroup(pair, pair, [[0.0, 0.1], [0.1, 0.0]], GapJunction())
    >>> Network(pair, junction, dt=0.1, seed=0).run(200.0, inputs={pair: [1.0, 0.0]})
    >>> pair["v"].round(2)
    array([-58.33, -61.67])
    """

    unit: ClassVar[str] = "µS"
    states: ClassVar[tuple[str, ...]] = ()
    sends_conductance: ClassVar[bool] = True
    uses_spikes: ClassVar[bool] = False
