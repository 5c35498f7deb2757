"""What a `lender.yaml` may say; `docs/lender.schema.json` is made of these models."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    ValidationInfo,
    model_validator,
)
from pydantic_core import PydanticCustomError

ROW_NUMBER = "row number"
# The reason group of what an applicant is not judged by.
PROTECTED = "PROTECTED"
NAME = "^[A-Za-z][A-Za-z0-9_]{0,63}$"
# A stem of a file in the lender's folder, nothing else.
STEM = r"^[^./\\\x00-\x1f][^/\\\x00-\x1f]{0,127}$"

Name = Annotated[str, StringConstraints(pattern=NAME)]
Stem = Annotated[str, StringConstraints(pattern=STEM)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=500)]


def _single(value: Any) -> Any:
    if isinstance(value, dict | list | None):
        raise PydanticCustomError("word", "expected a word or a number")
    return value


def _several(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


def _kind(value: Any) -> str:
    if isinstance(value, dict):
        return "words"
    return "values" if isinstance(value, list) else "learn"


# A value as the file has it.
Word = Annotated[
    Annotated[str, StringConstraints(max_length=200)] | int | float | bool,
    BeforeValidator(_single),
]
Words = Annotated[
    list[Word],
    Field(min_length=1, max_length=1000),
    BeforeValidator(_several, json_schema_input_type=Word | list[Word]),
]
Categories = Annotated[
    Annotated[
        dict[Annotated[str, StringConstraints(max_length=200)], Text],
        Field(min_length=1, max_length=1000),
        Tag("words"),
    ]
    | Annotated[list[Word], Field(min_length=1, max_length=1000), Tag("values")]
    | Annotated[Literal["learn"], Tag("learn")],
    Discriminator(_kind),
]
Number = Annotated[float, Field(allow_inf_nan=False)]
ColumnType = Literal["number", "integer", "category", "date", "text"]
UnitName = Literal[
    "currency", "days", "months", "years", "share", "count", "score", "flag", "hour",
    "none",
]  # fmt: skip
RoleName = Literal[
    "amount", "instalment", "goods_price", "instalments", "product", "birth", "income"
]
UseName = Literal[
    "input", "protected", "other_people", "circumstance", "after_decision", "none"
]
OriginName = Literal[
    "application", "credit_bureau", "outside_scores", "earlier_applications",
    "repayments", "lender",
]  # fmt: skip


class Part(BaseModel):
    """A mapping of the file; a key without a value counts as left out."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _without_empty(cls, value: Any, info: ValidationInfo) -> Any:
        if not isinstance(value, dict):
            raise PydanticCustomError("mapping", "expected a mapping of keys to values")
        if info.context is not None:
            info.context[id(value)] = cls
        return {key: one for key, one in value.items() if one is not None}


class CsvPart(Part):
    """How a text file is written; `dates` as strptime has it."""

    delimiter: Annotated[
        str, StringConstraints(pattern="^[^A-Za-z0-9\"'\\\\\\r\\n.]$")
    ] = ","
    decimal: Literal[".", ","] = "."
    encoding: Literal["utf-8", "latin-1", "cp1252", "utf-16"] = "utf-8"
    dates: Annotated[str, StringConstraints(min_length=2, max_length=40)] = "%Y-%m-%d"


class NegotiablePart(Part):
    """How far a term can be negotiated, as parts of what was asked for."""

    low: Annotated[Number, Field(alias="from", ge=0, le=1)]
    high: Annotated[Number, Field(alias="to", ge=1, le=10)]
    weight: Annotated[Number, Field(gt=0, le=100)] = 1.0


class ColumnPart(Part):
    """One column; `from`: its header in the file, where that is not its name.

    `pattern`: a regular expression (RE2) whose first group is the value. `as`: the
    column of Home Credit's that it is. `input_because`: why one that an applicant
    cannot be held to is an input all the same. `lowers_risk`, `raises_risk`: a higher
    number never means more risk, or less. `origin`: where it comes from.
    """

    type: ColumnType
    header: Annotated[Text | None, Field(alias="from")] = None
    pattern: Text | None = None
    label: Text | None = None
    help: Text | None = None
    unit: UnitName | None = None
    bounds: Annotated[list[Number], Field(min_length=2, max_length=2)] | None = None
    known_as: Annotated[Name | None, Field(alias="as")] = None
    role: Annotated[RoleName | None, Field(alias="is")] = None
    negotiable: NegotiablePart | None = None
    group: Name | None = None
    use: UseName = "input"
    input_because: Text | None = None
    categories: Categories = "learn"
    gender: bool = False
    missing: Words | None = None
    lowers_risk: bool = False
    raises_risk: bool = False
    origin: OriginName | None = None


Columns = Annotated[dict[Name, ColumnPart], Field(min_length=1, max_length=2000)]


class TargetPart(Part):
    """The outcome: the header of its column, and which values are a default.

    An empty one is not decided yet. `known_after`: days until it is known.
    """

    column: Text
    default: Words
    known_after: Annotated[int, Field(ge=0, le=36500)] | None = None


class ApplicationsPart(Part):
    """The applications; `later`: the file of those not decided yet.

    `key`: the column that tells them apart, or "row number". `date`: the column of the
    day of the application.
    """

    file: Stem
    key: Annotated[str, StringConstraints(max_length=64)]
    target: TargetPart
    columns: Columns
    later: Stem | None = None
    csv: CsvPart = CsvPart()
    date: Name | None = None


class HistoryPart(Part):
    """Records of an application (or, with `of`, of a record of another history).

    `key`: the column with the application's key, or with the other record's number.
    `day`: when a record was made, a date or days before the application. `windows`: of
    so many days before it are aggregates taken, besides those over all records.
    """

    file: Stem
    key: Name
    columns: Columns
    csv: CsvPart = CsvPart()
    known_as: Annotated[Name | None, Field(alias="as")] = None
    of: Name | None = None
    day: Name | None = None
    windows: Annotated[
        list[Annotated[int, Field(ge=1, le=36500)]], Field(max_length=10)
    ] = []
    group: Name | None = None
    origin: OriginName | None = None


class GroupPart(Part):
    """What an applicant is told of a group of columns, to their face.

    `unknown`: where no value of it is known.
    """

    label: Text | None = None
    against: Text | None = None
    in_favour: Annotated[Text | None, Field(alias="for")] = None
    unknown: Text | None = None


class LenderFile(Part):
    """A lender's tables. `language`: of the labels."""

    version: Literal[1]
    lender: Text
    applications: ApplicationsPart
    language: str = "en"
    currency: str = "EUR"
    histories: Annotated[dict[Name, HistoryPart], Field(max_length=50)] = {}
    groups: Annotated[dict[Name, GroupPart], Field(max_length=500)] = {}


def lender_schema() -> dict[str, Any]:
    """The JSON Schema by which an editor completes and checks a `lender.yaml`."""
    schema = LenderFile.model_json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "lender.yaml",
    }
