"""What analysts look for in a model, as training computed it: `inspection.json`."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from api.schemas.answers import Share
from api.schemas.model import Curve, FromBundle

Values = list[float | str | None]


class CandidateCurves(FromBundle):
    """How one of the models that were compared ranks clients that it had not seen.

    At each share of `refused`, riskiest first: `caught` of those who default,
    `good_refused` of those who repay, and `precision`, how many of them default, null
    of nobody. `served`: whether it is the model that serves.
    """

    name: str
    label: str | None = None
    served: bool
    auc: Share
    average_precision: Share
    caught: list[Share]
    good_refused: list[Share]
    precision: list[Share | None]


class RankingCurves(FromBundle):
    """Curves of all candidates over the same shares of clients refused."""

    refused: list[Share]
    candidates: list[CandidateCurves]

    @model_validator(mode="after")
    def _of_one_length(self) -> Self:
        expected = len(self.refused)
        for one in self.candidates:
            for values in (one.caught, one.good_refused, one.precision):
                if len(values) != expected:
                    text = "Lists should have {expected} points, not {found}"
                    found = {"expected": expected, "found": len(values)}
                    raise PydanticCustomError("curve", text, found)
        return self


class PartialDependence(Curve):
    """Mean risk of a sample of clients, if all had each of these values.

    Four fifths of them lie from `low` to `high`. A null value is a missing one.
    """

    values: Values
    risk: list[Share]
    low: list[Share]
    high: list[Share]


class DependencePoints(Curve):
    """Contributions of an input by its value, of a sample of clients, in log-odds.

    `other`: each one's value of the second input, empty where there is none.
    """

    values: Values
    contributions: list[float]
    other: Values = []


class InspectedInput(FromBundle):
    """How the risk moves with an input.

    `second`: the input that explains most of what its value leaves open.
    """

    feature: str
    dependence: PartialDependence
    second: str | None
    points: DependencePoints


class Interaction(FromBundle):
    """How much two inputs say together that neither says alone.

    `strength`: in log-odds; `share`: of the variance of both together (Friedman's H²).
    """

    first: str
    second: str
    strength: float = Field(ge=0)
    share: Share


class ErrorBins(Curve):
    """Clients by their value of an input, and how wrong the model is about them.

    A number is above `low` and at most `high`, null where there is no end; of a
    category it is `category`; where all three are null, the value is missing. `cost`:
    of the decisions at the model's threshold, on average.
    """

    low: list[float | None]
    high: list[float | None]
    category: list[str | None]
    clients: list[int]
    stated: list[Share]
    observed: list[Share]
    granted_defaults: list[int]
    refused_good: list[int]
    cost: list[float]


class InputErrors(FromBundle):
    """Where the model is wrong most, by the value of an input."""

    feature: str
    bins: ErrorBins


class Inspection(FromBundle):
    """What analysts look for in a model, of clients that were held out.

    Inputs are those that weigh most, weightiest first; pairs of them by strength.
    """

    curves: RankingCurves
    inputs: list[InspectedInput]
    interactions: list[Interaction]
    errors: list[InputErrors]
