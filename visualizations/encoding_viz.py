"""A picture as Poisson spikes: rates of its pixels, spikes, and the picture decoded from their counts."""

import numpy as np

from spikingnn import InputGroup, Network, PoissonEncoder, SpikeMonitor
from spikingnn.datasets import photographs, read_picture
from spikingnn.plotting import BLUE, ORANGE, raster
from spikingnn.plotting import image as show
from spikingnn.plotting.slides import plt, present

SIZE, MAX_RATE = 64, 100.0              # pixels per side; Hz of a white pixel
READ = 50.0, 500.0, 5000.0              # ms    of spikes that are counted
SHOWN, DT = 100, 0.1                    # pixels in the raster plot, the darkest at the bottom; ms


def draw(seed, image):
    bundled = photographs()
    picture = read_picture(image, SIZE) if image else bundled.images[bundled.names.index("camera")]
    pixels = InputGroup(picture.size, PoissonEncoder(max_rate=MAX_RATE))
    spikes = SpikeMonitor(pixels)
    Network(pixels, spikes, dt=DT, seed=seed).run(READ[-1], inputs={pixels: picture.ravel()})

    def rates(end, start=0.0):
        """Rates in Hz from the counts between two times in ms, as a picture."""
        counts = np.bincount(spikes.i[(spikes.t >= start) & (spikes.t < end)], minlength=picture.size)
        return 1000 / (end - start) * counts.reshape(picture.shape)

    durations = np.geomspace(DT * 50, READ[-1], 25)
    error = [np.sqrt(np.mean((rates(duration) / MAX_RATE - picture) ** 2)) for duration in durations]
    theory = np.sqrt(picture.mean() * 1000 / (MAX_RATE * durations))    # Poisson: variance = mean

    figure = plt.figure()
    figure.suptitle("A picture decoded from counts of Poisson spikes: the error falls as 1/√T")
    above, below = figure.subfigures(2, 1)
    axes = above.subplots(1, 4)
    show(axes[0], picture, "picture")
    for ax, duration in zip(axes[1:], READ):
        show(ax, rates(duration), f"rates over {duration:.0f} ms", limits=(0, MAX_RATE))
    above.colorbar(axes[-1].images[0], ax=axes, label="rate (Hz)", extend="max", aspect=15)
    dots, curve = below.subplots(1, 2)
    order = np.argsort(picture.ravel(), kind="stable")[np.linspace(0, picture.size - 1, SHOWN).astype(int)]
    place = np.full(picture.size, -1)
    place[order] = np.arange(SHOWN)
    raster(dots, spikes.t, place[spikes.i], BLUE, 4)
    dots.set(xlim=(0, READ[1]), ylim=(-0.5, SHOWN), ylabel=f"{SHOWN} pixels, by brightness")
    curve.loglog(durations, theory, color="0.4", linestyle=":", label="√(mean / (max_rate · T))")
    curve.loglog(durations, error, "o", color=ORANGE, label="measured")
    curve.set(xlabel="counting time T (ms)", ylabel="RMS error per pixel")
    curve.legend()

    def update(now):                    # of a movie
        for ax, start, title in (axes[1], now - 10.0, "spikes of 10 ms"), (axes[-1], 0.0, "rates until now"):
            ax.images[0].set_data(rates(now, start))
            ax.set_title(title)

    return figure, update


if __name__ == "__main__":
    present(draw, image="a picture of your own instead of the bundled photograph")
