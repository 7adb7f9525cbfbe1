"""Training by back-propagation through time: learning curves, confusion matrix and firing rates."""

from spikingnn.datasets import mnist_sample
from spikingnn.plotting import learning_curves, plot_confusion, plot_layer_rates
from spikingnn.plotting.slides import plt, present
from spikingnn.training import Augment, Dense, Direct, LIFLayer, Mean, Model, Trainer, evaluate

EPOCHS = 25
HIDDEN = 200, 100


def draw(seed):
    digits = mnist_sample()
    lif = dict(width=2.0, learn_decay=True)
    layers = [Dense(HIDDEN[0], gain=0.5), LIFLayer(**lif), Dense(HIDDEN[1]), LIFLayer(**lif), Mean(),
              Dense(10)]
    model = Model(layers, 784, steps=4, seed=seed)
    trainer = Trainer(model, epochs=EPOCHS, batch=50, seed=seed, augment=Augment())
    trainer.fit(digits.x_train, digits.y_train, digits.x_test, digits.y_test, progress=False)
    result = evaluate(model, digits.x_test, digits.y_test, Direct())

    figure = plt.figure()
    accuracy = 100 * result["accuracy"]
    figure.suptitle(f"Held-out accuracy after {EPOCHS} epochs on 1,000 digits: {accuracy:.0f} %")
    left, middle, right = figure.subplots(1, 3, width_ratios=(1, 1.15, 0.8))
    learning_curves(left, trainer.history)
    left.set_title("pictures are augmented: shifted, rotated, scaled")
    plot_confusion(middle, range(10), digits.y_test, result["answers"])
    middle.set_title("rows: true digit; per cent of the row")
    plot_layer_rates(right, result["rates"])
    return figure


if __name__ == "__main__":
    present(draw)
