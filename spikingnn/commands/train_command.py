"""`spikingnn train`: train a spiking classifier by back-propagation through time."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .options import add_json, refuse, try_folder, whole, writable, write_json
from .training_options import add_settings, data_row, evaluation_row, list_configurations, print_evaluation


if TYPE_CHECKING:
    from ..training import Evaluation, Trainer
    from ..training.experiment import TrainingRun

EXAMPLES = """
examples:
  spikingnn train                                        the bundled digits, some ten seconds
  spikingnn train --config fashion-mnist-sample          another ready configuration; --list shows them
  spikingnn train --config mnist --out mnist             MNIST (found through SPIKINGNN_DATA), two minutes
  spikingnn train --config mine.yaml --set training.epochs=5 --set model.layers.0.n=256
  spikingnn train --resume mnist                         continue after an interruption, to the same bits

A configuration has the sections data, model and training; DIR/config.yaml is a complete one.
"""


def add(commands: Any, shared: dict[str, Any]) -> None:
    """Add the command to the parser."""
    train = commands.add_parser("train", help="train a spiking classifier", epilog=EXAMPLES, **shared)
    train.description = (
        "Train a network of spiking neurons on labelled pictures by back-propagation through time. The\n"
        "folder holds config.yaml, metrics.csv, curves.png and the checkpoints: last.npz to continue from,\n"
        "best.npz to predict with.")
    add_settings(train)
    train.add_argument("--out", metavar="DIR", type=Path, default=Path("run"),
                       help="the folder of this run (default run)")
    train.add_argument("--resume", metavar="DIR", type=Path, help="continue the run in DIR")
    train.add_argument("--threads", metavar="N", type=whole(0, 1024), default=1,
                       help="threads among which a mini-batch is shared out, 0: one per core; the bits are "
                            "the same for one N (default 1)")
    add_json(train)
    train.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Train, evaluate, print; the folder holds everything."""
    if options.list:
        list_configurations()
        return 0
    from ..training.experiment import TrainingRun, locate_data, read_settings, settings_to_resume
    writable(options.json)
    folder = options.resume or options.out
    if options.resume:
        settings = settings_to_resume(options.resume, options.config, options.set)
    else:
        settings = locate_data(read_settings(options.config, options.set), options.data_home)
    try_folder(folder, folder)
    start = time.perf_counter()
    training = TrainingRun(settings, folder, options.data_home, options.threads)
    trainer = training.trainer
    try:
        training.train(resume=options.resume is not None, on_start=_print_resumed if options.resume else None,
                       on_epoch=_epoch_printer())
    except KeyboardInterrupt:
        refuse(f"interrupted in epoch {trainer.epoch + 1} of {trainer.epochs}; "
               f"spikingnn train --resume {folder} continues")
        raise
    result = training.evaluate()
    print_evaluation(result)
    seconds = time.perf_counter() - start
    best = trainer.best
    assert best is not None                             # an epoch has ended
    print(f"\nheld-out accuracy after the last epoch: {100 * result['accuracy']:.2f} % of "
          f"{len(training.data.x_test):,} pictures (the numbers above; {folder / 'last.npz'}); "
          f"after the best epoch, {best['epoch']} of {trainer.epochs}: "
          f"{100 * best['validation_accuracy']:.2f} % ({folder / 'best.npz'}, which predict and evaluate "
          f"take); "
          f"{seconds:.1f} s")
    print(f"the run: {folder}")
    if options.json:                                    # numbers before figures, so that no result is lost
        write_json(
            options.json,
            evaluation_row(result) | {
                "best_accuracy": best["validation_accuracy"], "seconds": round(seconds, 3),
                "epochs": trainer.epoch, "data": data_row(settings)
            })
    _save_figures(training, result)
    return 0


def _print_resumed(trainer: Trainer) -> None:
    print(f"continuing after {trainer.epoch} epochs and {trainer.done} batches of {trainer.epochs} epochs")


def _epoch_printer() -> Callable[[Trainer], None]:
    """A function that prints the result of each epoch, and draws curves.png at most every 30 s."""
    drawn = [0.0]

    def print_epoch(trainer: Trainer) -> None:
        row = trainer.history[-1]
        print(f"epoch {row['epoch']:3}  loss {row['loss']:.4f}  accuracy {row['accuracy']:.4f}  "
              f"held out {row['validation_accuracy']:.4f}  {row['validation_spikes_per_sample']:.0f} spikes  "
              f"{row['seconds']:.1f} s", flush=True)
        if time.monotonic() - drawn[0] > 30:
            _save_curves(trainer)
            drawn[0] = time.monotonic()
    return print_epoch


def _save_curves(trainer: Trainer) -> None:
    from matplotlib.figure import Figure

    from ..plotting import learning_curves, save_figure
    figure = Figure(figsize=(9, 4), dpi=110, layout="constrained")
    for ax, quantity in zip(figure.subplots(1, 2), ("loss", "accuracy")):
        learning_curves(ax, trainer.history, quantity)
    assert trainer.folder is not None                   # the command always has one
    save_figure(figure, trainer.folder / "curves.png")


def _save_figures(training: TrainingRun, result: Evaluation) -> None:
    from ..plotting import save_figure, training_figure
    from ..plotting.style import as_text
    classes, trainer = range(len(training.class_names)), training.trainer
    title = (f"{as_text(training.settings.data.name)}: {100 * result['accuracy']:.2f} % of "
             f"{len(training.data.x_test):,} held-out pictures")
    _save_curves(trainer)
    assert trainer.folder is not None
    figure = training_figure(trainer.history, result, classes, training.data.y_test, title)
    save_figure(figure, trainer.folder / "result.png")
