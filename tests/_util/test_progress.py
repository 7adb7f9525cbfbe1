"""Progress bars: on terminals, after a second, in simulated seconds; elsewhere only where ordered."""

import subprocess
import sys
from pathlib import Path

import pytest
from terminal import OnTerminal

import spikingnn
from spikingnn import LIFGroup, Network
from spikingnn._util.progress import SimulationBar, progress_bar

RUN = (
    "from spikingnn import LIFGroup, Network; from spikingnn._util import progress; progress.DELAY = "
    "{delay}; "
    "Network(LIFGroup(10), dt=0.1).run(10_000.0, progress={progress})"
)


@pytest.mark.parametrize(
    "delay, progress, wanted", [(0.0, None, True), (1e9, None, False), (0.0, False, False), (1e9, True, True)]
)
def test_a_run_on_a_terminal_shows_simulated_seconds(tmp_path, delay, progress, wanted):
    Network(LIFGroup(1)).run(1.0)
    shown = OnTerminal("-c", RUN.format(delay=delay, progress=progress), cwd=tmp_path).rest()
    assert ("simulating:" in shown and "/10 s [" in shown and " × real time]" in shown) == wanted, shown


@pytest.mark.parametrize("progress", [None, False, True])
def test_elsewhere_only_what_is_ordered_is_shown(tmp_path, progress):
    code = RUN.format(delay=0.0, progress=progress)
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0 and (" × real time" in done.stderr) == bool(done.stderr) == bool(progress)


def test_bars_that_are_hidden_and_shown(capfd):
    assert list(progress_bar(range(3), desc="counting")) == [0, 1, 2]
    with progress_bar(total=3, desc="counting") as hidden:
        hidden.update(2)
        hidden.set_postfix_str("well", refresh=False)
    assert capfd.readouterr().err == ""
    assert list(progress_bar(range(3), shown=True, desc="counting")) == [0, 1, 2]
    assert "counting:   0%" in capfd.readouterr().err


def test_speed_is_simulated_over_real_time(capfd):
    with SimulationBar(10_000.0, True) as shown:
        shown.began -= 1000.0
        shown.update(5000.0)
        assert float(shown.bar.format_dict["speed"]) == pytest.approx(0.005, rel=0.05)
    assert "0/10 s [" in capfd.readouterr().err


def test_nobody_else_draws_bars():
    package = Path(spikingnn.__file__).parent
    found = [file.name for file in package.rglob("*.py") if "import tqdm" in file.read_text(encoding="utf-8")]
    assert found == ["progress.py"]
