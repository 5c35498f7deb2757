"""A lender's own files: what is read of them, and what is refused with which words."""

from __future__ import annotations

import gzip
import logging
import random
import zipfile
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.training.tables.demo_bank import (
    APPLICATIONS,
    CREDITS,
    PAYMENTS,
    with_changes,
    write,
)
from training.errors import TableError
from training.files import literal, rows_of
from training.tables.lender import layout_of
from training.tables.stage import stage


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """In a folder with a name as people give them."""
    return write(tmp_path / "Projet d'été [1] #2" / "data")


def staged(data: Path) -> dict[str, list[tuple[Any, ...]]]:
    paths = stage(layout_of(data), data, data.parent / "staged")
    return {
        name: duckdb.execute(f"FROM {rows_of(path)} ORDER BY ALL").fetchall()
        for name, path in paths.items()
    }


def refusal(data: Path) -> str:
    with pytest.raises(TableError) as caught:
        staged(data)
    assert not list((data.parent / "staged").glob(".*")), "a half-written file was left"
    return str(caught.value)


def rewrite(data: Path, old: str, new: str) -> None:
    text = with_changes((old, new), text=APPLICATIONS)
    (data / "demandes.csv").write_bytes(text.encode("cp1252"))


def test_reads_a_lenders_files_as_declared(
    data: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        rows = staged(data)
    # dossier, TARGET, deposee_le, montant, select, sexe, situation, anciennete,
    # produit, suivi
    assert rows["demandes"] == [
        (" b2", 0, 19753, 7.0, None, "homme", "seul", None, "01", None),
        ("A1", 1, 19754, 1234.5, -12418, "femme", "mariée", None, "=1+1", 3),
        ("C3", None, 19783, 0.25, 1, None, None, 12, "no", 0),
        ("D4", 1, 19782, 1000.0, None, None, None, None, None, 2),
    ]
    assert rows["demandes 2026"] == [
        ("Z9", 20458, 50000.0, None, None, None, None, None, None)
    ]
    assert rows["credits"] == [("A1", 1, "ouvert"), ("Z9", 2, "clos")]
    assert rows["paiements"] == [(1, -1, 5.5), (1, 1, 6.0), (2, -5, None)]
    told = caplog.messages
    assert (
        "demandes.csv: column sexe: not among its categories, kept as missing:"
        in (told[0])
    )
    assert told[0].endswith(": 'autre' (1)")
    assert "crédits.csv: records of no application, left out: 1" in told
    assert "paiements.csv: records of no record of credits, left out: 1" in told


def test_a_staged_table_stands_until_what_it_was_made_from_changes(data: Path) -> None:
    out = data.parent / "staged"
    said: list[str] = []
    for _ in range(2):
        stage(layout_of(data), data, out, progress=said.append)
    assert said[4:] == [f"{name}: as before" for name in layout_of(data).files()]
    rewrite(data, "A1;01/02/2024", "A1;02/02/2024")
    rows = staged(data)["paiements"]
    assert rows[0] == (1, -2, 5.5)


@pytest.mark.parametrize("kind", ["gz", "zip", "folder", "utf-16"])
def test_reads_other_forms_of_the_same_file(data: Path, kind: str) -> None:
    plain = data / "demandes.csv"
    whole = staged(data)["demandes"]
    content = plain.read_bytes()
    plain.unlink()
    if kind == "gz":
        (data / "demandes.csv.gz").write_bytes(gzip.compress(content))
    elif kind == "zip":
        with zipfile.ZipFile(data / "demandes.csv.zip", "w") as archive:
            archive.writestr("export.csv", content)
    elif kind == "folder":
        plain.mkdir()
        header, *lines = content.splitlines(keepends=True)
        for number in (0, 1):
            part = plain / f"part [{number}].csv"
            part.write_bytes(header + b"".join(lines[number::2]))
    else:
        plain.write_text(APPLICATIONS, encoding="utf-16")
        (data / "demandes 2026.csv").unlink()
        changed = with_changes(("cp1252", "utf-16"))
        (data / "lender.yaml").write_text(changed, encoding="utf-8")
    assert staged(data)["demandes"] == whole


def test_parquet_may_hold_any_type_that_says_the_same(data: Path) -> None:
    for name in ("crédits", "paiements"):
        (data / f"{name}.csv").unlink()
    for name, rows in {
        "crédits": "SELECT 'A1' AS no_dossier, 1.0::DOUBLE AS \"n°\", 'clos' AS etat",
        "paiements": "SELECT 1::SMALLINT AS numero, DATE '2024-01-31' AS paye_le,"
        " 5.25::DECIMAL(9, 2) AS paye UNION ALL SELECT 1, NULL, NULL",
    }.items():
        path = literal(data / f"{name}.parquet")
        duckdb.execute(f"COPY ({rows}) TO {path} (FORMAT parquet)")
    found = staged(data)
    assert found["credits"] == [("A1", 1, "clos")]
    assert found["paiements"] == [(1, -1, 5.25), (1, None, None)]


def test_not_a_number_in_parquet_is_missing_and_half_an_integer_refused(
    data: Path,
) -> None:
    (data / "crédits.csv").unlink()
    path = literal(data / "crédits.parquet")
    sql = "COPY (SELECT 'A1' AS no_dossier, {} AS \"n°\", 'clos' AS etat) TO {}"
    duckdb.execute(sql.format("1.5", path))
    assert "row 1: column numero: expected an integer, found '1.5'" in refusal(data)
    duckdb.execute(sql.format("'nan'::DOUBLE", path))
    assert "column numero: expected a value in every row" in refusal(data)


def test_the_rows_of_both_files_are_numbered_on(tmp_path: Path) -> None:
    text = """version: 1
lender: A
applications:
  file: old
  later: new
  key: row number
  target: {column: bad, default: 1}
  columns:
    amount: {type: number, is: amount}
    row: {type: integer, from: select}
"""
    (tmp_path / "lender.yaml").write_text(text, encoding="utf-8")
    rows = "".join(f"{n % 7},{n},{n % 2}\n" for n in range(50_000))
    (tmp_path / "old.csv").write_text(f"amount,select,bad\n{rows}")
    (tmp_path / "new.csv").write_text("amount,select\n5,1\n")
    read = stage(layout_of(tmp_path), tmp_path, tmp_path / "staged")
    old = rows_of(read["old"])
    [(first, last, wrong)] = duckdb.execute(
        f"SELECT min(row_number), max(row_number), count_if(row_number <> row + 1)"
        f" FROM {old}"
    ).fetchall()
    assert (first, last, wrong) == (1, 50_000, 0)
    new = duckdb.execute(f"FROM {rows_of(read['new'])}").fetchall()
    assert new == [(50_001, 5.0, 1)]


REFUSALS = [
    ("01/02/2024", "2024-02-01", "column deposee_le: expected a date, %d/%m/%Y"),
    (
        "01/02/2024",
        "01/02/24",
        "line 2: column deposee_le: expected a date, %d/%m/%Y, found '01/02/24'",
    ),
    ("01/02/2024", "31/02/2024", "found '31/02/2024'"),
    (
        ";0,25;",
        ";0.25;",
        "expected a number with a decimal comma, found '0.25'",
    ),
    (";0,25;", ";1.000,25;", "found '1.000,25'"),
    (";0,25;", ";NaN;", "montant: expected a value in every row"),
    (
        ";0,25;",
        ";-1;",
        "montant: expected a number from 0 to 1e+06, found -1.0",
    ),
    (";0,25;", ";;", "montant: expected a value in every row"),
    ("12,0", "12,5", "anciennete: expected an integer, found '12,5'"),
    ("12,0", "douze d'ans", 'expected an integer, found "douze d\'ans"'),
    ("12,0", "x" * 99, f"found '{'x' * 60}'"),
    ("C3;", ";", "column dossier: expected a value in every row"),
    ("C3;", f"{'C' * 65};", "column dossier: expected at most 64 characters"),
    ("C3;", "D4;", "dossier must be unique; D4 is there 2 times"),
    ("anciennete;", "ancienneté;", "column anciennete is missing; found: dossier, "),
    ("D4;", "D4;x;", "line 5: expected 9 values, as in the header, found 10"),
]


@pytest.mark.parametrize(("old", "new", "text"), REFUSALS)
def test_a_value_that_cannot_be_is_named_without_the_record(
    data: Path, old: str, new: str, text: str
) -> None:
    rewrite(data, old, new)
    said = refusal(data)
    assert said.startswith("demandes.csv: ")
    assert text in said
    assert "mariée" not in said and "autre" not in said


def test_a_word_for_default_that_no_row_has_is_refused_with_those_there_are(
    data: Path,
) -> None:
    changed = with_changes(("[oui, contentieux]", "Oui"))
    (data / "lender.yaml").write_text(changed, encoding="utf-8")
    assert refusal(data) == (
        "demandes.csv: column Impayé ?: expected 'Oui' in a row at least, for a"
        " default; found '' (1), 'contentieux' (1), 'non' (1), 'oui' (1)"
    )


def test_a_file_that_is_written_otherwise_is_taken_and_told(data: Path) -> None:
    whole = staged(data)["demandes"]
    changed = with_changes(('delimiter: ";", decimal: ",", encoding: cp1252, ', ""))
    (data / "lender.yaml").write_text(changed, encoding="utf-8")
    said: list[str] = []
    paths = stage(layout_of(data), data, data.parent / "again", progress=said.append)
    rows = duckdb.execute(f"FROM {rows_of(paths['demandes'])} ORDER BY ALL").fetchall()
    assert rows == whole
    assert said[0] == "demandes: 4 rows (cp1252, separated by ;, decimal commas)"


def test_records_of_a_missing_parent_are_left_out(
    data: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (data / "crédits.csv").unlink()
    assert list(staged(data)) == ["demandes", "demandes 2026"]
    assert "paiements: left out, credits is missing and links it" in caplog.messages


def test_the_order_of_the_rows_changes_nothing_but_their_order(data: Path) -> None:
    whole = staged(data)
    rng = random.Random(1)
    for name, text in {"crédits": CREDITS, "paiements": PAYMENTS}.items():
        header, *lines = text.splitlines(keepends=True)
        rng.shuffle(lines)
        (data / f"{name}.csv").write_text(header + "".join(lines), encoding="utf-8")
    assert staged(data) == whole
