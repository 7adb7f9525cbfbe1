"""Options and printing that the commands about trained classifiers share."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .options import add_data_home


if TYPE_CHECKING:
    from ..training import Evaluation
    from ..training.experiment import ExperimentSettings


def add_settings(command: argparse.ArgumentParser) -> None:
    """Give a command ``--config``, ``--set``, ``--list`` and ``--data-home``."""
    command.add_argument("--config", metavar="FILE",
                         help="a YAML file, or the name of a ready configuration (default mnist-sample)")
    command.add_argument("--set", metavar="KEY=VALUE", action="append", default=[],
                         help="change one setting; may be repeated")
    command.add_argument("--list", action="store_true", help="list the ready configurations, and stop")
    add_data_home(command)


def list_configurations() -> None:
    """Print the ready configurations."""
    from ..training.experiment import ready_configurations
    for name, path in ready_configurations().items():
        print(f"{name:<22} {Path(path).read_text(encoding='utf-8').splitlines()[0].removeprefix('# ')}")


def data_row(settings: ExperimentSettings) -> dict[str, str | None]:
    """Return which data set was used and where it was found, for ``--json``."""
    return {"name": settings.data.name, "source": settings.data.source}


def print_evaluation(result: Evaluation) -> None:
    """Print what `training.evaluate` returned."""
    operations = result["operations"]
    print(f"loss               {result['loss']:.4f}\naccuracy           {result['accuracy']:.4f}")
    print(f"spikes per sample  {result['spikes_per_sample']:.1f}")
    print("spikes per unit and step: " +
          ", ".join(f"{name} {rate:.3f}" for name, rate in result["rates"].items()))
    print(f"an answer takes {operations.multiply_adds:,.0f} multiply-adds and {operations.additions:,.0f} "
          f"additions, {operations.nanojoules:,.1f} nJ of arithmetic (4.6 and 0.9 pJ: Horowitz 2014, 45 nm)")


def evaluation_row(result: Evaluation) -> dict[str, Any]:
    """Return what goes into ``--json``."""
    operations = result["operations"]
    return {
        "accuracy": result["accuracy"], "loss": result["loss"],
        "spikes_per_sample": result["spikes_per_sample"],
        "synaptic_operations": operations.multiply_adds + operations.additions,
        "operations": operations.to_dict(), "confusion": result["confusion"],
        "per_class": [None if value != value else value for value in result["per_class"]]
    }
