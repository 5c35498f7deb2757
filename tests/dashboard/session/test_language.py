"""Every sentence of the dashboard is marked and has a French one that fits."""

from __future__ import annotations

import ast
import json
import re
from functools import cache
from html import unescape
from pathlib import Path
from string import Formatter
from typing import Any

import fake_answers
import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from fake_api import FakeApi
from test_app import notices, open_app, page_text

from api_client import meaning
from api_client.answers import ModelAnswer
from config import settings
from session import language
from texts import formats

DASHBOARD = Path(__file__).parents[3] / "dashboard"
KEYWORDS = {"_": None, "plural": (1, 2), "mark": None}
# What shows its first argument to a person.
SHOWN = {"button", "caption", "error", "expander", "form_submit_button", "header"}
SHOWN |= {"info", "metric", "radio", "selectbox", "segmented_control", "spinner"}
SHOWN |= {"subheader", "success", "text_area", "text_input", "title", "warning"}
SHOWN |= {
    "write",
    "pills",
    "select_slider",
    "file_uploader",
    "download_button",
    "heading",
    "spoken",
}
OFFICERS = (
    *("work_list", "client", "file", "compare", "simulate", "decide", "across"),
    "score_list",
)
PAGES = (*OFFICERS, "model", "policy", "drift", "alerts")

MODEL = ModelAnswer.model_validate_json(json.dumps(fake_answers.model()))


@cache
def marked() -> set[str | tuple[str, ...]]:
    found = extract_from_dir(DASHBOARD, [("**.py", "python")], keywords=KEYWORDS)
    return {message for _file, _line, message, _comments, _context in found}


@cache
def french() -> dict[Any, Any]:
    """By the English sentence; both are tuples where there is a plural."""
    path = language.CATALOGUES / "fr" / "LC_MESSAGES" / "dashboard.po"
    with path.open("rb") as file:
        catalogue = read_po(file, locale="fr")
    return {message.id: message.string for message in catalogue if message.id}


def test_every_sentence_has_a_french_one_and_none_is_left_over() -> None:
    assert set(french()) == marked()
    assert all(
        all(text) if isinstance(text, tuple) else text for text in french().values()
    )


def test_a_translation_names_the_same_values() -> None:
    def values(text: str) -> set[str | None]:
        return {name for _, name, _, _ in Formatter().parse(text) if name}

    for message, text in french().items():
        pairs = zip(
            [message] if isinstance(message, str) else message,
            [text] if isinstance(text, str) else text,
            strict=True,
        )
        assert all(values(one) == values(other) for one, other in pairs), message


@pytest.mark.parametrize("path", sorted(DASHBOARD.rglob("*.py")), ids=lambda p: p.name)
def test_no_page_shows_a_sentence_that_is_not_marked(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            first = node.args[0] if node.args else None
            shown = node.func.attr in SHOWN and not _is_logger(node.func.value)
            if shown and isinstance(first, ast.Constant):
                assert isinstance(first.value, int), (path, node.lineno)
        # Babel does not look into f-strings before Python 3.12.
        if isinstance(node, ast.JoinedStr):
            calls = [n for n in ast.walk(node) if isinstance(n, ast.Call)]
            named = {getattr(call.func, "id", "") for call in calls}
            texts = [c for c in calls if c.args and isinstance(c.args[0], ast.Constant)]
            assert not (texts and named & set(KEYWORDS)), (path, node.lineno)


def _is_logger(value: ast.expr) -> bool:
    return isinstance(value, ast.Call)


@pytest.mark.parametrize("page", PAGES)
def test_a_french_page_has_no_english_sentence(api: FakeApi, page: str) -> None:
    app = open_app("700002")
    app.query_params["lang"] = "fr"
    app.switch_page(f"screens/{page}.py").run()
    assert not app.exception and not notices(app, "error")
    widgets = [getattr(w, "label", "") for kind in WIDGETS for w in app.get(kind)]
    # Scripts know Streamlit's English words, to replace them.
    shown = re.sub("<script>.*?</script>", "", page_text(app), flags=re.S)
    text = unescape("\n".join([shown, *widgets]))
    assert "Prêt à dépenser" in text
    sentences = [m for m in marked() if isinstance(m, str) and m not in same()]
    for sentence in sentences:
        for piece in re.split(r"\{\w+\}", sentence):
            if len(piece.split()) > 2:
                assert piece.strip() not in text, sentence


WIDGETS = (
    "button",
    "selectbox",
    "text_input",
    "radio",
    "button_group",
    "select_slider",
)


def same() -> set[str | tuple[str, ...]]:
    return {message for message, text in french().items() if message == text}


def test_the_address_chooses_the_language_and_the_switch_changes_it(
    api: FakeApi,
) -> None:
    app = open_app()
    app.query_params["lang"] = "fr"
    app.run()
    assert '<h1 class="card">Client</h1>' in page_text(app)
    assert "Saisissez un numéro de client" in notices(app, "info")[0]
    app.segmented_control(key="language_switch").set_value("en").run()
    assert "Type a client's number" in notices(app, "info")[0]
    assert app.query_params["lang"] == "en"


def test_numbers_dates_and_amounts_follow_the_language(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for module in (language, meaning):
        monkeypatch.setattr(module, "code", lambda: "fr")
    assert formats.percent(0.0413) == "4,1\u00a0%"
    assert formats.amount(406597.5) == "406\u202f597,50\u00a0€"
    gender = MODEL.column("CODE_GENDER")
    changed = MODEL.column("DAYS_LAST_PHONE_CHANGE")
    assert formats.value_text(-1134.0, changed) == "il y a 3 ans 1\u00a0mois"
    assert formats.value_text("F", gender) == "Femme"


def test_the_currency_is_the_lenders_or_a_setting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DASHBOARD_CURRENCY", "czk")
    assert formats.amount(12.0) == "CZK12"
    monkeypatch.delenv("DASHBOARD_CURRENCY")
    settings.cache_clear()
    pounds = MODEL.model_copy(update={"currency": "GBP"})
    monkeypatch.setattr(formats, "current_model", lambda: pounds)
    assert formats.amount(12.0) == "£12"
    bait = MODEL.model_copy(update={"currency": "www.bait.test"})
    monkeypatch.setattr(formats, "current_model", lambda: bait)
    assert formats.amount(12.0) == "¤12"
