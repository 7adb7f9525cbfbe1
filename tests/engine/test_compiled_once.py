"""The engine is compiled once and found in the cache; addresses of kernels stay in their process."""

import copy
import multiprocessing
import os
import pickle
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numba import types

import spikingnn
from spikingnn import (ALIF, STDP, FirstOrderLIF, InputGroup, LIFGroup, Network, NeuronGroup, PoissonEncoder,
                       SpikeMonitor, StateMonitor, SynapseGroup)
from spikingnn.engine.loop import advance
from spikingnn.engine.plugin import NeuronModel, rows, step_kernel
from spikingnn.engine.references import TableType


def test_the_engine_takes_arrays_and_numbers_and_is_compiled_once():
    """Were a kernel among its arguments, the engine would be compiled anew for each."""
    for group in (LIFGroup(2), NeuronGroup(2, ALIF()), InputGroup(2, PoissonEncoder())):
        Network(group).run(0.1)
    (signature,) = advance.signatures
    assert all(isinstance(part, types.Array | types.Number | TableType) for part in signature)


def test_addresses_lead_to_the_kernels_and_stay_in_their_process():
    group = LIFGroup(2)
    network = Network(group, seed=0)
    network.run(0.1)
    address = FirstOrderLIF.step.address("homogeneous")
    assert network.layout._prepared.tables.groups.kernel.tolist() == [address]
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


@pytest.mark.parametrize("rule", [None, STDP()])
def test_kept_tables_give_the_bits_of_new_ones(rule):
    """A copy of a network has no tables yet."""
    one, two = LIFGroup(3), LIFGroup(2, dimensions=1, seed=0)
    spikes, v = SpikeMonitor(two), StateMonitor(two, "v", every=0.2)
    network = Network(one, two, SynapseGroup(one, two, 0.3, rule=rule), spikes, v, seed=0)
    for inputs in ({one: 20.0}, {one: [30.0, 10.0, 0.0]}, {two: 2.0}, None, {one: np.full((4, 3), 25.0)},
                   {one[1:]: 40.0, one[:1]: 3.0}, {one: lambda t: 10.0 + t}, {one: 0.0, two: [1.0, 5.0]}):
        copied = copy.deepcopy(network)
        copied.run(4.0, dict(zip(map(copied_part(network, copied), inputs or {}), (inputs or {}).values())))
        network.run(4.0, inputs)
        for mine, its in zip(network.groups, copied.groups):
            np.testing.assert_array_equal(mine.state, its.state)
        np.testing.assert_array_equal(v.values, copied.monitors[1].values)
        np.testing.assert_array_equal(spikes.t, copied.monitors[0].t)
    assert spikes.t.size > 0


def copied_part(network, copied):
    """The function that finds a group of `network`, or a part of one, in its copy."""
    def find(part):
        whole = getattr(part, "group", part)
        found = copied.groups[network.groups.index(whole)]
        return found if part is whole else found[part.start:part.stop]
    return find


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


FAILING = """
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
"""


@pytest.mark.parametrize("disabled", ["0", "1"])
def test_an_error_in_a_kernel_reaches_the_caller_and_the_network_goes_on(disabled):
    """A step, a hook that sees a row, one that sees a column, and an efficacy raise while the engine runs."""
    printed = python(FAILING, NUMBA_DISABLE_JIT=disabled)
    assert printed == ["v_is_above_the_limit", "a_row_is_above_the_limit", "a_column_is_above_the_limit",
                       "an_efficacy_is_below_the_limit"]


def python(code, **settings):
    root = str(Path(spikingnn.__file__).parents[1])
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([root, os.environ.get("PYTHONPATH", "")]),
                   **settings}
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True,
                          env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_a_second_process_finds_the_engine_in_the_cache():
    Network(LIFGroup(2)).run(0.1)
    hits, misses, kernel_misses = python("""
        from spikingnn import FirstOrderLIF, LIFGroup, Network
        from spikingnn.engine.loop import advance
        Network(LIFGroup(2)).run(0.1)
        stats, kernel = advance.stats, FirstOrderLIF.step.compiled("homogeneous").stats
        print(sum(stats.cache_hits.values()), sum(stats.cache_misses.values()),
              sum(kernel.cache_misses.values()))
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
    """The fifth step fires; its spike arrives with weight 1 and an exponential of tau 5, mean 0.906 over the
    first step."""
    printed = [float(word) for word in python(TYPED)]
    mean = [5.0 * -np.expm1(-0.2) * np.exp(-0.2 * k) for k in range(3)]
    second = 5 + np.argmax(np.cumsum(1.0 + np.array([mean[0], mean[1], mean[2]])) >= 5.0)
    assert printed[:2] == [4.0, second]
    fired = len(printed) - 4
    assert printed[-4:] == [1.0 + 0.25 * fired, 0.0, 0.25 * fired, 0.0]
