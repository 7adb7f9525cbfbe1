"""Training by configuration: data, model and training as a YAML file describes them.

>>> settings = read_settings("mnist-sample", ["training.epochs=2", "model.layers.0.n=20"])
>>> run = TrainingRun(settings).train(progress=False)
>>> len(run.trainer.history), 0.1 < run.evaluate()["accuracy"] <= 1
(2, True)
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np

from .. import config
from .._util.typing import IntArray, PathLikeText
from ..datasets import NAMES, load, read_classes, read_set
from ..datasets.known import BUNDLED, SAMPLES, bundled_sample, data_source
from ..datasets.splits import Split
from .experiment_settings import (DataSettings, ExperimentSettings, ModelSettings, TrainingSettings,
                                  read_settings, ready_configurations, settings_to_resume)
from .inference import InferenceModel, InferencePreprocessor, load_for_inference
from .layer import Array, Layer, Shape
from .metrics import Evaluation, evaluate
from .model import Model
from .preprocess import Preprocessing
from .trainer import Trainer


__all__ = [
    "DataSettings", "ExperimentSettings", "InferenceModel", "InferencePreprocessor", "ModelSettings",
    "PreparedData", "TrainingRun", "TrainingSettings", "build_model", "build_trainer", "load_for_inference",
    "load_split", "locate_data", "prepare_data", "read_settings", "ready_configurations", "settings_to_resume"
]


# --- the data ------------------------------------------------------------------------------------------

class PreparedData(NamedTuple):
    """Labelled pictures after preprocessing: what a model is trained on, and what it is tested with.

    Parameters
    ----------
    x_train : Array
        Training pictures, float32, (N, height, width) or (N, height, width, channels).
    y_train : IntArray
        Classes of the training pictures, whole numbers from 0, (N,).
    x_test : Array
        Held-out pictures, of the same form.
    y_test : IntArray
        Classes of the held-out pictures.

    Examples
    --------
    >>> settings = read_settings("mnist-sample")
    >>> data = prepare_data(settings.data, load_split(settings.data))
    >>> x_train, y_train, x_test, y_test = data
    >>> x_train.shape, x_train.dtype, y_test.shape
    ((1000, 28, 28), dtype('float32'), (500,))
    """

    x_train: Array
    """Training pictures, float32, (N, height, width) or (N, height, width, channels)."""
    y_train: IntArray
    """Classes of the training pictures, whole numbers from 0, (N,)."""
    x_test: Array
    """Held-out pictures, of the same form."""
    y_test: IntArray
    """Classes of the held-out pictures."""


def locate_data(settings: ExperimentSettings, data_home: PathLikeText | None = None) -> ExperimentSettings:
    """Return `settings` with ``data.source`` filled in: the place in which `load_split` finds the set.

    Parameters
    ----------
    settings : ExperimentSettings
        Settings of a run.
    data_home : path, optional
        Folder of the data sets; None: ``data.source``, or the usual places.

    Returns
    -------
    ExperimentSettings
        Settings with the folder of the set, or ``"bundled"`` where it comes with the package.

    Raises
    ------
    FileNotFoundError
        If the set is not found; the message says where it was searched.
    ValueError
        If there is no set of this name.

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
    """Return the pictures that the settings name, as a part to learn from and a part that is held out.

    Parameters
    ----------
    data : DataSettings
        Its `name` is a known set, a folder with a folder of pictures per class, or an .npz file.
    data_home : path, optional
        Folder of the data sets; None: ``data.source``, or the usual places.

    Returns
    -------
    Split
        Pictures with levels from 0 to 1, and classes.

    Raises
    ------
    FileNotFoundError
        If the set is not found.
    ValueError
        If there is no set of this name, or its files are not what they should be.

    Examples
    --------
    >>> load_split(DataSettings("mnist-sample")).x_train.shape
    (1000, 28, 28)
    """
    if _is_path(data.name):
        return read_set(data.name) if data.name.endswith(".npz") else read_classes(data.name)
    return bundled_sample(data.name) if _is_bundled(data, data_home) else load(data.name,
                                                                               data_home or data.source)


def prepare_data(data: DataSettings, split: Split) -> PreparedData:
    """Return the pictures of a split after the preprocessing that the settings name, with their classes.

    Parameters
    ----------
    data : DataSettings
        Its `preprocessing` lists the steps.
    split : Split
        Pictures and classes, as `load_split` returns them.

    Returns
    -------
    PreparedData
        Pictures as float32, and classes.

    Raises
    ------
    ValueError
        If a step does not fit the pictures.

    Examples
    --------
    >>> from spikingnn.training import Crop
    >>> data = DataSettings("mnist-sample", preprocessing=[Crop(20)])
    >>> prepare_data(data, load_split(data)).x_test.shape
    (500, 20, 20)
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
    """Return the model that the settings describe, with initial weights.

    Parameters
    ----------
    settings : ExperimentSettings
        Settings of a run: `model` has the layers, `training` the seed.
    pictures : array (N, height, width) or (N, height, width, channels)
        Prepared pictures, of which the shape alone counts.

    Returns
    -------
    Model
        Model that takes pictures with channels or, if its first layer takes vectors, flattened ones.

    Raises
    ------
    ValueError
        If the layers do not fit each other or the pictures.

    Examples
    --------
    >>> import numpy as np
    >>> settings = read_settings("mnist-sample", ["model.layers.0.n=50"])
    >>> build_model(settings, np.zeros((1, 28, 28))).shapes
    ((784,), (50,), (50,), (50,), (50,), (10,))
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


def build_trainer(settings: ExperimentSettings, model: Model, folder: PathLikeText | None = None,
                  threads: int = 1) -> Trainer:
    """Return the trainer of a model that the settings describe.

    Parameters
    ----------
    settings : ExperimentSettings
        Settings of a run.
    model : Model
        Model that is to be trained.
    folder : path, optional
        Where metrics.csv and the checkpoints are kept; None: nowhere.
    threads : int
        Threads among which a mini-batch is shared out, see `Trainer`.

    Returns
    -------
    Trainer
        Trainer before its first epoch.

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
                   threads=threads, settings=config.to_plain(settings))


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
    threads : int
        Threads among which a mini-batch is shared out, see `Trainer`.

    Raises
    ------
    FileNotFoundError
        If the data is not found.
    ValueError
        If the data has more classes than the model, or the settings do not fit each other.

    Examples
    --------
    >>> run = TrainingRun(read_settings("mnist-sample", ["training.epochs=1"]))
    >>> run.train(progress=False).trainer.epoch
    1
    """

    def __init__(self, settings: ExperimentSettings, folder: PathLikeText | None = None,
                 data_home: PathLikeText | None = None, threads: int = 1) -> None:
        self.settings = settings
        split = load_split(settings.data, data_home)
        self.data = prepare_data(settings.data, split)
        self.trainer = build_trainer(settings, build_model(settings, self.data.x_train), folder, threads)
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
