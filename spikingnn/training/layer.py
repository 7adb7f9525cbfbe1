"""What all layers have in common.

A layer turns an input (T, B, …) into an output (T, B, …): T time steps first, then the B samples of the
batch. **A time axis of length 1 stands for what does not change in time**, such as a constant current, so
that a linear layer works once instead of T times. The gradient with respect to an input that does not change
is the total over time and has a time axis of length 1, too. The gradient with respect to an output of T steps
may have one where it is the same at every step.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, Protocol, Self, TypeAlias, TypeVar

import numpy as np
from numpy.typing import DTypeLike, NDArray

from .._util import checks
from .._util.arrays import aligned
from .._util.guarded import with_own_arrays
from .losses import RatePenalty
from .operation_counts import Operations


__all__ = [
    "LAYERS", "Array", "Layer", "NetworkBuilder", "Shape", "Spec", "layer_from_spec",
    "operations_of", "sum_over_time", "walk", "walk_specs"
]

Array: TypeAlias = NDArray[Any]
"""Samples, outputs or gradients: float32 or float64, or booleans for spikes."""
Shape: TypeAlias = tuple[int, ...]
Spec: TypeAlias = dict[str, Any]
"""A layer or a model as a dictionary that JSON can hold."""

LAYERS: dict[str, type[Layer]] = {}
"""kind -> class, so that saved models and configurations can name their layers."""


class _Addable(Protocol):
    def __add__(self, other: Self, /) -> Self: ...


Signal = TypeVar("Signal", bound=_Addable)


class NetworkBuilder(Protocol[Signal]):
    """What `Layer.build_network` may ask for: `to_network` hands one to each layer.

    A signal is what arrives at a layer.
    """

    def linear(self, layer: Layer, name: str, signal: Signal) -> Signal:
        """The signal behind a layer that becomes part of the synapses."""

    def neurons(self, layer: Layer, name: str, signal: Signal) -> Signal:
        """The signal behind a layer that becomes a group of neurons."""

    def chain(self, layers: Sequence[Layer], prefix: str, signal: Signal) -> Signal:
        """The signal behind several layers, one after the other."""


@dataclass(eq=False)
class Layer:
    """Base of the layers: the fields are saved, everything else is made by `build`.

    A subclass defines `build` (where it has parameters or changes the shape), `forward` and `backward`. It is
    registered in `LAYERS` under its kind, which saved models and configurations name: ``class Scale(Layer,
    kind="my.Scale")``. Without one the kind is module and name of the class, such as ``"my_script.Scale"``. A
    kind that another class has is refused.

    The attributes below and `children`, `fan_out`, `count_operations`, `feed_forward` and `build_network` say
    how models, metrics, checkpoints and `to_network` treat the layer; their defaults suit a layer with
    ordinary weights.

    Raises
    ------
    ValueError
        When a class is defined whose kind belongs to another class.
    AttributeError
        When a field is assigned after a model has been made of the layer.

    Examples
    --------
    >>> import numpy as np
    >>> from spikingnn.training import Layer, Model
    >>> class Scale(Layer, kind="example.Scale"):
    ...     def build(self, shape, dtype, rng):
    ...         self.add_parameter("weight", np.ones(shape), dtype)
    ...         return shape
    ...     def forward(self, x, steps, training, rng):
    ...         self._x = x
    ...         return x * self.parameters["weight"]
    ...     def backward(self, gradient):
    ...         self.gradients["weight"][:] = (gradient * self._x).sum(axis=(0, 1))
    ...         return gradient * self.parameters["weight"]
    >>> Model([Scale()], shape=3, steps=2).forward(np.ones((1, 5, 3))).shape
    (1, 5, 3)
    """

    parameters: dict[str, Array] = field(default_factory=dict, init=False, repr=False)
    """Name -> array, changed in place by an optimiser."""
    gradients: dict[str, Array] = field(default_factory=dict, init=False, repr=False)
    """Gradients of the loss, with the names and shapes of the parameters."""
    needs_input_gradient: bool = field(default=True, init=False, repr=False)
    """Whether `backward` has to return the gradient of the input; False in the first layer of a model."""
    rate_penalty: RatePenalty | None = field(default=None, init=False, repr=False)
    """Penalty on the firing rates of a spiking layer, set by `Model.backward`."""

    kind: ClassVar[str] = ""
    """Name of the class in files and configurations."""
    spiking: ClassVar[bool] = False
    """Whether the output is spikes, 0 and 1, which the layer then keeps in `spikes`."""
    has_units: ClassVar[bool] = False
    """Whether the layer consists of neurons with a nonlinear output, spiking or graded."""
    wants_pictures: ClassVar[bool] = False
    """Whether samples are pictures (height, width, channels); other layers take vectors, too."""
    passes_spikes: ClassVar[bool] = False
    """Whether the output stands for spikes where the input does: spikes reshaped, masked or averaged."""
    output_field: ClassVar[str | None] = None
    """Field that is the last axis of `parameters["weight"]`, so that a damaged file is refused before memory
    is taken.
    """

    def __init_subclass__(cls, kind: str | None = None, abstract: bool = False, **options: Any) -> None:
        super().__init_subclass__(**options)
        if abstract:
            return
        cls.kind = f"{cls.__module__}.{cls.__qualname__}" if kind is None else kind
        known = LAYERS.get(cls.kind)
        if known and (known.__module__, known.__qualname__) != (cls.__module__, cls.__qualname__):
            raise ValueError(
                f"the kind {cls.kind!r} belongs to {known.__module__}.{known.__qualname__}; give "
                f"{cls.__qualname__} a kind of its own: class {cls.__name__}(Layer, kind=…)")
        LAYERS[cls.kind] = cls

    def __setattr__(self, name: str, value: Any) -> None:
        if (name[0] != "_" and "_built" in self.__dict__
                and name in (each.name for each in fields(self) if each.init)):
            raise AttributeError(f"{type(self).__name__}.{name} cannot be assigned once a model is made of "
                                 "the layer: build a new Model")
        super().__setattr__(name, value)

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update({name: with_own_arrays(value) for name, value in state.items()})

    # --- what a subclass defines ---------------------------------------------------------------------------

    def build(self, shape: Shape, dtype: DTypeLike, rng: np.random.Generator) -> Shape:
        """Make the parameters for samples of `shape`, drawn from `rng`.

        Return the shape of one output sample.
        """
        return shape

    def forward(self, x: Array, steps: int, training: bool, rng: np.random.Generator | None) -> Array:
        """Return the output (T, B, …) for an input (T, B, …) or (1, B, …), and keep what `backward` needs.

        Parameters
        ----------
        x : array
            Input; T is `steps`.
        steps : int
            Number of time steps.
        training : bool
            Whether the layer is trained: dropout acts in training only.
        rng : numpy.random.Generator or None
            Source of randomness in training, None otherwise.
        """
        raise NotImplementedError(f"{type(self).__name__} does not define forward")

    def backward(self, gradient: Array) -> Array | None:
        """Write `gradients` and return the gradient with respect to the input of the last `forward`.

        May return None where `needs_input_gradient` is False.
        """
        raise NotImplementedError(f"{type(self).__name__} does not define backward")

    @property
    def children(self) -> tuple[Layer, ...]:
        """Layers inside this one, such as those of a `Residual` block."""
        return ()

    def fan_out(self, shape: Shape) -> float | Array:
        """Number of weights that an input value meets: one number, or an array that broadcasts to samples of
        `shape`.

        By default all parameters with two or more axes, divided by the number of inputs.
        """
        weights = sum(values.size for values in self.parameters.values() if values.ndim > 1)
        return weights / math.prod(shape) if weights else 0.0

    def count_operations(self, x: Array, spikes: Array | None, y: Array, steps: int) -> Operations:
        """`Operations` of the forward pass from `x` to `y`, summed over the batch.

        An input that is not zero costs one operation per weight that it meets: an addition where it is a
        spike, otherwise a multiply-add. `spikes` are those that `x` stands for, None where `x` is analog.
        """
        meets = self.fan_out(x.shape[2:])
        if not np.any(meets):
            return Operations()
        if spikes is not None:
            return Operations(additions=float(np.sum(spikes * meets, dtype=np.float64)))
        return Operations(multiply_adds=float(np.sum((x != 0) * meets, dtype=np.float64)))

    def feed_forward(self) -> Layer | None:
        """Return the counterpart in a network without spikes and time, not yet built.

        None where there is none.
        """
        return layer_from_spec(self.spec())

    def build_network(self, builder: NetworkBuilder[Signal], name: str, signal: Signal) -> Signal:
        """Add the layer to a simulated network and return the signal behind it, see
        `spikingnn.training.to_network`.

        Raises
        ------
        TypeError
            If the layer has no spiking equivalent, which is the default.
        """
        raise TypeError(f"to_network: {name} ({self!r}) has no spiking equivalent before a layer that spikes")

    # --- what all layers share ------------------------------------------------------------------------------

    @property
    def label(self) -> str:
        """Kind without its module: the part of a layer's name in a model that follows the number."""
        return self.kind.rpartition(".")[2]

    @property
    def spikes(self) -> Array:
        """Spikes (T, B, …) of 0 and 1 of the last `forward`, in layers that spike."""
        raise AttributeError(f"{type(self).__name__} has no spikes")

    def spec(self) -> Spec:
        """Return the layer as a dictionary that JSON can hold: `kind` and the fields."""
        values = {each.name: getattr(self, each.name) for each in fields(self) if each.init}
        return {"kind": self.kind} | values

    @classmethod
    def from_spec(cls, options: Mapping[str, Any]) -> Layer:
        """Return a layer of this class with the fields `options`, as `spec` gives them without `kind`."""
        return cls(**options)

    def add_parameter(self, name: str, values: Any, dtype: DTypeLike) -> None:
        """Add a parameter and an array for its gradient."""
        self.parameters[name] = aligned(np.shape(values), dtype)
        self.gradients[name] = aligned(np.shape(values), dtype)
        self.parameters[name][...], self.gradients[name][...] = values, 0

    def buffer(self, name: str, shape: Shape, dtype: DTypeLike) -> Array:
        """Return an array that later calls use again, so that no new memory is needed.

        Its content is not set.
        """
        buffers: dict[str, Array] = self.__dict__.setdefault("_buffers", {})
        if name not in buffers or buffers[name].shape != shape or buffers[name].dtype != dtype:
            buffers[name] = aligned(shape, dtype)
        return buffers[name]


def layer_from_spec(spec: Mapping[str, Any]) -> Layer:
    """Return the layer that `Layer.spec` described.

    Raises
    ------
    ValueError
        If the kind or one of the fields does not exist.

    Examples
    --------
    >>> layer_from_spec({"kind": "Dense", "n": 10})
    Dense(n=10, bias=True, gain=1.0)
    """
    options = dict(spec)
    kind = checks.one_of("Model", "layers", options.pop("kind", None), LAYERS)
    try:
        return LAYERS[kind].from_spec(options)
    except TypeError as problem:
        raise ValueError(f"Model.layers: {kind} {problem}") from None


def walk(layers: Sequence[Layer], prefix: str = "") -> Iterator[tuple[str, Layer]]:
    """Yield name and layer of `layers` and their children.

    Those of a block are named ``<its name>.<number>_<kind>``.
    """
    for k, layer in enumerate(layers):
        name = f"{prefix}{k}_{layer.label}"
        yield name, layer
        yield from walk(layer.children, f"{name}.")


def walk_specs(specs: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the prefix of the parameters' names, and the description, of layers and their children."""
    def children(specs: Sequence[Mapping[str, Any]], prefix: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        for k, spec in enumerate(specs):
            yield f"{prefix}{k}", spec
            yield from children(spec.get("layers", ()), f"{prefix}{k}.")

    for k, spec in enumerate(specs):
        name = f"{k}_{str(spec['kind']).rpartition('.')[2]}"
        yield name, spec
        yield from children(spec.get("layers", ()), f"{name}.")


def operations_of(layers: Iterable[Layer], x: Array, spikes: Array | None, steps: int) -> Operations:
    """Run `x` (T or 1, B, …) through `layers` and add up what each of them counts.

    `spikes` are those that `x` stands for; None where `x` is analog.
    """
    counted = Operations()
    for layer in layers:
        y = np.array(layer.forward(x, steps, False, None))
        counted += layer.count_operations(x, spikes, y, steps)
        if layer.spiking:
            spikes = y
        elif spikes is not None:
            spikes = spikes.reshape(len(spikes), *y.shape[1:]) if layer.passes_spikes else None
        x = y
    return counted


def sum_over_time(gradient: Array, steps: int) -> Array:
    """Return the sum over `steps` of a gradient (T, …) as (1, …): that of an input that did not change in
    time.

    Examples
    --------
    >>> import numpy as np
    >>> sum_over_time(np.ones((4, 2)), 4), sum_over_time(np.ones((1, 2)), 4)
    (array([[4., 4.]]), array([[4., 4.]]))
    """
    return gradient * steps if len(gradient) == 1 else gradient.sum(axis=0, keepdims=True)
