"""Plots of monitors, synapses and sheets: what was recorded is drawn, with quantity and unit on the axes."""

import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from scipy.sparse import csr_array

from spikingnn import (
    ConductanceSynapse,
    DeltaSynapse,
    Factored,
    FirstOrderLIF,
    FixedProbability,
    LIFGroup,
    Network,
    SpikeMonitor,
    StateMonitor,
    SynapseGroup,
    grid,
)
from spikingnn.plotting import connectivity, isi_histogram, population_rate, raster, sheet, trace


@pytest.fixture(scope="module")
def recorded():
    """(spikes, states) of five neurons under currents of their own."""
    group = LIFGroup(5, FirstOrderLIF(noise=1.0))
    spikes, v = SpikeMonitor(group), StateMonitor(group, "v", index=[0, 3, 4])
    Network(group, spikes, v, dt=0.1, seed=1).run(400.0, {group: np.linspace(1.6, 3.0, 5)})
    return spikes, v


def axes():
    return Figure().subplots()


def labels(ax):
    return ax.get_xlabel(), ax.get_ylabel()


def test_a_raster_takes_monitors_trains_and_events(recorded):
    spikes, _ = recorded
    drawn = []
    for arguments in ((spikes,), (spikes.trains(),), (spikes.t, spikes.i)):
        ax = raster(axes(), *arguments)
        assert labels(ax) == ("time (ms)", "neuron")
        drawn.append({tuple(point) for point in np.round(ax.lines[0].get_xydata(), 6).tolist()})
    assert drawn[0] == drawn[1] == drawn[2] and len(drawn[0]) == spikes.t.size > 20


def test_the_axes_may_be_left_out(recorded):
    spikes, v = recorded
    for draw, what in ((raster, spikes), (trace, v), (population_rate, spikes), (isi_histogram, spikes)):
        figure = plt.figure()
        assert draw(what) is figure.axes[0]
        assert draw(ax=figure.axes[0], **{draw.__wrapped__.__code__.co_varnames[1]: what}) is figure.axes[0]
        plt.close(figure)


def test_a_trace_has_a_curve_per_neuron_and_a_unit(recorded):
    _, v = recorded
    ax = trace(axes(), v)
    assert labels(ax) == ("time (ms)", "membrane potential (mV)")
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["neuron 0", "neuron 3", "neuron 4"]
    for k, line in enumerate(ax.lines):
        np.testing.assert_array_equal(line.get_xydata(), np.stack([v.t, v.values[:, k]], axis=1))
    assert len({line.get_color() for line in ax.lines}) == 3
    one = trace(axes(), v, units=1)
    assert len(one.lines) == 1 and one.get_legend() is None
    np.testing.assert_array_equal(one.lines[0].get_ydata(), v.values[:, 1])
    apart = trace(axes(), v, units=[0, 2], offset=30.0)
    np.testing.assert_array_equal(apart.lines[1].get_ydata(), v.values[:, 2] + 30.0)
    assert "30 apart" in apart.get_ylabel()


def test_the_population_rate_in_bins_and_smooth(recorded):
    spikes, _ = recorded
    ax = population_rate(axes(), spikes, width=20.0)
    assert labels(ax) == ("time (ms)", "firing rate (Hz)")
    values, edges, _ = ax.patches[0].get_data()
    assert edges[-1] == 400.0 and values.sum() * 20.0 * 5 / 1000.0 == pytest.approx(spikes.t.size)
    smooth = population_rate(axes(), spikes, sigma=10.0).lines[0].get_xydata()
    assert smooth[:, 1].sum() * 5 / 1000.0 == pytest.approx(spikes.t.size, rel=0.1)


def test_the_histogram_counts_all_intervals(recorded):
    spikes, _ = recorded
    gaps = np.concatenate([np.diff(train) for train in spikes.trains()])
    ax = isi_histogram(axes(), spikes, longest=gaps.max())
    assert labels(ax) == ("interspike interval (ms)", "number of intervals") and ax.get_title().startswith(
        "CV = 0."
    )
    assert sum(bar.get_height() for bar in ax.patches) == gaps.size
    assert labels(isi_histogram(axes(), [[1.0], []])) == labels(ax)               # no interval at all


@pytest.mark.parametrize(
    "weight",
    [
        np.eye(30, 40) - 0.5,
        csr_array(np.eye(30, 40)),
        FixedProbability(0.3, 0.2),
        Factored(np.ones((30, 1)), np.ones((1, 40))),
    ],
)
def test_connectivity_is_the_matrix(weight):
    source, target = LIFGroup(30), LIFGroup(40)
    synapses = SynapseGroup(source, target, weight, DeltaSynapse())
    Network(source, target, synapses, seed=1)
    ax = connectivity(axes(), synapses)
    given = synapses.weight
    dense = (
        given.dense()
        if hasattr(given, "dense")
        else given if isinstance(given, np.ndarray) else given.toarray()
    )
    np.testing.assert_array_equal(np.asarray(ax.images[0].get_array()), dense)
    assert ax.figure.axes[1].get_ylabel() == "weight (mV)"


@pytest.mark.parametrize("form", [np.asarray, csr_array])
def test_a_large_matrix_is_drawn_as_means_of_blocks(form):
    weight = np.zeros((1100, 700))
    weight[:3, :2] = 0.6                           # blocks of 3 × 2
    weight[1099, 699] = 1.0                        # the last block has 2 rows
    group, other = LIFGroup(1100), LIFGroup(700)
    synapses = SynapseGroup(group, other, form(weight), ConductanceSynapse(5.0, 0.0))
    Network(group, other, synapses)
    ax = connectivity(axes(), synapses)
    shown = np.asarray(ax.images[0].get_array())
    assert (
        shown.shape == (367, 350)
        and shown[0, 0] == pytest.approx(0.6)
        and shown[-1, -1] == pytest.approx(0.25)
    )
    assert np.count_nonzero(shown) == 2 and ax.figure.axes[1].get_ylabel() == "mean weight (µS)"


def test_a_sheet_on_a_grid_is_a_picture_in_any_order():
    values, order = np.arange(12.0), np.random.default_rng(0).permutation(12)
    places = grid((4, 3), spacing=0.1, origin=(2.0, -1.0))
    for positions, shown in ((places, values), (places[order], values[order])):
        ax = sheet(axes(), positions, shown, "rate (Hz)", length="mm")
        np.testing.assert_array_equal(np.asarray(ax.images[0].get_array()), values.reshape(3, 4))
        np.testing.assert_allclose(ax.images[0].get_extent(), [1.95, 2.35, -1.05, -0.75])
        assert labels(ax) == ("x (mm)", "y (mm)") and ax.images[0].origin == "lower"


def test_a_sheet_off_the_grid_is_dots_and_a_part_of_a_group_is_a_sheet():
    places = np.random.default_rng(1).random((50, 2))
    ax = sheet(axes(), places, np.arange(50.0))
    assert not ax.images and len(ax.collections[0].get_offsets()) == 50
    group = LIFGroup(20, positions=grid((5, 4)))
    ax = sheet(axes(), group[:10], group["v"][:10])
    assert ax.images[0].get_array().shape == (2, 5)
    missing = sheet(axes(), group, np.where(np.arange(20) < 3, np.nan, 1.0))
    assert np.ma.getmaskarray(missing.images[0].get_array()).sum() == 3


@pytest.mark.parametrize(
    "draw, error, message",
    [
        (lambda ax: trace(ax, [1.0, 2.0]), TypeError, "trace.v must be a StateMonitor"),
        (lambda ax: raster(ax, "spikes"), TypeError, "raster.trains must be a list of arrays"),
        (
            lambda ax: population_rate(ax, [[1.0]], width=1.0, sigma=1.0),
            ValueError,
            "population_rate.sigma must be None where",
        ),
        (
            lambda ax: connectivity(ax, SynapseGroup(LIFGroup(2), LIFGroup(2), FixedProbability(0.5))),
            TypeError,
            "connectivity.synapses must be a SynapseGroup of a network that is built",
        ),
        (lambda ax: sheet(ax, LIFGroup(3), [1.0, 2.0, 3.0]), TypeError, "sheet.units must be"),
        (
            lambda ax: sheet(ax, grid(4), np.arange(4.0)),
            ValueError,
            r"sheet.units must be positions x, y of shape \(n, 2\)",
        ),
        (
            lambda ax: sheet(ax, grid((2, 2)), np.arange(3.0)),
            ValueError,
            r"sheet.values must be one value per unit, shape \(4,\)",
        ),
    ],
)
def test_mistakes_are_one_clear_line(draw, error, message):
    with pytest.raises(error, match=message) as caught:
        draw(axes())
    assert "\n" not in str(caught.value)
