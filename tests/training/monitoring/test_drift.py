"""The a-priori analysis and Evidently's drawing."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from tests.training.monitoring.world import clients
from tests.training.rows import write_csv
from training.cli import commands
from training.errors import TrainingError
from training.evaluation.business_cost import expected_cost
from training.language import alike
from training.monitoring import evidently_report
from training.monitoring.evidently_report import distance_of, limit_of, write_report
from training.monitoring.statistics.reference import Reference
from training.monitoring.train_test_drift import drift
from training.monitoring.train_test_drift.conclusion import conclude
from training.monitoring.train_test_drift.datasets import ComparedColumn, DatasetPair

# It has no release for Python 3.14.
evidently = pytest.mark.skipif(
    not evidently_report.is_installed(), reason="Evidently is not installed"
)


def test_few_clients_are_no_reason_to_cry_drift() -> None:
    random = np.random.default_rng(0)
    cried = naive = 0
    for _ in range(60):
        before = pd.Series(random.normal(size=2000))
        after = pd.Series(random.normal(size=200))
        distance = distance_of(before, after, False)
        naive += distance > 0.1
        cried += distance > limit_of(before, after, False, distance)
    assert naive > 5
    assert cried == 0


def test_a_true_shift_of_few_clients_is_seen() -> None:
    random = np.random.default_rng(0)
    before = pd.Series(random.choice(["a", "b"], 2000, p=[0.9, 0.1]))
    after = pd.Series(random.choice(["a", "b"], 200, p=[0.6, 0.4]))
    distance = distance_of(before, after, True)
    assert distance > limit_of(before, after, True, distance)


def test_the_conclusion_weighs_drift_by_what_the_model_makes_of_it(
    reference: Reference,
) -> None:
    random = np.random.default_rng(0)
    before = pd.DataFrame(random.normal(size=(3000, 2)), columns=["FIRST", "SECOND"])
    after = pd.DataFrame(random.normal(size=(3000, 2)), columns=["FIRST", "SECOND"])
    after["FIRST"] += 0.5
    after.loc[::4, "SECOND"] = np.nan
    columns = (
        ComparedColumn("FIRST", alike("First (FIRST)"), False, 0.52),
        ComparedColumn("SECOND", alike("Second (SECOND)"), False, 0.01),
    )
    found = DatasetPair(before, after, columns)
    shifts = [drift._shift(column, found) for column in columns]
    assert [one.moved for one in shifts] == [True, False]
    assert [one.missing_moved for one in shifts] == [False, True]
    probability = reference.frame["probability"].to_numpy() * 1.5
    text = conclude(shifts, (3000, 3000), (reference, probability, None))["en"]
    assert "2 of 2 columns have drifted" in text
    assert "drifted features carry 53.0% of" in text
    assert "Retrain on recent clients" in text
    many = conclude(shifts[:1] * 25, (3000, 3000), (reference, probability, None))["en"]
    assert many.count("| First (FIRST) |") == 20 and "And 5 more" in many
    as_before = reference, reference.frame["probability"].to_numpy(), None
    unmoved = conclude([], (10, 10), as_before)["en"]
    assert "moved by +0.00 standard deviations" in unmoved
    assert "hardly touches the score" in unmoved


def test_the_conclusion_says_what_costs_by_amount_are_of(
    money: Reference,
) -> None:
    probability = money.frame["probability"].to_numpy()
    weight = money.costs.weight(money.frame)
    text = conclude([], (10, 10), (money, probability, weight))["en"]
    cost = expected_cost(probability, probability >= 1 / 11, money.costs, weight)
    said = f"cost per unit of credit asked for from {cost:.3f} to {cost:.3f}."
    assert said in text


@evidently
@pytest.mark.filterwarnings("ignore")
def test_evidently_draws_the_newest_decisions(reference: Reference) -> None:
    values, _ = clients(300, np.random.default_rng(0))
    newest = np.column_stack([values[:, reference.places], values[:, 0] - 2.6])
    newest[:, 1] = np.nan
    html = evidently_report.draw(reference, newest) or ""
    vanished = html.index(f'"column_name": "{reference.columns[1].name}"')
    assert 0 < html.index("Empty now") - vanished < 200
    assert vanished < html.index('"column_name": "margin"')
    assert "margin" in html
    assert "Revolving" in html
    assert len(html) < 12e6


def test_without_evidently_drift_says_so_and_monitoring_draws_nothing(
    reference: Reference, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evidently_report, "find_spec", lambda _: None)
    with pytest.raises(TrainingError, match="Evidently.* is not installed"):
        drift.analyse(tmp_path, tmp_path / "out", progress=lambda _: None)
    assert evidently_report.draw(reference, np.empty((0, 0))) is None


@evidently
def test_where_every_application_is_decided_there_is_nothing_to_compare(
    tmp_path: Path,
) -> None:
    rows = [{"SK_ID_CURR": number, "TARGET": 0} for number in (1, 2)]
    write_csv(tmp_path, "application_train", rows)
    out = tmp_path / "drift"
    out.mkdir()
    arguments = ["drift", "--data", str(tmp_path), "--out", str(out)]
    done = CliRunner().invoke(commands, arguments)
    assert (done.exit_code, out.exists()) == (0, False)
    assert "drift: nothing to compare" in done.output


@evidently
@pytest.mark.filterwarnings("ignore")
def test_the_report_shows_what_is_important_first(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    before = pd.DataFrame(random.normal(size=(300, 2)), columns=["FIRST", "SECOND"])
    after = before + [0.0, 2.0]
    limits, shares = dict.fromkeys(before.columns, 0.1), {"FIRST": 0.52, "SECOND": 0.01}
    write_report(tmp_path, before, after, [], limits, "1 of 9 drifted", shares)
    html = (tmp_path / "report.html").read_text("utf-8")
    places = [html.index(f'"column_name": "{name}"') for name in before]
    assert places == sorted(places)
    assert "Importance, %" in html and "52.0" in html
    assert "drift detection threshold" not in html
    # No count of its own beside the conclusion's.
    assert "1 of 9 drifted" in html and "Drift is detected" not in html


@evidently
@pytest.mark.filterwarnings("ignore")
def test_a_column_that_vanished_is_the_largest_drift_there_is(tmp_path: Path) -> None:
    """First in each list, drawn, and an alert; a gap that grew comes next."""
    random = np.random.default_rng(0)
    data, out = tmp_path / "data", tmp_path / "out"
    data.mkdir()
    for name, first in (("application_train", 1), ("application_test", 1001)):
        now = name == "application_test"
        rows: list[dict[str, object]] = [
            {
                "SK_ID_CURR": first + number,
                "AMT_CREDIT": random.integers(1, 9),
                "AMT_ANNUITY": None if now and number % 2 else random.integers(1, 9),
                "EXT_SOURCE_1": None if now else random.random(),
                "OCCUPATION_TYPE": None
                if now
                else random.choice(["Drivers", "HR staff"]),
                "EXT_SOURCE_3": random.random() if now else None,
                **({} if now else {"TARGET": number % 2}),
            }
            for number in range(400)
        ]
        write_csv(data, name, rows)
    said = drift.analyse(data, out, progress=lambda _: None)
    names = ["OCCUPATION_TYPE", "EXT_SOURCE_1", "EXT_SOURCE_3"]
    assert said == (
        "4 of 46 columns have drifted. 3 columns are empty on one side:"
        f" {', '.join(names)}."
    )
    report = json.loads((out / "report.json").read_bytes())
    assert [one["column"] for one in report["columns"][:4]] == [*names, "AMT_ANNUITY"]
    vanished = {
        "column": "EXT_SOURCE_1",
        "drifted": True,
        "one_sided": True,
        "distance": None,
        "limit": 0.1,
        "missing_before": 0.0,
        "missing_after": 1.0,
    }
    assert report["columns"][1] == vanished
    conclusion = report["conclusion"]["fr"]
    assert "3 colonnes sont vides d'un côté" in conclusion
    assert "ne vous fiez pas au modèle" in conclusion
    listed = [line for line in conclusion.splitlines() if line.startswith("| ")]
    assert ["vide" in line for line in listed] == [False, True, True, True, False]
    html = (out / "report.html").read_text("utf-8")
    places = [html.index(f'"column_name": "{name}"') for name in names]
    assert places == sorted(places)
    assert places[-1] < html.index('"column_name": "AMT_CREDIT"')
    assert "Empty in the reference" in html and "Missing: 0.0%, now 50.0%" in html
