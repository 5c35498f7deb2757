"""What the facts are called that a policy reads, and what their values say."""

from __future__ import annotations

from api_client.answers import ModelAnswer
from api_client.meaning import Descriptor, Value
from session.language import _, mark
from texts.formats import days, value_text

COLUMN, FEATURE, EVIDENCE = "application.", "features.", "evidence."
# Of every application: what it is called, and its unit.
FACTS = {
    "probability": (mark("Risk of default"), "share"),
    "threshold": (mark("Limit on the risk of default"), "share"),
    "decision": (mark("The model's decision"), "none"),
    "confidence.band": (mark("Confidence of the model"), "none"),
    "confidence.missing_share": (mark("Share of the facts that is missing"), "share"),
    "confidence.out_of_range": (
        mark("Number of facts beyond what the model learnt"),
        "none",
    ),
    "declared.monthly_income": (mark("Declared monthly income"), "currency"),
    "declared.housing": (mark("Declared rent or mortgage"), "currency"),
    "declared.other_instalments": (mark("Declared other instalments"), "currency"),
    "declared.dependants": (mark("Declared number of dependants"), "none"),
    "terms.amount": (mark("Loan amount"), "currency"),
    "terms.instalments": (mark("Number of instalments"), "none"),
    "terms.down_payment": (mark("Down payment"), "currency"),
    "terms.yearly_rate": (mark("Yearly rate of interest"), "share"),
    "terms.instalment": (mark("Monthly instalment"), "currency"),
    "terms.total": (mark("Total to repay"), "currency"),
    "terms.apr": (mark("Annual percentage rate (APR)"), "share"),
    "earlier.result": (mark("What stood before"), "none"),
    "earlier.by": (mark("Who made what stood before"), "none"),
    "earlier.days": (mark("Days since what stood before"), "exact_days"),
    "moment.date": (mark("Day of the decision"), "none"),
    "moment.year": (mark("Year of the decision"), "year"),
    "moment.month": (mark("Month of the decision"), "none"),
    "moment.day": (mark("Day of the month of the decision"), "none"),
    "moment.weekday": (mark("Weekday of the decision"), "none"),
    "moment.hour": (mark("Hour of the decision"), "hour"),
}
KINDS = {
    "identity": mark("Identity"),
    "income": mark("Income"),
    "charges": mark("Charges"),
    "register": mark("Register of payment incidents"),
    "other": mark("Other evidence"),
}
OF_EVIDENCE = {
    "result": (mark("{kind}: result of the consultation"), "none"),
    "amount": (mark("{kind}: amount that was proved"), "currency"),
    "days": (mark("{kind}: days since the consultation"), "exact_days"),
    "valid": (mark("{kind}: evidence still valid"), "flag"),
}
WORDS = {
    "granted": mark("granted"),
    "referred": mark("referred"),
    "refused": mark("refused"),
    "withdrawn": mark("withdrawn"),
    "lapsed": mark("lapsed"),
    "borderline": mark("borderline"),
    "clear": mark("clear"),
    "confirmed": mark("confirmed"),
    "contradicted": mark("contradicted"),
    "positive": mark("listed"),
    "negative": mark("not listed"),
    "inconclusive": mark("inconclusive"),
    "model": mark("the model"),
    "policy": mark("the policy"),
    "person": mark("a person"),
}


def kind_word(kind: str) -> str:
    """A kind of evidence; one that nobody foresaw stays as it is."""
    return _(KINDS[kind]) if kind in KINDS else kind


def fact_of(name: str, model: ModelAnswer) -> Descriptor | None:
    """What is known of a fact by its dotted name; None where it is no fact."""
    if name in FACTS:
        label, unit = FACTS[name]
        return Descriptor(name, _(label), unit)
    if name.startswith(EVIDENCE):
        _evidence, kind, *what = name.split(".")
        if kind in KINDS and len(what) == 1 and what[0] in OF_EVIDENCE:
            label, unit = OF_EVIDENCE[what[0]]
            return Descriptor(name, _(label, kind=kind_word(kind)), unit)
    if name.startswith(COLUMN):
        return model.column(name.removeprefix(COLUMN))
    if name.startswith(FEATURE):
        return model.describe(name.removeprefix(FEATURE))
    return None


def fact_label(name: str, model: ModelAnswer) -> str:
    known = fact_of(name, model)
    return known.label if known else name


def fact_text(name: str, value: Value | bool, model: ModelAnswer) -> str:
    """The value of a fact, as it was given to the rules."""
    known = fact_of(name, model)
    return told(value, known or Descriptor(name, name))


def told(value: Value | bool, what: Descriptor) -> str:
    """With its unit, and as exactly as a rule has it."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if what.unit == "exact_days" and value is not None:
        return days(float(value))
    if what.unit == "year" and isinstance(value, float | int):
        return f"{value:g}"
    if what.name in FACTS or what.name.startswith(EVIDENCE):
        if isinstance(value, str):
            return _(WORDS[value]) if value in WORDS else value
    return value_text(value, what)
