"""Recordings survive the way to Neo and back, to the last bit."""

import pickle

import numpy as np
import pytest

neo = pytest.importorskip("neo", reason="neo is not installed: pip install 'spikingnn[neo]'")

from spikingnn import (FirstOrderLIF, LIFGroup, Network, SpikeMonitor, SpikeSource,         # noqa: E402
                       StateMonitor)
from spikingnn.exchange.neo import from_neo, to_neo                                         # noqa: E402


@pytest.fixture(scope="module", params=[0.1, 0.25, 1 / 3])
def recorded(request):
    group = LIFGroup(12, FirstOrderLIF(noise=2.0, t_refractory=0.0))
    spikes, v = SpikeMonitor(group), StateMonitor(group, "v", index=[3, 5], every=2 * request.param)
    Network(group, spikes, v, dt=request.param, seed=1).run(600 * request.param, inputs={group: 2.0})
    assert len(spikes.t) > 20
    return spikes, v


@pytest.mark.parametrize("travel", [lambda segment: segment,
                                    lambda segment: pickle.loads(pickle.dumps(segment))])
def test_round_trip(recorded, travel):
    spikes, v = recorded
    back = from_neo(travel(to_neo(spikes, v)))
    for ours, theirs in ((spikes.t, back.spikes.t), (spikes.i, back.spikes.i), (v.t, back.traces["v"].t),
                         (v.values, back.traces["v"].values)):
        np.testing.assert_array_equal(ours, theirs)
    assert back.spikes.n == 12 and back.spikes.duration == spikes.network.t


def test_units_are_named(recorded):
    segment = to_neo(*recorded)
    assert str(segment.analogsignals[0].units.dimensionality) == "mV"
    assert segment.analogsignals[0].annotations["index"].tolist() == [3, 5]
    assert all(str(train.units.dimensionality) == "ms" for train in segment.spiketrains)


def test_trains_of_other_programs():
    """Seconds, times between steps, and no annotations."""
    block = neo.Block()
    block.segments.append(neo.Segment())
    block.segments[0].spiketrains.extend([neo.SpikeTrain([0.00105, 0.5], units="s", t_stop=1.0),
                                          neo.SpikeTrain([], units="s", t_stop=1.0)])
    spikes = from_neo(block).spikes
    np.testing.assert_allclose(spikes.t, [1.05, 500.0], rtol=1e-15)
    assert spikes.count().tolist() == [2, 0] and spikes.duration == 1000.0
    assert SpikeSource(spikes.trains()).n == 2


def test_refused(recorded):
    with pytest.raises(TypeError, match="to_neo.recorded must be a SpikeMonitor, Spikes or a StateMonitor"):
        to_neo([1.0, 2.0])
    with pytest.raises(TypeError, match="has no samples|belongs to no network"):
        to_neo(StateMonitor(LIFGroup(2), "v"))
    with pytest.raises(ValueError, match="a block of 0"):
        from_neo(neo.Block())
