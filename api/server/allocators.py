"""How much free memory the libraries of a process keep for themselves."""

from __future__ import annotations

import ctypes
import os

# Constants of glibc's malloc.h.
TRIM_THRESHOLD, ARENA_MAX = -1, -8
# glibc's own, which it otherwise raises with every large piece that is freed.
TRIMMED_BYTES = 131_072


def bound(processors: int) -> None:
    """Have no more pools of free memory than threads can run, and give back the rest.

    A pool keeps what one computation took, and libraries make a few per processor of
    the machine, whatever this process may use. DuckDB and numpy read it when loaded.
    """
    os.environ.setdefault("DUCKDB_JE_MALLOC_CONF", f"narenas:{processors}")
    # Nothing here multiplies matrices: its threads would idle.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(ARENA_MAX, processors)
        mallopt(TRIM_THRESHOLD, TRIMMED_BYTES)
