"""The letter to the applicant."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from uuid import UUID

from flask import Blueprint, Response

from api.documents.values import Values
from api.errors import Problem
from api.http.lookups import known_client, known_prediction
from api.http.operations import OFFICER, Operation
from api.http.responses import query
from api.policy.told import REFERRED, Assessed, registers
from api.schemas.answers import Fact, Offer
from api.schemas.language import LanguageQuery
from api.schemas.layout import APPLICATION
from api.schemas.reviews import CLOSING
from api.scoring import counterfactual
from api.scoring.decision import GRANTED, REFUSED
from api.scoring.predict import explained
from api.scoring.reasons import LOWERS, RAISES
from api.services import services
from api.store.database import Database
from api.store.events.kept import answer_of
from api.store.events.record import DECISION
from api.store.people import offers
from api.store.people.clients import Vector, pack, unpack
from api.store.people.evidence import OnRecord, on_record
from api.store.people.predictions import StoredPrediction
from api.store.people.standing import standing, standing_review

if TYPE_CHECKING:
    from api.scoring.champion import Champion

blueprint = Blueprint("letter", __name__, url_prefix="/v1/predictions")
PDF = "application/pdf"
REASONS = 4
# Of what is known, the origin whose values are told.
SCORES = "outside_scores"
_ENDED = {"withdrawn": "been withdrawn", "lapsed": "lapsed"}


@Operation(
    blueprint,
    "GET",
    "/<uuid:prediction_id>/letter",
    "predictions",
    "The decision as a letter to the applicant",
    {200: PDF},
    roles=OFFICER,
    description="One page of A4: the decision that stands for the client, up to "
    "four main reasons, each with the fact that carries most of it against what is "
    "usual near the limit, what was used, what could change it or is offered instead, "
    "and the right to a human review. Its numbers are the applicant's own; of the "
    "model it tells none. Where rules of the lender's policy made the recommendation, "
    "their sentences come first; a refusal names the registers that were consulted. "
    "Before a person has reviewed the decision the letter is a draft, and says so; of "
    "what is referred it says that a person examines it, and what is still needed. "
    "A decision that stands no more has none, nor one that was withdrawn or lapsed.",
    query=LanguageQuery,
    problems=(404, 409, 410),
    path_examples={"prediction_id": "019aab5c-4f1e-7c3a-9d52-0f6f4b1f6a01"},
)
def get_letter(prediction_id: UUID) -> Response:
    # Typesetting takes 50 MB, and few processes write letters.
    from api.documents.letter import Consulted, Letter, Used, render

    params, champion = query(LanguageQuery), services().champion()
    config, tables = services().config, champion.manifest.tables
    database, identifier = services().database, str(prediction_id)
    stored = known_prediction(database, identifier)
    if stored.kind != DECISION:
        raise Problem(HTTPStatus.CONFLICT, "A simulation decides nothing to tell.")
    review = _standing_review(database, stored)
    if review and review["decision"] in CLOSING:
        detail = f"The application has {_ENDED[review['decision']]}: nothing to tell."
        raise Problem(HTTPStatus.CONFLICT, detail)
    kept = answer_of(database, identifier)
    assessed = Assessed.of(json.loads(kept[0]))
    decision = review["decision"] if review else assessed.recommendation
    waits = decision == REFERRED
    told_without = waits or review is not None
    answered = _answered(champion, stored, kept, reasons_or_not=told_without)
    evidence = _evidence(database, stored)
    until = review["created_at"] if review else None
    values = Values(params.lang, champion.bundle.document["currency"], tables)
    offer = _offered(database, stored, values) if decision == REFUSED else None
    vector = None
    if stored.bundle_sha256 == champion.bundle.sha256:
        vector = unpack(kept[1])
    page = render(
        Letter(
            language=params.lang,
            lender=config.lender_name,
            contact=config.lender_contact,
            prediction_id=identifier,
            client_id=stored.client_id,
            model=answered["model"]["name"],
            version=answered["model"]["version"],
            decision=decision,
            proposed=assessed.recommendation,
            decided_at=datetime.fromisoformat(answered["created_at"]),
            reviewed_at=datetime.fromisoformat(review["created_at"])
            if review
            else None,
            reasons=_reasons(champion, assessed, answered, decision, params.lang),
            used=[Used(*used) for used in _used(champion, vector, values)],
            by_rule=assessed.by_rule,
            needed=_needed(assessed, evidence, params.lang) if waits else [],
            misses=waits and assessed.misses,
            registers=[Consulted(*register) for register in registers(evidence, until)]
            if decision == REFUSED
            else [],
            # Other terms would not move the rules.
            change=_change(champion, stored, vector, values)
            if decision == REFUSED and offer is None and not assessed.by_rule
            else None,
            offer=offer[0] if offer else None,
            offer_until=offer[1] if offer else None,
            bureau=config.credit_bureau,
            advice=config.debt_advice,
        )
    )
    kind = "decision" if review else REFERRED if waits else "draft"
    name = f'inline; filename="{kind}-{identifier}-{params.lang}.pdf"'
    return Response(page, headers={"Content-Disposition": name}, content_type=PDF)


def _evidence(
    database: Database, stored: StoredPrediction
) -> Sequence[Mapping[str, Any]]:
    if stored.client_id is None:
        return ()
    found = on_record(database, [stored.client_id])
    return found.get(stored.client_id, OnRecord()).evidence


def _needed(
    assessed: Assessed, evidence: Sequence[Mapping[str, Any]], language: str
) -> list[str]:
    """What the applicant can still bring."""
    return list(assessed.needed(evidence, date.today().isoformat(), language))


def _used(
    champion: Champion, vector: Vector | None, values: Values
) -> Iterator[tuple[str, bool | None, dict[str, str]]]:
    """Where features come from, whether any is known, and, of scores, each that is.

    `vector`: None when it is of another model, of whose features nothing is told.
    """
    tables = champion.manifest.tables
    columns = {one.name: one for one in tables[APPLICATION].columns}
    found: dict[str, tuple[bool | None, dict[str, str]]] = {}
    for at, feature in enumerate(champion.manifest.features):
        column = columns.get(feature.name)
        origin = tables[feature.table].origin
        if column is not None and column.origin is not None:
            origin = column.origin
        if origin is None:
            continue
        known, scores = found.setdefault(origin, (None, {}))
        if vector is not None:
            value = float(vector[at])
            is_known = not math.isnan(value)
            if is_known and origin == SCORES:
                label = feature.labels.in_language(values.language)
                scores[label] = values.text(value, feature)
            known = bool(known) or is_known
        found[origin] = known, scores
    for origin, (known, scores) in found.items():
        yield origin, known, scores


def _change(
    champion: Champion, stored: StoredPrediction, vector: Vector | None, values: Values
) -> dict[str, tuple[str, str]] | None:
    """The terms that would be granted, each after the one asked for; empty: none would.

    None where nothing can be told: the data, or the model, are others by now, or the
    model grants the loan as it is.
    """
    if vector is None or stored.client_id is None:
        return None
    try:
        client = known_client(champion, stored.client_id)
    except Problem:
        return None
    if client.not_yet():
        return None
    question = counterfactual.question(champion, client, {})
    if question is None or pack(client.features) != pack(vector):
        return None
    if stored.facts["decision"] != REFUSED:
        return None
    names = [term.name for term in champion.negotiable]
    found = counterfactual.smallest(champion, question, names)
    return (
        {}
        if found is None
        else _terms(question.loan.asked, found.moved.offer(), values)
    )


def _offered(
    database: Database, stored: StoredPrediction, values: Values
) -> tuple[dict[str, str], date] | None:
    """The terms that are known of the client's standing offer, and until when."""
    if stored.client_id is None:
        return None
    made = offers.standing(database, stored.client_id, date.today().isoformat())
    if made is None:
        return None
    terms: dict[str, Callable[[float], str]] = {
        "amount": values.money,
        "down_payment": values.money,
        "instalments": "{:g}".format,
        "instalment": values.money,
        "total": values.money,
        "apr": values.percent,
    }
    offered = {**made["offer"], "down_payment": made["offer"]["down_payment"] or None}
    told = {
        name: say(offered[name])
        for name, say in terms.items()
        if offered[name] is not None
    }
    return told, date.fromisoformat(made["valid_until"])


def _terms(asked: Offer, granted: Offer, values: Values) -> dict[str, tuple[str, str]]:
    """Those that differ; the instalment, which follows from them, last."""

    terms: dict[str, Callable[[float], str]] = {
        "amount": values.money,
        "down_payment": values.money,
        "instalments": "{:g}".format,
        "instalment": values.money,
    }
    pairs = {name: (getattr(asked, name), getattr(granted, name)) for name in terms}
    return {
        name: (terms[name](before), terms[name](after))
        for name, (before, after) in pairs.items()
        if before is not None and after is not None and before != after
    }


def _standing_review(
    database: Database, stored: StoredPrediction
) -> dict[str, Any] | None:
    """None for a draft; raises Problem 409 when another decision stands."""
    if stored.client_id is None:
        return standing_review(database, None, stored.prediction_id)
    record = standing(database, stored.client_id)
    if record is None:
        return None
    stands = record.decided.prediction_id
    if stands != stored.prediction_id:
        detail = f"Another decision stands for this client: prediction {stands}."
        raise Problem(HTTPStatus.CONFLICT, detail)
    return None if record.review is None else dict(record.review)


def _answered(
    champion: Champion,
    stored: StoredPrediction,
    kept: tuple[bytes, bytes],
    reasons_or_not: bool,
) -> dict[str, Any]:
    """With its reasons; what a person decides stands also where there are none."""
    try:
        answer = explained(champion, stored, kept, "reasons")
    except Problem:
        if not reasons_or_not:
            raise
        answer = kept[0]
    document: dict[str, Any] = json.loads(answer)
    return document


def _reasons(
    champion: Champion,
    assessed: Assessed,
    answered: dict[str, Any],
    decision: str,
    language: str,
) -> list[str]:
    """Of the rules that decided, then the model's if it came to the same."""
    told = assessed.sentences(language)
    if assessed.decision in (assessed.recommendation, decision):
        told += _of_model(champion, answered, language)
    return told[:REASONS]


def _of_model(champion: Champion, answered: dict[str, Any], language: str) -> list[str]:
    """What weighed most for the model's decision, each with what carries it."""
    wanted = LOWERS if answered["decision"] == GRANTED else RAISES
    reasons = answered.get("reasons", [])
    shown = [reason for reason in reasons if reason["direction"] == wanted][:REASONS]
    currency = champion.bundle.document["currency"]
    values = Values(language, currency, champion.manifest.tables)
    return [
        f"{_text(champion, entry, language)} {_fact(champion, entry, values)}".strip()
        for entry in shown
    ]


def _text(champion: Champion, entry: dict[str, Any], language: str) -> str:
    """Of a reason; its English text was stored."""
    catalogue = {reason.code: reason for reason in champion.bundle.reasons}
    reason = catalogue.get(entry["code"])
    if language == "en" or reason is None:
        return str(entry["text"])
    lowers = entry["direction"] == LOWERS
    sentence = reason.lowers_risk if lowers else reason.raises_risk
    if not entry.get("known", True) and reason.unknown is not None:
        sentence = reason.unknown
    return sentence.in_language(language)


def _fact(champion: Champion, entry: dict[str, Any], values: Values) -> str:
    """What carries most of a reason, where the model has a sentence for it."""
    for told in entry.get("facts", [])[:1]:
        fact, place = Fact(**told), champion.places.get(told["feature"])
        if place is not None:
            return values.sentence(fact, champion.manifest.features[place])
    return ""
