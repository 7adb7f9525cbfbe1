"""`spikingnn compare`: a spiking classifier beside its feed-forward twin."""

from __future__ import annotations

import sys
import time

from .options import add_json, writable, write_json
from .train_command import data_of, list_configs, numbers, set_up, settings_options


EXAMPLES = """
examples:
  spikingnn compare                          the bundled digits, half a minute
  spikingnn compare --config mnist --json twins.json
"""


def add(commands, shared):
    """Add the command to the parser."""
    compare = commands.add_parser("compare", help="train a spiking classifier and its feed-forward twin", epilog=EXAMPLES, **shared)
    compare.description = (
        "Train the model of a configuration, and the same layers with ReLUs for spikes and no time, on the same pictures in the same\n"
        "order, as often; print accuracy, time, and what an answer takes. Zeros are skipped in both networks.")
    settings_options(compare)
    add_json(compare)
    compare.set_defaults(run=run)


def run(options):
    """Train both, print both."""
    if list_configs(options):
        return 0
    from ..training import evaluate
    from ..training.experiment import located, read, trainer_of
    from ..training.twin import twin
    writable(options.json)
    settings = located(read(options.config, options.set), options.data_home)
    trainer, data = set_up(settings, home=options.data_home)
    results = {}
    for name, model in (("spiking", trainer.model), ("twin", twin(trainer.model))):
        print(f"training the {name} network", file=sys.stderr)
        start = time.perf_counter()
        trained = trainer_of(settings, model).fit(*data)
        seconds = time.perf_counter() - start
        results[name] = numbers(evaluate(model, data[2], data[3], trained.encoding)) | {
            "seconds": round(seconds, 3), "data": data_of(settings)}
    print(f"{'network':<8}  accuracy   loss    spikes  multiply-adds  additions  energy (nJ)  training (s)")
    for name, row in results.items():
        operations = row["operations"]
        print(f"{name:<8}  {row['accuracy']:8.4f}  {row['loss']:6.4f}  {row['spikes_per_sample']:6.0f}  "
              f"{operations['multiply_adds']:13,.0f}  {operations['additions']:9,.0f}  {operations['nanojoules']:11,.1f}  "
              f"{row['seconds']:12.1f}")
    print("an answer's arithmetic at 4.6 pJ a multiply-add and 0.9 pJ an addition (Horowitz 2014, 45 nm), zeros skipped")
    if options.json:
        write_json(options.json, results)
    return 0
