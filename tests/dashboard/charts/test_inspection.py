"""Charts of what analysts look for show what the API says."""

from __future__ import annotations

import json
from typing import Any

import fake_inspection
import pytest

from api_client.answers import ClientDependence, Inspection
from api_client.errors import NonsenseAnswer
from api_client.meaning import Descriptor, read
from charts import dependence, lending, model_errors, ranking
from charts.lending import Counts, Point
from texts import inspection as words
from texts.client.comparison import worded_scale

SCORE = Descriptor("EXT_SOURCE_MEAN", "Mean of the outside scores", "score")
TOLD = fake_inspection.inspection()
INSPECTION = read(Inspection, json.dumps(TOLD).encode())


def traces(figure: Any) -> dict[str, Any]:
    return {trace.name: trace for trace in figure.data}


def test_a_limit_decides_on_every_client_once() -> None:
    point = Point(limit=0.1, approval_rate=0.763, default_rate=59 / 1526, cost=0.486)
    found = lending.counts(point, 2000, 151 / 2000)
    assert found == Counts(1467, 59, 382, 92)
    nobody = Point(limit=0.0, approval_rate=0.0, default_rate=None, cost=0.9)
    assert lending.counts(nobody, 2000, 151 / 2000) == Counts(0, 0, 1849, 151)


def test_each_kind_of_curve_is_drawn_of_the_same_points() -> None:
    drawn = {
        kind: traces(ranking.ranking(INSPECTION.curves, kind, 0.1))
        for kind in ranking.KINDS
    }
    served = "LightGBM (decision trees)"
    assert all(served in found for found in drawn.values())
    assert list(drawn["roc"][served].x) == [0.0, 5.0, 45.0, 100.0]
    assert list(drawn["gains"][served].y) == [0.0, 35.0, 80.0, 100.0]
    assert list(drawn["precision"][served].y) == [None, 40.0, 12.0, 8.0]
    assert list(drawn["lift"][served].y)[1:] == pytest.approx([3.5, 1.6, 1.0])
    mark = drawn["gains"]["at the limit in use"]
    assert (list(mark.x), list(mark.y)) == ([10.0], [35.0])
    dashes = {trace.line.dash for trace in drawn["roc"].values() if trace.line.dash}
    assert dashes == {"dash", "solid"}


def test_a_client_s_own_line_is_beside_the_mean() -> None:
    told = INSPECTION.inputs[0].dependence
    answer = fake_inspection.dependence("700001", {"feature": "EXT_SOURCE_MEAN"})
    own = ClientDependence.model_validate_json(json.dumps(answer))
    figure = dependence.partial(told, worded_scale(SCORE, told.values), own)
    found = traces(figure)
    assert list(found["all clients, on average"].y) == [21.0, 9.0, 4.0]
    assert list(found["this client, all else as it is"].y) == [40.0, 20.0, 10.0]
    assert list(found["this client as it is"].x) == [0.2]
    # What is not given is a line over the whole width.
    assert [shape.y0 for shape in figure.layout.shapes] == [10.0, 30.0]
    text = words.dependence_text(told, SCORE, own)
    assert "from 4.0% to 21.0%" in text and "For client 700001" in text


def test_points_are_told_apart_by_the_second_fact() -> None:
    told = INSPECTION.inputs[0].points
    scale = worded_scale(SCORE, told.values)
    kinds = traces(dependence.points(told, scale, "Gender", True))
    assert {*kinds} == {"F", "M", "others, or not given"}
    assert list(kinds["F"].y) == [0.8]
    symbols = {trace.marker.symbol for trace in kinds.values()}
    assert len(symbols) == 3
    numbers = told.model_copy(update={"other": [3.0, 1.0, None]})
    (shaded,) = dependence.points(numbers, scale, "Age", False).data
    assert list(shaded.marker.color) == [1.0, 0.0, 0.5]


def test_the_bin_that_is_furthest_off_is_named() -> None:
    (errors,) = INSPECTION.errors
    bins = errors.bins
    names = [words.bin_name(bins, at, SCORE) for at in range(3)]
    assert names == ["up to 0.5", "above 0.5", "not given"]
    assert words.gaps([errors])[0].place == 2
    # 15 points off, of a standard error of 3.
    assert words.off(bins, 2) == pytest.approx(5.0)
    assert "not given. Of these 100 clients 25.0%" in words.errors_text(bins, SCORE)
    observed, stated = model_errors.risks(names, bins).data
    assert (list(observed.y), list(stated.y)) == ([16, 4, 25], [15, 5, 10])
    granted, refused = model_errors.wrong(names, bins).data
    assert (list(granted.y), list(refused.y)) == ([2.25, 4, 12], [50, 1, 30])


def test_curves_of_other_lengths_are_nonsense() -> None:
    told = json.loads(json.dumps(TOLD))
    told["curves"]["candidates"][0]["caught"].pop()
    with pytest.raises(NonsenseAnswer, match="4 points of each curve"):
        read(Inspection, json.dumps(told).encode())
