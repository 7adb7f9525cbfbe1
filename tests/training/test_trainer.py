"""Training runs: they learn, they can be cut off anywhere and go on to the same bits, and they say what is
wrong."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from spikingnn._util import blas
from spikingnn._util.files import file_lock
from spikingnn.training import (SGD, Adam, Augment, Constant, Cosine, Dense, Direct, Dropout, LIFLayer, Mean,
                                Model, Plateau, Poisson, RatePenalty, Step, Trainer, confusion_matrix,
                                evaluate, feed_forward_twin, load_model)
from spikingnn.training.checkpoint import read_checkpoint, write_checkpoint


def clouds(samples=120, seed=0):
    """Three classes of pictures (6, 6): a bright row each, with noise."""
    rng = np.random.default_rng(seed)
    labels = np.arange(samples) % 3
    pictures = 0.4 * rng.random((samples, 6, 6)).astype(np.float32)
    pictures[np.arange(samples), 2 * labels] += 0.5
    return pictures, labels


def model_of(seed=1):
    return Model([Dense(24), LIFLayer(width=2.0, learn_decay=True), Mean(), Dropout(0.2), Dense(3)], 36,
                 steps=4, seed=seed)


def trainer_of(folder=None, epochs=4, **options):
    options = {"augment": Augment(shift=0.5), "penalty": RatePenalty(0.01, 0.2), "clip": 5.0, "batch": 16,
               "minutes": 0.0} | options
    return Trainer(model_of(), epochs=epochs, folder=folder, seed=5, **options)


def weights(trainer):
    return {name: values.copy() for name, values in trainer.model.parameters.items()}


def same(one, other):
    return one.keys() == other.keys() and all(np.array_equal(one[name], other[name]) for name in one)


def test_it_learns():
    x, y = clouds()
    trainer = trainer_of(epochs=15).fit(x, y, *clouds(60, seed=1), progress=False)
    assert trainer.history[-1]["validation_accuracy"] >= 0.95 and len(trainer.history) == 15
    assert trainer.best == max(trainer.history, key=lambda row: row["validation_accuracy"])
    assert all(row["spikes_per_sample"] > 0 and row["seconds"] > 0 for row in trainer.history)


def test_without_randomness_of_its_own():
    """Same seeds, same bits, whatever was drawn elsewhere."""
    x, y = clouds()
    first = trainer_of().fit(x, y, progress=False)
    np.random.default_rng(0).random(7)
    assert same(weights(first), weights(trainer_of().fit(x, y, progress=False)))


class Stop(Exception):
    """A run that ends between two batches."""


@pytest.mark.parametrize("optimizer, schedule", [(None, None), (SGD(rate=0.05), Cosine()),
                                                 (Adam(rate=0.01, weight_decay=0.01), Plateau(1)),
                                                 (SGD(), Step([0.5])), (SGD(), Constant())])
@pytest.mark.parametrize("after", [1, 9, 17])
def test_goes_on_to_the_same_bits(optimizer, schedule, after, tmp_path):
    x, y = clouds()
    options = {"optimizer": optimizer, "schedule": schedule, "encoding": Poisson()}
    whole = trainer_of(**options).fit(x, y, x, y, progress=False)
    cut = trainer_of(tmp_path / "run", **options)
    step, count = cut._step, iter(range(100))

    def some(*arguments):
        if next(count) == after:
            raise Stop
        step(*arguments)
    cut._step = some
    with pytest.raises(Stop):
        cut.fit(x, y, x, y, progress=False)
    again = trainer_of(tmp_path / "run", **options).resume()
    assert (again.epoch, again.done) == divmod(after, 8)
    again.fit(x, y, x, y, progress=False)
    assert same(weights(again), weights(whole))
    assert [row["loss"] for row in again.history] == [row["loss"] for row in whole.history]
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == ["best.npz", "last.npz",
                                                                          "metrics.csv"]


RUN = """
import sys
sys.path.insert(0, sys.argv[2])
from test_trainer import clouds, trainer_of
from pathlib import Path
x, y = clouds(300)
trainer = trainer_of(sys.argv[1], epochs=6)
if Path(sys.argv[1], "last.npz").exists():
    trainer.resume()
trainer.fit(x, y, progress=False)
trainer.save(Path(sys.argv[1], "end.npz"))
"""


def holds(lock, process):
    """Whether it is this process that trains: a killed one leaves its lock behind."""
    return lock.exists() and lock.read_text() == str(process.pid)


def test_killed_at_any_moment(tmp_path):
    """SIGKILL, several times, then the bits of a run that was left alone."""
    x, y = clouds(300)
    whole = trainer_of(epochs=6).fit(x, y, progress=False)
    command = [sys.executable, "-c", RUN, str(tmp_path / "run"), os.path.dirname(__file__)]
    kills = 0
    for wait in (0.03, 0.11, 0.02, 0.17):
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        lock = tmp_path / "run" / "lock"
        while not holds(lock, process) and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.005)
        time.sleep(wait)
        process.send_signal(signal.SIGKILL)
        kills += process.wait() == -signal.SIGKILL
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert kills >= 3
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == ["best.npz", "end.npz", "last.npz",
                                                                          "metrics.csv"]
    model, header = load_model(tmp_path / "run" / "end.npz")
    assert same(weights(whole), model.parameters) and header["trainer"]["epoch"] == 6


def test_ctrl_c_keeps_the_state(tmp_path):
    x, y = clouds()
    trainer = trainer_of(tmp_path / "run", minutes=60.0)
    step = trainer._step

    def interrupted(*arguments):
        step(*arguments)
        if trainer.epoch == 1 and trainer.done == 3:
            os.kill(os.getpid(), signal.SIGINT)
    trainer._step = interrupted
    with pytest.raises(KeyboardInterrupt):
        trainer.fit(x, y, progress=False)
    again = trainer_of(tmp_path / "run").resume()
    assert (again.epoch, again.done) == (1, 4)
    assert same(weights(again.fit(x, y, progress=False)), weights(trainer_of().fit(x, y, progress=False)))


def test_ctrl_c_while_the_held_out_pictures_are_asked(tmp_path, monkeypatch):
    """… in the first epoch, before any other checkpoint."""
    x, y = clouds()

    def interrupted(*arguments, **options):
        raise KeyboardInterrupt
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr("spikingnn.training.trainer.evaluate", interrupted)
        trainer_of(tmp_path / "run", minutes=60.0).fit(x, y, x, y, progress=False)
    again = trainer_of(tmp_path / "run").resume()
    assert (again.epoch, again.done) == (0, 8)
    assert same(weights(again.fit(x, y, x, y, progress=False)),
                weights(trainer_of().fit(x, y, x, y, progress=False)))


def test_there_is_a_checkpoint_from_the_beginning(tmp_path):
    """A run that is killed in its first minutes can be gone on with, too."""
    x, y = clouds()
    trainer = trainer_of(tmp_path / "run", minutes=60.0)
    trainer._step = lambda *arguments: os.kill(os.getpid(), signal.SIGINT) or 1 / 0
    with pytest.raises(ZeroDivisionError):
        trainer.fit(x, y, progress=False)
    again = trainer_of(tmp_path / "run").resume()
    assert (again.epoch, again.done) == (0, 0)
    assert same(weights(again.fit(x, y, progress=False)), weights(trainer_of().fit(x, y, progress=False)))


def test_stops_where_nothing_gets_better():
    x, y = clouds()
    trainer = trainer_of(epochs=200, patience=2).fit(x, y, x, y, progress=False)
    assert len(trainer.history) < 200 and trainer.history[-3] == trainer.best


def test_a_loss_that_is_no_number_stops_and_names_the_layer(tmp_path):
    x, y = clouds()
    trainer = trainer_of(tmp_path / "run")
    before = weights(trainer)
    trainer.model.parameters["0_Dense.weight"][3, 4] = np.nan
    before["0_Dense.weight"][3, 4] = np.nan
    with pytest.raises(FloatingPointError,
                       match=r"epoch 1, batch 1: the parameters of 0_Dense are not finite"):
        trainer.fit(x, y, progress=False)
    assert all(np.array_equal(values, before[name], equal_nan=True)
               for name, values in trainer.model.parameters.items())
    with pytest.raises(ValueError, match="Trainer.x must be from 0 to 1, .* and finite .* to inf"):
        trainer_of().fit(np.where(np.arange(36).reshape(6, 6) == 3, np.inf, x), y, progress=False)


# --- files --------------------------------------------------------------------------------------------------

@pytest.fixture
def run(tmp_path):
    x, y = clouds()
    trainer_of(tmp_path / "run", epochs=1).fit(x, y, progress=False)
    return tmp_path / "run"


def test_two_runs_into_one_folder(run):
    x, y = clouds()
    with pytest.raises(ValueError, match="holds a run already"):
        trainer_of(run).fit(x, y, progress=False)
    with file_lock(run / "lock"), pytest.raises(ValueError,
                                                match=f"another run, process {os.getpid()}, writes there"):
        trainer_of(run).resume().fit(x, y, progress=False)
    # of a killed run, whose number another process has got since
    (run / "lock").write_text(str(os.getpid()))
    trainer_of(run).resume().fit(x, y, progress=False)
    assert not (run / "lock").exists()


def test_another_model_is_refused_by_its_keys(run):
    other = Trainer(Model([Dense(25), LIFLayer(width=1.0), Mean(), Dropout(0.2), Dense(3)], 36, steps=4,
                          seed=1), folder=run)
    with pytest.raises(ValueError,
                       match=r"model\.layers\.0\.n, model\.layers\.1\.learn_decay, model\.layers\.1\.width, "
                             r"clip"):
        other.resume()


def test_another_way_to_train_is_refused_by_its_keys(run):
    x, y = clouds()
    other = trainer_of(run, schedule=Cosine(), encoding=Poisson(0.5), augment=Augment(shift=1.0), clip=None)
    with pytest.raises(ValueError,
                       match=r"another run: clip, schedule\.kind, schedule\.warmup, encoding\.kind, "
                             r".*augment\.shift differ"):
        other.resume()
    with pytest.raises(ValueError, match="has 120 pictures in an epoch, here are 60"):
        trainer_of(run).resume().fit(x[:60], y[:60], progress=False)


def test_a_surrogate_without_a_name_is_refused_before_the_work(tmp_path):
    model = Model([Dense(3), LIFLayer(surrogate=lambda x, width: np.exp(-abs(x) / width))], 36)
    trainer = Trainer(model, folder=tmp_path / "run")
    with pytest.raises(TypeError, match="a surrogate of your own needs a name in SURROGATES"):
        trainer.fit(*clouds(), progress=False)
    assert trainer.epoch == trainer.done == 0 and not list((tmp_path / "run").iterdir())


@pytest.mark.parametrize("spoil, said", [
    (lambda content: content[:len(content) // 2], "damaged"),
    (lambda content: b"PK" + bytes(100), "no checkpoint"),
    (lambda content: b"", "no checkpoint"),
])
def test_damaged_checkpoints(run, spoil, said):
    file = run / "last.npz"
    file.write_bytes(spoil(file.read_bytes()))
    with pytest.raises(ValueError, match=f"last.npz is no checkpoint of spikingnn, or is damaged|{said}"):
        trainer_of(run).resume()


def test_every_flipped_bit_is_found(run):
    content = (run / "last.npz").read_bytes()
    # "encrypted"
    flags = [place + 8 for place in range(len(content)) if content[place:place + 4] == b"PK\x01\x02"]
    for place in [*np.linspace(40, len(content) - 40, 25).astype(int), *flags]:
        corrupt_images = bytearray(content)
        corrupt_images[place] ^= 17
        (run / "spoilt.npz").write_bytes(bytes(corrupt_images))
        try:
            _, arrays = read_checkpoint(run / "spoilt.npz")
        except ValueError:
            continue
        # a bit that the format does not use: nothing else may have changed
        kept = read_checkpoint(run / "last.npz")[1]
        assert same(arrays, kept)


def test_newer_and_foreign_checkpoints(run, tmp_path):
    header, arrays = read_checkpoint(run / "last.npz")
    write_checkpoint(tmp_path / "newer.npz", header | {"version": 2}, arrays)
    with pytest.raises(ValueError, match="has version 2, this program reads 1; a newer spikingnn"):
        read_checkpoint(tmp_path / "newer.npz")
    np.savez(tmp_path / "foreign.npz", x=np.ones(3))
    with pytest.raises(ValueError, match="is no checkpoint of spikingnn"):
        read_checkpoint(tmp_path / "foreign.npz")
    write_checkpoint(tmp_path / "edited.npz", header, arrays)
    with np.load(tmp_path / "edited.npz") as file:
        content = dict(file)
    content["array.parameter.0_Dense.weight"][0, 0] += 1
    np.savez(tmp_path / "edited.npz", **content)
    with pytest.raises(ValueError, match="does not match its checksum"):
        read_checkpoint(tmp_path / "edited.npz")
    with pytest.raises(FileNotFoundError, match="no such checkpoint"):
        load_model(tmp_path / "nowhere")


def test_another_number_of_threads_warns(run):
    with pytest.warns(UserWarning,
                      match="written with threads=1, here it is 17: the last bits may differ"):
        trainer_of(run, threads=17).resume()


def test_threads_of_matrix_products():
    before = blas.thread_count()
    for n in (1, 2):
        with blas.limited_threads(n):
            assert blas.thread_count() == n
    assert blas.thread_count() == before


def test_a_full_disk_leaves_what_was_there(run, monkeypatch):
    before = (run / "last.npz").read_bytes()

    def full(*arguments, **options):
        raise OSError(28, "No space left on device")
    trainer = trainer_of(run).resume()
    trainer.epochs = 2
    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(OSError, match="No space left"):
        trainer.fit(*clouds(), progress=False)
    assert (run / "last.npz").read_bytes() == before and not (run / "lock").exists()


@pytest.mark.parametrize("labels, said",
                         [(np.full(120, 3), "from 0 to 2 for a model of 3 classes, got 3 to 3"),
                          (np.zeros(119, int), "120 whole numbers"), (np.zeros(120), "whole numbers"),
                          (np.full(120, -1), "got -1 to -1")])
def test_labels_that_do_not_fit(labels, said):
    with pytest.raises(ValueError, match=said):
        trainer_of().fit(clouds()[0], labels)


# --- measures -----------------------------------------------------------------------------------------------

def test_confusion_and_evaluate():
    assert confusion_matrix([0, 0, 1, 2], [0, 1, 1, 2], 3).tolist() == [[1, 1, 0], [0, 1, 0], [0, 0, 1]]
    x, y = clouds(300)
    model = trainer_of(epochs=8).fit(x, y, progress=False).model
    result = evaluate(model, x, y, Direct())
    assert result["accuracy"] == (model.predict(x.reshape(1, 300, 36)).argmax(axis=1) == y).mean()
    assert np.trace(result["confusion"]) == round(300 * result["accuracy"]) and len(result["per_class"]) == 3
    model.forward(x.reshape(1, 300, 36))
    assert result["spikes_per_sample"] == pytest.approx(model.layers[1].spikes.sum() / 300)
    assert result["rates"] == {"1_LIF": pytest.approx(model.layers[1].spikes.mean())}


def test_twin():
    plain = feed_forward_twin(Model([Dense(24), LIFLayer(), Mean(), Dropout(0.2), Dense(3)], 36, steps=4,
                                    seed=1))
    assert [type(layer).__name__ for layer in plain.layers] == ["Dense", "ReLU", "Dropout", "Dense"]
    assert plain.steps == 1
    x, y = clouds()
    assert Trainer(plain, epochs=15, batch=16).fit(x, y, progress=False).history[-1]["accuracy"] > 0.9
