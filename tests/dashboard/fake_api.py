"""A scoring API that knows three invented clients, for tests and for a look by hand.

By hand: `python tests/dashboard/fake_api.py --port 5055`, then start the dashboard with
DASHBOARD_API_URL=http://127.0.0.1:5055 DASHBOARD_API_KEY=fake-key.
"""

from __future__ import annotations

import argparse
import json
import re
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import fake_answers
import fake_inspection
import fake_policies

KEY = "fake-key"
DRAFT = r"(new-\w+)"
Answer = tuple[int, str, bytes]


class FakeApi:
    """Serves on a free port of the loopback address, from `start` to `stop`.

    `replies` replaces the answer of a path; `requests` lists what was asked, as
    (method, path, headers, body).
    """

    def __init__(self, port: int = 0, drift_html: str = fake_answers.DRIFT_HTML):
        self.replies: dict[str, Answer | Callable[[], Answer]] = {}
        self.requests: list[tuple[str, str, dict[str, str], Any]] = []
        self.drift_html = drift_html
        self.version = "3"
        # Whether it answers as a later API would, with more members and other codes.
        self.later = False
        # Whether a scorecard serves, not trees.
        self.points = False
        self.scored = self.reviewed = 0
        # The numbers that a search finds; of three of them everything is known.
        self.known = sorted(fake_answers.CLIENTS)
        # What is kept of each application that was entered, by its id.
        self.drafts: dict[str, dict[str, Any]] = {}
        # Each prediction with its terms and reviews, by its id.
        self.made: dict[str, tuple[dict[str, Any], Any, list[Any]]] = {}
        # The offers that were made to each client, oldest first.
        self.offered: dict[int | str, list[dict[str, Any]]] = {}
        self.work = fake_answers.work()
        # By client, newest first.
        self.notes: dict[int, list[dict[str, Any]]] = {}
        self.contests: dict[int | str, list[dict[str, Any]]] = {}
        # Whether a lender's rules recommend, and one of them refuses; by client what is
        # on record and who works on them.
        self.rules = self.refusing = False
        self.consulted: dict[int | str, list[dict[str, Any]]] = {}
        self.declared: dict[int | str, list[dict[str, Any]]] = {}
        self.claims: dict[int | str, str] = {}
        # The logins that nobody comes by any more.
        self.ended = set[str]()
        self.policies = fake_policies.policies()
        self.reports = [fake_answers.DRIFT]
        self.alert = dict(fake_answers.ALERT)
        self.server = ThreadingHTTPServer(("127.0.0.1", port), _handler(self))
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def start(self) -> None:
        poll = {"poll_interval": 0.01}
        threading.Thread(
            target=self.server.serve_forever, kwargs=poll, daemon=True
        ).start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def asked(self, method: str, path: str) -> int:
        """How often a path was asked."""
        return sum(seen[:2] == (method, path) for seen in self.requests)

    def answer(self, method: str, target: str, key: str, body: Any) -> Answer:
        parts = urlsplit(target)
        reply = self.replies.get(parts.path)
        if reply is not None:
            return reply() if callable(reply) else reply
        if parts.path == "/health/ready":
            return document({"status": "ready"})
        if key != f"Bearer {KEY}":
            return problem(401, "this key is not known")
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        return self._route(method, parts.path, query, body)

    def _route(
        self, method: str, path: str, query: dict[str, str], body: Any
    ) -> Answer:
        for pattern, handler in self.routes:
            if found := re.fullmatch(pattern, f"{method} {path}"):
                answer = handler(*found.groups(), query=query, body=body)
                return _later(answer) if self.later else answer
        return problem(404, f"no such route: {path}")

    @property
    def routes(self) -> list[tuple[str, Callable[..., Answer]]]:
        def fixed(content: object) -> Callable[..., Answer]:
            return lambda **_: document(content)

        return [
            ("POST /v1/predictions", self._predict),
            ("POST /v1/predictions/batch", self._batch),
            (r"GET /v1/predictions/([^/]+)", self._stored),
            (r"POST /v1/predictions/([^/]+)/review", self._review),
            (r"POST /v1/predictions/([^/]+)/counterfactual", self._way_through),
            (r"GET /v1/predictions/([^/]+)/letter", self._letter),
            ("POST /v1/applications", self._begin),
            (rf"GET /v1/applications/{DRAFT}", self._draft),
            (rf"PUT /v1/applications/{DRAFT}", self._change),
            (rf"GET /v1/applications/{DRAFT}/missing", self._missing),
            ("GET /v1/login", fixed({"name": "Ada", "roles": []})),
            ("POST /v1/login/end", self._end_login),
            ("GET /v1/model", self._model),
            ("GET /v1/model/scorecard", self._scorecard),
            ("GET /v1/model/importance", fixed(fake_answers.importance())),
            ("GET /v1/model/inspection", fixed(fake_inspection.inspection())),
            ("POST /v1/model/segments", self._segment),
            (r"GET /v1/clients/(\d+)/dependence", self._dependence),
            ("GET /v1/model/card", self._card),
            ("GET /v1/clients", self._search),
            (rf"GET /v1/clients/(\d+|{DRAFT[1:-1]})", self._client),
            (r"GET /v1/clients/(\d+)/similar", self._similar),
            (rf"GET /v1/clients/(\d+|{DRAFT[1:-1]})/predictions", self._history),
            (r"GET /v1/clients/(\d+)/offers", self._offers),
            (r"POST /v1/clients/(\d+)/offers", self._offer),
            (r"GET /v1/clients/(\d+)/offers/([^/]+)", self._offer_made),
            (r"GET /v1/clients/(\d+)/records", self._records),
            (r"(GET|POST) /v1/clients/(\d+)/(notes|contests)", self._noted),
            (rf"GET /v1/clients/(\d+|{DRAFT[1:-1]})/evidence", self._evidence),
            (rf"POST /v1/clients/(\d+|{DRAFT[1:-1]})/evidence", self._consult),
            (rf"GET /v1/clients/(\d+|{DRAFT[1:-1]})/declarations", self._declarations),
            (rf"POST /v1/clients/(\d+|{DRAFT[1:-1]})/declarations", self._declare),
            ("GET /v1/work", self._work),
            (r"POST /v1/work/([\w-]+)/(claim|release|assign)", self._claim),
            ("GET /v1/policies", lambda **_: document({"policies": self.policies})),
            ("POST /v1/policies", self._add_policy),
            (r"GET /v1/policies/(\w+)", self._policy),
            (r"GET /v1/policies/(\w+)/(results|trial)", self._tried),
            (r"POST /v1/policies/(\w+)/activate", self._activate),
            (r"GET /v1/features/(\w+)/distribution", self._distribution),
            (r"GET /v1/features/(\w+)/scatter", self._scatter),
            ("GET /v1/monitoring/reports", self._reports),
            (r"GET /v1/monitoring/reports/(\w+-\d+)", self._report),
            ("GET /v1/monitoring/reports/latest", self._report),
            (
                "(?:GET|HEAD) /v1/monitoring/reports/train_test-1/html",
                lambda **_: text("html", self.drift_html),
            ),
            ("GET /v1/alerts", self._alerts),
            (r"POST /v1/alerts/([^/]+)/acknowledge", self._acknowledge),
        ]

    def _begin(self, body: Any, **_: Any) -> Answer:
        return self._keep(f"new-{len(self.drafts) + 1:010}", body, 1)

    def _draft(self, client_id: str, **_: Any) -> Answer:
        if client_id not in self.drafts:
            return problem(404, f"application {client_id} is not known")
        return document(self.drafts[client_id])

    def _change(self, client_id: str, body: Any, **_: Any) -> Answer:
        kept = self.drafts[client_id]
        if body["revision"] != kept["revision"] or kept["state"] != "draft":
            return problem(409, f"revision {kept['revision']} stands")
        return self._keep(client_id, body, kept["revision"] + 1)

    def _keep(self, client_id: str, body: Any, revision: int) -> Answer:
        if errors := fake_answers.problems(body):
            return problem(400, "the application is not valid", errors=errors)
        self.drafts[client_id] = fake_answers.draft(client_id, body, revision)
        return document(self.drafts[client_id], 201 if revision == 1 else 200)

    def _missing(self, client_id: str, **_: Any) -> Answer:
        return document(fake_answers.missing(self.drafts[client_id]))

    def _segment(self, *, body: Any, **_: Any) -> Answer:
        return document(fake_inspection.segment(body))

    def _dependence(self, client_id: str, *, query: dict[str, str], **_: Any) -> Answer:
        found = fake_inspection.dependence(client_id, query)
        return document(found) if found else problem(404, "no dependence")

    def _model(self, **_: Any) -> Answer:
        told = fake_answers.model(self.version)
        return document(told | {"form": "scorecard" if self.points else "trees"})

    def _scorecard(self, **_: Any) -> Answer:
        if not self.points:
            return problem(404, "The model that serves is no scorecard.")
        return document(fake_answers.scorecard())

    def _card(self, query: dict[str, str], **_: Any) -> Answer:
        return text("markdown", f"{query['lang']}: {fake_answers.CARD}")

    def _search(self, query: dict[str, str], **_: Any) -> Answer:
        called, begun = query.get("reference", ""), query.get("prefix", "")
        if called or begun.startswith("new-"):
            found = [
                {"client_id": client_id, "reference": kept["reference"]}
                for client_id, kept in self.drafts.items()
                if (kept["reference"] or "").startswith(called)
                and client_id.startswith(begun)
            ]
            return document(
                {"clients": found, "total": len(found), "next_cursor": None}
            )
        return document(fake_answers.search(self.known, query))

    def _client(self, client_id: str, **_: Any) -> Answer:
        key = _key(client_id)
        if key not in fake_answers.CLIENTS and key not in self.drafts:
            return problem(404, f"client {client_id} is not known")
        told = fake_answers.client(key, self._standing(key))
        waiting, offered = self._waiting(key), self.offered.get(key, [])
        told |= {"offer_id": offered[-1]["offer_id"] if offered else None}
        told |= {"requirements": self._required(key), "signature": self._signed(key)}
        told |= {"claim": self._claimed(key)}
        return document(told | {"contest_id": waiting and waiting["contest_id"]})

    def _waiting(self, client_id: int | str) -> dict[str, Any] | None:
        """The contest that nobody has answered."""
        contests = self.contests.get(client_id, [])
        return next((one for one in contests if one["answered_by"] is None), None)

    def _evidence(self, client_id: str, **_: Any) -> Answer:
        key = _key(client_id)
        return document({"client_id": key, "evidence": self.consulted.get(key, [])})

    def _consult(self, client_id: str, body: Any, **_: Any) -> Answer:
        known = self.consulted.setdefault(_key(client_id), [])
        known.insert(0, fake_answers.put(_key(client_id), "evidence_id", known, body))
        return document(known[0], 201)

    def _declarations(self, client_id: str, **_: Any) -> Answer:
        key = _key(client_id)
        return document({"client_id": key, "declarations": self.declared.get(key, [])})

    def _declare(self, client_id: str, body: Any, **_: Any) -> Answer:
        known, key = self.declared.setdefault(_key(client_id), []), _key(client_id)
        body = fake_answers.NOTHING_DECLARED | body
        known.insert(0, fake_answers.put(key, "declaration_id", known, body))
        return document(known[0], 201)

    def _required(self, key: int | str) -> list[dict[str, Any]]:
        """Of the newest decision's rules, as it is met now."""
        decisions = [made for made, terms, _ in self._of(key) if not terms]
        policy = decisions[-1].get("policy") if decisions else None
        kinds = {one["kind"] for one in self.consulted.get(key, [])}
        kept = ("code", "effect", "text", "evidence", "within_days")
        return [
            {name: rule[name] for name in kept} | {"met": rule["evidence"] in kinds}
            for rule in (policy or {"rules": []})["rules"]
            if rule["effect"] in {"require", "second_review"}
        ]

    def _signed(self, key: int | str) -> dict[str, Any] | None:
        """The first signature that waits for its second."""
        made = [review for *_, reviews in self._of(key) for review in reviews]
        if not made or made[-1].get("final", True):
            return None
        kept = ("review_id", "prediction_id", "reviewer", "reason", "created_at")
        mine = made[-1]["reviewer"] == self._asker()
        return {name: made[-1][name] for name in kept} | {"mine": mine}

    def _asker(self) -> str:
        told = json.loads(self.requests[-1][2]["On-Behalf-Of"])
        return str(told["name"])

    def _end_login(self, **_: Any) -> Answer:
        login = json.loads(self.requests[-1][2]["On-Behalf-Of"])["login"]
        self.ended.add(login)
        return document({"login": login})

    def _claimed(self, key: int | str) -> dict[str, Any] | None:
        by = self.claims.get(key)
        until = "2126-11-30T14:05:00.000000Z"
        mine = by == self._asker()
        return {"by": by, "until": until, "mine": mine} if by else None

    def _claim(self, client_id: str, act: str, body: Any, **_: Any) -> Answer:
        key, asker = _key(client_id), self._asker()
        if act == "release":
            self.claims.pop(key, None)
        elif act == "assign":
            self.claims[key] = body["name"]
        elif self.claims.setdefault(key, asker) != asker:
            return problem(409, f"{self.claims[key]} works on client {key}")
        item = next(one for one in self.work if one["client_id"] == key)
        return document(item | self._of_claim(key))

    def _of_claim(self, key: int | str) -> dict[str, Any]:
        claim = self._claimed(key) or dict.fromkeys(("by", "until", "mine"))
        told = {"claimed_by": claim["by"], "claimed_until": claim["until"]}
        return told | {"mine": bool(claim["mine"])}

    def _policy(self, sha256: str, **_: Any) -> Answer:
        [summary] = [one for one in self.policies if one["sha256"] == sha256]
        return document(fake_policies.policy(summary))

    def _tried(self, sha256: str, what: str, **_: Any) -> Answer:
        return document(getattr(fake_policies, what)(sha256))

    def _add_policy(self, body: Any, **_: Any) -> Answer:
        if faults := body.get("faults"):
            return problem(422, "this is no policy", errors=faults)
        added = fake_policies.summary("3", "d" * 64)
        self.policies.insert(0, added)
        return document(fake_policies.policy(added), 201)

    def _activate(self, sha256: str, **_: Any) -> Answer:
        for one in self.policies:
            one["active"] = one["sha256"] == sha256
        [active] = [one for one in self.policies if one["active"]]
        active["activated_at"] = "2026-11-29T10:00:00.000000Z"
        made = {"policy": active, "trial": fake_policies.trial(sha256)}
        return document(made)

    def _records(self, client_id: str, **_: Any) -> Answer:
        return document(fake_answers.records(int(client_id)))

    def _noted(
        self, method: str, client_id: str, kind: str, body: Any, **_: Any
    ) -> Answer:
        known = getattr(self, kind).setdefault(int(client_id), [])
        if method == "GET":
            return document({"client_id": int(client_id), kind: known})
        made = body | {"client_id": int(client_id)}
        made |= {"created_at": "2026-11-29T08:00:00.000000Z"}
        if kind == "notes":
            made["note_id"] = f"note-{len(known)}"
        else:
            made |= {"contest_id": f"contest-{len(known)}", "due_on": "2126-12-24"}
            made |= {"prediction_id": next(iter(self.made)), "answered_by": None}
        known.insert(0, made)
        return document(made, 201)

    def _work(self, query: dict[str, str], **_: Any) -> Answer:
        found = [one for one in self.work if self._wanted(one, query)]
        names = [str(one["client_id"]) for one in found]
        beside, at = None, 0
        if query.get("client_id") in names:
            at = names.index(query["client_id"])
            around = [None, *(one["client_id"] for one in found), None]
            beside = {"previous": around[at], "next": around[at + 2]}
        first, limit = int(query.get("cursor", 0)), int(query["limit"])
        counts = Counter(one["state"] for one in self.work)
        more = str(first + limit) if len(found) > first + limit else None
        page = {"items": found[first : first + limit], "counts": counts}
        page["items"] = [
            one | self._of_claim(one["client_id"]) for one in page["items"]
        ]
        mine = [one | self._of_claim(one["client_id"]) for one in self.work]
        page["mine"] = [one for one in mine if one["mine"]]
        return document(page | {"beside": beside, "next_cursor": more})

    def _wanted(self, item: dict[str, Any], query: dict[str, str]) -> bool:
        names = ("result", "reviewer")
        asked: dict[str, Any] = {name: query[name] for name in names if name in query}
        if "borderline" in query:
            asked["borderline"] = query["borderline"] == "true"
        state = query.get("state", item["state"]).split(",")
        return item["state"] in state and asked.items() <= item.items()

    def _offers(self, client_id: str, **_: Any) -> Answer:
        return document(fake_answers.offers(int(client_id)))

    def _offer(self, client_id: str, body: Any, **_: Any) -> Answer:
        offered = self.offered.setdefault(int(client_id), [])
        made = self._made(int(client_id), body["terms"])
        offered.append(fake_answers.counter_offer(made, body, len(offered) + 1))
        return document(offered[-1], 201)

    def _offer_made(self, client_id: str, offer_id: str, **_: Any) -> Answer:
        offered = {one["offer_id"]: one for one in self.offered[int(client_id)]}
        return document(offered[offer_id])

    def _of(self, client_id: int | str) -> list[tuple[dict[str, Any], Any, list[Any]]]:
        """The client's predictions with terms and reviews, oldest first."""
        return [
            kept for kept in self.made.values() if kept[0]["client_id"] == client_id
        ]

    def _standing(self, client_id: int | str) -> dict[str, Any] | None:
        decisions = [made for made, terms, _ in self._of(client_id) if not terms]
        if not decisions:
            return None
        review = self._standing_review(client_id)
        decided = self.made[review["prediction_id"]][0] if review else decisions[-1]
        return fake_answers.standing(decided, decisions[-1], review, self.version)

    def _standing_review(self, client_id: int | str) -> dict[str, Any] | None:
        made = [
            review
            for *_, reviews in self._of(client_id)
            for review in reviews
            if review.get("final", True)
        ]
        return max(made, key=lambda one: str(one["review_id"]), default=None)

    def _stored(self, prediction: str, **_: Any) -> Answer:
        return document(self.made[prediction][0])

    def _similar(self, client_id: str, **_: Any) -> Answer:
        return document(fake_answers.SIMILAR | {"client_id": int(client_id)})

    def _distribution(self, name: str, query: dict[str, str], **_: Any) -> Answer:
        if name not in {feature[0] for feature in fake_answers.FEATURES}:
            return problem(404, f"no distribution of {name}")
        return document(fake_answers.distribution(name))

    def _scatter(self, name: str, query: dict[str, str], **_: Any) -> Answer:
        points = [[0.1, 0.2, 1], [0.5, 0.4, 0], [0.9, 0.8, 0]]
        told = {"x": name, "y": query["with"], "points": points, "client": [0.6, 0.3]}
        return document(told)

    def _predict(self, body: Any, **_: Any) -> Answer:
        client_id = body["client_id"]
        if client_id in self.drafts:
            self.drafts[client_id]["state"] = "decided"
        elif client_id not in fake_answers.CLIENTS:
            return problem(404, f"client {client_id} is not known")
        made = self._made(client_id, body.get("terms"))
        brief = body.get("explain") == "reasons"
        return document(fake_answers.brief(made) if brief else made, 201)

    def _made(self, client_id: int | str, terms: Any = None) -> dict[str, Any]:
        self.scored += 1
        made = fake_answers.prediction(client_id, self.version, self.scored, terms)
        if self.rules:
            kinds = {one["kind"] for one in self.consulted.get(client_id, [])}
            declared = next(iter(self.declared.get(client_id, [])), None)
            made |= fake_answers.by_rules(made, kinds, declared, self.refusing)
        self.made[made["prediction_id"]] = (made, terms, [])
        return made

    def _batch(self, body: Any, **_: Any) -> Answer:
        slots = []
        for one in body["predictions"]:
            _status, _kind, content = self._predict(one | {"explain": body["explain"]})
            slots.append(json.loads(content))
        return document({"predictions": slots})

    def _history(self, client_id: str, **_: Any) -> Answer:
        key = _key(client_id)
        told = [fake_answers.recorded(*kept) for kept in self._of(key)[::-1]]
        return document({"client_id": key, "predictions": told, "next_cursor": None})

    def _review(self, prediction: str, body: Any, **_: Any) -> Answer:
        made, _changes, reviews = self.made[prediction]
        standing = (self._standing_review(made["client_id"]) or {}).get("review_id")
        if body["replaces"] != standing:
            return problem(409, f"{standing} stands")
        required = self._required(made["client_id"])
        signed = self._signed(made["client_id"])
        final, two = True, any(one["effect"] == "second_review" for one in required)
        if body["decision"] == "granted":
            unmet = [one for one in required if one["evidence"] and not one["met"]]
            errors = [
                {"path": f"/requirements/{one['code']}", "detail": one["text"]["en"]}
                for one in unmet
            ]
            if errors:
                return problem(409, "a grant needs more", errors=errors)
            if signed and signed["reviewer"] == body["reviewer"]:
                return problem(409, "another person must sign")
            final = signed is not None or not two
        self.reviewed += 1
        signs = (
            signed["review_id"] if signed and body["decision"] == "granted" else None
        )
        told = {"final": final, "signs": signs}
        reviews.append(fake_answers.review(made, body, self.reviewed) | told)
        if waiting := self._waiting(made["client_id"]):
            waiting["answered_by"] = reviews[-1]["review_id"]
        return document(reviews[-1], 201)

    def _letter(self, prediction: str, query: dict[str, str], **_: Any) -> Answer:
        return 200, "application/pdf", f"%PDF {prediction} {query['lang']}".encode()

    def _way_through(self, prediction: str, body: Any, **_: Any) -> Answer:
        made = self.made[prediction][0]
        if not body["terms"]:
            return problem(409, "nothing may be changed")
        answer = self._made(made["client_id"], {"amount": 1000.0})
        found = {"prediction_id": prediction, "found": True, "cost": 0.5}
        offers = {"asked": fake_answers.OFFER, "granted": answer["terms"]}
        return document(found | offers | {"prediction": answer})

    def _reports(self, query: dict[str, str], **_: Any) -> Answer:
        known = [one for one in self.reports if one["kind"] == query["kind"]]
        return document({"reports": known})

    def _report(self, report: str = "", query: Any = None, **_: Any) -> Answer:
        for one in self.reports:
            if one["id"] == report or one["kind"] == query.get("kind"):
                return document(one)
        return problem(404, "there is no such report")

    def _alerts(self, query: dict[str, str], **_: Any) -> Answer:
        wanted = query["status"] in {self.alert["status"], "all"}
        return document({"alerts": [self.alert] if wanted else []})

    def _acknowledge(self, alert: str, body: Any, **_: Any) -> Answer:
        seen = {"acknowledged_by": body["by"], "note": body["note"]}
        self.alert |= seen | {"acknowledged_at": "2026-11-23T08:00:00.000000Z"}
        return document(self.alert)


def _key(client_id: str) -> int | str:
    return int(client_id) if client_id.isdigit() else client_id


def document(content: object, status: int = 200) -> Answer:
    return status, "application/json", json.dumps(content).encode()


# Members that are codes, of which a later API may have more.
CODES = {"action", "band", "by", "direction", "dtype", "kind", "method", "result"}
CODES |= {"category", "effect", "recommendation", "severity", "state", "type", "unit"}
# Objects whose members are names.
NAMES = {"changes", "counts", "libraries", "tables", "terms"}


def _later(answer: Answer) -> Answer:
    def told(value: Any) -> Any:
        if isinstance(value, list):
            return [told(one) for one in value]
        if not isinstance(value, dict):
            return value
        kept = {k: v if k in NAMES else told(v) for k, v in value.items()}
        codes = dict.fromkeys(CODES & value.keys(), "later")
        return kept | codes | {"new": 1}

    status, kind, content = answer
    if status < 300 and kind == "application/json":
        return document(told(json.loads(content)), status)
    return answer


def text(kind: str, content: str) -> Answer:
    return 200, f"text/{kind}; charset=utf-8", content.encode()


def problem(status: int, detail: str, **more: object) -> Answer:
    content = {"type": "about:blank", "title": "Problem", "status": status}
    body = json.dumps(content | {"detail": detail} | more).encode()
    return status, "application/problem+json", body


def _handler(api: FakeApi) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._reply("GET", None)

        def do_HEAD(self) -> None:
            self._reply("HEAD", None)

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            self._reply(self.command, json.loads(self.rfile.read(length) or "null"))

        do_PUT = do_POST

        def _reply(self, method: str, body: Any) -> None:
            seen = (method, urlsplit(self.path).path, dict(self.headers), body)
            api.requests.append(seen)
            key = self.headers.get("Authorization", "")
            told = json.loads(self.headers.get("On-Behalf-Of", "{}"))
            ended = told.get("login") in api.ended
            status, kind, content = (
                problem(401, "This login was ended.")
                if ended
                else api.answer(method, self.path, key, body)
            )
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            if told and (status != 401 or ended):  # its key is a delegate's
                self.send_header("On-Behalf-Of-Roles", "")
            self.end_headers()
            with suppress(BrokenPipeError, ConnectionResetError):
                self.wfile.write(b"" if method == "HEAD" else content)

        def log_message(self, *arguments: object) -> None:
            """Say nothing: the tests look at `requests`."""

    return Handler


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=5055)
    parser.add_argument("--drift-html", type=Path, help="another report to serve")
    arguments = parser.parse_args()
    html = arguments.drift_html
    api = FakeApi(
        arguments.port, html.read_text("utf-8") if html else fake_answers.DRIFT_HTML
    )
    api.server.serve_forever()


if __name__ == "__main__":
    main()
