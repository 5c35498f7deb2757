"""What was consulted, what was declared, and what a decision then finds on record."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from flask import Flask

from api.schemas.clients.evidence import DeclarationsAnswer, EvidenceAnswer
from api.store.people import erasure
from api.store.people.evidence import met, on_record
from api.store.tables import events, personal

CLIENT = 100003
DAY = "2026-10-31"
REGISTER = {
    "kind": "register",
    "source": "FICP",
    "reference": "42",
    "result": "negative",
    "consulted_at": DAY,
    "author": "A. Martin",
}


def post(call: Any, path: str, body: Any, client_id: Any = CLIENT, **more: Any) -> Any:
    address = f"/v1/clients/{client_id}/{path}"
    role = {} if isinstance(call, partial) else {"role": "officer"}
    return call("POST", address, json=body, **role, **more)


def test_evidence_is_answered_whole_what_was_consulted_last_first(call: Any) -> None:
    late = post(call, "evidence", REGISTER)
    assert late.status_code == 201, late.json
    early = {**REGISTER, "consulted_at": "2026-10-01", "valid_until": "2026-12-01"}
    first = post(call, "evidence", early).json
    assert first == {
        **early,
        "amount": None,
        **{name: first[name] for name in ("evidence_id", "signer", "created_at")},
        "client_id": CLIENT,
    }
    found = call("GET", f"/v1/clients/{CLIENT}/evidence", "officer").json
    EvidenceAnswer.model_validate(found)
    assert found["evidence"] == [late.json, first]
    assert post(call, "evidence", REGISTER, 1).status_code == 404
    bad = {**REGISTER, "kind": "gossip", "consulted_at": "2999-01-01", "amount": -1.0}
    named = post(call, "evidence", bad).json["errors"]
    assert {one["path"] for one in named} == {"/kind", "/consulted_at", "/amount"}


def test_the_last_declaration_holds_and_the_others_stay(call: Any) -> None:
    author = {"author": "A. Martin"}
    first = post(call, "declarations", {"monthly_income": 2100.0, **author})
    assert first.status_code == 201, first.json
    last = post(call, "declarations", {"dependants": 2, **author}).json
    assert last["monthly_income"] is None
    found = call("GET", f"/v1/clients/{CLIENT}/declarations", "officer").json
    DeclarationsAnswer.model_validate(found)
    assert found["declarations"] == [last, first.json]
    assert post(call, "declarations", author).status_code == 422


def test_who_is_logged_in_records_by_their_own_name(person: Any) -> None:
    note = {"text": "Called.", "author": "A. Martin"}
    for path, body in (("evidence", REGISTER), ("notes", note)):
        refused = post(person("Ada"), path, body)
        (error,) = refused.json["errors"]
        assert (refused.status_code, error["path"]) == (422, "/author")
        assert post(person("Ada"), path, {**body, "author": "Ada"}).status_code == 201
        assert post(person("dashboard", sub=None), path, body).status_code == 201


@pytest.mark.usefixtures("own")
def test_on_record_is_what_stands_and_goes_with_the_client(
    app: Flask, call: Any
) -> None:
    services = app.extensions["scoring"]
    database = services.database
    assert on_record(database, [CLIENT, CLIENT + 1]) == {}
    asked = {"client_id": CLIENT}
    made = [call("POST", "/v1/predictions", json=asked).json for _ in range(2)][-1]
    proof = [post(call, "evidence", REGISTER).json for _ in range(2)]
    declared = [
        post(call, "declarations", {"dependants": n, "author": "A. Martin"}).json
        for n in range(2)
    ][-1]
    other = post(call, "evidence", REGISTER, CLIENT + 1).json
    found = on_record(database, [CLIENT, CLIENT + 1, CLIENT + 2])
    assert found.keys() == {CLIENT, CLIENT + 1}
    assert found[CLIENT + 1].evidence == (other,)
    assert found[CLIENT].evidence == tuple(proof[::-1])
    assert found[CLIENT].declared == declared
    stands = {"result": made["decision"], "by": "model"}
    assert found[CLIENT].earlier == {**stands, "decided_at": made["created_at"]}

    review = {"decision": "withdrawn", "reason": "Moved.", "reviewer": "A. Martin"}
    path = f"/v1/predictions/{made['prediction_id']}/review"
    reviewed = call("POST", path, "officer", json=review).json
    assert on_record(database, [CLIENT])[CLIENT].earlier == {
        "result": "withdrawn",
        "by": "person",
        "decided_at": reviewed["created_at"],
    }
    with database.read() as connection:
        facts = connection.execute(events.select()).all()
    assert {row.facts for row in facts if row.kind == "evidence"} == {
        '{"evidence":"register"}'
    }
    for client_id in (CLIENT, CLIENT + 1):
        erasure.forget(database, services.chain_end, client_id)
    assert on_record(database, [CLIENT, CLIENT + 1]) == {}
    with database.read() as connection:
        assert connection.execute(personal.select()).all() == []
    assert app.test_cli_runner().invoke(args=["events", "verify"]).exit_code == 0


def seen(**more: Any) -> dict[str, Any]:
    return {**REGISTER, "valid_until": None, **more}


@pytest.mark.parametrize(
    ("evidence", "within", "proves"),
    [
        ([], None, False),
        ([seen()], None, True),
        ([seen(kind="income")], None, False),
        ([seen(consulted_at="2026-10-01")], 30, True),
        ([seen(consulted_at="2026-09-30")], 30, False),
        ([seen(valid_until=DAY)], None, True),
        ([seen(valid_until="2026-10-30")], None, False),
        ([seen(valid_until="2026-10-30"), seen()], None, True),
        ([seen(result="positive")], None, True),
        ([seen(result="inconclusive")], None, False),
        ([seen(result="contradicted"), seen()], None, False),
    ],
)
def test_evidence_proves_while_it_is_valid_and_not_open(
    evidence: list[Any], within: int | None, proves: bool
) -> None:
    assert met(evidence, "register", within, DAY) is proves


def test_who_somebody_is_is_proved_by_what_confirms_it_alone() -> None:
    for result in ("confirmed", "negative", "positive", "inconclusive"):
        proof = [seen(kind="identity", result=result)]
        assert met(proof, "identity", None, DAY) is (result == "confirmed")
