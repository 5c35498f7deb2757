"""Which columns a lender's files have, whatever kind of files they are."""

from __future__ import annotations

import gzip
import zipfile
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from tests.training.invented import APPLICATION, LAYOUT
from training.tables.found import of_files, of_staged
from training.tables.layout import Layout
from training.tables.schema import Dialect

HEADER = 'dossier;amt_credit;"Revenu ; déclaré";TARGET\n'


def french(encoding: str) -> Layout:
    """Semicolons, and a header that is not the column's name."""
    columns = tuple(
        replace(one, header="Revenu ; déclaré") if one.name == "revenu" else one
        for one in APPLICATION
    )
    dialect = Dialect(delimiter=";", encoding=encoding)
    table = replace(APPLICATION, columns=columns, dialect=dialect)
    return replace(LAYOUT, tables={"application": table})


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "utf-16", "utf-8-sig"])
@pytest.mark.parametrize("suffix", [".csv", ".csv.gz", ".csv.zip", "parts"])
def test_columns_are_those_of_the_header(
    tmp_path: Path, encoding: str, suffix: str
) -> None:
    content = HEADER.encode(encoding)
    path = tmp_path / f"demandes{suffix}"
    if suffix == "parts":
        folder = tmp_path / "demandes.csv"
        folder.mkdir()
        (folder / "0.csv").write_bytes(content)
    elif suffix == ".csv.zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("demandes.csv", content)
    else:
        path.write_bytes(gzip.compress(content) if suffix.endswith("z") else content)
    declared = "utf-8" if encoding == "utf-8-sig" else encoding
    found = of_files(french(declared), tmp_path)
    assert found.application.names == ("dossier", "amt_credit", "revenu")


def test_staged_tables_say_the_same(tmp_path: Path) -> None:
    path = tmp_path / "application.parquet"
    duckdb.connect().sql("SELECT 'x' AS dossier, 1 AS revenu").write_parquet(str(path))
    paths = {"application": path, "credits": tmp_path / "credits.parquet"}
    found = of_staged(LAYOUT, paths)
    # The amount must be there: staging has seen to it.
    assert found.application.names == ("dossier", "amt_credit", "revenu")
    assert found.tables["credits"] == LAYOUT.tables["credits"]


def test_a_layout_with_all_of_its_columns_is_the_same_one(tmp_path: Path) -> None:
    assert of_files(LAYOUT, tmp_path) is LAYOUT
    (tmp_path / "demandes.csv").write_bytes(b"\xff\xfe not a header")
    (tmp_path / "credits.csv.gz").write_bytes(b"damaged")
    assert of_files(LAYOUT, tmp_path).tables["credits"] == LAYOUT.tables["credits"]


def test_what_was_declared_of_a_column_goes_with_it() -> None:
    credits = LAYOUT.without({"credits": ["ouvert"]}).tables["credits"]
    assert (credits.day, credits.windows) == ("", ())
    assert "ouvert" not in credits.names
