"""Requests in, exact answers and the events to be stored with them out."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from api.errors import (
    FeatureError,
    FieldError,
    Problem,
    ScoringError,
    as_json,
    invalid,
)
from api.features.columns import Matrix, Row
from api.features.online import Applicant, Revision
from api.identifiers import now, uuid7
from api.json_encoding import encode
from api.policy.active import Ready
from api.policy.recommendation import Considered, Judged, alarms, judged
from api.schemas.answers import Offer
from api.schemas.client_keys import ClientKey
from api.schemas.layout import PRODUCT
from api.schemas.requests import Batch, Explain
from api.scoring.applicants import known_clients
from api.scoring.decision import EXPLAINED, Score, told_why
from api.scoring.policies.consider import Decided, consider
from api.scoring.request_forms import Form, read_form, read_model
from api.scoring.terms import Moved, loan_of, on_terms, revised
from api.store.database import Database
from api.store.events.record import DECISION, SIMULATION, Event, Reply
from api.store.people import drafts
from api.store.people.clients import Client, Vector, pack, still_known, unpack
from api.store.people.predictions import StoredPrediction

if TYPE_CHECKING:
    from sqlalchemy import Update

    from api.scoring.champion import Champion

_WITHOUT_REASONS = (
    "This was decided without its reasons, by a model that does not serve any more: "
    "decide again to see some."
)
Asked = TypeVar("Asked", Applicant, Revision)


@dataclass(frozen=True)
class Subject:
    """Who is to be scored, in one of three ways: as stored, revised, or anew.

    `changes` of a what-if, and its `offer` where it asked by terms.
    """

    form: Form
    unknown: tuple[str, ...]
    client: Client | None = None
    revision: Revision | None = None
    applicant: Applicant | None = None
    changes: Row | None = None
    offer: Offer | None = None

    @property
    def known(self) -> Vector | None:
        """The stored vector, when the request changes nothing of the application."""
        return None if self.client is None or self.revision else self.client.features


def predict(champion: Champion, database: Database, ready: Ready, body: Any) -> Reply:
    """Answer one request, with what the policy recommends; raises Problem."""
    form = read_form(champion.columns, champion.manifest.key_type, body)
    subjects = _subjects(champion, database, [form])
    (answered,) = _answers(champion, database, ready, subjects)
    if isinstance(answered, ScoringError):
        raise answered
    location = f"/v1/predictions/{answered.event_id}"
    return Reply(
        HTTPStatus.CREATED,
        answered.answer,
        location,
        (answered,),
        changes=_decided(subjects, [answered]),
        checks=still_known(_clients(subjects)),
        writes=alarms(ready, [answered]),
    )


def predict_batch(
    champion: Champion, database: Database, ready: Ready, body: Any
) -> Reply:
    """Answer many, each with its answer or its problem, in the order asked."""
    batch = read_model(Batch, body)
    forms = [
        _form(champion, item, f"/predictions/{at}", batch.explain)
        for at, item in enumerate(batch.predictions)
    ]
    subjects = _subjects(champion, database, forms)
    answered = _answers(champion, database, ready, subjects)
    parts = [
        item.answer if isinstance(item, Event) else encode(as_json(item))
        for item in answered
    ]
    answer = b'{"predictions":[' + b",".join(parts) + b"]}"
    events = tuple(item for item in answered if isinstance(item, Event))
    checks = still_known(_clients(subjects)) if events else ()
    return Reply(
        HTTPStatus.OK,
        answer,
        None,
        events,
        changes=_decided(subjects, answered),
        checks=checks,
        writes=alarms(ready, events),
    )


def explained(
    champion: Champion,
    stored: StoredPrediction,
    kept: tuple[bytes, bytes],
    explain: Explain = True,
) -> bytes:
    """The answer that was given, with its reasons even where none were asked for.

    They are worked out from what is `kept`, the answer and the features, by the model
    that answered; raises Problem 409 when that one does not serve any more.
    """
    content, features = kept
    answer = json.loads(content)
    if told_why(answer) == explain:
        return content
    if stored.bundle_sha256 != champion.bundle.sha256:
        if "explanation" in answer:
            # More than was asked for.
            return content
        raise Problem(HTTPStatus.CONFLICT, _WITHOUT_REASONS)
    (score,) = champion.score(unpack(features)[np.newaxis], [True])
    judged = champion.scorer.judge(score, (), explain)
    told = {name: value for name, value in answer.items() if name not in EXPLAINED}
    told |= {name: judged[name] for name in EXPLAINED if name in judged}
    return champion.parts(told, score).answer()


def _form(
    champion: Champion, item: Any, path: str, explain: Explain
) -> Form | ScoringError:
    try:
        keys = champion.manifest.key_type
        return read_form(champion.columns, keys, item, path, explain)
    except Problem as problem:
        return problem


def _clients(subjects: Sequence[Subject | ScoringError]) -> list[Client]:
    clients = [subject.client for subject in subjects if isinstance(subject, Subject)]
    return [client for client in clients if client is not None]


def _decided(
    subjects: Sequence[Subject | ScoringError],
    answered: Sequence[Event | ScoringError],
) -> tuple[Update, ...]:
    """What decisions change of applications that were entered here."""
    decisions = [
        subject.client
        for subject, event in zip(subjects, answered, strict=True)
        if isinstance(subject, Subject) and isinstance(event, Event)
        if event.kind == DECISION and subject.client is not None
    ]
    return drafts.decided(decisions)


def _answers(
    champion: Champion,
    database: Database,
    ready: Ready,
    subjects: Sequence[Subject | ScoringError],
) -> list[Event | ScoringError]:
    vectors = _vectors(champion, subjects)
    scorable = [
        (subject, vector)
        for subject, vector in zip(subjects, vectors, strict=True)
        if isinstance(subject, Subject) and not isinstance(vector, ScoringError)
    ]
    events = iter(_events(champion, database, ready, scorable))
    return [
        vector if isinstance(vector, ScoringError) else next(events)
        for vector in vectors
    ]


def _subjects(
    champion: Champion, database: Database, forms: Sequence[Form | ScoringError]
) -> list[Subject | ScoringError]:
    ids = [
        form.client_id
        for form in forms
        if isinstance(form, Form) and form.application is None and form.client_id
    ]
    known = known_clients.find(champion, database, ids) if ids else {}
    return [
        _subject(champion, form, known) if isinstance(form, Form) else form
        for form in forms
    ]


def _subject(
    champion: Champion, form: Form, known: Mapping[ClientKey | None, Client]
) -> Subject | ScoringError:
    if form.application is not None:
        applicant = Applicant(form.application, form.records or {})
        return Subject(form, form.unknown, applicant=applicant)
    client = known.get(form.client_id)
    if client is None:
        return Problem(HTTPStatus.NOT_FOUND, f"There is no client {form.client_id}.")
    if problem := client.not_yet():
        return problem
    changes, offer = form.changes, None
    if form.terms is not None:
        try:
            moved = _on_terms(champion, form, client)
            changes, offer = moved.changes, moved.offer()
        except Problem as problem:
            return problem
    unknown = (*known_clients.unknown(champion, client, changes or {}), *form.unknown)
    if changes is None:
        return Subject(form, unknown, client)
    revision = revised(champion, client, changes)
    return Subject(form, unknown, client, revision, changes=changes, offer=offer)


def _on_terms(champion: Champion, form: Form, client: Client) -> Moved:
    loan = loan_of(champion, client, client.application)
    if loan is None or form.terms is None:
        detail = "cannot be: the application asks for no amount"
        raise invalid([FieldError(f"{form.path}/terms", detail)])
    return on_terms(champion, loan, form.terms, form.path)


def _vectors(
    champion: Champion, subjects: Sequence[Subject | ScoringError]
) -> list[Vector | ScoringError]:
    """Stored vectors as they are; the others computed together."""
    valid = [subject for subject in subjects if isinstance(subject, Subject)]
    fresh = [subject.applicant for subject in valid if subject.applicant is not None]
    revised = [subject.revision for subject in valid if subject.revision is not None]
    computed = iter(_computed(champion.online.compute, fresh))
    changed = iter(_computed(champion.online.revise, revised))

    def vector(subject: Subject | ScoringError) -> Vector | ScoringError:
        if isinstance(subject, ScoringError):
            return subject
        if subject.known is not None:
            return subject.known
        return next(changed if subject.revision is not None else computed)

    return [vector(subject) for subject in subjects]


def _computed(
    compute: Callable[[Sequence[Asked]], Matrix], batch: Sequence[Asked]
) -> list[Vector | ScoringError]:
    if not batch:
        return []
    try:
        return list(compute(batch))
    except FeatureError as error:
        if len(batch) == 1:
            return [error]
        # One of them is at fault: let it fail alone.
        return [_computed(compute, [item])[0] for item in batch]


def _events(
    champion: Champion,
    database: Database,
    ready: Ready,
    scorable: Sequence[tuple[Subject, Vector]],
) -> list[Event]:
    if not scorable:
        return []
    matrix = np.stack([vector for _, vector in scorable])
    explained = [bool(subject.form.explain) for subject, _ in scorable]
    scores = champion.score(matrix, explained)
    subjects = [subject for subject, _ in scorable]
    verdicts = [
        champion.scorer.judge(score, subject.unknown, subject.form.explain)
        for subject, score in zip(subjects, scores, strict=True)
    ]
    made_at = now()
    decided = [
        _decided_on(subject, vector, verdict)
        for (subject, vector), verdict in zip(scorable, verdicts, strict=True)
    ]
    considered = consider(champion, database, ready, made_at, decided)
    recommended = judged(ready, considered)
    rows = zip(subjects, scores, verdicts, considered, recommended, strict=True)
    return [_event(champion, made_at, *row) for row in rows]


def _decided_on(
    subject: Subject, vector: Vector, verdict: Mapping[str, Any]
) -> Decided:
    """What the policy is told of it: of a what-if the application with its changes."""
    form, client = subject.form, subject.client
    given = client.application if client else form.application
    return Decided(
        client_id=form.client_id,
        client=client,
        application={**(given or {}), **(subject.changes or {})},
        features=vector,
        verdict=verdict,
        offer=subject.offer,
        declared=form.declared,
    )


def _event(
    champion: Champion,
    made_at: str,
    subject: Subject,
    score: Score,
    verdict: Mapping[str, Any],
    considered: Considered,
    by_policy: Judged,
) -> Event:
    form = subject.form
    model = champion.manifest.model
    answer = {
        "prediction_id": uuid7(),
        "kind": DECISION if subject.changes is None else SIMULATION,
        "client_id": form.client_id,
        **verdict,
        **({} if subject.offer is None else {"terms": subject.offer.model_dump()}),
        **by_policy.answer,
        "model": {
            "name": model.name,
            "version": model.version,
            "bundle_sha256": champion.bundle.sha256,
        },
        "created_at": made_at,
    }
    parts = champion.parts(answer, score)
    kept = {**form.request, **_basis(champion, subject)}
    if considered.facts:
        kept["facts"] = considered.facts
    return Event(
        event_id=answer["prediction_id"],
        kind=answer["kind"],
        client_id=form.client_id,
        created_at=answer["created_at"],
        bundle_sha256=champion.bundle.sha256,
        request=encode(kept).decode(),
        features=pack(score.features),
        answer=parts.answer(),
        parts=parts,
        facts={
            "probability": answer["probability"],
            "margin": score.margin,
            "threshold": answer["threshold"],
            "decision": answer["decision"],
            **by_policy.event,
            "band": answer["confidence"]["band"],
            "unknown_categories": list(subject.unknown),
            "model": {"name": model.name, "version": model.version},
        },
    )


def _basis(champion: Champion, subject: Subject) -> dict[str, Any]:
    """What it was made on, kept beside what was asked: of terms, what they change."""
    changes = {} if subject.changes is None else {"changes": subject.changes}
    client = subject.client
    application = client.application if client else subject.form.application or {}
    basis = {
        "terms": {
            column.name: application.get(column.name)
            for role, column in champion.loan.items()
            if role != PRODUCT
        },
        "import_id": client.import_id if client else None,
        "imported_at": client.imported_at if client else None,
    }
    return {**changes, "basis": basis}
