"""Applications that are entered here, on SQLite and PostgreSQL."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from api.identifiers import moment
from api.routes.work import applications
from api.schemas.client_keys import DRAFT_PATTERN
from api.schemas.layout import BIRTH, INCOME
from api.store.events.packing import vector
from api.store.tables import drafts, personal, references

Call = Callable[..., Any]
WHOLE = {
    "AMT_CREDIT": 200000.0,
    "AMT_ANNUITY": 12000.0,
    "EXT_SOURCE_1": 0.1,
    "CNT_CHILDREN": 1,
    "CODE_GENDER": "F",
}
BUREAU = [{"SK_ID_BUREAU": 7, "CREDIT_ACTIVE": "Active"}]


def enter(call: Call, **body: Any) -> Any:
    answered = call("POST", "/v1/applications", "officer", json=body)
    assert answered.status_code == 201, answered.text
    return answered.json


def read(call: Call, key: str) -> Any:
    answered = call("GET", f"/v1/applications/{key}", "officer")
    assert answered.status_code == 200, answered.text
    return answered.json


def change(call: Call, key: str, **body: Any) -> Any:
    return call("PUT", f"/v1/applications/{key}", "officer", json=body)


def decide(call: Call, key: str, **more: Any) -> Any:
    return call("POST", "/v1/predictions", json={"client_id": key, **more})


def test_a_draft_is_kept_from_its_first_column_on(call: Call) -> None:
    given = {"CNT_CHILDREN": 1, "CODE_GENDER": "X", "AMT_ANNUITY": None}
    draft = enter(call, reference=" 2026-0417  Dupont ", application=given)
    assert re.fullmatch(DRAFT_PATTERN, draft["client_id"])
    assert (draft["state"], draft["revision"]) == ("draft", 1)
    assert draft["reference"] == "2026-0417 Dupont"
    assert draft["application"] == {"CNT_CHILDREN": 1, "CODE_GENDER": "X"}
    assert (draft["needed"], draft["unknown"]) == (["AMT_CREDIT"], ["CODE_GENDER"])
    assert read(call, draft["client_id"]) == draft


def test_what_is_sent_is_checked_as_of_a_new_applicant(call: Call, app: Flask) -> None:
    body = {
        "reference": "?",
        "application": {"AMT_CREDIT": -1, "OTHER": 1, "SK_ID_CURR": 5},
        "bureau": [{"CREDIT_ACTIVE": 1, "SK_ID_CURR": 5}],
    }
    answered = call("POST", "/v1/applications", "officer", json=body)
    assert answered.status_code == 422
    sent = call("POST", "/v1/predictions", json=body)
    as_sent = {one["path"]: one["detail"] for one in sent.json["errors"]}
    said = {one["path"]: one["detail"] for one in answered.json["errors"]}
    assert said.pop("/reference") == "expected letters or digits"
    assert said.pop("/application/SK_ID_CURR") == (
        "must be left out: what is entered here has a key of ours"
    )
    assert said.items() <= as_sent.items()
    assert said.keys() == {
        "/application/AMT_CREDIT",
        "/application/OTHER",
        "/bureau/0/CREDIT_ACTIVE",
        "/bureau/0/SK_ID_BUREAU",
    }
    store = app.extensions["scoring"].database
    with store.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM drafts").scalar() == 0


@pytest.mark.parametrize("reference", ["a\0b", " ", "…", "x" * 201, 7])
def test_a_reference_is_a_text_that_can_be_seen(call: Call, reference: Any) -> None:
    body = {"reference": reference}
    answered = call("POST", "/v1/applications", "officer", json=body)
    assert answered.status_code == 422
    assert [one["path"] for one in answered.json["errors"]] == ["/reference"]
    answered = call("GET", "/v1/clients?reference=a%00", "officer")
    assert answered.status_code == 422


def test_of_two_officers_the_second_is_told(call: Call) -> None:
    key = enter(call, application=WHOLE, bureau=BUREAU)["client_id"]
    first = change(call, key, revision=1, reference="A", application=WHOLE)
    assert (first.status_code, first.json["revision"]) == (200, 2)
    assert first.json["records"] == {}
    second = change(call, key, revision=1, application={})
    assert second.status_code == 409
    assert second.json["detail"] == "It was changed since revision 1: it is now 2."
    assert read(call, key) == first.json


def test_is_decided_once_nothing_is_needed_and_then_not_changed(call: Call) -> None:
    key = enter(call, application={"CNT_CHILDREN": 1})["client_id"]
    early = decide(call, key)
    assert early.status_code == 409
    assert early.json["detail"].endswith("cannot be scored yet: it needs AMT_CREDIT.")
    assert change(call, key, revision=1, application=WHOLE).status_code == 200
    simulated = decide(call, key, changes={"AMT_CREDIT": 1000})
    assert (simulated.status_code, read(call, key)["state"]) == (201, "draft")
    assert decide(call, key).status_code == 201
    after = read(call, key)
    assert (after["state"], after["expires_at"]) == ("decided", None)
    late = change(call, key, revision=2, application=WHOLE)
    assert late.status_code == 409
    assert late.json["detail"].startswith("It is decided")
    assert decide(call, key).status_code == 201


@pytest.mark.parametrize("bureau", [[], BUREAU, [{**BUREAU[0], "CREDIT_ACTIVE": "?"}]])
def test_gets_what_the_same_application_gets_when_it_is_sent(
    call: Call, bureau: list[Any]
) -> None:
    body = {"application": {**WHOLE, "CODE_GENDER": "X"}, "bureau": bureau}
    sent = call("POST", "/v1/predictions", json=body).json
    own = decide(call, enter(call, **body)["client_id"]).json
    for one in (sent, own):
        del one["prediction_id"], one["client_id"], one["created_at"]
    assert own == sent


def test_is_a_client_wherever_one_is_asked_for(call: Call) -> None:
    risky = {**WHOLE, "AMT_CREDIT": 900000.0, "EXT_SOURCE_1": 0.0}
    key = enter(call, reference="Dupont", application=risky)["client_id"]
    decided = decide(call, key).json["prediction_id"]
    client = call("GET", f"/v1/clients/{key}", "officer").json
    assert (client["reference"], client["imported_at"]) == ("Dupont", None)
    assert client["standing"]["prediction_id"] == decided
    assert client["standing"]["latest"]["data_changed"] is False
    for path in (
        f"/v1/clients/{key}/similar",
        f"/v1/clients/{key}/predictions",
        f"/v1/features/AMT_CREDIT/distribution?client_id={key}",
        f"/v1/features/AMT_CREDIT/scatter?with=EXT_SOURCE_1&client_id={key}",
    ):
        assert call("GET", path, "officer").status_code == 200, path
    review = {"decision": "refused", "reason": "No.", "reviewer": "A. Martin"}
    for path, body in (("counterfactual", {}), ("letter", {}), ("review", review)):
        method = "GET" if path == "letter" else "POST"
        sent = {"json": body} if method == "POST" else {}
        address = f"/v1/predictions/{decided}/{path}"
        answered = call(method, address, "officer", **sent)
        assert answered.status_code < 300, (path, answered.text)


def test_the_same_bits_come_of_a_draft_and_of_what_is_sent(
    call: Call, world: Any, app: Flask
) -> None:
    """Of applications of every kind, some with values left out, and with records."""
    dice = random.Random(22)
    sent, entered = [], []
    for known in world.raw.values():
        for _ in range(8):
            kept = {k: v for k, v in known.application.items() if k != "SK_ID_CURR"}
            for name in ("AMT_ANNUITY", "EXT_SOURCE_1", "CODE_GENDER", "AMT_OTHER"):
                if dice.random() < 0.3:
                    del kept[name]
            kept["AMT_CREDIT"] = round(dice.uniform(0, 1e6), dice.randint(0, 9))
            records = {
                name: [
                    {k: v for k, v in row.items() if k != "SK_ID_CURR"}
                    for row in getattr(known, name)
                ]
                for name in ("bureau", "bureau_balance")
            }
            sent.append({"application": kept, **records})
            entered.append(enter(call, **sent[-1])["client_id"])
    bodies = sent, [{"client_id": key} for key in entered]
    first, second = (
        call("POST", "/v1/predictions/batch", json={"predictions": body}).json[
            "predictions"
        ]
        for body in bodies
    )
    assert len(first) == 320
    with app.extensions["scoring"].database.read() as connection:
        query = select(personal.c.packed).order_by(personal.c.sequence)
        packed = connection.execute(query).scalars()
        vectors = [vector({"packed": one, "features": None}) for one in packed]
    assert vectors[:320] == vectors[320:]
    for one, other in zip(first, second, strict=True):
        for answered in (one, other):
            del answered["prediction_id"], answered["client_id"], answered["created_at"]
        assert one == other


def test_a_reference_is_found_by_how_a_word_of_it_begins(call: Call) -> None:
    keys = [
        enter(call, reference=reference)["client_id"]
        for reference in ("2026-0417 Dupont", "Éloïse DUPRÉ-Dupond", "Straße 7")
    ]
    first, second, third = keys

    def found(text: str, **more: Any) -> Any:
        query = {"reference": text, **more}
        return call("GET", "/v1/clients", "officer", query_string=query).json

    for text, some in {
        "dup": [second, first],
        "dupo": [second, first],
        "DUPON": [second, first],
        "éLOI": [second],
        "eloise dupre": [second],
        "0417": [first],
        "2026-0417 d": [first],
        "strasse": [third],
        "upont": [],
        "%": [],
        " ": [],
    }.items():
        page = found(text)
        assert sorted(c["client_id"] for c in page["clients"]) == sorted(some), text
        assert page["total"] == len(some)
    page = found("dup", limit=1)
    assert page["clients"][0]["reference"] == "Éloïse DUPRÉ-Dupond"
    after = found("dup", limit=1, cursor=page["next_cursor"])
    assert [c["client_id"] for c in after["clients"]] == [first]
    assert after["next_cursor"] is None
    assert change(call, first, revision=1).status_code == 200
    assert found("dupont")["clients"] == []


def test_a_draft_is_found_by_how_its_key_begins(call: Call) -> None:
    keys = sorted(enter(call)["client_id"] for _ in range(5))
    seen, query = [], {"prefix": "new-", "limit": 2}
    while True:
        page = call("GET", "/v1/clients", "officer", query_string=query).json
        assert page["total"] == 5
        seen += [one["client_id"] for one in page["clients"]]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert seen == keys
    query = {"prefix": keys[0][:13]}
    page = call("GET", "/v1/clients", "officer", query_string=query).json
    assert keys[0] in [one["client_id"] for one in page["clients"]]


def test_a_second_application_of_the_same_person_is_pointed_out(
    call: Call, monkeypatch: pytest.MonkeyPatch, app: Flask
) -> None:
    columns = app.extensions["scoring"].champion().columns["application"]
    for name, role in (("CNT_CHILDREN", BIRTH), ("AMT_OTHER", INCOME)):
        new = columns[name].model_copy(update={"role": role, "unit": "days"})
        monkeypatch.setitem(columns, name, new)
    facts = {"CNT_CHILDREN": 30, "AMT_OTHER": 1500.0, "AMT_CREDIT": 5000.0}
    first = enter(call, reference="Dupré", application=facts)
    assert first["same_person"] == []
    same = enter(call, application=facts)["same_person"]
    other = enter(call, application={**facts, "AMT_OTHER": 1501})["same_person"]
    called = enter(call, reference="DUPRE")["same_person"]
    ends = enter(call, reference="A. Dupré")["same_person"]
    key = first["client_id"]
    assert (same, other, called, ends) == ([key], [], [key], [])
    # A day later the same birth is a day more from the application.
    later = datetime.fromisoformat(first["created_at"]) + timedelta(days=1)
    monkeypatch.setattr(applications, "now", lambda: moment(later))
    assert key in enter(call, application=facts | {"CNT_CHILDREN": 29})["same_person"]
    assert key not in enter(call, application=facts)["same_person"]


def test_tells_what_is_missing_and_what_it_could_do(call: Call) -> None:
    given = {k: v for k, v in WHOLE.items() if k not in ("EXT_SOURCE_1", "CODE_GENDER")}
    key = enter(call, application=given)["client_id"]
    told = call("GET", f"/v1/applications/{key}/missing", "officer").json
    assert told["probability"] == decide(call, key).json["probability"]
    assert [one["column"] for one in told["missing"]][0] == "EXT_SOURCE_1"
    lowest, highest = told["missing"][0]["lowest"], told["missing"][0]["highest"]
    assert lowest < highest
    sure = decide(call, key, changes={"EXT_SOURCE_1": 0.95}).json["probability"]
    assert lowest <= sure <= highest
    key = enter(call)["client_id"]
    told = call("GET", f"/v1/applications/{key}/missing", "officer").json
    assert told["probability"] is None
    assert (told["needed"], told["missing"]) == (["AMT_CREDIT", "CNT_CHILDREN"], [])


def test_a_draft_of_another_bundle_is_computed_anew(call: Call, app: Flask) -> None:
    key = enter(call, application=WHOLE)["client_id"]
    before = decide(call, key, changes={"AMT_CREDIT": 1000}).json["probability"]
    with app.extensions["scoring"].database.write() as connection:
        stale = update(drafts).values(feature_set="another", features=b"\0" * 28)
        connection.execute(stale)
    after = decide(call, key, changes={"AMT_CREDIT": 1000})
    assert after.json["probability"] == before


def test_what_is_not_decided_in_time_is_gone(
    call: Call, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    decided, open_one = (
        enter(call, reference=f"Dupont {name}", application=WHOLE)["client_id"]
        for name in ("A", "B")
    )
    assert decide(call, decided).status_code == 201
    simulated = decide(call, open_one, changes={"AMT_CREDIT": 1000}).json
    late = moment(datetime.now(UTC) + timedelta(days=31))
    for module in ("drafts", "references"):
        monkeypatch.setattr(f"api.store.people.{module}.now", lambda: late)
    assert call("GET", f"/v1/clients/{open_one}", "officer").status_code == 404
    assert call("GET", f"/v1/clients/{decided}", "officer").status_code == 200
    for query in ({"prefix": "new-"}, {"reference": "dupont"}):
        page = call("GET", "/v1/clients", "officer", query_string=query).json
        assert [one["client_id"] for one in page["clients"]] == [decided]
    monkeypatch.setattr(applications, "now", lambda: late)
    enter(call)
    with app.extensions["scoring"].database.read() as connection:
        keys = set(connection.execute(select(drafts.c.client_text)).scalars())
        called = set(connection.execute(select(references.c.client_text)).scalars())
    assert open_one not in keys | called
    assert decided in keys & called
    path = f"/v1/predictions/{simulated['prediction_id']}"
    assert call("GET", path, "officer").status_code == 410
