"""`spikingnn train`: train a spiking classifier by back-propagation through time."""

from __future__ import annotations

import json
import time
from pathlib import Path

from .options import add_data_home, add_json, refuse, try_folder, writable, write_json


EXAMPLES = """
examples:
  spikingnn train                                        the bundled digits, some ten seconds
  spikingnn train --config fashion-mnist-sample          another ready configuration; --list names them
  spikingnn train --config mnist --out mnist             MNIST's training file (found through SPIKINGNN_DATA), two minutes
  spikingnn train --config mine.yaml --set training.epochs=5 --set model.layers.0.n=256
  spikingnn train --resume mnist                         go on after Ctrl-C, a kill or a power cut, to the same bits

A configuration has the sections data, model and training; DIR/config.yaml is a whole one, with all that was left to the defaults.
"""


def add(commands, shared):
    """Add the command to the parser."""
    train = commands.add_parser("train", help="train a spiking classifier", epilog=EXAMPLES, **shared, description=(
        "Train a network of spiking neurons on labelled pictures by back-propagation through time. Into the folder go config.yaml,\n"
        "metrics.csv, curves.png and checkpoints: last.npz to go on from, best.npz to ask."))
    settings_options(train)
    train.add_argument("--out", metavar="DIR", type=Path, default=Path("run"), help="the folder of this run (default run)")
    train.add_argument("--resume", metavar="DIR", type=Path, help="go on with the run in DIR")
    add_json(train)
    train.set_defaults(run=run)


def settings_options(command):
    """--config, --set, --list and --data-home."""
    command.add_argument("--config", metavar="FILE", help="a YAML file, or the name of a ready configuration (default mnist-sample)")
    command.add_argument("--set", metavar="KEY=VALUE", action="append", default=[], help="change one setting; may be repeated")
    command.add_argument("--list", action="store_true", help="name the ready configurations, and stop")
    add_data_home(command)


def list_configs(options):
    """Where --list was given, name the ready configurations; True if so."""
    if options.list:
        from ..training.experiment import configs
        for name, path in configs().items():
            print(f"{name:<22} {Path(path).read_text(encoding='utf-8').splitlines()[0].removeprefix('# ')}")
    return options.list


def run(options):
    """Train, evaluate, print; the folder holds everything."""
    if list_configs(options):
        return 0
    from .. import config
    from ..training.experiment import located, read
    writable(options.json)
    folder = options.resume or options.out
    settings = _resumed(options) if options.resume else located(read(options.config, options.set), options.data_home)
    try_folder(folder, folder)
    start = time.perf_counter()
    trainer, data = set_up(settings, folder, options.data_home)
    with trainer.alone():
        if options.resume:
            trainer.resume()
            print(f"going on after {trainer.epoch} epochs and {trainer.done} batches of {trainer.epochs} epochs")
        elif not (folder / "last.npz").exists():
            config.save(folder / "config.yaml", settings)
        try:
            trainer.fit(*data, on_epoch=_note())
        except KeyboardInterrupt:
            refuse(f"interrupted in epoch {trainer.epoch + 1} of {trainer.epochs}; spikingnn train --resume {folder} goes on")
            raise
    result, seconds = report(trainer, data), time.perf_counter() - start
    best = max(row["validation_accuracy"] for row in trainer.history)
    print(f"\n{100 * result['accuracy']:.2f} % of {len(data[2]):,} held-out pictures named right after the last epoch "
          f"({100 * best:.2f} % after the best, which best.npz keeps); {seconds:.1f} s")
    print(f"the run: {folder}")
    if options.json:                                    # numbers before figures: what was calculated is kept
        write_json(options.json, numbers(result) | {"best_accuracy": best, "seconds": round(seconds, 3), "epochs": trainer.epoch,
                                                    "data": data_of(settings)})
    _picture(trainer, data, result)
    return 0


def data_of(settings):
    """Which data set it was, and where it was found, for the numbers."""
    return {"name": settings.data.name, "source": settings.data.source}


def set_up(settings, folder=None, home=None):
    """(trainer, (x, y, x held out, y held out)) by the settings."""
    from ..training.experiment import load_split, model_of, prepared, trainer_of
    split = load_split(settings.data, home)
    data = prepared(settings.data, split)
    trainer = trainer_of(settings, model_of(settings, data[0]), folder)
    classes = trainer.model.shapes[-1][-1]
    needed = 1 + max(data[1].max(), data[3].max())
    if needed > classes:
        raise ValueError(f"{settings.data.name} has {needed} classes, the last layer of the model has {classes} units")
    names = [str(name) for name in split.names] or list(map(str, range(classes)))
    trainer.settings |= {"picture": list(split.x_train.shape[1:]), "names": names}
    return trainer, data


def report(trainer, data):
    """`training.evaluate` of the trained model, printed."""
    from ..training import evaluate
    result = evaluate(trainer.model, data[2], data[3], trainer.encoding)
    show(result)
    return result


def show(result):
    """Print what `training.evaluate` returns."""
    operations = result["operations"]
    print(f"loss               {result['loss']:.4f}\naccuracy           {result['accuracy']:.4f}")
    print(f"spikes per sample  {result['spikes_per_sample']:.1f}")
    print("spikes a unit and step: " + ", ".join(f"{name} {rate:.3f}" for name, rate in result["rates"].items()))
    print(f"an answer takes {operations.multiply_adds:,.0f} multiply-adds and {operations.additions:,.0f} additions, "
          f"{operations.nanojoules:,.1f} nJ of arithmetic (4.6 and 0.9 pJ: Horowitz 2014, 45 nm)")


def numbers(result):
    """What goes into --json."""
    operations = result["operations"]
    return {"accuracy": result["accuracy"], "loss": result["loss"], "spikes_per_sample": result["spikes_per_sample"],
            "synaptic_operations": operations.multiply_adds + operations.additions, "operations": operations.row(),
            "confusion": result["confusion"], "per_class": [None if value != value else value for value in result["per_class"]]}


def _resumed(options):
    from dataclasses import replace

    from .. import config
    from ..training import checkpoint
    from ..training.experiment import Settings, read
    file = options.resume / "config.yaml"
    if not file.is_file() or not (options.resume / "last.npz").is_file():
        raise ValueError(f"{options.resume}: there is no run to go on with, which has config.yaml and last.npz")
    kept = config.read(file, Settings)
    wanted = read(options.config or file, options.set) if options.config or options.set else kept
    if wanted.data.source is None:                  # nobody names another place than that of the run
        wanted = replace(wanted, data=replace(wanted.data, source=kept.data.source))
    here = json.loads(json.dumps(config.plain(wanted)))
    there = checkpoint.read(options.resume / "last.npz")[0].get("settings")
    if not isinstance(there, dict) or not set(here) <= set(there):
        raise ValueError(f"{options.resume / 'last.npz'} was not made by `spikingnn train`: it does not say of which settings it is")
    differing = config.differences({key: there[key] for key in here}, here)
    if differing:
        raise ValueError(f"--resume {options.resume} goes on with the settings of that run; other here: " + ", ".join(
            f"{key} (there {there!r}, here {here!r})" for key, (there, here) in differing.items()))
    return wanted


def _note():
    """A function that says after an epoch how it went, and draws curves.png, but not too often."""
    drawn = [0.0]

    def note(trainer):
        row = trainer.history[-1]
        print(f"epoch {row['epoch']:3}  loss {row['loss']:.4f}  accuracy {row['accuracy']:.4f}  held out {row['validation_accuracy']:.4f}  "
              f"{row['validation_spikes_per_sample']:.0f} spikes  {row['seconds']:.1f} s", flush=True)
        if time.monotonic() - drawn[0] > 30:
            _curves(trainer)
            drawn[0] = time.monotonic()
    return note


def _curves(trainer):
    from matplotlib.figure import Figure

    from ..plotting import curves, save_figure
    figure = Figure(figsize=(9, 4), dpi=110, layout="constrained")
    for ax, what in zip(figure.subplots(1, 2), ("loss", "accuracy")):
        curves(ax, trainer.history, what)
    save_figure(figure, trainer.folder / "curves.png")


def _picture(trainer, data, result):
    from ..plotting import as_text, save_figure, training_figure
    classes = range(len(trainer.settings["names"]))
    title = f"{as_text(trainer.settings['data']['name'])}: {100 * result['accuracy']:.2f} % of {len(data[2]):,} held-out pictures"
    _curves(trainer)
    save_figure(training_figure(trainer.history, result, classes, data[3], title), trainer.folder / "result.png")
