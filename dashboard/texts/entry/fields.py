"""The fields of an application: what each is called, and what is typed into it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from api_client.answers import Column, DraftAnswer, ModelAnswer
from api_client.meaning import Value, in_words
from session.language import SOURCE, _, code, mark
from texts.client.loan_terms import read_number
from texts.formats import (
    BIRTH,
    DATE,
    amount,
    bare_amount,
    currency_sign,
    decimal,
    decimal_and_group,
    percent_sign,
)

APPLIED, FLAG = "applied", "flag"
YES, NO = 1, 0
# Where the model knows no bounds: what the API takes of money.
WIDEST = (-1e12, 1e12)
MOST_TOLD = 10_000
EPOCH = date(1970, 1, 1)
UNITS = {
    "years": mark("years"),
    "months": mark("months"),
    "days": mark("days"),
    "hour": mark("hour, 0 to 23"),
}
_DAY = re.compile(r"([0-9]{1,2})[ ./-]([0-9]{1,2})[ ./-]([0-9]{4})")
_ISO = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
Kind = Literal["choice", "flag", "text", "day", "share", "amount", "whole", "number"]


@dataclass(frozen=True)
class Field:
    """A column as it is asked for; `day` of its methods: that of the application.

    `needed`: there is no decision without it.
    """

    column: Column
    kind: Kind
    label: str

    @property
    def name(self) -> str:
        return self.column.name

    @property
    def needed(self) -> bool:
        return not self.column.nullable

    @property
    def options(self) -> tuple[Value, ...]:
        """What can be chosen, in the lender's order."""
        if self.kind == FLAG:
            return (YES, NO)
        known = self.column.categories or tuple(self.column.words)
        ordered = [one for one in self.column.words if one in known]
        options = dict.fromkeys([*ordered, *known])
        return tuple(one for one in options if one not in self.column.missing)

    @property
    def asked(self) -> str:
        """The label, and what is to be typed."""
        unit = _unit(self.kind, self.column.unit)
        return f"{self.label} ({unit})" if unit else self.label

    @property
    def help(self) -> str:
        """Told where it is in the page's language: it comes in one alone.

        That of the labels, if they are the same in all.
        """
        labels, meaning = self.column.labels, self.column.meaning
        told = set(labels.model_dump(exclude_none=True).values() if labels else ())
        alone = code() == SOURCE or len(told) == 1
        return " ".join(
            [*([meaning] if alone and meaning not in told else []), *self._limits()]
        )

    def _limits(self) -> tuple[str, ...]:
        """Of what is counted or rated; what an amount or a day can be is plain."""
        low, high = self.bounds
        if self.kind not in {"whole", "number"} or high > MOST_TOLD:
            return ()
        low_told, high_told = _digits(Decimal(repr(low))), _digits(Decimal(repr(high)))
        return (_("From {low} to {high}.", low=low_told, high=high_told),)

    def word(self, value: Value) -> str:
        if self.kind == FLAG:
            return _("Yes") if value == YES else _("No")
        return in_words(self.column.words.get(str(value)), str(value))

    def typed(self, value: Any, day: date) -> str:
        """A value as it stands in the field."""
        if value is None or value in self.column.missing:
            return ""
        if self.kind == "day":
            return f"{self._date(value, day):%d/%m/%Y}"
        if self.kind == "share":
            return _digits(Decimal(repr(value)) * 100)
        if self.kind == "amount" and round(value, 2) == value:
            return bare_amount(value)
        return str(value) if self.kind == "text" else _digits(Decimal(repr(value)))

    def read(self, text: str, day: date) -> Value:
        """What the API is to get for what was typed; None where it can be none."""
        if self.kind == "text":
            return text.strip()
        if self.kind == "day":
            return self._read_day(text, day)
        number = read_number(
            text.replace("%", "") if self.kind == "share" else text,
            fine=self.kind != "amount",
        )
        if number is None:
            return None
        if self.kind == "share":
            number = float(Decimal(repr(number)) / 100)
        low, high = self.bounds
        if not low <= number <= high or (
            self.kind == "whole" and not number.is_integer()
        ):
            return None
        return int(number) if self.kind == "whole" else number

    def refusal(self, text: str, day: date) -> str:
        """Why `read` could not take it, in one sentence."""
        low, high = self.bounds
        values = {"text": text.strip()}
        values |= {"low": self._told(low, day), "high": self._told(high, day)}
        if self.kind == "day":
            return _(
                "“{text}” is no date from {low} to {high}, written day/month/year.",
                **values,
            )
        if self.kind in {"choice", FLAG, "text"}:
            return _("“{text}” is none of what can be chosen.", **values)
        if self.kind == "whole":
            return _("“{text}” is no whole number from {low} to {high}.", **values)
        if self.kind == "amount":
            example = bare_amount(low + 0.5)
            return _(
                "“{text}” is no amount from {low} to {high}, such as {example}.",
                example=example,
                **values,
            )
        return _("“{text}” is no number from {low} to {high}.", **values)

    @property
    def bounds(self) -> tuple[float, float]:
        """Of a day a value that says that there is none is no bound."""
        low, high = self.column.bounds or WIDEST
        return low, 0 if high in self.column.missing else high

    def _told(self, bound: float, day: date) -> str:
        if self.kind == "day":
            return f"{self._since(bound, day):%d/%m/%Y}"
        if self.kind == "amount":
            return amount(bound)
        if self.kind == "share":
            return _digits(Decimal(repr(bound)) * 100) + percent_sign()
        return _digits(Decimal(repr(bound)))

    def _read_day(self, text: str, day: date) -> Value:
        found = read_date(text)
        low, high = (self._since(bound, day) for bound in self.bounds)
        if found is None or not low <= found <= high:
            return None
        dated = self.column.dated or self.column.role == APPLIED
        return found.isoformat() if dated else (found - day).days

    def _date(self, value: Any, day: date) -> date:
        if isinstance(value, str):
            return date.fromisoformat(value)
        return self._since(value, day)

    def _since(self, days: float, day: date) -> date:
        """The date of so many days, within what a calendar has."""
        start = EPOCH if self.column.role == APPLIED else day
        least, most = (date.min - start).days, (date.max - start).days
        return start + timedelta(min(max(int(days), least), most))


def field_of(column: Column) -> Field:
    label, kind = in_words(column.labels, column.name), _kind(column)
    if kind == "day" and column.role == BIRTH:
        label = _("Date of birth")
    return Field(column, kind, label)


def day_of(draft: DraftAnswer | None, model: ModelAnswer) -> date:
    """The day of the application: the one that it says, else that of its draft."""
    if draft is None:
        return datetime.now(UTC).date()
    for column in model.columns.values():
        told = draft.application.get(column.name)
        if column.role == APPLIED and isinstance(told, str):
            return date.fromisoformat(told)
    return draft.created_at.astimezone(UTC).date()


def read_date(text: str) -> date | None:
    """A date as people type it: 17/4/1985, 17.04.1985; or 1985-04-17."""
    bare = " ".join(text.split())
    parts = _DAY.fullmatch(bare)
    numbers = parts.groups()[::-1] if parts else ()
    if iso := _ISO.fullmatch(bare):
        numbers = iso.groups()
    try:
        return date(*map(int, numbers)) if numbers else None
    except ValueError:
        return None


def _kind(column: Column) -> Kind:
    dated = column.dated or column.role == APPLIED
    if dated or (column.unit == "days" and column.role in {BIRTH, DATE}):
        return "day"
    if column.type == "category":
        return "choice" if column.categories or column.words else "text"
    if column.unit == FLAG:
        return "flag"
    if column.unit == "share":
        return "share"
    if column.type == "integer":
        return "whole"
    return "amount" if column.unit == "currency" else "number"


def _unit(kind: Kind, unit: str) -> str:
    if unit == "currency":
        return currency_sign()
    if kind == "share":
        return percent_sign().strip()
    if kind == "day":
        return _("day/month/year")
    return _(UNITS[unit]) if unit in UNITS else ""


def _digits(number: Decimal) -> str:
    """All of a number's digits, so that `read_number` finds the same again."""
    whole, _point, rest = f"{number:f}".partition(".")
    rest = rest.rstrip("0")
    if len(rest) == 3:
        rest += "0"  # Three digits behind a sign are thousands.
    sign = "-" if whole.startswith("-") else ""
    shown = sign + decimal(abs(int(whole)), 0)
    return shown + decimal_and_group()[0] + rest if rest else shown
