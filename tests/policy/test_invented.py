"""A thousand invented policies: none crashes, none lets pass what it cannot know."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import zen

from policy.evaluate import Evaluator, Outcome
from policy.facts import ALWAYS
from policy.read import read_policy
from policy.recommend import recommend
from policy.rules import Policy, PolicyError
from tests.policy.invented import Author
from tests.policy.written import KNOWN, Json, content


def test_a_thousand_are_refused_by_line_or_evaluated() -> None:
    seen: Counter[str] = Counter()
    for seed in range(1000):
        author = Author(seed, wild=0.5)
        try:
            found = read_policy(content(author.document()), KNOWN)
        except PolicyError as error:
            assert all(fault.line and fault.where for fault in error.faults), seed
            seen["refused"] += 1
            continue
        facts = [author.facts(wild) for wild in (False, True, True)]
        for one in Evaluator(found, 5).outcomes(facts):
            seen["failed" if one.failed else "evaluated"] += 1
            order = [found.rules.index(each.rule) for each in one.fired]
            assert order == sorted(order), seed
    assert min(seen["refused"], seen["failed"], seen["evaluated"]) > 150, seen


def test_nothing_in_any_place_of_a_file_is_too_odd() -> None:
    """Of a value, a table, a switch and rules each part is another thing, or gone."""
    document = Author(358, wild=0).document()
    kinds = {one["type"] for one in document["nodes"]}
    assert len(kinds) == 5
    odd: tuple[Any, ...] = (
        None,
        5,
        "",
        "x",
        [],
        {},
        [[]],
        [{}],
        {"id": "x"},
        True,
        1e999,
        "é\n\"'",
    )
    refused = 0
    for within, key in [*places(document)]:
        kept = within[key]
        for one in odd:
            within[key] = one
            refused += not read(document)
        if isinstance(within, dict):
            del within[key]
            refused += not read(document)
        within[key] = kept
    assert read(document) and refused > 1000


def places(within: Any) -> Iterator[tuple[Any, Any]]:
    keys = [*within] if isinstance(within, dict) else range(len(within))
    for key in keys:
        yield within, key
        if isinstance(within[key], dict | list):
            yield from places(within[key])


def read(document: Json) -> bool:
    try:
        found = read_policy(json.dumps(document).encode(), KNOWN)
    except PolicyError as error:
        assert all(fault.line and fault.where for fault in error.faults)
        return False
    return len(Evaluator(found, 5).outcomes([{}])) == 1


def test_what_a_rule_reads_is_never_missing_where_a_loan_is_granted() -> None:
    held = 0
    for seed in range(200):
        author = Author(seed, wild=0)
        found = read_policy(content(author.document()), KNOWN)
        facts = author.facts(wild=False)
        for name in found.facts:
            [one] = Evaluator(found, 5).outcomes([{**facts, name: None}])
            read = [each.code for each in found.rules if name in each.reads]
            unknown = [each.rule.code for each in one.fired if name in each.missing]
            assert one.failed or {*read} <= {*unknown}, seed
            telling = {each.code for each in found.rules if each.effect == "note"}
            if {*read} - telling:
                met = [True] * len(one.fired)
                assert recommend("granted", one, met) != "granted", seed
                held += 1
    assert held > 200


def test_what_fires_is_what_fires_in_zen_engine_alone() -> None:
    """Where nothing is missing or wrong: what an editor shows is what decides."""
    same = 0
    for seed in range(200):
        author = Author(seed, wild=0)
        document = author.document()
        found = read_policy(content(document), KNOWN)
        facts = author.facts(wild=False)
        [one] = Evaluator(found, 5).outcomes([facts])
        if one.failed or any(each.missing for each in one.fired):
            continue
        codes = alone(document, facts, found)
        if codes is not None:
            assert [each.rule.code for each in one.fired] == codes, seed
            same += bool(codes)
    assert same > 80


def alone(document: Json, facts: Mapping[str, Any], found: Policy) -> list[str] | None:
    """None where it comes to a value that there is not, which no rule reads."""
    nested: Json = {}
    for name in ALWAYS:
        *groups, last = name.split(".")
        held = nested
        for group in groups:
            held = held.setdefault(group, {})
        if name in facts:
            held[last] = facts[name]
    loader: Any = {"type": "static", "content": {"policy": document}}
    try:
        result = zen.ZenEngine({"loader": loader}).evaluate("policy", nested)["result"]
    except RuntimeError:
        return None
    tables = [one for one in result.get("out", {}).values() if one]
    rows = [row for one in tables for row in (one if isinstance(one, list) else [one])]
    codes = {row["code"] for row in rows}
    return [rule.code for rule in found.rules if rule.code in codes]


def test_a_policy_that_fails_grants_nothing() -> None:
    assert recommend("granted", Outcome((), "it failed"), ()) == "referred"
    assert recommend("refused", Outcome((), "it failed"), ()) == "referred"
