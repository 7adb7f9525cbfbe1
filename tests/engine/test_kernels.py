"""One set of tests over every kernel there is: compiled equals plain Python, a run in parts equals the whole, the cache holds."""

import ast
import copy
import importlib
import inspect
import multiprocessing
import os
import pickle
import pkgutil
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path

import numba
import numpy as np
import pytest
from numba import types
from scipy.sparse import csr_array

import spikingnn
from spikingnn import (ALIF, FirstOrderLIF, InputGroup, LIFGroup, Network, NeuronGroup, PoissonEncoder,
                       SynapseGroup, SynapticResources)
from spikingnn.encoding import GivenSpikes
from spikingnn.engine.loop import advance
from spikingnn.engine.plugin import Kernel, NeuronModel, Rule, normal, rows, step_kernel, uniform
from spikingnn.engine.random import mix
from spikingnn.engine.views import SharedCoefficient


N = 9                               # not a multiple of any vector length
KERNELS = ("step", "on_pre", "on_post", "on_tick", "efficacy", "release")
EXAMPLES = {ALIF: lambda: ALIF(noise=0.5), FirstOrderLIF: lambda: FirstOrderLIF(noise=0.5),
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
            if subclass.__module__.startswith("spikingnn.") and any(getattr(subclass, name, None) for name in KERNELS):
                found.add(subclass)
    return [EXAMPLES.get(cls, cls)() for cls in sorted(found, key=lambda cls: cls.__name__)]


MODELS, RULES = registered(NeuronModel), registered(Rule)
HOOKS = [(rule, name) for rule in RULES for name in KERNELS[1:] if getattr(rule, name) is not None]


def is_encoder(model):
    return type(model).__module__.startswith("spikingnn.encoding")


def named(value):
    return value if isinstance(value, str) else type(value).__name__


def bounds(rule):
    """Between which weights to start: the rule's bounds, or ±1 where it has none."""
    return [float(np.clip(getattr(rule, name, default), -1.0, 1.0)) for name, default in (("w_min", 0.0), ("w_max", 1.0))]


def bits(*arrays):
    return b"".join(np.ascontiguousarray(array).tobytes() for array in arrays)


def test_the_package_has_kernels():
    assert {"FirstOrderLIF", "ALIF", "PoissonEncoder", "GivenSpikes"} <= set(map(named, MODELS))
    assert {"STDP", "Hebbian"} <= set(map(named, RULES))
    assert all(isinstance(getattr(rule, name), Kernel) for rule, name in HOOKS)


# --- the same bits -----------------------------------------------------------------------------------------------------------------

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
    each = np.array([np.broadcast_to(value, N) for value in values], dtype=float)
    variants = [("homogeneous", shared)] * (shared is not None) + [("heterogeneous", each)] * ("heterogeneous" in model.step.variants)
    for conducting in {False, model.conductances}:
        with np.errstate(over="ignore"):
            plain = {stepped(model.step.python, model, coefficients, conducting, 3000) for _, coefficients in variants}
            compiled = {stepped(model.step.compiled(variant), model, coefficients, conducting, 3000) for variant, coefficients in variants}
        assert len(plain) == 1 and compiled == plain


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
    expected = [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821]
    with np.errstate(over="ignore"):
        assert [int(mix(np.uint64(1234567), i)) for i in range(5)] == expected


def test_random_numbers_have_their_moments():
    @numba.njit
    def drawn(key, n):
        return [(uniform(key, i), normal(key, i)) for i in range(n)]

    u, z = np.array(drawn(np.uint64(5), 200_000)).T
    assert 0.0 < u.min() < 1e-4 and 1.0 - 1e-4 < u.max() < 1.0
    assert abs(u.mean() - 0.5) < 4 * np.sqrt(1 / 12 / u.size) and abs(z.mean()) < 4 / np.sqrt(z.size)
    assert z.var() == pytest.approx(1.0, abs=4 * np.sqrt(2 / z.size)) and np.mean(z**4) == pytest.approx(3.0, abs=4 * np.sqrt(96 / z.size))
    assert abs(np.corrcoef(u[1:], u[:-1])[0, 1]) < 4 / np.sqrt(u.size)


# --- in parts ------------------------------------------------------------------------------------------------------------------------

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
        return np.asarray(link.weight if form is np.asarray else link.weight.toarray()), network._layout.trace, cells.state

    whole = run(np.asarray, 80.0)
    for other in (run(np.asarray, 33.3, 0.1, 46.6), run(csr_array, 80.0)):
        for a, b in zip(whole, other):
            np.testing.assert_array_equal(a, b)


# --- how kernels are written ------------------------------------------------------------------------------------------------------------

BANNED = {"exp", "tanh", "log", "log1p", "expm1", "power", "sum", "dot", "mean", "prod", "cumsum", "matmul", "einsum"}


def sources(kernel):
    """The kernel and the helpers of ours that it calls, as syntax trees."""
    names, done = [kernel.python], set()
    while names:
        function = names.pop()
        done.add(function)
        for name in function.__code__.co_names:
            called = function.__globals__.get(name)
            if inspect.isfunction(called) and called.__module__.startswith("spikingnn.") and called not in done and called is not rows:
                names.append(called)
    return [ast.parse(textwrap.dedent(inspect.getsource(function))) for function in done]


@pytest.mark.parametrize("kernel", [model.step for model in MODELS] + [getattr(rule, name) for rule, name in HOOKS],
                         ids=lambda kernel: kernel.__qualname__)
def test_kernels_do_nothing_whose_bits_depend_on_the_compiler(kernel):
    for tree in sources(kernel):
        for node in ast.walk(tree):
            assert not (isinstance(node, ast.Attribute) and node.attr in BANNED and ast.unparse(node.value) != "math"), ast.unparse(node)
            assert not (isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Pow | ast.MatMult)), ast.unparse(node)


def test_nothing_is_compiled_with_fast_math():
    compiled = [model.step.compiled(variant) for model in MODELS for variant in model.step.variants]
    assert not any(function.targetoptions.get("fastmath") for function in [advance, *compiled])


# --- compiled once -------------------------------------------------------------------------------------------------------------------

def leaves(kind):
    if isinstance(kind, types.BaseTuple):
        return [leaf for part in kind.types for leaf in leaves(part)]
    return [kind]


def test_the_engine_takes_arrays_and_numbers_and_is_compiled_once():
    """Were a kernel among its arguments, the engine would be compiled anew for each."""
    for group in (LIFGroup(2), NeuronGroup(2, ALIF()), InputGroup(2, PoissonEncoder())):
        Network(group).run(0.1)
    (signature,) = advance.signatures
    assert all(isinstance(leaf, types.Array | types.Number) for part in signature for leaf in leaves(part))


def test_addresses_lead_to_the_kernels_and_stay_in_their_process():
    group = LIFGroup(2)
    network = Network(group, seed=0)
    network.run(0.1)
    address = FirstOrderLIF.step.address("homogeneous")
    assert network.layout._prepared[1].groups.kernel.tolist() == [address]
    for copied in (pickle.loads(pickle.dumps(network)), copy.deepcopy(network)):
        assert copied.layout._prepared is None
        copied.run(5.0, {copied.groups[0]: 2.0})
    network.run(5.0, {group: 2.0})
    np.testing.assert_array_equal(copied.groups[0].state, group.state)


def test_tables_are_made_anew_where_a_model_has_changed():
    @dataclass(frozen=True, eq=False)
    class Ramp(NeuronModel):
        slope: object = 1.0

        def step_coefficients(self, dt):
            return (np.asarray(self.slope) * dt,)

        @step_kernel
        def step(state, coefficients, current, conductance, spikes, dt, key):
            (v,) = rows(state, 1)
            (rise,) = rows(coefficients, 1)
            for i in range(v.size):
                v[i] += rise[i]

    slopes = np.array([1.0, 2.0])
    group = NeuronGroup(2, Ramp(slopes))
    network = Network(group, dt=1.0, seed=0)
    network.run(1.0)
    slopes[:] = 10.0, 20.0                              # in place: the kernel's own class does not forbid it
    network.run(1.0)
    np.testing.assert_array_equal(group["v"], [11.0, 22.0])
    group.model = Ramp(100.0)
    network.run(1.0)
    network.run(1.0)
    np.testing.assert_array_equal(group["v"], [211.0, 222.0])


def test_a_forked_process_goes_on_with_the_network_that_it_was_given():
    if "fork" not in multiprocessing.get_all_start_methods():
        pytest.skip("this system does not fork")
    printed = python("""
        import multiprocessing
        from spikingnn import LIFGroup, Network
        group = LIFGroup(3)
        network = Network(group, seed=0)
        network.run(10.0, {group: 2.0})

        def later(queue):
            network.run(10.0, {group: 2.0})
            queue.put(group.state.tolist())

        context = multiprocessing.get_context("fork")
        queue = context.SimpleQueue()
        process = context.Process(target=later, args=(queue,))
        process.start()
        states = queue.get()
        process.join()
        network.run(10.0, {group: 2.0})
        print(states == group.state.tolist())
    """)
    assert printed == ["True"]


@pytest.mark.parametrize("disabled", ["0", "1"])
def test_an_error_in_a_kernel_reaches_the_caller_and_the_network_goes_on(disabled):
    """A step, a hook that sees a row, one that sees a column, and an efficacy raise while the engine runs."""
    printed = python("""
        from dataclasses import dataclass, replace
        from spikingnn import *

        @dataclass(frozen=True, eq=False)
        class Strict(FirstOrderLIF):
            limit: float = 3.0

            def step_coefficients(self, dt):
                return (self.limit,)

            @step_kernel
            def step(state, coefficients, current, conductance, spikes, dt, key):
                v, refractory = rows(state, 2)
                (limit,) = rows(coefficients, 1)
                for i in range(v.size):
                    v[i] += 1.0
                    if v[i] > limit[i]:
                        raise ValueError("v is above the limit")
                    spikes[i] = True

        @dataclass(frozen=True)
        class Row(Rule):
            limit: float = 3.0

            @on_pre_kernel
            def on_pre(weight, state, pre, post, params, t, key):
                weight[0] += 1.0
                if weight[0] > params[0]:
                    raise ValueError("a row is above the limit")

        @dataclass(frozen=True)
        class Column(Row):
            on_pre = None

            @on_post_kernel
            def on_post(weight, state, pre, post, params, t, key):
                weight[0] += 1.0
                if weight[0] > params[0]:
                    raise ValueError("a column is above the limit")

        @dataclass(frozen=True)
        class Spent(Row):
            on_pre = None

            @efficacy_kernel
            def efficacy(pre, params, t, key):
                if params[0] < 5.0:
                    raise ValueError("an efficacy is below the limit")
                return 1.0

        for limit, rule in ((3.0, None), (99.0, Row()), (99.0, Column()), (99.0, Spent())):
            group = NeuronGroup(1, Strict(v_rest=0.0, v_threshold=1.0, v_reset=0.0, limit=limit))
            synapses = SynapseGroup(group, group, [[0.5]], rule=rule)
            network = Network(group, synapses, dt=1.0, seed=0)
            try:
                network.run(20.0)
            except ValueError as problem:
                print(str(problem).replace(" ", "_"))
            group.model = replace(group.model, limit=99.0)
            if rule is not None:
                synapses.rule = replace(rule, limit=99.0)
            network.run(20.0)
    """, NUMBA_DISABLE_JIT=disabled)
    assert printed == ["v_is_above_the_limit", "a_row_is_above_the_limit", "a_column_is_above_the_limit",
                       "an_efficacy_is_below_the_limit"]


def python(code, **settings):
    root = str(Path(spikingnn.__file__).parents[1])
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([root, os.environ.get("PYTHONPATH", "")]),
                   **settings}
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_a_second_process_finds_the_engine_in_the_cache():
    Network(LIFGroup(2)).run(0.1)
    hits, misses, kernel_misses = python("""
        from spikingnn import FirstOrderLIF, LIFGroup, Network
        from spikingnn.engine.loop import advance
        Network(LIFGroup(2)).run(0.1)
        stats, kernel = advance.stats, FirstOrderLIF.step.compiled("homogeneous").stats
        print(sum(stats.cache_hits.values()), sum(stats.cache_misses.values()), sum(kernel.cache_misses.values()))
    """)
    assert (hits, misses, kernel_misses) == ("1", "0", "0")


TYPED = """
from dataclasses import dataclass
from typing import ClassVar
import numpy as np
from spikingnn import InputGroup, LIFGroup, Network, NeuronGroup, SpikeMonitor, SynapseGroup, PoissonEncoder
from spikingnn.engine.plugin import ADD, NeuronModel, Rule, on_post_kernel, rows, step_kernel

@dataclass(frozen=True, eq=False)
class Counter(NeuronModel):
    limit: float = 5.0

    def step_coefficients(self, dt):
        return (self.limit,)

    @step_kernel
    def step(state, coefficients, current, conductance, spikes, dt, key):
        (v,) = rows(state, 1)
        (limit,) = rows(coefficients, 1)
        for i in range(v.size):
            v[i] += current[i]
            spikes[i] = v[i] >= limit[i]
            if spikes[i]:
                v[i] = 0.0

@dataclass(frozen=True, eq=False)
class Grow(Rule):
    amount: float = 0.25

    @on_post_kernel
    def on_post(weight, state, pre, post, params, t, key):
        for i in range(weight.size):
            weight[i] += params[0]

group = NeuronGroup(2, Counter())
spikes, link = SpikeMonitor(group), SynapseGroup(group, group, [[1.0, 0.0], [0.0, 0.0]], rule=Grow())
Network(group, spikes, link, dt=1.0).run(10.0, {group: [1.0, 0.0]})
print(*spikes.t, *link.weight.ravel())
"""


def test_kernels_typed_at_a_prompt_work_without_a_cache():
    """The fifth step fires; its spike arrives with weight 1 and an exponential of tau 5, mean 0.906 over the first step."""
    printed = [float(word) for word in python(TYPED)]
    mean = [5.0 * -np.expm1(-0.2) * np.exp(-0.2 * k) for k in range(3)]
    second = 5 + np.argmax(np.cumsum(1.0 + np.array([mean[0], mean[1], mean[2]])) >= 5.0)
    assert printed[:2] == [4.0, second]
    fired = len(printed) - 4
    assert printed[-4:] == [1.0 + 0.25 * fired, 0.0, 0.25 * fired, 0.0]


# --- what is refused ---------------------------------------------------------------------------------------------------------------------

def test_a_kernel_serves_its_own_kind_only():
    with pytest.raises(TypeError, match="FirstOrderLIF.step is a kernel of kind 'homogeneous' and cannot serve as 'on_pre'"):
        FirstOrderLIF.step.compiled("on_pre")


def test_wrong_arguments_of_a_kernel_are_named():
    with pytest.raises(TypeError, match=r"step must take \(state, coefficients, .*\), got \(state, current\)"):
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
