"""Presynaptic traces decay once in several steps; whoever looks at them sees what they are in each step."""

from dataclasses import dataclass

import numpy as np
import pytest
from scipy.sparse import csr_array

from spikingnn import (ADD, HOOK, SET, STDP, DeltaSynapse, LIFGroup, Network, Rule, SpikeSource, StateMonitor,
                       SynapseGroup, efficacy_kernel, on_pre_kernel, on_tick_kernel)


DT, STEPS, N = 0.1, 200, 6
TIMES = [np.arange(1.0 + 0.3 * i, 19.0, 2.1 + 0.4 * i) for i in range(N)]


@dataclass(frozen=True, eq=False)
class Seen(Rule):
    """Each hook leaves in its row of `state` the traces that it sees; `efficacy` writes the third."""

    tau: float = 5.0
    interval: float = 0.1
    synapse_state = ("arrived", "ticked")

    def pre_traces(self):
        return ((self.tau, ADD), (2.0 * self.tau, SET), (self.tau, HOOK))

    @on_pre_kernel
    def on_pre(weight, state, pre, post, params, t, key):
        for s in range(weight.size):
            state[0, s] = pre[0] + 10.0 * pre[1] + 100.0 * pre[2]

    @on_tick_kernel
    def on_tick(weight, state, pre, post, params, t, key):
        for s in range(weight.size):
            state[1, s] = pre[0, s] + 10.0 * pre[1, s] + 100.0 * pre[2, s]

    @efficacy_kernel
    def efficacy(pre, params, t, key):
        pre[2] += 0.5 * (1.0 - pre[2])
        return 1.0


def build(rule, weight=0.1):
    source, target = SpikeSource(TIMES), LIFGroup(2)
    synapses = SynapseGroup(source, target, weight, DeltaSynapse(), delay=DT, rule=rule)
    return synapses, lambda *monitors: Network(source, target, synapses, *monitors, dt=DT, seed=0)


def expected(tau):
    """The three traces, (STEPS + 1, 3, N), after each step, and what `on_pre` sees, or nan."""
    once = np.exp(-DT / np.array([tau, 2 * tau, tau]))[:, None]
    now, traces, seen = np.zeros((3, N)), [np.zeros((3, N))], []
    for step in range(STEPS):
        now = now * once
        arrives = np.array([step - 1 in np.rint(times / DT) for times in TIMES])
        now[2, arrives] += 0.5 * (1.0 - now[2, arrives])
        seen.append(np.where(arrives, now[0] + 10.0 * now[1] + 100.0 * now[2], np.nan))
        now[0, arrives] += 1.0
        now[1, arrives] = 1.0
        traces.append(now.copy())
    return np.array(traces), np.array(seen)


@pytest.mark.parametrize("tau", [0.01, 0.15, 0.3, 5.0, np.inf])
@pytest.mark.parametrize("weight", [0.1, np.where(np.arange(2 * N).reshape(N, 2) % 3, 0.1, 0.0)],
                         ids=["dense", "sparse"])
def test_hooks_monitors_and_readers_see_each_trace_as_it_is(tau, weight):
    synapses, network_of = build(Seen(tau), csr_array(weight) if np.ndim(weight) else weight)
    monitors = [StateMonitor(synapses, name, every=DT) for name in ("x1", "x2", "x3")]
    network, (traces, seen) = network_of(*monitors), expected(tau)
    for step in range(STEPS):
        network.run(DT)
        now = np.array([synapses[name] for name in ("x1", "x2", "x3")])
        np.testing.assert_allclose(now, traces[step + 1], rtol=1e-12, atol=1e-29)
        arrived, ticked = (each.toarray() if np.ndim(weight) else each
                           for each in (synapses["arrived"], synapses["ticked"]))
        there = np.ones((N, 2), bool) if np.ndim(weight) == 0 else weight > 0
        i, j = np.nonzero(there & ~np.isnan(seen[step])[:, None])
        np.testing.assert_allclose(arrived[i, j], seen[step][i], rtol=1e-12)
        i, j = np.nonzero(there)
        np.testing.assert_allclose(ticked[i, j], (now * [[1.0], [10.0], [100.0]]).sum(0)[i], rtol=1e-12)
    recorded = np.stack([monitor.values for monitor in monitors], axis=1)
    np.testing.assert_allclose(recorded, traces[1:], rtol=1e-12, atol=1e-29)
    whole = build(Seen(tau), csr_array(weight) if np.ndim(weight) else weight)
    whole[1]().run(STEPS * DT)
    for name in ("x1", "x2", "x3"):
        np.testing.assert_array_equal(whole[0][name], synapses[name])


def test_what_is_assigned_is_what_is_read_in_any_step():
    synapses, network_of = build(STDP(tau_plus=20.0))
    network = network_of()
    for step in range(40):
        synapses["x"] = np.linspace(0.1, 0.9, N)
        np.testing.assert_allclose(synapses["x"], np.linspace(0.1, 0.9, N), rtol=1e-15)
        network.run(DT)
    network.reset()
    assert not synapses["x"].any()


@pytest.mark.parametrize("run", [0.7, 1.6, 2.3])
def test_a_rule_with_another_time_constant_takes_over_the_traces(run, tmp_path):
    synapses, network_of = build(STDP(tau_plus=20.0))
    network = network_of()
    network.run(run + 3.2)
    before = synapses["x"].copy()
    synapses.rule = STDP(tau_plus=5.0)
    assert before.max() > 0.5
    np.testing.assert_allclose(synapses["x"], before, rtol=1e-14)
    network.save(tmp_path / "network.npz")
    same, same_of = build(STDP(tau_plus=20.0))
    other = same_of()
    other.load(tmp_path / "network.npz")
    np.testing.assert_array_equal(same["x"], synapses["x"])
    for each in (network, other):
        each.run(2.5)
    np.testing.assert_array_equal(same["x"], synapses["x"])
    quiet = [i for i, times in enumerate(TIMES) if not np.any((times > run + 3.05) & (times < run + 5.65))]
    np.testing.assert_allclose(synapses["x"][quiet], before[quiet] * np.exp(-0.5), rtol=1e-12)
