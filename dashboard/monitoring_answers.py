"""What the API says about its monitoring: reports and alerts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from reading import Node

SEVERITIES = ("info", "warning", "critical")


@dataclass(frozen=True)
class ReportName:
    report_id: str
    kind: str
    created_at: datetime


@dataclass(frozen=True)
class Report:
    """A report's conclusion (markdown) and its content, as monitoring wrote it."""

    report_id: str
    kind: str
    created_at: datetime
    conclusion: str
    content: Node


@dataclass(frozen=True)
class Alert:
    """What monitoring noticed, how sure it is, and what it says should be done."""

    alert_id: str
    open: bool
    severity: str
    title: str
    what: str
    certainty: str
    action: str
    opened_at: datetime
    updated_at: datetime
    closed_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: str
    note: str
    report_id: str


def read_reports(node: Node) -> tuple[ReportName, ...]:
    return tuple(
        ReportName(item["id"].text(), item["kind"].text(), item["created_at"].moment())
        for item in node["reports"]
    )


def read_report(node: Node) -> Report:
    return Report(
        node["id"].text(),
        node["kind"].text(),
        node["created_at"].moment(),
        node["conclusion"].text(),
        node["report"],
    )


def read_alert(node: Node) -> Alert:
    return Alert(
        alert_id=node["id"].text(),
        open=node["status"].one_of("open", "closed") == "open",
        severity=node["severity"].one_of(*SEVERITIES),
        title=node["title"].text(),
        what=_text(node, "what"),
        certainty=_text(node, "certainty"),
        action=_text(node, "action"),
        opened_at=node["opened_at"].moment(),
        updated_at=node["updated_at"].moment(),
        closed_at=_moment(node, "closed_at"),
        acknowledged_at=_moment(node, "acknowledged_at"),
        acknowledged_by=_text(node, "acknowledged_by"),
        note=_text(node, "note"),
        report_id=_text(node, "report_id"),
    )


def _text(node: Node, key: str) -> str:
    found = node.get(key)
    return found.text() if found else ""


def _moment(node: Node, key: str) -> datetime | None:
    found = node.get(key)
    return found.moment() if found else None
