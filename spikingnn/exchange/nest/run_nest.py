"""Build an exported network in NEST and run it: ``mpirun -n N python run_nest.py [FOLDER] [THREADS]``.

This file needs NEST and NumPy alone. FOLDER, by default the one in which this file lies, holds `network.json`
and the arrays that it names, in NEST's units. Each process connects the synapses whose targets it owns, and
writes their spikes to `spikes_RANK.npz`. `spikingnn.exchange.nest` builds its networks with the same
functions.
"""

from __future__ import annotations

import json
import os
import sys
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np


CHUNK = 1_000_000           # synapses that are connected at a time
PICOAMPERES = 1000.0        # per nA
OF_EACH_RECEPTOR = ("tau_syn",)     # parameters that are a list for each neuron


class Arrays(dict[str, Any]):
    """The arrays of a folder, mapped into memory when they are first asked for."""

    def __init__(self, folder: str | Path) -> None:
        super().__init__()
        self.folder = Path(folder)

    def __missing__(self, name: str) -> Any:
        self[name] = np.load(self.folder / f"{name}.npy", mmap_mode="r", allow_pickle=False)
        return self[name]


class Nodes(NamedTuple):
    """What a group is in NEST."""

    driven: Any
    """NodeCollection that inputs are given to: neurons or generators."""
    sender: Any
    """NodeCollection whose spikes the synapses receive: neurons, generators or parrot neurons."""
    recorder: Any
    """Its spike recorder, or None."""


def fetch(value: Any, arrays: Mapping[str, Any], part: slice = slice(None)) -> Any:
    """Return a number of the description as it is, and `part` of the array that ``{"array": name}`` names."""
    return np.asarray(arrays[value["array"]][part]) if isinstance(value, dict) else value


def each_of(value: Any, n: int) -> Any:
    """Return (n,) numbers."""
    return np.broadcast_to(np.asarray(value, dtype=np.float64), n)


def set_values(nest: Any, nodes: Any, values: dict[str, Any]) -> None:
    """Set parameters of the nodes that this process owns: numbers, or arrays with one row per node."""
    plain = {name: np.asarray(value, dtype=np.float64) for name, value in values.items()}
    shared = {name: value for name, value in plain.items() if value.ndim == (name in OF_EACH_RECEPTOR)}
    if len(shared) == len(plain):
        nodes.set({name: value.tolist() for name, value in shared.items()})
        return
    first, local = nodes[0].global_id, nodes
    if nest.num_processes > 1:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            local = nest.GetLocalNodeCollection(nodes)
    own = np.atleast_1d(local.global_id) - first
    if own.size:        # all at once: NEST keeps potentials relative to E_L
        local.set([{name: (value if name in shared else value[i]).tolist() for name, value in plain.items()}
                   for i in own])


def create(nest: Any, k: int, group: dict[str, Any], arrays: Mapping[str, Any], dt: float,
           shortest: int) -> Nodes:
    """Create the nodes of group number k; `shortest` is the shortest delay in steps."""
    n, kind = group["n"], group["kind"]
    if kind == "neurons":
        nodes = nest.Create(group["model"], n)
        set_values(nest, nodes, {name: fetch(value, arrays) for name, value in group["params"].items()})
    elif kind == "poisson":
        nodes = nest.Create("poisson_generator", n)
    else:
        ends = np.cumsum(arrays[f"groups.{k}.counts"])
        trains = np.split(np.asarray(arrays[f"groups.{k}.steps"]), ends[:-1])
        stamp = 0 if group["relay"] else 1              # NEST stamps a spike with the end of its step
        units = [nest.Create("spike_generator", params={"spike_times": (train + stamp) * dt})
                 for train in trains]
        first = units[0].global_id
        nodes = nest.NodeCollection(list(range(first, first + n)))
    sender = nodes
    if group["relay"]:
        sender = nest.Create("parrot_neuron", n)
        nest.Connect(nodes, sender, "one_to_one", {"delay": dt})
        if group["params"]:
            sender.set(group["params"])
    recorder = None
    if group["record"] and (kind != "spikes" or group["relay"]):
        recorder = nest.Create("spike_recorder")
        nest.Connect(sender, recorder, syn_spec={"delay": shortest * dt})
    return Nodes(nodes, sender, recorder)


def connect(nest: Any, connection: dict[str, Any], arrays: Mapping[str, Any], nodes: list[Nodes],
            dt: float) -> Any:
    """Connect the synapses of one group whose targets this process owns; return what sends to them."""
    sender = nodes[connection["source"]].sender
    if connection["axon_steps"]:
        axon = nest.Create("parrot_neuron", len(sender))
        nest.Connect(sender, axon, "one_to_one", {"delay": connection["axon_steps"] * dt})
        sender = axon
    source = sender[0].global_id
    target = nodes[connection["target"]].sender[0].global_id
    for begin in range(0, connection["n_synapses"], CHUNK):
        part = slice(begin, min(begin + CHUNK, connection["n_synapses"]))
        pre = fetch(connection["pre"], arrays, part).astype(np.int64) + source
        post = fetch(connection["post"], arrays, part).astype(np.int64) + target
        mine = post % nest.num_processes == nest.Rank()
        if not mine.any():
            continue
        values = {name: fetch(value, arrays, part) for name, value in connection["params"].items()}
        values["delay"] = np.asarray(fetch(connection["delay_steps"], arrays, part)) * dt
        spec = {name: each_of(value, post.size)[mine] for name, value in values.items()}
        spec["receptor_type"] = np.full(int(mine.sum()), connection["receptor"])
        nest.Connect(pre[mine], post[mine], "one_to_one", {"synapse_model": connection["model"], **spec})
    return sender


def build(nest: Any, description: dict[str, Any], arrays: Mapping[str, Any],
          threads: int = 1) -> tuple[list[Nodes], list[Any]]:
    """Build a network in an empty kernel; return its groups, and what sends to each group of synapses."""
    dt = description["dt"]
    nest.ResetKernel()
    nest.set(resolution=dt, local_num_threads=threads, rng_seed=description["seed"] % (2**31 - 1) + 1)
    shortest, longest = description["delays"]
    nest.set(min_delay=shortest * dt, max_delay=longest * dt)
    nodes = [create(nest, k, group, arrays, dt, shortest) for k, group in enumerate(description["groups"])]
    return nodes, [connect(nest, connection, arrays, nodes, dt) for connection in description["connections"]]


def drive(nest: Any, group: dict[str, Any], arrays: Mapping[str, Any], nodes: Nodes, stimulus: Any) -> None:
    """Give a group its stimulus, (n,), from now on."""
    if group["kind"] == "spikes":
        return
    name, values = "I_e", PICOAMPERES * np.asarray(stimulus)
    if group["kind"] == "poisson":
        gain = fetch(group["gain"], arrays)
        name, values = "rate", fetch(group["rate"], arrays) + gain * np.asarray(stimulus)
    values = np.broadcast_to(values, group["n"])
    if np.all(values == values[0]):
        nodes.driven.set({name: float(values[0])})
    elif group["kind"] == "poisson":                    # NEST has generators on all processes
        for node, value in zip(nodes.driven, values):
            node.set({name: float(value)})
    else:
        set_values(nest, nodes.driven, {name: values})


def simulate(nest: Any, description: dict[str, Any], arrays: Mapping[str, Any], nodes: list[Nodes],
             steps: int, stimuli: Mapping[int, Any]) -> None:
    """Go on for `steps`; ``stimuli[k]`` (rows, n) are held for steps/rows each, by group k."""
    begins = sorted({row * steps // len(rows) for rows in stimuli.values() for row in range(len(rows))} | {0})
    for begin, end in zip(begins, [*begins[1:], steps]):
        for k, rows in stimuli.items():
            held = steps // len(rows)
            if begin % held == 0:
                drive(nest, description["groups"][k], arrays, nodes[k], rows[begin // held])
        nest.Simulate((end - begin) * description["dt"])


def recorded(description: dict[str, Any], arrays: Mapping[str, Any], k: int, nodes: Nodes,
             steps: int) -> tuple[Any, Any]:
    """Return (step, unit) of each spike of group k that this process recorded before `steps`, sorted."""
    group = description["groups"][k]
    if nodes.recorder is None:
        step = np.asarray(arrays[f"groups.{k}.steps"], dtype=np.int64)
        unit = np.repeat(np.arange(group["n"]), arrays[f"groups.{k}.counts"])
    else:
        events = nodes.recorder.events
        step = np.rint(np.asarray(events["times"]) / description["dt"]).astype(np.int64) - 1
        unit = np.asarray(events["senders"], dtype=np.int64) - nodes.sender[0].global_id
    order = np.lexsort((unit, step))
    order = order[step[order] < steps]
    return step[order], unit[order]


def main(folder: str | Path, threads: int = 1) -> None:
    """Build and run the network of `folder`, and write the spikes that this process recorded."""
    os.environ.setdefault("PYNEST_QUIET", "1")
    import nest
    nest.verbosity = nest.VerbosityLevel.ERROR
    description = json.loads((Path(folder) / "network.json").read_text(encoding="utf-8"))
    arrays, run = Arrays(folder), description["run"]
    nodes, _ = build(nest, description, arrays, threads)
    stimuli = {int(k): fetch(value, arrays) for k, value in run["stimuli"].items()}
    simulate(nest, description, arrays, nodes, run["steps"], stimuli)
    spikes, rank = {"processes": np.array(nest.num_processes)}, nest.Rank()
    for k, group in enumerate(description["groups"]):
        if group["record"] and (nodes[k].recorder is not None or rank == 0):
            step, unit = recorded(description, arrays, k, nodes[k], run["steps"])
            spikes |= {f"{k}.step": step, f"{k}.unit": unit}
    np.savez(Path(folder) / f"spikes_{rank}.npz", **spikes)         # type: ignore[arg-type]
    print(f"process {rank} of {nest.num_processes}: {nest.num_connections:,} connections and "
          f"{sum(part.size for name, part in spikes.items() if name.endswith('unit')):,} spikes")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent, int((sys.argv + [1] * 3)[2]))
