"""The model: what of a bundle is read by the API, and what is answered about it."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from api.schemas.answers import Answer, Labels, Moment, Release, Share, TermName

# No tuples of two in the document: few tools read JSON Schema's prefixItems.
Pair = Field(min_length=2, max_length=2)
Bounds = Annotated[tuple[float, ...], Pair]
AboveZero = Annotated[float, Field(gt=0)]
Form = Literal["trees", "scorecard"]


class FromBundle(BaseModel):
    """Passed on as the bundle has it, with whatever else it has."""

    model_config = ConfigDict(extra="allow", frozen=True)


class Described(FromBundle):
    """What numbers or categories are called; `unit` is what a number counts."""

    name: str
    unit: str
    labels: Labels
    categories: tuple[str, ...] | None = None
    bounds: Bounds | None = None


class Term(FromBundle):
    """How far a loan's term can be negotiated, as parts of what was asked for.

    Of the price of the goods `reach` is how much of it may be financed: the rest is the
    down payment. In the search for what would be granted a relative change counts
    `weight` times.
    """

    reach: Bounds
    weight: AboveZero


class Column(Described):
    """One raw column; a number outside `bounds` cannot be true and is refused.

    `role`: what it is, whatever a lender calls it (client, record, amount, instalment,
    goods_price, instalments, product, birth, income, date, applied). `estimate`: the
    feature that is this column where it is given, else an estimate of it. `section`:
    which of the table's sections it is read in. `missing`: what says there is none.
    `words`: what categories are called. `dated`: it may be sent as a date, YYYY-MM-DD.
    `origin`: where it comes from, if not from where its table does. `protected`: a rule
    of the lender's may read it on a lawful basis alone.
    """

    type: Literal["number", "integer", "category"]
    nullable: bool
    meaning: str
    role: str | None = None
    section: int | None = None
    term: Term | None = None
    estimate: str | None = None
    missing: tuple[int | str, ...] = ()
    words: dict[str, Labels] = {}
    dated: bool = False
    origin: str | None = None
    protected: bool = False


class Table(FromBundle):
    """One raw table, as the model was trained with it.

    `labels`: what its records are called; null of the application. `origin`: where they
    come from, as an applicant is told. `sections`: what columns that are read together
    are called, in the order in which they are read.
    """

    columns: tuple[Column, ...]
    labels: Labels | None = None
    origin: str | None = None
    sections: tuple[Labels, ...] = ()


class Sentences(FromBundle):
    """What a feature says to an applicant, with {value} and {typical} to be filled in.

    By how the value lies to what is typical among borderline clients.
    """

    above: Labels
    below: Labels
    equal: Labels


class Feature(Described):
    """One model input; `bounds` are its smallest and largest training values.

    `sentences`: only of what an applicant can be told in a sentence of its own.
    `protected`: it is made of a column that is.
    """

    dtype: Literal["float32", "category"]
    group: str
    table: str
    formula: str
    sentences: Sentences | None = None
    protected: bool = False


class Calibration(FromBundle):
    """probability = 1 / (1 + exp(-(slope * margin + intercept)))."""

    method: Literal["sigmoid"]
    slope: AboveZero
    intercept: float


class Reason(FromBundle):
    """A reason code: what a group of features says, per direction.

    `unknown`: what it says in either direction where no value of it is known.
    """

    code: str
    group: str
    labels: Labels
    raises_risk: Labels
    lowers_risk: Labels
    unknown: Labels | None = None


class Costs(FromBundle):
    """Of a default that was granted, and of a good client who was refused."""

    false_negative: AboveZero
    false_positive: AboveZero


class Measures(FromBundle):
    """How good on clients that were held out; `auc_std` is over the folds."""

    auc: float | None = None
    auc_std: float | None = None
    average_precision: float | None = None
    brier: float | None = None
    business_score: float | None = None
    ece: float | None = None
    ks: float | None = None
    recall: float | None = None


class CandidateMeasures(Measures):
    """Of one of the models that were compared; `label` is its name and variants."""

    name: str
    label: str | None = None


class Curve(FromBundle):
    """As many points in each list, but in those that older bundles do not have."""

    @model_validator(mode="after")
    def _of_one_length(self) -> Self:
        lists = [getattr(self, name) for name in type(self).model_fields]
        lengths = sorted({len(one) for one in lists} - {0})
        if len(lengths) > 1:
            text = "Lists should be of one length, not {lengths}"
            raise PydanticCustomError("curve", text, {"lengths": lengths})
        return self


class CostCurve(Curve):
    """The business score at each threshold, by clients the model had not seen.

    `approval_rate`: how many of them it grants; `default_rate`: how many of those
    defaulted, null where it grants nobody. Empty in older bundles.
    """

    threshold: list[float]
    business_score: list[float]
    approval_rate: list[Share] = []
    default_rate: list[Share | None] = []


class CalibrationCurve(Curve):
    """Mean probability and share of defaults, per bin of equally many clients."""

    predicted: list[Share]
    observed: list[Share]
    clients: list[int]


class FairnessGroup(FromBundle):
    """How many of a group default, are granted, and are granted of those who repay."""

    group: str
    clients: int
    default_rate: Share
    approval_rate: Share
    good_approval_rate: Share


class Fairness(FromBundle):
    """The groups of one attribute; the ratio is lowest over highest approval rate."""

    attribute: str
    label: Labels
    groups: list[FairnessGroup]
    approval_ratio: float
    equal_opportunity_gap: float


class Metrics(FromBundle):
    """`cv`: of the model, by cross-validation."""

    cv: Measures
    candidates: list[CandidateMeasures] = []
    cost_curve: CostCurve | None = None
    calibration_curve: CalibrationCurve | None = None
    fairness: list[Fairness] = []


class TrainingData(FromBundle):
    """The clients whom the model learnt from."""

    clients: int
    default_rate: Share


class ModelValidation(FromBundle):
    """What somebody other than who trained the model found of this very version.

    `file_sha256`: of the list of hashes of the validation file that was checked, null
    where none was given.
    """

    by: str
    verdict: Literal["accepted", "accepted-with-conditions", "refused"]
    note: str
    signed_at: Moment
    file_sha256: str | None


class NegotiableTerm(Answer):
    """A term that a what-if may move, from `lowest` to `highest`.

    `relative`: these are parts of what was asked for; of a down payment, parts of the
    price of the goods.
    """

    name: TermName
    lowest: float
    highest: float
    relative: bool


class ModelAnswer(Answer):
    """The model that serves; names and meaning of every column and feature."""

    name: str
    version: str
    mlflow_run_id: str
    created_at: Moment
    bundle_sha256: str
    threshold: Share
    threshold_interval: Annotated[list[float], Pair]
    form: Form = Field("trees", description="What it computes a margin by.")
    costs: Costs
    costs_by_amount: bool = Field(
        False, description="Costs are shares of the client's credit, not per decision."
    )
    negotiable: list[NegotiableTerm] = Field(
        [], description="`instalments`: only where the lender's prices are known."
    )
    currency: str = Field("EUR", description="ISO 4217 code of what amounts are in.")
    calibration: Calibration
    metrics: Metrics
    data: TrainingData
    validation: list[ModelValidation] = Field(
        [],
        description="Who checked this version, refusals too; empty: nobody.",
    )
    features: list[Feature]
    tables: dict[str, Table]
    libraries: dict[str, str]
    reasons: list[Reason]
    release: Release | None = Field(
        None, description="The code that answers; null of APIs before 0.4."
    )


class PointsScale(FromBundle):
    """What points mean: at `points`, `odds` clients repay for each who defaults.

    Each `points_to_double` more double these odds.
    """

    points: float
    odds: AboveZero
    points_to_double: AboveZero


class ScorecardInput(FromBundle):
    """What a feature adds: of a number by bins of `edges`, of a category by `groups`.

    A number is in the first bin below the first edge, in the next one from that edge
    on. What is missing, or in no group, adds `missing`. `mean`: over the clients whom
    the model learnt from; `clients` and their `default_rate`: in each bin or group,
    last of those that add `missing`; null where there is none.
    """

    feature: str
    edges: list[float] | None
    groups: list[list[str]] | None
    points: list[float]
    missing: float
    mean: float
    clients: list[int]
    default_rate: list[Share | None]


class Scorecard(FromBundle):
    """The table of points: base points and those of each feature make a score.

    A higher one is safer.
    """

    scale: PointsScale
    base_points: float
    inputs: list[ScorecardInput]


class GroupImportance(FromBundle):
    """Mean absolute contribution of all features of a group together, in log-odds."""

    group: str
    mean_absolute: float


class FeatureImportance(GroupImportance):
    """Mean absolute contribution of a feature, in log-odds."""

    feature: str


class Beeswarm(FromBundle):
    """A sample of clients; each row is one, columns are `features`.

    Of a category the value is its code; of what is missing, null.
    """

    features: list[str]
    values: list[list[float | None]]
    contributions: list[list[float]]


class Permutation(Answer):
    """How much AUC is lost when a feature's, or a group's, values are shuffled.

    `rank_correlation`: of these losses with the mean absolute contributions.
    """

    rank_correlation: float
    auc_lost: dict[str, float]


class Importance(Answer):
    """Mean absolute contribution, largest first, and a sample of clients.

    `permutation` is another measure of the same, in bundles that have it.
    """

    features: list[FeatureImportance]
    groups: list[GroupImportance]
    beeswarm: Beeswarm
    permutation: Permutation | None = None
    permutation_of_groups: Permutation | None = None
