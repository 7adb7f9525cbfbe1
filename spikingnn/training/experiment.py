"""Training by configuration: data, model and training as a YAML file describes them.

>>> settings = read_settings("mnist-sample", ["training.epochs=2", "model.layers.0.n=20"])
>>> run = TrainingRun(settings).train(progress=False)
>>> len(run.trainer.history), 0.1 < run.evaluate()["accuracy"] <= 1
(2, True)
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike

from .. import config
from .._util.typing import IntArray, PathLikeText
from ..datasets import NAMES, bundled_file, load, read_classes, read_set, resized
from ..datasets.known import BUNDLED, SAMPLES, bundled_sample, data_source
from ..datasets.splits import Split
from .checkpoint import checkpoint_file, load_model
from .encode import Encoding
from .experiment_settings import (DataSettings, ExperimentSettings, ModelSettings, TrainingSettings,
                                  read_settings, ready_configurations, settings_to_resume)
from .layer import Array, Layer, Shape
from .losses import softmax
from .metrics import Evaluation, evaluate
from .model import Model
from .picture_steps import PREPROCESSING_STEPS
from .preprocess import Preprocessing
from .trainer import Trainer


__all__ = [
    "DataSettings", "ExperimentSettings", "InferenceModel", "InferencePreprocessor", "ModelSettings",
    "PreparedData", "TrainingRun", "TrainingSettings", "build_model", "build_trainer", "load_for_inference",
    "load_split", "locate_data", "prepare_data", "read_settings", "ready_configurations", "settings_to_resume"
]


BUNDLED_MODEL = "mnist-256.npz"


# --- the data ------------------------------------------------------------------------------------------

class PreparedData(NamedTuple):
    """Pictures after preprocessing, float32 (N, h, w) or (N, h, w, c), and their classes."""

    x_train: Array
    y_train: IntArray
    x_test: Array
    y_test: IntArray


def locate_data(settings: ExperimentSettings, data_home: PathLikeText | None = None) -> ExperimentSettings:
    """Return `settings` with ``data.source`` filled in: the place in which `load_split` finds the set.

    Examples
    --------
    >>> locate_data(read_settings("mnist-sample")).data.source
    'bundled'
    """
    data = settings.data
    if _is_path(data.name):
        found = str(Path(data.name).absolute())
    else:
        found = BUNDLED if _is_bundled(data, data_home) else data_source(data.name, data_home or data.source)
    return replace(settings, data=replace(data, source=found))


def load_split(data: DataSettings, data_home: PathLikeText | None = None) -> Split:
    """Return the pictures that `data` names: a known set, a folder with a folder of pictures per class, or an
    .npz.

    Examples
    --------
    >>> load_split(DataSettings("mnist-sample")).x_train.shape
    (1000, 28, 28)
    """
    if _is_path(data.name):
        return read_set(data.name) if data.name.endswith(".npz") else read_classes(data.name)
    return bundled_sample(data.name) if _is_bundled(data, data_home) else load(data.name, data_home or data.source)


def prepare_data(data: DataSettings, split: Split) -> PreparedData:
    """Return pictures and classes after the preprocessing.

    Examples
    --------
    >>> data = DataSettings("mnist-sample")
    >>> prepare_data(data, load_split(data)).x_test.dtype
    dtype('float32')
    """
    steps = Preprocessing(data.preprocessing)
    return PreparedData(steps(np.asarray(split.x_train, np.float32)), split.y_train,
                        steps(np.asarray(split.x_test, np.float32)), split.y_test)


def _is_bundled(data: DataSettings, data_home: PathLikeText | None) -> bool:
    """Whether a run took the bundled sample before, and is to take it again."""
    known = data.name in SAMPLES or f"{data.name}-sample" in SAMPLES
    return data.source == BUNDLED and data_home is None and known


def _is_path(name: str) -> bool:
    """Whether the name of the data is a path; that of a set has no separators and no suffix."""
    return name not in NAMES and (Path(name).exists() or os.sep in name or name.endswith(".npz"))


# --- model, trainer, run -------------------------------------------------------------------------------

def build_model(settings: ExperimentSettings, pictures: Array) -> Model:
    """Return the model for `pictures` (N, h, w) or (N, h, w, c), with its initial weights.

    Examples
    --------
    >>> import numpy as np
    >>> build_model(ExperimentSettings(), np.zeros((1, 28, 28))).shapes[0]
    (784,)
    """
    chosen = settings.model
    return Model(chosen.layers, _sample_shape(chosen.layers[0], pictures), steps=chosen.steps,
                 seed=settings.training.seed, dtype=chosen.dtype, readout=chosen.readout)


def _sample_shape(first: Layer, pictures: Array) -> Shape:
    """The shape of a picture, with a channel axis, where the first layer wants pictures.

    Otherwise its size.
    """
    shape = pictures.shape[1:] if pictures.ndim == 4 else (*pictures.shape[1:], 1)
    return shape if first.wants_pictures else (int(np.prod(shape)),)


def build_trainer(settings: ExperimentSettings, model: Model, folder: PathLikeText | None = None) -> Trainer:
    """Return the trainer of `model` that the settings describe.

    Examples
    --------
    >>> import numpy as np
    >>> settings = ExperimentSettings()
    >>> build_trainer(settings, build_model(settings, np.zeros((1, 28, 28)))).epochs
    10
    """
    chosen = settings.training
    return Trainer(model, optimizer=chosen.optimizer, schedule=chosen.schedule, batch=chosen.batch,
                   epochs=chosen.epochs, seed=chosen.seed, encoding=settings.data.encoding,
                   augment=settings.data.augment, smoothing=chosen.smoothing, penalty=chosen.penalty,
                   clip=chosen.clip, patience=chosen.patience, minutes=chosen.minutes, folder=folder,
                   settings=config.to_plain(settings))


class TrainingRun:
    """A training by configuration: ``data``, ``trainer`` and its ``model`` are ready when it has been built.

    Parameters
    ----------
    settings : ExperimentSettings
        What `read_settings` returns.
    folder : path, optional
        Where config.yaml, metrics.csv and the checkpoints are kept; None: nowhere.
    data_home : path, optional
        Where the data sets are.

    Raises
    ------
    ValueError
        If the data is not found, or has more classes than the model.

    Examples
    --------
    >>> run = TrainingRun(read_settings("mnist-sample", ["training.epochs=1"]))
    >>> run.train(progress=False).trainer.epoch
    1
    """

    def __init__(self, settings: ExperimentSettings, folder: PathLikeText | None = None,
                 data_home: PathLikeText | None = None) -> None:
        self.settings = settings
        split = load_split(settings.data, data_home)
        self.data = prepare_data(settings.data, split)
        self.trainer = build_trainer(settings, build_model(settings, self.data.x_train), folder)
        classes = self.model.shapes[-1][-1]
        needed = 1 + max(self.data.y_train.max(), self.data.y_test.max())
        if needed > classes:
            raise ValueError(
                f"{settings.data.name} has {needed} classes, the last layer of the model has {classes} units")
        names = [str(name) for name in split.names] or list(map(str, range(classes)))
        self.trainer.settings |= {"picture": list(split.x_train.shape[1:]), "names": names}

    @property
    def model(self) -> Model:
        """The model that is trained."""
        return self.trainer.model

    @property
    def class_names(self) -> list[str]:
        """Names of the classes, in their order."""
        return list(self.trainer.settings["names"])

    def train(self, resume: bool = False, progress: bool | None = None,
              on_start: Callable[[Trainer], object] | None = None,
              on_epoch: Callable[[Trainer], object] | None = None) -> Self:
        """Train to the end, and return the run.

        Parameters
        ----------
        resume : bool
            Whether to continue from the last checkpoint in the folder.
        progress : bool, optional
            Whether a progress bar is shown; None: in a terminal.
        on_start, on_epoch : callable, optional
            Called with the trainer before the first epoch, when the folder is held, and after each epoch.

        Raises
        ------
        ValueError
            If the folder holds another run, or another one writes there.
        """
        folder = self.trainer.folder
        with self.trainer.hold_folder():
            if resume:
                self.trainer.resume()
            elif folder is not None and not (folder / "last.npz").exists():
                config.save_config(folder / "config.yaml", self.settings)
            if on_start:
                on_start(self.trainer)
            self.trainer.fit(*self.data, progress=progress, on_epoch=on_epoch)
        return self

    def evaluate(self) -> Evaluation:
        """Return the `Evaluation` on the held-out pictures."""
        return evaluate(self.model, self.data.x_test, self.data.y_test, self.trainer.encoding)


# --- a trained model is asked --------------------------------------------------------------------------

class InferencePreprocessor:
    """The preprocessing that a saved model needs, for pictures of any size.

    Steps such as `CentreInk` see the whole picture. Where there is none, its central square is resampled to
    the size of the pictures that the model was trained on.

    Parameters
    ----------
    settings : ExperimentSettings
        Settings of the run.
    picture : sequence of int
        Shape of the pictures that the model was trained on.
    raw : bool
        Whether drawings stay as they are: steps that take pictures of any size are left out.

    Examples
    --------
    >>> import numpy as np
    >>> InferencePreprocessor(ExperimentSettings(), (28, 28))(np.zeros((1, 40, 40, 3))).shape
    (1, 28, 28)
    """

    def __init__(self, settings: ExperimentSettings, picture: Sequence[int], raw: bool = False) -> None:
        steps = [step for step in settings.data.preprocessing if not (raw and step.any_size)]
        self.picture, self.steps = tuple(picture), Preprocessing(steps)

    def __call__(self, x: ArrayLike | Sequence[ArrayLike]) -> Array:
        """Return pictures (N, h, w[, c]), or a list of pictures of different sizes, ready for the model."""
        if isinstance(x, (list, tuple)) and len({np.shape(picture) for picture in x}) > 1:
            return np.concatenate([self(np.asarray(picture)[None]) for picture in x])
        x = np.asarray(x, np.float32)
        if x.ndim == 4 and len(self.picture) == 2:
            x = PREPROCESSING_STEPS["grey"]()(x)
        if x.ndim == 3 and len(self.picture) == 3:
            x = np.repeat(x[..., None], 3, axis=3)
        if x.shape[1:3] != self.picture[:2] and not any(step.any_size for step in self.steps.steps):
            x = np.stack([resized(each, (self.picture[0], self.picture[1])) for each in x]).astype(np.float32)
        return self.steps(x)


class InferenceModel(NamedTuple):
    """A trained model with all that is needed to ask it."""

    model: Model
    preprocess: InferencePreprocessor
    encoding: Encoding
    class_names: list[str]
    source: str
    """Which checkpoint it is, of which epoch, and its accuracy on the pictures that were held out."""

    def answer(self, x: Array) -> tuple[Array, list[Array]]:
        """Return probabilities (N, K) for pictures after `preprocess`, and the spikes (T, N, n) of each
        spiking layer."""
        model, answers, spikes = self.model, [], []
        inputs = self.encoding(x.reshape(len(x), *model.shape).astype(model.dtype), model.steps)
        for outputs in model.in_batches(inputs):
            answers.append(softmax(model.scores(outputs)))
            count = outputs.shape[1]
            spikes.append([layer.spikes[:, :count].reshape(model.steps, count, -1)
                           for layer in model.spiking.values()])
        return np.concatenate(answers), [np.concatenate(batches, axis=1) for batches in zip(*spikes)]


def load_for_inference(path: PathLikeText | None = None, raw: bool = False) -> InferenceModel:
    """Return the model of a run's folder or a checkpoint, with its preprocessing, encoding and names of the
    classes.

    Parameters
    ----------
    path : path or str, optional
        The folder or the checkpoint; by default the bundled `mnist-256`.
    raw : bool
        Whether drawings stay as they are, see `InferencePreprocessor`.

    Raises
    ------
    FileNotFoundError
        If there is no such checkpoint.
    ValueError
        If the checkpoint was not made by a `TrainingRun`.

    Examples
    --------
    >>> import numpy as np
    >>> trained, page = load_for_inference(), np.ones((100, 80))
    >>> page[20:80, 40:44] = 0.0                                # a stroke, black on white
    >>> probabilities, spikes = trained.answer(trained.preprocess([page]))
    >>> trained.class_names[probabilities[0].argmax()]
    '1'
    """
    file = Path(str(bundled_file(BUNDLED_MODEL))) if path is None else checkpoint_file(path)
    model, header = load_model(file)
    kept: dict[str, Any] | None = header.get("settings")
    if not kept or "picture" not in kept:
        raise ValueError(
            f"{file} was not made by `spikingnn train`: it does not say how pictures are prepared")
    sections = config.dump_config({key: kept[key] for key in ("data", "model", "training")})
    settings = config.parse_config(sections, ExperimentSettings, str(file))
    preprocessor = InferencePreprocessor(settings, kept["picture"], raw)
    source = ("mnist-256, bundled" if path is None else str(file)) + _described_epoch(header)
    return InferenceModel(model, preprocessor, settings.data.encoding, kept["names"], source)


def _described_epoch(header: Mapping[str, Any]) -> str:
    """What a checkpoint says of the epoch after which it was written, and of the accuracy then."""
    trainer = header.get("trainer") or {}
    history = trainer.get("history") or [{}]
    accuracy = history[-1].get("validation_accuracy")
    return (f", after epoch {trainer['epoch']} of {trainer['epochs']}" if "epoch" in trainer else "") + (
        "" if accuracy is None else f", held-out accuracy {100 * accuracy:.2f} %")
