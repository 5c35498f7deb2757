"""The API's documents show and describe what it answers, on a bundle just made.

`make examples` records them anew.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from flask import Flask

from api import create_app
from api.bundle.read import read_bundle
from api.config import Config
from api.store.migrate import upgrade
from tests.conftest import ROOT, House
from tests.contract.generated import PACKAGE, asker, generate

pytestmark = pytest.mark.xdist_group("house")
RECORDED = ROOT / "api" / "http" / "openapi_examples.json"
# What the documents' examples of requests say.
CLIENT, DRAFT = "100001", "new-7k3m9q2x4w"
IDENTIFIER = "019aab5c-4f1e-7c3a-9d52-0f6f4b1f6a01"
ROLES = ("officer", "senior", "scoring", "analyst", "admin")
LINES = "application/x-ndjson"
SCORECARD = "/v1/model/scorecard"
# The report that was posted just before has no page, and the batch decided anew.
NONE = {
    "/v1/monitoring/reports/latest/html": HTTPStatus.NOT_FOUND,
    "/v1/monitoring/reports/{report_id}/html": HTTPStatus.NOT_FOUND,
    "/v1/predictions/{prediction_id}/letter": HTTPStatus.CONFLICT,
}
# Of many things a few are shown, unless they are numbers that belong together.
FEW, NUMBERS = 4, 40

Ask = Callable[..., Any]
Answers = dict[str, dict[str, Any]]


def test_the_recorded_answers_are_those_given_now(
    ask: Ask, app: Flask, scorecard_house: House, request: pytest.FixtureRequest
) -> None:
    answers = record(ask)
    refuse_no_example(ask)
    app.extensions["scoring"].serve(read_bundle(scorecard_house.bundle))
    answers |= table_of_points(ask)
    if request.config.getoption("--record-examples"):
        text = json.dumps(answers, ensure_ascii=False, indent=1)
        RECORDED.write_text(f"{text}\n", encoding="utf-8")
    recorded = json.loads(RECORDED.read_text(encoding="utf-8"))
    assert names(recorded, 4) == names(answers, 4), "run make examples"


@pytest.fixture
def app(house: House, tmp_path: Path) -> Iterator[Flask]:
    """An API of its own."""
    url = f"sqlite:///{tmp_path}/examples.sqlite"
    upgrade(url, 5)
    prices = str(house.data / "prices.json")
    made = create_app(Config(bundle=house.bundle, database_url=url, prices=prices))
    yield made
    made.extensions["scoring"].database.close()


@pytest.fixture
def ask(
    app: Flask, house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Ask]:
    """Ask it, with a key of every role, by a generated client.

    So every route is called as programs that generate their client call it.
    """
    run = app.test_cli_runner().invoke
    assert run(args=["clients", "import", str(house.clients)]).exit_code == 0
    roles = [f"--role={role}" for role in ROLES]
    key = run(args=["keys", "add", "examples", *roles]).stdout.strip()
    document: Any = app.test_client().get("/openapi.json").json
    generate(document, tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    yield asker(app, document, key)
    for name in [name for name in sys.modules if name.startswith(PACKAGE)]:
        del sys.modules[name]


def record(ask: Ask) -> Answers:
    """Ask every route, in order, for what its example says; its answers by status."""
    found: Answers = {}
    known = {CLIENT: str(refused(ask)), IDENTIFIER: IDENTIFIER, DRAFT: DRAFT}
    document = ask("GET", "/openapi.json").json
    for path, methods in document["paths"].items():
        if path == SCORECARD:
            continue
        for method, operation in methods.items():
            asked = swap(address(path, operation), known), swap(body(operation), known)
            if not documented(operation):
                response = ask(method.upper(), asked[0])
                expected = NONE.get(path, HTTPStatus.OK)
                assert response.status_code == expected, response.text
                assert response.parsed is not None, path
            for _ in documented(operation):
                response = ask(method.upper(), asked[0], json.loads(asked[1]))
                assert response.status_code < 300, f"{path}: {response.text}"
                answer = read(response)
                assert misfits(document, operation, response) == [], path
                if path == "/v1/applications":
                    known[DRAFT] = answer["client_id"]
                elif "{" not in path and isinstance(answer, dict):
                    made = answer.get("prediction_id", answer.get("id"))
                    known[IDENTIFIER] = made or known[IDENTIFIER]
                elif response.status_code == HTTPStatus.CREATED:
                    known[IDENTIFIER] = answer.get("offer_id", known[IDENTIFIER])
                back = {real: shown for shown, real in known.items()}
                shown = json.loads(swap(json.dumps(shorter(answer)), back))
                status = str(response.status_code)
                found.setdefault(f"{method.upper()} {path}", {})[status] = shown
    return found


def table_of_points(ask: Ask) -> Answers:
    """The answer that trees have none for; of its inputs those that say something."""
    document, response = ask("GET", "/openapi.json").json, ask("GET", SCORECARD)
    assert misfits(document, document["paths"][SCORECARD]["get"], response) == []
    table = response.json
    said = [one for one in table["inputs"] if len(one["points"]) > 1]
    shown = {**table, "inputs": shorter(said)}
    return {f"GET {SCORECARD}": {str(response.status_code): shown}}


def refuse_no_example(ask: Ask) -> None:
    """Each example of a body of predictions, the new applicant with all columns too."""
    client = str(ask("GET", "/v1/clients?limit=1").json["clients"][0]["client_id"])
    content = ask("GET", "/openapi.json").json["paths"]["/v1/predictions"]["post"]
    examples = content["requestBody"]["content"]["application/json"]["examples"]
    assert "new applicant" in examples
    for name, example in examples.items():
        sent = json.loads(swap(json.dumps(example["value"]), {CLIENT: client}))
        assert ask("POST", "/v1/predictions", sent).status_code == 201, name


def refused(ask: Ask) -> int:
    """A client who is refused, and would be granted a smaller loan."""
    for one in ask("GET", "/v1/clients?limit=100").json["clients"][FEW:]:
        asked = {"client_id": one["client_id"]}
        decided = ask("POST", "/v1/predictions", asked).json
        if decided["decision"] == "refused":
            path = f"/v1/predictions/{decided['prediction_id']}/counterfactual"
            if ask("POST", path, {"terms": ["amount"]}).json["found"]:
                return int(one["client_id"])
    raise AssertionError("nobody is refused who would be granted less")


def documented(operation: Any) -> list[str]:
    """The statuses of success whose answer is told: as a model, or as lines of JSON."""
    return [
        status
        for status, response in operation["responses"].items()
        for kind, content in response.get("content", {}).items()
        if status < "300" and ("$ref" in content["schema"] or kind == LINES)
    ]


def address(path: str, operation: Any) -> str:
    """The path with its examples, and every parameter of the query it must have."""
    query = []
    for one in operation["parameters"]:
        if one["in"] == "path":
            path = path.replace(f"{{{one['name']}}}", str(one["example"]))
        elif one["required"]:
            query.append(f"{one['name']}={one['schema']['examples'][0]}")
    return f"{path}?{'&'.join(query)}"


def body(operation: Any) -> str:
    """The first example of a body, as JSON; null without one."""
    if "requestBody" not in operation:
        return "null"
    examples = operation["requestBody"]["content"]["application/json"]["examples"]
    return json.dumps(next(iter(examples.values()))["value"])


def read(response: Any) -> Any:
    """The JSON; of lines of JSON the last of each kind, as text."""
    if response.mimetype != LINES:
        return response.json
    last = {json.loads(line)["kind"]: line for line in response.text.splitlines()}
    return "".join(f"{line}\n" for line in last.values())


def shorter(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: shorter(one) for name, one in value.items()}
    if not isinstance(value, list):
        return value
    numbers = all(isinstance(one, int | float) for one in value)
    kept = value if numbers and len(value) <= NUMBERS else value[:FEW]
    return [one[:FEW] if isinstance(one, list) else shorter(one) for one in kept]


def misfits(document: Any, operation: Any, response: Any) -> list[str]:
    """Where a whole answer is not what the document says of it."""
    content = operation["responses"][str(response.status_code)]["content"]
    described = content[response.mimetype]["schema"]
    schema = {**described, "components": document["components"]}
    errors = jsonschema_rs.validator_for(schema).iter_errors(
        response.text if response.mimetype == LINES else response.json
    )
    return [f"{one.instance_path}: {one.message}" for one in errors]


def swap(text: str, words: dict[str, str]) -> str:
    """Replace whole words; a number with a point in it is none of them."""
    for old, new in words.items():
        text = re.sub(rf"(?<![\w.-]){old}(?![\w.-])", new, text)
    return text


def names(value: Any, depth: int, path: str = "") -> set[str]:
    """The paths of keys down to `depth`; all items of a list count as one."""
    found = {path}
    if depth and isinstance(value, dict):
        for name, one in value.items():
            found |= names(one, depth - 1, f"{path}/{name}")
    if depth and isinstance(value, list):
        for one in value:
            found |= names(one, depth, path)
    return found
