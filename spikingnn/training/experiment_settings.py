"""The settings of a training by configuration: data, model and training, and how they are read."""

from __future__ import annotations

import importlib.resources
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from .. import config
from .._util import checks
from .._util.typing import PathLikeText
from .augment import Augment
from .checkpoint import read_checkpoint
from .encode import ENCODINGS, Direct, Encoding
from .layer import LAYERS, Layer
from .linear import Dense
from .losses import RatePenalty
from .model import FORMER_NAMES
from .optimizers import OPTIMIZERS, AdamW, Optimizer
from .plain import Dropout, Mean
from .picture_steps import PREPROCESSING_STEPS, PictureStep
from .schedules import SCHEDULES, Constant, OneCycle
from .spiking import LIFLayer


__all__ = ["DataSettings", "ExperimentSettings", "ModelSettings", "TrainingSettings", "read_settings",
           "ready_configurations", "settings_to_resume"]


@dataclass(frozen=True)
class DataSettings:
    """The data of a training: which pictures, and what is done to them before the model sees them.

    Parameters
    ----------
    name : str, default 'mnist-sample'
        Name of a data set, a folder with a folder of pictures per class, or an .npz file.
    source : str | None, default None
        Folder of the set, or ``bundled``; a run writes down what it took.
    preprocessing : list[Annotated[PictureStep, PREPROCESSING_STEPS]], default computed
        Steps of the preprocessing, one after the other.
    encoding : Annotated[Encoding, ENCODINGS, 'direct'], default Direct()
        How pictures enter the model.
    augment : Augment | None, default None
        Random changes of the pictures, in training only.

    Examples
    --------
    The central part of digits, with local contrast, as Poisson spikes:

    >>> from spikingnn.training import Crop, LocalContrast, Poisson
    >>> data = DataSettings("mnist", preprocessing=[Crop(20), LocalContrast()], encoding=Poisson())
    >>> data.preprocessing
    [Crop(size=20), LocalContrast(radius=4.0)]
    """

    name: str = "mnist-sample"
    """Name of a data set, a folder with a folder of pictures per class, or an .npz file."""
    source: str | None = None
    """Folder of the set, or ``bundled``; a run writes down what it took."""
    preprocessing: list[Annotated[PictureStep, PREPROCESSING_STEPS]] = field(default_factory=list)
    """Steps of the preprocessing, one after the other."""
    encoding: Annotated[Encoding, ENCODINGS, "direct"] = Direct()
    """How pictures enter the model."""
    augment: Augment | None = None
    """Random changes of the pictures, in training only."""


def _default_layers() -> list[Layer]:
    return [Dense(400, gain=0.5), LIFLayer(width=2.0, learn_decay=True), Mean(), Dropout(0.1), Dense(10)]


@dataclass(frozen=True)
class ModelSettings:
    """The layers of a model, from input to output, and its time steps, as for `Model`.

    Parameters
    ----------
    layers : list[Annotated[Layer, LAYERS]], default computed
        The layers, from input to output.
    steps : int, default 4
        Number of time steps.
    dtype : Literal['float32', 'float64'], default 'float32'
        Type of all numbers.
    readout : Literal['membrane', 'count', 'rate', 'first'], default 'membrane'
        What the score of a class is read from, see `CrossEntropy`.

    Raises
    ------
    ValueError
        If `steps` is below 1.

    Examples
    --------
    >>> [type(layer).__name__ for layer in ModelSettings().layers]
    ['Dense', 'LIFLayer', 'Mean', 'Dropout', 'Dense']
    """

    layers: list[Annotated[Layer, LAYERS]] = field(default_factory=_default_layers)
    """The layers, from input to output."""
    steps: int = 4
    """Number of time steps."""
    dtype: Literal["float32", "float64"] = "float32"
    """Type of all numbers."""
    readout: Literal["membrane", "count", "rate", "first"] = "membrane"
    """What the score of a class is read from, see `CrossEntropy`."""

    former_names: ClassVar[dict[str, str]] = FORMER_NAMES
    """Keys that older files have."""

    def __post_init__(self) -> None:
        checks.integer(self, "steps", self.steps)


@dataclass(frozen=True)
class TrainingSettings:
    """How a model is trained: epochs, mini-batches, optimiser and schedule, as for `Trainer`.

    Parameters
    ----------
    epochs : int, default 10
        Number of epochs.
    batch : int, default 128
        Samples per mini-batch.
    seed : int, default 0
        Seed of everything that is random.
    optimizer : Annotated[Optimizer, OPTIMIZERS, 'adamw'], default computed
        How parameters follow the gradient.
    schedule : Annotated[Constant, SCHEDULES, 'one_cycle'], default computed
        Schedule of the learning rate.
    smoothing : float, default 0.0
        Dimensionless: label smoothing, from 0 to 1.
    penalty : RatePenalty | None, default None
        Penalty on the rates of the spiking layers.
    clip : float | None, default None
        Largest norm of the gradient; None: any.
    patience : int | None, default None
        Epochs without a better validation accuracy after which training stops; None: never.
    minutes : float, default 5.0
        Minutes between two checkpoints.

    Raises
    ------
    ValueError
        If a number is out of range.

    Examples
    --------
    >>> from spikingnn.training import SGD, Cosine
    >>> TrainingSettings(epochs=5, optimizer=SGD(rate=0.05), schedule=Cosine()).schedule
    Cosine(last=0.0)
    """

    epochs: int = 10
    """Number of epochs."""
    batch: int = 128
    """Samples per mini-batch."""
    seed: int = 0
    """Seed of everything that is random."""
    optimizer: Annotated[Optimizer, OPTIMIZERS, "adamw"] = field(
        default_factory=lambda: AdamW(rate=2e-3, weight_decay=0.0))
    """How parameters follow the gradient."""
    schedule: Annotated[Constant, SCHEDULES, "one_cycle"] = field(default_factory=OneCycle)
    """Schedule of the learning rate."""
    smoothing: float = 0.0
    """Dimensionless: label smoothing, from 0 to 1."""
    penalty: RatePenalty | None = None
    """Penalty on the rates of the spiking layers."""
    clip: float | None = None
    """Largest norm of the gradient; None: any."""
    patience: int | None = None
    """Epochs without a better validation accuracy after which training stops; None: never."""
    minutes: float = 5.0
    """Minutes between two checkpoints."""

    def __post_init__(self) -> None:
        for name, least in (("epochs", 1), ("batch", 1), ("seed", 0)):
            checks.integer(self, name, getattr(self, name), minimum=least)
        checks.unit_interval(self, "smoothing", self.smoothing)
        checks.non_negative(self, "minutes", self.minutes)
        if self.clip is not None:
            checks.positive(self, "clip", self.clip)
        if self.patience is not None:
            checks.integer(self, "patience", self.patience)


@dataclass(frozen=True)
class ExperimentSettings:
    """A whole configuration: data, model and training.

    Parameters
    ----------
    data : DataSettings, default DataSettings()
        Which pictures.
    model : ModelSettings, default computed
        Which layers.
    training : TrainingSettings, default computed
        How they are trained.

    Examples
    --------
    Everything that is left out has a default:

    >>> settings = ExperimentSettings(training=TrainingSettings(epochs=3))
    >>> settings.data.name, settings.model.steps, settings.training.epochs
    ('mnist-sample', 4, 3)
    """

    data: DataSettings = DataSettings()
    """Which pictures."""
    model: ModelSettings = field(default_factory=ModelSettings)
    """Which layers."""
    training: TrainingSettings = field(default_factory=TrainingSettings)
    """How they are trained."""


def ready_configurations() -> dict[str, Path]:
    """Return the configurations that come with the package, name -> path.

    Examples
    --------
    >>> "mnist-sample" in ready_configurations()
    True
    """
    try:
        folder = Path(str(importlib.resources.files("spikingnn.data")))
    except ModuleNotFoundError:
        folder = Path(__file__).resolve().parents[2] / "data"
    return {path.name.removesuffix(".yaml"): path for path in sorted(folder.glob("*.yaml"))}


def read_settings(path: PathLikeText | None = None, overrides: Sequence[str] = ()) -> ExperimentSettings:
    """Return the settings in a YAML file, or of a ready configuration.

    Parameters
    ----------
    path : path or str, optional
        A file, or the name of a ready configuration such as ``"mnist"`` or ``"mnist.yaml"``; by default
        ``"mnist-sample"``.
    overrides : sequence of str
        Changes such as ``"training.epochs=5"`` or ``"model.layers.0.n=256"``.

    Raises
    ------
    ValueError
        If there is no such configuration, or something in it is wrong: named with its line.

    Examples
    --------
    >>> read_settings("mnist-sample", ["training.epochs=5"]).training.epochs
    5
    """
    ready = ready_configurations()
    name = "mnist-sample" if path is None else str(path).removesuffix(".yaml")
    if path is None or not Path(path).exists() and os.sep not in str(path):
        checks.one_of("--config", "name", name, ready)
        path = ready[name]
    return config.read_config(path, ExperimentSettings, overrides)


def settings_to_resume(folder: PathLikeText, path: PathLikeText | None = None,
                       overrides: Sequence[str] = ()) -> ExperimentSettings:
    """Return the settings of the run in a folder, with which it can be continued.

    Parameters
    ----------
    folder : path
        Folder that a `TrainingRun` wrote.
    path : path or str, optional
        Configuration that is wanted, as for `read_settings`; None: that of the run.
    overrides : sequence of str
        Changes of it, which must agree with the run.

    Returns
    -------
    ExperimentSettings
        Settings of the run.

    Raises
    ------
    ValueError
        If the folder holds no run, or the settings that are wanted differ from those of the run.

    Examples
    --------
    A run that was stopped after one of two epochs, for instance by Ctrl-C, is completed:

    >>> import tempfile
    >>> from spikingnn.training.experiment import TrainingRun, read_settings, settings_to_resume
    >>> settings = read_settings("mnist-sample", ["training.epochs=2", "model.layers.0.n=20"])
    >>> def stop(trainer):
    ...     raise KeyboardInterrupt
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     try:
    ...         TrainingRun(settings, folder).train(progress=False, on_epoch=stop)
    ...     except KeyboardInterrupt:
    ...         run = TrainingRun(settings_to_resume(folder), folder).train(resume=True, progress=False)
    >>> run.trainer.epoch
    2
    """
    folder = Path(folder)
    file = folder / "config.yaml"
    if not file.is_file() or not (folder / "last.npz").is_file():
        raise ValueError(f"{folder}: there is no run to be resumed, which has config.yaml and last.npz")
    kept = config.read_config(file, ExperimentSettings)
    wanted = read_settings(path or file, overrides) if path or overrides else kept
    if wanted.data.source is None:                  # nobody names another place than that of the run
        wanted = replace(wanted, data=replace(wanted.data, source=kept.data.source))
    here = json.loads(json.dumps(config.to_plain(wanted)))
    there = read_checkpoint(folder / "last.npz")[0].get("settings")
    if not isinstance(there, dict) or not set(here) <= set(there):
        raise ValueError(
            f"{folder / 'last.npz'} was not made by `spikingnn train`: it does not hold its settings")
    differing = config.differences({key: there[key] for key in here}, here)
    if differing:
        raise ValueError(f"--resume {folder} continues with the settings of that run; here others are given: "
                         + ", ".join(f"{key} (there {there!r}, here {here!r})"
                                     for key, (there, here) in differing.items()))
    return wanted
