"""Applications that are entered here: checked as far as they are known, and computed.

What is stored is what was given: on reading it is checked by the tables of the model
that serves then, and computed anew where that one has other features.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from api.errors import Problem, invalid
from api.features.columns import Row
from api.features.online import Applicant
from api.features.row_checks import (
    EPOCH,
    Columns,
    Findings,
    key_of,
    needed,
    pointer,
)
from api.schemas.applications import Draft as DraftRequest
from api.schemas.layout import AMOUNT, APPLICATION, APPLIED, BIRTH, INCOME
from api.scoring.request_forms import Tables, applicant, history_of, read_model
from api.store.people.clients import Client, Entered, Vectors
from api.store.people.drafts import Draft

if TYPE_CHECKING:
    from api.scoring.champion import Champion

Body = TypeVar("Body", bound=DraftRequest)


@dataclass(frozen=True)
class DraftForm:
    """An application as far as it is known: as `given`, and as it is scored.

    `needed`: what it cannot be scored without. `unknown`: columns whose category is
    taken as missing.
    """

    given: Mapping[str, Any]
    application: Row
    records: Mapping[str, list[Row]]
    needed: tuple[str, ...]
    unknown: tuple[str, ...]


def read_draft(tables: Tables, kind: type[Body], item: Any) -> tuple[Body, DraftForm]:
    """Check what is known of an applicant so far.

    Raises Problem 422 as for a new applicant, but that columns may be missing.
    """
    findings = Findings()
    history = history_of(tables, item) if isinstance(item, dict) else {}
    own = {k: v for k, v in item.items() if k not in history} if history else item
    body = None
    try:
        body = read_model(kind, own)
    except Problem as problem:
        findings.errors.extend(problem.errors)
    application = item.get(APPLICATION, {}) if isinstance(item, dict) else {}
    form = _form(tables, application, history, findings)
    if findings.errors or body is None:
        raise invalid(findings.errors)
    return body, form


def form_of(tables: Tables, draft: Draft) -> DraftForm:
    """A draft by the tables of the model that serves.

    What this model does not use is left out, and what it does not take is needed.
    """
    findings, given = Findings(), draft.content.given
    application = _known(tables[APPLICATION], given[APPLICATION])
    history = {
        name: [_known(tables[name], row) for row in rows]
        for name, rows in given["records"].items()
        if name in tables
    }
    form = _form(tables, application, history, findings)
    # Of an application which column, of records which table.
    at = [error.path.split("/")[1:3] for error in findings.errors]
    faults = [place[-1] if place[0] == APPLICATION else place[0] for place in at]
    return replace(form, needed=tuple(dict.fromkeys((*form.needed, *faults))))


def computed(champion: Champion, form: DraftForm) -> Vectors | None:
    """What it is scored from; None while something is needed; raises FeatureError."""
    if form.needed:
        return None
    one = Applicant(form.application, form.records)
    history, features = champion.online.both([one])
    return Vectors(history[0], features[0])


def person_of(champion: Champion, form: DraftForm, entered_at: str) -> str | None:
    """Birth date, income and amount, by which the same person is told again.

    None where one of them is not known. Days are counted from the application: its day
    is the one that it says, else when it was entered.
    """
    columns = champion.columns[APPLICATION].values()
    of_role = {column.role: column for column in reversed(columns)}
    values = {
        role: form.application.get(of_role[role].name)
        for role in (BIRTH, INCOME, AMOUNT, APPLIED)
        if role in of_role
    }
    facts = [values.get(role) for role in (BIRTH, INCOME, AMOUNT)]
    if None in facts:
        return None
    birth: Any = facts[0]
    if of_role[BIRTH].unit == "days":
        applied = values.get(APPLIED)
        day = date.fromisoformat(entered_at[:10])
        day = day if applied is None else EPOCH + timedelta(days=applied)
        birth = day + timedelta(days=birth)
    return f"{birth} {facts[1]} {facts[2]}"


def client_of(champion: Champion, draft: Draft) -> Client:
    """A draft as any known client; raises FeatureError."""
    form = form_of(champion.columns, draft)
    content, feature_set = draft.content, champion.manifest.feature_set
    vectors = content.vectors
    if vectors is None or form.needed or content.feature_set != feature_set:
        vectors = computed(champion, form)
    return Client(
        client_id=draft.client_id,
        number=0,
        import_id=None,
        application=form.application,
        vectors=vectors,
        feature_set=feature_set,
        imported_at=None,
        entered=Entered(draft.revision, form.needed, form.unknown, form.records),
    )


def _known(columns: Columns, row: Row) -> Row:
    return {name: value for name, value in row.items() if name in columns}


def _form(
    tables: Tables, given: Any, history: Mapping[str, Any], findings: Findings
) -> DraftForm:
    columns = tables[APPLICATION]
    application, records = applicant(tables, given, history, "", findings, True)
    if not isinstance(given, dict):
        given = {}
    if (key := key_of(columns)) in given:
        path = f"/{APPLICATION}{pointer(key)}"
        findings.error(path, "must be left out: what is entered here has a key of ours")
    stated = {name: value for name, value in given.items() if value is not None}
    return DraftForm(
        {APPLICATION: stated, "records": dict(history)},
        application,
        records,
        tuple(needed(columns, given)),
        tuple(dict.fromkeys(findings.unknown)),
    )
