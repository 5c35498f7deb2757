"""Bodies and query parameters; raw rows are checked in api.features.row_checks."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    model_validator,
)

from api.errors import expected, short
from api.schemas.client_keys import CONTROL, LONGEST, Key, OptionalKey, part
from api.schemas.layout import EXAMPLES, HISTORY_TABLES, KEY
from api.schemas.values import INTEGER, WHOLE, Form, refusal

LARGEST_BATCH = 1000
# Of money, and of a number of instalments.
LARGEST, MOST_INSTALMENTS = 1e12, 600

ClientId = Annotated[Key, Field(examples=[100001])]
PLAIN = Form(f"^[^{CONTROL}]*$", "no control characters")
Part = Annotated[str, Field(max_length=LONGEST), PLAIN]
_ROW = {
    "type": "object",
    "additionalProperties": {"type": ["number", "string", "null"]},
    "description": "Raw columns by name; GET /v1/model lists them in `tables`.",
}
Row = Annotated[Any, WithJsonSchema(_ROW)]
_NUMBER = "The client's number"


def _known(value: Any) -> Any:
    """One sentence for what a union would refuse in two."""
    if isinstance(value, bool) or value == "reasons":
        return value
    raise refusal(expected('a boolean or "reasons"', value))


Explain = bool | Literal["reasons"]
_Explain = Annotated[
    Explain,
    BeforeValidator(_known),
    Field(
        description="`true`: with what each feature contributed, and reasons; "
        '`"reasons"`: with reasons and what each group of features contributed; '
        "`false`: with neither."
    ),
]


_DECLARED = "For this decision alone; else what was declared of the client last."


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


Amount = Annotated[float, Field(ge=0, le=LARGEST)]


class Declared(Strict):
    """What an applicant says of a month: amounts, and how many live on them."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    monthly_income: Amount | None = None
    housing: Amount | None = None
    other_instalments: Amount | None = None
    dependants: Annotated[int, Field(ge=0, le=50), WHOLE] | None = None

    @model_validator(mode="after")
    def _some(self) -> Declared:
        if not set(Declared.model_fields) & self.model_fields_set:
            raise refusal("expected at least one value")
        return self


class KnownClient(Strict):
    """Decide on a known client's own application."""

    client_id: ClientId
    declared: Declared | None = Field(None, description=_DECLARED)
    explain: _Explain = True


class WhatIf(Strict):
    """Simulate a known client's application with some values changed."""

    client_id: ClientId
    changes: Row = Field(examples=EXAMPLES["changes"])
    explain: _Explain = True


class Terms(Strict):
    """What a loan is to be asked for on; what is left out follows from the rest.

    `instalments`: how many, one a month; `yearly_rate`: nominal, 0.1 is 10 %.
    """

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    amount: Annotated[float, Field(gt=0, le=LARGEST)] | None = None
    instalments: Annotated[int, Field(ge=1, le=MOST_INSTALMENTS), WHOLE] | None = None
    down_payment: Annotated[float, Field(ge=0, le=LARGEST)] | None = None
    yearly_rate: Annotated[float, Field(ge=0, le=10)] | None = None

    @model_validator(mode="after")
    def _some(self) -> Terms:
        if not self.model_fields_set:
            raise refusal("expected at least one term")
        return self


class WhatIfByTerms(Strict):
    """Simulate a known client's loan on other terms.

    An amount takes the price of the goods along, a down payment leaves it as it is. The
    instalment follows by the yearly rate, the one given or the lender's; where neither
    is known, credit over instalment stays as in the application.
    """

    client_id: ClientId
    terms: Terms = Field(examples=[EXAMPLES["terms"]["terms"]])
    explain: _Explain = True


def _with_history(schema: dict[str, Any]) -> None:
    """Say which tables there may be, and what the client's number is called."""
    schema["description"] = schema["description"].replace(_NUMBER, KEY)
    schema["properties"] |= {
        name: {"default": [], "items": _ROW, "title": _title(name), "type": "array"}
        for name in HISTORY_TABLES
    }


def with_history(config: ConfigDict | None = None) -> ConfigDict:
    """Of a body that may hold records beside the application."""
    return ConfigDict(**(config or {}), json_schema_extra=_with_history)


def _title(name: str) -> str:
    return name.replace("_", " ").title()


class NewApplicant(Strict):
    """Decide on an application that is not known, with its history if there is any.

    The client's number may be left out everywhere; a table left out has no records.
    """

    model_config = with_history()

    application: Row
    declared: Declared | None = None
    explain: _Explain = True


class Batch(Strict):
    """Up to 1,000 requests; each may have its own `explain`."""

    predictions: Annotated[
        list[Any],
        Field(min_length=1, max_length=LARGEST_BATCH),
        WithJsonSchema(
            {
                "type": "array",
                "minItems": 1,
                "maxItems": LARGEST_BATCH,
                "items": {
                    "anyOf": [
                        {"$ref": "#/components/schemas/KnownClient"},
                        {"$ref": "#/components/schemas/WhatIf"},
                        {"$ref": "#/components/schemas/WhatIfByTerms"},
                        {"$ref": "#/components/schemas/NewApplicant"},
                    ]
                },
            }
        ),
    ]
    explain: _Explain = True


# Of the parameter `cursor`: what it is, and what one is told who sends another.
PAGE = "`next_cursor` of the page before; none for the first."
CURSOR = "the `next_cursor` of a page"


class Query(BaseModel):
    """Query parameters come as text; unknown ones are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def between_commas(value: object) -> object:
    """The parts of a query parameter that is a list."""
    return value.split(",") if isinstance(value, str) else value


class NoQuery(Query):
    """No parameters."""


class ClientSearch(Query):
    """Which ids, and how many."""

    prefix: Annotated[
        Part,
        part(19),
        Field(description="First digits of the id; of a text, its beginning as it is."),
    ] = ""
    suffix: Annotated[
        Part,
        part(18),
        Field(description="Last digits of the id; of a text, its end as it is."),
    ] = ""
    reference: Annotated[
        str,
        Field(
            max_length=200,
            description="The beginning of a word of the lender's reference; accents "
            "and capitals do not count.",
        ),
        PLAIN,
    ] = ""
    limit: Annotated[int, Field(ge=1, le=100, description="Ids per page."), INTEGER] = (
        20
    )
    cursor: Annotated[
        str,
        Field(description=PAGE),
        Form("^[0-9]{1,19}$", CURSOR),
    ] = "0"


def _asked(value: Any) -> Any:
    """Of a query, where it is a text."""
    known = {"true": True, "false": False, "reasons": "reasons"}
    if value in known.values():
        return value
    if isinstance(value, str) and value in known:
        return known[value]
    raise refusal(f'expected true, false or "reasons", found {short(value)}')


class StoredQuery(Query):
    """Whether the reasons are wanted even of an answer that was given without them."""

    explain: Annotated[
        Explain,
        BeforeValidator(_asked),
        Field(
            description="With explanation and reasons, or with reasons and what each "
            "group contributed, worked out from what is stored if the answer had none; "
            "409 when its model does not serve any more."
        ),
    ] = False


class DistributionQuery(Query):
    """Whose value to show on the histogram."""

    client_id: Annotated[OptionalKey, Field(description="Add this client's value.")] = (
        None
    )
