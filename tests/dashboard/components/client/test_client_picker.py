"""Where a lender's keys are texts, the picker takes and shows them as they are."""

from __future__ import annotations

import json
from html import escape
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from fake_api import Answer, FakeApi
from test_app import PREDICTIONS, notices, open_app, page_text, search

from components import say

KEY = '<b>1</b>&"*é*:smile:a--b%'
IN_PATH = quote(KEY, safe="")
OTHER = "00 12"


@pytest.fixture
def texts(api: FakeApi) -> FakeApi:
    """Knows two clients, by texts."""
    numbers = {KEY: 700001, OTHER: 700002}
    inner = api.answer

    def answer(method: str, target: str, key: str, body: Any) -> Answer:
        asked = urlsplit(target)
        if asked.path == "/v1/clients":
            query = {name: one[0] for name, one in parse_qs(asked.query).items()}
            api.known = [
                number
                for text, number in numbers.items()
                if "reference" not in query
                and text.startswith(query.get("prefix", ""))
                and text.endswith(query.get("suffix", ""))
            ]
            target = f"{asked.path}?limit={query['limit']}"
        for text, number in numbers.items():
            target = target.replace(quote(text, safe=""), str(number))
        if body and "client_id" in body:
            body = {**body, "client_id": numbers[body["client_id"]]}
        status, kind, content = inner(method, target, key, body)
        for text, number in numbers.items():
            known = f'"client_id": {number}'.encode()
            content = content.replace(
                known, b'"client_id": ' + json.dumps(text).encode()
            )
        if asked.path == "/v1/model":
            model = json.loads(content)
            for column in model["tables"]["application"]["columns"]:
                if column["role"] == "client":
                    labels = {"en": "Dossier [1](x)", "fr": "Dossier"}
                    column |= {"type": "category", "labels": labels}
            content = json.dumps(model).encode()
        return status, kind, content

    api.answer = answer  # type: ignore[method-assign]
    return api


def test_an_address_opens_the_client_of_a_text(texts: FakeApi) -> None:
    app = open_app(KEY)
    text = page_text(app)
    assert not app.exception and not notices(app, "error")
    assert f'data-client="{escape(KEY)}"' in text and "<b>1" not in text
    assert f"Client {escape(KEY)}" in text
    assert texts.asked("GET", f"/v1/clients/{IN_PATH}") > 0
    bodies = [one[3] for one in texts.requests if one[:2] == PREDICTIONS]
    assert bodies == [{"client_id": KEY}]
    links = [link.proto.query_string for link in app.sidebar.get("page_link")]
    assert all(parse_qs(link)["client"] == [KEY] for link in links)
    app.switch_page("screens/decide.py").run()
    (record,) = [one for one in app.button if one.label.startswith("Put my")]
    assert say.literal(KEY) in record.label
    assert not app.exception


def test_a_text_is_searched_as_it_is_typed_and_offered_as_it_is(
    texts: FakeApi,
) -> None:
    app = search(open_app(), "<b>1")
    assert app.pills[0].options == [say.literal(KEY)]
    app.pills[0].set_value(KEY).run()
    assert f'data-client="{escape(KEY)}"' in page_text(app)
    app = search(app, "00\t12 ")
    assert "Refused" in page_text(app)
    assert app.query_params["client"] == OTHER
    app.text_input(key="search").set_value("").run()
    assert app.pills[0].options == [say.literal(KEY)]


def test_a_key_is_called_what_the_lender_calls_it(texts: FakeApi) -> None:
    field = open_app().text_input(key="search")
    assert field.placeholder == "Dossier [1](x), or a part of it"
    assert field.label == say.literal("Dossier [1](x)")


def test_what_no_client_has_gets_a_plain_sentence(texts: FakeApi) -> None:
    app = search(open_app(), "<i>none")
    assert (
        "No client's number is, begins or ends with <i>none"
        in (notices(app, "warning")[0])
    )


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("100001", "100001"),
        ("[a] (b)", r"\[a\] \(b\)"),
        (":red[x]", "\\:\u2060red\\[x\\]"),
        ("a--b", "a\\-\u2060\\-b"),
    ],
)
def test_a_text_in_a_label_is_no_markdown(text: str, label: str) -> None:
    assert say.literal(text) == label
