"""`spikingnn doctor`: versions, threads, cache folder, what is missing, and the command that repairs it."""

from __future__ import annotations

import argparse
import operator
import os
import platform
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

from .._util.versions import parse_version
from .options import Commands, add_json, cache_state, refuse, writable, write_json


Requirement: TypeAlias = "tuple[str, str]"      # name, version bounds

COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    ">=": operator.ge, "<": operator.lt, "!=": operator.ne, "==": operator.eq, "<=": operator.le,
    ">": operator.gt}


def add(commands: Commands, shared: dict[str, Any]) -> None:
    """Add the command to the parser."""
    doctor = commands.add_parser("doctor", help="check the installation", **shared, description=(
        "Show versions, threads and the cache folder, and what is missing together with the "
        "command that repairs it."))
    add_json(doctor)
    doctor.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print what is installed, and how to repair what is not; return 2 if something required is missing."""
    writable(options.json)
    required, extras = _requirements()
    rows = [("python", platform.python_version(), ""),
            *((name, *_state(name, bounds)) for name, bounds in required)]
    missing = [name for name, _, repair in rows if repair]
    for extra, needs in sorted(extras.items()):
        lacking = [name for name, bounds in needs if _state(name, bounds)[1]]
        rows.append((f"[{extra}]", "missing " + ", ".join(lacking) if lacking else "installed",
                     f"python -m pip install {' '.join(lacking)}" if lacking else ""))
    folder, note = cache_state()
    rows += [("threads", _threads(), ""),
             ("cache", f"{folder} (writable: yes)" if folder else "none (writable: no)", note),
             ("data", *_bundled_data())]
    for name, state, repair in rows:
        print(f"{name:<12} {state}" + (f"\n{'':<12} → {repair}" if repair else ""))
    if options.json:
        states = {name: {"state": state, "repair": repair or None} for name, state, repair in rows}
        write_json(options.json, states)
    broken = missing + [name for name, _, repair in rows if name == "data" and repair]
    if broken:
        return refuse(f"not ready: {', '.join(broken)}; the lines with → repair it")
    print("all that is required is here")
    return 0


def _requirements() -> tuple[list[Requirement], dict[str, list[Requirement]]]:
    """Return ([(name, bounds)], {extra: [(name, bounds)]}) as the installed package or the checkout's
    setup.cfg declares."""
    from importlib.metadata import PackageNotFoundError, requires
    try:
        lines = [(line, re.search(r"""extra\s*==\s*['"]([\w-]+)""", line))
                 for line in requires("spikingnn") or []]
        declared = [(line.split(";")[0], extra and extra.group(1)) for line, extra in lines]
    except PackageNotFoundError:
        declared = _declared_in_checkout()
    required: list[Requirement] = []
    extras: dict[str, list[Requirement]] = {}
    for line, extra in declared:
        found = re.match(r"([\w.-]+)(?:\[[^]]*\])?\s*(.*)", line.strip())
        if found and found[1] != "spikingnn":
            (extras.setdefault(extra, []) if extra else required).append((found[1], found[2].strip("() ")))
    return required, extras


def _declared_in_checkout() -> list[tuple[str, str | None]]:
    """Return (requirement, extra or None) for each line of setup.cfg."""
    import configparser
    setup = configparser.RawConfigParser()
    setup.read(Path(__file__).resolve().parents[2] / "setup.cfg", encoding="utf-8")
    declared: list[tuple[str, str | None]] = [
        (line, None) for line in setup.get("options", "install_requires", fallback="").strip().splitlines()]
    if setup.has_section("options.extras_require"):
        for extra, lines in setup["options.extras_require"].items():
            declared += [(line, extra) for line in lines.strip().splitlines()]
    return declared


def _state(name: str, bounds: str) -> tuple[str, str]:
    """Return (the version or what is wrong, the command that repairs it or "")."""
    from importlib.metadata import PackageNotFoundError, version
    repair = f'python -m pip install "{name}{bounds}"'
    try:
        found = version(name)
    except PackageNotFoundError:
        return "missing", repair
    for comparison, bound in re.findall(r"(>=|<=|==|!=|<|>)\s*([\d.]+)", bounds):
        if not COMPARISONS[comparison](parse_version(found), parse_version(bound)):
            return f"{found}, but {comparison}{bound} is needed", repair
    return found, ""


def _threads() -> str:
    import numba
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    threads = numba.config.NUMBA_NUM_THREADS        # type: ignore[attr-defined]  # set when Numba is imported
    return f"{cores} cores for this process, Numba would use {threads}; one recall uses 1"


def _bundled_data() -> tuple[str, str]:
    from ..datasets import bundled_file
    try:
        return str(bundled_file("photos64.npz")), ""
    except OSError as problem:
        return str(problem), "python -m pip install --force-reinstall --no-deps spikingnn"
