"""A client of the scoring API for Python programs: copy this file, it needs requests.

Answers are the API's own, typed as dictionaries.

client = ScoringClient("https://scoring.bank.example", key)
decision = client.decide(100001)
if decision["decision"] == "refused":
    print(decision["reasons"][0]["text"])
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Literal, NotRequired, TypeAlias, TypedDict
from urllib.parse import quote

import requests
from requests.adapters import HTTPAdapter
from requests.exceptions import ChunkedEncodingError
from urllib3.util import Retry

# The lender's: an integer, or a text.
ClientKey: TypeAlias = int | str
# With the list of features, with reasons and groups of features alone, or neither.
Explain: TypeAlias = bool | Literal["reasons"]
# Asked again, when the API says, with the same Idempotency-Key, so nothing is decided
# twice: not now, no connection, or no answer in time.
RETRY = Retry(
    3,
    allowed_methods=None,
    status_forcelist=(429, 503),
    backoff_factor=1,
    raise_on_status=False,
)


class ScoringError(Exception):
    """The API refused; `errors` names each bad field by its JSON pointer."""

    def __init__(self, problem: ProblemAnswer, request_id: str) -> None:
        super().__init__(f"{problem['status']} {problem['title']}: {problem['detail']}")
        self.status: int = problem["status"]
        self.errors: dict[str, str] = {
            one["path"]: one["detail"] for one in problem.get("errors", [])
        }
        self.request_id = request_id


class ScoringClient:
    """One API and one key; keeps its connection, for one thread."""

    def __init__(self, url: str, key: str, timeout: float = 10.0) -> None:
        self._url = url.rstrip("/")
        self._timeout = timeout
        self._session = requests.Session()
        self._session.mount(self._url, HTTPAdapter(max_retries=RETRY))
        self._session.headers["Authorization"] = f"Bearer {key}"

    def decide(self, client_id: ClientKey, explain: Explain = True) -> Prediction:
        """Decide on a known client's own application."""
        return self._predict({"client_id": client_id, "explain": explain})

    def what_if(self, client_id: ClientKey, changes: Mapping[str, Any]) -> Prediction:
        """Simulate it with some columns changed."""
        return self._predict({"client_id": client_id, "changes": dict(changes)})

    def on_terms(self, client_id: ClientKey, terms: Mapping[str, float]) -> Prediction:
        """Simulate it on other terms: `amount`, `instalments`, `down_payment`,
        `yearly_rate`. The answer's `terms` are the whole offer.
        """
        return self._predict({"client_id": client_id, "terms": dict(terms)})

    def decide_on(
        self,
        application: Mapping[str, Any],
        history: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
    ) -> Prediction:
        """Decide on a new application; `history`: its records by table."""
        return self._predict({"application": dict(application), **(history or {})})

    def decide_many(
        self, client_ids: Sequence[ClientKey], explain: Explain = False
    ) -> list[Prediction | ScoringError]:
        """Up to 1,000 known clients, in the order asked."""
        asked = [{"client_id": client_id} for client_id in client_ids]
        body = {"predictions": asked, "explain": explain}
        response = self._send("POST", "/v1/predictions/batch", body)
        request_id = response.headers["X-Request-ID"]
        return [
            one if "decision" in one else ScoringError(one, request_id)
            for one in response.json()["predictions"]
        ]

    def clients(self, prefix: str = "") -> Iterator[ClientKey]:
        """Every known client whose id begins so; a text as it is, case and all."""
        for page in self._pages(f"/v1/clients?limit=100&prefix={_quoted(prefix)}"):
            yield from (one["client_id"] for one in page["clients"])

    def standing(self, client_id: ClientKey) -> Standing | None:
        """What was decided on a client and holds; None before the first decision."""
        client = self._send("GET", f"/v1/clients/{_quoted(client_id)}").json()
        standing: Standing | None = client["standing"]
        return standing

    def similar(self, client_id: ClientKey) -> SimilarClients:
        """The clients most like this one, and how many of them defaulted."""
        path = f"/v1/clients/{_quoted(client_id)}/similar"
        similar: SimilarClients = self._send("GET", path).json()
        return similar

    def history(self, client_id: ClientKey) -> Iterator[PastPrediction]:
        """Every decision and simulation of a client, newest first."""
        path = f"/v1/clients/{_quoted(client_id)}/predictions?limit=100"
        for page in self._pages(path):
            yield from page["predictions"]

    def counterfactual(
        self, prediction_id: str, terms: Sequence[str] | None = None
    ) -> Counterfactual:
        """The smallest change that would be granted, of all terms or of these."""
        body = {"terms": None if terms is None else list(terms)}
        path = f"/v1/predictions/{prediction_id}/counterfactual"
        found: Counterfactual = self._send("POST", path, body).json()
        return found

    def review(
        self,
        prediction_id: str,
        decision: str,
        reason: str,
        reviewer: str,
        replaces: str | None = None,
        category: str | None = None,
    ) -> Review:
        """A person decides: granted, refused, withdrawn or lapsed.

        `replaces`: the client's review that stands, of whatever prediction; 409 when
        another one does.
        """
        path = f"/v1/predictions/{prediction_id}/review"
        body = {"decision": decision, "reason": reason, "reviewer": reviewer}
        more = {"replaces": replaces, "category": category}
        made: Review = self._send("POST", path, {**body, **more}).json()
        return made

    def begin(
        self, application: Mapping[str, Any], reference: str | None = None
    ) -> DraftAnswer:
        """Begin an application with as much of it as is known.

        Its `client_id` is one as any other, decided on once nothing is `needed`.
        """
        body = {"application": dict(application), "reference": reference}
        begun: DraftAnswer = self._send("POST", "/v1/applications", body).json()
        return begun

    def offers(self, client_id: ClientKey) -> OffersAnswer:
        """What could be offered, at the lender's prices; 409 where none are known."""
        path = f"/v1/clients/{_quoted(client_id)}/offers"
        offers: OffersAnswer = self._send("GET", path).json()
        return offers

    def offer(
        self,
        client_id: ClientKey,
        terms: Mapping[str, float],
        valid_until: str,
        reviewer: str,
    ) -> CounterOffer:
        """Offer other terms, in place of what was offered before."""
        path = f"/v1/clients/{_quoted(client_id)}/offers"
        body = {"terms": dict(terms), "valid_until": valid_until, "reviewer": reviewer}
        made: CounterOffer = self._send("POST", path, body).json()
        return made

    def note(self, client_id: ClientKey, text: str, author: str) -> Note:
        """What is to be remembered of a client."""
        path = f"/v1/clients/{_quoted(client_id)}/notes"
        made: Note = self._send("POST", path, {"text": text, "author": author}).json()
        return made

    def contest(
        self, client_id: ClientKey, text: str, received_on: str, author: str
    ) -> Contest:
        """The applicant contests what stands, until the client's next review."""
        path = f"/v1/clients/{_quoted(client_id)}/contests"
        body = {"text": text, "received_on": received_on, "author": author}
        made: Contest = self._send("POST", path, body).json()
        return made

    def consult(self, client_id: ClientKey, evidence: Mapping[str, Any]) -> Evidence:
        """Record that something was consulted: kind, source, result, when, by whom."""
        path = f"/v1/clients/{_quoted(client_id)}/evidence"
        made: Evidence = self._send("POST", path, evidence).json()
        return made

    def declare(self, client_id: ClientKey, declared: Mapping[str, Any]) -> Declaration:
        """What a client says they earn and pay a month, in place of what was before."""
        path = f"/v1/clients/{_quoted(client_id)}/declarations"
        made: Declaration = self._send("POST", path, declared).json()
        return made

    def activate(self, policy: bytes) -> Activation:
        """Add a policy's file, byte for byte, and recommend by it from now on."""
        added = self._send("POST", "/v1/policies", policy).json()
        path = f"/v1/policies/{added['sha256']}/activate"
        made: Activation = self._send("POST", path).json()
        return made

    def outcomes(self, observed: Sequence[Outcome]) -> OutcomesAnswer:
        """Record up to 10,000, or none of them; the last for a prediction counts."""
        body = {"outcomes": list(observed)}
        made: OutcomesAnswer = self._send("POST", "/v1/outcomes", body).json()
        return made

    def alert(self, alert: Mapping[str, Any]) -> None:
        """Open, update or close the alert of a cause, as monitoring does."""
        self._send("POST", "/v1/alerts", alert)

    def report(self, report: Mapping[str, Any]) -> None:
        """Keep a report of monitoring."""
        self._send("POST", "/v1/monitoring/reports", report)

    def letter(self, prediction_id: str, language: str = "en") -> bytes:
        """The letter to the applicant, as PDF; `language`: en or fr."""
        path = f"/v1/predictions/{prediction_id}/letter?lang={language}"
        return self._send("GET", path).content

    def model(self) -> dict[str, Any]:
        """Version, threshold, and what every column means."""
        return dict(self._send("GET", "/v1/model").json())

    def _predict(self, body: Mapping[str, Any]) -> Prediction:
        made: Prediction = self._send("POST", "/v1/predictions", body).json()
        return made

    def _pages(self, path: str) -> Iterator[Mapping[str, Any]]:
        page = self._send("GET", path).json()
        yield page
        while page["next_cursor"] is not None:
            page = self._send("GET", f"{path}&cursor={page['next_cursor']}").json()
            yield page

    def _send(
        self, method: str, path: str, body: Mapping[str, Any] | bytes | None = None
    ) -> requests.Response:
        """Raises ScoringError, or requests.RequestException when there is no answer."""
        headers = {"Idempotency-Key": str(uuid.uuid4())} if method == "POST" else {}
        sent: dict[str, Any] = {"json": body}
        if isinstance(body, bytes):
            sent = {"data": body}
            headers["Content-Type"] = "application/json"
        ask = partial(self._session.request, method, self._url + path, **sent)
        try:
            response = ask(headers=headers, timeout=self._timeout)
        except ChunkedEncodingError:
            # It broke off in the middle, where the adapter does not look any more.
            response = ask(headers=headers, timeout=self._timeout)
        if not response.ok:
            raise ScoringError(response.json(), response.headers["X-Request-ID"])
        return response


def _quoted(key: ClientKey) -> str:
    return quote(str(key), safe="")


# Made of the API's document by .make/answers.py: not to be edited.


class ComparedFeature(TypedDict):
    """A client against a group; of a category, the group's most frequent one."""

    feature: str
    client: float | str | None
    median: float | str | None


class Confidence(TypedDict):
    """How far to trust the answer."""

    band: str
    missing_share: float
    out_of_range: Sequence[str]


class Contest(TypedDict):
    """
    Answered by the next review of the client; until then it stands in the list.

    `prediction_id`: of the decision that stood.
    """

    contest_id: str
    client_id: int | str
    prediction_id: str
    text: str
    received_on: str
    due_on: str
    author: str
    signer: NotRequired[str | None]
    created_at: str
    answered_by: str | None


class Contribution(TypedDict):
    """How much one feature moved the margin from the base value, in log-odds."""

    feature: str
    value: float | str | None
    contribution: float


class Declaration(TypedDict):
    """A declaration stays as it is."""

    declaration_id: str
    client_id: int | str
    monthly_income: float | None
    housing: float | None
    other_instalments: float | None
    dependants: int | None
    author: str
    signer: NotRequired[str | None]
    created_at: str


class DraftAnswer(TypedDict):
    """
    A draft; editable until it is decided.

    `needed`: columns without which it cannot be scored; `unknown`: those whose category
    is not known and counts as missing. `same_person`: other applications that seem to
    be of the same person. `expires_at`: when it is erased unless it is decided.
    """

    client_id: str
    state: str
    revision: int
    reference: str | None
    application: Mapping[str, Any]
    records: Mapping[str, Sequence[Mapping[str, Any]]]
    needed: Sequence[str]
    unknown: Sequence[str]
    same_person: Sequence[int | str]
    created_at: str
    updated_at: str
    expires_at: str | None


class Evidence(TypedDict):
    """Evidence stays as it is; who was wrong records it anew."""

    evidence_id: str
    client_id: int | str
    kind: str
    source: str
    reference: str | None
    result: str
    amount: float | None
    consulted_at: str
    valid_until: str | None
    author: str
    signer: NotRequired[str | None]
    created_at: str


class Explanation(TypedDict):
    """`base_value` plus all contributions is `margin`, within 1e-9."""

    base_value: float
    margin: float
    contributions: Sequence[Contribution]


class Fact(TypedDict):
    """
    What a reason rests on: one feature, and what it is among borderline clients.

    `typical`: their median, or commonest category; `share`: of the reason's weight.
    """

    feature: str
    value: float | str | None
    typical: float | str | None
    share: float


class FieldProblem(TypedDict):
    """One bad field, by JSON pointer into the body or parameter name."""

    path: str
    detail: str


class GroupContribution(TypedDict):
    """How much one group of features moved the margin, in log-odds."""

    group: str
    contribution: float


class GroupExplanation(TypedDict):
    """`base_value` plus all contributions is `margin`, within 1e-9."""

    base_value: float
    margin: float
    contributions: Sequence[GroupContribution]


class Labels(TypedDict):
    """The same words in every language that the bundle's catalogues speak."""

    en: str
    fr: str


class ModelRef(TypedDict):
    """Which model answered."""

    name: str
    version: str
    bundle_sha256: str


class Moved(TypedDict):
    """How many decisions go from one recommendation to another, or stay at it."""

    before: str
    after: str
    decisions: int


class Note(TypedDict):
    """A note stays as it is."""

    note_id: str
    client_id: int | str
    text: str
    author: str
    signer: NotRequired[str | None]
    created_at: str


class Offer(TypedDict):
    """
    What a borrower is told of a loan on its terms; null is what cannot be known.

    `instalments` are monthly; `yearly_rate` is nominal. `total` is all that is repaid,
    `cost` what of it is not the amount, `apr` the annual percentage rate of Directive
    (EU) 2023/2225, Annex III. `estimated`: what the application does not say;
    `as_likely`: other numbers of instalments that fit its amounts nearly as well.
    """

    amount: float
    instalments: float | None
    down_payment: float | None
    yearly_rate: float | None
    instalment: float | None
    total: float | None
    cost: float | None
    apr: float | None
    estimated: NotRequired[Sequence[str]]
    as_likely: NotRequired[Sequence[int]]


class OfferCell(TypedDict):
    """One offer, and what is decided on it; null where the lender has no price."""

    amount: float
    instalments: int
    offer: Offer | None
    probability: float | None
    decision: str | None
    recommendation: NotRequired[str | None]


class OffersAnswer(TypedDict):
    """
    Every amount with every number of instalments, row by row.

    `asked` is the loan of the application.
    """

    client_id: int | str
    threshold: float
    asked: Offer
    amounts: Sequence[float]
    instalments: Sequence[int]
    cells: Sequence[OfferCell]


class Outcome(TypedDict):
    """Whether the loan that was decided on defaulted."""

    prediction_id: str
    defaulted: bool
    observed_on: str


class OutcomesAnswer(TypedDict):
    """How many were recorded, and how many had been before."""

    accepted: int
    duplicates: int


class PolicySummary(TypedDict):
    """A policy that was added. Null of the built-in one: who added it, and when."""

    sha256: str
    version: str
    active: bool
    added_by: str | None
    added_at: str | None
    activated_by: str | None
    activated_at: str | None


class ProblemAnswer(TypedDict):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    errors: NotRequired[Sequence[FieldProblem]]


class ReasonAnswer(TypedDict):
    """
    A group of features that moved the margin; French text is in /v1/model.

    `against_borderline`: its contribution less the mean among borderline clients, by
    which reasons are ranked and have their direction; null from models that do not know
    it. `known`: whether any value of the group is known.
    """

    code: str
    group: str
    direction: str
    contribution: float
    against_borderline: NotRequired[float | None]
    known: NotRequired[bool]
    text: str
    facts: NotRequired[Sequence[Fact]]


class Review(TypedDict):
    """
    `confirmed` when the person decides as the model did, `overridden` when not.

    `closed` when nobody decides any more: it was withdrawn or lapsed. `final`: it
    stands; not so of the first of two signatures, which `signs` names in the second.
    `signer` tells namesakes apart: `sub:` and what the login's provider knows them by,
    or `key:` and which key it was.
    """

    review_id: str
    prediction_id: str
    client_id: int | str | None
    action: str
    decision: str
    model_decision: str
    category: NotRequired[str | None]
    reason: str
    reviewer: str
    signer: NotRequired[str | None]
    replaces: str | None
    final: NotRequired[bool]
    signs: NotRequired[str | None]
    created_at: str


class RuleCount(TypedDict):
    """How often a rule fired, was unknown, and alone made the recommendation."""

    code: str
    fired: int
    unknown: int
    alone: int


class Sample(TypedDict):
    """All clients that the group was taken from."""

    size: int
    observed_default_rate: float


IntervalItem: TypeAlias = float


class SimilarClients(TypedDict):
    """
    The nearest group; `interval` is the 95 % Wilson interval of its rate.

    `matched_on`: the features that nearness is measured on, weightiest first.
    """

    client_id: int | str
    size: int
    observed_default_rate: float
    interval: Sequence[IntervalItem]
    matched_on: Sequence[str]
    features: Sequence[ComparedFeature]
    population: Sample


class Trial(TypedDict):
    """
    What a policy would have recommended in the last stored decisions.

    `decisions`: how many were tried. `failed`: of how many of them it could not be
    evaluated. `untried`: how many cannot be tried, by why: what describes the person
    was erased, another model decided, or the client is not known any more.
    """

    sha256: str
    decisions: int
    moved: Sequence[Moved]
    rules: Sequence[RuleCount]
    failed: int
    untried: NotRequired[Mapping[str, int]]


class Activation(TypedDict):
    """The policy that is active now, and what it changes in the last decisions."""

    policy: PolicySummary
    trial: Trial


class CounterOffer(TypedDict):
    """
    An offer that was made; the newest of a client stands until `valid_until`.

    `simulation_id`: the prediction of these terms, which is stored with it.
    """

    offer_id: str
    simulation_id: str
    client_id: int | str
    offer: Offer
    probability: float
    decision: str
    valid_until: str
    reviewer: str
    signer: NotRequired[str | None]
    created_at: str


class FiredRule(TypedDict):
    """
    A rule that fired, and the facts that it read.

    `missing`: the facts without which nobody knows whether it fires; it refers then.
    `evidence` and `within_days`: what is required; `met`: whether that was there, null
    where nothing is required.
    """

    code: str
    effect: str
    text: Labels
    facts: Mapping[str, float | int | str | bool | None]
    missing: NotRequired[Sequence[str]]
    evidence: NotRequired[str | None]
    within_days: NotRequired[int | None]
    met: NotRequired[bool | None]


class LatestDecision(TypedDict):
    """
    The newest decision on a client: the model's, and what is recommended by it.

    `model_changed`: another model serves now. `data_changed`: the client's data are
    others now; null when that cannot be told, as the model is another one.
    """

    prediction_id: str
    decision: str
    recommendation: NotRequired[str | None]
    probability: float
    threshold: float
    model: ModelRef
    created_at: str
    model_changed: bool
    data_changed: bool | None


class PolicyRef(TypedDict):
    """
    By which policy it was recommended, and its rules that fired.

    `failed`: it could not be evaluated, so nothing is granted by it.
    """

    version: str
    sha256: str
    rules: Sequence[FiredRule]
    failed: NotRequired[bool]


class Prediction(TypedDict):
    """One decision or simulation. Granted below the threshold, refused from it on."""

    prediction_id: str
    kind: str
    client_id: int | str | None
    probability: float
    threshold: float
    decision: str
    confidence: Confidence
    explanation: NotRequired[Explanation | None]
    by_group: NotRequired[GroupExplanation | None]
    reasons: NotRequired[Sequence[ReasonAnswer] | None]
    terms: NotRequired[Offer | None]
    recommendation: NotRequired[str | None]
    policy: NotRequired[PolicyRef | None]
    model: ModelRef
    created_at: str


class Standing(TypedDict):
    """
    What holds for a client: the newest final review, else what is recommended.

    `by`: `policy` where its rules changed what the model decides. `prediction_id`: the
    decision that was reviewed, or that stands by itself; `model_decision`: what the
    model said in it; `terms` and the import it was made on, null where they were not
    noted.
    """

    result: str
    by: str
    reviewer: str | None
    signer: NotRequired[str | None]
    category: NotRequired[str | None]
    reason: str | None
    decided_at: str
    review_id: str | None
    prediction_id: str
    model_decision: str
    model: ModelRef
    terms: Mapping[str, float | int | str | None] | None
    import_id: int | None
    imported_at: str | None
    latest: LatestDecision


class Counterfactual(TypedDict):
    """
    `asked`: the loan as it was refused; `granted`: as it would be granted.

    `cost`: the sum of the relative changes. `prediction`: the simulation that was
    stored. Without any of them, `detail` says why.
    """

    prediction_id: str
    found: bool
    cost: NotRequired[float | None]
    detail: NotRequired[str | None]
    asked: Offer
    granted: Offer | None
    prediction: Prediction | None


class PastPrediction(TypedDict):
    """
    A prediction as it was made, and its reviews, oldest first: the last stands.

    Of a what-if the `changes`, and what it `asked` where that was by terms. `terms`:
    the application's own, as they were then; null where they were not noted. `policy`:
    null where none of its rules fired, and it did not fail.
    """

    prediction_id: str
    kind: str
    probability: float
    threshold: float
    decision: str
    recommendation: NotRequired[str | None]
    policy: NotRequired[PolicyRef | None]
    created_at: str
    model: ModelRef
    changes: Mapping[str, float | str | None] | None
    asked: Mapping[str, float] | None
    terms: Mapping[str, float | str | None] | None
    reviews: Sequence[Review]
