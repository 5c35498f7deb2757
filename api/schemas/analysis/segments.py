"""The model's measures for clients that are chosen by what they have."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field, model_validator

from api.schemas.answers import Answer, Share
from api.schemas.layout import EXAMPLES
from api.schemas.requests import Strict
from api.schemas.values import refusal

MOST_FILTERS, MOST_CATEGORIES = 10, 200
_FORMS = ("between", "among", "missing")


class SegmentFilter(Strict):
    """Which values of an input: exactly one of three forms.

    `between`: numbers from the first to the second, both included, null where there is
    no end; `among`: categories; `missing`: whether there is no value.
    """

    model_config = ConfigDict(json_schema_extra={"minProperties": 2})

    feature: Annotated[str, Field(max_length=200, examples=[EXAMPLES["feature"]])]
    between: Annotated[list[float | None], Field(min_length=2, max_length=2)] | None = (
        None
    )
    among: (
        Annotated[
            list[Annotated[str, Field(max_length=200)]],
            Field(min_length=1, max_length=MOST_CATEGORIES),
        ]
        | None
    ) = None
    missing: bool | None = None

    @model_validator(mode="after")
    def _one_form(self) -> SegmentFilter:
        given = [name for name in _FORMS if getattr(self, name) is not None]
        if len(given) != 1:
            found = " and ".join(given) or "none"
            raise refusal(f"expected one of between, among and missing, found {found}")
        return self


class SegmentRequest(Strict):
    """Clients that pass all filters; `threshold`: the model's own where left out."""

    filters: Annotated[list[SegmentFilter], Field(max_length=MOST_FILTERS)]
    threshold: Share | None = None


class SegmentMeasures(Answer):
    """Of clients whom the model had not seen, at the threshold of the answer.

    `stated_risk`: their mean probability; `default_rate`: how many defaulted. `auc` is
    null where all or none did, `business_score` where it counts by amounts that are not
    known.
    """

    clients: int
    default_rate: Share
    stated_risk: Share
    approval_rate: Share
    business_score: float | None
    auc: Share | None
    granted_repaid: int
    granted_defaulted: int
    refused_repaid: int
    refused_defaulted: int


class SegmentAnswer(Answer):
    """The segment beside all clients of the sample."""

    threshold: Share
    segment: SegmentMeasures
    all: SegmentMeasures
