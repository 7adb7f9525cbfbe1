"""The samples of a mini-batch shared out among threads, each with a model that has the same parameters."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from copy import deepcopy
from types import TracebackType
from typing import Self, TypeVar

import numpy as np

from .._util.typing import IntArray
from .model import Model


__all__ = ["Replicas", "replica_of"]

R = TypeVar("R")


def replica_of(model: Model) -> Model:
    """Return a model with the same arrays of parameters, and with gradients and activity of its own.

    Examples
    --------
    >>> from spikingnn.training import Dense, Model
    >>> model = Model([Dense(2)], shape=3)
    >>> other = replica_of(model)
    >>> model.parameters["0_Dense.weight"] = 1.0
    >>> other.parameters["0_Dense.weight"].sum(), other.gradients is model.gradients
    (np.float32(6.0), False)
    """
    return deepcopy(model, {id(values): values for values in model.parameters.values()})


class Replicas:
    """A model and its replicas, one for each thread, as a context in which the threads wait for work.

    The parts of a mini-batch are its samples in their order, and gradients are added up in the order of the
    parts: the bits depend on the number of threads alone.

    Parameters
    ----------
    model : Model
        The model whose gradients are those of the whole mini-batch.
    threads : int
        Number of threads, the calling one among them.

    Examples
    --------
    >>> import numpy as np
    >>> from spikingnn.training import Dense, Model
    >>> with Replicas(Model([Dense(2)], shape=3), threads=2) as replicas:
    ...     replicas.work(lambda part, model, samples: samples.tolist(), replicas.parts(np.arange(5)))
    [[0, 1, 2], [3, 4]]
    """

    def __init__(self, model: Model, threads: int) -> None:
        self.models = [model, *(replica_of(model) for _ in range(1, threads))]

    def __enter__(self) -> Self:
        self._pool = ThreadPoolExecutor(max(len(self.models) - 1, 1))      # starts threads when needed
        return self

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None,
                 traceback: TracebackType | None) -> None:
        self._pool.shutdown()

    def parts(self, samples: IntArray) -> list[IntArray]:
        """Return the samples of each thread: as many for each, or one more for the first ones."""
        return np.array_split(samples, min(len(self.models), len(samples)))

    def work(self, function: Callable[[int, Model, IntArray], R], parts: list[IntArray]) -> list[R]:
        """Return what ``function(k, model, parts[k])`` does for each k, all at once."""
        others = [self._pool.submit(function, k, self.models[k], parts[k]) for k in range(1, len(parts))]
        try:
            first = function(0, self.models[0], parts[0])
        finally:
            wait(others)                                # nobody goes on while a thread is at work
        return [first, *(other.result() for other in others)]

    def add_gradients(self, shares: list[float]) -> None:
        """Make the gradients of the model the sum of all parts', each times its share of the samples."""
        for name, total in self.models[0].gradients.items() if len(shares) > 1 else ():
            total *= shares[0]
            for share, replica in zip(shares[1:], self.models[1:]):
                total += share * replica.gradients[name]
