"""Where everything lies: the flat arrays and tables that `engine.advance` runs on, made from groups and synapses."""

from __future__ import annotations

import numpy as np

from .._util import checks
from .._util.guarded import with_own_arrays
from . import plugin
from .loop import ADDS, BEGINS, CONDUCTANCE, CURRENT, DELTA, GRADED, PARTNER
from .matrices import Sparse
from .tables import Filters, Groups, Hooks, Links, Probes, Values, Wiring


ALIGN = 64          # flags of a group begin at a multiple of this, so that they can be read eight at once
TABLE_SIZES = (4, 16, 64, 256)
IDLE = {"homogeneous": plugin.idle_step, "heterogeneous": plugin.idle_step, "on_pre": plugin.idle_on_pre,
        "on_post": plugin.idle_on_post, "efficacy": plugin.idle_efficacy}


class Flat:
    """Arrays put one after the other: `add` returns where an array begins, `array` is the whole."""

    def __init__(self, dtype):
        self.dtype, self.parts, self.size = dtype, [np.empty(0, dtype)], 0

    def add(self, array):
        """Append `array`, flattened, and return its offset."""
        array = np.ravel(array)
        self.parts.append(array)
        self.size += array.size
        return self.size - array.size

    @property
    def array(self):
        """One writable array; the parts are let go."""
        whole = np.concatenate(self.parts, dtype=self.dtype, casting="unsafe")
        self.parts = [whole]
        return whole


class KernelTable:
    """The distinct kernels of one flavour; the engine calls them by their number."""

    def __init__(self, variant):
        self.variant, self.kernels = variant, []

    def number(self, kernel):
        """The number of `kernel` in this table, -1 for None."""
        if kernel is None:
            return -1
        if kernel not in self.kernels:
            self.kernels.append(kernel)
        return self.kernels.index(kernel)

    def compiled(self):
        """A tuple of machine functions, filled up to one of few sizes so that few engines are ever compiled."""
        size = next(size for size in TABLE_SIZES if size >= len(self.kernels))
        kernels = self.kernels + [IDLE[self.variant]] * (size - len(self.kernels))
        return plugin.Compiled(kernel.compiled(self.variant) for kernel in kernels)


def table(kind, rows, **overrides):
    """The namedtuple `kind` of int64 columns made from a list of rows (dicts); `overrides` are columns of another type."""
    columns = {field: np.array([row[field] for row in rows], dtype=np.int64) for field in kind._fields if field not in overrides}
    return kind(**columns, **overrides)


def offsets(sizes):
    """Where each of consecutive parts begins, and where the last ends."""
    return np.concatenate([[0], np.cumsum(np.asarray(sizes, dtype=np.int64))])


class Layout:
    """The engine's arguments for a network of `groups` and `links`; `wires` are the built connections."""

    def __init__(self, groups, links, wires, dt):
        self.groups, self.links, self.dt = groups, links, dt
        self.depth = int(max([1] + [wire.delays.max() for wire in wires]))
        self._lay_filters(wires)
        self._lay_links(wires)
        self._lay_groups()

    def _lay_filters(self, wires):
        """One exponential filter a target and time constant, shared by all links that feed it."""
        number, rows, decay, mean, reversal = {}, [], [], [], []
        index = {group: g for g, group in enumerate(self.groups)}
        self.filter_of, at = [], 0
        for link in self.links:
            synapse = link.synapse
            if synapse.kind in (DELTA, GRADED):
                self.filter_of.append(-1)
                continue
            key = (index[link.target], synapse)
            if key not in number:
                number[key] = len(rows)
                rows.append({"kind": synapse.kind, "target": key[0], "at": at, "role": ADDS, "partner": -1})
                at += link.target.n
                constants = synapse.step_coefficients(self.dt)
                decay.append(constants[0])
                mean.append(constants[1])
                reversal.append(getattr(synapse, "reversal", 0.0))
            self.filter_of.append(number[key])
        graded = {index[link.target] for link in self.links if link.synapse.kind == GRADED}      # these currents begin without a filter
        for g in {row["target"] for row in rows} - graded:
            mine = [f for f, row in enumerate(rows) if row["target"] == g and row["kind"] == CURRENT]
            for f, role in zip(mine, (BEGINS, PARTNER)):
                rows[f] |= {"role": role, "partner": mine[1] if role == BEGINS and len(mine) > 1 else -1}
        self.filters = table(Filters, rows, decay=np.array(decay, dtype=float), mean=np.array(mean, dtype=float),
                             reversal=np.array(reversal, dtype=float))
        self.psc = np.zeros(at)

    def _lay_links(self, wires):
        index = {group: g for g, group in enumerate(self.groups)}
        flat = {name: Flat(dtype) for name, dtype in dict(
            weight=np.float64, memory=np.float64, trace=np.float64, delays=np.int64, pointers=np.int64, indices=np.uint32,
            factors=np.float64, columns=np.int64, positions=np.int64, sources=np.uint32, mode=np.int64).items()}
        rows, scratch, params_at, trace_decay_at, hooks = [], 1, 0, 0, self._hooks()
        for k, (link, wire) in enumerate(zip(self.links, wires)):
            rule, n_pre, n_post = link.rule, link.source.n, link.target.n
            pre_traces, post_traces = (rule.pre_traces(), rule.post_traces()) if rule else ((), ())
            n_params = len(rule.step_coefficients(self.dt)) if rule else 0
            n_memory = wire.weight.size if rule and rule.memory else 0
            rows.append(dict(
                source=index[link.source], target=index[link.target], kind=link.synapse.kind, filter=self.filter_of[k],
                n_delays=wire.delays.size, delay_at=flat["delays"].add(wire.delays),
                n_pointer=0 if wire.pointers is None else n_pre + 1,
                pointer_at=0 if wire.pointers is None else flat["pointers"].add(wire.pointers),
                n_index=wire.indices.size, index_at=flat["indices"].add(wire.indices),
                n_weight=wire.weight.size, weight_at=flat["weight"].add(wire.weight),
                n_memory=n_memory, memory_at=flat["memory"].add(np.zeros(n_memory)),
                rank=wire.left.shape[1], factor_at=flat["factors"].add(wire.left),
                n_pre_traces=len(pre_traces), n_post_traces=len(post_traces),
                trace_at=flat["trace"].add(np.zeros(len(pre_traces) * n_pre + len(post_traces) * n_post)),
                trace_decay_at=trace_decay_at, params_at=params_at, n_params=n_params, learns=int(rule is not None),
                on_pre=hooks["on_pre"].number(rule.on_pre if rule else None),
                on_post=hooks["on_post"].number(rule.on_post if rule else None),
                on_tick=hooks["on_post"].number(rule.on_tick if rule else None),
                efficacy=hooks["efficacy"].number(rule.efficacy if rule else None),
                reward_at=0, reward_rows=0,
                tick=1 if not (rule and rule.on_tick) else max(1, int(checks.grid_steps(rule, "interval", rule.interval, self.dt))),
                **self._lay_columns(flat, rule, wire, n_pre, n_post)))
            flat["factors"].add(wire.right)
            flat["mode"].add(np.array([mode for _, mode in (*pre_traces, *post_traces)], dtype=np.int64))
            params_at, trace_decay_at = params_at + n_params, trace_decay_at + len(pre_traces) + len(post_traces)
            widest = max(n_pre, n_post)
            if rule and wire.pointers is not None:          # repeated synapses can make a row or a column longer than that
                widest = max(widest, int(np.diff(wire.pointers).max()), int(np.bincount(wire.indices, minlength=1).max()))
            scratch = max(scratch, wire.left.shape[1], (len(pre_traces) + len(post_traces) + 3) * (widest + 1) if rule else 1)
        self.link_table = table(Links, rows)
        self.wiring = Wiring(trace_decay=np.empty(0), **{name: flat[name].array for name in Wiring._fields if name != "trace_decay"})
        self.weight, self.memory, self.trace = flat["weight"].array, flat["memory"].array, flat["trace"].array
        self.scratch = np.zeros(scratch)

    def _hooks(self):
        """The kernels of all rules, always in one order; made when needed: no copy holds machine code."""
        tables = {variant: KernelTable(variant) for variant in ("on_pre", "on_post", "efficacy")}
        for rule in (link.rule for link in self.links if link.rule):
            for variant, kernel in (("on_pre", rule.on_pre), ("on_post", rule.on_post),
                                    ("on_post", rule.on_tick), ("efficacy", rule.efficacy)):
                tables[variant].number(kernel)
        return tables

    @staticmethod
    def _lay_columns(flat, rule, wire, n_pre, n_post):
        """The transposed index of a sparse connection whose rule looks at columns."""
        if rule is None or wire.pointers is None or (rule.on_post is None and rule.on_tick is None):
            return {"column_at": 0, "position_at": 0}
        order = np.argsort(wire.indices, kind="stable")
        sources = np.repeat(np.arange(n_pre, dtype=np.uint32), np.diff(wire.pointers[0]))
        counts = np.bincount(wire.indices, minlength=n_post)
        flat["sources"].add(sources[order])
        return {"column_at": flat["columns"].add(offsets(counts)), "position_at": flat["positions"].add(order)}

    def _lay_groups(self):
        sizes = np.array([group.n for group in self.groups])
        self.unit_at = offsets(-(-sizes // ALIGN) * ALIGN)
        self.state = np.concatenate([group.state.ravel() for group in self.groups])
        self.state_at = offsets([group.state.size for group in self.groups])
        fed = set(zip(self.filters.target.tolist(), self.filters.kind.tolist()))
        fed |= {(self.groups.index(link.target), CURRENT) for link in self.links if link.synapse.kind == GRADED}
        self.gathers = np.array([(g, CURRENT) in fed for g in range(len(sizes))], dtype=np.int64)
        begun = set(self.filters.target[self.filters.role == BEGINS].tolist())
        self.copies = np.array([g not in begun for g in range(len(sizes))], dtype=np.int64) & self.gathers
        self.n_conductance = np.array([n if (g, CONDUCTANCE) in fed else 0 for g, n in enumerate(sizes)], dtype=np.int64)
        self.current = np.zeros(self.unit_at[-1])
        self.conductance = np.zeros(2 * self.n_conductance.sum())
        self.spiked = np.zeros(self.unit_at[-1], dtype=bool)

    def gather(self):
        """Take the states of the groups into the flat array that the engine works on."""
        for group, mine in self.states():
            mine[:] = group.state

    def bind(self):
        """Hand the states back to the groups, into the arrays that they always had: views stay alive."""
        for group, mine in self.states():
            group.state[:] = mine

    def states(self):
        """(group, its part of the flat states (n_states, n)) of each group."""
        for group, begin, end in zip(self.groups, self.state_at[:-1], self.state_at[1:]):
            yield group, self.state[begin:end].reshape(-1, group.n)

    def __setstate__(self, state):
        self.__dict__.update({name: with_own_arrays(value) for name, value in state.items()})

    def weights_of(self, link):
        """The view of the flat weights that belongs to `link`."""
        k = self.links.index(link)
        return self.weight[self.link_table.weight_at[k]:self.link_table.weight_at[k] + self.link_table.n_weight[k]]

    def memory_of(self, k):
        """The views of the flat traces and memory that belong to link number k."""
        table, link = self.link_table, self.links[k]
        size = table.n_pre_traces[k] * link.source.n + table.n_post_traces[k] * link.target.n
        yield self.trace[table.trace_at[k]:table.trace_at[k] + size]
        yield self.memory[table.memory_at[k]:table.memory_at[k] + table.n_memory[k]]

    def matrix_of(self, synapses):
        """The weights of `synapses` as they stand: ndarray (n_pre, n_post) or scipy.sparse, a copy."""
        k = self.links.index(synapses)
        shape, weight = (synapses.source.n, synapses.target.n), self.weights_of(synapses)
        links, n_delays = self.link_table, self.link_table.n_delays[k]
        if not links.n_pointer[k]:
            return weight.reshape(shape).copy()
        begin, width = links.pointer_at[k], links.n_pointer[k]
        pointers = self.wiring.pointers[begin:begin + n_delays * width].reshape(n_delays, width)
        indices = self.wiring.indices[links.index_at[k]:links.index_at[k] + links.n_index[k]]
        counts = np.diff(pointers, axis=1)
        sources = np.tile(np.arange(shape[0]), n_delays).repeat(counts.ravel())
        order = np.argsort(sources * shape[1] + indices.astype(np.int64), kind="stable")
        rows = np.concatenate([[0], np.cumsum(counts.sum(axis=0))])
        matrix = Sparse(shape, rows, indices[order], weight[order] if weight.size > 1 else weight).matrix()
        return matrix.toarray() if synapses.returns_dense() else matrix

    def arguments(self, drives, streams, rewards):
        """(groups, values, links, wiring, hooks) for one run: the models are calibrated, the stimuli laid out.

        drives has one (rows, n) array a group, streams one uint64; rewards one (rows,) array a link, empty where none is given.
        """
        same_steps, each_steps = KernelTable("homogeneous"), KernelTable("heterogeneous")
        coefficients, drive, rows = Flat(np.float64), Flat(np.float64), []
        for group, rows_held in zip(self.groups, drives):
            same, values = group.model.coefficients(group.n, self.dt)
            rows.append(dict(n=group.n, n_states=len(group.model.states), same=int(same), n_coefficients=len(values),
                             coefficient_at=coefficients.add(values), drive_at=drive.add(rows_held), drive_rows=len(rows_held),
                             step_of=(same_steps if same else each_steps).number(group.model.step)))
        conductance_at = offsets(2 * self.n_conductance)[:-1]
        groups = table(Groups, rows, unit_at=self.unit_at, state_at=self.state_at, stream=np.array(streams, dtype=np.uint64),
                       gathers=self.gathers, copies=self.copies, conductance_at=conductance_at, n_conductance=self.n_conductance)
        rules = [link.rule for link in self.links if link.rule]
        params = np.array([value for rule in rules for value in rule.step_coefficients(self.dt)], dtype=np.float64)
        taus = [tau for rule in rules for tau, _ in (*rule.pre_traces(), *rule.post_traces())]
        trace_decay = np.exp(-self.dt / np.array(taus, dtype=np.float64))
        values = Values(self.state, coefficients.array, drive.array, self.current, self.conductance, self.spiked, self.psc,
                        self.trace, self.weight, self.memory, params, np.concatenate([np.empty(0), *rewards]), self.scratch)
        tables = (same_steps, each_steps, *self._hooks().values())
        hooks = Hooks(*(kernels.compiled() for kernels in tables))
        sizes = np.array([reward.size for reward in rewards], dtype=np.int64)
        links = self.link_table._replace(reward_at=offsets(sizes)[:-1], reward_rows=sizes)
        return groups, values, links, self.wiring._replace(trace_decay=trace_decay), hooks

    def probes(self, monitors, first):
        """The engine's probes for `monitors`, recording from step `first` on into `out`, set by the caller block by block."""
        rows, units, width = [], Flat(np.int64), 0
        for monitor in monitors:
            every = self.sample_steps(monitor)
            rows.append(dict(group=self.groups.index(monitor.target), row=monitor.row, every=every, width=monitor.index.size,
                             unit_at=units.add(monitor.index), first=first // every + 1, at=0))
            width += monitor.index.size
        return table(Probes, rows, units=units.array, out=np.empty(0))

    def sample_steps(self, monitor):
        """Steps between two samples of a monitor."""
        if monitor.every is None:
            return 1
        steps = int(checks.grid_steps(monitor, "every", monitor.every, self.dt))
        return steps if steps >= 1 else checks.fail(monitor, "every", monitor.every, f"at least one step, dt = {self.dt:g} ms")
