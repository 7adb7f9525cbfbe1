"""Connections and delays by distance: closed forms on grids, edges by hand, the torus, and nothing dense."""

import tracemalloc
from dataclasses import dataclass

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from spikingnn import (DistanceDelay, DistanceDependent, InputGroup, LIFGroup, Network, PoissonEncoder,
                       SpikeSource, SynapseGroup, grid)
from spikingnn.connectivity import Box, Ellipse, Exponential, Gaussian, Kernel


def built(builder, source, target=None, recurrent=False, seed=1):
    """The weights between units at `source` and `target`, (n_pre, n_post)."""
    target = source if target is None else target
    source, target = (np.reshape(each, (len(each), -1)).astype(float) for each in (source, target))
    shape = len(source), len(target)
    drawn = builder.placed(source, target).realised(shape, np.random.default_rng(seed), recurrent, 0.1)
    return drawn.matrix().toarray()


LINE = np.arange(11) * 0.1                          # 0.1·3 is not 0.3 in binary


# --- what belongs to a kernel -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kernel", [Box(0.6), Ellipse(0.3), Gaussian(1e6, cutoff=0.3), Exponential(1e9, cutoff=0.3)]
)
def test_the_edge_belongs_to_the_mask_whatever_the_rounding(kernel):
    """±0.3 on a grid of 0.1: seven targets for each unit in the middle, three fewer at an end."""
    connected = built(DistanceDependent(kernel), LINE)
    lag = np.abs(np.arange(11)[:, None] - np.arange(11))
    expected = lag <= 3
    if not isinstance(kernel, (Box, Ellipse)):      # their probability is a little below one
        assert (connected > 0).sum() > 0.99 * expected.sum() and not connected[~expected].any()
    else:
        np.testing.assert_array_equal(connected > 0, expected)


def test_just_outside_the_edge_is_outside():
    for kernel in (Box(0.6), Ellipse(0.3), Gaussian(9.0, cutoff=0.3), Exponential(9.0, cutoff=0.3)):
        inside, outside = kernel(np.array([[0.3], [0.3 * (1.0 + 1e-6)]]))
        assert inside > 0.9 and outside == 0.0


def test_a_box_has_an_edge_per_coordinate_and_an_ellipse_an_angle():
    points = grid((5, 5)) - 2.0
    box = built(DistanceDependent(Box((2.0, 4.0))), [[0.0, 0.0]], points)[0] > 0
    np.testing.assert_array_equal(box, (np.abs(points[:, 0]) <= 1) & (np.abs(points[:, 1]) <= 2))
    upright = built(DistanceDependent(Ellipse((2.0, 1.0), angle=90.0)), [[0.0, 0.0]], points)[0] > 0
    np.testing.assert_array_equal(upright, points[:, 0]**2 + points[:, 1]**2 / 4 <= 1 + 1e-12)
    slanted = Ellipse((2.0, 0.5), angle=45.0)
    np.testing.assert_array_equal(slanted(np.array([[1.4, 1.4], [1.4, -1.4], [-1.0, -1.0]])), [1.0, 0.0, 1.0])


@pytest.mark.parametrize(
    "kernel, closed",
    [
        (Gaussian(0.2, 0.8), lambda r: 0.8 * np.exp(-(r**2) / 0.08)),
        (Exponential(0.2, 0.5), lambda r: 0.5 * np.exp(-r / 0.2)),
        (Ellipse(0.4, 0.3), lambda r: np.where(r <= 0.4 + 1e-9, 0.3, 0.0)),
        (lambda d: np.exp(-np.abs(d).sum(axis=1)), None),
    ],
)
@pytest.mark.parametrize("periodic", [None, 2.0])
def test_the_probability_is_the_kernel(kernel, closed, periodic):
    """1,600 × 1,600 pairs in two dimensions, grouped by distance; binomial bounds."""
    places = grid((40, 40), 0.05)
    connected = built(DistanceDependent(kernel, periodic=periodic), places) > 0
    lag = np.abs(places[:, None] - places)
    lag = np.minimum(lag, 2.0 - lag) if periodic else lag
    r, expected = np.sqrt((lag**2).sum(axis=2)), np.exp(-lag.sum(axis=2))
    expected = expected if closed is None else closed(r)
    for low in np.arange(0.0, 1.4, 0.1):
        ring = (r >= low - 1e-9) & (r < low + 0.1 - 1e-9)
        p, n = expected[ring], ring.sum()
        assert abs(connected[ring].sum() - p.sum()) <= 5 * np.sqrt((p * (1 - p)).sum()) + 1e-6, (low, n)


def test_the_search_finds_what_a_look_at_all_pairs_finds():
    """With a probability of one nothing is random: short reach (searched) and long reach (not)."""
    rng = np.random.default_rng(0)
    source, target = rng.uniform(-1.0, 2.0, (300, 2)), rng.uniform(-1.0, 2.0, (500, 2))
    for radius in (0.1, 0.3, 1.0):
        np.testing.assert_array_equal(built(DistanceDependent(Ellipse(radius)), source, target) > 0,
                                      cdist(source, target) <= radius)
        wrapped = np.abs(source[:, None] - target)
        wrapped[..., 0] = np.abs(
            (source[:, None, 0] - target[:, 0] + 1.5) % 3.0 - 1.5
        )  # one of two coordinates
        found = built(DistanceDependent(Ellipse(radius), periodic=[3.0, np.inf]), source, target) > 0
        np.testing.assert_array_equal(found, np.sqrt((wrapped**2).sum(axis=2)) <= radius)


# --- weights ------------------------------------------------------------------------------------------------

@dataclass(frozen=True)
class Hat(Kernel):
    """A difference of Gaussians: near excitation, far inhibition."""

    def __call__(self, displacement):
        return Gaussian(0.1, 2.0)(displacement) - Gaussian(0.3)(displacement)


def test_weights_are_a_number_or_drawn_or_a_profile_of_the_distance():
    assert set(np.unique(built(DistanceDependent(Box(0.6), 0.5), LINE))) == {0.0, 0.5}
    drawn = built(DistanceDependent(Box(10.0), lambda rng, size: rng.normal(2.0, 0.1, size)), LINE)
    assert np.unique(drawn).size == 121 and abs(drawn.mean() - 2.0) < 0.05
    lag = LINE[:, None] - LINE
    hat = built(DistanceDependent(Box(10.0), Hat()), LINE)
    np.testing.assert_allclose(hat, 2.0 * np.exp(-lag**2 / 0.02) - np.exp(-lag**2 / 0.18), rtol=1e-12)
    assert hat.max() == 1.0 and hat.min() < 0.0


def test_autapses_by_choice():
    for autapses in (True, False):
        matrix = built(DistanceDependent(Box(0.4), autapses=autapses), LINE, recurrent=True)
        assert np.trace(matrix) == 11.0 * autapses and matrix[5, 6] == 1.0


# --- in networks --------------------------------------------------------------------------------------------

def sheet(seed, *others, own=None, n=400):
    group = LIFGroup(n, name="sheet", positions=grid((n // 20, 20), 0.1))
    builder = DistanceDependent(Gaussian(0.2), lambda rng, size: rng.random(size), periodic=2.0, seed=own)
    synapses = SynapseGroup(group, group, builder, delay=DistanceDelay(0.3, periodic=2.0), name="near")
    more = [LIFGroup(5, name=name, positions=grid(5)) for name in others]
    Network(
        group,
        synapses,
        *more,
        [SynapseGroup(each, each, DistanceDependent(Box(3.0))) for each in more],
        seed=seed,
    )
    return synapses.weight.toarray()


def test_bits_depend_on_the_seed_and_the_name_alone():
    np.testing.assert_array_equal(sheet(1), sheet(1, "another", "third"))
    assert not np.array_equal(sheet(1), sheet(2))
    np.testing.assert_array_equal(sheet(1, own=5), sheet(2, own=5))


def test_delays_are_distances_over_velocity_rounded_and_at_least_one_step():
    source, neurons = SpikeSource([[0.0]], positions=[0.05]), LIFGroup(11, positions=LINE)
    synapses = SynapseGroup(source, neurons, 1.0, delay=DistanceDelay(velocity=0.2, offset=0.3))
    network = Network(source, neurons, synapses, dt=0.1)
    exact = 0.3 + np.abs(LINE - 0.05) / 0.2
    kept = network.layout.view_of(synapses)
    order = np.argsort(kept.targets)
    np.testing.assert_array_equal(kept.delay_steps()[order], np.rint(exact / 0.1))
    near = SynapseGroup(SpikeSource([[0.0]], positions=[0.0]), LIFGroup(2, positions=[0.0, 1.0]), 1.0,
                        delay=DistanceDelay(1.0))
    kept = Network(near.source, near.target, near, dt=0.1).layout.view_of(near)
    assert sorted(kept.delay_steps()) == [1, 10]


def test_delays_go_around_the_torus():
    group = LIFGroup(10, positions=grid(10, 0.1))
    synapses = SynapseGroup(group, group, DistanceDependent(Box(3.0)), delay=DistanceDelay(0.1, periodic=1.0))
    kept = Network(group, synapses, dt=0.5).layout.view_of(synapses)
    assert kept.delay_steps().max() == 10                     # half of the circumference, 0.5 / 0.1 = 5 ms


def test_a_large_connection_is_never_dense():
    """10⁴ × 10⁴ pairs would take 100 MB as booleans and 800 MB as numbers."""
    places = np.random.default_rng(0).random((10_000, 2))
    builder = DistanceDependent(Gaussian(0.02), 0.1, periodic=1.0).placed(places, places)
    expected = 1e4 + 1e8 * 2 * np.pi * 0.02**2                 # each unit with itself, and its neighbours
    assert builder.count(10_000, 10_000) == pytest.approx(expected, rel=0.1)
    tracemalloc.start()
    drawn = builder.build(10_000, 10_000, np.random.default_rng(1), True)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert drawn.indices.size == pytest.approx(expected, rel=0.02)
    assert peak < 30e6


def test_inputs_can_have_positions_too():
    inputs = InputGroup(4, PoissonEncoder(10.0), positions=grid((2, 2)))
    neurons = LIFGroup(4, positions=grid((2, 2)))
    synapses = SynapseGroup(inputs, neurons, DistanceDependent(Box(0.5)))
    Network(inputs, neurons, synapses)
    np.testing.assert_array_equal(synapses.weight.toarray(), np.eye(4))


# --- grids ------------------------------------------------------------------------------------------------

def test_a_grid_has_the_order_of_a_flattened_picture():
    """Pixel (row, column) of a picture (3, 4) is unit 4·row + column, at x = column, y = row."""
    places = grid((4, 3), spacing=(0.5, 2.0), origin=(1.0, -1.0))
    assert places.shape == (12, 2)
    np.testing.assert_array_equal(places[4 * 2 + 3], [1.0 + 3 * 0.5, -1.0 + 2 * 2.0])
    np.testing.assert_array_equal(grid(3).ravel(), [0.0, 1.0, 2.0])
    assert len(np.unique(grid((2, 3, 4)), axis=0)) == 24


# --- mistakes ---------------------------------------------------------------------------------------------

PLACED = dict(positions=grid((2, 2)))


@pytest.mark.parametrize(
    "make, error, message",
    [
        (
            lambda: LIFGroup(3, positions=np.zeros((2, 2))),
            ValueError,
            r"LIFGroup.positions must be of shape \(3, d\), one row per unit",
        ),
        (lambda: LIFGroup(2, positions=[0.0, np.nan]), ValueError, "LIFGroup.positions must be"),
        (lambda: LIFGroup(2, positions="left"), TypeError, "LIFGroup.positions must be"),
        (
            lambda: SpikeSource([[1.0]], positions=[0.0, 1.0]),
            ValueError,
            r"SpikeSource.positions must be of shape \(1, d\)",
        ),
        (
            lambda: SynapseGroup(LIFGroup(4), LIFGroup(4), DistanceDependent(Box(1.0))),
            ValueError,
            "DistanceDependent needs the positions of both groups, and the source has none: LIFGroup",
        ),
        (
            lambda: SynapseGroup(LIFGroup(4, **PLACED), LIFGroup(4), 1.0, delay=DistanceDelay(1.0)),
            ValueError,
            "DistanceDelay needs the positions of both groups, and the target has none",
        ),
        (
            lambda: SynapseGroup(
                LIFGroup(4, **PLACED), LIFGroup(4, positions=LINE[:4]), DistanceDependent(Box(1.0))
            ),
            ValueError,
            "DistanceDependent needs positions with equally many coordinates, got 2 for the source and 1 for",
        ),
        (
            lambda: SynapseGroup(
                LIFGroup(4, **PLACED), LIFGroup(4, **PLACED), DistanceDependent(Box((1.0, 1.0, 1.0)))
            ),
            ValueError,
            r"Box.size must be one number, or 2, as positions have 2 coordinates, got",
        ),
        (
            lambda: SynapseGroup(
                LIFGroup(4, **PLACED), LIFGroup(4, **PLACED), DistanceDependent(Box(1.0), periodic=[1.0] * 3)
            ),
            ValueError,
            "DistanceDependent.periodic must be one number, or 2",
        ),
        (
            lambda: DistanceDependent(Box(1.0, height=1.5)),
            ValueError,
            "Box.height must be from 0 to 1 where it is a probability, got 1.5",
        ),
        (
            lambda: DistanceDependent(0.5),
            TypeError,
            "DistanceDependent.kernel must be Gaussian, Exponential, Box, Ellipse or a function, got 0.5",
        ),
        (
            lambda: DistanceDependent(Box(1.0), periodic=0.0),
            ValueError,
            "DistanceDependent.periodic must be positive, got 0.0",
        ),
        (
            lambda: built(DistanceDependent(lambda d: 2.0 + d[:, 0]), LINE),
            ValueError,
            "DistanceDependent.kernel must be a function of displacements",
        ),
        (
            lambda: built(DistanceDependent(lambda d: d), LINE),
            ValueError,
            "DistanceDependent.kernel must be a function of displacements",
        ),
        (lambda: Gaussian(0.0), ValueError, "Gaussian.sigma must be positive, got 0.0"),
        (
            lambda: Ellipse(1.0, angle=30.0),
            ValueError,
            "Ellipse.angle must be zero unless there are two radii, got 30.0",
        ),
        (lambda: DistanceDelay(-1.0), ValueError, "DistanceDelay.velocity must be positive, got -1.0"),
        (lambda: grid((3, 0)), ValueError, "grid.shape must be a whole number of at least 1, got 0"),
        (lambda: grid((3, 3), (1.0, 2.0, 3.0)), ValueError, "grid.spacing must be a scalar or have shape"),
    ],
)
def test_mistakes_are_one_clear_line(make, error, message):
    with pytest.raises(error, match=message) as caught:
        make()
    assert "\n" not in str(caught.value)


def test_positions_are_kept_and_read_only():
    given = grid((2, 2))
    group = LIFGroup(4, positions=given)
    given[:] = 9.0
    np.testing.assert_array_equal(group.positions, grid((2, 2)))
    with pytest.raises(ValueError, match="read-only: build a new group"):
        group.positions[0, 0] = 1.0
    with pytest.raises(
        AttributeError, match="LIFGroup.positions cannot be assigned: build a new group"
    ):
        group.positions = given
    assert LIFGroup(3).positions is None
