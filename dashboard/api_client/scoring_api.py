"""The one way to the scoring API: typed questions, typed answers, typed errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from http import HTTPStatus
from typing import TypeVar
from urllib.parse import quote

from api_client.answers import (
    Activation,
    Alert,
    AlertList,
    BatchAnswer,
    Beside,
    ClientAnswer,
    ClientDependence,
    ClientPage,
    Contest,
    ContestsAnswer,
    Counterfactual,
    CounterOffer,
    Declaration,
    DeclarationsAnswer,
    Distribution,
    DraftAnswer,
    EndedLogin,
    Evidence,
    EvidenceAnswer,
    History,
    Importance,
    Inspection,
    LoginAnswer,
    MissingAnswer,
    ModelAnswer,
    Note,
    NotesAnswer,
    OffersAnswer,
    PoliciesAnswer,
    PolicyAnswer,
    PolicyResults,
    PolicySummary,
    Prediction,
    ProblemAnswer,
    RecordsAnswer,
    RecordTable,
    Report,
    ReportEntry,
    ReportList,
    Review,
    Scatter,
    Scorecard,
    SegmentAnswer,
    SimilarClients,
    Simulation,
    Trial,
    WorkItem,
    WorkPage,
)
from api_client.errors import Conflict, LoggedOut, NonsenseAnswer
from api_client.meaning import ClientKey
from api_client.transport import READY, READY_SECONDS, Transport
from config import Settings

PREDICTIONS, WORK = "/v1/predictions", "/v1/work"
LOGIN = "/v1/login"
APPLICATIONS, POLICIES = "/v1/applications", "/v1/policies"
HISTORY = 20
# The API gives no more ids at once.
LONGEST_PAGE = 100
Told = TypeVar("Told", Prediction, Simulation)


@dataclass(frozen=True)
class Matches:
    """The first clients that were meant, how many there are, and if more follow.

    `references`: what the lender calls those of them that have a name.
    """

    client_ids: tuple[ClientKey, ...]
    total: int
    more: bool
    references: Mapping[ClientKey, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Raw:
    """An answer as it came: its status and its body."""

    status: int
    body: str


@dataclass(frozen=True)
class ScoringApi:
    """The API's questions. Each raises an ApiError when it gets no good answer."""

    transport: Transport

    @property
    def settings(self) -> Settings:
        return self.transport.settings

    def ready(self) -> bool:
        """Whether the API says it can serve now; asked once, never retried."""
        patience = min(READY_SECONDS, self.settings.timeout_seconds)
        response = self.transport.ask("GET", READY, timeout=patience)
        return response.status_code == HTTPStatus.OK

    def login_was_ended(self) -> bool:
        """Whether that of who asks was; LoggedOut comes of all that they ask then."""
        try:
            self.transport.get(LoginAnswer, LOGIN)
        except LoggedOut:
            return True
        return False

    def end_login(self) -> None:
        """Whoever has a copy of its cookie is logged out, too."""
        self.transport.post(EndedLogin, f"{LOGIN}/end", None)

    def model(self) -> ModelAnswer:
        return self.transport.get(ModelAnswer, "/v1/model")

    def importance(self) -> Importance:
        return self.transport.get(Importance, "/v1/model/importance")

    def inspection(self) -> Inspection:
        """NotFound where the bundle came without it."""
        return self.transport.get(Inspection, "/v1/model/inspection")

    def segment(
        self, filters: Sequence[Mapping[str, object]], threshold: float
    ) -> SegmentAnswer:
        """Refused where too few clients pass; NotFound without their risks."""
        body = {"filters": [dict(one) for one in filters], "threshold": threshold}
        return self.transport.post(SegmentAnswer, "/v1/model/segments", body)

    def scorecard(self) -> Scorecard:
        """NotFound where the model is none."""
        return self.transport.get(Scorecard, "/v1/model/scorecard")

    def model_card(self, language: str) -> str:
        """Markdown."""
        page = self.transport.page(f"/v1/model/card?lang={language}", "text/")
        return page.decode("utf-8", "replace")

    def search(
        self, most: int, prefix: str = "", suffix: str = "", reference: str = ""
    ) -> Matches:
        """Up to `most` clients whose number, or key as it is, begins and ends so.

        `reference`: the beginning of a word of what the lender calls them.
        """
        asked = {"prefix": prefix, "suffix": suffix, "reference": reference}
        params = {name: text for name, text in asked.items() if text}
        found: dict[ClientKey, str | None] = {}
        while True:
            params["limit"] = str(min(most - len(found), LONGEST_PAGE))
            page = self.transport.get(ClientPage, "/v1/clients", params)
            found |= {client.client_id: client.reference for client in page.clients}
            if page.next_cursor is None or len(found) >= most:
                names = {key: name for key, name in found.items() if name}
                more = page.next_cursor is not None
                return Matches(tuple(found), page.total, more, names)
            params["cursor"] = page.next_cursor

    def client(self, client_id: ClientKey) -> ClientAnswer:
        client = self.transport.get(ClientAnswer, _path(client_id))
        _same_client(client_id, client.client_id)
        return client

    def draft(self, client_id: str) -> DraftAnswer:
        return self.transport.get(DraftAnswer, _draft(client_id))

    def begin(self, content: Mapping[str, object]) -> DraftAnswer:
        """Have an application kept, as far as it is known."""
        return self.transport.post(DraftAnswer, APPLICATIONS, content)

    def change(self, draft: DraftAnswer, content: Mapping[str, object]) -> DraftAnswer:
        """Have `content` kept instead; Conflict when `draft` is not the newest."""
        body = {**content, "revision": draft.revision}
        return self.transport.put(DraftAnswer, _draft(draft.client_id), body)

    def missing(self, client_id: str) -> MissingAnswer:
        return self.transport.get(MissingAnswer, f"{_draft(client_id)}/missing")

    def score(self, client_id: ClientKey) -> Prediction:
        """A new decision for a known client; the API records it."""
        return self._predict(Prediction, client_id, {})

    def score_all(
        self, client_ids: Sequence[ClientKey]
    ) -> Sequence[Simulation | ProblemAnswer]:
        """New decisions with their reasons, or what is wrong, client by client."""
        asked = [{"client_id": client_id} for client_id in client_ids]
        body = {"predictions": asked, "explain": "reasons"}
        slots = self.transport.post(BatchAnswer, f"{PREDICTIONS}/batch", body)
        if len(slots.predictions) != len(client_ids):
            raise NonsenseAnswer(
                f"asked for {len(client_ids)} clients, answered for "
                f"{len(slots.predictions)}"
            )
        for client_id, slot in zip(client_ids, slots.predictions, strict=True):
            if isinstance(slot, Simulation):
                _same_client(client_id, slot.client_id)
        return slots.predictions

    def stored(self, prediction_id: str, client_id: ClientKey) -> Prediction:
        """A decision as it was made, with its reasons; Conflict when it has none."""
        path = f"/v1/predictions/{quote(prediction_id)}"
        prediction = self.transport.get(Prediction, path, {"explain": "true"})
        _same_client(client_id, prediction.client_id)
        return prediction

    def simulate(self, client_id: ClientKey, terms: Mapping[str, float]) -> Simulation:
        """What the model would say of a loan on other terms; no decision."""
        asked = {"terms": dict(terms), "explain": "reasons"}
        return self._predict(Simulation, client_id, asked)

    def counterfactual(
        self, prediction_id: str, terms: Sequence[str]
    ) -> Counterfactual:
        """The smallest change of `terms` that would turn a refusal."""
        path = f"/v1/predictions/{quote(prediction_id)}/counterfactual"
        return self.transport.post(Counterfactual, path, {"terms": list(terms)})

    def offers(self, client_id: ClientKey) -> OffersAnswer:
        """What could be offered; Conflict when the lender's prices are not known."""
        offers = self.transport.get(OffersAnswer, f"{_path(client_id)}/offers")
        _same_client(client_id, offers.client_id)
        return offers

    def offer(self, client_id: ClientKey, offer_id: str) -> CounterOffer:
        path = f"{_path(client_id)}/offers/{quote(offer_id)}"
        offer = self.transport.get(CounterOffer, path)
        _same_client(client_id, offer.client_id)
        return offer

    def make_offer(
        self,
        client_id: ClientKey,
        terms: Mapping[str, float],
        valid_until: str,
        reviewer: str,
    ) -> CounterOffer:
        """Put an offer on record, in place of the client's one before."""
        body = {"terms": dict(terms), "valid_until": valid_until, "reviewer": reviewer}
        path = f"{_path(client_id)}/offers"
        return self.transport.post(CounterOffer, path, body)

    def history(self, client_id: ClientKey) -> History:
        path = f"{_path(client_id)}/predictions"
        history = self.transport.get(History, path, {"limit": str(HISTORY)})
        _same_client(client_id, history.client_id)
        return history

    def records(self, client_id: ClientKey) -> Sequence[RecordTable]:
        records = self.transport.get(RecordsAnswer, f"{_path(client_id)}/records")
        _same_client(client_id, records.client_id)
        return records.tables

    def work(self, limit: int, view: Mapping[str, str], cursor: str = "") -> WorkPage:
        """A page of the work list; `view` as the API takes it."""
        params = {"limit": str(limit), **view}
        if cursor:
            params["cursor"] = cursor
        return self.transport.get(WorkPage, WORK, params)

    def beside(self, client_id: ClientKey, view: Mapping[str, str]) -> Beside | None:
        """Who is before and after a client that is on this part of the work list."""
        params = {"limit": "1", **view, "client_id": str(client_id)}
        return self.transport.get(WorkPage, WORK, params).beside

    def claim(self, client_id: ClientKey) -> WorkItem:
        """Work on a client alone, for a time; Conflict names who does."""
        return self.transport.post(WorkItem, f"{_work(client_id)}/claim", None)

    def release(self, client_id: ClientKey) -> WorkItem:
        return self.transport.post(WorkItem, f"{_work(client_id)}/release", None)

    def assign(self, client_id: ClientKey, name: str, sub: str) -> WorkItem:
        """Have the person of this login work on a client."""
        body = {"name": name, "sub": sub}
        return self.transport.post(WorkItem, f"{_work(client_id)}/assign", body)

    def evidence(self, client_id: ClientKey) -> Sequence[Evidence]:
        """Newest first."""
        found = self.transport.get(EvidenceAnswer, f"{_path(client_id)}/evidence")
        _same_client(client_id, found.client_id)
        return found.evidence

    def record_evidence(
        self, client_id: ClientKey, consulted: Mapping[str, object]
    ) -> Evidence:
        path = f"{_path(client_id)}/evidence"
        return self.transport.post(Evidence, path, dict(consulted))

    def declarations(self, client_id: ClientKey) -> Sequence[Declaration]:
        """Newest first: that one holds."""
        path = f"{_path(client_id)}/declarations"
        found = self.transport.get(DeclarationsAnswer, path)
        _same_client(client_id, found.client_id)
        return found.declarations

    def declare(
        self, client_id: ClientKey, declared: Mapping[str, object]
    ) -> Declaration:
        """All that is declared; it takes the place of what was before."""
        path = f"{_path(client_id)}/declarations"
        return self.transport.post(Declaration, path, dict(declared))

    def notes(self, client_id: ClientKey) -> Sequence[Note]:
        """Newest first."""
        notes = self.transport.get(NotesAnswer, f"{_path(client_id)}/notes")
        _same_client(client_id, notes.client_id)
        return notes.notes

    def note(self, client_id: ClientKey, text: str, author: str) -> Note:
        body = {"text": text, "author": author}
        return self.transport.post(Note, f"{_path(client_id)}/notes", body)

    def contests(self, client_id: ClientKey) -> Sequence[Contest]:
        """Newest first."""
        contests = self.transport.get(ContestsAnswer, f"{_path(client_id)}/contests")
        _same_client(client_id, contests.client_id)
        return contests.contests

    def contest(
        self, client_id: ClientKey, text: str, received_on: date, author: str
    ) -> Contest:
        """The applicant contests what stands; Conflict when one waits already."""
        body = {"text": text, "received_on": str(received_on), "author": author}
        return self.transport.post(Contest, f"{_path(client_id)}/contests", body)

    def review(
        self,
        prediction_id: str,
        decision: str,
        reason: str,
        reviewer: str,
        category: str = "",
        replaces: str = "",
    ) -> Review:
        """Record a person's decision, or the first of two signatures.

        Conflict when another one stands already, or with what a grant still needs.
        """
        body = {
            "decision": decision,
            "category": category or None,
            "reason": reason,
            "reviewer": reviewer,
            "replaces": replaces or None,
        }
        path = f"/v1/predictions/{quote(prediction_id)}/review"
        return self.transport.post(Review, path, body)

    def letter(self, client_id: ClientKey, language: str) -> bytes:
        """The letter on what stands for the client at this moment, a PDF."""
        standing = self.client(client_id).standing
        if standing is None:
            raise Conflict(f"nothing was decided on client {client_id}")
        path = f"/v1/predictions/{quote(standing.prediction_id)}/letter"
        return self.transport.page(f"{path}?lang={language}", "application/pdf")

    def similar(self, client_id: ClientKey) -> SimilarClients:
        similar = self.transport.get(SimilarClients, f"{_path(client_id)}/similar")
        _same_client(client_id, similar.client_id)
        return similar

    def dependence(self, feature: str, client_id: ClientKey) -> ClientDependence:
        params = {"feature": feature}
        path = f"{_path(client_id)}/dependence"
        found = self.transport.get(ClientDependence, path, params)
        _same_client(client_id, found.client_id)
        return found

    def distribution(
        self, feature: str, client_id: ClientKey | None = None
    ) -> Distribution:
        """With where this client is, for an officer."""
        path = f"/v1/features/{quote(feature)}/distribution"
        params = {} if client_id is None else {"client_id": str(client_id)}
        return self.transport.get(Distribution, path, params)

    def scatter(self, feature: str, other: str, client_id: ClientKey) -> Scatter:
        path = f"/v1/features/{quote(feature)}/scatter"
        params = {"with": other, "client_id": str(client_id)}
        return self.transport.get(Scatter, path, params)

    def reports(self, kind: str, limit: int) -> Sequence[ReportEntry]:
        """The reports of a kind, newest first."""
        params = {"kind": kind, "limit": str(limit)}
        return self.transport.get(ReportList, "/v1/monitoring/reports", params).reports

    def latest_report(self, kind: str) -> Report:
        return self.transport.get(
            Report, "/v1/monitoring/reports/latest", {"kind": kind}
        )

    def report(self, report_id: str) -> Report:
        return self.transport.get(Report, f"/v1/monitoring/reports/{quote(report_id)}")

    def has_page(self, report_id: str) -> bool:
        """Whether `report_html` has anything to give."""
        response = self.transport.ask("HEAD", _page(report_id))
        return response.status_code == HTTPStatus.OK

    def report_html(self, report_id: str) -> bytes:
        return self.transport.page(_page(report_id), "text/html")

    def alerts(self, status: str) -> Sequence[Alert]:
        """Alerts of the status open, closed or all, the most severe first."""
        return self.transport.get(AlertList, "/v1/alerts", {"status": status}).alerts

    def acknowledge(self, alert_id: str, by: str, note: str) -> Alert:
        path = f"/v1/alerts/{quote(alert_id)}/acknowledge"
        return self.transport.post(Alert, path, {"by": by, "note": note})

    def policies(self) -> Sequence[PolicySummary]:
        """Newest first; the built-in one is last."""
        return self.transport.get(PoliciesAnswer, POLICIES).policies

    def policy(self, sha256: str) -> PolicyAnswer:
        policy = self.transport.get(PolicyAnswer, _policy(sha256))
        if policy.sha256 != sha256:
            raise NonsenseAnswer(f"asked for policy {sha256}, got {policy.sha256}")
        return policy

    def policy_results(self, sha256: str) -> PolicyResults:
        return self.transport.get(PolicyResults, f"{_policy(sha256)}/results")

    def try_policy(self, sha256: str, last: int) -> Trial:
        """What it would have recommended in so many of the last decisions."""
        path, params = f"{_policy(sha256)}/trial", {"last": str(last)}
        return self.transport.get(Trial, path, params)

    def add_policy(self, file: bytes) -> PolicySummary:
        """Refused names what is wrong with the file, by line and rule."""
        return self.transport.post(PolicySummary, POLICIES, file)

    def activate_policy(self, sha256: str) -> Activation:
        """Conflict where another person has to."""
        return self.transport.post(Activation, f"{_policy(sha256)}/activate", None)

    def raw(self, method: str, path: str, body: object = None) -> Raw:
        """An answer as it is, whatever its status."""
        response = self.transport.ask(method, path, body=body)
        return Raw(response.status_code, response.text)

    def _predict(
        self, kind: type[Told], client_id: ClientKey, more: Mapping[str, object]
    ) -> Told:
        body = {"client_id": client_id, **more}
        prediction = self.transport.post(kind, PREDICTIONS, body)
        _same_client(client_id, prediction.client_id)
        return prediction


def _draft(client_id: str) -> str:
    return f"{APPLICATIONS}/{quote(client_id, safe='')}"


def _policy(sha256: str) -> str:
    return f"{POLICIES}/{quote(sha256, safe='')}"


def _page(report_id: str) -> str:
    return f"/v1/monitoring/reports/{quote(report_id)}/html"


def _path(client_id: ClientKey) -> str:
    return f"/v1/clients/{quote(str(client_id), safe='')}"


def _work(client_id: ClientKey) -> str:
    return f"{WORK}/{quote(str(client_id), safe='')}"


def _same_client(requested: ClientKey, answered: ClientKey | None) -> None:
    if requested != answered:
        raise NonsenseAnswer(f"asked for client {requested}, answered for {answered}")
