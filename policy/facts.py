"""What a policy's rules may read, by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class FactName:
    """A fact, what it counts, where it is from.

    `protected`: only with a lawful basis may a rule read it.
    """

    name: str
    unit: str
    source: str
    protected: bool = False


MODEL, DECLARED, TERMS = "the model", "the applicant's declaration", "the loan"
RECORD, CLOCK = "evidence on record", "when it is decided, in UTC"
EVIDENCE = ("identity", "income", "charges", "register", "other")


def _always() -> Iterator[FactName]:
    yield FactName("probability", "share", MODEL)
    yield FactName("threshold", "share", MODEL)
    yield FactName("decision", "granted or refused", MODEL)
    yield FactName("confidence.band", "clear or borderline", MODEL)
    yield FactName("confidence.missing_share", "share", MODEL)
    yield FactName("confidence.out_of_range", "count", MODEL)
    yield FactName("declared.monthly_income", "currency a month", DECLARED)
    yield FactName("declared.housing", "currency a month", DECLARED)
    yield FactName("declared.other_instalments", "currency a month", DECLARED)
    yield FactName("declared.dependants", "count", DECLARED)
    yield FactName("terms.amount", "currency", TERMS)
    yield FactName("terms.instalments", "count", TERMS)
    yield FactName("terms.down_payment", "currency", TERMS)
    yield FactName("terms.yearly_rate", "share a year", TERMS)
    yield FactName("terms.instalment", "currency a month", TERMS)
    yield FactName("terms.total", "currency", TERMS)
    yield FactName("terms.apr", "share a year", TERMS)
    results = "confirmed, contradicted, negative, positive or inconclusive"
    for kind in EVIDENCE:
        source = f"{RECORD}, the newest of its kind"
        yield FactName(f"evidence.{kind}.result", results, source)
        yield FactName(f"evidence.{kind}.amount", "currency a month", source)
        yield FactName(f"evidence.{kind}.days", "days since it was consulted", source)
        yield FactName(f"evidence.{kind}.valid", "true or false", source)
    standing = "granted, referred, refused, withdrawn or lapsed"
    before = "the decision that stood before"
    yield FactName("earlier.result", standing, before)
    yield FactName("earlier.by", "model, policy or person", before)
    yield FactName("earlier.days", "days since", before)
    yield FactName("moment.date", "date, YYYY-MM-DD", CLOCK)
    yield FactName("moment.year", "number", CLOCK)
    yield FactName("moment.month", "number", CLOCK)
    yield FactName("moment.day", "number", CLOCK)
    yield FactName("moment.weekday", "1 (Monday) to 7", CLOCK, protected=True)
    yield FactName("moment.hour", "number", CLOCK, protected=True)


# Of every application, whatever the lender; beside them each raw column is
# `application.NAME` and each feature `features.NAME`.
ALWAYS: Mapping[str, FactName] = {one.name: one for one in _always()}
