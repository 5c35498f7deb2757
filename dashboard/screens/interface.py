"""The API behind the dashboard: how it stands, and a request to try."""

from __future__ import annotations

import json

import streamlit as st

from api_client.answers import ModelAnswer
from api_client.cache import api_is_ready, current_model, scoring_api
from api_client.errors import ApiError
from components import markup, say
from components.error_panel import show_error
from components.example_requests import (
    Example,
    Request,
    curl,
    examples_for,
    read_request,
)
from components.layout import card
from session.language import _, mark
from session.user import asker
from texts.formats import moment

LONGEST_SHOWN = 20_000
UNUSABLE = mark("The request cannot be sent as it is.")


def show() -> None:
    say.title(_("API"))
    say.text(
        _(
            "Programs ask the same questions as this dashboard, over HTTP. Here is how "
            "the API stands, and a request to try."
        )
    )
    model = current_model()
    status, request = st.columns([1, 1.6], gap="small")
    with status, card("api_status"):
        _status(model)
    with request, card("api_request"):
        _request(model)


def _status(model: ModelAnswer) -> None:
    st.html(markup.heading(_("How it stands")))
    ready = _("✓ ready") if api_is_ready() else _("! not ready")
    address = scoring_api().settings.api_url
    rows = [
        (_("State"), ready),
        (_("Address"), address),
        (_("Model"), f"{model.name} {model.version}"),
        (_("Made on"), moment(model.created_at)),
        (_("Fingerprint (SHA-256)"), model.bundle_sha256),
        (_("Documentation"), f"{address}/docs"),
    ]
    st.html(markup.table([_("Item"), _("Value")], rows))


def _request(model: ModelAnswer) -> None:
    st.html(markup.heading(_("Try a request")))
    examples = examples_for(asker().roles, model)
    chosen = st.selectbox(
        _("Example"),
        list(examples),
        format_func=lambda name: _named(name, examples[name]),
        key="example",
    )
    example = examples[str(chosen)]
    path = st.text_input(_("Path"), example.path, key=f"path_{chosen}")
    text = ""
    if example.method == "POST":
        text = st.text_area(
            _("Body (JSON)"), example.body, key=f"body_{chosen}", height=120
        )
    try:
        request = read_request(example.method, path or "", text or "")
    except ValueError as error:
        say.error(f"{_(UNUSABLE)} {error}")
        return
    if example.records:
        say.caption(_("The API keeps what it answers here on record."))
    if st.button(_("Send"), key="send", icon=":material/send:"):
        _send(request)
    say.caption(_("The same from a terminal, where SCORING_KEY is a key of your own:"))
    st.code(
        curl(request, scoring_api().settings.api_url), language=None, wrap_lines=True
    )


def _named(name: str, example: Example) -> str:
    if not example.role:
        return _(name)
    return _("{example} (needs the role {role})", example=_(name), role=example.role)


def _send(request: Request) -> None:
    try:
        with st.spinner(_("Waiting for the answer…")):
            answer = scoring_api().raw(request.method, request.path, request.document)
    except ApiError as error:
        show_error(error, "send_again")
        return
    st.html(markup.spoken(_("Answer: status {status}", status=answer.status)))
    st.code(_shown(answer.body), language=None, height=320, wrap_lines=True)


def _shown(body: str) -> str:
    try:
        text = json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except ValueError:
        text = body
    return text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + "\n…"


if __name__ == "__main__":
    show()
