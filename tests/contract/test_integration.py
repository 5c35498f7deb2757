"""What docs/ gives to integrators works against the served API."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from types import ModuleType

import pytest

from tests.conftest import ROOT, Served
from tests.contract.http import some_clients

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


@pytest.mark.skipif(not shutil.which("curl"), reason="there is no curl")
@pytest.mark.parametrize("command", COMMANDS)
def test_every_curl_command_works(served: Served, command: str) -> None:
    first, second = some_clients(served, 2)
    command = command.replace("100001", str(first)).replace("100002", str(second))
    done = subprocess.run(
        ["sh", "-c", command],
        env={**os.environ, "SCORING_URL": served.url, "SCORING_KEY": served.key},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    answer = json.loads(done.stdout)
    assert "status" not in answer
    if "changes" in command:
        assert answer["kind"] == "simulation"


def test_the_page_has_commands() -> None:
    assert len(COMMANDS) == 5


def test_the_client_decides_simulates_and_looks_up(
    served: Served, module: ModuleType
) -> None:
    client = module.ScoringClient(served.url, served.key)
    ids = list(client.clients())
    assert ids == sorted(ids)
    assert len(ids) == client._send("GET", "/v1/clients").json()["total"]
    decision = client.decide(ids[0])
    assert decision.decision in ("granted", "refused")
    assert (decision.probability < decision.threshold) == (
        decision.decision == "granted"
    )
    assert decision.reasons[0].text
    assert client.what_if(ids[0], {"AMT_CREDIT": 100_000}).kind == "simulation"
    assert client.letter(decision.prediction_id, "fr").startswith(b"%PDF")
    good, bad = client.decide_many([ids[0], 1])
    assert good.probability == decision.probability
    assert isinstance(bad, module.ScoringError)
    assert bad.status == 404
    assert client.model()["threshold"] == decision.threshold


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
