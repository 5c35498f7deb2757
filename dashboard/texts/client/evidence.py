"""What was consulted of a client and what they declared, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from api_client.answers import Declaration, Evidence, Requirement
from api_client.meaning import in_words
from session.language import _, mark, plural
from session.namesakes import told_apart
from texts.formats import amount, calendar_day, moment, not_given, whole

IDENTITY, INCOME, CHARGES, REGISTER, OTHER = (
    *("identity", "income", "charges", "register", "other"),
)
# Of each kind what can come of it, the usual first.
RESULTS: Mapping[str, Sequence[str]] = {
    IDENTITY: ("confirmed", "contradicted", "inconclusive"),
    INCOME: ("confirmed", "contradicted", "inconclusive"),
    CHARGES: ("confirmed", "contradicted", "inconclusive"),
    REGISTER: ("negative", "positive", "inconclusive"),
    OTHER: ("confirmed", "contradicted", "inconclusive"),
}
# Of these an amount a month is proved.
WITH_AMOUNT = (INCOME, CHARGES)
SECOND = "second_review"
# What is declared, in the order in which it is asked for.
MONEY = ("monthly_income", "housing", "other_instalments")
DEPENDANTS = "dependants"
DECLARED = {
    "monthly_income": mark("Income a month"),
    "housing": mark("Rent or mortgage a month"),
    "other_instalments": mark("Other instalments a month"),
    DEPENDANTS: mark("People who live on it, the applicant aside"),
}


def kind_word(kind: str) -> str:
    """A code that is not known here is told as it is."""
    known = {
        IDENTITY: _("Identity"),
        INCOME: _("Income"),
        CHARGES: _("Charges and debts"),
        REGISTER: _("Register of payment incidents"),
        OTHER: _("Something else"),
    }
    return known.get(kind, kind)


def result_word(kind: str, result: str) -> str:
    """What came of it; a code that is not known here is told as it is."""
    known = {
        (IDENTITY, "confirmed"): _("It is who they say"),
        (IDENTITY, "contradicted"): _("It is not who they say"),
        (INCOME, "confirmed"): _("The income is as declared"),
        (INCOME, "contradicted"): _("The income is another one"),
        (CHARGES, "confirmed"): _("The charges are as declared"),
        (CHARGES, "contradicted"): _("The charges are others"),
        (REGISTER, "negative"): _("Not listed"),
        (REGISTER, "positive"): _("Listed"),
    }
    usual = {
        "confirmed": _("As declared"),
        "contradicted": _("Not as declared"),
        "negative": _("Nothing found"),
        "positive": _("Something found"),
        "inconclusive": _("Nothing certain came of it"),
    }
    return known.get((kind, result), usual.get(result, result))


def evidence_text(one: Evidence) -> tuple[str, str]:
    """What was consulted with what result, and by whom when it was recorded."""
    consulted = _(
        "{kind}: {result} ({source}, {day})",
        kind=kind_word(one.kind),
        result=result_word(one.kind, one.result),
        source=one.source,
        day=calendar_day(one.consulted_at),
    )
    more = [consulted]
    if one.amount is not None:
        more.append(_("{amount} a month", amount=amount(one.amount)))
    if one.reference is not None:
        more.append(_("reference {reference}", reference=one.reference))
    if one.valid_until is not None:
        more.append(_("valid until {day}", day=calendar_day(one.valid_until)))
    return ", ".join(more), _by(one)


def declared_rows(declared: Declaration) -> list[tuple[str, str]]:
    return [(_(label), _declared(declared, name)) for name, label in DECLARED.items()]


def declared_by(declared: Declaration) -> str:
    return _("Declared to {by}", by=_by(declared))


def _declared(declared: Declaration, name: str) -> str:
    value = getattr(declared, name)
    if value is None:
        return not_given()
    return whole(value) if name == DEPENDANTS else amount(value)


def _by(one: Evidence | Declaration) -> str:
    name = told_apart(one.author, one.signer)
    return _("{name}, {moment}", name=name, moment=moment(one.created_at))


def requirement_text(one: Requirement) -> str:
    """What a grant needs by a rule, in the rule's own words, and what meets it."""
    told = in_words(one.text, one.code)
    if one.evidence is None:
        return told
    return _("{what} — {evidence}", what=told, evidence=wanted(one))


def wanted(one: Requirement) -> str:
    return evidence_wanted(one.evidence or "", one.within_days)


def evidence_wanted(kind: str, within_days: int | None) -> str:
    """Which evidence meets a requirement."""
    if within_days is None:
        return kind_word(kind)
    return plural(
        "{kind}, of the last day",
        "{kind}, of the last {number} days",
        within_days,
        kind=kind_word(kind),
        number=whole(within_days),
    )
