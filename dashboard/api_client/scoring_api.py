"""The one way to the scoring API: typed questions, typed answers, typed errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import quote, urlencode

from answers import (
    Client,
    Matches,
    Prediction,
    read_client,
    read_matches,
    read_prediction,
)
from api_client.transport import READY, READY_SECONDS, Transport
from comparison_answers import (
    Distribution,
    Scatter,
    Similar,
    read_distribution,
    read_scatter,
    read_similar,
)
from config import Settings
from decision_answers import (
    History,
    Review,
    WayThrough,
    read_history,
    read_review,
    read_way_through,
)
from errors import Conflict, NonsenseAnswer
from importance_answers import Importance, read_importance
from model_answers import Model, read_model
from monitoring_answers import (
    Alert,
    Report,
    ReportName,
    read_alert,
    read_report,
    read_reports,
)
from reading import parse

HISTORY = 20
# The API gives no more ids at once.
LONGEST_PAGE = 100


@dataclass(frozen=True)
class Raw:
    """An answer as it came: its status and its body."""

    status: int
    body: str


@dataclass(frozen=True)
class ScoringApi:
    """The API's questions. Each raises an ApiError when it gets no good answer."""

    way: Transport

    @property
    def settings(self) -> Settings:
        return self.way.settings

    def ready(self) -> bool:
        """Whether the API says it can serve now; asked once, never retried."""
        patience = min(READY_SECONDS, self.settings.timeout_seconds)
        response = self.way.ask("GET", READY, timeout=patience)
        return response.status_code == HTTPStatus.OK

    def model(self) -> Model:
        return read_model(self.way.get("/v1/model"))

    def importance(self) -> Importance:
        return read_importance(self.way.get("/v1/model/importance"))

    def model_card(self) -> str:
        """Markdown."""
        return self.way.page("/v1/model/card", "text/").decode("utf-8", "replace")

    def search(self, most: int, prefix: str = "", suffix: str = "") -> Matches:
        """Up to `most` clients whose number begins and ends with these digits."""
        asked = {"prefix": prefix, "suffix": suffix}
        found: tuple[int, ...] = ()
        while True:
            asked["limit"] = str(min(most - len(found), LONGEST_PAGE))
            page = read_matches(self.way.get("/v1/clients", asked))
            found += page.client_ids
            if page.following is None or len(found) >= most:
                return Matches(found, page.total, page.following)
            asked["cursor"] = page.following

    def client(self, client_id: int) -> Client:
        client = read_client(self.way.get(f"/v1/clients/{client_id}"))
        _same_client(client_id, client.client_id)
        return client

    def score(self, client_id: int) -> Prediction:
        """A new decision for a known client; the API records it."""
        return self._predict({"client_id": client_id})

    def stored(self, prediction_id: str, client_id: int) -> Prediction:
        """A decision as it was made, with its reasons; Conflict when it has none."""
        path = f"/v1/predictions/{quote(prediction_id)}"
        prediction = read_prediction(self.way.get(path, {"explain": "true"}))
        _same_client(client_id, prediction.client_id)
        return prediction

    def simulate(self, client_id: int, changes: Mapping[str, float]) -> Prediction:
        """What the model would say of changed columns; no decision."""
        return self._predict({"client_id": client_id, "changes": dict(changes)})

    def way_through(self, prediction_id: str, levers: Sequence[str]) -> WayThrough:
        """The smallest change of `levers` that would turn a refusal."""
        path = f"/v1/predictions/{quote(prediction_id)}/counterfactual"
        return read_way_through(self.way.post(path, {"levers": list(levers)}))

    def history(self, client_id: int) -> History:
        path = f"/v1/clients/{client_id}/predictions"
        return read_history(self.way.get(path, {"limit": str(HISTORY)}), client_id)

    def review(
        self,
        prediction_id: str,
        granted: bool,
        reason: str,
        reviewer: str,
        replaces: str = "",
    ) -> Review:
        """Record a person's decision; Conflict when another one stands already."""
        body = {
            "decision": "granted" if granted else "refused",
            "reason": reason,
            "reviewer": reviewer,
            "replaces": replaces or None,
        }
        path = f"/v1/predictions/{quote(prediction_id)}/review"
        return read_review(self.way.post(path, body))

    def letter(self, client_id: int, language: str) -> bytes:
        """The letter on what stands for the client at this moment, a PDF."""
        standing = self.client(client_id).standing
        if standing is None:
            raise Conflict(f"nothing was decided on client {client_id}")
        path = f"/v1/predictions/{quote(standing.prediction_id)}/letter"
        return self.way.page(f"{path}?lang={language}", "application/pdf")

    def similar(self, client_id: int) -> Similar:
        return read_similar(self.way.get(f"/v1/clients/{client_id}/similar"), client_id)

    def distribution(self, feature: str, client_id: int) -> Distribution:
        path = f"/v1/features/{quote(feature)}/distribution"
        return read_distribution(self.way.get(path, {"client_id": str(client_id)}))

    def scatter(self, feature: str, other: str, client_id: int) -> Scatter:
        path = f"/v1/features/{quote(feature)}/scatter"
        params = {"with": other, "client_id": str(client_id)}
        return read_scatter(self.way.get(path, params))

    def reports(self, kind: str, limit: int) -> tuple[ReportName, ...]:
        """The reports of a kind, newest first."""
        params = {"kind": kind, "limit": str(limit)}
        return read_reports(self.way.get("/v1/monitoring/reports", params))

    def latest_report(self, kind: str) -> Report:
        return read_report(
            self.way.get("/v1/monitoring/reports/latest", {"kind": kind})
        )

    def report(self, report_id: str) -> Report:
        return read_report(self.way.get(f"/v1/monitoring/reports/{quote(report_id)}"))

    def latest_report_html(self, kind: str) -> str:
        query = urlencode({"kind": kind})
        path = f"/v1/monitoring/reports/latest/html?{query}"
        return self.way.page(path, "text/html").decode("utf-8", "replace")

    def alerts(self, status: str) -> tuple[Alert, ...]:
        """Alerts of the status open, closed or all, the most severe first."""
        found = self.way.get("/v1/alerts", {"status": status})
        return tuple(read_alert(item) for item in found["alerts"])

    def acknowledge(self, alert_id: str, by: str, note: str) -> Alert:
        path = f"/v1/alerts/{quote(alert_id)}/acknowledge"
        return read_alert(self.way.post(path, {"by": by, "note": note}))

    def raw(self, method: str, path: str, body: object = None) -> Raw:
        """An answer as it is, whatever its status."""
        response = self.way.ask(method, path, body=body)
        return Raw(response.status_code, response.text)

    def _predict(self, body: Mapping[str, object]) -> Prediction:
        response = self.way.checked("POST", "/v1/predictions", body=body)
        prediction = read_prediction(parse(response.content))
        asked = body["client_id"]
        _same_client(asked, prediction.client_id)
        return prediction


def _same_client(asked: object, answered: int | None) -> None:
    if asked != answered:
        raise NonsenseAnswer(f"asked for client {asked}, answered for {answered}")
