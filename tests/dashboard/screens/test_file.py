"""A client's file: what was imported, what was not, and how reasons lead there."""

from __future__ import annotations

import json
import re

import fake_answers
from fake_api import FakeApi, document
from streamlit.testing.v1 import AppTest
from test_app import notices, open_app, page_text

from api_client.answers import ModelAnswer, RecordsAnswer
from charts.time_line import places, time_line
from texts.client.records import Span, spans, titles


def page(name: str) -> AppTest:
    app = open_app("700002").switch_page(f"screens/{name}.py").run()
    assert not app.exception
    return app


def table(app: AppTest, name: str) -> AppTest:
    return app.pills(key="records_shown").set_value(name).run()


def test_each_table_says_how_many_none_or_not_imported(api: FakeApi) -> None:
    app = page("file")
    told = app.pills(key="records_shown").options
    assert [re.sub(r"[\\\u2060]", "", one) for one in told] == [
        "Credit bureau record: 2",
        "Repayment of earlier loans: 2",
        "Earlier applications: none",
        "Credit card use: not imported",
        "Application",
    ]
    assert "None:" in notices(table(app, "earlier"), "info")[0]
    assert "Not imported" in notices(table(app, "cards"), "info")[0]
    assert app.query_params["table"] == "cards"
    assert "€406,597.50" in page_text(table(app, "application"))


def test_rows_are_told_as_the_application_is(api: FakeApi) -> None:
    told = json.loads(json.dumps(fake_answers.records(700002)))
    for row in told["tables"][0]["rows"]:
        row[5] = None
    api.replies["/v1/clients/700002/records"] = document(told)
    text = page_text(page("file"))
    [head] = re.findall("<thead>(.*?)</thead>", text)
    assert re.findall('"col">(.*?)<', head) == [
        "Number of the outside credit",
        "Type of credit",
        "Date the credit was requested",
        "Planned end of the credit",
        "Current arrears",
    ]
    cells = "</th><td>Consumer credit</td><td>10 months ago</td><td>1 year 2 months "
    assert f'<th scope="row">41{cells}after</td><td>€0</td>' in text
    assert "Never given: Amount of the credit." in text
    assert "The oldest begins: 4 years 1 month ago." in text


def test_a_reason_leads_to_the_rows_it_rests_on(api: FakeApi) -> None:
    text = page_text(page("client"))
    there = (
        '<a class="way" href="/file?lang=en&amp;client=700002&amp;table=instalments">'
    )
    assert f"{there}On file: Repayment of earlier loans</a>" in text
    app = page("client")
    app.query_params["table"] = "instalments"
    app.switch_page("screens/file.py").run()
    assert '<th scope="row">1 month ago</th><td>0 days</td>' in page_text(app)


def test_a_lender_without_records_has_the_application(api: FakeApi) -> None:
    none = {"client_id": 700002, "tables": []}
    api.replies["/v1/clients/700002/records"] = (
        200,
        "application/json",
        json.dumps(none).encode(),
    )
    app = page("file")
    assert "No record of this client has a date" in page_text(app)
    assert "€406,597.50" in page_text(app)


def test_a_record_lies_between_its_dates_and_never_after_the_application() -> None:
    model = ModelAnswer.model_validate_json(json.dumps(fake_answers.model()))
    told = json.dumps(fake_answers.records(700002))
    bureau, months, earlier, _cards = RecordsAnswer.model_validate_json(told).tables
    assert spans(bureau, model) == [Span(-300, 0), Span(-1500, -1500)]
    assert [round(span.first) for span in spans(months, model)] == [-30, -61]
    assert spans(earlier, model) == []
    assert titles(model)["bureau"] == "Credit bureau record"


def test_records_at_the_same_time_hide_none_of_each_other() -> None:
    found = [Span(-900, -10), Span(-800, -700), Span(-600, -500), Span(-650, 0)]
    assert places(found) == [0, 1, 2, 1]
    figure = time_line({"Credits": found, "Cards": [Span(-3, -3)]})
    heights = [{*trace.y} - {None} for trace in figure.data]
    assert max(heights[0]) < min(heights[1])
