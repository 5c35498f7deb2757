"""A lender's key may be a text: from the import to the erasure it is taken as it is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask

from api import create_app
from api.config import Config
from api.errors import ImportRefused
from api.features.clients_file import opened
from api.identifiers import now
from api.store.events.export import Pseudonyms
from api.store.people.evidence import on_record
from tests.api.decisions import REGISTER, TWO

OTHER = {"SK_ID_CURR": "Numéro_client", "bureau": "credits"}
# Places 1 to 500; all that an address or a search could take for something else.
TEXT = "'<b>' || (SK_ID_CURR - 100000) || '</b>&\"%_é'"
KEY = '<b>7</b>&"%_é'
AT = "/v1/clients/" + quote(KEY, safe="")

pytestmark = pytest.mark.usefixtures("own")


@pytest.fixture
def app(world: Any, conftest: Any, url: str, tmp_path: Path) -> Iterator[Flask]:
    """The API of that lender, over the events and clients of the one before."""
    bundle, clients = conftest.lend(world, tmp_path, OTHER, TEXT)
    made = create_app(Config(bundle=bundle, database_url=url))
    done = made.test_cli_runner().invoke(args=["clients", "import", str(clients)])
    assert done.exit_code == 0, done.output
    yield made
    made.extensions["scoring"].database.close()


def test_a_text_goes_through_every_route(app: Flask, call: Any) -> None:
    run = app.test_cli_runner().invoke
    answer = call("POST", "/v1/predictions", json={"client_id": KEY})
    assert (answer.status_code, answer.json["client_id"]) == (201, KEY)
    decided = answer.json["prediction_id"]
    what_if = {"client_id": KEY, "changes": {"CNT_CHILDREN": 2}}
    batch = call("POST", "/v1/predictions/batch", json={"predictions": [what_if]})
    assert batch.json["predictions"][0]["client_id"] == KEY
    body = {"decision": "granted", "reason": "Known.", "reviewer": "A"}
    at = f"/v1/predictions/{decided}"
    review = call("POST", f"{at}/review", "officer", json=body).json
    assert review["client_id"] == KEY
    client = call("GET", AT, "officer").json
    assert (client["client_id"], client["standing"]["by"]) == (KEY, "person")
    facts = {one["name"]: one["value"] for one in client["application"]}
    assert facts["Numéro_client"] == KEY
    history = call("GET", f"{AT}/predictions", "officer").json
    assert (history["client_id"], len(history["predictions"])) == (KEY, 2)
    assert call("GET", f"{AT}/similar", "officer").json["client_id"] == KEY
    shown = f"/v1/features/AMT_CREDIT/distribution?client_id={quote(KEY)}"
    assert call("GET", shown, "officer").json["client"]["client_id"] == KEY
    assert call("GET", f"{at}/letter", "officer").data.startswith(b"%PDF")
    outcome: dict[str, Any] = {"prediction_id": decided, "defaulted": False}
    told = {"outcomes": [outcome | {"observed_on": "2026-11-01"}]}
    assert call("POST", "/v1/outcomes", "admin", json=told).status_code == 201
    lines = call("GET", "/v1/events", "analyst").text.splitlines()
    pseudonyms = {json.loads(line)["client"] for line in lines}
    assert pseudonyms == {Pseudonyms(app.extensions["scoring"].database).of(KEY)}
    assert "2 answers are the same" in run(args=["events", "replay"]).stderr
    assert run(args=["events", "verify"]).exit_code == 0
    forgotten = run(args=["clients", "forget", KEY])
    assert "forgotten, with 4 events" in forgotten.stderr
    assert call("GET", AT, "officer").status_code == 404
    assert call("GET", f"{AT}/predictions", "officer").json["predictions"] == []
    assert call("GET", at, "officer").status_code == 410
    assert run(args=["events", "verify"]).exit_code == 0
    # The place of whom was forgotten is nobody's key.
    assert call("GET", "/v1/clients", "officer").json["total"] == 499


def test_an_offer_is_made_to_a_text(app: Flask, call: Any) -> None:
    body = {"terms": {"amount": 9000}, "valid_until": "2999-12-31", "reviewer": "A"}
    offer = call("POST", f"{AT}/offers", "officer", json=body).json
    assert offer["client_id"] == KEY
    at = f"{AT}/offers/{offer['offer_id']}"
    assert call("GET", at, "officer").json == offer
    other = at.replace("7", "8", 1)
    assert call("GET", other, "officer").status_code == 404
    forgotten = app.test_cli_runner().invoke(args=["clients", "forget", KEY])
    assert "with 2 events" in forgotten.stderr
    assert call("GET", at, "officer").status_code == 410


def test_a_text_is_claimed_proved_and_signed_for(
    app: Flask, person: Any, recommend: Any
) -> None:
    ada, zoe = person("Ada"), person("Zoe")
    made = recommend(KEY, "referred", requires=[REGISTER, TWO])
    work = AT.replace("clients", "work")
    assert ada("POST", f"{work}/claim").json["client_id"] == KEY
    proof = {"kind": "register", "source": "FICP", "result": "negative"}
    proof |= {"consulted_at": now()[:10], "author": "Ada"}
    assert ada("POST", f"{AT}/evidence", json=proof).status_code == 201
    declared = {"dependants": 1, "author": "Ada"}
    assert ada("POST", f"{AT}/declarations", json=declared).status_code == 201
    record = on_record(app.extensions["scoring"].database, [KEY])[KEY]
    assert (len(record.evidence), (record.declared or {})["dependants"]) == (1, 1)
    review = f"/v1/predictions/{made['prediction_id']}/review"
    body = {"decision": "granted", "reason": "Seen."}
    assert zoe("POST", review, json=body | {"reviewer": "Zoe"}).status_code == 409
    for by, name, final in ((ada, "Ada", False), (zoe, "Zoe", True)):
        told = by("POST", review, json=body | {"reviewer": name}).json
        assert (told["client_id"], told["final"]) == (KEY, final)
    assert ada("GET", AT).json["standing"]["reviewer"] == "Zoe"
    forgotten = app.test_cli_runner().invoke(args=["clients", "forget", KEY])
    assert "with 5 events" in forgotten.stderr
    assert ada("POST", f"{work}/claim").status_code == 404


def test_whose_key_a_text_is_does_not_show_when_it_is_changed(
    app: Flask, call: Any
) -> None:
    call("POST", "/v1/predictions", json={"client_id": KEY})
    run, database = app.test_cli_runner().invoke, app.extensions["scoring"].database
    with database.write() as connection:
        drop = "DROP TRIGGER personal_no_update"
        kind = connection.dialect.name
        connection.exec_driver_sql(drop + " ON personal" * (kind == "postgresql"))
        connection.exec_driver_sql("UPDATE personal SET client_text = 'another'")
    assert "its personal part was changed" in run(args=["events", "verify"]).stderr


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("prefix=<b>49", ["49", *range(490, 500)]),
        ("prefix=<B>49", []),
        ("prefix=<b>5%25", []),
        ("prefix=<b>_</b>", []),
        ("suffix=99</b>%26%22%25_é", [199, 299, 399, 499, 99]),
        ("prefix=<b>1&suffix=9</b>%26%22%25_é&limit=3", [109, 119, 129]),
        ("prefix=<b>1&suffix=9</b>%26%22%25_é&limit=3&cursor=NEXT", [139, 149, 159]),
    ],
)
def test_texts_are_found_by_how_they_begin_and_end_in_their_order(
    call: Any, asked: str, found: list[Any]
) -> None:
    if "NEXT" in asked:
        first = call("GET", f"/v1/clients?{asked.partition('&cursor')[0]}", "officer")
        asked = asked.replace("NEXT", first.json["next_cursor"])
    page = call("GET", f"/v1/clients?{asked}", "officer").json
    numbers = [re.findall(r"\d+", one["client_id"])[0] for one in page["clients"]]
    assert sorted(numbers) == sorted(map(str, found))
    assert [one["client_id"] for one in page["clients"]] == sorted(
        one["client_id"] for one in page["clients"]
    )


def test_a_new_applicant_is_computed_as_the_known_client_was(
    app: Flask, call: Any, world: Any
) -> None:
    number = max(world.raw, key=lambda one: len(world.raw[one].bureau))
    raw, key = world.raw[number], KEY.replace("7", str(number - 100000))
    mine = {"Numéro_client": key}
    body = {
        "application": {**raw.application, **mine},
        "credits": [{**one, **mine} for one in raw.bureau],
        "bureau_balance": raw.bureau_balance,
    }
    for one in (body["application"], *body["credits"]):
        del one["SK_ID_CURR"]
    new = call("POST", "/v1/predictions", json=body).json
    known = call("POST", "/v1/predictions", json={"client_id": key}).json
    assert (new["client_id"], new["probability"]) == (key, known["probability"])


@pytest.mark.parametrize(
    ("key", "detail"),
    [
        (7, "expected a text, found a number"),
        ("", "found ''"),
        ("k" * 65, "expected a text of 1 to 64 characters"),
        ("a\nb", r"none of them a control character.* found 'a\\nb'"),
        ("..", "not all of them dots, found '..'"),
    ],
)
def test_what_is_no_text_key_is_refused_in_one_sentence(
    call: Any, key: Any, detail: str
) -> None:
    for path, body in (
        ("/client_id", {"client_id": key}),
        ("/application/Numéro_client", {"application": {"Numéro_client": key}}),
    ):
        answer = call("POST", "/v1/predictions", json=body)
        errors = {one["path"]: one["detail"] for one in answer.json["errors"]}
        assert answer.status_code == 422
        assert re.search(detail, errors[path])
    if isinstance(key, str) and key.strip("."):
        answer = call("GET", f"/v1/clients/{quote(key)}", "officer")
        assert answer.status_code == 404
        assert re.search(detail, answer.json["detail"])


@pytest.mark.parametrize("template", ["sqlite"], indirect=True)
def test_a_clients_file_with_a_key_that_cannot_be_is_refused(
    app: Flask, world: Any, conftest: Any, tmp_path: Path
) -> None:
    manifest = app.extensions["scoring"].champion().manifest
    (tmp_path / "bad").mkdir()
    text = "CASE SK_ID_CURR WHEN 100007 THEN '' ELSE SK_ID_CURR::VARCHAR END"
    _, clients = conftest.lend(world, tmp_path / "bad", OTHER, text)
    said = "a client's Numéro_client: expected a text of 1 to 64 characters.* found ''"
    with pytest.raises(ImportRefused, match=said), opened(clients, manifest):
        pass


@pytest.mark.parametrize("template", ["sqlite"], indirect=True)
def test_the_place_of_a_text_is_not_taken_for_a_number(
    app: Flask, world: Any, url: str, call: Any
) -> None:
    """Whoever puts the bundle before back finds no client of the import after it."""
    before = create_app(Config(bundle=world.bundle, database_url=url))
    client, key = before.test_client(), before.test_cli_runner().invoke
    added = key(args=["keys", "add", "x", "--role", "officer"]).stdout.strip()
    headers = {"Authorization": f"Bearer {added}"}
    for number in (7, 100007):
        assert client.get(f"/v1/clients/{number}", headers=headers).status_code == 404
    assert key(args=["clients", "forget", "7"]).exit_code == 0
    assert call("GET", AT, "officer").status_code == 200
    before.extensions["scoring"].database.close()


def test_the_document_is_of_that_lenders_tables(app: Flask, call: Any) -> None:
    text = call("GET", "/openapi.json").text
    assert "SK_ID_CURR" not in text
    schemas = json.loads(text)["components"]["schemas"]
    asked = schemas["NewApplicant"]["properties"]
    assert "bureau" not in asked
    assert "SK_ID_BUREAU" in asked["credits"]["items"]["properties"]
    credit = asked["application"]["properties"]["AMT_CREDIT"]
    assert credit["type"] == ["number"] and credit["minimum"] == 0
    changed = schemas["WhatIf"]["properties"]["changes"]["properties"]
    assert {*asked["application"]["properties"]} - {*changed} == {"Numéro_client"}
    entered = schemas["Draft"]["properties"]
    assert "SK_ID_BUREAU" in entered["credits"]["items"]["properties"]
    assert {*entered["application"]["properties"]} == {*changed}
    assert "required" not in entered["application"]


def test_what_is_entered_here_has_a_key_of_ours(app: Flask, call: Any) -> None:
    given = {"AMT_CREDIT": 5000, "CNT_CHILDREN": 0}
    body = {"reference": "Dossier 7", "application": given}
    key = call("POST", "/v1/applications", "officer", json=body).json["client_id"]
    forged = {"application": given | {"Numéro_client": key}}
    refused = call("POST", "/v1/predictions", json=forged)
    assert refused.json["errors"][0]["detail"].startswith("begins with new-")
    ids = {"predictions": [{"client_id": KEY}, {"client_id": key}]}
    both = call("POST", "/v1/predictions/batch", json=ids).json["predictions"]
    assert [one["client_id"] for one in both] == [KEY, key]
    for query in ("prefix=new-", "reference=dossier"):
        page = call("GET", f"/v1/clients?{query}", "officer").json
        called = [{"client_id": key, "reference": "Dossier 7"}]
        assert page == {"clients": called, "total": 1, "next_cursor": None}
    assert call("GET", f"/v1/clients/{key}", "officer").json["standing"]
    assert app.test_cli_runner().invoke(args=["clients", "forget", key]).exit_code == 0
    assert call("GET", f"/v1/clients/{key}", "officer").status_code == 404
