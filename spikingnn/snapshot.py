"""Saving and loading a network by its logical parts: arrays in an .npz with a JSON header, never code.

A file says what each group and each synapse is, not where the engine keeps it. `load` checks every name,
shape, type and range before anything changes, and then lets `Layout` make the engine's tables, which have
no bounds checks, as it does for a new network. G is the number of a group, K of a group of synapses::

    group.G.STATE, group.G.first.STATE      (n,) each state row now, and where `reset` returns to
    tuning.G.encoders, .max_rates, .intercepts      of a tuned group, as drawn
    model.G.FIELD, rule.K.R.FIELD       fields of models and rules that are arrays; others are in the header
    synapses.K.pre, .post, .delay       of sparse connections: unit, unit, steps (one for all, or per synapse)
    synapses.K.left, .right             of factored connections
    synapses.K.weight, .first           per synapse, or one for all; first only if `reset` returns to it
    synapses.K.past                     (steps, n_pre) levels that are sent with a delay
    rule.K.R.state.NAME, .first.NAME    of the R-th rule, per synapse: now, and where `reset` returns to
    rule.K.R.pre_trace, .post_trace     (traces, delays · n_pre), (traces, n_post): see `engine.traces`
    filter.K.STATE                      (n_post,) each state row of the synapse model of K
    spikes.step, .group, .unit          under way
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import DTypeLike, NDArray

from ._util import archive, checks
from ._util.typing import PathLikeText
from .construction import check_budget
from .dataclass_storage import kind_of, put_together, take_apart, text_of
from .engine.bounds import check_units
from .engine.compiler import Layout
from .engine.connection_view import ConnectionView
from .engine.matrices import BuiltConnectivity
from .engine.flat import offsets
from .engine.plugin import Rule
from .engine.sorting import by_delay, compact_steps
from .groups import NeuronGroup
from .monitors import Monitor
from .monitors.state_monitors import fit_monitors
from .plasticity.rule_validation import validate_rule
from .synapse_group import SynapseGroup
from .synaptic_states import initialise_synapses
from .tuning_curves import TuningCurves
from .weights import check_sign


__all__ = ["check_format", "contents", "largest", "load", "read", "save"]

FORMAT, VERSION = "spikingnn.network", 4
TUNING = ("encoders", "max_rates", "intercepts")
LAST_STEP = 2**53               # up to which steps are whole numbers in a float
FACTOR, SLACK = 4, 1 << 24      # a file names more of each synapse than the network keeps
FOREIGN = "is not a network saved by spikingnn"
DAMAGE = (ValueError, TypeError, ArithmeticError, KeyError, IndexError, AttributeError, MemoryError)
Arrays = dict[str, NDArray[Any]]
Order = NDArray[np.int64] | slice


class SavedNetwork(Protocol):
    """What is asked of a network that is saved or loaded."""

    @property
    def groups(self) -> Sequence[NeuronGroup]: ...

    @property
    def synapses(self) -> Sequence[SynapseGroup]: ...

    @property
    def monitors(self) -> Sequence[Monitor]: ...

    @property
    def dt(self) -> float: ...

    @property
    def seed(self) -> int: ...

    @property
    def memory_budget(self) -> float: ...

    @property
    def layout(self) -> Layout: ...

    def adopt(self, layout: Layout, seed: int) -> None: ...


# --- what is the same in a file and the network that takes it -----------------------------------------------


def _parts(network: SavedNetwork) -> dict[str, Any]:
    """What must be the same for a file to fit: names, kinds and sizes."""
    groups = [[group.name, kind_of(group.model), group.n] for group in network.groups]
    synapses = [[each.name, *each.ends(), text_of(each.synapse), [kind_of(rule) for rule in each.rules],
                 each.delay_post]
                for each in network.synapses]
    return {"groups": groups, "synapses": synapses, "dt": network.dt}


def _values(network: SavedNetwork) -> dict[str, Any]:
    """The dataclasses whose fields are kept, by the name that they have in a file."""
    kept: dict[str, Any] = {f"model.{g}": group.model for g, group in enumerate(network.groups)}
    return kept | {f"rule.{k}.{r}": rule for k, each in enumerate(network.synapses)
                   for r, rule in enumerate(each.rules)}


def _tuned(network: SavedNetwork) -> dict[str, TuningCurves]:
    """The tuning curves, by the name that they have in a file."""
    tunings = {f"tuning.{g}": getattr(group, "tuning", None) for g, group in enumerate(network.groups)}
    return {name: tuning for name, tuning in tunings.items() if tuning is not None}


# --- writing ------------------------------------------------------------------------------------------------


def save(path: PathLikeText, network: SavedNetwork, extra: Any = None,
         more: Mapping[str, NDArray[Any]] | None = None) -> None:
    """Write `network` to `path` through a temporary file beside it.

    Parameters
    ----------
    path : path
        File, .npz.
    network : Network
        Network whose states are gathered.
    extra
        Anything that JSON can hold.
    more : dict of arrays, optional
        Kept as "extra.<name>".
    """
    header, arrays = contents(network, extra, more)
    archive.write_archive(path, json.dumps(header), arrays)


def contents(network: SavedNetwork, extra: Any = None,
             more: Mapping[str, NDArray[Any]] | None = None) -> tuple[dict[str, Any], Arrays]:
    """Return (header, arrays) of a network whose states are gathered, as `save` writes them."""
    arrays: Arrays = {f"extra.{name}": array for name, array in (more or {}).items()}
    values = {name: take_apart(value, name, arrays) for name, value in _values(network).items()}
    for name, tuning in _tuned(network).items():
        arrays |= {f"{name}.{part}": array for part, array in zip(TUNING, tuning.drawn or ())}
    layout = network.layout
    layout.trace_factors()                          # rules may have been assigned since the last run
    for k in range(len(network.synapses)):
        kept = layout.connection(k)
        first = None if layout.first_weight is None else kept.weight_in(layout.first_weight)
        arrays |= {f"synapses.{k}.{name}": array for name, array in _synapses(kept, first).items()}
        for r, rule in enumerate(network.synapses[k].rules):
            arrays |= {f"rule.{k}.{r}.{name}": array[place]
                       for name, array, place in _remembered(layout, k, r, rule)}
    for g, group in enumerate(network.groups):
        for when, flat in (("", layout.state), ("first.", layout.first_state)):
            rows = zip(group.model.states, layout.state_of(g, flat))
            arrays |= {f"group.{g}.{when}{name}": row for name, row in rows}
    arrays |= {f"filter.{k}.{name}": values for k, name, values in layout.filter_rows()}
    arrays |= dict(zip(("spikes.step", "spikes.group", "spikes.unit"), layout.history.under_way()))
    header = {"format": FORMAT, "version": VERSION, "step": layout.history.step, "seed": network.seed,
              "parts": _parts(network), "values": values, "extra": extra}
    return header, arrays


def _synapses(kept: ConnectionView, first_weight: NDArray[Any] | None) -> Arrays:
    """One group of synapses: who is connected with whom, how strongly, how late; levels under way."""
    parts: Arrays = {"weight": kept.weight, "delay": kept.delays}
    if kept.is_sparse:
        parts |= {"pre": kept.sources(), "post": kept.targets, "delay": kept.delay_steps()}
    if kept.rank:
        parts |= {"left": kept.left, "right": kept.right}
    if first_weight is not None:
        parts["first"] = first_weight
    if kept.n_past:
        parts["past"] = kept.past
    return parts


def _remembered(layout: Layout, k: int, r: int, rule: Rule) -> Iterator[tuple[str, NDArray[Any], Any]]:
    """Yield (name, array, place): what is kept of a rule is ``array[place]``; of states for each synapse."""
    kept = layout.connection(k)
    mine, n_states = kept.rules[r], len(rule.synapse_state)
    for name, trace in (("pre_trace", mine.pre_trace), ("post_trace", mine.post_trace)):
        if len(trace):
            yield name, trace, slice(None)
    places: Any = kept.state_places(n_states) if n_states else ()
    first = layout.first_synapse_state[mine.place]
    for name, place in zip(rule.synapse_state, places):
        yield f"state.{name}", mine.state, place
        yield f"first.{name}", first, place


# --- reading ------------------------------------------------------------------------------------------------


def read(path: PathLikeText, allowed: float) -> tuple[dict[str, Any], Arrays]:
    """Return (header, arrays) of a saved network of at most `allowed` bytes; ValueError if it is none."""
    return archive.read_archive(path, FOREIGN, lambda header, kinds: check_format(path, header),
                                largest(allowed))


def largest(allowed: float) -> int:
    """Return how many bytes the file of a network that takes `allowed` bytes may have."""
    return SLACK + int(FACTOR * allowed)


def check_format(path: PathLikeText, header: dict[str, Any]) -> None:
    """Refuse the header of another kind or version of file."""
    written, version = header.get("format"), header.get("version")
    if written != FORMAT:
        raise ValueError(f"{path} {FOREIGN}, or is damaged: its format is {written!r}")
    if version != VERSION:
        earlier = "an earlier spikingnn 0.2"
        known = {"1": "spikingnn 0.1", "2": earlier, "3": earlier}.get(str(version))
        wrote = f"; {known} wrote it: run it again" if known else ""
        raise ValueError(f"{path} cannot be read: its version is {version!r}, "
                         f"this program reads {VERSION}{wrote}")


def load(path: PathLikeText, network: SavedNetwork,
         content: tuple[dict[str, Any], Arrays] | None = None) -> None:
    """Load `path`, or its `content` as `read` returns it, into `network`.

    Raises
    ------
    ValueError
        If it holds another network or is damaged; the network then stays as it was.
    """
    header, arrays = content or read(path, network.memory_budget)
    for key, here in _parts(network).items():
        saved = header["parts"].get(key) if isinstance(header.get("parts"), dict) else None
        if saved != here:
            raise ValueError(f"{path} holds another network: its {key} are {saved}, here they are {here}")
    file = _File(header, {name: array for name, array in arrays.items() if not name.startswith("extra.")})
    models, rules = [group.model for group in network.groups], [each.rules for each in network.synapses]
    drawn = [(tuning, tuning.drawn) for tuning in _tuned(network).values()]
    try:
        _load_checked(file, network)
    except checks.MemoryBudgetError:
        raise
    except DAMAGE as problem:
        reason = " ".join(str(problem).split())
        raise ValueError(f"{path} is damaged, or holds what does not fit: {reason}") from None
    finally:
        if not file.accepted:
            for group, model in zip(network.groups, models):
                group.restore_model(model)
            for each, its_rules in zip(network.synapses, rules):
                each.restore_rules(its_rules)
            for tuning, before in drawn:
                tuning.restore(before)
            fit_monitors(network.monitors, network.layout)


class _File:
    """The arrays of a file, taken out one by one and checked; `accepted` once all of it has been taken."""

    def __init__(self, header: dict[str, Any], arrays: Arrays) -> None:
        self.header, self.arrays, self.accepted = header, arrays, False

    def take(self, name: str, shape: tuple[int, ...] | list[tuple[int, ...]], dtype: DTypeLike = np.float64,
             low: float = -np.inf, high: float = np.inf) -> NDArray[Any]:
        """Return the array `name` of just this type and shape (or one of these), from low to high."""
        array = self.arrays.pop(name, None)
        shapes = shape if isinstance(shape, list) else [shape]
        if array is None or array.dtype != dtype or array.shape not in shapes:
            found = "missing" if array is None else f"{array.dtype} {array.shape}"
            raise ValueError(f"the array {name!r} is missing or of another kind: it is {found}, "
                             f"not {np.dtype(dtype)} {shape}")
        lowest, highest = (array.min(), array.max()) if array.size else (0, 0)
        if not (np.isfinite(lowest) and np.isfinite(highest)):
            raise ValueError(f"the array {name!r} holds numbers that are not finite")
        if array.size and not (low <= lowest and highest <= high):
            raise ValueError(f"the array {name!r} holds numbers that are not from {low} to {high}")
        return np.asarray(array, order="C")

    def whole(self, name: str, low: int, high: int) -> int:
        """Return the whole number `name` of the header."""
        value = checks.integer("its header", name, self.header.get(name), low)
        return value if value < high else checks.fail("its header", name, value, f"below {high}")


def _load_checked(file: _File, network: SavedNetwork) -> None:
    """Check all that is in `file`, then change `network`."""
    step, seed = file.whole("step", 0, LAST_STEP), file.whole("seed", 0, 2**128)
    _load_values(file, network)
    _load_tunings(file, network)
    loaded = [_connectivity(file, k, network) for k in range(len(network.synapses))]
    built, orders = [each for each, _ in loaded], [order for _, order in loaded]
    check_budget(network.groups, network.synapses, built, network.memory_budget)
    for each, connectivity in zip(network.synapses, built):
        each.check_bounds(connectivity.weight, reached=True)
        check_sign(each.name, each.synapse, connectivity.weight)
    layout = Layout(network.groups, network.synapses, built, network.dt, network.layout.threads)
    initialise_synapses(layout, network.synapses)               # what `reset` returns to
    _load_states(file, network, layout)
    _load_rules(file, network, layout, orders)
    _load_spikes(file, network, layout, step)
    if file.arrays:
        example = sorted(file.arrays)[0]
        raise ValueError(f"it has arrays that are not of this network, such as {example!r}")
    of_other_synapses = fit_monitors(network.monitors, layout, network.layout)
    file.accepted = True                            # nothing can fail from here on
    layout.scatter()
    for monitor in of_other_synapses:
        monitor.clear()
    network.adopt(layout, seed)


def _load_values(file: _File, network: SavedNetwork) -> None:
    kept = file.header.get("values")
    if not isinstance(kept, dict) or set(kept) != set(_values(network)):
        raise ValueError("its header names the values of other parts")
    values = {name: put_together(value, name, kept[name], file.arrays)
              for name, value in _values(network).items()}
    for g, group in enumerate(network.groups):
        values[f"model.{g}"].check_units(group.n)
        group.restore_model(values[f"model.{g}"])
    for k, each in enumerate(network.synapses):
        rules = [values[f"rule.{k}.{r}"] for r in range(len(each.rules))]
        for rule in rules:
            validate_rule(rule, network.dt)
        each.restore_rules(tuple(rules))


def _load_tunings(file: _File, network: SavedNetwork) -> None:
    for name, tuning in _tuned(network).items():
        arrays = zip(TUNING, tuning.drawn or ())
        encoders, max_rates, intercepts = (file.take(f"{name}.{part}", array.shape) for part, array in arrays)
        tuning.restore((encoders, max_rates, intercepts))
        tuning.check(tuning.group.model)
        if not (np.isfinite(tuning.gain).all() and np.isfinite(tuning.bias).all()):
            raise ValueError(f"the tuning curves {name!r} have no finite gain and bias")


def _connectivity(file: _File, k: int, network: SavedNetwork) -> tuple[BuiltConnectivity, Order]:
    """The synapses of group k as `Layout` takes them, and how they are ordered among those of the file."""
    name, each, here = f"synapses.{k}", network.synapses[k], network.layout.connection(k)
    n_pre, n_post, left, right = each.source.n, each.target.n, np.empty((0, 0)), np.empty((0, 0))
    if here.rank:
        rank = file.arrays[f"{name}.left"].shape[-1]
        left, right = file.take(f"{name}.left", (n_pre, rank)), file.take(f"{name}.right", (rank, n_post))
    if not here.is_sparse:
        delay = file.take(f"{name}.delay", (1,), np.int64, low=1)
        weight = file.take(f"{name}.weight", here.weight.shape, each.dtype)
        return BuiltConnectivity(None, np.empty(0, np.uint32), weight, delay, left, right), slice(None)
    pre = check_units(each.name, "pre", file.arrays.pop(f"{name}.pre"), n_pre).astype(np.int64)
    post = check_units(each.name, "post", file.take(f"{name}.post", [pre.shape], np.uint32), n_post)
    weight = file.take(f"{name}.weight", [pre.shape] if each.rules else [pre.shape, (1,)], each.dtype)
    delay = file.take(f"{name}.delay", [(1,), pre.shape], np.int64, low=1)
    if left.size and delay.size and np.ptp(delay):
        raise ValueError(f"the synapses of {each.name} have delays of their own beside factored weights")
    if not pre.size:
        pointers = np.zeros((1, n_pre + 1), np.int64)
        return BuiltConnectivity(pointers, post, weight, delay, left, right), slice(None)
    order = np.argsort(pre, kind="stable")
    row_starts, steps = offsets(np.bincount(pre, minlength=n_pre)), np.broadcast_to(delay, pre.size)[order]
    delays, pointers, order, _ = by_delay(row_starts, compact_steps(steps), order, np.zeros(1))
    weight = weight[order] if weight.size > 1 else weight
    return BuiltConnectivity(pointers, post[order], weight, delays, left, right), order


def _load_states(file: _File, network: SavedNetwork, layout: Layout) -> None:
    """Set the states, currents and conductances of `layout`, and the states to which `reset` returns."""
    layout.first_state = np.empty_like(layout.state)
    for g, group in enumerate(network.groups):
        for when, flat in (("", layout.state), ("first.", layout.first_state)):
            for name, row in zip(group.model.states, layout.state_of(g, flat)):
                row[:] = file.take(f"group.{g}.{when}{name}", (group.n,))
    for k, name, values in layout.filter_rows():
        values[:] = file.take(f"filter.{k}.{name}", values.shape)


def _load_rules(file: _File, network: SavedNetwork, layout: Layout, orders: Sequence[Order]) -> None:
    """Set what rules remember, and the weights to which `reset` returns."""
    plastic = any(each.rules for each in network.synapses)
    if plastic or any(name.endswith(".first") for name in file.arrays):
        layout.first_weight = np.empty_like(layout.weight)
    for k, (each, order) in enumerate(zip(network.synapses, orders)):
        kept = layout.connection(k)
        if kept.n_past:
            kept.past[:] = file.take(f"synapses.{k}.past", kept.past.shape)
        for r, rule in enumerate(each.rules):
            for name, array, place in _remembered(layout, k, r, rule):
                saved = file.take(f"rule.{k}.{r}.{name}", array[place].shape)
                array[place] = saved if name.endswith("_trace") else saved[order]
        if layout.first_weight is not None:
            array = file.take(f"synapses.{k}.first", kept.weight.shape, each.dtype)
            first = array[order] if array.size > 1 else array
            each.check_bounds(first, reached=True)
            kept.set_weight(first, layout.first_weight)


def _load_spikes(file: _File, network: SavedNetwork, layout: Layout, step: int) -> None:
    """Set the spikes under way."""
    n_groups, size, depth = len(network.groups), file.arrays["spikes.step"].size, layout.history.depth
    steps = file.take("spikes.step", (size,), np.int64, max(0, step - depth), step - 1)
    group = file.take("spikes.group", (size,), np.int64, 0, n_groups - 1)
    unit = file.take("spikes.unit", (size,), np.int64, 0)
    if np.any(unit >= np.array([each.n for each in network.groups])[group]):
        raise ValueError("the array 'spikes.unit' names units that there are not")
    layout.history.restore(step, steps, group, unit)
