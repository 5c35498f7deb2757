"""What docs/ gives to integrators works against the served API."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import requests

from tests.conftest import ROOT, House, Served, free_port, server
from tests.contract.http import predict, some_clients

pytestmark = pytest.mark.xdist_group("house")
PAGE = (ROOT / "docs" / "integration.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")


def curl_commands(text: str) -> list[str]:
    return re.findall(r"```sh\n(curl.*?)```", text, re.DOTALL)


# The README's of the demo, at the address of the demo.
COMMANDS = [
    command.replace("http://127.0.0.1:5050", "$SCORING_URL")
    for text in (PAGE, README)
    for command in curl_commands(text)
]


def shell(command: str, folder: Path, words: dict[str, str]) -> str:
    """What a command that succeeds says, run in `folder`."""
    done = subprocess.run(
        ["sh", "-c", command],
        cwd=folder,
        env={**os.environ, **words},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, command + done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def module() -> ModuleType:
    path = ROOT / "docs" / "scoring_client.py"
    spec = importlib.util.spec_from_file_location("scoring_client", path)
    assert spec is not None and spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = loaded
    spec.loader.exec_module(loaded)
    return loaded


@pytest.fixture(scope="module")
def strangers(served: Served, module: ModuleType) -> Iterator[int]:
    """Clients whom no other test takes: a review of one stands, whoever is next."""
    known: Iterator[int] = module.ScoringClient(served.url, served.key).clients()
    return islice(known, 100, None)


@pytest.fixture
def refused(served: Served, strangers: Iterator[int]) -> dict[str, Any]:
    """A decision just made on a client who is refused."""
    for client_id in strangers:
        decided = predict(served, client_id=client_id)
        if decided["decision"] == "refused":
            return decided
    pytest.fail("nobody is refused")


@pytest.mark.skipif(not shutil.which("curl"), reason="there is no curl")
@pytest.mark.parametrize("command", COMMANDS)
def test_every_curl_command_works(
    served: Served, refused: dict[str, Any], command: str, tmp_path: Path
) -> None:
    first, second = refused["client_id"], some_clients(served, 1)[0]
    command = command.replace("100001", str(first)).replace("100002", str(second))
    words = {
        "SCORING_URL": served.url,
        "SCORING_KEY": served.key,
        "PREDICTION": refused["prediction_id"],
    }
    told = shell(command, tmp_path, words)
    if "--output" in command:
        assert (tmp_path / "letter.pdf").read_bytes().startswith(b"%PDF")
        return
    answer = json.loads(told)
    assert "status" not in answer
    if "changes" in command:
        assert answer["kind"] == "simulation"


@pytest.mark.skipif(not shutil.which("curl"), reason="there is no curl")
def test_the_page_is_followed_in_its_order_where_rules_ask_for_evidence(
    served: Served, module: ModuleType, refused: dict[str, Any], tmp_path: Path
) -> None:
    """By the demo's rules; on one client who is refused, as the page says."""
    client = module.ScoringClient(served.url, served.key)
    others = [str(one) for one in some_clients(served, 2)]
    starter = (ROOT / "docs" / "policies" / "starter.json").read_bytes()
    client.activate(starter)
    words = {"SCORING_URL": served.url, "SCORING_KEY": served.key}
    try:
        for command in curl_commands(PAGE):
            command = command.replace("4711", "4712")
            command = command.replace("100001", str(refused["client_id"]))
            for page, known in zip(("100002", "100003"), others, strict=True):
                command = command.replace(page, known)
            answer = shell(command, tmp_path, words)
            if "PREDICTION" not in words:
                words["PREDICTION"] = json.loads(answer)["prediction_id"]
    finally:
        client._send("POST", "/v1/policies/built-in/activate")


def test_the_pages_have_curl_commands() -> None:
    assert len(COMMANDS) == 16


def test_the_page_names_every_method_of_the_client(module: ModuleType) -> None:
    methods = [name for name in vars(module.ScoringClient) if not name.startswith("_")]
    named = PAGE.split("Its methods:")[1].split(".")[0]
    assert sorted(re.findall(r"`(\w+)`", named)) == sorted(methods)


def test_the_client_decides_simulates_and_looks_up(
    served: Served, module: ModuleType, strangers: Iterator[int]
) -> None:
    client = module.ScoringClient(served.url, served.key)
    ids = list(client.clients())
    assert ids == sorted(ids)
    assert len(ids) == client._send("GET", "/v1/clients").json()["total"]
    known_id = next(strangers)
    decision = client.decide(known_id)
    granted = decision["probability"] < decision["threshold"]
    assert decision["decision"] == ("granted" if granted else "refused")
    assert decision["reasons"][0]["text"]
    assert client.what_if(known_id, {"AMT_CREDIT": 100_000})["kind"] == "simulation"
    known = client._send("GET", f"/v1/clients/{known_id}").json()["application"]
    columns = {one["name"]: one["value"] for one in known}
    new = client.decide_on(columns, {"bureau": []})
    assert (new["kind"], new["client_id"]) == ("decision", known_id)
    assert client.letter(new["prediction_id"], "fr").startswith(b"%PDF")
    good, bad = client.decide_many([known_id, 1])
    assert good["probability"] == decision["probability"]
    assert isinstance(bad, module.ScoringError)
    assert bad.status == 404
    assert client.model()["threshold"] == decision["threshold"]


def test_the_client_says_what_would_be_granted(
    served: Served, module: ModuleType
) -> None:
    client = module.ScoringClient(served.url, served.key)
    looked = (
        client.counterfactual(one["prediction_id"], ["amount"])
        for one in client.decide_many(some_clients(served, 100))
        if one["decision"] == "refused"
    )
    found = next(one for one in looked if one["found"])
    granted, offer = found["prediction"], found["granted"]
    assert granted["decision"] == "granted"
    assert offer["instalment"] < found["asked"]["instalment"]
    simulated = client.on_terms(granted["client_id"], {"amount": offer["amount"]})
    assert simulated["probability"] == granted["probability"]
    assert simulated["terms"] == offer


def test_the_client_finds_similar_clients(served: Served, module: ModuleType) -> None:
    client = module.ScoringClient(served.url, served.key)
    similar = client.similar(some_clients(served, 1)[0])
    low, high = similar["interval"]
    assert low <= similar["observed_default_rate"] <= high
    assert similar["matched_on"]


def test_the_client_reviews_and_tells_the_history(
    served: Served, module: ModuleType, refused: dict[str, Any]
) -> None:
    client = module.ScoringClient(served.url, served.key)
    prediction_id = refused["prediction_id"]
    first = client.review(prediction_id, "granted", "Seen.", "A. Martin")
    assert first["action"] == "overridden"
    with pytest.raises(module.ScoringError) as caught:
        client.review(prediction_id, "refused", "Seen again.", "B. Petit")
    assert caught.value.status == 409
    second = client.review(
        prediction_id, "refused", "Seen again.", "B. Petit", first["review_id"]
    )
    assert second["action"] == "confirmed"
    assert second["replaces"] == first["review_id"]
    standing = client.standing(refused["client_id"])
    assert (standing["result"], standing["by"]) == ("refused", "person")
    assert standing["review_id"] == second["review_id"]
    past = next(client.history(refused["client_id"]))
    assert past["prediction_id"] == prediction_id
    assert past["reviews"] == [first, second]


def test_the_client_turns_every_page_of_a_history(
    served: Served, module: ModuleType
) -> None:
    client = module.ScoringClient(served.url, served.key)
    client_id = some_clients(served, 1)[0]
    client.decide_many([client_id] * 101)
    assert len(list(client.history(client_id))) > 100


def test_the_client_records_outcomes(
    served: Served, module: ModuleType, refused: dict[str, Any]
) -> None:
    client = module.ScoringClient(served.url, served.key)
    outcome = {"defaulted": True, "observed_on": "2026-10-31"}
    outcome["prediction_id"] = refused["prediction_id"]
    assert client.outcomes([outcome]) == {"accepted": 1, "duplicates": 0}
    assert client.outcomes([outcome]) == {"accepted": 0, "duplicates": 1}


@dataclass
class Way:
    """To the served API, and `faults` on it, one per request until they are used up.

    late: the answer takes too long; short: it breaks off; else a status of 429 or 503
    that says when to come back. `sent` are the headers of what was asked.
    """

    faults: list[str | tuple[int, str]]
    url: str = ""
    sent: list[dict[str, str]] = field(default_factory=list)
    answers: list[requests.Response] = field(default_factory=list)
    closed: threading.Event = field(default_factory=threading.Event)


@contextmanager
def way_to(url: str, *faults: str | tuple[int, str]) -> Iterator[Way]:
    way = Way(list(faults))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            way.sent.append(dict(self.headers))
            body = self.rfile.read(int(self.headers["Content-Length"]))
            fault = way.faults.pop(0) if way.faults else None
            if isinstance(fault, tuple):
                self.send_response(fault[0])
                self.send_header("Retry-After", fault[1])
                self.end_headers()
                return
            headers = {k: self.headers[k] for k in ("Authorization", "Idempotency-Key")}
            headers["Content-Type"] = "application/json"
            made = requests.post(url + self.path, data=body, headers=headers)
            way.answers.append(made)
            if fault == "late":
                way.closed.wait()
                return
            self.send_response(made.status_code)
            self.send_header("Content-Length", str(len(made.content)))
            self.end_headers()
            self.wfile.write(made.content[: 9 if fault == "short" else None])

        def log_message(self, *_: object) -> None:
            """Tests are quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,)).start()
    way.url = f"http://127.0.0.1:{server.server_port}"
    yield way
    way.closed.set()
    server.shutdown()
    server.server_close()


def test_an_answer_that_was_lost_is_asked_for_again(
    served: Served, module: ModuleType
) -> None:
    """Decided once though sent thrice: what was stored came too late, then cut off."""
    client_id = some_clients(served, 1)[0]
    direct = module.ScoringClient(served.url, served.key)
    before = len(list(direct.history(client_id)))
    with way_to(served.url, "late", "short") as way:
        client = module.ScoringClient(way.url, served.key, timeout=1)
        decision = client.decide(client_id)
    lost, *repeated = way.answers
    for one in repeated:
        assert one.headers["Idempotency-Replayed"] == "true"
        assert one.content == lost.content
    assert len(repeated) == 2
    assert decision["prediction_id"] == lost.json()["prediction_id"]
    assert len(list(direct.history(client_id))) == before + 1


def test_the_client_names_each_bad_field(served: Served, module: ModuleType) -> None:
    client = module.ScoringClient(served.url, served.key)
    with pytest.raises(module.ScoringError) as caught:
        client.what_if(some_clients(served, 1)[0], {"AMT_CREDIT": -1})
    assert caught.value.status == 422
    assert list(caught.value.errors) == ["/changes/AMT_CREDIT"]
    assert caught.value.request_id


def test_the_client_comes_back_when_it_is_told(
    served: Served, module: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two refusals for now, each with its Retry-After, and the same key throughout."""
    waited: list[float] = []
    client_id = some_clients(served, 1)[0]
    with way_to(served.url, (429, "3"), (503, "1")) as way, monkeypatch.context() as at:
        at.setattr("time.sleep", waited.append)
        module.ScoringClient(way.url, served.key).decide(client_id)
    assert waited == [3, 1]
    keys = [one["Idempotency-Key"] for one in way.sent]
    assert (len(keys), len(set(keys))) == (3, 1)


def test_the_client_gives_up_in_the_end(
    module: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    with way_to("", *[(503, "1")] * 5) as way:
        with pytest.raises(requests.RequestException):
            module.ScoringClient(way.url, "key").decide(1)
    assert len(way.sent) == 4


def test_a_day_leaves_no_page_empty_and_is_made_once(
    house: House, module: ModuleType, tmp_path: Path
) -> None:
    """On a database of its own."""
    day = House(house.data, tmp_path)
    day.bundle.symlink_to(house.bundle)
    flask = ("flask", "--app", "api")
    day.run(*flask, "db", "upgrade")
    day.run(*flask, "clients", "import", str(house.clients))
    roles = [
        f"--role={role}"
        for role in ("officer", "senior", "scoring", "analyst", "admin")
    ]
    key = day.run(*flask, "keys", "add", "day", *roles).split()[-1]
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = ["gunicorn", "-c", "api/server/gunicorn.conf.py", "api:create_app()"]
    settings = {"SCORING_BIND": f"127.0.0.1:{port}"}
    settings["SCORING_PRICES"] = str(house.data / "prices.json")
    script = [sys.executable, str(ROOT / "docs" / "a_day.py")]
    with server(day, command, settings, f"{url}/health/ready"):
        client = module.ScoringClient(url, key)
        asked = {"SCORING_URL": url, "SCORING_KEY": key}
        for _ in range(2):
            subprocess.run(script, env={**os.environ, **asked}, check=True, timeout=60)
        work = client._send("GET", "/v1/work?limit=200").json()
        alerts = client._send("GET", "/v1/alerts").json()["alerts"]
        kinds = {
            one["kind"]
            for one in client._send("GET", "/v1/monitoring/reports").json()["reports"]
        }
        offered = [
            one["client_id"]
            for one in work["items"]
            if one["state"] in ("open", "referred", "evidence")
            and client._send("GET", f"/v1/clients/{one['client_id']}").json()[
                "offer_id"
            ]
        ]
    waiting = {"contested": 1, "second": 1, "evidence": 7, "referred": 2, "open": 19}
    assert work["counts"] == {**waiting, "draft": 2, "done": 10}
    results = {one["result"] for one in work["items"] if one["state"] == "done"}
    assert results == {"granted", "refused", "withdrawn", "lapsed"}
    assert len(alerts) == 1 and len(offered) == 1
    assert {"performance", "production"} <= kinds
