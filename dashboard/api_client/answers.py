# Made of the API's document by .make/answers.py: not to be edited.

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import AwareDatetime, Field
from typing_extensions import TypeAliasType

from api_client.meaning import (
    Answer,
    BeeswarmMeaning,
    CalibrationCurveMeaning,
    CalibrationMeaning,
    ClientDependenceMeaning,
    CostCurveMeaning,
    DependencePointsMeaning,
    DistributionMeaning,
    ErrorBinsMeaning,
    ExplanationMeaning,
    GroupExplanationMeaning,
    LabelsMeaning,
    LatestDecisionMeaning,
    ModelAnswerMeaning,
    PartialDependenceMeaning,
    PointsScaleMeaning,
    PredictionMeaning,
    RankingCurvesMeaning,
    ReasonAnswerMeaning,
    ScorecardInputMeaning,
    SimulationMeaning,
    StandingMeaning,
)


class Beeswarm(BeeswarmMeaning):
    """
    A sample of clients; each row is one, columns are `features`.

    Of a category the value is its code; of what is missing, null.
    """

    features: Sequence[str]
    values: Sequence[Sequence[float | None]]
    contributions: Sequence[Sequence[float]]


class Beside(Answer):
    """The clients before and after one, in the order of the list."""

    previous: int | str | None
    next: int | str | None


class Calibration(CalibrationMeaning):
    """probability = 1 / (1 + exp(-(slope * margin + intercept)))."""

    method: str
    slope: Annotated[float, Field(gt=0.0)]
    intercept: float


PredictedItem = TypeAliasType("PredictedItem", Annotated[float, Field(ge=0.0, le=1.0)])


ObservedItem = TypeAliasType("ObservedItem", Annotated[float, Field(ge=0.0, le=1.0)])


class CalibrationCurve(CalibrationCurveMeaning):
    """Mean probability and share of defaults, per bin of equally many clients."""

    predicted: Sequence[PredictedItem]
    observed: Sequence[ObservedItem]
    clients: Sequence[int]


CaughtItem = TypeAliasType("CaughtItem", Annotated[float, Field(ge=0.0, le=1.0)])


GoodRefusedItem = TypeAliasType(
    "GoodRefusedItem", Annotated[float, Field(ge=0.0, le=1.0)]
)


Precision = TypeAliasType("Precision", Annotated[float, Field(ge=0.0, le=1.0)])


class CandidateCurves(Answer):
    """
    How one of the models that were compared ranks clients that it had not seen.

    At each share of `refused`, riskiest first: `caught` of those who default,
    `good_refused` of those who repay, and `precision`, how many of them default, null
    of nobody. `served`: whether it is the model that serves.
    """

    name: str
    label: str | None = None
    served: bool
    auc: Annotated[float, Field(ge=0.0, le=1.0)]
    average_precision: Annotated[float, Field(ge=0.0, le=1.0)]
    caught: Sequence[CaughtItem]
    good_refused: Sequence[GoodRefusedItem]
    precision: Sequence[Precision | None]


class CandidateMeasures(Answer):
    """Of one of the models that were compared; `label` is its name and variants."""

    auc: float | None = None
    auc_std: float | None = None
    average_precision: float | None = None
    brier: float | None = None
    business_score: float | None = None
    ece: float | None = None
    ks: float | None = None
    recall: float | None = None
    name: str
    label: str | None = None


class Change(Answer):
    """One thing that was posted about an alert."""

    at: AwareDatetime
    status: str
    severity: str
    title: str


class Claim(Answer):
    """Who alone works on a client, and until when; `mine`: it is who asks."""

    by: str
    signer: str | None = None
    until: AwareDatetime
    mine: bool


RiskItem = TypeAliasType("RiskItem", Annotated[float, Field(ge=0.0, le=1.0)])


class ClientDependence(ClientDependenceMeaning):
    """
    The client's risk with each of these values, all else as it is; and as it is.

    A null value is a missing one.
    """

    client_id: int | str
    feature: str
    values: Sequence[float | str | None]
    risk: Sequence[RiskItem]
    value: float | str | None
    probability: Annotated[float, Field(ge=0.0, le=1.0)]


class ClientRef(Answer):
    """A known client, and what the lender calls it."""

    client_id: int | str
    reference: str | None = None


class ClientValue(Answer):
    """Where one client is."""

    client_id: int | str
    value: float | str | None


Bounds = TypeAliasType(
    "Bounds", Annotated[tuple[float, float], Field(max_length=2, min_length=2)]
)


class ComparedFeature(Answer):
    """A client against a group; of a category, the group's most frequent one."""

    feature: str
    client: float | str | None
    median: float | str | None


class Condition(Answer):
    """An expression of a rule, and what it is held to; both as in the file."""

    reads: str
    test: str


class Confidence(Answer):
    """How far to trust the answer."""

    band: str
    missing_share: Annotated[float, Field(ge=0.0, le=1.0)]
    out_of_range: Sequence[str]


class Contest(Answer):
    """
    Answered by the next review of the client; until then it stands in the list.

    `prediction_id`: of the decision that stood.
    """

    contest_id: str
    client_id: int | str
    prediction_id: str
    text: str
    received_on: str
    due_on: str
    author: str
    signer: str | None = None
    created_at: AwareDatetime
    answered_by: str | None


class ContestsAnswer(Answer):
    """Newest first."""

    client_id: int | str
    contests: Sequence[Contest]


class Contribution(Answer):
    """How much one feature moved the margin from the base value, in log-odds."""

    feature: str
    value: float | str | None
    contribution: float


ApprovalRateItem = TypeAliasType(
    "ApprovalRateItem", Annotated[float, Field(ge=0.0, le=1.0)]
)


DefaultRate = TypeAliasType("DefaultRate", Annotated[float, Field(ge=0.0, le=1.0)])


class CostCurve(CostCurveMeaning):
    """
    The business score at each threshold, by clients the model had not seen.

    `approval_rate`: how many of them it grants; `default_rate`: how many of those
    defaulted, null where it grants nobody. Empty in older bundles.
    """

    threshold: Sequence[float]
    business_score: Sequence[float]
    approval_rate: Sequence[ApprovalRateItem] = []
    default_rate: Sequence[DefaultRate | None] = []


class Costs(Answer):
    """Of a default that was granted, and of a good client who was refused."""

    false_negative: Annotated[float, Field(gt=0.0)]
    false_positive: Annotated[float, Field(gt=0.0)]


class Declaration(Answer):
    """A declaration stays as it is."""

    declaration_id: str
    client_id: int | str
    monthly_income: float | None
    housing: float | None
    other_instalments: float | None
    dependants: int | None
    author: str
    signer: str | None = None
    created_at: AwareDatetime


class DeclarationsAnswer(Answer):
    """Newest first: the first one holds."""

    client_id: int | str
    declarations: Sequence[Declaration]


class DependencePoints(DependencePointsMeaning):
    """
    Contributions of an input by its value, of a sample of clients, in log-odds.

    `other`: each one's value of the second input, empty where there is none.
    """

    values: Sequence[float | str | None]
    contributions: Sequence[float]
    other: Sequence[float | str | None] = []


class Distribution(DistributionMeaning):
    """
    Counts per bin: of all clients, those who repaid, those who defaulted.

    `similar`: of the clients most like `client`, when the population sample has this
    feature.
    """

    feature: str
    kind: str
    edges: Sequence[float] | None = None
    categories: Sequence[str] | None = None
    all: Sequence[int]
    repaid: Sequence[int]
    defaulted: Sequence[int]
    missing: Mapping[str, int] | None = None
    client: ClientValue | None = None
    similar: Sequence[int] | None = None


class DraftAnswer(Answer):
    """
    A draft; editable until it is decided.

    `needed`: columns without which it cannot be scored; `unknown`: those whose category
    is not known and counts as missing. `same_person`: other applications that seem to
    be of the same person. `expires_at`: when it is erased unless it is decided.
    """

    client_id: str
    state: str
    revision: int
    reference: str | None
    application: Mapping[str, float | int | str | None]
    records: Mapping[str, Sequence[Mapping[str, float | int | str | None]]]
    needed: Sequence[str]
    unknown: Sequence[str]
    same_person: Sequence[int | str]
    created_at: AwareDatetime
    updated_at: AwareDatetime
    expires_at: AwareDatetime | None


class EndedLogin(Answer):
    """Nobody comes by it any more."""

    login: str | None


StatedItem = TypeAliasType("StatedItem", Annotated[float, Field(ge=0.0, le=1.0)])


class ErrorBins(ErrorBinsMeaning):
    """
    Clients by their value of an input, and how wrong the model is about them.

    A number is above `low` and at most `high`, null where there is no end; of a
    category it is `category`; where all three are null, the value is missing. `cost`:
    of the decisions at the model's threshold, on average.
    """

    low: Sequence[float | None]
    high: Sequence[float | None]
    category: Sequence[str | None]
    clients: Sequence[int]
    stated: Sequence[StatedItem]
    observed: Sequence[ObservedItem]
    granted_defaults: Sequence[int]
    refused_good: Sequence[int]
    cost: Sequence[float]


class Evidence(Answer):
    """Evidence stays as it is; who was wrong records it anew."""

    evidence_id: str
    client_id: int | str
    kind: str
    source: str
    reference: str | None
    result: str
    amount: float | None
    consulted_at: str
    valid_until: str | None
    author: str
    signer: str | None = None
    created_at: AwareDatetime


class EvidenceAnswer(Answer):
    """What was consulted last comes first."""

    client_id: int | str
    evidence: Sequence[Evidence]


class Explanation(ExplanationMeaning):
    """`base_value` plus all contributions is `margin`, within 1e-9."""

    base_value: float
    margin: float
    contributions: Sequence[Contribution]


class Fact(Answer):
    """
    What a reason rests on: one feature, and what it is among borderline clients.

    `typical`: their median, or commonest category; `share`: of the reason's weight.
    """

    feature: str
    value: float | str | None
    typical: float | str | None
    share: float


class FairnessGroup(Answer):
    """How many of a group default, are granted, and are granted of those who repay."""

    group: str
    clients: int
    default_rate: Annotated[float, Field(ge=0.0, le=1.0)]
    approval_rate: Annotated[float, Field(ge=0.0, le=1.0)]
    good_approval_rate: Annotated[float, Field(ge=0.0, le=1.0)]


class FeatureImportance(Answer):
    """Mean absolute contribution of a feature, in log-odds."""

    group: str
    mean_absolute: float
    feature: str


class FieldProblem(Answer):
    """One bad field, by JSON pointer into the body or parameter name."""

    path: str
    detail: str


class GroupContribution(Answer):
    """How much one group of features moved the margin, in log-odds."""

    group: str
    contribution: float


class GroupExplanation(GroupExplanationMeaning):
    """`base_value` plus all contributions is `margin`, within 1e-9."""

    base_value: float
    margin: float
    contributions: Sequence[GroupContribution]


class GroupImportance(Answer):
    """Mean absolute contribution of all features of a group together, in log-odds."""

    group: str
    mean_absolute: float


class InputErrors(Answer):
    """Where the model is wrong most, by the value of an input."""

    feature: str
    bins: ErrorBins


class Interaction(Answer):
    """
    How much two inputs say together that neither says alone.

    `strength`: in log-odds; `share`: of the variance of both together (Friedman's H²).
    """

    first: str
    second: str
    strength: Annotated[float, Field(ge=0.0)]
    share: Annotated[float, Field(ge=0.0, le=1.0)]


class Labels(LabelsMeaning):
    """The same words in every language that the bundle's catalogues speak."""

    en: str | None = None
    fr: str | None = None


class Liveness(Answer):
    """The process is up."""

    status: str


class LoginAnswer(Answer):
    """Whom a request is taken for, and the roles that count for it."""

    name: str
    roles: Sequence[str]


class Measures(Answer):
    """How good on clients that were held out; `auc_std` is over the folds."""

    auc: float | None = None
    auc_std: float | None = None
    average_precision: float | None = None
    brier: float | None = None
    business_score: float | None = None
    ece: float | None = None
    ks: float | None = None
    recall: float | None = None


Probability = TypeAliasType("Probability", Annotated[float, Field(ge=0.0, le=1.0)])


class MissingColumn(Answer):
    """
    What a column that is not given could do to the risk.

    `lowest` and `highest`: the probability with the values that are usual for other
    clients, those beyond one in twenty at either end left out.
    """

    column: str
    lowest: Annotated[float, Field(ge=0.0, le=1.0)]
    highest: Annotated[float, Field(ge=0.0, le=1.0)]


class ModelRef(Answer):
    """Which model answered."""

    name: str
    version: str
    bundle_sha256: str


class ModelValidation(Answer):
    """
    What somebody other than who trained the model found of this very version.

    `file_sha256`: of the list of hashes of the validation file that was checked, null
    where none was given.
    """

    by: str
    verdict: str
    note: str
    signed_at: AwareDatetime
    file_sha256: str | None


class Moved(Answer):
    """How many decisions go from one recommendation to another, or stay at it."""

    before: str
    after: str
    decisions: int


class NegotiableTerm(Answer):
    """
    A term that a what-if may move, from `lowest` to `highest`.

    `relative`: these are parts of what was asked for; of a down payment, parts of the
    price of the goods.
    """

    name: str
    lowest: float
    highest: float
    relative: bool


class Note(Answer):
    """A note stays as it is."""

    note_id: str
    client_id: int | str
    text: str
    author: str
    signer: str | None = None
    created_at: AwareDatetime


class NotesAnswer(Answer):
    """Newest first."""

    client_id: int | str
    notes: Sequence[Note]


class Offer(Answer):
    """
    What a borrower is told of a loan on its terms; null is what cannot be known.

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
    estimated: Sequence[str] = []
    as_likely: Sequence[int] = []


class OfferCell(Answer):
    """One offer, and what is decided on it; null where the lender has no price."""

    amount: float
    instalments: int
    offer: Offer | None
    probability: Probability | None
    decision: str | None
    recommendation: str | None = None


class OffersAnswer(Answer):
    """
    Every amount with every number of instalments, row by row.

    `asked` is the loan of the application.
    """

    client_id: int | str
    threshold: Annotated[float, Field(ge=0.0, le=1.0)]
    asked: Offer
    amounts: Sequence[float]
    instalments: Sequence[int]
    cells: Sequence[OfferCell]


class OutcomesAnswer(Answer):
    """How many were recorded, and how many had been before."""

    accepted: int
    duplicates: int


LowItem = TypeAliasType("LowItem", Annotated[float, Field(ge=0.0, le=1.0)])


HighItem = TypeAliasType("HighItem", Annotated[float, Field(ge=0.0, le=1.0)])


class PartialDependence(PartialDependenceMeaning):
    """
    Mean risk of a sample of clients, if all had each of these values.

    Four fifths of them lie from `low` to `high`. A null value is a missing one.
    """

    values: Sequence[float | str | None]
    risk: Sequence[RiskItem]
    low: Sequence[LowItem]
    high: Sequence[HighItem]


class Permutation(Answer):
    """
    How much AUC is lost when a feature's, or a group's, values are shuffled.

    `rank_correlation`: of these losses with the mean absolute contributions.
    """

    rank_correlation: float
    auc_lost: Mapping[str, float]


class PointsScale(PointsScaleMeaning):
    """
    What points mean: at `points`, `odds` clients repay for each who defaults.

    Each `points_to_double` more double these odds.
    """

    points: float
    odds: Annotated[float, Field(gt=0.0)]
    points_to_double: Annotated[float, Field(gt=0.0)]


class PolicyRule(Answer):
    """
    A rule as the file has it; `line` is where it begins.

    `facts`: those that it reads; `protected`: those of them that may be read only on a
    lawful basis, which the file states.
    """

    code: str
    effect: str
    text: Labels | None = None
    table: str
    line: int
    conditions: Sequence[Condition]
    facts: Sequence[str]
    evidence: str | None
    within_days: int | None
    protected: Sequence[str]
    lawful_basis: str | None


class PolicySummary(Answer):
    """A policy that was added. Null of the built-in one: who added it, and when."""

    sha256: str
    version: str
    active: bool
    added_by: str | None
    added_at: AwareDatetime | None
    activated_by: str | None
    activated_at: AwareDatetime | None


class ProblemAnswer(Answer):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    errors: Annotated[Sequence[FieldProblem], Field(validate_default=True)] = []


RefusedItem = TypeAliasType("RefusedItem", Annotated[float, Field(ge=0.0, le=1.0)])


class RankingCurves(RankingCurvesMeaning):
    """Curves of all candidates over the same shares of clients refused."""

    refused: Sequence[RefusedItem]
    candidates: Sequence[CandidateCurves]


class Readiness(Answer):
    """It can decide, by this bundle."""

    version: str
    commit: str
    status: str
    bundle_sha256: str


class Reason(Answer):
    """
    A reason code: what a group of features says, per direction.

    `unknown`: what it says in either direction where no value of it is known.
    """

    code: str
    group: str
    labels: Labels | None = None
    raises_risk: Labels | None = None
    lowers_risk: Labels | None = None
    unknown: Labels | None = None


class ReasonAnswer(ReasonAnswerMeaning):
    """
    A group of features that moved the margin; French text is in /v1/model.

    `against_borderline`: its contribution less the mean among borderline clients, by
    which reasons are ranked and have their direction; null from models that do not know
    it. `known`: whether any value of the group is known.
    """

    code: str
    group: str
    direction: str
    contribution: float
    against_borderline: float | None = None
    known: bool = True
    text: str
    facts: Annotated[Sequence[Fact], Field(validate_default=True)] = []


class RecordTable(Answer):
    """
    The records of one table, newest first where they are dated.

    `columns` names what each of `rows` holds, in order; GET /v1/model says what they
    are. `imported`: false where the lender's data had no such table, so that nothing is
    known: then there are no rows.
    """

    table: str
    imported: bool
    columns: Sequence[str]
    rows: Sequence[Sequence[float | int | str | None]]


class RecordsAnswer(Answer):
    """In the order of the model's tables."""

    client_id: int | str
    tables: Sequence[RecordTable]


class Release(Answer):
    """
    Which code answers: its version, and the commit that it was built from.

    `commit`: `unknown` where the build did not tell it.
    """

    version: str
    commit: str


class Report(Answer):
    """A monitoring report; `conclusion` is Markdown."""

    id: str
    kind: str
    created_at: AwareDatetime
    conclusion: str
    report: Mapping[str, Any]


class ReportEntry(Answer):
    """A report in a list."""

    id: str
    kind: str
    created_at: AwareDatetime


class ReportList(Answer):
    """Newest first."""

    reports: Sequence[ReportEntry]


class Requirement(Answer):
    """What a grant needs by a rule that fired, and whether it is there now."""

    code: str
    effect: str
    text: Labels | None = None
    evidence: str | None
    within_days: int | None
    met: bool


class Review(Answer):
    """
    `confirmed` when the person decides as the model did, `overridden` when not.

    `closed` when nobody decides any more: it was withdrawn or lapsed. `final`: it
    stands; not so of the first of two signatures, which `signs` names in the second.
    `signer` tells namesakes apart: `sub:` and what the login's provider knows them by,
    or `key:` and which key it was.
    """

    review_id: str
    prediction_id: str
    client_id: int | str | None
    action: str
    decision: str
    model_decision: str
    category: str | None = None
    reason: str
    reviewer: str
    signer: str | None = None
    replaces: str | None
    final: bool = True
    signs: str | None = None
    created_at: AwareDatetime


class RuleCount(Answer):
    """How often a rule fired, was unknown, and alone made the recommendation."""

    code: str
    fired: int
    unknown: int
    alone: int


class RuleResult(Answer):
    """
    How often a rule fired in decisions, and what became of those that were granted.

    `granted`: how many stand as granted; `repaid` and `defaulted` of them, as far as
    outcomes are known.
    """

    code: str
    fired: int
    unknown: int
    granted: int
    repaid: int
    defaulted: int


class Sample(Answer):
    """All clients that the group was taken from."""

    size: int
    observed_default_rate: Annotated[float, Field(ge=0.0, le=1.0)]


Point = TypeAliasType(
    "Point",
    Annotated[
        tuple[float | str, float | str, float | str], Field(max_length=3, min_length=3)
    ],
)


Client = TypeAliasType(
    "Client",
    Annotated[tuple[float | str, float | str], Field(max_length=2, min_length=2)],
)


class Scatter(Answer):
    """Clients of whom both features are known, and where one client is."""

    x: str
    y: str
    points: Annotated[
        Sequence[Point],
        Field(description="x, y, and 1 of a client who defaulted, else 0."),
    ]
    client: Client | None


class ScorecardInput(ScorecardInputMeaning):
    """
    What a feature adds: of a number by bins of `edges`, of a category by `groups`.

    A number is in the first bin below the first edge, in the next one from that edge
    on. What is missing, or in no group, adds `missing`. `mean`: over the clients whom
    the model learnt from; `clients` and their `default_rate`: in each bin or group,
    last of those that add `missing`; null where there is none.
    """

    feature: str
    edges: Sequence[float] | None
    groups: Sequence[Sequence[str]] | None
    points: Sequence[float]
    missing: float
    mean: float
    clients: Sequence[int]
    default_rate: Sequence[DefaultRate | None]


Auc = TypeAliasType("Auc", Annotated[float, Field(ge=0.0, le=1.0)])


class SegmentMeasures(Answer):
    """
    Of clients whom the model had not seen, at the threshold of the answer.

    `stated_risk`: their mean probability; `default_rate`: how many defaulted. `auc` is
    null where all or none did, `business_score` where it counts by amounts that are not
    known.
    """

    clients: int
    default_rate: Annotated[float, Field(ge=0.0, le=1.0)]
    stated_risk: Annotated[float, Field(ge=0.0, le=1.0)]
    approval_rate: Annotated[float, Field(ge=0.0, le=1.0)]
    business_score: float | None
    auc: Auc | None
    granted_repaid: int
    granted_defaulted: int
    refused_repaid: int
    refused_defaulted: int


class Sentences(Answer):
    """
    What a feature says to an applicant, with {value} and {typical} to be filled in.

    By how the value lies to what is typical among borderline clients.
    """

    above: Labels | None = None
    below: Labels | None = None
    equal: Labels | None = None


class Signature(Answer):
    """
    The first of two signatures that a grant needs; another person gives the second.

    `mine`: it is of whom this is answered to.
    """

    review_id: str
    prediction_id: str
    reviewer: str
    signer: str | None = None
    reason: str
    created_at: AwareDatetime
    mine: bool


IntervalItem = TypeAliasType("IntervalItem", Annotated[float, Field(ge=0.0, le=1.0)])


class SimilarClients(Answer):
    """
    The nearest group; `interval` is the 95 % Wilson interval of its rate.

    `matched_on`: the features that nearness is measured on, weightiest first.
    """

    client_id: int | str
    size: int
    observed_default_rate: Annotated[float, Field(ge=0.0, le=1.0)]
    interval: tuple[IntervalItem, IntervalItem]
    matched_on: Sequence[str]
    features: Sequence[ComparedFeature]
    population: Sample


class StandingDecision(Answer):
    """
    A result that came to stand, by a model's decision or a person's review.

    The newest of a client holds. `offer_id`: of the counter-offer that stood then.
    Everything but ids and results is null once the person is erased.
    """

    sequence: int
    client_id: int | str | None
    prediction_id: str
    review_id: str | None
    offer_id: str | None
    result: str
    by: str
    reviewer: str | None
    signer: str | None = None
    decided_at: AwareDatetime


class Term(Answer):
    """
    How far a loan's term can be negotiated, as parts of what was asked for.

    Of the price of the goods `reach` is how much of it may be financed: the rest is the
    down payment. In the search for what would be granted a relative change counts
    `weight` times.
    """

    reach: tuple[float, float]
    weight: Annotated[float, Field(gt=0.0)]


class TrainingData(Answer):
    """The clients whom the model learnt from."""

    clients: int
    default_rate: Annotated[float, Field(ge=0.0, le=1.0)]


class Trial(Answer):
    """
    What a policy would have recommended in the last stored decisions.

    `decisions`: how many were tried. `failed`: of how many of them it could not be
    evaluated. `untried`: how many cannot be tried, by why: what describes the person
    was erased, another model decided, or the client is not known any more.
    """

    sha256: str
    decisions: int
    moved: Sequence[Moved]
    rules: Sequence[RuleCount]
    failed: int
    untried: Mapping[str, int] = {}


Threshold = TypeAliasType("Threshold", Annotated[float, Field(ge=0.0, le=1.0)])


class WorkItem(Answer):
    """
    A client on the work list.

    `draft`: entered here and not decided; `open`: recommended and not decided;
    `referred`: recommended to a person; `evidence`: a grant needs some that is not
    there; `second`: one of two has signed; `contested`: to be answered until `due`;
    `done`: decided by a person. `since`: when it became so. `borderline`: the
    probability is in the borderline band. `result` is what stands, null of a draft.
    `claimed_by`: who alone works on it until `claimed_until`; `mine`: that is who asks.
    """

    client_id: int | str
    reference: str | None
    state: str
    since: AwareDatetime
    due: str | None
    prediction_id: str | None
    probability: Probability | None
    threshold: Threshold | None
    decision: str | None
    borderline: bool
    result: str | None
    reviewer: str | None
    signer: str | None = None
    claimed_by: str | None = None
    claimed_signer: str | None = None
    claimed_until: AwareDatetime | None = None
    mine: bool = False


class WorkPage(Answer):
    """
    Contested first, the earliest due first; then, oldest first, what waits for a
    second signature, for evidence, and what is referred; then open ones, borderline
    first, oldest first; then drafts; then done ones, newest first.

    `mine`: what who asks has claimed. `counts`: how many there are in each state.
    `beside`: of `client_id` if one was asked for and is on the list.
    """

    items: Sequence[WorkItem]
    mine: Annotated[Sequence[WorkItem], Field(validate_default=True)] = []
    counts: Mapping[str, int]
    beside: Beside | None
    next_cursor: str | None


class Activation(Answer):
    """The policy that is active now, and what it changes in the last decisions."""

    policy: PolicySummary
    trial: Trial


class Alert(Answer):
    """What is wrong, how sure that is, and what to do; `history` is oldest first."""

    id: str
    cause: str
    status: str
    severity: str
    title: str
    what: str
    certainty: str
    action: str
    evidence: Mapping[str, Any]
    report_id: str | None
    opened_at: AwareDatetime
    updated_at: AwareDatetime
    closed_at: AwareDatetime | None
    acknowledged_at: AwareDatetime | None
    acknowledged_by: str | None
    signer: str | None = None
    note: str | None
    history: Sequence[Change]


class AlertList(Answer):
    """Open ones first, of those the most severe first, then the newest."""

    alerts: Sequence[Alert]


class ApplicationFact(Answer):
    """One raw column of an application."""

    name: str
    labels: Labels | None = None
    type: str
    unit: str
    value: float | int | str | None


class ClientPage(Answer):
    """`total`: how many match in all; of references it is counted up to 1,000."""

    clients: Sequence[ClientRef]
    total: int
    next_cursor: str | None


class Column(Answer):
    """
    One raw column; a number outside `bounds` cannot be true and is refused.

    `role`: what it is, whatever a lender calls it (client, record, amount, instalment,
    goods_price, instalments, product, birth, income, date, applied). `estimate`: the
    feature that is this column where it is given, else an estimate of it. `section`:
    which of the table's sections it is read in. `missing`: what says there is none.
    `words`: what categories are called. `dated`: it may be sent as a date, YYYY-MM-DD.
    `origin`: where it comes from, if not from where its table does. `protected`: a rule
    of the lender's may read it on a lawful basis alone.
    """

    name: str
    unit: str
    labels: Labels | None = None
    categories: Sequence[str] | None = None
    bounds: Bounds | None = None
    type: str
    nullable: bool
    meaning: str
    role: str | None = None
    section: int | None = None
    term: Term | None = None
    estimate: str | None = None
    missing: Sequence[int | str] = []
    words: Annotated[Mapping[str, Labels], Field(validate_default=True)] = {}
    dated: bool = False
    origin: str | None = None
    protected: bool = False


class CounterOffer(Answer):
    """
    An offer that was made; the newest of a client stands until `valid_until`.

    `simulation_id`: the prediction of these terms, which is stored with it.
    """

    offer_id: str
    simulation_id: str
    client_id: int | str
    offer: Offer
    probability: Annotated[float, Field(ge=0.0, le=1.0)]
    decision: str
    valid_until: str
    reviewer: str
    signer: str | None = None
    created_at: AwareDatetime


class DecisionsAnswer(Answer):
    """In the order in which they came to stand, each once; ask on with `next_after`."""

    decisions: Sequence[StandingDecision]
    next_after: int


class Fairness(Answer):
    """The groups of one attribute; the ratio is lowest over highest approval rate."""

    attribute: str
    label: Labels | None = None
    groups: Sequence[FairnessGroup]
    approval_ratio: float
    equal_opportunity_gap: float


class Feature(Answer):
    """
    One model input; `bounds` are its smallest and largest training values.

    `sentences`: only of what an applicant can be told in a sentence of its own.
    `protected`: it is made of a column that is.
    """

    name: str
    unit: str
    labels: Labels | None = None
    categories: Sequence[str] | None = None
    bounds: Bounds | None = None
    dtype: str
    group: str
    table: str
    formula: str
    sentences: Sentences | None = None
    protected: bool = False


class FiredRule(Answer):
    """
    A rule that fired, and the facts that it read.

    `missing`: the facts without which nobody knows whether it fires; it refers then.
    `evidence` and `within_days`: what is required; `met`: whether that was there, null
    where nothing is required.
    """

    code: str
    effect: str
    text: Labels | None = None
    facts: Mapping[str, float | int | str | bool | None]
    missing: Sequence[str] = []
    evidence: str | None = None
    within_days: int | None = None
    met: bool | None = None


class Importance(Answer):
    """
    Mean absolute contribution, largest first, and a sample of clients.

    `permutation` is another measure of the same, in bundles that have it.
    """

    features: Sequence[FeatureImportance]
    groups: Sequence[GroupImportance]
    beeswarm: Beeswarm
    permutation: Permutation | None = None
    permutation_of_groups: Permutation | None = None


class InspectedInput(Answer):
    """
    How the risk moves with an input.

    `second`: the input that explains most of what its value leaves open.
    """

    feature: str
    dependence: PartialDependence
    second: str | None
    points: DependencePoints


class Inspection(Answer):
    """
    What analysts look for in a model, of clients that were held out.

    Inputs are those that weigh most, weightiest first; pairs of them by strength.
    """

    curves: RankingCurves
    inputs: Sequence[InspectedInput]
    interactions: Sequence[Interaction]
    errors: Sequence[InputErrors]


class LatestDecision(LatestDecisionMeaning):
    """
    The newest decision on a client: the model's, and what is recommended by it.

    `model_changed`: another model serves now. `data_changed`: the client's data are
    others now; null when that cannot be told, as the model is another one.
    """

    prediction_id: str
    decision: str
    recommendation: str | None = None
    probability: Annotated[float, Field(ge=0.0, le=1.0)]
    threshold: Annotated[float, Field(ge=0.0, le=1.0)]
    model: ModelRef
    created_at: AwareDatetime
    model_changed: bool
    data_changed: bool | None


class Metrics(Answer):
    """`cv`: of the model, by cross-validation."""

    cv: Measures
    candidates: Annotated[
        Sequence[CandidateMeasures], Field(validate_default=True)
    ] = []
    cost_curve: CostCurve | None = None
    calibration_curve: CalibrationCurve | None = None
    fairness: Annotated[Sequence[Fairness], Field(validate_default=True)] = []


class MissingAnswer(Answer):
    """
    What to ask for next, what could change most first.

    `probability` as it is; null while `needed` columns are missing.
    """

    client_id: str
    probability: Probability | None
    threshold: Annotated[float, Field(ge=0.0, le=1.0)]
    needed: Sequence[str]
    missing: Sequence[MissingColumn]


class PoliciesAnswer(Answer):
    """Newest first; the built-in one, which has no rules, is last."""

    policies: Sequence[PolicySummary]


class PolicyAnswer(Answer):
    """`document`: the file as it was added, a decision model in JDM."""

    sha256: str
    version: str
    active: bool
    added_by: str | None
    added_at: AwareDatetime | None
    activated_by: str | None
    activated_at: AwareDatetime | None
    rules: Sequence[PolicyRule]
    document: Mapping[str, Any]


class PolicyRef(Answer):
    """
    By which policy it was recommended, and its rules that fired.

    `failed`: it could not be evaluated, so nothing is granted by it.
    """

    version: str
    sha256: str
    rules: Sequence[FiredRule]
    failed: bool = False


class PolicyResults(Answer):
    """Of all decisions by this policy."""

    sha256: str
    decisions: int
    recommendations: Mapping[str, int]
    rules: Sequence[RuleResult]


class Prediction(PredictionMeaning):
    """One decision or simulation. Granted below the threshold, refused from it on."""

    prediction_id: str
    kind: str
    client_id: int | str | None
    probability: Annotated[float, Field(ge=0.0, le=1.0)]
    threshold: Annotated[float, Field(ge=0.0, le=1.0)]
    decision: str
    confidence: Confidence
    explanation: Explanation
    reasons: Sequence[ReasonAnswer]
    terms: Annotated[
        Offer | None, Field(description="Of a what-if that asks by terms.")
    ] = None
    recommendation: Annotated[
        str | None,
        Field(description="By the lender's rules; absent from answers of before them."),
    ] = None
    policy: PolicyRef | None = None
    model: ModelRef
    created_at: AwareDatetime


class Scorecard(Answer):
    """
    The table of points: base points and those of each feature make a score.

    A higher one is safer.
    """

    scale: PointsScale
    base_points: float
    inputs: Sequence[ScorecardInput]


class SegmentAnswer(Answer):
    """The segment beside all clients of the sample."""

    threshold: Annotated[float, Field(ge=0.0, le=1.0)]
    segment: SegmentMeasures
    all: SegmentMeasures


class Standing(StandingMeaning):
    """
    What holds for a client: the newest final review, else what is recommended.

    `by`: `policy` where its rules changed what the model decides. `prediction_id`: the
    decision that was reviewed, or that stands by itself; `model_decision`: what the
    model said in it; `terms` and the import it was made on, null where they were not
    noted.
    """

    result: str
    by: str
    reviewer: str | None
    signer: str | None = None
    category: str | None = None
    reason: str | None
    decided_at: AwareDatetime
    review_id: str | None
    prediction_id: str
    model_decision: str
    model: ModelRef
    terms: Mapping[str, float | int | str | None] | None
    import_id: int | None
    imported_at: AwareDatetime | None
    latest: LatestDecision


class Table(Answer):
    """
    One raw table, as the model was trained with it.

    `labels`: what its records are called; null of the application. `origin`: where they
    come from, as an applicant is told. `sections`: what columns that are read together
    are called, in the order in which they are read.
    """

    columns: Sequence[Column]
    labels: Labels | None = None
    origin: str | None = None
    sections: Annotated[Sequence[Labels], Field(validate_default=True)] = []


class Simulation(SimulationMeaning):
    """One decision or simulation. Granted below the threshold, refused from it on."""

    prediction_id: str
    kind: str
    client_id: int | str | None
    probability: Annotated[float, Field(ge=0.0, le=1.0)]
    threshold: Annotated[float, Field(ge=0.0, le=1.0)]
    decision: str
    confidence: Confidence
    by_group: GroupExplanation
    reasons: Sequence[ReasonAnswer]
    terms: Annotated[
        Offer | None, Field(description="Of a what-if that asks by terms.")
    ] = None
    recommendation: Annotated[
        str | None,
        Field(description="By the lender's rules; absent from answers of before them."),
    ] = None
    policy: PolicyRef | None = None
    model: ModelRef
    created_at: AwareDatetime


class BatchAnswer(Answer):
    """In the order of the request; one problem does not spoil the others."""

    predictions: Sequence[Simulation | ProblemAnswer]


class ClientAnswer(Answer):
    """
    A client's raw application; `standing` is null before the first decision.

    `imported_at` is null of an application that was entered here. `offer_id`: of the
    counter-offer that stands; `contest_id`: of what waits for an answer.
    `requirements`: of the newest decision's policy, as they are met now; `signature`:
    the first one of a grant that waits for its second; `claim`: who works on them.
    """

    client_id: int | str
    reference: str | None = None
    standing: Standing | None
    offer_id: str | None = None
    contest_id: str | None = None
    requirements: Annotated[Sequence[Requirement], Field(validate_default=True)] = []
    signature: Signature | None = None
    claim: Claim | None = None
    application: Sequence[ApplicationFact]
    terms: Annotated[
        Offer | None, Field(description="Of the loan that was asked for.")
    ] = None
    imported_at: AwareDatetime | None


class Counterfactual(Answer):
    """
    `asked`: the loan as it was refused; `granted`: as it would be granted.

    `cost`: the sum of the relative changes. `prediction`: the simulation that was
    stored. Without any of them, `detail` says why.
    """

    prediction_id: str
    found: bool
    cost: float | None = None
    detail: str | None = None
    asked: Offer
    granted: Offer | None
    prediction: Prediction | None


class ModelAnswer(ModelAnswerMeaning):
    """The model that serves; names and meaning of every column and feature."""

    name: str
    version: str
    mlflow_run_id: str
    created_at: AwareDatetime
    bundle_sha256: str
    threshold: Annotated[float, Field(ge=0.0, le=1.0)]
    threshold_interval: tuple[float, float]
    form: Annotated[str, Field(description="What it computes a margin by.")] = "trees"
    costs: Costs
    costs_by_amount: Annotated[
        bool,
        Field(description="Costs are shares of the client's credit, not per decision."),
    ] = False
    negotiable: Annotated[
        Sequence[NegotiableTerm],
        Field(
            description="`instalments`: only where the lender's prices are known.",
            validate_default=True,
        ),
    ] = []
    currency: Annotated[
        str, Field(description="ISO 4217 code of what amounts are in.")
    ] = "EUR"
    calibration: Calibration
    metrics: Metrics
    data: TrainingData
    validation: Annotated[
        Sequence[ModelValidation],
        Field(
            description="Who checked this version, refusals too; empty: nobody.",
            validate_default=True,
        ),
    ] = []
    features: Sequence[Feature]
    tables: Mapping[str, Table]
    libraries: Mapping[str, str]
    reasons: Sequence[Reason]
    release: Annotated[
        Release | None,
        Field(description="The code that answers; null of APIs before 0.4."),
    ] = None


class PastPrediction(Answer):
    """
    A prediction as it was made, and its reviews, oldest first: the last stands.

    Of a what-if the `changes`, and what it `asked` where that was by terms. `terms`:
    the application's own, as they were then; null where they were not noted. `policy`:
    null where none of its rules fired, and it did not fail.
    """

    prediction_id: str
    kind: str
    probability: Annotated[float, Field(ge=0.0, le=1.0)]
    threshold: Annotated[float, Field(ge=0.0, le=1.0)]
    decision: str
    recommendation: str | None = None
    policy: PolicyRef | None = None
    created_at: AwareDatetime
    model: ModelRef
    changes: Mapping[str, float | str | None] | None
    asked: Mapping[str, float] | None
    terms: Mapping[str, float | str | None] | None
    reviews: Sequence[Review]


class History(Answer):
    """Newest first."""

    client_id: int | str
    predictions: Sequence[PastPrediction]
    next_cursor: str | None
