"""What a person's grant needs by the lender's rules: evidence, signatures, a role."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus

from api.errors import FieldError, Problem
from api.http.auth import Signer, require
from api.http.operations import SENIOR
from api.identifiers import now
from api.services import services
from api.store.database import Database
from api.store.events.kept import skeletons
from api.store.events.record import Check
from api.store.people.evidence import none_since, of_client, requirements
from api.store.people.predictions import StoredPrediction, recommended
from api.store.people.standing import Acts


@dataclass(frozen=True)
class Grant:
    """Whether it stands by this signature, and which one before it makes it stand."""

    final: bool = True
    signs: str | None = None
    checks: tuple[Check, ...] = ()


def granted(
    database: Database,
    decided: StoredPrediction,
    newest: StoredPrediction,
    before: Acts,
    who: Signer,
) -> Grant:
    """What signing for this decision makes of it, now; raises Problem.

    What the client's newest decision requires counts, too: nobody gets around it by
    signing for an earlier one.
    """
    decisions = {one.prediction_id: one for one in (decided, newest)}.values()
    if any(_refused_by_a_rule(database, one) for one in decisions):
        require(SENIOR)
    two, checks = _required(database, decided, decisions)
    if not two:
        return Grant(checks=checks)
    signs = _signed_first(decided.prediction_id, before, who)
    return Grant(signs is not None, signs, checks)


def _required(
    database: Database,
    decided: StoredPrediction,
    decisions: Iterable[StoredPrediction],
) -> tuple[bool, tuple[Check, ...]]:
    """Whether two have to sign; raises Problem 409 while evidence is not there."""
    required = {
        one["code"]: one
        for decision in decisions
        for one in services().policies.requires(decision.facts)
    }
    if not required:
        return False, ()
    client_id = decided.client_id
    with database.read() as connection:
        evidence = [] if client_id is None else of_client(connection, client_id)
    needs = requirements(required.values(), evidence, now()[:10])
    missing = [
        FieldError(f"/requirements/{one['code']}", one["text"]["en"])
        for one in needs
        if one["effect"] == "require" and not one["met"]
    ]
    if missing:
        detail = (
            f"A grant needs evidence that is not there, for {len(missing)} rule(s)."
        )
        raise Problem(HTTPStatus.CONFLICT, detail, missing)
    checks = () if client_id is None else (none_since(client_id, evidence),)
    return any(one["effect"] == "second_review" for one in needs), checks


def _signed_first(prediction_id: str, before: Acts, who: Signer) -> str | None:
    """The signature that this one follows; None where it is the first itself."""
    if who.id is None:
        detail = (
            "Two people have to sign for this, and nobody knows who asks: log in, or "
            "use a key of your own."
        )
        raise Problem(HTTPStatus.FORBIDDEN, detail)
    first = before.signature
    if first is None or first.review["prediction_id"] != prediction_id:
        return None
    if first.by == who.id:
        detail = "You signed for this first: another person has to sign, too."
        raise Problem(HTTPStatus.CONFLICT, detail)
    return str(first.review["review_id"])


def _refused_by_a_rule(database: Database, decision: StoredPrediction) -> bool:
    facts = decision.facts
    if recommended(facts) != "refused" or not facts.get("rules"):
        return False
    if facts["decision"] == "granted":
        return True
    # Which of its rules refuse stands in the answer alone.
    answers = skeletons(database, [decision.prediction_id]).values()
    rules = [rule for answer in answers for rule in answer["policy"]["rules"]]
    return any(rule["effect"] == "refuse" for rule in rules)
