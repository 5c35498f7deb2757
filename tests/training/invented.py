"""An invented lender: keys of letters, and two histories, one inside the other."""

from __future__ import annotations

from pathlib import Path

import duckdb

from training.language import Labels
from training.tables.layout import Layout
from training.tables.schema import (
    Column,
    Origin,
    Reason,
    Role,
    Table,
    Type,
    Unit,
    Use,
)


def said(text: str) -> Labels:
    return {"en": text, "fr": f"{text} (fr)"}


def column(name: str, kind: Type, group: str = "", **differs: object) -> Column:
    return Column(name, kind, said(name), name, group=group, **differs)  # type: ignore[arg-type]


KEY = column("dossier", Type.CATEGORY, role=Role.CLIENT, nullable=False)
CREDIT = column("credit", Type.INTEGER, role=Role.RECORD)
APPLICATION = Table(
    "application",
    (
        KEY,
        column(
            "amt_credit",
            Type.INTEGER,
            "LOAN",
            unit=Unit.CURRENCY,
            role=Role.AMOUNT,
            known_as="AMT_CREDIT",
        ),
        column("revenu", Type.NUMBER, "MEANS", known_as="AMT_INCOME_TOTAL"),
        # Called like one of Home Credit's, and not known as it.
        column("AMT_ANNUITY", Type.NUMBER, "LOAN"),
        column(
            "sexe",
            Type.CATEGORY,
            "PROTECTED",
            use=Use.PROTECTED,
            input_because="A test says so.",
        ),
        column("age", Type.NUMBER, "PROTECTED", use=Use.PROTECTED),
        column("solde", Type.NUMBER, "MEANS", use=Use.AFTER_DECISION),
    ),
    Origin.APPLICATION,
    key=("dossier",),
)
CREDITS = Table(
    "credits",
    (
        CREDIT,
        KEY,
        column("ouvert", Type.INTEGER, "PAST", unit=Unit.DAYS, missing=(999, "n/a")),
        column("montant", Type.NUMBER, "PAST", unit=Unit.CURRENCY),
        column(
            "statut",
            Type.CATEGORY,
            "PAST",
            words={"payé": said("Paid"), "=1+1": said("Odd")},
        ),
    ),
    Origin.CREDIT_BUREAU,
    key=("credit",),
    day="ouvert",
    windows=(90, 365),
    group="PAST",
)
PAYMENTS = Table(
    "paiements",
    (
        CREDIT,
        column("jour", Type.INTEGER, "PAST", unit=Unit.DAYS),
        column("part", Type.NUMBER, "PAST", unit=Unit.SCORE),
    ),
    Origin.REPAYMENTS,
    parent="credits",
    group="PAST",
)
LAYOUT = Layout(
    {table.name: table for table in (APPLICATION, CREDITS, PAYMENTS)},
    column("TARGET", Type.INTEGER),
    labelled="demandes",
    unlabelled="nouvelles",
    reasons=tuple(
        Reason(
            f"R0{number}", group, *map(said, (group, "Against.", "For.", "No record."))
        )
        for number, group in enumerate(("LOAN", "MEANS", "PROTECTED", "PAST"))
    ),
    name="Invented",
)
ROWS = {
    "demandes": """('a/1', 0, 1000, 500.0, 7.0, 'F', 40.0, 1.0),
        ('é 2', 1, 2000, NULL, NULL, NULL, NULL, NULL),
        ('B3', 0, 500, 250.0, 1.0, 'M', 20.0, 2.0)""",
    "credits": """(10, 'a/1', -400, 100.1, 'payé'), (11, 'a/1', -80, 200.2, '=1+1'),
        (12, 'a/1', -80, 50.05, NULL), (13, 'a/1', NULL, 1.0, 'payé'),
        (14, 'a/1', 5, 9999.0, 'payé'), (15, 'a/1', 999, 4.0, 'payé'),
        (16, 'é 2', -1, NULL, 'autre')""",
    "paiements": """(10, -300, 0.25), (10, -10, 0.5), (11, -20, 0.125),
        (14, -1, 0.9), (99, -1, 0.9), (16, 0, 1.0)""",
}


def write(folder: Path, rows: dict[str, str] = ROWS) -> Path:
    folder.mkdir()
    tables = LAYOUT.files()
    for name, values in rows.items():
        with duckdb.connect() as connection:
            columns = ", ".join(f'"{c.name}" {c.type.value}' for c in tables[name])
            connection.execute(f"CREATE TABLE rows ({columns})")
            connection.execute(f"INSERT INTO rows VALUES {values}")
            connection.execute(f"COPY rows TO '{folder / name}.parquet'")
    return folder


def many(folder: Path, order: str, times: int = 1) -> Path:
    """Some hundred credits and payments of many clients, 40 % of them not known.

    Or so many times as many.
    """
    folder.mkdir()
    selects = {
        "demandes": "'K' || i, i % 2, 1000 + i, i / 3, NULL, 'F', 1, 1"
        f" FROM range({40 * times}) t(i)",
        "credits": f"i, 'K' || hash(i) % {35 * times}, -(hash(i, 1) % 500)::BIGINT,"
        " CASE WHEN hash(i, 2) % 5 > 1 THEN hash(i, 3) % 100000 / 100 END,"
        " ['payé', '=1+1', NULL][1 + (hash(i, 4) % 3)::BIGINT]"
        f" FROM range({700 * times}) t(i)",
        "paiements": f"hash(i, 5) % {800 * times}, -(hash(i, 6) % 500)::BIGINT,"
        " CASE WHEN hash(i, 7) % 5 > 1 THEN hash(i, 8) % 1000000 / 1000000 END"
        f" FROM range({3000 * times}) t(i)",
    }
    for name, select in selects.items():
        columns = LAYOUT.files()[name].columns
        places = ", ".join(f"c{place}" for place in range(len(columns)))
        cast = ", ".join(
            f'c{place}::{c.type.value} AS "{c.name}"' for place, c in enumerate(columns)
        )
        duckdb.connect().sql(
            f"SELECT {cast} FROM (SELECT {select}) AS t({places}) ORDER BY {order}"
        ).write_parquet(str(folder / f"{name}.parquet"))
    return folder
