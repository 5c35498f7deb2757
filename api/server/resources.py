"""What this process may use of the machine: in a container its share, not the whole."""

from __future__ import annotations

import math
import os
from pathlib import Path

CGROUPS = Path("/sys/fs/cgroup")
OWN = Path("/proc/self/cgroup")
# Measured under traffic of new applicants and reloads: what each worker takes that
# computes up to two at once, and the master with a bundle on trial.
WORKER_MEBIBYTES, MASTER_MEBIBYTES = 220, 180


def worker_count(root: Path = CGROUPS, own: Path = OWN) -> int:
    """As many worker processes as there are processors and memory for; at least one."""
    memory = memory_limit(root, own) / 2**20
    fitting = (memory - MASTER_MEBIBYTES) / WORKER_MEBIBYTES
    return max(1, int(min(processors(root, own), fitting)))


def at_once(workers: int, threads: int) -> int:
    """How many threads of each compute at the same time: more than there are processors
    for take memory and no less time.
    """
    return max(1, min(threads, processors() // workers))


def mebibytes(workers: int) -> int:
    """What so many take at most, with what serves them."""
    return MASTER_MEBIBYTES + workers * WORKER_MEBIBYTES


def processors(root: Path = CGROUPS, own: Path = OWN) -> int:
    """How many may work at the same time, a part of one counted as one."""
    if hasattr(os, "sched_getaffinity"):
        there = len(os.sched_getaffinity(0))
    else:
        there = os.cpu_count() or 1
    return math.ceil(min([there, *map(_cores, _groups(root, own))]))


def memory_limit(root: Path = CGROUPS, own: Path = OWN) -> float:
    """In bytes: the least of the machine's and of its control groups'."""
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return min([machine, *map(_memory, _groups(root, own))])


def memory_used(root: Path = CGROUPS, own: Path = OWN) -> float | None:
    """In bytes, by the control group with the least limit; None where none tells it.

    Without files that nothing uses now: the kernel lets go of those first.
    """
    groups = _groups(root, own)
    group = min(groups, key=_memory, default=None)
    if group is None:
        return None
    used = [
        *_numbers(group, "memory.current"),
        *_numbers(group, "memory.usage_in_bytes"),
    ]
    return used[0] - _unused_files(group) if used else None


def _unused_files(group: Path) -> float:
    """In bytes; version 1 tells the group's own, and then those below it, too."""
    try:
        lines = (group / "memory.stat").read_text().splitlines()
    except OSError:
        return 0
    told = dict(line.split() for line in lines)
    return float(told.get("total_inactive_file", told.get("inactive_file", 0)))


def _groups(root: Path, own: Path) -> list[Path]:
    """The control groups, of version 1 or 2, whose limits hold for this process.

    In a container they may be there under the root's name alone.
    """
    try:
        lines = own.read_text().splitlines()
    except OSError:
        return []
    groups = []
    for line in lines:
        _, controllers, path = line.split(":", 2)
        top = root / controllers
        group = top / path.lstrip("/")
        groups += [one for one in (group, *group.parents) if one.is_relative_to(top)]
    return groups


def _cores(group: Path) -> float:
    numbers = _numbers(group, "cpu.max") or [
        *_numbers(group, "cpu.cfs_quota_us"),
        *_numbers(group, "cpu.cfs_period_us"),
    ]
    # In version 1 a quota below 0 is none.
    if not numbers or numbers[0] < 0:
        return math.inf
    return numbers[0] / numbers[1]


def _memory(group: Path) -> float:
    """In bytes."""
    names = "memory.max", "memory.limit_in_bytes"
    return min((*_numbers(group, names[0]), *_numbers(group, names[1]), math.inf))


def _numbers(group: Path, name: str) -> list[float]:
    """Those in a file of a group; none where it has no such file."""
    try:
        words = (group / name).read_text().split()
    except OSError:
        return []
    return [math.inf if word == "max" else float(word) for word in words]
