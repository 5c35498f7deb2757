"""Running the project's commands: each a fork of a process that has the imports done.

The imports take seconds, and the tests run dozens of commands.
"""

from __future__ import annotations

import multiprocessing
import os
import runpy
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tests.commands.preloaded"])


@dataclass(frozen=True)
class Done:
    """A command that ended: its status, and what it wrote to either stream."""

    status: int | None
    out: str
    errors: str


def run(environment: Mapping[str, str], *command: str) -> Done:
    """`python -m` with the command, from the repository, to its end.

    It may start no process pool of joblib's: a fork waits for its idle processes.
    """
    with tempfile.TemporaryDirectory() as folder:
        out, errors = Path(folder, "out"), Path(folder, "errors")
        arguments = (dict(environment), command, out, errors)
        process = FORKS.Process(target=_become, args=arguments)
        process.start()
        process.join()
        return Done(process.exitcode, out.read_text(), errors.read_text())


def _become(
    environment: dict[str, str], command: tuple[str, ...], out: Path, errors: Path
) -> None:
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(ROOT)
    for descriptor, path in ((1, out), (2, errors)):
        with path.open("wb") as file:
            os.dup2(file.fileno(), descriptor)
    sys.argv = list(command)
    runpy.run_module(command[0], run_name="__main__", alter_sys=True)
