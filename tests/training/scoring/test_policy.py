"""What a trial counts, and what a file of declarations may say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from policy.program import Program
from policy.rules import Effect, Evidence, Policy, Rule
from training.bundle.champion import Champion
from training.errors import ConfigurationError
from training.evaluation.business_cost import Costs
from training.scoring import policy_report, policy_tables
from training.scoring.declarations import read_declarations
from training.scoring.policy_groups import groups
from training.scoring.policy_trial import Trial, is_met
from training.scoring.tables import Estimate, as_markdown, as_text, write_csv
from training.tables.home_credit import HOME_CREDIT

NAN = np.nan


def rule(code: str, effect: Effect = "refer", evidence: Evidence | None = None) -> Rule:
    nothing: frozenset[str] = frozenset()
    text = {"en": f"Rule {code}.", "fr": f"Règle {code}."}
    return Rule(
        code, effect, text, nothing, nothing, (), evidence, 30, None, nothing, "t", 1
    )


def policy(*rules: Rule) -> Policy:
    program = Program({}, (), ())
    return Policy("test-1", "a" * 64, rules, frozenset(), {}, b"", program)


@pytest.fixture
def trial() -> Trial:
    """Five clients: one refused by YOUNG alone, one referred by both others."""
    return Trial(
        policy(rule("YOUNG", "refuse"), rule("LARGE"), rule("ODD")),
        [1, 2, 3, 4, 5],
        np.array([0.05, 0.02, 0.04, 0.3, 0.01]),
        np.array(["granted", "granted", "granted", "refused", "granted"]),
        np.array(["granted", "granted", "granted", "refused", "granted"]),
        np.array(["refused", "referred", "granted", "refused", "referred"]),
        np.array(["refused", "referred", "granted", "refused", "granted"]),
        np.array([[1, 0, 0], [0, 1, 1], [0, 0, 0], [0, 0, 0], [0, 0, 0]], bool),
        np.array([[0, 0, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0], [0, 1, 0]], bool),
        np.array([[1, 0, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0], [0, 1, 0]], bool),
        np.array([0, 1, 0, NAN, NAN]),
        {},
        {("LARGE", "terms.amount"): 1},
        pd.DataFrame({"AMT_CREDIT": [1.0, 2.0, 3.0, 4.0, 5.0]}),
        0,
    )


def test_rules_are_counted_by_what_they_did_and_what_they_lack(trial: Trial) -> None:
    table = policy_tables.rules(trial)
    keys = [column.key for column in table.columns]
    rows = [dict(zip(keys, row, strict=True)) for row in table.rows]
    assert [row["fired"] for row in rows] == [1, 1, 1]
    assert [row["unknown"] for row in rows] == [0, 1, 0]
    assert [row["alone"] for row in rows] == [1, 1, 0]
    assert [row["missing"] for row in rows] == [None, "terms.amount", None]
    assert [row["outcomes"] for row in rows] == [1, 1, 1]
    (both,) = policy_tables.overlap(trial).rows
    assert both == ("LARGE", "ODD", 1, 1.0, 5.0)


def test_who_moves_is_counted_with_what_is_expected_and_observed(trial: Trial) -> None:
    rows = policy_tables.moves(trial).rows
    told = [
        (row[0]["en"], row[1]["en"], row[2])  # type: ignore[index,call-overload]
        for row in rows
    ]
    assert told == [
        ("granted", "granted", 1),
        ("granted", "referred", 2),
        ("granted", "refused", 1),
        ("refused", "refused", 1),
    ]
    expected, outcomes, observed = rows[1][4:]
    assert isinstance(expected, Estimate) and isinstance(observed, Estimate)
    assert expected.value == pytest.approx(0.015)
    assert (outcomes, observed.value) == (1, 1.0)


def test_costs_are_those_of_calibrated_probabilities(trial: Trial) -> None:
    table = policy_tables.cost(trial, Costs())
    defaults, as_model, granted, refused = (row[1:] for row in table.rows)
    told = [one.value if isinstance(one, Estimate) else one for one in defaults]
    assert told == pytest.approx([0.12, 0.04, 0.05, None])
    # 10 for a default that is granted, 1 for a repayment that is refused.
    values = [one.value for one in as_model if isinstance(one, Estimate)]
    before, after = (1.2 + 0.7) / 5, (0.95 + 0.2 + 0.4 + 0.7 + 0.1) / 5
    assert values == pytest.approx([before, after, after, after - before])
    assert granted[1].value == pytest.approx(after)  # type: ignore[union-attr]
    all_refused = (0.95 + 0.98 + 0.4 + 0.7 + 0.99) / 5
    assert refused[1].value == pytest.approx(all_refused)  # type: ignore[union-attr]
    change = as_model[3]
    assert isinstance(change, Estimate)
    assert change.low < change.value < change.high


def test_shares_have_wilsons_interval() -> None:
    found = policy_tables.rate(8, 10)
    assert found is not None
    low, high = 0.4902, 0.9433
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-4)
    assert policy_tables.rate(0, 0) is None


def test_a_report_says_what_no_case_needs_in_every_language(
    trial: Trial, tmp_path: Path
) -> None:
    columns: list[object] = []
    core = {
        "costs": {"false_negative": 10.0, "false_positive": 1.0},
        "tables": {"application": {"columns": columns}},
    }
    champion = Champion("7", None, core)  # type: ignore[arg-type]
    made = policy_report.tables(trial, champion)
    policy_report.write(tmp_path, trial, champion, made)
    english = (tmp_path / "report.md").read_text(encoding="utf-8")
    french = (tmp_path / "report.fr.md").read_text(encoding="utf-8")
    assert "No case needs ODD" in english
    assert "Aucun dossier n'a besoin de ODD" in french
    assert "| YOUNG | refuse | Règle YOUNG. | 1 |" in french
    lines = (tmp_path / "recommendations.csv").read_text(encoding="utf-8").split("\n")
    assert lines[2] == "2,0.02,granted,granted,referred,referred,LARGE ODD,"
    assert lines[5] == "5,0.01,granted,granted,referred,granted,,LARGE"
    assert "LARGE is unknown for 1 clients" in policy_report.as_console(trial, made)


def test_tables_are_the_same_for_people_and_programs(
    trial: Trial, tmp_path: Path
) -> None:
    table = policy_tables.summary(trial)
    text = as_text(table).splitlines()
    assert text[0] == "Recommendations"
    assert text[2].startswith("granted ") and "80.0% [37.6%, 96.4%]" in text[2]
    assert "80,0 % [37,6 %, 96,4 %]" in as_markdown(table)["fr"].replace("\u202f", " ")
    write_csv(tmp_path / "summary.csv", table)
    header, first, *_ = (tmp_path / "summary.csv").read_text().split("\n")
    assert header.split(",")[:4] == ["measure", "before", "before_low", "before_high"]
    assert first.split(",")[:2] == ["granted", "0.8"]


def test_groups_are_bands_of_amounts_and_what_is_protected() -> None:
    columns = pd.DataFrame(
        {
            "NAME_CONTRACT_TYPE": ["Cash loans"] * 300,
            "AMT_CREDIT": np.arange(300.0),
            "CODE_GENDER": ["F", "M", "XNA"] * 100,
            "DAYS_BIRTH": [-9_000] * 260 + [-20_000] * 40,
        }
    )
    found = list(groups(HOME_CREDIT.application, columns))
    names = [(one.attribute, one.name["en"], int(one.mask.sum())) for one in found]
    assert names[0] == ("NAME_CONTRACT_TYPE", "Cash loan", 300)
    assert [count for name, _, count in names if name == "AMT_CREDIT"] == [60] * 5
    protected = [one for one in names if one[0] in ("CODE_GENDER", "AGE_BAND")]
    # An unknown gender is none, and 40 clients are too few to be told of.
    assert protected == [
        ("CODE_GENDER", "Woman", 100),
        ("CODE_GENDER", "Man", 100),
        ("AGE_BAND", "under 30", 260),
    ]


@pytest.mark.parametrize(
    ("given", "met"),
    [
        ({}, False),
        ({"result": "confirmed", "days": 30}, True),
        ({"result": "confirmed", "days": 0, "valid": True}, True),
        ({"result": "negative", "days": 0}, False),
        ({"result": "confirmed", "days": 31}, False),
        ({"result": "confirmed", "days": 1, "valid": False}, False),
        ({"result": "contradicted", "days": 1}, False),
        ({"result": "confirmed"}, False),
    ],
)
def test_evidence_meets_a_rule_in_time_and_when_it_proves(
    given: dict[str, object], met: bool
) -> None:
    facts = {f"evidence.income.{name}": value for name, value in given.items()}
    assert is_met(rule("PROVED", "require", "income"), facts) is met
    assert not is_met(rule("SIGNED", "second_review"), facts)


def test_a_register_that_lists_nobody_meets_a_rule() -> None:
    facts = {"evidence.register.result": "negative", "evidence.register.days": 3}
    assert is_met(rule("CONSULTED", "require", "register"), facts)


def test_declarations_are_facts_by_client(tmp_path: Path) -> None:
    path = tmp_path / "declared.csv"
    path.write_text(
        "declared.housing,id,evidence.income.valid,evidence.income.result\n"
        "700.5,7,true,confirmed\n,8,,\n",
        encoding="utf-8",
    )
    assert read_declarations(path, "id") == {
        "7": {
            "declared.housing": 700.5,
            "evidence.income.valid": True,
            "evidence.income.result": "confirmed",
        },
        "8": {},
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "expected a column id; found nothing"),
        ("client,declared.housing", "expected a column id; found client, declared"),
        ("id,probability", "column probability: expected id or a fact that no table"),
        ("id,declared.housing\n1,a lot", "line 2: declared.housing: expected a number"),
        ("id,declared.housing\n1,nan", "line 2: declared.housing: expected a number"),
        ("id,declared.housing\n1", "line 2: expected 2 values; found 1"),
        ("id,declared.housing\n1,2\n1,2", "line 3: id 1 is there twice"),
        ("id,evidence.income.valid\n1,yes", "expected true or false; found yes"),
    ],
)
def test_a_wrong_declaration_is_named(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "declared.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError) as refused:
        read_declarations(path, "id")
    assert said in str(refused.value)
