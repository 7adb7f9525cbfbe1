"""How accurate do the ready configurations become, and in what time? Validation on the last 10,000 of the
training files.

Each configuration is trained as `spikingnn train --config NAME --set training.seed=K` does it; the accuracy
is that after the last epoch, not the best. Road signs are validated on every fifth track. Data sets are found
through $SPIKINGNN_DATA; test files are never read. `--twin` also trains the feed-forward twin of each. From a
minute (mnist-256) to half an hour (CNNs) per seed, on one core.
"""
import argparse
import os
import statistics
import sys
import time


for variable in ("OMP_NUM_THREADS", "NUMBA_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

BARS = {
    "mnist-256": 0.982, "mnist": 0.988, "mnist-cnn": 0.992, "fashion-mnist": 0.893,
    "fashion-mnist-cnn": 0.910, "gtsrb": 0.93, "mnist-sample": 0.92, "fashion-mnist-sample": 0.82
}


def train(name, seed, as_twin):
    """{accuracy, spikes, minutes, multiply-adds, additions, nJ} of one run, or of its feed-forward twin."""
    from spikingnn.training import evaluate, feed_forward_twin
    from spikingnn.training.experiment import TrainingRun, build_trainer, read_settings
    settings = read_settings(name, [f"training.seed={seed}"])
    run = TrainingRun(settings)
    trainer = build_trainer(settings, feed_forward_twin(run.model)) if as_twin else run.trainer
    began = time.process_time()
    trainer.fit(*run.data)
    minutes = (time.process_time() - began) / 60
    result = evaluate(trainer.model, run.data.x_test, run.data.y_test, trainer.encoding)
    operations = result["operations"]
    return {
        "accuracy": result["accuracy"], "spikes": result["spikes_per_sample"], "minutes": minutes,
        "multiply-adds": operations.multiply_adds, "additions": operations.additions,
        "nJ": operations.nanojoules
    }


def main():
    """Read the options, train, print the table."""
    from common import at_least_one, cache_folder
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("configs", nargs="*", default=["mnist-256", "mnist", "fashion-mnist"], metavar="NAME",
                        help=f"any of {', '.join(BARS)}")
    parser.add_argument("--seeds", type=at_least_one, default=3, metavar="N", help="seeds 0, 1 … (default 3)")
    parser.add_argument("--twin", action="store_true", help="train the feed-forward twins, too")
    options = parser.parse_args()
    os.environ["NUMBA_CACHE_DIR"] = str(cache_folder())
    print("| configuration | accuracy (lowest – highest) | bar | spikes | CPU min | multiply-adds | "
          "additions | nJ |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for name in options.configs:
        for as_twin in (False, True) if options.twin else (False,):
            runs = [train(name, seed, as_twin) for seed in range(options.seeds)]
            mean = {key: statistics.mean(run[key] for run in runs) for key in runs[0]}
            accuracies = [run["accuracy"] for run in runs]
            verdict = "met" if mean["accuracy"] >= BARS.get(name, 0.0) else "MISSED"
            bar = "" if as_twin or name not in BARS else f"≥ {BARS[name]}, {verdict}"
            spread = f"{mean['accuracy']:.4f} ({min(accuracies):.4f} – {max(accuracies):.4f})"
            print(f"| {name}{', twin' if as_twin else ''} | {spread} | {bar} | {mean['spikes']:.0f} | "
                  f"{mean['minutes']:.1f} | {mean['multiply-adds']:,.0f} | {mean['additions']:,.0f} | "
                  f"{mean['nJ']:.0f} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
