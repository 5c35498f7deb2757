"""What the API's document cannot say of its answers: checks, and what follows.

`XMeaning` is the base of the generated class X, which has the members.
"""

from __future__ import annotations

import math
from bisect import bisect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from api_client.errors import NonsenseAnswer
from session.language import code
from session.namesakes import meet

if TYPE_CHECKING:
    from api_client import answers

Value = str | float | None
# The lender's: an integer, or a text that is taken as it is.
ClientKey = int | str
Share = Annotated[float, Field(ge=0, le=1)]
Shape = TypeVar("Shape", bound=BaseModel)
SUM_TOLERANCE = 1e-6
APPLICATION = "application"
CLIENT = "client"
# Begins the key of an application that was entered here.
DRAFT = "new-"
# The groups a distribution counts, in the order they are drawn.
COUNTED = ("all", "repaid", "defaulted", "similar")
EXPECTED = {
    "datetime_parsing": "expected a date and time",
    "datetime_type": "expected a date and time",
    "float_type": "expected a number",
    "int_type": "expected a whole number",
    "list_type": "expected a list",
    "model_type": "expected an object",
    "string_type": "expected text",
    "timezone_aware": "expected a date and time with its offset",
}
# Parts of an error's path that no answer has: which member of a union was tried.
UNION = {"float", "int", "str"}


def is_draft(key: object) -> bool:
    return isinstance(key, str) and key.startswith(DRAFT)


def read(kind: type[Shape], body: bytes, path: str = "") -> Shape:
    """The answer in `body`; NonsenseAnswer says what of it, at `path`, makes none."""
    try:
        return kind.model_validate_json(body)
    except ValidationError as error:
        raise NonsenseAnswer(_sentence(error.errors()[0], path)) from error


def _sentence(error: Mapping[str, Any], path: str) -> str:
    kind, where, value = error["type"], list(error["loc"]), error["input"]
    expected = EXPECTED.get(kind, error["msg"].replace("Input should be", "expected"))
    cause = error.get("ctx", {}).get("error")
    if kind == "json_invalid":
        return f"not JSON: {cause}"
    if kind == "missing":
        expected = f"{where.pop()} is missing"
    if isinstance(cause, Contradiction):
        where.append(cause.member)
        expected, value = str(cause), value[cause.member]
    path += "".join(f"/{part}" for part in where if part not in UNION)
    shown = repr(value)
    shown = shown if len(shown) <= 60 else shown[:57] + "…"
    return f"{path or '/'}: {expected}; found: {shown}"


class Contradiction(ValueError):
    """Of a member with the others; what was expected of it."""

    def __init__(self, member: str, expected: str) -> None:
        super().__init__(f"expected {expected}")
        self.member = member


class Answer(BaseModel):
    """A later API says more: what is not known here is left out."""

    model_config = ConfigDict(
        frozen=True, strict=True, extra="ignore", allow_inf_nan=False
    )

    def model_post_init(self, context: object, /) -> None:
        """Whoever signed is known before the first of several is shown."""
        for name in ("reviewer", "author"):
            if (signed := getattr(self, name, None)) is not None:
                meet(signed, getattr(self, "signer", None))


class LabelsMeaning(Answer):
    model_config = ConfigDict(extra="allow")


class PredictionMeaning(Answer):
    probability: float
    threshold: float
    decision: str
    recommendation: str | None = None

    @property
    def granted(self) -> bool:
        """By the model alone."""
        return self.decision == "granted"

    @property
    def recommended(self) -> str:
        """By the lender's rules; an API of before them has the model's decision."""
        return self.recommendation or self.decision

    @model_validator(mode="after")
    def check_decision(self) -> Self:
        if self.granted != (self.probability < self.threshold):
            raise Contradiction("decision", "the decision to follow the threshold")
        return self


class SimulationMeaning(PredictionMeaning):
    pass


class LatestDecisionMeaning(PredictionMeaning):
    model_changed: bool
    data_changed: bool | None

    @property
    def outdated(self) -> bool:
        return self.model_changed or self.data_changed is True


class StandingMeaning(Answer):
    review_id: str | None

    @property
    def reviewed(self) -> bool:
        return self.review_id is not None


class ReasonAnswerMeaning(Answer):
    direction: str

    @property
    def raises_risk(self) -> bool:
        return self.direction == "raises_risk"


class GroupExplanationMeaning(Answer):
    if TYPE_CHECKING:
        base_value: float
        margin: float
        contributions: Sequence[answers.Contribution | answers.GroupContribution]

    @model_validator(mode="after")
    def check_sum(self) -> Self:
        moved = sum(item.contribution for item in self.contributions)
        if abs(self.base_value + moved - self.margin) > SUM_TOLERANCE:
            raise Contradiction("margin", "the contributions to sum to the margin")
        return self


class ExplanationMeaning(GroupExplanationMeaning):
    if TYPE_CHECKING:
        contributions: Sequence[answers.Contribution]

    @cached_property
    def ranked(self) -> tuple[answers.Contribution, ...]:
        """The contributions, those that move most first."""
        return tuple(
            sorted(
                self.contributions,
                key=lambda contribution: -abs(contribution.contribution),
            )
        )


class DistributionMeaning(Answer):
    edges: Sequence[float] | None
    categories: Sequence[str] | None

    @property
    def counts(self) -> Mapping[str, Sequence[int]]:
        """How many clients lie in each bin, by group."""
        by_group = {group: getattr(self, group) for group in COUNTED}
        return {group: row for group, row in by_group.items() if row is not None}

    @model_validator(mode="after")
    def check_bins(self) -> Self:
        bins = len(self.categories or ()) or len(self.edges or ()) - 1
        for group, row in self.counts.items():
            if bins < 1 or len(row) != bins:
                raise Contradiction(group, "a count for every bin")
        return self


class CostCurveMeaning(Answer):
    """Lists that belong together, number by number; of an older API some are empty."""

    @model_validator(mode="after")
    def check_lengths(self) -> Self:
        fields = type(self).model_fields.items()
        names = [n for n, one in fields if one.is_required() or getattr(self, n)]
        lengths = {len(getattr(self, name)) for name in names}
        if len(lengths) > 1:
            raise Contradiction(names[-1], f"as many as in {', '.join(names[:-1])}")
        return self


class CalibrationCurveMeaning(CostCurveMeaning):
    pass


class PartialDependenceMeaning(CostCurveMeaning):
    pass


class DependencePointsMeaning(CostCurveMeaning):
    pass


class ErrorBinsMeaning(CostCurveMeaning):
    pass


class RankingCurvesMeaning(Answer):
    if TYPE_CHECKING:
        refused: Sequence[float]
        candidates: Sequence[answers.CandidateCurves]

    @model_validator(mode="after")
    def check_lengths(self) -> Self:
        points = len(self.refused)
        for one in self.candidates:
            lengths = {len(one.caught), len(one.good_refused), len(one.precision)}
            if lengths != {points}:
                raise Contradiction("candidates", f"{points} points of each curve")
        return self


class ClientDependenceMeaning(Answer):
    values: Sequence[Value]
    risk: Sequence[float]

    @model_validator(mode="after")
    def check_lengths(self) -> Self:
        if len(self.values) != len(self.risk):
            raise Contradiction("risk", "a risk for every value")
        return self


class BeeswarmMeaning(Answer):
    features: Sequence[str]
    values: Sequence[Sequence[float | None]]
    contributions: Sequence[Sequence[float]]

    @model_validator(mode="after")
    def check_lengths(self) -> Self:
        rows = [*self.values, *self.contributions]
        whole = all(len(row) == len(self.features) for row in rows)
        if not whole or len(self.values) != len(self.contributions):
            expected = "a value and a contribution for every feature"
            raise Contradiction("values", expected)
        return self


class PointsScaleMeaning(Answer):
    points: float
    odds: float
    points_to_double: float

    def score(self, margin: float) -> float:
        """The points that stand for a margin."""
        doubled = (margin + math.log(self.odds)) / math.log(2)
        return self.points - self.points_to_double * doubled


class ScorecardInputMeaning(Answer):
    edges: Sequence[float] | None
    groups: Sequence[Sequence[str]] | None
    points: Sequence[float]
    missing: float
    clients: Sequence[int]
    default_rate: Sequence[float | None]

    def of(self, value: Value) -> float:
        """The points that a value gets."""
        if self.edges is None:
            bins = zip(self.groups or (), self.points, strict=True)
            return next((p for names, p in bins if value in names), self.missing)
        if value is None or isinstance(value, str):
            return self.missing
        return self.points[bisect(self.edges, value)]

    @model_validator(mode="after")
    def check_bins(self) -> Self:
        """As many points as bins, and as many counts as these and what is missing."""
        bins = len(self.groups or ()) if self.edges is None else len(self.edges) + 1
        expected = {"points": bins, "clients": bins + 1, "default_rate": bins + 1}
        for name, count in expected.items():
            if len(getattr(self, name)) != count:
                raise Contradiction(name, f"{count} of them")
        return self


class CalibrationMeaning(Answer):
    slope: float
    intercept: float

    def probability(self, margin: float) -> float:
        return 1 / (1 + math.exp(-(self.slope * margin + self.intercept)))

    def margin(self, probability: float) -> float:
        """The margin that stands for `probability`, strictly between 0 and 1."""
        return (math.log(probability / (1 - probability)) - self.intercept) / self.slope


@dataclass(frozen=True)
class Descriptor:
    """What a feature or a raw column is called and what its number counts.

    `bounds` are the least and the largest value that make sense, where known; `role` is
    what the column is, whatever the lender calls it; `missing` are values that say that
    there is none; `words` what categories are called.
    """

    name: str
    label: str
    unit: str = "none"
    group: str = ""
    category: bool = False
    bounds: tuple[float, float] | None = None
    role: str = ""
    missing: Sequence[Value] = ()
    words: Mapping[str, answers.Labels] = field(default_factory=dict)

    def word(self, value: str) -> str:
        """In the language of the page; one that nobody foresaw stays as it is."""
        return in_words(self.words.get(value), value)


class ModelAnswerMeaning(Answer):
    if TYPE_CHECKING:
        threshold_interval: tuple[float, float]
        features: Sequence[answers.Feature]
        reasons: Sequence[answers.Reason]
        tables: Mapping[str, answers.Table]

    @model_validator(mode="after")
    def check_interval_and_table(self) -> Self:
        low, high = self.threshold_interval
        if low > high:
            expected = "two thresholds, the lower first"
            raise Contradiction("threshold_interval", expected)
        if APPLICATION not in self.tables:
            raise Contradiction("tables", f"the table {APPLICATION}")
        known = range(len(self.tables[APPLICATION].sections))
        if any(c.section not in (None, *known) for c in self.columns.values()):
            raise Contradiction("tables", f"sections that {APPLICATION} has")
        return self

    @cached_property
    def groups(self) -> Mapping[str, answers.Reason]:
        return {reason.group: reason for reason in self.reasons}

    @cached_property
    def columns(self) -> Mapping[str, answers.Column]:
        return {column.name: column for column in self.tables[APPLICATION].columns}

    @cached_property
    def text_keys(self) -> bool:
        """Whether the key of a client is a text, not an integer."""
        keys = [one for one in self.columns.values() if one.role == CLIENT]
        return any(one.type == "category" for one in keys)

    def key_label(self, name: str) -> str:
        """What the lender calls a client's key, or `name`."""
        keys = [one for one in self.columns.values() if one.role == CLIENT]
        return in_words(keys[0].labels if keys else None, name)

    @cached_property
    def inputs(self) -> Mapping[str, answers.Feature | answers.Column]:
        return {feature.name: feature for feature in self.features}

    def group_label(self, name: str) -> str:
        known = self.groups.get(name)
        return in_words(known.labels if known else None, name)

    def column(self, name: str) -> Descriptor:
        """What is known of a column of the application."""
        return self._descriptor(name, self.columns.get(name) or self.inputs.get(name))

    def recorded(self, table: str, name: str) -> Descriptor:
        """What is known of a column of a table of records."""
        known = self._recorded.get((table, name))
        return self._described(name, known, known)

    @cached_property
    def _recorded(self) -> Mapping[tuple[str, str], answers.Column]:
        return {
            (name, column.name): column
            for name, table in self.tables.items()
            for column in table.columns
        }

    def describe(self, name: str) -> Descriptor:
        """What is known of a feature or application column, by its name."""
        return self._descriptor(name, self.inputs.get(name) or self.columns.get(name))

    def _descriptor(
        self, name: str, known: answers.Feature | answers.Column | None
    ) -> Descriptor:
        return self._described(name, known, self.columns.get(name))

    def _described(
        self,
        name: str,
        known: answers.Feature | answers.Column | None,
        raw: answers.Column | None,
    ) -> Descriptor:
        if known is None:
            return Descriptor(name, name)
        described = Descriptor(
            name,
            in_words(known.labels, name),
            known.unit,
            getattr(known, "group", ""),
            bool(known.categories),
            known.bounds,
        )
        if raw is None:
            return described
        return replace(
            described, role=raw.role or "", missing=raw.missing, words=raw.words
        )


def in_words(labels: answers.Labels | None, name: str) -> str:
    """In the language of the page, else in English, else `name`."""
    if labels is None:
        return name
    return getattr(labels, code(), None) or labels.en or name
