"""Does a trained network spike in the simulator as it did in training? 1,000 pictures, every spike compared.

`bridge.py RUN` takes the folder of a run of `spikingnn train` on MNIST, with layers that have a spiking
equivalent, and the last pictures of the training file. The model computes in double and in single precision;
the simulator always in double.
"""
import argparse
import os
import sys


for variable in ("OMP_NUM_THREADS", "NUMBA_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(variable, "1")


def main():
    """Read the options, run both, print the counts."""
    from common import at_least_one, cache_folder
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", metavar="RUN", help="a folder that `spikingnn train` wrote")
    parser.add_argument("--pictures", type=at_least_one, default=1000, metavar="N", help="default 1,000")
    options = parser.parse_args()
    os.environ["NUMBA_CACHE_DIR"] = str(cache_folder())
    import numpy as np

    from spikingnn.datasets import load
    from spikingnn.training import Model, load_model
    saved, _ = load_model(options.run)
    pictures = load("mnist").x_test[-options.pictures:].reshape(1, -1, *saved.shape)
    models = {}
    for dtype in ("float64", "float32"):
        models[dtype] = Model.from_spec(saved.spec() | {"dtype": dtype})
        for name, values in saved.parameters.items():
            models[dtype].parameters[name][:] = values
        models[dtype].forward(pictures)
    network, differing, total = models["float64"].to_network(), {dtype: 0 for dtype in models}, 0
    for k in range(pictures.shape[1]):
        network.show(pictures[:, k])
        for name in network.layers:
            spikes = network.spikes(name)
            total += int(spikes.sum())
            for dtype, model in models.items():
                differing[dtype] += int(
                    np.sum(spikes != model.spiking[name].spikes[:, k].reshape(spikes.shape)))
    print(f"{pictures.shape[1]:,} pictures, {total:,} spikes in the simulator; different spikes: "
          f"{differing['float64']} in double precision, {differing['float32']} in single precision")
    return int(differing["float64"] > 0)


if __name__ == "__main__":
    sys.exit(main())
