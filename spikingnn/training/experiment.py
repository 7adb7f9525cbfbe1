"""What a training is made of, as a YAML file says it: data, model, training."""

from __future__ import annotations

import importlib.resources
import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Literal

import numpy as np

from .. import config
from .._util import checks
from ..datasets import resized
from . import (ENCODINGS, LAYERS, LIF, OPTIMIZERS, SCHEDULES, STEPS, AdamW, Augment, Dense, Direct, Dropout,
               Mean, Model, OneCycle, Preprocessing, RatePenalty, Trainer)


__all__ = ["Data", "ModelSettings", "Settings", "TrainingSettings", "configs", "prepared", "read", "trainer_of"]


@dataclass(frozen=True)
class Data:
    """Which pictures, and what is done to them before the model sees them."""

    name: str = "mnist-sample"
    """A data set by name, a folder of picture folders, one per class, or an .npz."""
    source: str | None = None
    """The folder of the set, or bundled; a run writes down what it took."""
    preprocessing: list[Annotated[object, STEPS]] = ()
    encoding: Annotated[object, ENCODINGS, "direct"] = Direct()
    augment: Augment | None = None
    """In training only."""


@dataclass(frozen=True)
class ModelSettings:
    """The layers one after the other, see `spikingnn.training`."""

    layers: list[Annotated[object, LAYERS]] = field(default_factory=lambda: [
        Dense(400, gain=0.5), LIF(width=2.0, learn_decay=True), Mean(), Dropout(0.1), Dense(10)])
    steps: int = 4
    dtype: Literal["float32", "float64"] = "float32"
    of: Literal["membrane", "count", "rate", "first"] = "membrane"

    def __post_init__(self):
        checks.integer(self, "steps", self.steps)


@dataclass(frozen=True)
class TrainingSettings:
    """How the model is trained, see `spikingnn.training.Trainer`."""

    epochs: int = 10
    batch: int = 128
    seed: int = 0
    optimizer: Annotated[object, OPTIMIZERS, "adamw"] = field(default_factory=lambda: AdamW(rate=2e-3, weight_decay=0.0))
    schedule: Annotated[object, SCHEDULES, "one_cycle"] = field(default_factory=OneCycle)
    smoothing: float = 0.0
    penalty: RatePenalty | None = None
    clip: float | None = None
    patience: int | None = None
    minutes: float = 5.0

    def __post_init__(self):
        for name, least in (("epochs", 1), ("batch", 1), ("seed", 0)):
            checks.integer(self, name, getattr(self, name), minimum=least)
        checks.unit_interval(self, "smoothing", self.smoothing)
        checks.non_negative(self, "minutes", self.minutes)
        if self.clip is not None:
            checks.positive(self, "clip", self.clip)
        if self.patience is not None:
            checks.integer(self, "patience", self.patience)


@dataclass(frozen=True)
class Settings:
    """The whole file."""

    data: Data = Data()
    model: ModelSettings = field(default_factory=ModelSettings)
    training: TrainingSettings = field(default_factory=TrainingSettings)


def configs():
    """The ready configurations, name -> path."""
    try:
        folder = importlib.resources.files("spikingnn.data")
    except ModuleNotFoundError:
        folder = Path(__file__).resolve().parents[2] / "data"
    return {path.name.removesuffix(".yaml"): path for path in sorted(Path(str(folder)).glob("*.yaml"))}


def read(path, overrides=()):
    """The `Settings` in a file, or of a ready configuration's name such as "mnist" or "mnist.yaml"; None: the bundled digits."""
    ready = configs()
    name = "mnist-sample" if path is None else str(path).removesuffix(".yaml")
    if path is None or not Path(path).exists() and os.sep not in str(path):
        checks.one_of("--config", "name", name, ready)
        path = ready[name]
    return config.read(path, Settings, overrides)


def located(settings, home=None):
    """`settings` with `data.source` filled in: where `load_split` finds the set, `home`, the source itself, or the usual places."""
    from ..datasets.known import BUNDLED, data_source
    data = settings.data
    if _is_path(data.name):
        found = str(Path(data.name).absolute())
    else:
        found = BUNDLED if _is_bundled(data, home) else data_source(data.name, home or data.source)
    return replace(settings, data=replace(data, source=found))


def load_split(data, home=None):
    """The `Split` that `data` names: a known set, a folder with a folder of pictures for each class, or a file .npz."""
    from ..datasets import load, read_classes, read_set
    from ..datasets.known import bundled_sample
    if _is_path(data.name):
        return read_set(data.name) if data.name.endswith(".npz") else read_classes(data.name)
    return bundled_sample(data.name) if _is_bundled(data, home) else load(data.name, home or data.source)


def _is_bundled(data, home):
    """Whether a run took the bundled cut before, and is to take it again."""
    from ..datasets.known import BUNDLED, SAMPLES
    return data.source == BUNDLED and home is None and (data.name in SAMPLES or f"{data.name}-sample" in SAMPLES)


def _is_path(name):
    """Whether a configuration's data is a path, and not the name of a set, which has no separators and no suffix."""
    from ..datasets import NAMES
    return name not in NAMES and (Path(name).exists() or os.sep in name or name.endswith(".npz"))


def prepared(data, split):
    """x_train, y_train, x_test, y_test after the steps of preprocessing, float32 (N, h, w) or (N, h, w, c)."""
    steps = Preprocessing(list(data.preprocessing))
    return (steps(np.asarray(split.x_train, np.float32)), split.y_train, steps(np.asarray(split.x_test, np.float32)), split.y_test)


def shape_of(layers, pictures):
    """The shape of one sample: that of a picture with a channel axis where the first layer wants pictures, else its size."""
    one = pictures.shape[1:] if pictures.ndim == 4 else (*pictures.shape[1:], 1)
    wants_pictures = type(layers[0]).__name__ in ("Conv2d", "Pool", "Residual", "Flatten")
    return one if wants_pictures else (int(np.prod(one)),)


def model_of(settings, pictures):
    """The model for such pictures, with first weights."""
    chosen = settings.model
    return Model(chosen.layers, shape_of(chosen.layers, pictures), steps=chosen.steps, seed=settings.training.seed, dtype=chosen.dtype,
                 of=chosen.of)


def trainer_of(settings, model, folder=None):
    """The trainer of `model` by these settings."""
    chosen = settings.training
    return Trainer(model, optimizer=chosen.optimizer, schedule=chosen.schedule, batch=chosen.batch, epochs=chosen.epochs, seed=chosen.seed,
                   encoding=settings.data.encoding, augment=settings.data.augment, smoothing=chosen.smoothing, penalty=chosen.penalty,
                   clip=chosen.clip, patience=chosen.patience, minutes=chosen.minutes, folder=folder, settings=config.plain(settings))


class InferencePreprocessor:
    """What a saved model wants done to pictures; `picture` is the shape that it was trained on."""

    def __init__(self, settings, picture):
        self.picture, self.steps = tuple(picture), Preprocessing(list(settings.data.preprocessing))

    def __call__(self, x):
        """Pictures (N, h, w[, c]) of any size, ready for the model."""
        x = np.asarray(x, np.float32)
        if x.ndim == 4 and len(self.picture) == 2:
            x = STEPS["grey"]()(x)
        if x.ndim == 3 and len(self.picture) == 3:
            x = np.repeat(x[..., None], 3, axis=3)
        if x.shape[1:3] != self.picture[:2]:
            x = np.stack([resized(each, self.picture[:2]) for each in x]).astype(np.float32)
        return self.steps(x)


def load_for_inference(path):
    """(model, `InferencePreprocessor`, encoding, names of the classes) of a run or a checkpoint."""
    from . import load_model
    model, header = load_model(path)
    kept = header.get("settings")
    if not kept or "picture" not in kept:
        raise ValueError(f"{path} was not made by `spikingnn train`: it does not say how pictures are prepared")
    settings = config.parse(config.dump({key: kept[key] for key in ("data", "model", "training")}), Settings, str(path))
    return model, InferencePreprocessor(settings, kept["picture"]), settings.data.encoding, kept["names"]
