"""Decisions by a policy as their events have them, without a policy and a model."""

from __future__ import annotations

import json
from typing import Any

from api.identifiers import now, uuid7
from api.store.events.record import DECISION, Event
from api.store.policies import built_in

# A rule's part of the facts, where a grant needs something by it.
REGISTER: dict[str, Any] = {
    "code": "REGISTER",
    "effect": "require",
    "text": {"en": "REGISTER", "fr": "REGISTER"},
    "evidence": "register",
    "within_days": 30,
    "met": False,
}
TWO = {
    "code": "LARGE",
    "effect": "second_review",
    "text": {"en": "LARGE", "fr": "LARGE"},
    "evidence": None,
    "within_days": None,
    "met": False,
}


def decision(client_id: Any, recommendation: str, **more: Any) -> Event:
    """`fired`: effects of rules by their codes; all else are facts of the event."""
    rules = [
        {"code": code, "effect": effect, "text": {"en": code, "fr": code}, "facts": {}}
        for code, effect in more.pop("fired", {}).items()
    ]
    policy = {"version": "1", "sha256": built_in(), "rules": rules}
    return Event(
        event_id=uuid7(),
        kind=DECISION,
        client_id=client_id,
        created_at=now(),
        bundle_sha256="b" * 64,
        request="{}",
        answer=json.dumps({"policy": policy}).encode(),
        facts={
            "probability": 0.1,
            "margin": -2.2,
            "threshold": 0.3,
            "decision": "granted",
            "band": "clear",
            "model": {"name": "small", "version": "1"},
            "recommendation": recommendation,
            "policy": policy["sha256"],
            "rules": {rule["code"]: "fired" for rule in rules},
            **more,
        },
    )
