"""Write beside, then rename: an output is whole or it is not there."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A sibling path to write to; renamed to `path` when the block succeeds.

    Works for a file and for a folder; what the block left is removed when it fails.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".part-{os.getpid()}-{path.name}")
    remove(beside)
    try:
        yield beside
        if beside.is_dir():
            _replace_folder(beside, path)
        else:
            beside.replace(path)
    finally:
        remove(beside)


def _replace_folder(new: Path, path: Path) -> None:
    """A folder cannot be renamed onto a full one: move the old one aside first."""
    old = path.with_name(f".old-{os.getpid()}-{path.name}")
    remove(old)
    if path.exists():
        path.replace(old)
    new.replace(path)
    remove(old)


def remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
