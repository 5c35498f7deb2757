"""What is new between two versions of a policy."""

from __future__ import annotations

import json
from typing import Any

import fake_answers
import fake_policies

from api_client.answers import ModelAnswer, PolicyAnswer
from texts.policy.rules import changes

MODEL = ModelAnswer.model_validate_json(json.dumps(fake_answers.model()))


def policy(summary: dict[str, Any], **document: Any) -> PolicyAnswer:
    told = fake_policies.policy(summary)
    told["document"] |= document
    return PolicyAnswer.model_validate_json(json.dumps(told))


def test_whatever_else_decides_is_told() -> None:
    new, old, _ = fake_policies.policies()
    assert changes(policy(old), policy(old), MODEL) == []
    table = {"id": "rules", "name": "rules", "type": "decisionTableNode"}
    first = table | {"content": {"hitPolicy": "first"}}
    switch = {"id": "s", "name": "by product", "type": "switchNode", "content": {}}
    moved = switch | {"position": {"x": 9}}
    edges = [{"id": "e", "sourceId": "s", "targetId": "rules"}]
    before = policy(old, nodes=[table | {"content": {"hitPolicy": "collect"}}, switch])
    after = policy(old, nodes=[first, moved], edges=edges)
    told = [(one.part, one.what, one.after) for one in changes(before, after, MODEL)]
    assert told == [
        ("rules", "Order of the rules", "AGE, BURDEN, LARGE"),
        ("Connections", "Another part of the file", "as the file has it"),
    ]
    gone = [one.part for one in changes(policy(new), policy(old), MODEL)]
    assert gone == ["BURDEN", "LARGE", "REGISTER", "burden"]
