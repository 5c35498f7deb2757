"""What memory the server takes, and may take: looked at when Prometheus asks."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from api.server.resources import memory_limit, memory_used

_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


class ServerMemory(Collector):
    """Of gunicorn's processes, as they are now; nothing where there is no /proc."""

    def __init__(self, master: int, processes: Path = Path("/proc")) -> None:
        self._master, self._processes = master, processes

    def collect(self) -> Iterator[Metric]:
        resident = {one: self._resident(one) for one in self._pids()}
        each = GaugeMetricFamily(
            "scoring_process_resident_memory_bytes",
            "Resident memory of each process; what they share counts in each",
            labels=("pid", "role"),
        )
        for pid, size in resident.items():
            if size:
                role = "master" if pid == self._master else "worker"
                each.add_metric((str(pid), role), size)
        yield each
        yield GaugeMetricFamily(
            "scoring_memory_used_bytes",
            "Memory of the control group that would be full first, without what can be "
            "given back; else of all processes",
            value=memory_used() or sum(resident.values()),
        )
        yield GaugeMetricFamily(
            "scoring_memory_limit_bytes",
            "At which memory the server is killed, or the machine has no more",
            value=memory_limit(),
        )

    def _pids(self) -> list[int]:
        children = self._processes / f"{self._master}/task/{self._master}/children"
        try:
            return [self._master, *map(int, children.read_text().split())]
        except OSError:
            return [self._master, os.getpid()]

    def _resident(self, pid: int) -> int:
        """In bytes; 0 of a process that is gone."""
        try:
            pages = (self._processes / f"{pid}/statm").read_text().split()[1]
        except OSError:
            return 0
        return int(pages) * _PAGE_BYTES
