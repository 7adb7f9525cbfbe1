"""One door for numbers: what is no real number is refused by name wherever the package takes some, and no row
is stretched."""

import datetime
import fractions

import numpy as np
import pytest

from spikingnn import (STDP, DeltaSynapse, Factored, FirstOrderLIF, FixedProbability, InputGroup, LIFGroup,
                       Network, PoissonEncoder, RewardSTDP, SpikeMonitor, SpikeSource, StateMonitor,
                       SynapseGroup, WeightMonitor, analysis, simulate)
from spikingnn._util import checks
from spikingnn.encoding import (LatencyEncoder, LinearDecoder, PopulationEncoder, counts, decode_rate,
                                first_spike, population_vector, stimulus)
from spikingnn.memory import HopfieldAssembly, binarize, corrupt, cosine, correlation, overlap, psnr, ssim
from spikingnn.training import Dense, LIFLayer, Model, Preprocessing, Readout, Trainer, evaluate
from spikingnn.training.augment import Augment
from spikingnn.training.encode import Direct, Latency, Poisson
from spikingnn.unsupervised import STDPClassifier


N = 4
ONES = np.ones(N)


def hidden():
    return np.ma.array(ONES, mask=[0, 1, 0, 0])


STRANGE = {
    "text": ["1", "1", "1", "1"], "bytes": np.array([b"1"] * N), "complex": ONES + 0j,
    "dates": np.full(N, "2020-01-01", "datetime64[D]"),
    "spans": ONES.astype("timedelta64[ms]"), "structured": np.zeros(N, dtype=[("a", "f8")]),
    "masked": hidden(),
    "objects": np.array(["1", 1.0, 1.0, 1.0], dtype=object), "none": [1.0, None, 1.0, 1.0],
    "ragged": [[1.0], [1.0, 1.0], [1.0], [1.0]],
    "mask in a list": [1.0, np.ma.masked, 1.0, 1.0], "python dates": [datetime.timedelta(1)] * N,
    "complex objects": [1j, 1, 1, 1],
}


def group():
    return LIFGroup(N)


def ran(make, value):
    part = make()
    Network(part).run(1.0, inputs={part: value})


def rewarded(value):
    pre, post = LIFGroup(1), LIFGroup(1)
    synapses = SynapseGroup(pre, post, 0.5, DeltaSynapse(), rule=RewardSTDP())
    Network(pre, post, synapses).run(0.4, inputs={synapses: value})


def model():
    return Model([Dense(3), LIFLayer(), Dense(2), Readout()], shape=N, steps=2, seed=0)


def memory():
    return HopfieldAssembly(N, seed=0).store(np.array([[1.0, -1.0, 1.0, -1.0]]))


def plastic():
    return SynapseGroup(LIFGroup(1), group(), 0.5, DeltaSynapse(), rule=STDP())


DOORS = {
    "a model's field": lambda x: FirstOrderLIF(tau_m=x),
    "a rate": lambda x: PoissonEncoder(max_rate=x),
    "centres": lambda x: PopulationEncoder(centres=x),
    "a current": lambda x: ran(group, x),
    "a current, two steps": lambda x: ran(group,
                                          [x, x]) if isinstance(x, list) else ran(group, np.ma.stack([x, x])),
    "a stimulus": lambda x: ran(lambda: InputGroup(N, PoissonEncoder()), x),
    "a reward": rewarded,
    "one neuron's current": lambda x: simulate(FirstOrderLIF(), x, 0.4),
    "a step": lambda x: group().step(x, 0.1),
    "a state": lambda x: group().__setitem__("v", x),
    "weights": lambda x: SynapseGroup(LIFGroup(1), group(), [x] if isinstance(x, list) else x[None]),
    "weights set": lambda x: setattr(plastic(), "weight", [x] if isinstance(x, list) else x[None]),
    "delays": lambda x: SynapseGroup(LIFGroup(1), group(), 1.0,
                                     delay=[x] if isinstance(x, list) else x[None]),
    "drawn weights": lambda x: Network(*(g := (LIFGroup(2), LIFGroup(2))),
                                       SynapseGroup(*g, FixedProbability(1.0, lambda rng, n: x))),
    "factors": lambda x: Factored([x] if isinstance(x, list) else x[None], ONES[:, None]),
    "a train": lambda x: SpikeSource([x]),
    "events": lambda x: SpikeSource.from_events(N, np.arange(N), x),
    "units of events": lambda x: SpikeSource.from_events(N, x, ONES),
    "units to record": lambda x: StateMonitor(group(), "v", index=x),
    "synapses to record": lambda x: WeightMonitor(plastic(), 1.0, index=x).fit(N),
    "offline": lambda x: PoissonEncoder().encode(x, 1.0),
    "a train to count": lambda x: counts([x], 1.0, 10.0),
    "a train to decode": lambda x: decode_rate([x], 10.0, 10.0),
    "the first spike": lambda x: first_spike([x]),
    "rates": lambda x: population_vector(x, ONES),
    "directions": lambda x: population_vector(ONES, x),
    "a linear decoder": lambda x: LinearDecoder().fit(ONES[:, None], x),
    "latencies": lambda x: LatencyEncoder().value(x),
    "statistics": lambda x: analysis.cv([x]),
    "distances": lambda x: analysis.van_rossum(x, ONES, 5.0),
    "a rate curve": lambda x: FirstOrderLIF().rate(x),
    "a current for a rate": lambda x: FirstOrderLIF().current_for(x),
    "tuning": lambda x: LIFGroup(N, dimensions=N, seed=0).current(x),
    "a picture": lambda x: stimulus([x] if isinstance(x, list) else x[None]),
    "patterns": lambda x: HopfieldAssembly(N).store(x),
    "grey patterns": lambda x: HopfieldAssembly(N, rule="dense", coding="gray").store(x),
    "a cue": lambda x: memory().recall(x),
    "pictures to cut": lambda x: binarize([x] if isinstance(x, list) else x[None]),
    "a pattern to corrupt": lambda x: corrupt(x, flip=0.5, seed=0),
    "an overlap": lambda x: overlap(ONES, x),
    "a likeness": lambda x: correlation(ONES, x),
    "a cosine": lambda x: cosine(ONES, x),
    "a PSNR": lambda x: psnr(ONES, x),
    "an SSIM": lambda x: ssim(ONES[None], [x] if isinstance(x, list) else x[None]),
    "a forward pass": lambda x: model().forward([[x]] if isinstance(x, list) else x[None, None]),
    "a prediction": lambda x: model().predict([[x]] if isinstance(x, list) else x[None, None]),
    "training": lambda x: Trainer(model(), epochs=1).fit([x] if isinstance(x, list) else x[None], [0]),
    "labels": lambda x: Trainer(model(), epochs=1).fit(np.ones((N, N)), x),
    "an evaluation": lambda x: evaluate(model(), [x] if isinstance(x, list) else x[None], [0], Direct()),
    "a direct input": lambda x: Direct()(x, 2),
    "a Poisson input": lambda x: Poisson()(x, 2),
    "a latency input": lambda x: Latency()(x, 2),
    "pictures to prepare": lambda x: Preprocessing()([[x]] if isinstance(x, list) else x[None, None]),
    "pictures to warp": lambda x: Augment()([[x]] if isinstance(x, list) else x[None, None], 0),
    "unsupervised": lambda x: STDPClassifier(3).start([x] if isinstance(x, list) else x[None]),
}


@pytest.mark.parametrize("strange", STRANGE)
@pytest.mark.parametrize("door", DOORS)
def test_what_is_no_number_is_refused(door, strange):
    with pytest.raises((TypeError, ValueError), match=" must (be|have) ") as caught:
        DOORS[door](STRANGE[strange])
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 400
    assert strange not in ("masked", "mask in a list") or "without masked entries" in str(caught.value)


NEED_FINITE = sorted(set(DOORS) - {"a cue", "an overlap", "latencies", "units of events", "units to record",
                                   "synapses to record", "labels",
                                   # NaN is an unknown pixel, inf a spike that never comes
                                   "a direct input"})


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("door", NEED_FINITE)
def test_what_is_not_finite_is_refused(door, bad):
    with pytest.raises((TypeError, ValueError), match="must|from 0 to 1"):
        DOORS[door](np.array([1.0, bad, 1.0,
                              1.0]) if door != "a model's field" else np.array([1.0, np.nan, 1.0, 1.0]))


@pytest.mark.parametrize("value", [[1, 1, 1, 1], (True, 1, 1.0, 1), np.ones(N, np.float16),
                                   np.ones(N, np.uint8), np.ones(N, bool),
                                   [fractions.Fraction(1)] * N,
                                   np.array([1, 1.0, True, np.float32(1)], dtype=object),
                                   np.ma.array(ONES), np.ones(N, np.longdouble)])
def test_every_real_number_is_one(value):
    assert np.array_equal(checks.number("owner", "field", value), ONES)
    assert checks.number("owner", "field", value).dtype == np.float64


def test_one_number():
    assert checks.number("owner", "field", np.array(2)) == 2.0
    assert checks.number("owner", "field", True) == 1.0
    for strange in (10**400, "2", b"2", 2j, None, np.ma.masked, np.datetime64("2020"), {2.0}, {2.0: 1.0},
                    object()):
        with pytest.raises((TypeError, ValueError), match="owner.field must be"):
            checks.number("owner", "field", strange)


def test_huge_numbers_are_finite():
    large = np.full(10, 1.5e308)
    assert np.array_equal(checks.number("owner", "field", large), large)
    with pytest.raises(ValueError, match="finite"):
        checks.number("owner", "field", np.append(large, [np.inf, -np.inf]))


def test_a_model_may_be_given_large_and_boolean_inputs():
    assert np.isfinite(model().forward(np.full((1, 3, N), 1e30))).all()
    assert model().forward(np.ones((2, 3, N), bool)).shape == (2, 3, 2)
    with pytest.raises(ValueError, match="Model.forward: x must be finite"):
        model().forward(np.full((1, 3, N), 1e300))              # infinite in float32


# --- rows ---------------------------------------------------------------------------------------------------

def neurons(rows, steps):
    part = LIFGroup(2)
    Network(part).run(steps / 10, inputs={part: np.ones((rows, 2))})


def rewards(rows, steps):
    pre, post = LIFGroup(1), LIFGroup(1)
    synapses = SynapseGroup(pre, post, 0.5, DeltaSynapse(), rule=RewardSTDP())
    Network(pre, post, synapses).run(steps / 10, inputs={synapses: np.ones(rows)})


TAKERS = {"a current": neurons, "a reward": rewards, "one neuron": lambda rows,
          steps: simulate(FirstOrderLIF(), np.ones(rows), steps / 10),
          "an encoder": lambda rows, steps: PoissonEncoder().encode(np.ones((rows, 2)), steps / 10, seed=0)}


@pytest.mark.parametrize("rows, steps, less, more",
                         [(4999, 5000, 2500, 5000), (3, 10, 2, 5), (7, 36, 6, 9), (2, 13, 1, 13)])
@pytest.mark.parametrize("taker", TAKERS)
def test_rows_that_do_not_divide_the_steps_are_refused(taker, rows, steps, less, more):
    with pytest.raises(ValueError, match=f"divides the {steps:,} steps of this run, such as {less:,} or "
                                         f"{more:,}, got {rows}"):
        TAKERS[taker](rows, steps)
    for fits in (less, more):
        TAKERS[taker](fits, steps)
    with pytest.raises(ValueError, match=f"of 1 to {steps:,} rows, the steps of this run, got {2 * steps}"):
        TAKERS[taker](2 * steps, steps)


@pytest.mark.parametrize("n, size", [(1, 10), (3, 10), (3, 1)])
def test_a_current_in_time_is_a_column(n, size):
    cells = LIFGroup(n)
    network = Network(cells)
    with pytest.raises(ValueError, match=r"\(rows, \d\), got .*a current in time, .* is current\[:, None\]"):
        network.run(1.0, inputs={cells: np.ones(size)})
    if n == 1:
        network.run(1.0, inputs={cells: np.ones(size)[:, None]})


# --- spike sources ------------------------------------------------------------------------------------------

@pytest.mark.parametrize("trains", ["5", {0: [5.0]}, {5.0}, 5.0, None], ids=repr)
def test_trains_are_a_list(trains):
    with pytest.raises(TypeError, match="SpikeSource.trains must be a list of n arrays of times in ms, got"):
        SpikeSource(trains)


@pytest.mark.parametrize("trains", [np.array([5.0, 10.0, 20.0]), [5.0, 10.0], (5,), [[5.0], 10.0]])
def test_one_train_or_many_units_has_to_be_said(trains):
    with pytest.raises(TypeError, match=r"SpikeSource.trains must be .*\[times\] for one unit, \[\[t\] for "
                                        r"t in times\] for units"):
        SpikeSource(trains)


def test_two_arrays_are_events():
    with pytest.raises(TypeError, match=r"SpikeSource.from_events\(n, i, t\)"):
        SpikeSource(np.array([0, 1]), np.array([5.0, 10.0]))


@pytest.mark.parametrize("i, t, message", [
    ([3], [1.0], "from 0 to 2"), ([-1], [1.0], "from 0 to 2"), ([0.5], [1.0], "whole numbers"),
    ([[0]], [[1.0]], "whole numbers"),
    ([0, 1], [1.0], r"shape \(2,\), got \(1,\)"), ([0], [-1.0], "zero or positive"),
    ([0], [np.nan], "finite"), ([True], [1.0], "whole"),
])
def test_events_out_of_range(i, t, message):
    with pytest.raises((ValueError, TypeError), match=message):
        SpikeSource.from_events(3, i, t)


def test_events_come_back():
    rng = np.random.default_rng(0)
    i, t = rng.integers(0, 5, 40), rng.permutation(400)[:40] / 10
    source = SpikeSource.from_events(6, i, t, name="replayed")
    spikes = SpikeMonitor(source)
    Network(source, spikes).run(40.0)
    order = np.lexsort((i, t))
    assert np.array_equal(spikes.i, i[order]) and np.allclose(spikes.t, t[order])
    assert source.name == "replayed" and source.n == 6
    again = SpikeSource.from_events(6, spikes.i, spikes.t)
    assert all(np.allclose(*pair) for pair in zip(again.model.trains, source.model.trains))
    assert SpikeSource.from_events(2, [], []).model.trains[1].size == 0


@pytest.mark.parametrize("options, message", [
    ({"rest": 12.5, "present": 25.0}, "rest must be a multiple of the step"),
    ({"max_rate": [1.0, 2.0]}, "max_rate must be one number")])
def test_a_classifier_keeps_whole_steps(options, message):
    with pytest.raises(ValueError, match=message):
        STDPClassifier(3, **options)
