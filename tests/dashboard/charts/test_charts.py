from __future__ import annotations

import json
from itertools import pairwise

import fake_answers
import pytest

from api_client.answers import Calibration, CostCurve, ModelAnswer, Prediction
from charts import model as model_charts
from charts import waterfall
from charts.axes import risk_ticks
from components import markup
from texts.client.waterfall_steps import waterfall_steps

INTERVAL = (0.0812, 0.0991)


@pytest.fixture
def model() -> ModelAnswer:
    return ModelAnswer.model_validate_json(json.dumps(fake_answers.model()))


@pytest.fixture
def prediction() -> Prediction:
    answer = fake_answers.prediction(700001)
    return Prediction.model_validate_json(json.dumps(answer))


def test_the_steps_lead_from_base_value_to_margin(
    prediction: Prediction, model: ModelAnswer
) -> None:
    explanation = prediction.explanation
    steps = waterfall_steps(explanation, model, shown=3)
    assert [step.label for step in steps] == [
        "Mean of the outside scores",
        "Time in the present job",
        "Loan instalment",
        "All other 11 facts together",
    ]
    assert steps[0].start == explanation.base_value
    assert all(a.end == b.start for a, b in pairwise(steps))
    assert steps[-1].end == pytest.approx(explanation.margin, abs=1e-12)


def test_without_others_the_steps_still_end_at_the_margin(
    prediction: Prediction, model: ModelAnswer
) -> None:
    steps = waterfall_steps(prediction.explanation, model, shown=14)
    assert len(steps) == 14
    assert steps[-1].end == pytest.approx(prediction.explanation.margin, abs=1e-12)


def test_the_waterfall_draws_every_step_where_it_belongs(
    prediction: Prediction, model: ModelAnswer
) -> None:
    explanation = prediction.explanation
    steps = waterfall_steps(explanation, model)
    figure = waterfall.waterfall(
        steps, explanation, prediction.threshold, model.calibration
    )
    raises, lowers, ends = figure.data
    drawn = {
        row: (start, size)
        for bars in (raises, lowers)
        for row, start, size in zip(bars.y, bars.base, bars.x, strict=True)
    }
    assert [drawn[row + 1] for row in range(len(steps))] == [
        (step.start, step.size) for step in steps
    ]
    assert min(raises.x) > 0 > max(lowers.x)
    assert list(ends.x) == [explanation.base_value, explanation.margin]
    assert [text.strip() for text in ends.text] == ["7.1%", "2.7%"]
    low, high = figure.layout.xaxis.range
    assert low < explanation.margin < explanation.base_value < high


def test_the_gauge_has_risk_and_limit_at_their_places() -> None:
    gauge = markup.gauge(0.0413, 0.0909, INTERVAL, "in <words>")
    assert 'class="bar lowers" style="width:13.77%"' in gauge
    assert 'class="limit" style="left:30.30%"' in gauge
    assert "limit 9.1%" in gauge and "30%" in gauge
    assert 'aria-label="in &lt;words&gt;"' in gauge


@pytest.mark.parametrize("probability", [0.0, 0.0909, 0.31, 1.0])
@pytest.mark.parametrize("threshold", [0.001, 0.0909, 0.5, 1.0])
def test_the_gauge_always_holds_risk_and_limit(
    probability: float, threshold: float
) -> None:
    assert markup.scale_end(probability, threshold) >= max(probability, threshold)


def test_the_cost_curve_marks_the_limit(model: ModelAnswer) -> None:
    curve = CostCurve(threshold=[0.0, 0.1, 1.0], business_score=[0.9, 0.5, 1.0])
    figure = model_charts.cost_curve(
        curve, model.model_copy(update={"threshold": 0.0909})
    )
    assert list(figure.data[0].x) == [0, 10, 100]
    assert figure.layout.shapes[1].x0 == pytest.approx(9.09)
    assert figure.layout.annotations[0].text == "limit 9.1%"


def test_importance_draws_shares_in_order() -> None:
    figure = model_charts.importance(["a", "b"], [0.75, 0.25])
    assert list(figure.data[0].x) == [75, 25]
    assert [note.text for note in figure.layout.annotations] == ["a", "b"]
    assert not model_charts.importance([], []).layout.annotations


def test_risk_ticks_are_round_and_apart() -> None:
    calibration = Calibration(method="sigmoid", slope=1.0, intercept=0.0)
    wide = risk_ticks(calibration.margin(0.004), calibration.margin(0.6), calibration)
    narrow = risk_ticks(calibration.margin(0.07), calibration.margin(0.1), calibration)
    assert wide == [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6]
    assert narrow == [0.07, 0.08, 0.09, 0.1]


def test_a_margin_is_found_back_from_its_probability() -> None:
    calibration = Calibration(method="sigmoid", slope=1.02, intercept=-0.01)
    margin = calibration.margin(0.0413)
    assert calibration.probability(margin) == pytest.approx(0.0413, abs=1e-15)
