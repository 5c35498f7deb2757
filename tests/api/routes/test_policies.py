"""Policies are added with all their faults told, tried, made active, and decide."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from api import create_app
from api.config import Config
from api.schemas.policies import (
    Activation,
    PoliciesAnswer,
    PolicyAnswer,
    PolicyResults,
    PolicySummary,
    Trial,
)
from api.store.events.verification import verify
from api.store.policies import built_in, built_in_content
from api.store.policy_results import Results
from api.store.tables import events, policies

pytestmark = pytest.mark.usefixtures("own")


@pytest.fixture
def add(call: Any, policy_of: Any) -> Any:
    def send(*rules: Any, role: str = "analyst", **more: Any) -> Any:
        return call("POST", "/v1/policies", role, json=policy_of(*rules), **more)

    return send


@pytest.fixture
def activate(call: Any, add: Any) -> Any:
    """Adds a policy and makes it active; its SHA-256."""

    def make(*rules: Any) -> str:
        sha256 = str(add(*rules).json["sha256"])
        done = call("POST", f"/v1/policies/{sha256}/activate", "admin")
        assert done.status_code == 200, done.json
        return sha256

    return make


def decide(call: Any, client_id: int = 100001, **more: Any) -> Any:
    body = {"client_id": client_id, "explain": False, **more}
    return call("POST", "/v1/predictions", json=body).json


def test_without_a_policy_the_model_recommends(app: Flask, call: Any) -> None:
    told = decide(call)
    assert told["recommendation"] == told["decision"]
    assert told["policy"] == {"version": "built-in", "sha256": built_in(), "rules": []}
    names = list(told)
    assert names.index("recommendation") + 1 == names.index("policy")
    assert names.index("policy") + 1 == names.index("model")
    listed = call("GET", "/v1/policies", "analyst").json["policies"]
    assert [(one["version"], one["active"]) for one in listed] == [("built-in", True)]
    shown = call("GET", "/v1/policies/active", "analyst").json
    assert shown["document"] == json.loads(built_in_content())


def test_a_policy_is_kept_as_it_was_sent(call: Any, policy_of: Any) -> None:
    document = policy_of(("TALL", "refer", {"terms.amount": "> 1"}))
    sent = json.dumps(document, indent=3).encode()
    headers = {"Content-Type": "application/json"}
    added, again = (
        call("POST", "/v1/policies", role, data=sent, headers=headers)
        for role in ("analyst", "admin")
    )
    assert (added.status_code, again.status_code) == (201, 200)
    assert added.json == again.json
    PolicySummary.model_validate(added.json)
    assert (added.json["added_by"], added.json["active"]) == ("analyst", False)
    shown = call("GET", added.headers["Location"], "analyst").json
    PolicyAnswer.model_validate(shown)
    assert shown["document"] == document
    (rule,) = shown["rules"]
    assert (rule["code"], rule["facts"]) == ("TALL", ["terms.amount"])
    PoliciesAnswer.model_validate(call("GET", "/v1/policies", "analyst").json)
    assert call("GET", f"/v1/policies/{'0' * 64}", "analyst").status_code == 404
    assert call("POST", "/v1/policies", "officer", json=document).status_code == 403


def test_each_fault_is_told_by_its_line_and_rule(call: Any, add: Any) -> None:
    refused = add(
        ("ODD", "refer", {"application.NOBODY": "> 1"}),
        ("ODD2", "reject", {"terms.amount": ">"}),
    )
    assert refused.status_code == 422
    told = {(one["path"], one["detail"]) for one in refused.json["errors"]}
    assert len(told) == len(refused.json["errors"]) >= 2
    assert any("application.NOBODY" in detail for _, detail in told)
    assert all(path.startswith("line ") for path, _ in told)
    assert len(call("GET", "/v1/policies", "analyst").json["policies"]) == 1


def test_its_rules_recommend_in_every_kind_of_request(
    app: Flask, call: Any, activate: Any, world: Any
) -> None:
    sha256 = activate(
        ("LARGE", "refuse", {"terms.amount": "> 500000"}),
        ("POOR", "refer", {"declared.monthly_income": "< 1000"}),
        ("NOTED", "note", {"application.AMT_CREDIT": "> 0"}),
    )
    declared = {"monthly_income": 2000.0}
    told = decide(call, declared=declared)
    amount = world.raw[100001].application["AMT_CREDIT"]
    assert amount <= 500_000
    assert told["recommendation"] == told["decision"]
    assert told["policy"]["sha256"] == sha256
    assert [one["code"] for one in told["policy"]["rules"]] == ["NOTED"]
    assert told["policy"]["rules"][0]["facts"] == {"application.AMT_CREDIT": amount}
    unknown = decide(call)
    (poor, _) = unknown["policy"]["rules"]
    assert (poor["code"], poor["missing"]) == ("POOR", ["declared.monthly_income"])
    assert unknown["recommendation"] == "referred"
    said = {"author": "A. Martin", **declared}
    path = "/v1/clients/100001/declarations"
    assert call("POST", path, "officer", json=said).status_code == 201
    assert decide(call)["recommendation"] == told["decision"]
    poorer = decide(call, declared={"monthly_income": 10.0})
    assert poorer["recommendation"] == "referred"
    changes = {"AMT_CREDIT": 600_000}
    by_changes = call(
        "POST", "/v1/predictions", json={"client_id": 100001, "changes": changes}
    ).json
    body = {"client_id": 100001, "terms": {"amount": 600_000}, "explain": "reasons"}
    by_terms = call("POST", "/v1/predictions", json=body).json
    application = {**world.raw[100001].application, **changes}
    application.pop("SK_ID_CURR")
    fresh = {"application": application, "declared": declared}
    batch = call(
        "POST", "/v1/predictions/batch", json={"predictions": [fresh, {"a": 1}]}
    ).json["predictions"]
    for refused in (by_changes, by_terms, batch[0]):
        assert refused["recommendation"] == "refused"
        assert refused["policy"]["rules"][0]["code"] == "LARGE"
    assert batch[1]["status"] == 422
    stored = call("GET", f"/v1/predictions/{by_terms['prediction_id']}", "officer")
    assert stored.json == by_terms
    explained = call(
        "GET", f"/v1/predictions/{told['prediction_id']}?explain=true", "officer"
    ).json
    assert explained["policy"] == told["policy"]
    replayed = app.test_cli_runner().invoke(args=["events", "replay"])
    assert replayed.exit_code == 0, replayed.stderr
    verified = app.test_cli_runner().invoke(args=["events", "verify"])
    assert verified.exit_code == 0, verified.stderr


def test_what_is_required_must_be_there(
    app: Flask, call: Any, activate: Any, policy_of: Any
) -> None:
    activate(
        ("REGISTER", "require", {"terms.amount": "> 0"}, "register", 30),
        ("TWO", "second_review", {"terms.amount": "> 1000000"}),
    )
    granted = next(
        one
        for one in (decide(call, key) for key in range(100001, 100100))
        if one["decision"] == "granted"
    )
    key = granted["client_id"]
    (rule,) = granted["policy"]["rules"]
    assert (rule["evidence"], rule["within_days"], rule["met"]) == (
        "register",
        30,
        False,
    )
    assert granted["recommendation"] == "referred"
    seen = {"kind": "register", "source": "FICP", "result": "negative"}
    seen |= {"consulted_at": granted["created_at"][:10], "author": "A. Martin"}
    path = f"/v1/clients/{key}/evidence"
    assert call("POST", path, "officer", json=seen).status_code == 201
    again = decide(call, key)
    assert again["policy"]["rules"][0]["met"] is True
    assert again["recommendation"] == "granted"
    database = app.extensions["scoring"].database
    with database.read() as connection:
        query = events.select().where(events.c.event_id == again["prediction_id"])
        facts = json.loads(connection.execute(query).one().facts)
    assert facts["rules"] == {"REGISTER": "fired"}
    (required,) = facts["requires"]
    assert (required["code"], required["met"]) == ("REGISTER", True)
    assert app.test_cli_runner().invoke(args=["events", "replay"]).exit_code == 0


def test_a_policy_that_fails_grants_nothing_and_opens_one_alert(
    app: Flask, call: Any, activate: Any
) -> None:
    sha256 = activate(("ODD", "refer", {"application.CODE_GENDER": "> 5"}, "basis"))
    told = [decide(call, key) for key in (100002, 100003)]
    for one in told:
        assert one["recommendation"] == "referred"
        assert one["policy"]["failed"] is True
    open_ones = call("GET", "/v1/alerts", "analyst").json["alerts"]
    assert [one["cause"] for one in open_ones] == [f"policy:{sha256}"]
    assert app.test_cli_runner().invoke(args=["events", "replay"]).exit_code == 0


def test_a_trial_says_what_would_change(call: Any, add: Any, app: Flask) -> None:
    some = [decide(call, key) for key in range(100001, 100021)]
    run = app.test_cli_runner().invoke
    assert run(args=["clients", "forget", "100020"]).exit_code == 0
    sha256 = add(("ALL", "refuse", {"terms.amount": "> 0"})).json["sha256"]
    tried = call("GET", f"/v1/policies/{sha256}/trial?last=20", "analyst").json
    Trial.model_validate(tried)
    assert (tried["decisions"], tried["untried"]) == (19, {"erased": 1})
    granted = sum(one["decision"] == "granted" for one in some[:19])
    moved = {(one["before"], one["after"]): one["decisions"] for one in tried["moved"]}
    assert moved == {
        ("granted", "refused"): granted,
        ("refused", "refused"): 19 - granted,
    }
    assert tried["rules"] == [
        {"code": "ALL", "fired": 19, "unknown": 0, "alone": granted}
    ]
    done = call("POST", f"/v1/policies/{sha256}/activate", "admin").json
    Activation.model_validate(done)
    assert done["trial"]["moved"] == tried["moved"]
    assert (done["policy"]["active"], done["policy"]["activated_by"]) == (True, "admin")
    assert decide(call)["recommendation"] == "refused"
    back = call("POST", "/v1/policies/built-in/activate", "admin").json
    assert back["policy"]["version"] == "built-in"
    again = decide(call)
    assert again["recommendation"] == again["decision"]


def test_results_follow_the_decisions_to_their_outcomes(
    app: Flask, call: Any, activate: Any
) -> None:
    sha256 = activate(("SEEN", "note", {"terms.amount": "> 0"}))

    def told() -> Any:
        """What is read on is what is read anew."""
        known = call("GET", f"/v1/policies/{sha256}/results", "analyst").json
        PolicyResults.model_validate(known)
        services = app.extensions["scoring"]
        before, services.policy_results = (
            services.policy_results,
            Results(services.database),
        )
        assert call("GET", f"/v1/policies/{sha256}/results", "analyst").json == known
        services.policy_results = before
        return known

    assert told()["decisions"] == 0
    some = [decide(call, key) for key in range(100001, 100041)]
    granted = [one for one in some if one["decision"] == "granted"]
    refused = [one for one in some if one["decision"] == "refused"]
    for one, decision in ((granted[0], "refused"), (refused[0], "granted")):
        body = {"decision": decision, "reason": "Seen.", "reviewer": "officer"}
        path = f"/v1/predictions/{one['prediction_id']}/review"
        body["category"] = "other"
        assert call("POST", path, "officer", json=body).status_code == 201
        assert told()["decisions"] == 40
    became = [(granted[0], True), (granted[1], True), (granted[2], False)]
    outcomes = [
        {
            "prediction_id": one["prediction_id"],
            "defaulted": bad,
            "observed_on": "2026-10-31",
        }
        for one, bad in became
    ]
    posted = call("POST", "/v1/outcomes", "admin", json={"outcomes": outcomes})
    assert posted.status_code == 201
    counted = {"granted": len(granted), "refused": len(refused)}
    assert told()["recommendations"] == counted
    (rule,) = told()["rules"]
    assert rule == {
        "code": "SEEN",
        "fired": 40,
        "unknown": 0,
        "granted": len(granted),
        "repaid": 1,
        "defaulted": 1,
    }


def test_a_policy_cannot_be_changed_or_removed(app: Flask, add: Any) -> None:
    add(("ALL", "refuse", {"terms.amount": "> 0"}))
    database = app.extensions["scoring"].database
    for change in (policies.delete(), policies.update().values(version="2")):
        with pytest.raises(Exception, match="kept for ever"), database.write() as held:
            held.execute(change)


def test_no_decision_follows_an_activation_by_the_policy_before(
    world: Any, url: str, template: Any, policy_of: Any
) -> None:
    """Two processes decide, one by one and together, while both change the policy."""
    _, keys = template
    apps = [create_app(Config(bundle=world.bundle, database_url=url)) for _ in range(2)]

    def send(app: Flask, path: str, role: str, body: Any = None) -> Any:
        headers = {"Authorization": f"Bearer {keys[role]}"}
        return app.test_client().post(path, headers=headers, json=body)

    documents = [
        policy_of(("ALL", "refer", {"terms.amount": "> 0"}), version=version)
        for version in ("one", "two")
    ]
    names = [
        *(
            send(apps[0], "/v1/policies", "admin", one).json["sha256"]
            for one in documents
        ),
        "built-in",
    ]

    def activating(app: Flask, turn: int) -> list[int]:
        paths = [f"/v1/policies/{names[(at + turn) % 3]}/activate" for at in range(6)]
        return [send(app, path, "admin").status_code for path in paths]

    def deciding(app: Flask, first: int) -> list[int]:
        return [
            send(app, "/v1/predictions", "scoring", {"client_id": key}).status_code
            for key in range(first, first + 15)
        ]

    with ThreadPoolExecutor(6) as pool:
        activated = [pool.submit(activating, app, at) for at, app in enumerate(apps)]
        decided = [
            pool.submit(deciding, app, 100001 + 20 * at)
            for at, app in enumerate([*apps, *apps])
        ]
        assert {code for one in activated for code in one.result()} == {200}
        assert {code for one in decided for code in one.result()} == {201}
    database = apps[0].extensions["scoring"].database
    with database.read() as connection:
        query = select(events.c.kind, events.c.facts).order_by(events.c.sequence)
        rows = connection.execute(query).all()
    active, seen = built_in(), []
    for row in rows:
        facts = json.loads(row.facts)
        if facts.get("action") == "activated":
            active = facts["sha256"]
        if row.kind == "decision":
            assert facts["policy"] == active
            seen.append(active)
    assert len(seen) == 60
    assert verify(database.read).broken is None
    for app in apps:
        app.extensions["scoring"].database.close()


def test_another_person_activates_than_added(
    world: Any, url: str, template: Any, policy_of: Any
) -> None:
    _, keys = template
    config = Config(bundle=world.bundle, database_url=url, policy_people=2)
    app = create_app(config)
    run = app.test_cli_runner().invoke
    roles = ("delegate", "analyst", "admin")
    made = run(args=["keys", "add", "pair", *(f"--role={role}" for role in roles)])
    key = made.stdout.strip()

    def send(path: str, body: Any = None, **person: Any) -> Any:
        headers = {"Authorization": f"Bearer {key}"}
        told = {"roles": ["admin", "analyst"], **person}
        headers["On-Behalf-Of"] = json.dumps(told)
        return app.test_client().post(path, headers=headers, json=body)

    ada = {"name": "Ada", "sub": "1"}
    added = send("/v1/policies", policy_of(("A", "refer", {"decision": ""})), **ada)
    path = f"/v1/policies/{added.json['sha256']}/activate"
    assert added.json["added_by"] == "Ada"
    refused = send(path, **ada)
    assert (refused.status_code, "Ada added it" in refused.json["detail"]) == (
        409,
        True,
    )
    nobody = send(path, name="Grace")
    assert nobody.status_code == 409
    assert "no login" in nobody.json["detail"]
    other = send(path, name="Ada", sub="2")
    assert (other.status_code, other.json["policy"]["activated_by"]) == (200, "Ada")
    app.extensions["scoring"].database.close()


def test_what_the_serving_model_does_not_know_refers(
    app: Flask, call: Any, activate: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """A bundle that is reloaded may have other columns than the active policy reads."""
    test = {"application.CNT_CHILDREN": "> 100"}
    sha256 = activate(("CHILDREN", "refer", test))
    before = decide(call)
    assert before["recommendation"] == before["decision"]
    services = app.extensions["scoring"]
    champion = services.champion()
    columns = champion.manifest.tables["application"].columns
    fewer = tuple(one for one in columns if one.name != "CNT_CHILDREN")
    table = champion.manifest.tables["application"].model_copy(
        update={"columns": fewer}
    )
    tables = {**champion.manifest.tables, "application": table}
    manifest = replace(champion.manifest, tables=tables)
    services._champion = replace(
        champion, bundle=replace(champion.bundle, manifest=manifest)
    )
    with caplog.at_level("WARNING", "api"):
        after = decide(call)
    assert after["recommendation"] == "referred"
    (rule,) = after["policy"]["rules"]
    assert (rule["code"], rule["missing"]) == ("CHILDREN", [*test])
    assert "application.CNT_CHILDREN" in caplog.text
    again = call("POST", f"/v1/policies/{sha256}/activate", "admin")
    assert again.status_code == 409
    assert "application.CNT_CHILDREN" in again.json["detail"]
