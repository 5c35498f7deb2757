"""Which layout a folder of raw tables has."""

from __future__ import annotations

from pathlib import Path

from training.tables.home_credit import HOME_CREDIT
from training.tables.layout import Layout


def layout_of(folder: Path) -> Layout:
    """The layout of a folder's tables: Home Credit's."""
    return HOME_CREDIT


def keep_layout(data: Path, out: Path) -> None:
    """Put beside what is made of a folder's tables how they are laid out."""
