"""Training a spiking classifier by back-propagation through time: curves, confusion, activity."""

from _slide import plt, present

from spikingnn.datasets import mnist_sample
from spikingnn.plotting import learning_curves, plot_confusion, plot_layer_rates
from spikingnn.training import Augment, Dense, Direct, LIFLayer, Mean, Model, Trainer, evaluate

EPOCHS = 25
HIDDEN = 200, 100


def draw(seed):
    digits = mnist_sample()
    lif = dict(width=2.0, learn_decay=True)
    layers = [Dense(HIDDEN[0], gain=0.5), LIFLayer(**lif), Dense(HIDDEN[1]), LIFLayer(**lif), Mean(), Dense(10)]
    model = Model(layers, 784, steps=4, seed=seed)
    trainer = Trainer(model, epochs=EPOCHS, batch=50, seed=seed, augment=Augment())
    trainer.fit(digits.x_train, digits.y_train, digits.x_test, digits.y_test, progress=False)
    result = evaluate(model, digits.x_test, digits.y_test, Direct())

    figure = plt.figure()
    figure.suptitle(f"1,000 digits, {EPOCHS} epochs: {100 * result['accuracy']:.0f} % of 500 others named right")
    left, middle, right = figure.subplots(1, 3, width_ratios=(1, 1.15, 0.8))
    learning_curves(left, trainer.history)
    left.set_title("every picture is new: shifted, turned, scaled")
    plot_confusion(middle, range(10), digits.y_test, result["answers"])
    middle.set_title("rows: true digit, in per cent")
    plot_layer_rates(right, result["rates"])
    return figure


if __name__ == "__main__":
    present(draw)
