"""The page on equations is true: its programs run and print what it shows."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest


PAGE = (Path(__file__).resolve().parents[2] / "docs" / "equations.md").read_text(encoding="utf-8")
PROGRAMS = re.findall(r"^```python\n(.*?)^```\n\n```text\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_every_program_has_its_output():
    assert len(PROGRAMS) == PAGE.count("```python") == 7


@pytest.mark.parametrize("program, printed", PROGRAMS, ids=[f"program{k + 1}" for k in range(len(PROGRAMS))])
def test_program_prints_what_the_page_shows(program, printed, tmp_path):
    (tmp_path / "program.py").write_text(program, encoding="utf-8")
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run([sys.executable, "-W", "error::UserWarning", "program.py"], cwd=tmp_path,
                          capture_output=True,
                          text=True, timeout=300, env=environment)
    assert not done.returncode, done.stderr
    assert done.stdout == printed
