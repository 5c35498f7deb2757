"""What the pages ask for, fetched once: shared answers cached, decisions per session.

Answers are frozen, so the caches hand out the very same object to every session.
"""

from __future__ import annotations

import os
from collections.abc import MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import cast

import streamlit as st

from answers import Client, Prediction
from config import Settings, read_settings
from errors import ApiError
from model_answers import Importance, Model
from scoring_api import ScoringApi, connect

MODEL_SECONDS = 60
READY_SECONDS = 10
DECISIONS_KEPT = 20
DECISIONS, READY = "decisions", "api_is_ready"


@dataclass(frozen=True)
class Opened:
    """A client on the screen and the decision made for them in this session."""

    client: Client
    prediction: Prediction


@dataclass(frozen=True)
class Connection:
    """Whether the API serves now, the model it serves, or what stands in the way."""

    ready: bool
    model: Model | None
    error: ApiError | None


@st.cache_resource(show_spinner=False, max_entries=4)
def _api(settings: Settings) -> ScoringApi:
    return connect(settings)


def scoring_api() -> ScoringApi:
    """The API client of the present settings; raises ConfigError."""
    return _api(read_settings(os.environ))


@st.cache_resource(show_spinner=False, ttl=MODEL_SECONDS, max_entries=4)
def _model(settings: Settings) -> Model:
    return _api(settings).model()


@st.cache_resource(show_spinner=False, ttl=READY_SECONDS, max_entries=4)
def _ready(settings: Settings) -> bool:
    return _api(settings).ready()


@st.cache_resource(show_spinner=False, max_entries=4)
def _importance(settings: Settings, bundle_sha256: str) -> Importance:
    return _api(settings).importance()


@st.cache_resource(show_spinner=False, max_entries=2)
def _drift_html(settings: Settings, report_id: str) -> str:
    return _api(settings).drift_html()


def current_model() -> Model:
    return _model(scoring_api().settings)


def importance_of(model: Model) -> Importance:
    return _importance(scoring_api().settings, model.bundle_sha256)


def drift_html(report_id: str) -> str:
    return _drift_html(scoring_api().settings, report_id)


def connection() -> Connection:
    """How things stand with the API, asked at most every few seconds."""
    settings = scoring_api().settings
    try:
        state = Connection(_answers(settings), _model(settings), None)
    except ApiError as error:
        state = Connection(False, None, error)
    st.session_state[READY] = state.ready
    return state


def _answers(settings: Settings) -> bool:
    try:
        return _ready(settings)
    except ApiError:
        return False


def api_is_ready() -> bool:
    """What `connection` found in this run."""
    return bool(st.session_state.get(READY, False))


def forget_answers() -> None:
    """Ask the API afresh at the next run, decisions excepted."""
    _model.clear()
    _ready.clear()
    _importance.clear()


def opened(client_id: int, model: Model) -> Opened | None:
    """The client as opened in this session under this very model, if they were."""
    return _decisions().get((client_id, model.bundle_sha256))


def open_client(client_id: int) -> Opened:
    """Fetch a client and have them scored, both at once; a new recorded decision."""
    api = scoring_api()
    with ThreadPoolExecutor(max_workers=1) as pool:
        scoring = pool.submit(api.score, client_id)
        client = api.client(client_id)
        prediction = scoring.result()
    if prediction.bundle_sha256 != current_model().bundle_sha256:
        _model.clear()
    found = Opened(client, prediction)
    _keep((client_id, prediction.bundle_sha256), found)
    return found


def forget_decision(client_id: int) -> None:
    """Have a client scored again at the next look."""
    kept = _decisions()
    for key in [key for key in kept if key[0] == client_id]:
        del kept[key]


def _keep(key: tuple[int, str], found: Opened) -> None:
    kept = _decisions()
    kept[key] = found
    while len(kept) > DECISIONS_KEPT:
        del kept[next(iter(kept))]


def _decisions() -> MutableMapping[tuple[int, str], Opened]:
    kept = st.session_state.setdefault(DECISIONS, {})
    return cast(MutableMapping[tuple[int, str], Opened], kept)
