"""Files as they come: each form is read as the plain one is, and told in a line."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import duckdb
import pytest

from tests.training.tables.raw.files import ROWS, TEXT, read
from training.errors import TableError
from training.tables.raw.find import find


def zipped(members: Mapping[str, bytes | str]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return target.getvalue()


def filled(word: str) -> bytes:
    """The text with a word in each empty cell."""
    lines = (line.split(",") for line in TEXT.splitlines())
    rows = (",".join(cell or word for cell in line) for line in lines)
    return ("\n".join(rows) + "\n").encode()


HEADER, _, BODY = TEXT.partition("\n")
MAC = {"__MACOSX/._application_train.csv": b"\x00\x05"}
KAGGLES = zipped({"application_train.csv": TEXT, "notes/read me.csv": "a\n", **MAC})
FRENCH = TEXT.replace(",", ";").replace(".", ",")
FORMS = {
    "plain": ("csv", TEXT.encode(), ""),
    "capitals": ("CSV", TEXT.encode(), ""),
    "small headers": ("csv", f"{HEADER.lower()}\n{BODY}".encode(), ""),
    "byte order mark": ("csv", TEXT.encode("utf-8-sig"), ""),
    "cp1252": ("csv", TEXT.encode("cp1252"), " (cp1252)"),
    "utf-16": ("csv", TEXT.encode("utf-16"), " (utf-16)"),
    "no mark": ("csv", TEXT.encode("utf-16-be"), " (utf-16-be)"),
    "no end": ("csv", TEXT.encode()[:-1], " (its last line has no end; it may be cut)"),
    "tab": ("csv", TEXT.replace(",", "\t").encode(), " (separated by tab)"),
    "semicolon": ("csv", TEXT.replace(",", ";").encode(), " (separated by ;)"),
    "french": ("csv", FRENCH.encode(), " (separated by ;, decimal commas)"),
    **{f"{word} for none": ("csv", filled(word), "") for word in ("NA", "NULL")},
    **{f"{word} for none": ("csv", filled(word), "") for word in ("NaN", r"\N")},
    "gzip": ("csv.gz", gzip.compress(TEXT.encode()), ""),
    "gzip by content": ("csv", gzip.compress(TEXT.encode()), ""),
    "zip": ("zip", zipped({"export/data.csv": TEXT, **MAC}), ""),
    "zip by content": ("csv", zipped({"application_train.csv": TEXT}), ""),
    "zip, twice": ("csv.zip", KAGGLES, ""),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_read_as_the_plain_one_and_told(
    tmp_path: Path, form: str
) -> None:
    suffix, content, told = FORMS[form]
    (tmp_path / f"application_train.{suffix}").write_bytes(content)
    assert read(tmp_path) == (ROWS, f"application_train: 3 rows{told}")


def test_kaggles_one_archive_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "home-credit-default-risk.zip").write_bytes(KAGGLES)
    told = "application_train: 3 rows (from home-credit-default-risk.zip)"
    assert read(tmp_path) == (ROWS, told)
    # Unpacked beside it, as many do, a file is nobody's second.
    (tmp_path / "application_train.csv").write_bytes(TEXT.encode())
    assert read(tmp_path) == (ROWS, "application_train: 3 rows")


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (
            ("application_train.csv", "application_train.zip"),
            "application_train.csv, application_train.zip",
        ),
        (
            ("a.zip", "b.zip"),
            "a.zip/application_train.csv, b.zip/application_train.csv",
        ),
    ],
)
def test_a_table_in_two_places_is_refused_with_both(
    tmp_path: Path, names: tuple[str, ...], found: str
) -> None:
    for name in names:
        (tmp_path / name).write_bytes(KAGGLES)
    with pytest.raises(TableError) as caught:
        find(tmp_path, "application_train")
    expected = f"application_train: expected one file in {tmp_path}, found {found}"
    assert str(caught.value) == expected


def test_not_a_number_in_parquet_is_missing(tmp_path: Path) -> None:
    (tmp_path / "plain.csv").write_bytes(TEXT.encode())
    numbers = "coalesce(OWN_CAR_AGE, 'nan')::DOUBLE AS OWN_CAR_AGE"
    duckdb.execute(
        f"COPY (SELECT * REPLACE ({numbers}) FROM '{tmp_path}/plain.csv')"
        f" TO '{tmp_path}/application_train.PARQUET' (FORMAT parquet)"
    )
    assert read(tmp_path)[0] == ROWS


def changed(old: str, new: str) -> Callable[[], bytes]:
    assert old in TEXT
    return lambda: TEXT.replace(old, new, 1).encode()


PLACE = "application_train.csv: line"
NAMES = "SK_ID_CURR, TARGET, AMT_CREDIT"
REFUSALS = {
    "short row": (
        changed(",2,7,", ",2,7"),
        f"{PLACE} 4: expected 6 values, as in the header, found 5",
    ),
    "open quote": (
        changed("Caf\u00e9", '"Caf\u00e9'),
        f'{PLACE} 3: a quote (") is opened and not closed, or closed too early',
    ),
    "cut": (
        lambda: TEXT.encode()[:-12],
        f"{PLACE} 4: expected 6 values, as in the header, found 3",
    ),
    "no header": (
        BODY.encode,
        f"{PLACE} 1: expected a header with {NAMES}, found none of them",
    ),
    "unknown delimiter": (
        lambda: TEXT.replace(",", "~").encode(),
        f"{PLACE} 1: expected a header with {NAMES}, found none of them",
    ),
    "binary": (
        lambda: HEADER.encode() + b"\n\x89PNG\x8f\xff\xfe" + bytes(range(256)),
        f"{PLACE} 2: expected a text in utf-8 or cp1252, found the byte 0x8f",
    ),
    "empty": (
        bytes,
        "application_train.csv: the file is empty; expected a header and rows",
    ),
    "damaged zip": (
        lambda: KAGGLES[:99],
        "application_train.csv: cannot be unpacked: File is not a zip file",
    ),
    "word": (
        changed("568800.5", "x" * 99),
        f"{PLACE} 2: column AMT_CREDIT: expected a number, found '{'x' * 60}'",
    ),
    "fraction of a key": (
        changed("100003", "99999.6"),
        f"{PLACE} 4: column SK_ID_CURR: expected an integer, found '99999.6'",
    ),
    "fraction of a child": (
        changed(",1.0,", ",1.5,"),
        f"{PLACE} 3: column CNT_CHILDREN: expected an integer, found '1.5'",
    ),
    "too large a key": (
        changed("100003", "9007199254740993"),
        f"{PLACE} 4: column SK_ID_CURR: expected an integer,"
        " found '9007199254740992.0'",
    ),
    "infinite": (
        changed("1e3", "1e999"),
        "application_train.csv: column AMT_CREDIT: expected a number from 0 to 1e+12,"
        " found inf (1 rows)",
    ),
}


@pytest.mark.parametrize("fault", REFUSALS)
def test_what_cannot_be_read_is_named_in_a_sentence_without_the_record(
    tmp_path: Path, fault: str
) -> None:
    content, sentence = REFUSALS[fault]
    (tmp_path / "application_train.csv").write_bytes(content())
    with pytest.raises(TableError) as caught:
        read(tmp_path)
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    ("column", "value", "found"),
    [
        ("SK_ID_CURR", "99999.6::DOUBLE", "an integer, found '99999.6'"),
        ("CNT_CHILDREN", "1.5::DECIMAL(9, 1)", "an integer, found '1.5'"),
        ("CNT_CHILDREN", "'inf'::FLOAT", "an integer, found 'inf'"),
        ("SK_ID_CURR", "9007199254740993", "an integer, found '9007199254740993'"),
        ("AMT_CREDIT", "'much'", "a number, found 'much'"),
    ],
)
def test_what_parquet_holds_is_refused_alike(
    tmp_path: Path, column: str, value: str, found: str
) -> None:
    (tmp_path / "plain.csv").write_bytes(TEXT.encode())
    replaced = f"CASE WHEN OWN_CAR_AGE = 12 THEN {value} ELSE {column} END AS {column}"
    if value.startswith("'much"):
        replaced = replaced.replace(f"ELSE {column}", f"ELSE {column}::VARCHAR")
    target = tmp_path / "application_train.parquet"
    duckdb.execute(
        f"COPY (SELECT * REPLACE ({replaced}) FROM '{tmp_path}/plain.csv')"
        f" TO '{target}'"
    )
    with pytest.raises(TableError) as caught:
        read(tmp_path)
    assert (
        str(caught.value) == f"{target.name}: row 2: column {column}: expected {found}"
    )
