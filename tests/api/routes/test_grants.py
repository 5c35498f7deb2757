"""A grant stands when what the lender's rules require is there, and two have signed."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from api.identifiers import now
from api.schemas.answers import ClientAnswer
from api.schemas.reviews import History
from api.schemas.work import DecisionsAnswer
from api.store.people import erasure
from api.store.tables import events, personal
from tests.api.decisions import REGISTER, TWO

CLIENT = 100003


def sign(
    by: Any, made: Any, decision: str = "granted", name: str = "Ada", **more: Any
) -> Any:
    body = {"decision": decision, "reason": "Seen.", "reviewer": name, **more}
    return by("POST", f"/v1/predictions/{made['prediction_id']}/review", json=body)


def prove(by: Any, result: str = "negative") -> Any:
    body = {"kind": "register", "source": "FICP", "result": result, "author": "Zoe"}
    today = {"consulted_at": now()[:10]}
    return by("POST", f"/v1/clients/{CLIENT}/evidence", json=body | today)


def client(by: Any) -> Any:
    answer = by("GET", f"/v1/clients/{CLIENT}").json
    ClientAnswer.model_validate(answer)
    return answer


def state(by: Any) -> Any:
    page = by("GET", "/v1/work").json
    (item,) = page["items"]
    return item["state"]


def test_a_grant_waits_for_evidence_and_a_refusal_does_not(
    person: Any, recommend: Any
) -> None:
    made = recommend(CLIENT, "referred", requires=[REGISTER])
    ada, zoe = person("Ada"), person("Zoe")
    assert (client(ada)["requirements"], state(ada)) == ([REGISTER], "evidence")
    missing = sign(ada, made)
    assert missing.status_code == 409
    assert missing.json["errors"] == [
        {"path": "/requirements/REGISTER", "detail": REGISTER["text"]["en"]}
    ]
    refused = sign(ada, made, "refused").json
    assert refused["final"] is True
    again = {"replaces": refused["review_id"]}
    prove(zoe, "inconclusive")
    assert sign(ada, made, **again).status_code == 409
    prove(zoe)
    assert client(ada)["requirements"] == [{**REGISTER, "met": True}]
    granted = sign(ada, made, **again)
    assert (granted.status_code, granted.json["final"]) == (201, True)
    assert client(ada)["standing"]["result"] == "granted"


@pytest.mark.usefixtures("own")
def test_a_policy_that_decides_is_what_a_grant_is_held_to(
    person: Any, call: Any, policy_of: Any
) -> None:
    """By rules that are active, from the decision to the grant of two people."""
    document = policy_of(
        ("REGISTER", "require", {"terms.amount": "> 1"}, "register", 30),
        ("LARGE", "second_review", {"terms.amount": "> 1"}),
    )
    added = call("POST", "/v1/policies", "analyst", json=document).json["sha256"]
    call("POST", f"/v1/policies/{added}/activate", "admin")
    made = call("POST", "/v1/predictions", json={"client_id": CLIENT}).json
    refused = made["decision"] == "refused"
    ada, zoe = person("Ada"), person("Zoe")
    assert state(ada) == ("open" if refused else "evidence")
    missing = sign(ada, made).json["errors"]
    assert missing == [{"path": "/requirements/REGISTER", "detail": "Rule REGISTER."}]
    prove(zoe)
    assert [one["met"] for one in client(ada)["requirements"]] == [True, False]
    assert sign(ada, made).json["final"] is False
    assert sign(zoe, made, name="Zoe").json["final"] is True
    assert [one["met"] for one in client(ada)["requirements"]] == [True, True]
    assert client(ada)["standing"]["result"] == "granted"


def test_what_waits_for_evidence_is_referred_once_it_is_there(
    person: Any, recommend: Any
) -> None:
    ada, zoe = person("Ada"), person("Zoe")
    income = {**REGISTER, "code": "INCOME", "evidence": "income"}
    first = recommend(CLIENT, "referred", requires=[REGISTER, income])
    prove(zoe)
    assert state(ada) == "evidence"
    recommend(CLIENT, "referred", requires=[REGISTER])
    assert state(ada) == "evidence"
    prove(zoe)
    (item,) = ada("GET", "/v1/work?state=referred").json["items"]
    assert (item["result"], item["since"]) == ("referred", first["created_at"])
    recommend(CLIENT, "refused", requires=[REGISTER])
    assert state(ada) == "open"


def test_two_people_sign_for_a_grant(person: Any, call: Any, recommend: Any) -> None:
    made = recommend(
        CLIENT, "referred", requires=[TWO], fired={"LARGE": "second_review"}
    )
    ada, zoe = person("Ada"), person("Zoe")
    first = sign(ada, made)
    assert (first.status_code, first.json["final"], first.json["signs"]) == (
        *(201, False),
        None,
    )
    told = client(ada)
    stands = {name: told["standing"][name] for name in ("result", "by", "reviewer")}
    assert stands == {"result": "referred", "by": "policy", "reviewer": None}
    assert told["signature"] == {
        **{n: first.json[n] for n in ("review_id", "prediction_id", "reviewer")},
        **{n: first.json[n] for n in ("signer", "reason", "created_at")},
        "mine": True,
    }
    assert client(zoe)["signature"]["mine"] is False
    (item,) = ada("GET", "/v1/work?state=second").json["items"]
    assert (item["since"], item["result"]) == (first.json["created_at"], "referred")
    assert sign(ada, made).status_code == 409
    recommend(CLIENT, "referred", requires=[TWO])
    assert state(ada) == "second"

    second = sign(zoe, made, name="Zoe").json
    assert (second["final"], second["signs"]) == (True, first.json["review_id"])
    told = client(zoe)
    assert (told["standing"]["reviewer"], told["signature"]) == ("Zoe", None)
    assert (told["standing"]["result"], state(ada)) == ("granted", "done")
    history = ada("GET", f"/v1/clients/{CLIENT}/predictions").json
    History.model_validate(history)
    past = history["predictions"][-1]
    assert past["reviews"] == [first.json, second]
    assert (past["recommendation"], past["decision"]) == ("referred", "granted")
    assert [rule["code"] for rule in past["policy"]["rules"]] == ["LARGE"]
    fed = call("GET", "/v1/decisions").json
    DecisionsAnswer.model_validate(fed)
    assert [(one["result"], one["by"]) for one in fed["decisions"]] == [
        *[("referred", "policy")] * 2,
        ("granted", "person"),
    ]


def test_a_first_signature_is_followed_by_a_refusal_as_well(
    person: Any, recommend: Any
) -> None:
    made = recommend(CLIENT, "referred", requires=[TWO])
    ada, zoe = person("Ada"), person("Zoe")
    sign(ada, made)
    refused = sign(zoe, made, "refused", name="Zoe").json
    assert (refused["final"], refused["signs"]) == (True, None)
    assert client(ada)["signature"] is None
    # What was signed before that counts no more.
    again = sign(zoe, made, name="Zoe", replaces=refused["review_id"])
    assert again.json["final"] is False


def test_whom_no_login_knows_signs_alone_and_never_as_one_of_two(
    person: Any, call: Any, recommend: Any
) -> None:
    nobody = person("dashboard", sub=None)
    made = recommend(CLIENT, "referred", requires=[TWO])
    refused = sign(nobody, made, name="A. Martin")
    assert (refused.status_code, "log in" in refused.json["detail"]) == (403, True)
    named = sign(person("Ada"), made, name="A. Martin")
    assert (named.status_code, named.json["errors"][0]["path"]) == (422, "/reviewer")
    # Each key is somebody.
    officer = partial(call, role="officer")
    assert sign(officer, made, name="A. Martin").json["final"] is False
    assert sign(officer, made, name="B. Diallo").status_code == 409
    alone = recommend(CLIENT + 1, "granted")
    assert sign(nobody, alone, name="A. Martin").json["final"] is True


@pytest.mark.parametrize("decision", ["granted", "refused"])
def test_to_grant_what_a_rule_refuses_takes_a_senior(
    person: Any, recommend: Any, decision: str
) -> None:
    fired = {"AGE": "refuse", "TOLD": "note"}
    made = recommend(CLIENT, "refused", decision=decision, fired=fired)
    refused = sign(person("Ada"), made)
    assert (refused.status_code, "senior" in refused.json["detail"]) == (403, True)
    assert sign(person("Ada"), made, "withdrawn").status_code == 201
    of_model = recommend(CLIENT + 1, "refused", decision="refused", fired={"A": "note"})
    assert sign(person("Ada"), of_model).status_code == 201
    standing = client(person("Ada"))["standing"]["review_id"]
    assert sign(person("Eve", "senior"), made, name="Eve", replaces=standing).json[
        "final"
    ]


def test_an_earlier_decision_is_no_way_around_the_newest(
    person: Any, recommend: Any
) -> None:
    before = recommend(CLIENT, "granted")
    recommend(CLIENT, "referred", requires=[REGISTER])
    assert sign(person("Ada"), before).status_code == 409
    recommend(CLIENT, "refused", fired={"AGE": "refuse"})
    assert sign(person("Ada"), before).status_code == 403


@pytest.mark.usefixtures("own")
def test_who_signed_is_known_as_long_as_the_signature_and_no_longer(
    app: Flask, person: Any, recommend: Any
) -> None:
    services = app.extensions["scoring"]
    made = recommend(CLIENT, "referred", requires=[TWO])
    signed = sign(person("Ada", sub="248289"), made).json
    retain = partial(erasure.erase_outdated, services.database, services.chain_end)
    assert retain(signed["created_at"]) == 0
    erasure.forget(services.database, services.chain_end, CLIENT)
    with services.database.read() as connection:
        assert connection.execute(personal.select()).all() == []
        kept = connection.execute(events.select()).all()
    assert "248289" not in json.dumps([list(row) for row in kept], default=str)
    assert "Ada" not in json.dumps([list(row) for row in kept], default=str)
    assert app.test_cli_runner().invoke(args=["events", "verify"]).exit_code == 0


def test_of_two_who_sign_at_once_one_is_first_and_one_second(
    person: Any, recommend: Any, at_once: Any
) -> None:
    replaces = None
    ada, zoe = person("Ada"), person("Zoe")
    for _ in range(5):
        made = recommend(CLIENT, "referred", requires=[TWO])
        answers = at_once(
            partial(sign, ada, made, name="Ada", replaces=replaces),
            partial(sign, zoe, made, name="Zoe", replaces=replaces),
        )
        won = [one.json for one in answers if one.status_code == 201]
        assert {one.status_code for one in answers} <= {201, 503}
        if len(won) == 1:  # the database was too busy for the other
            (left,) = (a for a in answers if a.status_code != 201)
            by = (zoe, "Zoe") if answers[1] is left else (ada, "Ada")
            won.append(sign(by[0], made, name=by[1], replaces=replaces).json)
        first, second = sorted(won, key=lambda one: bool(one["final"]))
        assert (first["final"], second["final"]) == (False, True)
        assert second["signs"] == first["review_id"]
        replaces = client(ada)["standing"]["review_id"]
        assert replaces == second["review_id"]


def test_a_grant_and_what_speaks_against_it_at_once_are_in_an_order(
    app: Flask, person: Any, recommend: Any, at_once: Any
) -> None:
    """Whatever is on record before the grant was seen by it."""
    replaces = None
    ada, zoe = person("Ada"), person("Zoe")
    for _ in range(5):
        made = recommend(CLIENT, "referred", requires=[REGISTER])
        prove(zoe)
        signed, told = at_once(
            partial(sign, ada, made, replaces=replaces),
            partial(prove, zoe, "inconclusive"),
        )
        assert {signed.status_code, told.status_code} <= {201, 409, 503}
        if signed.status_code != 201:
            continue
        replaces = signed.json["review_id"]
        if told.status_code == 201:
            ids = replaces, told.json["evidence_id"]
            query = select(events.c.event_id).where(events.c.event_id.in_(ids))
            with app.extensions["scoring"].database.read() as connection:
                rows = connection.execute(query.order_by(events.c.sequence))
                assert tuple(rows.scalars()) == ids
