"""What a group of neurons becomes in NEST: its model, and how each kind of synapse reaches it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np

from ..._util import checks
from ..._util.typing import FloatArray, Scalar
from ...groups import NeuronGroup
from ...neurons import FirstOrderLIF
from ...synapse_group import SynapseGroup
from ...synapses import ConductanceSynapse, DeltaSynapse, FirstOrderSynapse


__all__ = ["Port", "Receiver", "receiver_of", "refuse"]

PICO = 1000.0               # nA in pA, nF in pF, µS in nS


def refuse(owner: object, problem: str) -> NoReturn:
    """Raise ValueError: what `owner` has and NEST cannot say."""
    raise ValueError(f"to_nest: {owner} {problem}")


@dataclass(frozen=True)
class Port:
    """How the synapses of one `SynapseGroup` reach their targets."""

    scale: Scalar
    """NEST's weight over ours, one number or (n_post,)."""
    receptor: int = 0
    """NEST's receptor_type."""
    early: int = 0
    """Steps by which NEST's delay is shorter: its neurons receive currents at the end of a step."""


@dataclass(frozen=True)
class Receiver:
    """A group of neurons in NEST."""

    model: str
    """NEST's name of the model."""
    params: dict[str, Any]
    """NEST's parameters: numbers or (n,)."""
    ports: dict[SynapseGroup, Port]
    """The port of each incoming group of synapses."""
    is_exact: bool = True
    """Whether the equations agree, so that spikes are equal."""


def receiver_of(group: NeuronGroup, incoming: list[SynapseGroup], dt: float) -> Receiver:
    """Return what a group of LIF neurons with the `incoming` synapses becomes; refuse what NEST cannot say.

    ValueError names the group, the field, and what NEST lacks.
    """
    model = _plain_model(group)
    kinds = {_kind(each) for each in incoming}
    if len(kinds) > 1:
        names = ", ".join(f"{each.name} ({_kind(each)})" for each in incoming)
        refuse(group.name, f"receives {' and '.join(sorted(kinds))} synapses at once: {names}; no LIF model "
                           "of NEST takes both")
    if np.any(np.isfinite(model.v_floor)) and kinds - {"delta"}:
        refuse(group.name, "has a v_floor and receives currents or conductances: only iaf_psc_delta has a "
                           "lower bound of the potential")
    steps = checks.grid_steps(model, "t_refractory", model.t_refractory, dt)
    params = {"C_m": PICO * np.asarray(model.tau_m) / model.resistance, "E_L": model.v_rest,
              "V_th": model.v_threshold, "V_reset": model.v_reset, "t_ref": np.asarray(steps) * dt,
              "V_m": group["v"].copy()}
    if kinds == {"conductance"}:
        return _conductances(group, model, incoming, params)
    params["tau_m"] = model.tau_m
    if kinds == {"current"}:
        return _currents(group, model, incoming, params, dt)
    if np.any(np.isfinite(model.v_floor)):
        params["V_min"] = np.maximum(model.v_floor, np.finfo(float).min)
    jump = np.exp(-dt / np.asarray(model.tau_m))            # NEST adds it behind the decay of the step
    return Receiver("iaf_psc_delta", params, {each: Port(jump) for each in incoming})


def _plain_model(group: NeuronGroup) -> FirstOrderLIF:
    model = group.model
    if type(model) is not FirstOrderLIF:
        refuse(group.name, f"is of {type(model).__name__}; FirstOrderLIF is what is built in NEST")
    if model.reset != "value":
        refuse(group.name, f"has reset={model.reset!r}; NEST's models are set to v_reset")
    if np.any(np.asarray(model.noise) != 0):
        refuse(group.name, "has noise, which no LIF model of NEST has in this form (a PoissonInput is built)")
    if np.any(np.isinf(model.tau_m)):
        refuse(group.name, "has an infinite tau_m; NEST's LIF models leak")
    if np.any(group["refractory"] != 0):
        refuse(group.name, "begins refractory; NEST's neurons do not")
    return model


def _kind(synapses: SynapseGroup) -> str:
    synapse = synapses.synapse
    if type(synapse) is DeltaSynapse and synapse.state == "v":
        return "delta"
    if type(synapse) is FirstOrderSynapse:
        return "current"
    if type(synapse) is ConductanceSynapse:
        return "conductance"
    refuse(synapses.name, f"has {synapse!r}; DeltaSynapse, FirstOrderSynapse and ConductanceSynapse are "
                          "what is built in NEST")


def _distinct(incoming: list[SynapseGroup], n: int, *fields: str) -> tuple[list[Any], list[int]]:
    """Return the distinct synapse models, by some of their fields, and the number of each group's."""
    keys = [tuple(np.broadcast_to(np.asarray(getattr(each.synapse, field), dtype=float), n).tobytes()
                  for field in fields) for each in incoming]
    seen = list(dict.fromkeys(keys))
    numbers = [seen.index(key) for key in keys]
    return [incoming[numbers.index(k)].synapse for k in range(len(seen))], numbers


def step_mean_ratio(tau_m: Scalar, tau: Scalar, dt: float) -> FloatArray:
    r"""Return how much more the mean current of each step moves the potential than the current itself.

    .. math:: \rho = \frac{(1 - e^{-a})(1 - e^{-b})/b}{a\,e^{-a}\,(e^{x} - 1)/x},
              \quad a = dt/\tau_m,\; b = dt/\tau,\; x = a - b

    NEST integrates the decaying current itself, this package its mean over the step, which is larger by
    dt²/(12 tau_m tau).
    """
    a, b = dt / np.asarray(tau_m, dtype=float), dt / np.asarray(tau, dtype=float)
    x = a - b
    safe = np.where(x == 0, 1.0, x)
    growth = np.where(x == 0, 1.0, np.expm1(safe) / safe)
    return np.asarray(np.expm1(-a) * np.expm1(-b) / b / (a * np.exp(-a) * growth))


def _currents(group: NeuronGroup, model: FirstOrderLIF, incoming: list[SynapseGroup], params: dict[str, Any],
              dt: float) -> Receiver:
    synapses, numbers = _distinct(incoming, group.n, "tau")
    scales = [PICO * step_mean_ratio(model.tau_m, synapse.tau, dt) for synapse in synapses]
    signs: list[set[bool]] = [set() for _ in synapses]
    for each, k in zip(incoming, numbers):
        signs[k] |= set(np.unique(_weights(each) > 0).tolist())
    ports = {each: Port(scales[k], 0, 1) for each, k in zip(incoming, numbers)}
    if len(synapses) == 1:
        tau = synapses[0].tau
        return Receiver("iaf_psc_exp", params | {"tau_syn_ex": tau, "tau_syn_in": tau}, ports)
    if len(synapses) == 2 and sorted(map(tuple, signs)) == [(False,), (True,)]:
        exciting = signs.index({True})
        taus = {"tau_syn_ex": synapses[exciting].tau, "tau_syn_in": synapses[1 - exciting].tau}
        return Receiver("iaf_psc_exp", params | taus, ports)
    for synapse in synapses:
        if np.any(np.asarray(synapse.tau) == np.asarray(model.tau_m)):
            refuse(group.name, f"receives currents of {len(synapses)} time constants, one of which is tau_m: "
                               "iaf_psc_exp_multisynapse does not take equal ones")
    taus = {"tau_syn": np.stack(np.broadcast_arrays(*[synapse.tau for synapse in synapses]), axis=-1)}
    ports = {each: Port(scales[k], k + 1, 1) for each, k in zip(incoming, numbers)}
    return Receiver("iaf_psc_exp_multisynapse", params | taus, ports)


def _weights(synapses: SynapseGroup) -> FloatArray:
    assert synapses.network is not None
    weight: FloatArray = synapses.network.layout.view_of(synapses).weight
    return weight[weight != 0]


def _conductances(group: NeuronGroup, model: FirstOrderLIF, incoming: list[SynapseGroup],
                  params: dict[str, Any]) -> Receiver:
    synapses, numbers = _distinct(incoming, group.n, "tau", "reversal")
    if len(synapses) > 2:
        refuse(group.name, f"receives {len(synapses)} kinds of conductances; iaf_cond_exp has two")
    for end, synapse in (("ex", synapses[0]), ("in", synapses[-1])):
        params |= {f"tau_syn_{end}": synapse.tau, f"E_{end}": synapse.reversal}
    params["g_L"] = PICO / np.asarray(model.resistance)
    ports = {each: Port(-PICO if k else PICO, 0, 1) for each, k in zip(incoming, numbers)}
    return Receiver("iaf_cond_exp", params, ports, is_exact=False)
