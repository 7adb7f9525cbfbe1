"""`spikingnn compare`: a spiking classifier compared with its feed-forward twin."""

from __future__ import annotations

import argparse
import sys
import time
from typing import Any

from .options import add_json, writable, write_json
from .training_options import add_settings, data_row, evaluation_row, list_configurations


EXAMPLES = """
examples:
  spikingnn compare                          the bundled digits, half a minute
  spikingnn compare --config mnist --json twins.json
"""


def add(commands: Any, shared: dict[str, Any]) -> None:
    """Add the command to the parser."""
    compare = commands.add_parser("compare", help="train a spiking classifier and its feed-forward twin",
                                  epilog=EXAMPLES, **shared)
    compare.description = (
        "Train the model of a configuration, and the same layers with ReLUs in place of spikes and without\n"
        "time, on the same pictures in the same order, equally often; print accuracy, time, and the\n"
        "operations per answer. Zeros are skipped in both networks.")
    add_settings(compare)
    add_json(compare)
    compare.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Train both networks, print both."""
    if options.list:
        list_configurations()
        return 0
    from ..training import evaluate, feed_forward_twin
    from ..training.experiment import TrainingRun, build_trainer, locate_data, read_settings
    writable(options.json)
    settings = locate_data(read_settings(options.config, options.set), options.data_home)
    spiking = TrainingRun(settings, data_home=options.data_home)
    data, results = spiking.data, {}
    for name, model in (("spiking", spiking.model), ("twin", feed_forward_twin(spiking.model))):
        print(f"training the {name} network", file=sys.stderr)
        start = time.perf_counter()
        trainer = build_trainer(settings, model).fit(*data)
        seconds = time.perf_counter() - start
        results[name] = evaluation_row(evaluate(model, data.x_test, data.y_test, trainer.encoding)) | {
            "seconds": round(seconds, 3), "data": data_row(settings)}
    print(f"{'network':<8}  accuracy   loss    spikes  multiply-adds  additions  energy (nJ)  training (s)")
    for name, row in results.items():
        operations = row["operations"]
        print(f"{name:<8}  {row['accuracy']:8.4f}  {row['loss']:6.4f}  {row['spikes_per_sample']:6.0f}  "
              f"{operations['multiply_adds']:13,.0f}  {operations['additions']:9,.0f}  "
              f"{operations['nanojoules']:11,.1f}  {row['seconds']:12.1f}")
    print("arithmetic per answer, at 4.6 pJ per multiply-add and 0.9 pJ per addition (Horowitz 2014, 45 nm), "
          "zeros skipped")
    if options.json:
        write_json(options.json, results)
    return 0
