"""Do spikes regularise? One hidden layer of spiking units or of ReLUs, with and without dropout, on few
training pictures.

A spiking unit transmits a coarse, variable code of its input, which should reduce over-fitting much as
dropout does. Each network (784-256-10, the same initial weights, the same order of pictures) is trained on
the first `--pictures` of Fashion-MNIST's training file and evaluated on held-out pictures, the last 10,000 of
that file. The table has the accuracy on both and the gap between them, the mean over seeds with the range;
`--save` draws both against epochs. About four minutes on one core.
"""
import argparse
import os
import statistics
import sys


for variable in ("OMP_NUM_THREADS", "NUMBA_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

STEPS, BATCH, HIDDEN = 4, 100, 256
UNITS, DROPOUT = ("ReLU", "spikes"), (0.0, 0.2, 0.5)


def network(unit, dropout, seed):
    """784-256-10 with spiking units or ReLUs."""
    from spikingnn.training import Dense, Dropout, LIFLayer, Mean, Model, ReLU
    hidden = ReLU() if unit == "ReLU" else LIFLayer(decay=0.9, width=2.0)
    return Model([Dense(HIDDEN), hidden, Mean(), Dropout(dropout), Dense(10)], 784, steps=STEPS, seed=seed)


def train(unit, dropout, seed, data, epochs):
    """[(training accuracy, held-out accuracy)] after each epoch."""
    import numpy as np

    from spikingnn.training import Adam, CrossEntropy
    x, y, x_held, y_held = data
    model, loss, optimizer, curve = network(unit, dropout, seed), CrossEntropy(), Adam(rate=1e-3), []
    for epoch in range(epochs):
        order = np.random.default_rng([seed, epoch]).permutation(len(x)).reshape(-1, BATCH)
        for k, batch in enumerate(order):
            outputs = model.forward(x[None, batch], training=True, key=epoch * len(order) + k)
            model.backward(loss(outputs, y[batch])[1])
            optimizer.step(model.parameters, model.gradients)
        predictions = (model.predict(pictures[None]).argmax(axis=1) for pictures in (x, x_held))
        curve.append(
            [float((predicted == labels).mean()) for predicted, labels in zip(predictions, (y, y_held))])
    return curve


def main():
    """Read the options, train, print the table, draw."""
    from common import at_least_one, cache_folder, refuse
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=at_least_one, default=3000, metavar="N",
                        help="pictures to train on, a multiple of 100 (default 3,000)")
    parser.add_argument("--epochs", type=at_least_one, default=30, metavar="N", help="default 30")
    parser.add_argument("--seeds", type=at_least_one, default=3, metavar="N", help="seeds 0, 1 … (default 3)")
    parser.add_argument("--save", metavar="FILE", help="draw accuracy against epochs there")
    options = parser.parse_args()
    os.environ["NUMBA_CACHE_DIR"] = str(cache_folder())
    from spikingnn.datasets import find_file, load
    if find_file("fashion-mnist", "train-images-idx3-ubyte") is None:
        refuse(
            "Fashion-MNIST's training files were not found: set SPIKINGNN_DATA to the folder that holds them")
    split = load("fashion-mnist")
    few = options.pictures // BATCH * BATCH
    x, x_held = (pictures.reshape(len(pictures), -1).astype("float32")
                 for pictures in (split.x_train[:few], split.x_test))
    curves = {}
    print(f"{'unit':<7} {'dropout':>7}  {'training':>8}  {'held out':>8}  {'range':>15}  {'gap':>6}  "
          f"{'best held out':>13}")
    for unit in UNITS:
        for dropout in DROPOUT:
            data = x, split.y_train[:few], x_held, split.y_test
            runs = [train(unit, dropout, seed, data, options.epochs) for seed in range(options.seeds)]
            means = [[statistics.mean(values) for values in zip(*epoch)] for epoch in zip(*runs)]
            curves[unit, dropout] = means
            seen, held = curves[unit, dropout][-1]
            last = [run[-1][1] for run in runs]
            print(f"{unit:<7} {dropout:7.1f}  {seen:8.4f}  {held:8.4f}  {min(last):.4f} – {max(last):.4f}  "
                  f"{seen - held:6.4f}  {max(epoch[1] for epoch in curves[unit, dropout]):13.4f}", flush=True)
    if options.save:
        draw(curves, few).savefig(options.save, dpi=110)
        print(f"picture: {options.save}")
    return 0


def draw(curves, pictures):
    """Accuracy on training and held-out pictures against epochs, one panel for each amount of dropout."""
    import matplotlib
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    from spikingnn.plotting import BLUE, ORANGE
    style = {"font.size": 14, "axes.spines.top": False, "axes.spines.right": False, "legend.frameon": False,
             "lines.linewidth": 2}
    with plt.rc_context(style):
        figure, axes = plt.subplots(1, len(DROPOUT), figsize=(12.8, 5), sharey=True, layout="constrained")
        for ax, dropout in zip(axes, DROPOUT):
            for unit, colour in zip(UNITS, (ORANGE, BLUE)):
                seen, held = zip(*curves[unit, dropout])
                epochs = range(1, len(seen) + 1)
                ax.plot(epochs, seen, "--", color=colour, label=f"{unit}, training")
                ax.plot(epochs, held, color=colour, label=f"{unit}, held out")
            ax.set(title=f"dropout {dropout:g}", xlabel="epoch")
        axes[0].set(ylabel="accuracy")
        axes[0].legend()
        figure.suptitle(
            f"Spikes compared with dropout: Fashion-MNIST, {pictures:,} training pictures, 784-256-10")
    return figure


if __name__ == "__main__":
    sys.exit(main())
