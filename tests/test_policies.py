"""The policies of docs/ decide as their page says, and the page tells all facts."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest

from policy.evaluate import Evaluator
from policy.expressions import FUNCTIONS
from policy.facts import ALWAYS, EVIDENCE, FactName
from policy.read import read_policy
from policy.recommend import recommend
from policy.rules import Policy
from tests.commands import ROOT
from training.tables.home_credit import HOME_CREDIT

PAGE = (ROOT / "docs" / "policy.md").read_text(encoding="utf-8")
POLICIES = ROOT / "docs" / "policies"
COLUMNS = (
    FactName(f"application.{one.name}", one.unit, "application", one.protected)
    for one in HOME_CREDIT.application
)
KNOWN: Mapping[str, FactName] = {**ALWAYS, **{one.name: one for one in COLUMNS}}
# A month's: 20,000 of 100,000 go into the instalment, 10,000 into the rent.
GOOD = {
    "application.DAYS_BIRTH": -12_000,
    "application.AMT_INCOME_TOTAL": 100_000.0,
    "confidence.band": "clear",
    "confidence.out_of_range": 0,
    "declared.monthly_income": 100_000.0,
    "declared.housing": 10_000.0,
    "declared.other_instalments": 0.0,
    "declared.dependants": 1,
    "terms.amount": 500_000.0,
    "terms.instalment": 20_000.0,
    "evidence.identity.result": "confirmed",
    "evidence.identity.valid": True,
    "evidence.income.result": "confirmed",
    "evidence.income.days": 90,
    "evidence.register.result": "negative",
    "evidence.register.days": 30,
}


@pytest.fixture(scope="module")
def french() -> Policy:
    return read_policy((POLICIES / "french.json").read_bytes(), KNOWN)


def decided(policy: Policy, facts: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """What is recommended where nothing that is required is met, by which rules."""
    [outcome] = Evaluator(policy, 5).outcomes([facts])
    assert outcome.failed is None
    met = [False] * len(outcome.fired)
    fired = {one.rule.code: one.missing for one in outcome.fired}
    return recommend("granted", outcome, met), fired


@pytest.mark.parametrize(
    ("change", "recommendation", "codes"),
    [
        ({}, "granted", ""),
        ({"application.DAYS_BIRTH": -6574}, "refused", "UNDER_AGE"),
        ({"application.DAYS_BIRTH": -6575}, "granted", ""),
        ({"declared.housing": 15_000.0}, "granted", ""),
        ({"declared.housing": 15_001.0}, "referred", "CHARGES_HIGH"),
        ({"declared.other_instalments": 20_000.0}, "referred", "CHARGES_HIGH"),
        ({"terms.instalment": 40_001.0}, "refused", "CHARGES_TOO_HIGH"),
        ({"declared.dependants": 3}, "referred", "LEFT_TO_LIVE_ON"),
        ({"declared.dependants": 2}, "granted", ""),
        ({"application.AMT_INCOME_TOTAL": 79_999.0}, "referred", "INCOME_DIFFERS"),
        ({"application.AMT_INCOME_TOTAL": 80_000.0}, "granted", ""),
        ({"application.AMT_INCOME_TOTAL": 125_001.0}, "referred", "INCOME_DIFFERS"),
        ({"evidence.identity.result": None}, "referred", "IDENTITY_TO_VERIFY"),
        ({"evidence.identity.valid": False}, "referred", "IDENTITY_TO_VERIFY"),
        ({"evidence.income.days": 91}, "referred", "INCOME_TO_VERIFY"),
        ({"evidence.income.result": None, "evidence.income.days": None},
         "referred", "INCOME_TO_VERIFY"),
        ({"evidence.income.result": "contradicted"},
         "referred", "INCOME_TO_VERIFY INCOME_CONTRADICTED"),
        ({"evidence.register.days": 31}, "referred", "REGISTER_TO_CONSULT"),
        ({"evidence.register.result": None, "evidence.register.days": None},
         "referred", "REGISTER_TO_CONSULT"),
        ({"evidence.register.result": "positive"}, "referred", "REGISTER_POSITIVE"),
        ({"terms.amount": 750_001.0}, "referred", "LARGE_AMOUNT"),
        ({"confidence.band": "borderline"}, "referred", "BORDERLINE"),
        ({"confidence.out_of_range": 1}, "referred", "OUT_OF_RANGE"),
    ],
)  # fmt: skip
def test_the_french_example_decides_as_its_page_says(
    french: Policy, change: dict[str, Any], recommendation: str, codes: str
) -> None:
    expected = (recommendation, dict.fromkeys(codes.split(), ()))
    assert decided(french, GOOD | change) == expected


@pytest.mark.parametrize("name", sorted(GOOD))
def test_what_the_french_example_does_not_know_it_does_not_grant(
    french: Policy, name: str
) -> None:
    recommendation, fired = decided(french, GOOD | {name: None})
    assert recommendation == "referred"
    assert name.startswith("evidence.") or (name,) in fired.values()


def test_of_no_income_there_is_no_ratio(french: Policy) -> None:
    recommendation, fired = decided(french, GOOD | {"declared.monthly_income": 0.0})
    assert recommendation == "referred"
    assert "declared.monthly_income" in fired["CHARGES_TOO_HIGH"]


def test_every_rule_is_told_in_both_languages_and_on_the_page(french: Policy) -> None:
    assert {frozenset(rule.text) for rule in french.rules} == {frozenset(("en", "fr"))}
    assert not [rule.code for rule in french.rules if f"`{rule.code}`" not in PAGE]
    by_basis = {rule.code: rule.protected for rule in french.rules if rule.lawful_basis}
    assert by_basis == {"UNDER_AGE": {"application.DAYS_BIRTH"}}


@pytest.mark.parametrize(
    "change, expected",
    [
        ({}, ("granted", {})),
        ({"terms.instalment": 45_000}, ("referred", {"BURDEN_HIGH": ()})),
        ({"terms.instalment": 61_000}, ("refused", {"BURDEN": ()})),
        ({"terms.amount": 1_000_000}, ("referred", {"LARGE_AMOUNT": ()})),
        ({"evidence.register.days": 31, "terms.amount": 600_000}, ("granted", {})),
        (
            {"evidence.register.days": 31, "terms.amount": 600_001},
            ("referred", {"REGISTER_TO_CONSULT": ()}),
        ),
        ({"declared.monthly_income": None}, ("granted", {"INCOME_NOT_DECLARED": ()})),
    ],
)
def test_the_starter_decides_as_its_sentences_say(
    change: dict[str, Any], expected: tuple[str, dict[str, Any]]
) -> None:
    starter = read_policy((POLICIES / "starter.json").read_bytes(), KNOWN)
    assert decided(starter, {**GOOD, **change}) == expected


def test_the_page_s_example_is_a_policy() -> None:
    [nodes] = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    document = json.loads((POLICIES / "neutral.json").read_bytes())
    document["nodes"] += json.loads(f"[{nodes}]")
    ends = (("input", "budget"), ("budget", "limits"), ("limits", "output"))
    document["edges"] += [
        {"id": f"{one}-{other}", "sourceId": one, "targetId": other}
        for one, other in ends
    ]
    found = read_policy(json.dumps(document).encode(), KNOWN)
    facts = {name: GOOD[name] for name in found.facts}
    assert decided(found, facts) == ("granted", {})
    assert decided(found, facts | {"declared.housing": 14_000})[1] == {"CHARGES": ()}
    assert decided(found, facts | {"declared.monthly_income": 0})[0] == "referred"


def test_the_page_tells_every_fact_and_function() -> None:
    told = {
        (name.replace("KIND", kind), counts, source)
        for names, counts, source in re.findall(
            r"^\| (`.*) \| (.*) \| (.*) \|$", PAGE, 8
        )
        for name in re.findall("`(.*?)`", names)
        for kind in (EVIDENCE if "KIND" in name else ("",))
    }
    assert told == {(one.name, one.unit, one.source) for one in ALWAYS.values()}
    listed = PAGE.partition("**Functions**")[2].partition(".")[0]
    assert {*re.findall(r"`(\w+)`", listed)} == FUNCTIONS


def test_the_neutral_one_is_the_one_that_is_built_in() -> None:
    built_in = ROOT / "policy" / "neutral.json"
    assert (POLICIES / "neutral.json").resolve() == built_in.resolve()
