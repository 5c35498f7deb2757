"""A lender's prices: the yearly rate of a loan by product, amount and instalments."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from api.errors import ConfigurationError, detail

_Number = Annotated[int, Field(ge=1, le=600)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Price(_Part):
    """The nominal yearly rate (0.1 is 10 %) of loans up to an amount and a number.

    `product`: the category of the application's column of that role; what is left out
    holds for all.
    """

    product: str | None = None
    amount_up_to: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    instalments_up_to: _Number | None = None
    yearly_rate: Annotated[float, Field(ge=0, le=10, allow_inf_nan=False)]

    def covers(self, product: str | None, amount: float, instalments: int) -> bool:
        return (
            self.product in (None, product)
            and (self.amount_up_to is None or amount <= self.amount_up_to)
            and (
                self.instalments_up_to is None or instalments <= self.instalments_up_to
            )
        )


class Prices(_Part):
    """How few and how many monthly instalments there may be, and the rates.

    Of the rates that cover a loan, the first one is its price.
    """

    fewest: _Number
    most: _Number
    rates: Annotated[tuple[Price, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _ordered(self) -> Prices:
        if self.fewest > self.most:
            text = "`fewest` must be no more than `most`"
            raise PydanticCustomError("fewest", text)
        return self

    def yearly_rate(
        self, product: str | None, amount: float, instalments: int
    ) -> float | None:
        """None where the lender lends on no such terms."""
        if not self.fewest <= instalments <= self.most:
            return None
        covering = (p for p in self.rates if p.covers(product, amount, instalments))
        return next((price.yearly_rate for price in covering), None)


def read_prices(path: Path) -> Prices:
    """Raises ConfigurationError that names the file and its every fault."""
    try:
        return Prices.model_validate_json(path.read_bytes())
    except OSError as error:
        raise ConfigurationError(
            f"SCORING_PRICES: {path}: {error.strerror or error}"
        ) from None
    except ValidationError as error:
        faults = "; ".join(
            ".".join(map(str, one["loc"])) + ": " * bool(one["loc"]) + detail(one)
            for one in error.errors(include_url=False)
        )
        raise ConfigurationError(f"SCORING_PRICES: {path}: {faults}") from None
