"""Train the model that `spikingnn predict` asks where no other is named, and write it to data/mnist-256.npz.

It is the configuration mnist-256 with its own seed, after the last epoch, without what only further training
needs. Learned are the first 50,000 pictures of MNIST's training file, found through $SPIKINGNN_DATA; the last
10,000 are held out, and test files are never read. Three minutes of CPU. `tests/training/
test_drawn_digits.py` asks it about drawings.
"""
import argparse
import os
from pathlib import Path


for variable in ("OMP_NUM_THREADS", "NUMBA_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

TARGET = Path(__file__).resolve().parents[1] / "data" / "mnist-256.npz"


def main():
    """Train, or take the run in a folder, and write the model."""
    from spikingnn.training.checkpoint import read_checkpoint, write_checkpoint
    from spikingnn.training.experiment import TrainingRun, read_settings
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("mnist-256"), metavar="DIR",
                        help="the folder of the run (default mnist-256); a finished one is taken as it is")
    parser.add_argument("--save", type=Path, default=TARGET, metavar="FILE", help=f"default {TARGET}")
    options = parser.parse_args()
    last = options.out / "last.npz"
    if not last.exists():
        TrainingRun(read_settings("mnist-256"), options.out).train()
    header, arrays = read_checkpoint(last)
    if header["trainer"]["epoch"] < header["trainer"]["epochs"]:
        raise SystemExit(f"{options.out} is not finished: spikingnn train --resume {options.out}")
    header["settings"]["data"]["source"] = None         # a folder of the machine that trained it
    write_checkpoint(options.save, header, {name: values for name, values in arrays.items()
                                            if name.startswith("parameter.")})
    accuracy = header["trainer"]["history"][-1]["validation_accuracy"]
    print(f"{options.save}: {options.save.stat().st_size:,} bytes, held-out accuracy {accuracy:.4f}")


if __name__ == "__main__":
    main()
