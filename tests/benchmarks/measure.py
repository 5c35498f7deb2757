"""Run a command as a process of its own: its CPU and wall time, its peak memory."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

MEBI = 1 << 20


@dataclass(frozen=True)
class Usage:
    """CPU and wall seconds, the largest resident set in MiB, and what was printed.

    The CPU seconds are those of the processes that it started and waited for, too.
    """

    cpu: float
    seconds: float
    mebibytes: float
    printed: str = ""


def usage(arguments: Sequence[str]) -> Usage:
    """Run `python arguments`; raises RuntimeError with what it said when it fails."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    said = process.stderr.read() if process.stderr else ""
    printed = process.stdout.read() if process.stdout else ""
    _, status, spent = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    if status:
        raise RuntimeError(f"{' '.join(arguments)}: {said}")
    # Linux counts in KiB.
    memory = spent.ru_maxrss * 1024 / MEBI
    return Usage(spent.ru_utime + spent.ru_stime, seconds, memory, printed)


def row(name: str, of: Usage, baseline: Usage, note: str = "") -> str:
    """One line of the report; the ratios are to the baseline of the same run."""
    return (
        f"{name:38} {of.cpu:8.1f} CPU s {of.cpu / baseline.cpu:7.2f}x"
        f" {of.seconds:8.1f} s {of.seconds / baseline.seconds:7.2f}x"
        f" {of.mebibytes:8.0f} MiB {of.mebibytes / baseline.mebibytes:6.2f}x  {note}"
    )
