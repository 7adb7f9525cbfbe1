"""One set of tests over every kernel there is: compiled equals plain Python, a run in parts equals the whole,
the cache holds."""

import ast
import importlib
import inspect
import pkgutil
import textwrap
from dataclasses import dataclass

import numba
import numpy as np
import pytest
from registered import synapses
from scipy.sparse import csr_array

import spikingnn
from spikingnn import (ALIF, FirstOrderLIF, InputGroup, LIFGroup, Network, NeuronGroup, PoissonEncoder,
                       SynapseGroup, SynapticResources)
from spikingnn.encoding import GammaRenewal, GivenSpikes, PoissonCounts
from spikingnn.engine.loop import advance
from spikingnn.engine.plugin import Kernel, NeuronModel, Rule, normal, rows, step_kernel, uniform
from spikingnn.engine.random import mix
from spikingnn.engine.views import SharedCoefficient


N = 9                               # not a multiple of any vector length
KERNELS = ("step", "on_pre", "on_post", "on_tick", "efficacy", "release")
EXAMPLES = {ALIF: lambda: ALIF(noise=0.5), FirstOrderLIF: lambda: FirstOrderLIF(noise=0.5),
            PoissonCounts: lambda: PoissonCounts(np.geomspace(1e3, 1e6, N)),
            GammaRenewal: lambda: GammaRenewal(200.0),
            SynapticResources: lambda: SynapticResources(tau_facilitation=50.0),
            GivenSpikes: lambda: GivenSpikes(tuple(np.arange(i, 300.0, 3.0 + i) for i in range(N)))}


def registered(base):
    """An instance of every class of the package that derives from `base` and carries a kernel."""
    for module in pkgutil.walk_packages(spikingnn.__path__, "spikingnn."):
        if module.name.split(".")[1] in ("neurons", "encoding", "plasticity"):
            importlib.import_module(module.name)
    found, open_ = set(), [base]
    while open_:
        for subclass in open_.pop().__subclasses__():
            open_.append(subclass)
            if subclass.__module__.startswith("spikingnn.") and any(getattr(subclass, name, None)
                                                                    for name in KERNELS):
                found.add(subclass)
    return [EXAMPLES.get(cls, cls)() for cls in sorted(found, key=lambda cls: cls.__name__)]


MODELS, RULES = registered(NeuronModel), registered(Rule)
FILTERS = [synapse for synapse in synapses() if synapse.filter is not None]
HOOKS = [(rule, name) for rule in RULES for name in KERNELS[1:] if getattr(rule, name) is not None]


def is_encoder(model):
    return type(model).__module__.startswith("spikingnn.encoding")


def named(value):
    return value if isinstance(value, str) else type(value).__name__


def bounds(rule):
    """Between which weights to start: the rule's bounds, or ±1 where it has none."""
    return [float(np.clip(getattr(rule, name, default), -1.0, 1.0))
            for name, default in (("w_min", 0.0), ("w_max", 1.0))]


def bits(*arrays):
    return b"".join(np.ascontiguousarray(array).tobytes() for array in arrays)


def test_the_package_has_kernels():
    assert {"FirstOrderLIF", "ALIF", "PoissonEncoder", "GivenSpikes"} <= set(map(named, MODELS))
    assert {"STDP", "Hebbian"} <= set(map(named, RULES))
    assert all(isinstance(getattr(rule, name), Kernel) for rule, name in HOOKS)


# --- the same bits ------------------------------------------------------------------------------------------

def stepped(kernel, model, coefficients, conducting, steps):
    """The bits of all spikes and the last state after `steps` steps under a changing input."""
    draw, key = np.random.default_rng(1), np.uint64(11)
    state = np.array([np.broadcast_to(np.asarray(row, float), N) for row in model.initial(N, key)])
    first, spikes = state.copy(), np.zeros((steps, N), bool)
    scale = np.ones(N) if is_encoder(model) else np.geomspace(0.1, 50.0, N)
    for k in range(steps):
        conductance = draw.random((2, N)) * [[0.05], [-2.0]] if conducting else np.empty((2, 0))
        kernel(state, coefficients, draw.random(N) * scale, conductance, spikes[k], 0.1, mix(key, k))
    assert np.isfinite(state).all() and bits(state) != bits(first)
    return bits(spikes, state)


@pytest.mark.parametrize("model", MODELS, ids=named)
def test_steps_compiled_equal_plain_python(model):
    """Three thousand steps, with and without conductances, coefficients shared and one each."""
    values = model.step_coefficients(0.1)
    shared = np.array(values, dtype=float) if all(np.ndim(value) == 0 for value in values) else None
    each = np.array([np.broadcast_to(value, N) for value in values], dtype=float).reshape(len(values), N)
    variants = ([("homogeneous", shared)] * (shared is not None)
                + [("heterogeneous", each)] * ("heterogeneous" in model.step.variants))
    for conducting in {False, model.conductances}:
        with np.errstate(over="ignore"):
            plain = {stepped(model.step.python, model, coefficients, conducting, 3000)
                     for _, coefficients in variants}
            compiled = {stepped(model.step.compiled(variant), model, coefficients, conducting, 3000)
                        for variant, coefficients in variants}
        assert len(plain) == 1 and compiled == plain


@pytest.mark.parametrize("synapse", FILTERS, ids=named)
def test_filters_compiled_equal_plain_python(synapse):
    """Two thousand steps with weights that arrive, coefficients shared and one each."""
    shared = np.array(synapse.step_coefficients(0.1), dtype=float)
    each = np.repeat(shared[:, None], N, axis=1)

    def filtered(kernel, coefficients):
        draw, state, sent = np.random.default_rng(1), np.zeros((len(synapse.states), N)), []
        for k in range(2000):
            state[0] += draw.random(N) * (draw.random(N) < 0.05)
            current, conductance = np.zeros(N), np.zeros((2, N if synapse.sends_conductance else 0))
            kernel(state, coefficients, draw.uniform(-80.0, 0.0, N), current, conductance, 0.1, np.uint64(k))
            sent.append(bits(state, current, conductance))
        assert np.all(state > 0.0) and len(set(sent)) == 2000
        return sent

    variants = [("homogeneous_filter", shared), ("heterogeneous_filter", each)]
    plain = [filtered(synapse.filter.python, coefficients) for _, coefficients in variants]
    compiled = [filtered(synapse.filter.compiled(variant), coefficients) for variant,
                coefficients in variants]
    assert plain[0] == plain[1] == compiled[0] == compiled[1]


@pytest.mark.parametrize("rule, name", HOOKS, ids=named)
def test_hooks_compiled_equal_plain_python(rule, name):
    params, kernel = np.array(rule.step_coefficients(0.1), dtype=float), getattr(rule, name)
    low, high = bounds(rule)

    def called(function):
        draw = np.random.default_rng(2)
        weight, learned, traces = draw.uniform(low, high, N), [], []
        state = np.reshape(rule.initial(), (-1, 1)) + 0.1 * draw.normal(size=(len(rule.synapse_state), N))
        for key in map(np.uint64, range(2000)):
            pre, post = draw.random((len(rule.pre_traces()), N)), draw.random((len(rule.post_traces()), N))
            if name in ("on_pre", "efficacy", "release"):
                pre = np.ascontiguousarray(pre[:, 0])
            else:
                post = np.ascontiguousarray(post[:, 0])
            if name == "efficacy":
                learned.append(bits(function(pre, params, float(key), key)))
            else:
                function(weight, state, pre, post, params, float(key), key)
                learned.append(bits(weight, state))
            traces.append(bits(pre, post))
        assert len(set(learned)) > 1
        return learned, traces

    with np.errstate(over="ignore"):
        assert called(kernel.compiled("on_post" if name == "on_tick" else name)) == called(kernel.python)


def test_random_numbers_compiled_equal_plain_python():
    @numba.njit
    def drawn(key, n):
        return [(mix(key, i), uniform(key, i), normal(key, i)) for i in range(n)]

    key = np.uint64(2**63 + 12345)
    with np.errstate(over="ignore"):
        assert drawn(key, 1000) == [(mix(key, i), uniform(key, i), normal(key, i)) for i in range(1000)]


def test_random_numbers_are_splitmix64():
    """The generator's own first outputs for seed 1234567, as its authors publish them."""
    expected = [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431,
                16408922859458223821]
    with np.errstate(over="ignore"):
        assert [int(mix(np.uint64(1234567), i)) for i in range(5)] == expected


def test_random_numbers_have_their_moments():
    @numba.njit
    def drawn(key, n):
        return [(uniform(key, i), normal(key, i)) for i in range(n)]

    u, z = np.array(drawn(np.uint64(5), 200_000)).T
    assert 0.0 < u.min() < 1e-4 and 1.0 - 1e-4 < u.max() < 1.0
    assert abs(u.mean() - 0.5) < 4 * np.sqrt(1 / 12 / u.size) and abs(z.mean()) < 4 / np.sqrt(z.size)
    assert z.var() == pytest.approx(1.0, abs=4 * np.sqrt(2 / z.size))
    assert np.mean(z**4) == pytest.approx(3.0, abs=4 * np.sqrt(96 / z.size))
    assert abs(np.corrcoef(u[1:], u[:-1])[0, 1]) < 4 / np.sqrt(u.size)


# --- in parts -----------------------------------------------------------------------------------------------

@pytest.mark.parametrize("model", MODELS, ids=named)
def test_a_model_run_in_parts_equals_the_whole(model):
    def run(*durations):
        group = InputGroup(N, model) if is_encoder(model) else NeuronGroup(N, model)
        network = Network(group, seed=1)
        for duration in durations:
            network.run(duration, {group: 0.7 if is_encoder(model) else np.geomspace(0.1, 50.0, N)})
        return group.state

    np.testing.assert_array_equal(run(60.0), run(13.3, 0.1, 46.6))


@pytest.mark.parametrize("rule", RULES, ids=named)
def test_a_rule_run_in_parts_and_sparse_equals_the_whole_and_dense(rule):
    def run(form, *durations):
        inputs, cells, (low, high) = InputGroup(12, PoissonEncoder(100.0)), LIFGroup(N), bounds(rule)
        weight = low + (high - low) * np.random.default_rng(0).uniform(0.3, 0.7, (12, N))
        link = SynapseGroup(inputs, cells, form(weight), delay=0.9, rule=rule)
        network = Network(inputs, cells, link, seed=1)
        for duration in durations:
            network.run(duration, {inputs: 0.8, cells: 1.7})
        return np.asarray(link.weight if form is np.asarray
                          else link.weight.toarray()), network._layout.trace, cells.state

    whole = run(np.asarray, 80.0)
    for other in (run(np.asarray, 33.3, 0.1, 46.6), run(csr_array, 80.0)):
        for a, b in zip(whole, other):
            np.testing.assert_array_equal(a, b)


# --- how kernels are written --------------------------------------------------------------------------------

BANNED = {"exp", "tanh", "log", "log1p", "expm1", "power", "sum", "dot", "mean", "prod", "cumsum", "matmul",
          "einsum"}


def sources(kernel):
    """The kernel and the helpers of ours that it calls, as syntax trees."""
    names, done = [kernel.python], set()
    while names:
        function = names.pop()
        done.add(function)
        for name in function.__code__.co_names:
            called = function.__globals__.get(name)
            ours = inspect.isfunction(called) and called.__module__.startswith("spikingnn.")
            if ours and called not in done and called is not rows:
                names.append(called)
    return [ast.parse(textwrap.dedent(inspect.getsource(function))) for function in done]


@pytest.mark.parametrize("kernel", [model.step for model in MODELS]
                         + [getattr(rule, name) for rule, name in HOOKS]
                         + [synapse.filter for synapse in FILTERS],
                         ids=lambda kernel: kernel.__qualname__)
def test_kernels_do_nothing_whose_bits_depend_on_the_compiler(kernel):
    for tree in sources(kernel):
        for node in ast.walk(tree):
            assert not (isinstance(node, ast.Attribute) and node.attr in BANNED
                        and ast.unparse(node.value) != "math"), ast.unparse(node)
            assert not (isinstance(node, ast.BinOp | ast.AugAssign)
                        and isinstance(node.op, ast.Pow | ast.MatMult)), ast.unparse(node)


def test_nothing_is_compiled_with_fast_math():
    compiled = [model.step.compiled(variant) for model in MODELS for variant in model.step.variants]
    assert not any(function.targetoptions.get("fastmath") for function in [advance, *compiled])


# --- what is refused ----------------------------------------------------------------------------------------

def test_a_kernel_serves_its_own_kind_only():
    with pytest.raises(TypeError,
                       match="FirstOrderLIF.step is a kernel of kind 'homogeneous' and cannot serve as "
                             "'on_pre'"):
        FirstOrderLIF.step.compiled("on_pre")


def test_wrong_arguments_of_a_kernel_are_named():
    with pytest.raises(TypeError,
                       match=r"step must take \(state, coefficients, .*\), got \(state, current\)"):
        @step_kernel
        def step(state, current):
            pass


@dataclass(frozen=True, eq=False)
class Miscounted(NeuronModel):
    """Declares one state and unpacks two."""

    @step_kernel
    def step(state, coefficients, current, conductance, spikes, dt, key):
        v, w = rows(state, 2)
        for i in range(v.size):
            v[i] += w[i]


def test_wrong_number_of_rows_reaches_the_caller():
    group = NeuronGroup(2, Miscounted())
    with pytest.raises(ValueError, match="the kernel unpacks another number of rows than the model declares"):
        Network(group).run(1.0)
    with pytest.raises(ValueError, match="the kernel unpacks another number of rows than the model declares"):
        group.step(0.0, 0.1)


def test_rows_in_plain_python_are_views_or_shared_numbers():
    matrix = np.arange(6.0).reshape(2, 3)
    a, b = rows(matrix, 2)
    a[0] = 9.0
    assert matrix[0, 0] == 9.0 and b.size == 3
    (shared,) = rows(np.array([7.0]), 1)
    assert isinstance(shared, SharedCoefficient) and shared[0] == shared[100] == 7.0


# --- the old name of step_coefficients ------------------------------------------------------------------

def test_calibrate_is_another_name_of_step_coefficients():
    """Version 0.2 takes both names, in classes that derive from each other too."""
    @dataclass(frozen=True, eq=False)
    class Old(FirstOrderLIF):
        def calibrate(self, dt):
            return (*super().calibrate(dt), 7.0)

    @dataclass(frozen=True, eq=False)
    class New(Old):
        def step_coefficients(self, dt):
            return (*super().step_coefficients(dt), 8.0)

    plain = FirstOrderLIF().step_coefficients(0.1)
    assert FirstOrderLIF().calibrate(0.1) == plain
    assert Old().step_coefficients(0.1) == Old().calibrate(0.1) == (*plain, 7.0)
    assert New().step_coefficients(0.1) == New().calibrate(0.1) == (*plain, 7.0, 8.0)
    assert spikingnn.STDP().calibrate(0.1) == spikingnn.STDP().step_coefficients(0.1)
