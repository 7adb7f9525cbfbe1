"""How well are digits learned without labels? MNIST's training file, the last 10,000 pictures held out,
labels from the others only.

For each number of neurons and passes, `STDPClassifier` is trained with its default settings and several
seeds; the table gives the mean accuracy on the held-out pictures with its range, spikes per picture and CPU
time. Full runs take from a minute (400 neurons) to an hour (6,400 neurons, three passes) per seed. MNIST is
found through $SPIKINGNN_DATA; its test files are never read.
"""
import argparse
import os
import statistics
import sys
import time


os.environ.setdefault("NUMBA_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

BARS = {(400, 1): 0.915, (1600, 1): 0.94, (6400, 1): 0.94, (6400, 3): 0.955}


def learn(data, neurons, passes, seed):
    """(accuracy, spikes per held-out picture, CPU minutes) of one run."""
    from spikingnn.unsupervised import STDPClassifier
    x, x_test = (pictures.reshape(len(pictures), -1) for pictures in (data.x_train, data.x_test))
    began = time.process_time()
    classifier = STDPClassifier(neurons, seed=seed).fit(x, data.y_train, passes)
    counts = classifier.respond(x_test)
    accuracy = (classifier.classify(counts) == data.y_test).mean()
    return float(accuracy), float(counts.sum(axis=1).mean()), (time.process_time() - began) / 60


def main():
    """Read the options, train, print the table."""
    from common import at_least_one, cache_folder, refuse
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--neurons", type=at_least_one, nargs="+", default=[400], metavar="N",
                        help="default 400")
    parser.add_argument("--passes", type=at_least_one, default=1, metavar="N", help="default 1")
    parser.add_argument("--seeds", type=at_least_one, default=3, metavar="N", help="seeds 0, 1 … (default 3)")
    arguments = parser.parse_args()
    os.environ["NUMBA_CACHE_DIR"] = str(cache_folder())
    from spikingnn.datasets import find_file, load
    if find_file("mnist", "train-images-idx3-ubyte") is None:
        refuse("MNIST's training files were not found: set SPIKINGNN_DATA to the folder that holds them")
    data = load("mnist")
    print(
        f"{'neurons':>7}  {'passes':>6}  {'accuracy':>8}  {'range':>15}  {'spikes':>6}  {'CPU min':>7}  bar")
    for neurons in arguments.neurons:
        runs = [learn(data, neurons, arguments.passes, seed) for seed in range(arguments.seeds)]
        accuracy, spikes, minutes = (statistics.mean(column) for column in zip(*runs))
        bar = BARS.get((neurons, arguments.passes))
        verdict = f">= {bar} {'met' if accuracy >= bar else 'MISSED'}" if bar else ""
        low, high = min(run[0] for run in runs), max(run[0] for run in runs)
        print(f"{neurons:7,}  {arguments.passes:6}  {accuracy:8.4f}  {low:.4f} – {high:.4f}  {spikes:6.1f}  "
              f"{minutes:7.2f}  {verdict}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
