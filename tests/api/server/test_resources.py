"""How many workers a machine, or a container's share of one, has room for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from api.server.resources import memory_limit, memory_used, worker_count

V2 = "0::/pod/app\n"
V1 = "4:memory:/docker/x\n1:cpu,cpuacct:/docker/x\n0::/\n"


def written(folder: Path, own: str, files: dict[str, str]) -> tuple[Path, Path]:
    """Where the control groups are, and what says which are the process's."""
    root, of_process = folder / "cgroup", folder / "own"
    of_process.write_text(own)
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{content}\n")
    return root, of_process


@pytest.mark.parametrize(
    ("own", "files", "expected"),
    [
        ("", {}, 8),
        (V2, {"pod/app/cpu.max": "max 100000", "pod/app/memory.max": "max"}, 8),
        (V2, {"pod/app/cpu.max": "250000 100000"}, 3),
        (V2, {"pod/app/cpu.max": "50000 100000"}, 1),
        (V2, {"pod/cpu.max": "200000 100000", "pod/app/cpu.max": "max 100000"}, 2),
        (V2, {"pod/app/memory.max": str(512 * 2**20)}, 1),
        (V2, {"pod/app/memory.max": str(2**30)}, 3),
        (V2, {"memory.max": str(2**30)}, 3),
        (
            V1,
            {
                "cpu,cpuacct/cpu.cfs_quota_us": "400000",
                "cpu,cpuacct/cpu.cfs_period_us": "100000",
                "memory/memory.limit_in_bytes": "9223372036854771712",
            },
            4,
        ),
        (
            V1,
            {
                "cpu,cpuacct/docker/x/cpu.cfs_quota_us": "-1",
                "cpu,cpuacct/docker/x/cpu.cfs_period_us": "100000",
                "memory/docker/x/memory.limit_in_bytes": str(2**30),
            },
            3,
        ),
    ],
)
def test_as_many_workers_as_processors_and_memory_allow(
    own: str,
    files: dict[str, str],
    expected: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)))
    monkeypatch.setattr(os, "sysconf", lambda _: 2**20)
    root, of_process = written(tmp_path, own, files)
    assert worker_count(root, of_process) == expected


def test_a_small_machine_has_few_workers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)))
    monkeypatch.setattr(
        os, "sysconf", {"SC_PAGE_SIZE": 4096, "SC_PHYS_PAGES": 2**17}.__getitem__
    )
    assert worker_count(tmp_path, tmp_path / "own") == 1


@pytest.mark.parametrize(
    ("own", "files", "used"),
    [
        ("", {}, None),
        (
            V2,
            {
                "pod/memory.max": str(2**30),
                "pod/memory.current": "900",
                "pod/memory.stat": "anon 500\ninactive_file 300",
                "pod/app/memory.max": "max",
                "pod/app/memory.current": "700",
            },
            600,
        ),
        (
            V1,
            {
                "memory/docker/x/memory.limit_in_bytes": str(2**30),
                "memory/docker/x/memory.usage_in_bytes": "900",
                "memory/docker/x/memory.stat": "inactive_file 1\n"
                "total_inactive_file 200",
            },
            700,
        ),
    ],
)
def test_memory_is_told_of_the_group_that_is_full_first(
    own: str, files: dict[str, str], used: float | None, tmp_path: Path
) -> None:
    root, of_process = written(tmp_path, own, files)
    assert memory_used(root, of_process) == used
    limit = memory_limit(root, of_process)
    assert (limit == 2**30) is (used is not None)
