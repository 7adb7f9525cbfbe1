"""Saving and loading a network by its logical parts: arrays in an .npz with a JSON header; nothing in a file is executed.

A file says what each group and each synapse is, not where the engine keeps it. `load` checks every name, shape, type and range before
anything changes, and then lets `Layout` make the engine's tables, which have no bounds checks, as it does for a new network.

    group.G.STATE, group.G.first.STATE      (n,) each state row now, and where `reset` returns to
    tuning.G.encoders, .max_rates, .intercepts      of a tuned group, as drawn
    model.G.FIELD, rule.K.FIELD             fields of neuron models and rules that are arrays; the others are in the header
    synapses.K.pre, .post, .delay           of sparse connections: unit, unit, steps (one for all, or one a synapse)
    synapses.K.left, .right                 of factored ones
    synapses.K.weight, .first, .memory      one a synapse (or one for all); first only where `reset` returns to it
    synapses.K.pre_trace, .post_trace       (traces, n)
    current.F                               (n,) of the F-th pair of target and synapse model
    spikes.step, .group, .unit              under way
"""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass, replace

import numpy as np

from ._util import archive, checks
from .engine.compiler import Layout
from .engine.matrices import by_delay, check_units
from .monitors import WeightMonitor
from .plasticity.rule_validation import validate_rule
from .synapse_group import BuiltConnectivity
from .weights import check_sign


FORMAT, VERSION = "spikingnn.network", 2
PLAIN = (int, float, str, bool, type(None))
TUNING = ("encoders", "max_rates", "intercepts")
LAST_STEP = 2**53               # up to which steps are whole numbers in a float
FACTOR, SLACK = 4, 1 << 24      # a file names more of each synapse than the network keeps
FOREIGN = "is not a network saved by spikingnn"


# --- what is the same in a file and the network that takes it ---------------------------------------------------------------------

def _parts(network):
    """What must be the same for a file to fit: names, kinds and sizes."""
    groups = [[group.name, _kind(group.model), group.n] for group in network.groups]
    synapses = [[link.name, link.source.name, link.target.name, repr(link.synapse), _kind(link.rule)] for link in network.synapses]
    return {"groups": groups, "synapses": synapses, "dt": network.dt}


def _kind(value):
    """The class of a neuron model or rule, with those of the dataclasses in its fields."""
    inner = [_kind(getattr(value, field.name)) for field in fields(value) if is_dataclass(getattr(value, field.name))] if value else []
    return type(value).__name__ + (f"({', '.join(inner)})" if inner else "")


def _values(network):
    """The dataclasses whose fields are kept, by the name that they have in a file."""
    kept = {f"model.{g}": group.model for g, group in enumerate(network.groups)}
    return kept | {f"rule.{k}": link.rule for k, link in enumerate(network.synapses) if link.rule is not None}


def _tuned(network):
    """The tuning curves, by the name that they have in a file."""
    groups = {f"tuning.{g}": getattr(group, "tuning", None) for g, group in enumerate(network.groups)}
    return {name: tuning for name, tuning in groups.items() if tuning is not None}


# --- writing ------------------------------------------------------------------------------------------------------------------------

def save(path, network, extra=None, more=None):
    """Write `network` to `path` through a temporary file beside it.

    extra   anything that JSON can hold
    more    name -> array, kept as "extra.<name>"
    """
    arrays = {f"extra.{name}": array for name, array in (more or {}).items()}
    values = {name: _taken_apart(value, name, arrays) for name, value in _values(network).items()}
    for name, tuning in _tuned(network).items():
        arrays |= {f"{name}.{part}": array for part, array in zip(TUNING, tuning._drawn)}
    for k in range(len(network.synapses)):
        arrays |= _synapses(network, k)
    arrays |= _states(network) | _under_way(network)
    header = {"format": FORMAT, "version": VERSION, "step": network._step, "seed": network.seed, "parts": _parts(network),
              "values": values, "extra": extra}
    archive.write_archive(path, json.dumps(header), arrays)


def _taken_apart(value, name, arrays):
    """The fields of a dataclass as JSON can hold them; those that are arrays go to `arrays` as "<name>.<field>"."""
    kept = {}
    for field in fields(value):
        each, whole = getattr(value, field.name), f"{name}.{field.name}"
        if isinstance(each, np.ndarray):
            arrays[whole] = each
        elif _is_trains(each):
            arrays[whole] = np.concatenate([np.empty(0), *each])
            arrays[f"{whole}.sizes"] = np.array([part.size for part in each], dtype=np.int64)
        elif is_dataclass(each):
            kept[field.name] = _taken_apart(each, whole, arrays)
        elif isinstance(each, (*PLAIN, np.generic)) or isinstance(each, tuple) and all(isinstance(part, PLAIN) for part in each):
            kept[field.name] = each.item() if isinstance(each, np.generic) else each
    return kept


def _is_trains(value):
    return isinstance(value, tuple) and len(value) > 0 and all(isinstance(part, np.ndarray) and part.ndim == 1 for part in value)


def _states(network):
    """The state rows of each group, now and at first, and the exponential currents and conductances."""
    layout, arrays = network._layout, {}
    for g, group in enumerate(network.groups):
        for when, state in (("", layout.state), ("first.", network._first_state)):
            rows = state[layout.state_at[g]:layout.state_at[g + 1]].reshape(-1, group.n)
            arrays |= {f"group.{g}.{when}{name}": row for name, row in zip(group.model.states, rows)}
    return arrays | {f"current.{f}": layout.psc[part] for f, part in enumerate(_currents(layout))}


def _currents(layout):
    """Where the current of each pair of target and synapse model lies."""
    return [slice(at, at + layout.groups[target].n) for at, target in zip(layout.filters.at, layout.filters.target)]


def _synapses(network, k):
    """One synapse group: who is connected to whom, how strong, how late; what its rule remembers."""
    layout, link = network._layout, network.synapses[k]
    at = {name: int(column[k]) for name, column in layout.link_table._asdict().items()}
    n_pre, n_post = link.source.n, link.target.n
    delays = layout.wiring.delays[at["delay_at"]:at["delay_at"] + at["n_delays"]]
    own = slice(at["weight_at"], at["weight_at"] + at["n_weight"])
    parts = {"weight": layout.weight[own], "delay": delays}
    if at["n_pointer"]:
        begin, width = at["pointer_at"], at["n_pointer"]
        counts = np.diff(layout.wiring.pointers[begin:begin + delays.size * width].reshape(-1, width), axis=1)
        parts["pre"] = np.tile(np.arange(n_pre, dtype=np.uint32), delays.size).repeat(counts.ravel())
        parts["post"] = layout.wiring.indices[at["index_at"]:at["index_at"] + at["n_index"]]
        if delays.size > 1:
            parts["delay"] = np.repeat(delays, counts.sum(axis=1))
    if at["rank"]:
        rank, begin = at["rank"], at["factor_at"]
        parts["left"] = layout.wiring.factors[begin:begin + n_pre * rank].reshape(n_pre, rank)
        parts["right"] = layout.wiring.factors[begin + n_pre * rank:begin + (n_pre + n_post) * rank].reshape(rank, n_post)
    if network._first_weight is not None:
        parts["first"] = network._first_weight[own]
    return {f"synapses.{k}.{name}": array for name, array in (parts | _remembered(layout, k)).items()}


def _remembered(layout, k):
    """Views of the memory and the traces of a rule, none where there is none."""
    link, at = layout.links[k], {name: int(column[k]) for name, column in layout.link_table._asdict().items()}
    begin, n_x, n_y = at["trace_at"], at["n_pre_traces"], at["n_post_traces"]
    middle, end = begin + n_x * link.source.n, begin + n_x * link.source.n + n_y * link.target.n
    parts = {"pre_trace": layout.trace[begin:middle].reshape(n_x, link.source.n) if n_x else None,
             "post_trace": layout.trace[middle:end].reshape(n_y, link.target.n) if n_y else None,
             "memory": layout.memory[at["memory_at"]:at["memory_at"] + at["n_memory"]] if at["n_memory"] else None}
    return {name: array for name, array in parts.items() if array is not None}


def _under_way(network):
    """The spikes of the last steps, which may still have to be delivered: step, number of the group, unit."""
    n_groups = len(network.groups)
    place = np.repeat(np.arange(network._event_start.size - 1), np.diff(network._event_start))
    return {"spikes.step": network._step - network._layout.depth + place // n_groups, "spikes.group": place % n_groups,
            "spikes.unit": network._events.astype(np.int64)}


# --- reading ------------------------------------------------------------------------------------------------------------------------

def read(path, allowed):
    """(header, arrays) of a saved network that takes `allowed` bytes at the most; ValueError where `path` is no such file."""
    def accept(header, kinds):
        if header.get("format") != FORMAT:
            raise ValueError(f"{path} {FOREIGN}, or is damaged: its format is {header.get('format')!r}")
        if header.get("version") != VERSION:
            wrote = "; spikingnn 0.1 wrote it: run it again" if header.get("version") == 1 else ""
            raise ValueError(f"{path} cannot be read: its version is {header.get('version')!r}, this program reads {VERSION}{wrote}")
    return archive.read_archive(path, FOREIGN, accept, SLACK + int(FACTOR * allowed))


def load(path, network, content=None):
    """Take `path`, or its `content` as `read` gives it, into `network`.

    ValueError where it holds another network or is damaged; the network then stays as it was.
    """
    header, arrays = content or read(path, network.memory_budget)
    mine = _parts(network)
    for key, here in mine.items():
        saved = header["parts"].get(key) if isinstance(header.get("parts"), dict) else None
        if saved != here:
            raise ValueError(f"{path} holds another network: its {key} are {saved}, here they are {here}")
    file = _File(header, {name: array for name, array in arrays.items() if not name.startswith("extra.")})
    kept = [(group, "_model", group._model) for group in network.groups]
    kept += [(link, "_rule", link._rule) for link in network.synapses]
    drawn = [(tuning, tuning._drawn) for tuning in _tuned(network).values()]
    try:
        _take(file, network)
    except checks.MemoryBudgetError:
        raise
    except (ValueError, TypeError, ArithmeticError, KeyError, IndexError, AttributeError, MemoryError) as problem:
        raise ValueError(f"{path} is damaged, or holds what does not fit: {' '.join(str(problem).split())}") from None
    finally:
        if file.refused:
            for part, name, value in kept:
                setattr(part, name, value)
            for tuning, before in drawn:
                tuning.restore(before)
            _fit_monitors(network, network._layout)


class _File:
    """The arrays of a file, taken out one by one and checked; `refused` until all of it has been taken."""

    def __init__(self, header, arrays):
        self.header, self.arrays, self.refused = header, arrays, True

    def take(self, name, shape, dtype=np.float64, low=-np.inf, high=np.inf):
        """The array `name` of just this shape and type, finite and from low to high."""
        array = self.arrays.pop(name, None)
        if array is None or array.dtype != dtype or array.shape not in (shape if isinstance(shape, list) else [shape]):
            found = "missing" if array is None else f"{array.dtype} {array.shape}"
            raise ValueError(f"the array {name!r} is missing or of another kind: it is {found}, not {np.dtype(dtype)} {shape}")
        lowest, highest = (array.min(), array.max()) if array.size else (0, 0)
        if not (np.isfinite(lowest) and np.isfinite(highest)):
            raise ValueError(f"the array {name!r} holds numbers that are not finite")
        if array.size and not (low <= lowest and highest <= high):
            raise ValueError(f"the array {name!r} holds numbers that are not from {low} to {high}")
        return np.asarray(array, order="C")

    def whole(self, name, low, high):
        """The whole number `name` of the header."""
        value = checks.integer("its header", name, self.header.get(name), low)
        return value if value < high else checks.fail("its header", name, value, f"below {high}")


def _take(file, network):
    """Check all that is in `file`, then change `network`."""
    step, seed = file.whole("step", 0, LAST_STEP), file.whole("seed", 0, 2**128)
    kept = file.header.get("values")
    if not isinstance(kept, dict) or set(kept) != set(_values(network)):
        raise ValueError("its header names the values of other parts")
    values = {name: _put_together(value, name, kept[name], file.arrays) for name, value in _values(network).items()}
    for g, group in enumerate(network.groups):
        values[f"model.{g}"].check_units(group.n)
        group._model = values[f"model.{g}"]
    for k, link in enumerate(network.synapses):
        if link.rule is not None:
            validate_rule(values[f"rule.{k}"], network.dt)
            link._rule = values[f"rule.{k}"]
    for name, tuning in _tuned(network).items():
        tuning.restore(tuple(file.take(f"{name}.{part}", array.shape) for part, array in zip(TUNING, tuning._drawn)))
        tuning.check(tuning.group.model)
        if not (np.isfinite(tuning.gain).all() and np.isfinite(tuning.bias).all()):
            raise ValueError(f"the tuning curves of {tuning.group.name} have no finite gain and bias")
    built = [_wires(file, k, network) for k in range(len(network.synapses))]
    wires, orders = [wire for wire, _ in built], [order for _, order in built]
    network.check_budget(wires)
    for link, wire in zip(network.synapses, wires):
        link.check_bounds(wire.weight)
        check_sign(link.name, link.synapse, wire.weight)
    layout = Layout(network.groups, network.synapses, wires, network.dt)
    first_state, first_weight = _fill(file, network, layout, orders)
    events, event_start = _spikes(file, network, layout.depth, step)
    if file.arrays:
        raise ValueError(f"it has arrays that are not of this network, such as {sorted(file.arrays)[0]!r}")
    others = _fit_monitors(network, layout)
    file.refused = False                            # nothing can fail from here on
    layout.bind()
    for monitor in others:
        monitor.clear()                             # its samples are of other synapses
    network._layout, network._first_state, network._first_weight, network._step = layout, first_state, first_weight, step
    network._set(seed=seed)
    network._events, network._event_start = events, event_start


def _put_together(value, name, kept, arrays):
    """The dataclass `value` with the fields that were kept of it under `name`; it checks them itself."""
    if not isinstance(kept, dict) or not set(kept) <= {field.name for field in fields(value)}:
        raise ValueError(f"its header has other fields of {name} than {type(value).__name__}")
    changes = {}
    for field in fields(value):
        mine, whole = getattr(value, field.name), f"{name}.{field.name}"
        if whole in arrays:
            changes[field.name] = _unpacked(whole, arrays) if f"{whole}.sizes" in arrays else arrays.pop(whole)
        elif field.name in kept and is_dataclass(mine):
            changes[field.name] = _put_together(mine, whole, kept[field.name], arrays)
        elif field.name in kept:
            saved = kept[field.name]
            changes[field.name] = tuple(saved) if isinstance(saved, list) else saved
            _check_plain(type(value).__name__, field.name, changes[field.name], mine)
    return replace(value, **{field.name: changes[field.name] for field in fields(value) if field.init and field.name in changes})


def _check_plain(owner, name, saved, mine):
    """Refuse what is of another kind than the field holds here: a model need not expect a text where it has a number."""
    kinds = [bool, str, tuple, (int, float, np.generic, np.ndarray)]
    of = [next((kind for kind in kinds if isinstance(each, kind)), None) for each in (saved, mine)]
    alike = of[0] is of[1] or None in (saved, mine) if mine is None or of[1] else False
    if not alike or isinstance(saved, dict) or saved != saved:
        checks.fail(owner, name, saved, f"a value such as {mine!r}")


def _unpacked(name, arrays):
    """A tuple of arrays that was kept as one, with their sizes."""
    flat, sizes = arrays.pop(name), arrays.pop(f"{name}.sizes")
    if flat.ndim != 1 or sizes.ndim != 1 or sizes.dtype.kind not in "iu" or sizes.min(initial=0) < 0 or sum(sizes.tolist()) != flat.size:
        raise ValueError(f"the sizes of {name!r} are not those of its parts")
    return tuple(np.split(flat, np.cumsum(sizes)[:-1]))


def _wires(file, k, network):
    """(the connections of synapse group k as `Layout` takes them, the order of the file's synapses in which they are there)."""
    name, link, here = f"synapses.{k}", network.synapses[k], network._layout.link_table
    n_pre, n_post, left, right = link.source.n, link.target.n, np.empty((0, 0)), np.empty((0, 0))
    if here.rank[k]:
        rank = file.arrays[f"{name}.left"].shape[-1]
        left, right = file.take(f"{name}.left", (n_pre, rank)), file.take(f"{name}.right", (rank, n_post))
    if not here.n_pointer[k]:
        delay, weight = file.take(f"{name}.delay", (1,), np.int64, low=1), file.take(f"{name}.weight", (int(here.n_weight[k]),))
        return BuiltConnectivity(None, np.empty(0, np.uint32), weight, delay, left, right), slice(None)
    pre = check_units(link.name, "pre", file.arrays.pop(f"{name}.pre"), n_pre).astype(np.int64)
    post = check_units(link.name, "post", file.take(f"{name}.post", [pre.shape], np.uint32), n_post)
    weight = file.take(f"{name}.weight", [pre.shape] if link.rule else [pre.shape, (1,)])
    delay = file.take(f"{name}.delay", [(1,), pre.shape], np.int64, low=1)
    if (link.rule or left.size) and delay.size and np.ptp(delay):
        raise ValueError(f"the synapses of {link.name} have delays of their own beside a rule or factored weights")
    if not pre.size:
        return BuiltConnectivity(np.zeros((1, n_pre + 1), np.int64), post, weight, delay, left, right), slice(None)
    order = np.argsort(pre, kind="stable")
    within, delays, pointers = by_delay(n_pre, pre[order], np.broadcast_to(delay, pre.size)[order])
    order = order[within]
    return BuiltConnectivity(pointers, post[order], weight[order] if weight.size > 1 else weight, delays, left, right), order


def _fill(file, network, layout, orders):
    """Set the states of `layout` to those of `file`; returns what `reset` goes back to, states and weights."""
    kept = network._plastic or any(name.endswith(".first") for name in file.arrays)
    first = np.empty_like(layout.state), np.empty_like(layout.weight) if kept else None
    for g, group in enumerate(network.groups):
        for when, state in (("", layout.state), ("first.", first[0])):
            rows = state[layout.state_at[g]:layout.state_at[g + 1]].reshape(-1, group.n)
            for name, row in zip(group.model.states, rows):
                row[:] = file.take(f"group.{g}.{when}{name}", (group.n,))
    for f, part in enumerate(_currents(layout)):
        layout.psc[part] = file.take(f"current.{f}", layout.psc[part].shape)
    for k, (link, order) in enumerate(zip(network.synapses, orders)):
        for name, view in _remembered(layout, k).items():
            array = file.take(f"synapses.{k}.{name}", view.shape)
            view[:] = array[order] if name == "memory" else array
        if first[1] is not None:
            own = slice(int(layout.link_table.weight_at[k]), int(layout.link_table.weight_at[k] + layout.link_table.n_weight[k]))
            array = file.take(f"synapses.{k}.first", layout.weight[own].shape)
            first[1][own] = array[order] if array.size > 1 else array
            link.check_bounds(first[1][own])
    return first


def _spikes(file, network, depth, step):
    """The spikes under way as the engine takes them: units in the order of step and group, and where each of these begins."""
    n_groups, size = len(network.groups), file.arrays["spikes.step"].size
    steps = file.take("spikes.step", (size,), np.int64, max(0, step - depth), step - 1)
    group = file.take("spikes.group", (size,), np.int64, 0, n_groups - 1)
    unit = file.take("spikes.unit", (size,), np.int64, 0)
    if np.any(unit >= np.array([each.n for each in network.groups])[group]):
        raise ValueError("the array 'spikes.unit' names units that there are not")
    place = (steps - (step - depth)) * n_groups + group
    order = np.lexsort((unit, place))
    if np.any((np.diff(place[order]) == 0) & (np.diff(unit[order]) == 0)):
        raise ValueError("the arrays 'spikes' name a spike twice")
    return unit[order].astype(np.int32), np.append(0, np.cumsum(np.bincount(place, minlength=depth * n_groups))).astype(np.int64)


def _fit_monitors(network, layout):
    """Let the monitors of weights watch the synapses of `layout`; returns those that have recorded others."""
    others, old = [], network._layout
    for monitor in network.monitors:
        if isinstance(monitor, WeightMonitor):
            monitor.fit(layout.weights_of(monitor.target).size)
            if not all(np.array_equal(a, b) for a, b in zip(_targets(old, monitor.target), _targets(layout, monitor.target))):
                others.append(monitor)
    return others


def _targets(layout, link):
    """What says which synapse is which: the row pointers and the targets."""
    k, links, wiring = layout.links.index(link), layout.link_table, layout.wiring
    end = links.pointer_at[k] + links.n_delays[k] * links.n_pointer[k]
    return wiring.pointers[links.pointer_at[k]:end], wiring.indices[links.index_at[k]:links.index_at[k] + links.n_index[k]]
