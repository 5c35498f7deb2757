"""The facts that the lender's rules read: what each is called, and its value."""

from __future__ import annotations

from collections.abc import Mapping

from api_client.answers import ModelAnswer
from api_client.meaning import Descriptor
from session.language import _, mark
from texts.client.decision import decision_word
from texts.client.evidence import kind_word, result_word
from texts.formats import calendar_day, not_given, value_text

FactValue = float | int | str | bool | None
# What they are called, and what they count.
FACTS: Mapping[str, tuple[str, str]] = {
    "probability": (mark("Risk of default"), "share"),
    "threshold": (mark("Limit of the risk"), "share"),
    "decision": (mark("The model's decision"), "result"),
    "confidence.band": (mark("Nearness to the limit"), "band"),
    "confidence.missing_share": (mark("Facts that are missing"), "share"),
    "confidence.out_of_range": (mark("Facts unlike any learnt from"), "count"),
    "declared.monthly_income": (mark("Declared monthly income"), "currency"),
    "declared.housing": (mark("Declared rent or mortgage"), "currency"),
    "declared.other_instalments": (mark("Declared other instalments"), "currency"),
    "declared.dependants": (mark("Declared number of dependants"), "count"),
    "terms.amount": (mark("Loan amount"), "currency"),
    "terms.instalments": (mark("Number of instalments"), "count"),
    "terms.down_payment": (mark("Down payment"), "currency"),
    "terms.yearly_rate": (mark("Nominal yearly rate"), "share"),
    "terms.instalment": (mark("Instalment"), "currency"),
    "terms.total": (mark("Total to repay"), "currency"),
    "terms.apr": (mark("Annual percentage rate (APR)"), "share"),
    "earlier.result": (mark("Earlier decision"), "result"),
    "earlier.by": (mark("Who took the earlier decision"), "by"),
    "earlier.days": (mark("Time since the earlier decision"), "days"),
    "moment.date": (mark("Day of the decision"), "day"),
    "moment.year": (mark("Year of the decision"), "none"),
    "moment.month": (mark("Month of the decision"), "none"),
    "moment.day": (mark("Day of the month of the decision"), "none"),
    "moment.weekday": (mark("Weekday of the decision"), "none"),
    "moment.hour": (mark("Hour of the decision"), "hour"),
}
# Of the newest evidence of a kind.
OF_EVIDENCE: Mapping[str, tuple[str, str]] = {
    "result": (mark("{evidence}: result"), "result"),
    "amount": (mark("{evidence}: amount a month"), "currency"),
    "days": (mark("{evidence}: time since"), "days"),
    "valid": (mark("{evidence}: still valid"), "flag"),
}
EVIDENCE, APPLICATION, FEATURES = "evidence", "application", "features"


def fact_label(name: str, model: ModelAnswer) -> str:
    """A fact that is not known here is called by its name."""
    return described(name, model).label


def fact_text(name: str, value: FactValue, model: ModelAnswer) -> str:
    what = described(name, model)
    if value is None:
        told = not_given()
    elif isinstance(value, str):
        told = word_of(name, value, what)
    elif isinstance(value, bool):
        told = _("Yes") if value else _("No")
    else:
        told = str(value) if what.unit == "none" else value_text(value, what)
    return _("{fact}: {value}", fact=what.label, value=told)


def is_fact(name: str) -> bool:
    return name in FACTS or name.split(".")[0] in (EVIDENCE, APPLICATION, FEATURES)


def described(name: str, model: ModelAnswer) -> Descriptor:
    first, _dot, rest = name.partition(".")
    if first == APPLICATION:
        return model.column(rest)
    if first == FEATURES:
        return model.describe(rest)
    if first == EVIDENCE:
        kind, _dot, part = rest.partition(".")
        label, unit = OF_EVIDENCE.get(part, (name, "none"))
        return Descriptor(name, _(label, evidence=kind_word(kind)), unit)
    label, unit = FACTS.get(name, (name, "none"))
    return Descriptor(name, _(label) if name in FACTS else name, unit)


def word_of(name: str, value: str, what: Descriptor) -> str:
    """A value that is a word, in the language of the page."""
    bands = {"borderline": _("borderline"), "clear": _("clear")}
    by = {"model": _("The model"), "policy": _("The lender's rules")}
    by |= {"person": _("A person")}
    if name.startswith(f"{EVIDENCE}."):
        return result_word(name.split(".")[1], value)
    words = {"band": bands.get(value, value), "by": by.get(value, value)}
    words |= {"result": decision_word(value), "day": calendar_day(value)}
    return words.get(what.unit) or value_text(value, what)
