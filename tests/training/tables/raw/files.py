"""A tiny table of applications, to write in every form and to damage."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb

from training.tables.found import of_files
from training.tables.home_credit import HOME_CREDIT
from training.tables.layout import APPLICATION
from training.tables.stage import stage

COLUMNS = (
    "SK_ID_CURR",
    "AMT_CREDIT",
    "CNT_CHILDREN",
    "OWN_CAR_AGE",
    "OCCUPATION_TYPE",
)
LAYOUT = replace(
    HOME_CREDIT.without({APPLICATION: {*HOME_CREDIT.application.names} - {*COLUMNS}}),
    unlabelled="",
)
LAYOUT = replace(LAYOUT, tables={APPLICATION: LAYOUT.application})
TEXT = """\
SK_ID_CURR,TARGET,AMT_CREDIT,CNT_CHILDREN,OWN_CAR_AGE,OCCUPATION_TYPE
100001,0,568800.5,0,,Cleaning staff
100002,1,1e3,1.0,12.0,Caf\u00e9 staff
100003,0,222768.0,2,7,
"""
ROWS = [
    (100001, 0, 0, 568800.5, None, "Cleaning staff"),
    (100002, 1, 1, 1000.0, 12.0, "Caf\u00e9 staff"),
    (100003, 0, 2, 222768.0, 7.0, None),
]


def read(data: Path) -> tuple[list[tuple[Any, ...]], str]:
    """The rows as they are staged, and what is said of the file."""
    said: list[str] = []
    layout = of_files(LAYOUT, data)
    staged = stage(layout, data, data / "staged", progress=said.append)
    path = staged["application_train"]
    rows = duckdb.execute(f"FROM '{path}' ORDER BY 1").fetchall()
    return rows, said[-1]
