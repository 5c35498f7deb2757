"""Monitoring reports, as they were posted."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Insert, Select, insert, select

from api.store.database import Database
from api.store.tables import reports


@dataclass(frozen=True)
class StoredReport:
    """A report without its page."""

    id: str
    kind: str
    created_at: str
    conclusion: str
    report: dict[str, Any]


@dataclass(frozen=True)
class Entry:
    """What a list of reports says of one."""

    id: str
    kind: str
    created_at: str


def adding(report: StoredReport, html: str | None) -> Insert:
    """The statement that stores a report."""
    row = vars(report) | {
        "report": json.dumps(report.report, allow_nan=False, separators=(",", ":")),
        "html": None if html is None else html.encode(),
    }
    return insert(reports).values(row)


def newest(database: Database, kind: str | None, limit: int) -> list[Entry]:
    """The newest reports, of one kind or of all."""
    query = select(reports.c.id, reports.c.kind, reports.c.created_at)
    with database.read() as connection:
        rows = connection.execute(_newest(query, kind).limit(limit)).all()
    return [Entry(*row) for row in rows]


def find(database: Database, report_id: str) -> StoredReport | None:
    columns = [reports.c[name] for name in StoredReport.__dataclass_fields__]
    query = select(*columns).where(reports.c.id == report_id)
    with database.read() as connection:
        row = connection.execute(query).one_or_none()
    if row is None:
        return None
    return StoredReport(**{**row._asdict(), "report": json.loads(row.report)})


def page(database: Database, report_id: str) -> bytes | None:
    """The report's HTML; None when it has none."""
    query = select(reports.c.html).where(reports.c.id == report_id)
    with database.read() as connection:
        return connection.execute(query).scalar_one_or_none()


def _newest(query: Select[Any], kind: str | None) -> Select[Any]:
    chosen = query if kind is None else query.where(reports.c.kind == kind)
    return chosen.order_by(reports.c.created_at.desc(), reports.c.id.desc())
