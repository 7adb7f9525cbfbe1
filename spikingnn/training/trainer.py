"""Training: epochs over mini-batches, watched, kept on disk, and gone on with to the same bits after any interruption."""

from __future__ import annotations

import contextlib
import csv
import json
import time
import warnings
from copy import deepcopy
from dataclasses import fields
from pathlib import Path

import numpy as np

from .._util import blas, checks
from .._util.differences import differences
from .._util.files import file_lock, remove_temporary, replacing
from .._util.guarded import Guarded
from .._util.interrupt import delayed_interrupt
from .._util.progress import progress_bar
from ..engine.random import stream_key
from . import checkpoint
from .batches import batches
from .encode import Direct
from .losses import CrossEntropy
from .metrics import checked_labels, checked_pictures, evaluate
from .optimizers import AdamW, clip
from .schedules import OneCycle


__all__ = ["Trainer"]

COLUMNS = ("epoch", "loss", "accuracy", "spikes_per_sample", "validation_loss", "validation_accuracy", "validation_spikes_per_sample",
           "seconds")

STATE = ("epoch", "done", "sums", "history", "best", "waited", "samples", "seed", "batch", "epochs")        # of a trainer, for JSON


class Trainer(Guarded):
    """Trains `model` on pictures and labels.

    >>> Trainer(model, epochs=20, augment=Augment()).fit(x, y, x_val, y_val)

    optimizer, schedule   how parameters follow the gradient (default: AdamW without decay at 2e-3, one cycle)
    batch, epochs, seed   all that is random follows from the seed, the epoch and the number of the sample: no generator has a state
    encoding, augment     how a picture enters the model, and what is done to it before; see `ENCODINGS`, `Augment`
    smoothing, penalty    of the labels; a `RatePenalty` of the spiking layers
    clip                  the largest norm of the gradient; None: any
    patience              epochs without a better validation accuracy after which to stop; None: never
    folder                where last.npz (every `minutes`, and at the end of an epoch), best.npz and metrics.csv are kept; None: nowhere
    threads               for matrix products: those of a mini-batch are small, so that more than one seldom gain, and the last bits depend
                          on it; 0: as many as NumPy's
    settings              anything that JSON can hold, kept in the checkpoints

    After `fit`: `history`, a list of dictionaries, one an epoch, with the columns of metrics.csv; `best`, the best of them.
    """

    def __init__(self, model, *, optimizer=None, schedule=None, batch=128, epochs=10, seed=0, encoding=Direct(), augment=None,
                 smoothing=0.0, penalty=None, clip=None, patience=None, folder=None, minutes=5.0, threads=1, settings=None):
        self.model, self.settings = model, settings
        self.optimizer = deepcopy(optimizer) or AdamW(rate=2e-3, weight_decay=0.0)
        self.schedule = deepcopy(schedule) or OneCycle()
        self.batch, self.epochs = checks.integer(self, "batch", batch), checks.integer(self, "epochs", epochs)
        self.seed = checks.integer(self, "seed", seed, minimum=0)
        self.encoding, self.augment, self.penalty = encoding, augment, penalty
        self.loss = CrossEntropy(model.of, smoothing)
        self.clip = np.inf if clip is None else checks.positive(self, "clip", clip)
        self.patience = None if patience is None else checks.integer(self, "patience", patience)
        self.folder, self.minutes = None if folder is None else Path(folder), checks.non_negative(self, "minutes", minutes)
        self.threads = checks.integer(self, "threads", threads, minimum=0) or blas.thread_count()
        self.epoch = self.done = 0                  # epochs ended, and batches of the one that runs
        self.samples = None                         # pictures in an epoch, known from the beginning of a run
        self.sums = {"loss": 0.0, "right": 0, "spikes": 0.0, "samples": 0, "seconds": 0.0}
        self.history, self.best, self.waited = [], None, 0
        self._alone = False                         # whether the folder is held

    def _may_be_set(self, name):
        return name in self.__dict__ or super()._may_be_set(name)       # each is read when it is needed

    def fit(self, x, y, x_val=None, y_val=None, progress=None, on_epoch=None):
        """Train on pictures `x` (N, …) and labels `y` (N,), from where the trainer stands to the end; returns the trainer.

        Pictures are levels from 0 to 1, or values around 0; ValueError for 0 to 255.
        `progress`: True or False for a bar; None: in a terminal. `on_epoch(trainer)` is called after each epoch. Ctrl-C keeps the
        state and raises KeyboardInterrupt. FloatingPointError where the loss is no number any more: the model stays as it was.
        """
        x = checked_pictures(self, x)
        y = checked_labels(y, len(x), self.model.shapes[-1][-1])
        if x_val is not None:
            x_val = checked_pictures(self, x_val)
            y_val = checked_labels(y_val, len(x_val), self.model.shapes[-1][-1])
        if self.samples not in (None, len(x)):
            raise ValueError(f"Trainer.fit: the run that goes on has {self.samples:,} pictures in an epoch, here are {len(x):,}")
        if self.epoch >= self.epochs or self._should_stop_early():
            why = f"all {self.epochs} epochs are over"
            if self.epoch < self.epochs:
                why = "the patience is used up"
            warnings.warn(f"Trainer.fit: {why} and there is nothing left to do: "
                          "train on with another Trainer of this model", stacklevel=2)
        x = np.ascontiguousarray(x, dtype=self.model.dtype)
        with self.alone(), blas.limited_threads(self.threads):
            if self.folder and self.samples is None and (self.folder / "last.npz").exists():
                raise ValueError(f"{self.folder} holds a run already: resume it, or choose another folder")
            self.samples = len(x)
            self._keep()                            # so that there is something to go on from, whenever the run is cut off
            try:
                while self.epoch < self.epochs and not self._should_stop_early():
                    self._epoch(x, y, progress)
                    self._epoch_ended(x_val, y_val)
                    if on_epoch:
                        on_epoch(self)
            except KeyboardInterrupt:
                self._keep()
                raise
        return self

    def resume(self, path=None):
        """Go on from a checkpoint (default: last.npz of the folder), to the bits of a run that was not interrupted; returns the trainer."""
        path = self.folder / "last.npz" if path is None else Path(path)
        header, arrays = checkpoint.read(path)
        differing = differences(json.loads(checkpoint.text(self._made_of())), header.get("made_of"))
        if differing:
            raise ValueError(f"{path} belongs to another run: {', '.join(differing)} differ")
        with checkpoint.sound(path):
            state = _checked_state(header["trainer"])
            moments = self.optimizer.checked({name.removeprefix("optimizer."): array for name, array in arrays.items()
                                              if name.startswith("optimizer.")}, self.model.parameters)
            schedule = _checked_schedule(self.schedule, header["schedule"])
        if header.get("blas_threads") != self.threads:
            warnings.warn(f"{path} was written with {header.get('blas_threads')} threads for matrix products, here are {self.threads}: "
                          "the last bits may differ", stacklevel=2)
        checkpoint.take(self.model.parameters, arrays, "parameter", path)
        self.optimizer.restore(moments)
        self.schedule.restore(schedule)
        for name in STATE:
            setattr(self, name, state[name])
        return self

    def save(self, path):
        """Write all that is needed to go on."""
        arrays = {f"parameter.{name}": values for name, values in self.model.parameters.items()}
        arrays |= {f"optimizer.{name}": values for name, values in self.optimizer.state().items()}
        state = {name: getattr(self, name) for name in STATE}
        header = {"model": self.model.spec(), "made_of": self._made_of(), "schedule": self.schedule.state(), "trainer": state,
                  "settings": self.settings, "blas_threads": self.threads}
        checkpoint.write(path, header, arrays)

    # --- one epoch ---------------------------------------------------------------------------------------------------------------

    def _epoch(self, x, y, progress):
        parts = batches(len(x), self.batch, self.seed, self.epoch)
        title = f"epoch {self.epoch + 1}/{self.epochs}"
        with progress_bar(shown=progress, total=len(parts), initial=self.done, desc=title, unit="batch") as shown:
            for k in range(self.done, len(parts)):
                began = time.perf_counter()
                with delayed_interrupt():
                    self._step(x, y, parts[k], (self.epoch + k / len(parts)) / self.epochs)
                    self.sums["seconds"] += time.perf_counter() - began
                    self.done = k + 1
                    if self.folder and time.monotonic() - self._saved_at >= 60 * self.minutes:
                        self._keep()
                shown.update()
                if k % 10 == 0:
                    text = "loss {loss:.3f}, accuracy {accuracy:.3f}, {spikes_per_sample:.0f} spikes"
                    shown.set_postfix_str(text.format(**self._means()))

    def _step(self, x, y, numbers, progress):
        pictures, model = x[numbers], self.model
        if self.augment is not None:
            pictures = self.augment(pictures, self._key("augment"), numbers)
        inputs = self.encoding(pictures.reshape(len(numbers), *model.shape), model.steps, self._key("encode"), numbers)
        outputs = model.forward(inputs, training=True, key=self._key(f"dropout/{self.done}"))
        value, gradient = self.loss(outputs, y[numbers])
        right = int((model.scores(outputs).argmax(axis=-1) == y[numbers]).sum())
        spiking = model.spiking.values()
        spikes = sum(float(layer.spikes.sum(dtype=np.float64)) for layer in spiking)
        if self.penalty is not None:
            value += sum(self.penalty.value(layer.spikes) for layer in spiking)
        model.backward(gradient, self.penalty)
        norm = clip(model.gradients, self.clip)
        if not np.isfinite(value) or not np.isfinite(norm):
            where = f"epoch {self.epoch + 1}, batch {self.done + 1}"
            raise FloatingPointError(f"the loss is {value:g} and its gradient {norm:g} long in {where}: {self._locate_nonfinite(inputs)}. "
                                     "The model is kept as it was; a smaller rate or clip may help")
        self.optimizer.step(model.parameters, model.gradients, self.schedule.factor(progress))
        for name, more in (("loss", value * len(numbers)), ("right", right), ("spikes", spikes), ("samples", len(numbers))):
            self.sums[name] += more

    def _key(self, name):
        return stream_key(self.seed, f"{name}/{self.epoch}")

    def _locate_nonfinite(self, inputs):
        """The first layer with a number that is none."""
        x = inputs
        for name, layer in zip(self.model.names, self.model.layers):
            if not all(np.isfinite(values).all() for values in layer.parameters.values()):
                return f"the parameters of {name} are not finite"
            x = layer.forward(x, self.model.steps, False, None)
            if not np.isfinite(x).all():
                return f"the output of {name} is not finite"
        wrong = [name for name, gradient in self.model.gradients.items() if not np.isfinite(gradient).all()]
        return f"the gradient of {wrong[-1]} is not finite" if wrong else "the inputs of the loss are"

    def _means(self):
        sums, samples = self.sums, max(self.sums["samples"], 1)
        return {"loss": sums["loss"] / samples, "accuracy": sums["right"] / samples, "spikes_per_sample": sums["spikes"] / samples}

    def _epoch_ended(self, x_val, y_val):
        row = {"epoch": self.epoch + 1} | self._means()
        if x_val is not None:
            held = evaluate(self.model, x_val, y_val, self.encoding, count=False)
            row |= {f"validation_{name}": held[name] for name in ("loss", "accuracy", "spikes_per_sample")}
        row["seconds"] = self.sums["seconds"]
        with delayed_interrupt():
            self._note(row)

    def _note(self, row):
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

    def _should_stop_early(self):
        return self.patience is not None and self.waited >= self.patience

    # --- the folder --------------------------------------------------------------------------------------------------------------

    def _keep(self):
        if self.folder is None:
            return
        self.save(self.folder / "last.npz")
        with replacing(self.folder / "metrics.csv") as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            writer.writerows(self.history)
        self._saved_at = time.monotonic()

    @contextlib.contextmanager
    def alone(self):
        """A context that holds the folder for this run alone, as `fit` does itself; what else is written there is written inside.

        ValueError where another run writes to it, or where it holds one that was not resumed.
        """
        if self.folder is None or self._alone:
            yield
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        with contextlib.ExitStack() as stack:
            try:
                stack.enter_context(file_lock(self.folder / "lock"))
            except BlockingIOError as problem:
                raise ValueError(f"{self.folder}: another run, process {problem}, writes there") from None
            remove_temporary(self.folder)
            self._alone = True
            stack.callback(setattr, self, "_alone", False)
            yield

    def _made_of(self):
        """What must be the same for a run to go on to the same bits, for JSON."""
        parts = {name: _described(getattr(self, name)) for name in ("optimizer", "schedule", "encoding", "augment", "loss", "penalty")}
        return {"model": self.model.spec(), "clip": None if np.isinf(self.clip) else self.clip} | parts


def _checked_state(state):
    """What a checkpoint says of where the trainer stood, refused where it could not have stood there."""
    for name, least in (("epoch", 0), ("done", 0), ("waited", 0), ("seed", 0), ("batch", 1), ("epochs", 1)):
        checks.integer("trainer", name, state[name], least)
    if state["samples"] is not None:
        checks.integer("trainer", "samples", state["samples"])
    batches_of_it = -(-(state["samples"] or 0) // state["batch"])
    if state["epoch"] > state["epochs"] or state["done"] > batches_of_it or len(state["history"]) != state["epoch"]:
        raise ValueError(f"its trainer stood after {state['epoch']} of {state['epochs']} epochs, {state['done']} of "
                         f"{batches_of_it} batches and {len(state['history'])} lines of history")
    rows = [*state["history"], *([] if state["best"] is None else [state["best"]])]
    if not all(set(row) <= set(COLUMNS) and {"epoch", "loss", "accuracy"} <= set(row) for row in rows):
        raise ValueError("its history has other columns than metrics.csv")
    for row in [*rows, state["sums"]]:
        for name, value in row.items():
            checks.number("trainer", name, checks.single_number("trainer", name, value), infinite=True)
    if set(state["sums"]) != {"loss", "right", "spikes", "samples", "seconds"}:
        raise ValueError(f"its trainer adds up {sorted(state['sums'])}")
    return state


def _checked_schedule(schedule, state):
    """What a checkpoint says of where the schedule stood: numbers for the fields that it has."""
    here = {each.name: getattr(schedule, each.name) for each in fields(schedule)}
    if not set(state) <= set(here):
        raise ValueError(f"its schedule keeps {', '.join(sorted(state))}, here are {', '.join(sorted(here))}")
    for name, value in state.items():
        checks.number(schedule, name, value, infinite=True)
        if np.shape(value) != np.shape(here[name]):
            checks.fail(schedule, name, value, f"a value such as {here[name]!r}")
    return state


def _described(value):
    """A dataclass as its kind and the fields that make it; None as it is."""
    return value and {"kind": type(value).__name__} | {each.name: getattr(value, each.name) for each in fields(value) if each.init}
