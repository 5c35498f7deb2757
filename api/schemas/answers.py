"""What the routes answer; about the model, api.schemas.model."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.client_keys import ClientKey

Share = Annotated[float, Field(ge=0, le=1)]
Moment = Annotated[
    str,
    Field(
        pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$",
        json_schema_extra={"format": "date-time"},
        examples=["2026-11-22T13:27:00.123456Z"],
    ),
]


# Beside a name, to tell namesakes apart: `sub:` and what a login's provider knows them
# by, or `key:` and which key it was. Null where nobody knows, and before it was noted.
Signer = str | None


class Answer(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Labels(Answer):
    """The same words in every language that the bundle's catalogues speak."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, str] = Field(init=False)

    en: str
    fr: str

    def in_language(self, language: str) -> str:
        """In English where the bundle does not speak it."""
        return str(getattr(self, language, self.en))


class FieldProblem(Answer):
    """One bad field, by JSON pointer into the body or parameter name."""

    path: str
    detail: str


class ProblemAnswer(Answer):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldProblem] = []


class Release(Answer):
    """Which code answers: its version, and the commit that it was built from.

    `commit`: `unknown` where the build did not tell it.
    """

    version: str
    commit: str


class Liveness(Answer):
    """The process is up."""

    status: Literal["live"]


class Readiness(Release):
    """It can decide, by this bundle."""

    status: Literal["ready"]
    bundle_sha256: str


class ModelRef(Answer):
    """Which model answered."""

    name: str
    version: str
    bundle_sha256: str


class Confidence(Answer):
    """How far to trust the answer."""

    band: Literal["borderline", "clear"]
    missing_share: Share
    out_of_range: list[str]


class Contribution(Answer):
    """How much one feature moved the margin from the base value, in log-odds."""

    feature: str
    value: float | str | None
    contribution: float


class Explanation(Answer):
    """`base_value` plus all contributions is `margin`, within 1e-9."""

    base_value: float
    margin: float
    contributions: list[Contribution]


class Fact(Answer):
    """What a reason rests on: one feature, and what it is among borderline clients.

    `typical`: their median, or commonest category; `share`: of the reason's weight.
    """

    feature: str
    value: float | str | None
    typical: float | str | None
    share: float


class ReasonAnswer(Answer):
    """A group of features that moved the margin; French text is in /v1/model.

    `against_borderline`: its contribution less the mean among borderline clients, by
    which reasons are ranked and have their direction; null from models that do not know
    it. `known`: whether any value of the group is known.
    """

    code: str
    group: str
    direction: Literal["raises_risk", "lowers_risk"]
    contribution: float
    against_borderline: float | None = None
    known: bool = True
    text: str
    facts: list[Fact] = []


class GroupContribution(Answer):
    """How much one group of features moved the margin, in log-odds."""

    group: str
    contribution: float


class GroupExplanation(Answer):
    """`base_value` plus all contributions is `margin`, within 1e-9."""

    base_value: float
    margin: float
    contributions: list[GroupContribution]


TermName = Literal["amount", "instalments", "down_payment", "yearly_rate"]
Estimated = Literal["instalments", "yearly_rate"]


class Offer(Answer):
    """What a borrower is told of a loan on its terms; null is what cannot be known.

    `instalments` are monthly; `yearly_rate` is nominal. `total` is all that is repaid,
    `cost` what of it is not the amount, `apr` the annual percentage rate of Directive
    (EU) 2023/2225, Annex III. `estimated`: what the application does not say;
    `as_likely`: other numbers of instalments that fit its amounts nearly as well.
    """

    amount: float
    instalments: float | None
    down_payment: float | None
    yearly_rate: float | None
    instalment: float | None
    total: float | None
    cost: float | None
    apr: float | None
    estimated: list[Estimated] = []
    as_likely: list[int] = []


Effect = Literal["refuse", "refer", "second_review", "require", "note"]
Recommendation = Literal["granted", "referred", "refused"]
EvidenceKind = Literal["identity", "income", "charges", "register", "other"]
Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
FactValue = float | int | str | bool | None


class FiredRule(Answer):
    """A rule that fired, and the facts that it read.

    `missing`: the facts without which nobody knows whether it fires; it refers then.
    `evidence` and `within_days`: what is required; `met`: whether that was there, null
    where nothing is required.
    """

    code: str
    effect: Effect
    text: Labels
    facts: dict[str, FactValue]
    missing: list[str] = []
    evidence: EvidenceKind | None = None
    within_days: int | None = None
    met: bool | None = None


class PolicyRef(Answer):
    """By which policy it was recommended, and its rules that fired.

    `failed`: it could not be evaluated, so nothing is granted by it.
    """

    version: str
    sha256: Sha256
    rules: list[FiredRule]
    failed: bool = False


class Requirement(Answer):
    """What a grant needs by a rule that fired, and whether it is there now."""

    code: str
    effect: Literal["require", "second_review"]
    text: Labels
    evidence: EvidenceKind | None
    within_days: int | None
    met: bool


class Prediction(Answer):
    """One decision or simulation. Granted below the threshold, refused from it on."""

    prediction_id: str
    kind: Literal["decision", "simulation"]
    client_id: ClientKey | None
    probability: Share
    threshold: Share
    decision: Literal["granted", "refused"]
    confidence: Confidence
    explanation: Explanation | None = None
    by_group: GroupExplanation | None = None
    reasons: list[ReasonAnswer] | None = None
    terms: Offer | None = Field(None, description="Of a what-if that asks by terms.")
    recommendation: Recommendation | None = Field(
        None, description="By the lender's rules; absent from answers of before them."
    )
    policy: PolicyRef | None = None
    model: ModelRef
    created_at: Moment


class BatchAnswer(Answer):
    """In the order of the request; one problem does not spoil the others."""

    predictions: list[Prediction | ProblemAnswer]


class ClientRef(Answer):
    """A known client, and what the lender calls it."""

    client_id: ClientKey
    reference: str | None = None


class ClientPage(Answer):
    """`total`: how many match in all; of references it is counted up to 1,000."""

    clients: list[ClientRef]
    total: int
    next_cursor: str | None


class ApplicationFact(Answer):
    """One raw column of an application."""

    name: str
    labels: Labels
    type: Literal["number", "integer", "category"]
    unit: str
    value: float | int | str | None


class LatestDecision(Answer):
    """The newest decision on a client: the model's, and what is recommended by it.

    `model_changed`: another model serves now. `data_changed`: the client's data are
    others now; null when that cannot be told, as the model is another one.
    """

    prediction_id: str
    decision: Literal["granted", "refused"]
    recommendation: Recommendation | None = None
    probability: Share
    threshold: Share
    model: ModelRef
    created_at: Moment
    model_changed: bool
    data_changed: bool | None


class Signature(Answer):
    """The first of two signatures that a grant needs; another person gives the second.

    `mine`: it is of whom this is answered to.
    """

    review_id: str
    prediction_id: str
    reviewer: str
    signer: Signer = None
    reason: str
    created_at: Moment
    mine: bool


class Claim(Answer):
    """Who alone works on a client, and until when; `mine`: it is who asks."""

    by: str
    signer: Signer = None
    until: Moment
    mine: bool


class Standing(Answer):
    """What holds for a client: the newest final review, else what is recommended.

    `by`: `policy` where its rules changed what the model decides. `prediction_id`: the
    decision that was reviewed, or that stands by itself; `model_decision`: what the
    model said in it; `terms` and the import it was made on, null where they were not
    noted.
    """

    result: Literal["granted", "referred", "refused", "withdrawn", "lapsed"]
    by: Literal["model", "policy", "person"]
    reviewer: str | None
    signer: Signer = None
    category: str | None = None
    reason: str | None
    decided_at: Moment
    review_id: str | None
    prediction_id: str
    model_decision: Literal["granted", "refused"]
    model: ModelRef
    terms: dict[str, float | int | str | None] | None
    import_id: int | None
    imported_at: Moment | None
    latest: LatestDecision


class ClientAnswer(Answer):
    """A client's raw application; `standing` is null before the first decision.

    `imported_at` is null of an application that was entered here. `offer_id`: of the
    counter-offer that stands; `contest_id`: of what waits for an answer.
    `requirements`: of the newest decision's policy, as they are met now; `signature`:
    the first one of a grant that waits for its second; `claim`: who works on them.
    """

    client_id: ClientKey
    reference: str | None = None
    standing: Standing | None
    offer_id: str | None = None
    contest_id: str | None = None
    requirements: list[Requirement] = []
    signature: Signature | None = None
    claim: Claim | None = None
    application: list[ApplicationFact]
    terms: Offer | None = Field(None, description="Of the loan that was asked for.")
    imported_at: Moment | None


class ClientValue(Answer):
    """Where one client is."""

    client_id: ClientKey
    value: float | str | None


class Distribution(Answer):
    """Counts per bin: of all clients, those who repaid, those who defaulted.

    `similar`: of the clients most like `client`, when the population sample has this
    feature.
    """

    feature: str
    kind: Literal["numeric", "category"]
    edges: list[float] | None = None
    categories: list[str] | None = None
    all: list[int]
    repaid: list[int]
    defaulted: list[int]
    missing: dict[str, int] | None = None
    client: ClientValue | None = None
    similar: list[int] | None = None


class LoginAnswer(Answer):
    """Whom a request is taken for, and the roles that count for it."""

    name: str
    roles: list[str]


class EndedLogin(Answer):
    """Nobody comes by it any more."""

    login: str | None
