"""Values of features as a letter says them, in its language and units."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from api.schemas.answers import Fact
from api.schemas.layout import APPLICATION, BIRTH, DATE
from api.schemas.model import Column, Feature, Table

TEXTS = Path(__file__).parent / "texts"
SIGNS = {"EUR": "€", "GBP": "£", "USD": "$"}
DAYS_PER_YEAR = 365.25
FEW_DAYS = 60
YES, NO = {"1", "Y", "TRUE", "YES"}, {"0", "N", "FALSE", "NO"}
# What a sentence has to be filled in.
BLANK = re.compile(r"\{(value|typical)\}")
# No line may end within a number.
SPACE = "\N{NO-BREAK SPACE}"


@cache
def words(language: str) -> Mapping[str, str]:
    """How numbers and durations are written."""
    text = (TEXTS / f"{language}.json").read_bytes()
    values: dict[str, str] = json.loads(text)["values"]
    return values


@dataclass(frozen=True)
class Values:
    """The language and the lender's currency and tables."""

    language: str
    currency: str
    tables: Mapping[str, Table]

    def sentence(self, fact: Fact, feature: Feature) -> str:
        """The fact against borderline clients; "" where it has no sentence."""
        sentences = feature.sentences
        if sentences is None or fact.value is None or fact.typical is None:
            return ""
        value, typical = (self.text(v, feature) for v in (fact.value, fact.typical))
        numbers = isinstance(fact.value, float) and isinstance(fact.typical, float)
        labels = sentences.above
        if value == typical:
            labels = sentences.equal
        elif numbers and fact.value < fact.typical:  # type: ignore[operator]
            labels = sentences.below
        told = {"value": value, "typical": typical}
        return BLANK.sub(
            lambda blank: told[blank[1]], labels.in_language(self.language)
        )

    def text(self, value: float | str, feature: Feature) -> str:
        """A value with its unit."""
        column = self._columns.get(feature.name)
        if feature.unit == "flag":
            return self._flag(value)
        if isinstance(value, str):
            named = column.words.get(value) if column else None
            return named.in_language(self.language) if named else value
        if feature.unit == "days":
            return self._days(value, column.role if column else None)
        if feature.unit == "currency":
            return self.money(value)
        if feature.unit == "share":
            return self.percent(value)
        if feature.unit in {"years", "months"}:
            counted = self._counted(round(abs(value), 1), feature.unit)
            return self._say("ago", counted) if value < 0 else counted
        return self._plain(value)

    def money(self, amount: float) -> str:
        number = self._number(amount, 0 if amount.is_integer() else 2)
        sign = SIGNS.get(self.currency)
        return self._say("amount" if sign else "coded", number, sign or self.currency)

    def percent(self, share: float) -> str:
        number = round(100 * share, 1)
        return self._say("percent", self._number(number, 0 if number % 1 == 0 else 1))

    @cached_property
    def _columns(self) -> dict[str, Column]:
        return {column.name: column for column in self.tables[APPLICATION].columns}

    def _say(self, name: str, number: str, sign: str = "") -> str:
        sentence = words(self.language)[name].replace(" ", SPACE)
        return sentence.format(number=number, sign=sign)

    def _flag(self, value: float | str) -> str:
        if isinstance(value, float) and 0 < value < 1:
            return self.percent(value)
        text = f"{value:g}" if isinstance(value, float) else value
        if text.upper() in YES:
            return words(self.language)["yes"]
        return words(self.language)["no"] if text.upper() in NO else text

    def _days(self, days: float, role: str | None) -> str:
        if role == BIRTH:
            years = self._counted(int(abs(days) / DAYS_PER_YEAR), "years")
            return self._say("age", years)
        if days < 0:
            return self._say("ago", self._duration(-days))
        if role != DATE:
            return self._duration(days)
        if days == 0:
            return words(self.language)["same_day"]
        return self._say("after", self._duration(days))

    def _duration(self, days: float) -> str:
        """In the two largest units."""
        if round(days) < FEW_DAYS:
            return self._counted(round(days, 1), "days")
        years, months = divmod(round(days / DAYS_PER_YEAR * 12), 12)
        parts = [self._counted(years, "years")] if years else []
        parts += [self._counted(months, "months")] if months or not years else []
        return " ".join(parts)

    def _counted(self, number: float, unit: str) -> str:
        shown = self._number(number, 0 if float(number).is_integer() else 1)
        return self._say(unit if number != 1 else unit.rstrip("s"), shown)

    def _plain(self, number: float) -> str:
        if number.is_integer() or abs(number) >= 1000:
            return self._number(number, 0)
        if abs(number) >= 1:
            return self._number(number, 2)
        whole, _, rest = f"{float(f'{number:.3g}'):f}".partition(".")
        return self._signs(f"{whole}.{rest.rstrip('0') or '0'}")

    def _number(self, number: float, decimals: int) -> str:
        return self._signs(f"{number:,.{decimals}f}")

    def _signs(self, number: str) -> str:
        said = words(self.language)
        signs = {",": said["group"].replace(" ", SPACE), ".": said["decimal"]}
        return "".join(signs.get(character, character) for character in number)
