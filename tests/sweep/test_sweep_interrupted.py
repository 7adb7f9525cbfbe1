"""Sweeps that are killed, and sweeps on a Dask cluster: every point once, whatever ends in between."""

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

import spikingnn.cli as cli
from spikingnn._util.blas import thread_count
from spikingnn.sweep import sweep


GRID = {"a": list(range(24))}
NO_DASK = "Dask is not installed: pip install 'spikingnn[dask]'"
SCRIPT = """
import os, sys, time
from spikingnn.sweep import sweep

def slow(seed, a):
    time.sleep(0.02)
    return {"value": a + seed % 5}

if __name__ == "__main__":
    sweep(slow, {"a": list(range(24))}, "a.jsonl", jobs=2)
"""


def slow(seed, a):
    time.sleep(0.01)
    return {"value": a + seed % 5}


def same(rows):
    return [{name: value for name, value in row.items() if name not in ("key", "seconds")} for row in rows]


def points_in(file):
    """The values of `a` in the complete lines of a file."""
    lines = file.read_text().split("\n")[:-1] if file.exists() else []
    return [json.loads(line)["a"] for line in lines]


def assert_every_point_once(file, rows):
    assert sorted(points_in(file)) == GRID["a"]
    assert same(rows) == same(sweep(slow, GRID))


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_killed_at_ten_random_moments_and_resumed(tmp_path):
    file, rng, counts = tmp_path / "a.jsonl", np.random.default_rng(0), [0]
    for _ in range(10):
        process = multiprocessing.get_context("fork").Process(target=sweep, args=(slow, GRID, file))
        process.start()
        time.sleep(rng.uniform(0.005, 0.05))
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        counts.append(len(points_in(file)))
    assert counts == sorted(counts) and len(set(counts)) > 3                # it was killed in the middle
    assert_every_point_once(file, sweep(slow, GRID, file))


def test_killed_while_processes_calculate(tmp_path):
    pytest.importorskip("joblib", reason="joblib is not installed: pip install 'spikingnn[sweep]'")
    file = tmp_path / "a.jsonl"
    (tmp_path / "script.py").write_text(SCRIPT)
    process = subprocess.Popen([sys.executable, "script.py"], cwd=tmp_path, stderr=subprocess.DEVNULL,
                               start_new_session=True)
    until = time.monotonic() + 60
    while len(points_in(file)) < 3 and time.monotonic() < until:
        time.sleep(0.01)
    process.kill()
    process.wait()
    assert 3 <= len(points_in(file)) <= 24
    assert_every_point_once(file, sweep(slow, GRID, file))          # while its workers may still be there
    os.killpg(process.pid, signal.SIGKILL)


def deadly(seed, a):
    if a == 20:
        os.kill(os.getpid(), signal.SIGKILL)
    return {"value": a}


def test_a_process_that_is_killed_ends_the_sweep_in_one_line(tmp_path):
    pytest.importorskip("joblib", reason="joblib is not installed: pip install 'spikingnn[sweep]'")
    file = tmp_path / "a.jsonl"
    with pytest.raises(ChildProcessError, match="a process was killed .*; the finished rows are kept"):
        sweep(deadly, GRID, file, jobs=2)
    assert 0 < len(points_in(file)) < 24 and 20 not in points_in(file)


def threads(seed, a):
    import numba
    return {"numba": numba.get_num_threads(), "blas": thread_count(), "process": os.getpid()}


def test_workers_have_one_thread_each():
    pytest.importorskip("joblib", reason="joblib is not installed: pip install 'spikingnn[sweep]'")
    rows = [row for row in sweep(threads, {"a": list(range(8))}, jobs=2) if row["process"] != os.getpid()]
    assert len(rows) >= 7 and {(row["numba"], row["blas"]) for row in rows} == {(1, 1)}


# --- Dask ---------------------------------------------------------------------------------------------------

@pytest.fixture
def cluster():
    """A cluster of two workers in threads of this process, which is there at once."""
    distributed = pytest.importorskip("distributed", reason=NO_DASK)
    import dask
    with (dask.config.set({"distributed.comm.timeouts.connect": "1s"}),
          distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=False, protocol="tcp",
                                   host="127.0.0.1", dashboard_address=":0", silence_logs=50) as started):
        yield started


def test_a_cluster_gives_the_same(cluster, tmp_path):
    file = tmp_path / "a.jsonl"
    rows = sweep(slow, GRID, file, dask=cluster.scheduler_address)
    assert_every_point_once(file, rows)
    assert sweep(slow, GRID, file, dask=cluster.scheduler_address) == rows          # nothing is repeated


def test_points_that_fail_on_a_cluster_are_recorded(cluster):
    with pytest.warns(UserWarning, match="1 of 3 points failed"):
        rows = sweep(lambda a: 1 / a, {"a": [0, 1, 2]}, dask=cluster.scheduler_address)
    assert [row["error"] for row in rows] == ["ZeroDivisionError: division by zero", None, None]


def test_a_scheduler_that_ends_in_the_middle(cluster, tmp_path):
    file = tmp_path / "a.jsonl"

    def ended(rows, total):
        for number, row in enumerate(rows):
            yield row
            if number == 4:
                cluster.sync(cluster.scheduler.close)
    with pytest.raises(ConnectionError, match="scheduler was lost; the finished rows are kept"):
        sweep(slow, GRID, file, dask=cluster.scheduler_address, progress=ended)
    assert 5 <= len(points_in(file)) < 24
    assert_every_point_once(file, sweep(slow, GRID, file))


def test_the_command_starts_a_cluster(tmp_path, monkeypatch, capsys):
    pytest.importorskip("distributed", reason=NO_DASK)
    monkeypatch.chdir(tmp_path)
    function = "import os\ndef f(a):\n    return {'process': os.getpid(), 'a2': a * a}\n"
    (tmp_path / "f.py").write_text(function)
    assert cli.main(["sweep", "--function", "f.py:f", "--set", "grid.a=[1, 2, 3, 4]", "--set", "trials=1",
                     "--dask", "local", "--jobs", "1", "--json", "a.json", "--set", "measure=a2"]) == 0
    assert [row["mean"] for row in json.loads((tmp_path / "a.json").read_text())["rows"]] == [1, 4, 9, 16]
    lines = (tmp_path / "sweep.jsonl").read_text().splitlines()
    processes = {json.loads(line)["process"] for line in lines}
    assert processes - {os.getpid()} and len(processes) <= 2
    assert capsys.readouterr().err == ""


def test_a_point_that_kills_its_worker_on_a_cluster(tmp_path):
    pytest.importorskip("distributed", reason=NO_DASK)
    import dask
    file = tmp_path / "a.jsonl"
    sweep(slow, {"a": [0]}, file)       # the deadly point is not the first one, calculated here
    with (dask.config.set({"distributed.scheduler.allowed-failures": 0}),
          pytest.raises(ChildProcessError, match="ended every worker .*; the finished rows are kept")):
        sweep(deadly, GRID, file, dask="local")
    assert 0 < len(points_in(file)) < 24 and 20 not in points_in(file)


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nowhere"])
def test_no_scheduler(address, tmp_path, monkeypatch, capsys):
    pytest.importorskip("distributed", reason=NO_DASK)
    import dask
    monkeypatch.chdir(tmp_path)
    with dask.config.set({"distributed.comm.timeouts.connect": "1s"}):
        assert cli.main(["sweep", "--set", "grid={n: [20], rule: [hebbian]}", "--dask", address]) == 2
    printed = capsys.readouterr().err
    assert f"no scheduler of Dask at {address}" in printed and printed.count("\n") == 1


def test_without_dask_one_line(tmp_path, monkeypatch, capsys):
    pytest.importorskip("joblib", reason="joblib is not installed: pip install 'spikingnn[sweep]'")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert cli.main(["sweep", "--dask", "local"]) == 2
    printed = capsys.readouterr().err
    assert "pip install 'spikingnn[dask]'" in printed and printed.count("\n") == 1
    assert not list(tmp_path.iterdir())
