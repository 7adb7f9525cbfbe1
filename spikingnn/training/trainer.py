"""Training: epochs over mini-batches, monitored, kept on disk, and continued to the same bits after any
interruption.
"""

from __future__ import annotations

import contextlib
import csv
import json
import time
import warnings
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from .._util import blas, checks
from .._util.differences import differences
from .._util.files import file_lock, remove_temporary, replacing
from .._util.guarded import Guarded
from .._util.interrupt import delayed_interrupt
from .._util.progress import progress_bar
from .._util.typing import IntArray, PathLikeText
from ..engine.random import stream_key
from . import checkpoint
from .augment import Augment
from .batches import mini_batches
from .encode import Direct, Encoding, model_inputs
from .layer import Array
from .losses import CrossEntropy, RatePenalty
from .metrics import checked_labels, checked_pictures, evaluate
from .model import Model
from .optimizers import AdamW, Optimizer, clip_gradients
from .parallel import Replicas
from .schedules import Constant, OneCycle
from .trainer_state import COLUMNS, checked_schedule, checked_state, described


__all__ = ["Trainer"]

# what a checkpoint keeps of a trainer, for JSON
STATE = ("epoch", "done", "sums", "history", "best", "waited", "samples", "seed", "batch", "epochs")


class Trainer(Guarded):
    """Trains a model on pictures and labels.

    After `fit`, ``history`` is a list of dictionaries, one per epoch, with the columns of metrics.csv, and
    ``best`` the one with the highest (validation) accuracy.

    Parameters
    ----------
    model : Model
        The model; its parameters change in place.
    optimizer : Optimizer, optional
        How parameters follow the gradient; by default `AdamW` without decay at a rate of 2e-3.
    schedule : Constant, optional
        Schedule of the learning rate; by default `OneCycle`.
    batch, epochs, seed : int
        Samples per mini-batch, number of epochs, and the seed. All that is random follows from the seed, the
        epoch and the number of the sample.
    encoding : Encoding
        How a picture enters the model, see `ENCODINGS`.
    augment : Augment, optional
        Random changes of the pictures.
    smoothing : float
        Dimensionless: label smoothing, see `CrossEntropy`.
    penalty : RatePenalty, optional
        Penalty on the rates of the spiking layers.
    clip : float, optional
        Largest norm of the gradient; None: any.
    patience : int, optional
        Epochs without a better validation accuracy after which training stops; None: never.
    folder : path, optional
        Where last.npz (every `minutes`, and at the end of an epoch), best.npz and metrics.csv are kept; None:
        nowhere.
    minutes : float
        Minutes between two checkpoints.
    threads : int
        Threads among which the samples of a mini-batch are shared out, each with one thread for its matrix
        products; 0: one per core. The bits are the same for one number of threads. Parts are summed in
        another order than the whole, each draws dropout of its own, and a penalty takes the rates of a part.
    settings : object, optional
        Anything that JSON can hold, kept in the checkpoints.

    Raises
    ------
    ValueError
        If a parameter is out of range.

    Examples
    --------
    >>> import numpy as np
    >>> from spikingnn.training import Dense, LIFLayer, Mean, Model, Trainer
    >>> model = Model([Dense(16), LIFLayer(width=2.0), Mean(), Dense(2)], shape=4, steps=4, seed=1)
    >>> x = np.repeat(np.eye(2), 20, axis=0).repeat(2, axis=1)              # two pictures of four pixels
    >>> trainer = Trainer(model, epochs=10, batch=8).fit(x, np.repeat([0, 1], 20))
    >>> trainer.history[-1]["accuracy"]
    1.0
    """

    def __init__(self, model: Model, *, optimizer: Optimizer | None = None, schedule: Constant | None = None,
                 batch: int = 128, epochs: int = 10, seed: int = 0, encoding: Encoding = Direct(),
                 augment: Augment | None = None, smoothing: float = 0.0, penalty: RatePenalty | None = None,
                 clip: float | None = None, patience: int | None = None, folder: PathLikeText | None = None,
                 minutes: float = 5.0, threads: int = 1, settings: Any = None) -> None:
        self.model, self.settings = model, settings
        self.optimizer: Optimizer = deepcopy(optimizer) or AdamW(rate=2e-3, weight_decay=0.0)
        self.schedule: Constant = deepcopy(schedule) or OneCycle()
        self.batch, self.epochs = checks.integer(self, "batch", batch), checks.integer(self, "epochs", epochs)
        self.seed = checks.integer(self, "seed", seed, minimum=0)
        self.encoding, self.augment, self.penalty = encoding, augment, penalty
        self.loss = CrossEntropy(model.readout, smoothing)
        self.clip = np.inf if clip is None else checks.positive(self, "clip", clip)
        self.patience = None if patience is None else checks.integer(self, "patience", patience)
        self.folder = None if folder is None else Path(folder)
        self.minutes = checks.non_negative(self, "minutes", minutes)
        self.threads = checks.integer(self, "threads", threads, minimum=0) or blas.thread_count()
        self.epoch = self.done = 0                  # epochs completed, and batches of the present one
        self.samples: int | None = None             # pictures per epoch, known from the beginning of a run
        self.sums = {"loss": 0.0, "right": 0, "spikes": 0.0, "samples": 0, "seconds": 0.0}
        self.history: list[dict[str, Any]] = []
        self.best: dict[str, Any] | None = None
        self.waited = 0                             # epochs since the best one
        self._holds_folder = False
        self._saved_at = 0.0

    def _may_be_set(self, name: str) -> bool:
        return name in self.__dict__ or super()._may_be_set(name)       # each is read when it is needed

    def fit(self, x: ArrayLike, y: ArrayLike, x_val: ArrayLike | None = None, y_val: ArrayLike | None = None,
            progress: bool | None = None, on_epoch: Callable[[Trainer], object] | None = None) -> Self:
        """Train from the present position to the end, and return the trainer.

        Ctrl-C keeps the state and raises KeyboardInterrupt.

        Parameters
        ----------
        x, y : array (N, …), array (N,)
            Pictures with levels from 0 to 1, or values around 0; and labels, whole numbers from 0.
        x_val, y_val : array, optional
            Held-out pictures and labels, which are evaluated after each epoch.
        progress : bool, optional
            Whether a progress progress_bar is shown; None: in a terminal.
        on_epoch : callable, optional
            Called with the trainer after each epoch.

        Raises
        ------
        ValueError
            If pictures or labels do not fit, or the folder holds another run.
        FloatingPointError
            If the loss is not finite any more: the model stays as it was.
        """
        x = checked_pictures(self, x)
        y = checked_labels(y, len(x), self.model.shapes[-1][-1])
        if x_val is not None and y_val is not None:
            x_val = checked_pictures(self, x_val)
            y_val = checked_labels(y_val, len(x_val), self.model.shapes[-1][-1])
        self._check_samples(len(x))
        x = np.ascontiguousarray(x, dtype=self.model.dtype)
        with self.hold_folder(), blas.limited_threads(1), Replicas(self.model, self.threads) as replicas:
            if self.folder and self.samples is None and (self.folder / "last.npz").exists():
                raise ValueError(f"{self.folder} holds a run already: resume it, or choose another folder")
            self.samples = len(x)
            self._keep()                            # so that a run can be resumed whenever it is interrupted
            try:
                while self.epoch < self.epochs and not self._should_stop_early():
                    self._epoch(x, y, progress, replicas)
                    self._end_epoch(x_val, y_val)
                    if on_epoch:
                        on_epoch(self)
            except KeyboardInterrupt:
                self._keep()
                raise
        return self

    def _check_samples(self, samples: int) -> None:
        if self.samples not in (None, samples):
            raise ValueError(f"Trainer.fit: the run to be resumed has {self.samples:,} pictures in an epoch, "
                             f"here are {samples:,}")
        if self.epoch >= self.epochs or self._should_stop_early():
            over = self.epoch >= self.epochs
            why = f"all {self.epochs} epochs are over" if over else "the patience is used up"
            warnings.warn(
                f"Trainer.fit: {why} and there is nothing left to do: train on with another Trainer of this "
                "model", stacklevel=3)

    def resume(self, path: PathLikeText | None = None) -> Self:
        """Continue from a checkpoint, to the bits of a run that was not interrupted; return the trainer.

        Parameters
        ----------
        path : path, optional
            The checkpoint; by default last.npz in the folder.

        Raises
        ------
        ValueError
            If the checkpoint belongs to another run or is damaged.
        """
        if path is None:
            if self.folder is None:
                raise ValueError("Trainer.resume: path must be given where there is no folder")
            path = self.folder / "last.npz"
        header, arrays = checkpoint.read_checkpoint(path)
        differing = differences(json.loads(checkpoint.header_text(self._made_of())), header.get("made_of"))
        if differing:
            raise ValueError(f"{path} belongs to another run: {', '.join(differing)} differ")
        with checkpoint.one_line_errors(path):
            state = checked_state(header["trainer"])
            moments = {name.removeprefix("optimizer."): array for name, array in arrays.items()
                       if name.startswith("optimizer.")}
            moments = self.optimizer.checked(moments, self.model.parameters)
            schedule = checked_schedule(self.schedule, header["schedule"])
        if header.get("threads", 1) != self.threads:
            warnings.warn(
                f"{path} was written with threads={header.get('threads', 1)}, here it is {self.threads}: the "
                "last bits may differ", stacklevel=2)
        checkpoint.copy_arrays(self.model.parameters, arrays, "parameter", path)
        self.optimizer.restore(moments)
        self.schedule.restore(schedule)
        for name in STATE:
            setattr(self, name, state[name])
        return self

    def save(self, path: PathLikeText) -> None:
        """Write all that is needed to continue to `path` (.npz)."""
        arrays = {f"parameter.{name}": values for name, values in self.model.parameters.items()}
        arrays |= {f"optimizer.{name}": values for name, values in self.optimizer.state().items()}
        state = {name: getattr(self, name) for name in STATE}
        header = {"model": self.model.spec(), "made_of": self._made_of(), "schedule": self.schedule.state(),
                  "trainer": state, "settings": self.settings, "threads": self.threads}
        checkpoint.write_checkpoint(path, header, arrays)

    # --- one epoch ------------------------------------------------------------------------------------------

    def _epoch(self, x: Array, y: IntArray, progress: bool | None, replicas: Replicas) -> None:
        parts = mini_batches(len(x), self.batch, self.seed, self.epoch)
        title = f"epoch {self.epoch + 1}/{self.epochs}"
        with progress_bar(shown=progress, total=len(parts), initial=self.done, desc=title,
                          unit="batch") as shown:
            for k in range(self.done, len(parts)):
                began = time.perf_counter()
                with delayed_interrupt():
                    self._step(x, y, parts[k], (self.epoch + k / len(parts)) / self.epochs, replicas)
                    self.sums["seconds"] += time.perf_counter() - began
                    self.done = k + 1
                    if self.folder and time.monotonic() - self._saved_at >= 60 * self.minutes:
                        self._keep()
                shown.update()
                if k % 10 == 0:
                    text = "loss {loss:.3f}, accuracy {accuracy:.3f}, {spikes_per_sample:.0f} spikes"
                    shown.set_postfix_str(text.format(**self._means()))

    def _step(self, x: Array, y: IntArray, numbers: IntArray, progress: float, replicas: Replicas) -> None:
        def work(part: int, model: Model, samples: IntArray) -> tuple[float, int, float]:
            return self._part(part, model, x[samples], y[samples], samples)

        model, parts = self.model, replicas.parts(numbers)
        found = replicas.work(work, parts)
        shares = [len(part) / len(numbers) for part in parts]
        replicas.add_gradients(shares)
        value = sum(share * each for share, (each, *_) in zip(shares, found))
        norm = clip_gradients(model.gradients, self.clip)
        if not np.isfinite(value) or not np.isfinite(norm):
            where = f"epoch {self.epoch + 1}, batch {self.done + 1}"
            raise FloatingPointError(
                f"the loss is {value:g} and the norm of its gradient {norm:g} in {where}: "
                f"{self._locate_nonfinite(self._inputs(x[numbers], numbers))}. The model is kept as it was; "
                "a smaller rate or clip may help")
        self.optimizer.step(model.parameters, model.gradients, self.schedule.factor(progress))
        added = {"loss": value * len(numbers), "right": sum(right for _, right, _ in found),
                 "spikes": sum(spikes for *_, spikes in found), "samples": len(numbers)}
        for name, more in added.items():
            self.sums[name] += more

    def _part(self, part: int, model: Model, pictures: Array, labels: IntArray,
              samples: IntArray) -> tuple[float, int, float]:
        """Run a part of a mini-batch forward and backward; return (loss, right answers, spikes)."""
        dropout = f"dropout/{self.done}" + (f"/{part}" if part else "")
        outputs = model.forward(self._inputs(pictures, samples), training=True, key=self._key(dropout))
        value, gradient = self.loss(outputs, labels)
        right = int((model.scores(outputs).argmax(axis=-1) == labels).sum())
        spiking = model.spiking.values()
        spikes = sum(float(layer.spikes.sum(dtype=np.float64)) for layer in spiking)
        if self.penalty is not None:
            value += sum(self.penalty.value(layer.spikes) for layer in spiking)
        model.backward(gradient, self.penalty)
        return value, right, spikes

    def _inputs(self, pictures: Array, samples: IntArray) -> Array:
        """The inputs of the model for pictures, changed at random if that is wanted."""
        if self.augment is not None:
            pictures = self.augment(pictures, self._key("augment"), samples)
        return model_inputs(self.encoding, pictures, self.model.shape, self.model.steps, self._key("encode"),
                            samples)

    def _key(self, name: str) -> int:
        return stream_key(self.seed, f"{name}/{self.epoch}")

    def _locate_nonfinite(self, inputs: Array) -> str:
        """Say which layer is the first with a number that is not finite."""
        x = inputs
        for name, layer in zip(self.model.names, self.model.layers):
            if not all(np.isfinite(values).all() for values in layer.parameters.values()):
                return f"the parameters of {name} are not finite"
            x = layer.forward(x, self.model.steps, False, None)
            if not np.isfinite(x).all():
                return f"the output of {name} is not finite"
        wrong = [name for name, gradient in self.model.gradients.items() if not np.isfinite(gradient).all()]
        return f"the gradient of {wrong[-1]} is not finite" if wrong else "the inputs of the loss are"

    def _means(self) -> dict[str, float]:
        sums, samples = self.sums, max(self.sums["samples"], 1)
        return {"loss": sums["loss"] / samples, "accuracy": sums["right"] / samples,
                "spikes_per_sample": sums["spikes"] / samples}

    def _end_epoch(self, x_val: ArrayLike | None, y_val: ArrayLike | None) -> None:
        row: dict[str, Any] = {"epoch": self.epoch + 1} | self._means()
        if x_val is not None and y_val is not None:
            found = evaluate(self.model, x_val, y_val, self.encoding, count=False)
            row |= {"validation_loss": found["loss"], "validation_accuracy": found["accuracy"],
                    "validation_spikes_per_sample": found["spikes_per_sample"]}
        row["seconds"] = self.sums["seconds"]
        with delayed_interrupt():
            self._add_row(row)

    def _add_row(self, row: dict[str, Any]) -> None:
        self.schedule.epoch_ended(row.get("validation_loss", row["loss"]))
        self.history.append(row)
        judged = "validation_accuracy" if "validation_accuracy" in row else "accuracy"
        better = self.best is None or row[judged] > self.best[judged]
        self.waited = 0 if better else self.waited + 1
        self.best = row if better else self.best
        self.epoch, self.done, self.sums = self.epoch + 1, 0, dict.fromkeys(self.sums, 0)
        if self.folder and better:
            self.save(self.folder / "best.npz")
        self._keep()

    def _should_stop_early(self) -> bool:
        return self.patience is not None and self.waited >= self.patience

    # --- the folder -----------------------------------------------------------------------------------------

    def _keep(self) -> None:
        """Write last.npz and metrics.csv to the folder."""
        if self.folder is None:
            return
        self.save(self.folder / "last.npz")
        table = self.folder / "metrics.csv"
        with replacing(table) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            writer.writerows(self.history)
        self._saved_at = time.monotonic()

    @contextlib.contextmanager
    def hold_folder(self) -> Iterator[None]:
        """Hold the folder for this run alone, as `fit` does.

        What else is written there is written within the context.

        Raises
        ------
        ValueError
            If another run writes to the folder.
        """
        if self.folder is None or self._holds_folder:
            yield
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        with contextlib.ExitStack() as stack:
            try:
                stack.enter_context(file_lock(self.folder / "lock"))
            except BlockingIOError as problem:
                raise ValueError(f"{self.folder}: another run, process {problem}, writes there") from None
            remove_temporary(self.folder)
            self._holds_folder = True
            stack.callback(setattr, self, "_holds_folder", False)
            yield

    def _made_of(self) -> dict[str, Any]:
        """What must be the same for a run to be continued to the same bits, for JSON."""
        parts = {name: described(getattr(self, name))
                 for name in ("optimizer", "schedule", "encoding", "augment", "loss", "penalty")}
        return {"model": self.model.spec(), "clip": None if np.isinf(self.clip) else self.clip} | parts
