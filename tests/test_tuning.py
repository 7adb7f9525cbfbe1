"""Tuning curves: encoders, gains and biases that solve the neuron's closed-form f–I curve."""

import numpy as np
import pytest

from spikingnn import ALIF, AdEx, FirstOrderLIF, LIFGroup, Network, NeuronGroup, Population, SpikeMonitor
from spikingnn.firing_rates import SimulatedRates


def closed_form(model, current):
    """The rate in Hz under a constant current, written anew: 1000 / (t_ref + tau ln((RI + v_rest - v_reset) /
    (RI - span)))."""
    above = model.resistance * current + model.v_rest - model.v_threshold
    rate = np.zeros(np.shape(current))
    fires = above > 0
    up = above[fires]
    rate[fires] = 1000.0 / (model.t_refractory + model.tau_m
                            * np.log((up + model.v_threshold - model.v_reset) / up))
    return rate


@pytest.fixture
def group():
    return LIFGroup(300, dimensions=2, max_rates=(50.0, 200.0), intercepts=(-0.8, 0.8), seed=4)


def test_encoders_are_of_unit_length_and_point_everywhere(group):
    assert group.encoders.shape == (300, 2) and group.gain.shape == group.bias.shape == (300,)
    np.testing.assert_allclose(np.linalg.norm(group.encoders, axis=1), 1.0, rtol=1e-14)
    angle = np.arctan2(*group.encoders.T)
    assert np.histogram(angle, 4, (-np.pi, np.pi))[0].min() > 75 - 4 * np.sqrt(75 * 0.75)


def test_rates_and_intercepts_are_met():
    intercepts, max_rates = np.linspace(-0.9, 0.9, 50), np.linspace(20.0, 400.0, 50)
    group = LIFGroup(50, dimensions=1, max_rates=max_rates, intercepts=intercepts, seed=1)
    full, at = (closed_form(group.model, group.gain * x + group.bias) for x in (1.0, intercepts))
    np.testing.assert_allclose(full, max_rates, rtol=1e-10)
    assert np.all(at < 35.0)   # at threshold itself rounding decides: 1/ln(1/ε) is all that it can leave
    np.testing.assert_array_equal(closed_form(group.model, group.gain * (intercepts - 1e-6) + group.bias),
                                  0.0)
    assert np.all(closed_form(group.model, group.gain * (intercepts + 1e-6) + group.bias) > 0.0)


def test_drawn_rates_and_intercepts_stay_in_their_ranges(group):
    rates = closed_form(group.model, group.gain + group.bias)
    assert 50.0 <= rates.min() < 60.0 and 190.0 < rates.max() <= 200.0
    silent = (15.0 / 10.0 - group.bias) / group.gain                   # x·e at which R·I = 15 mV
    assert -0.8 <= silent.min() < -0.7 and 0.7 < silent.max() <= 0.8


def test_current_is_gain_times_projection(group):
    x = np.array([[0.3, -0.5], [0.0, 1.0]])
    by_hand = [[g * (e[0] * a + e[1] * b) for g, e in zip(group.gain, group.encoders)] for a, b in x]
    np.testing.assert_allclose(group.current(x), by_hand, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(group.current(x[0]), by_hand[0], rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("model", [FirstOrderLIF(), ALIF(threshold_step=0.0, t_refractory=1.0)])
@pytest.mark.parametrize("dt", [0.1, 0.5])
def test_simulated_curve_equals_the_grid_formula_and_follows_the_continuous_one(model, dt):
    """Interval = ceil((T - t_ref)/dt)·dt + t_ref, and so within max(1 Hz, f²·dt) of the continuous curve."""
    group = LIFGroup(100, model, dimensions=1, max_rates=(100.0, 300.0), seed=2)
    spikes = SpikeMonitor(group)
    net = Network(group, spikes, dt=dt)
    for x in (-1.0, 0.1, 1.0):
        net.reset()
        net.run(1000.0, inputs={group: group.current([x])})
        rate = closed_form(model, group.gain * (group.encoders[:, 0] * x) + group.bias)
        grid = group.tuning_curves([x], dt=dt)
        np.testing.assert_allclose(group.tuning_curves([x]), rate, rtol=1e-9, atol=1e-9)
        checked = 0
        for train, f, expected in zip(spikes.trains(), rate, grid):
            if f == 0.0:
                assert train.size == 0
            elif f > 3.0 and off_integer((1000.0 / f - model.t_refractory) / dt):
                np.testing.assert_allclose(np.diff(train), 1000.0 / expected, rtol=1e-10)
                assert expected == pytest.approx(f, abs=max(1.0, f * f * dt / 1000.0))
                checked += 1
        assert checked > 30


def off_integer(steps):
    return abs(steps - round(steps)) > 1e-9


def test_bias_is_injected_at_every_step_and_in_step():
    """Without any input a tuned neuron fires at the rate of its bias, in the network as in the class-room
    loop."""
    group, twin = (LIFGroup(20, dimensions=1, intercepts=-0.5, max_rates=100.0, seed=5) for _ in range(2))
    spikes = SpikeMonitor(group)
    Network(group, spikes, dt=0.5).run(300.0)
    assert spikes.count().min() > 0
    by_loop = np.array([twin.step(0.0, 0.5) for _ in range(600)])
    np.testing.assert_array_equal(by_loop.sum(axis=0), spikes.count())


def test_curves_are_drawn_from_the_own_seed_or_the_networks():
    def drawn(seed, network_seed):
        group = LIFGroup(10, dimensions=3, seed=seed)
        Network(LIFGroup(2, name="other") if network_seed == 9 else [], group,
                seed=min(network_seed, 8)) if network_seed else None
        return np.column_stack([group.encoders, group.gain, group.bias])

    np.testing.assert_array_equal(drawn(4, 1), drawn(4, None))
    np.testing.assert_array_equal(drawn(4, 1), drawn(4, 2))
    assert not np.array_equal(drawn(None, 1), drawn(None, 2))
    np.testing.assert_array_equal(drawn(None, 1), drawn(None, 1))


def test_curves_without_any_seed_are_refused_until_drawn():
    group = LIFGroup(10, dimensions=1)
    with pytest.raises(ValueError, match="LIFGroup.seed must be given"):
        group.current([0.0])
    Network(group, seed=1)
    assert group.current([0.0]).shape == (10,)


@pytest.mark.parametrize("options, message", [
    (dict(max_rates=500.0), r"LIFGroup.max_rates must be positive and below 1/t_refractory in Hz, got 500.0"),
    (dict(max_rates=(100.0, 600.0)), "LIFGroup.max_rates must be positive and below"),
    (dict(max_rates=-5.0), "LIFGroup.max_rates must be positive"),
    (dict(max_rates=np.ones(3)),
     r"LIFGroup.max_rates must be a scalar or have shape \(10,\), got shape \(3,\)"),
    (dict(max_rates=(200.0, 100.0)), "LIFGroup.max_rates"),
    (dict(intercepts=1.0), "LIFGroup.intercepts must be at least -1 and below 1, got 1.0"),
    (dict(intercepts=np.nan), "LIFGroup.intercepts must be .* finite, got nan"),
    (dict(dimensions=0), "LIFGroup.dimensions must be a whole number of at least 1, got 0"),
])
def test_impossible_curves_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        LIFGroup(10, **{"dimensions": 1, "seed": 1, **options})


def test_wrong_shape_of_x_is_refused(group):
    with pytest.raises(ValueError, match=r"LIFGroup.x must be of shape \(2,\) or \(rows, 2\), got \(3,\)"):
        group.current([1.0, 2.0, 3.0])


def test_a_plain_population_has_no_curves():
    with pytest.raises(ValueError, match="LIFGroup.dimensions must be given for tuning curves"):
        LIFGroup(3).current([1.0])


def test_given_encoders_are_taken_in_turn_at_unit_length():
    group = LIFGroup(5, dimensions=2, encoders=[[3.0, 4.0], [0.0, -2.0]], seed=1)
    np.testing.assert_allclose(group.encoders, [[0.6, 0.8], [0.0, -1.0]] * 2 + [[0.6, 0.8]])
    assert LIFGroup(2, dimensions=1, encoders=[1.0, -5.0], seed=1).encoders.tolist() == [[1.0], [-1.0]]
    assert LIFGroup(4, dimensions=1, encoders=1.0, seed=1).encoders.tolist() == [[1.0]] * 4


@pytest.mark.parametrize("d", [1, 2, 3])
def test_what_is_drawn_is_evenly_spread(d):
    """Independent draws of 200 would leave gaps of about 6/200 and directions whose sum is about 14 long."""
    for seed in range(5):
        group = LIFGroup(200, dimensions=d, intercepts=(-1.0, 0.9), seed=seed)
        assert np.linalg.norm(group.encoders.sum(axis=0)) < 8.0
        assert np.diff(np.sort(group.tuning.drawn[2])).max() < 2.001 * 1.9 / 200
        upper = group.encoders[:, 0] > 0            # each half of the directions has intercepts of all sizes
        assert np.diff(np.sort(group.tuning.drawn[2][upper])).max() < 13 * 1.9 / 200


def test_radius_scales_what_is_represented():
    unit, wide = (LIFGroup(40, dimensions=2, radius=r, seed=3) for r in (1.0, 5.0))
    x = np.random.default_rng(0).uniform(-0.7, 0.7, (20, 2))
    np.testing.assert_allclose(wide.tuning_curves(5.0 * x), unit.tuning_curves(x), rtol=1e-9)
    at_radius = np.diag(wide.tuning_curves(5.0 * wide.encoders))
    np.testing.assert_allclose(at_radius, wide.tuning.drawn[1], rtol=1e-9)
    np.testing.assert_allclose(wide.decoders(), 5.0 * unit.decoders(), rtol=1e-6, atol=1e-10)


def test_an_intercept_of_minus_one_fires_everywhere():
    group = LIFGroup(1, dimensions=1, encoders=1.0, intercepts=-1.0, max_rates=100.0, seed=1)
    assert np.all(group.tuning_curves(np.linspace(-0.999, 1.0, 50)[:, None]) > 0)
    assert group.tuning_curves([[-1.001]])[0, 0] == 0.0


def test_a_tuned_population_has_a_floor_at_rest_unless_a_model_is_given():
    assert LIFGroup(2, dimensions=1).model.v_floor == FirstOrderLIF().v_rest
    assert LIFGroup(2).model.v_floor == -np.inf
    assert LIFGroup(2, FirstOrderLIF(), dimensions=1).model.v_floor == -np.inf


def test_eval_points_and_the_networks_step_are_defaults_of_the_decoders():
    points = np.random.default_rng(0).uniform(0.0, 1.0, (100, 1))
    group, other = (LIFGroup(30, dimensions=1, eval_points=given, seed=2) for given in (points, None))
    np.testing.assert_array_equal(group.decoders(), other.decoders(points=points))
    continuous = group.decoders()
    Network(group, dt=0.5)
    np.testing.assert_array_equal(group.decoders(), group.decoders(dt=0.5))
    assert np.abs(group.decoders() - continuous).max() > 1e-5


def test_rates_on_a_coarse_grid_are_lower():
    """At dt = 1 ms an interval of 2.5 ms becomes one of 3 ms; at 0.1 ms it stays."""
    group = LIFGroup(1, dimensions=1, encoders=1.0, max_rates=400.0, intercepts=0.0, seed=1)
    rates = [group.tuning_curves([[0.999]], dt)[0, 0] for dt in (1.0, 0.1)]
    np.testing.assert_allclose(rates, [1000.0 / 3.0, 1000.0 / 2.6], rtol=1e-9)


def test_nonnegative_decoders_are_the_best_ones():
    group = LIFGroup(40, dimensions=1, seed=1)
    points = np.linspace(-1.0, 1.0, 200)[:, None]
    d = group.decoders(np.square, points=points, solver="nnls")[:, 0]
    rates = group.tuning_curves(points)
    slope = rates.T @ (rates @ d - points[:, 0] ** 2) + 200 * (0.1 * rates.max()) ** 2 * d
    assert d.min() == 0.0 and 5 < np.count_nonzero(d) < 40
    scale = np.abs(rates.T @ points ** 2).max()
    assert slope.min() > -1e-9 * scale and np.abs(slope[d > 0]).max() < 1e-9 * scale


def test_simulated_rates_agree_with_the_closed_form():
    model = FirstOrderLIF(tau_m=[10.0, 20.0])
    simulated = SimulatedRates(model, 2, highest=150.0)
    current = model.current_for([[40.0], [80.0], [140.0]])
    np.testing.assert_allclose(simulated.rate(current), model.rate(current, dt=0.1), rtol=0.02)
    np.testing.assert_allclose(simulated.current_for([60.0, 60.0]), model.current_for(60.0), rtol=0.01)
    np.testing.assert_allclose(simulated.current_for([0.0, 0.0]), model.current_for(0.0), rtol=0.005)


@pytest.mark.parametrize("build", [
    lambda: LIFGroup(30, ALIF(v_floor=-65.0), dimensions=1, max_rates=(30.0, 60.0), seed=1),
    lambda: Population(30, AdEx(), dimensions=1, max_rates=(30.0, 60.0), seed=1)], ids=["ALIF", "AdEx"])
def test_neurons_that_adapt_fire_as_their_tuning_curves_say(build):
    group = build()
    spikes = SpikeMonitor(group)
    network = Network(group, spikes, dt=0.1)
    for x in (-0.6, 0.3, 1.0):
        network.reset()
        network.run(3000.0, inputs={group: group.current([x])})
        late = np.array([np.count_nonzero(train > 2000.0) for train in spikes.trains()])
        np.testing.assert_allclose(late, group.tuning_curves([x]), atol=2.0, rtol=0.04)
    at_radius = np.diag(group.tuning_curves(group.encoders))
    np.testing.assert_allclose(at_radius, group.tuning.drawn[1], rtol=0.01)


@pytest.mark.parametrize("options, message", [
    (dict(encoders=[[0.0]]), "LIFGroup.encoders must be at most 10 vectors other than zero"),
    (dict(encoders=np.ones((11, 1))), "LIFGroup.encoders must be at most 10 vectors"),
    (dict(encoders=[[1.0, 0.0]]), r"LIFGroup.encoders must be of shape \(m, 1\), got \(1, 2\)"),
    (dict(radius=0.0), "LIFGroup.radius must be positive, got 0.0"),
    (dict(radius=[1.0, 2.0]), "LIFGroup.radius must be one number"),
    (dict(eval_points=np.ones((3, 2))), r"LIFGroup.eval_points must be of shape \(m, 1\)"),
    (dict(intercepts=-1.1), "LIFGroup.intercepts must be at least -1"),
])
def test_impossible_encoders_and_points_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        LIFGroup(10, **{"dimensions": 1, "seed": 1, **options})


def test_models_that_cannot_be_tuned_are_refused():
    with pytest.raises(TypeError, match="Population for tuned ones"):
        LIFGroup(3, AdEx(), dimensions=1)
    with pytest.raises(ValueError, match="Population.model must be one that reaches 2000 Hz"):
        Population(3, ALIF(t_refractory=0.0, threshold_step=1e6), 1, max_rates=2000.0, seed=1).gain
    with pytest.raises(ValueError, match="decoders.solver. must be one of"):
        LIFGroup(3, dimensions=1, seed=1).decoders(solver="lasso")
    assert NeuronGroup(3, AdEx()).tuning is None
