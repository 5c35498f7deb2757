"""Through the dashboard nobody gets more of the API than their own roles allow."""

from __future__ import annotations

import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from urllib.parse import urlsplit

import pytest
import requests
import streamlit as st

from api import create_app
from api.http import openapi
from api.http.operations import Operation
from api.store.policies import built_in, built_in_content
from tests.conftest import ROOT, Served
from tests.contract.http import some_clients

sys.path.insert(0, str(ROOT / "dashboard"))

from api_client import cache  # noqa: E402
from api_client.answers import DraftAnswer
from api_client.errors import ApiError, Forbidden, NoDelegate
from api_client.scoring_api import ScoringApi  # noqa: E402
from api_client.transport import Transport, connections  # noqa: E402
from components.example_requests import EXAMPLES  # noqa: E402
from config import Settings  # noqa: E402
from session import user
from session.user import ADMIN, ANALYST, OFFICER, Person  # noqa: E402

pytestmark = pytest.mark.xdist_group("house")
PEOPLE = [set(), {OFFICER}, {ANALYST}, {OFFICER, ANALYST}, {ADMIN}]
each_person = pytest.mark.parametrize(
    "roles", PEOPLE, ids=["nobody", "officer", "analyst", "both", "admin"]
)
# What a page asks only for some of those who see it, or is asked by hand.
NOT_FOR_ALL = {"raw", "activate_policy", "assign", "dependence"}
CONSULTED = {"kind": "income", "source": "Pay slip", "result": "confirmed"}
CONSULTED |= {"consulted_at": "2026-11-02", "author": "Zoë"}
DECLARED = {"monthly_income": 2100.0, "author": "Zoë"}
BUILT_IN, NEUTRAL = built_in(), built_in_content()
UNKNOWN, NOBODY = str(uuid.UUID(int=7)), 7
DRAFT = DraftAnswer.model_construct(client_id="new-0000000000", revision=1)
FEATURE, OTHER = "EXT_SOURCE_MEAN", "AMT_CREDIT"
# Who is shown a page, and what it asks; what would change something names nothing.
Ask = Callable[[ScoringApi, int], object]
PAGES: dict[str, tuple[set[str], dict[str, Ask]]] = {
    "work_list": (
        {OFFICER},
        {
            "work": lambda api, _: api.work(5, {"state": "open"}),
            "beside": lambda api, client: api.beside(client, {}),
            "claim": lambda api, _: api.claim(NOBODY),
            "release": lambda api, _: api.release(NOBODY),
            "assign": lambda api, _: api.assign(NOBODY, "Bo", "8"),
        },
    ),
    "file": ({OFFICER}, {"records": lambda api, client: api.records(client)}),
    "client": (
        {OFFICER},
        {
            "search": lambda api, client: api.search(5, prefix=str(client)),
            "client": lambda api, client: api.client(client),
            "offer": lambda api, client: api.offer(client, UNKNOWN),
            "score": lambda api, client: api.score(client),
            "stored": lambda api, client: api.stored(UNKNOWN, client),
            "history": lambda api, client: api.history(client),
        },
    ),
    "across": ({OFFICER}, {"contests": lambda api, client: api.contests(client)}),
    "compare": (
        {OFFICER},
        {
            "similar": lambda api, client: api.similar(client),
            "distribution": lambda api, client: api.distribution(FEATURE, client),
            "scatter": lambda api, client: api.scatter(FEATURE, OTHER, client),
        },
    ),
    "simulate": (
        {OFFICER},
        {
            "simulate": lambda api, client: api.simulate(client, {"amount": 1e5}),
            "offers": lambda api, client: api.offers(client),
            "make_offer": lambda api, client: api.make_offer(
                client, {"amount": 50_000.0}, "2999-01-01", "Zoë"
            ),
            "counterfactual": lambda api, _: api.counterfactual(UNKNOWN, ["amount"]),
        },
    ),
    "score_list": (
        {OFFICER},
        {"score_all": lambda api, client: api.score_all([client])},
    ),
    "new_application": (
        {OFFICER},
        {
            "begin": lambda api, _: api.begin({}),
            "draft": lambda api, _: api.draft(DRAFT.client_id),
            "change": lambda api, _: api.change(DRAFT, {}),
            "missing": lambda api, _: api.missing(DRAFT.client_id),
        },
    ),
    "decide": (
        {OFFICER},
        {
            "letter": lambda api, client: api.letter(client, "en"),
            "notes": lambda api, client: api.notes(client),
            "note": lambda api, _: api.note(NOBODY, "Seen", "Zoë"),
            "evidence": lambda api, client: api.evidence(client),
            "record_evidence": lambda api, _: api.record_evidence(NOBODY, CONSULTED),
            "declarations": lambda api, client: api.declarations(client),
            "declare": lambda api, _: api.declare(NOBODY, DECLARED),
            "contests": lambda api, client: api.contests(client),
            "contest": lambda api, _: api.contest(NOBODY, "No", date.today(), "Zoë"),
            "review": lambda api, _: api.review(UNKNOWN, "granted", "Seen", "Zoë"),
        },
    ),
    "model": (
        {OFFICER, ANALYST},
        {
            "model": lambda api, _: api.model(),
            "login_was_ended": lambda api, _: api.login_was_ended(),
            "end_login": lambda api, _: api.end_login(),
            "importance": lambda api, _: api.importance(),
            "inspection": lambda api, _: api.inspection(),
            "segment": lambda api, _: api.segment([], 0.1),
            "dependence": lambda api, client: api.dependence(FEATURE, client),
            "scorecard": lambda api, _: api.scorecard(),
            "model_card": lambda api, _: api.model_card("fr"),
        },
    ),
    "policy": (
        {ANALYST, ADMIN},
        {
            "policies": lambda api, _: api.policies(),
            "policy": lambda api, _: api.policy(BUILT_IN),
            "policy_results": lambda api, _: api.policy_results(BUILT_IN),
            "try_policy": lambda api, _: api.try_policy(BUILT_IN, 5),
            "add_policy": lambda api, _: api.add_policy(NEUTRAL),
            "activate_policy": lambda api, _: api.activate_policy("f" * 64),
        },
    ),
    "drift": (
        {ANALYST},
        {
            "latest_report": lambda api, _: api.latest_report("train_test"),
            "has_page": lambda api, _: api.has_page(UNKNOWN),
            "report_html": lambda api, _: api.report_html(UNKNOWN),
            "reports": lambda api, _: api.reports("production", 5),
            "report": lambda api, _: api.report(UNKNOWN),
        },
    ),
    "alerts": (
        {ANALYST},
        {
            "alerts": lambda api, _: api.alerts("all"),
            "acknowledge": lambda api, _: api.acknowledge(UNKNOWN, "Zoë", ""),
        },
    ),
    "interface": (
        {ANALYST},
        {
            "ready": lambda api, _: api.ready(),
            "raw": lambda api, client: api.raw("GET", f"/v1/clients/{client}"),
        },
    ),
}


@dataclass
class Dashboard:
    """The dashboard's client as each person has it, on one pool of connections."""

    settings: Settings
    session: requests.Session = field(init=False)
    answered: list[requests.Response] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.session = connections(self.settings)
        self.session.hooks["response"].append(self._note)

    def of(self, roles: set[str], sub: str | None = "7") -> ScoringApi:
        person = Person("Zoë", frozenset(roles), sub)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(user, "person", lambda: person)
            asker = user.asker()
        return ScoringApi(Transport(self.settings, self.session, asker))

    def answers(self, ask: Callable[[], object]) -> list[tuple[Operation, str, int]]:
        """Of each answer to `ask`: its route, its question's query and its status."""
        self.answered.clear()
        with suppress(ApiError):
            ask()
        found = []
        for response in self.answered:
            parts = urlsplit(response.request.url or "")
            operation = declared(str(response.request.method), str(parts.path))
            found.append((operation, str(parts.query), response.status_code))
        return found

    def _note(self, response: requests.Response, **_: object) -> None:
        self.answered.append(response)


APP = create_app()


def declared(method: str, path: str) -> Operation:
    endpoint, _ = APP.url_map.bind("").match(path, method)
    operation: Operation = APP.view_functions[endpoint].__dict__["operation"]
    return operation


def allowed(operation: Operation, query: str, roles: set[str]) -> bool:
    has = {"officer", "scoring"} if OFFICER in roles else set()
    has |= roles & {ANALYST, ADMIN}
    if not operation.roles:
        # Nobody's but an officer's where any key may ask.
        return "client_id=" not in query or OFFICER in has
    return bool(operation.roles & has)


@pytest.fixture(scope="module")
def dashboard(served: Served) -> Iterator[Dashboard]:
    made = Dashboard(Settings(served.url, served.dashboard_key, 30, "EUR"))
    yield made
    made.session.close()


@pytest.fixture(scope="module")
def client(served: Served) -> int:
    return some_clients(served, 1)[0]


def test_every_question_of_the_client_is_some_page_s() -> None:
    asked = {name for _, asks in PAGES.values() for name in asks}
    offered = {n for n, one in vars(ScoringApi).items() if callable(one)}
    assert asked == {name for name in offered if not name.startswith("_")}
    assert PAGES.keys() == {
        path.stem for path in ROOT.glob("dashboard/screens/[a-z]*.py")
    }


@each_person
def test_a_person_gets_of_each_page_what_the_routes_declare(
    dashboard: Dashboard, client: int, roles: set[str]
) -> None:
    api = dashboard.of(roles)
    for page, (shown, asks) in PAGES.items():
        for name, ask in asks.items():
            answers = dashboard.answers(partial(ask, api, client))
            assert answers, name
            for operation, query, status in answers:
                may = allowed(operation, query, roles)
                let_in = (200, 201, 404, 409)
                assert status in (let_in if may else (403,)), (page, name)
                for_all = name not in NOT_FOR_ALL
                assert may or not for_all or not shown & roles, (page, name)


@each_person
def test_a_path_typed_by_hand_gets_what_its_route_declares(
    dashboard: Dashboard, roles: set[str]
) -> None:
    api = dashboard.of(roles)
    for rule, operation in openapi.operations(APP):
        path = APP.url_map.bind("").build(rule.endpoint, operation.path_examples)
        (method,) = (rule.methods or set()) - {"HEAD", "OPTIONS"}
        status = api.raw(method, str(path)).status
        assert (status == 403) == (not allowed(operation, "", roles)), path


def test_each_example_names_the_role_that_its_route_declares() -> None:
    for example in EXAMPLES.values():
        operation = declared(example.method, urlsplit(example.path).path)
        assert (operation.roles or set()) == {example.role} - {""}


def test_a_kept_answer_is_for_people_of_the_same_roles_alone(
    dashboard: Dashboard, client: int
) -> None:
    st.cache_resource.clear()
    officer, analyst = dashboard.of({OFFICER}), dashboard.of({ANALYST})
    first = cache._distribution(officer, "bundle", FEATURE, client)
    with pytest.raises(Forbidden):
        cache._distribution(analyst, "bundle", FEATURE, client)
    dashboard.answered.clear()
    other = dashboard.of({OFFICER}, sub="8")
    assert cache._distribution(other, "bundle", FEATURE, client) is first
    assert not dashboard.answered


def test_a_key_that_is_no_delegate_serves_nobody(served: Served) -> None:
    dashboard = Dashboard(Settings(served.url, served.key, 30, "EUR"))
    with closing(dashboard.session):
        for sub in ("7", None):
            with pytest.raises(NoDelegate):
                dashboard.of({OFFICER}, sub=sub).model()
