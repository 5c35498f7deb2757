"""The table of points on the model's page, and what of it a client gets."""

from __future__ import annotations

from html import unescape

import pytest
from fake_answers import bundle_sha256
from fake_api import FakeApi
from test_app import notices, page, page_text

TABLE = "/v1/model/scorecard"


def cells(text: str, label: str) -> list[str]:
    """Of each row of that name what follows it."""
    rows = text.split(f'<th scope="row">{label}</th>')[1:]
    return [row.partition("</tr>")[0] for row in rows]


@pytest.mark.parametrize(
    ("chosen", "title", "label", "told"),
    [
        (
            "en",
            "The table of points",
            "Gender",
            "<td>Woman</td><td>3</td><td>100.0%</td><td>4.0%</td>",
        ),
        (
            "fr",
            "La grille de points",
            "GENDER (fr)",
            "<td>Femme</td><td>3</td><td>100,0\xa0%</td><td>4,0\xa0%</td>",
        ),
    ],
)
def test_the_model_s_page_shows_the_table_of_points(
    api: FakeApi, chosen: str, title: str, label: str, told: str
) -> None:
    api.points = True
    app = page("model")
    app.segmented_control(key="language_switch").set_value(chosen).run()
    assert f'<h2 class="card">{title}</h2>' in unescape(page_text(app))
    assert told not in page_text(app)
    app.session_state["points_table"] = True
    app.run()
    assert cells(page_text(app).replace("\u202f", "\xa0"), label)[0] == told
    assert api.asked("GET", TABLE) == 1


def test_nothing_is_asked_or_shown_of_it_where_trees_serve(api: FakeApi) -> None:
    app = page("model")
    assert "The table of points" not in page_text(app)
    app = page("client")
    app.session_state["waterfall_numbers"] = True
    text = page_text(app.run())
    assert '<th scope="col">Kind</th>' in text
    assert "In the table of points" not in text
    assert api.asked("GET", TABLE) == 0


def test_a_model_that_went_in_the_meantime_is_told(api: FakeApi) -> None:
    api.points = True
    api.replies[TABLE] = (404, "application/problem+json", b"{}")
    app = page("model")
    assert notices(app, "error")
    assert "Does it treat people alike?" in page_text(app)


def test_a_client_s_points_are_those_of_the_table(api: FakeApi) -> None:
    api.points = True
    app = page("client")
    app.session_state["waterfall_numbers"] = True
    text = page_text(app.run())
    assert '<th scope="col">In the table of points</th>' in text
    points = {
        label: cells(text, label)[0].rpartition("<td>")[2]
        for label in ("Mean of the outside scores", "Age", "Gender", "Owns a home")
    }
    assert list(points.values()) == ["-21</td>", "-6</td>", "-2</td>", "-1</td>"]


def test_what_another_model_decided_has_none_of_these_points(api: FakeApi) -> None:
    page("client")
    api.points, api.version = True, "4"
    assert bundle_sha256("3") != bundle_sha256("4")
    app = page("client")
    app.session_state["waterfall_numbers"] = True
    text = page_text(app.run())
    assert '<th scope="col">Kind</th>' in text
    assert "In the table of points" not in text
