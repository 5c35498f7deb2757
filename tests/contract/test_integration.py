"""What docs/ gives to integrators works against the served API."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.conftest import ROOT, Served
from tests.contract.http import predict, some_clients

pytestmark = pytest.mark.xdist_group("house")
PAGE = (ROOT / "docs" / "integration.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"```sh\n(curl.*?)```", PAGE, re.DOTALL)


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
    done = subprocess.run(
        ["sh", "-c", command],
        cwd=tmp_path,
        env={**os.environ, **words},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    if "--output" in command:
        assert (tmp_path / "letter.pdf").read_bytes().startswith(b"%PDF")
        return
    answer = json.loads(done.stdout)
    assert "status" not in answer
    if "changes" in command:
        assert answer["kind"] == "simulation"


def test_the_page_has_commands() -> None:
    assert len(COMMANDS) == 12


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
    assert decision.decision in ("granted", "refused")
    assert (decision.probability < decision.threshold) == (
        decision.decision == "granted"
    )
    assert decision.reasons[0].text
    assert client.what_if(known_id, {"AMT_CREDIT": 100_000}).kind == "simulation"
    known = client._send("GET", f"/v1/clients/{known_id}").json()["application"]
    columns = {one["name"]: one["value"] for one in known}
    new = client.decide_on(columns, {"bureau": []})
    assert (new.kind, new.client_id) == ("decision", known_id)
    assert client.letter(new.prediction_id, "fr").startswith(b"%PDF")
    good, bad = client.decide_many([known_id, 1])
    assert good.probability == decision.probability
    assert isinstance(bad, module.ScoringError)
    assert bad.status == 404
    assert client.model()["threshold"] == decision.threshold


def test_the_client_says_what_would_be_granted(
    served: Served, module: ModuleType
) -> None:
    client = module.ScoringClient(served.url, served.key)
    looked = (
        client.counterfactual(one.prediction_id, ["AMT_CREDIT"])
        for one in client.decide_many(some_clients(served, 100))
        if one.decision == "refused"
    )
    found = next(one for one in looked if one.prediction is not None)
    assert found.prediction.decision == "granted"
    assert list(found.amounts) == ["AMT_CREDIT"]
    simulated = client.what_if(found.prediction.client_id, found.amounts)
    assert simulated.probability == found.prediction.probability


def test_the_client_finds_similar_clients(served: Served, module: ModuleType) -> None:
    client = module.ScoringClient(served.url, served.key)
    similar = client.similar(some_clients(served, 1)[0])
    low, high = similar.interval
    assert low <= similar.observed_default_rate <= high
    assert similar.document["matched_on"]


def test_the_client_reviews_and_tells_the_history(
    served: Served, module: ModuleType, refused: dict[str, Any]
) -> None:
    client = module.ScoringClient(served.url, served.key)
    prediction_id = refused["prediction_id"]
    first = client.review(prediction_id, "granted", "Seen.", "A. Martin")
    assert first.action == "overridden"
    with pytest.raises(module.ScoringError) as caught:
        client.review(prediction_id, "refused", "Seen again.", "B. Petit")
    assert caught.value.status == 409
    second = client.review(
        prediction_id, "refused", "Seen again.", "B. Petit", first.review_id
    )
    assert (second.action, second.replaces) == ("confirmed", first.review_id)
    standing = client.standing(refused["client_id"])
    assert (standing.result, standing.by) == ("refused", "person")
    assert standing.review_id == second.review_id
    past = next(client.history(refused["client_id"]))
    assert past.prediction_id == prediction_id
    assert past.reviews == (first, second)


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
    outcome = module.Outcome(refused["prediction_id"], True, date(2026, 10, 31))
    assert client.outcomes([outcome]) == module.Recorded(accepted=1, duplicates=0)
    assert client.outcomes([outcome]) == module.Recorded(accepted=0, duplicates=1)


def test_an_answer_that_was_lost_is_asked_for_again(
    served: Served, module: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Decided once though sent twice: the read timed out after it was stored."""
    client = module.ScoringClient(served.url, served.key)
    client_id = some_clients(served, 1)[0]
    before = len(list(client.history(client_id)))
    answers = []
    send = client._session.request

    def lose_the_first(*arguments: Any, **options: Any) -> Any:
        answers.append(send(*arguments, **options))
        if len(answers) == 1:
            raise module.requests.ReadTimeout
        return answers[-1]

    monkeypatch.setattr("time.sleep", lambda _: None)
    with monkeypatch.context() as patch:
        patch.setattr(client._session, "request", lose_the_first)
        decision = client.decide(client_id)
    lost, repeated = answers
    assert repeated.headers["Idempotency-Replayed"] == "true"
    assert repeated.content == lost.content
    assert decision.prediction_id == lost.json()["prediction_id"]
    assert len(list(client.history(client_id))) == before + 1


def test_the_client_names_each_bad_field(served: Served, module: ModuleType) -> None:
    client = module.ScoringClient(served.url, served.key)
    with pytest.raises(module.ScoringError) as caught:
        client.what_if(some_clients(served, 1)[0], {"AMT_CREDIT": -1})
    assert caught.value.status == 422
    assert list(caught.value.errors) == ["/changes/AMT_CREDIT"]
    assert caught.value.request_id


def test_the_client_comes_back_when_it_is_told(
    module: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two refusals for now, each with its Retry-After, and the same key throughout."""
    keys, waited = [], []
    answers = iter([(429, "3"), (503, "1"), (200, None)])

    def answer(*_: object, headers: dict[str, str], **__: object) -> object:
        keys.append(headers["Idempotency-Key"])
        status, after = next(answers)
        response = module.requests.Response()
        response.status_code = status
        response.headers.update({"Retry-After": after} if after else {})
        return response

    client = module.ScoringClient("http://scoring.invalid", "k")
    monkeypatch.setattr(client._session, "request", answer)
    monkeypatch.setattr("time.sleep", waited.append)
    assert client._send("POST", "/v1/predictions", {}).status_code == 200
    assert waited == [3.0, 1.0]
    assert len(keys) == 3
    assert len(set(keys)) == 1
