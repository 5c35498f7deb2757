"""Known clients."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response

from api.http.auth import signer
from api.http.lookups import client_key, known_client
from api.http.operations import OFFICER, Operation
from api.http.responses import answer, query
from api.identifiers import now
from api.schemas.answers import ClientAnswer, ClientPage
from api.schemas.client_keys import LARGEST, ClientKey, is_draft
from api.schemas.requests import ClientSearch
from api.scoring.applicants.known_clients import feature_set_problem
from api.scoring.terms import loan_of
from api.services import services
from api.store.people import clients, drafts, imports, offers, references
from api.store.people.clients import Client, pack
from api.store.people.evidence import of_client, requirements
from api.store.people.predictions import recommended, recommended_by
from api.store.people.standing import Signed, StandingRecord, contesting, standing
from api.store.work import claims

if TYPE_CHECKING:
    from api.scoring.champion import Champion

blueprint = Blueprint("clients", __name__, url_prefix="/v1/clients")
_LATEST = ("decision", "probability", "threshold")


@Operation(
    blueprint,
    "GET",
    "",
    "clients",
    "Ids of known clients, by how they begin or end",
    {200: ClientPage},
    roles=OFFICER,
    query=ClientSearch,
)
def search_clients() -> Response:
    manifest = services().champion().manifest
    keys, feature_set = manifest.key_type, manifest.feature_set
    params = query(ClientSearch, keys)
    after, database = min(int(params.cursor), LARGEST), services().database
    parts = params.prefix, params.suffix
    if params.reference:
        called = params.reference
        page = references.search(database, feature_set, called, after, params.limit)
    elif is_draft(params.prefix):
        page = drafts.search(database, *parts, after, params.limit)
    else:
        wanted = keys, *parts, after, params.limit
        page = clients.search(database, feature_set, *wanted)
    if page.total == 0 and imports.lacking(database, feature_set):
        raise feature_set_problem()
    return answer(
        {
            "clients": _called(page.ids),
            "total": page.total,
            "next_cursor": None if page.last is None else str(page.last),
        }
    )


@Operation(
    blueprint,
    "GET",
    "/<client_id>",
    "clients",
    "A client's application, with labels and units, and the decision that stands",
    {200: ClientAnswer},
    roles=OFFICER,
    problems=(404,),
    path_examples={"client_id": 100001},
)
def get_client(client_id: str) -> Response:
    champion = services().champion()
    client = known_client(champion, client_key(champion, client_id))
    database = services().database
    record = standing(database, client.client_id)
    offer = offers.standing(database, client.client_id, date.today().isoformat())
    contest = contesting(database, client.client_id)
    loan = loan_of(champion, client, client.application)
    (called,) = _called([client.client_id])
    facts = [
        {
            "name": column.name,
            "labels": column.labels.model_dump(),
            "type": column.type,
            "unit": column.unit,
            "value": client.application.get(column.name),
        }
        for column in champion.manifest.tables["application"].columns
    ]
    return answer(
        {
            **called,
            "standing": record and _standing(champion, client, record),
            "offer_id": offer["offer_id"] if offer else None,
            "contest_id": contest.event_id if contest and contest.waits else None,
            "requirements": _requirements(client, record) if record else [],
            "signature": record and _signature(record.acts.signature),
            "claim": _claim(client),
            "application": facts,
            "terms": None if loan is None else loan.asked.model_dump(),
            "imported_at": client.imported_at,
        }
    )


def _called(ids: Sequence[ClientKey]) -> list[dict[str, Any]]:
    """With what the lender calls them."""
    with services().database.read() as connection:
        called = references.of(connection, ids)
    return [{"client_id": i, "reference": called.get(i)} for i in ids]


def _requirements(client: Client, record: StandingRecord) -> list[dict[str, Any]]:
    requires = services().policies.requires(record.latest.facts)
    if not requires:
        return []
    with services().database.read() as connection:
        evidence = of_client(connection, client.client_id)
    granted = record.review is not None and record.review["decision"] == "granted"
    signed = granted and record.decided.prediction_id == record.latest.prediction_id
    return requirements(requires, evidence, now()[:10], signed)


def _signature(signed: Signed | None) -> dict[str, Any] | None:
    if signed is None:
        return None
    names = "review_id", "prediction_id", "reviewer", "reason", "created_at"
    told = {name: signed.review[name] for name in names}
    return told | {"signer": signed.by, "mine": signed.by == signer().id}


def _claim(client: Client) -> dict[str, Any] | None:
    row = claims.held(services().database, client.client_id)
    if row is None:
        return None
    mine = row.claimed_by == signer().id
    told = {"by": row.claimed_name, "signer": row.claimed_by}
    return told | {"until": row.claimed_until, "mine": mine}


def _standing(
    champion: Champion, client: Client, record: StandingRecord
) -> dict[str, Any]:
    decided, latest, review = record.decided, record.latest, record.review
    basis = decided.basis or {}
    model_changed = latest.bundle_sha256 != champion.bundle.sha256
    vectors = client.vectors
    same_data = vectors is not None and record.features == pack(vectors.features)
    return {
        "result": review["decision"] if review else recommended(decided.facts),
        "by": "person" if review else recommended_by(decided.facts),
        "reviewer": review["reviewer"] if review else None,
        "signer": review.get("signer") if review else None,
        "category": review.get("category") if review else None,
        "reason": review["reason"] if review else None,
        "decided_at": review["created_at"] if review else decided.created_at,
        "review_id": review["review_id"] if review else None,
        "prediction_id": decided.prediction_id,
        "model_decision": decided.facts["decision"],
        "model": decided.model,
        "terms": basis.get("terms"),
        "import_id": basis.get("import_id"),
        "imported_at": basis.get("imported_at"),
        "latest": {
            "prediction_id": latest.prediction_id,
            **{name: latest.facts[name] for name in _LATEST},
            "recommendation": recommended(latest.facts),
            "model": latest.model,
            "created_at": latest.created_at,
            "model_changed": model_changed,
            "data_changed": None if model_changed else not same_data,
        },
    }
