"""What the pages ask for, fetched once: shared answers cached, decisions per session.

Answers are frozen, so the caches hand out the very same object to every session.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, cast

import streamlit as st

from answers import Client, Prediction
from comparison_answers import Distribution, Scatter, Similar
from config import Settings, read_settings
from decision_answers import Review
from errors import ApiError
from importance_answers import Importance
from model_answers import Model
from scoring_api import ScoringApi
from transport import connect

MODEL_SECONDS = 60
READY_SECONDS = 10
DECISIONS_KEPT, SIMULATIONS_KEPT = 20, 50
LETTERS_KEPT = 4
SIMULATIONS, LETTERS = "simulations", "letters"
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
    return ScoringApi(connect(settings))


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


@st.cache_resource(show_spinner=False, max_entries=4)
def _model_card(settings: Settings, bundle_sha256: str) -> str:
    return _api(settings).model_card()


@st.cache_resource(show_spinner=False, max_entries=4)
def _report_html(settings: Settings, kind: str, report_id: str) -> str:
    return _api(settings).latest_report_html(kind)


@st.cache_resource(show_spinner=False, max_entries=500)
def _distribution(
    settings: Settings, bundle_sha256: str, feature: str, client_id: int
) -> Distribution:
    return _api(settings).distribution(feature, client_id)


@st.cache_resource(show_spinner=False, max_entries=200)
def _scatter(
    settings: Settings, bundle_sha256: str, feature: str, other: str, client_id: int
) -> Scatter:
    return _api(settings).scatter(feature, other, client_id)


@st.cache_resource(show_spinner=False, max_entries=200)
def _similar(settings: Settings, bundle_sha256: str, client_id: int) -> Similar:
    return _api(settings).similar(client_id)


def current_model() -> Model:
    return _model(scoring_api().settings)


def importance_of(model: Model) -> Importance:
    return _importance(scoring_api().settings, model.bundle_sha256)


def model_card_of(model: Model) -> str:
    return _model_card(scoring_api().settings, model.bundle_sha256)


def report_html(kind: str, report_id: str) -> str:
    return _report_html(scoring_api().settings, kind, report_id)


def distribution_of(feature: str, found: Opened) -> Distribution:
    settings, bundle = scoring_api().settings, found.prediction.bundle_sha256
    return _distribution(settings, bundle, feature, found.client.client_id)


def scatter_of(feature: str, other: str, found: Opened) -> Scatter:
    settings, bundle = scoring_api().settings, found.prediction.bundle_sha256
    return _scatter(settings, bundle, feature, other, found.client.client_id)


def similar_to(found: Opened) -> Similar:
    settings, bundle = scoring_api().settings, found.prediction.bundle_sha256
    return _similar(settings, bundle, found.client.client_id)


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
    _model_card.clear()


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


def simulated(found: Opened, changes: Mapping[str, float]) -> Prediction:
    """What the model says of these changes; asked once per session and decision."""
    key = (found.prediction.prediction_id, tuple(sorted(changes.items())))
    kept = st.session_state.setdefault(SIMULATIONS, {})
    if key not in kept:
        kept[key] = scoring_api().simulate(found.client.client_id, changes)
        _trim(kept, SIMULATIONS_KEPT)
    return cast(Prediction, kept[key])


def letter_of(found: Opened, language: str, standing: Review | None) -> bytes:
    """The letter on the decision that holds now; written once per review."""
    review = standing.review_id if standing else ""
    key = (found.prediction.prediction_id, review, language)
    kept = st.session_state.setdefault(LETTERS, {})
    if key not in kept:
        kept[key] = scoring_api().letter(found.prediction.prediction_id, language)
        _trim(kept, LETTERS_KEPT)
    return cast(bytes, kept[key])


def forget_decision(client_id: int) -> None:
    """Have a client scored again at the next look."""
    kept = _decisions()
    for key in [key for key in kept if key[0] == client_id]:
        del kept[key]


def _keep(key: tuple[int, str], found: Opened) -> None:
    kept = _decisions()
    kept[key] = found
    _trim(kept, DECISIONS_KEPT)


def _trim(kept: MutableMapping[Any, Any], most: int) -> None:
    while len(kept) > most:
        del kept[next(iter(kept))]


def _decisions() -> MutableMapping[tuple[int, str], Opened]:
    kept = st.session_state.setdefault(DECISIONS, {})
    return cast(MutableMapping[tuple[int, str], Opened], kept)
