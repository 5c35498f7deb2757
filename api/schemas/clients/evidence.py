"""What was consulted of a client, and what they declared."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from api.schemas.answers import Answer, EvidenceKind, Moment, Signer
from api.schemas.client_keys import ClientKey
from api.schemas.events import Date, Day
from api.schemas.requests import Amount, Declared, Strict
from api.schemas.reviews import PredictionId, ReviewerName
from api.schemas.values import VISIBLE

Named = Annotated[str, Field(min_length=1, max_length=200), VISIBLE]
Result = Literal["confirmed", "contradicted", "negative", "positive", "inconclusive"]


class EvidenceRequest(Strict):
    """Dated proof that something was consulted; no document is kept.

    `result`: of a register `negative` is not listed, `positive` listed, and either is
    proof that it was consulted; identity, income and charges are proved by `confirmed`.
    `amount`: a month's income or charges as they were proved.
    """

    kind: EvidenceKind
    source: Named
    reference: Named | None = None
    result: Result
    amount: Amount | None = None
    consulted_at: Day
    valid_until: Date | None = None
    author: ReviewerName


class Evidence(Answer):
    """Evidence stays as it is; who was wrong records it anew."""

    evidence_id: PredictionId
    client_id: ClientKey
    kind: EvidenceKind
    source: str
    reference: str | None
    result: Result
    amount: float | None
    consulted_at: str
    valid_until: str | None
    author: str
    signer: Signer = None
    created_at: Moment


class EvidenceAnswer(Answer):
    """What was consulted last comes first."""

    client_id: ClientKey
    evidence: list[Evidence]


class DeclarationRequest(Declared):
    """All that is declared now; it takes the place of what was before."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 2})

    author: ReviewerName


class Declaration(Answer):
    """A declaration stays as it is."""

    declaration_id: PredictionId
    client_id: ClientKey
    monthly_income: float | None
    housing: float | None
    other_instalments: float | None
    dependants: int | None
    author: str
    signer: Signer = None
    created_at: Moment


class DeclarationsAnswer(Answer):
    """Newest first: the first one holds."""

    client_id: ClientKey
    declarations: list[Declaration]
