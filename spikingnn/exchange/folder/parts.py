"""Groups, synapses and monitors in a folder: what describes them, and how they are rebuilt from it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..._util import checks
from ..._util.typing import IntArray
from ...delays import is_per_synapse
from ...engine.matrices import Factored
from ...groups import LIFGroup, NeuronGroup
from ...input_groups import InputGroup, SpikeSource
from ...monitors import RateMonitor, SpikeMonitor, StateMonitor, WeightMonitor
from ...network import Network
from ...populations import Population
from ...random_inputs import GammaInput, PoissonInput
from ...synapse_group import SynapseGroup
from ...synapses import GapJunction
from .values import Arrays, described_value, made_value


__all__ = ["describe", "rebuilt"]

GROUPS: dict[str, Any] = {cls.__name__: cls for cls in (
    NeuronGroup, LIFGroup, Population, InputGroup, SpikeSource, PoissonInput, GammaInput)}
MONITORS: dict[str, Any] = {cls.__name__: cls for cls in (
    SpikeMonitor, RateMonitor, StateMonitor, WeightMonitor)}
BYTES_PER_UNIT = 33         # that a group takes at least
LARGER = "give a larger memory_budget"


def describe(network: Network) -> tuple[dict[str, Any], Arrays]:
    """Return what a network is made of, as JSON can hold it, and the arrays that its state does not have."""
    more: Arrays = {}
    return {"dt": network.dt, "seed": network.seed,
            "groups": [_group(group, k, more) for k, group in enumerate(network.groups)],
            "synapses": [_synapses(network, k, more) for k in range(len(network.synapses))],
            "monitors": [_monitor(network, each) for each in network.monitors]}, more


def rebuilt(described: dict[str, Any], arrays: Arrays, known: dict[str, Any], budget: float) -> Network:
    """Return the network that `describe` described, with its connections, before its state is loaded."""
    groups = [_rebuilt_group(each, k, arrays, known, budget) for k, each in enumerate(described["groups"])]
    synapses = [_rebuilt_synapses(each, k, arrays, known, groups, described["dt"], budget)
                for k, each in enumerate(described["synapses"])]
    monitors = [_rebuilt_monitor(each, groups, synapses) for each in described["monitors"]]
    return Network(groups, synapses, monitors, dt=described["dt"], seed=described["seed"],
                   memory_budget=budget)


def _class_of(part: Any, allowed: dict[str, Any]) -> str:
    name = type(part).__name__
    if allowed.get(name) is not type(part):
        raise ValueError(f"save_folder: {part.name} is a {name}; a folder holds {', '.join(allowed)}")
    return name


# --- groups -------------------------------------------------------------------------------------------------


def _group(group: NeuronGroup, k: int, more: Arrays) -> dict[str, Any]:
    described = {"name": group.name, "class": _class_of(group, GROUPS), "n": group.n,
                 "model": described_value(group.model, f"model.{k}", {})}
    if group.positions is not None:
        more[f"positions.{k}"] = np.array(group.positions)
    if group.tuning is not None:
        tuning = group.tuning
        asked = {"dimensions": tuning.dimensions, "radius": tuning.radius, "seed": tuning.seed,
                 "max_rates": tuning.max_rates, "intercepts": tuning.intercepts,
                 "encoders": tuning.directions, "eval_points": tuning.eval_points}
        given = {name: value for name, value in asked.items() if isinstance(value, np.ndarray)}
        more |= {f"tuning.{k}.{name}": value for name, value in given.items()}
        described["tuning"] = {name: value for name, value in asked.items() if name not in given}
    return described


def _rebuilt_group(described: dict[str, Any], k: int, arrays: Arrays, known: dict[str, Any],
                   budget: float) -> NeuronGroup:
    cls, n = GROUPS[described["class"]], checks.integer("its group", "n", described["n"])
    checks.within_budget(f"the group {described['name']}", BYTES_PER_UNIT * n, budget, LARGER)
    model = made_value(described["model"], arrays, known)
    options = {"name": described["name"], "positions": arrays.get(f"extra.positions.{k}")}
    if "tuning" in described:
        prefix = f"extra.tuning.{k}."
        options |= {key: tuple(value) if isinstance(value, list) else value
                    for key, value in described["tuning"].items()}
        options |= {name[len(prefix):]: array for name, array in arrays.items() if name.startswith(prefix)}
    if cls in (PoissonInput, GammaInput, SpikeSource):
        group: NeuronGroup = cls([[]] * n if cls is SpikeSource else n, **options)
        group.model = model
    else:
        group = cls(n, model, **options)
    return group


# --- synapses -----------------------------------------------------------------------------------------------


def _synapses(network: Network, k: int, more: Arrays) -> dict[str, Any]:
    each = network.synapses[k]
    source, target = ([network.groups.index(end.group), end.start, end.stop] for end in each.parts)
    signal = None if each.signal is None else [network.groups.index(each.signal[0]), each.signal[1]]
    own: Arrays = {}
    synapse = described_value(each.synapse, f"extra.synapse.{k}", own)
    more |= {name.removeprefix("extra."): array for name, array in own.items()}
    return {"name": each.name, "source": source, "target": target,
            "synapse": synapse,
            "rules": [described_value(rule, f"rule.{k}.{r}", {}) for r, rule in enumerate(each.rules)],
            "delay_post": each.delay_post, "dtype": each.dtype.name, "signal": signal,
            "dense": each.returns_dense(), "delay_of_each": is_per_synapse(each.delay)}


def _rebuilt_synapses(described: dict[str, Any], k: int, arrays: Arrays, known: dict[str, Any],
                      groups: list[NeuronGroup], dt: float, budget: float) -> SynapseGroup:
    ends = []
    for number, start, stop in (described["source"], described["target"]):
        group = groups[checks.integer("its synapses", "group", number, 0)]
        ends.append(group if (start, stop) == (0, group.n) else group[start:stop])
    source, target = ends
    synapse = made_value(described["synapse"], arrays, known)
    rules = [made_value(rule, arrays, known) for rule in described["rules"]]
    weight, delay = _weight_and_delay(described, k, arrays, (source, target), dt, budget)
    signal = described["signal"]
    return SynapseGroup(source, target, weight, synapse, None if isinstance(synapse, GapJunction) else delay,
                        rules[0] if len(rules) == 1 else rules or None, described["name"],
                        delay_post=described["delay_post"], dtype=described["dtype"],
                        signal=None if signal is None else (groups[signal[0]], signal[1]))


def _weight_and_delay(described: dict[str, Any], k: int, arrays: Arrays, ends: tuple[Any, Any], dt: float,
                      budget: float) -> tuple[Any, Any]:
    """Return the weights in the form that they had, and the delay in ms, of one group of synapses."""
    from scipy.sparse import coo_array

    name, shape = f"synapses.{k}", (ends[0].n, ends[1].n)
    weight, delay = arrays[f"{name}.weight"], dt * np.asarray(arrays[f"{name}.delay"], dtype=float)
    if described["dense"]:
        checks.within_budget(f"the weights of {described['name']}", 8.0 * shape[0] * shape[1], budget, LARGER)
    begin_pre, begin_post = described["source"][1], described["target"][1]
    is_factored, sparse = f"{name}.left" in arrays, None
    if f"{name}.pre" in arrays:
        pre = _units(arrays[f"{name}.pre"], begin_pre, shape[0], described)
        post = _units(arrays[f"{name}.post"], begin_post, shape[1], described)
        order = np.lexsort((post, pre))                     # the order of the rows
        weight, delays = (np.broadcast_to(each, pre.shape)[order] for each in (weight, delay))
        sparse = coo_array((weight, (pre[order], post[order])), shape=shape)
        if described["delay_of_each"]:
            delay = delays
            if described["dense"]:
                delay = np.full(shape, dt)
                delay[pre[order], post[order]] = delays
    form: Any = sparse
    if is_factored:
        left, right = (arrays[f"{name}.{side}"] for side in ("left", "right"))
        form = Factored(left[begin_pre:begin_pre + shape[0]], right[:, begin_post:begin_post + shape[1]],
                        None if sparse is None else -sparse)
    elif described["dense"]:
        form = weight.reshape(shape) if sparse is None else sparse.toarray()
    return form, delay if described["delay_of_each"] else float(delay.flat[0])


def _units(numbers: NDArray[Any], begin: int, n: int, described: dict[str, Any]) -> IntArray:
    """Return the units of one end of synapses, counted within the part that is connected."""
    units: IntArray = numbers.astype(np.int64) - begin
    if units.ndim != 1 or units.size and not 0 <= units.min() <= units.max() < n:
        raise ValueError(f"the synapses of {described['name']} are not between its units")
    return units


# --- monitors -----------------------------------------------------------------------------------------------


def _monitor(network: Network, monitor: Any) -> dict[str, Any]:
    described = {"name": monitor.name, "class": _class_of(monitor, MONITORS)}
    if isinstance(monitor.target, SynapseGroup):
        described["synapses"] = network.synapses.index(monitor.target)
    else:
        described["group"] = network.groups.index(monitor.target)
    if isinstance(monitor, SpikeMonitor) and monitor.part is not None:
        return described | {"part": [monitor.part.start, monitor.part.stop], "states": list(monitor.states)}
    index = monitor.picked.tolist()
    whole = (described.get("group") is not None and index == list(range(monitor.target.n)))
    described |= {"every": monitor.every, "index": None if whole else index}
    if isinstance(monitor, StateMonitor):
        described |= {"state": monitor.state, "dtype": monitor.dtype.name}
    return described


def _rebuilt_monitor(described: dict[str, Any], groups: list[NeuronGroup],
                     synapses: list[SynapseGroup]) -> Any:
    options = {key: value for key, value in described.items()
               if key not in ("class", "group", "synapses", "part")}
    target: Any = groups[described["group"]] if "group" in described else synapses[described["synapses"]]
    if "part" in described:
        start, stop = described["part"]
        target = target if (start, stop) == (0, target.n) else target[start:stop]
    return MONITORS[described["class"]](target, **options)
