"""A host with a Procfile: runs the lines that docs/deployment.md has, in 512 MB."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.commands import ROOT

LIMIT = 512 * 2**20
START_SECONDS = 120
CGROUPS = Path("/sys/fs/cgroup")
OURS = "SCORING_", "DASHBOARD_", "STREAMLIT_"


class Host:
    """Where it runs them; `peak` is the most that they took at once, in bytes."""

    def __init__(self, part: str, log: Path, **settings: str) -> None:
        text = (ROOT / "docs" / "deployment.md").read_text(encoding="utf-8")
        (block,) = re.findall(rf"^```Procfile {part}\n(.*?)^```", text, re.M | re.S)
        self.lines = dict(line.split(": ", 1) for line in block.splitlines())
        kept = {n: v for n, v in os.environ.items() if not n.startswith(OURS)}
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        self.environment = {**kept, "PATH": path, **settings}
        self.log = log
        self.peak = 0

    def run(self, line: str) -> str:
        """A command to its end; what it wrote."""
        with limited() as join:
            done = subprocess.run(
                ["sh", "-c", join + line],
                cwd=ROOT,
                env=self.environment,
                capture_output=True,
                text=True,
            )
        assert done.returncode == 0, done.stderr
        return done.stdout

    @contextmanager
    def serving(self, healthy: str) -> Iterator[str]:
        """The web line, once that path answers; the address."""
        url = f"http://127.0.0.1:{self.environment['PORT']}"
        with limited() as join, self.log.open("wb") as log:
            process = subprocess.Popen(
                ["sh", "-c", join + self.lines["web"]],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
            watching = threading.Thread(target=self._watch, args=(process,))
            watching.start()
            try:
                self._wait(process, url + healthy)
                yield url
            finally:
                os.killpg(process.pid, signal.SIGTERM)
                process.wait(60)
                watching.join()

    def _wait(self, process: subprocess.Popen[bytes], url: str) -> None:
        deadline = time.monotonic() + START_SECONDS
        while process.poll() is None and time.monotonic() < deadline:
            with suppress(OSError), urllib.request.urlopen(url, timeout=10):
                return
            time.sleep(0.1)
        raise RuntimeError(f"{url} does not answer: {self.log.read_text()}")

    def _watch(self, process: subprocess.Popen[bytes]) -> None:
        while process.poll() is None:
            self.peak = max(self.peak, sum(map(_memory, _session(process.pid))))
            time.sleep(0.1)


@contextmanager
def limited() -> Iterator[str]:
    """What a shell does to be in a memory control group; nothing where none is made.

    The group has no more than a host gives; elsewhere what was taken is measured.
    """
    for parent, limit in (
        (CGROUPS / "memory", "memory.limit_in_bytes"),
        (CGROUPS, "memory.max"),
    ):
        group = parent / f"procfile-{os.getpid()}-{time.monotonic_ns()}"
        try:
            group.mkdir()
        except OSError:
            continue
        try:
            (group / limit).write_text(str(LIMIT))
            yield f"echo $$ >{group}/cgroup.procs; "
            return
        except PermissionError:
            continue
        finally:
            _remove(group)
    yield ""


def _remove(group: Path) -> None:
    """Once all its processes are gone."""
    for _ in range(50):
        with suppress(OSError):
            return group.rmdir()
        time.sleep(0.1)
    raise RuntimeError(f"{group} has processes")


def _session(leader: int) -> list[int]:
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(OSError):
                stat = (folder / "stat").read_text().rpartition(")")[2].split()
                if int(stat[3]) == leader:
                    found.append(int(folder.name))
    return found


def _memory(pid: int) -> int:
    """Its own, in bytes, and its share of what it has in common with others."""
    with suppress(OSError):
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
        return int(re.findall(r"^Pss: +(\d+) kB", rollup, re.M)[0]) * 1024
    return 0
