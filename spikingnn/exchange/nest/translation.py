"""A network in NEST's terms, as a readable description and arrays, before anything is built."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..._util import checks
from ..._util.typing import FloatArray, IntArray
from ...encoding import GivenSpikes, PoissonCounts, PoissonEncoder
from ...groups import NeuronGroup
from ...inputs import RunInputs
from ...monitors import SpikeMonitor
from ...network import Network
from ...plasticity import STDP
from ...synapse_group import SynapseGroup
from .receivers import Port, Receiver, receiver_of, refuse


__all__ = ["FORMAT", "VERSION", "Translation", "pair_rule", "stimuli_of", "translate"]

FORMAT, VERSION = "spikingnn.nest", 1
SHOWN = 4               # names in a warning


@dataclass
class Translation:
    """A network in NEST's terms.

    Parameters
    ----------
    description : dict
        What JSON can hold; ``{"array": name}`` stands for an array.
    arrays : dict
        Arrays by name.
    notes : dict
        What is only statistically alike -> the names of the parts.
    """

    description: dict[str, Any]
    """What JSON can hold; ``{"array": name}`` stands for an array."""
    arrays: dict[str, NDArray[Any]] = field(default_factory=dict)
    """Arrays by name."""
    notes: dict[str, list[str]] = field(default_factory=dict)
    """What is only statistically alike -> the names of the parts."""

    def note(self, part: NeuronGroup | SynapseGroup, what: str) -> None:
        """Note what is only statistically alike of a part."""
        self.notes.setdefault(what, []).append(str(part.name))

    def warn(self, owner: str, stacklevel: int) -> None:
        """Warn, in one line, of what is only statistically alike."""
        said = [f"{', '.join(names[:SHOWN])}{', …' * (len(names) > SHOWN)}: {what}"
                for what, names in self.notes.items()]
        if said:
            warnings.warn(f"{owner}: only statistically alike: {'; '.join(said)}", stacklevel=stacklevel + 1)

    def stored(self, name: str, value: Any) -> Any:
        """Return a value as the description holds it; arrays of different numbers are kept as `name`."""
        array = np.asarray(value)
        if name.endswith(".tau_syn") and array.ndim == 1:           # one for each receptor
            return array.tolist()
        if array.ndim == 0 or array.ndim == 1 and array.size and np.all(array == array[0]):
            return array.flat[0].item()
        self.arrays[name] = np.ascontiguousarray(array)
        return {"array": name}


def translate(network: Network, record: Iterable[NeuronGroup] | None = None) -> Translation:
    """Return `network` in NEST's terms, with the groups in `record` recorded.

    Raises
    ------
    ValueError
        If NEST cannot say some of it: the message names the part, the field and the reason.
    TypeError
        If it is no network.
    """
    if not isinstance(network, Network):
        checks.fail("to_nest", "network", network, "a Network", TypeError)
    _check_start(network)
    recorded = _recorded(network, record)
    made = Translation({"format": FORMAT, "version": VERSION, "dt": network.dt, "seed": network.seed})
    ports: dict[SynapseGroup, Port] = {}
    groups = []
    for k, group in enumerate(network.groups):
        incoming = [each for each in network.synapses if each.target is group]
        if isinstance(group.model, (GivenSpikes, PoissonCounts, PoissonEncoder)):
            groups.append(_source(made, network, k, incoming))
            ports |= {each: Port(1.0, 1) for each in incoming}      # parrot neurons ignore receptor 1
        else:
            receiver = receiver_of(group, incoming, network.dt)
            groups.append(_neurons(made, network, k, receiver))
            ports |= receiver.ports
        groups[-1]["record"] = group in recorded
    connections = [_connection(made, network, k, ports[each]) for k, each in enumerate(network.synapses)]
    made.description |= {"groups": groups, "connections": connections,
                         "delays": _extremes(made, groups, connections)}
    return made


def _check_start(network: Network) -> None:
    """Refuse what is under way, which has no place in NEST."""
    layout = network.layout
    if layout.history.step:
        refuse("the network", f"is at t = {network.t:g} ms, with spikes under way; write net.reset() first")
    if np.any(layout.filter_state != 0) or np.any(layout.trace != 0):
        refuse("the network", "begins with currents, conductances or traces that are not zero")


def _recorded(network: Network, record: Iterable[NeuronGroup] | None) -> set[NeuronGroup]:
    if record is None:
        return {each.target for each in network.monitors if isinstance(each, SpikeMonitor)}
    groups = set(record)
    for group in groups:
        if group not in network.groups:
            checks.fail("to_nest", "record", group, "a list of groups of the network")
        if group.model.counts:
            checks.fail("to_nest", "record", group, "a list of groups with single spikes")
    return groups


# --- groups -------------------------------------------------------------------------------------------------


def _neurons(made: Translation, network: Network, k: int, receiver: Receiver) -> dict[str, Any]:
    group = network.groups[k]
    if not receiver.is_exact:
        made.note(group, "NEST integrates conductances with another solver")
    params = receiver.params | _time_constant_of_traces(network, group)
    return {"name": group.name, "n": group.n, "kind": "neurons", "model": receiver.model, "relay": False,
            "params": {name: made.stored(f"groups.{k}.{name}", value) for name, value in params.items()}}


def _source(made: Translation, network: Network, k: int, incoming: list[SynapseGroup]) -> dict[str, Any]:
    """Describe a group of generators, with parrot neurons behind them where that is needed."""
    group = network.groups[k]
    model: Any = group.model
    outgoing = [each for each in network.synapses if each.source is group]
    relay = bool(incoming) or any(each.rules for each in outgoing)
    made_of: dict[str, Any] = {"name": group.name, "n": group.n}
    if isinstance(model, GivenSpikes):
        with warnings.catch_warnings():                     # of spikes that share a step: a run warns
            warnings.simplefilter("ignore")
            pairs = np.asarray(model.step_coefficients(network.dt), dtype=np.int64)
        step, unit = pairs.reshape(-1, 2).T
        if relay and np.any(step == 0):
            refuse(group.name, "has a spike in the first step, which cannot pass the parrot neurons that "
                               "plastic synapses need; let it begin one step later")
        made.arrays[f"groups.{k}.steps"] = step[np.argsort(unit, kind="stable")]
        made.arrays[f"groups.{k}.counts"] = np.bincount(unit, minlength=group.n)
        made_of["kind"] = "spikes"
    else:
        counts = isinstance(model, PoissonCounts)
        rate, gain = (model.rate, 1.0) if counts else (0.0, model.max_rate)
        relay = relay or not counts or _has_divergence(network, outgoing, group.n)
        made_of |= {"kind": "poisson", "gain": made.stored(f"groups.{k}.gain", gain),
                    "rate": made.stored(f"groups.{k}.rate", rate)}
        made.note(group, "other random spikes")
    return made_of | {"relay": relay, "params": _time_constant_of_traces(network, group)}


def _has_divergence(network: Network, outgoing: list[SynapseGroup], n: int) -> bool:
    """Return whether a unit has several targets: NEST's generator sends each of them other spikes."""
    targets = np.zeros(n, dtype=np.int64)
    for each in outgoing:
        kept = network.layout.view_of(each)
        targets += np.bincount(kept.sources(), minlength=n) if kept.is_sparse else each.target.n
    return bool(np.any(targets > 1))


def _time_constant_of_traces(network: Network, group: NeuronGroup) -> dict[str, Any]:
    """Return tau_minus, which NEST keeps in the postsynaptic neuron, of the rules of incoming synapses."""
    rules = [rule for each in network.synapses if each.target is group for rule in each.rules]
    taus = {rule.tau_minus for rule in rules if isinstance(rule, STDP)}
    if len(taus) > 1:
        refuse(group.name, f"has plastic synapses with different tau_minus, {sorted(taus)}; NEST keeps one "
                           "per neuron")
    return {"tau_minus": float(taus.pop())} if taus else {}


# --- connections --------------------------------------------------------------------------------------------


def _connection(made: Translation, network: Network, k: int, port: Port) -> dict[str, Any]:
    """Describe one group of synapses, sorted by target."""
    each, name = network.synapses[k], f"connections.{k}"
    pre, post, weight, delay = _listed(network, each)
    scale = np.asarray(port.scale, dtype=float)
    described: dict[str, Any] = {
        "name": each.name, "source": network.groups.index(each.source), "receptor": port.receptor,
        "target": network.groups.index(each.target), "n_synapses": int(pre.size), "model": "static_synapse"}
    params: dict[str, Any] = {"weight": weight * (scale[post] if scale.ndim else scale)}
    axon_steps = 0
    if each.rules:
        rule = pair_rule(each)
        axon_steps = _axonal_steps(made, network, each, rule, port)
        described["model"] = "stdp_synapse"
        params |= {"Wmax": rule.w_max * (scale[post] if scale.ndim else scale), "tau_plus": rule.tau_plus,
                   "lambda": rule.a_plus / rule.w_max, "alpha": rule.a_minus / rule.a_plus,
                   "mu_plus": rule.mu_plus, "mu_minus": rule.mu_minus}
    late = delay <= port.early
    if np.any(late) and delay.max() > delay.min():
        made.note(each, "synapses with a delay of one step act one step later")
        delay = np.maximum(delay, port.early + 1)
    elif np.any(late):
        refuse(each.name, "has a delay of one step: currents and conductances act in NEST after two steps at "
                          f"the earliest, delay={2 * network.dt:g}")
    steps = (delay - port.early - axon_steps).astype(np.int32) if delay.size else 1
    made.arrays |= {f"{name}.pre": pre.astype(np.uint32), f"{name}.post": post.astype(np.uint32)}
    return described | {"pre": {"array": f"{name}.pre"}, "post": {"array": f"{name}.post"},
                        "axon_steps": axon_steps, "delay_steps": made.stored(f"{name}.delay_steps", steps),
                        "params": {key: made.stored(f"{name}.{key}", value) for key, value in params.items()}
                        if pre.size else {}}


def _listed(network: Network, each: SynapseGroup) -> tuple[IntArray, IntArray, FloatArray, IntArray]:
    """Return (source, target, weight, delay in steps) of each synapse, sorted by target, then source."""
    kept = network.layout.view_of(each)
    if kept.rank:
        refuse(each.name, "has Factored weights, whose matrix NEST would need: give weight.dense()")
    n_pre, n_post = kept.shape
    if kept.is_sparse:
        pre, post = kept.sources().astype(np.int64), kept.targets.astype(np.int64)
    else:
        pre, post = np.repeat(np.arange(n_pre), n_post), np.tile(np.arange(n_post), n_pre)
    weight, delay = np.broadcast_to(kept.weight, pre.size), np.broadcast_to(kept.delay_steps(), pre.size)
    if not each.rules and np.any(weight == 0):
        sends = weight != 0
        pre, post, weight, delay = pre[sends], post[sends], weight[sends], delay[sends]
    order = np.lexsort((pre, post))
    return pre[order], post[order], weight[order], delay[order]


def pair_rule(each: SynapseGroup) -> STDP:
    """Return the rule of a connection, which must be pair STDP as NEST has it."""
    rule = each.rules[0]
    if len(each.rules) > 1 or type(rule) is not STDP:
        names = ", ".join(type(rule).__name__ for rule in each.rules)
        refuse(each.name, f"has the rule {names}; pair STDP alone is built in NEST")
    assert isinstance(rule, STDP) and each.network is not None
    weights = each.network.layout.view_of(each).weight
    problems = {"pairing": (rule.pairing != "all", '"all"'), "w_min": (rule.w_min != 0, "0"),
                "w_max": (not (np.isfinite(rule.w_max) and rule.w_max > 0), "positive and finite"),
                "a_plus": (rule.a_plus <= 0, "positive"),
                "weight": (bool(np.any(weights < 0)), "zero or positive")}
    for name, (wrong, accepted) in problems.items():
        if wrong:
            refuse(each.name, f"has {name}={getattr(rule, name, 'negative')}; for stdp_synapse it must be "
                              f"{accepted}")
    return rule


def _axonal_steps(made: Translation, network: Network, each: SynapseGroup, rule: STDP, port: Port) -> int:
    """Return the steps of the delay that parrot neurons on the axon take over, and note what differs.

    The delay of `stdp_synapse` is dendritic: with q steps of it behind p steps on the axon, pairs are at
    t_post - t_pre + q - p. Here they are at t_post - t_pre + delay_post - delay, with p + q = delay - early.
    """
    delays = network.layout.view_of(each).delays
    if delays.size != 1:
        refuse(each.name, "is plastic and has several delays; NEST's are dendritic, and one is built")
    whole, wanted = int(delays[0]) - port.early, each.post_delay_steps(network.dt) - port.early
    dendritic = min(max(wanted // 2, 1), max(whole, 1))
    if 2 * dendritic == wanted and rule.coincident == "ignore":
        made.note(each, "a spike delivers the weight behind its own depression")
    else:
        equal = (2 + port.early) * network.dt
        made.note(each, f"pairs are {2 * dendritic - wanted} steps apart from those of NEST "
                        f'(delay_post={equal:g} and coincident="ignore" make them equal)')
    return max(whole, 1) - dendritic


def _extremes(made: Translation, groups: list[dict[str, Any]],
              connections: list[dict[str, Any]]) -> tuple[int, int]:
    """Return the shortest and the longest delay in steps; generators reach parrot neurons after one."""
    relays = any(group["relay"] for group in groups)
    steps = [1] if relays or not connections else []
    for each in connections:
        steps += [each["axon_steps"]] if each["axon_steps"] else []
        value = each["delay_steps"]
        array = made.arrays[value["array"]] if isinstance(value, dict) else np.array(value)
        steps += [int(array.min()), int(array.max())]
    return min(steps), max(steps)


# --- inputs -------------------------------------------------------------------------------------------------


def stimuli_of(network: Network, inputs: Any, steps: int) -> dict[int, FloatArray]:
    """Return what the groups receive in a run of `steps`: {number of the group: (rows, n)}."""
    given = RunInputs("to_nest", network.groups, network.synapses, inputs, steps, 1)
    for group in given.functions:
        refuse(repr(group), "has a function of time as input; give its values as (rows, n)")
    return {k: rows for k, rows in enumerate(given.stimuli())
            if not isinstance(network.groups[k].model, GivenSpikes)}
