"""The lender's policies: added, tried, made active."""

from __future__ import annotations

import json

from flask import Blueprint, Response, request

from api.http import json_body
from api.http.auth import signer
from api.http.idempotency import once
from api.http.operations import ADMIN, Operation
from api.http.responses import answer, query
from api.schemas.policies import (
    EXAMPLE,
    Activation,
    PoliciesAnswer,
    PolicyAnswer,
    PolicyFile,
    PolicyResults,
    PolicySummary,
    Trial,
    TrialQuery,
)
from api.scoring.policies import life
from api.scoring.policies.trial import trial as tried
from api.services import services
from api.store import policies as store
from api.store.keys import Role

blueprint = Blueprint("policies", __name__, url_prefix="/v1/policies")
RULES = frozenset({Role.ANALYST, Role.ADMIN})
_SHA256 = {"sha256": "active"}
# Times as large as other bodies: by default 10 MiB.
_FACTOR = 10


@Operation(
    blueprint,
    "POST",
    "",
    "policies",
    "Add a policy, which does not make it active",
    {201: PolicySummary, 200: PolicySummary},
    roles=RULES,
    description="The body is the file, and its bytes are kept. 422 has an error for "
    "each fault: `path` is its line and rule. 200 when it is there already.",
    body=(PolicyFile,),
    body_examples={"policy": EXAMPLE},
    body_factor=_FACTOR,
    replayable=True,
)
def add_policy() -> Response:
    content, who = json_body.content(request), signer()
    champion, database = services().champion(), services().database
    return once(lambda: life.added(champion, database, content, who.name, who.id))


@Operation(
    blueprint,
    "GET",
    "",
    "policies",
    "The policies that were added",
    {200: PoliciesAnswer},
    roles=RULES,
)
def list_policies() -> Response:
    listed = store.listed(services().database)
    return answer({"policies": [life.told(one) for one in listed]})


@Operation(
    blueprint,
    "GET",
    "/<sha256>",
    "policies",
    "A policy and its rules; `active` names the one that is",
    {200: PolicyAnswer},
    roles=RULES,
    problems=(404,),
    path_examples=_SHA256,
)
def get_policy(sha256: str) -> Response:
    database = services().database
    stored = life.find(database, sha256)
    rules = life.rules(services().champion(), services().policies.of(stored.sha256))
    file = store.read(database, stored.sha256)
    document = json.loads(file.content) if file else {}
    return answer({**life.told(stored), "rules": rules, "document": document})


@Operation(
    blueprint,
    "GET",
    "/<sha256>/trial",
    "policies",
    "What it would have recommended in the last decisions",
    {200: Trial},
    roles=RULES,
    query=TrialQuery,
    description="The model's part of them is as it was stored; application, evidence, "
    "declarations and the moment are those of now.",
    problems=(404,),
    path_examples=_SHA256,
)
def get_policy_trial(sha256: str) -> Response:
    champion, database = services().champion(), services().database
    ready = services().policies.of(life.find(database, sha256).sha256)
    return answer(tried(champion, database, ready, query(TrialQuery).last))


@Operation(
    blueprint,
    "GET",
    "/<sha256>/results",
    "policies",
    "How often its rules fired, and what became of those loans",
    {200: PolicyResults},
    roles=RULES,
    problems=(404,),
    path_examples=_SHA256,
)
def get_policy_results(sha256: str) -> Response:
    stored = life.find(services().database, sha256)
    ready = services().policies.of(stored.sha256)
    codes = [rule.code for rule in ready.policy.rules] if ready.policy else []
    return answer(services().policy_results.of(stored, codes))


@Operation(
    blueprint,
    "POST",
    "/<sha256>/activate",
    "policies",
    "Recommend by this policy from now on; `built-in` is the one without rules",
    {200: Activation},
    roles=ADMIN,
    description="409 where it takes another person than who added it, or the model "
    "that serves does not know what it reads.",
    problems=(404, 409, 422),
    path_examples={"sha256": "built-in"},
    replayable=True,
)
def activate_policy(sha256: str) -> Response:
    champion, database, who = services().champion(), services().database, signer()
    policies, people = services().policies, services().config.policy_people
    return once(
        lambda: life.activated(
            champion, database, policies, sha256, who.name, who.id, people
        )
    )
