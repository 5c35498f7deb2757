"""The lender's policies: added, tried, made active."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, Response

from api.errors import Problem
from api.http.operations import Operation
from api.schemas.policies import (
    Activation,
    PoliciesAnswer,
    PolicyAnswer,
    PolicyResults,
    Trial,
    TrialQuery,
)
from api.store.keys import Role

blueprint = Blueprint("policies", __name__, url_prefix="/v1/policies")
RULES = frozenset({Role.ANALYST, Role.ADMIN})
_SHA256 = {"sha256": "a" * 64}


def _not_yet() -> Problem:
    return Problem(HTTPStatus.NOT_IMPLEMENTED, "Not yet.")


@Operation(
    blueprint,
    "GET",
    "",
    "policies",
    "The policies that were added",
    {200: PoliciesAnswer},
    roles=RULES,
)
def policies() -> Response:
    raise _not_yet()


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
def policy(sha256: str) -> Response:
    raise _not_yet()


@Operation(
    blueprint,
    "GET",
    "/<sha256>/trial",
    "policies",
    "What it would have recommended in the last decisions",
    {200: Trial},
    roles=RULES,
    query=TrialQuery,
    problems=(404,),
    path_examples=_SHA256,
)
def trial(sha256: str) -> Response:
    raise _not_yet()


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
def results(sha256: str) -> Response:
    raise _not_yet()


@Operation(
    blueprint,
    "POST",
    "/<sha256>/activate",
    "policies",
    "Recommend by this policy from now on; `built-in` is the one without rules",
    {200: Activation},
    roles=frozenset({Role.ADMIN}),
    problems=(404, 409),
    path_examples=_SHA256,
)
def activate(sha256: str) -> Response:
    raise _not_yet()
