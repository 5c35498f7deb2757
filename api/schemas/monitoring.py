"""Monitoring reports and alerts."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from api.schemas.answers import Answer, Moment, Signer
from api.schemas.requests import Query, Strict
from api.schemas.values import INTEGER, VISIBLE, Form

Kind = Literal["train_test", "production", "performance", "challenger"]
Status = Literal["open", "closed"]
Severity = Literal["info", "warning", "critical"]
Line = Annotated[str, Field(min_length=1, max_length=500), VISIBLE]
Words = Annotated[str, Field(max_length=10_000)]
# PostgreSQL's text holds no NUL.
Markdown = Annotated[
    str, Field(max_length=1_000_000), Form("^[^\\x00]*$", "no character NUL")
]
Cause = Annotated[str, Form("^[!-~]{1,200}$", "1 to 200 visible ASCII characters")]


class ReportRequest(Strict):
    """A report to keep; `html`: the same as a page."""

    kind: Kind
    conclusion: Markdown
    report: dict[str, Any]
    html: str | None = None


class ReportEntry(Answer):
    """A report in a list."""

    id: str
    kind: Kind
    created_at: Moment


class ReportList(Answer):
    """Newest first."""

    reports: list[ReportEntry]


class Report(ReportEntry):
    """A monitoring report; `conclusion` is Markdown."""

    conclusion: str
    report: dict[str, Any]


class TrainTest(BaseModel):
    """The report in a bundle, as far as it is read.

    `conclusion`: by language; older reports have it in a file of their own alone.
    """

    metrics: list[dict[str, Any]]
    conclusion: dict[str, str] = {}


class LatestQuery(Query):
    """Of which kind."""

    kind: Annotated[Kind | None, Field(description="Only this; any when left out.")] = (
        None
    )


class ReportQuery(LatestQuery):
    """Which reports, and how many."""

    limit: Annotated[
        int, Field(ge=1, le=1000, description="At most so many."), INTEGER
    ] = 50


class AlertRequest(Strict):
    """Opens or updates the one open alert of `cause`, or closes it."""

    cause: Cause
    status: Status
    severity: Severity
    title: Line
    what: Words
    certainty: Words
    action: Words
    evidence: dict[str, Any]
    report_id: Annotated[str, Field(max_length=100)] | None = None


class Change(Answer):
    """One thing that was posted about an alert."""

    at: Moment
    status: Status
    severity: Severity
    title: str


class Alert(Answer):
    """What is wrong, how sure that is, and what to do; `history` is oldest first."""

    id: str
    cause: str
    status: Status
    severity: Severity
    title: str
    what: str
    certainty: str
    action: str
    evidence: dict[str, Any]
    report_id: str | None
    opened_at: Moment
    updated_at: Moment
    closed_at: Moment | None
    acknowledged_at: Moment | None
    acknowledged_by: str | None
    signer: Signer = None
    note: str | None
    history: list[Change]


class AlertList(Answer):
    """Open ones first, of those the most severe first, then the newest."""

    alerts: list[Alert]


class AlertQuery(Query):
    """Which alerts."""

    status: Annotated[
        Literal["open", "closed", "all"], Field(description="Only these.")
    ] = "open"


class Acknowledgement(Strict):
    """Who has seen an alert."""

    by: Annotated[str, Field(min_length=1, max_length=200), VISIBLE]
    note: Words = ""
