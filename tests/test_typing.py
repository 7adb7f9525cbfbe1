"""Types are true: strict mypy accepts the package and a user's script, and the script runs."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SCRIPT = ROOT / "tests" / "typing" / "user_script.py"
COMPILED = ("_kernel", "jit", "intrinsic", "overload")


def mypy(*arguments):
    pytest.importorskip("mypy")
    command = [sys.executable, "-m", "mypy", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_package():
    mypy()


def test_a_users_script():
    mypy("--config-file", "setup.cfg", "tests/typing/user_script.py")


def test_the_script_runs(tmp_path):
    command = [sys.executable, "-W", "error", SCRIPT]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 3


def test_everything_but_kernels_is_annotated():
    """The rooms whose kernels are written without annotations are exempt from mypy's own check of that."""
    missing = []
    for room in ("neurons", "encoding", "plasticity"):
        for path in (ROOT / "spikingnn" / room).glob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.FunctionDef) and node.returns is None:
                    decorators = " ".join(ast.unparse(decorator) for decorator in node.decorator_list)
                    if not any(word in decorators for word in COMPILED):
                        missing.append(f"{path.name}:{node.lineno}: {node.name}")
    assert not missing, "\n".join(missing)
