"""The README is true: its two commands can be extracted, its programs run and print what it shows."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest


ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")

PROGRAMS = re.findall(r"^```python\n(.*?)^```\n\n```text\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def test_every_program_has_its_output():
    assert len(PROGRAMS) == README.count("```python") > 5


def test_it_is_short():
    assert len(README.split()) <= 1800


def test_two_commands():
    section = README.split("\n## Two commands\n")[1].split("\n## ")[0]
    commands = re.findall(r"^```bash\n([^\n]+)\n```$", section, re.MULTILINE)
    assert commands == ["pip install . && spikingnn recall", "pip install '.[test]' && pytest"]


@pytest.mark.parametrize("program, printed", PROGRAMS, ids=[f"program{k + 1}" for k in range(len(PROGRAMS))])
def test_program_prints_what_the_readme_shows(program, printed, tmp_path):
    (tmp_path / "program.py").write_text(program, encoding="utf-8")
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run([sys.executable, "program.py"], cwd=tmp_path, capture_output=True, text=True,
                          timeout=300, env=environment)
    assert done.returncode == 0, done.stderr
    assert done.stdout == printed
    written = set(re.findall(r'plt\.savefig\("([^"]+)"\)', program))
    assert all((tmp_path / name).stat().st_size > 5000 for name in written)


def test_links_and_pictures_are_here():
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert "://" in target or (ROOT / target).is_file(), target
