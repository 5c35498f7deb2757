"""How the loans turned out."""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus

from flask import Blueprint, Response, request

from api.errors import FieldError, invalid
from api.http import json_body
from api.http.idempotency import once
from api.http.operations import ADMIN, Operation
from api.identifiers import now, uuid7
from api.json_encoding import encode
from api.schemas.events import Outcome, Outcomes, OutcomesAnswer
from api.scoring.request_forms import read_model
from api.services import services
from api.store.database import Database
from api.store.events.record import OUTCOME, Event, Reply
from api.store.people.outcomes import Decided, decided, observed
from api.store.people.predictions import still_kept

blueprint = Blueprint("outcomes", __name__, url_prefix="/v1/outcomes")


@dataclass
class _Findings:
    errors: list[FieldError] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    duplicates: int = 0


@Operation(
    blueprint,
    "POST",
    "",
    "outcomes",
    "What was observed of loans that were decided on",
    {201: OutcomesAnswer},
    roles=ADMIN,
    description="The same outcome again changes nothing. Another one for the same "
    "prediction corrects the one before; both stay recorded, the last counts.",
    body=(Outcomes,),
    problems=(409, 410),
    body_examples={
        "one": {
            "outcomes": [
                {
                    "prediction_id": "019aab5c-4f1e-7c3a-9d52-0f6f4b1f6a01",
                    "defaulted": False,
                    "observed_on": "2026-10-31",
                }
            ]
        }
    },
    body_factor=2,
    replayable=True,
)
def record_outcomes() -> Response:
    body = read_model(Outcomes, json_body.read(request))
    database = services().database
    return once(lambda: _observe(database, body.outcomes))


def _observe(database: Database, outcomes: list[Outcome]) -> Reply:
    ids = list(dict.fromkeys(outcome.prediction_id for outcome in outcomes))
    known = decided(database, ids)
    findings = _Findings()
    for at, outcome in enumerate(outcomes):
        _add_outcome(findings, known, at, outcome)
    if findings.errors:
        raise invalid(findings.errors)
    counts = {"accepted": len(findings.events), "duplicates": findings.duplicates}
    events = tuple(findings.events)
    of_people = [event.subject_id for event in events if event.client_id is not None]
    checks = still_kept([subject for subject in of_people if subject is not None])
    return Reply(HTTPStatus.CREATED, encode(counts), events=events, checks=checks)


def _add_outcome(
    findings: _Findings, known: dict[str, Decided], at: int, outcome: Outcome
) -> None:
    before = known.get(outcome.prediction_id)
    if before is None:
        path = f"/outcomes/{at}/prediction_id"
        findings.errors.append(FieldError(path, "no decision has this id"))
        return
    facts = {"defaulted": outcome.defaulted, "observed_on": outcome.observed_on}
    if facts == before.outcome:
        findings.duplicates += 1
        return
    findings.events.append(
        Event(
            event_id=uuid7(),
            kind=OUTCOME,
            client_id=before.client_id,
            created_at=now(),
            bundle_sha256=before.bundle_sha256,
            facts=facts,
            subject_id=before.prediction_id,
            unique_as=f"outcome {before.prediction_id} {before.count}",
        )
    )
    known[outcome.prediction_id] = observed(before, facts)
