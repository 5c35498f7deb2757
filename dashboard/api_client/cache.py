"""What the pages ask for, fetched once: shared answers cached, decisions per session.

Answers are frozen, so the caches hand out the very same object to every session whose
person has the same roles.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any, TypeVar, cast
from weakref import WeakValueDictionary

import requests
import streamlit as st

from api_client.answers import (
    ClientAnswer,
    ClientDependence,
    Counterfactual,
    CounterOffer,
    Distribution,
    Importance,
    Inspection,
    ModelAnswer,
    OffersAnswer,
    PolicyAnswer,
    PolicyResults,
    Prediction,
    Scatter,
    Scorecard,
    SegmentAnswer,
    SimilarClients,
    Simulation,
    Standing,
)
from api_client.errors import (
    ApiError,
    Conflict,
    NonsenseAnswer,
    NotDecided,
    WithoutReasons,
)
from api_client.meaning import ClientKey, is_draft
from api_client.scoring_api import ScoringApi
from api_client.transport import Transport, connections
from config import Settings, settings
from session.user import asker

MODEL_SECONDS = 60
RESULTS_SECONDS = 60
READY_SECONDS = LOGIN_SECONDS = 10
CLIENTS_KEPT, ANSWERS_KEPT = 20, 50
ANSWERS = "answers_of_this_session"
OPENED, READY = "opened_clients", "api_is_ready"
Kept = TypeVar("Kept")


@dataclass(frozen=True)
class OpenedClient:
    """A client on the screen, the decision that stands, and the model's newest one.

    `offer`: the counter-offer that stands, if one does.
    """

    client: ClientAnswer
    standing: Standing
    prediction: Prediction
    offer: CounterOffer | None = None


@dataclass(frozen=True)
class Connection:
    """Whether the API serves now, the model it serves, or what stands in the way."""

    ready: bool
    model: ModelAnswer | None
    error: ApiError | None


@st.cache_resource(show_spinner=False, max_entries=4)
def _connections(to: Settings) -> requests.Session:
    return connections(to)


def scoring_api() -> ScoringApi:
    """The API client of this session's person; raises ConfigError."""
    return ScoringApi(Transport(settings(), _connections(settings()), asker()))


def _for_roles(api: ScoringApi) -> tuple[Settings, tuple[str, ...]]:
    """Whoever has the same roles is answered the same, and nobody else."""
    return api.settings, api.transport.asker.roles


SHARED: dict[str | type[Any], Callable[[Any], Any]] = {ScoringApi: _for_roles}


@st.cache_resource(
    show_spinner=False, ttl=MODEL_SECONDS, max_entries=4, hash_funcs=SHARED
)
def _model(api: ScoringApi) -> ModelAnswer:
    return api.model()


@st.cache_resource(
    show_spinner=False, ttl=READY_SECONDS, max_entries=4, hash_funcs=SHARED
)
def _ready(api: ScoringApi) -> bool:
    return api.ready()


@st.cache_resource(show_spinner=False, max_entries=4, hash_funcs=SHARED)
def _importance(api: ScoringApi, bundle_sha256: str) -> Importance:
    return api.importance()


@st.cache_resource(show_spinner=False, max_entries=4, hash_funcs=SHARED)
def _inspection(api: ScoringApi, bundle_sha256: str) -> Inspection:
    return api.inspection()


@st.cache_resource(show_spinner=False, max_entries=200, hash_funcs=SHARED)
def _segment(
    api: ScoringApi, bundle_sha256: str, filters: str, threshold: float
) -> SegmentAnswer:
    return api.segment(json.loads(filters), threshold)


@st.cache_resource(show_spinner=False, max_entries=200, hash_funcs=SHARED)
def _dependence(
    api: ScoringApi, bundle_sha256: str, feature: str, client_id: ClientKey
) -> ClientDependence:
    return api.dependence(feature, client_id)


@st.cache_resource(show_spinner=False, max_entries=4, hash_funcs=SHARED)
def _scorecard(api: ScoringApi, bundle_sha256: str) -> Scorecard:
    return api.scorecard()


@st.cache_resource(show_spinner=False, max_entries=4, hash_funcs=SHARED)
def _model_card(api: ScoringApi, bundle_sha256: str, language: str) -> str:
    return api.model_card(language)


@st.cache_resource(show_spinner=False, max_entries=500, hash_funcs=SHARED)
def _distribution(
    api: ScoringApi, bundle_sha256: str, feature: str, client_id: ClientKey | None
) -> Distribution:
    return api.distribution(feature, client_id)


@st.cache_resource(show_spinner=False, max_entries=200, hash_funcs=SHARED)
def _scatter(
    api: ScoringApi, bundle_sha256: str, feature: str, other: str, client_id: ClientKey
) -> Scatter:
    return api.scatter(feature, other, client_id)


@st.cache_resource(show_spinner=False, max_entries=200, hash_funcs=SHARED)
def _similar(
    api: ScoringApi, bundle_sha256: str, client_id: ClientKey
) -> SimilarClients:
    return api.similar(client_id)


@st.cache_resource(show_spinner=False, max_entries=20, hash_funcs=SHARED)
def _policy(api: ScoringApi, sha256: str) -> PolicyAnswer:
    return api.policy(sha256)


@st.cache_resource(
    show_spinner=False, ttl=RESULTS_SECONDS, max_entries=20, hash_funcs=SHARED
)
def _policy_results(api: ScoringApi, sha256: str) -> PolicyResults:
    return api.policy_results(sha256)


def policy_of(sha256: str) -> PolicyAnswer:
    """Its rules never change; what is known of its life is asked for with the list."""
    return _policy(scoring_api(), sha256)


def policy_results_of(sha256: str) -> PolicyResults:
    return _policy_results(scoring_api(), sha256)


def current_model() -> ModelAnswer:
    return _model(scoring_api())


def importance_of(model: ModelAnswer) -> Importance:
    return _importance(scoring_api(), model.bundle_sha256)


def inspection_of(model: ModelAnswer) -> Inspection:
    return _inspection(scoring_api(), model.bundle_sha256)


def segment_of(
    model: ModelAnswer, filters: Sequence[Mapping[str, object]], threshold: float
) -> SegmentAnswer:
    """How good the model is for those of its sample who pass all filters."""
    asked = json.dumps(filters)
    return _segment(scoring_api(), model.bundle_sha256, asked, threshold)


def dependence_of(
    feature: str, client_id: ClientKey, model: ModelAnswer
) -> ClientDependence:
    return _dependence(scoring_api(), model.bundle_sha256, feature, client_id)


def spread_of(feature: str, model: ModelAnswer) -> Distribution:
    """How all clients are spread over a fact."""
    return _distribution(scoring_api(), model.bundle_sha256, feature, None)


def scorecard_of(model: ModelAnswer) -> Scorecard:
    return _scorecard(scoring_api(), model.bundle_sha256)


def model_card_of(model: ModelAnswer, language: str) -> str:
    return _model_card(scoring_api(), model.bundle_sha256, language)


def distribution_of(feature: str, opened: OpenedClient) -> Distribution:
    bundle = current_model().bundle_sha256
    return _distribution(scoring_api(), bundle, feature, opened.client.client_id)


def scatter_of(feature: str, other: str, opened: OpenedClient) -> Scatter:
    bundle = current_model().bundle_sha256
    return _scatter(scoring_api(), bundle, feature, other, opened.client.client_id)


def similar_to(opened: OpenedClient) -> SimilarClients:
    bundle = current_model().bundle_sha256
    return _similar(scoring_api(), bundle, opened.client.client_id)


def connection() -> Connection:
    """How things stand with the API, asked at most every few seconds."""
    api = scoring_api()
    try:
        state = Connection(_answers(api), _model(api), None)
    except ApiError as error:
        state = Connection(False, None, error)
    st.session_state[READY] = state.ready
    return state


def _answers(api: ScoringApi) -> bool:
    try:
        return _ready(api)
    except ApiError:
        return False


@st.cache_resource(show_spinner=False, ttl=LOGIN_SECONDS, max_entries=1000)
def _login_was_ended(login: str, _api: ScoringApi) -> bool:
    return _api.login_was_ended()


def login_was_ended(login: str | None) -> bool:
    """Asked at most every few seconds; of an API that is down the page tells."""
    try:
        return login is not None and _login_was_ended(login, scoring_api())
    except ApiError:
        return False


def end_login() -> None:
    """That of this session's person, wherever it is used; raises DashboardError."""
    scoring_api().end_login()
    _login_was_ended.clear()


def api_is_ready() -> bool:
    """What `connection` found in this run."""
    return bool(st.session_state.get(READY, False))


def forget_answers() -> None:
    """Ask the API afresh at the next run, decisions excepted."""
    _model.clear()
    _ready.clear()
    _importance.clear()
    _scorecard.clear()
    _inspection.clear()
    _model_card.clear()
    _policy_results.clear()
    _login_was_ended.clear()


def last_seen(client_id: ClientKey) -> OpenedClient | None:
    """The client as this session saw them last."""
    return _opened().get(client_id)


def open_client(client_id: ClientKey, made: Prediction | None = None) -> OpenedClient:
    """Fetch a client with what stands; decided on only when nothing does.

    `made`: a decision of this moment, which is not asked for again. Raises
    WithoutReasons when those of the newest decision cannot be had any more, and
    NotDecided of an application that is being entered.
    """
    earlier = last_seen(client_id)
    if earlier and not api_is_ready():
        return earlier
    api = scoring_api()
    with _deciding(client_id):
        client = api.client(client_id)
        if client.standing is None and is_draft(client_id):
            raise NotDecided(f"application {client_id} is not decided on")
        if client.standing is None:
            made = _decide(client_id)
            client = api.client(client_id)
    if client.standing is None:
        raise NonsenseAnswer(f"client {client_id} was scored, and nothing stands")
    try:
        prediction = _newest(client_id, client.standing, made)
    except Conflict as error:
        raise WithoutReasons(client.standing) from error
    offer = _offer(client)
    opened = OpenedClient(client, client.standing, prediction, offer)
    _keep(client_id, opened)
    return opened


def score_again(client_id: ClientKey, newest: str = "") -> Prediction | None:
    """Have a client decided on, where `newest` is the newest decision, or none is.

    Of sessions and clicks that ask for it at once, one makes it; None for the others.
    """
    with _deciding(client_id):
        standing = scoring_api().client(client_id).standing
        if newest != (standing.latest.prediction_id if standing else ""):
            return None
        return _decide(client_id)


def _decide(client_id: ClientKey) -> Prediction:
    prediction = scoring_api().score(client_id)
    if prediction.model.bundle_sha256 != current_model().bundle_sha256:
        _model.clear()
    return prediction


def _newest(
    client_id: ClientKey, standing: Standing, made: Prediction | None
) -> Prediction:
    """The newest prediction, fetched once: a stored one never changes."""
    newest, earlier = standing.latest.prediction_id, last_seen(client_id)
    for known in (made, earlier.prediction if earlier else None):
        if known is not None and known.prediction_id == newest:
            return known
    return scoring_api().stored(newest, client_id)


@st.cache_resource
def _locks() -> WeakValueDictionary[ClientKey, Lock]:
    return WeakValueDictionary()


def _deciding(client_id: ClientKey) -> Lock:
    """One at a time decides whether a client is to be scored."""
    return _locks().setdefault(client_id, Lock())


def simulated(opened: OpenedClient, terms: Mapping[str, float]) -> Simulation:
    """What the model says of these terms; asked once per session and decision."""
    key = ("simulation", _decision(opened), tuple(sorted(terms.items())))
    return _once(key, lambda: scoring_api().simulate(opened.client.client_id, terms))


def offers_to(opened: OpenedClient) -> OffersAnswer:
    """What could be offered at the lender's prices; asked as `simulated` is."""
    key = ("offers", _decision(opened))
    return _once(key, lambda: scoring_api().offers(opened.client.client_id))


def way_through(opened: OpenedClient, terms: tuple[str, ...]) -> Counterfactual:
    """The smallest change of these terms that would be granted; asked likewise."""
    decision = _decision(opened)
    key = ("way", decision, terms)
    return _once(key, lambda: scoring_api().counterfactual(decision, terms))


def _offer(client: ClientAnswer) -> CounterOffer | None:
    """An offer that was made never changes."""
    client_id, offer_id = client.client_id, client.offer_id
    if offer_id is None:
        return None
    key = ("offer", offer_id)
    return _once(key, lambda: scoring_api().offer(client_id, offer_id))


def _decision(opened: OpenedClient) -> str:
    return opened.prediction.prediction_id


def _once(key: tuple[object, ...], ask: Callable[[], Kept]) -> Kept:
    """Asked once in this session, until others have taken its place."""
    answers = st.session_state.setdefault(ANSWERS, {})
    if key not in answers:
        answers[key] = ask()
        _trim(answers, ANSWERS_KEPT)
    return cast(Kept, answers[key])


def _keep(client_id: ClientKey, opened: OpenedClient) -> None:
    clients = _opened()
    clients[client_id] = opened
    _trim(clients, CLIENTS_KEPT)


def _trim(entries: MutableMapping[Any, Any], most: int) -> None:
    while len(entries) > most:
        del entries[next(iter(entries))]


def _opened() -> MutableMapping[ClientKey, OpenedClient]:
    clients = st.session_state.setdefault(OPENED, {})
    return cast(MutableMapping[ClientKey, OpenedClient], clients)
