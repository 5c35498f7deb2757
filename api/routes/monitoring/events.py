"""The export of what happened, for monitoring."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
from flask import Blueprint, Response
from sqlalchemy import Row

from api.http.operations import ANALYST, Operation
from api.http.responses import query
from api.json_encoding import encode
from api.schemas.events import EventsQuery
from api.services import services
from api.store.events.export import KINDS, Pseudonyms, rows
from api.store.events.packing import vector
from api.store.events.record import PREDICTIONS, REVIEW
from api.store.people.clients import pack, unpack
from api.store.tables import key_of

if TYPE_CHECKING:
    from api.scoring.champion import Champion

blueprint = Blueprint("events", __name__, url_prefix="/v1/events")
NDJSON = "application/x-ndjson"
_TOLD = {
    "decision": ("probability", "margin", "threshold", "decision"),
    "simulation": ("probability", "margin", "threshold", "decision"),
    "review": ("action", "decision"),
    "outcome": ("defaulted", "observed_on"),
}
Line = dict[str, Any]


@Operation(
    blueprint,
    "GET",
    "",
    "events",
    "What was decided, reviewed and observed, oldest first, one JSON a line",
    {200: NDJSON},
    roles=ANALYST,
    query=EventsQuery,
    description="`client` is a pseudonym, the same for all events of a client. "
    "`features`: base64 of little-endian float32 in the order of the manifest, or "
    "of its `monitored`; NaN is missing; null when the event was erased. `fired` and "
    "`unknown`: codes of the `policy`'s rules; with all features come the `facts` that "
    "they read. `officer`: a pseudonym of who reviewed. Nothing is ever added before a "
    "`sequence` that was read: ask for what is after it.",
)
def export_events() -> Response:
    params = query(EventsQuery)
    database = services().database
    kinds = [params.kind] if params.kind else KINDS
    wanted = params.features != "none"
    parts = rows(database, kinds, params.after, params.limit, wanted)
    # Failures before the first line are still answered as problems.
    whole = chain([next(parts)], parts)
    line = _line(Pseudonyms(database), _vectors(services().champion(), params.features))
    return Response(_lines(whole, line), content_type=NDJSON)


def _lines(
    parts: Iterable[Sequence[Row[Any]]], line: Callable[[Row[Any]], Line]
) -> Iterator[bytes]:
    for part in parts:
        yield b"".join(encode(line(row)) + b"\n" for row in part)


def _line(
    pseudonyms: Pseudonyms, vectors: Callable[[Row[Any]], Line]
) -> Callable[[Row[Any]], Line]:
    def make(row: Row[Any]) -> Line:
        facts = json.loads(row.facts)
        line = {
            "sequence": row.sequence,
            "event_id": row.event_id,
            "kind": row.kind,
            "client": pseudonyms.of(key_of(row)),
            "created_at": row.created_at,
            "bundle_sha256": row.bundle_sha256,
            **{name: facts[name] for name in _TOLD[row.kind]},
        }
        if row.kind not in PREDICTIONS:
            line["prediction_id"] = row.subject_id
            if row.kind == REVIEW:
                line["officer"] = pseudonyms.of_person(_reviewer(row))
                line["final"] = facts.get("final", True)
            return line
        unknown = facts["unknown_categories"]
        count = None if unknown is None else len(unknown)
        return {**line, "unknown_categories": count, **_by_rules(facts), **vectors(row)}

    return make


def _by_rules(facts: Mapping[str, Any]) -> Line:
    """What was recommended, and by which rules; before there were any, the decision."""
    rules = facts.get("rules", {})
    return {
        "recommendation": facts.get("recommendation", facts["decision"]),
        "policy": facts.get("policy"),
        "fired": [code for code, state in rules.items() if state == "fired"],
        "unknown": [code for code, state in rules.items() if state == "unknown"],
    }


def _reviewer(row: Row[Any]) -> str | None:
    """Who reviewed; None where that was erased with the client.

    By the login where there was one, else by the name: a key may be of several people.
    """
    if row.answer is None:
        return None
    review = json.loads(row.answer)
    signer = review.get("signer") or ""
    return str(signer if signer.startswith("sub:") else review["reviewer"])


def _vectors(champion: Champion, features: str) -> Callable[[Row[Any]], Line]:
    """What a line says of the features."""
    monitored = champion.bundle.document.get("monitored")
    places = [champion.places[name] for name in monitored or ()]

    def make(row: Row[Any]) -> Line:
        if features == "none":
            return {}
        stored = vector(row._asdict())
        serves = row.bundle_sha256 == champion.bundle.sha256
        if stored is not None and features == "monitored" and serves and places:
            stored = pack(unpack(stored)[np.array(places)])
        text = None if stored is None else base64.b64encode(stored).decode()
        line: Line = {"features": text}
        if features == "all":
            line["facts"] = json.loads(row.request or "{}").get("facts")
        return line

    return make
