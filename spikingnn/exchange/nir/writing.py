"""A trained model as a NIR graph."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NoReturn

import numpy as np

from ..._util import checks
from ..._util.extras import optional
from ..._util.files import replacing
from ..._util.typing import FloatArray, IntArray, PathLikeText
from ...training import (Conv2d, Delay, Dense, Dropout, Flatten, Layer, LIFLayer, Mean, Model, Pool,
                         Readout)


__all__ = ["flattened_order", "to_nir"]


def to_nir(model: Model, path: PathLikeText | None = None, dt: float = 0.1) -> Any:
    """Return a model as a NIR graph, and write it to a file if `path` is given.

    Neurons become ``LIF`` (behind a `Readout` layer ``CubaLIF``), readout membranes ``LI``, weights
    ``Affine``, ``Linear`` and ``Conv2d``, mean pooling ``AvgPool2d``. Dropout does nothing outside training
    and is left out; `Mean`, an average over time before a linear readout, is noted in the metadata.

    Parameters
    ----------
    model : Model
        A model of the layers `Dense`, `Conv2d`, `LIFLayer` with ``reset="zero"``, `Readout`, `Pool` (mean),
        `Flatten`, `Delay`, `Dropout` and `Mean`.
    path : path, optional
        Where the graph is written (HDF5).
    dt : float
        ms: length of one step of the model; 0.1 is what snnTorch assumes.

    Returns
    -------
    nir.NIRGraph
        The graph, in seconds. Pictures are (channels, height, width) there.

    Raises
    ------
    ValueError
        For a layer or a reset that NIR has no words for.
    ImportError
        Without the package nir.

    Examples
    --------
    >>> from spikingnn.training import Dense, LIFLayer, Model
    >>> graph = to_nir(Model([Dense(10), LIFLayer(reset="zero")], shape=4))
    >>> list(graph.nodes)
    ['input', '0_Dense', '1_LIF', 'output']
    """
    library = optional("nir", "NIR graphs", "nir")
    step = checks.positive("to_nir", "dt", dt) / 1000.0
    nodes = {"input": library.Input(np.array(_nir_shape(model.shape)))}
    nodes |= dict(_nodes(library, model, step))
    nodes["output"] = library.Output(np.array(_nir_shape(model.shapes[-1])))
    names = list(nodes)
    averaged = any(isinstance(layer, Mean) for layer in model.layers)
    metadata = {"spikingnn_readout": model.readout, "spikingnn_mean": str(averaged)}
    graph = library.NIRGraph(nodes, list(zip(names, names[1:])), metadata)
    if path is not None:
        with replacing(path) as temporary:
            library.write(str(temporary), graph)
    return graph


def _nodes(library: Any, model: Model, step: float) -> Iterator[tuple[str, Any]]:
    """Yield (name, node) of each layer, `step` being the length of a step in seconds."""
    order: IntArray | None = None           # of a flattened picture's values: where NIR's j-th is in ours
    averaged = False
    synapse: Readout | None = None          # a filter whose currents the neurons behind it receive
    for k, (name, layer) in enumerate(zip(model.names, model.layers)):
        before, after = model.shapes[k], model.shapes[k + 1]
        following = model.layers[k + 1] if k + 1 < len(model.layers) else None
        if isinstance(layer, Dense):
            yield name, _dense(library, layer, order)
            order = None
        elif isinstance(layer, Conv2d):
            yield name, _convolution(library, layer, before)
        elif isinstance(layer, Pool) and layer.mode == "mean":
            square = np.full(2, layer.size)
            yield name, library.AvgPool2d(kernel_size=square, stride=square, padding=np.zeros(2, int))
        elif isinstance(layer, Flatten):
            yield name, library.Flatten({"input": np.array(_nir_shape(before))}, start_dim=0, end_dim=-1)
            order = flattened_order(before)
        elif isinstance(layer, Delay):
            yield name, library.Delay(np.full(_nir_shape(after), layer.delay * step))
        elif isinstance(layer, LIFLayer) and not averaged:
            yield name, _neurons(library, name, layer, synapse, after, order, step)
            synapse = None
        elif isinstance(layer, Readout) and not averaged:
            if isinstance(following, LIFLayer):
                synapse = layer
            else:
                tau = _tau(name, layer, after, order, step)
                yield name, library.LI(tau=tau, r=tau / step, v_leak=np.zeros_like(tau))
        elif isinstance(layer, Mean):
            averaged = True
        elif not isinstance(layer, Dropout):
            _refuse(name, layer, "such a layer" + " behind Mean" * averaged)


def _dense(library: Any, layer: Dense, order: IntArray | None) -> Any:
    weight = layer.parameters["weight"].T
    weight = weight.copy() if order is None else weight[:, order]
    if not layer.bias:
        return library.Linear(weight=weight)
    return library.Affine(weight=weight, bias=layer.parameters["bias"].copy())


def _convolution(library: Any, layer: Conv2d, shape: tuple[int, ...]) -> Any:
    side = layer.kernel
    weight = layer.parameters["weight"].reshape(side, side, shape[2], layer.channels).transpose(3, 2, 0, 1)
    bias = layer.parameters["bias"].copy() if layer.bias else np.zeros(layer.channels, weight.dtype)
    return library.Conv2d(input_shape=shape[:2], weight=weight.copy(), stride=layer.stride,
                          padding=layer.padding, dilation=1, groups=1, bias=bias)


def _neurons(library: Any, name: str, layer: LIFLayer, synapse: Readout | None, shape: tuple[int, ...],
             order: IntArray | None, step: float) -> Any:
    if type(layer) is not LIFLayer:
        _refuse(name, layer, "an adapting threshold")
    if layer.reset != "zero":
        _refuse(name, layer, f'reset="{layer.reset}": train with reset="zero"')
    if layer.recurrent:
        _refuse(name, layer, "recurrent weights of a layer")
    tau = _tau(name, layer, shape, order, step)
    threshold = _as_nir(layer.step_values()["threshold"], shape, order)
    common = {"r": tau / step, "v_leak": np.zeros_like(tau), "v_threshold": threshold,
              "v_reset": np.zeros_like(tau)}
    if synapse is None:
        return library.LIF(tau=tau, **common)
    tau_syn = _tau(name, synapse, shape, order, step)
    return library.CubaLIF(tau_mem=tau, tau_syn=tau_syn, w_in=tau_syn / step, **common)


def _tau(name: str, layer: LIFLayer | Readout, shape: tuple[int, ...], order: IntArray | None,
         step: float) -> FloatArray:
    """Return τ = dt / (1 − β) in seconds, as NIR orders units."""
    decay = _as_nir(layer.step_values()["decay"], shape, order)
    if (decay >= 1).any():
        _refuse(name, layer, "a membrane without leak (decay=1)")
    return step / (1.0 - decay)


def _as_nir(values: Any, shape: tuple[int, ...], order: IntArray | None) -> FloatArray:
    """Return numbers per neuron or channel as NIR has them: one for each unit, channels first."""
    every = np.broadcast_to(np.asarray(values, np.float64), shape)
    if len(shape) == 3:
        return np.ascontiguousarray(every.transpose(2, 0, 1))
    return np.array(every if order is None else every[order])


def flattened_order(shape: tuple[int, ...]) -> IntArray:
    """Return for each value of a picture (height, width, channels), flattened channel by channel, its place
    where the picture is flattened pixel by pixel."""
    return np.arange(int(np.prod(shape))).reshape(shape).transpose(2, 0, 1).ravel()


def _nir_shape(shape: tuple[int, ...]) -> tuple[int, ...]:
    return (shape[2], *shape[:2]) if len(shape) == 3 else shape


def _refuse(name: str, layer: Layer, what: str) -> NoReturn:
    raise ValueError(f"to_nir: {name} ({type(layer).__name__}) cannot be written: NIR has no words for "
                     f"{what}")
