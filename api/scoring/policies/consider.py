"""What a policy may know of decisions that the model made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from api.features.columns import Row
from api.policy.active import Ready
from api.policy.facts import RATES, TERMS, Case
from api.policy.recommendation import Considered, proved
from api.schemas.answers import Offer
from api.schemas.client_keys import ClientKey
from api.scoring.terms import loan_of
from api.store.database import Database
from api.store.people.clients import Client, Vectors
from api.store.people.evidence import OnRecord, on_record

if TYPE_CHECKING:
    from api.scoring.champion import Champion

_NOTHING = OnRecord()


@dataclass(frozen=True)
class Decided:
    """A decision of the model, and whom it is about; `client` where it is known.

    `application` as it was given. `offer`: of a what-if that asks by terms. `declared`:
    for this decision alone.
    """

    client_id: ClientKey | None
    client: Client | None
    application: Row
    features: NDArray[np.float32]
    verdict: Mapping[str, Any]
    offer: Offer | None = None
    declared: Mapping[str, Any] | None = None


def consider(
    champion: Champion,
    database: Database,
    ready: Ready,
    at: str,
    decided: Sequence[Decided],
) -> list[Considered]:
    """At this moment; of the built-in policy nothing is looked up."""
    ids = [one.client_id for one in decided if one.client_id is not None]
    records: Mapping[ClientKey, OnRecord] = {}
    if ready.asks_record and ids:
        some = list(dict.fromkeys(ids))
        records = on_record(database, some, earlier=ready.reads("earlier"))
    reader = ready.reader(champion.manifest)
    rates = any(map(ready.reads, RATES))
    considered = []
    for one in decided:
        record = _NOTHING
        if one.client_id is not None:
            record = records.get(one.client_id, _NOTHING)
        case = Case(
            at=at,
            application=one.application,
            features=one.features,
            verdict=one.verdict,
            terms=_terms(champion, one, rates) if ready.reads(TERMS) else None,
            declared=one.declared or record.declared,
            record=record,
        )
        decision = one.verdict["decision"]
        considered.append(Considered(decision, reader.given(case), proved(case)))
    return considered


def _terms(champion: Champion, one: Decided, rates: bool) -> Offer | None:
    """Of the loan that is asked for, or that a what-if is about."""
    if one.offer is not None:
        return one.offer
    client = one.client or _anyone(champion, one)
    loan = loan_of(champion, client, one.application, rates)
    return None if loan is None else loan.asked


def _anyone(champion: Champion, one: Decided) -> Client:
    """Who is not known, as any client."""
    vectors = Vectors(one.features[:0], one.features)
    feature_set = champion.manifest.feature_set
    return Client(0, 0, None, one.application, vectors, feature_set, None)
