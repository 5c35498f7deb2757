"""What is known of a raw column stands in its declaration, and nowhere else."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from training.bundle.parts import described
from training.tables.home_credit import TABLES

ROOT = Path(__file__).parent.parent
LAYOUT = ROOT / "api" / "schemas" / "layout.json"
CODE = {".py", ".typ", ".js", ".css", ".html"}
# The table that every lender has, and a word of the field: the API's own name for it.
OUR_OWN = {"application"}


def named(names: set[str], text: str) -> list[str]:
    """Which of the names a code uses; a plain word only where it is quoted."""
    words = {name for name in names if name.isalpha() and name.islower()}
    others = "|".join(map(re.escape, sorted(names - words, key=len, reverse=True)))
    quoted = "|".join(sorted(words))
    pattern = rf"(?<![A-Za-z0-9_])(?:{others})(?![A-Za-z0-9_])|[\"'](?:{quoted})[\"']"
    return re.findall(pattern, text)


# What is made for Home Credit's tables; all else of training is for any lender's.
CRAFTED = tuple(
    f"training/{folder}/"
    for folder in ("features/applicant", "features/history", "synthesize", "tables")
)
CRAFTED += ("training/features/arithmetic.py", "training/features/named.py")


@pytest.mark.parametrize("part", ["api", "dashboard", "training"])
def test_no_code_of_the_part_names_a_raw_table_or_column(part: str) -> None:
    columns = [column for table in TABLES.values() for column in table]
    missing = {str(value) for column in columns for value in column.missing}
    names = {*TABLES, *missing, *(column.name for column in columns)} - OUR_OWN
    found = {
        where: hits
        for path in sorted((ROOT / part).rglob("*"))
        if path.suffix in CODE
        and not (where := path.relative_to(ROOT).as_posix()).startswith(CRAFTED)
        and (hits := named(names, path.read_text("utf-8")))
    }
    assert found == {}


def test_a_planted_name_is_found() -> None:
    names = {"bureau", "AMT_CREDIT", "POS_CASH_balance"}
    code = 'ask = {"bureau": []}  # the bureau\nAMT_CREDIT_SUM = x["AMT_CREDIT"]'
    assert named(names, code) == ['"bureau"', "AMT_CREDIT"]


def test_what_completes_old_bundles_is_as_declared() -> None:
    """New tables and columns need not be in it: no bundle without roles has them."""
    for name, known in json.loads(LAYOUT.read_text("utf-8"))["tables"].items():
        table = TABLES[name]
        assert known["origin"] == table.origin
        for column, about in known["columns"].items():
            declared = json.loads(json.dumps(described(table, table[column], None)))
            assert about == {key: declared[key] for key in about}
