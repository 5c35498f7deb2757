"""Files with bits flipped: a sentence, or just what the file says; nothing else."""

from __future__ import annotations

import csv
import gzip
import io
import os
import random
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.training.tables.demo_bank import APPLICATIONS, write
from tests.training.tables.raw.files import ROWS, TEXT, read
from training.errors import TrainingError
from training.tables.found import of_files
from training.tables.layout import APPLICATION
from training.tables.lender import layout_of
from training.tables.stage import stage

# So many of each kind; 300 by TRAINING_TEST_MUTATIONS=300.
MUTATIONS = int(os.environ.get("TRAINING_TEST_MUTATIONS", "12"))
HEADER, _, BODY = TEXT.partition("\n")


def parquet(folder: Path, compression: str) -> bytes:
    plain, target = folder / "plain.csv", folder / "whole.parquet"
    plain.write_bytes(TEXT.encode())
    typed = "SELECT * REPLACE (CNT_CHILDREN::BIGINT AS CNT_CHILDREN) FROM"
    duckdb.execute(
        f"COPY ({typed} '{plain}') TO '{target}' (COMPRESSION {compression})"
    )
    return target.read_bytes()


def zipped(folder: Path) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("application_train.csv", TEXT)
    return target.getvalue()


KINDS: dict[str, Callable[[Path], bytes]] = {
    "csv": lambda _: TEXT.encode(),
    "parquet": lambda folder: parquet(folder, "zstd"),
    "plain.parquet": lambda folder: parquet(folder, "uncompressed"),
    "csv.gz": lambda _: gzip.compress(TEXT.encode()),
    "csv.zip": zipped,
}


def mutated(content: bytes, seed: int) -> bytes:
    """With one to eight bits flipped, and at times cut."""
    rng = random.Random(seed)
    changed = bytearray(content)
    for _ in range(rng.choice([1, 1, 2, 8])):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed[: rng.randrange(len(changed))] if seed % 10 == 9 else changed)


def check_sentence(error: TrainingError, content: bytes) -> None:
    said = str(error)
    assert "\n" not in said and len(said) < 500 and "search space" not in said
    records = content.decode("latin-1").splitlines()[1:]
    assert not any(line in said for line in records if len(line) > 20), said


def numbers(rows: Sequence[Sequence[Any]]) -> list[list[float | None]]:
    return [[None if v is None else float(v) for v in row[:5]] for row in rows]


def said_by(text: str) -> list[list[float | None]]:
    """The numbers of a text with the plain header, read by other means."""
    lines = [line for line in csv.reader(io.StringIO(text)) if line][1:]
    columns = (0, 1, 3, 2, 4)
    cells = [[line[at] for at in columns] for line in lines]
    nulls = ("", "NA", "NaN", "nan", "NULL", "null", r"\N")
    return [[None if c in nulls else float(c) for c in row] for row in cells]


@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_file_gives_a_sentence_or_what_it_says(
    tmp_path: Path, kind: str
) -> None:
    whole = KINDS[kind](tmp_path)
    for seed in range(MUTATIONS):
        data = tmp_path / str(seed)
        data.mkdir()
        content = mutated(whole, seed)
        suffix = kind.removeprefix("plain.")
        (data / f"application_train.{suffix}").write_bytes(content)
        try:
            rows, _ = read(data)
        except TrainingError as error:
            check_sentence(error, content)
            continue
        if suffix in ("csv.gz", "csv.zip"):
            assert rows == ROWS, seed
        elif suffix == "csv" and content.startswith(HEADER.encode() + b"\n"):
            text = content.decode("latin-1")
            assert numbers(rows) == sorted(said_by(text), key=lambda row: row[0]), seed


def test_a_damaged_file_of_a_lender_gives_a_sentence_or_rows(tmp_path: Path) -> None:
    data = write(tmp_path / "data")
    layout = layout_of(data)
    tables = {APPLICATION: layout.application}
    layout = replace(layout, tables=tables, unlabelled="")
    whole = APPLICATIONS.encode("cp1252")
    for seed in range(MUTATIONS):
        content = mutated(whole, seed)
        (data / "demandes.csv").write_bytes(content)
        try:
            stage(of_files(layout, data), data, tmp_path / "staged")
        except TrainingError as error:
            check_sentence(error, content)
