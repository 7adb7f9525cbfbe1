"""Files that were edited are refused in one line or are harmless; devices and pipes are neither read nor
replaced."""

import json
import os
import re
import warnings
import zipfile
from dataclasses import replace

import mixed
import numpy as np
import pytest
from scipy.sparse import random_array

import spikingnn.cli as cli
from spikingnn import STDP, FirstOrderSynapse, LIFGroup, Network, Normalization, SynapseGroup, WeightMonitor
from spikingnn._util import archive, files
from spikingnn.sweep import sweep, trial_means
from spikingnn.training import SGD, Dense, LIFLayer, Mean, Model, Plateau, Trainer, checkpoint, load_model
from spikingnn.unsupervised import STDPClassifier


EDITS = 150             # of each kind of file; 500 were tried when this was written
NUMBERS = [-1, 0, 3, 10**9, 2**62, -2**63, 1e300, -1e300, float("nan"), float("inf"), 0.5]
OTHERS = [None, "x", "", [], {}, True, [1, 2], {"a": 1}, 2**70]


def leaves(tree, path=()):
    """The places of all values in a tree of dictionaries and lists."""
    if isinstance(tree, (dict, list)) and tree:
        items = tree.items() if isinstance(tree, dict) else enumerate(tree)
        return [path] + [place for key, value in items for place in leaves(value, (*path, key))]
    return [path]


def edited_tree(tree, rng):
    """The tree with one value replaced or taken away."""
    tree = json.loads(json.dumps(tree))
    places = [place for place in leaves(tree) if place]
    *way, last = places[rng.integers(len(places))]
    node = tree
    for key in way:
        node = node[key]
    if rng.random() < 0.15:
        del node[last]
    else:
        choices = NUMBERS + OTHERS
        node[last] = choices[rng.integers(len(choices))]
    return tree


def edited_arrays(arrays, rng):
    """The arrays with one entry, one shape, one type or one name changed."""
    name = sorted(arrays)[rng.integers(len(arrays))]
    array, way = np.array(arrays[name]), rng.random()
    if way < 0.7 and array.size:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            array.flat[rng.integers(array.size)] = np.float64(NUMBERS[rng.integers(len(NUMBERS))]).astype(
                array.dtype)
        return arrays | {name: array}
    if way < 0.8:
        return {key: value for key, value in arrays.items() if key != name}
    if way < 0.87:
        return arrays | {name: array.ravel()[:-1]}
    if way < 0.94:
        return arrays | {name: array.astype(np.float32 if rng.random() < 0.5 else np.int16)}
    return arrays | {f"{name}.more": array}


def contents(file):
    """(header, arrays) of an archive."""
    with np.load(file) as content:
        arrays = dict(content)
    return json.loads(arrays.pop("header").tobytes()), arrays


def tried(take, problems):
    """Whether a file was refused: in one line, that does not speak of loading it unsafely."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            take()
    except problems as problem:
        assert "\n" not in str(problem) and not re.search("pickle|unsafe", str(problem)), problem
        return True
    return False


def edits(file, write, take, problems=ValueError, count=EDITS):
    """Try `count` random edits of `file`, half of them of its header; return how many were refused."""
    header, arrays = contents(file)
    refused = 0
    for seed in range(count):
        rng = np.random.default_rng(seed)
        if seed % 2:
            write(edited_tree(header, rng), arrays)
        else:
            write(header, edited_arrays(arrays, rng))
        refused += tried(take, problems)
    return refused


def plainly(file):
    """A function that writes an archive as it is told."""
    return lambda header, arrays: archive.write_archive(file, json.dumps(header), arrays)


def test_edits_of_a_network(tmp_path):
    network, inputs = mixed.build(seed=1)
    network.run(20.0, inputs)
    network.save(tmp_path / "a.npz")
    other, its_inputs = mixed.build(seed=2)

    def take():
        other.load(tmp_path / "b.npz")
        try:
            other.run(0.5, its_inputs)
        except (FloatingPointError, ValueError):            # a potential of 1e300: the run says so
            other.load(tmp_path / "a.npz")

    (tmp_path / "b.npz").write_bytes((tmp_path / "a.npz").read_bytes())
    assert edits(tmp_path / "a.npz", plainly(tmp_path / "b.npz"), take) > EDITS / 2
    other.load(tmp_path / "a.npz")
    other.run(10.0, its_inputs)
    network.run(10.0, inputs)
    np.testing.assert_array_equal(other._layout.state, network._layout.state)


def test_edits_of_a_classifier(tmp_path):
    rng = np.random.default_rng(0)
    x, y = rng.random((12, 16)), np.arange(12) % 3
    STDPClassifier(neurons=5, seed=0).fit(x, y, progress=False).save(tmp_path / "a.npz")
    (tmp_path / "b.npz").write_bytes((tmp_path / "a.npz").read_bytes())
    assert edits(tmp_path / "a.npz", plainly(tmp_path / "b.npz"),
                 lambda: STDPClassifier.load(tmp_path / "b.npz")) > EDITS / 2


def small_trainer(folder, **options):
    model = Model([Dense(6), LIFLayer(), Mean(), Dense(3)], 9, steps=2, seed=1)
    return Trainer(model, folder=folder, epochs=2, batch=16, optimizer=SGD(), schedule=Plateau(1), **options)


@pytest.mark.parametrize("use", ["resume", "load_model"])
def test_edits_of_a_checkpoint_whose_checksum_is_right(tmp_path, use):
    rng = np.random.default_rng(0)
    small_trainer(tmp_path / "run").fit(rng.random((40, 9)), np.arange(40) % 3, progress=False)
    file = tmp_path / "b.npz"

    def write(header, arrays):
        try:
            checkpoint.write_checkpoint(
                file, header, {name.removeprefix("array."): array for name, array in arrays.items()})
        except TypeError:
            file.write_bytes(b"")

    def take():
        if use == "resume":
            small_trainer(None).resume(file)
        else:
            load_model(file)
    assert edits(tmp_path / "run" / "last.npz", write, take) > EDITS / 3
    # all that change anything
    assert edits(tmp_path / "run" / "last.npz", plainly(file), take, count=60) >= 57


def measured(seed, a):
    """A function for a sweep."""
    return {"value": float(a)}


def test_edits_of_a_sweep(tmp_path):
    file, grid = tmp_path / "a.jsonl", {"a": [1, 2, 3]}
    rows = sweep(measured, grid, file, trials=2)
    lines = file.read_text().splitlines()
    refused = 0
    for seed in range(500):
        rng = np.random.default_rng(seed)
        corrupt_images = list(lines)
        k = rng.integers(len(lines))
        if seed % 2:
            corrupt_images[k] = json.dumps(edited_tree(json.loads(lines[k]), rng))
        else:
            at = rng.integers(len(lines[k]))
            corrupt_images[k] = lines[k][:at] + chr(rng.integers(32, 127)) + lines[k][at + 1:]
        file.write_text("\n".join(corrupt_images) + "\n")
        refused += tried(lambda: trial_means(sweep(measured, grid, file, trials=2), ["a"], "value"),
                         ValueError)
    assert refused > 250
    file.write_text("\n".join(lines) + "\n")
    assert sweep(measured, grid, file, trials=2) == rows


# --- what is in a file --------------------------------------------------------------------------------------

def plastic(rule, **options):
    group = LIFGroup(4)
    link = SynapseGroup(group, group, 0.2, FirstOrderSynapse(5.0), rule=rule)
    return Network(group, link, seed=3, **options), link


def test_a_rule_within_a_rule_is_kept(tmp_path):
    net, link = plastic(Normalization(total=1.0, rule=STDP(a_plus=0.02, tau_plus=17.0)))
    net.save(tmp_path / "a.npz")
    other, its_link = plastic(Normalization(total=2.0, rule=STDP()))
    other.load(tmp_path / "a.npz")
    assert (its_link.rule.total, its_link.rule.rule) == (1.0, STDP(a_plus=0.02, tau_plus=17.0)) or (
        its_link.rule.rule.a_plus, its_link.rule.rule.tau_plus) == (0.02, 17.0)
    with pytest.raises(ValueError, match="holds another network: its synapses are"):
        plastic(Normalization(total=1.0))[0].load(tmp_path / "a.npz")


def test_a_monitor_of_weights_watches_what_was_loaded(tmp_path):
    def build(seed, density):
        a, b = LIFGroup(10), LIFGroup(8)
        some = random_array((10, 8), density=density, rng=np.random.default_rng(seed), format="csr")
        link = SynapseGroup(a, b, some, rule=STDP())
        monitor = WeightMonitor(link, every=1.0)
        return Network(a, b, link, monitor, seed=1), monitor

    net, _ = build(0, 0.5)
    net.run(2.0)
    net.save(tmp_path / "a.npz")
    other, monitor = build(1, 0.3)
    other.run(2.0)
    other.load(tmp_path / "a.npz")
    other.run(3.0)
    assert monitor.values.shape == (3, 40) and monitor.t.tolist() == [3.0, 4.0, 5.0]


def test_files_of_version_0_1_are_refused_by_their_version(tmp_path):
    net, _ = plastic(STDP())
    net.save(tmp_path / "a.npz")
    header, arrays = contents(tmp_path / "a.npz")
    plainly(tmp_path / "a.npz")(header | {"version": 1}, arrays)
    with pytest.raises(ValueError, match="its version is 1, this program reads 4; spikingnn 0.1 wrote it"):
        net.load(tmp_path / "a.npz")


def test_reset_forgets_what_rules_remember_at_each_synapse():
    network, inputs = mixed.build(seed=1)
    network.run(30.0, inputs)
    assert np.any(network._layout.synapse_state != 0.0)
    first = mixed.build(seed=1)
    network.reset()
    np.testing.assert_array_equal(network._layout.synapse_state, first[0]._layout.synapse_state)
    network.run(30.0, inputs)
    first[0].run(30.0, first[1])
    assert mixed.digest(network) == mixed.digest(first[0])


def test_patience_goes_on_where_it_was(tmp_path):
    trainer = small_trainer(tmp_path / "run", patience=5)
    trainer.folder.mkdir()
    trainer.waited, trainer.samples = 3, 40
    trainer.save(tmp_path / "run" / "last.npz")
    assert small_trainer(tmp_path / "run", patience=5).resume().waited == 3


# --- archives that are none ---------------------------------------------------------------------------------

def test_bombs_and_objects_are_refused_before_they_are_read(tmp_path):
    net, _ = plastic(STDP())
    net.save(tmp_path / "a.npz")
    header, arrays = contents(tmp_path / "a.npz")
    text = np.frombuffer(json.dumps(header).encode(), np.uint8)
    np.savez_compressed(tmp_path / "bomb.npz", **arrays | {"group.0.v": np.zeros(1 << 24)}, header=text)
    np.savez(tmp_path / "objects.npz", **arrays | {"group.0.v": np.array([{}, {}], object)}, header=text)
    with zipfile.ZipFile(tmp_path / "claims.npz", "w") as content, (tmp_path / "x.npy").open("w+b") as x:
        np.lib.format.write_array_header_1_0(x, {"descr": "<f8", "fortran_order": False, "shape": (1 << 40,)})
        x.seek(0)
        content.writestr("group.0.v.npy", x.read())
        content.writestr("header.npy", b"x")
    with (tmp_path / "holes.npz").open("wb") as holes:
        holes.truncate(1 << 40)
    said = {"bomb": "compressed", "objects": "other things than numbers",
            "claims": "has not the size that it claims", "holes": "bytes"}
    for name, message in said.items():
        with pytest.raises(ValueError, match=message) as refused:
            net.load(tmp_path / f"{name}.npz")
        assert "pickle" not in str(refused.value)


@pytest.fixture
def special(tmp_path):
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "folder").mkdir()
    (tmp_path / "to-null").symlink_to("/dev/null")
    return [tmp_path / "fifo", tmp_path / "folder", tmp_path / "to-null", "/dev/zero"]


def test_what_is_no_regular_file_is_neither_read_nor_replaced(special, tmp_path):
    net, _ = plastic(STDP())
    for file in special:
        for act in (net.load, net.save, STDPClassifier.load, checkpoint.read_checkpoint,
                    files.replacing(file).__enter__,
                    lambda file: sweep(measured, {"a": [1]}, file), files.file_lock(file).__enter__):
            with pytest.raises(ValueError, match="a regular file is needed"):
                act(file) if not hasattr(act, "__self__") or not hasattr(act.__self__, "gen") else act()
    assert os.path.islink(tmp_path / "to-null")
    assert sorted(os.listdir(tmp_path)) == ["fifo", "folder", "to-null"]


def test_a_symbolic_link_stays_and_its_target_is_written(tmp_path):
    (tmp_path / "there").mkdir()
    link = tmp_path / "a.npz"
    link.symlink_to(tmp_path / "there" / "b.npz")
    net, _ = plastic(STDP())
    for _ in range(2):                                      # where it points nowhere yet, and again
        net.save(link)
        assert link.is_symlink() and os.listdir(tmp_path / "there") == ["b.npz"]
    os.chmod(tmp_path / "there" / "b.npz", 0o600)
    net.save(link)
    assert os.stat(link).st_mode & 0o777 == 0o600
    net.load(link)


@pytest.mark.parametrize("command",
                         [["sweep", "--out"], ["sweep", "--json"], ["recall", "--json"], ["train", "--json"],
                          ["recall", "--csv"], ["stdp", "--model"], ["recall", "--save"]])
def test_commands_refuse_devices_before_the_work(command, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe.png")
    assert cli.main([*command, "pipe.png"]) == 2
    printed = capsys.readouterr()
    assert "is a FIFO; a regular file is needed" in printed.err and printed.err.count("\n") == 1
    assert not printed.out
    assert os.listdir(tmp_path) == ["pipe.png"]


# --- two runs into one folder -------------------------------------------------------------------------------

def test_a_run_that_is_not_alone_writes_no_settings(tmp_path, capsys):
    run = tmp_path / "run"
    run.mkdir()
    (run / "config.yaml").write_text("of another run\n")
    with files.file_lock(run / "lock"):
        assert cli.main(["train", "--out", str(run), "--set", "training.epochs=1"]) == 2
    assert "another run, process" in capsys.readouterr().err
    assert (run / "config.yaml").read_text() == "of another run\n"


def test_a_run_goes_on_with_the_settings_of_its_checkpoint(tmp_path, capsys):
    run = tmp_path / "run"
    small = ["--set", "training.epochs=1", "--set", "model.layers.0.n=8"]
    assert cli.main(["train", "--out", str(run), *small]) == 0
    settings = (run / "config.yaml").read_text()
    capsys.readouterr()
    for old, new, key in (("preprocessing:\n", "preprocessing:\n  - invert\n", "data.preprocessing.0"),
                          ("n: 8", "n: 2000000000", "model.layers.0.n"),
                          ("epochs: 1", "epochs: 2", "training.epochs")):
        assert old in settings
        (run / "config.yaml").write_text(settings.replace(old, new))
        assert cli.main(["train", "--resume", str(run)]) == 2
        printed = capsys.readouterr().err
        assert f"continues with the settings of that run; here others are given: {key}" in printed
        assert printed.count("\n") == 1


def test_replaced_models_are_refused_before_anything_changes(tmp_path):
    """A file whose last array is wrong leaves models, rules and states as they were."""
    net, link = plastic(STDP(a_plus=0.03))
    net.save(tmp_path / "a.npz")
    header, arrays = contents(tmp_path / "a.npz")
    late = {"spikes.unit": np.array([7]), "spikes.group": np.array([0]), "spikes.step": np.array([0])}
    plainly(tmp_path / "a.npz")(header, arrays | late)
    other, its_link = plastic(STDP())
    group = other.groups[0]
    group.model = replace(group.model, tau_m=11.0)
    group["v"] = -61.0
    with pytest.raises(ValueError, match="is damaged, or holds what does not fit"):
        other.load(tmp_path / "a.npz")
    assert group.model.tau_m == 11.0 and its_link.rule.a_plus == STDP().a_plus and (group["v"] == -61.0).all()
